//! Bindings, and their order in time (RFC 3261 10.3).

use sim_api::{SimTime, content_hash};

use crate::header::QValue;

/// One binding: a contact at which an address-of-record is reached for a while (RFC 3261 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The Contact URI as the user agent spelt it, without angle brackets.
    pub contact: Box<[u8]>,
    /// The Contact parameters besides `q` and `expires` as they came, each with its semicolon; mostly empty.
    pub parameters: Box<[u8]>,
    /// The Path vector of RFC 3327 as one comma-separated header field value; mostly empty.
    pub path: Box<[u8]>,
    /// The preference among the bindings of one address-of-record.
    pub q: QValue,
    /// The instant at which the binding ends.
    pub expires: SimTime,
    /// The registration that made or refreshed the binding.
    pub origin: Origin,
}

impl Binding {
    /// A binding to `contact` that ends at `expires`, with the highest preference and without parameters.
    #[must_use]
    pub fn new(contact: &[u8], expires: SimTime, origin: Origin) -> Binding {
        Binding {
            contact: contact.into(),
            parameters: Box::default(),
            path: Box::default(),
            q: QValue::ONE,
            expires,
            origin,
        }
    }

    /// Whether the binding still holds at `now`.
    #[must_use]
    pub fn is_live(&self, now: SimTime) -> bool {
        self.expires > now
    }

    /// What is left of the binding at `now`, in seconds, rounded up: zero only for one that has ended.
    #[must_use]
    pub fn remaining_s(&self, now: SimTime) -> u32 {
        let left = self.expires.saturating_since(now);
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    /// The octets that the binding occupies outside its own struct.
    pub(super) fn heap_octets(&self) -> usize {
        self.contact.len() + self.parameters.len() + self.path.len()
    }
}

/// The Call-ID and CSeq of a registration: what orders the registrations of one user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// A 64-bit hash of the Call-ID: two Call-IDs at one address-of-record share it with probability 2^-64.
    pub call_id: u64,
    /// The CSeq number.
    pub cseq: u32,
}

impl Origin {
    /// The origin with this Call-ID and CSeq number.
    #[must_use]
    pub fn new(call_id: &[u8], cseq: u32) -> Origin {
        Origin { call_id: content_hash(call_id), cseq }
    }

    /// Whether a registration of this origin may change a binding of origin `earlier`.
    #[must_use]
    pub fn supersedes(self, earlier: Origin) -> bool {
        //= RFC 3261 10.3: step 7: with the same Call-ID the CSeq must be higher than that of the existing binding
        self.call_id != earlier.call_id || self.cseq > earlier.cseq
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_higher_cseq_of_the_same_call_id_supersedes() {
        let stored = Origin::new(b"a84b4c76e66710@pc33.atlanta.com", 7);
        for (call_id, cseq, wanted) in [
            (&b"a84b4c76e66710@pc33.atlanta.com"[..], 8, true),
            (b"a84b4c76e66710@pc33.atlanta.com", 7, false),
            (b"a84b4c76e66710@pc33.atlanta.com", 6, false),
            (b"other@pc33.atlanta.com", 1, true),
        ] {
            assert_eq!(Origin::new(call_id, cseq).supersedes(stored), wanted, "{cseq}");
        }
    }

    #[test]
    fn remaining_time_is_rounded_up() {
        let binding = Binding::new(b"sip:a@b", SimTime::from_secs(10), Origin::new(b"x", 1));
        assert_eq!(binding.remaining_s(SimTime::ZERO), 10);
        assert_eq!(binding.remaining_s(SimTime::from_nanos(1)), 10);
        assert_eq!(binding.remaining_s(SimTime::from_millis(9_001)), 1);
        assert_eq!(binding.remaining_s(SimTime::from_secs(11)), 0);
    }
}
