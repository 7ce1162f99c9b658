//! A ladder as a Mermaid sequence diagram.

use super::{Arrow, Fate, Ladder};

pub(super) fn diagram(ladder: &Ladder) -> String {
    let mut out = String::from("sequenceDiagram\n");
    for (index, name) in ladder.lanes.iter().enumerate() {
        out.push_str(&format!("    participant n{index} as {}\n", escaped(name)));
    }
    let mut rows: Vec<(u64, String)> = ladder
        .arrows
        .iter()
        .filter(|arrow| ladder.has(arrow))
        .map(|arrow| (arrow.sent_ns, message(arrow)))
        .collect();
    rows.extend(
        ladder
            .marks
            .iter()
            .filter(|mark| mark.lane < ladder.lanes.len())
            .map(|mark| (mark.at_ns, format!("    Note over n{}: {}\n", mark.lane, escaped(&mark.label)))),
    );
    rows.sort_by_key(|(at, _)| *at);
    out.extend(rows.into_iter().map(|(_, row)| row));
    out
}

fn message(arrow: &Arrow) -> String {
    let copy = if arrow.retransmission > 0 {
        format!(" (copy {})", arrow.retransmission + 1)
    } else {
        String::new()
    };
    let (line, fate) = match (&arrow.fate, arrow.retransmission) {
        (Fate::Arrived { .. }, 0) => ("->>", String::new()),
        (Fate::Arrived { .. }, _) => ("-->>", String::new()),
        (Fate::Lost { cause, .. }, _) => ("-x", format!(" lost: {cause}")),
        (Fate::InFlight, _) => ("--)", String::new()),
    };
    let text = escaped(&format!("{}{copy}{fate}", arrow.label));
    format!("    n{}{line}n{}: {text}\n", arrow.from, arrow.to)
}

/// Text that Mermaid takes literally: one line, and its own signs as entity codes.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '#' => "#35;".to_owned(),
            ';' => "#59;".to_owned(),
            '<' => "#lt;".to_owned(),
            '>' => "#gt;".to_owned(),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
