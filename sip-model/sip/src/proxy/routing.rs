//! Which way a request goes: route preprocessing and postprocessing (RFC 3261 16.4, 16.6 steps 6 and 7).

use std::borrow::Cow;

use super::identity::Identity;
use crate::header::Route;
use crate::locate::Hop;
use crate::location::NextHop;
use crate::message::{Compose, Message, ParseError, ParseErrorKind, StartLine};
use crate::uri::{HostPort, SipUri, Uri, UriHeaders, UriParams};

/// A request after route preprocessing: its Request-URI, and the routes that are left.
#[derive(Debug)]
pub(super) struct Routing<'m> {
    /// The Request-URI that counts from here on.
    pub(super) uri: Cow<'m, [u8]>,
    /// The Route values that are left, in order.
    pub(super) routes: Vec<Route<'m>>,
    /// How they differ from those that were received.
    pub(super) change: RouteChange,
}

/// How the Route header field after preprocessing differs from the one that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteChange {
    /// Not at all.
    Unchanged,
    /// So many values from the first on are gone.
    FirstRemoved(usize),
    /// The last value is gone, because it became the Request-URI; perhaps the first one too.
    Rewritten,
}

impl<'m> Routing<'m> {
    /// Preprocesses the routes of `request`.
    ///
    /// # Errors
    /// When the Request-URI or a Route value cannot be read, or the Request-URI has header components.
    pub(super) fn of(request: &'m Message<'m>, own: &Identity) -> Result<Routing<'m>, ParseError> {
        let StartLine::Request { uri: text, .. } = request.start_line() else {
            unreachable!("only requests are routed")
        };
        let uri = request.request_uri()?;
        //= RFC 3261 19.1.1: table 1: headers are not allowed in a Request-URI
        if uri.as_sip().is_some_and(|uri| !uri.headers.is_empty()) {
            return Err(ParseError { kind: ParseErrorKind::RequestUriHeaders, at: 0..0 });
        }
        let mut routes = request.values::<Route<'m>>().collect::<Result<Vec<_>, _>>()?;
        let mut change = RouteChange::Unchanged;
        let mut target: Cow<'m, [u8]> = text.as_bytes().into();
        //= RFC 3261 16.4: if the Request-URI contains a value this proxy previously placed into a Record-Route header
        // field, the proxy MUST replace it with the last value from the Route header field, and remove that value
        if is_own_record_route(&uri, own)
            && let Some(last) = routes.pop()
        {
            target = composed(&last.address.uri).into();
            change = RouteChange::Rewritten;
        } else if let Some(stripped) = without_own_maddr(&uri, own) {
            target = stripped.into();
        }
        //= RFC 3261 16.4: if the first value in the Route header field indicates this proxy, the proxy MUST remove it
        //= RFC 5658 5: a proxy MAY remove two Route headers instead of one when using the double Record-Routing
        let leading = routes.iter().take_while(|route| leads_to(&route.address.uri, own)).count();
        routes.drain(..leading);
        if change == RouteChange::Unchanged && leading > 0 {
            change = RouteChange::FirstRemoved(leading);
        }
        Ok(Routing { uri: target, routes, change })
    }

    /// Where a request for `target` goes: to the first route that is left, else to the target itself.
    ///
    /// `None` when that URI is not a SIP URI or nobody serves it.
    pub(super) fn next_hop(&self, target: &Uri<'_>, table: &dyn NextHop) -> Option<Hop> {
        //= RFC 3261 16.6: step 7: the first value in the Route header field, if present, else the Request-URI
        let uri = self.routes.first().map_or(target, |route| &route.address.uri);
        table.next_hop(uri.as_sip()?)
    }

    /// Whether the next element on the way is a strict router, for which the copy must be rearranged.
    pub(super) fn meets_strict_router(&self) -> bool {
        //= RFC 3261 16.6: step 6: if that URI does not contain an lr parameter, the proxy MUST modify the copy
        self.routes.first().is_some_and(|route| !route.is_loose_router())
    }
}

/// The octets that `value` composes.
pub(super) fn composed(value: &dyn Compose) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    value.compose(&mut out);
    out
}

/// Whether `uri` is one that this proxy writes into Record-Route: its own address, `lr`, and no user.
fn is_own_record_route(uri: &Uri<'_>, own: &Identity) -> bool {
    uri.as_sip().is_some_and(|uri| uri.user.is_none() && own.is_named_by(uri) && uri.is_loose_router())
}

fn leads_to(uri: &Uri<'_>, own: &Identity) -> bool {
    uri.as_sip().is_some_and(|uri| own.is_named_by(uri))
}

/// The Request-URI without a `maddr` that means this proxy, and without the port and transport that go with it;
/// `None` when there is no such `maddr`.
fn without_own_maddr(uri: &Uri<'_>, own: &Identity) -> Option<Vec<u8>> {
    let uri = uri.as_sip()?;
    let maddr = HostPort { host: uri.maddr()?, port: uri.port() };
    if !own.is_named_by(&SipUri { host_port: maddr, ..*uri }) {
        return None;
    }
    //= RFC 3261 16.4: the proxy MUST strip the maddr and any non-default port or transport parameter
    let kept: Vec<String> =
        uri.params.iter().filter(|(name, _)| !is_stripped(name)).map(param_text).collect();
    let kept = kept.join(";");
    let params = UriParams::parse(&kept).ok()?;
    let host_port = HostPort::portless(uri.host());
    Some(composed(&SipUri { host_port, params, headers: UriHeaders::NONE, ..*uri }))
}

fn is_stripped(name: &str) -> bool {
    name.eq_ignore_ascii_case("maddr") || name.eq_ignore_ascii_case("transport")
}

fn param_text((name, value): (&str, Option<&str>)) -> String {
    value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Domains;

    fn own() -> Identity {
        Identity::new(&["192.0.2.1:5060".parse().unwrap()], Domains::default())
    }

    /// Checks the Request-URI and the routes that are left of a request with these.
    fn check(uri: &str, routes: &str, left: (&str, &[&str], RouteChange)) {
        let octets = format!("BYE {uri} SIP/2.0\r\n{routes}\r\n");
        let message = Message::parse(octets.as_bytes()).unwrap();
        let routing = Routing::of(&message, &own()).unwrap();
        let text = |route: &Route<'_>| route.to_string();
        let routes: Vec<String> = routing.routes.iter().map(text).collect();
        let routes: Vec<&str> = routes.iter().map(String::as_str).collect();
        assert_eq!((std::str::from_utf8(&routing.uri).unwrap(), &routes[..], routing.change), left, "{uri}");
    }

    #[test]
    fn own_route_is_removed_and_others_stay() {
        check("sip:bob@192.0.2.9", "", ("sip:bob@192.0.2.9", &[], RouteChange::Unchanged));
        check(
            "sip:bob@192.0.2.9",
            "Route: <sip:192.0.2.1;lr>,<sip:192.0.2.2;lr>\r\n",
            ("sip:bob@192.0.2.9", &["<sip:192.0.2.2;lr>"], RouteChange::FirstRemoved(1)),
        );
        check(
            "sip:bob@192.0.2.9",
            "Route: <sip:192.0.2.2;lr>\r\nRoute: <sip:192.0.2.1;lr>\r\n",
            ("sip:bob@192.0.2.9", &["<sip:192.0.2.2;lr>", "<sip:192.0.2.1;lr>"], RouteChange::Unchanged),
        );
    }

    #[test]
    fn strict_router_before_us_left_the_target_in_the_last_route() {
        //= RFC 3261 16.12.1.2: P2 sees the Request-URI is a value it placed into a Record-Route header field
        check(
            "sip:192.0.2.1;lr",
            "Route: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n",
            ("sip:caller@u1.example.com", &["<sip:p1.example.com;lr>"], RouteChange::Rewritten),
        );
        check(
            "sip:192.0.2.1;lr",
            "Route: <sip:192.0.2.1;lr>, <sip:caller@u1.example.com;x=y>\r\n",
            ("sip:caller@u1.example.com;x=y", &[], RouteChange::Rewritten),
        );
        // A request to the proxy itself has no route to take.
        check("sip:192.0.2.1;lr", "", ("sip:192.0.2.1;lr", &[], RouteChange::Unchanged));
    }

    #[test]
    fn own_maddr_is_stripped_with_port_and_transport() {
        for (uri, left) in [
            ("sip:bob@b.example;maddr=192.0.2.1;transport=udp;x=1", "sip:bob@b.example;x=1"),
            ("sip:bob@b.example:5060;maddr=192.0.2.1", "sip:bob@b.example"),
            ("sip:bob@b.example:5070;maddr=192.0.2.1", "sip:bob@b.example:5070;maddr=192.0.2.1"),
            ("sip:bob@b.example;maddr=192.0.2.2", "sip:bob@b.example;maddr=192.0.2.2"),
        ] {
            check(uri, "", (left, &[], RouteChange::Unchanged));
        }
    }

    #[test]
    fn malformed_route_is_a_fault_of_the_request() {
        let octets = b"BYE sip:bob@192.0.2.9 SIP/2.0\r\nRoute: sip:192.0.2.1;lr\r\n\r\n";
        assert!(Routing::of(&Message::parse(octets).unwrap(), &own()).is_err());
    }
}
