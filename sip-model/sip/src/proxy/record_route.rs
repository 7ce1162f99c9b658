//! What a proxy writes into Record-Route (RFC 3261 16.6 step 4, RFC 5658).

use std::net::SocketAddr;

use super::identity::Identity;
use crate::message::{Message, Method};

/// Whether a proxy stays in the path of the dialogs whose first request it forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordRouting {
    /// It adds Record-Route to requests that can create a dialog.
    On,
    /// Later requests pass it by.
    Off,
}

/// The Record-Route values of a proxy, one for each of its addresses.
#[derive(Debug)]
pub(super) struct RecordRoutes {
    routing: RecordRouting,
    values: Vec<(SocketAddr, Box<[u8]>)>,
}

/// The values that go into one request, the one that will be on top last.
pub(super) type OwnRoutes<'a> = [Option<&'a [u8]>; 2];

impl RecordRoutes {
    pub(super) fn new(routing: RecordRouting, own: &Identity) -> RecordRoutes {
        //= RFC 3261 16.6: step 4: the URI MUST be a SIP or SIPS URI, and MUST contain an lr parameter
        let value = |address: &SocketAddr| {
            format!("<sip:{};lr>", own.host_port(*address)).into_bytes().into_boxed_slice()
        };
        let values = own.addresses().iter().map(|address| (*address, value(address))).collect();
        RecordRoutes { routing, values }
    }

    /// What is written into `request`, which arrived at the own address `arrived_at` and is sent from `sent_from`.
    pub(super) fn for_request(
        &self,
        request: &Message<'_>,
        arrived_at: SocketAddr,
        sent_from: SocketAddr,
    ) -> OwnRoutes<'_> {
        if !self.concern(request) {
            return [None, None];
        }
        if arrived_at == sent_from {
            return [None, self.of(sent_from)];
        }
        //= RFC 5658 5: inserting before any existing Record-Route header, a Record-Route header with the URI reflecting to the
        // input interface, and secondly, a Record-Route header with the URI reflecting to the output interface
        [self.of(arrived_at), self.of(sent_from)]
    }

    fn of(&self, address: SocketAddr) -> Option<&[u8]> {
        self.values.iter().find(|(own, _)| *own == address).map(|(_, value)| &**value)
    }

    /// Whether the proxy puts itself into the route set of the dialog that `request` may create.
    fn concern(&self, request: &Message<'_>) -> bool {
        let RecordRouting::On = self.routing else { return false };
        match request.method() {
            Some(Method::Invite | Method::Notify | Method::Refer | Method::Subscribe) => true,
            //= RFC 3261 16.6: step 4: it SHOULD add a Record-Route header field value to every request with a method it
            // does not understand since that method may have dialog semantics
            Some(Method::Extension(_)) => true,
            _ => false,
        }
    }
}
