//! How many branches a request may have at once (RFC 5393 5).

use crate::header::MaxBreadth;
use crate::message::{Message, StatusCode};

/// How a proxy limits the branches that run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreadthPolicy {
    /// What a request without the header field gets, and the most that any request may bring; at least one.
    pub maximum: u32,
    /// What becomes of a parallel fork that is wider than its request allows.
    pub narrow: NarrowFork,
}

/// What a proxy does with equally preferred targets for which the Max-Breadth of the request does not suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NarrowFork {
    /// It tries as many as it may in parallel, and the others after them.
    Serial,
    /// It answers 440 (Max-Breadth Exceeded).
    Refuse,
}

impl Default for BreadthPolicy {
    /// 60, and serial forking where that is too little.
    fn default() -> BreadthPolicy {
        //= RFC 5393 5.3.3: if a SIP proxy receives a request with no Max-Breadth header field value, it MUST add one, with a
        // value that is RECOMMENDED to be 60
        BreadthPolicy { maximum: 60, narrow: NarrowFork::Serial }
    }
}

/// The Incoming Max-Breadth of one request: how many of its branches may run at once, those below them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Breadth {
    incoming: u32,
    /// The value in the request, `None` when it has none.
    stated: Option<u32>,
}

impl Breadth {
    /// The Incoming Max-Breadth of `request` under `policy`.
    ///
    /// # Errors
    /// The response to a request whose value is not a positive integer.
    pub(super) fn of(request: &Message<'_>, policy: BreadthPolicy) -> Result<Breadth, StatusCode> {
        let maximum = policy.maximum.max(1);
        let stated = request.find::<MaxBreadth>().map_err(|error| error.status())?.map(|value| value.0);
        //= RFC 5393 5.3.1: the Max-Breadth header field takes a single positive integer as its value
        if stated == Some(0) {
            return Err(StatusCode::BAD_REQUEST);
        }
        //= RFC 5393 5.3.3: if this maximum is exceeded in a received request, the proxy MUST overwrite it with a value that
        // SHOULD be no greater than its allowable maximum
        Ok(Breadth { incoming: stated.unwrap_or(maximum).min(maximum), stated })
    }

    /// How many branches may run at once, at least one.
    pub(super) fn incoming(self) -> u32 {
        self.incoming
    }

    /// The parts of `branches` branches that begin together, at most as many as [`Breadth::incoming`]: as equal as can
    /// be, none of them zero.
    pub(super) fn shares(self, branches: usize) -> impl Iterator<Item = u32> {
        let count = u32::try_from(branches).unwrap_or(u32::MAX).max(1);
        let (each, more) = (self.incoming / count, self.incoming % count);
        (0..count).map(move |place| each + u32::from(place < more))
    }

    /// What the copy with this `share` must have written into it, `None` when the request has the same value.
    pub(super) fn to_write(self, share: u32) -> Option<u32> {
        Some(share).filter(|share| self.stated != Some(*share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breadth(field: &str) -> Result<Breadth, StatusCode> {
        let octets = format!("INVITE sip:bob@b.example SIP/2.0\r\n{field}\r\n");
        Breadth::of(&Message::parse(octets.as_bytes()).unwrap(), BreadthPolicy::default())
    }

    #[test]
    fn a_request_without_max_breadth_gets_60_and_none_has_more() {
        for (field, incoming, written) in [
            ("", 60, Some(60)),
            ("Max-Breadth: 60\r\n", 60, None),
            ("max-breadth: 7\r\n", 7, None),
            ("Max-Breadth: 61\r\n", 60, Some(60)),
            ("Max-Breadth: 99999999999999999999\r\n", 60, Some(60)),
        ] {
            let breadth = breadth(field).unwrap();
            assert_eq!(
                (breadth.incoming(), breadth.to_write(breadth.incoming())),
                (incoming, written),
                "{field}"
            );
        }
    }

    #[test]
    fn what_is_no_positive_integer_is_a_fault() {
        for value in ["0", "-1", "many", "6 0", ""] {
            assert!(breadth(&format!("Max-Breadth: {value}\r\n")).is_err(), "{value}");
        }
    }

    #[test]
    fn shares_sum_to_what_came_in_and_none_is_zero() {
        for incoming in 1..=60 {
            let breadth = Breadth { incoming, stated: None };
            for branches in 1..=incoming as usize {
                let shares: Vec<u32> = breadth.shares(branches).collect();
                assert_eq!((shares.len(), shares.iter().sum::<u32>()), (branches, incoming));
                assert!(shares.iter().all(|share| *share > 0), "{incoming} among {branches}: {shares:?}");
            }
        }
    }
}
