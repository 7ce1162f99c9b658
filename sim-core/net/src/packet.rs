//! An IP packet in flight: addresses, a payload that it shares with its copies, and what happened to it.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use sim_api::{Lineage, Outgoing, Payload};

use crate::count::DropCause;
use crate::id::NodeId;

/// Octets of an IPv4 header without options.
pub const IPV4_HEADER: usize = 20;
/// Octets of an IPv6 header.
pub const IPV6_HEADER: usize = 40;
/// Octets of the IPv6 fragment header.
pub const FRAGMENT_HEADER: usize = 8;
/// Octets of a UDP header.
pub const UDP_HEADER: usize = 8;
/// The hop limit of a packet when it leaves its source.
pub const HOP_LIMIT: u8 = 64;

const LONGEST_IP_LENGTH: usize = 65_535;

/// The protocol above IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpProtocol {
    /// UDP, with a UDP header between the IP header and the payload.
    Udp,
    /// Another protocol by its number: the payload follows the IP header, ports mean nothing.
    Other(u8),
}

impl IpProtocol {
    /// The protocol with this number in the IP header.
    pub const fn from_number(number: u8) -> IpProtocol {
        if number == IpProtocol::Udp.number() { IpProtocol::Udp } else { IpProtocol::Other(number) }
    }

    /// The number in the IP header.
    pub const fn number(self) -> u8 {
        match self {
            IpProtocol::Udp => 17,
            IpProtocol::Other(number) => number,
        }
    }

    /// Octets of a datagram with this payload behind the IP header.
    #[inline]
    fn datagram_octets(self, payload: &Payload) -> usize {
        match self {
            IpProtocol::Udp => UDP_HEADER + payload.len(),
            IpProtocol::Other(_) => payload.len(),
        }
    }
}

/// The part of a datagram that a fragment carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Where it begins, in octets behind the IP header of the whole datagram; a multiple of 8.
    pub offset: u16,
    /// How many octets it carries.
    pub length: u16,
    /// Whether others follow it: the M (more fragments) flag.
    pub more: bool,
}

impl Fragment {
    /// The octets of the datagram, counted from the end of its IP header.
    pub const fn range(&self) -> Range<usize> {
        self.offset as usize..self.offset as usize + self.length as usize
    }
}

/// Bits that were flipped on the way, as positions in the octets on the wire (bit 0 is the first bit sent).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage(Box<[u32]>);

impl Damage {
    /// The damage that flips these bits, each once.
    pub fn new(bits: &[u32]) -> Damage {
        Damage(bits.into())
    }

    /// The positions of the flipped bits.
    pub fn bits(&self) -> &[u32] {
        &self.0
    }

    /// Flips the bits in `octets`; positions beyond the end are left out.
    pub fn apply(&self, octets: &mut [u8]) {
        for bit in &self.0 {
            if let Some(octet) = octets.get_mut(*bit as usize / 8) {
                *octet ^= 0x80 >> (bit % 8);
            }
        }
    }

    /// The damage to both: a bit that was flipped twice is whole again.
    fn and(&self, other: &Damage) -> Option<Damage> {
        let once = |bits: &[u32], others: &[u32]| -> Vec<u32> {
            bits.iter().filter(|bit| !others.contains(bit)).copied().collect()
        };
        let bits = [once(&self.0, &other.0), once(&other.0, &self.0)].concat();
        (!bits.is_empty()).then(|| Damage(bits.into()))
    }
}

/// Why no packet can be made of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// One address is IPv4 and the other IPv6.
    #[error("source {from} and destination {to} are of different IP versions")]
    MixedVersions {
        /// The source.
        from: IpAddr,
        /// The destination.
        to: IpAddr,
    },
    /// The length fields of IP and UDP have 16 bits.
    #[error("{octets} octets do not fit a datagram: IP lengths end at 65535")]
    TooLong {
        /// The payload's size.
        octets: usize,
    },
}

/// A datagram on its way out that fits the headers of IP and UDP.
#[derive(Clone, Copy, Debug)]
pub struct Sendable<'a>(&'a Outgoing);

impl<'a> Sendable<'a> {
    /// The datagram, when it fits.
    ///
    /// # Errors
    /// As [`Packet::udp`].
    #[inline]
    pub fn of(outgoing: &'a Outgoing) -> Result<Sendable<'a>, PacketError> {
        fits(IpProtocol::Udp, &outgoing.from, &outgoing.to, &outgoing.payload)?;
        Ok(Sendable(outgoing))
    }
}

/// An IP packet. Cloning shares the payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    from: SocketAddr,
    to: SocketAddr,
    protocol: IpProtocol,
    payload: Payload,
    fragment: Option<Fragment>,
    damage: Option<Damage>,
    /// The causes behind it, and the delay up to the present.
    pub lineage: Lineage,
    /// The node that owns the destination address.
    pub destination: NodeId,
    /// The identification that fragments of one datagram share; IPv4 carries its lower 16 bits.
    pub ident: u32,
    /// How many more routers may forward it (IPv4: time to live).
    pub hop_limit: u8,
    /// IPv4's DF flag. IPv6 routers never fragment.
    pub dont_fragment: bool,
}

impl Packet {
    /// A UDP datagram as it leaves its source, with hop limit [`HOP_LIMIT`] and identification 0.
    ///
    /// # Errors
    /// When the addresses are of different IP versions, or the payload exceeds the 16-bit lengths (65,507 octets
    /// over IPv4, 65,527 over IPv6).
    #[inline]
    pub fn udp(
        from: SocketAddr,
        to: SocketAddr,
        payload: Payload,
        lineage: Lineage,
        destination: NodeId,
    ) -> Result<Packet, PacketError> {
        Packet::of_protocol(IpProtocol::Udp, from, to, payload, lineage, destination)
    }

    /// The UDP datagram that a node sends, as it leaves its source; `lineage` holds the causes behind it up to the
    /// present.
    // Without a branch each field is copied once, from where it lies to where the packet will lie.
    #[inline(always)]
    pub fn sent(datagram: Sendable<'_>, lineage: Lineage, destination: NodeId, ident: u32) -> Packet {
        let Sendable(outgoing) = datagram;
        Packet {
            from: outgoing.from,
            to: outgoing.to,
            protocol: IpProtocol::Udp,
            payload: outgoing.payload.clone(),
            fragment: None,
            damage: None,
            lineage,
            destination,
            ident,
            hop_limit: HOP_LIMIT,
            dont_fragment: false,
        }
    }

    /// A packet of any protocol as it leaves its source; ports are ignored unless the protocol is UDP.
    ///
    /// # Errors
    /// As [`Packet::udp`].
    #[inline]
    pub fn of_protocol(
        protocol: IpProtocol,
        from: SocketAddr,
        to: SocketAddr,
        payload: Payload,
        lineage: Lineage,
        destination: NodeId,
    ) -> Result<Packet, PacketError> {
        fits(protocol, &from, &to, &payload)?;
        Ok(Packet {
            from,
            to,
            protocol,
            payload,
            fragment: None,
            damage: None,
            lineage,
            destination,
            ident: 0,
            hop_limit: HOP_LIMIT,
            dont_fragment: false,
        })
    }

    /// Source address and port.
    pub const fn from(&self) -> SocketAddr {
        self.from
    }

    /// Destination address and port.
    pub const fn to(&self) -> SocketAddr {
        self.to
    }

    /// The protocol above IP.
    pub const fn protocol(&self) -> IpProtocol {
        self.protocol
    }

    /// The payload of the whole datagram, of which a fragment carries a part.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The part that it carries; `None` when it is a whole datagram.
    pub const fn fragment(&self) -> Option<Fragment> {
        self.fragment
    }

    /// What the way has done to its bits; `None` when it is whole.
    pub const fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Whether it is an IPv6 packet.
    pub const fn is_ipv6(&self) -> bool {
        self.from.is_ipv6()
    }

    /// Octets of the IP header and, on an IPv6 fragment, of its fragment header.
    pub const fn header_octets(&self) -> usize {
        match (&self.from, self.fragment) {
            (SocketAddr::V4(_), _) => IPV4_HEADER,
            (SocketAddr::V6(_), None) => IPV6_HEADER,
            (SocketAddr::V6(_), Some(_)) => IPV6_HEADER + FRAGMENT_HEADER,
        }
    }

    /// Octets of the whole datagram behind the IP header: UDP header and payload.
    pub fn datagram_octets(&self) -> usize {
        self.protocol.datagram_octets(&self.payload)
    }

    /// The part of the datagram that it carries, counted from the end of the IP header.
    pub fn carried(&self) -> Range<usize> {
        match self.fragment {
            Some(fragment) => fragment.range(),
            None => 0..self.datagram_octets(),
        }
    }

    /// Octets on the wire: headers and what it carries of the datagram.
    pub fn wire_octets(&self) -> usize {
        self.header_octets() + self.carried().len()
    }

    /// Octets of payload that it carries, without any header.
    pub fn payload_octets(&self) -> usize {
        let carried = self.carried();
        let header = match self.protocol {
            IpProtocol::Udp => UDP_HEADER,
            IpProtocol::Other(_) => 0,
        };
        carried.end.saturating_sub(carried.start.max(header))
    }

    /// Takes one off the hop limit, as a router does that passes it on.
    ///
    /// # Errors
    /// [`DropCause::HopLimit`] when nothing is left: the packet ends here.
    //= RFC 8200 3: the packet is discarded if the hop limit was zero when received or is decremented to zero
    pub const fn forward(&mut self) -> Result<(), DropCause> {
        if self.hop_limit <= 1 {
            return Err(DropCause::HopLimit);
        }
        self.hop_limit -= 1;
        Ok(())
    }

    /// Flips bits of it; a bit that was flipped before is whole again.
    pub fn flip(&mut self, damage: Damage) {
        self.damage = match self.damage.take() {
            Some(before) => before.and(&damage),
            None => Some(damage),
        };
    }

    /// The packet that carries this part of the same datagram, its share of the damage included. Damage to the IP
    /// header stays behind: whoever cuts a packet writes new headers.
    pub(crate) fn part(&self, fragment: Fragment) -> Packet {
        let mut part = Packet { fragment: Some(fragment), damage: None, ..self.clone() };
        if let Some(damage) = &self.damage {
            let begin = self.header_octets() + fragment.range().start - self.carried().start;
            let moved = part.header_octets() as u32 * 8;
            let here = begin as u32 * 8..(begin as u32 + u32::from(fragment.length)) * 8;
            let bits: Vec<u32> =
                damage.bits().iter().filter(|b| here.contains(b)).map(|b| b - here.start + moved).collect();
            part.damage = (!bits.is_empty()).then(|| Damage(bits.into()));
        }
        part
    }

    /// Whether both are of one datagram: the very same octets between the same ports.
    pub(crate) fn shares_datagram(&self, other: &Packet) -> bool {
        std::ptr::eq(self.payload.octets(), other.payload.octets())
            && (self.from, self.to, self.protocol) == (other.from, other.to, other.protocol)
    }

    /// The whole datagram that this fragment belongs to.
    pub(crate) fn whole(self) -> Packet {
        Packet { fragment: None, damage: None, ..self }
    }

    /// The packet with what a receiver read from octets.
    pub(crate) fn reread(
        self,
        from: SocketAddr,
        to: SocketAddr,
        protocol: IpProtocol,
        payload: &[u8],
    ) -> Packet {
        Packet { from, to, protocol, payload: Payload::new(payload), fragment: None, damage: None, ..self }
    }
}

/// Whether a datagram fits the headers of IP.
#[inline]
fn fits(
    protocol: IpProtocol,
    from: &SocketAddr,
    to: &SocketAddr,
    payload: &Payload,
) -> Result<(), PacketError> {
    let longest = match (from, to) {
        (SocketAddr::V4(_), SocketAddr::V4(_)) => LONGEST_IP_LENGTH - IPV4_HEADER,
        (SocketAddr::V6(_), SocketAddr::V6(_)) => LONGEST_IP_LENGTH,
        _ => return Err(PacketError::MixedVersions { from: from.ip(), to: to.ip() }),
    };
    if protocol.datagram_octets(payload) > longest {
        return Err(PacketError::TooLong { octets: payload.len() });
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use sim_api::{Sending, SimTime};

    /// A datagram between the n-th documentation addresses of one IP version.
    pub(crate) fn datagram(version: u8, payload: &[u8]) -> Packet {
        let (from, to) = match version {
            4 => ("192.0.2.1:5060", "192.0.2.2:5060"),
            _ => ("[2001:db8::1]:5060", "[2001:db8::2]:5060"),
        };
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let lineage = Lineage::begin(SimTime::ZERO);
        Packet::udp(from, to, Payload::new(payload), lineage, NodeId::from_index(1)).unwrap()
    }

    #[test]
    fn octets_on_the_wire_are_those_of_the_real_headers() {
        assert_eq!(datagram(4, &[0; 500]).wire_octets(), 528);
        assert_eq!(datagram(6, &[0; 500]).wire_octets(), 548);
    }

    #[test]
    fn a_payload_that_overflows_a_length_field_is_refused() {
        let made = |version, octets| {
            let like = datagram(version, b"");
            Packet::udp(like.from, like.to, Payload::new(&vec![0; octets]), like.lineage, like.destination)
        };
        assert!(made(4, 65_507).is_ok());
        assert_eq!(made(4, 65_508), Err(PacketError::TooLong { octets: 65_508 }));
        assert!(made(6, 65_527).is_ok());
        assert_eq!(made(6, 65_528), Err(PacketError::TooLong { octets: 65_528 }));
    }

    #[test]
    fn a_datagram_that_a_node_sends_is_the_packet_of_its_parts() {
        let mut packet = datagram(6, b"OPTIONS");
        packet.ident = 7;
        let (from, to, payload, lineage) = (packet.from, packet.to, packet.payload.clone(), packet.lineage);
        let mut outgoing = Outgoing { from, to, payload, lineage, sending: Sending::First };
        let sendable = Sendable::of(&outgoing).unwrap();
        assert_eq!(Packet::sent(sendable, lineage, packet.destination, 7), packet);
        outgoing.to = datagram(4, b"").to;
        assert!(matches!(Sendable::of(&outgoing), Err(PacketError::MixedVersions { .. })));
    }

    #[test]
    fn addresses_of_two_ip_versions_are_refused() {
        let (v4, v6) = (datagram(4, b""), datagram(6, b""));
        let made = Packet::udp(v4.from, v6.to, Payload::new(b""), v4.lineage, v4.destination);
        assert!(matches!(made, Err(PacketError::MixedVersions { .. })));
    }

    #[test]
    fn hop_limit_falls_by_one_and_ends_the_packet_at_zero() {
        let mut packet = datagram(4, b"");
        packet.hop_limit = 2;
        assert_eq!(packet.forward(), Ok(()));
        assert_eq!(packet.hop_limit, 1);
        assert_eq!(packet.forward(), Err(DropCause::HopLimit));
        packet.hop_limit = 0;
        assert_eq!(packet.forward(), Err(DropCause::HopLimit));
    }

    #[test]
    fn a_bit_flipped_on_two_links_is_whole_again() {
        let mut packet = datagram(4, b"x");
        packet.flip(Damage::new(&[5, 9]));
        packet.flip(Damage::new(&[9, 11]));
        assert_eq!(packet.damage(), Some(&Damage::new(&[5, 11])));
        packet.flip(Damage::new(&[5, 11]));
        assert_eq!(packet.damage(), None);
    }

    #[test]
    fn the_number_of_udp_is_udp() {
        assert_eq!(IpProtocol::from_number(17), IpProtocol::Udp);
        assert_eq!(IpProtocol::from_number(6).number(), 6);
    }
}
