use super::*;
use crate::loss::Loss;
use sim_api::Probability;

fn pair() -> (NetworkBuilder, NodeId, NodeId) {
    let mut builder = NetworkBuilder::new();
    let (a, b) = (builder.node("a").unwrap(), builder.node("b").unwrap());
    (builder, a, b)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn names_are_unique() {
    let (mut builder, a, b) = pair();
    assert_eq!(builder.node("a"), Err(NetworkError::DuplicateNode { name: "a".into() }));
    builder.link(LinkSpec::between("ab", a, b)).unwrap();
    let again = builder.link(LinkSpec::between("ab", b, a));
    assert_eq!(again, Err(NetworkError::DuplicateLink { name: "ab".into() }));
}

#[test]
fn ends_of_a_link_are_two_known_nodes() {
    let (mut builder, a, _) = pair();
    let unknown = NodeId::from_index(9);
    assert_eq!(builder.link(LinkSpec::between("l", a, unknown)), Err(NetworkError::UnknownNode { index: 9 }));
    assert_eq!(builder.address(unknown, ip("10.0.0.1")), Err(NetworkError::UnknownNode { index: 9 }));
    let itself = builder.link(LinkSpec::between("l", a, a));
    assert_eq!(itself, Err(NetworkError::Loop { link: "l".into(), node: "a".into() }));
}

#[test]
fn overlapping_addresses_name_both_owners() {
    let (mut builder, a, b) = pair();
    builder.addresses(a, ip("10.7.0.0"), 20_000).unwrap();
    let overlap = builder.address(b, ip("10.7.1.0")).unwrap_err();
    assert_eq!(overlap.to_string(), r#"address 10.7.1.0 of "b" belongs to "a" already"#);
    let empty = builder.addresses(b, ip("10.9.0.0"), 0).unwrap_err();
    assert_eq!(empty.to_string(), "0 addresses from 10.9.0.0 on are no range of addresses");
}

#[test]
fn mtu_has_a_least_value_that_ipv6_raises() {
    let (mut builder, a, b) = pair();
    let of = |mtu| LinkSpec { mtu, ..LinkSpec::between("l", a, b) };
    let too_small = |mtu, least| NetworkError::MtuTooSmall { link: "l".into(), mtu, least };
    assert_eq!(builder.link(of(67)), Err(too_small(67, 68)));
    builder.link(of(1279)).unwrap();
    assert!(builder.clone().build(Seed::new(1)).is_ok());
    builder.address(a, ip("2001:db8::1")).unwrap();
    assert_eq!(builder.build(Seed::new(1)).err(), Some(too_small(1279, 1280)));
}

#[test]
fn spans_and_distributions_are_checked() {
    let (mut builder, a, b) = pair();
    let day = Duration::from_secs(86_401);
    let plain = || LinkSpec::between("l", a, b);
    let too_long = |what| Err(NetworkError::TooLong { link: "l".into(), what });
    assert_eq!(builder.link(LinkSpec { propagation: day, ..plain() }), too_long("propagation"));
    assert_eq!(builder.link(LinkSpec { queue: Duration::MAX, ..plain() }), too_long("queue"));
    let mut jitter =
        |distribution| builder.link(LinkSpec { jitter: Jitter::InOrder(distribution), ..plain() });
    assert_eq!(jitter(Distribution::Fixed(Duration::MAX)), too_long("jitter"));
    let impossible = Err(NetworkError::ImpossibleJitter { link: "l".into() });
    assert_eq!(jitter(Distribution::Empirical([].into())), impossible);
    assert_eq!(jitter(Distribution::Lognormal { mean: Duration::ZERO, cv: f64::NAN }), impossible);
    assert_eq!(jitter(Distribution::Uniform { low: day, high: Duration::ZERO }), impossible);
}

#[test]
fn channel_rates_that_are_no_rates_are_refused() {
    let (mut builder, a, b) = pair();
    let loss = Loss::GilbertElliott {
        to_bad_per_s: f64::NAN,
        to_good_per_s: 1.0,
        good: Probability::ZERO,
        bad: Probability::ONE,
    };
    let refused = builder.link(LinkSpec { loss, ..LinkSpec::between("l", a, b) });
    assert_eq!(refused, Err(NetworkError::ImpossibleLoss { link: "l".into() }));
    builder.link(LinkSpec::between("l", a, b)).unwrap();
    let mut network = builder.build(Seed::new(1)).unwrap();
    let link = network.link_named("l").unwrap();
    assert!(network.change_loss(link, sim_api::SimTime::ZERO, loss).is_err());
}
