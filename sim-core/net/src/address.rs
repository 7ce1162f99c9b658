//! Who owns which address: single ones and contiguous ranges of both IP versions.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::id::NodeId;

/// The owners of all addresses of a network. A look-up is a binary search.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddressBook {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

/// Why a range of addresses cannot be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The range is empty or goes beyond the last address.
    NotARange,
    /// An address of it belongs to this node.
    Owned { address: IpAddr, owner: NodeId },
}

impl AddressBook {
    /// Enters `count` addresses from `first` on.
    pub(crate) fn enter(&mut self, first: IpAddr, count: u64, owner: NodeId) -> Result<(), Refusal> {
        let more = count.checked_sub(1).ok_or(Refusal::NotARange)?;
        match first {
            IpAddr::V4(address) => {
                let first = address.to_bits();
                let more = u32::try_from(more).map_err(|_| Refusal::NotARange)?;
                let last = first.checked_add(more).ok_or(Refusal::NotARange)?;
                self.v4.enter(first, last, owner).map_err(|taken| Refusal::Owned {
                    address: Ipv4Addr::from_bits(taken.0).into(),
                    owner: taken.1,
                })
            }
            IpAddr::V6(address) => {
                let first = address.to_bits();
                let last = first.checked_add(u128::from(more)).ok_or(Refusal::NotARange)?;
                self.v6.enter(first, last, owner).map_err(|taken| Refusal::Owned {
                    address: Ipv6Addr::from_bits(taken.0).into(),
                    owner: taken.1,
                })
            }
        }
    }

    /// The owner of `address`.
    #[inline]
    pub(crate) fn owner(&self, address: IpAddr) -> Option<NodeId> {
        match address {
            IpAddr::V4(address) => self.v4.owner(address.to_bits()),
            IpAddr::V6(address) => self.v6.owner(address.to_bits()),
        }
    }

    pub(crate) fn has_ipv6(&self) -> bool {
        !self.v6.0.is_empty()
    }
}

/// Ranges (first, last, owner), sorted, without overlap.
#[derive(Clone, Debug, Default)]
struct Ranges<T>(Vec<(T, T, NodeId)>);

impl<T: Ord + Copy> Ranges<T> {
    /// Enters a range, or returns an address of it that has an owner.
    fn enter(&mut self, first: T, last: T, owner: NodeId) -> Result<(), (T, NodeId)> {
        let place = self.0.partition_point(|range| range.1 < first);
        if let Some(&(other, _, holder)) = self.0.get(place)
            && other <= last
        {
            return Err((other.max(first), holder));
        }
        self.0.insert(place, (first, last, owner));
        Ok(())
    }

    #[inline]
    fn owner(&self, address: T) -> Option<NodeId> {
        let place = self.0.partition_point(|range| range.1 < address);
        self.0.get(place).filter(|range| range.0 <= address).map(|range| range.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn book() -> AddressBook {
        let mut book = AddressBook::default();
        book.enter(ip("10.7.0.0"), 20_000, NodeId::from_index(7)).unwrap();
        book.enter(ip("10.6.255.255"), 1, NodeId::from_index(6)).unwrap();
        book.enter(ip("2001:db8::1:0"), 65_536, NodeId::from_index(8)).unwrap();
        book
    }

    #[test]
    fn a_population_owns_its_range_and_nothing_beside_it() {
        let book = book();
        let owner = |text| book.owner(ip(text)).map(NodeId::index);
        assert_eq!(owner("10.7.0.0"), Some(7));
        assert_eq!(owner("10.7.78.31"), Some(7));
        assert_eq!(owner("10.7.78.32"), None);
        assert_eq!(owner("10.6.255.255"), Some(6));
        assert_eq!(owner("10.6.255.254"), None);
        assert_eq!(owner("2001:db8::1:ffff"), Some(8));
        assert_eq!(owner("2001:db8::2:0"), None);
    }

    #[test]
    fn an_overlap_names_an_address_and_its_owner() {
        let mut book = book();
        let taken =
            |address, owner| Err(Refusal::Owned { address: ip(address), owner: NodeId::from_index(owner) });
        let new = NodeId::from_index(9);
        assert_eq!(book.enter(ip("10.7.1.1"), 1, new), taken("10.7.1.1", 7));
        assert_eq!(book.enter(ip("10.0.0.0"), 1 << 24, new), taken("10.6.255.255", 6));
        assert_eq!(book.enter(ip("2001:db8::"), 1 << 40, new), taken("2001:db8::1:0", 8));
    }

    #[test]
    fn a_range_ends_with_the_address_space() {
        let mut book = AddressBook::default();
        let new = NodeId::from_index(0);
        assert_eq!(book.enter(ip("255.255.255.255"), 2, new), Err(Refusal::NotARange));
        assert_eq!(book.enter(ip("0.0.0.0"), 4_294_967_297, new), Err(Refusal::NotARange));
        assert_eq!(book.enter(ip("10.0.0.1"), 0, new), Err(Refusal::NotARange));
        assert_eq!(book.enter(ip("255.255.255.255"), 1, new), Ok(()));
    }
}
