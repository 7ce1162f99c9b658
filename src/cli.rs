//! The command line: verbs, options, units and defaults.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use experiments::plan::REPLICATIONS_MAX;

/// A deterministic simulator for SIP networks.
///
/// EXPERIMENT is a built-in name (`siplab list`) or a path to a .ron file.
///
/// Exit codes: 0 done, everything judged is met; 1 done, a judged service level, an expectation or a law failed; 2 bad
/// input or usage, or an output folder that cannot be written; 3 incomplete, because a run failed or the disk filled:
/// what finished is kept and `--resume` continues; 4 the digest differs from the expected one; 101 a defect of siplab.
/// ^C lets the runs under way finish and ends with 3; a second ^C ends at once (130 in a shell). Finished runs are kept.
#[derive(Debug, Parser)]
#[command(name = "siplab", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run every cell and replication, write the output folder, print the summary and the report's path.
    Run(Run),
    /// Validate experiment and topology files; print the estimated runs, events and memory.
    Check(Check),
    /// What is built in, a line each.
    List(List),
    /// Replay one run exactly and show its call flows, or capture it.
    Flow(Flow),
    /// Decode SIP messages, captures and SigComp, and name what is wrong: layer, octets, rule.
    Inspect(Inspect),
    /// Draw the report of an output folder again from its records alone.
    Report(Report),
    /// Turn a published topology (TopoHub JSON or GML) into a RON topology.
    Import(Import),
    /// Print the completion script of a shell.
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(crate) struct Scenario {
    /// A built-in experiment or a path to a .ron file.
    #[arg(value_name = "EXPERIMENT")]
    pub(crate) experiment: String,

    /// Override a field of the experiment, such as `workload.calls.per_subscriber=per_h(2)`. Repeatable.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,

    /// Seed of the experiment, a whole number below 2^64 [default: the experiment's, else 1].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Runs of each cell, 1 to 10000 [default: the experiment's, else 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(REPLICATIONS_MAX)))]
    pub(crate) replications: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) scenario: Scenario,

    /// Output folder [default: results/NAME]. One that holds a siplab manifest is replaced.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Threads, 1 to 1024; results do not depend on it [default: the cores of the machine].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) threads: Option<u32>,

    /// Keep the finished runs of an interrupted experiment and do the others.
    #[arg(long)]
    pub(crate) resume: bool,

    /// No progress on stderr.
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Form of the result on stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Exit with 4 when the experiment's digest is not this one, 64 hexadecimal digits.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub(crate) expect_digest: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Experiments (built-in names or files) and topology files.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,

    /// Override a field of the experiments. Repeatable.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,

    /// Print every default that fills a field which the file leaves out.
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// What to list [default: all].
    #[arg(value_enum)]
    pub(crate) what: Option<Listed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    Experiments,
    Topologies,
    Radios,
    Metrics,
}

#[derive(Debug, Args)]
pub(crate) struct Flow {
    #[command(flatten)]
    pub(crate) scenario: Scenario,

    /// The cell to replay, from 0, as in `runs.csv`.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) cell: u32,

    /// The replication to replay, from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) replication: u32,

    /// Call-ID of the call to show [default: a typical, the slowest and the first failed one].
    #[arg(long, value_name = "ID")]
    pub(crate) call: Option<String>,

    #[command(flatten)]
    pub(crate) form: FlowForm,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct FlowForm {
    /// Ladders as text on stdout, with losses, copies, and where the delay went (the default).
    #[arg(long)]
    pub(crate) text: bool,

    /// The ladder of one call (without --call: the typical one) as an SVG file.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// The ladder of one call (without --call: the typical one) as a self-contained HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// The ladder of one call (without --call: the typical one) as Mermaid text on stdout.
    #[arg(long)]
    pub(crate) mermaid: bool,

    /// All packets of the run (of the call, with --call) as a pcapng file, one interface a link.
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files with one SIP or SigComp message each, or captures (pcap, pcapng). SigComp state is kept across the packets
    /// of a capture. Ends with 2 if a message is malformed: one that RFC 4475 3.1.2 calls invalid. A missing or repeated
    /// header field is told, and left to the application.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// A line a message, or one JSON object a line: n, time in s since 1970, src, dst, start_line, octets, wire_octets,
    /// sha256 of the message, errors.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the messages that can be read to stdout, serialised again, and nothing else.
    #[arg(long, conflicts_with = "format")]
    pub(crate) raw: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// An output folder of `siplab run`.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// TopoHub or NetworkX node-link JSON, or GML.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The topology to write.
    #[arg(short, long, value_name = "TOPOLOGY.ron")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// A digest as `manifest.json` has it.
fn digest(text: &str) -> Result<String, String> {
    let digest = text.to_ascii_lowercase();
    let whole = digest.len() == 64 && digest.bytes().all(|octet| octet.is_ascii_hexdigit());
    whole.then_some(digest).ok_or_else(|| "expected 64 hexadecimal digits".to_owned())
}
