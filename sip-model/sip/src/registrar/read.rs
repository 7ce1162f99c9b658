//! Reading what a REGISTER asks for (RFC 3261 10.3 steps 2, 5, 6 and 7).

use std::time::Duration;

use super::Verdict;
use super::interval::{Interval, IntervalPolicy};
use super::update::ContactChange;
use crate::header::{Contact, ContactAddress, Expires, QValue, Require, Supported};
use crate::location::Origin;
use crate::message::{Compose, HeaderName, Message, StatusCode};
use crate::uri::{Aor, Host, Uri};

/// What a REGISTER asks for.
#[derive(Debug)]
pub(super) struct Registration<'m> {
    /// Whose bindings.
    pub(super) aor: Aor,
    /// The host of the address-of-record.
    pub(super) aor_host: Host<'m>,
    pub(super) origin: Origin,
    pub(super) contacts: Contacts<'m>,
    /// The Expires header field in seconds.
    pub(super) expires: Option<u32>,
    /// The Path vector as one value; mostly empty.
    pub(super) path: Vec<u8>,
}

/// The contacts of a REGISTER.
#[derive(Debug)]
pub(super) enum Contacts<'m> {
    /// None: a query.
    None,
    /// `*`: all of them are to be removed.
    Star,
    /// These.
    Addresses(Vec<ContactAddress<'m>>),
}

/// The extensions that the registrar understands.
const SUPPORTED: [&str; 1] = ["path"];

/// What a malformed Expires counts as, in seconds.
const MALFORMED_EXPIRES_S: u32 = 3600;

impl<'m> Registration<'m> {
    /// Reads `request`.
    ///
    /// # Errors
    /// The verdict on a REGISTER that breaks the grammar or the rules of `*`.
    pub(super) fn read(request: &'m Message<'m>) -> Result<Registration<'m>, Verdict> {
        let mandatory = request.mandatory().map_err(|error| error.status())?;
        let uri = mandatory.to.address.uri;
        //= RFC 3261 10.3: step 5: the registrar extracts the address-of-record from the To header field
        //= RFC 3261 10.2: this address-of-record MUST be a SIP URI or SIPS URI
        let Uri::Sip(sip) = uri else { return Err(StatusCode::BAD_REQUEST.into()) };
        let expires = match request.find::<Expires>() {
            Ok(expires) => expires.map(|expires| expires.0),
            //= RFC 3261 10.2: malformed values SHOULD be treated as equivalent to 3600
            Err(_) => Some(MALFORMED_EXPIRES_S),
        };
        Ok(Registration {
            aor: Aor::of_sip(&sip),
            aor_host: sip.host(),
            origin: Origin::new(mandatory.call_id.as_str().as_bytes(), mandatory.cseq.number),
            contacts: Contacts::read(request, expires)?,
            expires,
            path: path(request),
        })
    }
}

impl<'m> Contacts<'m> {
    fn read(request: &'m Message<'m>, expires: Option<u32>) -> Result<Contacts<'m>, Verdict> {
        let mut addresses = Vec::new();
        let mut stars = 0;
        for contact in request.values::<Contact<'m>>() {
            match contact.map_err(|error| error.status())? {
                Contact::Star => stars += 1,
                Contact::Address(address) => addresses.push(address),
            }
        }
        match (stars, addresses.is_empty()) {
            (0, true) => Ok(Contacts::None),
            (0, false) => Ok(Contacts::Addresses(addresses)),
            (1, true) if expires == Some(0) => Ok(Contacts::Star),
            //= RFC 3261 10.3: step 6: if the request has additional Contact fields or an expiration time other than zero,
            // the request is invalid, and the server MUST return a 400 (Invalid Request)
            _ => Err(StatusCode::BAD_REQUEST.into()),
        }
    }
}

/// What `contacts` ask for, each with the interval that it is granted.
///
/// # Errors
/// [`Verdict::TooBrief`] when one of the intervals is; then none of the changes is made.
pub(super) fn changes(
    contacts: Vec<ContactAddress<'_>>,
    expires: &Option<u32>,
    policy: &IntervalPolicy,
) -> Result<Vec<ContactChange>, Verdict> {
    let one = |contact: ContactAddress<'_>| {
        let interval = match policy.judge(contact.expires, *expires) {
            Interval::Granted(seconds) => Duration::from_secs(seconds.into()),
            Interval::Removal => Duration::ZERO,
            Interval::TooBrief(seconds) => return Err(Verdict::TooBrief(seconds)),
        };
        let mut uri = Vec::new();
        contact.address.uri.compose(&mut uri);
        let mut parameters = Vec::new();
        contact.params.compose_except(&["q", "expires"], &mut parameters);
        Ok(ContactChange {
            contact: uri.into(),
            parameters: parameters.into(),
            q: contact.q.unwrap_or(QValue::ONE),
            interval,
        })
    };
    contacts.into_iter().map(one).collect()
}

/// Refuses a REGISTER that demands an extension that the registrar does not understand, or whose Path the user agent
/// does not.
pub(super) fn check_extensions(request: &Message<'_>) -> Result<(), Verdict> {
    let mut unsupported = Vec::new();
    for tag in request.values::<Require<'_>>() {
        let Require(tag) = tag.map_err(|error| error.status())?;
        if !SUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            append_value(tag.as_bytes(), &mut unsupported);
        }
    }
    if unsupported.is_empty() && has_unwanted_path(request) {
        //= RFC 3327 5.3: the recommended policy is to reject the request with a 420 indicating the Path extension
        append_value(b"path", &mut unsupported);
    }
    //= RFC 3261 8.2.2.3: the UAS MUST respond with 420, listing those option-tags it did not understand
    if unsupported.is_empty() { Ok(()) } else { Err(Verdict::BadExtension(unsupported)) }
}

fn has_unwanted_path(request: &Message<'_>) -> bool {
    let supports = |tag: &Supported<'_>| tag.0.eq_ignore_ascii_case("path");
    request.value(HeaderName::Path).is_some()
        && !request.values::<Supported<'_>>().flatten().any(|tag| supports(&tag))
}

/// The values of all Path rows as one value.
fn path(request: &Message<'_>) -> Vec<u8> {
    let mut path = Vec::new();
    request.rows_named(HeaderName::Path).for_each(|row| append_value(row.value, &mut path));
    path
}

fn append_value(value: &[u8], list: &mut Vec<u8>) {
    if !list.is_empty() {
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(value);
}
