use std::time::Duration;

use expect_test::{Expect, expect};
use sim_api::{BitRate, Distribution, Probability, Seed};
use sim_net::{Duplex, Headers, Jitter, Loss, NetworkBuilder, Way};

use super::*;
use crate::builtin;
use crate::mutation::slips;
use crate::text::NoFiles;

/// A triangle with what `fields` adds; the defaults leave nothing out.
fn triangle(fields: &str) -> String {
    format!(
        "(
    defaults: (detour: 1.2, us_per_km: 5, rate: gbps(1), queue: ms(100), mtu: octets(1500)),
    nodes: [(name: \"Bonn\", at: (50.73, 7.1)), (name: \"Köln\", at: (50.94, 6.96)), (name: \"Ulm\")],
    links: [
        (between: (\"Bonn\", \"Köln\"), length: km(25.2)),
        (between: (\"Köln\", \"Ulm\"), propagation: ms(3)),
    ],{fields}
)"
    )
}

fn load(source: &str) -> Result<Topology, Diagnostics> {
    Topology::load(&Document::new("net.ron", source), &NoFiles)
}

fn refused(source: &str, expected: Expect) {
    expected.assert_eq(&load(source).unwrap_err().to_string());
}

#[test]
fn propagation_is_length_times_detour_times_us_per_km() {
    let topology = load(&triangle("")).unwrap();
    assert_eq!(topology.links[0].propagation, Duration::from_nanos(151_200));
    assert_eq!(topology.links[1].propagation, Duration::from_millis(3));
    assert_eq!((topology.links[0].length_m, topology.links[1].length_m), (Some(25_200.0), None));
    assert_eq!(topology.links[0].name, "Bonn-Köln");
    assert_eq!(topology.name, "net.ron", "a topology without a name has that of its text");
}

#[test]
fn a_link_overrides_the_defaults_attribute_by_attribute() {
    let source = "(
    defaults: (rate: gbps(1), queue: ms(100), mtu: octets(1500), loss: percent(1), corruption: p(0.5)),
    nodes: [(name: \"a\"), (name: \"b\")],
    links: [
        (between: (\"a\", \"b\"), propagation: ms(1)),
        (name: \"radio\", between: (\"a\", \"b\"), propagation: ms(1), rate: kbps(9.6), queue: s(2), mtu: octets(576),
         loss: gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100)),
         jitter: in_order(exponential(mean: ms(4))), duplication: per_million(50), corruption: p(0)),
        (name: \"quiet\", between: (\"a\", \"b\"), propagation: ms(1), loss: percent(0)),
    ],
)";
    let topology = load(source).unwrap();
    let [plain, radio, quiet] = &topology.links[..] else { panic!("three links") };
    let percent = Probability::new(0.01).unwrap();
    assert_eq!((plain.rate, plain.loss), (BitRate::new(1_000_000_000).unwrap(), Loss::Iid(percent)));
    assert_eq!((plain.mtu, plain.jitter.clone()), (1500, Jitter::None));
    assert_eq!(plain.corruption.value(), 0.5);
    let (good, bad) = (Probability::ZERO, Probability::ONE);
    let bursts = Loss::GilbertElliott { to_bad_per_s: 0.02, to_good_per_s: 0.2, good, bad };
    assert_eq!((radio.loss, radio.mtu, radio.queue), (bursts, 576, Duration::from_secs(2)));
    let mean = Duration::from_millis(4);
    assert_eq!(radio.jitter, Jitter::InOrder(Distribution::Exponential { mean }));
    assert_eq!((radio.duplication.value(), radio.corruption), (5e-5, Probability::ZERO));
    assert_eq!(quiet.loss, Loss::None);
}

#[test]
fn a_radio_gives_rates_delays_and_duplex_of_both_directions() {
    let source = "(
    defaults: (queue: s(10), mtu: octets(1500), headers: octets(4)),
    nodes: [(name: \"ue\"), (name: \"core\"), (name: \"iot\"), (name: \"sat\")],
    links: [
        (between: (\"ue\", \"core\"), radio: \"umts-r99\"),
        (between: (\"iot\", \"core\"), radio: \"nb-iot\", headers: as_sent),
        (between: (\"sat\", \"core\"), rate: kbps(64), propagation: ms(279),
         backward: (rate: kbps(128), propagation: ms(240)), duplex: half, headers: octets(0)),
    ],
)";
    let topology = load(source).unwrap();
    let kbps = |rate: u64| BitRate::new(rate * 1000).unwrap();
    let [ue, iot, sat] = &topology.links[..] else { panic!("three links") };
    let down = Way { propagation: Duration::from_millis(150), rate: kbps(384) };
    assert_eq!((ue.rate, ue.propagation, ue.backward), (kbps(64), Duration::from_millis(150), Some(down)));
    assert_eq!((ue.duplex, ue.headers), (Duplex::Full, Headers::Octets(4)));
    assert_eq!((iot.duplex, iot.headers), (Duplex::Half, Headers::AsSent));
    let down = Way { propagation: Duration::from_millis(240), rate: kbps(128) };
    assert_eq!((sat.backward, sat.duplex, sat.headers), (Some(down), Duplex::Half, Headers::Octets(0)));
    let spec = ue.spec(sim_net::NodeId::from_index(0), sim_net::NodeId::from_index(1));
    assert_eq!((spec.backward, spec.duplex, spec.headers), (ue.backward, ue.duplex, ue.headers));
}

#[test]
fn a_radio_is_known_and_alone() {
    let link = |fields: &str| {
        format!(
            "(defaults: (queue: s(1), mtu: octets(1500)), nodes: [(name: \"a\"), (name: \"b\")],
 links: [(between: (\"a\", \"b\"), {fields})])"
        )
    };
    refused(
        &link("radio: \"gpsr\""),
        expect![[r#"
        net.ron:2:39: unknown radio `gpsr`
        2 |  links: [(between: ("a", "b"), radio: "gpsr")])
          |                                       ^^^^^^
          = allowed: narrow-9600, narrow-19200, gprs, umts-r99, geo, nb-iot
          = did you mean `gprs`?"#]],
    );
    refused(
        &link("radio: \"gprs\", rate: kbps(9.6)"),
        expect![[r#"
        net.ron:2:53: `radio: "gprs"` gives the rate already
        2 |  links: [(between: ("a", "b"), radio: "gprs", rate: kbps(9.6))])
          |                                                     ^^^^^^^^^"#]],
    );
    refused(
        &link("propagation: ms(1), rate: kbps(9.6), headers: octets(300)"),
        expect![[r#"
        net.ron:2:85: the number is out of the range of its type
        2 |  links: [(between: ("a", "b"), propagation: ms(1), rate: kbps(9.6), headers: octets(300))])
          |                                                                                     ^^^"#]],
    );
    refused(
        &link("propagation: ms(1), rate: kbps(9.6), duplex: simplex"),
        expect![[r#"
        net.ron:2:77: unknown value `simplex`
        2 |  links: [(between: ("a", "b"), propagation: ms(1), rate: kbps(9.6), duplex: simplex)])
          |                                                                             ^^^^^^^
          = allowed: full, half"#]],
    );
}

#[test]
fn undirected_demands_go_half_each_way_and_directed_ones_as_they_are() {
    let fields = "\n demands: [(\"Bonn\", \"Ulm\", 34), (\"Köln\", \"Köln\", 5)],
 directed_demands: [(\"Ulm\", \"Bonn\", 3)],";
    let topology = load(&triangle(fields)).unwrap();
    let demand = &topology.demand;
    assert_eq!((demand.between(0, 2), demand.between(2, 0), demand.between(1, 1)), (17.0, 20.0, 5.0));
    assert_eq!((demand.total(), demand.from(2), demand.at(0)), (42.0, 20.0, 37.0));
    assert_eq!(topology.origination_share(2), 20.0 / 42.0);
    assert_eq!(topology.apportion(84), Some(vec![37, 10, 37]));
}

#[test]
fn without_demands_traffic_is_the_product_of_weights_over_distance() {
    let weighted = triangle("").replace("\"Ulm\"", "\"Ulm\", weight: 2").replace("7.1)", "7.1), weight: 3");
    let source = weighted.replace("\"Ulm\", weight: 2),", "\"Ulm\"),").replacen(
        "\"Ulm\")],",
        "\"Ulm\", weight: 2)],",
        1,
    );
    let source = source.replace("(\"Köln\", \"Ulm\", weight: 2)", "(\"Köln\", \"Ulm\")");
    let topology = load(&source).unwrap();
    // 3.1512 ms along Bonn–Köln–Ulm, half each way.
    let each_way = 3.0 * 2.0 / 3.1512 / 2.0;
    assert!((topology.demand.between(0, 2) - each_way).abs() < 1e-12);
    assert_eq!(topology.demand.between(2, 0), topology.demand.between(0, 2));
    assert_eq!(topology.apportion(10), Some(vec![5, 0, 5]), "Köln has no weight");
}

#[test]
fn a_topology_without_demands_and_weights_tells_nothing_about_traffic() {
    let topology = load(&triangle("")).unwrap();
    assert!(topology.demand.is_none());
    assert_eq!((topology.apportion(10), topology.origination_share(0)), (None, 0.0));
}

#[test]
fn germany50_has_the_published_numbers() {
    let topology = Topology::load(&builtin("germany50").unwrap(), &NoFiles).unwrap();
    assert_eq!((topology.nodes.len(), topology.links.len()), (50, 88));
    // 662 demands add up to 2365 (SNDlib); Essen–Düsseldorf is 34.
    assert_eq!(topology.demand.total(), 2365.0);
    let [essen, duesseldorf] = ["Essen", "Düsseldorf"].map(|name| topology.node(name).unwrap());
    assert_eq!(topology.demand.between(essen, duesseldorf), 17.0);
    let link = topology.link("Aachen-Köln").unwrap();
    assert_eq!(topology.links[link].propagation, Duration::from_nanos(369_780));
    let label = |name: &str| topology.nodes[topology.node(name).unwrap()].label();
    assert_eq!([label("Köln"), label("Gießen"), label("München")], ["koeln", "giessen", "muenchen"]);
    let shares = topology.apportion(20_000).unwrap();
    assert_eq!(shares.iter().sum::<u32>(), 20_000);
    let largest = (0..50).max_by_key(|node| shares[*node]).unwrap();
    assert_eq!((topology.nodes[largest].name.as_str(), shares[largest]), ("Frankfurt", 1505));
}

#[test]
fn germany50_becomes_a_network_with_routes_along_the_fastest_fibre() {
    let topology = Topology::load(&builtin("germany50").unwrap(), &NoFiles).unwrap();
    let mut builder = NetworkBuilder::new();
    let ids = topology.add_to(&mut builder).unwrap();
    assert!(topology.add_to(&mut builder).is_err(), "the names are taken");
    let network = builder.build(Seed::new(1)).unwrap();
    assert_eq!((network.node_count(), network.links().len()), (50, 88));
    let neighbours = traffic::neighbours(50, &topology.links);
    let delays = traffic::delays_from(15, &neighbours);
    for (node, delay) in delays.into_iter().enumerate() {
        assert_eq!(network.path_delay(ids[15], ids[node]), delay.map(Duration::from_nanos));
    }
    // 935.02 km is the diameter that TopoHub publishes for germany50.
    let longest = ids.iter().flat_map(|a| ids.iter().map(|b| network.path_delay(*a, *b).unwrap())).max();
    assert_eq!(longest, Some(Duration::from_nanos(93_502 * 60)));
}

#[test]
fn the_shares_of_equal_cities_do_not_depend_on_their_order() {
    let source = |nodes: &str, total: u32| {
        let source = format!(
            "(defaults: (rate: unlimited, queue: ms(1), mtu: octets(576)), nodes: [{nodes}],
              links: [(between: (\"a\", \"b\"), propagation: ms(1)), (between: (\"b\", \"c\"), propagation: ms(1))],
              demands: [(\"a\", \"b\", 1), (\"b\", \"c\", 1), (\"c\", \"a\", 1)])"
        );
        let topology = load(&source).unwrap();
        let shares = topology.apportion(total).unwrap();
        ["a", "b", "c"].map(|name| shares[topology.node(name).unwrap()])
    };
    for order in
        ["(name: \"a\"), (name: \"b\"), (name: \"c\")", "(name: \"c\"), (name: \"b\"), (name: \"a\")"]
    {
        assert_eq!(source(order, 4), [2, 1, 1]);
        assert_eq!(source(order, 5), [2, 2, 1]);
    }
}

#[test]
fn unknown_node_in_a_link_or_a_demand() {
    let source = triangle("\n    demands: [(\"Bonn\", \"Koeln\", 34)],").replacen(
        "\"Köln\"), length",
        "\"Koln\"), length",
        1,
    );
    refused(
        &source,
        expect![[r#"
        net.ron:5:28: unknown node `Koln`
        5 |         (between: ("Bonn", "Koln"), length: km(25.2)),
          |                            ^^^^^^
          = allowed: Bonn, Köln, Ulm
          = did you mean `Köln`?

        net.ron:8:24: unknown node `Koeln`
        8 |     demands: [("Bonn", "Koeln", 34)],
          |                        ^^^^^^^
          = allowed: Bonn, Köln, Ulm
          = did you mean `Köln`?"#]],
    );
}

#[test]
fn node_given_twice_and_labels_that_collide() {
    refused(
        &triangle("").replace("name: \"Ulm\"", "name: \"Bonn\""),
        expect![[r#"
            net.ron:3:89: node `Bonn` is given twice
            3 |     nodes: [(name: "Bonn", at: (50.73, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "Bonn")],
              |                                                                                         ^^^^^^

            net.ron:6:28: unknown node `Ulm`
            6 |         (between: ("Köln", "Ulm"), propagation: ms(3)),
              |                            ^^^^^
              = allowed: Bonn, Köln"#]],
    );
    refused(
        &triangle("").replace("name: \"Ulm\"", "name: \"Koeln\""),
        expect![[r#"
            net.ron:3:89: `Köln` and `Koeln` have the same domain label, `koeln`
            3 |     nodes: [(name: "Bonn", at: (50.73, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "Koeln")],
              |                                                                                         ^^^^^^^

            net.ron:6:28: unknown node `Ulm`
            6 |         (between: ("Köln", "Ulm"), propagation: ms(3)),
              |                            ^^^^^
              = allowed: Bonn, Koeln, Köln"#]],
    );
    refused(
        &triangle("").replace("name: \"Ulm\"", "name: \"東京\""),
        expect![[r#"
            net.ron:3:89: `東京` gives no domain label of 1 to 63 octets
            3 |     nodes: [(name: "Bonn", at: (50.73, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "東京")],
              |                                                                                         ^^^^

            net.ron:6:28: unknown node `Ulm`
            6 |         (between: ("Köln", "Ulm"), propagation: ms(3)),
              |                            ^^^^^
              = allowed: Bonn, Köln, 東京"#]],
    );
}

#[test]
fn disconnected_network() {
    let source = triangle("").replace("(\"Köln\", \"Ulm\")", "(\"Köln\", \"Bonn\")");
    refused(
        &source,
        expect![[r#"
            net.ron:3:82: node `Ulm` cannot be reached from `Bonn`
            3 |     nodes: [(name: "Bonn", at: (50.73, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "Ulm")],
              |                                                                                  ^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn coordinates_outside_the_globe() {
    refused(
        &triangle("").replace("(50.73, 7.1)", "(NaN, 7.1)"),
        expect![[r#"
        net.ron:3:32: latitude is −90 to 90 degrees, longitude −180 to 180
        3 |     nodes: [(name: "Bonn", at: (NaN, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "Ulm")],
          |                                ^^^^^^^^^^
          = allowed: (latitude, longitude), such as (50.94, 6.87)"#]],
    );
    refused(
        &triangle("").replace("(50.73, 7.1)", "(7.1, 250.73)"),
        expect![[r#"
        net.ron:3:32: latitude is −90 to 90 degrees, longitude −180 to 180
        3 |     nodes: [(name: "Bonn", at: (7.1, 250.73)), (name: "Köln", at: (50.94, 6.96)), (name: "Ulm")],
          |                                ^^^^^^^^^^^^^
          = allowed: (latitude, longitude), such as (50.94, 6.87)"#]],
    );
}

#[test]
fn assumption_left_out() {
    let bare = "(nodes: [(name: \"Bonn\", at: (50.73, 7.1)), (name: \"Köln\", at: (50.94, 6.96))],
 links: [(between: (\"Bonn\", \"Köln\"))])";
    refused(
        bare,
        expect![[r#"
        net.ron:2:10: link `Bonn-Köln` gives neither length nor propagation
        2 |  links: [(between: ("Bonn", "Köln"))])
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: the great circle between its ends is `length: km(25.34)`

        net.ron:2:10: link `Bonn-Köln` has no rate
        2 |  links: [(between: ("Bonn", "Köln"))])
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: give `rate` here or in `defaults`

        net.ron:2:10: link `Bonn-Köln` has no queue
        2 |  links: [(between: ("Bonn", "Köln"))])
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: give `queue` here or in `defaults`

        net.ron:2:10: link `Bonn-Köln` has no mtu
        2 |  links: [(between: ("Bonn", "Köln"))])
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: give `mtu` here or in `defaults`"#]],
    );
    let length = triangle("").replace("detour: 1.2, ", "");
    refused(
        &length,
        expect![[r#"
            net.ron:5:9: link `Bonn-Köln` gives a length, but `defaults` no detour and us_per_km
            5 |         (between: ("Bonn", "Köln"), length: km(25.2)),
              |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = note: fibre in Germany: `detour: 1.2, us_per_km: 5`"#]],
    );
    let both = triangle("").replace("propagation: ms(3)", "propagation: ms(3), length: km(1)");
    refused(
        &both,
        expect![[r#"
        net.ron:6:9: link `Köln-Ulm` gives both length and propagation
        6 |         (between: ("Köln", "Ulm"), propagation: ms(3), length: km(1)),
          |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn link_out_of_range() {
    let source = triangle("")
        .replace("detour: 1.2", "detour: 0.5")
        .replace("octets(1500)", "octets(60)")
        .replace("length: km(25.2)", "length: km(25.2), queue: h(25)")
        .replace(
            "propagation: ms(3)",
            "propagation: h(30), jitter: reordering(empirical(\"none.csv\")),
         loss: gilbert_elliott(to_bad: per_s(2e6), to_good: per_s(1), good: p(0), bad: p(1))",
        );
    refused(
        &source,
        expect![[r#"
        net.ron:2:24: detour is a number from 1 to 10
        2 |     defaults: (detour: 0.5, us_per_km: 5, rate: gbps(1), queue: ms(100), mtu: octets(60)),
          |                        ^^^

        net.ron:2:79: an MTU is between 68 and 65535 octets
        2 |     defaults: (detour: 0.5, us_per_km: 5, rate: gbps(1), queue: ms(100), mtu: octets(60)),
          |                                                                               ^^^^^^^^^^

        net.ron:5:62: the queue exceeds a day
        5 |         (between: ("Bonn", "Köln"), length: km(25.2), queue: h(25)),
          |                                                              ^^^^^

        net.ron:6:49: the propagation exceeds a day
        6 |         (between: ("Köln", "Ulm"), propagation: h(30), jitter: reordering(empirical("none.csv")),
          |                                                 ^^^^^

        net.ron:7:40: a channel changes at most 1e6 times a second
        7 |          loss: gilbert_elliott(to_bad: per_s(2e6), to_good: per_s(1), good: p(0), bad: p(1))),
          |                                        ^^^^^^^^^^

        net.ron:6:64: there is no file `none.csv`
        6 |         (between: ("Köln", "Ulm"), propagation: h(30), jitter: reordering(empirical("none.csv")),
          |                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn link_to_itself_and_links_of_one_name() {
    refused(
        &triangle("").replace("(\"Köln\", \"Ulm\")", "(\"Köln\", \"Köln\")"),
        expect![[r#"
        net.ron:6:19: a link joins two different nodes
        6 |         (between: ("Köln", "Köln"), propagation: ms(3)),
          |                   ^^^^^^^^^^^^^^^^"#]],
    );
    refused(
        &triangle("").replace("(\"Köln\", \"Ulm\")", "(\"Bonn\", \"Köln\")"),
        expect![[r#"
        net.ron:6:9: two links are called `Bonn-Köln`
        6 |         (between: ("Bonn", "Köln"), propagation: ms(3)),
          |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: give one of them another `name`"#]],
    );
}

#[test]
fn demand_or_weight_out_of_range_or_given_twice() {
    let fields = "\n    demands: [(\"Bonn\", \"Ulm\", NaN), (\"Bonn\", \"Köln\", -1),
        (\"Köln\", \"Ulm\", 1), (\"Ulm\", \"Köln\", 1)],";
    refused(
        &triangle(fields).replace("name: \"Ulm\"", "name: \"Ulm\", weight: inf"),
        expect![[r#"
            net.ron:3:104: a weight is a number from 0 to 1e12
            3 |     nodes: [(name: "Bonn", at: (50.73, 7.1)), (name: "Köln", at: (50.94, 6.96)), (name: "Ulm", weight: inf)],
              |                                                                                                        ^^^

            net.ron:8:31: a demand is a number from 0 to 1e15
            8 |     demands: [("Bonn", "Ulm", NaN), ("Bonn", "Köln", -1),
              |                               ^^^

            net.ron:8:54: a demand is a number from 0 to 1e15
            8 |     demands: [("Bonn", "Ulm", NaN), ("Bonn", "Köln", -1),
              |                                                      ^^

            net.ron:9:29: the demand of these two is given twice
            9 |         ("Köln", "Ulm", 1), ("Ulm", "Köln", 1)],
              |                             ^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn absurd_counts_are_refused_before_anything_is_built() {
    let nodes: String = (0..NODES_MAX + 1).map(|i| format!("(name: \"n{i}\"),")).collect();
    let error = load(&format!("(nodes: [{nodes}], links: [])")).unwrap_err();
    assert_eq!(error.iter().next().unwrap().problem, "2001 nodes, but at most 2000 are possible");
    let links = "(between: (\"a\", \"a\")),".repeat(LINKS_MAX + 1);
    let error = load(&format!("(nodes: [(name: \"a\")], links: [{links}])")).unwrap_err();
    assert_eq!(error.iter().next().unwrap().problem, "20001 links, but at most 20000 are possible");
    refused(
        "(nodes: [], links: [])",
        expect![[r#"
        net.ron:1:9: a topology needs a node
        1 | (nodes: [], links: [])
          |         ^^"#]],
    );
}

#[test]
fn a_topology_inside_another_text_is_blamed_at_its_place() {
    let source = format!("(topology: inline({}))", triangle("").replace("\"Ulm\"), prop", "\"Uln\"), prop"));
    let document = Document::new("exp.ron", source);
    let inner = document.locate("topology.0").unwrap()[0].clone();
    let file: TopologyFile = Document::new("x", &document.source()[inner]).parse().unwrap();
    let error = Topology::resolve(&file, &document, "topology.0", &NoFiles).unwrap_err();
    expect![[r#"
        exp.ron:6:28: unknown node `Uln`
        6 |         (between: ("Köln", "Uln"), propagation: ms(3)),
          |                            ^^^^^
          = allowed: Bonn, Köln, Ulm
          = did you mean `Ulm`?"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn no_slip_of_the_hand_makes_a_panic() {
    let fields = "\n    demands: [(\"Bonn\", \"Köln\", 34)], // all";
    let refused = slips(&triangle(fields), 2_000).filter(|source| load(source).is_err()).count();
    assert!(refused > 1_000, "{refused} of 2000 were refused");
}

#[test]
fn a_huge_bad_text_is_refused_at_once() {
    let demands = "(\"x\",\"y\",-1),".repeat(100_000);
    let document = Document::new("net.ron", triangle(&format!("demands: [{demands}]")));
    let error = Topology::load(&document, &NoFiles).unwrap_err();
    assert_eq!(error.iter().count(), crate::text::DIAGNOSTICS_MAX);
}
