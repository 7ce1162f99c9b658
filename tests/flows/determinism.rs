//! A flow is a function of its plan, its seed and its orders.

use flow::{Flow, s};

#[test]
fn the_same_flow_twice_has_the_same_digest_and_the_same_octets() {
    let (first, second) = (lossy(7), lossy(7));
    assert_eq!(octets(&first), octets(&second));
    assert_eq!(digest(first), digest(second));
}

#[test]
fn another_seed_is_another_flow() {
    assert_ne!(digest(lossy(7)), digest(lossy(8)));
}

#[test]
fn an_idle_user_changes_nothing_for_the_others() {
    let watched = |flow: Flow| {
        let mut net = flow.seed(3);
        net.between("alice", "pcscf").loss(20.0);
        net.alice().calls_for("bob", s(1));
        net.run_until_quiet();
        octets(&net)
    };
    let alone = watched(Flow::new(["alice", "pcscf", "bob"]));
    let beside = watched(Flow::new(["alice", "pcscf", "bob"]).with_user("carol", "pcscf"));
    assert_eq!(alone, beside);
}

#[test]
fn looking_does_not_change_a_flow() {
    let mut watched = Flow::new(["alice", "pcscf", "bob"]).seed(7);
    begin(&mut watched);
    for _ in 0..30 {
        watched.run_for(s(1));
        let _ = (watched.ladder(), watched.messages(), watched.values("retransmissions"));
    }
    watched.run_until_quiet();
    assert_eq!(digest(watched), digest(lossy(7)));
}

fn lossy(seed: u64) -> Flow {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).seed(seed);
    begin(&mut net);
    net.run_until_quiet();
    net
}

fn begin(net: &mut Flow) {
    net.between("alice", "pcscf").loss(20.0);
    net.between("pcscf", "bob").loss(20.0);
    net.alice().calls_for("bob", s(1));
}

fn digest(mut net: Flow) -> String {
    net.digest()
}

fn octets(net: &Flow) -> Vec<(u128, Vec<u8>)> {
    net.messages().iter().map(|sent| (sent.at.as_nanos(), sent.octets().to_vec())).collect()
}
