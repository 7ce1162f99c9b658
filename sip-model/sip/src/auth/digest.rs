//! The digest itself (RFC 2617 3.2.2, RFC 7616 3.4).

use std::fmt;

use md5::Md5;
use sha2::{Digest, Sha256, Sha512_256};

use super::nonce::NonceCount;
use crate::message::Compose;

/// A digest algorithm that this crate can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// MD5 (RFC 2617).
    Md5,
    /// MD5 with a session key.
    Md5Sess,
    /// SHA-256 (RFC 7616, RFC 8760).
    Sha256,
    /// SHA-256 with a session key.
    Sha256Sess,
    /// SHA-512/256 (RFC 7616, RFC 8760): FIPS 180's function of that name, not SHA-512 cut short, which is what
    /// the example of RFC 7616 3.9.2 shows.
    Sha512T256,
    /// SHA-512/256 with a session key.
    Sha512T256Sess,
}

/// The algorithm that a challenge or credentials name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm<'a> {
    /// One that can be computed.
    Known(DigestAlgorithm),
    /// Any other token.
    Unsupported(&'a str),
}

/// Quality of protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qop {
    /// `auth`: the request line's method and URI.
    Auth,
    /// `auth-int`: the body as well.
    AuthInt,
}

/// What goes into a digest besides who and what: the protection and what it needs.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'a> {
    /// No qop, as in RFC 2069.
    Legacy,
    /// `auth`.
    Auth {
        /// The client's nonce.
        cnonce: &'a [u8],
        /// How often the server's nonce was used, this time included.
        nc: NonceCount,
    },
    /// `auth-int`.
    AuthInt {
        /// The client's nonce.
        cnonce: &'a [u8],
        /// How often the server's nonce was used, this time included.
        nc: NonceCount,
        /// The body of the message.
        body: &'a [u8],
    },
}

/// What a user proves to know.
#[derive(Clone, Copy, Debug)]
pub enum Secret<'a> {
    /// The password: any octets, as AKA's RES is (RFC 3310 3.3).
    Password(&'a [u8]),
    /// The stored hash of user, realm and password, by the same algorithm: see [`DigestAlgorithm::ha1`].
    Ha1(DigestHex),
}

/// All that a digest is computed from. Quoted values go in without their quotation marks, escapes left in place.
#[derive(Clone, Copy, Debug)]
pub struct DigestInput<'a> {
    /// The algorithm.
    pub algorithm: DigestAlgorithm,
    /// The user's name in the realm.
    pub username: &'a [u8],
    /// The protection space.
    pub realm: &'a [u8],
    /// What the user proves to know.
    pub secret: Secret<'a>,
    /// The method of the request; empty for the `rspauth` of a response (RFC 7616 3.5).
    pub method: &'a str,
    /// The digest-uri, as it stands in the credentials.
    pub uri: &'a [u8],
    /// The server's nonce.
    pub nonce: &'a [u8],
    /// The protection.
    pub protection: Protection<'a>,
}

/// A digest in hexadecimal digits: 32 or 64 of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DigestHex {
    digits: [u8; 64],
    length: u8,
}

impl DigestAlgorithm {
    const ALL: [Self; 6] =
        [Self::Md5, Self::Md5Sess, Self::Sha256, Self::Sha256Sess, Self::Sha512T256, Self::Sha512T256Sess];

    /// The algorithm's token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Sess => "SHA-256-sess",
            Self::Sha512T256 => "SHA-512-256",
            Self::Sha512T256Sess => "SHA-512-256-sess",
        }
    }

    /// Whether the key is one of a session: nonce and client nonce go into it.
    #[must_use]
    pub const fn has_session_key(self) -> bool {
        matches!(self, Self::Md5Sess | Self::Sha256Sess | Self::Sha512T256Sess)
    }

    /// The hash of user, realm and password that a server may store in place of the password.
    #[must_use]
    pub fn ha1(self, username: &[u8], realm: &[u8], password: &[u8]) -> DigestHex {
        self.hash(&[username, b":", realm, b":", password])
    }

    /// The hash of `parts` in a row.
    fn hash(self, parts: &[&[u8]]) -> DigestHex {
        match self {
            Self::Md5 | Self::Md5Sess => hash_with::<Md5>(parts),
            Self::Sha256 | Self::Sha256Sess => hash_with::<Sha256>(parts),
            Self::Sha512T256 | Self::Sha512T256Sess => hash_with::<Sha512_256>(parts),
        }
    }
}

fn hash_with<D: Digest>(parts: &[&[u8]]) -> DigestHex {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    DigestHex::of(&hash.finalize())
}

impl<'a> Algorithm<'a> {
    /// The algorithm that `token` names, without case.
    #[must_use]
    pub fn from_token(token: &'a str) -> Self {
        let known = DigestAlgorithm::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(token));
        known.map_or(Self::Unsupported(token), Self::Known)
    }

    /// The algorithm if it can be computed.
    #[must_use]
    pub fn known(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Known(algorithm) => Some(algorithm),
            Self::Unsupported(_) => None,
        }
    }

    /// The token.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Known(algorithm) => algorithm.as_str(),
            Self::Unsupported(token) => token,
        }
    }
}

impl Qop {
    /// The token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    /// The protection that `token` names, without case; `None` for one that nobody knows.
    #[must_use]
    pub fn from_token(token: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt].into_iter().find(|qop| qop.as_str().eq_ignore_ascii_case(token))
    }
}

impl<'a> Protection<'a> {
    /// The quality of protection, `None` for the rules of RFC 2069.
    #[must_use]
    pub const fn qop(&self) -> Option<Qop> {
        match self {
            Self::Legacy => None,
            Self::Auth { .. } => Some(Qop::Auth),
            Self::AuthInt { .. } => Some(Qop::AuthInt),
        }
    }

    /// The client's nonce; empty for the rules of RFC 2069.
    #[must_use]
    pub const fn cnonce(&self) -> &'a [u8] {
        match self {
            Self::Legacy => b"",
            Self::Auth { cnonce, .. } | Self::AuthInt { cnonce, .. } => cnonce,
        }
    }
}

impl DigestInput<'_> {
    /// The request-digest: the value of `response`, or of `rspauth` with an empty method.
    #[must_use]
    pub fn response(&self) -> DigestHex {
        let ha1 = self.session_ha1();
        let ha2 = self.ha2();
        let (ha1, ha2) = (ha1.as_str().as_bytes(), ha2.as_str().as_bytes());
        match self.protection {
            //= RFC 2617 3.2.2.1: if the "qop" directive is not present (this construction is for
            // compatibility with RFC 2069)
            Protection::Legacy => self.algorithm.hash(&[ha1, b":", self.nonce, b":", ha2]),
            //= RFC 7616 3.4.1: response = KD ( H(A1), unq(nonce) ":" nc ":" unq(cnonce) ":" unq(qop) ":" H(A2) )
            Protection::Auth { cnonce, nc } => self.protected(ha1, nc, cnonce, Qop::Auth, ha2),
            Protection::AuthInt { cnonce, nc, .. } => self.protected(ha1, nc, cnonce, Qop::AuthInt, ha2),
        }
    }

    fn protected(&self, ha1: &[u8], nc: NonceCount, cnonce: &[u8], qop: Qop, ha2: &[u8]) -> DigestHex {
        let (nc, qop) = (nc.digits(), qop.as_str().as_bytes());
        self.algorithm.hash(&[ha1, b":", self.nonce, b":", &nc, b":", cnonce, b":", qop, b":", ha2])
    }

    fn session_ha1(&self) -> DigestHex {
        let ha1 = match self.secret {
            Secret::Password(password) => self.algorithm.ha1(self.username, self.realm, password),
            Secret::Ha1(ha1) => ha1,
        };
        if !self.algorithm.has_session_key() {
            return ha1;
        }
        //= RFC 7616 3.4.2: A1 = H( unq(username) ":" unq(realm) ":" passwd ) ":" unq(nonce-prime) ":"
        // unq(cnonce-prime)
        self.algorithm.hash(&[ha1.as_str().as_bytes(), b":", self.nonce, b":", self.protection.cnonce()])
    }

    fn ha2(&self) -> DigestHex {
        let method = self.method.as_bytes();
        match self.protection {
            //= RFC 7616 3.4.3: A2 = Method ":" request-uri
            Protection::Legacy | Protection::Auth { .. } => self.algorithm.hash(&[method, b":", self.uri]),
            //= RFC 7616 3.4.3: A2 = Method ":" request-uri ":" H(entity-body)
            Protection::AuthInt { body, .. } => {
                let body = self.algorithm.hash(&[body]);
                self.algorithm.hash(&[method, b":", self.uri, b":", body.as_str().as_bytes()])
            }
        }
    }
}

impl DigestHex {
    /// The digits of `octets`, of which there are at most 32.
    fn of(octets: &[u8]) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, octet) in digits.chunks_exact_mut(2).zip(octets) {
            pair[0] = HEX[usize::from(octet >> 4)];
            pair[1] = HEX[usize::from(octet & 15)];
        }
        Self { digits, length: 2 * octets.len() as u8 }
    }

    /// The digest that `text` spells: 32 or 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let legal = matches!(text.len(), 32 | 64) && text.iter().all(u8::is_ascii_hexdigit);
        legal.then(|| {
            let mut digits = [0; 64];
            digits[..text.len()].copy_from_slice(text);
            //= RFC 3261 25.1: some elements (authentication) force hex alphas to be lower case
            digits.make_ascii_lowercase();
            Self { digits, length: text.len() as u8 }
        })
    }

    /// The digits, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.length)]).expect("hexadecimal digits are ASCII")
    }
}

impl fmt::Display for DigestHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DigestHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DigestHex({self})")
    }
}

impl Compose for DigestHex {
    fn compose(&self, out: &mut Vec<u8>) {
        self.as_str().compose(out);
    }
}
