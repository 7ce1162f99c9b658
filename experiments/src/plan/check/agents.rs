//! Named agents.

use topologies::text::Diagnostics;

use super::{Scope, repeated};
use crate::plan::limits::{AGENTS_MAX, CORES_MAX};
use crate::schema::{Agent, Answers};

pub(super) fn check(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let agents = &scope.experiment.agents;
    if agents.len() > AGENTS_MAX {
        let problem = format!("{} agents; at most {AGENTS_MAX} are allowed", agents.len());
        wrong.push(scope.at("agents").problem(problem));
        return;
    }
    for (i, name) in repeated(agents.iter().map(Agent::name)) {
        wrong.push(scope.at(&format!("agents.{i}.name")).problem(format!("there are two agents \"{name}\"")));
    }
    for (i, agent) in agents.iter().enumerate() {
        if let Some(problem) = scope.node_problem(&format!("agents.{i}.at"), agent.at()) {
            wrong.push(problem);
        }
        if !agent.name().chars().all(user_character) || agent.name().is_empty() {
            let problem = "an agent's name is letters, digits, hyphens, dots and underscores";
            wrong.push(scope.at(&format!("agents.{i}.name")).problem(problem));
        }
        if let Some(name) = agent.resolver() {
            super::name_service::resolver_named(scope, &format!("agents.{i}.resolver"), name, wrong);
        }
        match agent {
            Agent::Ua { .. } => user_agent(scope, i, agent, wrong),
            Agent::Proxy { .. } => proxy(scope, i, agent, wrong),
        }
    }
}

/// What may stand in the user part of a SIP URI and in a file of a ladder alike.
fn user_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || ['-', '.', '_'].contains(&c)
}

fn user_agent(scope: &Scope<'_>, i: usize, agent: &Agent, wrong: &mut Diagnostics) {
    let Agent::Ua { via, answers, register, resolver, .. } = agent else { return };
    if via.is_some() && resolver.is_some() {
        let problem = "an agent that sends everything to `via` has nothing to ask a resolver";
        wrong.push(scope.at(&format!("agents.{i}.resolver")).problem(problem));
    }
    if let Some(via) = via {
        proxy_named(scope, &format!("agents.{i}.via"), via, wrong);
    }
    if register.is_some() && via.is_none() {
        let problem = "an agent registers with the proxy that `via` names, and there is none";
        wrong.push(scope.at(&format!("agents.{i}.register")).problem(problem));
    }
    if let Answers::Reject(status) = answers
        && !(400..=699).contains(status)
    {
        let place = scope.at(&format!("agents.{i}.answers"));
        wrong.push(place.problem(format!("{status} rejects no call")).allow(["400 to 699"]));
    }
}

fn proxy(scope: &Scope<'_>, i: usize, agent: &Agent, wrong: &mut Diagnostics) {
    let Agent::Proxy { routes, cores, service_time, .. } = agent else { return };
    for (j, route) in routes.iter().enumerate() {
        proxy_named(scope, &format!("agents.{i}.routes.{j}.to"), &route.to, wrong);
    }
    match (cores, service_time) {
        (None, Some(_)) => {
            let problem = "a service time needs `cores`";
            wrong.push(scope.at(&format!("agents.{i}.service_time")).problem(problem));
        }
        (Some(cores), _) if !(1..=CORES_MAX).contains(cores) => {
            let problem = format!("the number of cores lies between 1 and {CORES_MAX}");
            wrong.push(scope.at(&format!("agents.{i}.cores")).problem(problem));
        }
        (Some(_), None) => {
            let problem = "cores need a `service_time`";
            wrong.push(scope.at(&format!("agents.{i}.cores")).problem(problem));
        }
        (None, None) | (Some(_), Some(_)) => {}
    }
}

fn proxy_named(scope: &Scope<'_>, path: &str, name: &str, wrong: &mut Diagnostics) {
    let proxies = scope.experiment.agents.iter().filter(|agent| matches!(agent, Agent::Proxy { .. }));
    let names: Vec<&str> = proxies.map(Agent::name).collect();
    if !names.contains(&name) {
        let problem = format!("there is no proxy agent \"{name}\"");
        wrong.push(scope.at(path).problem(problem).suggest(name, names));
    }
}
