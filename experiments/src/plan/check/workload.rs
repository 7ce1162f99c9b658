//! Calls, probes and faults.

use std::time::Duration;

use topologies::text::Diagnostics;

use super::{Scope, exchange};
use crate::plan::limits::{
    CALLS_MAX, FAILOVER_TRIALS_MAX, FARM_MAX, FAULTS_MAX, JOBS_MAX, SCRIPTED_CALLS_MAX, TRIALS_MAX,
};
use crate::schema::{Agent, Blacklist, Calls, Failover, Farm, ScriptedCall, Sites};

pub(super) fn check(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let experiment = scope.experiment;
    failover(scope, wrong);
    if scope.topology.is_none() && !matches!(experiment.workload.calls, Calls::QueueProbe { .. }) {
        wrong.push(scope.at("").problem("field `topology` is missing: only a queue probe needs no network"));
    }
    match &experiment.workload.calls {
        Calls::Demands { per_subscriber } => demands(scope, per_subscriber.per_second(), wrong),
        Calls::Script(calls) => script(scope, calls, wrong),
        Calls::LossProbe { trials, spacing, .. } => loss_probe(scope, *trials, spacing.duration(), wrong),
        Calls::FailoverProbe { farm, blacklist, trials, spacing, .. } => {
            failover_probe(scope, (*farm, *blacklist), (*trials, spacing.duration()), wrong);
        }
        Calls::QueueProbe { .. } => queue_probe(scope, wrong),
        Calls::Exchange { messages, .. } => exchange::check(scope, messages, wrong),
        Calls::Rfc3665 { section } => rfc3665(scope, section, wrong),
    }
    faults(scope, wrong);
}

/// Backups are for domains that have one proxy each.
fn failover(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let Some(proxies) = &scope.experiment.proxies else { return };
    if proxies.failover != Failover::None && !matches!(proxies.sites, Sites::Regional(_)) {
        let problem = "only regional proxies are backups of each other";
        wrong.push(scope.at("proxies.failover").problem(problem));
    }
}

fn demands(scope: &Scope<'_>, per_second: f64, wrong: &mut Diagnostics) {
    let experiment = scope.experiment;
    if experiment.population.is_empty() {
        wrong.push(scope.at("").problem("field `population` is missing: demands need subscribers"));
    }
    if experiment.proxies.is_none() {
        wrong.push(scope.at("").problem("field `proxies` is missing: who serves the subscribers"));
    }
    if experiment.workload.holding.is_none() {
        wrong.push(scope.at("workload").problem("field `holding` is missing: how long calls last"));
    }
    if scope.topology.is_some_and(|topology| topology.demand.is_none()) {
        let problem = "the topology tells nothing about traffic: give it demands, or its nodes weights";
        wrong.push(scope.at("workload.calls").problem(problem));
    }
    let subscribers: f64 = experiment.population.iter().map(|group| group.subscribers.count() as f64).sum();
    let span =
        experiment.warmup.duration() + experiment.duration.map_or(Duration::ZERO, |span| span.duration());
    let calls = subscribers * per_second * span.as_secs_f64();
    if calls > CALLS_MAX {
        let problem = format!("some {calls:.0} calls in a run; at most {CALLS_MAX:.0} are allowed");
        wrong.push(scope.at("workload.calls.per_subscriber").problem(problem));
    }
}

fn script(scope: &Scope<'_>, calls: &[ScriptedCall], wrong: &mut Diagnostics) {
    if calls.len() > SCRIPTED_CALLS_MAX {
        let problem = format!("{} calls; at most {SCRIPTED_CALLS_MAX} are allowed", calls.len());
        wrong.push(scope.at("workload.calls").problem(problem));
        return;
    }
    let users = scope.experiment.agents.iter().filter(|agent| matches!(agent, Agent::Ua { .. }));
    let names: Vec<&str> = users.map(Agent::name).collect();
    let end = scope.experiment.warmup.duration()
        + scope.experiment.duration.map_or(Duration::MAX / 2, |span| span.duration());
    for (i, call) in calls.iter().enumerate() {
        let path = |field: &str| format!("workload.calls.0.{i}.{field}");
        for (field, name) in [("from", &call.from), ("to", &call.to)] {
            if !names.contains(&name.as_str()) {
                let problem = format!("there is no user agent \"{name}\"");
                wrong.push(scope.at(&path(field)).problem(problem).suggest(name, names.iter().copied()));
            }
        }
        if call.from == call.to {
            wrong.push(scope.at(&path("to")).problem("an agent does not call itself"));
        }
        if call.at.duration() >= end {
            wrong.push(scope.at(&path("at")).problem("the call begins after the end of the run"));
        }
        if call.holding.is_none() && scope.experiment.workload.holding.is_none() {
            let place = scope.at(&format!("workload.calls.0.{i}"));
            wrong.push(place.problem("field `holding` is missing: how long the call lasts"));
        }
    }
}

fn loss_probe(scope: &Scope<'_>, trials: u64, spacing: Duration, wrong: &mut Diagnostics) {
    if !(1..=TRIALS_MAX).contains(&trials) {
        let problem = format!("the number of trials lies between 1 and {TRIALS_MAX}");
        wrong.push(scope.at("workload.calls.trials").problem(problem));
    }
    let run = spacing.as_secs_f64() * trials as f64;
    if spacing.is_zero() || run > LONGEST_RUN_S {
        let problem = format!("{trials} trials {spacing:?} apart do not fit a run of ten years");
        let zero = "trials at one instant are not independent".to_owned();
        wrong.push(scope.at("workload.calls").problem(if spacing.is_zero() { zero } else { problem }));
    }
    if scope.topology.is_some_and(|topology| topology.nodes.len() != 2 || topology.links.len() != 1) {
        wrong.push(scope.at("topology").problem("a loss probe needs two nodes and one link"));
    }
    idle(scope, "a loss probe brings its own client and server", wrong);
}

fn failover_probe(
    scope: &Scope<'_>,
    (farm, blacklist): (Farm, Blacklist),
    (trials, spacing): (u32, Duration),
    wrong: &mut Diagnostics,
) {
    if !(1..=FARM_MAX).contains(&farm.servers) {
        let problem = format!("the number of servers lies between 1 and {FARM_MAX}");
        wrong.push(scope.at("workload.calls.farm.servers").problem(problem));
    } else if farm.failed >= farm.servers {
        let problem = "one server at least has to work";
        wrong.push(scope.at("workload.calls.farm.failed").problem(problem));
    }
    if matches!(blacklist, Blacklist::Shared(_)) {
        let problem = "the clients of a failover probe are independent: `off` or `for(…)`";
        wrong.push(scope.at("workload.calls.blacklist").problem(problem));
    }
    if !(1..=FAILOVER_TRIALS_MAX).contains(&trials) {
        let problem = format!("the number of trials lies between 1 and {FAILOVER_TRIALS_MAX}");
        wrong.push(scope.at("workload.calls.trials").problem(problem));
    }
    if spacing.is_zero() || spacing > Duration::from_secs(3600) {
        let problem = "requests are more than nothing and at most an hour apart";
        wrong.push(scope.at("workload.calls.spacing").problem(problem));
    }
    if scope.topology.is_some_and(|topology| topology.nodes.len() != 2 || topology.links.len() != 1) {
        wrong.push(scope.at("topology").problem("a failover probe needs two nodes and one link"));
    }
    idle(scope, "a failover probe brings its own clients and servers", wrong);
}

/// Virtual time is 2^64 ns, 584 years: probes stay far below.
const LONGEST_RUN_S: f64 = 10.0 * 365.0 * 86_400.0;

fn queue_probe(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let Calls::QueueProbe { arrivals, service, servers, places, jobs, unmeasured } =
        &scope.experiment.workload.calls
    else {
        return;
    };
    if *servers == 0 || *servers > crate::plan::limits::CORES_MAX {
        wrong.push(
            scope.at("workload.calls.servers").problem("the number of servers lies between 1 and 100000"),
        );
    }
    if places.is_some_and(|places| places < *servers) {
        let problem = "places count those in service: at least as many as servers";
        wrong.push(scope.at("workload.calls.places").problem(problem));
    }
    for (field, count) in [("jobs", *jobs), ("unmeasured", *unmeasured)] {
        if count > JOBS_MAX {
            let problem = format!("at most {JOBS_MAX} jobs are allowed");
            wrong.push(scope.at(&format!("workload.calls.{field}")).problem(problem));
        }
    }
    if *jobs == 0 {
        wrong.push(scope.at("workload.calls.jobs").problem("a probe of no jobs measures nothing"));
    }
    let total = (*jobs as f64 + *unmeasured as f64) / arrivals.per_second();
    if total > LONGEST_RUN_S {
        wrong.push(scope.at("workload.calls.arrivals").problem("the arrivals take more than ten years"));
    }
    if let Some(mean) = known_mean(service)
        && places.is_none()
        && arrivals.per_second() * mean >= f64::from(*servers)
    {
        let problem = "the load reaches the servers' capacity: without `places` the line only grows";
        wrong.push(scope.at("workload.calls.arrivals").problem(problem));
    }
    idle(scope, "a queue probe has no network", wrong);
}

/// The nodes beside which the elements of RFC 3665 stand.
const PLACES: [&str; 3] = ["atlanta", "biloxi", "chicago"];

fn rfc3665(scope: &Scope<'_>, section: &str, wrong: &mut Diagnostics) {
    if !crate::rfc3665::sections().any(|known| known == section) {
        let problem = format!("RFC 3665 has no flow in section {section:?}");
        let place = scope.at("workload.calls.section");
        wrong.push(place.problem(problem).suggest(section, crate::rfc3665::sections()));
    }
    if let Some(topology) = scope.topology {
        for place in PLACES.iter().filter(|place| topology.node(place).is_none()) {
            let problem = format!("the topology has no node \"{place}\", where elements of RFC 3665 stand");
            wrong.push(scope.at("topology").problem(problem));
        }
    }
    idle(scope, "a flow of RFC 3665 brings its own elements", wrong);
}

/// The mean in seconds where it does not depend on a table.
fn known_mean(written: &topologies::unit::SpanDistribution) -> Option<f64> {
    use topologies::unit::SpanDistribution;
    match written {
        SpanDistribution::Fixed(mean)
        | SpanDistribution::Exponential { mean }
        | SpanDistribution::Lognormal { mean, .. } => Some(mean.duration().as_secs_f64()),
        SpanDistribution::Uniform { low, high } => {
            Some((low.duration() + high.duration()).as_secs_f64() / 2.0)
        }
        SpanDistribution::Empirical(_) => None,
    }
}

/// That nothing else stands in the experiment of a probe.
pub(super) fn idle(scope: &Scope<'_>, reason: &str, wrong: &mut Diagnostics) {
    let experiment = scope.experiment;
    let fields = [
        ("population", experiment.population.is_empty()),
        ("agents", experiment.agents.is_empty()),
        ("proxies", experiment.proxies.is_none()),
        ("workload.holding", experiment.workload.holding.is_none()),
        ("faults", experiment.faults.is_empty()),
    ];
    for (path, _) in fields.iter().filter(|(_, absent)| !absent) {
        wrong.push(scope.at(path).problem(format!("{reason}: leave this out")));
    }
}

fn faults(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let Some(topology) = scope.topology else { return };
    let count = scope.experiment.faults.len();
    if count > FAULTS_MAX {
        let problem = format!("{count} faults; at most {FAULTS_MAX} are allowed");
        wrong.push(scope.at("faults").problem(problem));
        return;
    }
    let proxies: Vec<String> =
        scope.experiment.proxies.as_ref().map(|p| p.sites.clone()).map_or_else(Vec::new, |sites: Sites| {
            sites.names().iter().map(|site| crate::schema::proxy_name(site)).collect()
        });
    let nodes: Vec<&str> =
        scope.experiment.agents.iter().map(Agent::name).chain(proxies.iter().map(String::as_str)).collect();
    let links: Vec<&str> = topology.links.iter().map(|link| link.name.as_str()).collect();
    let end = scope.experiment.warmup.duration()
        + scope.experiment.duration.map_or(Duration::MAX / 2, |span| span.duration());
    for (i, fault) in scope.experiment.faults.iter().enumerate() {
        if let Some(node) = fault.node()
            && !nodes.contains(&node)
        {
            let place = scope.at(&format!("faults.{i}.node"));
            let problem = format!("there is no agent or proxy \"{node}\"");
            wrong.push(place.problem(problem).suggest(node, nodes.iter().copied()));
        }
        if let Some(link) = fault.link()
            && !links.contains(&link)
        {
            let place = scope.at(&format!("faults.{i}.link"));
            let problem = format!("the topology has no link \"{link}\"");
            wrong.push(place.problem(problem).suggest(link, links.iter().copied()));
        }
        if fault.at() >= end {
            wrong.push(
                scope.at(&format!("faults.{i}.at")).problem("the fault comes after the end of the run"),
            );
        }
        if let crate::schema::FaultEntry::Drop { nth: 0, .. } = fault {
            wrong.push(scope.at(&format!("faults.{i}.nth")).problem("messages are counted from 1"));
        }
    }
}
