//! The proxy-registrars that serve a population.

use serde::Deserialize;
use sim_api::MessageClass;
use sip::classify::SipClassifier;
use topologies::unit::SpanDistribution;

use super::compression::Compression;
use super::default;
use super::farm::Failover;
use super::population::Timers;

/// Proxy-registrars with a total capacity that does not depend on where they stand.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxies {
    /// Processors in all, shared out evenly over the sites.
    pub cores: u32,
    /// Processing time of a message on one core.
    pub service_time: SpanDistribution,
    /// Processing times of classes of messages that differ from `service_time`.
    #[serde(default)]
    pub by_class: Vec<ClassServiceTime>,
    /// Messages that can wait for a processor in all, shared out evenly over the sites.
    #[serde(default = "default::queue")]
    pub queue: u32,
    /// Where they stand, and who serves whom.
    pub sites: Sites,
    /// The timer set between proxies, and towards user agents.
    #[serde(default)]
    pub timers: Timers,
    /// How they compress what they send to elements that say that they take SigComp.
    #[serde(default)]
    pub compression: Compression,
    /// How user agents get past a proxy that failed.
    #[serde(default)]
    pub failover: Failover,
}

impl Proxies {
    /// Processors of each site; `None` when they cannot be shared out evenly.
    pub fn cores_per_site(&self) -> Option<u32> {
        shared_evenly(self.cores, self.sites.names().len())
    }

    /// Waiting places of each site; `None` when they cannot be shared out evenly.
    pub fn queue_per_site(&self) -> Option<u32> {
        let sites = u32::try_from(self.sites.names().len()).ok()?;
        (sites > 0 && self.queue.is_multiple_of(sites)).then(|| self.queue / sites)
    }
}

fn shared_evenly(total: u32, sites: usize) -> Option<u32> {
    let sites = u32::try_from(sites).ok()?;
    (sites > 0 && total >= sites && total.is_multiple_of(sites)).then(|| total / sites)
}

/// The processing time of one class of messages.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassServiceTime {
    /// The class: a method such as `INVITE`, or a class of responses such as `2xx`.
    pub class: String,
    /// Processing time on one core.
    pub service_time: SpanDistribution,
}

impl ClassServiceTime {
    /// The classes that the name means: those of a method's requests, or of all responses with a first digit. Empty when
    /// no message is called so.
    pub fn classes(&self) -> Vec<MessageClass> {
        // `2xx` stands for `2xx (INVITE)`, `2xx (BYE)` and so on.
        let family = format!("{} (", self.class);
        let means = |name: &str| name == self.class || name.starts_with(&family);
        (0..SipClassifier::CLASSES as u16)
            .map(MessageClass)
            .filter(|class| means(&SipClassifier::name_of(*class)))
            .collect()
    }

    /// The names that may stand in the file: methods, classes of responses, and responses to one method.
    pub fn names() -> Vec<String> {
        let single = (0..SipClassifier::CLASSES as u16)
            .map(|class| SipClassifier::name_of(MessageClass(class)).into_owned());
        (1..=6).map(|digit| format!("{digit}xx")).chain(single).collect()
    }
}

/// Where proxies stand, and who serves whom.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sites {
    /// One for all: `central("Frankfurt")`.
    Central(String),
    /// Several; each node of the network is served by the nearest.
    Regional(Vec<String>),
    /// Several; a hash of the address of record decides.
    Shared(Vec<String>),
}

impl Sites {
    /// The nodes of the topology at which they stand.
    pub fn names(&self) -> &[String] {
        match self {
            Sites::Central(name) => std::slice::from_ref(name),
            Sites::Regional(names) | Sites::Shared(names) => names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use topologies::text::Document;

    fn classes(name: &str) -> Vec<MessageClass> {
        let text = format!("(class: \"{name}\", service_time: fixed(ms(1)))");
        let entry: ClassServiceTime = Document::new("test", text).parse().unwrap();
        entry.classes()
    }

    #[test]
    fn a_class_of_responses_covers_those_to_every_method() {
        assert_eq!(classes("INVITE").len(), 1);
        assert!(classes("2xx").len() > 10);
        assert!(classes("2xx").contains(&SipClassifier::class_by_name("2xx (INVITE)").unwrap()));
        assert!(classes("nonsense").is_empty());
    }
}
