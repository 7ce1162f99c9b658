//! The result of a run as one JSON object.

use std::path::Path;

use experiments::conclusion::Verdict;
use records::Results;
use serde_json::json;

/// What `--format json` prints: pretty, with a line end.
pub(super) fn summary(results: &Results, verdict: Verdict, folder: &Path, report: &Path) -> String {
    let experiment = &results.experiment;
    let runs = results.runs.iter().flat_map(|run| &run.expectations);
    let object = json!({
        "experiment": experiment.name,
        "question": experiment.question,
        "answer": experiment.answer,
        "verdict": match verdict {
            Verdict::Met => "met",
            Verdict::Failed => "failed",
        },
        "digest": experiment.digest,
        "seed": experiment.seed,
        "replications": experiment.replications,
        "runs": results.runs.len(),
        "events": results.runs.iter().map(|run| run.events).sum::<u64>(),
        "folder": folder.display().to_string(),
        "report": report.display().to_string(),
        "cells": experiment.cells,
        "service_levels": experiment.service_levels,
        "expectations": runs.collect::<Vec<_>>(),
        "summary": results.summary,
    });
    format!("{object:#}\n")
}
