//! Methods (RFC 3261 7.1 and the extensions that define more).

use std::fmt;

use super::compose::Compose;
use super::lex;

/// The method of a request.
///
/// Methods are compared with case (RFC 3261 7.1): `Invite` is an extension method that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method<'a> {
    /// ACK (RFC 3261 13).
    Ack,
    /// BYE (RFC 3261 15).
    Bye,
    /// CANCEL (RFC 3261 9).
    Cancel,
    /// INFO (RFC 6086).
    Info,
    /// INVITE (RFC 3261 13).
    Invite,
    /// MESSAGE (RFC 3428).
    Message,
    /// NOTIFY (RFC 6665).
    Notify,
    /// OPTIONS (RFC 3261 11).
    Options,
    /// PRACK (RFC 3262).
    Prack,
    /// PUBLISH (RFC 3903).
    Publish,
    /// REFER (RFC 3515).
    Refer,
    /// REGISTER (RFC 3261 10).
    Register,
    /// SUBSCRIBE (RFC 6665).
    Subscribe,
    /// UPDATE (RFC 3311).
    Update,
    /// Any other token.
    Extension(&'a str),
}

impl<'a> Method<'a> {
    /// The method that `token` spells, `None` when it is no token (RFC 3261 25.1).
    #[must_use]
    pub fn from_token(token: &'a [u8]) -> Option<Self> {
        Some(match token {
            b"ACK" => Self::Ack,
            b"BYE" => Self::Bye,
            b"CANCEL" => Self::Cancel,
            b"INFO" => Self::Info,
            b"INVITE" => Self::Invite,
            b"MESSAGE" => Self::Message,
            b"NOTIFY" => Self::Notify,
            b"OPTIONS" => Self::Options,
            b"PRACK" => Self::Prack,
            b"PUBLISH" => Self::Publish,
            b"REFER" => Self::Refer,
            b"REGISTER" => Self::Register,
            b"SUBSCRIBE" => Self::Subscribe,
            b"UPDATE" => Self::Update,
            other => Self::Extension(lex::whole_token(other)?),
        })
    }

    /// The method as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        match self {
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Info => "INFO",
            Self::Invite => "INVITE",
            Self::Message => "MESSAGE",
            Self::Notify => "NOTIFY",
            Self::Options => "OPTIONS",
            Self::Prack => "PRACK",
            Self::Publish => "PUBLISH",
            Self::Refer => "REFER",
            Self::Register => "REGISTER",
            Self::Subscribe => "SUBSCRIBE",
            Self::Update => "UPDATE",
            Self::Extension(token) => token,
        }
    }
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Compose for Method<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_str().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_case_sensitive() {
        assert_eq!(Method::from_token(b"INVITE"), Some(Method::Invite));
        assert_eq!(Method::from_token(b"Invite"), Some(Method::Extension("Invite")));
    }

    #[test]
    fn percent_in_a_method_is_not_an_escape() {
        assert_eq!(Method::from_token(b"RE%47IST%45R"), Some(Method::Extension("RE%47IST%45R")));
    }

    #[test]
    fn method_must_be_a_token() {
        assert_eq!(Method::from_token(b""), None);
        assert_eq!(Method::from_token(b"IN VITE"), None);
        assert_eq!(Method::from_token(b"INV/ITE"), None);
    }
}
