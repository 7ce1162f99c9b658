//! Digest authentication (RFC 3261 22, RFC 2617, RFC 7616, RFC 8760).
//!
//! ```text
//!   UAC                                   UAS, registrar or proxy
//!    │ REGISTER ───────────────────────────▶ │
//!    │                                       │ NonceIssuer::issue
//!    │ ◀──────── 401, WWW-Authenticate ───── │ DigestChallenge::new
//!    │ DigestChallenge::answer               │
//!    │ REGISTER, Authorization ────────────▶ │ NonceIssuer::check, DigestCredentials::matches
//! ```
//!
//! All of it is a function of its arguments: the client nonce, the time and the server's secret come from the
//! caller. Which nonce counts were seen is the caller's to remember, as [`NonceCount`]s.

mod challenge;
mod credentials;
mod digest;
mod fields;
mod nonce;

#[cfg(test)]
mod tests;

pub use challenge::{Challenge, ChallengeForm, DigestChallenge, DigestClient, Unanswerable};
pub use credentials::{Credentials, DigestCredentials};
pub use digest::{Algorithm, DigestAlgorithm, DigestHex, DigestInput, Protection, Qop, Secret};
pub use fields::{AuthenticationInfo, Authorization, ProxyAuthenticate, ProxyAuthorization, WwwAuthenticate};
pub use nonce::{Nonce, NonceCount, NonceIssuer, NonceVerdict};
