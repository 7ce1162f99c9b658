//! The copy of a request that goes to one target (RFC 3261 16.6 steps 1 to 8).

use std::borrow::Cow;

use super::record_route::OwnRoutes;
use super::routing::{RouteChange, Routing, composed};
use super::target::Target;
use crate::header::{Via, ViaStamp};
use crate::message::{Edit, HeaderName, Message};
use crate::uri::{SipUri, Uri, UriHeaders, UriParams};

/// A copy to be made.
#[derive(Debug)]
pub(super) struct Copy<'a> {
    pub(super) request: &'a Message<'a>,
    pub(super) routing: &'a Routing<'a>,
    pub(super) target: &'a Target,
    /// Where the request was seen to come from.
    pub(super) stamp: ViaStamp,
    /// The Record-Route values of the proxy.
    pub(super) record_routes: OwnRoutes<'a>,
    /// The value of Max-Breadth, `None` when it stays as it is.
    pub(super) max_breadth: Option<u32>,
    /// The rows with credentials for this proxy, which end here.
    pub(super) consumed: &'a [usize],
    pub(super) via: Via<'a>,
}

/// What the Route header field of the copy is made of.
enum RouteField {
    AsReceived,
    FirstRemoved(usize),
    Absent,
    Value(Vec<u8>),
}

impl Copy<'_> {
    /// Appends the copy to `out`.
    ///
    /// Everything that RFC 3261 16.6 does not name leaves octet by octet as it came.
    pub(super) fn write_into(&self, out: &mut Vec<u8>) {
        let (uri, field) = self.route();
        let uri = uri.map(allowed_in_request_line);
        let uri: Option<&[u8]> = uri.as_deref();
        let value: &[u8] = if let RouteField::Value(value) = &field { value } else { &[] };
        let mut edit = Edit::new(self.request);
        edit.stamp_top_via(self.stamp);
        //= RFC 3261 16.6: step 2: the Request-URI MUST be replaced with the URI for this target
        if let Some(uri) = &uri {
            edit.set_uri(uri);
        }
        //= RFC 3261 16.6: step 3: if the copy contains a Max-Forwards header field, the proxy MUST decrement its value
        let hops = edit.decrement_max_forwards();
        debug_assert!(matches!(hops, Ok(Some(_))), "validation has seen Max-Forwards");
        for row in self.consumed {
            edit.remove_row(*row);
        }
        //= RFC 5393 5.3.3: all proxied requests MUST contain a single Max-Breadth header field value
        if let Some(value) = &self.max_breadth {
            match self.request.value(HeaderName::MaxBreadth) {
                Some(_) => edit.replace(HeaderName::MaxBreadth, value),
                None => edit.push_behind(HeaderName::MaxForwards, HeaderName::MaxBreadth, value),
            }
        }
        //= RFC 3261 16.6: step 4: it MUST insert a Record-Route value before any existing Record-Route values
        let mut is_first = self.request.value(HeaderName::RecordRoute).is_none();
        for own in self.record_routes.iter().flatten() {
            match std::mem::take(&mut is_first) {
                true => edit.push_behind(HeaderName::MaxForwards, HeaderName::RecordRoute, own),
                false => edit.push_top(HeaderName::RecordRoute, own),
            }
        }
        match field {
            RouteField::AsReceived => {}
            RouteField::FirstRemoved(count) => (0..count).for_each(|_| edit.remove_top(HeaderName::Route)),
            RouteField::Absent => edit.remove_all(HeaderName::Route),
            RouteField::Value(_) => edit.replace(HeaderName::Route, &value),
        }
        //= RFC 3261 16.6: step 8: the proxy MUST insert a Via header field value before the existing values
        edit.push_top(HeaderName::Via, &self.via);
        edit.write_into(out);
    }

    /// The Request-URI of the copy, `None` when it is the one received, and its Route header field.
    fn route(&self) -> (Option<Cow<'_, [u8]>>, RouteField) {
        let uri: Option<Cow<'_, [u8]>> = match (&self.target.uri, &self.routing.uri) {
            (Some(contact), _) => Some(Cow::Borrowed(contact)),
            (None, Cow::Owned(changed)) => Some(Cow::Borrowed(changed)),
            (None, Cow::Borrowed(_)) => None,
        };
        if self.target.path.is_empty() && !self.routing.meets_strict_router() {
            return (uri, self.loose_field());
        }
        let mut values: Vec<Vec<u8>> = self.routing.routes.iter().map(|route| composed(route)).collect();
        if !self.target.path.is_empty() {
            //= RFC 3327 5.4: inserting the stored path vector ahead of the Route header field values in the request
            values.insert(0, self.target.path.to_vec());
            return (uri, RouteField::Value(values.join(&b", "[..])));
        }
        //= RFC 3261 16.6: step 6: the proxy MUST place the Request-URI into the Route header field as the last value,
        // then place the first Route header field value into the Request-URI and remove that value
        let last = uri.unwrap_or(Cow::Borrowed(&self.routing.uri));
        values.push([b"<", &*last, b">"].concat());
        values.remove(0);
        let first = composed(&self.routing.routes[0].address.uri);
        (Some(Cow::Owned(first)), RouteField::Value(values.join(&b", "[..])))
    }

    fn loose_field(&self) -> RouteField {
        match self.routing.change {
            RouteChange::Unchanged => RouteField::AsReceived,
            RouteChange::FirstRemoved(count) => RouteField::FirstRemoved(count),
            RouteChange::Rewritten if self.routing.routes.is_empty() => RouteField::Absent,
            RouteChange::Rewritten => {
                let values: Vec<Vec<u8>> = self.routing.routes.iter().map(|route| composed(route)).collect();
                RouteField::Value(values.join(&b", "[..]))
            }
        }
    }
}

/// `uri` without what may not stand in a Request-URI: header components and the `method` parameter.
fn allowed_in_request_line(uri: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    //= RFC 3261 19.1.1: table 1: method and headers are not allowed in a Request-URI
    let suspicious = uri.contains(&b'?') || uri.windows(7).any(|part| part.eq_ignore_ascii_case(b"method="));
    if !suspicious {
        return uri;
    }
    let Ok(Uri::Sip(sip)) = Uri::parse(&uri) else { return uri };
    let kept: Vec<&str> = sip.params.as_str().split(';').filter(|param| !is_method(param)).collect();
    let kept = kept.join(";");
    let Ok(params) = UriParams::parse(&kept) else { return uri };
    Cow::Owned(composed(&SipUri { params, headers: UriHeaders::NONE, ..sip }))
}

fn is_method(param: &str) -> bool {
    param.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("method"))
}
