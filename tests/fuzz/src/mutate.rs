//! Changes octets in ways that have broken readers before.

use sim_api::{CounterStream, Seed};

/// Inputs do not grow beyond this: a datagram's maximum, and as much again.
const LEN_MAX: usize = 128 * 1024;

/// Values at the edges of the integers that length and number fields become.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "00",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999",
];

/// A source of mutations; the same name gives the same ones.
#[derive(Debug)]
pub struct Mutator<'a> {
    luck: CounterStream,
    draws: u64,
    seeds: &'a [Vec<u8>],
    tokens: &'a [&'static str],
}

impl<'a> Mutator<'a> {
    /// Mutations of `seeds`; at least one is needed.
    ///
    /// # Panics
    /// Without a seed.
    #[must_use]
    pub fn new(seed: u64, name: &str, seeds: &'a [Vec<u8>], tokens: &'a [&'static str]) -> Mutator<'a> {
        assert!(!seeds.is_empty(), "{name} has no seed");
        Mutator { luck: Seed::new(seed).counter_stream(name), draws: 0, seeds, tokens }
    }

    /// The next input: a seed with up to six changes.
    pub fn next_input(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        let mut octets = self.seeds[at].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut octets);
        }
        octets.truncate(LEN_MAX);
        octets
    }

    fn change(&mut self, octets: &mut Vec<u8>) {
        match self.below(12) {
            0 => self.flip_bit(octets),
            1 | 2 => self.set_octet(octets),
            3 | 4 => self.insert_token(octets),
            5 => self.remove(octets),
            6 => self.repeat(octets),
            7 | 8 => self.splice(octets),
            9 => self.change_number(octets),
            10 => self.swap(octets),
            _ => octets.truncate(self.below(octets.len() + 1)),
        }
    }

    fn flip_bit(&mut self, octets: &mut [u8]) {
        if !octets.is_empty() {
            octets[self.below(octets.len())] ^= 1 << self.below(8);
        }
    }

    fn set_octet(&mut self, octets: &mut [u8]) {
        const EDGES: &[u8] = b"\x00\x01\x7f\x80\xff\r\n\t \"\\<>()[]{},;:=@%?&!/0aZ";
        if !octets.is_empty() {
            octets[self.below(octets.len())] = EDGES[self.below(EDGES.len())];
        }
    }

    fn insert_token(&mut self, octets: &mut Vec<u8>) {
        if self.tokens.is_empty() {
            return;
        }
        let token = self.tokens[self.below(self.tokens.len())];
        let at = self.below(octets.len() + 1);
        octets.splice(at..at, token.bytes());
    }

    fn remove(&mut self, octets: &mut Vec<u8>) {
        let (from, to) = self.range(octets.len());
        octets.drain(from..to);
    }

    /// Repeats a range: a few times as a rule, up to some thousand octets now and then.
    fn repeat(&mut self, octets: &mut Vec<u8>) {
        let (from, to) = self.range(octets.len());
        let piece = octets[from..to.min(from + 200)].to_vec();
        let times = if self.below(8) == 0 { self.below(400) } else { self.below(4) };
        octets.splice(from..from, piece.repeat(times));
    }

    /// The beginning of the input with the end of another seed.
    fn splice(&mut self, octets: &mut Vec<u8>) {
        let other = &self.seeds[self.below(self.seeds.len())];
        octets.truncate(self.below(octets.len() + 1));
        octets.extend_from_slice(&other[self.below(other.len() + 1)..]);
    }

    fn change_number(&mut self, octets: &mut Vec<u8>) {
        if octets.is_empty() {
            return;
        }
        let start = self.below(octets.len());
        let Some(from) = octets[start..].iter().position(u8::is_ascii_digit).map(|at| start + at) else {
            return;
        };
        let to = octets[from..]
            .iter()
            .position(|octet| !octet.is_ascii_digit())
            .map_or(octets.len(), |len| from + len);
        let number = NUMBERS[self.below(NUMBERS.len())];
        octets.splice(from..to, number.bytes());
    }

    fn swap(&mut self, octets: &mut [u8]) {
        let (from, to) = self.range(octets.len());
        octets[from..to].reverse();
    }

    /// A range of up to the whole, short ones more often.
    fn range(&mut self, len: usize) -> (usize, usize) {
        let from = self.below(len + 1);
        let longest = if self.below(2) == 0 { 8 } else { len };
        let to = from + self.below(longest.min(len - from) + 1);
        (from, to)
    }

    /// A draw below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.draws += 1;
        let unit = self.luck.unit(self.draws, 0).value();
        ((unit * limit as f64) as usize).min(limit - 1)
    }
}
