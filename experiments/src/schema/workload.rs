//! What the network is asked to do.

use serde::Deserialize;
use topologies::unit::{CallRate, Span, SpanDistribution};

use super::default;
use super::exchange::{CompressionRatio, ExchangedMessage};
use super::farm::{Blacklist, Farm, ServerFailure};
use super::population::Timers;

/// What the network is asked to do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Who calls whom, and when; or a probe.
    pub calls: Calls,
    /// From answer to hanging up. Needed by demands.
    #[serde(default)]
    pub holding: Option<SpanDistribution>,
}

/// Who calls whom, and when.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Calls {
    /// Poisson arrivals of the population, to cities in proportion to the topology's demands:
    /// `demands(per_subscriber: per_h(4))`.
    Demands {
        /// Calls that a subscriber begins.
        per_subscriber: CallRate,
    },
    /// Single calls between named agents: `script([(at: s(0), from: "alice", to: "bob", holding: s(10))])`.
    Script(Vec<ScriptedCall>),
    /// One client and one server at the ends of one link: `loss_probe(case: non_invite, trials: 25000)`.
    LossProbe {
        /// What the client asks and the server does.
        case: LossCase,
        /// Trials of each run.
        trials: u64,
        /// From the start of a trial to that of the next.
        #[serde(default = "default::spacing")]
        spacing: Span,
        /// The timer set of both.
        #[serde(default)]
        timers: Timers,
    },
    /// Messages of given sizes between the ends of one link, by turns:
    /// `exchange(messages: [up(message: "INVITE", size: octets(620)), down(message: "183", size: octets(500))])`.
    Exchange {
        /// The messages, in order.
        messages: Vec<ExchangedMessage>,
        /// How many times smaller each message is sent.
        #[serde(default = "default::compression_ratio")]
        ratio: CompressionRatio,
    },
    /// A flow of RFC 3665, generated and compared message by message: `rfc3665(section: "3.2")`.
    Rfc3665 {
        /// The section of the flow.
        section: String,
    },
    /// Clients who each send two INVITEs to a domain of several servers, some of which failed:
    /// `failover_probe(farm: (servers: 2, failed: 1), failure: silent, blacklist: off, trials: 500, spacing: s(1))`.
    FailoverProbe {
        /// The servers.
        farm: Farm,
        /// How those fail that failed.
        failure: ServerFailure,
        /// Whether clients remember failures.
        blacklist: Blacklist,
        /// Clients that are measured in each run.
        trials: u32,
        /// From the first request of a client to that of the next.
        spacing: Span,
        /// The timer set of all.
        #[serde(default)]
        timers: Timers,
    },
    /// One host's processors without a network:
    /// `queue_probe(arrivals: per_s(0.8), service: exponential(mean: s(1)), servers: 1, jobs: 1000000)`.
    QueueProbe {
        /// The rate of a Poisson stream.
        arrivals: CallRate,
        /// Service times.
        service: SpanDistribution,
        /// Processors.
        servers: u32,
        /// Jobs that find room, those in service included; left out, any number.
        #[serde(default)]
        places: Option<u32>,
        /// Measured arrivals of each run.
        jobs: u64,
        /// Arrivals before measuring starts.
        #[serde(default = "default::unmeasured_jobs")]
        unmeasured: u64,
    },
}

/// What the client of a loss probe asks and its server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCase {
    /// A request other than INVITE, answered at once.
    NonInvite,
    /// An INVITE answered 180 at once, and 200 only after 64*T1.
    InviteRinging,
    /// An INVITE answered 200 at once.
    InviteAnswered,
    /// An INVITE rejected at once.
    InviteRejected,
}

/// One call between named agents.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedCall {
    /// When the INVITE is sent.
    pub at: Span,
    /// The calling user agent.
    pub from: String,
    /// The called user agent.
    pub to: String,
    /// From answer to hanging up; left out, the workload's holding time.
    #[serde(default)]
    pub holding: Option<Span>,
    /// The caller cancels when nobody has answered for this long; left out, it waits.
    #[serde(default)]
    pub cancel_after: Option<Span>,
}
