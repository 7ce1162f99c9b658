//! What a REGISTER makes of the bindings of an address-of-record (RFC 3261 10.3 steps 6 and 7).
//!
//! Pure functions from the bindings before to the bindings after: the caller stores the outcome in one step, so
//! that a REGISTER is carried out as a whole or not at all.

use std::time::Duration;

use sim_api::SimTime;

use crate::header::QValue;
use crate::location::{Binding, Origin};
use crate::uri::Uri;

/// What a REGISTER asks for one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChange {
    /// The Contact URI.
    pub contact: Box<[u8]>,
    /// The Contact parameters besides `q` and `expires`, each with its semicolon.
    pub parameters: Box<[u8]>,
    /// The preference.
    pub q: QValue,
    /// For how long, zero for a removal.
    pub interval: Duration,
}

/// A registration that is not newer than the binding that it would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CSeq is not higher than that of the stored binding (RFC 3261 10.3)")]
pub struct OutOfOrder;

/// The bindings that `changes` make of `current`, in a REGISTER of this `origin` through this `path`.
///
/// # Errors
/// [`OutOfOrder`] when one of the changes is; then none of them may be made.
pub fn change(
    current: &[Binding],
    changes: Vec<ContactChange>,
    origin: Origin,
    path: &[u8],
    now: SimTime,
) -> Result<Vec<Binding>, OutOfOrder> {
    let mut bindings = current.to_vec();
    for change in changes {
        //= RFC 3261 10.3: step 7: the registrar searches the list of current bindings using the URI comparison rules
        let existing = current.iter().find(|binding| same_contact(&binding.contact, &change.contact));
        if existing.is_some_and(|binding| !origin.supersedes(binding.origin)) {
            return Err(OutOfOrder);
        }
        let place = bindings.iter().position(|binding| same_contact(&binding.contact, &change.contact));
        match (place, change.interval.is_zero()) {
            //= RFC 3261 10.3: step 7: the binding MUST be removed if the expiration time is zero
            (Some(place), true) => drop(bindings.remove(place)),
            (Some(place), false) => bindings[place] = binding(change, origin, path, now),
            (None, false) => bindings.push(binding(change, origin, path, now)),
            (None, true) => {}
        }
    }
    Ok(bindings)
}

/// The bindings that a REGISTER with `Contact: *` and this `origin` leaves: none.
///
/// # Errors
/// [`OutOfOrder`] when one of the bindings comes from the same Call-ID and no lower CSeq.
pub fn remove_all(current: &[Binding], origin: Origin) -> Result<Vec<Binding>, OutOfOrder> {
    //= RFC 3261 10.3: step 6: if the Call-ID agrees, it MUST remove the binding only if the CSeq is higher; otherwise,
    // the update MUST be aborted and the request fails
    match current.iter().all(|binding| origin.supersedes(binding.origin)) {
        true => Ok(Vec::new()),
        false => Err(OutOfOrder),
    }
}

fn binding(change: ContactChange, origin: Origin, path: &[u8], now: SimTime) -> Binding {
    let ContactChange { contact, parameters, q, interval } = change;
    Binding { contact, parameters, path: path.into(), q, expires: sim_api::deadline(now, interval), origin }
}

/// Whether two Contact URIs mean the same: RFC 3261 19.1.4 for SIP URIs, octet by octet for others.
fn same_contact(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    match (Uri::parse(a), Uri::parse(b)) {
        (Ok(Uri::Sip(a)), Ok(Uri::Sip(b))) => a.is_equivalent(&b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_of_step_7_in_a_row() {
        for (changes, by, after) in [
            // The binding does not exist: added.
            ("sip:bob@192.0.2.5 60", "call-b/1", Ok("sip:bob@192.0.2.4 sip:bob@192.0.2.5")),
            // Another Call-ID: updated or removed, whatever the CSeq.
            ("sip:bob@192.0.2.4 60", "call-b/1", Ok("sip:bob@192.0.2.4")),
            ("sip:bob@192.0.2.4 0", "call-b/1", Ok("")),
            // The same Call-ID: a higher CSeq only.
            ("sip:bob@192.0.2.4 60", "call-a/11", Ok("sip:bob@192.0.2.4")),
            ("sip:bob@192.0.2.4 0", "call-a/11", Ok("")),
            ("sip:bob@192.0.2.4 60", "call-a/10", Err(OutOfOrder)),
            ("sip:bob@192.0.2.4 0", "call-a/9", Err(OutOfOrder)),
            // All or nothing: the good first half is not carried out either.
            ("sip:bob@192.0.2.9 60,sip:bob@192.0.2.4 60", "call-a/10", Err(OutOfOrder)),
            // A contact that is new to the registrar is not ordered by another contact of the same Call-ID.
            ("sip:bob@192.0.2.9 60", "call-a/10", Ok("sip:bob@192.0.2.4 sip:bob@192.0.2.9")),
            // The URI comparison rules find the binding, and the new spelling is stored.
            ("sip:b%6Fb@192.0.2.4 60", "call-b/1", Ok("sip:b%6Fb@192.0.2.4")),
            (
                "sip:bob@192.0.2.4;transport=udp 60",
                "call-b/1",
                Ok("sip:bob@192.0.2.4 sip:bob@192.0.2.4;transport=udp"),
            ),
            // Removing what is not there changes nothing.
            ("sip:bob@192.0.2.7 0", "call-b/1", Ok("sip:bob@192.0.2.4")),
            // The same contact twice in one request: the last one counts.
            ("sip:bob@192.0.2.5 60,sip:bob@192.0.2.5 0", "call-b/1", Ok("sip:bob@192.0.2.4")),
            ("sip:bob@192.0.2.4 0,sip:bob@192.0.2.4 60", "call-a/11", Ok("sip:bob@192.0.2.4")),
        ] {
            let current =
                [Binding::new(b"sip:bob@192.0.2.4", SimTime::from_secs(99), Origin::new(b"call-a", 10))];
            let outcome = change(&current, parse_changes(changes), origin(by), b"", SimTime::from_secs(5));
            assert_eq!(outcome.map(names), after.map(str::to_owned), "{changes} by {by}");
        }
    }

    #[test]
    fn a_refresh_counts_from_the_present_and_keeps_call_id_and_cseq() {
        let current =
            [Binding::new(b"sip:bob@192.0.2.4", SimTime::from_secs(99), Origin::new(b"call-a", 10))];
        let changes = parse_changes("sip:bob@192.0.2.4 60");
        let after =
            change(&current, changes, origin("call-a/11"), b"<sip:p1.example;lr>", SimTime::from_secs(50));
        let after = after.unwrap();
        assert_eq!(after[0].expires, SimTime::from_secs(110));
        assert_eq!(after[0].origin, origin("call-a/11"));
        assert_eq!(&*after[0].path, b"<sip:p1.example;lr>");
    }

    #[test]
    fn star_removes_all_or_nothing() {
        let at = |contact: &[u8], by| Binding::new(contact, SimTime::from_secs(99), origin(by));
        let current = [at(b"sip:bob@192.0.2.4", "call-a/10"), at(b"sip:bob@192.0.2.5", "call-b/3")];
        assert_eq!(remove_all(&current, origin("call-a/11")), Ok(Vec::new()));
        assert_eq!(remove_all(&current, origin("call-c/1")), Ok(Vec::new()));
        assert_eq!(remove_all(&current, origin("call-b/3")), Err(OutOfOrder));
        assert_eq!(remove_all(&[], origin("call-b/3")), Ok(Vec::new()));
    }

    fn parse_changes(text: &str) -> Vec<ContactChange> {
        let one = |text: &str| {
            let (contact, seconds) = text.split_once(' ').unwrap();
            ContactChange {
                contact: contact.as_bytes().into(),
                parameters: Box::default(),
                q: QValue::ONE,
                interval: Duration::from_secs(seconds.parse().unwrap()),
            }
        };
        text.split(',').map(one).collect()
    }

    fn origin(text: &str) -> Origin {
        let (call_id, cseq) = text.split_once('/').unwrap();
        Origin::new(call_id.as_bytes(), cseq.parse().unwrap())
    }

    fn names(bindings: Vec<Binding>) -> String {
        let text = |binding: &Binding| String::from_utf8(binding.contact.to_vec()).unwrap();
        bindings.iter().map(text).collect::<Vec<_>>().join(" ")
    }
}
