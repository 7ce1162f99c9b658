use super::*;
use proptest::prelude::*;
use sim_api::Seed;

fn ms(millis: u64) -> SimTime {
    SimTime::from_millis(millis)
}

fn spec() -> LinkSpec {
    LinkSpec {
        propagation: Duration::from_millis(70),
        rate: BitRate::new(9600).unwrap(),
        queue: Duration::from_secs(1),
        ..LinkSpec::between("narrow", NodeId::from_index(0), NodeId::from_index(1))
    }
}

fn simplex(spec: &LinkSpec) -> Simplex {
    Simplex::new(spec, Direction::Forward, &Streams::new(Seed::new(1), &spec.name, Direction::Forward))
}

fn carried(transit: Transit) -> Arrival {
    let Transit::Carried { first, .. } = transit else { panic!("{transit:?}") };
    first
}

fn cause(transit: &Transit) -> Option<DropCause> {
    match transit {
        Transit::Lost { cause, .. } => Some(*cause),
        _ => None,
    }
}

fn often(probability: f64) -> Probability {
    Probability::new(probability).unwrap()
}

fn exponential(millis: u64) -> Distribution {
    Distribution::Exponential { mean: Duration::from_millis(millis) }
}

#[test]
fn packets_wait_for_the_one_before() {
    let mut link = simplex(&spec());
    // 600 octets take 500 ms at 9600 bit/s.
    let first = carried(link.transmit(ms(0), 600, Fate::Open));
    assert_eq!(first.at, ms(570));
    assert_eq!(first.split.parts(), [70_000_000, 500_000_000, 0, 0, 0]);
    let second = carried(link.transmit(ms(100), 600, Fate::Open));
    assert_eq!(second.at, ms(1070));
    assert_eq!(second.split.parts(), [70_000_000, 500_000_000, 400_000_000, 0, 0]);
    assert_eq!(link.count.longest_wait, 400_000_000);
}

#[test]
fn queue_drops_what_would_wait_longer_than_it_lasts() {
    let mut link = simplex(&spec());
    for _ in 0..3 {
        carried(link.transmit(ms(0), 600, Fate::Open));
    }
    let refused = link.transmit(ms(499), 600, Fate::Open);
    assert_eq!(refused, Transit::Lost { cause: DropCause::QueueFull, at: ms(499) });
    // A wait of exactly the queue's length is not longer, and the refused packet has not occupied the link.
    assert_eq!(carried(link.transmit(ms(500), 600, Fate::Open)).at, ms(2070));
}

#[test]
fn queue_without_length_takes_only_what_need_not_wait() {
    let mut link = simplex(&LinkSpec { queue: Duration::ZERO, ..spec() });
    carried(link.transmit(ms(0), 600, Fate::Open));
    assert_eq!(cause(&link.transmit(ms(499), 600, Fate::Open)), Some(DropCause::QueueFull));
    carried(link.transmit(ms(500), 600, Fate::Open));
}

#[test]
fn lost_packet_has_occupied_the_link() {
    let mut link = simplex(&LinkSpec { loss: Loss::Iid(Probability::ONE), ..spec() });
    assert_eq!(link.transmit(ms(0), 600, Fate::Open), Transit::Lost { cause: DropCause::Loss, at: ms(500) });
    assert_eq!(link.transmit(ms(0), 600, Fate::Open), Transit::Lost { cause: DropCause::Loss, at: ms(1000) });
    assert_eq!(link.busy(ms(250)), Duration::from_millis(250));
    assert_eq!(link.busy(ms(9000)), Duration::from_secs(1));
}

#[test]
fn doomed_packet_meets_its_fault_and_shifts_no_other() {
    let spec = LinkSpec { loss: Loss::Iid(often(0.5)), rate: BitRate::Unlimited, ..spec() };
    let (mut with, mut without) = (simplex(&spec), simplex(&spec));
    for i in 0..200 {
        let doomed = i % 3 == 0;
        let a = with.transmit(ms(i), 600, if doomed { Fate::Doomed } else { Fate::Open });
        let b = without.transmit(ms(i), 600, Fate::Open);
        if doomed {
            assert_eq!(cause(&a), Some(DropCause::Fault));
        } else {
            assert_eq!(a, b, "packet {i}");
        }
    }
}

#[test]
fn copy_follows_the_packet_and_occupies_the_link_too() {
    let mut link = simplex(&LinkSpec { duplication: Probability::ONE, ..spec() });
    let Transit::Carried { first, duplicate: Some(copy) } = link.transmit(ms(0), 600, Fate::Open) else {
        panic!("no copy")
    };
    assert_eq!((first.at, copy.at), (ms(570), ms(1070)));
    assert_eq!(copy.split.parts(), [70_000_000, 500_000_000, 500_000_000, 0, 0]);
    assert_eq!(carried(link.transmit(ms(0), 600, Fate::Open)).at, ms(1570));
    assert_eq!(
        (link.count.sent.packets, link.count.duplicated.packets, link.count.in_flight.packets),
        (2, 2, 4)
    );
}

fn arrivals(jitter: Jitter) -> Vec<Arrival> {
    let mut link = simplex(&LinkSpec { jitter, rate: BitRate::new(1_000_000).unwrap(), ..spec() });
    (0..2000).map(|i| carried(link.transmit(ms(10 * i), 125, Fate::Open))).collect()
}

#[test]
fn jitter_in_order_never_lets_a_packet_overtake() {
    let arrivals = arrivals(Jitter::InOrder(exponential(30)));
    let mut clamped = 0;
    for pair in arrivals.windows(2) {
        let gap = pair[1].at - pair[0].at;
        // 125 octets take 1 ms at 1 Mbit/s.
        assert!(gap >= Duration::from_millis(1), "gap {gap:?}");
        clamped += u32::from(gap == Duration::from_millis(1));
    }
    assert!(clamped > 500, "only {clamped} packets had to wait for the one before");
}

#[test]
fn jitter_with_reordering_lets_packets_overtake() {
    let arrivals = arrivals(Jitter::Reordering(exponential(30)));
    let overtaken = arrivals.windows(2).filter(|pair| pair[1].at < pair[0].at).count();
    assert!(overtaken > 300, "only {overtaken} packets were overtaken");
    let mean = arrivals.iter().map(|a| a.split.propagation as f64 - 70e6).sum::<f64>() / 2000.0;
    // 2000 exponential draws of mean 30 ms: the mean is within four standard deviations.
    assert!((mean - 30e6).abs() < 4.0 * 30e6 / 2000f64.sqrt(), "mean jitter {mean} ns");
}

#[test]
fn jitter_is_propagation() {
    for jitter in [Jitter::InOrder(exponential(30)), Jitter::Reordering(exponential(30))] {
        for (i, arrival) in arrivals(jitter).iter().enumerate() {
            assert_eq!(arrival.split.total(), arrival.at.as_nanos() - ms(10 * i as u64).as_nanos());
            assert_eq!((arrival.split.serialisation, arrival.split.queueing), (1_000_000, 0));
        }
    }
}

#[test]
fn switching_one_impairment_on_shifts_no_other() {
    let fate = |spec: LinkSpec| -> Vec<Option<DropCause>> {
        let mut link = simplex(&LinkSpec { rate: BitRate::Unlimited, ..spec });
        (0..2000).map(|i| cause(&link.transmit(ms(i), 600, Fate::Open))).collect()
    };
    let lossy = LinkSpec { loss: Loss::Iid(often(0.1)), ..spec() };
    let alone = fate(lossy.clone());
    assert!(alone.iter().any(Option::is_some));
    assert_eq!(alone, fate(LinkSpec { jitter: Jitter::InOrder(exponential(3)), ..lossy.clone() }));
    assert_eq!(alone, fate(LinkSpec { duplication: often(0.3), ..lossy.clone() }));
    assert_eq!(alone, fate(LinkSpec { corruption: often(0.3), ..lossy }));
}

#[test]
fn loss_shifts_the_jitter_of_no_packet() {
    let delays = |loss| -> Vec<Option<u64>> {
        let jitter = Jitter::Reordering(exponential(3));
        let mut link = simplex(&LinkSpec { loss, jitter, rate: BitRate::Unlimited, ..spec() });
        (0..2000)
            .map(|i| match link.transmit(ms(i), 600, Fate::Open) {
                Transit::Carried { first, .. } => Some(first.split.propagation),
                _ => None,
            })
            .collect()
    };
    for (with, without) in delays(Loss::Iid(often(0.3))).into_iter().zip(delays(Loss::None)) {
        assert!(with.is_none() || with == without);
    }
}

#[test]
fn damage_flips_one_to_three_different_bits_of_the_packet() {
    let mut link = simplex(&LinkSpec { corruption: Probability::ONE, rate: BitRate::Unlimited, ..spec() });
    let mut seen = [0; 3];
    for i in 0..3000 {
        let damage = carried(link.transmit(ms(i), 29, Fate::Open)).damage.expect("every packet is damaged");
        let mut bits = damage.bits().to_vec();
        bits.sort_unstable();
        bits.dedup();
        assert_eq!(bits.len(), damage.bits().len());
        assert!(bits.iter().all(|bit| *bit < 29 * 8));
        seen[bits.len() - 1] += 1;
    }
    assert!(seen.iter().all(|count| (850..1150).contains(count)), "{seen:?}");
}

#[test]
fn link_that_went_down_has_lost_what_was_on_it_and_comes_back_empty() {
    let mut link = simplex(&spec());
    let first = carried(link.transmit(ms(0), 600, Fate::Open));
    carried(link.transmit(ms(0), 600, Fate::Open));
    link.take_down(ms(250));
    link.take_down(ms(260));
    assert!(!link.still_carries(first.epoch));
    assert_eq!(link.busy(ms(1000)), Duration::from_millis(250));
    assert_eq!(
        link.transmit(ms(300), 600, Fate::Open),
        Transit::Lost { cause: DropCause::LinkDown, at: ms(300) }
    );
    link.bring_up();
    assert!(!link.still_carries(first.epoch), "the packet of before the outage stays lost");
    let after = carried(link.transmit(ms(400), 600, Fate::Open));
    assert_eq!(after.at, ms(970));
    assert!(link.still_carries(after.epoch));
}

#[test]
fn loss_changes_on_a_link_that_had_none_and_goes_again() {
    let spec = spec();
    let streams = Streams::new(Seed::new(1), &spec.name, Direction::Forward);
    let mut link = simplex(&spec);
    carried(link.transmit(ms(0), 600, Fate::Open));
    link.change_loss(Loss::Iid(Probability::ONE), ms(1), &streams);
    assert_eq!(cause(&link.transmit(ms(1000), 600, Fate::Open)), Some(DropCause::Loss));
    link.change_loss(Loss::None, ms(2000), &streams);
    carried(link.transmit(ms(2000), 600, Fate::Open));
}

fn any_jitter() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::None),
        (0u64..50).prop_map(|millis| Jitter::InOrder(exponential(millis))),
        (0u64..50).prop_map(|millis| Jitter::Reordering(exponential(millis))),
    ]
}

fn any_rate() -> impl Strategy<Value = BitRate> {
    prop_oneof![
        Just(BitRate::Unlimited),
        (1_000u64..10_000_000_000).prop_map(|rate| BitRate::new(rate).unwrap())
    ]
}

prop_compose! {
    fn any_spec()(
        jitter in any_jitter(),
        rate in any_rate(),
        propagation in 0u64..300_000_000,
        queue in 0u64..2_000_000_000,
        loss in 0.0..0.5f64,
        duplication in 0.0..0.5f64,
    ) -> LinkSpec {
        LinkSpec {
            jitter,
            rate,
            propagation: Duration::from_nanos(propagation),
            queue: Duration::from_nanos(queue),
            loss: Loss::Iid(often(loss)),
            duplication: often(duplication),
            ..spec()
        }
    }
}

/// Every clocking of octets onto the link: when the last octet left, and how many there were.
fn clockings(link: &mut Simplex, now: SimTime, octets: usize) -> (Vec<(u64, usize)>, Vec<Arrival>) {
    match link.transmit(now, octets, Fate::Open) {
        Transit::Carried { first, duplicate } => {
            let arrivals: Vec<Arrival> =
                [Some(first), duplicate.map(|copy| *copy)].into_iter().flatten().collect();
            let left = |a: &Arrival| (now.as_nanos() + a.split.queueing + a.split.serialisation, octets);
            (arrivals.iter().map(left).collect(), arrivals)
        }
        Transit::Lost { cause: DropCause::Loss, at } => (vec![(at.as_nanos(), octets)], Vec::new()),
        _ => (Vec::new(), Vec::new()),
    }
}

proptest! {
    #[test]
    fn law_n2_nothing_arrives_before_its_time_and_fifo_links_keep_order(
        spec in any_spec(),
        offers in prop::collection::vec((0u64..20_000_000, 20usize..1500), 1..200),
    ) {
        let mut link = simplex(&spec);
        let (mut now, mut latest) = (SimTime::ZERO, SimTime::ZERO);
        for (gap, octets) in offers {
            now += Duration::from_nanos(gap);
            for arrival in clockings(&mut link, now, octets).1 {
                prop_assert!(arrival.at >= now + spec.rate.serialisation(octets) + spec.propagation);
                prop_assert_eq!(now.as_nanos() + arrival.split.total(), arrival.at.as_nanos());
                if !matches!(spec.jitter, Jitter::Reordering(_)) {
                    prop_assert!(arrival.at >= latest, "overtaken on {:?}", spec);
                    latest = arrival.at;
                }
            }
        }
    }

    #[test]
    fn law_n3_octets_never_exceed_rate_times_time_by_more_than_one_packet(
        spec in any_spec(),
        offers in prop::collection::vec((0u64..5_000_000, 20usize..1500), 1..200),
    ) {
        let mut link = simplex(&spec);
        let mut now = SimTime::ZERO;
        let mut left = Vec::new();
        for (gap, octets) in offers {
            now += Duration::from_nanos(gap);
            left.extend(clockings(&mut link, now, octets).0);
        }
        let BitRate::Limited(rate) = spec.rate else { return Ok(()) };
        for (i, first) in left.iter().enumerate() {
            let mut bits = 0;
            for later in &left[i + 1..] {
                // Between the last octets of two packets lies exactly what was clocked out after the first.
                bits += later.1 as u128 * 8;
                prop_assert!(bits * 1_000_000_000 <= u128::from(later.0 - first.0) * u128::from(rate.get()));
            }
        }
    }

    #[test]
    fn queue_wait_never_exceeds_its_limit(
        spec in any_spec(),
        offers in prop::collection::vec((0u64..5_000_000, 20usize..1500), 1..200),
    ) {
        let mut link = simplex(&spec);
        let mut now = SimTime::ZERO;
        for (gap, octets) in offers {
            now += Duration::from_nanos(gap);
            if let Transit::Carried { first, .. } = link.transmit(now, octets, Fate::Open) {
                prop_assert!(first.split.queueing <= nanos(spec.queue));
            }
        }
        prop_assert!(link.count.longest_wait <= nanos(spec.queue));
    }
}
