//! A topology as its text says it, before names and ranges are checked.

use std::fmt;

use serde::{Deserialize, Deserializer};
use sim_net::{Duplex, Headers};

use crate::text::refuse;
use crate::unit::{CallRate, Chance, Distance, Rate, Size, Span, SpanDistribution};

/// The fields of a topology file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename = "", deny_unknown_fields)]
pub struct TopologyFile {
    /// What the topology is called; the name of the text when it is empty or left out.
    #[serde(default)]
    pub name: String,
    /// Where the facts come from.
    #[serde(default)]
    pub source: String,
    /// What holds for links that say nothing else.
    #[serde(default)]
    pub defaults: Defaults,
    /// The nodes.
    pub nodes: Vec<NodeFile>,
    /// The links.
    pub links: Vec<LinkFile>,
    /// Traffic between two nodes, half of it each way.
    #[serde(default)]
    pub demands: Vec<(String, String, f64)>,
    /// Traffic from the first node to the second.
    #[serde(default)]
    pub directed_demands: Vec<(String, String, f64)>,
}

/// What holds for links that say nothing else. What a link needs and neither it nor the defaults give is an error:
/// no physical assumption is hidden.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename = "", default, deny_unknown_fields)]
pub struct Defaults {
    /// Length of a cable over the length that a link gives, 1 to 10.
    pub detour: Option<f64>,
    /// Propagation along a km of cable in µs, 3.33 (light in vacuum) to 1000.
    pub us_per_km: Option<f64>,
    /// How fast octets are clocked out.
    pub rate: Option<Rate>,
    /// The longest wait in front of a link.
    pub queue: Option<Span>,
    /// The largest IP packet.
    pub mtu: Option<Size>,
    /// How packets are lost; not at all when left out.
    pub loss: Option<LossFile>,
    /// What is added to the propagation; nothing when left out.
    pub jitter: Option<JitterFile>,
    /// Probability that a packet is followed by its copy; 0 when left out.
    pub duplication: Option<Chance>,
    /// Probability that bits of a packet are flipped; 0 when left out.
    pub corruption: Option<Chance>,
    /// What links carry for the headers of IP and UDP; the headers themselves when left out.
    pub headers: Option<HeadersFile>,
}

/// One node of a topology file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename = "", deny_unknown_fields)]
pub struct NodeFile {
    /// Unique among the nodes.
    pub name: String,
    /// Latitude and longitude in degrees, north and east positive.
    #[serde(default)]
    pub at: Option<(f64, f64)>,
    /// How much traffic it draws where a topology has no demands; none when left out.
    #[serde(default)]
    pub weight: Option<f64>,
}

/// One link of a topology file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename = "", deny_unknown_fields)]
pub struct LinkFile {
    /// Unique among the links; the names of the two ends with a hyphen between them when left out.
    #[serde(default)]
    pub name: Option<String>,
    /// The names of the two ends.
    pub between: (String, String),
    /// The distance of the ends; the cable is `detour` times as long. Either this or `propagation`.
    #[serde(default)]
    pub length: Option<Distance>,
    /// The propagation itself.
    #[serde(default)]
    pub propagation: Option<Span>,
    /// As in [`Defaults::rate`].
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Rate and propagation from the second end to the first, where they differ.
    #[serde(default)]
    pub backward: Option<WayFile>,
    /// Whether both directions share a medium.
    #[serde(default)]
    pub duplex: Option<DuplexFile>,
    /// The name of a radio between the first end, a terminal, and the second; it gives rates, propagation and duplex.
    #[serde(default)]
    pub radio: Option<String>,
    /// As in [`Defaults::queue`].
    #[serde(default)]
    pub queue: Option<Span>,
    /// As in [`Defaults::mtu`].
    #[serde(default)]
    pub mtu: Option<Size>,
    /// As in [`Defaults::loss`].
    #[serde(default)]
    pub loss: Option<LossFile>,
    /// As in [`Defaults::jitter`].
    #[serde(default)]
    pub jitter: Option<JitterFile>,
    /// As in [`Defaults::duplication`].
    #[serde(default)]
    pub duplication: Option<Chance>,
    /// As in [`Defaults::corruption`].
    #[serde(default)]
    pub corruption: Option<Chance>,
    /// As in [`Defaults::headers`].
    #[serde(default)]
    pub headers: Option<HeadersFile>,
}

/// One direction of a link: `(rate: kbps(384), propagation: ms(150))`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename = "", deny_unknown_fields)]
pub struct WayFile {
    /// How fast octets are clocked out.
    pub rate: Rate,
    /// From the last octet sent to the last octet received.
    pub propagation: Span,
}

/// Whether the directions of a link have a medium each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "", rename_all = "snake_case")]
pub enum DuplexFile {
    /// Each has its own.
    #[default]
    Full,
    /// They share one.
    Half,
}

impl From<DuplexFile> for Duplex {
    fn from(duplex: DuplexFile) -> Duplex {
        match duplex {
            DuplexFile::Full => Duplex::Full,
            DuplexFile::Half => Duplex::Half,
        }
    }
}

/// What a link carries for the headers of IP and UDP.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename = "", rename_all = "snake_case")]
pub enum HeadersFile {
    /// The headers as they are.
    AsSent,
    /// So many octets for each packet, 0 to 255: `octets(0)` where messages alone count.
    Octets(u8),
}

impl From<HeadersFile> for Headers {
    fn from(headers: HeadersFile) -> Headers {
        match headers {
            HeadersFile::AsSent => Headers::AsSent,
            HeadersFile::Octets(octets) => Headers::Octets(octets),
        }
    }
}

/// How a link loses packets: a probability such as `percent(0.1)` for each packet by itself, or
/// `gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100))`.
#[derive(Clone, Debug, PartialEq)]
pub enum LossFile {
    /// Each packet by itself.
    Iid(Chance),
    /// A channel that changes between two states in continuous time, each direction by itself.
    GilbertElliott {
        /// Rate at which the good state ends.
        to_bad: CallRate,
        /// Rate at which the bad state ends.
        to_good: CallRate,
        /// Loss in the good state.
        good: Chance,
        /// Loss in the bad state.
        bad: Chance,
    },
}

/// Delay that differs from packet to packet.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename = "", rename_all = "snake_case")]
pub enum JitterFile {
    /// None.
    None,
    /// Packets that would overtake wait.
    InOrder(SpanDistribution),
    /// Packets overtake each other.
    Reordering(SpanDistribution),
}

/// What serde reads of a loss.
#[derive(Deserialize)]
#[serde(rename = "", rename_all = "snake_case", deny_unknown_fields)]
enum LossForm {
    Percent(f64),
    P(f64),
    PerMillion(f64),
    GilbertElliott { to_bad: CallRate, to_good: CallRate, good: Chance, bad: Chance },
}

const LOSS_FORMS: &[&str] = &[
    "percent(1)",
    "p(0.01)",
    "per_million(50)",
    "gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100))",
];

impl<'de> Deserialize<'de> for LossFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LossFile, D::Error> {
        let form = LossForm::deserialize(deserializer)
            .map_err(|error| crate::unit::or_forms(error, "a loss", LOSS_FORMS))?;
        let chance = match form {
            LossForm::GilbertElliott { to_bad, to_good, good, bad } => {
                return Ok(LossFile::GilbertElliott { to_bad, to_good, good, bad });
            }
            LossForm::Percent(number) => Chance::percent(number),
            LossForm::P(number) => Chance::p(number),
            LossForm::PerMillion(number) => Chance::per_million(number),
        };
        chance.map(LossFile::Iid).map_err(|problem| refuse(problem, LOSS_FORMS))
    }
}

impl fmt::Display for LossFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LossFile::Iid(chance) => chance.fmt(f),
            LossFile::GilbertElliott { to_bad, to_good, good, bad } => {
                write!(f, "gilbert_elliott(to_bad: {to_bad}, to_good: {to_good}, good: {good}, bad: {bad})")
            }
        }
    }
}
