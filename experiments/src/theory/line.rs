//! Queue probes beside the laws of waiting lines.

use records::{LawCheck, RunRecord};
use topologies::unit::SpanDistribution;

use super::{ratio, samples};
use crate::law::compare::Claim;
use crate::law::queue::{
    bounded, erlang_b, erlang_c, md1_wait_at_most, mg1_mean_wait, mm1_sojourn_quantile, mmc_mean_wait,
};
use crate::plan::CellConfig;
use crate::schema::Calls;

/// Up to this share of capacity, and wherever the line is bounded, means have to agree within [`TOLERANCE`].
const MODERATE: f64 = 0.8;
/// The tolerance of means at moderate load.
const TOLERANCE: f64 = 0.02;
/// The tolerance near saturation, where the line forgets slowly and a mean converges as slowly.
const TOLERANCE_NEAR_SATURATION: f64 = 0.05;
/// The waits of M/D/1 at which its distribution is compared, in service times.
const WAITS: [u32; 4] = [1, 2, 3, 5];

/// A queue probe in the units of its laws.
struct Line {
    /// Offered load in erlangs.
    load: f64,
    servers: u32,
    places: Option<u32>,
    /// Mean service time in milliseconds.
    service_ms: f64,
    /// Coefficient of variation of the service time, where it is known.
    cv: Option<f64>,
    shape: Shape,
    tolerance: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Fixed,
    Exponential,
    Other,
}

impl Line {
    fn of(cell: &CellConfig) -> Option<Line> {
        let Calls::QueueProbe { arrivals, service, servers, places, .. } = &cell.experiment.workload.calls
        else {
            return None;
        };
        let mean = cell.distribution(service).mean().as_secs_f64();
        let load = arrivals.per_second() * mean;
        let (cv, shape) = match service {
            SpanDistribution::Fixed(_) => (Some(0.0), Shape::Fixed),
            SpanDistribution::Exponential { .. } => (Some(1.0), Shape::Exponential),
            SpanDistribution::Lognormal { cv, .. } => (Some(*cv), Shape::Other),
            SpanDistribution::Uniform { low, high } => {
                let width = high.duration().as_secs_f64() - low.duration().as_secs_f64();
                (Some(width / 12f64.sqrt() / mean), Shape::Other)
            }
            SpanDistribution::Empirical(_) => (None, Shape::Other),
        };
        let calm = places.is_some() || load / f64::from(*servers) <= MODERATE + 1e-9;
        Some(Line {
            load,
            servers: *servers,
            places: *places,
            service_ms: mean * 1e3,
            cv,
            shape,
            tolerance: if calm { TOLERANCE } else { TOLERANCE_NEAR_SATURATION },
        })
    }

    fn rho(&self) -> f64 {
        self.load / f64::from(self.servers)
    }

    /// Kendall's name.
    fn name(&self) -> String {
        let service = match self.shape {
            Shape::Fixed => "D",
            Shape::Exponential => "M",
            Shape::Other => "G",
        };
        let places = self.places.map_or_else(String::new, |places| format!("/{places}"));
        format!("M/{service}/{}{places}", self.servers)
    }
}

pub(super) fn checks(cell: &CellConfig, runs: &[&RunRecord]) -> Vec<LawCheck> {
    let Some(line) = Line::of(cell) else { return Vec::new() };
    let bench = Bench { line: &line, place: cell.title(), runs };
    match line.places {
        None if line.servers == 1 => bench.single(),
        None if line.shape == Shape::Exponential => bench.several(),
        Some(places) if places == line.servers => bench.loss(),
        Some(places) if line.shape == Shape::Exponential => bench.bounded(places),
        None | Some(_) => Vec::new(),
    }
}

/// A line, and what its runs measured.
struct Bench<'a> {
    line: &'a Line,
    place: String,
    runs: &'a [&'a RunRecord],
}

impl Bench<'_> {
    /// M/G/1.
    fn single(&self) -> Vec<LawCheck> {
        let line = self.line;
        let claim = self.claim("Pollaczek and Khinchin; Kleinrock 1975, 5.6");
        let mut checks = vec![self.share(&claim, "delayed_ratio", line.rho())];
        if let Some(wait) = line.cv.and_then(|cv| mg1_mean_wait(line.rho(), cv)) {
            checks.push(self.mean(&claim, "waiting_time_ms", wait));
            checks.push(self.mean(&claim, "sojourn_time_ms", wait + 1.0));
        }
        if line.shape == Shape::Exponential
            && let Some(p95) = mm1_sojourn_quantile(line.rho(), 0.95)
        {
            let sojourn = samples(self.runs, "sojourn_time_ms");
            let simulated = sojourn.quantile(0.95).map(|ns| ns as f64 / 1e6);
            let claim = self.claim("Kleinrock 1975, 5.1");
            let expected = p95 * line.service_ms;
            checks.push(claim.relative("sojourn_p95_ms", simulated, sojourn.n(), expected, line.tolerance));
        }
        if line.shape == Shape::Fixed {
            checks.extend(self.waits_of_md1());
        }
        checks
    }

    fn waits_of_md1(&self) -> Vec<LawCheck> {
        let waits = samples(self.runs, "waiting_time_ms");
        let claim = self.claim("Crommelin 1932");
        WAITS
            .iter()
            .filter_map(|&t| {
                let expected = md1_wait_at_most(self.line.rho(), f64::from(t))?;
                let at_most = (f64::from(t) * self.line.service_ms * 1e6) as u64;
                let simulated = waits.share_at_most(at_most);
                let quantity = format!("waits_up_to_{t}_services_ratio");
                Some(claim.relative(&quantity, simulated, waits.n(), expected, self.line.tolerance))
            })
            .collect()
    }

    /// M/M/c.
    fn several(&self) -> Vec<LawCheck> {
        let claim = self.claim("Erlang 1917 (C formula)");
        let delayed = erlang_c(self.line.load, self.line.servers);
        let wait = mmc_mean_wait(self.line.load, self.line.servers);
        let delayed = delayed.map(|delayed| self.share(&claim, "delayed_ratio", delayed));
        delayed.into_iter().chain(wait.map(|wait| self.mean(&claim, "waiting_time_ms", wait))).collect()
    }

    /// M/G/c/c.
    fn loss(&self) -> Vec<LawCheck> {
        let claim = self.claim("Erlang 1917 (B formula); insensitive to the service time: Sevastyanov 1957");
        vec![self.share(&claim, "blocked_ratio", erlang_b(self.line.load, self.line.servers))]
    }

    /// M/M/c/K.
    fn bounded(&self, places: u32) -> Vec<LawCheck> {
        let claim = self.claim("Kleinrock 1975, 3.5 and 3.8");
        let law = bounded(self.line.load, self.line.servers, places);
        vec![
            self.share(&claim, "blocked_ratio", law.blocked),
            self.mean(&claim, "sojourn_time_ms", law.sojourn),
        ]
    }

    fn claim(&self, source: &str) -> Claim {
        Claim { place: self.place.clone(), law: self.line.name(), source: source.to_owned() }
    }

    fn share(&self, claim: &Claim, metric: &str, expected: f64) -> LawCheck {
        let (hits, of) = ratio(self.runs, metric);
        let simulated = (of > 0).then(|| hits as f64 / of as f64);
        claim.relative(metric, simulated, of, expected, self.line.tolerance)
    }

    /// A mean whose law is in service times.
    fn mean(&self, claim: &Claim, metric: &str, expected: f64) -> LawCheck {
        let all = samples(self.runs, metric);
        let simulated = all.mean().map(|ns| ns / 1e6);
        claim.relative(metric, simulated, all.n(), expected * self.line.service_ms, self.line.tolerance)
    }
}
