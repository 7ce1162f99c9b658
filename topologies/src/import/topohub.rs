//! TopoHub's node-link JSON, as NetworkX writes it.
//!
//! `nodes[]` have `id`, `name` and `pos` = [longitude, latitude]; `edges[]` (older files: `links[]`) have `source`,
//! `target` and `dist` in km; `graph.demands` maps origin to destination to value. Other fields are ignored.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::network::{Cable, Published, Site};
use super::stem;
use crate::schema::Position;
use crate::text::{Diagnostic, Outline};

/// Networks that TopoHub took from SNDlib (sndlib.put.poznan.pl), by the names that they have there.
const SNDLIB: [&str; 26] = [
    "abilene",
    "atlanta",
    "brain",
    "cost266",
    "dfn-bwin",
    "dfn-gwin",
    "di-yuan",
    "france",
    "geant",
    "germany50",
    "giul39",
    "india35",
    "janos-us",
    "janos-us-ca",
    "newyork",
    "nobel-eu",
    "nobel-germany",
    "nobel-us",
    "norway",
    "pdh",
    "pioro40",
    "polska",
    "sun",
    "ta1",
    "ta2",
    "zib54",
];

const PICTURE: &str =
    "SNDlib places the nodes of some networks in a picture, not on the globe: their lengths mean nothing";

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    graph: Graph,
    nodes: Vec<Node>,
    #[serde(alias = "links")]
    edges: Vec<Edge>,
}

#[derive(Default, Deserialize)]
struct Graph {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    demands: Option<BTreeMap<String, BTreeMap<String, f64>>>,
}

#[derive(Deserialize)]
struct Node {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    pos: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct Edge {
    source: u64,
    target: u64,
    #[serde(default)]
    dist: Option<f64>,
}

/// The network in `text`, the content of the file `name`.
pub(super) fn read(name: &str, text: &str) -> Result<Published, Diagnostic> {
    let file: File = serde_json::from_str(text).map_err(|error| explain(name, text, &error))?;
    let reader = Reader { name, text, outline: Outline::scan(text).ok() };
    let sites = reader.sites(&file)?;
    let places: BTreeMap<u64, usize> = sites.iter().enumerate().map(|(i, site)| (site.id, i)).collect();
    let cables = reader.cables(&file, &places)?;
    let demands = reader.demands(&file, &places)?;
    let published = file.graph.name.unwrap_or_else(|| stem(name).to_owned());
    // TopoHub writes the hyphens of SNDlib's names as underscores.
    let in_sndlib = published.replace('_', "-");
    let (graph, source) = if SNDLIB.contains(&in_sndlib.as_str()) {
        let source = format!("SNDlib {in_sndlib}, via TopoHub");
        (in_sndlib, source)
    } else {
        let source = format!("TopoHub {published}");
        (published, source)
    };
    Ok(Published { name: graph, source, sites, cables, demands })
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    outline: Option<Outline>,
}

impl Reader<'_> {
    /// Where the value at `path` stands. JSON is nearly RON, so the outline of RON serves.
    fn span(&self, path: &str) -> Range<usize> {
        self.outline.as_ref().map_or(0..0, |outline| outline.deepest(path).span.clone())
    }

    fn refuse(&self, path: &str, problem: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name, self.text, self.span(path), problem)
    }

    fn sites(&self, file: &File) -> Result<Vec<Site>, Diagnostic> {
        if file.nodes.is_empty() {
            return Err(self.refuse("nodes", "the network has no node"));
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut sites = Vec::with_capacity(file.nodes.len());
        for (i, node) in file.nodes.iter().enumerate() {
            if !seen.insert(node.id) {
                return Err(self.refuse(&format!("nodes.{i}.id"), format!("node {} is given twice", node.id)));
            }
            let at = node.pos.map(|(longitude, latitude)| {
                let place = format!("nodes.{i}.pos");
                let problem = format!("[{longitude}, {latitude}] is no [longitude, latitude] in degrees");
                Position::new(latitude, longitude).ok_or_else(|| self.refuse(&place, problem).note(PICTURE))
            });
            sites.push(Site {
                id: node.id,
                name: node.name.clone().unwrap_or_else(|| format!("node {}", node.id)),
                at: at.transpose()?,
                span: self.span(&format!("nodes.{i}")),
            });
        }
        Ok(sites)
    }

    fn cables(&self, file: &File, places: &BTreeMap<u64, usize>) -> Result<Vec<Cable>, Diagnostic> {
        let mut cables = Vec::with_capacity(file.edges.len());
        let field = if self.text.contains("\"edges\"") { "edges" } else { "links" };
        for (i, edge) in file.edges.iter().enumerate() {
            let find = |end: &str, id: u64| {
                let unknown = || self.refuse(&format!("{field}.{i}.{end}"), format!("there is no node {id}"));
                places.get(&id).copied().ok_or_else(unknown)
            };
            let ends = (find("source", edge.source)?, find("target", edge.target)?);
            if edge.dist.is_some_and(|km| !(0.0..=1e6).contains(&km)) {
                let problem = "a length is between 0 and a million km";
                return Err(self.refuse(&format!("{field}.{i}.dist"), problem));
            }
            cables.push(Cable { ends, km: edge.dist, bits_per_second: None });
        }
        Ok(cables)
    }

    /// The demands in the order of the sites, whatever the order of the file.
    fn demands(
        &self,
        file: &File,
        places: &BTreeMap<u64, usize>,
    ) -> Result<Vec<(usize, usize, f64)>, Diagnostic> {
        let mut demands = Vec::new();
        for (from, row) in file.graph.demands.iter().flatten() {
            for (to, value) in row {
                let path = format!("graph.demands.{from}.{to}");
                let find = |id: &String| {
                    let place = id.parse().ok().and_then(|id: u64| places.get(&id).copied());
                    place.ok_or_else(|| self.refuse(&path, format!("there is no node {id}")))
                };
                if !(0.0..=1e15).contains(value) {
                    return Err(self.refuse(&path, "a demand is a number from 0 to 1e15"));
                }
                demands.push((find(from)?, find(to)?, *value));
            }
        }
        demands.sort_by_key(|(from, to, _)| (*from, *to));
        Ok(demands)
    }
}

/// The error of the JSON reader, at its place.
fn explain(name: &str, text: &str, error: &serde_json::Error) -> Diagnostic {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let problem = message.split(" at line ").next().unwrap_or(&message);
    let number = text.get(at..).unwrap_or_default();
    if let Some(word) = ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| number.starts_with(word)) {
        return Diagnostic::new(name, text, at..at + word.len(), format!("{word} is not a number"));
    }
    let problem = if error.is_eof() { "the file ends too early" } else { problem };
    Diagnostic::new(name, text, at..at, problem)
}
