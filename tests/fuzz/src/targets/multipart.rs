//! Multipart bodies.

use sip::multipart::{Boundary, Multipart};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "multipart",
    run,
    seeds: &[
        b"preamble\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b\r\n\r\nbody\r\n--b--\r\nepilogue",
        b"--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n\r\n--b--\r\n--c--\r\n--b--\r\n",
    ],
    corpora: &["conformance/rfc4475/mpart01.dat"],
    tokens: &[
        "--b", "--b--", "--c", "\r\n", "\r\n--b\r\n", "Content-Type: multipart/mixed;boundary=b\r\n\r\n", "-", "--",
        "Content-Type: multipart/mixed;boundary=", ": ", "boundary=\"\"", " \t",
    ],
};

fn run(octets: &[u8]) {
    let boundary = Boundary::new(b"b").expect("a boundary");
    let Ok(body) = Multipart::parse(octets, boundary) else { return };
    let leaves: usize = body.leaves().iter().map(|leaf| leaf.body.len()).sum();
    assert!(leaves <= octets.len());
}
