//! The messages of this material read by two parsers: this crate's and that of `sipx-sip`, written by others.
//!
//! What they disagree on is listed with the reason; anything else fails.

use sip::message::Message;
use sipx_sip::headers as theirs;

use crate::material::{self, Specimen};
use crate::shared;

/// A disagreement: the message, what is read differently, and why.
const EXPLAINED: [(&str, &str, &str); 22] = [
    ("callflows/rfc3327/009.sip", "framing", NO_SCHEME),
    ("callflows/rfc3327/010.sip", "framing", NO_SCHEME),
    ("callflows/rfc3327/011.sip", "framing", NO_SCHEME),
    ("callflows/rfc3327/012.sip", "framing", NO_SCHEME),
    ("callflows/rfc5359/045.sip", "Via", RECEIVED),
    ("callflows/rfc5359/207.sip", "Via", RECEIVED),
    ("callflows/rfc5359/211.sip", "Via", RECEIVED),
    ("callflows/rfc6442/001.sip", "Via", PROTOCOL),
    ("callflows/rfc6442/002.sip", "Via", PROTOCOL),
    ("conformance/rfc4475/badvers.dat", "framing", VERSION),
    ("conformance/rfc4475/multi01.dat", "CSeq", REPEATED),
    ("conformance/rfc4475/multi01.dat", "From", REPEATED),
    ("conformance/rfc4475/multi01.dat", "To", REPEATED),
    ("conformance/rfc4475/multi01.dat", "Call-ID", REPEATED),
    ("conformance/rfc4475/multi01.dat", "Max-Forwards", REPEATED),
    ("messages/sofia/test35.txt", "CSeq", REPEATED),
    ("messages/sofia/test35.txt", "To", REPEATED),
    ("messages/sofia/test35.txt", "Call-ID", REPEATED),
    ("messages/sofia/test41.txt", "framing", VERSION),
    ("messages/sofia/test42.txt", "framing", VERSION),
    ("pcap/suricata_sip-body-large.pcap frame 9", "framing", SIZE),
    ("pcap/suricata_sip_header_multi_val.pcap frame 1", "To", REPEATED),
];

const NO_SCHEME: &str =
    "a Request-URI without a scheme: we judge it when it is asked for, so that it can be answered 400";
const RECEIVED: &str = "received is no address, as RFC 3261 25.1 wants it: they do not read it";
const PROTOCOL: &str = "SIPS/2.0 is no protocol of RFC 3261 7.1: they take any name";
const VERSION: &str = "a version other than 2.0: we refuse it when we parse, they leave that to the caller";
const REPEATED: &str = "a second row of what may occur once: they take the first, RFC 4475 3.3.8 wants 400";
const SIZE: &str = "a body of 64 KiB on a stream: their limit for datagrams is 64 KiB";

#[test]
fn both_parsers_agree_but_for_what_is_explained() {
    const NAME: &str = "both_parsers_agree_but_for_what_is_explained";
    if shared::read("callflows/rfc3261/index.tsv", NAME).is_none() {
        return;
    }
    let (mut compared, mut unexplained) = (0, Vec::new());
    let mut used = vec![false; EXPLAINED.len()];
    for specimen in material::all() {
        for (aspect, detail) in disagreements(&specimen) {
            let known =
                EXPLAINED.iter().position(|(name, what, _)| *name == specimen.name && *what == aspect);
            match known {
                Some(index) => used[index] = true,
                None => unexplained.push(format!("{} {aspect}: {detail}", specimen.name)),
            }
        }
        compared += 1;
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    let idle: Vec<_> = EXPLAINED.iter().zip(used).filter(|(_, used)| !used).map(|(known, _)| known).collect();
    assert!(idle.is_empty(), "explained, but not found: {idle:?}");
    println!("{compared} messages compared, {} disagreements, all explained", EXPLAINED.len());
}

/// What is read differently in `specimen`, and how.
fn disagreements(specimen: &Specimen) -> Vec<(&'static str, String)> {
    let ours = Message::parse(&specimen.octets);
    let theirs = sipx_sip::parse_datagram(specimen.octets.clone().into(), &sipx_sip::Limits::datagram());
    let mut found = Vec::new();
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => compare(ours, theirs, &mut found),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => found.push(("framing", format!("they refuse: {error}"))),
        (Err(fault), Ok(_)) => found.push(("framing", format!("we refuse: {fault}"))),
    }
    found
}

fn compare(ours: &Message<'_>, theirs: &sipx_sip::Message, found: &mut Vec<(&'static str, String)>) {
    let mut check = |aspect, ours: String, theirs: String| {
        if ours != theirs {
            found.push((aspect, format!("{ours} / {theirs}")));
        }
    };
    let method = ours.method().map(|method| method.as_str().to_owned());
    let status = ours.status().map(|status| status.code().to_string());
    let start = theirs.as_request().map_or_else(
        || theirs.as_response().map(|response| response.status.to_string()).unwrap_or_default(),
        |request| String::from_utf8_lossy(request.method.as_bytes()).into_owned(),
    );
    check("start line", method.or(status).unwrap_or_default(), start);
    let values = ours.rows().map(|row| row.value.escape_ascii().to_string()).collect::<Vec<_>>().join("|");
    let rows = theirs.headers().iter().map(|row| row.raw_value().trim_ascii().escape_ascii().to_string());
    check("rows", values, rows.collect::<Vec<_>>().join("|"));
    check("body", ours.body().escape_ascii().to_string(), theirs.body().escape_ascii().to_string());
    typed(ours, theirs.headers(), &mut check);
}

/// Compares the values that both read; a value that is absent or refused is a dash.
fn typed(
    ours: &Message<'_>,
    theirs: &sipx_sip::Headers,
    check: &mut impl FnMut(&'static str, String, String),
) {
    let dash = || "-".to_owned();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let mine =
        ours.cseq().map_or_else(|_| dash(), |cseq| format!("{} {}", cseq.number, cseq.method.as_str()));
    let other = theirs.typed::<theirs::CSeq>().and_then(Result::ok);
    let other = other.map_or_else(dash, |cseq| format!("{} {}", cseq.sequence, text(cseq.method.as_bytes())));
    check("CSeq", mine, other);

    let mine = ours.via().map_or_else(
        |_| dash(),
        |via| format!("{} {}", via.sent_by, via.branch.map_or("-", |branch| branch.as_str())),
    );
    let other = theirs.typed_all::<theirs::Via>().next().and_then(Result::ok).map_or_else(dash, |via| {
        let port = via.port.map_or(String::new(), |port| format!(":{port}"));
        format!("{}{port} {}", via.host, via.branch().map_or_else(dash, text))
    });
    check("Via", mine, other);

    let tag = |tag: Option<sip::header::Tag<'_>>| tag.map_or_else(dash, |tag| tag.as_str().to_owned());
    let mine = ours.from().map_or_else(|_| "malformed".to_owned(), |from| tag(from.tag));
    let other = theirs.typed::<theirs::From>().and_then(Result::ok);
    check(
        "From",
        mine,
        other.map_or_else(|| "malformed".to_owned(), |from| from.tag().map_or_else(dash, text)),
    );
    let mine = ours.to().map_or_else(|_| "malformed".to_owned(), |to| tag(to.tag));
    let other = theirs.typed::<theirs::To>().and_then(Result::ok);
    check("To", mine, other.map_or_else(|| "malformed".to_owned(), |to| to.tag().map_or_else(dash, text)));

    let mine = ours.call_id().map_or_else(|_| dash(), |id| id.as_str().to_owned());
    let other = theirs.typed::<theirs::CallId>().and_then(Result::ok);
    check("Call-ID", mine, other.map_or_else(dash, |id| text(&id.0)));
    let mine = ours.max_forwards().ok().flatten().map_or_else(dash, |hops| hops.0.to_string());
    let other = theirs.typed::<theirs::MaxForwards>().and_then(Result::ok);
    check("Max-Forwards", mine, other.map_or_else(dash, |hops| hops.0.to_string()));
    let count =
        |values: usize, faulty: bool| if faulty { "malformed".to_owned() } else { values.to_string() };
    let mine: Vec<_> = ours.values::<sip::header::Contact<'_>>().collect();
    let other: Vec<_> = theirs.typed_all::<theirs::ContactValue>().collect();
    check(
        "Contact",
        count(mine.len(), mine.iter().any(Result::is_err)),
        count(other.len(), other.iter().any(Result::is_err)),
    );
}
