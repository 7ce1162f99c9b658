//! From the octets of a file to the messages in it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sigcomp::{CompartmentId, Decompressor, MemorySize, Parameters, Received, Transport};
use sim_dissect::{CaptureError, Content, Continuity, Packet, Skipped};
use sip::stream::{StreamFramer, StreamUnit};

use super::message::{Fault, Inspected, Travel};

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) messages: Vec<Inspected>,
    /// Datagrams and pieces of streams that carry something else than SIP.
    pub(super) foreign: u64,
    /// Line ends and the like between messages.
    pub(super) keep_alives: u64,
    /// Streams whose last message the capture does not hold whole.
    pub(super) unfinished: u64,
    /// What of a capture is below SIP's sight.
    pub(super) skipped: Skipped,
}

/// Reads a capture, or a file with one message, compressed or not.
pub(super) fn read(octets: &[u8]) -> Result<Contents, CaptureError> {
    let mut reader = Reader::new();
    if !sim_dissect::is_capture(octets) {
        reader.datagram(None, octets);
        return Ok(reader.contents);
    }
    let capture = sim_dissect::read(octets)?;
    reader.contents.skipped = capture.skipped;
    for packet in &capture.packets {
        reader.packet(packet);
    }
    Ok(reader.end())
}

/// One direction of a connection: sender, receiver.
type Direction = (SocketAddr, SocketAddr);

/// What a connection carries.
#[derive(Debug)]
enum Stream {
    /// SIP, and octets on the wire since the last message.
    Sip(StreamFramer),
    /// SigComp with record marking.
    SigComp(sigcomp::stream::Framer),
    /// Something else, or SIP after a fault that leaves no way to the next message.
    Lost,
}

#[derive(Debug)]
struct Reader {
    contents: Contents,
    /// One for all: a state that any message created is there for any later one that knows its identifier.
    decompressor: Decompressor,
    streams: BTreeMap<Direction, Stream>,
}

/// The memory that a message may have when nobody says how much its receiver offered: all of it.
fn generous() -> Parameters {
    let mut parameters = Parameters::SIP_MINIMUM;
    parameters.resources.decompression_memory_size = MemorySize::K128;
    parameters.resources.state_memory_size = Some(MemorySize::K128);
    parameters.resources.cycles_per_bit = sigcomp::CyclesPerBit::C128;
    parameters
}

impl Reader {
    fn new() -> Reader {
        let mut decompressor = Decompressor::new(generous());
        decompressor.states_mut().offer(sigcomp::dictionary::presence().clone());
        Reader { contents: Contents::default(), decompressor, streams: BTreeMap::new() }
    }

    fn packet(&mut self, packet: &Packet) {
        let travel = Travel { time: packet.time, from: packet.from, to: packet.to };
        match &packet.content {
            Content::Datagram(octets) if is_keep_alive(octets) => self.contents.keep_alives += 1,
            Content::Datagram(octets) if is_sigcomp(octets) || is_sip(octets, travel) => {
                self.datagram(Some(travel), octets);
            }
            Content::Datagram(_) => self.contents.foreign += 1,
            Content::Stream(continuity, octets) => self.stream(travel, *continuity, octets),
        }
    }

    fn datagram(&mut self, travel: Option<Travel>, octets: &[u8]) {
        match is_sigcomp(octets) {
            true => self.compressed(travel, octets, Transport::MessageBased),
            false => self.message(travel, octets.to_vec(), octets.len()),
        }
    }

    fn message(&mut self, travel: Option<Travel>, octets: Vec<u8>, wire_octets: usize) {
        let number = self.contents.messages.len() as u64 + 1;
        self.contents.messages.push(Inspected::message(number, travel, octets, wire_octets));
    }

    fn compressed(&mut self, travel: Option<Travel>, octets: &[u8], transport: Transport) {
        let number = self.contents.messages.len() as u64 + 1;
        let nothing = Inspected {
            number,
            travel,
            octets: Vec::new(),
            wire_octets: octets.len(),
            nack: None,
            faults: Vec::new(),
        };
        match self.decompressor.receive(octets, transport) {
            Ok(Received::Message(message)) => {
                self.decompressor.grant(compartment(travel), message.pending);
                match message.octets {
                    Some(plain) => self.message(travel, plain, octets.len()),
                    None => self.contents.foreign += 1,
                }
            }
            Ok(Received::Nack(nack)) => {
                let unknown = |code| format!("unknown reason {code}");
                let nack = Some(nack.reason.map_or_else(unknown, |reason| reason.to_string()));
                self.contents.messages.push(Inspected { nack, ..nothing });
            }
            Err(failure) => {
                let faults = vec![Fault::of_sigcomp(&failure, octets.len())];
                self.contents.messages.push(Inspected { faults, ..nothing });
            }
        }
    }

    fn stream(&mut self, travel: Travel, continuity: Continuity, octets: &[u8]) {
        let direction = (travel.from, travel.to);
        if continuity != Continuity::Continues {
            self.streams.insert(direction, Stream::beginning(octets, travel));
        }
        let Some(mut stream) = self.streams.remove(&direction) else { return self.contents.foreign += 1 };
        let goes_on = match &mut stream {
            Stream::Sip(framer) => self.sip_stream(travel, framer, octets),
            Stream::SigComp(framer) => self.sigcomp_stream(travel, framer, octets),
            Stream::Lost => {
                self.contents.foreign += 1;
                GoesOn::No
            }
        };
        self.streams.insert(direction, if goes_on == GoesOn::Yes { stream } else { Stream::Lost });
    }

    fn sip_stream(&mut self, travel: Travel, framer: &mut StreamFramer, octets: &[u8]) -> GoesOn {
        let mut units = Vec::new();
        let pushed = framer.push(octets, &mut units);
        for unit in units {
            match unit {
                StreamUnit::Message(message) => {
                    let wire_octets = message.len();
                    self.message(Some(travel), message, wire_octets);
                }
                StreamUnit::LineEnd | StreamUnit::Ping => self.contents.keep_alives += 1,
            }
        }
        let Err(fault) = pushed else { return GoesOn::Yes };
        let held = framer.unfinished().to_vec();
        let (number, wire_octets) = (self.contents.messages.len() as u64 + 1, held.len());
        let faults = vec![Fault::of(&fault)];
        let lost = Inspected { number, travel: Some(travel), octets: held, wire_octets, nack: None, faults };
        self.contents.messages.push(lost);
        GoesOn::No
    }

    fn sigcomp_stream(
        &mut self,
        travel: Travel,
        framer: &mut sigcomp::stream::Framer,
        mut octets: &[u8],
    ) -> GoesOn {
        while !octets.is_empty() {
            match framer.next_message(&mut octets) {
                Ok(Some(message)) => self.compressed(Some(travel), &message, Transport::StreamBased),
                Ok(None) => {}
                Err(_) => return GoesOn::No,
            }
        }
        GoesOn::Yes
    }

    fn end(mut self) -> Contents {
        let unfinished = |stream: &&Stream| match stream {
            Stream::Sip(framer) => !framer.unfinished().is_empty(),
            Stream::SigComp(framer) => !framer.is_between_messages(),
            Stream::Lost => false,
        };
        self.contents.unfinished = self.streams.values().filter(unfinished).count() as u64;
        self.contents
    }
}

/// Whether the rest of a stream can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoesOn {
    Yes,
    No,
}

impl Stream {
    fn beginning(octets: &[u8], travel: Travel) -> Stream {
        if is_sigcomp(octets) {
            Stream::SigComp(sigcomp::stream::Framer::new(65_536))
        } else if is_keep_alive(octets) || is_sip(octets, travel) {
            Stream::Sip(StreamFramer::new())
        } else {
            Stream::Lost
        }
    }
}

/// One for the two ends, whichever sends.
fn compartment(travel: Option<Travel>) -> CompartmentId {
    let Some(Travel { from, to, .. }) = travel else { return CompartmentId(0) };
    let (low, high) = if from < to { (from, to) } else { (to, from) };
    CompartmentId(sim_api::fnv1a(format!("{low} {high}").as_bytes()))
}

/// Whether octets begin like a SigComp message, which no text in UTF-8 does (RFC 3320 7).
fn is_sigcomp(octets: &[u8]) -> bool {
    octets.first().is_some_and(|first| sigcomp::is_sigcomp(*first))
}

/// Whether octets look like SIP, or travel where nothing else should.
fn is_sip(octets: &[u8], travel: Travel) -> bool {
    let line =
        octets.split(|octet| matches!(octet, b'\r' | b'\n')).find(|line| !line.is_empty()).unwrap_or(&[]);
    let names_sip = line.starts_with(b"SIP/") || line.windows(5).any(|window| window == b" SIP/");
    let is_text =
        octets.iter().take(16).all(|octet| !octet.is_ascii_control() || octet.is_ascii_whitespace());
    names_sip || (is_text && [travel.from.port(), travel.to.port()].contains(&5060))
}

/// Keep-alives: line ends (RFC 3261 7.5, RFC 5626 3.5.1), and the zero octets of some agents.
fn is_keep_alive(octets: &[u8]) -> bool {
    octets.len() <= 8 && octets.iter().all(|octet| matches!(octet, b'\r' | b'\n' | 0))
}
