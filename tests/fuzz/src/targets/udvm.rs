//! SigComp messages: any bytecode, on an endpoint with little and one with much memory.

use sigcomp::{
    CompartmentId, CyclesPerBit, Decompressor, MemorySize, Nack, Parameters, Received, Resources, Transport,
};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "udvm",
    run,
    seeds: &[
        b"\xf8\x00\xa1\x1c\x01\x86\x09\x22\x86\x01\x16\xf9\x23uncompressed, as in RFC 4896 11",
        b"\xfc\x05\x01\x11\x1c\x01\x86\x09\x22\x86\x01\x16\xf9\x23\x00\x00\x11\x87\x87\x06\x00asks to be kept as state",
        b"\xf9\xfb\xe5\x07\xdf\xe5\xe6names the dictionary of RFC 3485",
        b"\xf8\x00\x01\x01\x1f\x01\x23adb1d3d20aa1234567890abcdef",
        b"\xf8\x01\xa1\x0f\x86\x04\x20\x29\x00\x22\x12\xa0\x44\x02\x60\x14\x02\xa0\x64\x23\x22\xa0\x44\x02\x06\x22\x01\x16\xef",
        b"\xf8\x03\xa1\x1f\xa0\xa6\x14\xac\xfe\x01\x20\x00\x1f\xa0\xa6\x06\xac\xff\x01\x21\x00\x1f\xa0\xa6\x0c\xad\x00\x01\
          \x22\x00\x22\x20\x03\x23\0\0\0\0\0\0\0\xfb\xe5\x07\xdf\xe5\xe6\xaa\x5a\xf2\xab\xb9\x14\xce\xaa\x05\xf9\x9c\xe6\x1b\xa5",
        b"\xf8\x01\x81\x15\xa0\x46\x18\x01\x01\x15\xa0\x5e\x14\x87\x01\x1c\x02\xa0\x44\x13\x1b\x62\xa0\x46\x2c\x0e\x23\x62\xcb",
        b"\xf8\x01\xd1\x1e\xa0\x46\x1c\x02\x62\x00\x62\x62\x62\x00\xff\x00\x22\xa0\x46\x02\x06\x22\x01\x0a\x22\x07\x06\x22\x01\
          \x16\xee\x23\x93\x2e\xac\x71\x66\xd8\x6f",
        b"\xf8\x0d\xc1\x0c\x88\x02\x17\x0b\x88\x02\x17\x22\xa1\x2e\x2d\x23\0\0\0\0\0\0\0",
    ],
    corpora: &[],
    tokens: &[
        "\x0b\x40\x40\x40", "\x0c\x20\x02\x20", "\x0d\x20\x20\x20", "\x0f\x20\x01\x20", "\x12\x40\x40\x41", "\x13\x40\x40\x20",
        "\x14\x40\x40\x20", "\x15\x40\x40\x01\x01", "\x16\x00", "\x18\x05", "\x19", "\x1a\x02\x41\x03\x04", "\x20\x40\x40\x00\x06\x00",
        "\x21\x20\x06", "\x22\x00\x3f", "\x23\x40\x40\x40\x40\x00\x06\x00", "\x0e\x46\x20", "\x10\x40", "\x11\x20", "\x1c\x01\x20\x03",
    ],
};

fn run(octets: &[u8]) {
    let large = Resources {
        cycles_per_bit: CyclesPerBit::C16,
        decompression_memory_size: MemorySize::K128,
        state_memory_size: Some(MemorySize::K128),
    };
    for resources in [Parameters::SIP_MINIMUM.resources, large] {
        let mut endpoint = Decompressor::new(Parameters { resources, version: 2 });
        // The second time the endpoint may hold what the first message left.
        receive(&mut endpoint, octets, resources);
        receive(&mut endpoint, octets, resources);
    }
}

fn receive(endpoint: &mut Decompressor, octets: &[u8], resources: Resources) {
    let compartment = CompartmentId(1);
    let cycles_max = resources.cycles_per_bit.for_message(octets.len());
    match endpoint.receive(octets, Transport::MessageBased) {
        Ok(Received::Message(message)) => {
            assert!(
                message.cycles <= cycles_max && message.octets.is_none_or(|octets| octets.len() <= 65_536)
            );
            endpoint.grant(compartment, message.pending);
            let size = resources.state_memory_size.map_or(0, MemorySize::octets);
            assert!(endpoint.states().used(compartment) <= size);
        }
        Ok(Received::Nack(_)) => {}
        Err(failure) => {
            assert!(failure.cycles <= cycles_max, "{failure}");
            let mut nack = Vec::new();
            Nack::answering(octets, &failure).inspect(|answer| answer.write_to(&mut nack));
            assert!(nack.is_empty() || Nack::parse(&nack).is_some());
        }
    }
}
