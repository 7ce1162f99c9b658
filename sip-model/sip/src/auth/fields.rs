//! The header fields that carry challenges and credentials (RFC 3261 20.6, 20.7, 20.27, 20.28, 20.44).

use super::challenge::{Challenge, quoted, read_auth_params, token};
use super::credentials::Credentials;
use super::digest::{DigestHex, Qop};
use super::nonce::NonceCount;
use crate::header::{Cursor, HeaderField, Quoted, Shape};
use crate::message::{Compose, HeaderName, ParseError};

/// A challenge of a UAS or registrar, in a 401.
#[derive(Clone, Copy, Debug)]
pub struct WwwAuthenticate<'a>(pub Challenge<'a>);

/// A challenge of a proxy, in a 407.
#[derive(Clone, Copy, Debug)]
pub struct ProxyAuthenticate<'a>(pub Challenge<'a>);

/// Credentials for a UAS or registrar.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a>(pub Credentials<'a>);

/// Credentials for a proxy.
#[derive(Clone, Copy, Debug)]
pub struct ProxyAuthorization<'a>(pub Credentials<'a>);

/// What a server says of itself in a response to good credentials.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuthenticationInfo<'a> {
    /// The nonce to use next.
    pub nextnonce: Option<Quoted<'a>>,
    /// The quality of protection of `rspauth`.
    pub qop: Option<Qop>,
    /// The server's own digest.
    pub rspauth: Option<DigestHex>,
    /// The client's nonce.
    pub cnonce: Option<Quoted<'a>>,
    /// How often the server's nonce was used.
    pub nc: Option<NonceCount>,
}

macro_rules! auth_fields {
    ($($field:ident: $value:ident),+ $(,)?) => {$(
        impl<'a> HeaderField<'a> for $field<'a> {
            const NAME: HeaderName = HeaderName::$field;
            //= RFC 3261 7.3.1: since their grammar does not follow the general form listed in Section 7.3,
            // they MUST NOT be combined into a single header field row
            const SHAPE: Shape = Shape::Rows;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                $value::read(cursor).map(Self)
            }
        }

        impl Compose for $field<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }
    )+};
}

auth_fields! {
    WwwAuthenticate: Challenge,
    ProxyAuthenticate: Challenge,
    Authorization: Credentials,
    ProxyAuthorization: Credentials,
}

impl<'a> HeaderField<'a> for AuthenticationInfo<'a> {
    const NAME: HeaderName = HeaderName::AuthenticationInfo;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let mut info = Self::default();
        let mut known = 0;
        read_auth_params(cursor, |param| {
            known += 1;
            match param.name.to_ascii_lowercase().as_str() {
                "nextnonce" => info.nextnonce = Some(quoted(&param)?),
                "qop" => info.qop = Some(Qop::from_token(token(&param)?)?),
                "rspauth" => info.rspauth = Some(DigestHex::parse(quoted(&param)?.raw())?),
                "cnonce" => info.cnonce = Some(quoted(&param)?),
                "nc" => info.nc = Some(NonceCount::parse(param.value?.raw())?),
                _ => known -= 1,
            }
            Some(())
        })?;
        if known == 0 { Err(cursor.fault_since(start)) } else { Ok(info) }
    }
}

impl Compose for AuthenticationInfo<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        let rspauth = self.rspauth.map(|digest| format!("\"{digest}\""));
        let qop = self.qop.map(|qop| qop.as_str());
        let params: [(&str, Option<&dyn Compose>); 5] = [
            ("nextnonce", self.nextnonce.as_ref().map(|nonce| nonce as _)),
            ("qop", qop.as_ref().map(|qop| qop as _)),
            ("rspauth", rspauth.as_ref().map(|digest| digest as _)),
            ("cnonce", self.cnonce.as_ref().map(|cnonce| cnonce as _)),
            ("nc", self.nc.as_ref().map(|nc| nc as _)),
        ];
        let mut separator = "";
        for (name, value) in params {
            let Some(value) = value else { continue };
            separator.compose(out);
            name.compose(out);
            out.push(b'=');
            value.compose(out);
            separator = ", ";
        }
    }
}
