//! Flows of user agents over a network of constant delay.

mod bindings;
mod calls;
mod challenges;
pub(crate) mod driver;
mod loss;
mod modify;
mod persona;
mod redirects;
mod registration;
mod rules;

use std::sync::Arc;
use std::time::Duration;

use sim_api::{Distribution, Seed};

use crate::location::StaticTable;
use crate::ua::{Answering, Identities, UserAgents, UserAgentsConfig};
use driver::World;

pub(crate) const ALICE: &str = "192.0.2.1:5060";
pub(crate) const BOB: &str = "192.0.2.2:5060";

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn fixed(millis: u64) -> Distribution {
    Distribution::Fixed(ms(millis))
}

/// The configuration of one user whose network knows where `a.example` and `b.example` are.
fn user(name: &str, domain: &str, address: &str) -> UserAgentsConfig {
    let identities = Identities::one(name, domain, address.parse().unwrap());
    let table = StaticTable::new()
        .with_domain("a.example", &[ALICE.parse().unwrap()])
        .with_domain("b.example", &[BOB.parse().unwrap()]);
    UserAgentsConfig::new(identities, Arc::new(table), Seed::new(7), name)
}

fn alice() -> UserAgentsConfig {
    user("alice", "a.example", ALICE)
}

fn bob(answering: Answering) -> UserAgentsConfig {
    UserAgentsConfig { answering, ..user("bob", "b.example", BOB) }
}

fn answers_after(millis: u64) -> Answering {
    Answering::Answer { after: fixed(millis) }
}

/// Alice and Bob, 10 ms apart.
fn pair(alice: UserAgentsConfig, bob: UserAgentsConfig) -> World {
    between(World::new(ms(10)), alice, bob)
}

fn between(world: World, alice: UserAgentsConfig, bob: UserAgentsConfig) -> World {
    world.agents("alice", UserAgents::new(alice)).agents("bob", UserAgents::new(bob))
}

/// Alice calls Bob; with a holding time she hangs up.
fn call(world: &mut World, holding: Option<Duration>) {
    world.order("alice", |ua, cx| ua.call(0, "sip:bob@b.example", holding, cx)).unwrap();
}
