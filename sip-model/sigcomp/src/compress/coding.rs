//! The code that compressed messages are written in: literals and matches (LZ77) in fixed prefix codes.
//!
//! A message is a row of tokens. A token is a *symbol*, which is either one octet or the length of a match, and after a
//! length the *distance* back to where the match is copied from. Symbols and distances are written as ranges: a prefix
//! that names the range and a fixed number of bits that count within it, which is what one set of operands of
//! INPUT-HUFFMAN decodes. The ranges were fitted to SIP messages and are part of the bytecode, so a receiver need not
//! know them.

use crate::assembler::HuffmanRange;

/// A run of values that share a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    /// The least value.
    first: u16,
    /// Bits that count within the range: it has 2^`extra` values.
    extra: u8,
    /// Bits of the prefix.
    prefix: u8,
}

impl Range {
    const fn new(first: u16, extra: u8, prefix: u8) -> Self {
        Self { first, extra, prefix }
    }

    const fn bits(self) -> u8 {
        self.prefix + self.extra
    }

    const fn contains(self, value: u16) -> bool {
        value >= self.first && (value - self.first) >> self.extra == 0
    }
}

/// A prefix code for numbers, with its ranges in the order of the length of their codewords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code(Vec<(Range, u16)>);

impl Code {
    /// Gives the ranges their codewords: the shorter, the less; each continues where the one before ended.
    fn new(ranges: &[Range]) -> Self {
        let mut ranges = ranges.to_vec();
        ranges.sort_by_key(|range| range.bits());
        let (mut next, mut bits) = (0, 0);
        let codes = ranges.into_iter().map(|range| {
            let codeword = next << (range.bits() - bits);
            (next, bits) = (codeword + (1 << range.extra), range.bits());
            (range, codeword)
        });
        Self(codes.collect())
    }

    /// Bits of the codeword of `value`; `None` if it has none.
    pub(super) fn bits(&self, value: u16) -> Option<u8> {
        self.cheapest(value).map(|(range, _)| range.bits())
    }

    fn cheapest(&self, value: u16) -> Option<&(Range, u16)> {
        self.0.iter().find(|(range, _)| range.contains(value))
    }

    fn write(&self, value: u16, out: &mut BitWriter) {
        let (range, codeword) = self.cheapest(value).expect("the parse chose a value that has a codeword");
        out.push(codeword + (value - range.first), range.bits());
    }

    /// The operands of INPUT-HUFFMAN that decode this code.
    pub(super) fn huffman_ranges(&self) -> Vec<HuffmanRange> {
        let mut bits = 0;
        let ranges = self.0.iter().map(|(range, codeword)| {
            let more = range.bits() - bits;
            bits = range.bits();
            HuffmanRange {
                bits: more.into(),
                // Lesser codewords were taken by the ranges before, so that a bound of 0 does and is shorter.
                lower_bound: 0,
                upper_bound: codeword + (1 << range.extra) - 1,
                uncompressed: range.first.wrapping_sub(*codeword),
            }
        });
        ranges.collect()
    }

    fn greatest(&self) -> u16 {
        self.0.iter().map(|(range, _)| range.first + (1 << range.extra) - 1).max().unwrap_or(0)
    }
}

/// The two codes of a compressor and the limits that follow from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Coding {
    symbols: Code,
    distances: Code,
    /// Bits of each octet as a literal.
    literal_bits: [u8; 256],
    /// Bits of each match length; 0 for a length without codeword.
    length_bits: Vec<u8>,
}

impl Coding {
    /// For messages that repeat earlier ones: `history` octets of them lie between the message and the dictionary.
    pub(super) fn for_history(history: u16) -> Self {
        let symbols = [
            Range::new(0x30, 4, 2),
            Range::new(0x20, 4, 3),
            Range::new(0x60, 5, 3),
            Range::new(0, 8, 5),
            length(3, 3, 2),
            length(11, 4, 3),
            length(27, 6, 4),
            length(91, 9, 5),
        ];
        // The nearest range spans the message before, of which most is repeated; the farthest, the dictionary.
        let near = if history < 600 { 9 } else { 10 };
        let far = if history <= 1700 { 12 } else { 13 };
        let middle = 1 + (1 << near);
        let distances =
            [Range::new(1, near, 1), Range::new(middle, 11, 2), Range::new(middle + (1 << 11), far, 2)];
        Self::new(&symbols, &distances)
    }

    /// For messages that have nothing but the dictionary before them.
    pub(super) fn for_dictionary() -> Self {
        let symbols = [
            Range::new(0x30, 4, 2),
            Range::new(0x60, 5, 2),
            Range::new(0x20, 4, 3),
            Range::new(0, 8, 5),
            length(3, 1, 3),
            length(5, 3, 3),
            length(13, 3, 4),
            length(21, 9, 5),
        ];
        let distances = [Range::new(1, 7, 2), Range::new(129, 11, 1), Range::new(129 + (1 << 11), 12, 2)];
        Self::new(&symbols, &distances)
    }

    fn new(symbols: &[Range], distances: &[Range]) -> Self {
        let (symbols, distances) = (Code::new(symbols), Code::new(distances));
        let bits = |value| symbols.bits(value).unwrap_or(0);
        let longest = symbols.greatest() - LENGTH;
        Self {
            literal_bits: std::array::from_fn(|octet| bits(octet as u16)),
            length_bits: (0..=longest).map(|length| bits(LENGTH + length)).collect(),
            symbols,
            distances,
        }
    }

    pub(super) fn symbols(&self) -> &Code {
        &self.symbols
    }

    pub(super) fn distances(&self) -> &Code {
        &self.distances
    }

    /// The longest match that has a codeword.
    pub(super) fn longest_match(&self) -> usize {
        self.length_bits.len() - 1
    }

    /// The greatest distance that has a codeword.
    pub(super) fn farthest(&self) -> usize {
        self.distances.greatest().into()
    }

    pub(super) fn literal_bits(&self, octet: u8) -> u32 {
        self.literal_bits[usize::from(octet)].into()
    }

    /// Bits of a match length between [`SHORTEST_MATCH`] and [`longest_match`](Self::longest_match).
    pub(super) fn length_bits(&self, length: usize) -> u32 {
        self.length_bits[length].into()
    }

    /// Bits of a distance up to [`farthest`](Self::farthest).
    pub(super) fn distance_bits(&self, distance: usize) -> u32 {
        let bits = u16::try_from(distance).ok().and_then(|distance| self.distances.bits(distance));
        bits.expect("a match is no farther than the code reaches").into()
    }

    pub(super) fn write(&self, token: Token, out: &mut BitWriter) {
        match token {
            Token::Literal(octet) => self.symbols.write(octet.into(), out),
            Token::Match { length, distance } => {
                self.symbols.write(LENGTH + length, out);
                self.distances.write(distance, out);
            }
        }
    }
}

const fn length(first: u16, extra: u8, prefix: u8) -> Range {
    Range::new(LENGTH + first, extra, prefix)
}

/// What a match length is increased by to be told from an octet.
pub(super) const LENGTH: u16 = 256;

/// The least length that has a codeword.
pub(super) const SHORTEST_MATCH: usize = 3;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An octet.
    Literal(u8),
    /// `length` octets that occurred `distance` octets before.
    Match { length: u16, distance: u16 },
}

/// Bits into octets, the most significant bit first, which is how the UDVM takes them with `input_bit_order` 0.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    octets: Vec<u8>,
    /// Bits that do not fill an octet, the last written lowest.
    pending: u32,
    filled: u8,
}

impl BitWriter {
    /// Writes the `count` lowest bits of `bits`, at most 16.
    pub(super) fn push(&mut self, bits: u16, count: u8) {
        self.pending = self.pending << count | u32::from(bits);
        self.filled += count;
        while self.filled >= 8 {
            self.filled -= 8;
            self.octets.push((self.pending >> self.filled) as u8);
        }
        self.pending &= (1 << self.filled) - 1;
    }

    /// The octets, the last filled up with ones: no symbol has a codeword of up to seven ones, so that the UDVM finds
    /// the end of the message where the tokens end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.filled) % 8;
        self.push((1 << missing) - 1, missing);
        self.octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codings() -> Vec<Coding> {
        vec![
            Coding::for_dictionary(),
            Coding::for_history(500),
            Coding::for_history(810),
            Coding::for_history(2048),
        ]
    }

    /// What INPUT-HUFFMAN would read from `bits`, and how many of them (RFC 3320 9.4.4).
    fn decode(ranges: &[HuffmanRange], bits: &[u8]) -> Option<(u16, usize)> {
        let (mut h, mut read) = (0u16, 0);
        for range in ranges {
            for _ in 0..range.bits {
                h = h << 1 | u16::from(*bits.get(read)?);
                read += 1;
            }
            if (range.lower_bound..=range.upper_bound).contains(&h) {
                return Some((h.wrapping_add(range.uncompressed).wrapping_sub(range.lower_bound), read));
            }
        }
        panic!("no codeword matches");
    }

    fn bits_of(octets: &[u8]) -> Vec<u8> {
        octets.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1)).collect()
    }

    #[test]
    fn every_symbol_and_distance_reads_back() {
        for coding in codings() {
            for (code, values) in [
                (
                    coding.symbols(),
                    (0..256).chain(LENGTH + 3..=coding.symbols.greatest()).collect::<Vec<_>>(),
                ),
                (coding.distances(), (1..=coding.distances.greatest()).collect()),
            ] {
                let ranges = code.huffman_ranges();
                for value in values {
                    let mut out = BitWriter::default();
                    code.write(value, &mut out);
                    let bits = code.bits(value).unwrap();
                    assert_eq!(decode(&ranges, &bits_of(&out.finish())), Some((value, bits.into())));
                }
            }
        }
    }

    #[test]
    fn padding_is_no_symbol() {
        for coding in codings() {
            assert_eq!(decode(&coding.symbols().huffman_ranges(), &[1; 7]), None);
        }
    }

    #[test]
    fn codewords_have_at_most_sixteen_bits() {
        for coding in codings() {
            for range in [coding.symbols(), coding.distances()] {
                assert!(range.huffman_ranges().iter().map(|range| range.bits).sum::<u16>() <= 16);
            }
        }
    }

    #[test]
    fn the_distances_reach_over_dictionary_history_and_a_long_message() {
        assert!(Coding::for_dictionary().farthest() >= 4836 + 1400);
        assert!(Coding::for_history(810).farthest() >= 4836 + 810 + 1400);
        assert!(Coding::for_history(1700).farthest() >= 4836 + 1700 + 600);
        assert!(Coding::for_history(4096).farthest() >= 4836 + 4096 + 2000);
    }
}
