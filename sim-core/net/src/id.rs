//! Names of nodes and links that are small enough for an event: dense indices in the order of building.

use std::fmt;

/// A node of one network: its index in the order in which nodes were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The node with this index.
    ///
    /// # Panics
    /// Beyond 2^32 nodes.
    pub fn from_index(index: usize) -> NodeId {
        NodeId(u32::try_from(index).expect("a network has fewer than 2^32 nodes"))
    }

    /// The index, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A link of one network: its index in the order in which links were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(u32);

impl LinkId {
    /// The link with this index.
    ///
    /// # Panics
    /// Beyond 2^31 links: one bit of a [`Hop`] is the direction.
    pub fn from_index(index: usize) -> LinkId {
        assert!(index < 1 << 31, "a network has fewer than 2^31 links");
        LinkId(index as u32)
    }

    /// The index, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which way along a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the first end to the second.
    Forward,
    /// From the second end to the first.
    Backward,
}

impl Direction {
    /// Both, in order.
    pub const BOTH: [Direction; 2] = [Direction::Forward, Direction::Backward];
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Forward => "forward",
            Direction::Backward => "backward",
        })
    }
}

/// One direction of one link: a step of a path. Four octets, so that it fits an event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop(u32);

impl Hop {
    /// The step along `link` in `direction`.
    pub const fn new(link: LinkId, direction: Direction) -> Hop {
        Hop(link.0 << 1 | direction as u32)
    }

    /// The link.
    pub const fn link(self) -> LinkId {
        LinkId(self.0 >> 1)
    }

    /// Which way along it.
    pub const fn direction(self) -> Direction {
        if self.0 & 1 == 0 { Direction::Forward } else { Direction::Backward }
    }

    /// The step back.
    #[must_use]
    pub const fn reversed(self) -> Hop {
        Hop(self.0 ^ 1)
    }

    /// The index among all directed links, from 0: twice the link's, plus one when backward.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hop({} {})", self.link().index(), self.direction())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_keeps_link_and_direction_and_its_way_back() {
        let hop = Hop::new(LinkId::from_index(7), Direction::Backward);
        assert_eq!((hop.link().index(), hop.direction(), hop.index()), (7, Direction::Backward, 15));
        assert_eq!(hop.reversed(), Hop::new(LinkId::from_index(7), Direction::Forward));
    }
}
