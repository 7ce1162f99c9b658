//! Handles one INVITE of 900 octets so often that a profiler can count the instructions of one time.
//!
//! `parse_cost MODE N` with MODE `parse` (index alone), `key` (and transaction key) or `forward` (and a proxy's
//! stateless forward). Instructions of one time = (I(2N) - I(N)) / N, where I is what
//! `valgrind --tool=callgrind` counts for a release build.

use std::hint::black_box;
use std::process::ExitCode;

use sip::message::{Edit, HeaderName, Message, TransactionKey};

const INVITE: &[u8] = include_bytes!("../benches/invite.sip");

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mode, count) = (arguments.next(), arguments.next().and_then(|count| count.parse::<u32>().ok()));
    let (Some(mode), Some(count)) = (mode, count) else { return usage() };
    let mut out = Vec::with_capacity(2048);
    for _ in 0..count {
        match mode.as_str() {
            "parse" => drop(black_box(Message::parse(black_box(INVITE)))),
            "key" => drop(black_box(key(black_box(INVITE)))),
            "forward" => {
                out.clear();
                black_box(forward(black_box(INVITE), &mut out));
                black_box(&out);
            }
            _ => return usage(),
        }
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: parse_cost parse|key|forward N");
    ExitCode::from(2)
}

fn key(octets: &[u8]) -> Option<TransactionKey> {
    let message = Message::parse(octets).ok()?;
    TransactionKey::of_request(&message).ok()
}

/// What a stateless proxy does to a request without Route: Via and Record-Route, one hop less, another Request-URI.
fn forward(octets: &[u8], out: &mut Vec<u8>) -> Option<TransactionKey> {
    let message = Message::parse(octets).ok()?;
    let key = TransactionKey::of_request(&message).ok()?;
    let mut edit = Edit::new(&message);
    edit.set_uri(&"sip:u17@192.0.2.77:5062");
    edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p2.koeln.example;branch=z9hG4bK83749.1");
    edit.push_top(HeaderName::RecordRoute, &"<sip:p2.koeln.example;lr>");
    edit.decrement_max_forwards().ok()??;
    edit.write_into(out);
    Some(key)
}
