//! The deterministic event loop: queue, run loop, host CPU model, capture, digest.

pub mod queue;
