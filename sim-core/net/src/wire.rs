//! The octets of a packet: IPv4, IPv6 and UDP headers with real checksums, written and read.
//!
//! Links only need sizes; octets are made where a capture wants them, where bits were flipped, and where a datagram is
//! put together from fragments that do not fit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::packet::{IPV4_HEADER, IPV6_HEADER, IpProtocol, Packet, UDP_HEADER};

const IPV6_FRAGMENT: u8 = 44;
const DONT_FRAGMENT: u16 = 0x4000;
const MORE_FRAGMENTS: u16 = 0x2000;

/// The one's complement sum of RFC 1071, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Sum(u64);

impl Sum {
    /// Adds octets as 16-bit words; only the last octets that are added may be odd in number.
    //= RFC 1071 1: adjacent octets are paired to form 16-bit integers, an odd octet is padded with zero
    fn add(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<2>();
        for word in words {
            self.0 += u64::from(u16::from_be_bytes(*word));
        }
        if let [last] = rest {
            self.0 += u64::from(*last) << 8;
        }
    }

    //= RFC 768: the pseudo header holds the addresses, the protocol and the UDP length
    //= RFC 8200 8.1: over IPv6 with 128-bit addresses, and the length in 32 bits
    fn add_pseudo_header(&mut self, from: IpAddr, to: IpAddr, protocol: IpProtocol, length: usize) {
        for address in [from, to] {
            match address {
                IpAddr::V4(address) => self.add(&address.octets()),
                IpAddr::V6(address) => self.add(&address.octets()),
            }
        }
        self.0 += u64::from(protocol.number()) + length as u64;
    }

    const fn folded(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum as u16
    }
}

/// The Internet checksum of `octets`: the one's complement of their one's complement sum (RFC 1071).
pub fn checksum(octets: &[u8]) -> u16 {
    let mut sum = Sum::default();
    sum.add(octets);
    !sum.folded()
}

/// The checksum of a message of `protocol` between these addresses, its own checksum field zero; of a whole message
/// that is undamaged, zero.
pub(crate) fn checksum_between(from: IpAddr, to: IpAddr, protocol: IpProtocol, message: &[u8]) -> u16 {
    let mut sum = Sum::default();
    sum.add_pseudo_header(from, to, protocol, message.len());
    sum.add(message);
    !sum.folded()
}

/// Appends the octets of `packet` on the wire: valid checksums, and then the bits flipped that the way has flipped.
pub fn write(packet: &Packet, out: &mut Vec<u8>) {
    let begin = out.len();
    match (packet.from(), packet.to()) {
        (SocketAddr::V4(from), SocketAddr::V4(to)) => write_ipv4(packet, *from.ip(), *to.ip(), out),
        (SocketAddr::V6(from), SocketAddr::V6(to)) => write_ipv6(packet, *from.ip(), *to.ip(), out),
        _ => unreachable!("the constructor of a packet refuses mixed versions"),
    }
    write_carried(packet, out);
    if let Some(damage) = packet.damage() {
        damage.apply(&mut out[begin..]);
    }
}

fn write_ipv4(packet: &Packet, from: Ipv4Addr, to: Ipv4Addr, out: &mut Vec<u8>) {
    let begin = out.len();
    let flags = if packet.dont_fragment { DONT_FRAGMENT } else { 0 };
    let place = packet.fragment().map_or(0, |fragment| {
        let more = if fragment.more { MORE_FRAGMENTS } else { 0 };
        more | (fragment.offset / 8)
    });
    out.extend([0x45, 0]);
    out.extend((packet.wire_octets() as u16).to_be_bytes());
    out.extend((packet.ident as u16).to_be_bytes());
    out.extend((flags | place).to_be_bytes());
    out.extend([packet.hop_limit, packet.protocol().number(), 0, 0]);
    out.extend(from.octets());
    out.extend(to.octets());
    let sum = checksum(&out[begin..]);
    out[begin + 10..begin + 12].copy_from_slice(&sum.to_be_bytes());
}

fn write_ipv6(packet: &Packet, from: Ipv6Addr, to: Ipv6Addr, out: &mut Vec<u8>) {
    let protocol = packet.protocol().number();
    let next_header = if packet.fragment().is_some() { IPV6_FRAGMENT } else { protocol };
    out.extend([0x60, 0, 0, 0]);
    out.extend(((packet.wire_octets() - IPV6_HEADER) as u16).to_be_bytes());
    out.extend([next_header, packet.hop_limit]);
    out.extend(from.octets());
    out.extend(to.octets());
    if let Some(fragment) = packet.fragment() {
        //= RFC 8200 4.5: the offset in 8-octet units stands in the upper 13 bits, the M flag in the lowest
        out.extend([protocol, 0]);
        out.extend((fragment.offset | u16::from(fragment.more)).to_be_bytes());
        out.extend(packet.ident.to_be_bytes());
    }
}

/// Appends what the packet carries of its datagram.
fn write_carried(packet: &Packet, out: &mut Vec<u8>) {
    let carried = packet.carried();
    match packet.protocol() {
        IpProtocol::Udp => {
            if carried.start < UDP_HEADER {
                let header = udp_header(packet);
                out.extend(&header[carried.start..carried.end.min(UDP_HEADER)]);
            }
            let start = carried.start.max(UDP_HEADER) - UDP_HEADER;
            let end = carried.end.max(UDP_HEADER) - UDP_HEADER;
            out.extend(&packet.payload().octets()[start..end]);
        }
        IpProtocol::Other(_) => out.extend(&packet.payload().octets()[carried]),
    }
}

fn udp_header(packet: &Packet) -> [u8; UDP_HEADER] {
    let length = packet.datagram_octets();
    let mut header = [0; UDP_HEADER];
    header[0..2].copy_from_slice(&packet.from().port().to_be_bytes());
    header[2..4].copy_from_slice(&packet.to().port().to_be_bytes());
    header[4..6].copy_from_slice(&(length as u16).to_be_bytes());
    let mut sum = Sum::default();
    sum.add_pseudo_header(packet.from().ip(), packet.to().ip(), IpProtocol::Udp, length);
    sum.add(&header);
    sum.add(packet.payload().octets());
    //= RFC 768: if the computed checksum is zero, it is transmitted as all ones
    let checksum = match !sum.folded() {
        0 => 0xffff,
        checksum => checksum,
    };
    header[6..8].copy_from_slice(&checksum.to_be_bytes());
    header
}

/// What a receiver reads in the octets of a UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UdpReading<'a> {
    pub(crate) from_port: u16,
    pub(crate) to_port: u16,
    pub(crate) payload: &'a [u8],
}

/// Reads a UDP datagram between these addresses; `None` when its length or its checksum is wrong.
pub(crate) fn read_udp(from: IpAddr, to: IpAddr, datagram: &[u8]) -> Option<UdpReading<'_>> {
    let word = |at: usize| datagram.get(at..at + 2).map(|octets| u16::from_be_bytes([octets[0], octets[1]]));
    let (from_port, to_port, length, checksum) = (word(0)?, word(2)?, usize::from(word(4)?), word(6)?);
    let payload = datagram.get(UDP_HEADER..length)?;
    //= RFC 768: an all zero transmitted checksum value means that the transmitter generated no checksum
    //= RFC 8200 8.1: IPv6 receivers must discard UDP packets containing a zero checksum
    if checksum == 0 {
        return from.is_ipv4().then_some(UdpReading { from_port, to_port, payload });
    }
    let mut sum = Sum::default();
    sum.add_pseudo_header(from, to, IpProtocol::Udp, length);
    sum.add(&datagram[..length]);
    (sum.folded() == 0xffff).then_some(UdpReading { from_port, to_port, payload })
}

/// What anyone reads in the IP header of a packet that may be damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IpReading<'a> {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    /// IPv6: the next header, which may name the fragment header.
    pub(crate) protocol: u8,
    /// Whether the header says that this is a part of a datagram.
    pub(crate) is_fragment: bool,
    pub(crate) content: &'a [u8],
}

/// Reads an IP packet that was sent as version 4 or 6; `None` when its header contradicts itself or, over IPv4,
/// its checksum is wrong.
pub(crate) fn read_ip<'a>(octets: &'a [u8], sent_as: &Packet) -> Option<IpReading<'a>> {
    if sent_as.is_ipv6() { read_ipv6(octets) } else { read_ipv4(octets) }
}

fn read_ipv4(octets: &[u8]) -> Option<IpReading<'_>> {
    let header = octets.first_chunk::<IPV4_HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    //= RFC 1122 3.2.1.2: a host MUST verify the IP header checksum on every received datagram and silently discard
    //= RFC 1122 3.2.1.2: every datagram that has a bad checksum
    if header[0] != 0x45 || checksum(header) != 0 {
        return None;
    }
    let address = |at: usize| IpAddr::from([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    Some(IpReading {
        from: address(12),
        to: address(16),
        protocol: header[9],
        is_fragment: u16::from_be_bytes([header[6], header[7]]) & !DONT_FRAGMENT != 0,
        content: octets.get(IPV4_HEADER..length)?,
    })
}

fn read_ipv6(octets: &[u8]) -> Option<IpReading<'_>> {
    let header = octets.first_chunk::<IPV6_HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if header[0] >> 4 != 6 {
        return None;
    }
    let address = |at: usize| {
        let octets: [u8; 16] = header[at..at + 16].try_into().expect("sixteen octets are sixteen octets");
        IpAddr::from(octets)
    };
    Some(IpReading {
        from: address(8),
        to: address(24),
        protocol: header[6],
        is_fragment: header[6] == IPV6_FRAGMENT,
        content: octets.get(IPV6_HEADER..IPV6_HEADER + length)?,
    })
}

#[cfg(test)]
mod tests;
