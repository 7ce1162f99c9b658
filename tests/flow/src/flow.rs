//! A flow: the network that a test names, breaks, runs and looks at.

use std::cell::Cell;
use std::time::Duration;

use expect_test::Expect;
use records::Ladder;
use sim_api::{Extent, Fault, Memory, SimTime};
use sim_engine::Simulation;

use crate::assembly::aor;
use crate::between::Between;
use crate::names;
use crate::peer::Peer;
use crate::plan::Plan;
use crate::role::Role;
use crate::run::{self, Running};
use crate::sent::Sent;
use crate::user::User;

/// A small SIP network in virtual time, for one test.
///
/// The methods that take and return it configure; the others act and look. See the [crate](crate) for how they go
/// together.
#[derive(Debug)]
pub struct Flow {
    pub(crate) plan: Plan,
    running: Option<Running>,
    /// Whether a failure has shown the ladder already.
    has_reported: Cell<bool>,
}

impl Flow {
    /// The flow of `plan`, which has not begun.
    pub(crate) fn of(plan: Plan) -> Flow {
        Flow { plan, running: None, has_reported: Cell::new(false) }
    }

    /// The plan, while it can still be changed.
    #[track_caller]
    pub(crate) fn planning(&mut self) -> &mut Plan {
        assert!(self.running.is_none(), "a flow is configured before its first order or run");
        &mut self.plan
    }
}

/// Orders and faults: at the present of the flow.
impl Flow {
    /// The user called `name`.
    ///
    /// # Panics
    /// When no user agent has this name.
    #[track_caller]
    pub fn user(&mut self, name: &str) -> User<'_> {
        let host = self.plan.host(name);
        assert!(matches!(self.plan.hosts[host].role, Role::User(_)), "{name:?} is no user agent");
        User { flow: self, host }
    }

    /// The scripted host called `name`.
    ///
    /// # Panics
    /// When no scripted host has this name.
    #[track_caller]
    pub fn peer(&mut self, name: &str) -> Peer<'_> {
        let host = self.plan.host(name);
        assert!(matches!(self.plan.hosts[host].role, Role::Peer), "{name:?} follows no script");
        Peer { flow: self, host }
    }

    /// Short for [`Flow::user`]`("alice")`: the caller in RFC 3261's examples.
    #[track_caller]
    pub fn alice(&mut self) -> User<'_> {
        self.user("alice")
    }

    /// Short for [`Flow::user`]`("bob")`: the callee in RFC 3261's examples.
    #[track_caller]
    pub fn bob(&mut self) -> User<'_> {
        self.user("bob")
    }

    /// The link between two neighbours.
    ///
    /// # Panics
    /// When no link joins them.
    #[track_caller]
    pub fn between(&mut self, one: &str, other: &str) -> Between<'_> {
        let link = self.plan.link(one, other);
        Between { flow: self, link }
    }

    /// Takes a host down. Its memory survives, and timers that expire meanwhile fire after the restart.
    ///
    /// # Panics
    /// When no host that speaks SIP has this name.
    #[track_caller]
    pub fn crash(&mut self, name: &str) {
        self.take_down(name, Memory::Kept, Extent::Host);
    }

    /// Takes a host down, and with it all that it knew: transactions, dialogs, bindings.
    ///
    /// # Panics
    /// When no host that speaks SIP has this name.
    #[track_caller]
    pub fn crash_losing_state(&mut self, name: &str) {
        self.take_down(name, Memory::Lost, Extent::Host);
    }

    /// Ends the process on a host and with it all that it knew; the host itself answers what is sent to it with ICMP
    /// port unreachable.
    ///
    /// # Panics
    /// When no host that speaks SIP has this name.
    #[track_caller]
    pub fn crash_process(&mut self, name: &str) {
        self.take_down(name, Memory::Lost, Extent::Process);
    }

    /// Brings a host back.
    ///
    /// # Panics
    /// When no host that speaks SIP has this name.
    #[track_caller]
    pub fn restart(&mut self, name: &str) {
        let node = self.speaker(name);
        self.strike(Fault::Restart { node });
    }

    /// Lets `span` of virtual time pass: everything before its end happens. Then the laws of conservation hold.
    ///
    /// # Panics
    /// When they do not.
    #[track_caller]
    pub fn run_for(&mut self, span: Duration) {
        self.running().run_for(span);
        self.check_trace();
    }

    /// Runs until nothing is left to happen, at most [`QUIET_LIMIT`](crate::QUIET_LIMIT). Then the laws of conservation
    /// hold, and at hosts that are up no transaction is alive and nothing else but answered calls.
    ///
    /// # Panics
    /// When something else lives on. An unanswered call that nobody gives up does: use [`Flow::run_for`] there.
    #[track_caller]
    pub fn run_until_quiet(&mut self) {
        self.running();
        let run = self.running.as_mut().expect("the flow has begun");
        if let Err(alive) = run.run_until_quiet(&self.plan) {
            self.fail(&format!("the flow is not quiet: {alive}"));
        }
        self.check_trace();
    }

    pub(crate) fn strike(&mut self, fault: Fault) {
        match &mut self.running {
            Some(run) => run.strike(&self.plan, fault),
            None => self.plan.faults.push(fault),
        }
    }

    /// The simulation behind the flow, which begins if it has not begun.
    pub(crate) fn running(&mut self) -> &mut Running {
        self.running.get_or_insert_with(|| Running::begin(&mut self.plan))
    }

    /// The URI that stands for `whom`: a user's address-of-record, a proxy's address, or the URI that it is.
    #[track_caller]
    pub(crate) fn uri_of(&self, whom: &str) -> String {
        if whom.contains(':') {
            return whom.to_owned();
        }
        let host = self.plan.host(whom);
        match self.plan.hosts[host].role {
            Role::User(_) => aor(&self.plan, host).expect("a user has an address-of-record"),
            Role::Proxy(_) | Role::Redirect(_) | Role::Peer => format!("sip:{}", self.plan.address(host)),
            Role::Router => panic!("{whom:?} speaks no SIP"),
        }
    }

    #[track_caller]
    fn take_down(&mut self, name: &str, memory: Memory, extent: Extent) {
        let node = self.speaker(name);
        self.strike(Fault::Crash { node, memory, extent });
    }

    #[track_caller]
    fn speaker(&self, name: &str) -> String {
        let host = self.plan.host(name);
        assert!(!matches!(self.plan.hosts[host].role, Role::Router), "{name:?} speaks no SIP");
        name.to_owned()
    }

    #[track_caller]
    fn check_trace(&self) {
        let untraced = self.running.as_ref().map_or(0, Running::untraced);
        if untraced > 0 {
            self.fail(&format!("the flow has {untraced} messages more than a ladder can hold"));
        }
    }
}

/// Looking at what happened.
impl Flow {
    /// Compares the ladder of all messages that were sent since the last call with `expected`; with `UPDATE_EXPECT=1`
    /// in the environment the test is rewritten.
    ///
    /// Times are milliseconds since the flow began. A message that is under way ends in `~` and is not shown again.
    ///
    /// # Panics
    /// When the ladders differ.
    pub fn expect(&mut self, expected: Expect) {
        let ladder = match &mut self.running {
            Some(run) => {
                let all = run.journeys().len();
                let skipped = std::mem::replace(&mut run.shown, all);
                run.ladder(&self.plan, skipped)
            }
            None => self.ladder(),
        };
        expected.assert_eq(&ladder.to_text());
    }

    /// The ladder of all messages since the flow began.
    pub fn ladder(&self) -> Ladder {
        self.running.as_ref().map_or_else(Ladder::default, |run| run.ladder(&self.plan, 0))
    }

    /// Asserts that the nodes reported `name` so many times. It is the name of a probe, such as `call.answer`, or of a
    /// group: `retransmissions` (a timer fired), `repetitions` (the cause came again), `timeouts`.
    ///
    /// # Panics
    /// When they did not, or nobody reports under this name.
    #[track_caller]
    pub fn assert_probe(&self, name: &str, times: usize) {
        let values = self.values(name);
        if values.len() != times {
            self.fail(&format!("{name} was reported {} times instead of {times}", values.len()));
        }
    }

    /// The values that were reported under `name`, a probe or a group, in the order of time.
    ///
    /// # Panics
    /// When nobody reports under this name.
    #[track_caller]
    pub fn values(&self, name: &str) -> Vec<u64> {
        let Some(probes) = names::probes(name) else {
            self.fail(&format!("nobody reports {name:?}; there are {}", names::all()))
        };
        self.running.as_ref().map_or_else(Vec::new, |run| run.logbook().values(probes))
    }

    /// All messages since the flow began, in the order of their sending.
    pub fn messages(&self) -> Vec<Sent> {
        let journeys = self.running.as_ref().map_or(&[][..], Running::journeys);
        journeys.iter().map(|journey| run::sent(&self.plan, journey)).collect()
    }

    /// The message in row `n` of [`Flow::ladder`], counted from 0.
    ///
    /// # Panics
    /// When there are fewer.
    #[track_caller]
    pub fn message(&self, n: usize) -> Sent {
        let mut messages = self.messages();
        if n >= messages.len() {
            self.fail(&format!("there is no message {n}: the flow has {}", messages.len()));
        }
        messages.swap_remove(n)
    }

    /// The messages with this label that the host called `from` has sent, in order; copies included.
    ///
    /// # Panics
    /// When there is no such host.
    #[track_caller]
    pub fn sent(&self, from: &str, label: &str) -> Vec<Sent> {
        let _ = self.plan.host(from);
        let of = |sent: &Sent| sent.from == from && sent.label == label;
        self.messages().into_iter().filter(of).collect()
    }

    /// When the host called `from` sent messages with this label, since the flow began; copies included.
    ///
    /// # Panics
    /// When there is no such host.
    #[track_caller]
    pub fn times(&self, from: &str, label: &str) -> Vec<Duration> {
        self.sent(from, label).into_iter().map(|sent| sent.at).collect()
    }

    /// Asserts that nothing is alive at any host: no transaction, no dialog, no call.
    ///
    /// # Panics
    /// When something is.
    #[track_caller]
    pub fn assert_over(&self) {
        let live = self.running.as_ref().map_or(0, |run| run.simulation.live());
        if live > 0 {
            self.fail(&format!("{live} transactions, dialogs or calls are alive"));
        }
    }

    /// The virtual time since the flow began.
    pub fn now(&self) -> Duration {
        self.running.as_ref().map_or(Duration::ZERO, |run| run.simulation.now() - SimTime::ZERO)
    }

    /// The digest of everything that happened: 64 hexadecimal digits, equal for equal flows.
    pub fn digest(&mut self) -> String {
        self.running().simulation.digest().seal("")
    }

    /// The simulation behind the flow, for what has no method here, such as the counters of links.
    pub fn simulation(&mut self) -> &Simulation {
        &self.running().simulation
    }

    /// Fails the test: the panic tells why, and shows the whole ladder and the seed.
    #[track_caller]
    pub(crate) fn fail(&self, why: &str) -> ! {
        self.has_reported.set(true);
        panic!("{why}\n{}", self.report());
    }

    fn report(&self) -> String {
        format!(
            "the flow until {:?}, seed {}:\n{}",
            self.now(),
            self.plan.seed,
            self.ladder().to_annotated_text()
        )
    }
}

impl Drop for Flow {
    /// Shows the ladder and the seed when the test has failed elsewhere, such as in an assertion of its own.
    fn drop(&mut self) {
        if std::thread::panicking() && !self.has_reported.get() {
            eprintln!("{}", self.report());
        }
    }
}
