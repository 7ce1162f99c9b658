//! The targets: one for each reader of octets from outside.

mod digest;
mod dns;
mod message;
mod multipart;
mod node;
mod scenario;
mod sdp;
mod sigcomp_stream;
mod stream;
mod udvm;
mod uri;

use crate::Target;

/// All targets, in the order in which `fuzz all` tries them.
pub const TARGETS: &[Target] = &[
    message::TARGET,
    stream::TARGET,
    uri::TARGET,
    sdp::TARGET,
    multipart::TARGET,
    digest::TARGET,
    udvm::TARGET,
    sigcomp_stream::TARGET,
    dns::TARGET,
    scenario::TARGET,
    node::TARGET,
];
