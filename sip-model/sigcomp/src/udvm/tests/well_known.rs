//! Bytecode that others have published.

use super::receive;
use crate::{Decompressor, MemorySize, Message, Parameters, Received, Resources, Start, Transport};

//= RFC 4896 11: bytecode that simply instructs the decompressor to output the entire message
#[test]
fn uncompressed_bytecode_gives_the_message_out() {
    let code = [0xf8, 0x00, 0xa1, 0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23];
    let text = b"OPTIONS sip:bob@example.com SIP/2.0\r\n";
    let message = receive(&[&code[..], text].concat()).unwrap();
    assert_eq!(message.octets.unwrap(), text);
    assert_eq!(message.cycles, 5 * text.len() as u64 + 2 + 1);
}

/// RFC 4464 4.1.4 gives the compressed octets of this sentence, and A.1.4 the code.
#[test]
fn deflate_bytecode_decompresses_the_example_of_its_rfc() {
    let compressed = [
        0xf3, 0xc9, 0x4c, 0x4b, 0xd5, 0x51, 0x28, 0xc9, 0x48, 0x55, 0x08, 0xcd, 0xcb, 0x2c, 0x4b, 0x2d, 0x2a,
        0x4e, 0x55, 0x48, 0xcc, 0x4b, 0x51, 0x70, 0x05, 0x32, 0x2b, 0x4b, 0x32, 0x32, 0xf3, 0xd2, 0xb9, 0x00,
    ];
    let code: [u8; 273] = include!("../../../benches/rfc4464_deflate.in");
    let start = Start::Bytecode { code: &code, destination: 320 };
    let message = Message { returned_feedback: None, start, input: &compressed }.octets().unwrap();
    let resources =
        Resources { decompression_memory_size: MemorySize::K16, ..Parameters::SIP_MINIMUM.resources };
    let endpoint = Decompressor::new(Parameters { resources, version: 2 });
    let Ok(Received::Message(message)) = endpoint.receive(&message, Transport::MessageBased) else {
        panic!("the message decompresses");
    };
    assert_eq!(message.octets.unwrap(), b"Life, the Universe and Everything\n");
    assert_eq!(message.pending.state_requests.len(), 1, "code and buffer are to be kept");
}
