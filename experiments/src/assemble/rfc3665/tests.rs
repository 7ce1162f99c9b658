//! The flows of RFC 3665 beside what the RFC prints.

use std::collections::BTreeMap;
use std::path::PathBuf;

use expect_test::expect_file;
use sim_api::Seed;
use topologies::text::NoFiles;

use super::*;
use crate::builtin::builtin;
use crate::plan::Plan;
use crate::rfc3665::deviations::deviations;
use crate::rfc3665::figures::FIGURES;

fn plan() -> Plan {
    Plan::load(&builtin("rfc3665").unwrap(), &[], &NoFiles).unwrap_or_else(|wrong| panic!("{wrong}"))
}

#[test]
fn every_flow_is_generated_with_the_octet_counts_of_the_rfc() {
    let mut wrong = String::new();
    for cell in &plan().cells {
        let record = run(cell, Seed::new(1)).unwrap();
        let section = section(cell).unwrap().section;
        let golden = format!("../../../rfc3665/{section}.ladder");
        expect_file![golden].assert_eq(&record.ladders[0].ladder.to_text());
        for one in record.expectations.iter().filter(|one| !one.passed) {
            wrong += &format!("{section}: {}\n      {}\n", one.expected, one.observed);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_plan_has_a_cell_for_each_flow_of_the_rfc() {
    let plan = plan();
    let sections: Vec<&str> = plan.cells.iter().map(|cell| section(cell).unwrap().section).collect();
    assert_eq!(sections, crate::rfc3665::sections().collect::<Vec<_>>());
    assert_eq!(FIGURES.iter().map(|figure| figure.messages.len()).sum::<usize>(), 181);
}

#[test]
fn every_deviation_belongs_to_a_message() {
    for deviation in crate::rfc3665::deviations::DEVIATIONS {
        let figure = figure(deviation.section).unwrap();
        let message = figure.messages.iter().find(|message| message.number == deviation.number);
        assert!(message.is_some_and(|message| message.octets.is_some()), "{deviation:?}");
        assert!(deviation.octets != 0 && deviation.why.contains(' '), "{deviation:?}");
    }
}

/// A message of the shared material: the octets, and whether its body was left out.
struct Material {
    octets: Vec<u8>,
    state: String,
}

/// The messages of RFC 3665 in the shared material, by section and number; `None` when it is missing.
fn material() -> Option<BTreeMap<(String, u32), Material>> {
    let root = std::env::var("SIPLAB_SHARED").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = root.unwrap_or(beside).join("data/callflows/rfc3665");
    let Ok(index) = std::fs::read_to_string(folder.join("index.tsv")) else {
        println!("skipped: no call flows of RFC 3665 in {}", folder.display());
        return None;
    };
    let entries = index.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let section = fields[1].split(' ').next()?.to_owned();
        let number = fields[2].split(' ').next()?.strip_prefix('F')?.parse().ok()?;
        let octets = std::fs::read(folder.join(fields[0])).ok()?;
        Some(((section, number), Material { octets, state: fields[7].to_owned() }))
    });
    Some(entries.collect())
}

#[test]
fn the_printed_octets_are_those_of_the_shared_material() {
    let Some(material) = material() else { return };
    println!("shared-data test executed: rfc3665 octets");
    let mut compared = 0;
    for figure in FIGURES {
        for message in figure.messages {
            let Some(file) = material.get(&(figure.section.to_owned(), message.number)) else {
                assert_eq!((figure.section, message.label), ("3.9", "486"), "F{}", message.number);
                continue;
            };
            let body = if file.state == "body-elided" { BODY } else { 0 };
            if let Some(octets) = message.octets {
                assert_eq!(
                    octets as usize,
                    file.octets.len() + body,
                    "{} F{}",
                    figure.section,
                    message.number
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 177);
}

/// Messages that differ from what the rules make without being longer: the address in `received` is Alice's, who has
/// nothing to do with it.
const SLIPS: [(&str, u32); 1] = [("3.2", 22)];

/// The Content-Length of the bodies that the RFC leaves out.
const BODY: usize = 151;

#[test]
fn messages_without_deviations_have_the_very_lines_of_the_rfc() {
    let Some(material) = material() else { return };
    println!("shared-data test executed: rfc3665 lines");
    let (mut same, mut wrong) = (0, String::new());
    for cell in &plan().cells {
        let figure = section(cell).unwrap();
        let mut prepared = prepare(cell, Seed::new(1)).unwrap();
        prepared.simulation.trace(replay::whole_run());
        prepared.run().unwrap();
        let simulation = &prepared.simulation;
        let actor = |node| Actor::called(given_name(simulation.network().node_name(node)));
        let journeys = simulation.journeys().unwrap().journeys().iter();
        let mut sent: Vec<&Journey> = journeys.filter(|one| one.sent_at < END && one.copy == 0).collect();
        for message in figure.messages {
            let ways = (Some(message.from), Some(message.to));
            let place = sent.iter().position(|one| (actor(one.from), one.to.and_then(actor)) == ways);
            let ours = sent.remove(place.unwrap());
            let Some(file) = material.get(&(figure.section.to_owned(), message.number)) else { continue };
            let is_slip = SLIPS.contains(&(figure.section, message.number));
            let deviates = deviations(figure.section, message.number).next().is_some();
            if file.state != "verbatim" || deviates || is_slip {
                continue;
            }
            let (ours, theirs) = (lines(&ours.payload), lines(&file.octets));
            if ours == theirs {
                same += 1;
            } else {
                let only = |a: &[String], b: &[String]| -> Vec<String> {
                    a.iter().filter(|line| !b.contains(line)).cloned().collect()
                };
                wrong += &format!(
                    "{} F{}:\n  ours {:?}\n  RFC  {:?}\n",
                    figure.section,
                    message.number,
                    only(&ours, &theirs),
                    only(&theirs, &ours)
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(same >= 100, "{same} messages have the lines of the RFC");
}

/// The lines of a message in alphabetical order, as the order of header fields means nothing (RFC 3261 7.3.1), and the
/// parameters of challenges and credentials as lines of their own. Blanked are digests, the name of the transport in
/// Via, and the last digit of a server's branch.
fn lines(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(octets).into_owned();
    let (mut lines, mut is_proof) = (Vec::new(), false);
    for line in text.split("\r\n") {
        is_proof = line.contains(": Digest ") || (is_proof && line.starts_with(' '));
        match is_proof {
            true => lines.extend(line.split(',').map(|part| blanked(part.trim()))),
            false => lines.push(blanked(line)),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines
}

fn blanked(line: &str) -> String {
    let line = ["UDP", "TCP", "TLS"].iter().fold(line.to_owned(), |line, transport| {
        line.replace(&format!("Via: SIP/2.0/{transport} "), "Via: SIP/2.0/transport ")
    });
    if line.starts_with("response=\"") {
        return "response".to_owned();
    }
    match line.rsplit_once('.') {
        Some((head, digit)) if line.contains(";branch=") && digit.len() == 1 => format!("{head}.N"),
        _ => line,
    }
}
