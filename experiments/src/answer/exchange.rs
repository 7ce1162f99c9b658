//! The answer of an exchange: what compression takes away from it, and what it cannot.

use records::Unit;

use super::Findings;
use super::figure::with_unit;
use crate::exchange::turns;
use crate::schema::Calls;

const RATIO: &str = "workload.calls.ratio";
const METRIC: &str = "exchange_delay_ms";

/// The slowest cell, and the quickest that differs from it by compression alone; nothing where that does not vary.
pub(super) fn answer(findings: &Findings<'_>) -> Vec<String> {
    let Some(factor) = findings.plan.experiment.factors.iter().find(|factor| factor.set == RATIO) else {
        return Vec::new();
    };
    let delay = |cell: u32| {
        findings.summary.iter().find(|row| row.cell == cell && row.metric == METRIC).map(|row| row.mean)
    };
    let timed = findings.plan.cells.iter().filter_map(|cell| Some((cell, delay(cell.index)?)));
    let Some((slow, slow_ms)) = timed.clone().max_by(|(_, a), (_, b)| a.total_cmp(b)) else {
        return Vec::new();
    };
    let alike = timed.filter(|(cell, _)| {
        let levels = cell.levels.iter().zip(&slow.levels);
        levels.filter(|(own, _)| own.factor != factor.name).all(|(own, other)| own.label == other.label)
    });
    let Some((quick, quick_ms)) = alike.min_by(|(_, a), (_, b)| a.total_cmp(b)) else { return Vec::new() };
    let floor = findings.runs.iter().find(|run| run.cell == quick.index).and_then(|run| run.delay.mean_ms());
    let (Some([floor_ms, ..]), Calls::Exchange { ratio, .. }) = (floor, &quick.experiment.workload.calls)
    else {
        return Vec::new();
    };
    let ms = |value| with_unit(value, Unit::Milliseconds);
    vec![format!(
        "Compression to 1/{} shortens the slowest exchange ({}) from {} to {}; {} of that is the propagation of its {} \
         turns, which no compression takes away.",
        ratio.value(),
        slow.title(),
        ms(slow_ms),
        ms(quick_ms),
        ms(floor_ms),
        turns(quick).len()
    )]
}
