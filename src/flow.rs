//! `siplab flow`: one run again, exactly, with its calls as ladders or its packets as a capture.

use std::io::{BufWriter, Write};
use std::path::Path;

use experiments::assemble::{CaptureError, Laboratory, Which};
use experiments::plan::{CellConfig, Plan};
use experiments::schema::Calls;
use records::{LadderRecord, LadderRole};
use sim_api::Seed;

use crate::cli::{Flow, FlowForm};
use crate::ending::{Ending, Failure};
use crate::output::{Target, print, save, unfinished};
use crate::source;

/// Octets that are collected before a capture is written.
const CAPTURE_BUFFER: usize = 1 << 20;

pub(crate) fn flow(options: &Flow) -> Result<Ending, Failure> {
    let plan = source::plan(&options.scenario)?.plan;
    let replay = Replay::of(&plan, options)?;
    match &options.form {
        FlowForm { pcap: Some(path), .. } => replay.capture(path)?,
        FlowForm { svg: Some(path), .. } => save(path, &reports::ladder_svg(&replay.one()?.ladder))?,
        FlowForm { html: Some(path), .. } => {
            let record = replay.one()?;
            save(path, &reports::ladder_page(&replay.title(&record), &record.ladder))?;
        }
        FlowForm { mermaid: true, .. } => print(&replay.one()?.ladder.to_mermaid())?,
        FlowForm { .. } => print(&replay.text()?)?,
    }
    Ok(Ending::Met)
}

/// A run that is to be repeated.
struct Replay<'a> {
    cell: &'a CellConfig,
    seed: Seed,
    replication: u32,
    call: Option<&'a str>,
}

impl<'a> Replay<'a> {
    fn of(plan: &'a Plan, options: &'a Flow) -> Result<Replay<'a>, Failure> {
        let beyond = |what, n, count: usize| {
            let last = count.saturating_sub(1);
            Failure::Usage(format!("--{what} {n}: {} has {what}s 0 to {last}", plan.experiment.name))
        };
        let cell = usize::try_from(options.cell).ok().and_then(|index| plan.cells.get(index));
        let cell = cell.ok_or_else(|| beyond("cell", options.cell, plan.cells.len()))?;
        let most = plan.replications().most();
        if options.replication >= most {
            return Err(beyond("replication", options.replication, most as usize));
        }
        if matches!(cell.experiment.workload.calls, Calls::QueueProbe { .. }) {
            return Err(Failure::Usage(format!(
                "{} has no messages: it probes a queue",
                plan.experiment.name
            )));
        }
        Ok(Replay {
            cell,
            seed: plan.seed().of_replication(options.replication),
            replication: options.replication,
            call: options.call.as_deref(),
        })
    }

    fn ladders(&self) -> Result<Vec<LadderRecord>, Failure> {
        let which = self.call.map_or(Which::Outliers, |call| Which::Call(call.to_owned()));
        Laboratory.ladders(self.cell, self.seed, self.replication, &which).map_err(|error| match which {
            Which::Call(_) => Failure::Usage(error.to_string()),
            Which::Outliers => Failure::Incomplete(error.to_string()),
        })
    }

    /// The call that was asked for, else the first that stands out.
    fn one(&self) -> Result<LadderRecord, Failure> {
        let mut ladders = self.ladders()?.into_iter();
        let first = ladders.next().ok_or_else(|| Failure::Usage(self.without_calls()))?;
        for other in ladders {
            eprintln!("not drawn: {} ({}); add --call {}", role(other.role), other.outcome, other.call);
        }
        Ok(first)
    }

    fn text(&self) -> Result<String, Failure> {
        let ladders = self.ladders()?;
        if ladders.is_empty() {
            return Err(Failure::Usage(self.without_calls()));
        }
        let shown = ladders.iter().map(|record| {
            format!("{}\n{}\n{}", self.title(record), record.outcome, record.ladder.to_annotated_text())
        });
        Ok(shown.collect::<Vec<_>>().join("\n"))
    }

    fn title(&self, record: &LadderRecord) -> String {
        let (cell, replication) = (self.cell.title(), self.replication);
        format!(
            "{}: {}, cell {} ({cell}), replication {replication}",
            role(record.role),
            record.call,
            self.cell.index
        )
    }

    fn without_calls(&self) -> String {
        format!("cell {}, replication {} has no call to show", self.cell.index, self.replication)
    }

    fn capture(&self, path: &Path) -> Result<(), Failure> {
        let (target, file) = Target::open(path)?;
        let writer = BufWriter::with_capacity(CAPTURE_BUFFER, file);
        let written = Laboratory.capture(self.cell, self.seed, self.replication, self.call, writer);
        let mut writer = written.map_err(|error| match error {
            CaptureError::Run(error) => Failure::Incomplete(error.to_string()),
            CaptureError::Write(error) => unfinished(path, &error),
        })?;
        writer.flush().map_err(|error| unfinished(path, &error))?;
        let file = writer.into_inner().map_err(|error| unfinished(path, error.error()))?;
        target.keep(file)
    }
}

fn role(role: LadderRole) -> &'static str {
    match role {
        LadderRole::Typical => "typical call",
        LadderRole::Slowest => "slowest call",
        LadderRole::FirstFailed => "first failed call",
        LadderRole::Requested => "call",
    }
}
