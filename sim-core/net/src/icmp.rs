//! ICMP port unreachable: how a host says that no process takes datagrams at a port (RFC 792, RFC 4443).
//!
//! ```text
//!   IPv4  │ IP │ 3 │ 3 │ checksum │ unused │ IP header of the datagram │ its first 8 octets                    │
//!   IPv6  │ IP │ 1 │ 4 │ checksum │ unused │ the datagram, as much of it as fits a packet of 1280 octets       │
//! ```

use std::net::{IpAddr, SocketAddr};

use sim_api::Payload;

use crate::fragment::SMALLEST_IPV6_MTU;
use crate::packet::{IPV4_HEADER, IPV6_HEADER, IpProtocol, Packet, PacketError, UDP_HEADER};
use crate::wire;

/// ICMP over IPv4.
pub const ICMP: IpProtocol = IpProtocol::Other(1);
/// ICMP over IPv6.
pub const ICMPV6: IpProtocol = IpProtocol::Other(58);

/// Octets in front of the cited datagram.
const HEADER: usize = 8;

/// A datagram that found no process, as the host that sent it reads in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortUnreachable {
    /// From which address and port it was sent.
    pub from: SocketAddr,
    /// At which address and port nobody listens.
    pub to: SocketAddr,
}

/// Whether the packet is one of ICMP.
pub fn is_icmp(packet: &Packet) -> bool {
    matches!(packet.protocol(), ICMP | ICMPV6)
}

/// The answer of the host that `datagram` reached, to the node that owns its source address. Its payload has the
/// meaning of the datagram, so that those who watch a run know what it is about; its lineage goes on.
///
/// The caller asks it for whole UDP datagrams alone, so that nothing is ever said about an ICMP message or a fragment
/// in the middle.
///
/// # Errors
/// None for a datagram that has come over a network: its addresses are of one IP version.
//= RFC 1122 3.2.2: an ICMP error MUST NOT be sent as the result of an ICMP error or of a non-initial fragment
//= RFC 1122 3.2.2.1: a host SHOULD generate code 3 (port unreachable) when UDP is unable to demultiplex the datagram
//= RFC 4443 3.1: a destination node SHOULD originate code 4 for a packet whose transport protocol has no listener
pub fn port_unreachable(datagram: &Packet, source: crate::NodeId) -> Result<Packet, PacketError> {
    let mut octets = Vec::new();
    wire::write(datagram, &mut octets);
    let (protocol, kind) = if datagram.is_ipv6() { (ICMPV6, [1, 4]) } else { (ICMP, [3, 3]) };
    octets.truncate(cited_octets(datagram));
    let mut message = [&kind[..], &[0; HEADER - 2], &octets].concat();
    let (from, to) = (datagram.to().ip(), datagram.from().ip());
    let sum = checksum(from, to, &message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let payload = Payload::encoded(&message, datagram.payload().meaning());
    let (from, to) = (SocketAddr::new(from, 0), SocketAddr::new(to, 0));
    Packet::of_protocol(protocol, from, to, payload, datagram.lineage, source)
}

/// What the host with this packet's destination address reads in it; `None` when it is no port unreachable about a
/// UDP datagram from there, or damaged.
pub fn read(packet: &Packet) -> Option<PortUnreachable> {
    let (from, to) = (packet.from().ip(), packet.to().ip());
    let message = packet.payload().octets();
    let kind = if packet.is_ipv6() { [1, 4] } else { [3, 3] };
    if !is_icmp(packet) || !message.starts_with(&kind) || checksum(from, to, message) != 0 {
        return None;
    }
    let cited = cited(message.get(HEADER..)?, packet.is_ipv6())?;
    //= RFC 1122 3.2.2.1: a Destination Unreachable message that is received MUST be reported to the transport layer
    (cited.from.ip() == to).then_some(cited)
}

//= RFC 792: the internet header plus the first 64 bits of the original datagram's data
//= RFC 4443 2.4: as much of the invoking packet as possible without the error exceeding the minimum IPv6 MTU
fn cited_octets(datagram: &Packet) -> usize {
    if datagram.is_ipv6() { SMALLEST_IPV6_MTU - IPV6_HEADER - HEADER } else { IPV4_HEADER + UDP_HEADER }
}

//= RFC 792: the checksum is of the ICMP message starting with the type
//= RFC 4443 2.3: over IPv6 it begins with a pseudo-header of addresses, length and next header
fn checksum(from: IpAddr, to: IpAddr, message: &[u8]) -> u16 {
    if from.is_ipv6() { wire::checksum_between(from, to, ICMPV6, message) } else { wire::checksum(message) }
}

/// The addresses and ports of the UDP datagram whose first octets these are.
fn cited(octets: &[u8], is_ipv6: bool) -> Option<PortUnreachable> {
    let word = |at: usize| Some(u16::from_be_bytes(*octets.get(at..)?.first_chunk()?));
    let (header, from, to, protocol) = if is_ipv6 {
        let address = |at: usize| Some(IpAddr::from(*octets.get(at..)?.first_chunk::<16>()?));
        (IPV6_HEADER, address(8)?, address(24)?, *octets.get(6)?)
    } else {
        let address = |at: usize| Some(IpAddr::from(*octets.get(at..)?.first_chunk::<4>()?));
        (IPV4_HEADER, address(12)?, address(16)?, *octets.get(9)?)
    };
    let (from_port, to_port) = (word(header)?, word(header + 2)?);
    (protocol == IpProtocol::Udp.number())
        .then(|| PortUnreachable { from: SocketAddr::new(from, from_port), to: SocketAddr::new(to, to_port) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeId;
    use crate::packet::Damage;
    use crate::packet::tests::datagram;

    fn source() -> NodeId {
        NodeId::from_index(0)
    }

    #[test]
    fn the_answer_over_ipv4_cites_the_header_and_eight_octets() {
        let asked = datagram(4, b"OPTIONS");
        let answer = port_unreachable(&asked, source()).unwrap();
        let (mut there, mut message) = (Vec::new(), answer.payload().octets().to_vec());
        wire::write(&asked, &mut there);
        assert_eq!((answer.wire_octets(), answer.destination), (20 + 8 + 28, source()));
        assert_eq!(message[8..], there[..28], "IP header, ports, length, checksum");
        assert_eq!(wire::checksum(&message), 0);
        message[2..4].fill(0);
        assert_eq!(message[..8], [3, 3, 0, 0, 0, 0, 0, 0]);
        assert_eq!(read(&answer), Some(PortUnreachable { from: asked.from(), to: asked.to() }));
    }

    #[test]
    fn the_answer_over_ipv6_cites_what_fits_the_smallest_mtu() {
        for (octets, wire_octets) in [(7, 40 + 8 + 48 + 7), (1400, 1280)] {
            let asked = datagram(6, &vec![b'x'; octets]);
            let answer = port_unreachable(&asked, source()).unwrap();
            assert_eq!(answer.wire_octets(), wire_octets);
            assert_eq!(answer.payload().octets()[..2], [1, 4]);
            assert_eq!(read(&answer), Some(PortUnreachable { from: asked.from(), to: asked.to() }));
        }
    }

    #[test]
    fn what_is_said_of_others_or_damaged_is_not_read() {
        let asked = datagram(4, b"OPTIONS");
        assert_eq!(read(&asked), None, "a datagram is no answer");
        let answer = port_unreachable(&asked, source()).unwrap();
        let mut elsewhere = answer.payload().octets().to_vec();
        elsewhere[8 + 15] ^= 1;
        let changed = |octets: &[u8]| {
            let payload = Payload::new(octets);
            let (from, to) = (answer.from(), answer.to());
            read(&Packet::of_protocol(ICMP, from, to, payload, answer.lineage, source()).unwrap())
        };
        assert_eq!(changed(&elsewhere), None, "the checksum finds the damage");
        elsewhere[2..4].fill(0);
        let sum = wire::checksum(&elsewhere);
        elsewhere[2..4].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(changed(&elsewhere), None, "a datagram that this host did not send");
        for end in 0..answer.payload().len() {
            changed(&answer.payload().octets()[..end]);
        }
    }

    #[test]
    fn damage_on_the_way_is_found() {
        for version in [4, 6] {
            let mut answer = port_unreachable(&datagram(version, b"OPTIONS"), source()).unwrap();
            let first = answer.header_octets() as u32 * 8;
            answer.flip(Damage::new(&[first + 100]));
            let received = crate::verify::receive(answer).unwrap();
            assert_eq!(read(&received), None, "IPv{version}");
        }
    }
}
