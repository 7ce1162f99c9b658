//! Messages that others wrote: the examples of RFCs and the torture tests of RFC 4475 and RFC 5118.

use crate::message::{Edit, Message};
use crate::shared;

/// The lines of a table, each as its columns, the heading left out.
fn table(octets: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(octets).into_owned();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// An indented heading of RFC 3842 follows this message's Content-Length and so became a part of its value.
const HEADING_IN_LENGTH: &str = "callflows/rfc3842/004.sip";

fn check_round_trip(octets: &[u8], file: &str) {
    let message = Message::parse(octets).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut out = Vec::new();
    Edit::new(&message).write_into(&mut out);
    assert_eq!(out, message.octets(), "{file}");
    assert_eq!(out, octets, "{file}");
}

#[test]
fn examples_of_rfcs_leave_as_they_came() {
    const NAME: &str = "examples_of_rfcs_leave_as_they_came";
    if shared::read("callflows/rfc3261/index.tsv", NAME).is_none() {
        return;
    }
    let mut checked = 0;
    for rfc in shared::entries("callflows") {
        for row in table(&shared::beside(&format!("callflows/{rfc}/index.tsv"))) {
            let (file, state) = (format!("callflows/{rfc}/{}", row[0]), row[7].as_str());
            if matches!(state, "verbatim" | "length-filled" | "no-length") && file != HEADING_IN_LENGTH {
                check_round_trip(&shared::beside(&file), &file);
                checked += 1;
            }
        }
    }
    assert!(checked > 600, "{checked} messages were checked");
}

#[test]
fn wrong_lengths_in_examples_are_framing_faults_or_extra_octets() {
    const NAME: &str = "wrong_lengths_in_examples_are_framing_faults_or_extra_octets";
    if shared::read("callflows/rfc3261/index.tsv", NAME).is_none() {
        return;
    }
    for rfc in shared::entries("callflows") {
        for row in table(&shared::beside(&format!("callflows/{rfc}/index.tsv"))) {
            let file = format!("callflows/{rfc}/{}", row[0]);
            let (Ok(stated), Ok(actual)) = (row[5].parse::<usize>(), row[6].parse::<usize>()) else {
                continue;
            };
            let octets = shared::beside(&file);
            if row[7] == "length-wrong" {
                assert_eq!(Message::parse(&octets).is_err(), stated > actual, "{file}");
            }
        }
    }
}

/// A message of RFC 5118's folder as it would come over the network.
///
/// The files have line feeds alone, some lack the empty line, and the RFC printed other values of Content-Length than its bodies have.
fn mended(octets: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(octets).replace('\n', "\r\n");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.trim_end(), ""));
    let rows = head.split("\r\n").map(|row| match row.split_once(':') {
        Some(("Content-Length", _)) => format!("Content-Length: {}\r\n", body.len()),
        _ => format!("{row}\r\n"),
    });
    format!("{}\r\n{body}", rows.collect::<String>()).into_bytes()
}

/// The messages of a torture folder that must parse do; the others are judged by whoever asks for the value at fault.
fn check_torture(folder: &str, name: &str, mend: fn(&[u8]) -> Vec<u8>, must_parse: usize) {
    let Some(verdicts) = shared::read(&format!("conformance/{folder}/verdicts.tsv"), name) else { return };
    let mut checked = 0;
    for row in table(&verdicts) {
        let verdict = row.iter().find(|column| matches!(column.as_str(), "yes" | "no" | "tolerate")).unwrap();
        let file = format!("conformance/{folder}/{}", row[0]);
        let octets = mend(&shared::beside(&file));
        let parsed = Message::parse(&octets);
        println!("{file}: {verdict}, {}", parsed.as_ref().err().map_or("parsed".into(), ToString::to_string));
        if verdict == "yes" {
            let message = parsed.unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(octets.starts_with(message.octets()), "{file}");
            checked += 1;
        }
    }
    assert_eq!(checked, must_parse);
}

#[test]
fn torture_messages_of_rfc_4475_that_must_parse_do() {
    check_torture("rfc4475", "torture_messages_of_rfc_4475_that_must_parse_do", <[u8]>::to_vec, 29);
}

#[test]
fn torture_messages_of_rfc_5118_that_must_parse_do() {
    check_torture("rfc5118", "torture_messages_of_rfc_5118_that_must_parse_do", mended, 10);
}

/// Of the torture messages that are faulty, those whose fault lies in framing or in the start line are refused at once.
#[test]
fn framing_faults_of_rfc_4475_are_refused() {
    const NAME: &str = "framing_faults_of_rfc_4475_are_refused";
    if shared::read("conformance/rfc4475/clerr.dat", NAME).is_none() {
        return;
    }
    for file in ["clerr", "ncl", "mcl01", "ltgtruri", "lwsruri", "lwsstart", "trws", "badvers", "bigcode"] {
        let octets = shared::beside(&format!("conformance/rfc4475/{file}.dat"));
        assert!(Message::parse(&octets).is_err(), "{file}");
    }
}

/// Faults in values are found by whoever asks for the value.
#[test]
fn value_faults_of_rfc_4475_are_found_by_the_view() {
    const NAME: &str = "value_faults_of_rfc_4475_are_found_by_the_view";
    if shared::read("conformance/rfc4475/badinv01.dat", NAME).is_none() {
        return;
    }
    for file in [
        "badinv01",
        "scalar02",
        "scalarlg",
        "quotbal",
        "mismatch01",
        "mismatch02",
        "badaspec",
        "baddn",
        "insuf",
        "multi01",
    ] {
        let mut octets = shared::beside(&format!("conformance/rfc4475/{file}.dat"));
        if file == "baddn" {
            // The archive lacks the empty line.
            octets.extend_from_slice(b"\r\n");
        }
        let refused = match Message::parse(&octets) {
            Ok(message) => message.mandatory().is_err(),
            Err(_) => true,
        };
        assert!(refused, "{file}");
    }
}

#[test]
fn valid_messages_of_rfc_4475_have_readable_mandatory_header_fields() {
    const NAME: &str = "valid_messages_of_rfc_4475_have_readable_mandatory_header_fields";
    if shared::read("conformance/rfc4475/wsinv.dat", NAME).is_none() {
        return;
    }
    for file in [
        "wsinv",
        "intmeth",
        "esc01",
        "escnull",
        "esc02",
        "lwsdisp",
        "longreq",
        "dblreq",
        "semiuri",
        "transports",
        "mpart01",
        "unreason",
        "noreason",
        "inv2543",
        "unksm2",
        "zeromf",
        "cparam01",
        "cparam02",
        "regescrt",
        "badbranch",
    ] {
        let octets = shared::beside(&format!("conformance/rfc4475/{file}.dat"));
        let message = Message::parse(&octets).unwrap();
        if let Err(error) = message.mandatory() {
            panic!("{file}: {error}: {}", octets[error.at.clone()].escape_ascii());
        }
    }
}
