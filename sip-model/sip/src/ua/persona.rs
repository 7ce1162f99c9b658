//! How a line writes of itself, where that does not follow from its name and its address.
//!
//! A line with a persona has host names in the place of addresses, a display name, a label for the transport in Via, and
//! a session description of its own size. What it says is still composed message by message; the persona supplies the
//! words. Published call flows are replayed so, octet for octet, and an element behind a name can be told from one
//! behind an address.

use crate::header::Branch;
use crate::message::Compose;
use crate::sdp::{AudioForm, AudioFormat};
use crate::uri::{HostPort, SipScheme, Transport};

/// How a line writes of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Persona {
    /// What stands before its address-of-record in From, as tokens; empty for nothing.
    pub display_name: String,
    /// The scheme of its address-of-record.
    pub scheme: SipScheme,
    /// Host and port in Via, such as `client.atlanta.example.com:5060`.
    pub sent_by: String,
    /// The transport that Via names. A label: the simulated network carries datagrams whatever it says.
    pub transport: Transport<'static>,
    /// The URI in Contact.
    pub contact: String,
    /// The Request-URI of its REGISTERs; the domain of its address-of-record when empty.
    pub registrar: String,
    /// The Call-ID of its REGISTERs; its own when empty.
    pub registration: String,
    /// The routes of its requests outside any dialog, the nearest first (RFC 3261 8.1.2: a pre-existing route set).
    pub routes: Vec<String>,
    /// The CSeq number of its first request in a dialog that the peer began.
    pub cseq: u32,
    /// The challenges of proxies that it has met before: values of Proxy-Authenticate.
    pub proxy_challenges: Vec<String>,
    /// The challenges of registrars that it has met before: values of WWW-Authenticate.
    pub challenges: Vec<String>,
    /// What its session descriptions say.
    pub session: SessionPersona,
}

/// What the session descriptions of a line say.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPersona {
    /// The host in the origin.
    pub host: String,
    /// The number of each session, and of the first version of its description.
    pub id: u64,
    /// The media port of the first description, of that after the first re-INVITE, and so on; the last one stays.
    pub ports: Vec<u16>,
    /// The formats, the preferred one first.
    pub formats: Vec<AudioFormat>,
    /// How much is written.
    pub form: AudioForm,
}

/// A Via of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnVia<'a> {
    pub(super) transport: Transport<'a>,
    pub(super) sent_by: SentBy<'a>,
    pub(super) branch: Branch<'a>,
}

/// Who sent a request, in its Via.
#[derive(Clone, Copy, Debug)]
pub(super) enum SentBy<'a> {
    Address(HostPort<'a>),
    /// Host and port, as a persona has them.
    Name(&'a str),
}

impl Compose for OwnVia<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SIP/2.0/");
        self.transport.as_str().compose(out);
        out.push(b' ');
        match &self.sent_by {
            SentBy::Address(address) => address.compose(out),
            SentBy::Name(name) => name.compose(out),
        }
        out.extend_from_slice(b";branch=");
        self.branch.as_str().compose(out);
    }
}

impl SessionPersona {
    /// The port of the description after so many re-INVITEs; 0, which refuses the medium, when there is none at all.
    pub(super) fn port(&self, modifications: usize) -> u16 {
        let port = self.ports.get(modifications).or(self.ports.last());
        port.copied().unwrap_or(0)
    }
}
