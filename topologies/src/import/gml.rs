//! The Internet Topology Zoo's GML (Knight et al., IEEE JSAC 2011).
//!
//! A GML text is a list of keys, each with a number, a string in quotation marks, or a list in brackets:
//!
//! ```text
//! graph [ label "dfn"  node [ id 0 label "HAN" Longitude 9.73 Latitude 52.37 ]  edge [ source 0 target 1 ] ]
//! ```
//!
//! Read are `label`, `Network`, `NetworkDate` and `Creator` of the graph, `id`, `label`, `Longitude` and `Latitude`
//! of nodes, `source`, `target` and `LinkSpeedRaw` (bit/s) of edges.

use std::collections::BTreeMap;
use std::ops::Range;

use super::network::{Cable, Published, Site};
use super::stem;
use crate::schema::Position;
use crate::text::Diagnostic;

/// Lists nested deeper than this are refused.
const DEPTH_MAX: usize = 32;

/// The network in `text`, the content of the file `name`.
pub(super) fn read(name: &str, text: &str) -> Result<Published, Diagnostic> {
    let mut reader = Reader { name, text, at: 0 };
    let top = reader.list(0)?;
    let no_graph = || reader.refuse(0..0, "the file has no `graph [ … ]`");
    let graph = top.iter().find_map(|pair| pair.list("graph")).ok_or_else(no_graph)?;
    let sites = sites(&reader, graph)?;
    let mut places = BTreeMap::new();
    for (i, site) in sites.iter().enumerate() {
        if places.insert(site.id, i).is_some() {
            return Err(reader.refuse(site.span.clone(), format!("node {} is given twice", site.id)));
        }
    }
    let cables: Result<Vec<Cable>, Diagnostic> = (graph.iter())
        .filter_map(|pair| Some((pair, pair.list("edge")?)))
        .map(|(pair, edge)| cable(&reader, pair, edge, &places))
        .collect();
    let label = text_of(graph, "label").filter(|label| !label.is_empty());
    Ok(Published {
        name: label.unwrap_or(stem(name)).to_owned(),
        source: source(name, graph),
        sites,
        cables: cables?,
        demands: Vec::new(),
    })
}

fn source(name: &str, graph: &[Pair]) -> String {
    if text_of(graph, "Creator") != Some("Topology Zoo Toolset") {
        return format!("GML file {}", stem(name));
    }
    let network = text_of(graph, "Network").unwrap_or(stem(name)).trim();
    let date = text_of(graph, "NetworkDate").map(|date| format!(", {date}")).unwrap_or_default();
    format!("Internet Topology Zoo: {network}{date}")
}

fn sites(reader: &Reader<'_>, graph: &[Pair]) -> Result<Vec<Site>, Diagnostic> {
    let mut sites = Vec::new();
    for pair in graph {
        let Some(node) = pair.list("node") else { continue };
        let id = identifier(reader, pair, node, "id")?;
        let at = match (number_of(node, "Latitude"), number_of(node, "Longitude")) {
            (Some((latitude, span)), Some((longitude, _))) => {
                let problem = "latitude is −90 to 90 degrees, longitude −180 to 180";
                let position = Position::new(latitude, longitude);
                Some(position.ok_or_else(|| reader.refuse(span.clone(), problem))?)
            }
            _ => None,
        };
        let name = text_of(node, "label").map_or_else(|| format!("node {id}"), str::to_owned);
        sites.push(Site { id, name, at, span: pair.key.clone() });
    }
    if sites.is_empty() {
        return Err(reader.refuse(0..0, "the graph has no `node [ … ]`"));
    }
    Ok(sites)
}

fn cable(
    reader: &Reader<'_>,
    pair: &Pair,
    edge: &[Pair],
    places: &BTreeMap<u64, usize>,
) -> Result<Cable, Diagnostic> {
    let end = |key| {
        let id = identifier(reader, pair, edge, key)?;
        let span = number_of(edge, key).map_or(pair.key.clone(), |(_, span)| span.clone());
        places.get(&id).copied().ok_or_else(|| reader.refuse(span, format!("there is no node {id}")))
    };
    let ends = (end("source")?, end("target")?);
    let bits_per_second = match number_of(edge, "LinkSpeedRaw") {
        Some((speed, _)) if (1.0..=1e15).contains(&speed) => Some(speed.round() as u64),
        Some((_, span)) => return Err(reader.refuse(span.clone(), "a link speed is 1 to 1e15 bit/s")),
        None => None,
    };
    Ok(Cable { ends, km: None, bits_per_second })
}

fn identifier(reader: &Reader<'_>, pair: &Pair, list: &[Pair], key: &str) -> Result<u64, Diagnostic> {
    match number_of(list, key) {
        Some((number, _)) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => Ok(number as u64),
        Some((_, span)) => Err(reader.refuse(span.clone(), format!("`{key}` is a whole number"))),
        None => Err(reader.refuse(pair.key.clone(), format!("`{key}` is missing"))),
    }
}

/// A key and its value.
#[derive(Debug)]
struct Pair {
    key: Range<usize>,
    name: String,
    value: Value,
    span: Range<usize>,
}

#[derive(Debug)]
enum Value {
    List(Vec<Pair>),
    Number(f64),
    Text(String),
}

impl Pair {
    fn list(&self, name: &str) -> Option<&[Pair]> {
        match &self.value {
            Value::List(pairs) if self.name == name => Some(pairs),
            _ => None,
        }
    }
}

fn text_of<'a>(pairs: &'a [Pair], name: &str) -> Option<&'a str> {
    pairs.iter().find_map(|pair| match &pair.value {
        Value::Text(text) if pair.name == name => Some(text.as_str()),
        _ => None,
    })
}

/// The number of the key `name`, and where it stands. The Zoo writes some numbers as strings.
fn number_of<'a>(pairs: &'a [Pair], name: &str) -> Option<(f64, &'a Range<usize>)> {
    let pair = pairs.iter().find(|pair| pair.name == name)?;
    match &pair.value {
        Value::Number(number) => Some((*number, &pair.span)),
        Value::Text(text) => Some((text.parse().ok()?, &pair.span)),
        Value::List(_) => None,
    }
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn refuse(&self, span: Range<usize>, problem: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name, self.text, span, problem)
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            if !self.text[self.at..].starts_with('#') {
                return;
            }
            let rest = &self.text[self.at..];
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// The octets up to the next blank or bracket.
    fn word(&mut self) -> Range<usize> {
        let start = self.at;
        let rest = &self.text[start..];
        self.at +=
            rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"')).unwrap_or(rest.len());
        start..self.at
    }

    /// Pairs up to a closing bracket, or to the end of the text at depth 0.
    fn list(&mut self, depth: usize) -> Result<Vec<Pair>, Diagnostic> {
        let open = self.at.saturating_sub(1);
        if depth > DEPTH_MAX {
            return Err(self.refuse(open..open + 1, "lists are nested too deep"));
        }
        let mut pairs = Vec::new();
        loop {
            self.skip_blank();
            match self.text[self.at..].chars().next() {
                None if depth == 0 => return Ok(pairs),
                None => return Err(self.refuse(open..open + 1, "this bracket is never closed")),
                Some(']') if depth > 0 => {
                    self.at += 1;
                    return Ok(pairs);
                }
                Some(_) => pairs.push(self.pair(depth)?),
            }
        }
    }

    fn pair(&mut self, depth: usize) -> Result<Pair, Diagnostic> {
        let key = self.word();
        let name = self.text[key.clone()].to_owned();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(self.refuse(key.start..key.end.max(key.start + 1), "expected a key"));
        }
        self.skip_blank();
        let start = self.at;
        let value = match self.text[start..].chars().next() {
            Some('[') => {
                self.at += 1;
                Value::List(self.list(depth + 1)?)
            }
            Some('"') => Value::Text(self.quoted()?),
            _ => Value::Number(self.number(&name)?),
        };
        Ok(Pair { key, name, value, span: start..self.at })
    }

    fn number(&mut self, key: &str) -> Result<f64, Diagnostic> {
        let word = self.word();
        let number: Option<f64> = self.text[word.clone()].parse().ok().filter(|n: &f64| n.is_finite());
        number.ok_or_else(|| {
            self.refuse(word, format!("expected a number, a string or a list as the value of `{key}`"))
        })
    }

    fn quoted(&mut self) -> Result<String, Diagnostic> {
        let open = self.at;
        let rest = &self.text[open + 1..];
        let Some(length) = rest.find('"') else {
            return Err(self.refuse(open..open + 1, "this quotation mark is never closed"));
        };
        self.at = open + 1 + length + 1;
        Ok(entities(&rest[..length]))
    }
}

/// `text` with the entities that GML writes for characters beyond ASCII, `&quot;` and `&amp;` replaced.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.find(';').and_then(|end| Some((entity(&rest[1..end])?, end)));
        let (c, length) = entity.map_or(('&', 1), |(c, end)| (c, end + 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => char::from_u32(name.strip_prefix('#')?.parse().ok()?),
    }
}
