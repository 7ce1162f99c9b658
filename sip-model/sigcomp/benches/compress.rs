//! Compressing and decompressing one SIP message of 600 octets in a compartment that is acquainted.

use criterion::{Criterion, criterion_group, criterion_main};
use sigcomp::CompartmentId;
use sigcomp::compress::Policy;
use sigcomp::endpoint::{Arrival, Endpoint, Settings};

const PEER: CompartmentId = CompartmentId(1);

/// An INVITE of 600 octets, the `n`th of a caller.
fn invite(n: u32) -> Vec<u8> {
    let start = format!(
        "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK{n:010}\r\nMax-Forwards: 70\r\n\
         From: Alice <sip:alice@atlanta.example.com>;tag={n:08}\r\nTo: Bob <sip:bob@biloxi.example.com>\r\n\
         Call-ID: {n:016}@atlanta.example.com\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:alice@client.atlanta.example.com;transport=udp>\r\n\
         Content-Type: application/sdp\r\nContent-Length: 151\r\n\r\n\
         v=0\r\no=alice 2890844526 2890844526 IN IP4 client.atlanta.example.com\r\ns=-\r\n\
         c=IN IP4 192.0.2.101\r\nt=0 0\r\nm=audio 49172 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    );
    let mut octets = start.into_bytes();
    octets.resize(600, b'\n');
    octets
}

/// One message there, one back, so that both sides acknowledge.
fn exchange(endpoints: &mut [Endpoint; 2], n: u32) {
    for (from, to) in [(0, 1), (1, 0)] {
        let plain = invite(n + from as u32);
        let mut wire = Vec::new();
        endpoints[from].send(PEER, &plain, &mut wire).expect("a SIP endpoint can decompress it");
        let Arrival::Message(arrived) = endpoints[to].receive(&wire) else { panic!("not decompressed") };
        endpoints[to].grant(PEER, &arrived.octets, arrived.pending);
    }
}

fn compress(criterion: &mut Criterion) {
    for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
        let mut endpoints = [Endpoint::new(Settings::sip(policy)), Endpoint::new(Settings::sip(policy))];
        let mut n = 0;
        let name = format!("compress, decompress, grant: two messages of 600 octets, {policy:?}");
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| {
                n += 2;
                exchange(&mut endpoints, n);
            });
        });
    }
}

criterion_group!(benches, compress);
criterion_main!(benches);
