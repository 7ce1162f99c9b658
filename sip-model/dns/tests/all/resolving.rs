//! Clients, a resolver and servers over links of 5 ms: each hop between two hosts takes 10 ms.

use dns::{Answer, Misbehaviour, RData, RecordType, Srv};
use expect_test::expect;
use sim_api::{Extent, Fault, Memory, SimTime, TimedFault};

use crate::world::{Plan, address, name, record};

fn secs(secs: u64) -> SimTime {
    SimTime::from_secs(secs)
}

fn found(answer: &Answer) -> String {
    answer.addresses().map(|address| address.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_question_walks_down_from_the_root_and_the_second_starts_in_the_cache() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run_until(secs(1));
    world.ask("bob", "WWW.Shop.Example", RecordType::A);
    world.ask("bob", "alias.shop.example", RecordType::A);
    world.run();
    expect![[r#"
        ms       from    to
             0.0    alice -> resolver www.shop.example A?
            10.0 resolver -> root     www.shop.example A?
            20.0     root -> resolver www.shop.example A: 0/1/1
            30.0 resolver -> example  www.shop.example A?
            40.0  example -> resolver www.shop.example A: 0/2/2
            50.0 resolver -> shop1    www.shop.example A?
            60.0    shop1 -> resolver www.shop.example A: 1/0/0
            70.0 resolver -> alice    www.shop.example A: 1/0/0
          1000.0      bob -> resolver WWW.Shop.Example A?
          1000.0      bob -> resolver alias.shop.example A?
          1010.0 resolver -> bob      WWW.Shop.Example A: 1/0/0
          1010.0 resolver -> shop1    alias.shop.example A?
          1020.0    shop1 -> resolver alias.shop.example A: 1/0/0
          1030.0 resolver -> example  bank.example A?
          1040.0  example -> resolver bank.example A: 1/0/0
          1050.0 resolver -> bob      alias.shop.example A: 2/0/0
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!(found(&world.answer("bob").1), "203.0.113.80");
}

#[test]
fn nothing_is_told_at_or_after_the_end_of_its_ttl() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    // The resolver learnt the address with a TTL of 5 s at 70 ms; a question takes 10 ms to reach it.
    let learnt = SimTime::from_nanos(shop_response_arrived(&world));
    let ask_at = |reach: u64| SimTime::from_nanos(reach - 10_000_000);
    world.run_until(ask_at(learnt.as_nanos() + 5_000_000_000 - 1_000_000));
    world.ask("bob", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.sent("resolver", "shop1"), 1);
    let Answer::Found(records) = world.answer("bob").1 else { panic!() };
    assert_eq!(records[0].ttl, 0);
    world.ask("bob", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.sent("resolver", "shop1"), 2);
}

/// When the response of the shop's server reached the resolver, in nanoseconds.
fn shop_response_arrived(world: &crate::world::World) -> u64 {
    let told = world.simulation.journeys().unwrap().journeys().last().unwrap();
    told.sent_at.as_nanos()
}

#[test]
fn names_that_do_not_exist_are_remembered_for_the_minimum_of_the_soa() {
    let mut world = Plan::new().build();
    world.ask("alice", "no.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.answer("alice").1, Answer::NxDomain);
    world.run_until(secs(29));
    world.ask("bob", "no.shop.example", RecordType::Srv);
    world.run();
    assert_eq!(world.answer("bob").1, Answer::NxDomain);
    assert_eq!(world.sent("resolver", "shop1"), 1);
    world.run_until(secs(31));
    world.ask("bob", "no.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.sent("resolver", "shop1"), 2);
}

#[test]
fn a_silent_server_costs_a_second_and_the_next_one_answers() {
    let mut world = Plan::new().misbehaving("shop1", SimTime::NEVER, Misbehaviour::Silent).build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let (ms, answer) = world.answer("alice");
    assert_eq!(found(&answer), "203.0.113.1");
    // 50 ms to the first server, one second, 20 ms at the second, 10 ms back.
    assert!((1080.0..1081.0).contains(&ms), "{ms}");
}

#[test]
fn a_failing_server_costs_a_round_trip() {
    let mut world = Plan::new().misbehaving("shop1", SimTime::NEVER, Misbehaviour::ServFail).build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let (ms, answer) = world.answer("alice");
    assert_eq!(found(&answer), "203.0.113.1");
    assert!((100.0..101.0).contains(&ms), "{ms}");
}

#[test]
fn silence_everywhere_is_servfail_before_the_client_gives_up() {
    let silent = |plan: Plan, host| plan.misbehaving(host, SimTime::NEVER, Misbehaviour::Silent);
    let mut world = silent(silent(Plan::new(), "shop1"), "shop2").build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let (ms, answer) = world.answer("alice");
    assert_eq!(answer, Answer::ServFail);
    // Two servers, two rounds: 1 + 1 + 2 + 2 s; the client would wait 7 s.
    assert!((6060.0..6061.0).contains(&ms), "{ms}");
    assert_eq!((world.sent("resolver", "shop1"), world.sent("resolver", "shop2")), (2, 2));
}

#[test]
fn identical_questions_of_two_clients_are_one_question_to_the_servers() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run_until(SimTime::from_millis(5));
    world.ask("bob", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.sent("resolver", "root"), 1);
    assert_eq!(world.sent("resolver", "shop1"), 1);
    assert_eq!((world.answers("alice"), world.answers("bob")), (1, 1));
    assert_eq!(world.answer("alice").1, world.answer("bob").1);
}

#[test]
fn a_server_without_glue_is_looked_up_first() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.hosted.example", RecordType::A);
    world.run();
    assert_eq!(found(&world.answer("alice").1), "203.0.113.2");
    expect![[r#"
        ms       from    to
             0.0    alice -> resolver www.hosted.example A?
            10.0 resolver -> root     www.hosted.example A?
            20.0     root -> resolver www.hosted.example A: 0/1/1
            30.0 resolver -> example  www.hosted.example A?
            40.0  example -> resolver www.hosted.example A: 0/1/0
            50.0 resolver -> root     ns.provider.net A?
            60.0     root -> resolver ns.provider.net A: 0/1/1
            70.0 resolver -> net      ns.provider.net A?
            80.0      net -> resolver ns.provider.net A: 1/0/0
            90.0 resolver -> shop2    www.hosted.example A?
           100.0    shop2 -> resolver www.hosted.example A: 1/0/0
           110.0 resolver -> alice    www.hosted.example A: 1/0/0
    "#]]
    .assert_eq(&world.ladder());
}

#[test]
fn zones_whose_servers_lie_in_each_other_end_as_servfail() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.knot.example", RecordType::A);
    world.run();
    assert_eq!(world.answer("alice").1, Answer::ServFail);
    assert!(world.simulation.journeys().unwrap().journeys().len() < 40);
}

#[test]
fn a_loop_of_aliases_is_servfail() {
    let mut world = Plan::new().build();
    world.ask("alice", "round.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.answer("alice").1, Answer::ServFail);
}

#[test]
fn records_that_a_server_has_no_say_about_are_not_believed() {
    let evil = Srv { priority: 0, weight: 0, port: 5060, target: name("sip.evil") };
    let lies = vec![
        address("bank.example", 86_400, "203.0.113.66"),
        record("example", 86_400, RData::Ns(name("ns.evil"))),
        address("ns.example", 86_400, "203.0.113.66"),
        record("_sip._udp.bank.example", 86_400, RData::Srv(evil)),
    ];
    let mut world = Plan::new().misbehaving("shop1", SimTime::NEVER, Misbehaviour::Poison(lies)).build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(found(&world.answer("alice").1), "203.0.113.1");
    world.ask("alice", "bank.example", RecordType::A);
    world.run();
    assert_eq!(found(&world.answer("alice").1), "203.0.113.80");
    world.ask("alice", "_sip._udp.bank.example", RecordType::Srv);
    world.run();
    assert_eq!(world.answer("alice").1, Answer::NxDomain);
    assert_eq!(world.sent("resolver", "root"), 1);
}

#[test]
fn glue_is_never_an_answer() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let before = world.sent("resolver", "shop1");
    world.ask("alice", "ns1.shop.example", RecordType::A);
    world.run();
    // The parent's glue names an address; the zone itself says that there is no such name.
    assert_eq!(world.answer("alice").1, Answer::NxDomain);
    assert_eq!(world.sent("resolver", "shop1"), before + 1);
}

#[test]
fn a_thousand_srv_records_come_in_fragments_after_a_truncated_answer() {
    let mut world = Plan::new().with_srv_records(1000).build();
    world.ask("alice", "_sip._udp.shop.example", RecordType::Srv);
    world.run();
    let (_, answer) = world.answer("alice");
    assert_eq!(answer.srv().count(), 1000);
    assert!(world.ladder().contains(" TC"));
    assert_eq!(world.sent("resolver", "shop1"), 2);
}

#[test]
fn an_answer_that_is_always_truncated_is_servfail() {
    let cut = |plan: Plan, host| plan.misbehaving(host, SimTime::NEVER, Misbehaviour::Truncate);
    let mut world = cut(cut(Plan::new(), "shop1"), "shop2").build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.answer("alice").1, Answer::ServFail);
}

#[test]
fn a_resolver_that_lost_its_memory_starts_at_the_root_again() {
    let mut world = Plan::new().build();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let faults = [
        (11, Fault::Crash { node: "resolver".into(), memory: Memory::Lost, extent: Extent::Host }),
        (12, Fault::Restart { node: "resolver".into() }),
    ];
    let faults = faults.map(|(at, fault)| TimedFault { at: secs(at), fault });
    world.simulation.schedule_faults(&faults).unwrap();
    world.run_until(secs(13));
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    assert_eq!(world.sent("resolver", "root"), 2);
    assert_eq!(world.answers("alice"), 2);
}

#[test]
fn the_same_seed_gives_the_same_octets_and_another_seed_other_ids() {
    let digest = |seed| {
        let mut world = Plan::new().with_seed(seed).build();
        world.ask("alice", "www.hosted.example", RecordType::A);
        world.run();
        format!("{:?}", world.simulation.digest())
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn a_server_whose_process_is_dead_costs_one_round_trip_by_icmp() {
    let mut world = Plan::new().build();
    let fault = Fault::Crash { node: "shop1".into(), memory: Memory::Kept, extent: Extent::Process };
    world.simulation.schedule_faults(&[TimedFault { at: SimTime::ZERO, fault }]).unwrap();
    world.ask("alice", "www.shop.example", RecordType::A);
    world.run();
    let (ms, answer) = world.answer("alice");
    assert_eq!(found(&answer), "203.0.113.1");
    assert!((100.0..101.0).contains(&ms), "{ms}");
}
