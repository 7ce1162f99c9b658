//! Each instruction at its limits, and any bytecode at all.

mod code;
mod failure;
mod hostile;
mod instruction;
mod well_known;

use crate::{
    CyclesPerBit, Decompressed, Decompressor, Failure, MemorySize, Parameters, Received, Resources, Transport,
};

/// What becomes of `message` at an endpoint with 8,192 octets of memory and 16 cycles per bit.
fn receive(message: &[u8]) -> Result<Decompressed, Failure> {
    receive_by(&Decompressor::new(Parameters::SIP_MINIMUM), message)
}

fn receive_by(endpoint: &Decompressor, message: &[u8]) -> Result<Decompressed, Failure> {
    endpoint.receive(message, Transport::MessageBased).map(|received| match received {
        Received::Message(message) => message,
        Received::Nack(nack) => panic!("not a NACK: {nack:?}"),
    })
}

/// An endpoint with the most memory and cycles that there are.
fn generous() -> Decompressor {
    let resources = Resources {
        cycles_per_bit: CyclesPerBit::C128,
        decompression_memory_size: MemorySize::K128,
        state_memory_size: Some(MemorySize::K128),
    };
    Decompressor::new(Parameters { resources, version: 2 })
}
