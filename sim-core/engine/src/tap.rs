//! A capture of everything that links are offered: pcapng, one interface a link.

use std::io::{self, Write};

use sim_api::SimTime;
use sim_net::{DropCause, Hop, Network, Packet, wire};

use crate::capture::{Capture, Interface, InterfaceName};
use crate::observe::LinkTap;

/// Whether a packet whose payload has this meaning is captured.
type Filter = Box<dyn Fn(&[u8]) -> bool + Send>;

/// Writes each packet that is offered to a link, at the instant of the offer, into a capture. A packet that the link
/// does not carry to its end has a comment that says why.
pub struct CaptureTap<W: Write + Send + 'static> {
    capture: Option<Capture<W>>,
    error: Option<io::Error>,
    octets: Vec<u8>,
    filter: Option<Filter>,
}

impl<W: Write + Send + 'static> CaptureTap<W> {
    /// Begins a capture with an interface for each link of `network`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W, network: &Network) -> io::Result<CaptureTap<W>> {
        let names: Vec<InterfaceName> =
            network.links().map(|link| InterfaceName(network.link(link).name.clone())).collect();
        let capture = Capture::new(writer, &names)?;
        Ok(CaptureTap { capture: Some(capture), error: None, octets: Vec::new(), filter: None })
    }

    /// This capture, of only the packets whose meaning `filter` accepts; they are written as they travel.
    #[must_use]
    pub fn only(self, filter: impl Fn(&[u8]) -> bool + Send + 'static) -> CaptureTap<W> {
        CaptureTap { filter: Some(Box::new(filter)), ..self }
    }

    /// Ends the capture and gives the writer back.
    ///
    /// # Errors
    /// The first error of the writer since the capture began; after it nothing more was written.
    pub fn finish(&mut self) -> io::Result<Option<W>> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        self.capture.take().map(Capture::finish).transpose()
    }
}

impl<W: Write + Send + 'static> LinkTap for CaptureTap<W> {
    fn offered(&mut self, now: SimTime, hop: Hop, packet: &Packet, dropped: Option<DropCause>) {
        let Some(capture) = &mut self.capture else { return };
        if self.filter.as_ref().is_some_and(|filter| !filter(packet.payload().meaning())) {
            return;
        }
        self.octets.clear();
        wire::write(packet, &mut self.octets);
        let interface = Interface(hop.link().index() as u32);
        let comment = dropped.map(|cause| format!("dropped: {cause}"));
        if let Err(error) = capture.packet(interface, now, &self.octets, comment.as_deref()) {
            self.error = Some(error);
            self.capture = None;
        }
    }
}

impl<W: Write + Send + 'static> std::fmt::Debug for CaptureTap<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaptureTap").field("error", &self.error).finish_non_exhaustive()
    }
}
