//! Plots, drawn with plotters.
//!
//! Horizontal grid only, lines of two pixels, intervals as bands in 15 % of their colour, names at the ends of
//! the lines, no legend boxes. Bars and linear axes begin at zero; times that span more than a factor of thirty
//! get a logarithmic axis.

mod axis;
mod choice;
mod distribution;
mod grid;
mod metric;
mod sheet;
mod split;
mod utilisation;

use records::{PlotKind, PlotSpec, Results};

/// A finished plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    /// File name without ending.
    pub name: String,
    /// What to see, in a headline.
    pub title: String,
    /// How to read it, in sentences.
    pub caption: String,
    /// A complete SVG document that looks right on white.
    pub svg: String,
}

/// The plots that the experiment asks for, or those that suit its factors when it asks for none.
///
/// A plot without a single sample to show is left out.
pub fn plots(results: &Results) -> Vec<Plot> {
    let chosen = choice::plots(results);
    chosen.iter().filter_map(|spec| plot(results, spec)).collect()
}

fn plot(results: &Results, spec: &PlotSpec) -> Option<Plot> {
    let drawn = match &spec.kind {
        PlotKind::Metric { metric, statistic, x, lines, facets } => metric::draw(
            results,
            &metric::Request {
                metric,
                statistic: *statistic,
                x,
                lines: lines.as_deref(),
                facets: facets.as_deref(),
                fixed: &spec.fixed,
            },
        ),
        PlotKind::Distribution { metric, lines, facets } => {
            distribution::draw(results, metric, lines.as_deref(), facets.as_deref(), &spec.fixed)
        }
        PlotKind::DelaySplit { x, facets } => split::draw(results, x, facets.as_deref(), &spec.fixed),
        PlotKind::Utilisation { x, facets } => utilisation::draw(results, x, facets.as_deref(), &spec.fixed),
    }?;
    Some(Plot {
        name: file_name(&spec.name),
        title: if spec.title.is_empty() { drawn.title } else { spec.title.clone() },
        caption: if spec.caption.is_empty() { drawn.caption } else { spec.caption.clone() },
        svg: drawn.svg,
    })
}

/// A drawing with the words that it suggests.
struct Drawn {
    title: String,
    caption: String,
    svg: String,
}

/// `name` with everything but letters, digits, `-` and `_` of ASCII replaced: it becomes a file name.
fn file_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
        .collect();
    if safe.is_empty() { "plot".to_owned() } else { safe }
}
