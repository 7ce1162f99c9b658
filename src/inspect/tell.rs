//! How the messages of a file are told: lines, JSON, octets.

use std::fmt::Write;

use serde_json::{Value, json};

use super::message::{Fault, Inspected};
use super::reading::Contents;

/// A line a message, and below it a line a fault.
pub(super) fn text(contents: &Contents) -> String {
    let mut text = String::new();
    for message in &contents.messages {
        line(message, &mut text);
        for fault in &message.faults {
            fault_lines(fault, &message.octets, &mut text);
        }
    }
    text
}

fn line(message: &Inspected, text: &mut String) {
    write!(text, "{:>5}", message.number).unwrap();
    if let Some(travel) = message.travel {
        write!(text, "  {:>14.6}  {} > {}", travel.time.as_secs_f64(), travel.from, travel.to).unwrap();
    }
    let octets = match (message.octets.len(), message.wire_octets) {
        (plain, wire) if plain == wire => format!("{wire} octets"),
        (plain, wire) => format!("{plain} octets, {wire} on the wire"),
    };
    let what = match (&message.nack, message.start_line()) {
        (Some(reason), _) => format!("SigComp NACK: {reason}"),
        (None, Some(line)) => line,
        (None, None) => "no message".to_owned(),
    };
    writeln!(text, "  {octets}  {what}").unwrap();
}

/// Octets of context that are shown with a fault.
const SHOWN: usize = 48;

fn fault_lines(fault: &Fault, octets: &[u8], text: &mut String) {
    let Fault { layer, kind, at: (from, to), rule, .. } = fault;
    writeln!(text, "       {layer}: {kind} at octets {from}..{to}").unwrap();
    writeln!(text, "         {rule}").unwrap();
    let shown = octets.get(*from..(*to).min(from + SHOWN)).filter(|shown| !shown.is_empty());
    if let Some(shown) = shown {
        let more = if to - from > SHOWN { "…" } else { "" };
        writeln!(text, "         \"{}\"{more}", shown.escape_ascii()).unwrap();
    }
}

/// One JSON object a line.
pub(super) fn json(contents: &Contents) -> String {
    contents.messages.iter().map(|message| format!("{}\n", object(message))).collect()
}

fn object(message: &Inspected) -> Value {
    let travel = message.travel;
    let fault = |Fault { layer, kind, at: (from, to), rule, .. }: &Fault| json!({"layer": layer, "kind": kind, "at": [from, to], "rule": rule});
    let mut object = json!({
        "n": message.number,
        "time": travel.map(|travel| travel.time.as_secs_f64()),
        "src": travel.map(|travel| travel.from.to_string()),
        "dst": travel.map(|travel| travel.to.to_string()),
        "start_line": message.start_line(),
        "octets": message.octets.len(),
        "wire_octets": message.wire_octets,
        "sha256": message.sha256(),
        "errors": message.faults.iter().map(fault).collect::<Vec<_>>(),
    });
    if let Some(reason) = &message.nack {
        object["nack"] = json!(reason);
    }
    object
}

/// The messages that can be read, written again, one behind the other.
pub(super) fn raw(contents: &Contents) -> Vec<u8> {
    contents.messages.iter().filter_map(Inspected::written_again).flatten().collect()
}

/// What else is worth knowing of a capture: nothing for a file of one message.
pub(super) fn remarks(contents: &Contents) -> Vec<String> {
    let skipped = contents.skipped;
    let counts = [
        (contents.keep_alives, "keep-alives"),
        (contents.foreign, "datagrams or pieces of streams without SIP"),
        (contents.unfinished, "streams that end in the middle of a message"),
        (skipped.other, "packets without UDP or TCP content"),
        (skipped.unreadable, "frames that are not IP or not whole"),
        (skipped.unknown_link, "frames of an unknown link type"),
        (skipped.incomplete, "datagrams or segments with a piece missing"),
        (u64::from(skipped.cut_off), "frame cut off at the end of the file"),
    ];
    let mut remarks: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if contents.messages.is_empty() {
        remarks.push("no SIP message".to_owned());
    }
    remarks
}
