//! A campaign: one target, many inputs, until the time is over or something is found.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Finding, Mutator, Shared, Target, attempt, grows_linearly, seeds_of};

/// An input that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// Small on purpose: a reader that recurses as deep as its input overflows it at once.
const STACK: usize = 256 * 1024;
/// How many pairs of sizes are timed.
const PAIRS: usize = 40;

/// What to do with a target.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The target.
    pub target: Target,
    /// For how long mutations are tried; the timings come on top.
    pub time: Duration,
    /// The seed of the mutations: the same gives the same inputs in the same order.
    pub seed: u64,
    /// Where each input is written before it is tried, for targets that take the process with them.
    pub trace: Option<PathBuf>,
}

/// What a campaign did.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many seeds it had.
    pub seeds: usize,
    /// Whether the independent data was among them.
    pub shared: Shared,
    /// How many inputs were tried.
    pub inputs: u64,
    /// The largest ratio of times between 256 kB and 16 kB; 0 when all large inputs were read within 1 ms.
    pub ratio: u32,
    /// What was found, and for which input.
    pub finding: Option<(Finding, Vec<u8>)>,
}

/// The input that is being tried, and since when: what the watchdog looks at.
type Current = Mutex<Option<(Instant, Vec<u8>)>>;

impl Campaign {
    /// Carries it out on a thread with a small stack.
    ///
    /// # Panics
    /// When the thread cannot be made.
    #[must_use]
    pub fn run(&self) -> Report {
        let campaign = self.clone();
        let thread = thread::Builder::new().stack_size(STACK).spawn(move || campaign.carry_out());
        thread.expect("a thread can be made").join().expect("panics of the target are caught")
    }

    fn carry_out(&self) -> Report {
        let (seeds, shared) = seeds_of(&self.target);
        let mut report = Report { seeds: seeds.len(), shared, inputs: 0, ratio: 0, finding: None };
        report.finding = self.mutate(&seeds, &mut report.inputs);
        if report.finding.is_none() {
            match grows_linearly(&self.target, &seeds, self.seed, PAIRS) {
                Ok(ratio) => report.ratio = ratio,
                Err(finding) => report.finding = Some(finding),
            }
        }
        report
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a campaign lasts as long as it is told; no run depends on it"
    )]
    fn mutate(&self, seeds: &[Vec<u8>], inputs: &mut u64) -> Option<(Finding, Vec<u8>)> {
        let current = Arc::new(Current::default());
        watch(Arc::downgrade(&current), self.target.name);
        let end = Instant::now() + self.time;
        let mut mutator = Mutator::new(self.seed, self.target.name, seeds, self.target.tokens);
        let plain = seeds.iter().cloned();
        let mutated = std::iter::from_fn(|| (Instant::now() < end).then(|| mutator.next_input()));
        for input in plain.chain(mutated) {
            *inputs += 1;
            if let Some(path) = &self.trace {
                fs::write(path, &input).expect("the trace can be written");
            }
            *current.lock().expect("nobody panics with it") = Some((Instant::now(), input.clone()));
            if let Err(finding) = attempt(&self.target, &input) {
                return Some((finding, input));
            }
        }
        None
    }
}

/// Ends the process when one input takes too long, and keeps that input.
fn watch(current: Weak<Current>, name: &'static str) {
    thread::spawn(move || {
        while let Some(current) = current.upgrade() {
            let stuck = current
                .lock()
                .ok()
                .and_then(|input| input.clone().filter(|(since, _)| since.elapsed() > PATIENCE));
            drop(current);
            if let Some((_, input)) = stuck {
                let path = format!("fuzz-{name}-hangs");
                let kept = fs::write(&path, input).map_or("not kept".to_owned(), |()| path);
                eprintln!("{name}: an input takes longer than {PATIENCE:?}: {kept}");
                std::process::exit(1);
            }
            thread::sleep(Duration::from_millis(500));
        }
    });
}
