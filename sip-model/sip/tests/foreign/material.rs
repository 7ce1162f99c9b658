//! All messages of the shared folder, by name.

use sim_dissect::Content;
use sip::stream::{StreamFramer, StreamUnit};

use crate::shared;

/// Octets that may be a message, and where they come from.
pub(crate) struct Specimen {
    /// The file, and the frame in it where there is one.
    pub(crate) name: String,
    pub(crate) octets: Vec<u8>,
}

/// The examples of 29 RFCs.
fn examples() -> Vec<Specimen> {
    let mut examples = Vec::new();
    for rfc in shared::entries("callflows") {
        let index = String::from_utf8(shared::beside(&format!("callflows/{rfc}/index.tsv"))).unwrap();
        for row in index.lines().skip(1) {
            let file = row.split('\t').next().unwrap_or(row);
            let name = format!("callflows/{rfc}/{file}");
            let octets = shared::beside(&name);
            examples.push(Specimen { name, octets });
        }
    }
    examples
}

/// Every datagram, and every message on a stream, of the captures that may carry SIP.
pub(crate) fn captured() -> Vec<Specimen> {
    let is_of_sip = |file: &&String| file.contains("sip");
    shared::entries("pcap").iter().filter(is_of_sip).flat_map(|file| captured_in(file)).collect()
}

/// As [`captured`], of one capture.
pub(crate) fn captured_in(file: &str) -> Vec<Specimen> {
    let capture = sim_dissect::read(&shared::beside(&format!("pcap/{file}"))).unwrap();
    let mut specimens = Vec::new();
    let mut framers = std::collections::BTreeMap::new();
    for packet in &capture.packets {
        let name = format!("pcap/{file} frame {}", packet.frame);
        match &packet.content {
            Content::Datagram(octets) => specimens.push(Specimen { name, octets: octets.clone() }),
            Content::Stream(_, octets) => {
                let framer: &mut StreamFramer = framers.entry((packet.from, packet.to)).or_default();
                let mut units = Vec::new();
                // A stream that carries something else is lost at once, and no message of this material.
                _ = framer.push(octets, &mut units);
                specimens.extend(units.into_iter().filter_map(|unit| match unit {
                    StreamUnit::Message(octets) => Some(Specimen { name: name.clone(), octets }),
                    StreamUnit::LineEnd | StreamUnit::Ping => None,
                }));
            }
        }
    }
    specimens
}

/// The files of the folders that hold one message each.
pub(crate) fn files(folders: &[&str]) -> Vec<Specimen> {
    let names = folders
        .iter()
        .flat_map(|folder| shared::entries(folder).into_iter().map(move |file| format!("{folder}/{file}")));
    let is_message = |name: &String| !name.ends_with(".tsv");
    names.filter(is_message).map(|name| Specimen { octets: shared::beside(&name), name }).collect()
}

/// Everything.
pub(crate) fn all() -> Vec<Specimen> {
    let mut all = examples();
    all.extend(files(&["conformance/rfc4475", "conformance/rfc5118", "messages/sofia"]));
    all.extend(captured());
    all
}
