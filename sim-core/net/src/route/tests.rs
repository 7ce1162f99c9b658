use super::*;
use proptest::prelude::*;

/// A network in which delays repeat, so that ties are common: node count and (one end, other end, milliseconds).
type Sketch = (usize, Vec<(usize, usize, u64)>);

fn any_sketch() -> impl Strategy<Value = Sketch> {
    (2usize..14).prop_flat_map(|nodes| {
        let line = (0..nodes, 1..nodes, 0u64..4).prop_map(move |(a, b, ms)| (a, (a + b) % nodes, ms));
        (Just(nodes), prop::collection::vec(line, 1..28))
    })
}

/// The routes of a sketch whose nodes and links are added in another order: `order` sorts both.
struct Built {
    routes: Routes,
    node_at: Vec<usize>,
    ends: Vec<(NodeId, NodeId)>,
    link_at: Vec<usize>,
}

fn name(kind: &str, index: usize) -> String {
    // Names whose order is not that of the indices.
    format!("{kind}{}", (index * 7) % 29)
}

fn build(sketch: &Sketch, order: u64) -> Built {
    let shuffled = |count: usize| {
        let mut all: Vec<usize> = (0..count).collect();
        all.sort_by_key(|index| sim_api::mix(order ^ *index as u64));
        all
    };
    let (nodes, links) = (shuffled(sketch.0), shuffled(sketch.1.len()));
    let mut node_at = vec![0; sketch.0];
    for (at, node) in nodes.iter().enumerate() {
        node_at[*node] = at;
    }
    let node_names: Vec<String> = nodes.iter().map(|n| name("n", *n)).collect();
    let link_names: Vec<String> = links.iter().map(|l| name("l", *l)).collect();
    let ends: Vec<_> = links
        .iter()
        .map(|l| {
            let (a, b, _) = sketch.1[*l];
            (NodeId::from_index(node_at[a]), NodeId::from_index(node_at[b]))
        })
        .collect();
    let lines: Vec<_> = links
        .iter()
        .enumerate()
        .map(|(at, l)| (link_names[at].as_str(), ends[at], Duration::from_millis(sketch.1[*l].2)))
        .collect();
    let names: Vec<&str> = node_names.iter().map(String::as_str).collect();
    let mut link_at = vec![0; sketch.1.len()];
    for (at, link) in links.iter().enumerate() {
        link_at[*link] = at;
    }
    Built { routes: Routes::new(&names, &lines), node_at, ends, link_at }
}

impl Built {
    /// The links of the sketch on the way, `None` without a way.
    fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let (mut at, to) = (NodeId::from_index(self.node_at[from]), NodeId::from_index(self.node_at[to]));
        let mut path = Vec::new();
        while at != to {
            let hop = self.routes.next_hop(at, to)?;
            let (one, other) = self.ends[hop.link().index()];
            let (tail, head) = match hop.direction() {
                Direction::Forward => (one, other),
                Direction::Backward => (other, one),
            };
            assert_eq!(tail, at, "a hop begins where the packet is");
            at = head;
            path.push(self.link_at.iter().position(|place| *place == hop.link().index()).unwrap());
            assert!(path.len() < 64, "a loop: {path:?}");
        }
        Some(path)
    }

    fn take_down(&mut self, link: usize) {
        self.routes.take_down(LinkId::from_index(self.link_at[link]));
    }

    fn bring_up(&mut self, link: usize) {
        self.routes.bring_up(LinkId::from_index(self.link_at[link]));
    }
}

/// Floyd and Warshall: the shortest delays, by a method that shares nothing with the one under test.
fn reference(sketch: &Sketch, down: &[usize]) -> Vec<Vec<Option<u64>>> {
    let mut delay = vec![vec![None; sketch.0]; sketch.0];
    for (i, row) in delay.iter_mut().enumerate() {
        row[i] = Some(0);
    }
    for (_, (a, b, ms)) in sketch.1.iter().enumerate().filter(|(index, _)| !down.contains(index)) {
        for (a, b) in [(*a, *b), (*b, *a)] {
            delay[a][b] = Some(delay[a][b].map_or(*ms, |known: u64| known.min(*ms)));
        }
    }
    for via in 0..sketch.0 {
        for a in 0..sketch.0 {
            for b in 0..sketch.0 {
                if let (Some(one), Some(two)) = (delay[a][via], delay[via][b]) {
                    delay[a][b] = Some(delay[a][b].map_or(one + two, |known| known.min(one + two)));
                }
            }
        }
    }
    delay
}

fn assert_shortest(sketch: &Sketch, built: &Built, down: &[usize]) {
    for (from, row) in reference(sketch, down).iter().enumerate() {
        for (to, expected) in row.iter().enumerate() {
            let delay = built.path(from, to).map(|path| path.iter().map(|link| sketch.1[*link].2).sum());
            assert_eq!(delay, *expected, "from {from} to {to} in {sketch:?} without {down:?}");
        }
    }
}

proptest! {
    #[test]
    fn every_path_is_shortest_and_ends(sketch in any_sketch(), order: u64) {
        assert_shortest(&sketch, &build(&sketch, order), &[]);
    }

    #[test]
    fn order_of_building_changes_no_route(sketch in any_sketch(), order: u64, other: u64) {
        let (one, two) = (build(&sketch, order), build(&sketch, other));
        for from in 0..sketch.0 {
            for to in 0..sketch.0 {
                prop_assert_eq!(one.path(from, to), two.path(from, to), "from {} to {}", from, to);
            }
        }
    }

    #[test]
    fn routes_avoid_links_that_are_down_and_return_to_them(sketch in any_sketch(), picks: Vec<prop::sample::Index>) {
        let mut built = build(&sketch, 1);
        let mut down: Vec<usize> = Vec::new();
        for pick in picks.iter().take(8) {
            let link = pick.index(sketch.1.len());
            if let Some(place) = down.iter().position(|other| *other == link) {
                down.remove(place);
                built.bring_up(link);
            } else {
                down.push(link);
                built.take_down(link);
            }
            assert_shortest(&sketch, &built, &down);
        }
    }
}

#[test]
fn equal_paths_are_told_apart_by_the_name_of_the_next_node() {
    // From s to t over x, m or a, all of the same delay; a's path has one hop more.
    let nodes = ["s", "x", "m", "a", "b", "t"];
    let id = |name: &str| NodeId::from_index(nodes.iter().position(|n| *n == name).unwrap());
    let line = |name, a, b, ms| (name, (id(a), id(b)), Duration::from_millis(ms));
    let links = [
        line("1", "s", "x", 2),
        line("2", "x", "t", 2),
        line("3", "s", "m", 2),
        line("4", "m", "t", 2),
        line("5", "s", "a", 1),
        line("6", "a", "b", 1),
        line("7", "b", "t", 2),
    ];
    let mut routes = Routes::new(&nodes, &links);
    let next = |routes: &Routes| routes.next_hop(id("s"), id("t")).map(|hop| links[hop.link().index()].0);
    assert_eq!(next(&routes), Some("5"));
    routes.take_down(LinkId::from_index(4));
    assert_eq!(next(&routes), Some("3"));
    routes.take_down(LinkId::from_index(2));
    assert_eq!(next(&routes), Some("1"));
    routes.bring_up(LinkId::from_index(4));
    assert_eq!(next(&routes), Some("5"));
}

#[test]
fn parallel_links_are_told_apart_by_their_names() {
    let (a, b) = (NodeId::from_index(0), NodeId::from_index(1));
    let ms = Duration::from_millis(1);
    let routes = Routes::new(&["a", "b"], &[("z", (a, b), ms), ("y", (b, a), ms)]);
    assert_eq!(routes.next_hop(a, b), Some(Hop::new(LinkId::from_index(1), Direction::Backward)));
}

#[test]
fn unreachable_and_own_node_have_no_next_hop() {
    let id = NodeId::from_index;
    let routes = Routes::new(&["a", "b", "c"], &[("ab", (id(0), id(1)), Duration::ZERO)]);
    assert_eq!(routes.next_hop(id(0), id(0)), None);
    assert_eq!(routes.next_hop(id(0), id(2)), None);
    assert_eq!(routes.next_hop(id(2), id(0)), None);
    assert!(routes.next_hop(id(0), id(1)).is_some());
}

#[test]
fn hosts_on_one_link_cost_no_tables() {
    // 20 routers in a ring with 4,000 hosts.
    let names: Vec<String> = (0..4020).map(|i| format!("n{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let id = NodeId::from_index;
    let ring = (0..20).map(|i| (i, (i + 1) % 20));
    let hosts = (20..4020).map(|i| (i, i % 20));
    let lines: Vec<_> = ring
        .chain(hosts)
        .map(|(a, b)| (id(a), id(b)))
        .map(|ends| ("l", ends, Duration::from_millis(1)))
        .collect();
    let routes = Routes::new(&names, &lines);
    for host in 20..4020 {
        assert!(routes.next_hop(id(7), id(host)).is_some());
        assert!(routes.next_hop(id(20), id(4019)).is_some());
    }
    let octets: usize =
        routes.tables.iter().filter_map(OnceLock::get).map(|table| size_of_val(&table[..])).sum();
    assert_eq!(routes.core.len(), 20);
    assert!(octets <= 20 * 20 * size_of::<Option<Hop>>(), "{octets} octets of tables");
}
