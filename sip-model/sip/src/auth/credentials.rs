//! Credentials (RFC 3261 20.7, 20.28, 25.1 `credentials`; RFC 7616 3.4).

use super::challenge::{quoted, read_auth_params, read_scheme, token};
use super::digest::{Algorithm, DigestAlgorithm, DigestHex, DigestInput, Protection, Qop, Secret};
use super::nonce::NonceCount;
use crate::header::{Cursor, Param, Quoted};
use crate::message::{Compose, Method, ParseError};

/// Credentials of any scheme.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// Digest.
    Digest(DigestCredentials<'a>),
    /// Another scheme, which nobody here can judge.
    Other {
        /// The scheme's name.
        scheme: &'a str,
        /// What stands behind it, as received.
        rest: &'a [u8],
    },
}

/// Digest credentials.
#[derive(Clone, Copy, Debug)]
pub struct DigestCredentials<'a> {
    /// The user's name in the realm.
    pub username: Quoted<'a>,
    /// The protection space.
    pub realm: Quoted<'a>,
    /// The server's nonce.
    pub nonce: Quoted<'a>,
    /// The digest-uri: the Request-URI as the client knew it (RFC 3261 22.4 item 6).
    pub uri: Quoted<'a>,
    /// The request-digest.
    pub response: DigestHex,
    /// The algorithm; MD5 where none is named.
    pub algorithm: Algorithm<'a>,
    /// What the challenge asked to return.
    pub opaque: Option<Quoted<'a>>,
    /// The quality of protection, `None` for the rules of RFC 2069.
    pub qop: Option<Qop>,
    /// The client's nonce.
    pub cnonce: Option<Quoted<'a>>,
    /// How often the server's nonce was used, this time included.
    pub nc: Option<NonceCount>,
}

/// The parameters of Digest credentials as far as they have been read.
struct Parts<'a> {
    username: Option<Quoted<'a>>,
    realm: Option<Quoted<'a>>,
    nonce: Option<Quoted<'a>>,
    uri: Option<Quoted<'a>>,
    response: Option<DigestHex>,
    algorithm: Algorithm<'a>,
    opaque: Option<Quoted<'a>>,
    qop: Option<Qop>,
    cnonce: Option<Quoted<'a>>,
    nc: Option<NonceCount>,
}

impl<'a> Credentials<'a> {
    /// Reads credentials up to the cursor's end.
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        match read_scheme(cursor)? {
            Some(scheme) => {
                let rest = cursor.take_while(|_| true);
                Ok(Self::Other { scheme, rest })
            }
            None => DigestCredentials::read(cursor).map(Self::Digest),
        }
    }

    /// The Digest credentials, `None` for other schemes.
    #[must_use]
    pub fn digest(&self) -> Option<&DigestCredentials<'a>> {
        match self {
            Self::Digest(credentials) => Some(credentials),
            Self::Other { .. } => None,
        }
    }
}

impl<'a> DigestCredentials<'a> {
    /// Whether these credentials prove knowledge of `secret` for a request of `method` with `body`.
    ///
    /// False also for an algorithm that cannot be computed. Whether the nonce is fresh, the realm is right and the
    /// nonce count is new is for the caller to ask.
    #[must_use]
    pub fn matches(&self, secret: Secret<'_>, method: Method<'_>, body: &[u8]) -> bool {
        let Some(algorithm) = self.algorithm.known() else { return false };
        let Some(protection) = self.protection(body) else { return false };
        let input = DigestInput {
            algorithm,
            username: self.username.raw(),
            realm: self.realm.raw(),
            secret,
            method: method.as_str(),
            uri: self.uri.raw(),
            nonce: self.nonce.raw(),
            protection,
        };
        input.response() == self.response
    }

    /// The protection that the digest was made with; `None` when what it needs is missing.
    fn protection<'b>(&self, body: &'b [u8]) -> Option<Protection<'b>>
    where
        'a: 'b,
    {
        let Some(qop) = self.qop else { return Some(Protection::Legacy) };
        let (cnonce, nc) = (self.cnonce?.raw(), self.nc?);
        Some(match qop {
            Qop::Auth => Protection::Auth { cnonce, nc },
            Qop::AuthInt => Protection::AuthInt { cnonce, nc, body },
        })
    }

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let mut parts = Parts::new();
        read_auth_params(cursor, |param| parts.take(&param))?;
        parts.complete().ok_or_else(|| cursor.fault_since(start))
    }
}

impl<'a> Parts<'a> {
    fn new() -> Self {
        Self {
            username: None,
            realm: None,
            nonce: None,
            uri: None,
            response: None,
            algorithm: Algorithm::Known(DigestAlgorithm::Md5),
            opaque: None,
            qop: None,
            cnonce: None,
            nc: None,
        }
    }

    /// Takes over a parameter; `None` when its value is wrong.
    fn take(&mut self, param: &Param<'a>) -> Option<()> {
        match param.name.to_ascii_lowercase().as_str() {
            "username" => self.username = Some(quoted(param)?),
            "realm" => self.realm = Some(quoted(param)?),
            "nonce" => self.nonce = Some(quoted(param)?),
            "uri" => self.uri = Some(quoted(param)?),
            "response" => self.response = Some(DigestHex::parse(quoted(param)?.raw())?),
            "algorithm" => self.algorithm = Algorithm::from_token(token(param)?),
            "opaque" => self.opaque = Some(quoted(param)?),
            "qop" => self.qop = Some(Qop::from_token(token(param)?)?),
            "cnonce" => self.cnonce = Some(quoted(param)?),
            "nc" => self.nc = Some(NonceCount::parse(param.value?.raw())?),
            _ => {}
        }
        Some(())
    }

    /// The credentials if nothing is missing that every digest needs.
    fn complete(self) -> Option<DigestCredentials<'a>> {
        Some(DigestCredentials {
            username: self.username?,
            realm: self.realm?,
            nonce: self.nonce?,
            uri: self.uri?,
            response: self.response?,
            algorithm: self.algorithm,
            opaque: self.opaque,
            qop: self.qop,
            cnonce: self.cnonce,
            nc: self.nc,
        })
    }
}

/// Appends `, name=value` for each value that is there.
pub(super) fn compose_list(params: &[(&str, Option<&dyn Compose>)], out: &mut Vec<u8>) {
    for (name, value) in params {
        if let Some(value) = value {
            out.extend_from_slice(b", ");
            name.compose(out);
            out.push(b'=');
            value.compose(out);
        }
    }
}

impl Compose for DigestCredentials<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Digest username=");
        self.username.compose(out);
        compose_list(
            &[("realm", Some(&self.realm)), ("nonce", Some(&self.nonce)), ("uri", Some(&self.uri))],
            out,
        );
        out.extend_from_slice(b", response=\"");
        self.response.compose(out);
        out.push(b'"');
        //= RFC 2617 3.2.1: if this is not present it is assumed to be "MD5"; RFC 2069 names none in credentials
        let is_named = self.qop.is_some() || self.algorithm != Algorithm::Known(DigestAlgorithm::Md5);
        let algorithm = is_named.then(|| self.algorithm.as_str());
        compose_list(
            &[
                ("algorithm", algorithm.as_ref().map(|algorithm| algorithm as &dyn Compose)),
                ("opaque", self.opaque.as_ref().map(|opaque| opaque as &dyn Compose)),
                ("qop", self.qop.map(|qop| qop.as_str()).as_ref().map(|qop| qop as &dyn Compose)),
                ("cnonce", self.cnonce.as_ref().map(|cnonce| cnonce as &dyn Compose)),
                ("nc", self.nc.as_ref().map(|nc| nc as &dyn Compose)),
            ],
            out,
        );
    }
}

impl Compose for Credentials<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Digest(credentials) => credentials.compose(out),
            Self::Other { scheme, rest } => {
                scheme.compose(out);
                out.push(b' ');
                rest.compose(out);
            }
        }
    }
}
