//! The deterministic event loop: queue, run loop, host CPU model, capture, digest.

pub mod capture;
pub mod cpu;
pub mod queue;
