//! Exchanges beside the one-way delays of RFC 3322: the whole, and turn by turn where nothing is compressed.

use records::{LawCheck, RunRecord};
use sim_api::BitRate;
use sim_net::{Headers, IPV4_HEADER, UDP_HEADER, Way};
use topologies::Link;

use super::samples;
use crate::exchange::{End, Turn, turns};
use crate::law::compare::Claim;
use crate::law::radio::one_way_ms;
use crate::plan::CellConfig;
use crate::schema::{Calls, CompressionRatio};

/// The series that tells how long each turn took.
pub const TURNS: &str = "turn_ms";

/// A clocking time is rounded up to a nanosecond; a law is missed by a microsecond or more, or not at all.
const TOLERANCE_MS: f64 = 1e-3;

pub(super) fn checks(cell: &CellConfig, runs: &[&RunRecord]) -> Vec<LawCheck> {
    let Some(link) = cell.topology.as_ref().and_then(|topology| topology.links.first()) else {
        return Vec::new();
    };
    let Calls::Exchange { ratio, .. } = &cell.experiment.workload.calls else { return Vec::new() };
    let claim = Claim {
        place: cell.title(),
        law: "messages by turns over a link".to_owned(),
        source: "RFC 3322 2.1, equation 1".to_owned(),
    };
    let turns = turns(cell);
    let expected: Vec<f64> = turns.iter().map(|turn| delay_ms(link, turn)).collect();
    let within =
        |quantity: &str, simulated, n, expected| claim.equal(quantity, simulated, n, expected, TOLERANCE_MS);
    let whole = samples(runs, "exchange_delay_ms");
    let mean = whole.mean().map(|ns| ns / 1e6);
    let mut checks = vec![within("exchange_delay_ms", mean, whole.n(), expected.iter().sum())];
    if *ratio == CompressionRatio::NONE {
        for (index, (turn, expected)) in turns.iter().zip(expected).enumerate() {
            let taken: Vec<f64> = runs.iter().filter_map(|run| taken_ms(run, index)).collect();
            let mean = (!taken.is_empty()).then(|| taken.iter().sum::<f64>() / taken.len() as f64);
            let quantity = format!("turn_{}_{}_ms", index + 1, turn.slug());
            checks.push(within(&quantity, mean, taken.len() as u64, expected));
        }
    }
    checks
}

fn delay_ms(link: &Link, turn: &Turn) -> f64 {
    let forward = Way { propagation: link.propagation, rate: link.rate };
    let way = match turn.end {
        End::First => forward,
        End::Second => link.backward.unwrap_or(forward),
    };
    let headers = match link.headers {
        Headers::AsSent => IPV4_HEADER + UDP_HEADER,
        Headers::Octets(octets) => usize::from(octets),
    };
    let rate = match way.rate {
        BitRate::Limited(rate) => Some(rate.get()),
        BitRate::Unlimited => None,
    };
    one_way_ms(turn.octets() + headers * turn.messages.len(), rate, way.propagation.as_secs_f64() * 1e3)
}

fn taken_ms(run: &RunRecord, turn: usize) -> Option<f64> {
    let series = run.series.iter().find(|series| series.name == TURNS)?;
    Some(series.points.get(turn)?.1)
}
