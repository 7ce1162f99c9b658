//! Names on a map that do not run into each other.

/// Size of the letters in pixels.
pub(super) const SIZE: f64 = 11.0;
/// Mean width of a letter over the size of the font.
const LETTER: f64 = 0.58;

/// A name that would like to stand beside its node.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) text: String,
    pub(super) at: (f64, f64),
    pub(super) radius: f64,
    /// Whether it is placed even if it covers a node.
    pub(super) must: bool,
    /// Higher ranks are placed first.
    pub(super) rank: f64,
    pub(super) colour: String,
}

/// What is taken on the map.
#[derive(Debug)]
pub(super) struct Board {
    width: f64,
    height: f64,
    nodes: Vec<Rectangle>,
    names: Vec<Rectangle>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rectangle {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Board {
    pub(super) fn new(width: f64, height: f64) -> Board {
        Board { width, height, nodes: Vec::new(), names: Vec::new() }
    }

    /// Takes the place of a node.
    pub(super) fn block(&mut self, (x, y): (f64, f64), radius: f64) {
        self.nodes.push(Rectangle {
            left: x - radius,
            top: y - radius,
            right: x + radius,
            bottom: y + radius,
        });
    }

    /// Where the name begins and its base line is; `None` when there is no room.
    pub(super) fn place(&mut self, wish: &Wish) -> Option<(f64, f64)> {
        let candidates = candidates(wish);
        let inside = |r: &&Rectangle| {
            r.left >= 1.0 && r.top >= 1.0 && r.right <= self.width - 1.0 && r.bottom <= self.height - 1.0
        };
        let off_names = |r: &&Rectangle| !self.names.iter().any(|name| r.overlaps(name));
        let off_nodes = |r: &&Rectangle| !self.nodes.iter().any(|node| r.overlaps(node));
        let free = candidates.iter().filter(inside).filter(off_names).find(off_nodes);
        let forced = || candidates.iter().filter(inside).find(off_names).filter(|_| wish.must);
        let chosen = *free.or_else(forced)?;
        self.names.push(chosen);
        Some((chosen.left, chosen.bottom - SIZE * 0.2))
    }
}

/// Right, left, above, below, and the four corners between.
fn candidates(wish: &Wish) -> [Rectangle; 8] {
    let width = wish.text.chars().count() as f64 * SIZE * LETTER;
    let gap = wish.radius + 2.0;
    let (x, y) = wish.at;
    let (middle, centre) = (y - SIZE / 2.0, x - width / 2.0);
    let (above, below) = (y - gap - SIZE, y + gap);
    let (right, left) = (x + gap, x - gap - width);
    let corner = gap * 0.6;
    [
        (right, middle),
        (left, middle),
        (centre, above),
        (centre, below),
        (x + corner, above + gap * 0.4),
        (x + corner, below - gap * 0.4),
        (x - corner - width, above + gap * 0.4),
        (x - corner - width, below - gap * 0.4),
    ]
    .map(|(left, top)| Rectangle { left, top, right: left + width, bottom: top + SIZE })
}

impl Rectangle {
    fn overlaps(&self, other: &Rectangle) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(text: &str, at: (f64, f64)) -> Wish {
        Wish { text: text.into(), at, radius: 4.0, must: false, rank: 0.0, colour: String::new() }
    }

    #[test]
    fn names_stand_right_of_their_node_or_where_there_is_room() {
        let mut board = Board::new(200.0, 100.0);
        board.block((50.0, 50.0), 4.0);
        assert!(board.place(&wish("Köln", (50.0, 50.0))).unwrap().0 > 50.0);
        let right_is_taken = board.place(&wish("Bonn", (52.0, 52.0))).unwrap();
        assert!(right_is_taken.0 < 52.0);
    }

    #[test]
    fn no_name_leaves_the_map() {
        let mut board = Board::new(200.0, 100.0);
        let (x, _) = board.place(&wish("Frankfurt an der Oder", (195.0, 50.0))).unwrap();
        assert!(x < 100.0);
        assert_eq!(board.place(&wish(&"x".repeat(99), (100.0, 50.0))), None);
    }

    #[test]
    fn a_name_without_room_is_left_out_unless_it_must_stand() {
        let mut board = Board::new(200.0, 100.0);
        for x in 0..20 {
            for y in 0..10 {
                board.block((f64::from(x) * 10.0, f64::from(y) * 10.0), 4.0);
            }
        }
        let crowded = wish("Köln", (100.0, 50.0));
        assert_eq!(board.place(&crowded), None);
        assert!(board.place(&Wish { must: true, ..crowded }).is_some());
    }
}
