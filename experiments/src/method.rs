//! The method section of a report: what was done, in plain words, from the plan alone.

use records::{MapLink, MapNode, MethodNote, NetworkMap};
use sim_api::BitRate;
use topologies::Topology;

use crate::plan::{CellConfig, Plan};
use crate::schema::{
    Agent, Answers, AtStart, Blacklist, Calls, CrashExtent, ExchangedMessage, FaultEntry, LossCase,
    Replications, ServerFailure, Sites, Subscribers, Timers,
};

/// The notes on network, population, proxies, workload, faults and statistics; each only where there is something.
///
/// Where a factor varies a field, the note says what the first cell has, and the factors are listed at the end.
pub fn notes(plan: &Plan, replications: u32) -> Vec<MethodNote> {
    let Some(cell) = plan.cells.first() else { return Vec::new() };
    let all = [
        ("Network", cell.topology.as_deref().map(network)),
        ("Population", population(cell)),
        ("Agents", agents(cell)),
        ("Proxies", proxies(cell)),
        ("Workload", Some(workload(cell))),
        ("Faults", faults(cell)),
        ("Factors", factors(plan)),
        ("Statistics", Some(statistics(plan, replications))),
        ("Related", related(plan)),
    ];
    all.into_iter()
        .filter_map(|(heading, text)| Some(MethodNote { heading: heading.to_owned(), text: text? }))
        .collect()
}

fn network(topology: &Topology) -> String {
    let source = if topology.source.is_empty() {
        String::new()
    } else {
        format!(" Source: {}.", topology.source.trim_end_matches('.'))
    };
    let rates: Vec<BitRate> = topology.links.iter().map(|link| link.rate).collect();
    let rate = match rates.first() {
        Some(BitRate::Limited(rate)) if rates.iter().all(|other| *other == rates[0]) => {
            format!(" of {} Mbit/s each way", rate.get() as f64 / 1e6)
        }
        Some(BitRate::Unlimited) if rates.iter().all(|other| *other == rates[0]) => {
            " without serialisation".to_owned()
        }
        Some(_) | None => String::new(),
    };
    let longest = topology.links.iter().map(|link| link.propagation).max().unwrap_or_default();
    format!(
        "{}: {} and {}{rate}; the longest link takes {:.3} ms.{source}",
        topology.name,
        counted(topology.nodes.len(), "node"),
        counted(topology.links.len(), "link"),
        longest.as_secs_f64() * 1e3
    )
}

fn population(cell: &CellConfig) -> Option<String> {
    let groups = &cell.experiment.population;
    let sentences = groups.iter().map(|group| {
        let who = match &group.subscribers {
            Subscribers::Apportioned { total, .. } => {
                format!("{total} subscribers, apportioned to the nodes' demand")
            }
            Subscribers::At { node, count } => format!("{count} subscribers at {node}"),
        };
        let registers = group.register.as_ref().map_or_else(
            || "they do not register".to_owned(),
            |register| {
                let start = match register.at_start {
                    AtStart::Registered => "are present at the start with ages uniform over that time",
                    AtStart::Unregistered => "are made during the warm-up",
                };
                format!("bindings live {} and {start}, refreshed with digest", register.expires.label())
            },
        );
        format!(
            "{who}, one line each; {registers}. They ring after {} and answer after {}; timers of {}.",
            group.ring_after.label(),
            group.answer_after.label(),
            timers(group.timers)
        )
    });
    (!groups.is_empty()).then(|| sentences.collect::<Vec<_>>().join(" "))
}

fn timers(timers: Timers) -> &'static str {
    match timers {
        Timers::Rfc3261 => "RFC 3261 (T1 500 ms)",
        Timers::Ts24229 => "3GPP TS 24.229 (T1 2 s)",
    }
}

fn agents(cell: &CellConfig) -> Option<String> {
    let agents = &cell.experiment.agents;
    let words: Vec<String> = agents
        .iter()
        .map(|agent| match agent {
            Agent::Ua { name, at, answers, .. } => {
                let answers = match answers {
                    Answers::After(after) => format!("answers after {}", after.label()),
                    Answers::Reject(status) => format!("rejects with {status}"),
                    Answers::Rings => "rings without end".to_owned(),
                };
                format!("{name} at {at} {answers}")
            }
            Agent::Proxy { name, at, .. } => format!("{name} at {at} is a stateful proxy-registrar"),
        })
        .collect();
    (!words.is_empty()).then(|| words.join("; ") + ".")
}

fn proxies(cell: &CellConfig) -> Option<String> {
    let proxies = cell.experiment.proxies.as_ref()?;
    let rule = match &proxies.sites {
        Sites::Central(_) => "one site serves all",
        Sites::Regional(_) => "each node is served by the nearest site",
        Sites::Shared(_) => "a hash of the address of record chooses the site",
    };
    let classes = if proxies.by_class.is_empty() { "" } else { " (some classes of messages differ)" };
    Some(format!(
        "{} cores and {} waiting places in all, shared out evenly over the sites of a strategy. Time for a message on a \
         core: {}{classes}. In the first cell {} at {}: {rule}. Service times are scaled inputs, about {} times \
         those of a real core: SIPp, Kamailio and SIPp together complete some 1,740 calls per second of one core, 0.1 ms \
         for each of the six messages that the proxy takes in. Loads scale with it.",
        proxies.cores,
        proxies.queue,
        proxies.service_time.label(),
        if proxies.sites.names().len() == 1 { "the proxy stands" } else { "the proxies stand" },
        proxies.sites.names().join(", "),
        scale(cell.distribution(&proxies.service_time).mean())
    ))
}

/// How many times as long as on a real core a message takes, to two digits.
fn scale(mean: std::time::Duration) -> String {
    /// Seconds of a core for a message at the proxy: a SIPp, Kamailio and SIPp rig, 1,740 calls of six messages.
    const REAL_S: f64 = 1.0 / 1740.0 / 6.0;
    let times = mean.as_secs_f64() / REAL_S;
    let unit = 10f64.powi((times.max(1.0).log10().floor() as i32 - 1).max(0));
    format!("{:.0}", (times / unit).round() * unit)
}

fn workload(cell: &CellConfig) -> String {
    let experiment = &cell.experiment;
    let holding = experiment
        .workload
        .holding
        .as_ref()
        .map_or_else(String::new, |holding| format!(" Holding time: {}.", holding.label()));
    match &experiment.workload.calls {
        Calls::Demands { per_subscriber } => format!(
            "Poisson calls, {} a subscriber in the first cell, to cities in proportion to the topology's demands, half of \
             each demand each way.{holding}",
            per_subscriber.label()
        ),
        Calls::Script(calls) => format!("{}.{holding}", counted(calls.len(), "scripted call")),
        Calls::LossProbe { case, trials, spacing, timers: set, .. } => {
            let case = match case {
                LossCase::NonInvite => "requests other than INVITE, answered at once",
                LossCase::InviteRinging => "INVITEs that ring at once and are answered after 64*T1",
                LossCase::InviteAnswered => "INVITEs answered 200 at once",
                LossCase::InviteRejected => "INVITEs rejected at once",
            };
            let set = timers(*set);
            format!("In the first cell {trials} {case}, {} apart; timers of {set}.", spacing.label())
        }
        Calls::Exchange { messages, .. } => format!(
            "{} between the two ends of one link, by turns: an end sends what it has to say at once, as soon as all that the \
             other end said has arrived. Nothing is processed and nothing is lost; {} octets before compression, by \
             which each message shrinks to its part, rounded up to whole octets.",
            counted(messages.len(), "message"),
            messages.iter().map(ExchangedMessage::octets).sum::<u64>()
        ),
        Calls::Rfc3665 { .. } => "The elements of RFC 3665 1.3 compose every message themselves; names, numbers and instants \
            are given to them, and the transport in Via is a label. Each message is compared with the printed one on its \
            hop, in order; where the RFC breaks a rule, the octets of the difference and the rule are named."
            .to_owned(),
        Calls::FailoverProbe { farm, failure, blacklist, trials, spacing, timers: set } => {
            let failed = match failure {
                ServerFailure::Silent => "host is dead",
                ServerFailure::Refusing => "process is dead",
                ServerFailure::Unavailable => "answers are 503",
            };
            let memory = match blacklist {
                Blacklist::Off => "remembers no failure".to_owned(),
                Blacklist::For(span) | Blacklist::Shared(span) => {
                    format!("remembers failures for {}", span.label())
                }
            };
            format!(
                "In the first cell {trials} clients, {} apart, each send an INVITE to a domain of {} servers of equal \
                 weight, of which {} failed: their {failed}. Each client sends a second INVITE when the first is over, \
                 and {memory}; timers of {}.",
                spacing.label(),
                farm.servers,
                farm.failed,
                timers(*set)
            )
        }
        Calls::QueueProbe { arrivals, service, servers, places, jobs, unmeasured } => {
            let places = places.map_or_else(|| "any number".to_owned(), |places| places.to_string());
            format!(
                "In the first cell {jobs} Poisson arrivals of {} after {unmeasured} that are not measured; {servers} \
                 servers, service {}, room for {places}.",
                arrivals.label(),
                service.label()
            )
        }
    }
}

fn faults(cell: &CellConfig) -> Option<String> {
    let faults = &cell.experiment.faults;
    let words: Vec<String> = faults
        .iter()
        .map(|fault| match fault {
            FaultEntry::Crash { at, node, extent: CrashExtent::Host, .. } => {
                format!("{node} crashes at {}", at.label())
            }
            FaultEntry::Crash { at, node, extent: CrashExtent::Process, .. } => {
                format!("the process of {node} ends at {}", at.label())
            }
            FaultEntry::Restart { at, node } => format!("{node} restarts at {}", at.label()),
            FaultEntry::LinkDown { at, link } => format!("link {link} goes down at {}", at.label()),
            FaultEntry::LinkUp { at, link } => format!("link {link} comes back at {}", at.label()),
            FaultEntry::Loss { at, link, probability } => {
                format!("link {link} loses {} from {} on", probability.label(), at.label())
            }
            FaultEntry::Drop { link, message, nth, .. } => {
                format!("link {link} drops {message} number {nth}")
            }
        })
        .collect();
    (!words.is_empty()).then(|| words.join("; ") + ".")
}

/// The commands of the experiments that go on from here.
fn related(plan: &Plan) -> Option<String> {
    let words: Vec<String> = plan
        .experiment
        .related
        .iter()
        .map(|related| format!("{}: siplab run {}", related.about, related.experiment))
        .collect();
    (!words.is_empty()).then(|| words.join("; ") + ".")
}

fn factors(plan: &Plan) -> Option<String> {
    let words: Vec<String> = plan
        .factors
        .iter()
        .zip(&plan.experiment.factors)
        .map(|(factor, schema)| format!("{} ({}): {}", factor.name, schema.set, factor.labels.join(", ")))
        .collect();
    (!words.is_empty()).then(|| format!("{} cells, full factorial. {}.", plan.cells.len(), words.join("; ")))
}

fn statistics(plan: &Plan, replications: u32) -> String {
    let until = match plan.replications() {
        Replications::Fixed(_) => String::new(),
        Replications::Until { metric, relative_half_width, .. } => format!(
            " Replications were added until the 95 % interval of {metric} was at most ± {} % wide in every cell.",
            relative_half_width * 100.0
        ),
    };
    let measured = match &plan.experiment.duration {
        Some(duration) => format!(
            "Calls that begin in the {} after a warm-up of {} count; then no new call starts, live ones are hung up, and \
             the run drains. ",
            duration.label(),
            plan.experiment.warmup.label()
        ),
        None => String::new(),
    };
    let times = counted(replications as usize, "time");
    format!(
        "{measured}Each cell ran {times}. A replication has the same seed in every cell, so that cells share \
         their luck and differences can be paired. Means and 95 % intervals are over replications (Student's t); \
         percentiles are over the samples of all of them.{until}"
    )
}

/// The number with the noun behind it: `1 link`, `2 links`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The network on the map; `None` unless every node has a place.
pub fn network_map(cell: &CellConfig) -> Option<NetworkMap> {
    let topology = cell.topology.as_deref()?;
    let nodes = topology.nodes.iter().enumerate().map(|(i, node)| {
        let at = node.at?;
        Some(MapNode {
            name: node.name.clone(),
            latitude: at.latitude,
            longitude: at.longitude,
            weight: topology.demand.at(i),
        })
    });
    let links = topology.links.iter().map(|link| MapLink {
        a: topology.nodes[link.ends.0].name.clone(),
        b: topology.nodes[link.ends.1].name.clone(),
    });
    Some(NetworkMap {
        source: topology.source.clone(),
        nodes: nodes.collect::<Option<_>>()?,
        links: links.collect(),
    })
}
