//! Which strategy carries the load.

use std::collections::BTreeMap;

use records::{Bound, ElementKind, RunRecord, ServiceLevelCell, ServiceLevelResult, Statistic, Unit};

use super::Findings;
use super::figure::{estimate, figure, limit, subject, with_unit};
use super::grid::{Grid, Point};
use crate::statistics::{Confidence, Moments, paired_difference};
use crate::summary::of_cell;

/// How far one strategy goes.
struct Reach<'a> {
    strategy: &'a str,
    /// The last load before the first that misses, with its label and its position.
    last_met: Option<(usize, &'a str, Point<'a>)>,
    /// The first load that misses a level.
    first_missed: Option<(&'a str, Point<'a>)>,
}

/// The answer of a plan that varies a strategy over a load; `None` for any other.
pub(super) fn answer(findings: &Findings<'_>) -> Option<Vec<String>> {
    let grid = Grid::of(findings)?;
    let mut reaches: Vec<Reach<'_>> =
        grid.strategies().iter().map(|strategy| Reach::of(&grid, strategy)).collect();
    // The farthest first; of equals the one with the better value there. Stable: else the order of the file.
    reaches.sort_by(|a, b| b.distance().cmp(&a.distance()).then_with(|| a.value().total_cmp(&b.value())));
    let mut sentences = vec![headline(&grid, &reaches)];
    sentences.extend(reaches.iter().map(|reach| reach.sentence()));
    sentences.extend(comparison(findings, &reaches));
    sentences.extend(fills_first(findings, &reaches));
    sentences.extend(geography(findings, &grid));
    Some(sentences)
}

fn headline(grid: &Grid<'_>, reaches: &[Reach<'_>]) -> String {
    let plan = grid.findings.plan;
    let same =
        plan.experiment.proxies.as_ref().map_or_else(String::new, |proxies| {
            format!("With the same total CPU ({} cores), ", proxies.cores)
        });
    let base = grid.base();
    let base = if base.is_empty() { base } else { format!(" ({base})") };
    let levels: Vec<String> = grid.findings.levels.iter().map(limit).collect();
    let levels = levels.join(" and ");
    let (Some(best), Some(second)) = (reaches.first(), reaches.get(1)) else {
        return capital(format!("{same}the limit is {levels}{base}."));
    };
    let said = match (&best.last_met, best.distance() == second.distance()) {
        (None, _) => format!("no {} keeps {levels}{base} at any load tried", grid.strategy_name()),
        (Some((_, load, _)), true) => {
            let equal: Vec<&str> = reaches
                .iter()
                .take_while(|reach| reach.distance() == best.distance())
                .map(|reach| reach.strategy)
                .collect();
            let verb =
                if equal.len() == reaches.len() { "carry the same load" } else { "carry the most load" };
            let load = grid.load_in_words(load);
            format!("{} {verb}: they keep {levels}{base} up to {load}", listed(&equal))
        }
        (Some((_, load, _)), false) => {
            let load = grid.load_in_words(load);
            format!("{} carries the most load: it keeps {levels}{base} up to {load}", best.strategy)
        }
    };
    capital(format!("{same}{said}."))
}

impl<'a> Reach<'a> {
    fn of(grid: &Grid<'a>, strategy: &'a str) -> Reach<'a> {
        let mut reach = Reach { strategy, last_met: None, first_missed: None };
        for (at, (load, point)) in grid.points(strategy).into_iter().enumerate() {
            if !point.meets_all() {
                reach.first_missed = Some((load, point));
                break;
            }
            reach.last_met = Some((at, load, point));
        }
        reach
    }

    /// How many loads it carries, from the smallest on.
    fn distance(&self) -> usize {
        self.last_met.as_ref().map_or(0, |(at, _, _)| at + 1)
    }

    /// The value of the first level at the last load that is met: smaller is better.
    fn value(&self) -> f64 {
        let at = self.last_met.as_ref().and_then(|(_, _, point)| point.levels.first().copied());
        at.and_then(|(level, cell)| {
            Some(match level.bound {
                Bound::AtMost => cell.value?,
                Bound::AtLeast => -cell.value?,
            })
        })
        .unwrap_or(f64::INFINITY)
    }

    fn sentence(&self) -> String {
        let met = self.last_met.as_ref().map(|(_, load, point)| (load, first_value(point)));
        let missed = self.first_missed.as_ref().map(|(load, point)| (load, missed_value(point)));
        let text = match (met, missed) {
            (Some((load, good)), Some((next, bad))) => {
                format!("{}: met up to {load} with {good}, missed at {next} with {bad}.", self.strategy)
            }
            (Some((load, good)), None) => {
                format!("{}: met at every load tried, at {load} with {good}.", self.strategy)
            }
            (None, Some((load, bad))) => {
                format!("{}: missed from the lowest load on, at {load} with {bad}.", self.strategy)
            }
            (None, None) => format!("{}: not measured.", self.strategy),
        };
        capital(text)
    }

    /// The cell that shows what gives way: the first that misses, else the highest load.
    fn limiting(&self) -> Option<(&'a str, u32)> {
        match (&self.first_missed, &self.last_met) {
            (Some((load, point)), _) | (None, Some((_, load, point))) => Some((load, point.cell.index)),
            (None, None) => None,
        }
    }
}

fn first_value(point: &Point<'_>) -> String {
    point.levels.first().map_or_else(String::new, |(level, cell)| value(level, cell))
}

/// The value of the first level that the point misses.
fn missed_value(point: &Point<'_>) -> String {
    let missed = point.levels.iter().find(|(_, cell)| !cell.passed);
    missed.map_or_else(String::new, |(level, cell)| value(level, cell))
}

fn value(level: &ServiceLevelResult, cell: &ServiceLevelCell) -> String {
    match cell.value {
        Some(value) => estimate(value, cell.interval, Unit::of(&level.metric)),
        None => "no call to measure".to_owned(),
    }
}

/// The paired difference of the two best strategies at the last load that the better one keeps.
fn comparison(findings: &Findings<'_>, reaches: &[Reach<'_>]) -> Option<String> {
    let [best, second, ..] = reaches else { return None };
    let (at, load, point) = best.last_met.as_ref()?;
    let grid = Grid::of(findings)?;
    let (_, other) = grid.points(second.strategy).into_iter().nth(*at)?;
    let level = findings.levels.first()?;
    let a = per_replication(findings.runs, point.cell.index, level);
    let b = per_replication(findings.runs, other.cell.index, level);
    let (difference, interval) = paired_difference(&a, &b, Confidence::P95)?;
    let (subject, best, second) = (subject(level), best.strategy, second.strategy);
    let unit = Unit::of(&level.metric);
    if interval.low <= 0.0 && interval.high >= 0.0 {
        let shown = estimate(difference, Some((interval.low, interval.high)), unit);
        return Some(format!(
            "At {load}, {subject} does not differ between {second} and {best} by more than luck: {shown}, paired over the \
             replications."
        ));
    }
    let (side, range) = if difference < 0.0 {
        ("lower", (-interval.high, -interval.low))
    } else {
        ("higher", (interval.low, interval.high))
    };
    let shown = estimate(difference.abs(), Some(range), unit);
    Some(format!(
        "At {load}, {subject} is {shown} {side} with {second} than with {best}, paired over the replications."
    ))
}

fn per_replication(runs: &[RunRecord], cell: u32, level: &ServiceLevelResult) -> Vec<f64> {
    of_cell(runs, cell)
        .iter()
        .filter_map(|run| {
            let measurement = run.metrics.get(&level.metric)?;
            match level.statistic {
                Statistic::Mean => measurement.scalar(&level.metric),
                Statistic::Quantile(q) => measurement.quantile(&level.metric, q),
            }
        })
        .collect()
}

/// The busiest element of each strategy where it gives way.
fn fills_first(findings: &Findings<'_>, reaches: &[Reach<'_>]) -> Option<String> {
    let parts: Vec<String> = reaches
        .iter()
        .filter_map(|reach| {
            let (load, cell) = reach.limiting()?;
            let (name, busy) = busiest(&of_cell(findings.runs, cell))?;
            Some(format!("{name} ({}, {} busy at {load})", reach.strategy, with_unit(busy, Unit::Ratio)))
        })
        .collect();
    (!parts.is_empty()).then(|| format!("What fills first: {}.", parts.join("; ")))
}

/// The element with the highest mean utilisation over these runs; of equals the first by name.
fn busiest(runs: &[&RunRecord]) -> Option<(String, f64)> {
    let mut loads: BTreeMap<(String, bool), Moments> = BTreeMap::new();
    for element in runs.iter().flat_map(|run| &run.elements) {
        let host = matches!(element.kind, ElementKind::Host { .. });
        loads.entry((element.name.clone(), host)).or_default().add(element.utilisation);
    }
    let means = loads.into_iter().filter_map(|((name, host), moments)| {
        let name = if host { name } else { format!("link {name}") };
        Some((name, moments.mean()?))
    });
    means.fold(None, |best: Option<(String, f64)>, (name, busy)| match best {
        Some((_, most)) if most >= busy => best,
        Some(_) | None => Some((name, busy)),
    })
}

/// How much of the delay geography can explain: the spread of the mean propagation at the lowest load.
fn geography(findings: &Findings<'_>, grid: &Grid<'_>) -> Option<String> {
    let propagation = |strategy: &String| {
        let (load, point) = grid.points(strategy).into_iter().next()?;
        let mut total = records::DelayTotals::default();
        of_cell(findings.runs, point.cell.index).iter().for_each(|run| total.merge(&run.delay));
        Some((load, total.mean_ms()?[0]))
    };
    let shares: Vec<(&str, f64)> = grid.strategies().iter().filter_map(propagation).collect();
    let least = shares.iter().map(|(_, ms)| *ms).fold(f64::INFINITY, f64::min);
    let most = shares.iter().map(|(_, ms)| *ms).fold(f64::NEG_INFINITY, f64::max);
    let (load, _) = shares.first()?;
    Some(format!(
        "Propagation takes {} to {} ms of a call's set-up at {load}: geography makes a difference of {} ms.",
        figure(least),
        figure(most),
        figure(most - least)
    ))
}

fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
