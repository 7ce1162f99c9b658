//! From the text of a topology to a topology: names, ranges, and whether the network hangs together.

mod link;
mod traffic;

use std::collections::BTreeMap;

use self::traffic::Ways;
use super::demand::Demand;
use super::file::{NodeFile, TopologyFile};
use super::name::{LABEL_OCTETS_MAX, domain_label};
use super::position::Position;
use super::topology::{Link, Node, Topology};
use crate::text::{Diagnostic, Diagnostics, Document, Files, Place};

/// A topology has at most this many nodes. Hosts at a node are not nodes of the topology.
pub const NODES_MAX: usize = 2_000;

/// A topology has at most this many links.
pub const LINKS_MAX: usize = 20_000;

/// See [`Topology::resolve`].
pub(super) fn topology(
    file: &TopologyFile,
    document: &Document,
    within: &str,
    files: &dyn Files,
) -> Result<Topology, Diagnostics> {
    let mut check = Check { document, within, files, problems: Diagnostics::new() };
    check.counts(file)?;
    let nodes = check.nodes(&file.nodes);
    let index = Index::of(&file.nodes);
    let links = check.links(file, &index);
    let given = check.demand(file, &index);
    if check.problems.is_empty() {
        check.connection(&nodes, &links);
    }
    let demand = if given.is_none() { traffic::gravity(&file.nodes, &links) } else { given };
    let name = if file.name.is_empty() { document.name() } else { &file.name };
    let topology = Topology { name: name.to_owned(), source: file.source.clone(), nodes, links, demand };
    check.problems.into_result(topology)
}

/// A check under way, and what it has found wrong.
struct Check<'a> {
    document: &'a Document,
    within: &'a str,
    files: &'a dyn Files,
    problems: Diagnostics,
}

/// The nodes by name; of equal names the first.
struct Index<'a>(BTreeMap<&'a str, usize>);

impl<'a> Index<'a> {
    fn of(nodes: &'a [NodeFile]) -> Index<'a> {
        let last_to_first = nodes.iter().enumerate().rev();
        Index(last_to_first.map(|(i, node)| (node.name.as_str(), i)).collect())
    }
}

impl<'a> Check<'a> {
    /// The place of the value at `path` within the topology.
    fn at(&self, path: &str) -> Place<'a> {
        if self.within.is_empty() {
            return self.document.at(path);
        }
        self.document.at(&format!("{}.{path}", self.within))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// Bounds the work of all that follows.
    fn counts(&self, file: &TopologyFile) -> Result<(), Diagnostic> {
        let counts = [("nodes", file.nodes.len(), NODES_MAX), ("links", file.links.len(), LINKS_MAX)];
        for (field, count, most) in counts {
            if count > most {
                return Err(self
                    .at(field)
                    .problem(format!("{count} {field}, but at most {most} are possible")));
            }
        }
        if file.nodes.is_empty() {
            return Err(self.at("nodes").problem("a topology needs a node"));
        }
        Ok(())
    }

    fn nodes(&mut self, files: &[NodeFile]) -> Vec<Node> {
        let mut labels: BTreeMap<String, &str> = BTreeMap::new();
        for (i, file) in files.iter().enumerate() {
            if self.problems.is_full() {
                break;
            }
            let label = domain_label(&file.name);
            if label.is_empty() || label.len() > LABEL_OCTETS_MAX {
                let problem =
                    format!("`{}` gives no domain label of 1 to {LABEL_OCTETS_MAX} octets", file.name);
                self.report(self.at(&format!("nodes.{i}.name")).problem(problem));
            } else if let Some(first) = labels.insert(label.clone(), &file.name) {
                let place = self.at(&format!("nodes.{i}.name"));
                self.report(place.problem(if first == file.name {
                    format!("node `{first}` is given twice")
                } else {
                    format!("`{first}` and `{}` have the same domain label, `{label}`", file.name)
                }));
            }
        }
        files.iter().enumerate().map(|(i, file)| self.node(i, file)).collect()
    }

    fn node(&mut self, i: usize, file: &NodeFile) -> Node {
        let at = file.at.and_then(|(latitude, longitude)| Position::new(latitude, longitude));
        if file.at.is_some() && at.is_none() {
            let place = self.at(&format!("nodes.{i}.at"));
            let problem = "latitude is −90 to 90 degrees, longitude −180 to 180";
            self.report(place.problem(problem).allow(["(latitude, longitude), such as (50.94, 6.87)"]));
        }
        if let Some(weight) = file.weight
            && !(0.0..=1e12).contains(&weight)
        {
            self.report(self.at(&format!("nodes.{i}.weight")).problem("a weight is a number from 0 to 1e12"));
        }
        Node { name: file.name.clone(), at }
    }

    /// The position of the node that stands at `path` by name.
    fn lookup(&mut self, path: &str, name: &str, index: &Index<'_>) -> Option<usize> {
        let found = index.0.get(name).copied();
        if found.is_none() {
            self.report(self.at(path).unknown("node", name, index.0.keys().copied()));
        }
        found
    }

    fn demand(&mut self, file: &TopologyFile, index: &Index<'_>) -> Demand {
        let mut demand = Demand::none(file.nodes.len());
        for ways in [Ways::Both, Ways::One] {
            traffic::add(self, file, ways, index, &mut demand);
        }
        demand
    }

    /// Refuses a network in which a node cannot be reached from the first.
    fn connection(&mut self, nodes: &[Node], links: &[Link]) {
        let neighbours = traffic::neighbours(nodes.len(), links);
        let delays = traffic::delays_from(0, &neighbours);
        let unreachable: Vec<usize> = (0..nodes.len()).filter(|node| delays[*node].is_none()).collect();
        let Some(&first) = unreachable.first() else { return };
        let problem = format!("node `{}` cannot be reached from `{}`", nodes[first].name, nodes[0].name);
        let mut diagnostic = self.at(&format!("nodes.{first}")).problem(problem);
        if unreachable.len() > 1 {
            diagnostic = diagnostic.note(format!("{} nodes cannot be reached from there", unreachable.len()));
        }
        self.report(diagnostic);
    }
}

#[cfg(test)]
mod tests;
