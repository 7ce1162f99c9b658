//! From frames to datagrams and streams.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};

use etherparse::defrag::IpDefragPool;
use etherparse::{IpNumber, NetSlice, SlicedPacket, TcpSlice, TransportSlice, UdpSlice};
use pcap_file::DataLink;

use crate::file::Frame;
use crate::stream::Streams;
use crate::{Capture, Content, Packet};

/// What is known after some frames.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    capture: Capture,
    fragments: IpDefragPool<(), u32>,
    streams: Streams,
}

/// The addresses of an IP packet.
#[derive(Clone, Copy, Debug)]
struct Ends {
    from: IpAddr,
    to: IpAddr,
}

impl Frames {
    pub(crate) fn take(&mut self, frame: &Frame<'_>) {
        let sliced = match slice(frame) {
            Ok(sliced) => sliced,
            Err(Refused::UnknownLink) => return self.capture.skipped.unknown_link += 1,
            Err(Refused::Unreadable) => return self.capture.skipped.unreadable += 1,
        };
        let Some(ends) = ends(&sliced) else { return self.capture.skipped.other += 1 };
        if sliced.is_ip_payload_fragmented() {
            return self.fragment(frame, &sliced, ends);
        }
        match &sliced.transport {
            Some(TransportSlice::Udp(udp)) => self.datagram(frame, ends, udp),
            Some(TransportSlice::Tcp(tcp)) => self.segment(frame, ends, tcp),
            _ => self.capture.skipped.other += 1,
        }
    }

    /// What came of all frames.
    pub(crate) fn into_capture(mut self, cut_off: bool) -> Capture {
        self.capture.skipped.cut_off = cut_off;
        // The pool tells how many datagrams wait for a piece only to whoever asks which of them to keep.
        let waiting = Cell::new(0);
        self.fragments.retain(|()| {
            waiting.set(waiting.get() + 1);
            true
        });
        self.capture.skipped.incomplete = waiting.get() + self.streams.held();
        self.capture
    }

    fn fragment(&mut self, frame: &Frame<'_>, sliced: &SlicedPacket<'_>, ends: Ends) {
        let whole = self.fragments.process_sliced_packet(sliced, (), frame.interface);
        let Ok(Some(whole)) = whole else { return };
        match whole.ip_number {
            IpNumber::UDP => match UdpSlice::from_slice(&whole.payload) {
                Ok(udp) => self.datagram(frame, ends, &udp),
                Err(_) => self.capture.skipped.unreadable += 1,
            },
            IpNumber::TCP => match TcpSlice::from_slice(&whole.payload) {
                Ok(tcp) => self.segment(frame, ends, &tcp),
                Err(_) => self.capture.skipped.unreadable += 1,
            },
            _ => self.capture.skipped.other += 1,
        }
    }

    fn datagram(&mut self, frame: &Frame<'_>, ends: Ends, udp: &UdpSlice<'_>) {
        if udp.payload().is_empty() {
            return self.capture.skipped.other += 1;
        }
        let (from, to) = (udp.source_port(), udp.destination_port());
        self.push(
            frame,
            (ends.from, from).into(),
            (ends.to, to).into(),
            Content::Datagram(udp.payload().to_vec()),
        );
    }

    fn segment(&mut self, frame: &Frame<'_>, ends: Ends, tcp: &TcpSlice<'_>) {
        let from = SocketAddr::from((ends.from, tcp.source_port()));
        let to = SocketAddr::from((ends.to, tcp.destination_port()));
        let ready = self.streams.segment((frame.interface, from, to), tcp);
        if ready.is_empty() {
            self.capture.skipped.other += u64::from(tcp.payload().is_empty());
        }
        for (continuity, octets) in ready {
            self.push(frame, from, to, Content::Stream(continuity, octets));
        }
    }

    fn push(&mut self, frame: &Frame<'_>, from: SocketAddr, to: SocketAddr, content: Content) {
        self.capture.packets.push(Packet { frame: frame.number, time: frame.time, from, to, content });
    }
}

/// Why a frame has no layers.
enum Refused {
    UnknownLink,
    Unreadable,
}

/// The layers of a frame, by the type of its link.
fn slice<'a>(frame: &Frame<'a>) -> Result<SlicedPacket<'a>, Refused> {
    let octets = frame.octets;
    let sliced = match frame.link {
        DataLink::ETHERNET => SlicedPacket::from_ethernet(octets).ok(),
        DataLink::LINUX_SLL => SlicedPacket::from_linux_sll(octets).ok(),
        DataLink::RAW | DataLink::IPV4 | DataLink::IPV6 | DataLink::Unknown(12 | 14) => {
            SlicedPacket::from_ip(octets).ok()
        }
        // Four octets that name the family in the byte order of whoever captured.
        DataLink::NULL | DataLink::LOOP => {
            octets.get(4..).and_then(|inner| SlicedPacket::from_ip(inner).ok())
        }
        _ => return Err(Refused::UnknownLink),
    };
    sliced.ok_or(Refused::Unreadable)
}

fn ends(sliced: &SlicedPacket<'_>) -> Option<Ends> {
    match sliced.net.as_ref()? {
        NetSlice::Ipv4(ip) => {
            Some(Ends { from: ip.header().source_addr().into(), to: ip.header().destination_addr().into() })
        }
        NetSlice::Ipv6(ip) => {
            Some(Ends { from: ip.header().source_addr().into(), to: ip.header().destination_addr().into() })
        }
        _ => None,
    }
}
