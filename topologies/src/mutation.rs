//! Broken texts for tests: what a slip of the hand or a cut file makes of a good one.

use sim_api::{Seed, Stream};

const INSERTED: [&str; 16] =
    ["(", ")", "[", "]", "{", "}", "\"", "'", ",", ":", "-", "NaN", "1e999", "/*", "é", "\u{0}"];

/// `count` texts that differ from `text` by one to four slips, the same ones in every run.
pub(crate) fn slips(text: &str, count: u64) -> impl Iterator<Item = String> + '_ {
    (0..count).map(move |seed| {
        let mut draws = Seed::new(seed).stream("slips");
        let mut broken = text.to_owned();
        for _ in 0..1 + draws.below(4) {
            slip(&mut broken, &mut draws);
        }
        broken
    })
}

fn slip(text: &mut String, draws: &mut Stream) {
    let mut at = || {
        let at = draws.below(text.len() as u64 + 1) as usize;
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let (one, other) = (at(), at());
    match draws.below(4) {
        0 => text.truncate(one),
        1 => text.insert_str(one, INSERTED[draws.below(INSERTED.len() as u64) as usize]),
        2 if one < text.len() => {
            text.remove(one);
        }
        _ => {
            let copy = text[one.min(other)..one.max(other)].to_owned();
            text.insert_str(one, &copy);
        }
    }
}
