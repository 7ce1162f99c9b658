//! Challenges (RFC 3261 20.27, 20.44, 25.1 `challenge`; RFC 7616 3.3).

use super::credentials::{DigestCredentials, compose_list};
use super::digest::{Algorithm, DigestAlgorithm, DigestInput, Protection, Qop, Secret};
use super::nonce::{Nonce, NonceCount};
use crate::header::{Cursor, Param, ParamValue, Quoted, read_param};
use crate::message::lex::whole_token;
use crate::message::{Compose, Method, ParseError};

/// A challenge of any scheme.
#[derive(Clone, Copy, Debug)]
pub enum Challenge<'a> {
    /// Digest.
    Digest(DigestChallenge<'a>),
    /// Another scheme, which nobody here can answer.
    Other {
        /// The scheme's name.
        scheme: &'a str,
        /// What stands behind it, as received.
        rest: &'a [u8],
    },
}

/// A Digest challenge.
#[derive(Clone, Copy, Debug)]
pub struct DigestChallenge<'a> {
    /// The protection space.
    pub realm: Quoted<'a>,
    /// The server's nonce.
    pub nonce: Quoted<'a>,
    /// What is to be returned unchanged.
    pub opaque: Option<Quoted<'a>>,
    /// Whether the credentials were right and only their nonce was too old.
    pub stale: bool,
    /// Whether `stale` is written when it is false.
    pub form: ChallengeForm,
    /// The algorithm; MD5 where none is named.
    pub algorithm: Algorithm<'a>,
    /// The qualities of protection offered, as received, `None` where none is named: then RFC 2069 rules.
    pub qop: Option<&'a [u8]>,
}

/// How much a challenge says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChallengeForm {
    /// `stale` stands there when it is true.
    #[default]
    Brief,
    /// `stale` stands there in any case, as in the examples of RFC 3261 22.
    Full,
}

/// A client and its request, as far as the answer to a challenge needs them.
#[derive(Clone, Copy, Debug)]
pub struct DigestClient<'a> {
    /// The user's name in the realm, escaped for a quoted string.
    pub username: Quoted<'a>,
    /// What the user proves to know.
    pub secret: Secret<'a>,
    /// The method of the request.
    pub method: Method<'a>,
    /// The Request-URI as it is sent.
    pub uri: Quoted<'a>,
    /// The client's nonce, from its own random stream.
    pub cnonce: Quoted<'a>,
    /// How often the server's nonce was used, this time included.
    pub nc: NonceCount,
    /// The body of the request.
    pub body: &'a [u8],
}

/// Why a challenge cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswerable {
    /// The algorithm cannot be computed.
    Algorithm,
    /// No quality of protection on offer is known.
    Qop,
}

impl<'a> Challenge<'a> {
    /// Reads a challenge up to the cursor's end.
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        match read_scheme(cursor)? {
            Some(scheme) => {
                let rest = cursor.take_while(|_| true);
                Ok(Self::Other { scheme, rest })
            }
            None => DigestChallenge::read(cursor).map(Self::Digest),
        }
    }

    /// The Digest challenge, `None` for other schemes.
    #[must_use]
    pub fn digest(&self) -> Option<&DigestChallenge<'a>> {
        match self {
            Self::Digest(challenge) => Some(challenge),
            Self::Other { .. } => None,
        }
    }
}

/// Reads the scheme and the white space behind it; `None` stands for Digest.
pub(super) fn read_scheme<'a>(cursor: &mut Cursor<'a>) -> Result<Option<&'a str>, ParseError> {
    let start = cursor.pos();
    let scheme = cursor.token()?;
    if !cursor.skip_lws() {
        return Err(cursor.fault(start));
    }
    Ok((!scheme.eq_ignore_ascii_case("Digest")).then_some(scheme))
}

/// Reads `auth-param *(COMMA auth-param)` and hands each to `take`, which gives `None` when the value is wrong.
pub(super) fn read_auth_params<'a>(
    cursor: &mut Cursor<'a>,
    mut take: impl FnMut(Param<'a>) -> Option<()>,
) -> Result<(), ParseError> {
    loop {
        let start = cursor.pos();
        let param = read_param(cursor)?;
        take(param).ok_or_else(|| cursor.fault_since(start))?;
        if !cursor.eat_separator(b',') {
            return Ok(());
        }
    }
}

/// The quoted string that is the value of a parameter.
pub(super) fn quoted<'a>(param: &Param<'a>) -> Option<Quoted<'a>> {
    match param.value? {
        ParamValue::Quoted(quoted) => Some(quoted),
        ParamValue::Token(_) => None,
    }
}

/// The token that is the value of a parameter; quotation marks around it are taken off.
pub(super) fn token<'a>(param: &Param<'a>) -> Option<&'a str> {
    whole_token(param.value?.raw())
}

impl<'a> DigestChallenge<'a> {
    /// A challenge for `realm` with `nonce` that asks for `auth`.
    #[must_use]
    pub fn new(realm: Quoted<'a>, nonce: &'a Nonce, algorithm: DigestAlgorithm) -> Self {
        let nonce = Quoted::from_escaped(nonce.as_str().as_bytes()).expect("digits need no escape");
        Self::with_nonce(realm, nonce, algorithm)
    }

    /// As [`DigestChallenge::new`], with a nonce of any form.
    #[must_use]
    pub fn with_nonce(realm: Quoted<'a>, nonce: Quoted<'a>, algorithm: DigestAlgorithm) -> Self {
        Self {
            realm,
            nonce,
            opaque: None,
            stale: false,
            form: ChallengeForm::Brief,
            algorithm: Algorithm::Known(algorithm),
            //= RFC 3261 22.4: servers MUST always send a "qop" parameter in WWW-Authenticate and Proxy-Authenticate
            // header field values
            qop: Some(b"auth"),
        }
    }

    /// The same challenge to credentials whose nonce was too old.
    #[must_use]
    pub fn stale(self) -> Self {
        Self { stale: true, ..self }
    }

    /// The qualities of protection on offer that are known.
    pub fn qops(&self) -> impl Iterator<Item = Qop> + use<'a> {
        let names = self.qop.unwrap_or_default().split(|&c| c == b',');
        names.filter_map(|name| Qop::from_token(std::str::from_utf8(name.trim_ascii()).ok()?))
    }

    /// The credentials that answer this challenge. `auth` is preferred to `auth-int`.
    ///
    /// # Errors
    /// [`Unanswerable`] when the challenge asks for what this crate cannot compute.
    pub fn answer(&self, client: &DigestClient<'a>) -> Result<DigestCredentials<'a>, Unanswerable> {
        let algorithm = self.algorithm.known().ok_or(Unanswerable::Algorithm)?;
        let protection = self.protection(client)?;
        let input = DigestInput {
            algorithm,
            username: client.username.raw(),
            realm: self.realm.raw(),
            secret: client.secret,
            method: client.method.as_str(),
            uri: client.uri.raw(),
            nonce: self.nonce.raw(),
            protection,
        };
        let qop = protection.qop();
        Ok(DigestCredentials {
            username: client.username,
            realm: self.realm,
            nonce: self.nonce,
            uri: client.uri,
            response: input.response(),
            algorithm: self.algorithm,
            opaque: self.opaque,
            //= RFC 3261 22.4: a cnonce value MUST NOT be sent in an Authorization (and by extension
            // Proxy-Authorization) header field if no qop directive has been sent
            cnonce: qop.map(|_| client.cnonce),
            nc: qop.map(|_| client.nc),
            qop,
        })
    }

    fn stale_text(&self) -> Option<&'static str> {
        match (self.stale, self.form) {
            (true, _) => Some("true"),
            (false, ChallengeForm::Full) => Some("FALSE"),
            (false, ChallengeForm::Brief) => None,
        }
    }

    fn protection(&self, client: &DigestClient<'a>) -> Result<Protection<'a>, Unanswerable> {
        if self.qop.is_none() {
            return Ok(Protection::Legacy);
        }
        let (cnonce, nc) = (client.cnonce.raw(), client.nc);
        let mut offered = self.qops().collect::<Vec<_>>().into_iter();
        let best = if offered.clone().any(|qop| qop == Qop::Auth) { Some(Qop::Auth) } else { offered.next() };
        match best.ok_or(Unanswerable::Qop)? {
            Qop::Auth => Ok(Protection::Auth { cnonce, nc }),
            Qop::AuthInt => Ok(Protection::AuthInt { cnonce, nc, body: client.body }),
        }
    }

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let (mut realm, mut nonce, mut opaque, mut stale, mut qop) = (None, None, None, false, None);
        let mut algorithm = Algorithm::Known(DigestAlgorithm::Md5);
        read_auth_params(cursor, |param| {
            match param.name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(quoted(&param)?),
                "nonce" => nonce = Some(quoted(&param)?),
                "opaque" => opaque = Some(quoted(&param)?),
                //= RFC 7616 3.3: a case-insensitive flag indicating that the previous request from the
                // client was rejected because the nonce value was stale
                "stale" => stale = token(&param)?.eq_ignore_ascii_case("true"),
                "algorithm" => algorithm = Algorithm::from_token(token(&param)?),
                "qop" => qop = Some(param.value?.raw()),
                _ => {}
            }
            Some(())
        })?;
        let (Some(realm), Some(nonce)) = (realm, nonce) else { return Err(cursor.fault_since(start)) };
        Ok(Self { realm, nonce, opaque, stale, form: ChallengeForm::Brief, algorithm, qop })
    }
}

impl Compose for DigestChallenge<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Digest realm=");
        self.realm.compose(out);
        compose_list(
            &[
                ("nonce", Some(&self.nonce)),
                ("opaque", self.opaque.as_ref().map(|opaque| opaque as &dyn Compose)),
                ("stale", self.stale_text().as_ref().map(|text| text as &dyn Compose)),
                ("algorithm", Some(&self.algorithm.as_str())),
            ],
            out,
        );
        if let Some(qop) = self.qop {
            out.extend_from_slice(b", qop=\"");
            out.extend_from_slice(qop);
            out.push(b'"');
        }
    }
}

impl Compose for Challenge<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Digest(challenge) => challenge.compose(out),
            Self::Other { scheme, rest } => {
                scheme.compose(out);
                out.push(b' ');
                rest.compose(out);
            }
        }
    }
}
