//! Payloads whose octets on the wire encode a message: who sees which of the two.

use std::borrow::Cow;
use std::sync::Mutex;

use sim_api::{Effect, MessageClass, Outgoing, Payload, Sending};

use super::*;

const WIRE: &[u8] = b"\xf8x";
const MEANING: &[u8] = b"a message of some length";

#[test]
fn links_count_the_octets_on_the_wire_and_the_receiver_gets_them() {
    let mut sim = line(2, |_| {}, 1);
    say_encoded(&mut sim);
    sim.run_to_quiet(SimTime::from_secs(1));
    let headers = 28;
    let hop = sim.network().path(NodeId::from_index(0), NodeId::from_index(1)).unwrap()[0];
    assert_eq!(sim.network().count(hop).delivered.octets, (headers + WIRE.len()) as u64);
    assert_eq!(sim.host_tally(NodeId::from_index(1)).unwrap().handled_octets, WIRE.len() as u64);
}

#[test]
fn classes_labels_and_traces_read_the_meaning() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let network = line_network(2, |_| {}).build(Seed::new(1)).unwrap();
    let mut sim = Simulation::new(network, Seed::new(1), Arc::new(Listening(seen.clone())));
    let service = ServiceTimes::of_all(Distribution::Fixed(Duration::from_millis(10)));
    sim.attach(NodeId::from_index(0), Box::new(Echo::default()), None);
    sim.attach(
        NodeId::from_index(1),
        Box::new(Echo::default()),
        Some(CpuSpec { servers: 1, queue: 1, service }),
    );
    sim.trace(Trace::new(10).only(|octets| octets == MEANING));
    sim.schedule_faults(&[at(0, Fault::DropNth { link: "l0".into(), label: "none".into(), nth: 1 })])
        .unwrap();
    sim.run_until(SimTime::from_millis(1));
    say_encoded(&mut sim);
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(*seen.lock().unwrap(), [format!("label {MEANING:?}"), format!("class {MEANING:?}")]);
    assert_eq!(sim.journeys().unwrap().journeys().len(), 1);
}

#[test]
fn a_wrapper_tells_retransmissions_and_the_trace_numbers_their_encodings() {
    let mut sim = Simulation::new(
        line_network(2, |_| {}).build(Seed::new(1)).unwrap(),
        Seed::new(1),
        Arc::new(Unclassified),
    );
    sim.attach(NodeId::from_index(0), Box::new(Numbering { inner: Insistent, effects: Vec::new() }), None);
    sim.attach(NodeId::from_index(1), Box::new(Echo::default()), None);
    sim.trace(Trace::new(10));
    sim.run_to_quiet(SimTime::from_secs(1));
    let journeys = sim.journeys().unwrap().journeys();
    let seen: Vec<(&[u8], u32)> = journeys.iter().map(|j| (j.payload.octets(), j.copy)).collect();
    assert_eq!(seen, [(&b"first"[..], 0), (b"again", 1)]);
    assert_eq!(journeys[1].sent_at, SimTime::from_millis(500));
}

fn say_encoded(sim: &mut Simulation) {
    sim.order(NodeId::from_index(0), |_: &mut Echo, cx: &mut Context<'_>| {
        cx.send_encoded(address(0), address(1), WIRE, MEANING);
    });
}

/// Writes down what it is shown.
#[derive(Debug)]
struct Listening(Arc<Mutex<Vec<String>>>);

impl Classifier for Listening {
    fn class(&self, octets: &[u8]) -> MessageClass {
        self.0.lock().unwrap().push(format!("class {octets:?}"));
        MessageClass(0)
    }

    fn label<'a>(&self, octets: &'a [u8]) -> Cow<'a, str> {
        self.0.lock().unwrap().push(format!("label {octets:?}"));
        Cow::Borrowed("some")
    }

    fn conversation<'a>(&self, _: &'a [u8]) -> Option<Cow<'a, str>> {
        None
    }
}

/// Says something at its start, and again half a second later.
#[derive(Debug)]
struct Insistent;

impl Node for Insistent {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Start => {
                cx.send(address(0), address(1), MEANING);
                cx.wake_at(SimTime::from_millis(500), TimerToken(1));
            }
            NodeEvent::Timer(_) => {
                let (payload, lineage) = (Payload::new(MEANING), sim_api::Lineage::begin(SimTime::ZERO));
                let handle =
                    Outgoing { from: address(0), to: address(1), payload, lineage, sending: Sending::First };
                cx.retransmit(&handle);
            }
            _ => {}
        }
    }
}

/// Runs a node inside itself, and sends "first" or "again" for what it says.
#[derive(Debug)]
struct Numbering {
    inner: Insistent,
    effects: Vec<Effect>,
}

impl Node for Numbering {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let (now, cause) = (cx.now(), cx.cause());
        self.inner.handle(event, &mut Context::new(now, cause, cx.rng(), &mut self.effects));
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Send(out) => {
                    let wire: &[u8] = if out.sending == Sending::First { b"first" } else { b"again" };
                    let payload = Payload::encoded(wire, &out.payload);
                    cx.pass_on(Effect::Send(Outgoing { payload, ..out }));
                }
                effect => cx.pass_on(effect),
            }
        }
    }
}
