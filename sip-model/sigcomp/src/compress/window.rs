//! What a message can repeat: the dictionary, the history, and the message itself; and where in it.

use std::sync::LazyLock;

use crate::dictionary;

/// The octets that matches are copied from, in the order of the stream, with chains of the places where the same
/// three octets begin.
#[derive(Debug)]
pub(super) struct Window {
    octets: Vec<u8>,
    chains: Chains,
    /// Octets before the message.
    before: usize,
    /// The greatest distance that is allowed.
    reach: usize,
}

/// For each place the one before it with the same hash, and for each hash the last place.
#[derive(Clone, Debug)]
struct Chains {
    last: Vec<u16>,
    previous: Vec<u16>,
}

impl Window {
    /// The dictionary, then `before`, then `message`, in which no match reaches farther back than `reach`.
    pub(super) fn new(before: &[&[u8]], message: &[u8], reach: usize) -> Self {
        static DICTIONARY: LazyLock<Chains> = LazyLock::new(|| {
            let mut chains = Chains { last: vec![NOWHERE; 1 << HASH_BITS], previous: Vec::new() };
            chains.extend(dictionary::sip().value());
            chains
        });
        let mut octets = dictionary::sip().value().to_vec();
        before.iter().for_each(|part| octets.extend_from_slice(part));
        let before = octets.len();
        octets.extend_from_slice(message);
        let mut chains = DICTIONARY.clone();
        chains.extend(&octets);
        Self { octets, chains, before, reach }
    }

    /// Octets of the message.
    pub(super) fn message(&self) -> &[u8] {
        &self.octets[self.before..]
    }

    /// Appends to `found` the matches for the octet at `at` of the message, each longer and farther than the one
    /// before: (length, distance).
    pub(super) fn matches(&self, at: usize, longest: usize, found: &mut Vec<(usize, usize)>) {
        let here = self.before + at;
        let longest = longest.min(self.octets.len() - here);
        let mut length = 2;
        let mut place = self.chains.previous.get(here).copied().unwrap_or(NOWHERE);
        for _ in 0..CHAIN_LIMIT {
            if place == NOWHERE || here - usize::from(place) > self.reach || length >= longest {
                return;
            }
            let other = usize::from(place);
            if self.octets[other + length] == self.octets[here + length] {
                let same = self.common(other, here, longest);
                if same > length {
                    length = same;
                    found.push((length, here - other));
                }
            }
            place = self.chains.previous[other];
        }
    }

    fn common(&self, one: usize, other: usize, longest: usize) -> usize {
        let pairs = self.octets[one..].iter().zip(&self.octets[other..other + longest]);
        pairs.take_while(|(one, other)| one == other).count()
    }
}

impl Chains {
    /// Enters the places of `octets` that are not entered, but for the last two, where no three octets begin.
    fn extend(&mut self, octets: &[u8]) {
        let entered = self.previous.len();
        for (place, three) in octets.windows(3).enumerate().skip(entered) {
            let place = u16::try_from(place).expect("a window is shorter than the UDVM memory");
            let hash = u32::from_be_bytes([0, three[0], three[1], three[2]]).wrapping_mul(0x9e37_79b1);
            let last = &mut self.last[(hash >> (32 - HASH_BITS)) as usize];
            self.previous.push(std::mem::replace(last, place));
        }
    }
}

const HASH_BITS: u32 = 12;
const NOWHERE: u16 = u16::MAX;
/// Places looked at for one octet; it bounds the time for a message of equal octets.
const CHAIN_LIMIT: usize = 96;
