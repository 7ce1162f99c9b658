//! What a ladder writes on the arrow of a message.

use super::{Message, ResponseCode};
use crate::record::RecordType;

/// A short label for the octets of a message; `None` when they are none.
///
/// A query is `SRV?`; a response `SRV 3` with three such records, `no SRV` without any, `referral`, `SRV TC` when it was
/// cut, or the name of its response code, such as `NXDOMAIN`.
pub fn label(octets: &[u8]) -> Option<String> {
    let message = Message::parse(octets).ok()?;
    let [question] = &message.questions[..] else { return Some(code_name(message.code).to_owned()) };
    let record_type = question.record_type;
    if !message.flags.response {
        return Some(format!("{record_type}?"));
    }
    if message.code != ResponseCode::NoError {
        return Some(code_name(message.code).to_owned());
    }
    if message.flags.truncated {
        return Some(format!("{record_type} TC"));
    }
    let count = message.answers.iter().filter(|record| record.record_type() == record_type).count();
    let refers = message.authorities.iter().any(|record| record.record_type() == RecordType::Ns);
    Some(match count {
        0 if refers => "referral".to_owned(),
        0 => format!("no {record_type}"),
        count => format!("{record_type} {count}"),
    })
}

fn code_name(code: ResponseCode) -> &'static str {
    match code {
        ResponseCode::NoError => "NOERROR",
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NxDomain => "NXDOMAIN",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        ResponseCode::BadVers => "BADVERS",
        ResponseCode::Other(_) => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Question;
    use crate::record::{RData, Record};

    #[test]
    fn labels_say_what_is_asked_and_what_became_of_it() {
        let question = Question::new("a.example".parse().unwrap(), RecordType::A);
        let query = Message::query(1, question.clone());
        let response = Message::response_to(&query);
        let record = Record::new(question.name.clone(), 60, RData::A([192, 0, 2, 1].into()));
        let servers = Record::new(question.name.clone(), 60, RData::Ns(question.name));
        let found = Message { answers: vec![record], ..response.clone() };
        let refers = Message { authorities: vec![servers], ..response.clone() };
        let mut cut = response.clone();
        cut.flags.truncated = true;
        let failed = Message { code: ResponseCode::ServFail, ..response.clone() };
        let labels = [query, found, refers, cut, response, failed].map(|m| label(&m.compose()).unwrap());
        assert_eq!(labels, ["A?", "A 1", "referral", "A TC", "no A", "SERVFAIL"]);
        assert_eq!(label(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n"), None);
    }
}
