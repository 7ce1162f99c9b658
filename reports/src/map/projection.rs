//! Degrees to pixels.

use records::MapNode;

/// Where nodes stand on a map of a given width.
#[derive(Clone, Copy, Debug)]
pub(super) struct Projection {
    west: f64,
    north: f64,
    /// Pixels a degree of longitude.
    across: f64,
    /// Pixels a degree of latitude.
    down: f64,
    margin: f64,
    height: f64,
}

/// A map is at most this many times as high as it is wide.
const SLENDER: f64 = 1.6;

impl Projection {
    /// The projection that fills `width` pixels with `nodes`, `margin` pixels off the border.
    pub(super) fn of(nodes: &[MapNode], width: f64, margin: f64) -> Projection {
        let finite = || nodes.iter().filter(|node| node.longitude.is_finite() && node.latitude.is_finite());
        let west = finite().map(|node| node.longitude).fold(f64::INFINITY, f64::min);
        let east = finite().map(|node| node.longitude).fold(f64::NEG_INFINITY, f64::max);
        let south = finite().map(|node| node.latitude).fold(f64::INFINITY, f64::min);
        let north = finite().map(|node| node.latitude).fold(f64::NEG_INFINITY, f64::max);
        if west > east {
            return Projection {
                west: 0.0,
                north: 0.0,
                across: 0.0,
                down: 0.0,
                margin,
                height: 2.0 * margin,
            };
        }
        // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        let shortening = ((south + north) / 2.0).to_radians().cos().max(0.05);
        let room = width - 2.0 * margin;
        let by_width = room / ((east - west) * shortening).max(1e-6);
        let by_height = room * SLENDER / (north - south).max(1e-6);
        let down = by_width.min(by_height);
        let spare = room - (east - west) * shortening * down;
        Projection {
            west: west - spare / 2.0 / (down * shortening),
            north,
            across: down * shortening,
            down,
            margin,
            height: (north - south) * down + 2.0 * margin,
        }
    }

    /// The pixel of `node`; the north-western corner when its coordinates are no numbers.
    pub(super) fn place(&self, node: &MapNode) -> (f64, f64) {
        let x = self.margin + (node.longitude - self.west) * self.across;
        let y = self.margin + (self.north - node.latitude) * self.down;
        if x.is_finite() && y.is_finite() { (x, y) } else { (self.margin, self.margin) }
    }

    /// Pixels from top to bottom.
    pub(super) fn height(&self) -> f64 {
        self.height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(latitude: f64, longitude: f64) -> MapNode {
        MapNode { name: String::new(), latitude, longitude, weight: 0.0 }
    }

    #[test]
    fn north_is_up_east_is_right_and_nothing_leaves_the_map() {
        let nodes = [node(54.8, 9.4), node(47.5, 10.3), node(51.0, 6.0), node(52.5, 14.0)];
        let projection = Projection::of(&nodes, 340.0, 30.0);
        let places: Vec<_> = nodes.iter().map(|node| projection.place(node)).collect();
        assert!(places[0].1 < places[1].1 && places[2].0 < places[3].0);
        for (x, y) in places {
            assert!(
                (29.9..=310.1).contains(&x) && (29.9..=projection.height() - 29.9).contains(&y),
                "{x} {y}"
            );
        }
    }

    #[test]
    fn a_degree_of_longitude_is_shortened_by_the_cosine() {
        let nodes = [node(60.0, 0.0), node(60.0, 1.0), node(59.0, 0.0), node(61.0, 0.0)];
        let projection = Projection::of(&nodes, 340.0, 30.0);
        let (across, down) = (projection.place(&nodes[1]).0 - projection.place(&nodes[0]).0, projection.down);
        assert!((across / down - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_single_node_and_none_are_drawn_too() {
        let projection = Projection::of(&[node(50.0, 8.0)], 340.0, 30.0);
        assert!(projection.place(&node(50.0, 8.0)).0.is_finite() && projection.height() >= 60.0);
        assert_eq!(Projection::of(&[], 340.0, 30.0).height(), 60.0);
        let broken = Projection::of(&[node(f64::NAN, 8.0)], 340.0, 30.0);
        assert_eq!(broken.place(&node(f64::NAN, 8.0)), (30.0, 30.0));
    }
}
