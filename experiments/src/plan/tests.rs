mod diagnostics;
mod name_service;

use super::*;
use crate::fixture::{SCRIPT, STRATEGIES, plan, planned};
use crate::schema::{Calls, Sites, TopologySource};
use expect_test::expect;

#[test]
fn cells_are_the_full_factorial_and_the_last_factor_varies_fastest() {
    let plan = plan(STRATEGIES);
    let titles: Vec<String> = plan.cells.iter().map(CellConfig::title).collect();
    expect![[r#"
        central, loss 0 %, load 1 /h
        central, loss 0 %, load 2 /h
        central, loss 0 %, load 4 /h
        central, loss 1 %, load 1 /h
        central, loss 1 %, load 2 /h
        central, loss 1 %, load 4 /h
        shared, loss 0 %, load 1 /h
        shared, loss 0 %, load 2 /h
        shared, loss 0 %, load 4 /h
        shared, loss 1 %, load 1 /h
        shared, loss 1 %, load 2 /h
        shared, loss 1 %, load 4 /h"#]]
    .assert_eq(&titles.join("\n"));
}

#[test]
fn each_cell_is_typed_at_its_own_levels() {
    let plan = plan(STRATEGIES);
    let cell = &plan.cells[10];
    assert!(
        matches!(&cell.experiment.proxies.as_ref().unwrap().sites, Sites::Shared(names) if names.len() == 2)
    );
    let Calls::Demands { per_subscriber } = &cell.experiment.workload.calls else { panic!("demands") };
    assert!((per_subscriber.per_second() * 3600.0 - 2.0).abs() < 1e-12);
    let losses = |cell: &CellConfig| {
        cell.topology.as_ref().unwrap().links.iter().map(|link| link.loss).collect::<Vec<_>>()
    };
    assert_eq!(losses(cell).len(), 88);
    assert!(losses(cell).iter().all(|loss| *loss == losses(cell)[0]));
    assert_ne!(losses(cell)[0], losses(&plan.cells[0])[0]);
}

#[test]
fn cells_at_one_level_of_the_network_share_it() {
    let plan = plan(STRATEGIES);
    let network = |cell: usize| plan.cells[cell].topology.as_ref().unwrap();
    assert!(std::sync::Arc::ptr_eq(network(0), network(8)));
    assert!(!std::sync::Arc::ptr_eq(network(0), network(3)));
}

#[test]
fn an_inline_topology_is_part_of_the_experiment() {
    let plan = planned(SCRIPT, &["topology.links.*.propagation=ms(25)"]).unwrap();
    assert!(matches!(plan.experiment.topology, Some(TopologySource::Inline(_))));
    assert_eq!(plan.cells[0].topology.as_ref().unwrap().links[0].propagation.as_millis(), 25);
}

#[test]
fn an_override_reaches_experiment_and_network() {
    let plan = planned(STRATEGIES, &["proxies.cores=8", "topology.links.*.queue=ms(7)", "seed=9"]).unwrap();
    assert_eq!(plan.experiment.proxies.as_ref().unwrap().cores, 8);
    assert_eq!(plan.seed(), Seed::new(9));
    assert!(plan.cells.iter().all(|cell| cell.topology.as_ref().unwrap().links[0].queue.as_millis() == 7));
}

#[test]
fn the_identity_tells_runs_apart_and_nothing_else() {
    let one = planned(STRATEGIES, &[]).unwrap();
    assert_eq!(one.identity(), planned(STRATEGIES, &[]).unwrap().identity());
    assert_ne!(one.identity(), planned(STRATEGIES, &["seed=2"]).unwrap().identity());
    assert_ne!(one.identity(), planned(STRATEGIES, &["topology.links.*.queue=ms(7)"]).unwrap().identity());
    // More replications of the same runs: what finished stays valid.
    assert_eq!(one.identity(), planned(STRATEGIES, &["replications=8"]).unwrap().identity());
}

#[test]
fn a_level_is_judged_in_the_cells_that_it_selects() {
    let plan = plan(STRATEGIES);
    let level = &plan.experiment.service_levels[0];
    let judged: Vec<u32> =
        plan.cells.iter().filter(|cell| plan.judges(level, cell)).map(|cell| cell.index).collect();
    assert_eq!(judged, [0, 6]);
}
