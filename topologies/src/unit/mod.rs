//! Quantities with their unit in the value: `ms(20)`, `gbps(1)`, `percent(0.1)`, `per_h(2)`.
//!
//! No reader has to guess a unit, and no value outside its range comes into being: NaN, infinities, negative spans and
//! zero rates are refused where they stand, with the allowed forms. `Display` writes the RON form back, `label` what
//! a plot shows.

mod call_rate;
mod chance;
mod distance;
mod distribution;
mod form;
mod rate;
mod size;
mod span;

pub use call_rate::CallRate;
pub use chance::Chance;
pub use distance::Distance;
pub use distribution::{EMPIRICAL_SAMPLES_MAX, SpanDistribution};
pub(crate) use form::or_forms;
pub use rate::Rate;
pub use size::Size;
pub use span::{SPAN_MAX, Span};

#[cfg(test)]
mod tests;
