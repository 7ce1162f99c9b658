//! Call flows: small networks, one thing that happens in each, and the ladder that RFC 3261 wants.
//!
//! The ladders were read against the RFC before they became golden. `UPDATE_EXPECT=1` rewrites them; who changes one
//! says why.

mod calls;
mod cancels;
mod challenges;
mod determinism;
mod failovers;
mod forks;
mod loops;
mod losses;
mod modifications;
mod outages;
mod redirections;
mod registrar;
mod registrations;
mod rejections;
mod routes;
mod timers;
