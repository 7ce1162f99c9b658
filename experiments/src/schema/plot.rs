//! The plots that an experiment asks for.

use records::{PlotKind, PlotSpec, Statistic};
use serde::Deserialize;

use super::judgement::Levels;

/// One plot of the report.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plot {
    /// File name without ending: letters, digits, `-` and `_`.
    pub name: String,
    /// The headline: what to see.
    pub title: String,
    /// The sentence below; left out, a computed one.
    #[serde(default)]
    pub caption: String,
    /// What is drawn.
    pub kind: PlottedKind,
    /// The levels at which other factors stand: `(loss: percent(0))`; left out, their first.
    #[serde(default)]
    pub fixed: Levels,
}

/// The kinds of plots.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PlottedKind {
    /// A statistic against the levels of a factor, with 95 % intervals.
    Metric {
        /// The metric's name.
        metric: String,
        /// What of it.
        #[serde(default)]
        statistic: PlotStatistic,
        /// The factor on the horizontal axis.
        x: String,
        /// The factor with a line each level.
        #[serde(default)]
        lines: Option<String>,
        /// The factor with a small plot each level.
        #[serde(default)]
        facets: Option<String>,
    },
    /// The share of samples at most x, on a logarithmic axis.
    Distribution {
        /// The metric's name.
        metric: String,
        /// The factor with a line each level.
        #[serde(default)]
        lines: Option<String>,
        /// The factor with a small plot each level.
        #[serde(default)]
        facets: Option<String>,
    },
    /// Where the delay goes.
    DelaySplit {
        /// The factor with a bar each level.
        x: String,
        /// The factor with a small plot each level.
        #[serde(default)]
        facets: Option<String>,
    },
    /// The busiest elements.
    Utilisation {
        /// The factor on the horizontal axis.
        x: String,
        /// The factor with a small plot each level.
        #[serde(default)]
        facets: Option<String>,
    },
}

/// What of a metric is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlotStatistic {
    /// The mean over replications.
    #[default]
    Mean,
    /// A quantile of the samples: `quantile(0.95)`.
    Quantile(f64),
}

impl From<PlotStatistic> for Statistic {
    fn from(statistic: PlotStatistic) -> Statistic {
        match statistic {
            PlotStatistic::Mean => Statistic::Mean,
            PlotStatistic::Quantile(q) => Statistic::Quantile(q),
        }
    }
}

impl Plot {
    /// The plot as the report draws it; `label` gives the label of a factor's level.
    pub fn spec(&self, label: impl Fn(&str, &str) -> String) -> PlotSpec {
        PlotSpec {
            name: self.name.clone(),
            title: self.title.clone(),
            caption: self.caption.clone(),
            kind: self.kind.clone().into(),
            fixed: self.fixed.0.iter().map(|(f, level)| (f.clone(), label(f, level.text()))).collect(),
        }
    }

    /// The factors that it names.
    pub fn factors(&self) -> Vec<&str> {
        let fixed = self.fixed.0.iter().map(|(factor, _)| factor.as_str());
        let (x, lines, facets) = match &self.kind {
            PlottedKind::Metric { x, lines, facets, .. } => (Some(x), lines.as_ref(), facets.as_ref()),
            PlottedKind::Distribution { lines, facets, .. } => (None, lines.as_ref(), facets.as_ref()),
            PlottedKind::DelaySplit { x, facets } | PlottedKind::Utilisation { x, facets } => {
                (Some(x), None, facets.as_ref())
            }
        };
        x.into_iter().chain(lines).chain(facets).map(String::as_str).chain(fixed).collect()
    }

    /// The metric that it draws; `None` for delay splits and utilisation.
    pub fn metric(&self) -> Option<&str> {
        match &self.kind {
            PlottedKind::Metric { metric, .. } | PlottedKind::Distribution { metric, .. } => Some(metric),
            PlottedKind::DelaySplit { .. } | PlottedKind::Utilisation { .. } => None,
        }
    }
}

impl From<PlottedKind> for PlotKind {
    fn from(kind: PlottedKind) -> PlotKind {
        match kind {
            PlottedKind::Metric { metric, statistic, x, lines, facets } => {
                PlotKind::Metric { metric, statistic: statistic.into(), x, lines, facets }
            }
            PlottedKind::Distribution { metric, lines, facets } => {
                PlotKind::Distribution { metric, lines, facets }
            }
            PlottedKind::DelaySplit { x, facets } => PlotKind::DelaySplit { x, facets },
            PlottedKind::Utilisation { x, facets } => PlotKind::Utilisation { x, facets },
        }
    }
}
