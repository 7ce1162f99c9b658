use std::path::PathBuf;

use expect_test::{Expect, expect, expect_file};

use super::*;
use crate::Topology;
use crate::mutation::slips;
use crate::text::{Document, NoFiles};

/// Where the shared topologies are; `None` when they are not there. Says on stdout whether `test` is executed.
fn shared(test: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let root = std::env::var_os("SIPLAB_SHARED").map_or_else(beside, PathBuf::from);
    let topologies = root.join("data/topologies");
    if !topologies.is_dir() {
        println!("skipped: {test} needs data/topologies of the shared data");
        return None;
    }
    println!("shared-data test executed: {test}");
    Some(topologies)
}

/// What an importer made of a file, in a line, and its remarks.
fn describe(name: &str, text: &str) -> String {
    let import = match import(name, text, Spelling::Native) {
        Ok(import) => import,
        Err(error) => return format!("{error}\n"),
    };
    let document = Document::new(name, import.text);
    let mut out = match Topology::load(&document, &NoFiles) {
        Ok(topology) => format!(
            "{}: {}: {} nodes, {} links, demand {}\n",
            topology.name,
            topology.source,
            topology.nodes.len(),
            topology.links.len(),
            topology.demand.total()
        ),
        Err(error) => format!("{error}\n"),
    };
    import.notes.iter().for_each(|note| out += &format!("{note}\n"));
    out
}

fn refused(name: &str, text: &str, expected: Expect) {
    expected.assert_eq(&import(name, text, Spelling::Native).unwrap_err().to_string());
}

#[test]
fn germany50_is_imported_to_the_octet_as_it_ships() {
    let Some(topologies) = shared("germany50_is_imported_to_the_octet_as_it_ships") else { return };
    let text = std::fs::read_to_string(topologies.join("germany50.json")).unwrap();
    let import = import("germany50.json", &text, Spelling::Native).unwrap();
    expect_file!["../../germany50.ron"].assert_eq(&import.text);
    let spelt = import.notes.iter().filter(|note| matches!(note, Note::Spelt { .. })).count();
    assert_eq!(
        spelt, 9,
        "Düsseldorf, Gießen, Köln, München, Münster, Nürnberg, Osnabrück, Saarbrücken, Würzburg"
    );
}

#[test]
fn every_shared_topology_is_imported_and_loads_or_says_why_not() {
    let test = "every_shared_topology_is_imported_and_loads_or_says_why_not";
    let Some(topologies) = shared(test) else { return };
    let mut out = String::new();
    for file in [
        "DeutscheTelekom.gml",
        "Dfn.gml",
        "abilene.json",
        "france.json",
        "geant.json",
        "nobel-eu.json",
        "nobel-germany.json",
        "norway.json",
    ] {
        let text = std::fs::read_to_string(topologies.join(file)).unwrap();
        out += &describe(file, &text);
    }
    expect![[r#"
        DeutscheTelekom.gml:10:9: node `Warsaw` cannot be reached from `Copenhagen`
        10 |         (name: "Warsaw", at: (52.22977, 21.01178)),
           |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: 9 nodes cannot be reached from there
        `Warsaw` cannot be reached from `Copenhagen`: add links before the topology is used
        no demands are published: give nodes a `weight` before subscribers are apportioned
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        Dfn.gml:38:9: node `WUP` cannot be reached from `HAN`
        38 |         (name: "WUP", at: (51.26667, 7.18333)),
           |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        `WUP` cannot be reached from `HAN`: add links before the topology is used
        no demands are published: give nodes a `weight` before subscribers are apportioned
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        abilene: SNDlib abilene, via TopoHub: 12 nodes, 15 links, demand 3000002
        demands are published for each direction by itself
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        france.json:385:8: [200, 175] is no [longitude, latitude] in degrees
        385 | "pos": [
            |        ^
          = note: SNDlib places the nodes of some networks in a picture, not on the globe: their lengths mean nothing
        geant: SNDlib geant, via TopoHub: 22 nodes, 36 links, demand 2999992
        demands are published for each direction by itself
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        nobel-eu: SNDlib nobel-eu, via TopoHub: 28 nodes, 41 links, demand 1898
        demands are published for both directions together: half of each goes each way
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        nobel-germany: SNDlib nobel-germany, via TopoHub: 17 nodes, 26 links, demand 660
        `Muenchen` is spelt `München`
        `Nuernberg` is spelt `Nürnberg`
        `Duesseldorf` is spelt `Düsseldorf`
        `Koeln` is spelt `Köln`
        demands are published for both directions together: half of each goes each way
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)
        norway.json:791:8: [48, 557] is no [longitude, latitude] in degrees
        791 | "pos": [
            |        ^
          = note: SNDlib places the nodes of some networks in a picture, not on the globe: their lengths mean nothing
    "#]].assert_eq(&out);
}

const GML: &str = r#"# a comment
Creator "me"
graph [
  label "t&#246;y &amp; co"
  node [ id 3 label "Koeln" Longitude 7.0 Latitude 51.0 ]
  node [ id 5 label "None" ]
  node [ id 7 label "None" ]
  node [ id 9 label "Bonn" Longitude "7.1" Latitude 50.7 graphics [ x 1 ] ]
  edge [ source 3 target 5 LinkSpeedRaw 10000000000.0 ]
  edge [ source 5 target 3 LinkSpeedRaw 9600 ]
  edge [ source 7 target 9 ]
  edge [ source 9 target 5 ]
  edge [ source 9 target 9 ]
]"#;

#[test]
fn gml_keeps_speeds_and_gets_the_positions_and_names_that_it_lacks() {
    let import = import("data/toy.gml", GML, Spelling::Native).unwrap();
    expect![[r#"
        (
            name: "töy & co",
            source: "GML file toy",
            // Assumed by the importer: the source does not say.
            defaults: (detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)),
            // Latitude and longitude in degrees.
            nodes: [
                (name: "Köln", at: (51.0, 7.0)),
                (name: "None 5", at: (50.9, 7.03)),
                (name: "None 7", at: (50.7, 7.1)),
                (name: "Bonn", at: (50.7, 7.1)),
            ],
            // Great-circle distance; the cable is `detour` times as long.
            links: [
                (between: ("Köln", "None 5"), length: km(11.32), rate: gbps(10)),
                (between: ("None 5", "Köln"), length: km(11.32), rate: bps(9600)),
                (between: ("None 7", "Bonn"), length: km(0)),
                (between: ("Bonn", "None 5"), length: km(22.78)),
            ],
        )
    "#]]
    .assert_eq(&import.text);
    let notes: Vec<String> = import.notes.iter().map(Note::to_string).collect();
    expect![[r#"
        `Koeln` is spelt `Köln`
        node `None` is called `None 5`
        node `None` is called `None 7`
        a link from `Bonn` to itself was left out
        `None 5` has no position and was put in the middle of its neighbours
        `None 7` has no position and was put in the middle of its neighbours
        no demands are published: give nodes a `weight` before subscribers are apportioned
        assumed, because the source does not say: detour: 1.2, us_per_km: 5.0, rate: gbps(1), queue: ms(100), mtu: octets(1500)"#]]
    .assert_eq(&notes.join("\n"));
    Topology::load(&Document::new("toy.ron", import.text), &NoFiles).unwrap();
}

#[test]
fn names_stay_as_published_when_asked() {
    let import = import("toy.gml", GML, Spelling::Published).unwrap();
    assert!(import.text.contains("(name: \"Koeln\", at: (51.0, 7.0))"), "{}", import.text);
}

#[test]
fn a_network_in_two_parts_is_imported_with_a_remark() {
    let text = "graph [ node [ id 1 label \"a\" Latitude 1 Longitude 1 ] node [ id 2 label \"b\" Latitude 2 Longitude 2 ] ]";
    let import = import("x.gml", text, Spelling::Native).unwrap();
    assert!(import.notes.contains(&Note::Disconnected { from: "a".to_owned(), to: "b".to_owned() }));
}

#[test]
fn bad_gml_is_refused_where_it_is_bad() {
    refused(
        "x.gml",
        "graph [ node [ id 1 ",
        expect![[r#"
        x.gml:1:14: this bracket is never closed
        1 | graph [ node [ id 1
          |              ^"#]],
    );
    refused(
        "x.gml",
        "graph [ label \"x ]",
        expect![[r#"
        x.gml:1:15: this quotation mark is never closed
        1 | graph [ label "x ]
          |               ^"#]],
    );
    refused(
        "x.gml",
        "hello",
        expect![[r#"
        x.gml:1:6: expected a number, a string or a list as the value of `hello`
        1 | hello
          |      ^"#]],
    );
    refused(
        "x.gml",
        "Version 1",
        expect![[r#"
        x.gml:1:1: the file has no `graph [ … ]`
        1 | Version 1
          | ^"#]],
    );
    refused(
        "x.gml",
        "graph [ ]",
        expect![[r#"
        x.gml:1:1: the graph has no `node [ … ]`
        1 | graph [ ]
          | ^"#]],
    );
    refused(
        "x.gml",
        "graph [ node [ label \"x\" ] ]",
        expect![[r#"
        x.gml:1:9: `id` is missing
        1 | graph [ node [ label "x" ] ]
          |         ^^^^"#]],
    );
    refused(
        "x.gml",
        "graph [ node [ id 1 Latitude NaN Longitude 2 ] ]",
        expect![[r#"
        x.gml:1:30: expected a number, a string or a list as the value of `Latitude`
        1 | graph [ node [ id 1 Latitude NaN Longitude 2 ] ]
          |                              ^^^"#]],
    );
    refused(
        "x.gml",
        "graph [ node [ id 1 Latitude 91 Longitude 2 ] ]",
        expect![[r#"
        x.gml:1:30: latitude is −90 to 90 degrees, longitude −180 to 180
        1 | graph [ node [ id 1 Latitude 91 Longitude 2 ] ]
          |                              ^^"#]],
    );
    refused(
        "x.gml",
        "graph [ node [ id 1 label \"x\" ] ]",
        expect![[r#"
        x.gml:1:9: node `x` has no position, nor have its neighbours
        1 | graph [ node [ id 1 label "x" ] ]
          |         ^^^^"#]],
    );
    refused(
        "x.gml",
        "graph [ node [ id 1 Latitude 1 Longitude 2 ]\n edge [ source 1 target 2 ] ]",
        expect![[r#"
            x.gml:2:25: there is no node 2
            2 |  edge [ source 1 target 2 ] ]
              |                         ^"#]],
    );
    refused(
        "x.gml",
        &"a [ ".repeat(100_000),
        expect![[r#"
        x.gml:1:131: lists are nested too deep
        1 | [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a [ a
          |                                                                                 ^"#]],
    );
}

/// A small file as TopoHub would write it, with `edges` and `demands` as given.
fn json(nodes: &str, edges: &str, demands: &str) -> String {
    format!(
        "{{\"graph\": {{\"name\": \"toy\", \"demands\": {demands}}},\n \"nodes\": [{nodes}],\n \"edges\": [{edges}]}}"
    )
}

const TWO: &str =
    r#"{"id": 0, "name": "Koeln", "pos": [7.0, 51.0]}, {"id": 1, "name": "Bonn", "pos": [7.1, 50.7]}"#;

#[test]
fn lengths_far_from_the_great_circle_are_kept_and_remarked_upon() {
    let text = json(TWO, r#"{"source": 0, "target": 1, "dist": 99.5}, {"source": 1, "target": 0}"#, "{}");
    let import = import("toy.json", &text, Spelling::Native).unwrap();
    assert!(import.text.contains("(between: (\"Köln\", \"Bonn\"), length: km(99.5)),"), "{}", import.text);
    assert!(import.text.contains("(between: (\"Bonn\", \"Köln\"), length: km(34.09)),"), "{}", import.text);
    let note = "link `Köln-Bonn` is published as 100 km long, its ends are 34 km apart";
    assert!(import.notes.iter().any(|found| found.to_string() == note), "{:?}", import.notes);
}

#[test]
fn demands_of_both_directions_stay_apart() {
    let text = json(TWO, r#"{"source": 0, "target": 1}"#, r#"{"1": {"0": 2.5}, "0": {"1": 4}}"#);
    let import = import("toy.json", &text, Spelling::Native).unwrap();
    assert!(import.notes.contains(&Note::Directed));
    let topology = Topology::load(&Document::new("toy.ron", import.text), &NoFiles).unwrap();
    assert_eq!((topology.demand.between(0, 1), topology.demand.between(1, 0)), (4.0, 2.5));
}

#[test]
fn no_slip_in_a_published_file_makes_a_panic() {
    let edges = r#"{"source": 0, "target": 1, "dist": 30.5}"#;
    let text = json(TWO, edges, r#"{"1": {"0": 2.5}}"#);
    let refused = |name: &str, text: &str| {
        slips(text, 1_000).filter(|broken| import(name, broken, Spelling::Native).is_err()).count()
    };
    assert!(refused("x.json", &text) > 500);
    assert!(refused("x.gml", GML) > 100);
}

#[test]
fn bad_json_is_refused_where_it_is_bad() {
    let edge = r#"{"source": 0, "target": 1}"#;
    refused(
        "x.json",
        &json(TWO, edge, "{}")[..60],
        expect![[r#"
        x.json:2:18: the file ends too early
        2 |  "nodes": [{"id":
          |                  ^"#]],
    );
    refused("x.json", "", expect!["x.json:1:1: the file ends too early"]);
    refused(
        "x.json",
        "{\"nodes\": []}",
        expect![[r#"
        x.json:1:13: missing field `edges`
        1 | {"nodes": []}
          |             ^"#]],
    );
    refused(
        "x.json",
        &json("", "", "{}"),
        expect![[r#"
        x.json:2:11: the network has no node
        2 |  "nodes": [],
          |           ^^"#]],
    );
    refused(
        "x.json",
        &json(TWO, r#"{"source": 0, "target": 7}"#, "{}"),
        expect![[r#"
        x.json:3:36: there is no node 7
        3 |  "edges": [{"source": 0, "target": 7}]}
          |                                    ^"#]],
    );
    refused(
        "x.json",
        &json(TWO, r#"{"source": 0, "target": 1, "dist": -5}"#, "{}"),
        expect![[r#"
        x.json:3:47: a length is between 0 and a million km
        3 |  "edges": [{"source": 0, "target": 1, "dist": -5}]}
          |                                               ^^"#]],
    );
    refused(
        "x.json",
        &json(TWO, edge, r#"{"0": {"9": 1}}"#),
        expect![[r#"
        x.json:1:50: there is no node 9
        1 | {"graph": {"name": "toy", "demands": {"0": {"9": 1}}},
          |                                                  ^"#]],
    );
    refused(
        "x.json",
        &json(TWO, edge, r#"{"0": {"1": -1}}"#),
        expect![[r#"
        x.json:1:50: a demand is a number from 0 to 1e15
        1 | {"graph": {"name": "toy", "demands": {"0": {"1": -1}}},
          |                                                  ^^"#]],
    );
    refused(
        "x.json",
        &json(TWO, edge, r#"{"0": {"1": NaN}}"#),
        expect![[r#"
        x.json:1:50: NaN is not a number
        1 | {"graph": {"name": "toy", "demands": {"0": {"1": NaN}}},
          |                                                  ^^^"#]],
    );
    refused(
        "x.json",
        &json(&TWO.replace("51.0", "151.0"), edge, "{}"),
        expect![[r#"
            x.json:2:46: [7, 151] is no [longitude, latitude] in degrees
            2 |  "nodes": [{"id": 0, "name": "Koeln", "pos": [7.0, 151.0]}, {"id": 1, "name": "Bonn", "pos": [7.1, 50.7]}],
              |                                              ^^^^^^^^^^^^
              = note: SNDlib places the nodes of some networks in a picture, not on the globe: their lengths mean nothing"#]],
    );
    refused(
        "x.json",
        &json(&TWO.replace("\"id\": 1", "\"id\": 0"), edge, "{}"),
        expect![[r#"
        x.json:2:67: node 0 is given twice
        2 |  "nodes": [{"id": 0, "name": "Koeln", "pos": [7.0, 51.0]}, {"id": 0, "name": "Bonn", "pos": [7.1, 50.7]}],
          |                                                                   ^"#]],
    );
}
