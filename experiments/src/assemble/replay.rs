//! Replays: the same run again, with somebody watching. Watching does not change a run, so the replay is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use records::{Arrow, Ladder, LadderRecord, LadderRole, Outlier, RunRecord};
use sim_api::{Classifier, Seed};
use sim_engine::{CaptureTap, Journey, Outcome, Simulation, Trace};
use sim_net::{Network, NodeId};
use sip::classify::SipClassifier;
use sip::probe::subject;

use super::call_observer::CallObserver;
use super::stage::given_name;
use super::{CaptureError, outliers as names, prepared};
use crate::plan::CellConfig;
use crate::rfc3665::cast::Actor;
use crate::runner::RunError;

/// Messages that a trace of one call keeps: far more than any call has.
const MESSAGES_PER_CALL: usize = 10_000;
/// Messages that a trace of a whole script keeps.
const MESSAGES_PER_SCRIPT: usize = 100_000;

/// Which calls of a run are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The call with this Call-ID, or with the sixteen digits by which records name a call.
    Call(String),
    /// A typical call, the slowest, and the first failed one.
    Outliers,
}

/// A trace for everything that a script sends.
pub(super) fn whole_run() -> Trace {
    Trace::new(MESSAGES_PER_SCRIPT)
}

/// The ladder of a whole script.
pub(super) fn script_ladder(cell: &CellConfig, simulation: &Simulation) -> LadderRecord {
    let journeys = simulation.journeys().map_or(&[][..], Trace::journeys);
    LadderRecord {
        role: LadderRole::Requested,
        call: "all".to_owned(),
        outcome: format!("the whole script of {}", cell.experiment.name),
        delay_ms: None,
        ladder: ladder(simulation.network(), &journeys.iter().collect::<Vec<_>>(), &lane_order(cell)),
    }
}

/// The ladder of a flow of RFC 3665.
pub(super) fn flow_ladder(simulation: &Simulation, journeys: &[&Journey], section: &str) -> LadderRecord {
    let lanes: Vec<String> = Actor::ALL.iter().map(|actor| actor.name().to_owned()).collect();
    LadderRecord {
        role: LadderRole::Requested,
        call: "all".to_owned(),
        outcome: format!("RFC 3665 {section}"),
        delay_ms: None,
        ladder: ladder(simulation.network(), journeys, &lanes),
    }
}

/// The ladder of one call of the run.
pub(super) fn call(cell: &CellConfig, seed: Seed, id: &str) -> Result<Vec<LadderRecord>, RunError> {
    let wanted = names::subject(id).unwrap_or_else(|| subject(id.as_bytes()));
    let found = watch(cell, seed, &BTreeSet::from([wanted]))?;
    match found.is_empty() {
        true => Err(RunError::failed(format!("this run has no call {id:?}"))),
        false => Ok(found.into_values().collect()),
    }
}

/// The ladders of the calls that stand out in `record`, the record of this run.
pub(super) fn outliers(
    cell: &CellConfig,
    seed: Seed,
    record: &RunRecord,
) -> Result<Vec<LadderRecord>, RunError> {
    if !record.ladders.is_empty() {
        return Ok(record.ladders.clone());
    }
    let subjects: BTreeSet<u64> = record.outliers.iter().filter_map(|o| names::subject(&o.call)).collect();
    let found = watch(cell, seed, &subjects)?;
    let mut ladders = Vec::new();
    let mut roles = [LadderRole::Typical, LadderRole::Slowest].into_iter();
    for Outlier { call, value, outcome, .. } in &record.outliers {
        let role = match value {
            Some(_) => roles.next().unwrap_or(LadderRole::Slowest),
            None => LadderRole::FirstFailed,
        };
        if let Some(ladder) = names::subject(call).and_then(|subject| found.get(&subject)) {
            ladders.push(LadderRecord { role, outcome: outcome.clone(), delay_ms: *value, ..ladder.clone() });
        }
    }
    Ok(ladders)
}

/// Writes the packets of the run, or of one of its calls, into a capture.
pub(super) fn capture<W: Write + Send + 'static>(
    cell: &CellConfig,
    seed: Seed,
    call: Option<&str>,
    writer: W,
) -> Result<W, CaptureError> {
    let mut prepared = prepared(cell, seed).map_err(CaptureError::Run)?;
    let tap = CaptureTap::new(writer, prepared.simulation.network()).map_err(CaptureError::Write)?;
    let tap = match call {
        Some(id) => {
            let wanted = names::subject(id).unwrap_or_else(|| subject(id.as_bytes()));
            // A call that the run does not have is an error, not an empty file.
            self::call(cell, seed, id).map_err(CaptureError::Run)?;
            tap.only(move |octets| subject_of(octets) == Some(wanted))
        }
        None => tap,
    };
    prepared.simulation.tap(Box::new(tap));
    prepared.run().map_err(CaptureError::Run)?;
    let tap = prepared.simulation.tap_mut::<CaptureTap<W>>().expect("the tap was attached");
    let writer = tap.finish().map_err(CaptureError::Write)?;
    Ok(writer.expect("a capture is finished once"))
}

fn subject_of(octets: &[u8]) -> Option<u64> {
    SipClassifier.conversation(octets).map(|call_id| subject(call_id.as_bytes()))
}

/// Runs again and returns the ladders of the calls with these subjects.
fn watch(
    cell: &CellConfig,
    seed: Seed,
    subjects: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, LadderRecord>, RunError> {
    let mut prepared = prepared(cell, seed)?;
    let wanted = subjects.clone();
    let trace = Trace::new(MESSAGES_PER_CALL * subjects.len().max(1))
        .only(move |octets| subject_of(octets).is_some_and(|subject| wanted.contains(&subject)));
    prepared.simulation.trace(trace);
    prepared.simulation.observe(Box::new(CallObserver::new(prepared.stretch)));
    prepared.run()?;
    let simulation = &prepared.simulation;
    let journeys = simulation.journeys().map_or(&[][..], Trace::journeys);
    let observer = simulation.observer::<CallObserver>().expect("the observer was attached");
    let mut found = BTreeMap::new();
    for wanted in subjects {
        let own: Vec<&Journey> =
            journeys.iter().filter(|j| subject_of(j.payload.meaning()) == Some(*wanted)).collect();
        let Some(first) = own.first() else { continue };
        let call_id = SipClassifier.conversation(first.payload.meaning()).unwrap_or_default().into_owned();
        let delay = observer.attempts.get(wanted).and_then(|attempt| attempt.request_delay());
        let record = LadderRecord {
            role: LadderRole::Requested,
            call: call_id,
            outcome: delay_words(delay),
            delay_ms: delay.map(|(delay, _)| delay as f64 / 1e6),
            ladder: ladder(simulation.network(), &own, &[]),
        };
        found.insert(*wanted, record);
    }
    Ok(found)
}

/// Where the post-dial delay of a call went, in words.
fn delay_words(delay: Option<(u64, sim_api::DelaySplit)>) -> String {
    let Some((delay, split)) = delay else { return "no response but 100 reached the caller".to_owned() };
    let ms = |nanos: u64| nanos as f64 / 1e6;
    format!(
        "post-dial delay {:.3} ms = propagation {:.3} + serialisation {:.3} + queueing {:.3} + processing {:.3} + timer \
         waits {:.3}",
        ms(delay),
        ms(split.propagation),
        ms(split.serialisation),
        ms(split.queueing),
        ms(split.processing),
        ms(split.timers)
    )
}

/// Scripted agents stand in the order of the file.
fn lane_order(cell: &CellConfig) -> Vec<String> {
    cell.experiment.agents.iter().map(|agent| agent.name().to_owned()).collect()
}

/// The journeys as a ladder; lanes in the given order, then by first appearance.
fn ladder(network: &Network, journeys: &[&Journey], order: &[String]) -> Ladder {
    let mut lanes: Vec<String> = Vec::new();
    let named = |node: NodeId| given_name(network.node_name(node)).to_owned();
    let mut seen: Vec<String> = journeys
        .iter()
        .flat_map(|journey| std::iter::once(journey.from).chain(journey.to))
        .map(named)
        .collect();
    lanes.extend(order.iter().filter(|name| seen.contains(name)).cloned());
    for name in seen.drain(..) {
        if !lanes.contains(&name) {
            lanes.push(name);
        }
    }
    let lane = |name: &str| lanes.iter().position(|lane| lane == name);
    let arrows = journeys
        .iter()
        .filter_map(|journey| {
            let from = lane(&named(journey.from))?;
            let to = journey.to.and_then(|to| lane(&named(to))).unwrap_or(from);
            Some(arrow(journey, from, to))
        })
        .collect();
    let mut ladder = Ladder::new(lanes.clone());
    ladder.origin_ns = journeys.first().map_or(0, |journey| journey.sent_at.as_nanos());
    ladder.arrows = arrows;
    ladder
}

fn arrow(journey: &Journey, from: usize, to: usize) -> Arrow {
    let arrow = Arrow::sent(journey.sent_at.as_nanos(), from, to, journey.label(&SipClassifier));
    let mut arrow = match journey.outcome {
        Outcome::Arrived(at) => arrow.arrived(at.as_nanos()),
        Outcome::Dropped(at, reason) => arrow.lost(at.as_nanos(), reason.name()),
        Outcome::InFlight => arrow,
    };
    arrow.retransmission = journey.copy;
    arrow.note = journey.note();
    arrow
}
