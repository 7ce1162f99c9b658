//! The population and the proxies that serve it.

use topologies::text::Diagnostics;

use super::{Scope, repeated};
use crate::plan::limits::{CORES_MAX, GROUPS_MAX, QUEUE_MAX, SUBSCRIBERS_MAX};
use crate::schema::{ClassServiceTime, Population, Proxies, Sites, Subscribers};

pub(super) fn check(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let groups = scope.experiment.population.len();
    if groups > GROUPS_MAX {
        let problem = format!("{groups} groups of subscribers; at most {GROUPS_MAX} are allowed");
        wrong.push(scope.at("population").problem(problem));
        return;
    }
    for (i, group) in scope.experiment.population.iter().enumerate() {
        population(scope, i, group, wrong);
    }
    let total = scope
        .experiment
        .population
        .iter()
        .fold(0u64, |total, group| total.saturating_add(group.subscribers.count()));
    if total > SUBSCRIBERS_MAX {
        let problem = format!("{total} subscribers; at most {SUBSCRIBERS_MAX} are allowed");
        let path = match scope.experiment.population.as_slice() {
            [Population { subscribers: Subscribers::Apportioned { .. }, .. }] => {
                "population.0.subscribers.total"
            }
            [Population { subscribers: Subscribers::At { .. }, .. }] => "population.0.subscribers.count",
            _ => "population",
        };
        wrong.push(scope.at(path).problem(problem));
    }
    if let Some(some) = &scope.experiment.proxies {
        proxies(scope, some, wrong);
    }
}

fn population(scope: &Scope<'_>, i: usize, group: &Population, wrong: &mut Diagnostics) {
    let path = |field: &str| format!("population.{i}.{field}");
    match &group.subscribers {
        Subscribers::Apportioned { .. } => {
            if scope.topology.is_some_and(|topology| topology.demand.is_none()) {
                let problem =
                    "the topology tells nothing about traffic: give it demands, or its nodes weights";
                wrong.push(scope.at(&path("subscribers")).problem(problem));
            }
        }
        Subscribers::At { node, .. } => {
            if let Some(problem) = scope.node_problem(&path("subscribers.node"), node) {
                wrong.push(problem);
            }
        }
    }
    if group.subscribers.count() == 0 {
        wrong.push(scope.at(&path("subscribers")).problem("a group of no subscribers"));
    }
    if group.lines != 1 {
        let problem = "user agents have one line; more are not modelled";
        wrong.push(scope.at(&path("lines")).problem(problem).allow(["1"]));
    }
    if let Some(register) = &group.register
        && register.expires.duration().as_secs() == 0
    {
        wrong.push(scope.at(&path("register.expires")).problem("a lifetime is at least a second"));
    }
}

fn proxies(scope: &Scope<'_>, proxies: &Proxies, wrong: &mut Diagnostics) {
    if !(1..=CORES_MAX).contains(&proxies.cores) {
        let problem = format!("the number of cores lies between 1 and {CORES_MAX}");
        wrong.push(scope.at("proxies.cores").problem(problem));
    } else if proxies.cores_per_site().is_none() && !proxies.sites.names().is_empty() {
        let problem = format!(
            "{} cores cannot be shared out evenly over {} sites",
            proxies.cores,
            proxies.sites.names().len()
        );
        wrong.push(scope.at("proxies.cores").problem(problem));
    }
    if proxies.queue > QUEUE_MAX {
        wrong.push(scope.at("proxies.queue").problem(format!("at most {QUEUE_MAX} places are allowed")));
    } else if proxies.queue_per_site().is_none() && !proxies.sites.names().is_empty() {
        let problem = format!(
            "{} waiting places cannot be shared out evenly over {} sites",
            proxies.queue,
            proxies.sites.names().len()
        );
        wrong.push(scope.at("proxies.queue").problem(problem));
    }
    sites(scope, &proxies.sites, wrong);
    classes(scope, proxies, wrong);
}

/// Service times of classes of messages.
fn classes(scope: &Scope<'_>, proxies: &Proxies, wrong: &mut Diagnostics) {
    for (i, time) in proxies.by_class.iter().enumerate().filter(|(_, time)| time.classes().is_empty()) {
        let names = ClassServiceTime::names();
        let place = scope.at(&format!("proxies.by_class.{i}.class"));
        let diagnostic = place.problem(format!("no message is of the class \"{}\"", time.class));
        let examples = ["\"INVITE\"", "\"2xx\"", "\"2xx (INVITE)\""];
        wrong.push(diagnostic.allow(examples).suggest(&time.class, names.iter().map(String::as_str)));
    }
    for (i, class) in repeated(proxies.by_class.iter().map(|class| class.class.as_str())) {
        let problem = format!("the class \"{class}\" has two service times");
        wrong.push(scope.at(&format!("proxies.by_class.{i}.class")).problem(problem));
    }
}

fn sites(scope: &Scope<'_>, sites: &Sites, wrong: &mut Diagnostics) {
    if sites.names().is_empty() {
        wrong.push(scope.at("proxies.sites").problem("the proxies need a site"));
    }
    let path = |i: usize| match sites {
        Sites::Central(_) => "proxies.sites.0".to_owned(),
        // The list is the one value inside the parentheses of the variant.
        Sites::Regional(_) | Sites::Shared(_) => format!("proxies.sites.0.{i}"),
    };
    for (i, name) in sites.names().iter().enumerate() {
        if let Some(problem) = scope.node_problem(&path(i), name) {
            wrong.push(problem);
        }
    }
    for (i, name) in repeated(sites.names().iter().map(String::as_str)) {
        wrong.push(scope.at(&path(i)).problem(format!("the site \"{name}\" is given twice")));
    }
}
