//! What a scenario chooses for its user agents: whom they call, how they answer, how they register.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dns::StubConfig;
use sim_api::{CounterStream, Distribution, Seed, SimTime};

use super::identity::Identities;
use super::modify::Change;
use super::names::Identifiers;
use super::persona::Persona;
use super::registration::Bindings;
use crate::locate::Blacklisting;
use crate::location::NextHop;
use crate::message::{Method, StatusCode};
use crate::timers::TimerPolicy;

/// Everything that a node of user agents is made from.
#[derive(Debug)]
pub struct UserAgentsConfig {
    /// Who its lines are.
    pub identities: Identities,
    /// Where requests go, by their URI: the Request-URI or the topmost Route, for REGISTER the address-of-record.
    pub next_hop: Arc<dyn NextHop>,
    /// The timers, by peer.
    pub timers: TimerPolicy,
    /// What the lines do on their own.
    pub calls: Box<dyn CallSource>,
    /// How long after the INVITE a phone begins to ring (180); `None` when it sends no 180 at all.
    pub ringing: Option<Distribution>,
    /// What the callee does, and when.
    pub answering: Answering,
    /// How long a caller waits for a final response before he cancels; `None` for ever.
    pub patience: Option<Duration>,
    /// How the lines register; `None` when they do not.
    pub registration: Option<Registration>,
    /// How the lines answer challenges.
    pub credentials: CredentialPolicy,
    /// Where a caller puts his offer.
    pub offering: Offering,
    /// What a caller does who is told to look elsewhere.
    pub redirection: Redirection,
    /// Whether the lines say what they can: Allow and Supported.
    pub capabilities: Capabilities,
    /// Identifiers to be used before the node makes its own.
    pub identifiers: Identifiers,
    /// Whether elements that failed are avoided; each line remembers for itself.
    pub blacklisting: Blacklisting,
    /// How the node asks the DNS for hops that its table does not know; the token is chosen by the node. All lines
    /// share one client and its cache.
    pub dns: Option<StubConfig>,
    /// How many transactions may live at once in this node.
    pub transaction_limit: usize,
    /// The luck of this node: ages and refresh times of registrations, and the identifiers that it makes.
    pub luck: CounterStream,
    /// The luck of calls, addressed by Call-ID: the same stream for all nodes of a run, so that a call meets the same
    /// callee whatever the network does to it.
    pub call_luck: CounterStream,
}

impl UserAgentsConfig {
    /// Lines that place no calls, do not register, ring at once and answer at once; RFC 3261 timers.
    pub fn new(
        identities: Identities,
        next_hop: Arc<dyn NextHop>,
        seed: Seed,
        node: &str,
    ) -> UserAgentsConfig {
        UserAgentsConfig {
            identities,
            next_hop,
            timers: TimerPolicy::default(),
            calls: Box::new(NoCalls),
            ringing: Some(Distribution::Fixed(Duration::ZERO)),
            answering: Answering::Answer { after: Distribution::Fixed(Duration::ZERO) },
            patience: None,
            registration: None,
            credentials: CredentialPolicy::default(),
            offering: Offering::InInvite,
            redirection: Redirection::Follow,
            capabilities: Capabilities::Stated,
            identifiers: Identifiers::default(),
            blacklisting: Blacklisting::Off,
            dns: None,
            transaction_limit: 1 << 20,
            luck: seed.counter_stream(&format!("ua/{node}")),
            call_luck: seed.counter_stream("ua/calls"),
        }
    }
}

/// How lines answer challenges (RFC 3261 22).
#[derive(Clone, Debug, Default)]
pub struct CredentialPolicy {
    /// The passwords for all requests; `None`: those of the [`Registration`], and without one no challenge is answered.
    pub passwords: Option<Arc<dyn Passwords>>,
    /// Whether credentials name their quality of protection.
    pub quality: Quality,
    /// How long a challenge is remembered, to answer it before it is asked again.
    pub memory: ChallengeMemory,
}

/// Whether credentials name their quality of protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// As the challenge offers it: `qop`, `cnonce` and `nc` are returned.
    #[default]
    //= RFC 3261 22.4: if a client receives a "qop" parameter in a challenge header field, it MUST send the "qop"
    // parameter in any resulting authorization header field
    AsOffered,
    /// Never, as a client of RFC 2069 does, which servers must still understand (RFC 2617 3.2.2.1).
    Unstated,
}

/// How long a line remembers the challenges that it has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChallengeMemory {
    /// As long as its call, or the one request, lasts: an idle line holds nothing.
    #[default]
    //= RFC 3261 22.3: these credentials MUST NOT be cached across dialogs
    Dialog,
    /// For good, as a line may that is configured with the realm of its outbound proxy: all its requests carry
    /// credentials from then on, and the nonce count goes on.
    Line,
}

/// Where a caller puts his offer (RFC 3261 13.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offering {
    /// Into the INVITE.
    InInvite,
    /// Nowhere: the callee offers in his 2xx, and the ACK answers.
    InAck,
}

/// What a caller does with a 3xx (RFC 3261 8.1.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirection {
    /// Calls the contacts in it, one after the other, the preferred one first.
    Follow,
    /// Takes it for a rejection.
    Refuse,
}

/// Whether lines say what they can, in INVITEs and their 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capabilities {
    /// Allow and Supported are there (RFC 3261 13.2.1, 13.3.1.4: SHOULD).
    Stated,
    /// They are left out, as in printed examples.
    Unstated,
}

/// What a line does at a given time on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// When. Never earlier than the plan before it.
    pub at: SimTime,
    /// Which line.
    pub line: u32,
    /// What it does.
    pub act: Act,
}

/// What a line can do on its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Calls someone, and hangs up some time after the answer.
    Call {
        /// The Request-URI, such as `sip:u17@koeln.example`.
        callee: String,
        /// From the answer to the BYE.
        holding: Duration,
    },
    /// Hangs up the answered call.
    HangUp,
    /// Modifies the answered call: re-INVITE.
    Modify(Change),
    /// Sends a REGISTER that says this of its bindings.
    Enrol(Bindings),
    /// Moves to another address of the node, with the persona that it has there.
    Relocate {
        /// The address.
        address: SocketAddr,
        /// The persona.
        persona: Box<Persona>,
    },
    /// Sends a request outside any dialog, such as OPTIONS.
    Request {
        /// The method; one that this crate knows and that makes no dialog.
        method: Method<'static>,
        /// The Request-URI.
        target: String,
    },
}

/// The workload of one node: its plans in the order of time.
pub trait CallSource: fmt::Debug + Send {
    /// The next plan, `None` when there are no more.
    fn next_planned(&mut self) -> Option<Planned>;
}

/// No workload: the lines act on orders only.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCalls;

impl CallSource for NoCalls {
    fn next_planned(&mut self) -> Option<Planned> {
        None
    }
}

/// A workload that is a list.
#[derive(Clone, Debug)]
pub struct Schedule(std::vec::IntoIter<Planned>);

impl Schedule {
    /// The plans, sorted by time; plans for the same instant stay in the order given.
    pub fn new(mut plans: Vec<Planned>) -> Schedule {
        plans.sort_by_key(|plan| plan.at);
        Schedule(plans.into_iter())
    }
}

impl CallSource for Schedule {
    fn next_planned(&mut self) -> Option<Planned> {
        self.0.next()
    }
}

/// What a callee does. Spans count from the instant at which the phone rings (or would, without a 180).
#[derive(Clone, Debug)]
pub enum Answering {
    /// Picks up.
    Answer {
        /// How long he lets it ring.
        after: Distribution,
    },
    /// Refuses with this status, 300–699.
    Reject {
        /// The status.
        status: StatusCode,
        /// How long he lets it ring; the rejection comes instead of a 180 when this is nothing and ringing too.
        after: Distribution,
    },
    /// Lets it ring until someone gives an order or the caller gives up.
    Never,
}

/// How lines register.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The interval that is asked for; whole seconds, at least 1.
    pub expires: Duration,
    /// What the registrar knows of the lines when the run begins.
    pub at_start: AtStart,
    /// When a binding is refreshed.
    pub refresh: Refresh,
    /// How long a line waits after a rejection or a timeout before it tries again.
    pub retry: Duration,
    /// The passwords.
    pub passwords: Arc<dyn Passwords>,
}

/// What the registrar knows of the lines when the run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStart {
    /// Each line has a binding, of an age uniform in [0, expires): see
    /// [`UserAgents::initial_binding`](super::UserAgents::initial_binding).
    Registered,
    /// No bindings: each line registers at an instant uniform in [0, spread).
    Unregistered {
        /// The span over which the first registrations are spread.
        spread: Duration,
    },
}

/// When a binding is refreshed, as a part of the interval that the registrar granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// After this part of it, in thousandths up to 1000, the same each time.
    After(u16),
    /// After a part drawn uniformly between these two for each refresh, in thousandths up to 1000.
    Between(u16, u16),
    /// 600 s before its end when it is longer than 1200 s, else after half of it (3GPP TS 24.229 5.1.1.4.1).
    Ts24229,
}

impl Refresh {
    /// How long after a grant of `granted` the refresh begins; `draw` is below 2^32 and chooses within a range.
    pub(super) fn after(self, granted: Duration, draw: u32) -> Duration {
        let part = |thousandths: u16| granted / 1000 * u32::from(thousandths.min(1000));
        match self {
            Refresh::After(thousandths) => part(thousandths),
            Refresh::Between(low, high) => {
                let (low, high) = (part(low), part(high.max(low)));
                let width = ((high - low).as_nanos() * u128::from(draw)) >> 32;
                low + Duration::from_nanos(width as u64)
            }
            Refresh::Ts24229 if granted > Duration::from_secs(1200) => granted - Duration::from_secs(600),
            Refresh::Ts24229 => granted / 2,
        }
    }
}

/// The passwords of subscribers, which they share with their registrar.
pub trait Passwords: fmt::Debug + Send + Sync {
    /// The password of `user` in `realm`, `None` when he has none there.
    fn password(&self, user: &str, realm: &str) -> Option<String>;
}

/// Passwords that follow from the user's name, for populations.
#[derive(Clone, Debug)]
pub struct DerivedPasswords {
    /// What all of them begin with.
    pub prefix: String,
}

impl Passwords for DerivedPasswords {
    fn password(&self, user: &str, _: &str) -> Option<String> {
        Some(format!("{}{user}", self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ts_24_229_refreshes_600_s_before_the_end_or_half_way() {
        let after = |secs| Refresh::Ts24229.after(Duration::from_secs(secs), 0).as_secs();
        assert_eq!((after(600_000), after(1201), after(1200), after(60)), (599_400, 601, 600, 30));
    }

    #[test]
    fn a_range_of_refresh_times_is_covered_by_its_draws() {
        let refresh = Refresh::Between(500, 900);
        let hour = Duration::from_secs(3600);
        assert_eq!(refresh.after(hour, 0), hour / 2);
        assert!(refresh.after(hour, u32::MAX) < hour * 9 / 10);
        assert!(refresh.after(hour, u32::MAX) > hour * 89 / 100);
        assert_eq!(Refresh::After(500).after(hour, 7), hour / 2);
    }
}
