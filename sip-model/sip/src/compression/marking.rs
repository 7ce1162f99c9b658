//! Telling others that this application takes SigComp: `comp` and `sigcomp-id` (RFC 3486 3, RFC 5049 9.1).

use std::net::SocketAddr;

use crate::header::{Contact, ContactAddress, NameAddr, Path, RecordRoute};
use crate::message::{Compose, Edit, HeaderName, Message};
use crate::uri::{SipUri, Uri, UriParams};

use super::application::SigcompId;
use super::remote::SIGCOMP;

/// Appends `message` to `out`, with the parameters of the application `id` at `own` in its topmost Via, if it is a
/// request, and in the topmost Contact, Record-Route and Path if they name `own`.
//= RFC 5049 9.1: a Via entry, or a URI, with comp=sigcomp MUST have the sigcomp-id parameter
pub(super) fn mark(message: &Message<'_>, own: SocketAddr, id: &SigcompId, out: &mut Vec<u8>) {
    let quoted = format!("\"{}\"", id.as_str());
    let values = [
        (HeaderName::Contact, contact(message, own, id), message.values::<Contact<'_>>().count()),
        (
            HeaderName::RecordRoute,
            record_route(message, own, id),
            message.values::<RecordRoute<'_>>().count(),
        ),
        (HeaderName::Path, path(message, own, id), message.values::<Path<'_>>().count()),
    ];
    let mut edit = Edit::new(message);
    if message.is_request() {
        edit.set_top_param(HeaderName::Via, "comp", &SIGCOMP);
        edit.set_top_param(HeaderName::Via, "sigcomp-id", &quoted);
    }
    for (name, value, count) in &values {
        match value {
            None => {}
            Some(value) if *count == 1 => edit.replace(*name, value),
            Some(value) => {
                edit.remove_top(*name);
                edit.push_top(*name, value);
            }
        }
    }
    edit.write_into(out);
}

fn contact(message: &Message<'_>, own: SocketAddr, id: &SigcompId) -> Option<String> {
    let Ok(Some(Contact::Address(contact))) = message.find::<Contact<'_>>() else { return None };
    marked(contact.address, own, id, |address| composed(&ContactAddress { address, ..contact }))
}

fn record_route(message: &Message<'_>, own: SocketAddr, id: &SigcompId) -> Option<String> {
    let route = message.find::<RecordRoute<'_>>().ok()??;
    marked(route.address, own, id, |address| composed(&RecordRoute { address, ..route }))
}

fn path(message: &Message<'_>, own: SocketAddr, id: &SigcompId) -> Option<String> {
    let path = message.find::<Path<'_>>().ok()??;
    marked(path.address, own, id, |address| composed(&Path { address, ..path }))
}

/// What `compose` makes of `address` with the parameters in its URI, if that names `own`.
fn marked(
    address: NameAddr<'_>,
    own: SocketAddr,
    id: &SigcompId,
    compose: impl FnOnce(NameAddr<'_>) -> String,
) -> Option<String> {
    let uri = own_uri(&address.uri, own)?;
    let before = if uri.params.is_empty() { String::new() } else { format!("{};", uri.params.as_str()) };
    let params = format!("{before}comp={SIGCOMP};sigcomp-id={}", id.as_str());
    let uri = Uri::Sip(SipUri { params: UriParams::parse(&params).ok()?, ..uri });
    Some(compose(NameAddr { uri, ..address }))
}

/// The URI if it is one of the application at `own` that says nothing of compression.
fn own_uri<'a>(uri: &Uri<'a>, own: SocketAddr) -> Option<SipUri<'a>> {
    let uri = *uri.as_sip()?;
    let port = uri.host_port.port.unwrap_or(5060);
    let same = uri.host_port.host.address() == Some(own.ip()) && port == own.port();
    (same && uri.params.find("comp").is_none()).then_some(uri)
}

fn composed(value: &dyn Compose) -> String {
    let mut out = Vec::new();
    value.compose(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}
