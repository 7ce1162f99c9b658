//! An exchange: two ends of a link that send each other messages of given sizes, by turns.
//!
//! The ends speak no SIP: a message is so many octets that stand for a first line, so that ladders can name it.

use std::net::SocketAddr;
use std::sync::Arc;

use records::{Histogram, Measurement, RunRecord, Series};
use sim_api::{Context, Lineage, Node, NodeEvent, Seed, SimTime};
use sim_net::{Direction, Hop, LinkId, NodeId};

use super::replay;
use super::stage::{Addresses, Stage};
use super::stretch::{Prepared, Stretch};
use crate::exchange::{End, Sized, Turn, turns};
use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::theory::TURNS;

/// When an exchange is given up: no link is so slow.
const HORIZON: SimTime = SimTime::from_secs(10 * 365 * 86_400);

/// Runs a cell with an exchange. Its record has the ladder: it is short.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let mut prepared = prepare(cell, seed)?;
    let turns = turns(cell);
    let simulation = &mut prepared.simulation;
    simulation.trace(replay::whole_run());
    simulation.run_to_quiet(prepared.stretch.horizon);
    simulation.assert_conservation();
    let mut ends: Vec<(SimTime, Lineage)> = Vec::new();
    let heard = simulation.network().nodes().filter_map(|place| simulation.node::<Speaker>(place));
    heard.for_each(|speaker| ends.extend(&speaker.heard));
    ends.sort_unstable_by_key(|(at, _)| *at);
    let whole = ends.last().filter(|_| ends.len() == turns.len()).map(|(at, lineage)| (*at, lineage.split()));
    let (end, split) = whole.ok_or_else(|| RunError::failed("a message of the exchange was dropped"))?;
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        measured_ns: simulation.now().as_nanos(),
        series: vec![turn_series(&ends)],
        ladders: vec![replay::script_ladder(cell, simulation)],
        ..RunRecord::default()
    };
    record.delay.record(split.parts());
    let delay = Histogram::from_iter([end.as_nanos()]);
    record.metrics.insert("exchange_delay_ms".to_owned(), Measurement::Samples(delay));
    let octets: u64 = Direction::BOTH
        .iter()
        .map(|direction| simulation.network().count(Hop::new(LinkId::from_index(0), *direction)))
        .map(|count| count.sent.octets)
        .sum();
    record.metrics.insert("air_octets".to_owned(), Measurement::Value(octets as f64));
    record.digest = super::agents::seal(simulation, &record);
    Ok(record)
}

/// A cell with an exchange, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let topology = cell.topology.as_deref().ok_or_else(|| RunError::failed("an exchange needs a link"))?;
    let link = topology.links.first().ok_or_else(|| RunError::failed("an exchange needs a link"))?;
    let (mut stage, mut addresses) = (Stage::new(topology, seed)?, Addresses::new());
    let turns: Arc<[Turn]> = turns(cell).into();
    let [first, second] = [addresses.one()?, addresses.one()?];
    for (end, position, own, peer) in
        [(End::First, link.ends.0, first, second), (End::Second, link.ends.1, second, first)]
    {
        let name = &topology.nodes[position].name;
        let host: NodeId = stage.host(name, position, own.ip(), 1)?;
        let speaker =
            Speaker { end, own, peer, turns: turns.clone(), turn: 0, arrived: 0, heard: Vec::new() };
        stage.attach(host, Box::new(speaker), None);
    }
    let stretch = Stretch { begin: SimTime::ZERO, end: HORIZON, horizon: HORIZON };
    Prepared { simulation: stage.simulation()?, stretch, servers: Vec::new() }.with_faults(cell)
}

/// How long each turn took, at the instant of its end.
fn turn_series(ends: &[(SimTime, Lineage)]) -> Series {
    let begins = std::iter::once(SimTime::ZERO).chain(ends.iter().map(|(at, _)| *at));
    let points =
        ends.iter().zip(begins).map(|((end, _), begin)| (end.as_nanos(), (*end - begin).as_secs_f64() * 1e3));
    Series { name: TURNS.to_owned(), points: points.collect() }
}

/// One end of an exchange.
#[derive(Debug)]
struct Speaker {
    end: End,
    own: SocketAddr,
    peer: SocketAddr,
    turns: Arc<[Turn]>,
    /// The turn that is under way, or comes next.
    turn: usize,
    /// How many of its messages have arrived here.
    arrived: usize,
    /// When each turn of the other end had arrived.
    heard: Vec<(SimTime, Lineage)>,
}

impl Speaker {
    fn speak(&mut self, cx: &mut Context<'_>) {
        let turns = self.turns.clone();
        let Some(turn) = turns.get(self.turn).filter(|turn| turn.end == self.end) else { return };
        for message in &turn.messages {
            let meaning = first_line(message, self.turn);
            cx.send_encoded(self.own, self.peer, &vec![FILLER; message.octets], &meaning);
        }
        self.turn += 1;
    }

    fn hear(&mut self, cx: &mut Context<'_>) {
        self.arrived += 1;
        let turns = self.turns.clone();
        if turns.get(self.turn).is_none_or(|turn| self.arrived < turn.messages.len()) {
            return;
        }
        (self.turn, self.arrived) = (self.turn + 1, 0);
        self.heard.push((cx.now(), cx.cause()));
        self.speak(cx);
    }
}

impl Node for Speaker {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Start => self.speak(cx),
            NodeEvent::Datagram { .. } => self.hear(cx),
            NodeEvent::Timer(_) | NodeEvent::Fault(_) | NodeEvent::Drain | NodeEvent::Unreachable { .. } => {}
        }
    }
}

/// What fills a message of a forced size.
const FILLER: u8 = b'.';

/// What a message stands for: the start of a SIP message, different in each turn.
fn first_line(sized: &Sized, turn: usize) -> Vec<u8> {
    let word = sized.message.split(' ').next().unwrap_or_default();
    let line = match word.parse::<u16>() {
        Ok(status) => format!("SIP/2.0 {status} {}", sized.message),
        Err(_) => format!("{word} sip:callee@example.com SIP/2.0"),
    };
    format!("{line}\r\nCall-ID: exchange\r\nTimestamp: {turn}\r\n\r\n").into_bytes()
}
