//! Nonces that need no memory at the server, and how often one was used (RFC 7616 3.3, 3.4).

use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::message::Compose;

/// Issues nonces and recognises its own.
///
/// A nonce is its time of issue and a hash of that time, of the server's secret and of what it is bound to. So a
/// server that crashed and came back, and every other with the same secret, recognises it.
#[derive(Clone)]
pub struct NonceIssuer {
    secret: [u8; 16],
}

/// A nonce: 48 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce([u8; 48]);

/// What a server finds when a nonce comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceVerdict {
    /// It is the server's own and young enough.
    Fresh,
    /// It is the server's own, but too old: the challenge is renewed with `stale=true`.
    Stale,
    /// The server did not issue it, or not for this.
    Foreign,
}

/// How often a nonce was used: the `nc` of credentials.
///
/// To find replays, remember the greatest count seen for each nonce: the next must be greater (RFC 7616 3.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NonceCount(pub u32);

impl NonceIssuer {
    /// An issuer with `secret`, which should come from the node's own random stream.
    #[must_use]
    pub const fn new(secret: [u8; 16]) -> Self {
        Self { secret }
    }

    /// The nonce of the time `now_ns`, in nanoseconds of virtual time, for what `binding` names.
    ///
    /// The binding is any octets that will be known again when the nonce comes back, such as the address of record;
    /// empty for none.
    #[must_use]
    pub fn issue(&self, now_ns: u64, binding: &[u8]) -> Nonce {
        let seal = self.seal(now_ns, binding);
        let mut digits = [0; 48];
        let octets = now_ns.to_be_bytes().into_iter().chain(seal);
        for (pair, octet) in digits.chunks_exact_mut(2).zip(octets) {
            pair[0] = b"0123456789abcdef"[usize::from(octet >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(octet & 15)];
        }
        Nonce(digits)
    }

    /// Judges `nonce`, as it came without quotation marks, at the time `now_ns`.
    #[must_use]
    pub fn check(&self, nonce: &[u8], now_ns: u64, binding: &[u8], lifetime: Duration) -> NonceVerdict {
        let Some(issued_ns) = issue_time(nonce) else { return NonceVerdict::Foreign };
        if issued_ns > now_ns || self.issue(issued_ns, binding).0 != nonce {
            return NonceVerdict::Foreign;
        }
        let age = Duration::from_nanos(now_ns - issued_ns);
        if age <= lifetime { NonceVerdict::Fresh } else { NonceVerdict::Stale }
    }

    /// The first 16 octets of the hash that only the holder of the secret can make.
    fn seal(&self, issued_ns: u64, binding: &[u8]) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update(issued_ns.to_be_bytes());
        hash.update(binding);
        let hash: [u8; 32] = hash.finalize().into();
        *hash.first_chunk().expect("a SHA-256 hash has 32 octets")
    }
}

/// The time of issue that a nonce claims, in nanoseconds.
fn issue_time(nonce: &[u8]) -> Option<u64> {
    let digits = nonce.get(..16).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

impl fmt::Debug for NonceIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NonceIssuer")
    }
}

impl Nonce {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({self})")
    }
}

impl NonceCount {
    /// The count of the first use.
    pub const FIRST: Self = Self(1);

    /// The count of the use after this one, `None` when the nonce is used up.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(next) => Some(Self(next)),
            None => None,
        }
    }

    /// The count that eight hexadecimal digits spell.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        //= RFC 3261 25.1: nc-value = 8LHEX
        let legal = text.len() == 8 && text.iter().all(u8::is_ascii_hexdigit);
        let digits = legal.then(|| std::str::from_utf8(text).ok()).flatten()?;
        u32::from_str_radix(digits, 16).ok().map(Self)
    }

    /// Eight hexadecimal digits in lower case.
    #[must_use]
    pub fn digits(self) -> [u8; 8] {
        let mut digits = [0; 8];
        for (at, digit) in digits.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(self.0 >> (28 - 4 * at) & 15) as usize];
        }
        digits
    }
}

impl Compose for NonceCount {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.digits());
    }
}
