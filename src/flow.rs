//! `siplab flow`: one run again, exactly, with its calls as ladders or its packets as a capture.

use std::io::{BufWriter, Write};
use std::path::Path;

use experiments::assemble::{CaptureError, Laboratory, Which};
use experiments::plan::{CellConfig, Plan};
use experiments::runner::{RunCell, RunError};
use experiments::schema::Calls;
use records::{LadderRecord, LadderRole};
use sim_api::Seed;

use crate::cli::{Flow, FlowForm};
use crate::ending::{Ending, Failure};
use crate::outliers;
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

    /// The call that was asked for, else those that stand out, of which `most` are drawn.
    fn ladders(&self, most: usize) -> Result<Vec<LadderRecord>, Failure> {
        if let Some(call) = self.call {
            let which = Which::Call(call.to_owned());
            let ladders = Laboratory.ladders(self.cell, self.seed, self.replication, &which);
            return ladders.map_err(|error| Failure::Usage(error.to_string()));
        }
        let failed = |error: RunError| Failure::Incomplete(error.to_string());
        let run = Laboratory.run(self.cell, self.seed, self.replication).map_err(failed)?;
        if !run.ladders.is_empty() {
            return Ok(run.ladders);
        }
        let (drawn, others): (Vec<_>, Vec<_>) =
            outliers::of_run(&run).into_iter().enumerate().partition(|(i, _)| *i < most);
        for (_, other) in others {
            eprintln!(
                "not drawn: {} ({}); add --call {}",
                role(other.role),
                other.call.outcome,
                other.call.call
            );
        }
        let ladders = drawn.iter().map(|(_, chosen)| chosen.replay(self.cell, self.seed, self.replication));
        let ladders: Vec<Vec<LadderRecord>> = ladders.collect::<Result<_, _>>().map_err(failed)?;
        Ok(ladders.concat())
    }

    fn one(&self) -> Result<LadderRecord, Failure> {
        self.ladders(1)?.into_iter().next().ok_or_else(|| self.without_calls())
    }

    fn text(&self) -> Result<String, Failure> {
        let ladders = self.ladders(usize::MAX)?;
        if ladders.is_empty() {
            return Err(self.without_calls());
        }
        let shown = ladders.iter().map(|record| {
            let outcome = record.outcome.replace("; ", "\n");
            format!("{}\n{outcome}\n{}", self.title(record), record.ladder.to_annotated_text())
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

    fn without_calls(&self) -> Failure {
        let (cell, replication) = (self.cell.index, self.replication);
        Failure::Usage(format!("cell {cell}, replication {replication} has no call to show"))
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
