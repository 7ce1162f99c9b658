//! The experiment file as serde reads it: one struct or enum a word of the file, units in the values.
//!
//! Types refuse what no experiment can mean (an unknown field, a rate of zero, NaN); what depends on other parts of the
//! file (a site that the topology lacks, a factor whose path leads nowhere) is found by [`crate::plan`], all at once and
//! each with its place.

mod agent;
mod compression;
pub mod default;
mod exchange;
mod farm;
mod fault;
mod judgement;
mod name_service;
mod plot;
mod population;
mod proxies;
mod raw;
mod replications;
mod workload;

use serde::Deserialize;
use topologies::TopologyFile;
use topologies::unit::Span;

pub use agent::{Agent, Answers, RecordRoute, Route};
pub use compression::Compression;
pub use exchange::{CompressionRatio, ExchangedMessage};
pub use farm::{Blacklist, Failover, Farm, ServerFailure};
pub use fault::{CrashExtent, FaultEntry, MemoryAfterCrash};
pub use judgement::{Expectation, Judge, Levels, Relation, ServiceLevel};
pub use name_service::{
    AddressOf, Misbehaves, NameResolver, NameServer, NameService, RecordEntry, ZoneEntry,
};
pub use plot::{Plot, PlotStatistic, PlottedKind};
pub use population::{Apportionment, AtStart, DigestAlgorithm, Population, Register, Subscribers, Timers};
pub use proxies::{ClassServiceTime, Proxies, Sites};
pub use raw::Raw;
pub use replications::Replications;
pub use workload::{Calls, LossCase, ScriptedCall, Workload};

/// One experiment: a question, the network and load that it is asked of, and how the answer is judged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Its name: letters, digits, `-` and `_`. Also the name of the output folder.
    pub name: String,
    /// The question that the report answers, in one sentence.
    pub question: String,
    /// The seed from which each replication's is made.
    #[serde(default = "default::seed")]
    pub seed: u64,
    /// The network; a queue probe needs none.
    #[serde(default)]
    pub topology: Option<TopologySource>,
    /// Groups of subscribers.
    #[serde(default)]
    pub population: Vec<Population>,
    /// Single user agents and proxies with names, for scripted call flows.
    #[serde(default)]
    pub agents: Vec<Agent>,
    /// The proxy-registrars that serve the population.
    #[serde(default)]
    pub proxies: Option<Proxies>,
    /// The Domain Name System; left out, there is none.
    #[serde(default)]
    pub dns: Option<NameService>,
    /// What the network is asked to do.
    pub workload: Workload,
    /// What breaks, and when.
    #[serde(default)]
    pub faults: Vec<FaultEntry>,
    /// Virtual time before measuring starts.
    #[serde(default = "default::warmup")]
    pub warmup: Span,
    /// Measured virtual time. Needed by demands and scripts; a probe ends after its trials.
    #[serde(default)]
    pub duration: Option<Span>,
    /// What varies over the cells.
    #[serde(default)]
    pub factors: Vec<Factor>,
    /// How often each cell runs, each time with another seed.
    #[serde(default)]
    pub replications: Replications,
    /// The metrics that tables show, in order; empty: all that were measured.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// The plots that carry the argument; empty: those that suit the factors.
    #[serde(default)]
    pub plots: Vec<Plot>,
    /// Limits that the report shows for each cell, and judges where it is told to.
    #[serde(default)]
    pub service_levels: Vec<ServiceLevel>,
    /// What a regression test expects.
    #[serde(default)]
    pub expect: Vec<Expectation>,
    /// Experiments that go on where this one ends; the report names their commands.
    #[serde(default)]
    pub related: Vec<Related>,
}

/// An experiment that goes on where another one ends: `(experiment: "national-failover", about: "a dead proxy")`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// Its name.
    pub experiment: String,
    /// What it is about, as the rest of a sentence.
    pub about: String,
}

/// Where the network is described.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TopologySource {
    /// A built-in topology, or a file beside the experiment: `file("germany50.ron")`.
    File(String),
    /// The topology itself: `inline((nodes: […], links: […]))`.
    Inline(Box<TopologyFile>),
}

/// Something that varies: a field of the experiment and the values that it takes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Its name, as tables and plots show it.
    pub name: String,
    /// The path of the field, such as `proxies.sites`; what begins with `topology.` is a path of the topology.
    pub set: String,
    /// The values, each as it would stand in the file.
    pub values: Vec<Raw>,
    /// What the values are called; empty: short forms of the values themselves.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What a number on the axis counts, such as `calls per subscriber and hour`.
    #[serde(default)]
    pub unit: String,
}

/// The name of the host of a proxy-registrar that serves a population from this site, such as `proxy-koeln`.
pub fn proxy_name(site: &str) -> String {
    format!("proxy-{}", topologies::schema::domain_label(site))
}
