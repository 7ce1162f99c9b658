//! A SIP application level gateway: a proxy that has media pass through itself (RFC 3665 3.5).
//!
//! ```text
//!   c=IN IP4 192.0.2.101, m=audio 49172 ──▶ ┌─────┐ ──▶ c=IN IP4 192.0.2.128, m=audio 2000
//!                                           │ ALG │
//!   c=IN IP4 192.0.2.128, m=audio 1734  ◀── └─────┘ ◀── c=IN IP4 192.0.2.201, m=audio 3456
//! ```
//!
//! [`MediaGateway`] wraps the node that does the signalling, and writes its own address and a port into each audio
//! description that leaves. What it leaves out: media themselves, other media than the first audio stream, and
//! descriptions within multipart bodies.

use std::net::IpAddr;

use sim_api::{Context, Node, NodeEvent};

use crate::header::ContentType;
use crate::message::{Edit, HeaderName, Message};
use crate::printed::Rewrites;
use crate::sdp::Sdp;

/// Where a gateway receives media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaAddress {
    /// Its address.
    pub address: IpAddr,
    /// The port for what comes in answer to offers in requests.
    pub towards_callee: u16,
    /// The port for what comes in answer to descriptions in responses.
    pub towards_caller: u16,
}

/// A node through which media pass.
#[derive(Debug)]
pub struct MediaGateway<N> {
    node: N,
    media: MediaAddress,
    rewrites: Rewrites,
}

impl<N: Node> MediaGateway<N> {
    /// A gateway whose signalling is that of `node`.
    #[must_use]
    pub fn new(node: N, media: MediaAddress) -> MediaGateway<N> {
        MediaGateway { node, media, rewrites: Rewrites::default() }
    }
}

impl<N: Node> Node for MediaGateway<N> {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let MediaGateway { node, media, rewrites } = self;
        rewrites.apply(cx, |cx| node.handle(event, cx), |octets| media.written_into(octets));
    }

    fn live(&self) -> usize {
        self.node.live()
    }
}

impl MediaAddress {
    /// The message in `octets` with this address in its session description, `None` when it has none.
    fn written_into(self, octets: &[u8]) -> Option<Vec<u8>> {
        let message = Message::parse(octets).ok()?;
        let is_session = message.find::<ContentType<'_>>().ok()??.is("application", "sdp");
        let sdp = Sdp::parse(message.body()).ok().filter(|_| is_session)?;
        let port = if message.is_request() { self.towards_callee } else { self.towards_caller };
        let body = self.described(&sdp, port);
        let length = body.len() as u64;
        let mut edit = Edit::new(&message);
        edit.replace(HeaderName::ContentLength, &length);
        let mut out = Vec::with_capacity(octets.len() + 16);
        edit.write_into(&mut out);
        out.truncate(out.len() - message.body().len());
        out.extend_from_slice(&body);
        Some(out)
    }

    /// `sdp` with this address in each connection line and `port` in the first audio line.
    fn described(self, sdp: &Sdp<'_>, port: u16) -> Vec<u8> {
        let mut text = String::with_capacity(256);
        let mut is_first = true;
        for line in sdp.lines() {
            let value = match line.kind {
                b'c' => {
                    let kind = if self.address.is_ipv4() { "IP4" } else { "IP6" };
                    format!("IN {kind} {}", self.address)
                }
                b'm' if line.value.starts_with("audio ") && std::mem::take(&mut is_first) => {
                    with_port(line.value, port)
                }
                _ => line.value.to_owned(),
            };
            text.push(char::from(line.kind));
            text.push('=');
            text.push_str(&value);
            text.push_str("\r\n");
        }
        text.into_bytes()
    }
}

/// A media line with `port`; a refused one stays refused (RFC 3264 6).
fn with_port(line: &str, port: u16) -> String {
    let mut parts: Vec<&str> = line.split(' ').collect();
    let port = port.to_string();
    if let Some(old) = parts.get_mut(1).filter(|old| **old != "0") {
        *old = &port;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: MediaAddress = MediaAddress {
        address: IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 128)),
        towards_callee: 2000,
        towards_caller: 1734,
    };

    fn through(start: &str, body: &str) -> Option<String> {
        let octets = format!(
            "{start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        MEDIA.written_into(octets.as_bytes()).map(|out| String::from_utf8(out).unwrap())
    }

    const BODY: &str = "v=0\r\no=alice 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.101\r\nt=0 0\r\n\
        m=audio 49172 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

    #[test]
    fn offer_and_answer_name_the_gateway_with_a_port_for_each_side() {
        for (start, port) in [("INVITE sip:bob@b SIP/2.0", 2000), ("SIP/2.0 200 OK", 1734)] {
            let out = through(start, BODY).unwrap();
            let message = Message::parse(out.as_bytes()).unwrap();
            let body = String::from_utf8(message.body().to_vec()).unwrap();
            let wanted = BODY.replace("192.0.2.101", "192.0.2.128").replace("49172", &port.to_string());
            assert_eq!(body, wanted, "and Content-Length agrees, or nothing would be read");
        }
    }

    #[test]
    fn refused_streams_and_messages_without_a_description_stay_as_they_are() {
        let refused = through("SIP/2.0 200 OK", &BODY.replace("audio 49172", "audio 0")).unwrap();
        assert!(refused.contains("m=audio 0 RTP/AVP 0"));
        assert_eq!(MEDIA.written_into(b"BYE sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n"), None);
        assert_eq!(MEDIA.written_into(b"\x00"), None);
        assert_eq!(through("SIP/2.0 200 OK", "no description"), None);
    }
}
