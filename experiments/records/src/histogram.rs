//! Samples of one metric, counted in log-linear buckets.
//!
//! The bucket layout is that of HdrHistogram with three significant digits: values below 2,048 have a bucket
//! each, above that 1,024 buckets cover each power of two, so a bucket is at most 0.1 % wide. Only occupied
//! buckets are stored: a run's delays fill some hundreds, where the dense array that covers an hour in
//! nanoseconds takes a quarter of a megabyte.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Values below this have a bucket each; so do this many halves of each power of two above it.
const UNIT_BUCKETS: u64 = 2048;

/// A multiset of `u64` samples: nanoseconds of a delay, or a count.
///
/// Number, extremes, sum and sum of squares are exact; quantiles are at most 0.1 % too high and never too low.
/// Merging is exact: any grouping and order of [`Histogram::record`] and [`Histogram::merge`] gives equal histograms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Histogram {
    counts: BTreeMap<u64, u64>,
    n: u64,
    min: u64,
    max: u64,
    sum: u128,
    squares: u128,
}

/// One occupied bucket of a [`Histogram`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The lowest value that falls into the bucket.
    pub lowest: u64,
    /// The highest value that falls into the bucket.
    pub highest: u64,
    /// How many samples fell into it, at least one.
    pub count: u64,
}

impl Histogram {
    /// A histogram of no samples.
    pub const fn new() -> Histogram {
        Histogram { counts: BTreeMap::new(), n: 0, min: 0, max: 0, sum: 0, squares: 0 }
    }

    /// Adds one sample.
    pub fn record(&mut self, value: u64) {
        self.min = if self.n == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.n += 1;
        self.sum += u128::from(value);
        self.squares = self.squares.saturating_add(u128::from(value) * u128::from(value));
        *self.counts.entry(lowest_equivalent(value)).or_insert(0) += 1;
    }

    /// Adds all samples of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        if other.n == 0 {
            return;
        }
        self.min = if self.n == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.n += other.n;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        for (&lowest, &count) in &other.counts {
            *self.counts.entry(lowest).or_insert(0) += count;
        }
    }

    /// How many samples were recorded.
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// Whether no sample was recorded.
    pub const fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// The smallest sample, exact; `None` without samples.
    pub fn min(&self) -> Option<u64> {
        (self.n > 0).then_some(self.min)
    }

    /// The largest sample, exact; `None` without samples.
    pub fn max(&self) -> Option<u64> {
        (self.n > 0).then_some(self.max)
    }

    /// The sum of all samples, exact.
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The sum of the squares of all samples; exact up to 2^128, where it stays.
    pub const fn sum_of_squares(&self) -> u128 {
        self.squares
    }

    /// The arithmetic mean in the unit of the samples; `None` without samples.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// The unbiased sample variance in the squared unit of the samples; `None` with fewer than two samples.
    ///
    /// Accumulated in integers, so it does not depend on the order of the samples.
    pub fn variance(&self) -> Option<f64> {
        let n = u128::from(self.n);
        (n >= 2).then(|| {
            let centred = match (n.checked_mul(self.squares), self.sum.checked_mul(self.sum)) {
                (Some(squares), Some(square)) => squares.saturating_sub(square) as f64,
                _ => (n as f64 * self.squares as f64 - self.sum as f64 * self.sum as f64).max(0.0),
            };
            centred / n as f64 / (n - 1) as f64
        })
    }

    /// The smallest value that at least the share `q` of the samples do not exceed; `None` without samples.
    ///
    /// `q` is clamped to `[0, 1]`. The answer is the upper end of the sample's bucket, or the largest sample if
    /// that is smaller: at most 0.1 % above the true order statistic, never below it.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        if self.n == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * self.n as f64).ceil() as u64).clamp(1, self.n);
        if rank == 1 {
            return Some(self.min);
        }
        let mut seen = 0;
        for bucket in self.buckets() {
            seen += bucket.count;
            if seen >= rank {
                return Some(bucket.highest.min(self.max));
            }
        }
        Some(self.max)
    }

    /// The share of samples that do not exceed `value`, to the resolution of a bucket; `None` without samples.
    pub fn share_at_most(&self, value: u64) -> Option<f64> {
        let below: u64 = self.counts.range(..=value).map(|(_, count)| count).sum();
        (self.n > 0).then(|| below as f64 / self.n as f64)
    }

    /// The occupied buckets in ascending order.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts.iter().map(|(&lowest, &count)| Bucket {
            lowest,
            highest: highest_equivalent(lowest),
            count,
        })
    }
}

impl FromIterator<u64> for Histogram {
    fn from_iter<I: IntoIterator<Item = u64>>(samples: I) -> Histogram {
        let mut histogram = Histogram::new();
        samples.into_iter().for_each(|value| histogram.record(value));
        histogram
    }
}

/// The form in files. Sums are decimal strings: a JSON number beyond 2^53 is not safe everywhere.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    n: u64,
    min: u64,
    max: u64,
    sum: String,
    squares: String,
    counts: Vec<(u64, u64)>,
}

impl From<Histogram> for Written {
    fn from(histogram: Histogram) -> Written {
        Written {
            n: histogram.n,
            min: histogram.min,
            max: histogram.max,
            sum: histogram.sum.to_string(),
            squares: histogram.squares.to_string(),
            counts: histogram.counts.into_iter().collect(),
        }
    }
}

impl TryFrom<Written> for Histogram {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Histogram, &'static str> {
        let counts: BTreeMap<u64, u64> = written.counts.iter().copied().collect();
        let total = counts.values().try_fold(0u64, |total, &count| total.checked_add(count));
        if counts.len() != written.counts.len() || total != Some(written.n) {
            return Err("histogram: the counts do not add up to n");
        }
        if counts.keys().any(|&lowest| lowest_equivalent(lowest) != lowest) {
            return Err("histogram: a count is not at the lower end of a bucket");
        }
        let first = counts.keys().next().copied().unwrap_or(0);
        let last = counts.keys().next_back().copied().unwrap_or(0);
        if first != lowest_equivalent(written.min) || last != lowest_equivalent(written.max) {
            return Err("histogram: the extremes are not those of the counts");
        }
        let sum = written.sum.parse().map_err(|_| "histogram: the sum is not a whole number")?;
        let squares = written.squares.parse().map_err(|_| "histogram: the squares are not a whole number")?;
        Ok(Histogram { counts, n: written.n, min: written.min, max: written.max, sum, squares })
    }
}

fn bucket_shift(value: u64) -> u32 {
    (u64::BITS - (value | (UNIT_BUCKETS - 1)).leading_zeros()) - UNIT_BUCKETS.trailing_zeros()
}

fn lowest_equivalent(value: u64) -> u64 {
    let shift = bucket_shift(value);
    (value >> shift) << shift
}

fn highest_equivalent(value: u64) -> u64 {
    lowest_equivalent(value) + ((1u64 << bucket_shift(value)) - 1)
}

#[cfg(test)]
mod tests;
