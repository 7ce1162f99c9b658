//! Zones, name servers and resolvers.

use std::net::{IpAddr, Ipv4Addr};

use dns::Name;
use topologies::text::Diagnostics;

use super::{Scope, repeated};
use crate::plan::limits::{NAME_HOSTS_MAX, RECORDS_MAX};
use crate::schema::{AddressOf, Agent, NameService, RecordEntry, proxy_name};

pub(super) fn check(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let Some(service) = &scope.experiment.dns else { return };
    let hosts = service.servers.len() + service.resolvers.len();
    let records = service.zones.iter().fold(0, |sum, zone| sum + 1 + zone.records.len());
    if hosts > NAME_HOSTS_MAX || records > RECORDS_MAX {
        let problem = format!(
            "{hosts} servers and resolvers and {records} records; at most {NAME_HOSTS_MAX} and {RECORDS_MAX} are allowed"
        );
        wrong.push(scope.at("dns").problem(problem));
        return;
    }
    places(scope, service, wrong);
    servers(scope, service, wrong);
    zones(scope, service, wrong);
}

/// That there is no resolver `name`, if so.
pub(super) fn resolver_named(scope: &Scope<'_>, path: &str, name: &str, wrong: &mut Diagnostics) {
    let resolvers = scope.experiment.dns.iter().flat_map(|service| &service.resolvers);
    let names: Vec<&str> = resolvers.map(|resolver| resolver.name.as_str()).collect();
    if !names.contains(&name) {
        let problem = format!("there is no resolver \"{name}\"");
        wrong.push(scope.at(path).problem(problem).suggest(name, names));
    }
}

/// Names and nodes of the hosts.
fn places(scope: &Scope<'_>, service: &NameService, wrong: &mut Diagnostics) {
    let servers = service.servers.iter().enumerate();
    let servers = servers.map(|(i, server)| (format!("dns.servers.{i}"), &server.name, &server.at));
    let resolvers = service.resolvers.iter().enumerate();
    let resolvers =
        resolvers.map(|(i, resolver)| (format!("dns.resolvers.{i}"), &resolver.name, &resolver.at));
    let hosts: Vec<(String, &String, &String)> = servers.chain(resolvers).collect();
    let others = other_hosts(scope);
    for (path, name, at) in &hosts {
        if let Some(problem) = scope.node_problem(&format!("{path}.at"), at) {
            wrong.push(problem);
        }
        let is_label = (1..=63).contains(&name.len())
            && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
        if !is_label {
            let problem = "the name of a server or resolver is 1 to 63 letters, digits and hyphens";
            wrong.push(scope.at(&format!("{path}.name")).problem(problem));
        } else if others.contains(name) {
            let problem = format!("an agent or a proxy site is called \"{name}\" already");
            wrong.push(scope.at(&format!("{path}.name")).problem(problem));
        }
    }
    for (place, name) in repeated(hosts.iter().map(|(_, name, _)| name.as_str())) {
        let problem = format!("there are two hosts \"{name}\"");
        wrong.push(scope.at(&format!("{}.name", hosts[place].0)).problem(problem));
    }
}

/// The names of agents and proxy sites.
fn other_hosts(scope: &Scope<'_>) -> Vec<String> {
    let agents = scope.experiment.agents.iter().map(Agent::name).map(str::to_owned);
    let sites = scope.experiment.proxies.iter().flat_map(|proxies| proxies.sites.names());
    agents.chain(sites.map(|site| proxy_name(site))).collect()
}

/// What the servers serve.
fn servers(scope: &Scope<'_>, service: &NameService, wrong: &mut Diagnostics) {
    let origins: Vec<&str> = service.zones.iter().map(|zone| zone.origin.as_str()).collect();
    for (i, server) in service.servers.iter().enumerate() {
        for (j, zone) in server.zones.iter().enumerate().filter(|(_, zone)| !origins.contains(&zone.as_str()))
        {
            let place = scope.at(&format!("dns.servers.{i}.zones.{j}"));
            let problem = format!("there is no zone \"{zone}\"");
            wrong.push(place.problem(problem).suggest(zone, origins.iter().copied()));
        }
        for (j, zone) in repeated(server.zones.iter().map(String::as_str)) {
            let problem = format!("the zone \"{zone}\" is given twice");
            wrong.push(scope.at(&format!("dns.servers.{i}.zones.{j}")).problem(problem));
        }
        for (j, timed) in server.misbehaves.iter().map(|wrong| wrong.timed()).enumerate() {
            if timed.until <= timed.from {
                let place = scope.at(&format!("dns.servers.{i}.misbehaves.{j}"));
                wrong.push(place.problem("it ends before it begins"));
            }
        }
    }
}

fn zones(scope: &Scope<'_>, service: &NameService, wrong: &mut Diagnostics) {
    let lower: Vec<String> = service.zones.iter().map(|zone| normal(&zone.origin)).collect();
    for (i, origin) in repeated(lower.iter().map(String::as_str)) {
        let problem = format!("there are two zones \"{origin}\"");
        wrong.push(scope.at(&format!("dns.zones.{i}.origin")).problem(problem));
    }
    let hosts = all_hosts(scope, service);
    let placeholder = |name: &str| hosts.iter().any(|host| host == name).then_some(PLACEHOLDER);
    for (i, zone) in service.zones.iter().enumerate() {
        if !service.servers.iter().any(|server| server.zones.contains(&zone.origin)) {
            let problem = format!("no server serves the zone \"{}\"", zone.origin);
            wrong.push(scope.at(&format!("dns.zones.{i}.origin")).problem(problem));
        }
        let unknown = unknown_hosts(&zone.records, &hosts);
        for &(j, host) in &unknown {
            let problem = format!("there is no host \"{host}\"");
            let place = scope.at(&format!("dns.zones.{i}.records.{j}.of"));
            wrong.push(place.problem(problem).suggest(host, hosts.iter().map(String::as_str)));
        }
        if unknown.is_empty()
            && let Err(problem) = zone.zone(&placeholder)
        {
            let path = match problem.record {
                Some((j, field)) => format!("dns.zones.{i}.records.{j}.{field}"),
                None => format!("dns.zones.{i}"),
            };
            wrong.push(scope.at(&path).problem(problem.problem));
        }
    }
}

const PLACEHOLDER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Records with the address of a host that does not exist.
fn unknown_hosts<'r>(records: &'r [RecordEntry], hosts: &[String]) -> Vec<(usize, &'r str)> {
    let host = |(place, record): (usize, &'r RecordEntry)| match record {
        RecordEntry::Address { of: AddressOf::Host(host), .. } if !hosts.contains(host) => {
            Some((place, host.as_str()))
        }
        _ => None,
    };
    records.iter().enumerate().filter_map(host).collect()
}

fn all_hosts(scope: &Scope<'_>, service: &NameService) -> Vec<String> {
    let servers = service.servers.iter().map(|server| server.name.clone());
    let resolvers = service.resolvers.iter().map(|resolver| resolver.name.clone());
    other_hosts(scope).into_iter().chain(servers).chain(resolvers).collect()
}

/// An origin in the form in which two that mean the same are equal.
fn normal(origin: &str) -> String {
    origin.parse().map_or_else(|_| origin.to_owned(), |name: Name| name.to_string().to_ascii_lowercase())
}
