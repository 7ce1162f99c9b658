//! Requests that are made from another request: ACK and CANCEL (RFC 3261 17.1.1.3, 9.1).

use super::composer::Composer;
use super::error::{ParseError, ParseErrorKind};
use super::method::Method;
use super::name::HeaderName;
use super::{Message, StartLine};
use crate::header::{CSeq, MaxForwards};

/// Appends to `out` the ACK for `response`, which is a final response to `invite` other than 2xx.
///
/// # Errors
/// When `invite` is no request, has no Via or no readable CSeq: not for requests that this crate's cores made.
pub fn compose_ack(
    invite: &Message<'_>,
    response: &Message<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ParseError> {
    //= RFC 3261 17.1.1.3: the To header field in the ACK MUST equal the To header field in the response being
    // acknowledged
    compose_sibling(Method::Ack, invite, response, out)
}

/// Appends to `out` the CANCEL for `request`.
///
/// # Errors
/// When `request` is no request, has no Via or no readable CSeq: not for requests that this crate's cores made.
pub fn compose_cancel(request: &Message<'_>, out: &mut Vec<u8>) -> Result<(), ParseError> {
    //= RFC 3261 9.1: the Request-URI, Call-ID, To, the numeric part of CSeq, and From header fields in the CANCEL
    // request MUST be identical to those in the request being cancelled, including tags
    compose_sibling(Method::Cancel, request, request, out)
}

/// Appends a request of `method` in the transaction of `original`, with the To of `to`.
fn compose_sibling(
    method: Method<'_>,
    original: &Message<'_>,
    to: &Message<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ParseError> {
    let StartLine::Request { uri, .. } = original.start_line() else {
        return Err(ParseError::new(ParseErrorKind::StartLine, 0..0));
    };
    let missing = || ParseError::new(ParseErrorKind::Missing(HeaderName::Via), 0..0);
    let via = original.top_value(HeaderName::Via).ok_or_else(missing)?;
    let number = original.cseq()?.number;
    let request = Composer::request(out, method, uri)
        //= RFC 3261 17.1.1.3: the ACK MUST contain a single Via header field, and this MUST be equal to the top Via
        // header field of the original request
        .header(HeaderName::Via, via)
        .header(HeaderName::MaxForwards, &MaxForwards::INITIAL)
        //= RFC 3261 17.1.1.3: if the INVITE request whose response is being acknowledged had Route header fields,
        // those header fields MUST appear in the ACK
        .copy(original, HeaderName::Route)
        .copy(original, HeaderName::From)
        .copy(to, HeaderName::To)
        .copy(original, HeaderName::CallId)
        .header(HeaderName::CSeq, &CSeq { number, method });
    match method {
        //= RFC 3261 22.1: UACs creating an ACK message will duplicate all of the Authorization and
        // Proxy-Authorization header field values that appeared in the INVITE to which the ACK corresponds
        Method::Ack => request
            .copy(original, HeaderName::Authorization)
            .copy(original, HeaderName::ProxyAuthorization)
            .finish(),
        _ => request.finish(),
    }
    Ok(())
}
