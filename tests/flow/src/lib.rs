//! Call-flow tests: name the entities, break something, run, compare the ladder.
//!
//! # What it models
//!
//! Small networks of user agents, stateful proxies and redirect servers, each on a host of its own, in virtual time: the
//! same nodes, the same octets and the same links as in an experiment. Hosts that follow a script ([`Flow::peer`]) send
//! whatever octets the test writes. A test says what goes wrong, and compares what crossed the
//! network with a ladder that a reviewer can read.
//!
//! # What it leaves out
//!
//! Populations, workloads and statistics: those are experiments. A proxy here takes no time to process a message.
//!
//! ```text
//!   Flow::new(["alice", "pcscf", "bob"])
//!
//!      alice ────────── pcscf ────────── bob        one host each: 192.0.2.1, .2, .3
//!     user agent  ▲     proxy,      ▲  user agent   the ends are user agents, what lies between are proxies
//!                 │    registrar    │
//!            alice-pcscf         pcscf-bob          one link each, 10 ms one way unless told otherwise
//! ```
//!
//! A lost INVITE:
//!
//! ```
//! use flow::{Flow, expect, ms};
//!
//! let mut net = Flow::new(["alice", "pcscf", "bob"]).one_way(ms(10));
//! net.between("pcscf", "bob").drop_next("INVITE");
//! net.alice().calls("bob");
//! net.run_until_quiet();
//! net.expect(expect![[r#"
//!     ms         alice           pcscf           bob
//!     0.0        |--- INVITE --->|               |
//!     10.0       |<---- 100 -----|               |
//!     10.0       |               |--- INVITE ---x|
//!     510.0      |               |--- INVITE --->|
//!     520.0      |               |<---- 180 -----|
//!     520.0      |               |<---- 200 -----|
//!     530.0      |<---- 180 -----|               |
//!     530.0      |<---- 200 -----|               |
//!     540.0      |----- ACK ---->|               |
//!     550.0      |               |----- ACK ---->|
//! "#]]);
//! net.assert_probe("retransmissions", 1);
//! ```
//!
//! # Writing a regression
//!
//! Begin with the smallest flow that shows the fault: as few hosts as possible, one thing broken. Call
//! [`Flow::expect`] with an empty `expect![[""]]`, run with `UPDATE_EXPECT=1`, and the ladder is written into the
//! test. Then read it against the RFC, arrow by arrow: a golden ladder is a claim that this is right, and who reviews
//! the change reads it too. Ladders show when and whether a message crossed; what it says is asserted on its octets
//! ([`Flow::sent`], [`Sent::header`]), and what a node made of it by its probes ([`Flow::assert_probe`]).
//!
//! # Contract
//!
//! - Configure first (the methods that take and return the flow), then act. The first order or run builds the
//!   network; a link may be broken before.
//! - A name that does not exist, or an order that cannot be carried out, fails the test at the caller's line.
//! - Every run ends with the laws of conservation, and [`Flow::run_until_quiet`] with the assertion that no transaction
//!   is alive at a host that is up.
//! - A test that fails prints the ladder of the whole run and the seed, whatever failed.
//! - The same flow gives the same octets at the same nanoseconds: see [`Flow::digest`].
//!
//! # Standards
//!
//! What the nodes obey is the business of the crate `sip`. Names resolve without a DNS (RFC 3263 with a table in its
//! place): see [`Flow::new`].

mod assembly;
mod between;
mod configure;
mod directions;
mod flow;
mod logbook;
mod names;
mod peer;
mod plan;
mod role;
mod run;
mod sent;
mod user;

use std::time::Duration;

pub use between::Between;
pub use expect_test::{Expect, expect};
pub use flow::Flow;
pub use peer::Peer;
pub use role::{ProxyPlan, RedirectPlan, UserPlan};
pub use run::QUIET_LIMIT;
pub use sent::Sent;
pub use user::User;

/// A span of so many milliseconds.
pub const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A span of so many seconds.
pub const fn s(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[cfg(test)]
mod tests;
