//! Where else to look for a callee: the target set of a redirected INVITE (RFC 3261 8.1.3.4).

use crate::dialog::allowed_in_request_uri;
use crate::header::{Contact, QValue};
use crate::message::Message;
use crate::uri::Uri;

/// More contacts than this are not tried for one call.
const MAX_TARGETS: usize = 16;

/// The contacts that redirections have named, and which of them are still to be tried.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// All that were ever in the set, without the Request-URI of the first INVITE.
    seen: Vec<Box<str>>,
    /// What is still to be tried, the next one last.
    pending: Vec<Box<str>>,
}

impl Targets {
    /// Takes over the contacts of a 3xx to an INVITE whose first Request-URI was `original`. They are tried before those
    /// that earlier redirections have left.
    pub(super) fn add(&mut self, redirection: &Message<'_>, original: &str) {
        let contacts = redirection.values::<Contact<'_>>().filter_map(Result::ok);
        let mut fresh: Vec<(QValue, Box<str>)> = Vec::new();
        for contact in contacts {
            let Contact::Address(contact) = contact else { continue };
            if contact.address.uri.as_sip().is_none() || self.seen.len() == MAX_TARGETS {
                continue;
            }
            let uri = contact.address.uri.to_string();
            //= RFC 3261 8.1.3.4: a client processing 3xx class responses MUST NOT add any given URI to the target set
            // more than once; it starts with the Request-URI of the original request
            if is_same(&uri, original) || self.seen.iter().any(|seen| is_same(&uri, seen)) {
                continue;
            }
            //= RFC 3261 8.1.3.4: a UAC MUST copy the entire URI from the target set into the Request-URI, except for
            // the "method-param" and "header" URI parameters
            let target = allowed_in_request_uri(&uri).into_boxed_str();
            self.seen.push(uri.into_boxed_str());
            fresh.push((contact.q.unwrap_or(QValue::ONE), target));
        }
        //= RFC 3261 8.1.3.4: a common mechanism is to order the set by the "q" parameter value
        fresh.sort_by_key(|(q, _)| std::cmp::Reverse(*q));
        self.pending.extend(fresh.into_iter().rev().map(|(_, target)| target));
    }

    /// The contact to try next, `None` when the set is exhausted.
    pub(super) fn next(&mut self) -> Option<Box<str>> {
        self.pending.pop()
    }
}

fn is_same(one: &str, other: &str) -> bool {
    match (Uri::parse(one), Uri::parse(other)) {
        (Ok(one), Ok(other)) => one.is_equivalent(&other),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(redirections: &[&str]) -> Vec<String> {
        let mut targets = Targets::default();
        for contacts in redirections {
            let octets = format!("SIP/2.0 302 Moved Temporarily\r\nContact: {contacts}\r\n\r\n");
            targets.add(&Message::parse(octets.as_bytes()).unwrap(), "sip:bob@b.example");
        }
        std::iter::from_fn(|| targets.next()).map(String::from).collect()
    }

    #[test]
    fn contacts_are_tried_by_preference_and_in_order() {
        let contacts = "<sip:a@x>;q=0.2, <sip:b@x>, <sip:c@x>;q=1.0, <sip:d@x>;q=0.5";
        assert_eq!(tried(&[contacts]), ["sip:b@x", "sip:c@x", "sip:d@x", "sip:a@x"]);
        assert_eq!(tried(&["<sip:a@x>, <sip:b@x>", "<sip:c@x>"])[0], "sip:c@x");
    }

    #[test]
    fn no_contact_is_tried_twice_nor_the_callee_himself() {
        let again = "<sip:a@X>, <sip:%61@x;a=1>, <sip:bob@B.example>";
        assert_eq!(tried(&["<sip:a@x>", again]), ["sip:a@x"]);
    }

    #[test]
    fn headers_and_method_of_a_contact_stay_out_of_the_request_uri() {
        assert_eq!(tried(&["<sip:a@x;method=BYE;user=phone?Subject=hi>"]), ["sip:a@x;user=phone"]);
    }

    #[test]
    fn endless_contacts_and_other_schemes_are_left_out() {
        let many: Vec<String> = (0..100).map(|i| format!("<sip:u{i}@x>")).collect();
        assert_eq!(tried(&[&many.join(",")]).len(), MAX_TARGETS);
        assert_eq!(tried(&["<mailto:bob@b.example>, <tel:+49>"]), [""; 0]);
    }
}
