//! Whether time grows with the input, and no faster.

use std::time::Duration;

use cpu_time::ThreadTime;

use crate::{Finding, Mutator, Target};

/// Octets of the small input.
pub const SMALL: usize = 16 * 1024;
/// Octets of the large one.
pub const LARGE: usize = 256 * 1024;
/// How many times as long the large input may take: 16 would be exactly linear.
pub const RATIO_MAX: u32 = 20;

/// Below this a large input is fast enough whatever the ratio: what remains is the clock's and the caches' noise.
const NEGLIGIBLE: Duration = Duration::from_millis(1);
/// How often an input is timed; the fastest counts.
const TIMINGS: usize = 5;
/// How often a pair that looks too slow is timed again before it is a finding: other processes disturb a clock.
const DOUBTS: usize = 8;

/// Blows seeds up to both sizes by repeating a piece, for `pairs` choices of seed and piece, and compares the times.
///
/// # Errors
/// [`Finding::Growth`] with the large input, for a pair that was too slow each time it was tried.
pub fn grows_linearly(
    target: &Target,
    seeds: &[Vec<u8>],
    seed: u64,
    pairs: usize,
) -> Result<u32, (Finding, Vec<u8>)> {
    let mut mutator = Mutator::new(seed, &format!("{}/growth", target.name), seeds, target.tokens);
    let mut worst = 0;
    for pair in 0..pairs {
        let (head, piece, tail) = choose(&mut mutator, target, seeds, pair);
        let blown = |size: usize| [head, &piece.repeat(size / piece.len()), tail].concat();
        let (small, large) = (blown(SMALL), blown(LARGE));
        let ratio = compare(target, &small, &large).map_err(|finding| (finding, large))?;
        worst = worst.max(ratio);
    }
    Ok(worst)
}

/// A seed cut in two, and what is repeated between: a token of the grammar, or a piece of the seed.
fn choose<'s>(
    mutator: &mut Mutator<'_>,
    target: &Target,
    seeds: &'s [Vec<u8>],
    pair: usize,
) -> (&'s [u8], Vec<u8>, &'s [u8]) {
    let seed = &seeds[mutator.below(seeds.len())];
    let cut = mutator.below(seed.len() + 1);
    let (head, tail) = seed.split_at(cut);
    let piece = match target.tokens.get(pair / 2) {
        Some(token) if pair.is_multiple_of(2) => token.as_bytes().to_vec(),
        _ => tail[..tail.len().min(1 + mutator.below(120))].to_vec(),
    };
    (head, if piece.is_empty() { vec![b'a'] } else { piece }, tail)
}

fn compare(target: &Target, small: &[u8], large: &[u8]) -> Result<u32, Finding> {
    let mut finding = None;
    for _ in 0..DOUBTS {
        let (quick, slow) = (fastest(target, small), fastest(target, large));
        let ratio = u32::try_from(slow.as_nanos() / quick.as_nanos().max(1)).unwrap_or(u32::MAX);
        if slow < NEGLIGIBLE {
            return Ok(0);
        }
        if ratio <= RATIO_MAX {
            return Ok(ratio);
        }
        finding = Some(Finding::Growth { small: quick, large: slow });
    }
    Err(finding.expect("a pair is tried at least once"))
}

/// Time of the CPU, which other processes disturb less than that of a clock.
fn fastest(target: &Target, input: &[u8]) -> Duration {
    let timed = |_| {
        let begin = ThreadTime::now();
        (target.run)(input);
        begin.elapsed()
    };
    (0..TIMINGS).map(timed).min().expect("timed at least once")
}
