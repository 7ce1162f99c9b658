//! User agents: callers, callees and registered subscribers (RFC 3261 8, 9, 10.2, 11, 13, 15).
//!
//! ```text
//!                    ┌──────────────── UserAgents ────────────────┐
//!   CallSource ────▶ │ lines     a row each: 64 octets, one call  │
//!   orders ────────▶ │ UAC core  INVITE, ACK, CANCEL, BYE         │ ◀──▶ Transactions ◀──▶ network
//!   Answering ─────▶ │ UAS core  180, 200 until ACK, 486, 487 …   │
//!   Registration ──▶ │ REGISTER  401, credentials, refresh        │
//!                    └────────────────────────────────────────────┘
//! ```
//!
//! One node is anything from a protocol test's `alice` to a city of subscribers. A line that does nothing is a row;
//! it gets a call record only while it has a call. Everything else is chosen by the [`UserAgentsConfig`]: whom the
//! lines call ([`CallSource`]), where requests go ([`NextHop`](crate::location::NextHop)), how a callee answers
//! ([`Answering`]), how lines register ([`Registration`]).
//!
//! ```
//! use std::sync::Arc;
//! use sim_api::{Context, Effect, Lineage, Seed, SimTime};
//! use sip::location::StaticTable;
//! use sip::ua::{Identities, UserAgents, UserAgentsConfig};
//!
//! let seed = Seed::new(1);
//! let alice = Identities::one("alice", "example.com", "192.0.2.1:5060".parse().unwrap());
//! let mut node = UserAgents::new(UserAgentsConfig::new(alice, Arc::new(StaticTable::new()), seed, "alice"));
//! let (mut rng, mut effects) = (seed.stream("node/alice"), Vec::new());
//! let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
//! node.call(0, "sip:bob@192.0.2.2", None, &mut cx).unwrap();
//! let Some(Effect::Send(invite)) = effects.iter().find(|effect| matches!(effect, Effect::Send(_))) else { panic!() };
//! assert_eq!(invite.to, "192.0.2.2:5060".parse().unwrap());
//! assert!(invite.payload.starts_with(b"INVITE sip:bob@192.0.2.2 SIP/2.0\r\n"));
//! ```
//!
//! When the measured time is over, no plan is carried out and no line registers any more. A call that talks is hung up
//! by its caller at once; a call that rings is still answered, so that slow calls stay in the statistics, and hung up
//! then. Whatever a lost peer leaves behind is given up after 64·T1: a drained node holds nothing.
//!
//! A call is modified by order: re-INVITE, which a peer accepts as long as it can agree to the offer. A challenge is
//! answered in any request, a redirection followed, as the configuration says. A line forgets a challenge with the
//! call or request that met it, unless told otherwise, so that each refresh is challenged anew.
//!
//! Left out: UPDATE, reliable provisional responses (so an early dialog of the caller needs no state), the header
//! fields in URIs of a redirection, and media: the session descriptions are real, no packet follows them.

mod call;
mod compose;
mod exchange;
mod identity;
mod invite;
mod line;
mod modify;
mod names;
mod node;
mod orders;
mod persona;
mod policy;
mod registration;
mod respond;
mod session;
mod targets;
#[cfg(test)]
pub(crate) mod tests;
mod transact;
mod uac;
mod uas;
mod wallet;

pub use identity::{Identities, NamedLine};
pub use modify::Change;
pub use names::Identifiers;
pub use node::UserAgents;
pub use orders::{CallHandle, NotDone};
pub use persona::{Persona, SessionPersona};
pub use policy::{
    Act, Answering, AtStart, CallSource, Capabilities, ChallengeMemory, CredentialPolicy, DerivedPasswords,
    NoCalls, Offering, Passwords, Planned, Quality, Redirection, Refresh, Registration, Schedule,
    UserAgentsConfig,
};
pub use registration::{Bindings, InitialBinding};
