//! Addresses of record in canonical form (RFC 3261 10.3 step 5).

use std::fmt;

use super::escape::unescape;
use super::{SipUri, TelUri, Uri};
use crate::message::compose::Compose;

/// The canonical form of an address of record: the index into the bindings of a registrar.
///
/// `sip:user@host` without parameters and headers, escapes resolved, the host in lower case; a port stays.
/// `tel:` numbers lose their visual separators and, being numbers, their parameters except `phone-context`.
/// The order of `Aor`s is that of their octets, the same on every platform.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aor(Box<[u8]>);

impl Aor {
    /// The address of record that `uri` names, `None` for schemes that cannot be registered.
    #[must_use]
    pub fn of(uri: &Uri<'_>) -> Option<Self> {
        match uri {
            Uri::Sip(uri) => Some(Self::of_sip(uri)),
            Uri::Tel(uri) => Some(Self::of_tel(uri)),
            Uri::Other(_) => None,
        }
    }

    /// The address of record that a SIP URI names.
    #[must_use]
    pub fn of_sip(uri: &SipUri<'_>) -> Self {
        let mut out = Vec::with_capacity(64);
        uri.scheme.as_str().compose(&mut out);
        out.push(b':');
        if let Some(user) = uri.user {
            //= RFC 3261 10.3: any escaped characters MUST be converted to their unescaped form
            out.extend_from_slice(&unescape(user));
            out.push(b'@');
        }
        let host = out.len();
        uri.host_port.compose(&mut out);
        out[host..].make_ascii_lowercase();
        Self(out.into_boxed_slice())
    }

    fn of_tel(uri: &TelUri<'_>) -> Self {
        let mut text: String = "tel:".chars().chain(uri.digits()).collect();
        if let Some(context) = uri.phone_context() {
            text.push_str(";phone-context=");
            text.push_str(&context.to_ascii_lowercase());
        }
        Self(text.into_bytes().into_boxed_slice())
    }

    /// The canonical octets; the user part may hold any octet.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Aor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Aor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aor({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aor(text: &str) -> String {
        Aor::of(&Uri::parse(text).unwrap()).unwrap().to_string()
    }

    #[test]
    fn parameters_go_and_escapes_are_resolved() {
        assert_eq!(
            aor("sip:%61lice@AtLanTa.CoM;user=phone;transport=tcp?subject=x"),
            "sip:alice@atlanta.com"
        );
        assert_eq!(aor("sip:Alice@atlanta.com"), "sip:Alice@atlanta.com");
        assert_eq!(aor("sips:alice@atlanta.com:5070"), "sips:alice@atlanta.com:5070");
    }

    #[test]
    fn escaped_nul_stays_distinct() {
        assert_ne!(aor("sip:%00@example.com"), aor("sip:%00%00@example.com"));
    }

    #[test]
    fn tel_numbers_lose_their_separators() {
        assert_eq!(aor("tel:+49-(30)-123.45"), "tel:+493012345");
        assert_eq!(aor("tel:7042;phone-context=Example.COM"), "tel:7042;phone-context=example.com");
    }

    #[test]
    fn other_schemes_cannot_be_registered() {
        assert!(Aor::of(&Uri::parse("urn:service:sos").unwrap()).is_none());
    }
}
