//! Record marking of SigComp on a stream.

use sigcomp::stream::{Framer, write_message};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "sigcomp-stream",
    run,
    seeds: &[
        b"\xff\xff\xf8\x01\x71\x08\x00\x02\xff\x00\xff\x03\xff\xff\xff\xff\xff\xf8second\xff\xff",
        b"\xff\x7fone hundred and twenty-seven octets are quoted, which is more than there are",
        b"\xff\x80reserved",
    ],
    corpora: &[],
    tokens: &["\0", "\x01", "\x7f"],
};

const MESSAGE_MAX: usize = 8192;

fn run(octets: &[u8]) {
    let mut framer = Framer::new(MESSAGE_MAX);
    let mut rest = octets;
    while !rest.is_empty() {
        let Ok(Some(message)) = framer.next_message(&mut rest) else { continue };
        assert!(!message.is_empty() && message.len() <= MESSAGE_MAX);
        let mut marked = Vec::new();
        write_message(&message, &mut marked);
        let again = Framer::new(MESSAGE_MAX).next_message(&mut &marked[..]);
        assert_eq!(again, Ok(Some(message)), "marking is read back");
    }
}
