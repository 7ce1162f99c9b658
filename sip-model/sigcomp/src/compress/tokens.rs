//! The cheapest row of tokens for a message.

use super::coding::{Coding, SHORTEST_MATCH, Token};
use super::window::Window;

/// The tokens of the message in `window` that take the fewest bits in `coding`.
///
/// Exact for the matches that [`Window`] offers: the cost of a token does not depend on the tokens before it.
pub(super) fn cheapest(window: &Window, coding: &Coding) -> Vec<Token> {
    let message = window.message();
    let mut steps = vec![Step { bits: u32::MAX, length: 0, distance: 0 }; message.len() + 1];
    steps[0].bits = 0;
    let mut found = Vec::new();
    let mut passed = 0;
    for at in 0..message.len() {
        let bits = steps[at].bits;
        steps[at + 1].offer(bits + coding.literal_bits(message[at]), 1, 0);
        // Inside a long match, others are not looked for.
        if at < passed {
            continue;
        }
        found.clear();
        window.matches(at, coding.longest_match(), &mut found);
        let mut shortest = SHORTEST_MATCH;
        for &(longest, distance) in &found {
            let bits = bits + coding.distance_bits(distance);
            for length in shortest..=longest {
                steps[at + length].offer(bits + coding.length_bits(length), length as u16, distance as u16);
            }
            shortest = longest + 1;
        }
        if shortest > LONG_MATCH {
            passed = at + shortest - 1;
        }
    }
    walk_back(message, &steps)
}

/// The cheapest way found to a place of the message.
#[derive(Clone, Copy)]
struct Step {
    bits: u32,
    /// Octets of the last token.
    length: u16,
    /// 0 for a literal.
    distance: u16,
}

impl Step {
    fn offer(&mut self, bits: u32, length: u16, distance: u16) {
        if bits < self.bits {
            *self = Self { bits, length, distance };
        }
    }
}

fn walk_back(message: &[u8], steps: &[Step]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = message.len();
    while at > 0 {
        let Step { length, distance, .. } = steps[at];
        at -= usize::from(length);
        tokens.push(if distance == 0 {
            Token::Literal(message[at])
        } else {
            Token::Match { length, distance }
        });
    }
    tokens.reverse();
    tokens
}

/// From this length on a match is taken to be good enough.
const LONG_MATCH: usize = 48;
