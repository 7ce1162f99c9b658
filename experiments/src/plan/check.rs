//! What no type can refuse because it depends on another part of the file. All that is wrong is found at once, each
//! mistake with its place.

mod agents;
mod exchange;
mod judgement;
mod load;
mod name_service;
mod shape;
mod workload;

use std::cell::Cell;

use topologies::Topology;
use topologies::text::{DIAGNOSTICS_MAX, Diagnostic, Diagnostics, Document, Files, Place};
use topologies::unit::SpanDistribution;

use super::attachments::Attachments;
use crate::schema::Experiment;

/// An experiment with all that its checks look at.
pub(super) struct Scope<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) topology: Option<&'a Topology>,
    pub(super) document: &'a Document,
    pub(super) files: &'a dyn Files,
    /// How many places were looked up.
    pub(super) places: Cell<usize>,
}

/// Only so many diagnostics are kept: further places need not be found, which in a list of a million mistakes takes
/// longer than anything else.
const PLACES_MAX: usize = 2 * DIAGNOSTICS_MAX;

/// All that is wrong with the experiment; its tables and golden ladders join `attachments`.
pub(super) fn experiment(scope: &Scope<'_>, attachments: &mut Attachments) -> Diagnostics {
    let mut wrong = Diagnostics::new();
    shape::check(scope, &mut wrong);
    load::check(scope, &mut wrong);
    agents::check(scope, &mut wrong);
    name_service::check(scope, &mut wrong);
    workload::check(scope, &mut wrong);
    judgement::check(scope, attachments, &mut wrong);
    tables(scope, attachments, &mut wrong);
    wrong
}

impl<'a> Scope<'a> {
    /// The place of a value; that of the whole text once enough places were shown.
    fn at(&self, path: &str) -> Place<'a> {
        self.places.set(self.places.get() + 1);
        self.document.at(if self.places.get() > PLACES_MAX { "" } else { path })
    }

    /// That `name` is no node of the topology, if so.
    fn node_problem(&self, path: &str, name: &str) -> Option<Diagnostic> {
        let topology = self.topology?;
        if topology.node(name).is_some() {
            return None;
        }
        let names = topology.nodes.iter().map(|node| node.name.as_str());
        let problem = format!("the topology has no node \"{name}\"");
        Some(self.at(path).problem(problem).suggest(name, names))
    }
}

/// Reads the tables of all distributions.
fn tables(scope: &Scope<'_>, attachments: &mut Attachments, wrong: &mut Diagnostics) {
    let tables = distributions(scope.experiment)
        .into_iter()
        .filter(|(_, distribution)| matches!(distribution, SpanDistribution::Empirical(_)));
    for (path, distribution) in tables {
        if let Err(problem) = attachments.add_table(distribution, scope.files, &scope.at(&path)) {
            wrong.push(problem);
        }
    }
}

/// Every distribution of the experiment, with its path.
fn distributions(experiment: &Experiment) -> Vec<(String, &SpanDistribution)> {
    use crate::schema::{Agent, Answers, Calls};
    let mut all = Vec::new();
    for (i, group) in experiment.population.iter().enumerate() {
        all.push((format!("population.{i}.answer_after"), &group.answer_after));
        all.push((format!("population.{i}.ring_after"), &group.ring_after));
    }
    for (i, agent) in experiment.agents.iter().enumerate() {
        match agent {
            Agent::Ua { answers, ring_after, .. } => {
                all.push((format!("agents.{i}.ring_after"), ring_after));
                if let Answers::After(after) = answers {
                    all.push((format!("agents.{i}.answers"), after));
                }
            }
            Agent::Proxy { service_time, .. } => {
                all.extend(service_time.iter().map(|time| (format!("agents.{i}.service_time"), time)));
            }
        }
    }
    if let Some(proxies) = &experiment.proxies {
        all.push(("proxies.service_time".to_owned(), &proxies.service_time));
        all.extend(
            proxies
                .by_class
                .iter()
                .enumerate()
                .map(|(i, class)| (format!("proxies.by_class.{i}.service_time"), &class.service_time)),
        );
    }
    all.extend(experiment.workload.holding.iter().map(|holding| ("workload.holding".to_owned(), holding)));
    if let Calls::QueueProbe { service, .. } = &experiment.workload.calls {
        all.push(("workload.calls.service".to_owned(), service));
    }
    all
}

/// That one of `names` occurs twice: its position and itself.
fn repeated<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().enumerate().filter(|(_, name)| !seen.insert(*name)).collect()
}
