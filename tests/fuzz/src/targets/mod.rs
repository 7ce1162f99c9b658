//! The targets: one for each reader of octets from outside.

mod digest;
mod dns;
mod message;
mod node;
mod scenario;
mod sdp;
mod sigcomp_stream;
mod udvm;
mod uri;

use crate::Target;

/// All targets, in the order in which `fuzz all` tries them.
pub const TARGETS: &[Target] = &[
    message::TARGET,
    uri::TARGET,
    sdp::TARGET,
    digest::TARGET,
    scenario::TARGET,
    dns::TARGET,
    sigcomp_stream::TARGET,
    udvm::TARGET,
    node::TARGET,
];
