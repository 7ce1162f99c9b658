//! A host that follows the test's script: it sends any octets, and answers nothing by itself.

use std::net::SocketAddr;

use sim_api::{Context, Node, NodeEvent};
use sim_net::NodeId;
use sip::header::Tag;
use sip::message::{Composer, HeaderName, Message, ResponseHead, StatusCode};

use crate::flow::Flow;
use crate::sent::Sent;

/// A scripted host, made by [`Flow::peer`]. What it receives is in the ladder and in [`Flow::messages`].
#[derive(Debug)]
pub struct Peer<'f> {
    pub(crate) flow: &'f mut Flow,
    pub(crate) host: usize,
}

/// The node of a scripted host.
#[derive(Debug)]
pub(crate) struct RawPeer {
    address: SocketAddr,
}

impl RawPeer {
    pub(crate) fn new(address: SocketAddr) -> RawPeer {
        RawPeer { address }
    }
}

impl Node for RawPeer {
    fn handle(&mut self, _: NodeEvent<'_>, _: &mut Context<'_>) {}

    fn live(&self) -> usize {
        0
    }
}

impl Peer<'_> {
    /// Sends these octets in one datagram to the host called `to`.
    #[track_caller]
    pub fn sends_octets(self, to: &str, octets: &[u8]) {
        let to = self.flow.plan.address(self.flow.plan.host(to));
        self.send(to, octets);
    }

    /// Sends a message to the host called `to`.
    ///
    /// The text has a line for the start line and for each header field. `{name}` stands for the address and port of the
    /// host with this name. Content-Length and the empty line are added; there is no body.
    #[track_caller]
    pub fn sends(self, to: &str, text: &str) {
        let mut text = text.trim().lines().map(|line| format!("{}\r\n", line.trim())).collect::<String>();
        let plan = &self.flow.plan;
        for (index, host) in plan.hosts.iter().enumerate() {
            text = text.replace(&format!("{{{}}}", host.name), &plan.address(index).to_string());
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        self.sends_octets(to, text.as_bytes());
    }

    /// Answers the last request of `method` that has arrived here with this status code. `more` are header fields of the
    /// response, a line each; the To tag is the host's name.
    #[track_caller]
    pub fn answers(self, method: &str, code: u16, more: &str) {
        let request = self.last(method);
        let octets = self.response(&request, code, more);
        self.send(request.source, &octets);
    }

    /// The last request of `method` that has arrived here.
    #[track_caller]
    pub fn last(&self, method: &str) -> Sent {
        let name = &self.flow.plan.hosts[self.host].name;
        let here = |sent: &Sent| {
            sent.to.as_ref() == Some(name) && sent.label == method && sent.arrived_at().is_some()
        };
        let last = self.flow.messages().into_iter().rfind(here);
        last.unwrap_or_else(|| self.flow.fail(&format!("no {method} has arrived at {name}")))
    }

    #[track_caller]
    fn response(&self, request: &Sent, code: u16, more: &str) -> Vec<u8> {
        let Some(status) = StatusCode::new(code) else {
            self.flow.fail(&format!("{code} is no status code"))
        };
        let Ok(request) = Message::parse(request.octets()) else {
            self.flow.fail("the request is no message")
        };
        let name = &self.flow.plan.hosts[self.host].name;
        let tag = Tag::new(name).expect("the name of a host is a token");
        let head = ResponseHead::new(&request, status);
        let head = if code == 100 { head } else { head.with_tag(tag) };
        let mut out = Vec::new();
        let mut response = Composer::response(&mut out, &head).copy(&request, HeaderName::RecordRoute);
        for line in more.lines() {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            response = response.header(name.trim(), value.trim());
        }
        response.finish();
        out
    }

    #[track_caller]
    fn send(self, to: SocketAddr, octets: &[u8]) {
        let Peer { flow, host } = self;
        let send = |peer: &mut RawPeer, cx: &mut Context<'_>| {
            cx.send(peer.address, to, octets);
        };
        let done = flow.running().simulation.order(NodeId::from_index(host), send);
        done.expect("a scripted host runs where the plan has one");
    }
}
