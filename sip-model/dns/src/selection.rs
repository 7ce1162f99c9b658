//! The order in which the targets of SRV records are tried (RFC 2782, "Usage rules").

use sim_api::mix;

use crate::record::Srv;

/// Puts SRV records in the order in which they are to be tried.
///
/// Lower priorities come first; among equal ones RFC 2782's weighted draw decides. `draw` returns a whole number below
/// its argument, uniformly: [`Stream::below`](sim_api::Stream::below), or [`HashedDraws::below`] for an element
/// without state. The result does not depend on the order of `records`, which servers like to rotate. A record whose
/// target is the root offers nothing and is left out.
///
/// ```
/// use dns::{HashedDraws, Srv, order_targets};
///
/// let srv = |priority, target: &str| Srv { priority, weight: 1, port: 5060, target: target.parse().unwrap() };
/// let records = [srv(2, "c.example"), srv(1, "a.example"), srv(1, "b.example")];
/// let mut draws = HashedDraws::new(7);
/// let order = order_targets(&records, |bound| draws.below(bound));
/// assert_eq!(order[2].target, records[0].target);
/// ```
pub fn order_targets<'a>(
    records: impl IntoIterator<Item = &'a Srv>,
    mut draw: impl FnMut(u64) -> u64,
) -> Vec<&'a Srv> {
    //= RFC 2782: a Target of "." means that the service is decidedly not available at this domain
    let mut waiting: Vec<&Srv> = records.into_iter().filter(|srv| !srv.target.is_root()).collect();
    waiting.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut order = Vec::with_capacity(waiting.len());
    for level in waiting.chunk_by(|a, b| a.priority == b.priority) {
        let mut level = level.to_vec();
        while !level.is_empty() {
            order.push(level.remove(pick(&level, &mut draw)));
        }
    }
    order
}

fn rank(srv: &Srv) -> (u16, u16, &crate::Name, u16) {
    (srv.priority, srv.weight, &srv.target, srv.port)
}

/// The place of the record that is tried next among those of one priority, sorted by weight.
///
/// RFC 2782 arranges them "in any order", those of weight zero first, draws a number from zero to the sum of weights,
/// and takes the first whose running sum reaches it. Zero thus falls to whoever stands first: with a fixed order the
/// first of two records of weight 1 would get 2/3. The draw here has the distribution that shuffling the arrangement
/// before each draw has: zero falls to all who could stand first alike.
fn pick(level: &[&Srv], draw: &mut impl FnMut(u64) -> u64) -> usize {
    let sum: u64 = level.iter().map(|srv| u64::from(srv.weight)).sum();
    let number = draw(sum + 1);
    if number == 0 {
        let zeros = level.iter().take_while(|srv| srv.weight == 0).count();
        let first = if zeros > 0 { zeros } else { level.len() };
        return usize::try_from(draw(first as u64)).expect("a draw below the length of a list");
    }
    let mut running = 0;
    let reached = level.iter().position(|srv| {
        running += u64::from(srv.weight);
        running >= number
    });
    reached.expect("the number is at most the sum of weights")
}

/// Draws that are a function of a key: for an element without state, which must choose the same target for each copy
/// of a request (RFC 3263 4.4).
#[derive(Clone, Debug)]
pub struct HashedDraws {
    key: u64,
    drawn: u64,
}

impl HashedDraws {
    /// The draws of `key`, such as the hash of a Call-ID or a branch.
    pub const fn new(key: u64) -> HashedDraws {
        HashedDraws { key, drawn: 0 }
    }

    /// The next draw: a whole number below `bound`.
    ///
    /// # Panics
    /// When `bound` is zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a draw below zero does not exist");
        self.drawn += 1;
        let bits = mix(mix(self.key) ^ self.drawn);
        ((bits as u128 * bound as u128) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_api::Seed;

    const DRAWS: u32 = 60_000;

    fn srv(priority: u16, weight: u16, host: u16) -> Srv {
        Srv { priority, weight, port: 5060, target: format!("h{host}.example").parse().unwrap() }
    }

    /// How often each of the records came first, by the order of `records`.
    fn firsts(records: &[Srv]) -> Vec<f64> {
        let mut stream = Seed::new(3).stream("selection");
        let mut counts = vec![0.0; records.len()];
        for _ in 0..DRAWS {
            let first = order_targets(records, |bound| stream.below(bound))[0];
            counts[records.iter().position(|srv| srv == first).unwrap()] += 1.0;
        }
        counts
    }

    /// Chi-squared of counts against probabilities. Each test names its 0.001 quantile.
    fn chi_squared(counts: &[f64], probabilities: &[f64]) -> f64 {
        let expected = probabilities.iter().map(|p| p * f64::from(DRAWS));
        counts.iter().zip(expected).map(|(count, expected)| (count - expected).powi(2) / expected).sum()
    }

    #[test]
    fn equal_small_weights_are_drawn_equally_often() {
        let counts = firsts(&[srv(0, 1, 1), srv(0, 1, 2)]);
        assert!(chi_squared(&counts, &[0.5, 0.5]) < 10.83, "{counts:?}");
        let counts = firsts(&[srv(0, 0, 1), srv(0, 0, 2), srv(0, 0, 3)]);
        assert!(chi_squared(&counts, &[1.0 / 3.0; 3]) < 13.82, "{counts:?}");
    }

    #[test]
    fn weights_are_shares_and_zero_is_a_small_chance() {
        // Numbers 0..=6: one for all alike, then 1, 2 and 3.
        let counts = firsts(&[srv(0, 3, 1), srv(0, 1, 2), srv(0, 2, 3)]);
        let third = 1.0 / 3.0;
        let shares = [(3.0 + third) / 7.0, (1.0 + third) / 7.0, (2.0 + third) / 7.0];
        assert!(chi_squared(&counts, &shares) < 13.82, "{counts:?}");
        // Numbers 0..=10: zero falls to the records of weight zero.
        let counts = firsts(&[srv(0, 0, 1), srv(0, 10, 2), srv(0, 0, 3)]);
        assert!(chi_squared(&counts, &[1.0 / 22.0, 10.0 / 11.0, 1.0 / 22.0]) < 13.82, "{counts:?}");
    }

    #[test]
    fn the_second_pick_is_drawn_among_the_rest() {
        let records = [srv(0, 60, 1), srv(0, 20, 2), srv(0, 20, 3)];
        let mut stream = Seed::new(4).stream("selection");
        let mut seconds = [0.0; 2];
        let mut heavy_first = 0.0;
        for _ in 0..DRAWS {
            let order = order_targets(&records, |bound| stream.below(bound));
            if *order[0] == records[0] {
                heavy_first += 1.0;
                seconds[usize::from(*order[1] == records[2])] += 1.0;
            }
        }
        let chi: f64 =
            seconds.iter().map(|n| (n - heavy_first / 2.0_f64).powi(2) / (heavy_first / 2.0)).sum();
        assert!(chi < 10.83, "{seconds:?}");
    }

    #[test]
    fn lower_priorities_come_first_whatever_the_weights() {
        let records = [srv(20, 65_535, 1), srv(10, 0, 2), srv(15, 1, 3)];
        let mut stream = Seed::new(5).stream("selection");
        for _ in 0..100 {
            let order = order_targets(&records, |bound| stream.below(bound));
            assert_eq!(order.iter().map(|srv| srv.priority).collect::<Vec<_>>(), [10, 15, 20]);
        }
    }

    #[test]
    fn the_root_as_target_offers_nothing() {
        let none = Srv { target: crate::Name::root(), ..srv(0, 0, 1) };
        assert!(order_targets([&none], |_| 0).is_empty());
    }

    #[test]
    fn hashed_draws_repeat_themselves_whatever_the_order_of_records() {
        let records: Vec<Srv> = (0..20).map(|host| srv(0, host * 7 % 5, host)).collect();
        let rotated: Vec<Srv> = records.iter().cycle().skip(7).take(20).cloned().collect();
        let order = |records: &[Srv], key| {
            let mut draws = HashedDraws::new(key);
            order_targets(records, |bound| draws.below(bound)).into_iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(order(&records, 1), order(&rotated, 1));
        assert_ne!(order(&records, 1), order(&records, 2));
    }
}
