//! How a proxy recognises a request that it has forwarded before (RFC 5393 4.2).

use sim_api::{content_hash, mix};

use super::identity::Identity;
use crate::header::Via;
use crate::message::{HeaderName, Message, StartLine};

/// The second part of a branch: a hash of all that decides where a request goes.
///
/// A request that comes back unchanged has the mark that its own Via carries and has looped. One that comes back with
/// another Request-URI or other routes has another mark: it spirals, which is legal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LoopMark(u32);

/// The digits of a mark, at the end of the branch.
pub(super) const MARK_DIGITS: usize = 8;

impl LoopMark {
    /// The mark of `request` as it was received, at the server that has drawn `salt`.
    pub(super) fn of(request: &Message<'_>, salt: u64) -> LoopMark {
        let mut hash = salt;
        //= RFC 5393 4.2.1: the second part MUST depend at least on the received Request-URI and any Route header field values
        // used when processing the received request
        if let StartLine::Request { uri, .. } = request.start_line() {
            hash = mix(hash ^ content_hash(uri.as_bytes()));
        }
        for row in request.rows_named(HeaderName::Route) {
            hash = mix(hash ^ content_hash(row.value));
        }
        //= RFC 5393 4.2.4: implementations SHOULD include at least one field that varies between different transactions
        // attempting to reach the same destination; the Call-ID would be a good input
        if let Some(call_id) = request.value(HeaderName::CallId) {
            hash = mix(hash ^ content_hash(call_id));
        }
        LoopMark((hash >> 32) as u32)
    }

    /// The mark as a number.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// Whether `request` carries this mark in a Via that the server `own` has put there.
    pub(super) fn is_in(self, request: &Message<'_>, own: &Identity) -> bool {
        let digits = self.digits();
        let may_be = |value: &[u8]| value.windows(MARK_DIGITS).any(|part| part == digits);
        if !request.rows_named(HeaderName::Via).any(|row| may_be(row.value)) {
            return false;
        }
        //= RFC 5393 4.2.2: each Via header field value in the request whose sent-by value matches a value placed into previous
        // requests by this proxy MUST be inspected for the "second part"
        //= RFC 5393 4.2.4: parsing another element's Via header field values must not cause an implementation to fail
        request.values::<Via<'_>>().flatten().any(|via| {
            let branch = via.branch.map_or("", |branch| branch.as_str());
            branch.as_bytes().ends_with(&digits) && own.is_at(&via.sent_by)
        })
    }

    fn digits(self) -> [u8; MARK_DIGITS] {
        let mut digits = [0; MARK_DIGITS];
        write_hex(u64::from(self.0) << 32, &mut digits);
        digits
    }
}

/// Writes the highest digits of `number` in hexadecimal, as many as there is room for, at most 16.
pub(super) fn write_hex(number: u64, digits: &mut [u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for (place, digit) in digits.iter_mut().enumerate().take(16) {
        *digit = HEX[(number >> (60 - 4 * place)) as usize & 15];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Domains;

    const SALT: u64 = 0x0123_4567_89ab_cdef;

    fn own() -> Identity {
        Identity::new(&["192.0.2.1:5060".parse().unwrap()], Domains::default())
    }

    fn request(line: &str, rows: &str) -> Vec<u8> {
        format!("{line} SIP/2.0\r\n{rows}Call-ID: 1\r\n\r\n").into_bytes()
    }

    fn mark(octets: &[u8]) -> LoopMark {
        LoopMark::of(&Message::parse(octets).unwrap(), SALT)
    }

    #[test]
    fn the_mark_varies_with_request_uri_and_routes_and_not_with_the_method() {
        let invite = mark(&request("INVITE sip:bob@b.example", ""));
        assert_eq!(mark(&request("CANCEL sip:bob@b.example", "Max-Forwards: 7\r\n")), invite);
        assert_ne!(mark(&request("INVITE sip:bob@c.example", "")), invite);
        assert_ne!(mark(&request("INVITE sip:bob@b.example", "Route: <sip:192.0.2.1;lr>\r\n")), invite);
    }

    #[test]
    fn only_the_servers_own_via_tells_of_a_loop() {
        let line = "INVITE sip:bob@b.example";
        let digits = format!("{:08x}", mark(&request(line, "")).number());
        for (via, looped) in [
            (
                format!(
                    "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx{digits}"
                ),
                true,
            ),
            (format!("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx{digits}"), false),
            (format!("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{digits}x"), false),
            (
                format!(
                    "SIP/2.0/UDP a;;=,;x=\"{digits}\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx{digits}"
                ),
                true,
            ),
            (format!("nonsense {digits}"), false),
        ] {
            let octets = request(line, &format!("Via: {via}\r\n"));
            let message = Message::parse(&octets).unwrap();
            assert_eq!(LoopMark::of(&message, SALT).is_in(&message, &own()), looped, "{via}");
        }
    }
}
