//! Closed forms that a simulation has to reproduce, and the comparison with what it measured.
//!
//! Four families: [`failover`] predicts what dead servers cost, [`loss`] what the retransmissions of RFC 3261 make of a
//! lossy path, [`queue`] what a host's processors make of random arrivals, [`radio`] what a narrow link makes of
//! messages sent by turns. [`compare`] turns a law and a measurement into a
//! [`LawCheck`](records::LawCheck) with its z, or with exact binomial bounds where events are too rare for one.

pub mod compare;
pub mod failover;
pub mod loss;
pub mod queue;
pub mod radio;
