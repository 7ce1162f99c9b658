//! The answer of a plan that varies compression: where it helps most and least, and what the first message costs.

use records::{SummaryRow, Unit};

use super::Findings;
use super::figure::{figure, with_unit};
use crate::plan::CellConfig;
use crate::schema::Compression;

const DELAY: &str = "post_dial_delay_ms";
const CAPACITY: &str = "channel_calls_per_hour";
const FIRST: &str = "first_message_octets";

/// Cells that differ by compression alone: the one without, and the quickest of the others.
struct Pair<'a> {
    plain: &'a CellConfig,
    best: &'a CellConfig,
    plain_ms: f64,
    best_ms: f64,
}

/// Two sentences; `None` where no factor varies compression, or nothing was compared.
pub(super) fn answer(findings: &Findings<'_>) -> Option<Vec<String>> {
    let factor =
        findings.plan.experiment.factors.iter().find(|factor| factor.set.ends_with(".compression"))?;
    let pairs: Vec<Pair<'_>> = findings
        .plan
        .cells
        .iter()
        .filter(|cell| cell.label(&factor.name) == Some(Compression::None.name()) && calm(findings, cell))
        .filter_map(|plain| Pair::of(findings, &factor.name, plain))
        .collect();
    let saving = |pair: &&Pair<'_>| pair.plain_ms - pair.best_ms;
    let most = pairs.iter().max_by(|a, b| saving(a).total_cmp(&saving(b)))?;
    let least = pairs.iter().min_by(|a, b| saving(a).total_cmp(&saving(b)))?;
    let mut help =
        format!("Where compression helps most ({}), {}", most.place(&factor.name), most.rings(&factor.name));
    if let (Some(with), Some(without)) =
        (mean(findings, most.best, CAPACITY), mean(findings, most.plain, CAPACITY))
    {
        help += &format!(
            " and the channel carries {} calls an hour instead of {}",
            figure(with),
            figure(without)
        );
    }
    if most.plain.index != least.plain.index {
        help +=
            &format!("; where it helps least ({}), {}", least.place(&factor.name), least.rings(&factor.name));
    }
    Some(std::iter::once(help + ".").chain(first_message(findings, &factor.name, most.plain)).collect())
}

/// Whether links lose as little as in any cell: factors of loss stand at their first level.
fn calm(findings: &Findings<'_>, cell: &CellConfig) -> bool {
    let factors = findings.plan.experiment.factors.iter().filter(|factor| factor.set.ends_with(".loss"));
    let first = |name: &str| findings.plan.cells.first().and_then(|cell| cell.label(name));
    factors.map(|factor| factor.name.as_str()).all(|name| cell.label(name) == first(name))
}

/// What the first message of `plain` costs at each level of compression.
fn first_message(findings: &Findings<'_>, factor: &str, plain: &CellConfig) -> Option<String> {
    let without = mean(findings, plain, FIRST)?;
    let with: Vec<String> = alike(findings, factor, plain)
        .filter_map(|cell| Some(format!("{} {}", figure(mean(findings, cell, FIRST)?), cell.label(factor)?)))
        .collect();
    (!with.is_empty()).then(|| {
        let plain = figure(without);
        format!(
            "The first message has {plain} octets plain and, with the code that unpacks it, {}.",
            with.join(", ")
        )
    })
}

/// The cells that differ from `plain` by compression alone.
fn alike<'a>(
    findings: &Findings<'a>,
    factor: &'a str,
    plain: &'a CellConfig,
) -> impl Iterator<Item = &'a CellConfig> {
    findings.plan.cells.iter().filter(move |cell| {
        let levels = cell.levels.iter().zip(&plain.levels);
        let others =
            levels.filter(|(own, _)| own.factor != factor).all(|(own, other)| own.label == other.label);
        others && cell.index != plain.index
    })
}

fn mean(findings: &Findings<'_>, cell: &CellConfig, metric: &str) -> Option<f64> {
    let of = |row: &&SummaryRow| row.cell == cell.index && row.metric == metric;
    findings.summary.iter().find(of).map(|row| row.mean)
}

impl<'a> Pair<'a> {
    fn of(findings: &Findings<'a>, factor: &'a str, plain: &'a CellConfig) -> Option<Pair<'a>> {
        let plain_ms = mean(findings, plain, DELAY)?;
        let timed =
            alike(findings, factor, plain).filter_map(|cell| Some((cell, mean(findings, cell, DELAY)?)));
        let (best, best_ms) = timed.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some(Pair { plain, best, plain_ms, best_ms })
    }

    /// The levels of the factors but compression.
    fn place(&self, factor: &str) -> String {
        let others = self.plain.levels.iter().filter(|level| level.factor != factor);
        others.map(|level| format!("{} {}", level.factor, level.label)).collect::<Vec<_>>().join(", ")
    }

    fn rings(&self, factor: &str) -> String {
        format!(
            "a call rings after {} ({}) instead of {}",
            with_unit(self.best_ms, Unit::Milliseconds),
            self.best.label(factor).unwrap_or_default(),
            with_unit(self.plain_ms, Unit::Milliseconds)
        )
    }
}
