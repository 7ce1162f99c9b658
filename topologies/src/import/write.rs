//! A network as the text of a topology file.

use std::fmt::Write as _;

use super::network::{CompleteLink, Demands, Network};

/// What the importer assumes where a source says nothing: fibre in the ground, a metropolitan network of 1 Gbit/s,
/// and Ethernet's MTU.
pub(super) const ASSUMED: &str =
    "detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)";

/// The text of `network`, one line a node, link and demand.
pub(super) fn ron(network: &Network) -> String {
    let mut out = String::new();
    write(network, &mut out).expect("a String takes all that is written");
    out
}

fn write(network: &Network, out: &mut String) -> std::fmt::Result {
    writeln!(out, "(")?;
    writeln!(out, "    name: {:?},", network.name)?;
    writeln!(out, "    source: {:?},", network.source)?;
    writeln!(out, "    // Assumed by the importer: the source does not say.")?;
    writeln!(out, "    defaults: ({ASSUMED}),")?;
    writeln!(out, "    // Latitude and longitude in degrees.")?;
    writeln!(out, "    nodes: [")?;
    for (name, at) in &network.nodes {
        writeln!(out, "        (name: {name:?}, at: ({:?}, {:?})),", at.latitude, at.longitude)?;
    }
    writeln!(out, "    ],")?;
    writeln!(out, "    // Great-circle distance; the cable is `detour` times as long.")?;
    writeln!(out, "    links: [")?;
    for link in &network.links {
        write_link(network, link, out)?;
    }
    writeln!(out, "    ],")?;
    let (comment, field, demands) = match &network.demands {
        Demands::Undirected(demands) => ("Both directions together: half each way", "demands", demands),
        Demands::Directed(demands) => ("From the first to the second", "directed_demands", demands),
    };
    if !demands.is_empty() {
        writeln!(out, "    // {comment}, in the unit of the source.")?;
        writeln!(out, "    {field}: [")?;
        for (from, to, value) in demands {
            let [from, to] = [from, to].map(|node| &network.nodes[*node].0);
            writeln!(out, "        ({from:?}, {to:?}, {value:?}),")?;
        }
        writeln!(out, "    ],")?;
    }
    writeln!(out, ")")
}

fn write_link(network: &Network, link: &CompleteLink, out: &mut String) -> std::fmt::Result {
    let [one, other] = [link.ends.0, link.ends.1].map(|node| &network.nodes[node].0);
    write!(out, "        (")?;
    if let Some(name) = &link.name {
        write!(out, "name: {name:?}, ")?;
    }
    let km = (link.km * 100.0).round() / 100.0;
    write!(out, "between: ({one:?}, {other:?}), length: km({km})")?;
    if let Some(rate) = link.bits_per_second {
        write!(out, ", rate: {}", rate_text(rate))?;
    }
    writeln!(out, "),")
}

/// The rate in the largest unit of which it is a whole number.
fn rate_text(bits_per_second: u64) -> String {
    let units = [(1_000_000_000, "gbps"), (1_000_000, "mbps"), (1_000, "kbps"), (1, "bps")];
    let fits = units.into_iter().find(|(size, _)| bits_per_second.is_multiple_of(*size));
    let (size, unit) = fits.expect("1 divides every number");
    format!("{unit}({})", bits_per_second / size)
}
