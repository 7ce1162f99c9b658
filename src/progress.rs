//! The bar on standard error: runs done and planned, events a second, time to go. On a terminal only.

use std::io::{self, IsTerminal};
use std::time::Duration;

use experiments::runner::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// How often the bar is drawn again while no run ends.
const TICK: Duration = Duration::from_millis(250);

/// Whether the user wants to see how it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Say how it goes, on standard error.
    Telling,
    /// Say only what is wrong.
    Quiet,
}

impl Talk {
    /// Says one thing.
    pub(crate) fn say(self, words: &str) {
        if self == Talk::Telling {
            eprintln!("{words}");
        }
    }
}

/// The bar of a plan's runs.
#[derive(Debug)]
pub(crate) struct Meter {
    bar: ProgressBar,
}

impl Meter {
    pub(crate) fn new(talk: Talk) -> Meter {
        if talk == Talk::Quiet || !io::stderr().is_terminal() {
            return Meter { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} runs  {msg}  ETA {eta}");
        bar.set_style(style.expect("the template is well-formed"));
        bar.enable_steady_tick(TICK);
        Meter { bar }
    }

    /// Shows how far the plan is. Before the first run of this call, `progress` has no events: what is done then came
    /// from the journal, and says nothing about the time to go.
    pub(crate) fn show(&self, progress: Progress) {
        self.bar.set_length(progress.planned);
        self.bar.set_position(progress.done);
        if progress.events == 0 {
            self.bar.reset_eta();
        }
        self.bar.set_message(rate(progress.events, self.bar.elapsed()));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// Events a second, in words.
pub(crate) fn rate(events: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds <= 0.0 {
        return "– events/s".to_owned();
    }
    format!("{} events/s", short(events as f64 / seconds))
}

/// A count with three digits and its multiple, such as `1.23 M`.
pub(crate) fn short(count: f64) -> String {
    let scales = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let (unit, sign) = scales.into_iter().find(|(unit, _)| count >= *unit).unwrap_or((1.0, ""));
    let value = count / unit;
    let decimals = match value {
        _ if sign.is_empty() || value >= 100.0 => 0,
        _ if value >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}{sign}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_three_digits() {
        assert_eq!(["0", "17", "999"], [0.0, 17.0, 999.0].map(short).each_ref().map(String::as_str));
        assert_eq!(short(1234.0), "1.23 k");
        assert_eq!(short(12_340_000.0), "12.3 M");
        assert_eq!(short(2e12), "2.00 T");
    }

    #[test]
    fn a_rate_needs_time() {
        assert_eq!(rate(3_000_000, Duration::from_secs(2)), "1.50 M events/s");
        assert_eq!(rate(5, Duration::ZERO), "– events/s");
    }
}
