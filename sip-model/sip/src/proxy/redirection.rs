//! Recursion: a proxy tries the contacts of a 3xx itself (RFC 3261 16.5, 16.7 step 4).

use std::cmp::Reverse;

use super::admission::split;
use super::routing::{Routing, composed};
use super::search::{Search, TARGETS_MAX};
use super::target::Target;
use crate::header::{Contact, ContactAddress, QValue};
use crate::location::NextHop;
use crate::message::{Edit, HeaderName, Message, StatusCode};
use crate::uri::{SipScheme, Uri};

/// What a proxy does with the contacts in a 3xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recursion {
    /// It tries them, if the Request-URI was its own to change.
    On,
    /// The response goes upstream as it came.
    Off,
}

/// What is left of a 3xx after recursion.
#[derive(Debug)]
pub(super) enum Remainder {
    /// All of it: the proxy takes nothing from it.
    All,
    /// The response without the contacts that the proxy tries, or has tried, itself.
    Others(Vec<u8>),
    /// Nothing that anybody could use.
    Nothing,
}

/// The contacts of a 3xx, as a proxy sorts them.
#[derive(Debug, Default)]
struct Sorted<'m> {
    /// New to the target set.
    fresh: Vec<ContactAddress<'m>>,
    /// Neither tried nor to be tried here.
    others: Vec<ContactAddress<'m>>,
}

/// Adds the contacts of `response` to the targets of `search`.
///
/// They are tried after the targets that are being tried and before those that wait, by falling preference. Returns how
/// many groups of targets joined, and what is left of the response.
pub(super) fn recurse(
    response: &Message<'_>,
    search: &mut Search,
    routing: &Routing<'_>,
    table: &dyn NextHop,
) -> (u16, Remainder) {
    if !may_recurse(response) || !search.is_responsible() {
        return (0, Remainder::All);
    }
    let Some(Sorted { fresh, others }) = sort(response, search, routing) else { return (0, Remainder::All) };
    //= RFC 5393 5.3.3: SIP proxies MUST NOT allow the Outgoing Max-Breadth to exceed the Incoming Max-Breadth
    let widest = search.breadth.map_or(TARGETS_MAX, |breadth| breadth.incoming() as usize);
    let targets = split(groups(fresh, routing, table), widest);
    let joined = targets.len() as u16;
    search.add(targets);
    if others.is_empty() {
        //= RFC 3261 16.7: step 4: if the proxy recurses on all of the contacts in a 3xx response, the proxy SHOULD NOT add the
        // resulting contactless response to the response context
        return (joined, Remainder::Nothing);
    }
    (joined, Remainder::Others(with_contacts(response, &others)))
}

/// Whether the contacts of `response` stand for the target itself: 305 names a proxy, 380 another service.
fn may_recurse(response: &Message<'_>) -> bool {
    matches!(
        response.status(),
        Some(StatusCode::MULTIPLE_CHOICES | StatusCode::MOVED_PERMANENTLY | StatusCode::MOVED_TEMPORARILY)
    )
}

/// Sorts the contacts of `response`; `None` when there are none or one of them cannot be read.
fn sort<'m>(response: &'m Message<'m>, search: &Search, routing: &Routing<'_>) -> Option<Sorted<'m>> {
    let mut sorted = Sorted::default();
    let mut any = false;
    for contact in response.values::<Contact<'m>>() {
        let Ok(Contact::Address(contact)) = contact else { return None };
        any = true;
        let uri = contact.address.uri;
        let is_new =
            |list: &[ContactAddress<'m>]| !list.iter().any(|known| known.address.uri.is_equivalent(&uri));
        //= RFC 3261 16.5: if a target URI is already present in the set (based on the definition of equality for the URI type),
        // it MUST NOT be added again
        if search.has(&uri) || super::search::is_same(&routing.uri, &uri) || !is_new(&sorted.fresh) {
            continue;
        }
        if is_reachable(&uri) && search.targets() + sorted.fresh.len() < TARGETS_MAX {
            sorted.fresh.push(contact);
        } else {
            sorted.others.push(contact);
        }
    }
    any.then_some(sorted)
}

/// Whether the proxy can send to `uri` at all: it speaks no other scheme than `sip:`, and has no TLS for `sips:`.
fn is_reachable(uri: &Uri<'_>) -> bool {
    uri.as_sip().is_some_and(|uri| uri.scheme == SipScheme::Sip)
}

/// `contacts` as targets, in groups of equal preference.
fn groups(
    mut contacts: Vec<ContactAddress<'_>>,
    routing: &Routing<'_>,
    table: &dyn NextHop,
) -> Vec<Vec<Target>> {
    let q = |contact: &ContactAddress<'_>| contact.q.unwrap_or(QValue::ONE);
    contacts.sort_by_key(|contact| Reverse(q(contact)));
    contacts
        .chunk_by(|one, other| q(one) == q(other))
        .map(|group| group.iter().map(|contact| target(contact, routing, table)).collect())
        .collect()
}

fn target(contact: &ContactAddress<'_>, routing: &Routing<'_>, table: &dyn NextHop) -> Target {
    let uri = &contact.address.uri;
    let hop = routing.next_hop(uri, table);
    Target { uri: Some(composed(uri).into()), path: Box::default(), hop }
}

/// `response` with no other contacts than these.
fn with_contacts(response: &Message<'_>, contacts: &[ContactAddress<'_>]) -> Vec<u8> {
    //= RFC 3261 16.7: step 4: a proxy may choose to recurse on the SIP and SIPS URIs and place the remainder into the response
    // context to be returned
    let values: Vec<Vec<u8>> = contacts.iter().map(|contact| composed(contact)).collect();
    let value: &[u8] = &values.join(&b", "[..]);
    let mut out = Vec::new();
    let mut edit = Edit::new(response);
    edit.replace(HeaderName::Contact, &value);
    edit.write_into(&mut out);
    out
}
