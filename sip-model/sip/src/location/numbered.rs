//! Populations whose names are numbered: a row of a table stands for a subscriber.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Range;

use sim_api::SimTime;

use super::binding::{Binding, Origin};
use crate::header::QValue;

/// Subscribers of one domain whose user parts are a prefix and a number: `u0@koeln.example`, `u1@koeln.example` …
///
/// Each of them has a row of [`NumberedSubscribers::ROW_OCTETS`] in the location service. The row holds the usual
/// binding (one contact of the subscriber's own name at an IP address, without parameters); any other goes to the
/// general table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedSubscribers {
    /// What precedes the number in the user part.
    pub prefix: String,
    /// The domain, compared without case.
    pub domain: String,
    /// The numbers, written without leading zeros.
    pub numbers: Range<u32>,
}

impl NumberedSubscribers {
    /// The octets of memory that one subscriber costs the location service.
    pub const ROW_OCTETS: usize = size_of::<Row>();

    /// The place of `user` among these subscribers.
    fn place(&self, user: &[u8]) -> Option<usize> {
        let digits = user.strip_prefix(self.prefix.as_bytes())?;
        let canonical = matches!(digits, [b'0'] | [b'1'..=b'9', ..]) && digits.len() <= 10;
        if !canonical || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = digits.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let number = u32::try_from(number).ok().filter(|number| self.numbers.contains(number))?;
        Some((number - self.numbers.start) as usize)
    }
}

/// The rows of one numbered population.
#[derive(Clone, Debug)]
pub(super) struct NumberedTable {
    pub(super) subscribers: NumberedSubscribers,
    rows: Vec<Row>,
}

impl NumberedTable {
    pub(super) fn new(mut subscribers: NumberedSubscribers) -> NumberedTable {
        subscribers.domain.make_ascii_lowercase();
        let rows = vec![Row::EMPTY; subscribers.numbers.len()];
        NumberedTable { subscribers, rows }
    }

    /// The place of the subscriber `user`, `None` when the population has no such member.
    pub(super) fn place(&self, user: &[u8]) -> Option<usize> {
        self.subscribers.place(user)
    }

    /// The binding of `user` at `place`, if its row holds one that lives at `now`.
    pub(super) fn binding(&self, place: usize, user: &[u8], now: SimTime) -> Option<Binding> {
        Some(&self.rows[place]).filter(|row| row.expires > now).map(|row| row.binding(user))
    }

    /// The row that holds exactly `bindings` of `user`, `None` when no row can.
    pub(super) fn row_for(user: &[u8], bindings: &[Binding]) -> Option<Row> {
        match bindings {
            [] => Some(Row::EMPTY),
            [binding] => Row::of(user, binding),
            [_, _, ..] => None,
        }
    }

    /// Puts `row` in the place of what stood there.
    pub(super) fn store(&mut self, place: usize, row: Row) {
        self.rows[place] = row;
    }

    /// Forgets the binding at `place`.
    pub(super) fn vacate(&mut self, place: usize) {
        self.rows[place] = Row::EMPTY;
    }

    /// Forgets all bindings.
    pub(super) fn clear(&mut self) {
        self.rows.fill(Row::EMPTY);
    }

    pub(super) fn octets(&self) -> usize {
        let subscribers = &self.subscribers;
        self.rows.len() * size_of::<Row>() + subscribers.prefix.len() + subscribers.domain.len()
    }
}

/// A binding to `sip:USER@ADDRESS[:PORT]`, where USER is the subscriber's own name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    expires: SimTime,
    call_id: u64,
    address: [u8; 16],
    cseq: u32,
    port: u16,
    q: QValue,
    form: Form,
}

/// How the contact's host and port are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    V4,
    V4WithPort,
    V6,
    V6WithPort,
}

impl Row {
    const EMPTY: Row = Row {
        expires: SimTime::ZERO,
        call_id: 0,
        address: [0; 16],
        cseq: 0,
        port: 0,
        q: QValue::ONE,
        form: Form::V4,
    };

    /// The row that gives back exactly this binding, `None` when there is none.
    fn of(user: &[u8], binding: &Binding) -> Option<Row> {
        if !binding.parameters.is_empty() || !binding.path.is_empty() {
            return None;
        }
        let host = binding.contact.strip_prefix(b"sip:")?.strip_prefix(user)?.strip_prefix(b"@")?;
        let (address, port) = host_port(std::str::from_utf8(host).ok()?)?;
        let (address, form) = match (address, port) {
            (IpAddr::V4(v4), None) => (v4.to_ipv6_mapped(), Form::V4),
            (IpAddr::V4(v4), Some(_)) => (v4.to_ipv6_mapped(), Form::V4WithPort),
            (IpAddr::V6(v6), None) => (v6, Form::V6),
            (IpAddr::V6(v6), Some(_)) => (v6, Form::V6WithPort),
        };
        let Origin { call_id, cseq } = binding.origin;
        let row = Row {
            expires: binding.expires,
            call_id,
            address: address.octets(),
            cseq,
            port: port.unwrap_or(0),
            q: binding.q,
            form,
        };
        // Another spelling of the same address does not fit: the contact must come back octet by octet.
        (row.contact(user) == *binding.contact).then_some(row)
    }

    fn binding(&self, user: &[u8]) -> Binding {
        let origin = Origin { call_id: self.call_id, cseq: self.cseq };
        let mut binding = Binding::new(&self.contact(user), self.expires, origin);
        binding.q = self.q;
        binding
    }

    fn contact(&self, user: &[u8]) -> Vec<u8> {
        let mut uri = Vec::with_capacity(user.len() + 32);
        uri.extend_from_slice(b"sip:");
        uri.extend_from_slice(user);
        uri.push(b'@');
        write!(uri, "{}", self.host()).expect("writing into memory succeeds");
        uri
    }

    fn host(&self) -> Host {
        let v6 = Ipv6Addr::from(self.address);
        let v4 = || IpAddr::V4(v6.to_ipv4_mapped().expect("an IPv4 row holds a mapped address"));
        match self.form {
            Form::V4 => Host::Bare(v4()),
            Form::V4WithPort => Host::WithPort(SocketAddr::new(v4(), self.port)),
            Form::V6 => Host::Bare(IpAddr::V6(v6)),
            Form::V6WithPort => Host::WithPort(SocketAddr::new(IpAddr::V6(v6), self.port)),
        }
    }
}

enum Host {
    Bare(IpAddr),
    WithPort(SocketAddr),
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Host::Bare(IpAddr::V4(v4)) => v4.fmt(f),
            Host::Bare(IpAddr::V6(v6)) => {
                f.write_char('[')?;
                v6.fmt(f)?;
                f.write_char(']')
            }
            Host::WithPort(address) => address.fmt(f),
        }
    }
}

/// An IP address, in brackets if it is of version 6, and the port behind it.
fn host_port(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some((address.ip(), Some(address.port())));
    }
    if let Some(inner) = text.strip_prefix('[') {
        return inner.strip_suffix(']')?.parse().ok().map(|v6| (IpAddr::V6(v6), None));
    }
    text.parse().ok().map(|v4| (IpAddr::V4(v4), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population() -> NumberedSubscribers {
        NumberedSubscribers { prefix: "u".into(), domain: "Koeln.example".into(), numbers: 5..1000 }
    }

    #[test]
    fn only_the_canonical_spelling_of_a_member_has_a_place() {
        for (user, place) in [
            ("u5", Some(0)),
            ("u17", Some(12)),
            ("u999", Some(994)),
            ("u4", None),
            ("u1000", None),
            ("u017", None),
            ("u", None),
            ("u1x", None),
            ("v17", None),
            ("u4294967301", None),
            ("u99999999999999999999", None),
        ] {
            assert_eq!(population().place(user.as_bytes()), place, "{user}");
        }
    }

    #[test]
    fn a_row_is_48_octets() {
        assert_eq!(NumberedSubscribers::ROW_OCTETS, 48);
    }

    #[test]
    fn a_row_gives_back_the_contact_octet_by_octet_or_refuses_it() {
        let stored = |contact: &str| {
            let binding =
                Binding::new(contact.as_bytes(), SimTime::from_secs(9), Origin { call_id: 3, cseq: 4 });
            let row = Row::of(b"u17", &binding)?;
            assert_eq!(row.binding(b"u17"), binding, "{contact}");
            Some(row.form)
        };
        for (contact, form) in [
            ("sip:u17@192.0.2.7", Some(Form::V4)),
            ("sip:u17@192.0.2.7:5060", Some(Form::V4WithPort)),
            ("sip:u17@[2001:db8::7]", Some(Form::V6)),
            ("sip:u17@[2001:db8::7]:5062", Some(Form::V6WithPort)),
            ("sip:u17@[::ffff:192.0.2.7]:5062", Some(Form::V6WithPort)),
            ("sip:u17@[2001:DB8::7]", None),
            ("sip:u17@192.0.2.7:05060", None),
            ("sip:u17@192.0.2.7;transport=udp", None),
            ("sip:u18@192.0.2.7", None),
            ("sips:u17@192.0.2.7", None),
            ("SIP:u17@192.0.2.7", None),
            ("sip:u17@pc.koeln.example", None),
            ("sip:u17@2001:db8::7", None),
        ] {
            assert_eq!(stored(contact), form, "{contact}");
        }
    }

    #[test]
    fn a_binding_with_parameters_or_path_does_not_fit_into_a_row() {
        let plain = Binding::new(b"sip:u17@192.0.2.7", SimTime::from_secs(9), Origin { call_id: 3, cseq: 4 });
        assert!(Row::of(b"u17", &plain).is_some());
        assert!(
            Row::of(b"u17", &Binding { parameters: (*b";methods=\"INVITE\"").into(), ..plain.clone() })
                .is_none()
        );
        assert!(Row::of(b"u17", &Binding { path: (*b"<sip:p1.example;lr>").into(), ..plain }).is_none());
    }
}
