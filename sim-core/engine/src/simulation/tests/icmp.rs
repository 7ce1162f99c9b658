//! Processes that are down, ports at which nobody listens, and who is told.

use sim_net::{Hop, Packet, wire};

use super::*;
use crate::LinkTap;

#[test]
fn a_dead_process_is_known_after_exactly_one_round_trip() {
    let mut sim = down(3, Extent::Process);
    say(&mut sim, 0, 2, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    // 2 ms have passed; 10 ms each way.
    assert_eq!(seen(&sim, 0), ["start", "192.0.2.2:7 unreachable for 192.0.2.0:7 at 22 ms"]);
    let journeys = sim.journeys().unwrap().journeys();
    let refused = Outcome::Dropped(SimTime::from_millis(12), DropReason::PortUnreachable);
    assert_eq!((journeys[0].outcome, journeys[1].outcome), (refused, arrived(22)));
    assert_eq!(journeys[1].label(&Unclassified), "unreachable");
    assert_eq!(journeys[1].note(), "ICMP port unreachable for ping");
    let tally = sim.host_tally(NodeId::from_index(2)).unwrap();
    assert_eq!((tally.lost_to_outage, tally.icmp_sent, tally.handled), (1, 1, 0));
    sim.assert_conservation();
}

#[test]
fn a_dead_host_is_silent() {
    let mut sim = down(3, Extent::Host);
    say(&mut sim, 0, 2, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0), ["start"]);
    assert_eq!(sim.tally().datagrams, 1);
    sim.assert_conservation();
}

#[test]
fn a_host_that_dies_after_its_process_is_silent_too() {
    let mut sim = down(2, Extent::Process);
    let crash = Fault::Crash { node: "n1".into(), memory: Memory::Kept, extent: Extent::Host };
    sim.schedule_faults(&[at(3, crash), at(50, Fault::Restart { node: "n1".into() })]).unwrap();
    sim.run_until(SimTime::from_millis(4));
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0), ["start"]);
    assert_eq!(seen(&sim, 1), ["start", "crash", "restart"], "one crash, one restart");
}

#[test]
fn a_port_at_which_nobody_listens_is_refused_and_the_process_runs_on() {
    let mut sim = line(2, |_| {}, 1);
    sim.order(NodeId::from_index(1), |echo: &mut Echo, _: &mut Context<'_>| echo.deaf = true);
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0), ["start", "192.0.2.1:7 unreachable for 192.0.2.0:7 at 10 ms"]);
    let tally = sim.host_tally(NodeId::from_index(1)).unwrap();
    assert_eq!((tally.unheard, tally.lost_to_outage, tally.handled), (1, 0, 0));
}

#[test]
fn icmp_is_never_sent_about_icmp() {
    // Neither process runs when the answer comes back: the host of the first one stays silent about it.
    let mut sim = down(2, Extent::Process);
    say(&mut sim, 0, 1, b"ping");
    let crash = Fault::Crash { node: "n0".into(), memory: Memory::Kept, extent: Extent::Process };
    sim.schedule_faults(&[at(5, crash)]).unwrap();
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0), ["start", "crash"]);
    assert_eq!(sim.tally().datagrams, 2, "the datagram, and the answer");
    sim.assert_conservation();
}

#[test]
fn a_fragmented_datagram_is_refused_once() {
    let mut sim = down(2, Extent::Process);
    say(&mut sim, 0, 1, &[b'x'; 4000]);
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0).len(), 2, "{:?}", seen(&sim, 0));
    assert_eq!((sim.tally().datagrams, sim.tally().fragments), (2, 2));
    sim.assert_conservation();
}

#[test]
fn of_many_datagrams_at_once_the_first_ten_are_answered() {
    let mut sim = down(2, Extent::Process);
    (0..30).for_each(|_| say(&mut sim, 0, 1, b"ping"));
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(sim.host_tally(NodeId::from_index(1)).unwrap().icmp_sent, 10);
    assert_eq!(seen(&sim, 0).len(), 1 + 10);
    sim.assert_conservation();
}

#[test]
fn a_lost_answer_tells_nobody_and_a_named_drop_counts_messages_alone() {
    let mut sim = down(2, Extent::Process);
    let drop = |label: &str| Fault::DropNth { link: "l0".into(), label: label.into(), nth: 2 };
    sim.schedule_faults(&[at(2, drop("4 octets")), at(12, Fault::LinkDown { link: "l0".into() })]).unwrap();
    sim.run_until(SimTime::from_millis(3));
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(seen(&sim, 0), ["start"]);
    let lost = Outcome::Dropped(SimTime::from_millis(13), DropReason::Network(DropCause::LinkDown));
    assert_eq!(sim.journeys().unwrap().journeys()[1].outcome, lost, "the link cut it, not the rule");
    sim.assert_conservation();
}

#[test]
fn a_capture_shows_the_answer_with_its_real_octets() {
    let mut sim = down(2, Extent::Process);
    sim.tap(Box::new(Seen::default()));
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    let seen = &sim.tap_mut::<Seen>().unwrap().0;
    let [asked, answer] = &seen[..] else { panic!("{} packets", seen.len()) };
    assert_eq!((answer.len(), answer[9], &answer[20..22]), (56, 1, &[3, 3][..]));
    assert_eq!(answer[28..], asked[..28]);
}

/// `count` hosts in a row of which the last one went down after 1 ms; the present is 2 ms.
fn down(count: usize, extent: Extent) -> Simulation {
    let mut sim = line(count, |_| {}, 1);
    let crash = Fault::Crash { node: format!("n{}", count - 1), memory: Memory::Kept, extent };
    sim.schedule_faults(&[at(1, crash)]).unwrap();
    sim.run_until(SimTime::from_millis(2));
    sim
}

fn seen(sim: &Simulation, host: usize) -> Vec<String> {
    sim.node::<Echo>(NodeId::from_index(host)).unwrap().seen.clone()
}

/// The octets of all packets that links were offered.
#[derive(Default)]
struct Seen(Vec<Vec<u8>>);

impl LinkTap for Seen {
    fn offered(&mut self, _: SimTime, _: Hop, packet: &Packet, _: Option<DropCause>) {
        let mut octets = Vec::new();
        wire::write(packet, &mut octets);
        self.0.push(octets);
    }
}
