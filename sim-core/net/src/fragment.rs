//! Cutting packets to the size of a link.
//!
//! ```text
//!   datagram      │ UDP header │ payload                                │
//!   offsets       0                     1480               2960      3100
//!   packets  │ IP │ ................... │ │ IP │ ........ │ │ IP │ .... │   each part but the last: a multiple of 8
//! ```
//!
//! IPv4 routers cut what does not fit, and cut fragments again; IPv6 packets are cut by their source alone, which knows
//! the MTU of the path. All parts share the payload.

use crate::packet::{FRAGMENT_HEADER, Fragment, IPV4_HEADER, IPV6_HEADER, Packet};

/// The smallest MTU of a link.
//= RFC 791 3.2: every internet module must be able to forward a datagram of 68 octets without further fragmentation
pub const SMALLEST_MTU: usize = 68;

/// The smallest MTU of a link that carries IPv6.
//= RFC 8200 5: IPv6 requires that every link in the Internet have an MTU of 1280 octets or greater
pub const SMALLEST_IPV6_MTU: usize = 1280;

/// The packets of at most `mtu` octets that carry what `packet` carries: itself alone when it fits.
///
/// Whether the sender may cut it at all is asked by [`crate::Network::transmit`].
///
/// # Panics
/// When `mtu` is below [`SMALLEST_MTU`].
pub fn fragments(packet: &Packet, mtu: usize) -> impl Iterator<Item = Packet> + '_ {
    assert!(mtu >= SMALLEST_MTU, "an MTU of {mtu} octets is below {SMALLEST_MTU}");
    let carried = packet.carried();
    let is_last = packet.fragment().is_none_or(|fragment| !fragment.more);
    let fits = packet.wire_octets() <= mtu;
    let step = if fits { carried.len().max(1) } else { largest_part(packet, mtu) };
    let count = carried.len().div_ceil(step).max(1);
    (0..count).map(move |index| {
        if fits {
            return packet.clone();
        }
        let offset = carried.start + index * step;
        let length = step.min(carried.end - offset);
        let more = index + 1 < count || !is_last;
        packet.part(Fragment { offset: offset as u16, length: length as u16, more })
    })
}

//= RFC 791 3.2: the data is divided on an 8 octet boundary
//= RFC 8200 4.5: each fragment, except possibly the last, is an integer multiple of 8 octets long
const fn largest_part(packet: &Packet, mtu: usize) -> usize {
    let headers = if packet.is_ipv6() { IPV6_HEADER + FRAGMENT_HEADER } else { IPV4_HEADER };
    (mtu - headers) & !7
}

#[cfg(test)]
mod tests;
