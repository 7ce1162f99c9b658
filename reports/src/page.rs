//! The report: one self-contained page that answers before it shows.

mod flows;
mod levels;
mod numbers;
mod table;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use records::{Ladder, Results};

pub(crate) use self::levels::name as level_name;
pub(crate) use self::numbers::{deviation, law_decimals};
use crate::ladder_svg::ladder_svg;
use crate::map::maps;
use crate::plots::plots;
use crate::{figure, palette};

/// The page of an experiment. It needs no network, script is optional, and it holds no wall time, thread count
/// or path.
///
/// Nine sections in a fixed order: answer, service levels, plots, map, tables, ladders, theory, method,
/// provenance. One with nothing to show says so in a sentence.
pub fn page(results: &Results) -> String {
    let experiment = &results.experiment;
    let body = html! {
        main {
            section #answer {
                h1 { (experiment.name) }
                p.question { (experiment.question) }
                @for sentence in &experiment.answer { p.answer { (sentence) } }
                @if experiment.answer.is_empty() {
                    p.answer { "The tables below hold the results." }
                }
            }
            section #service-levels { h2 { "Service levels" } (levels::section(results)) }
            section #plots { h2 { "What carries the answer" } (plot_section(results)) }
            section #map { h2 { "The network" } (map_section(results)) }
            section #tables { h2 { "All cells" } (numbers::tables(results)) }
            section #ladders { h2 { "Single calls" } (flows::section(results)) }
            section #theory { h2 { "Against theory" } (numbers::theory(results)) }
            section #method { h2 { "Method" } (method(results)) }
            section #provenance { h2 { "Provenance" } (provenance(results)) }
        }
        script { (PreEscaped(include_str!("page/script.js"))) }
    };
    document(&experiment.name, &body)
}

/// A self-contained page with one ladder: drawing, text and how to read them.
pub fn ladder_page(title: &str, ladder: &Ladder) -> String {
    let body = html! {
        main {
            h1 { (title) }
            figure { div.scroll { (PreEscaped(ladder_svg(ladder))) } }
            p.quiet {
                "Time runs downwards; long waits are shortened and say how long they are. A copy is dashed \
                 and numbered, a lost message ends in a cross. Rest on an arrow to see its message."
            }
            pre { (ladder.to_annotated_text()) }
        }
    };
    document(title, &body)
}

fn document(title: &str, body: &Markup) -> String {
    let style = format!("{}{}}}\n", include_str!("page/style.css"), palette::dark_rules());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    }
    .into_string()
}

fn plot_section(results: &Results) -> Markup {
    let plots = plots(results);
    html! {
        @if plots.is_empty() { p.quiet { "There is nothing to plot: no metric was measured in more than a point." } }
        @for plot in &plots {
            figure.plot {
                h3 { (plot.title) }
                div.scroll { (PreEscaped(&plot.svg)) }
                figcaption { (plot.caption) }
            }
        }
    }
}

fn map_section(results: &Results) -> Markup {
    let maps = maps(results);
    html! {
        @if let Some(network) = &results.experiment.network {
            div.maps {
                @for map in &maps {
                    figure {
                        h3 { (map.title) }
                        (PreEscaped(&map.svg))
                        figcaption { (map.caption) }
                    }
                }
            }
            p.quiet {
                "Large dots are hosts with their busy share; red is what is busiest; lines are as thick as \
                 the links are loaded, relative to the busiest link of all maps. "
                @if !network.source.is_empty() { "Coordinates: " (network.source) "." }
            }
        } @else {
            p.quiet { "The nodes of this experiment have no coordinates." }
        }
    }
}

fn method(results: &Results) -> Markup {
    let experiment = &results.experiment;
    let seconds = |ns: u64| figure::duration(ns as f64 / 1e6);
    let cells = levels::counted(experiment.cells.len(), "cell");
    let replications = levels::counted(experiment.replications as usize, "replication");
    html! {
        @for note in &experiment.method { h3 { (note.heading) } p { (note.text) } }
        h3 { "Runs" }
        p {
            (cells) " in " (replications) " each. A run measures " (seconds(experiment.duration_ns))
            " of virtual time after " (seconds(experiment.warmup_ns))
            " of warm-up; what begins in that time counts. Replication k has the same seed in every cell, so \
             cells are compared under the same luck."
        }
    }
}

fn provenance(results: &Results) -> Markup {
    let experiment = &results.experiment;
    let events: u64 = results.runs.iter().map(|run| run.events).sum();
    html! {
        dl {
            dt { "Command" } dd { code.command { (experiment.command) } }
            dt { "siplab" } dd { (experiment.version) }
            dt { "Seed" } dd { (experiment.seed) }
            dt { "Digest" } dd { code { (experiment.digest) } }
            dt { "Experiment (SHA-256)" } dd { code { (experiment.sha256) } }
            dt { "Runs" } dd { (results.runs.len()) }
            dt { "Events" } dd { (events) }
        }
        p.quiet { "The same command gives the same digest on any machine, with any number of threads." }
        details { summary { "The experiment file" } pre { (experiment.text) } }
    }
}
