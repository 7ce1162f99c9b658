//! A failover probe beside the law of servers of equal weight.

use records::{LawCheck, RunRecord};

use super::samples;
use crate::law::compare::Claim;
use crate::law::failover::{FailoverLaw, moments};
use crate::plan::CellConfig;
use crate::schema::{Blacklist, Calls, ServerFailure, Timers};

/// The law of the cell's farm, beside the first requests of its clients and beside their second ones.
pub(super) fn checks(cell: &CellConfig, runs: &[&RunRecord]) -> Vec<LawCheck> {
    let Calls::FailoverProbe { farm, failure, blacklist, timers, .. } = &cell.experiment.workload.calls
    else {
        return Vec::new();
    };
    let law = FailoverLaw { servers: farm.servers, failed: farm.failed };
    // A 503 without Retry-After is not remembered.
    let remembers = matches!(blacklist, Blacklist::For(_)) && *failure != ServerFailure::Unavailable;
    let second = if remembers { law.after_one_request() } else { law.first() };
    let lost_ms = match (failure, timers) {
        (ServerFailure::Silent, Timers::Rfc3261) => 32_000.0,
        (ServerFailure::Silent, Timers::Ts24229) => 128_000.0,
        (ServerFailure::Refusing | ServerFailure::Unavailable, _) => 0.0,
    };
    let mut checks = Vec::new();
    for (probabilities, prefix, which) in [(law.first(), "", "first"), (second, "next_", "second")] {
        let claim = Claim {
            place: cell.title(),
            law: format!("failover of the {which} request"),
            source: "RFC 3263 4.3, RFC 2782".to_owned(),
        };
        let (mean, deviation) = moments(&probabilities);
        let name = format!("{prefix}tries_per_request");
        let tries = samples(runs, &name);
        checks.push(claim.mean(&name, tries.mean(), tries.n(), 1.0 + mean, deviation));
        let name = format!("{prefix}failover_wait_ms");
        let waits = samples(runs, &name);
        let measured = waits.mean().map(|ns| ns / 1e6);
        checks.push(claim.mean(&name, measured, waits.n(), lost_ms * mean, lost_ms * deviation));
    }
    checks
}
