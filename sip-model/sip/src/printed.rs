//! Messages laid out as RFCs print them: folded header fields, lists in one row (RFC 3261 7.3.1).
//!
//! [`Printed`] wraps a node and lays out what it sends: a `received` parameter stands in a line of its own, the values
//! of Route and Record-Route share one row with a line for each, and the parameters of credentials and challenges fill a
//! few lines. Nothing else is touched and nothing changes its meaning; what came so from elsewhere stays so. Published
//! call flows are replayed with their very octet counts, and everything in the way has to read folded lines.
//!
//! ```
//! let plain = b"OPTIONS sip:a SIP/2.0\r\nRoute: <sip:b;lr>\r\nRoute: <sip:c;lr>\r\n\r\n";
//! let printed = sip::printed::lay_out(plain);
//! assert_eq!(printed, b"OPTIONS sip:a SIP/2.0\r\nRoute: <sip:b;lr>,\r\n <sip:c;lr>\r\n\r\n");
//! ```

use std::collections::VecDeque;

use sim_api::{Context, Effect, Node, NodeEvent, Outgoing, Payload};

/// A node whose messages are laid out as RFCs print them.
#[derive(Debug)]
pub struct Printed<N> {
    node: N,
    rewrites: Rewrites,
}

impl<N: Node> Printed<N> {
    /// Lays out what `node` sends.
    #[must_use]
    pub fn new(node: N) -> Printed<N> {
        Printed { node, rewrites: Rewrites::default() }
    }
}

impl<N: Node> Node for Printed<N> {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let Printed { node, rewrites } = self;
        rewrites.apply(cx, |cx| node.handle(event, cx), |octets| Some(lay_out(octets)));
    }

    fn live(&self) -> usize {
        self.node.live()
    }
}

/// What a node sends, rewritten on its way out.
///
/// A datagram that is sent again is the same again: the last few are remembered with what they became.
#[derive(Debug, Default)]
pub(crate) struct Rewrites {
    recent: VecDeque<(Payload, Payload)>,
}

/// More than a node retransmits at a time in a flow; what was forgotten is rewritten anew, to the same octets.
const REMEMBERED: usize = 64;

impl Rewrites {
    /// Lets `act` happen, with `rewrite` applied to each datagram that it sends; `None` leaves one as it is.
    pub(crate) fn apply(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Context<'_>),
        rewrite: impl Fn(&[u8]) -> Option<Vec<u8>>,
    ) {
        let (now, cause) = (cx.now(), cx.cause());
        let mut effects = Vec::new();
        act(&mut Context::new(now, cause, cx.rng(), &mut effects));
        for effect in effects {
            match effect {
                Effect::Send(out) => {
                    let payload = self.rewritten(&out.payload, &rewrite);
                    // The lineage is that of the present: no wait is added.
                    cx.retransmit(&Outgoing { payload, ..out });
                }
                Effect::Wake { at, token } => cx.wake_at(at, token),
                Effect::Probe { probe, lineage } => {
                    cx.resume(lineage);
                    cx.probe(probe.name, probe.subject, probe.value);
                }
            }
        }
    }

    fn rewritten(&mut self, original: &Payload, rewrite: &impl Fn(&[u8]) -> Option<Vec<u8>>) -> Payload {
        if let Some((_, known)) = self.recent.iter().find(|(known, _)| known.carries_same(original)) {
            return known.clone();
        }
        let Some(octets) = rewrite(original) else { return original.clone() };
        let rewritten = Payload::new(&octets);
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((original.clone(), rewritten.clone()));
        rewritten
    }
}

/// The octets of a message, laid out as RFCs print them. What is no message, and the body, stay as they are.
#[must_use]
pub fn lay_out(octets: &[u8]) -> Vec<u8> {
    let head = octets.windows(4).position(|end| end == b"\r\n\r\n").map_or(octets.len(), |at| at + 2);
    let mut out = Vec::with_capacity(octets.len() + 32);
    let mut list: Option<&[u8]> = None;
    for row in rows(&octets[..head]) {
        let name = row.split(|&c| c == b':').next().unwrap_or_default().trim_ascii_end();
        let is_continued = LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)) && list == Some(name);
        match is_continued {
            true => continue_list(&row[name.len()..], &mut out),
            false => lay_out_row(name, row, &mut out),
        }
        list = Some(name);
    }
    out.extend_from_slice(&octets[head..]);
    out
}

/// The header fields whose values share one row.
const LISTS: [&[u8]; 2] = [b"Route", b"Record-Route"];

/// The rows of a message's head, folds included, each with its line end.
fn rows(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    std::iter::from_fn(move || {
        let is_end = |at: usize| rest[at] == b'\n' && !matches!(rest.get(at + 1), Some(b' ' | b'\t'));
        let end = (0..rest.len()).find(|at| is_end(*at)).map_or(rest.len(), |at| at + 1);
        let (row, tail) = rest.split_at(end);
        rest = tail;
        (!row.is_empty()).then_some(row)
    })
}

/// Appends the value of another row of the list in the row before.
fn continue_list(rest: &[u8], out: &mut Vec<u8>) {
    let value = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
    while out.last().is_some_and(u8::is_ascii_whitespace) {
        out.pop();
    }
    out.extend_from_slice(b",\r\n ");
    out.extend_from_slice(value);
}

fn lay_out_row(name: &[u8], row: &[u8], out: &mut Vec<u8>) {
    let breaks: &[&[u8]] = match name.to_ascii_lowercase().as_slice() {
        b"via" => &[b";received="],
        b"authorization" => &[b" nonce=", b" uri=", b" response="],
        b"proxy-authorization" => &[b" realm=", b" nonce=", b" uri=", b" response="],
        b"www-authenticate" | b"proxy-authenticate" => &[b" nonce=", b" opaque="],
        _ => &[],
    };
    let mut at = 0;
    while at < row.len() {
        let begins = breaks.iter().any(|start| row[at..].starts_with(start));
        let is_folded = at >= 2 && row[at - 2..at] == *b"\r\n" || at >= 3 && row[at - 3..at] == *b"\r\n ";
        if begins && !is_folded {
            out.extend_from_slice(b"\r\n");
            if row[at] != b' ' {
                out.push(b' ');
            }
        }
        out.push(row[at]);
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::ProxyAuthorization;
    use crate::header::{RecordRoute, Via};
    use crate::message::Message;

    const PLAIN: &str = "INVITE sip:bob@b.example SIP/2.0\r\n\
        Via: SIP/2.0/UDP ss1.a.example:5060;branch=z9hG4bK2;received=192.0.2.111\r\n\
        Via: SIP/2.0/UDP client.a.example:5060;branch=z9hG4bK1;received=192.0.2.101\r\n\
        Record-Route: <sip:ss2.b.example;lr>\r\n\
        Record-Route: <sip:ss1.a.example;lr>\r\n\
        Max-Forwards: 69\r\n\
        Proxy-Authorization: Digest username=\"alice\", realm=\"b.example\", nonce=\"c1e2\", opaque=\"\", \
        uri=\"sip:bob@b.example\", response=\"f44ab22f150c6a56071bce8f44ab22f1\"\r\n\
        Content-Length: 4\r\n\r\na:b\r";

    #[test]
    fn rows_are_laid_out_as_rfc_3665_prints_them() {
        let printed = lay_out(PLAIN.as_bytes());
        expect_test::expect![[r#"
            INVITE sip:bob@b.example SIP/2.0
            Via: SIP/2.0/UDP ss1.a.example:5060;branch=z9hG4bK2
             ;received=192.0.2.111
            Via: SIP/2.0/UDP client.a.example:5060;branch=z9hG4bK1
             ;received=192.0.2.101
            Record-Route: <sip:ss2.b.example;lr>,
             <sip:ss1.a.example;lr>
            Max-Forwards: 69
            Proxy-Authorization: Digest username="alice",
             realm="b.example",
             nonce="c1e2", opaque="",
             uri="sip:bob@b.example",
             response="f44ab22f150c6a56071bce8f44ab22f1"
            Content-Length: 4

            a:b"#]]
        .assert_eq(&String::from_utf8(printed).unwrap().replace("\r\n", "\n").replace('\r', ""));
    }

    #[test]
    fn laying_out_twice_changes_nothing_more() {
        let once = lay_out(PLAIN.as_bytes());
        assert_eq!(lay_out(&once), once);
    }

    #[test]
    fn what_is_laid_out_means_the_same() {
        let printed = lay_out(PLAIN.as_bytes());
        let (plain, printed) = (Message::parse(PLAIN.as_bytes()).unwrap(), Message::parse(&printed).unwrap());
        let vias = |message: &Message<'_>| -> Vec<String> {
            message.values::<Via<'_>>().map(|via| via.unwrap().to_string()).collect()
        };
        let routes = |message: &Message<'_>| -> Vec<String> {
            message.values::<RecordRoute<'_>>().map(|route| route.unwrap().to_string()).collect()
        };
        assert_eq!(vias(&plain), vias(&printed));
        assert_eq!(routes(&plain), routes(&printed));
        let nonce = |message: &Message<'_>| {
            let ProxyAuthorization(credentials) = message.top().unwrap();
            credentials.digest().unwrap().nonce.to_text()
        };
        assert_eq!(nonce(&plain), nonce(&printed));
        assert_eq!(plain.body(), printed.body());
    }

    #[test]
    fn what_is_no_message_stays_as_it_is() {
        for octets in [&b"\r\n\r\n"[..], b"", b"\x00\xff", b"no end", b"A: b\r\n folded\r\nRoute"] {
            assert_eq!(lay_out(octets), octets);
        }
    }
}
