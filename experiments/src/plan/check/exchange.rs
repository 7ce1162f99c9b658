//! Exchanges.

use sim_api::Probability;
use sim_net::{IPV4_HEADER, Jitter, Loss, UDP_HEADER};
use topologies::Link;
use topologies::text::Diagnostics;

use super::Scope;
use super::workload::idle;
use crate::plan::limits::EXCHANGED_MESSAGES_MAX;
use crate::schema::ExchangedMessage;

pub(super) fn check(scope: &Scope<'_>, messages: &[ExchangedMessage], wrong: &mut Diagnostics) {
    if !(1..=EXCHANGED_MESSAGES_MAX).contains(&messages.len()) {
        let problem = format!("an exchange has 1 to {EXCHANGED_MESSAGES_MAX} messages");
        wrong.push(scope.at("workload.calls.messages").problem(problem));
        return;
    }
    idle(scope, "an exchange brings its own two ends", wrong);
    let Some(topology) = scope.topology else { return };
    let (2, [link]) = (topology.nodes.len(), &topology.links[..]) else {
        wrong.push(scope.at("topology").problem("an exchange needs two nodes and one link"));
        return;
    };
    if !carries_everything(link) {
        let problem = "an exchange sends nothing twice: its link loses, changes, copies and reorders nothing";
        wrong.push(scope.at("topology").problem(problem));
    }
    let largest = link.mtu.saturating_sub(IPV4_HEADER + UDP_HEADER) as u64;
    for (i, message) in messages.iter().enumerate() {
        if !(1..=largest).contains(&message.octets()) {
            let problem = format!("a message has 1 to {largest} octets, which fit the MTU of the link");
            wrong.push(scope.at(&format!("workload.calls.messages.{i}.size")).problem(problem));
        }
    }
}

fn carries_everything(link: &Link) -> bool {
    link.loss == Loss::None
        && link.jitter == Jitter::None
        && [link.duplication, link.corruption] == [Probability::ZERO; 2]
}
