//! `siplab inspect`: malformed messages are told from the others, captures are read, results are for programs too.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::harness::{Bench, Said};

const OPTIONS: &str = "OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
    Max-Forwards: 70\r\nTo: <sip:bob@example.com>\r\nFrom: <sip:a@example.com>;tag=1\r\nCall-ID: c\r\n\
    CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

fn objects(said: &Said) -> Vec<Value> {
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The folder of the independent data, where it is.
fn data() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let data = std::env::var_os("SIPLAB_SHARED").map_or_else(beside, PathBuf::from).join("data");
    if !data.is_dir() {
        println!("skipped: no independent data beside the project");
        return None;
    }
    Some(data)
}

#[test]
fn a_sound_message_ends_with_0_and_is_written_again_to_the_octet() {
    let bench = Bench::with("options.sip", OPTIONS);
    let said = bench.siplab("inspect options.sip").ended(0);
    assert_eq!(said.out, format!("    1  {} octets  OPTIONS sip:bob@example.com SIP/2.0\n", OPTIONS.len()));
    assert_eq!(bench.siplab("inspect --raw options.sip").ended(0).out, OPTIONS);
    let said = bench.siplab("inspect --format json options.sip").ended(0);
    let [object] = &objects(&said)[..] else { panic!("{said:?}") };
    let keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["dst", "errors", "n", "octets", "sha256", "src", "start_line", "time", "wire_octets"]);
}

#[test]
fn a_malformed_message_ends_with_2_and_names_layer_octets_and_rule() {
    let bench = Bench::with("bad.sip", OPTIONS.replace("Content-Length: 0", "Content-Length: 9"));
    let said = bench.siplab("inspect --format json bad.sip").ended(2);
    let error = &objects(&said)[0]["errors"][0];
    assert_eq!(
        (error["layer"].as_str(), error["kind"].as_str()),
        (Some("framing"), Some("body shorter than Content-Length"))
    );
    assert!(error["rule"].as_str().unwrap().starts_with("RFC 3261 18.3"), "{error}");
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    let bench = Bench::with("empty", "");
    assert!(bench.siplab("inspect nowhere.pcap").ended(2).err.contains("nowhere.pcap"));
    assert!(bench.siplab("inspect empty").ended(2).err.contains("empty"));
    bench.put("broken.pcapng", b"\x0a\x0d\x0d\x0a\x00\x00\x00\x00\x00\x00\x00\x00");
    assert!(bench.siplab("inspect broken.pcapng").ended(2).err.contains("broken.pcapng"));
    bench.siplab("inspect").ended(2);
}

#[test]
fn torture_messages_are_told_apart() {
    let Some(data) = data() else { return };
    println!("shared-data test executed: inspect rfc4475");
    let (folder, bench) = (data.join("conformance/rfc4475"), Bench::new());
    let verdicts = fs::read_to_string(folder.join("verdicts.tsv")).unwrap();
    let mut counts = BTreeMap::new();
    for line in verdicts.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let file = folder.join(columns[0]);
        let said = bench.call(&["inspect", file.to_str().unwrap()]);
        assert_eq!(said.code, if columns[3] == "yes" { 0 } else { 2 }, "{}: {}", columns[0], said.out);
        *counts.entry(columns[3]).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("no", 20), ("yes", 29)]));
}

#[test]
fn foreign_captures_are_decoded() {
    let Some(data) = data() else { return };
    println!("shared-data test executed: inspect captures");
    let bench = Bench::new();
    for (name, count, first) in [
        ("suricata_sip-tcp.pcap", 2, "REGISTER sip:192.168.43.100;transport=TCP SIP/2.0"),
        ("suricata_cloudshark-sip-s0.pcap", 10, "INVITE sip:francisco@bestel.com:55060 SIP/2.0"),
        ("suricata_sip-options.pcap", 2, "OPTIONS sip:test@example.com SIP/2.0"),
    ] {
        let file = data.join("pcap").join(name);
        let said = bench.call(&["inspect", "--format", "json", file.to_str().unwrap()]);
        let objects = objects(&said);
        assert!(objects.len() >= count, "{name}: {}", said.out);
        assert_eq!(objects[0]["start_line"], first, "{name}");
    }
}
