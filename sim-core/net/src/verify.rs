//! What routers and receivers make of damaged packets: they read the octets that came, not those that were sent.
//!
//! Checksums find most damage, not all. What they miss is carried on as it is: to another address if an address was
//! hit, and up to the application if the UDP checksum still fits.

use std::net::{IpAddr, SocketAddr};

use crate::count::DropCause;
use crate::packet::{IpProtocol, Packet};
use crate::wire;

/// The destination address that a router or receiver reads in the header of a packet.
///
/// # Errors
/// [`DropCause::Corrupted`] when the header shows that it is damaged.
pub(crate) fn destination_read(packet: &Packet) -> Result<IpAddr, DropCause> {
    let octets = octets(packet);
    let reading = wire::read_ip(&octets, packet).ok_or(DropCause::Corrupted)?;
    Ok(reading.to)
}

/// The packet as its receiver reads it.
///
/// A whole datagram comes back without damage: with the addresses, ports and octets that its bits say. A fragment
/// keeps the damage of its contents until the datagram is complete; one with damaged headers cannot be matched with
/// the others and is refused.
///
/// # Errors
/// [`DropCause::Corrupted`] when a header, a length or the UDP checksum shows the damage.
pub(crate) fn receive(packet: Packet) -> Result<Packet, DropCause> {
    let Some(damage) = packet.damage() else { return Ok(packet) };
    if packet.fragment().is_some() {
        let headers = packet.header_octets() as u32 * 8;
        let is_intact = damage.bits().iter().all(|bit| *bit >= headers);
        return if is_intact { Ok(packet) } else { Err(DropCause::Corrupted) };
    }
    let octets = octets(&packet);
    let reading = wire::read_ip(&octets, &packet).ok_or(DropCause::Corrupted)?;
    let protocol = packet.protocol();
    // A datagram that claims to be a fragment waits for others in vain; one of a foreign protocol finds no taker.
    if reading.is_fragment || reading.protocol != protocol.number() {
        return Err(DropCause::Corrupted);
    }
    datagram(packet, reading.from, reading.to, protocol, reading.content).ok_or(DropCause::Corrupted)
}

/// The datagram that a receiver reads in these octets, with everything else as in `packet`; `None` when it is not
/// valid.
pub(crate) fn datagram(
    packet: Packet,
    from: IpAddr,
    to: IpAddr,
    protocol: IpProtocol,
    octets: &[u8],
) -> Option<Packet> {
    let (ports, payload) = match protocol {
        IpProtocol::Udp => {
            let udp = wire::read_udp(from, to, octets)?;
            ((udp.from_port, udp.to_port), udp.payload)
        }
        IpProtocol::Other(_) => ((packet.from().port(), packet.to().port()), octets),
    };
    let (from, to) = (SocketAddr::new(from, ports.0), SocketAddr::new(to, ports.1));
    Some(packet.reread(from, to, protocol, payload))
}

fn octets(packet: &Packet) -> Vec<u8> {
    let mut octets = Vec::with_capacity(packet.wire_octets());
    wire::write(packet, &mut octets);
    octets
}

#[cfg(test)]
mod tests;
