//! Time to parse, key and forward one INVITE of 900 octets, and to compose its answer.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sip::header::Tag;
use sip::message::{Composer, Edit, HeaderName, Message, ResponseHead, StatusCode, TransactionKey};

const INVITE: &[u8] = include_bytes!("invite.sip");

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("invite of 900 octets");
    group.throughput(Throughput::Bytes(INVITE.len() as u64));
    group.bench_function("parse", |bencher| bencher.iter(|| Message::parse(black_box(INVITE)).is_ok()));
    group.bench_function("parse and key", |bencher| {
        bencher.iter(|| {
            let message = Message::parse(black_box(INVITE)).expect("the message is well-formed");
            TransactionKey::of_request(&message).is_ok()
        });
    });
    group.bench_function("parse, key and forward", |bencher| {
        let mut out = Vec::with_capacity(2048);
        bencher.iter(|| {
            out.clear();
            forward(black_box(INVITE), &mut out);
            out.len()
        });
    });
    group.bench_function("parse and answer 100", |bencher| {
        let mut out = Vec::with_capacity(2048);
        bencher.iter(|| {
            out.clear();
            let message = Message::parse(black_box(INVITE)).expect("the message is well-formed");
            let head = ResponseHead::new(&message, StatusCode::TRYING);
            Composer::response(&mut out, &head).finish();
            out.len()
        });
    });
    group.bench_function("parse and read all mandatory", |bencher| {
        bencher.iter(|| {
            let message = Message::parse(black_box(INVITE)).expect("the message is well-formed");
            message.mandatory().is_ok_and(|mandatory| mandatory.from.tag == Tag::new("9fxced76sl"))
        });
    });
    group.finish();
}

fn forward(octets: &[u8], out: &mut Vec<u8>) {
    let message = Message::parse(octets).expect("the message is well-formed");
    black_box(TransactionKey::of_request(&message)).expect("its Via is well-formed");
    let mut edit = Edit::new(&message);
    edit.set_uri(&"sip:u17@192.0.2.77:5062");
    edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p2.koeln.example;branch=z9hG4bK83749.1");
    edit.push_top(HeaderName::RecordRoute, &"<sip:p2.koeln.example;lr>");
    edit.decrement_max_forwards().expect("Max-Forwards is well-formed");
    edit.write_into(out);
}

criterion_group!(benches, parse);
criterion_main!(benches);
