//! The network at its coordinates: links by load, hosts by how busy they are, what limits in a signal colour.
//!
//! An equirectangular projection that is true to scale at the middle latitude, which is right for a country.

mod labels;
mod projection;

use std::collections::BTreeMap;

use records::{CellRecord, ElementKind, ElementLoad, MapNode, NetworkMap, Results};

use self::labels::{Board, Wish};
use self::projection::Projection;
use crate::svg::{Number, Svg};
use crate::{figure, palette, view};

/// A map under one level of the compared factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// File name without ending.
    pub name: String,
    /// The level, such as `central`; the experiment's name when nothing is compared.
    pub title: String,
    /// Which cell is shown, and what limits it.
    pub caption: String,
    /// A complete SVG document that looks right on white.
    pub svg: String,
}

/// Width of a map in pixels.
const WIDTH: f64 = 340.0;
/// Pixels around the outermost nodes.
const MARGIN: f64 = 30.0;

/// A map for each level of the compared factor, at its busiest cell; none without coordinates.
pub fn maps(results: &Results) -> Vec<Map> {
    let Some(network) = results.experiment.network.as_ref().filter(|network| !network.nodes.is_empty())
    else {
        return Vec::new();
    };
    let shown: Vec<(String, &CellRecord, Loads)> = busiest_cells(results)
        .into_iter()
        .map(|(title, cell)| (title, cell, Loads::of(results, cell.cell)))
        .collect();
    let heaviest = shown.iter().flat_map(|(_, _, loads)| loads.links.values()).copied().fold(0.0, f64::max);
    shown
        .into_iter()
        .enumerate()
        .map(|(index, (title, cell, loads))| Map {
            name: format!("map-{}", index + 1),
            caption: caption(cell, &loads),
            svg: draw(network, &loads, heaviest, &title),
            title,
        })
        .collect()
}

/// The busiest cell of each level of the compared factor.
fn busiest_cells(results: &Results) -> Vec<(String, &CellRecord)> {
    let busy = |cell: &CellRecord| {
        view::busiest(&view::loads(results, cell.cell)).map_or(0.0, |load| load.utilisation)
    };
    let busiest = |cells: Vec<&'_ CellRecord>| -> Option<u32> {
        let rated = cells.into_iter().map(|cell| (busy(cell), cell.cell));
        rated.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|best| best.1)
    };
    let cell = |index: u32| results.experiment.cells.iter().find(|cell| cell.cell == index);
    let Some(factor) = view::compared(&results.experiment) else {
        let only = busiest(results.experiment.cells.iter().collect()).and_then(cell);
        return only.map(|cell| (results.experiment.name.clone(), cell)).into_iter().collect();
    };
    let at_level = |label: &String| {
        let of_level = |cell: &&CellRecord| cell.label(&factor.name) == Some(label.as_str());
        let cells = results.experiment.cells.iter().filter(of_level).collect();
        Some((label.clone(), busiest(cells).and_then(cell)?))
    };
    factor.labels.iter().filter_map(at_level).collect()
}

/// The loads of one cell by place.
struct Loads {
    /// Hosts by the node at which they stand, the busiest of each.
    hosts: BTreeMap<String, ElementLoad>,
    /// The busier direction of each link, by its ends in alphabetical order.
    links: BTreeMap<(String, String), f64>,
    /// What is busiest of all.
    limiting: Option<ElementLoad>,
}

impl Loads {
    fn of(results: &Results, cell: u32) -> Loads {
        let loads = view::loads(results, cell);
        let limiting = view::busiest(&loads).cloned();
        let (mut hosts, mut links) = (BTreeMap::<String, ElementLoad>::new(), BTreeMap::new());
        for load in loads {
            match &load.kind {
                ElementKind::Host { at } => {
                    let seen = hosts.entry(at.clone()).or_insert_with(|| load.clone());
                    if load.utilisation > seen.utilisation {
                        *seen = load;
                    }
                }
                ElementKind::Link { from, to } => {
                    let busier = links.entry(ends(from, to)).or_insert(0.0f64);
                    *busier = busier.max(load.utilisation);
                }
            }
        }
        Loads { hosts, links, limiting }
    }

    fn limits_link(&self, a: &str, b: &str) -> bool {
        match self.limiting.as_ref().map(|load| &load.kind) {
            Some(ElementKind::Link { from, to }) => ends(from, to) == ends(a, b),
            Some(ElementKind::Host { .. }) | None => false,
        }
    }

    fn limits_host(&self, node: &str) -> bool {
        match self.limiting.as_ref().map(|load| &load.kind) {
            Some(ElementKind::Host { at }) => at == node,
            Some(ElementKind::Link { .. }) | None => false,
        }
    }
}

/// The ends of a link whatever its direction.
fn ends(a: &str, b: &str) -> (String, String) {
    if a <= b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

fn draw(network: &NetworkMap, loads: &Loads, heaviest: f64, title: &str) -> String {
    let projection = Projection::of(&network.nodes, WIDTH, MARGIN);
    let mut svg = Svg::new(WIDTH, projection.height(), &format!("Map: {title}"));
    draw_links(&mut svg, network, loads, heaviest, &projection);
    let largest = network.nodes.iter().map(|node| node.weight).fold(0.0, f64::max);
    let mut board = Board::new(WIDTH, projection.height());
    let mut wishes = Vec::new();
    for node in in_order_of_drawing(network, loads) {
        let at = projection.place(node);
        let radius = draw_node(&mut svg, node, loads, largest, at);
        board.block(at, radius);
        wishes.push(wish(node, loads, at, radius));
    }
    // Hosts first, then the largest places: names that find no room are left to the tooltip.
    wishes.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    for wish in wishes {
        if let Some((x, y)) = board.place(&wish) {
            let weight = if wish.must { "600" } else { "400" };
            svg.text_element(
                "text",
                &[
                    ("x", &Number(x)),
                    ("y", &Number(y)),
                    ("font-size", &labels::SIZE),
                    ("font-weight", &weight),
                    ("fill", &wish.colour),
                    ("stroke", &palette::hex(palette::PAPER)),
                    ("stroke-width", &3),
                    ("stroke-linejoin", &"round"),
                    ("paint-order", &"stroke"),
                ],
                &wish.text,
            );
        }
    }
    svg.finish()
}

fn draw_links(svg: &mut Svg, network: &NetworkMap, loads: &Loads, heaviest: f64, projection: &Projection) {
    let place =
        |name: &str| network.nodes.iter().find(|node| node.name == name).map(|node| projection.place(node));
    for link in &network.links {
        let (Some(a), Some(b)) = (place(&link.a), place(&link.b)) else { continue };
        let busy = loads.links.get(&ends(&link.a, &link.b)).copied();
        let share = if heaviest > 0.0 { busy.unwrap_or(0.0) / heaviest } else { 0.0 };
        let colour = if loads.limits_link(&link.a, &link.b) { palette::SIGNAL } else { palette::LINK };
        svg.begin(
            "line",
            &[
                ("x1", &Number(a.0)),
                ("y1", &Number(a.1)),
                ("x2", &Number(b.0)),
                ("y2", &Number(b.1)),
                ("stroke", &palette::hex(colour)),
                ("stroke-width", &Number(1.0 + 4.0 * share)),
                ("stroke-linecap", &"round"),
            ],
        );
        let busy = busy.map_or_else(String::new, |busy| format!(": {}", figure::spoken("busy_ratio", busy)));
        svg.title(&format!("{}–{}{busy}", link.a, link.b));
        svg.end();
    }
}

/// Hosts last, what limits on top of all.
fn in_order_of_drawing<'a>(network: &'a NetworkMap, loads: &Loads) -> Vec<&'a MapNode> {
    let mut nodes: Vec<&MapNode> = network.nodes.iter().collect();
    nodes.sort_by_key(|node| (loads.hosts.contains_key(&node.name), loads.limits_host(&node.name)));
    nodes
}

/// Draws a node and returns its radius.
fn draw_node(svg: &mut Svg, node: &MapNode, loads: &Loads, largest: f64, at: (f64, f64)) -> f64 {
    let host = loads.hosts.get(&node.name);
    let share = if largest > 0.0 { (node.weight / largest).clamp(0.0, 1.0) } else { 0.0 };
    let (radius, colour) = match host {
        Some(_) if loads.limits_host(&node.name) => (8.0, palette::SIGNAL),
        Some(_) => (7.0, palette::STRONG),
        None => (2.0 + 2.5 * share.sqrt(), palette::MUTED),
    };
    svg.begin(
        "circle",
        &[
            ("cx", &Number(at.0)),
            ("cy", &Number(at.1)),
            ("r", &Number(radius)),
            ("fill", &palette::hex(colour)),
            ("stroke", &palette::hex(palette::PAPER)),
            ("stroke-width", &1),
        ],
    );
    let busy = host.map_or_else(String::new, |load| {
        let refused = if load.refused > 0 { format!(", {} refused", load.refused) } else { String::new() };
        format!(": {} {} busy{refused}", load.name, figure::spoken("busy_ratio", load.utilisation))
    });
    svg.title(&format!("{}{busy}", node.name));
    svg.end();
    radius
}

fn wish(node: &MapNode, loads: &Loads, at: (f64, f64), radius: f64) -> Wish {
    let host = loads.hosts.get(&node.name);
    let limits = loads.limits_host(&node.name);
    let colour = match host {
        Some(_) if limits => palette::SIGNAL,
        Some(_) => palette::STRONG,
        None => palette::INK,
    };
    let rank = match host {
        Some(_) if limits => f64::INFINITY,
        Some(load) => 1e18 * (1.0 + load.utilisation),
        None => node.weight,
    };
    let text = match host {
        Some(load) => format!("{} {}", node.name, figure::busy(load.utilisation)),
        None => node.name.clone(),
    };
    Wish { text, at, radius, must: host.is_some(), rank, colour: palette::hex(colour) }
}

fn caption(cell: &CellRecord, loads: &Loads) -> String {
    let shown = format!("At {}", cell.title());
    let Some(limiting) = &loads.limiting else { return format!("{shown}; no loads were recorded.") };
    let link = loads
        .links
        .iter()
        .reduce(|best, other| if other.1 > best.1 { other } else { best })
        .filter(|_| view::is_host(limiting))
        .map_or_else(String::new, |((a, b), busy)| {
            format!(" The busiest link, {a}–{b}, is {} busy.", figure::spoken("busy_ratio", *busy))
        });
    format!("{shown}: {} is busiest, {}.{link}", limiting.name, figure::busy(limiting.utilisation))
}
