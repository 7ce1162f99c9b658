//! Distributions of spans: `fixed(ms(5))`, `exponential(mean: s(180))`, `lognormal(mean: s(90), cv: 1.2)`,
//! `uniform(low: ms(1), high: ms(9))`, `empirical("file.csv")`.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use sim_api::Distribution;

use super::form::or_forms;
use super::span::{SPAN_MAX, Span};
use crate::text::{Diagnostic, Files, Place, refuse};

/// An empirical distribution has at most this many samples.
pub const EMPIRICAL_SAMPLES_MAX: usize = 1_000_000;

/// The coefficient of variation of a log-normal distribution is at most this.
const CV_MAX: f64 = 100.0;

/// A distribution of spans of time, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum SpanDistribution {
    /// Always the same span.
    Fixed(Span),
    /// Exponential.
    Exponential {
        /// The mean, above zero.
        mean: Span,
    },
    /// Log-normal, by the mean and the coefficient of variation of the span itself.
    Lognormal {
        /// The mean, above zero.
        mean: Span,
        /// Standard deviation over mean, 0 to 100.
        cv: f64,
    },
    /// Uniform between two spans.
    Uniform {
        /// The shortest span.
        low: Span,
        /// The longest span, at least `low`.
        high: Span,
    },
    /// One of the spans of a table, each equally likely: a file of seconds, one a line. Empty lines and what follows
    /// a `#` are skipped.
    Empirical(String),
}

impl SpanDistribution {
    /// The distribution that a run samples. `files` gives the table of an empirical one; `place` is where the
    /// distribution stands.
    ///
    /// # Errors
    /// When there is no table, or it holds something else than spans in seconds, or none, or more than
    /// [`EMPIRICAL_SAMPLES_MAX`].
    pub fn resolve(&self, files: &dyn Files, place: &Place<'_>) -> Result<Distribution, Diagnostic> {
        Ok(match self {
            SpanDistribution::Fixed(span) => Distribution::Fixed(span.duration()),
            SpanDistribution::Exponential { mean } => Distribution::Exponential { mean: mean.duration() },
            SpanDistribution::Lognormal { mean, cv } => {
                Distribution::Lognormal { mean: mean.duration(), cv: *cv }
            }
            SpanDistribution::Uniform { low, high } => {
                Distribution::Uniform { low: low.duration(), high: high.duration() }
            }
            SpanDistribution::Empirical(path) => {
                let text = files.read(path).map_err(|error| place.problem(error.to_string()))?;
                Distribution::Empirical(samples(path, &text)?.into())
            }
        })
    }

    /// What a plot shows, such as `exponential, mean 18 ms`.
    pub fn label(&self) -> String {
        match self {
            SpanDistribution::Fixed(span) => span.label(),
            SpanDistribution::Exponential { mean } => format!("exponential, mean {}", mean.label()),
            SpanDistribution::Lognormal { mean, cv } => {
                format!("log-normal, mean {}, cv {cv}", mean.label())
            }
            SpanDistribution::Uniform { low, high } => {
                format!("uniform, {} to {}", low.label(), high.label())
            }
            SpanDistribution::Empirical(path) => format!("as in {path}"),
        }
    }
}

impl fmt::Display for SpanDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpanDistribution::Fixed(span) => write!(f, "fixed({span})"),
            SpanDistribution::Exponential { mean } => write!(f, "exponential(mean: {mean})"),
            SpanDistribution::Lognormal { mean, cv } => write!(f, "lognormal(mean: {mean}, cv: {cv})"),
            SpanDistribution::Uniform { low, high } => write!(f, "uniform(low: {low}, high: {high})"),
            SpanDistribution::Empirical(path) => write!(f, "empirical({path:?})"),
        }
    }
}

impl<'de> Deserialize<'de> for SpanDistribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SpanDistribution, D::Error> {
        let written = Written::deserialize(deserializer)
            .map_err(|error| or_forms(error, "a distribution of spans", FORMS))?;
        written.check().map_err(|problem| refuse(problem, FORMS))
    }
}

/// What serde reads, before its parameters are checked.
#[derive(Deserialize)]
#[serde(rename = "", rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Fixed(Span),
    Exponential { mean: Span },
    Lognormal { mean: Span, cv: f64 },
    Uniform { low: Span, high: Span },
    Empirical(String),
}

impl Written {
    fn check(self) -> Result<SpanDistribution, String> {
        match self {
            Written::Exponential { mean } | Written::Lognormal { mean, .. } if mean.duration().is_zero() => {
                Err("the mean must be above zero".to_owned())
            }
            Written::Lognormal { cv, .. } if !(0.0..=CV_MAX).contains(&cv) => {
                Err(format!("the coefficient of variation must be between 0 and {CV_MAX}"))
            }
            Written::Uniform { low, high } if low.duration() > high.duration() => {
                Err(format!("low, {low}, is longer than high, {high}"))
            }
            Written::Fixed(span) => Ok(SpanDistribution::Fixed(span)),
            Written::Exponential { mean } => Ok(SpanDistribution::Exponential { mean }),
            Written::Lognormal { mean, cv } => Ok(SpanDistribution::Lognormal { mean, cv }),
            Written::Uniform { low, high } => Ok(SpanDistribution::Uniform { low, high }),
            Written::Empirical(path) => Ok(SpanDistribution::Empirical(path)),
        }
    }
}

const FORMS: &[&str] = &[
    "fixed(ms(5))",
    "exponential(mean: s(180))",
    "lognormal(mean: s(90), cv: 1.2)",
    "uniform(low: ms(1), high: ms(9))",
    "empirical(\"file.csv\")",
];

fn samples(file: &str, text: &str) -> Result<Vec<Duration>, Diagnostic> {
    let mut samples = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let number = line.split('#').next().unwrap_or_default();
        let lead = number.len() - number.trim_start().len();
        let span = start + lead..start + lead + number.trim().len();
        start += line.len();
        if span.is_empty() {
            continue;
        }
        if samples.len() == EMPIRICAL_SAMPLES_MAX {
            return Err(Diagnostic::new(file, text, span, "more than a million samples"));
        }
        samples.push(sample(file, text, span)?);
    }
    if samples.is_empty() {
        return Err(Diagnostic::of_file(file, "the table holds no sample"));
    }
    Ok(samples)
}

fn sample(file: &str, text: &str, span: Range<usize>) -> Result<Duration, Diagnostic> {
    let seconds: Option<f64> = text[span.clone()].parse().ok();
    match seconds {
        Some(seconds) if (0.0..=SPAN_MAX.as_secs_f64()).contains(&seconds) => {
            Ok(Duration::from_nanos((seconds * 1e9).round() as u64))
        }
        Some(_) => Err(Diagnostic::new(file, text, span, "a sample lies between 0 and 315360000 seconds")),
        None => Err(Diagnostic::new(file, text, span, "expected a number of seconds")),
    }
}

#[cfg(test)]
mod tests;
