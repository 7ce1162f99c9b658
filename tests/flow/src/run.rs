//! A flow that has begun.

use std::collections::BTreeSet;
use std::time::Duration;

use records::{Arrow, Fate, Ladder};
use sim_api::{Fault, Node, SimTime, TimedFault};
use sim_engine::{Journey, Outcome, Simulation, Trace};
use sim_net::NodeId;
use sip::classify::SipClassifier;
use sip::redirect::RedirectServer;
use sip::server::ProxyRegistrar;
use sip::ua::UserAgents;

use crate::assembly::assemble;
use crate::logbook::Logbook;
use crate::plan::Plan;
use crate::role::Role;
use crate::sent::Sent;

/// How much virtual time [`Flow::run_until_quiet`](crate::Flow::run_until_quiet) grants: 45 minutes, more than all
/// timers of RFC 3261 one after the other, less than the refresh of a registration.
pub const QUIET_LIMIT: Duration = Duration::from_secs(45 * 60);

/// The simulation behind a flow, and what the test has seen of it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) simulation: Simulation,
    /// How many journeys the ladders so far have shown.
    pub(crate) shown: usize,
    down: BTreeSet<usize>,
}

impl Running {
    /// Begins `plan`: all nodes start, and what is broken from the beginning breaks.
    pub(crate) fn begin(plan: &mut Plan) -> Running {
        let mut run = Running { simulation: assemble(plan), shown: 0, down: BTreeSet::new() };
        for fault in std::mem::take(&mut plan.faults) {
            run.schedule(plan, fault);
        }
        run.catch_up();
        run
    }

    /// Breaks or mends something at the present, before anything else that happens then.
    pub(crate) fn strike(&mut self, plan: &Plan, fault: Fault) {
        self.schedule(plan, fault);
        self.catch_up();
    }

    pub(crate) fn is_down(&self, host: usize) -> bool {
        self.down.contains(&host)
    }

    /// Runs for `span`: everything before its end happens.
    pub(crate) fn run_for(&mut self, span: Duration) {
        self.simulation.run_until(self.simulation.now() + span);
        self.simulation.assert_conservation();
    }

    /// Runs until nothing is left to happen, or [`QUIET_LIMIT`] has passed.
    ///
    /// # Errors
    /// What is alive that should have ended.
    pub(crate) fn run_until_quiet(&mut self, plan: &Plan) -> Result<(), String> {
        self.simulation.run_to_quiet(self.simulation.now() + QUIET_LIMIT);
        self.simulation.assert_conservation();
        for (node, open) in self.logbook().open_transactions() {
            if open != 0 && !self.is_down(node.index()) {
                return Err(format!("{open} transactions are alive at {}", plan.hosts[node.index()].name));
            }
        }
        for (index, host) in plan.hosts.iter().enumerate() {
            // A user agent has at most the call of its one line, a proxy nothing at all.
            let allowed = usize::from(matches!(host.role, Role::User(_)));
            let live = self.live(index, &host.role);
            if live > allowed && !self.is_down(index) {
                return Err(format!("{live} calls or requests are alive at {}", host.name));
            }
        }
        Ok(())
    }

    pub(crate) fn logbook(&self) -> &Logbook {
        self.simulation.observer().expect("the assembly set the logbook")
    }

    pub(crate) fn journeys(&self) -> &[Journey] {
        self.simulation.journeys().map_or(&[], Trace::journeys)
    }

    /// How many datagrams found no room in the trace.
    pub(crate) fn untraced(&self) -> u64 {
        self.simulation.journeys().map_or(0, Trace::overflow)
    }

    /// The ladder of all messages but the first `skipped`.
    pub(crate) fn ladder(&self, plan: &Plan, skipped: usize) -> Ladder {
        let lanes = Lanes::of(plan);
        let mut ladder = Ladder::new(lanes.names(plan));
        ladder.arrows = self.journeys()[skipped..].iter().map(|journey| lanes.arrow(journey)).collect();
        ladder
    }

    fn schedule(&mut self, plan: &Plan, fault: Fault) {
        match &fault {
            Fault::Crash { node, .. } => self.down.insert(plan.host(node)),
            Fault::Restart { node } => self.down.remove(&plan.host(node)),
            _ => false,
        };
        let fault = TimedFault { at: self.simulation.now(), fault };
        self.simulation
            .schedule_faults(&[fault])
            .expect("the plan has the link or host, and now is not past");
    }

    /// Lets everything happen that is due at the present.
    fn catch_up(&mut self) {
        self.simulation.run_to_quiet(self.simulation.now());
    }

    fn live(&self, index: usize, role: &Role) -> usize {
        let place = NodeId::from_index(index);
        match role {
            Role::User(_) => self.simulation.node::<UserAgents>(place).map_or(0, Node::live),
            Role::Proxy(_) => self.simulation.node::<ProxyRegistrar>(place).map_or(0, Node::live),
            Role::Redirect(_) => self.simulation.node::<RedirectServer>(place).map_or(0, Node::live),
            Role::Peer | Role::Router => 0,
        }
    }
}

/// What a journey says, for assertions on its octets.
pub(crate) fn sent(plan: &Plan, journey: &Journey) -> Sent {
    let name = |node: NodeId| plan.hosts[node.index()].name.clone();
    Sent {
        at: journey.sent_at - SimTime::ZERO,
        from: name(journey.from),
        to: journey.to.map(name),
        source: journey.source,
        destination: journey.destination,
        label: journey.label(&SipClassifier).into_owned(),
        copy: journey.copy,
        outcome: journey.outcome,
        payload: journey.payload.clone(),
    }
}

/// The lanes of a ladder: every host that speaks SIP.
struct Lanes(Vec<usize>);

impl Lanes {
    fn of(plan: &Plan) -> Lanes {
        let speaks = |host: &usize| !matches!(plan.hosts[*host].role, Role::Router);
        Lanes((0..plan.hosts.len()).filter(speaks).collect())
    }

    fn names(&self, plan: &Plan) -> Vec<String> {
        self.0.iter().map(|host| plan.hosts[*host].name.clone()).collect()
    }

    fn lane(&self, node: NodeId) -> usize {
        self.0.iter().position(|host| *host == node.index()).expect("only hosts with a lane send or receive")
    }

    /// The arrow of a journey; one to an address that nobody owns ends where it began.
    fn arrow(&self, journey: &Journey) -> Arrow {
        let from = self.lane(journey.from);
        let to = journey.to.map_or(from, |to| self.lane(to));
        let sent = Arrow::sent(journey.sent_at.as_nanos(), from, to, journey.label(&SipClassifier));
        Arrow { fate: fate(journey.outcome), retransmission: journey.copy, note: journey.note(), ..sent }
    }
}

fn fate(outcome: Outcome) -> Fate {
    match outcome {
        Outcome::Arrived(at) => Fate::Arrived { at_ns: at.as_nanos() },
        Outcome::Dropped(at, reason) => Fate::Lost { at_ns: at.as_nanos(), cause: reason.name().to_owned() },
        Outcome::InFlight => Fate::InFlight,
    }
}
