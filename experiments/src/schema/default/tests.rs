use super::*;
use crate::schema::{
    Agent, Calls, Expectation, Experiment, FaultEntry, Judge, Misbehaves, Population, RecordEntry,
    Replications, ServiceLevel, ZoneEntry,
};

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> T {
    Document::new("test", text).parse().unwrap_or_else(|problem| panic!("{problem}"))
}

/// The smallest value that has the field of `path`, and the same with the field written out.
fn with_and_without(path: &str) -> Option<(String, String)> {
    let (head, field) = path.rsplit_once('.').unwrap_or(("", path));
    let (open, close) = match (head, field) {
        ("", _) => (r#"(name: "x", question: "?", workload: (calls: script([]))"#, ")"),
        ("population.[]", _) => ("(subscribers: at(node: \"a\", count: 1)", ")"),
        ("population.[].register", _) => ("(subscribers: at(node: \"a\", count: 1), register: (", "))"),
        ("agents.[]", "record_route" | "queue") => ("proxy(name: \"p\", at: \"a\"", ")"),
        ("agents.[]", _) => ("ua(name: \"u\", at: \"a\"", ")"),
        ("proxies", _) => ("(cores: 1, service_time: fixed(ms(1)), sites: central(\"a\")", ")"),
        ("dns.zones.[]", _) => ("(origin: \"example\"", ")"),
        ("dns.zones.[].records.[]", "priority" | "weight" | "port") => {
            ("srv(name: \"a\", target: \"b\"", ")")
        }
        ("dns.zones.[].records.[]", _) => ("naptr(name: \"a\", order: 1, services: \"E2U+sip\"", ")"),
        ("dns.servers.[].misbehaves.[]", _) => ("silent(until: s(9)", ")"),
        ("workload.calls", "unmeasured") => {
            ("queue_probe(arrivals: per_s(1), service: fixed(ms(1)), servers: 1, jobs: 1", ")")
        }
        ("workload.calls", "ratio") => {
            ("exchange(messages: [up(message: \"INVITE\", size: octets(620))]", ")")
        }
        ("workload.calls", _) => ("loss_probe(case: non_invite, trials: 1", ")"),
        ("faults.[]", "extent") => ("crash(at: s(1), node: \"p\", memory: lost", ")"),
        ("faults.[]", _) => ("drop(link: \"l\", message: \"INVITE\"", ")"),
        ("replications", _) => ("until(metric: \"m\", relative_half_width: 0.1", ")"),
        ("service_levels.[]", _) => ("(metric: \"m\", at_most: 1", ")"),
        ("expect.[]", _) => ("metric(name: \"m\", relation: equal, value: 1", ")"),
        _ => return None,
    };
    let row = DEFAULTS.iter().find(|row| row.path == path)?;
    let comma = if open.ends_with('(') { "" } else { ", " };
    Some((format!("{open}{close}"), format!("{open}{comma}{field}: {}{close}", row.value)))
}

/// Whether both texts mean the same.
fn same(path: &str, without: &str, with: &str) -> bool {
    let head = path.rsplit_once('.').map_or("", |(head, _)| head);
    match head {
        "" => format!("{:?}", parsed::<Experiment>(without)) == format!("{:?}", parsed::<Experiment>(with)),
        "population.[]" | "population.[].register" => {
            parsed::<Population>(without) == parsed::<Population>(with)
        }
        "agents.[]" => parsed::<Agent>(without) == parsed::<Agent>(with),
        "proxies" => parsed::<crate::schema::Proxies>(without) == parsed::<crate::schema::Proxies>(with),
        "dns.zones.[]" => parsed::<ZoneEntry>(without) == parsed::<ZoneEntry>(with),
        "dns.zones.[].records.[]" => parsed::<RecordEntry>(without) == parsed::<RecordEntry>(with),
        "dns.servers.[].misbehaves.[]" => parsed::<Misbehaves>(without) == parsed::<Misbehaves>(with),
        "workload.calls" => parsed::<Calls>(without) == parsed::<Calls>(with),
        "faults.[]" => parsed::<FaultEntry>(without) == parsed::<FaultEntry>(with),
        "replications" => parsed::<Replications>(without) == parsed::<Replications>(with),
        "service_levels.[]" => parsed::<ServiceLevel>(without) == parsed::<ServiceLevel>(with),
        "expect.[]" => parsed::<Expectation>(without) == parsed::<Expectation>(with),
        _ => false,
    }
}

#[test]
fn a_field_left_out_means_what_the_list_of_defaults_says() {
    for row in DEFAULTS {
        let (without, with) =
            with_and_without(row.path).unwrap_or_else(|| panic!("`{}` is tested nowhere", row.path));
        assert!(same(row.path, &without, &with), "{}: {without} is not {with}", row.path);
    }
}

#[test]
fn a_level_is_not_judged_unless_the_file_says_so() {
    assert_eq!(parsed::<ServiceLevel>("(metric: \"m\", at_most: 1)").judge, Judge::None);
    let level: ServiceLevel =
        parsed("(metric: \"m\", at_most: 1, judge: where(loss: percent(0), load: per_h(1)))");
    let Judge::Where(levels) = level.judge else { panic!("where") };
    let texts: Vec<(&str, &str)> = levels.0.iter().map(|(name, raw)| (name.as_str(), raw.text())).collect();
    assert_eq!(texts, [("loss", "percent(0)"), ("load", "per_h(1)")]);
}

#[test]
fn replications_are_a_number_or_a_goal() {
    assert_eq!(parsed::<Replications>("1_000"), Replications::Fixed(1000));
    assert_eq!(
        parsed::<Replications>("until(metric: \"m\", relative_half_width: 0.05, at_most: 40)"),
        Replications::Until { metric: "m".into(), relative_half_width: 0.05, at_most: 40 }
    );
}

#[test]
fn faults_become_those_of_the_engine() {
    let fault: FaultEntry = parsed("drop(at: s(2), link: \"a-b\", message: \"180\", nth: 3)");
    let timed = fault.timed();
    assert_eq!(timed.at, sim_api::SimTime::from_secs(2));
    assert_eq!(timed.fault, sim_api::Fault::DropNth { link: "a-b".into(), label: "180".into(), nth: 3 });
    let fault: FaultEntry = parsed("crash(at: ms(5), node: \"p\", memory: lost)");
    assert_eq!(
        fault.timed().fault,
        sim_api::Fault::Crash {
            node: "p".into(),
            memory: sim_api::Memory::Lost,
            extent: sim_api::Extent::Host
        }
    );
}
