//! The torture tests of RFC 4465, each with its exact output, UDVM cycles or reason of failure.

use serde_json::Value;

use crate::shared;
use crate::stream::Framer;
use crate::{
    CompartmentId, CyclesPerBit, Decompressed, Decompressor, Details, Failure, MemorySize, Parameters,
    PartialStateId, Received, Resources, Transport,
};

#[test]
fn every_row_of_rfc_4465_decompresses_exactly() {
    let Some(rows) = rows(1) else { return };
    let mut endpoint = endpoint(1);
    let mut failed = Vec::new();
    for row in &rows {
        if let Err(difference) = row.check(&mut endpoint) {
            failed.push(format!("row {} ({}): {difference}", row.id, row.section));
        }
    }
    println!("RFC 4465: {} of {} rows pass", rows.len() - failed.len(), rows.len());
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(rows.len(), 78);
}

/// Section 4.1 says what feedback the bytecode leaves, which has no row of its own.
#[test]
fn feedback_of_rfc_4465_is_read_exactly() {
    let Some(rows) = rows(1) else { return };
    let items: [Vec<u8>; 2] = [vec![127], std::iter::once(0xff).chain(1..=127).collect()];
    for (row, item) in rows.iter().filter(|row| row.section == "A.3.1").zip(items) {
        let feedback = row.decompressed(&endpoint(1)).pending.feedback;
        let requested = feedback.requested.expect("the bytecode requests feedback");
        assert_eq!(requested.item.expect("the Q-bit is set").octets(), item);
        assert!(!requested.no_state && !requested.no_local_state);
        let told = feedback.returned_parameters.expect("the bytecode returns parameters");
        assert_eq!(told.resources, Some(Parameters::MINIMUM.resources));
        assert_eq!(told.version, Some(1));
        let ascending: Vec<u8> = (0..20).collect();
        let expected = [6, 12, 20].map(|length| PartialStateId::new(&ascending[..length]).unwrap());
        assert_eq!(told.states, expected);
    }
}

/// Section 2.15 says how many items are left after each message.
#[test]
fn states_of_rfc_4465_2_15_are_created_and_freed_as_told() {
    let Some(rows) = rows(1) else { return };
    let mut endpoint = endpoint(1);
    let left = [1, 0, 1, 1, 1, 0, 1, 2, 0, 0];
    for (row, left) in rows.iter().filter(|row| row.section == "A.1.15").zip(left) {
        row.check(&mut endpoint).unwrap();
        assert_eq!(endpoint.states().held(row.compartment()).count(), left, "after row {}", row.id);
    }
}

/// Section 3.2 says where an endless loop runs out of cycles.
#[test]
fn endless_loop_of_rfc_4465_3_2_ends_at_the_exact_instruction() {
    let Some(rows) = rows(1) else { return };
    let row = rows.iter().find(|row| row.section == "A.2.2").expect("the row is there");
    let Failure { opcode, cycles, details, .. } = row.failure(&endpoint(1));
    assert_eq!((opcode, details), (crate::opcode::COPY_OFFSET, Details::CyclesPerBit(16)));
    assert!(cycles <= CyclesPerBit::C16.for_message(row.octets.len()) && cycles + 102 > 16 * (29 * 8 + 1000));
}

/// The state that section 3.1 accesses holds the version, so that the identifier printed there is that of version 1:
/// the other version needs the identifier of what it has created itself.
#[test]
fn useful_values_of_rfc_4465_3_1_are_right_in_version_2() {
    let Some(rows) = rows(2) else { return };
    let mut endpoint = endpoint(2);
    let mut rows = rows.into_iter().filter(|row| row.section == "A.2.1");
    let first = rows.next().expect("the row is there");
    let pending = first.decompressed(&endpoint).pending;
    let id = endpoint.grant(first.compartment(), pending).created[0].expect("the state fits");
    for mut row in rows {
        row.octets[1..7].copy_from_slice(&id.0[..6]);
        row.check(&mut endpoint).unwrap();
    }
}

//= RFC 4465 1: each test runs in 2K of decompression memory, 16 cycles per bit, and 2K of state memory
fn endpoint(version: u8) -> Decompressor {
    let resources = Resources {
        cycles_per_bit: CyclesPerBit::C16,
        decompression_memory_size: MemorySize::K2,
        state_memory_size: Some(MemorySize::K2),
    };
    Decompressor::new(Parameters { resources, version })
}

struct Row {
    id: u64,
    section: String,
    octets: Vec<u8>,
    stream: bool,
    expected: Expected,
}

enum Expected {
    Output { octets: Vec<u8>, cycles: Option<u64> },
    Failure(String),
}

fn rows(version: u8) -> Option<Vec<Row>> {
    let text = shared::read("data/conformance/rfc4465/vectors.json", "rfc4465")?;
    let document: Value = serde_json::from_str(&text).expect("the vectors are JSON");
    Some(
        document["vectors"]
            .as_array()
            .expect("the vectors are a list")
            .iter()
            .map(|row| Row::new(row, version))
            .collect(),
    )
}

impl Row {
    fn new(row: &Value, version: u8) -> Self {
        let text = |name: &str| row[name].as_str().expect("the field is text").to_owned();
        let input = text("input_hex").replace("VV", &format!("{version:02x}"));
        let id = row["id"].as_u64().expect("rows are numbered");
        let expected = match text("failure") {
            none if none.is_empty() => {
                Expected::Output { octets: output(row), cycles: cycles(&text("cycles")) }
            }
            reason => Expected::Failure(reason.replace('_', "").to_lowercase()),
        };
        let octets = hex(&(text("code_hex") + &input));
        Self { id, section: text("section"), octets, stream: text("transport") == "stream", expected }
    }

    /// The compartment of section 4.3; everything else happens in compartments of their own.
    fn compartment(&self) -> CompartmentId {
        let number = match self.section.as_str() {
            "A.3.3" => u64::from(*self.octets.last().expect("the message has an input")) % 3,
            section => 10 + section.bytes().fold(0, |number, octet| 100 * number + u64::from(octet)),
        };
        CompartmentId(number)
    }

    fn check(&self, endpoint: &mut Decompressor) -> Result<(), String> {
        for result in self.receive(endpoint) {
            match (result, &self.expected) {
                (Err(failure), Expected::Failure(reason))
                    if format!("{:?}", failure.reason).to_lowercase() == *reason => {}
                (Ok(Received::Message(message)), Expected::Output { octets, cycles })
                    if message.octets.as_deref().unwrap_or_default() == octets
                        && cycles.is_none_or(|cycles| message.cycles == cycles) =>
                {
                    endpoint.grant(self.compartment(), message.pending);
                }
                (result, _) => return Err(format!("{result:?}")),
            }
        }
        Ok(())
    }

    /// What becomes of each message: a stream may hold several.
    fn receive(&self, endpoint: &Decompressor) -> Vec<Result<Received, Failure>> {
        if !self.stream {
            return vec![endpoint.receive(&self.octets, Transport::MessageBased)];
        }
        let mut framer = Framer::new(endpoint.parameters().resources.decompression_memory_size.octets());
        let mut stream = &self.octets[..];
        let mut results = Vec::new();
        while let Some(message) = framer.next_message(&mut stream).expect("the marking is sound") {
            results.push(endpoint.receive(&message, Transport::StreamBased));
        }
        results
    }

    fn decompressed(&self, endpoint: &Decompressor) -> Decompressed {
        match self.receive(endpoint).pop() {
            Some(Ok(Received::Message(message))) => message,
            other => panic!("row {} gave {other:?}", self.id),
        }
    }

    fn failure(&self, endpoint: &Decompressor) -> Failure {
        self.receive(endpoint).pop().expect("the row holds a message").expect_err("the row fails")
    }
}

/// The output, which three sections state as the decompression memory size.
fn output(row: &Value) -> Vec<u8> {
    let size = [8, 0];
    match (row["section"].as_str(), row["output_note"].as_str()) {
        (Some("A.2.3"), Some("decompression_memory_size")) => size.to_vec(),
        //= RFC 4465 3.4: the decompression memory size, followed by 5 consecutive 0xff bytes
        (Some("A.2.4"), Some("decompression_memory_size")) => [&size[..], &[0xff; 5]].concat(),
        _ => hex(row["output_hex"].as_str().expect("the field is text")),
    }
}

fn cycles(text: &str) -> Option<u64> {
    match text.strip_prefix("cycles_per_bit * ") {
        Some(bits) => bits.parse::<u64>().ok().map(|bits| 16 * bits),
        None => text.parse().ok(),
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).expect("a hexadecimal digit") as u8).collect();
    digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect()
}
