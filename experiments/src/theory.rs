//! The probes of an experiment beside the laws that predict them, cell by cell, over all replications.

mod exchange;
mod failover;
mod line;

use records::{Histogram, LawCheck, Measurement, RunRecord};
use sim_api::BitRate;
use sim_net::{Jitter, Loss};
use topologies::Link;

use crate::law::compare::Claim;
use crate::law::loss::{
    Channel, LossLaw, Path, Schedule, invite_answered, invite_rejected, invite_ringing, non_invite,
};
use crate::plan::CellConfig;
use crate::schema::{Calls, LossCase, Timers};

pub use exchange::TURNS;

/// The quantity that counts delays off the law's support.
pub const OFF_SUPPORT: &str = "delays_off_support";

/// Every law that applies to `cell`, beside what its runs measured; none where no closed form does.
pub fn checks(cell: &CellConfig, runs: &[&RunRecord]) -> Vec<LawCheck> {
    match &cell.experiment.workload.calls {
        Calls::LossProbe { .. } => {
            loss_law(cell).map_or_else(Vec::new, |(law, claim)| loss_checks(&law, &claim, runs))
        }
        Calls::FailoverProbe { .. } => failover::checks(cell, runs),
        Calls::QueueProbe { .. } => line::checks(cell, runs),
        Calls::Exchange { .. } => exchange::checks(cell, runs),
        Calls::Demands { .. } | Calls::Script(_) | Calls::Rfc3665 { .. } => Vec::new(),
    }
}

/// The law of a loss probe's cell and what it claims; `None` for other cells, and where the link does more than lose:
/// a bit rate, jitter, duplication or corruption.
pub fn loss_law(cell: &CellConfig) -> Option<(LossLaw, Claim)> {
    let Calls::LossProbe { case, timers, .. } = &cell.experiment.workload.calls else { return None };
    let path = path(cell.topology.as_ref()?.links.first()?)?;
    let schedule = match timers {
        Timers::Rfc3261 => Schedule::RFC3261,
        Timers::Ts24229 => Schedule::TS24229,
    };
    let (law, name, source) = match case {
        LossCase::NonInvite => (non_invite(&path, &schedule), "non-INVITE over loss", "RFC 3261 17.1.2"),
        LossCase::InviteRinging => {
            (invite_ringing(&path, &schedule), "INVITE rings at once over loss", "RFC 3261 17.1.1")
        }
        LossCase::InviteAnswered => {
            let source = "RFC 3261 13.3.1.4, RFC 6026 7.1";
            (invite_answered(&path, &schedule), "INVITE answered at once over loss", source)
        }
        LossCase::InviteRejected => {
            (invite_rejected(&path, &schedule), "INVITE rejected at once over loss", "RFC 3261 17.2.1")
        }
    };
    let source = match path.forward {
        Channel::Iid(_) => source.to_owned(),
        Channel::GilbertElliott { .. } => format!("{source}; Gilbert 1960, Elliott 1963"),
    };
    Some((law, Claim { place: cell.title(), law: name.to_owned(), source }))
}

/// The path over a link that does nothing but delay and lose.
fn path(link: &Link) -> Option<Path> {
    let plain = link.rate == BitRate::Unlimited
        && matches!(link.jitter, Jitter::None)
        && link.duplication.value() == 0.0
        && link.corruption.value() == 0.0;
    let channel = match link.loss {
        Loss::None => Channel::Iid(0.0),
        Loss::Iid(probability) => Channel::Iid(probability.value()),
        Loss::GilbertElliott { to_bad_per_s, to_good_per_s, good, bad } => {
            Channel::GilbertElliott { to_bad_per_s, to_good_per_s, good: good.value(), bad: bad.value() }
        }
    };
    plain.then_some(Path { forward: channel, backward: channel, round_trip: 2 * link.propagation })
}

fn loss_checks(law: &LossLaw, claim: &Claim, runs: &[&RunRecord]) -> Vec<LawCheck> {
    let (answered, trials) = ratio(runs, "success_ratio");
    let mut checks = vec![claim.ratio("failure_ratio", trials - answered, trials, law.delay.failure())];
    let delays = samples(runs, "response_delay_ms");
    if let (Some(mean), Some(deviation)) = (law.delay.mean(), law.delay.deviation()) {
        let simulated = delays.mean().map(|ns| ns / 1e6);
        checks.push(claim.mean("response_delay_ms", simulated, delays.n(), mean * 1e3, deviation * 1e3));
    }
    let copies = samples(runs, "copies_per_request");
    let (mean, deviation) = moments(&law.copies);
    checks.push(claim.mean("copies_per_request", copies.mean(), copies.n(), mean, deviation));
    checks.extend(claim.counts("copies_chi_squared", &copies, &law.copies));
    if let Some(ghost) = law.ghost {
        let (hits, of) = ratio(runs, "ghost_ratio");
        checks.push(claim.ratio("ghost_ratio", hits, of, ghost));
    }
    if let Some(no_ack) = law.no_ack {
        let (hits, of) = ratio(runs, "acknowledged_ratio");
        checks.push(claim.ratio("unacknowledged_ratio", of - hits, of, no_ack));
    }
    // Each run holds its delays against the support, to the nanosecond; here they add up.
    let off: f64 = runs
        .iter()
        .flat_map(|run| &run.laws)
        .filter(|law| law.quantity == OFF_SUPPORT)
        .map(|law| law.simulated)
        .sum();
    checks.push(claim.off_support(OFF_SUPPORT, off as u64, delays.n()));
    checks
}

/// Mean and standard deviation of the counts 1, 2, … with these probabilities.
fn moments(probabilities: &[f64]) -> (f64, f64) {
    let count = |k: usize| (k + 1) as f64;
    let mean: f64 = probabilities.iter().enumerate().map(|(k, p)| p * count(k)).sum();
    let square = |k: usize| (count(k) - mean) * (count(k) - mean);
    let variance: f64 = probabilities.iter().enumerate().map(|(k, p)| p * square(k)).sum();
    (mean, variance.sqrt())
}

/// Hits and trials of a ratio over all runs.
fn ratio(runs: &[&RunRecord], metric: &str) -> (u64, u64) {
    runs.iter().fold((0, 0), |(hits, of), run| match run.metrics.get(metric) {
        Some(Measurement::Ratio { hits: more, of: all }) => (hits + more, of + all),
        Some(Measurement::Value(_) | Measurement::Samples(_)) | None => (hits, of),
    })
}

/// The samples of a metric over all runs.
fn samples(runs: &[&RunRecord], metric: &str) -> Histogram {
    let mut all = Histogram::new();
    for run in runs {
        if let Some(Measurement::Samples(samples)) = run.metrics.get(metric) {
            all.merge(samples);
        }
    }
    all
}

#[cfg(test)]
mod tests;
