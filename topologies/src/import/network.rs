//! A published network, and what it takes to make a topology of it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::note::Note;
use super::spelling::Spelling;
use super::write::ASSUMED;
use crate::schema::{LABEL_OCTETS_MAX, LINKS_MAX, NODES_MAX, Position, domain_label};
use crate::text::Diagnostic;

/// A published length is remarked upon when it is off by more than this share and [`STRETCH_KM`].
const STRETCH_SHARE: f64 = 0.05;

/// Positions are published to hundredths of a degree, a km.
const STRETCH_KM: f64 = 2.0;

/// What a reader found in a file.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) sites: Vec<Site>,
    pub(super) cables: Vec<Cable>,
    /// Origin, destination, value, in the order of the sites.
    pub(super) demands: Vec<(usize, usize, f64)>,
}

/// A node of a published network.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) at: Option<Position>,
    /// Where the file speaks of it.
    pub(super) span: Range<usize>,
}

/// A link of a published network.
#[derive(Debug)]
pub(super) struct Cable {
    pub(super) ends: (usize, usize),
    pub(super) km: Option<f64>,
    pub(super) bits_per_second: Option<u64>,
}

/// A network that lacks nothing.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) name: String,
    pub(super) source: String,
    /// Name and position of each node.
    pub(super) nodes: Vec<(String, Position)>,
    pub(super) links: Vec<CompleteLink>,
    pub(super) demands: Demands,
}

/// A link of a network that lacks nothing.
#[derive(Debug)]
pub(super) struct CompleteLink {
    pub(super) ends: (usize, usize),
    pub(super) km: f64,
    pub(super) bits_per_second: Option<u64>,
    /// Its name, when that of its ends is taken.
    pub(super) name: Option<String>,
}

/// A traffic matrix.
#[derive(Debug)]
pub(super) enum Demands {
    Directed(Vec<(usize, usize, f64)>),
    Undirected(Vec<(usize, usize, f64)>),
}

impl Published {
    /// The network with names that are unique, positions and lengths for all.
    ///
    /// # Errors
    /// When a node has no position, and neither have those from which it could be guessed.
    pub(super) fn complete(
        mut self,
        file: &str,
        text: &str,
        spelling: Spelling,
        notes: &mut Vec<Note>,
    ) -> Result<Network, Diagnostic> {
        if self.sites.len() > NODES_MAX || self.cables.len() > LINKS_MAX {
            let problem = format!(
                "{} nodes and {} links, but at most {NODES_MAX} and {LINKS_MAX} are possible",
                self.sites.len(),
                self.cables.len()
            );
            return Err(Diagnostic::of_file(file, problem));
        }
        let names = self.names(spelling, notes);
        self.drop_self_loops(&names, notes);
        self.place(&names, notes);
        let positions: Result<Vec<Position>, &Site> =
            self.sites.iter().map(|site| site.at.ok_or(site)).collect();
        let positions = positions.map_err(|site| {
            let problem = format!("node `{}` has no position, nor have its neighbours", site.name);
            Diagnostic::new(file, text, site.span.clone(), problem)
        })?;
        let links = self.links(&names, &positions, notes);
        self.remark_connection(&names, notes);
        let demands = directions(self.demands, notes);
        notes.push(Note::Assumed { defaults: ASSUMED.to_owned() });
        let nodes = names.into_iter().zip(positions).collect();
        Ok(Network { name: self.name, source: self.source, nodes, links, demands })
    }

    /// A name for each site that is unique, even as a domain label.
    fn names(&self, spelling: Spelling, notes: &mut Vec<Note>) -> Vec<String> {
        let mut labels = BTreeMap::new();
        for site in &self.sites {
            *labels.entry(domain_label(spelling.of(&site.name))).or_insert(0u32) += 1;
        }
        let mut names = Vec::with_capacity(self.sites.len());
        for site in &self.sites {
            let spelt = spelling.of(&site.name);
            let label = domain_label(spelt);
            let unique = labels.get(&label) == Some(&1) && (1..=LABEL_OCTETS_MAX).contains(&label.len());
            let name = match unique {
                true => spelt.to_owned(),
                false if label.is_empty() => format!("node {}", site.id),
                false => format!("{} {}", spelt.chars().take(32).collect::<String>(), site.id),
            };
            let published = site.name.clone();
            match name == site.name {
                true => {}
                false if unique => notes.push(Note::Spelt { published, name: name.clone() }),
                false => notes.push(Note::Renamed { published, name: name.clone() }),
            }
            names.push(name);
        }
        names
    }

    fn drop_self_loops(&mut self, names: &[String], notes: &mut Vec<Note>) {
        self.cables.retain(|cable| {
            let (one, other) = cable.ends;
            if one == other {
                notes.push(Note::SelfLoop { node: names[one].clone() });
            }
            one != other
        });
    }

    /// Puts sites without a position in the middle of their neighbours, those next to known positions first.
    fn place(&mut self, names: &[String], notes: &mut Vec<Note>) {
        loop {
            let known: Vec<Option<Position>> = self.sites.iter().map(|site| site.at).collect();
            let mut placed = false;
            for (i, site) in self.sites.iter_mut().enumerate().filter(|(_, site)| site.at.is_none()) {
                let neighbours: Vec<Position> =
                    self.cables.iter().filter_map(|cable| known[cable.other_end(i)?]).collect();
                if let Some(middle) = middle(&neighbours) {
                    site.at = Some(middle);
                    placed = true;
                    notes.push(Note::Placed { node: names[i].clone() });
                }
            }
            if !placed {
                return;
            }
        }
    }

    fn links(&self, names: &[String], positions: &[Position], notes: &mut Vec<Note>) -> Vec<CompleteLink> {
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut links = Vec::with_capacity(self.cables.len());
        for cable in &self.cables {
            let (one, other) = cable.ends;
            let implied = format!("{}-{}", names[one], names[other]);
            let count = taken.entry(implied.clone()).or_insert(0);
            *count += 1;
            let name = (*count > 1).then(|| format!("{implied} #{count}"));
            let great_circle = positions[one].great_circle_km(positions[other]);
            let km = cable.km.unwrap_or(great_circle);
            if (km - great_circle).abs() > STRETCH_KM.max(STRETCH_SHARE * great_circle) {
                let [published_km, great_circle_km] = [km, great_circle].map(|km| km.round() as u64);
                notes.push(Note::Stretched { link: implied, published_km, great_circle_km });
            }
            links.push(CompleteLink { ends: cable.ends, km, bits_per_second: cable.bits_per_second, name });
        }
        links
    }

    fn remark_connection(&self, names: &[String], notes: &mut Vec<Note>) {
        let mut reached = vec![false; self.sites.len()];
        let mut frontier = vec![0];
        while let Some(site) = frontier.pop() {
            if !std::mem::replace(&mut reached[site], true) {
                frontier.extend(self.cables.iter().filter_map(|cable| cable.other_end(site)));
            }
        }
        if let Some(lonely) = reached.iter().position(|reached| !reached) {
            notes.push(Note::Disconnected { from: names[0].clone(), to: names[lonely].clone() });
        }
    }
}

impl Cable {
    fn other_end(&self, site: usize) -> Option<usize> {
        match self.ends {
            (one, other) if one == site => Some(other),
            (one, other) if other == site => Some(one),
            _ => None,
        }
    }
}

/// The mean of latitudes and of longitudes, in hundredths of a degree; `None` of no positions.
fn middle(positions: &[Position]) -> Option<Position> {
    let count = positions.len() as f64;
    let latitude = positions.iter().map(|at| at.latitude).sum::<f64>() / count;
    let longitude = positions.iter().map(|at| at.longitude).sum::<f64>() / count;
    Position::new((latitude * 100.0).round() / 100.0, (longitude * 100.0).round() / 100.0)
}

/// A matrix that has both directions of a pair somewhere is directed.
fn directions(demands: Vec<(usize, usize, f64)>, notes: &mut Vec<Note>) -> Demands {
    let pairs: std::collections::BTreeSet<(usize, usize)> =
        demands.iter().map(|(from, to, _)| (*from, *to)).collect();
    if demands.is_empty() {
        notes.push(Note::WithoutTraffic);
        return Demands::Undirected(demands);
    }
    let directed = pairs.iter().any(|(from, to)| from != to && pairs.contains(&(*to, *from)));
    if directed {
        notes.push(Note::Directed);
        Demands::Directed(demands)
    } else {
        notes.push(Note::Undirected);
        Demands::Undirected(demands)
    }
}
