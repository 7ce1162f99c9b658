//! `cargo run -p fuzz -- TARGET… [--seconds N] [--seed N] [--trace FILE]`: tries each target; exit 1 for a finding.
//! With `--input FILE` the file is the only input.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use fuzz::targets::TARGETS;
use fuzz::{Campaign, Target, attempt};

const USAGE: &str =
    "usage: fuzz TARGET…|all [--seconds N] [--seed N] [--trace FILE] | TARGET --input FILE | --list";

struct Options {
    targets: Vec<&'static Target>,
    seconds: u64,
    seed: u64,
    trace: Option<PathBuf>,
    input: Option<PathBuf>,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--list") {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        return ExitCode::SUCCESS;
    }
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            eprintln!("{wrong}\n{USAGE}\ntargets: {}", names.join(", "));
            return ExitCode::from(2);
        }
    };
    if let Some(path) = &options.input {
        return replay(&options.targets, path);
    }
    // A finding is told once, with its input: the default hook would print a line for each panic that is caught.
    std::panic::set_hook(Box::new(|_| {}));
    let clean = options.targets.iter().filter(|target| try_one(target, &options)).count();
    if clean == options.targets.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Gives the file to each target, with the panic's own message on stderr.
fn replay(targets: &[&Target], path: &Path) -> ExitCode {
    let input = match std::fs::read(path) {
        Ok(input) => input,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    let findings = targets.iter().filter_map(|target| attempt(target, &input).err());
    let count = findings.inspect(|finding| println!("{finding}")).count();
    if count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether nothing was found.
fn try_one(target: &Target, options: &Options) -> bool {
    let (time, seed, trace) = (Duration::from_secs(options.seconds), options.seed, options.trace.clone());
    let report = Campaign { target: *target, time, seed, trace }.run();
    let (name, inputs, seeds, ratio) = (target.name, report.inputs, report.seeds, report.ratio);
    println!(
        "{name}: {inputs} inputs from {seeds} seeds, data {:?}, 256 kB to 16 kB at most {ratio}",
        report.shared
    );
    let Some((finding, input)) = report.finding else { return true };
    let path = format!("fuzz-{name}-finding");
    let kept = std::fs::write(&path, input).map_or_else(|error| error.to_string(), |()| path);
    println!("{name}: {finding}\n{name}: the input: {kept}");
    false
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { targets: Vec::new(), seconds: 20, seed: 1, trace: None, input: None };
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|n| n.parse().ok()).ok_or(format!("{word} needs a number"));
        match word.as_str() {
            "--seconds" => options.seconds = number()?,
            "--seed" => options.seed = number()?,
            "--trace" => options.trace = Some(words.next().ok_or("--trace needs a file")?.into()),
            "--input" => options.input = Some(words.next().ok_or("--input needs a file")?.into()),
            "all" => options.targets.extend(TARGETS),
            name => {
                let target = TARGETS.iter().find(|target| target.name == name);
                options.targets.push(target.ok_or(format!("no target is called {name}"))?);
            }
        }
    }
    if options.targets.is_empty() { Err("no target".to_owned()) } else { Ok(options) }
}
