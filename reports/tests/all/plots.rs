//! Plots, maps and ladders as documents.

use records::{DelayTotals, Measurement, PlotKind, PlotSpec, Results, Statistic};

use crate::synthetic::{calls, oracle};
use crate::xml;

/// Every drawing of `results`, by name.
fn drawings(results: &Results) -> Vec<(String, String)> {
    let plots = reports::plots(results).into_iter().map(|plot| (plot.name, plot.svg));
    let maps = reports::maps(results).into_iter().map(|map| (map.name, map.svg));
    let ladders = results.runs.iter().flat_map(|run| &run.ladders).take(3);
    let ladders = ladders.map(|record| (record.call.clone(), reports::ladder_svg(&record.ladder)));
    plots.chain(maps).chain(ladders).collect()
}

#[test]
fn every_drawing_is_well_formed_and_holds_numbers_only() {
    for results in [calls::results(), oracle::results()] {
        for (name, svg) in drawings(&results) {
            assert_eq!(xml::elements(&svg)[0], "svg", "{name}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
            assert!(svg.contains("<title>"), "{name} has no name for a screen reader");
        }
    }
}

#[test]
fn the_argument_is_carried_by_four_plots_and_a_map_each_strategy() {
    let names: Vec<String> = drawings(&calls::results()).into_iter().map(|drawing| drawing.0).collect();
    assert_eq!(
        names[..7],
        [
            "post_dial_delay_ms-by-load",
            "post_dial_delay_ms-distribution",
            "delay-split",
            "utilisation",
            "map-1",
            "map-2",
            "map-3"
        ]
    );
}

#[test]
fn a_strategy_has_the_same_colour_in_every_plot() {
    let plots = reports::plots(&calls::results());
    for (strategy, colour) in [("central", "#0072B2"), ("regional", "#D55E00"), ("shared", "#009E73")] {
        for plot in plots.iter().filter(|plot| plot.name.starts_with("post_dial")) {
            let label = format!("fill=\"{colour}\">{strategy}</text>");
            assert!(plot.svg.contains(&label), "{} in {}", strategy, plot.name);
        }
    }
}

#[test]
fn a_service_level_is_drawn_as_a_limit() {
    let plots = reports::plots(&calls::results());
    assert!(plots[0].svg.contains(">limit 500 ms</text>"));
    assert!(!plots[1].svg.contains("limit"));
}

#[test]
fn what_limits_is_named_on_the_map_and_in_the_signal_colour() {
    let maps = reports::maps(&calls::results());
    let regional = &maps[1];
    assert!(regional.caption.contains("proxy-köln is busiest, 99.5 %"), "{}", regional.caption);
    let label = regional.svg.lines().find(|line| line.contains(">Köln 99.5 %<")).expect("the host is named");
    assert!(label.contains("fill=\"#C8102E\""), "{label}");
}

#[test]
fn an_experiment_can_ask_for_its_plots() {
    let mut results = calls::results();
    results.experiment.plots = vec![PlotSpec {
        name: "../busy calls".into(),
        title: "Busy calls".into(),
        caption: String::new(),
        kind: PlotKind::Metric {
            metric: "busy_ratio".into(),
            statistic: Statistic::Mean,
            x: "routing".into(),
            lines: None,
            facets: Some("load".into()),
        },
        fixed: vec![("loss".into(), "1 %".into())],
    }];
    let plots = reports::plots(&results);
    assert_eq!(plots.len(), 1);
    assert_eq!(plots[0].name, "---busy-calls", "a name stays inside its folder");
    assert!(plots[0].caption.ends_with("at loss 1 %."), "{}", plots[0].caption);
}

#[test]
fn plots_of_what_was_not_measured_are_left_out() {
    let mut results = calls::results();
    for run in &mut results.runs {
        run.metrics.clear();
        run.elements.clear();
        run.delay = DelayTotals::default();
    }
    results.summary.clear();
    results.experiment.service_levels.clear();
    assert!(reports::plots(&results).is_empty());
}

#[test]
fn values_that_are_no_numbers_do_not_reach_a_drawing() {
    let mut results = calls::results();
    for row in &mut results.summary {
        (row.mean, row.ci95_high) = (f64::NAN, f64::INFINITY);
    }
    for run in &mut results.runs {
        run.metrics.insert("goodput_cps".into(), Measurement::Value(f64::NAN));
        run.elements.iter_mut().for_each(|element| element.utilisation = f64::NAN);
    }
    if let Some(network) = &mut results.experiment.network {
        network.nodes[0].latitude = f64::NAN;
    }
    for (name, svg) in drawings(&results) {
        xml::elements(&svg);
        assert!(!svg.contains("NaN") && !svg.contains("\"inf"), "{name}");
    }
}
