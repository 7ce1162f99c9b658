//! Calls the command in folders of a test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// What the command said and how it ended.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
    pub(super) took: Duration,
}

impl Said {
    /// The same, after the check that it ended with `code`.
    pub(super) fn ended(self, code: i32) -> Said {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// The last line of the result that begins with `word`, without it.
    pub(super) fn line(&self, word: &str) -> &str {
        let lines = self.out.lines().rev();
        let mut found = lines.filter_map(|line| line.strip_prefix(word));
        found.next().unwrap_or_else(|| panic!("no line {word:?} in {}", self.out)).trim()
    }
}

/// A folder that lives as long as the test.
#[derive(Debug)]
pub(super) struct Bench {
    folder: PathBuf,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Bench {
    /// An empty one.
    pub(super) fn new() -> Bench {
        let name = format!("siplab-cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Bench { folder }
    }

    /// One that holds `text` as a file.
    pub(super) fn with(name: &str, text: impl AsRef<[u8]>) -> Bench {
        let bench = Bench::new();
        bench.put(name, text);
        bench
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Calls the command in the folder; arguments are parted by spaces.
    pub(super) fn siplab(&self, arguments: &str) -> Said {
        self.call(&arguments.split(' ').collect::<Vec<_>>())
    }

    /// Calls the command in the folder.
    pub(super) fn call(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_siplab"));
        said(command.args(arguments).current_dir(&self.folder))
    }

    /// Calls a shell in the folder, to which `$SIPLAB` is the command.
    pub(super) fn shell(&self, script: &str) -> Said {
        let mut command = Command::new("sh");
        let command = command.args(["-c", script]).env("SIPLAB", env!("CARGO_BIN_EXE_siplab"));
        said(command.current_dir(&self.folder))
    }

    /// The names of all files below `name`.
    pub(super) fn names(&self, name: &str) -> Vec<String> {
        self.files(name).into_iter().map(|(name, _)| name).collect()
    }

    /// Every file below `name`, by its path within, with its octets.
    pub(super) fn files(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.path(name), Path::new(""), &mut found);
        found.sort();
        found
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// How long a refusal may take.
const PROMPT: Duration = Duration::from_secs(1);
/// A machine that does something else besides is given another try.
const TRIES: usize = 5;

/// Calls the command, which has to refuse within the time and to leave no output folder.
pub(super) fn refused(bench: &Bench, arguments: &[&str]) -> Said {
    let tries = std::iter::repeat_with(|| bench.call(arguments).ended(2)).take(TRIES);
    let mut all = tries.inspect(|said| {
        assert_eq!(said.out, "");
        assert!(!bench.path("results").exists(), "an output folder was made");
    });
    all.find(|said| said.took < PROMPT).unwrap_or_else(|| panic!("no refusal within {PROMPT:?}"))
}

#[expect(clippy::disallowed_methods, reason = "the promise is that bad input is refused within a second")]
fn said(command: &mut Command) -> Said {
    let begun = Instant::now();
    let Output { status, stdout, stderr } = command.output().unwrap();
    Said {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
        took: begun.elapsed(),
    }
}

fn collect(folder: &Path, within: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = within.join(entry.file_name());
        if entry.path().is_dir() {
            collect(&entry.path(), &name, found);
        } else {
            found.push((name.display().to_string(), std::fs::read(entry.path()).unwrap()));
        }
    }
}

/// Six runs in a moment: two cells of one lossy link, without and with retransmissions to wait for.
pub(super) const LOSSY: &str = r#"(
    name: "lossy",
    question: "What does a lossy link cost?",
    topology: file("two-hosts.ron"),
    workload: (calls: loss_probe(case: non_invite, trials: 200)),
    factors: [(name: "loss", set: "topology.links.*.loss", values: [p(0), p(0.3)])],
    replications: 3,
)"#;

/// A call whose first INVITE is lost.
pub(super) const SCRIPT: &str = r#"(
    name: "lost-invite",
    question: "Does a lost INVITE come again?",
    topology: file("two-hosts.ron"),
    agents: [ua(name: "alice", at: "a"), ua(name: "bob", at: "b", answers: after(fixed(s(2))))],
    workload: (calls: script([(at: s(0), from: "alice", to: "bob", holding: s(10))])),
    faults: [drop(link: "a-b", message: "INVITE")],
    duration: s(60),
    expect: [metric(name: "session_establishment_ratio", relation: equal, value: 1)],
)"#;

/// Calls between three cities, in two cells of three runs; the slow proxy is judged.
pub(super) const CALLS: &str = r#"(
    name: "three-cities",
    question: "Does a slow proxy delay calls?",
    topology: inline((
        name: "triangle",
        defaults: (rate: mbps(10), queue: ms(100), mtu: octets(1500)),
        nodes: [(name: "Ulm", at: (48.4, 10.0)), (name: "Jena", at: (50.9, 11.6)), (name: "Kiel", at: (54.3, 10.1))],
        links: [
            (between: ("Ulm", "Jena"), propagation: ms(2)),
            (between: ("Jena", "Kiel"), propagation: ms(3)),
            (between: ("Kiel", "Ulm"), propagation: ms(4), loss: percent(2)),
        ],
        demands: [("Ulm", "Jena", 2), ("Ulm", "Kiel", 1), ("Jena", "Kiel", 1)],
    )),
    population: [(
        subscribers: apportioned(total: 60, by: "demand"),
        register: (expires: min(2)),
        answer_after: exponential(mean: s(1)),
    )],
    proxies: (cores: 1, service_time: exponential(mean: ms(4)), sites: central("Jena")),
    workload: (calls: demands(per_subscriber: per_h(60)), holding: exponential(mean: s(5))),
    factors: [(name: "service", set: "proxies.service_time", values: [fixed(ms(1)), fixed(ms(20))])],
    warmup: s(2), duration: s(10), replications: 3,
    service_levels: [(metric: "post_dial_delay_ms", at_most: 5000, judge: where(service: fixed(ms(20))))],
)"#;
