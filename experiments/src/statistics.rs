//! The statistics behind every interval and verdict: own code, small, checked against `statrs` in the tests.
//!
//! Replications are independent, so a mean and its interval come from the means of the replications (Law and
//! Kelton, *Simulation Modeling and Analysis*, 9.4.1), never from the correlated samples inside one run.
//! Transcendental functions come from the pinned `libm`: a verdict is the same on every platform.

mod binomial;
mod interval;
mod moments;
mod special;
mod student;

pub use binomial::{binomial_at_least, binomial_at_most, binomial_two_sided, wilson};
pub use interval::{Confidence, Interval, mean_interval, paired_difference};
pub use moments::Moments;
pub use special::{gamma_upper, normal_cdf, two_sided_p};
pub use student::{student_t_cdf, student_t_quantile, student_t_to_z};
