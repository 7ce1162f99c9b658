//! A loss probe: one client and one server at the ends of one link, and one trial after the other.

use std::sync::Arc;
use std::time::Duration;

use records::RunRecord;
use sim_api::{Distribution, Lineage, Probe, Seed, SimTime};
use sim_engine::Observer;
use sim_net::NodeId;
use sip::location::StaticTable;
use sip::message::{Method, StatusCode};
use sip::probe;
use sip::ua::{Act, Answering, CallSource, Identities, Planned, UserAgents, UserAgentsConfig};

use super::sites::{timer_policy, timer_set};
use super::stage::{Addresses, Stage};
use super::stretch::{Prepared, Stretch};
use crate::plan::CellConfig;
use crate::probe::{LossTally, ServerSaw, Trial};
use crate::runner::RunError;
use crate::schema::{Calls, LossCase, Timers};

/// From the answer to hanging up: the BYE follows the retransmissions of the 2xx, and disturbs no trial.
const HOLDING: Duration = Duration::from_secs(40);
/// Each trial has a line of its own at both ends, up to this many: a session whose BYE was lost leaves its line busy.
const LINES: u64 = 1 << 20;

const CLIENT: &str = "uac";
const SERVER: &str = "uas";

struct Probing {
    case: LossCase,
    trials: u64,
    spacing: Duration,
    timers: Timers,
}

/// Runs a cell with a loss probe.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let probing = Probing::of(cell)?;
    let mut prepared = prepare(cell, seed)?;
    prepared
        .simulation
        .observe(Box::new(TrialObserver::new(LossTally::new(probing.case, cell), probing.case)));
    prepared.simulation.drain_at(prepared.stretch.end);
    prepared.simulation.run_to_quiet(prepared.stretch.horizon);
    let simulation = &mut prepared.simulation;
    simulation.assert_conservation();
    if simulation.live() > 0 {
        return Err(RunError::failed(format!("{} transactions outlive the probe", simulation.live())));
    }
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        measured_ns: simulation.now().as_nanos(),
        ..RunRecord::default()
    };
    let observer = simulation.observer_mut::<TrialObserver>().expect("the observer was attached");
    let tally = observer.finish();
    if tally.trials() != probing.trials {
        return Err(RunError::failed(format!("{} of {} trials were made", tally.trials(), probing.trials)));
    }
    tally.write(&mut record);
    record.digest = super::agents::seal(simulation, &record);
    Ok(record)
}

/// A cell with a loss probe, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let probing = Probing::of(cell)?;
    let topology = cell.topology.as_deref().ok_or_else(|| RunError::failed("a loss probe needs a link"))?;
    let link = topology.links.first().ok_or_else(|| RunError::failed("a loss probe needs a link"))?;
    let (mut stage, mut addresses) = (Stage::new(topology, seed)?, Addresses::new());
    let lines = probing.trials.min(LINES) as u32;
    let mut ends = Vec::new();
    for (name, position) in [(CLIENT, link.ends.0), (SERVER, link.ends.1)] {
        let first = addresses.range(lines)?;
        let host = stage.host(name, position, first, u64::from(lines))?;
        ends.push((host, Identities::numbered("u", &format!("{name}.example"), first, lines), name));
    }
    let timers = timer_set(probing.timers);
    let server_address = ends[1].1.address(0);
    for (host, identities, name) in ends {
        let config = probing.user_agents(identities, seed, name, server_address.ip());
        stage.attach(host, Box::new(UserAgents::new(config)), None);
    }
    let spread = probing.spacing.checked_mul(probing.trials as u32).ok_or_else(too_long)?;
    let end = SimTime::ZERO + spread;
    let stretch = Stretch { begin: SimTime::ZERO, end, horizon: end + 4 * timers.limit() + timers.c };
    Prepared { simulation: stage.simulation()?, stretch, servers: Vec::new() }.with_faults(cell)
}

fn too_long() -> RunError {
    RunError::failed("the trials take longer than virtual time lasts")
}

impl Probing {
    fn of(cell: &CellConfig) -> Result<Probing, RunError> {
        let Calls::LossProbe { case, trials, spacing, timers } = &cell.experiment.workload.calls else {
            return Err(RunError::failed("not a loss probe"));
        };
        Ok(Probing { case: *case, trials: *trials, spacing: spacing.duration(), timers: *timers })
    }

    fn user_agents(
        &self,
        lines: Identities,
        seed: Seed,
        name: &str,
        server: std::net::IpAddr,
    ) -> UserAgentsConfig {
        let limit = timer_set(self.timers).limit();
        let at_once = Distribution::Fixed(Duration::ZERO);
        let (ringing, answering) = match self.case {
            LossCase::NonInvite | LossCase::InviteRinging => {
                (Some(at_once), Answering::Answer { after: Distribution::Fixed(limit) })
            }
            LossCase::InviteAnswered => (None, Answering::Answer { after: at_once }),
            LossCase::InviteRejected => {
                (None, Answering::Reject { status: StatusCode::DECLINE, after: at_once })
            }
        };
        let base = UserAgentsConfig::new(lines, Arc::new(StaticTable::new()), seed, name);
        let calls: Box<dyn CallSource> = match name {
            CLIENT => Box::new(Trials {
                next: 0,
                trials: self.trials,
                spacing: self.spacing,
                case: self.case,
                server,
            }),
            _ => base.calls,
        };
        UserAgentsConfig { timers: timer_policy(self.timers), ringing, answering, calls, ..base }
    }
}

/// The trials of a probe, evenly spaced.
#[derive(Debug)]
struct Trials {
    next: u64,
    trials: u64,
    spacing: Duration,
    case: LossCase,
    server: std::net::IpAddr,
}

impl CallSource for Trials {
    fn next_planned(&mut self) -> Option<Planned> {
        let trial = self.next;
        if trial == self.trials {
            return None;
        }
        self.next += 1;
        let line = (trial % LINES) as u32;
        let std::net::IpAddr::V4(first) = self.server else { return None };
        let callee = std::net::Ipv4Addr::from(u32::from(first) + line);
        let target = format!("sip:u{line}@{callee}");
        let act = match self.case {
            LossCase::NonInvite => Act::Request { method: Method::Options, target },
            LossCase::InviteRinging | LossCase::InviteAnswered | LossCase::InviteRejected => {
                Act::Call { callee: target, holding: HOLDING }
            }
        };
        Some(Planned { at: SimTime::ZERO + self.spacing * trial as u32, line, act })
    }
}

/// Follows one trial after the other.
#[derive(Debug)]
struct TrialObserver {
    case: LossCase,
    tally: Option<LossTally>,
    open: Option<OpenTrial>,
}

#[derive(Clone, Copy, Debug)]
struct OpenTrial {
    subject: u64,
    begun: SimTime,
    trial: Trial,
    asking: Asking,
}

/// Whether the client still sends copies of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    Yes,
    No,
}

impl TrialObserver {
    fn new(tally: LossTally, case: LossCase) -> TrialObserver {
        TrialObserver { case, tally: Some(tally), open: None }
    }

    fn begin(&mut self, now: SimTime, subject: u64) {
        self.close();
        let trial = Trial { delay: None, copies: 1, server: ServerSaw::Nothing };
        self.open = Some(OpenTrial { subject, begun: now, trial, asking: Asking::Yes });
    }

    fn close(&mut self) {
        if let (Some(open), Some(tally)) = (self.open.take(), &mut self.tally) {
            tally.add(open.trial);
        }
    }

    fn finish(&mut self) -> LossTally {
        self.close();
        self.tally.take().expect("a probe is finished once")
    }

    /// Whether `name` is the response that the case waits for.
    fn is_answer(&self, name: sim_api::ProbeName) -> bool {
        match self.case {
            LossCase::NonInvite => name == probe::REQUEST_DONE,
            LossCase::InviteRinging => name == probe::CALL_PROGRESS,
            LossCase::InviteAnswered => name == probe::CALL_ANSWER,
            LossCase::InviteRejected => name == probe::CALL_REJECT,
        }
    }
}

impl Observer for TrialObserver {
    fn probe(&mut self, now: SimTime, _: NodeId, probe: &Probe, _: &Lineage) {
        if matches!(probe.name, probe::CALL_INVITE | probe::REQUEST_SENT) {
            return self.begin(now, probe.subject);
        }
        let is_answer = self.is_answer(probe.name);
        let Some(open) = &mut self.open else { return };
        if probe.name == probe::RETRANSMITTED_REQUEST {
            open.trial.copies += u64::from(open.asking == Asking::Yes);
            return;
        }
        if probe.subject != open.subject {
            return;
        }
        match probe.name {
            probe::UAS_INVITE | probe::UAS_REQUEST => open.trial.server = ServerSaw::Request,
            probe::UAS_ACK => open.trial.server = ServerSaw::Ack,
            probe::CALL_TIMEOUT | probe::REQUEST_TIMEOUT | probe::CALL_PROGRESS | probe::CALL_ANSWER => {
                open.asking = Asking::No;
            }
            _ => {}
        }
        if is_answer && open.trial.delay.is_none() {
            open.trial.delay = Some(now - open.begun);
            open.asking = Asking::No;
        }
    }
}
