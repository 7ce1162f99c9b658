//! Proxies that ask who is calling (RFC 3261 22.3, RFC 3665 3.3).

use flow::{Flow, expect, ms, s};
use sip::auth::DigestAlgorithm;
use sip::ua::{ChallengeMemory, UserAgentsConfig};

/// A proxy that challenges calls, between Alice and Bob.
fn guarded() -> Flow {
    Flow::new(["alice", "proxy", "bob"]).proxy("proxy", |proxy| proxy.challenges_calls(DigestAlgorithm::Md5))
}

#[test]
fn call_is_challenged_once_and_its_credentials_end_at_the_proxy() {
    let mut net = guarded();
    net.alice().calls("bob");
    net.run_for(s(1));
    net.alice().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 407 -----|               |
        20.0       |----- ACK ---->|               |
        20.0       |--- INVITE --->|               |
        30.0       |<---- 100 -----|               |
        30.0       |               |--- INVITE --->|
        40.0       |               |<---- 180 -----|
        40.0       |               |<---- 200 -----|
        50.0       |<---- 180 -----|               |
        50.0       |<---- 200 -----|               |
        60.0       |----- ACK ---->|               |
        70.0       |               |----- ACK ---->|
        1000.0     |----- BYE ---->|               |
        1010.0     |               |----- BYE ---->|
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("proxy.challenged", 1);
    let [first, second] = &net.sent("alice", "INVITE")[..] else { panic!("two INVITEs") };
    assert!(first.headers("Proxy-Authorization").is_empty());
    assert!(second.header("Proxy-Authorization").contains("realm=\"example.com\""));
    assert!(net.sent("proxy", "INVITE")[0].headers("Proxy-Authorization").is_empty(), "it has served");
    //= RFC 3261 22.3: the 407 has challenges of the proxy's realm
    assert!(net.sent("proxy", "407")[0].header("Proxy-Authenticate").contains("realm=\"example.com\""));
    net.assert_over();
}

#[test]
fn second_call_uses_the_nonce_again_with_a_higher_count() {
    let remembers = |config: &mut UserAgentsConfig| config.credentials.memory = ChallengeMemory::Line;
    let mut net = guarded().ua("alice", |alice| alice.configured(remembers));
    for _ in 0..2 {
        net.alice().calls("bob");
        net.run_for(s(1));
        net.alice().hangs_up();
        net.run_for(s(1));
    }
    net.assert_probe("proxy.challenged", 1);
    let counts: Vec<String> = net
        .sent("alice", "INVITE")
        .iter()
        .flat_map(|invite| invite.headers("Proxy-Authorization"))
        .filter_map(|value| value.split("nc=").nth(1).map(|rest| rest[..8].to_owned()))
        .collect();
    assert_eq!(counts, ["00000001", "00000003"], "the BYE between them has the second");
}

#[test]
fn two_proxies_in_line_are_answered_one_after_the_other() {
    // RFC 3665 3.3: the caller learns of the second proxy when the first one is content.
    let mut net = Flow::new(["alice", "p1", "p2", "bob"])
        .ua("bob", |bob| bob.domain("biloxi.example"))
        .proxy("p1", |p1| p1.challenges_calls(DigestAlgorithm::Md5))
        .proxy("p2", |p2| p2.challenges_calls(DigestAlgorithm::Sha256));
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           p1              p2              bob
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 407 -----|               |               |
        20.0       |----- ACK ---->|               |               |
        20.0       |--- INVITE --->|               |               |
        30.0       |<---- 100 -----|               |               |
        30.0       |               |--- INVITE --->|               |
        40.0       |               |<---- 407 -----|               |
        50.0       |               |----- ACK ---->|               |
        50.0       |<---- 407 -----|               |               |
        60.0       |----- ACK ---->|               |               |
        60.0       |--- INVITE --->|               |               |
        70.0       |<---- 100 -----|               |               |
        70.0       |               |--- INVITE --->|               |
        80.0       |               |<---- 100 -----|               |
        80.0       |               |               |--- INVITE --->|
        90.0       |               |               |<---- 180 -----|
        90.0       |               |               |<---- 200 -----|
        100.0      |               |<---- 180 -----|               |
        100.0      |               |<---- 200 -----|               |
        110.0      |<---- 180 -----|               |               |
        110.0      |<---- 200 -----|               |               |
        120.0      |----- ACK ---->|               |               |
        130.0      |               |----- ACK ---->|               |
        140.0      |               |               |----- ACK ---->|
    "#]]);
    let realms = |from: &str, nth: usize| -> Vec<String> {
        let values = net.sent(from, "INVITE")[nth].headers("Proxy-Authorization");
        let realm = |value: &String| value.split("realm=\"").nth(1)?.split('"').next().map(str::to_owned);
        values.iter().filter_map(realm).collect()
    };
    assert_eq!(realms("alice", 1), ["example.com"]);
    assert_eq!(realms("p1", 0), [""; 0]);
    assert_eq!(realms("alice", 2), ["example.com", "biloxi.example"]);
    assert_eq!(realms("p1", 1), ["biloxi.example"], "consumed by its own realm, passed on for the other");
    assert_eq!(realms("p2", 0), [""; 0]);
    net.assert_probe("call.answer", 1);
}

#[test]
fn wrong_password_is_challenged_again_and_the_caller_gives_up() {
    let mut net = guarded().ua("alice", |alice| alice.wrong_password());
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 407 -----|               |
        20.0       |----- ACK ---->|               |
        20.0       |--- INVITE --->|               |
        30.0       |<---- 407 -----|               |
        40.0       |----- ACK ---->|               |
    "#]]);
    assert_eq!(net.values("call.reject"), [407]);
}

#[test]
fn lost_407_is_made_anew_for_the_copy_of_the_invite() {
    //= RFC 3261 26.3.2.4: a single 407, forgoing the normal response retransmission algorithm
    let mut net = guarded();
    net.between("alice", "proxy").drop_next("407");
    net.alice().calls("bob");
    net.run_for(s(2));
    net.expect(expect![[r#"
        ms         alice           proxy           bob
        0.0        |--- INVITE --->|               |
        10.0       |x---- 407 -----|               |
        500.0      |--- INVITE --->|               |
        510.0      |<---- 407 -----|               |
        520.0      |----- ACK ---->|               |
        520.0      |--- INVITE --->|               |
        530.0      |<---- 100 -----|               |
        530.0      |               |--- INVITE --->|
        540.0      |               |<---- 180 -----|
        540.0      |               |<---- 200 -----|
        550.0      |<---- 180 -----|               |
        550.0      |<---- 200 -----|               |
        560.0      |----- ACK ---->|               |
        570.0      |               |----- ACK ---->|
    "#]]);
    let [lost, second] = &net.sent("proxy", "407")[..] else { panic!("two challenges") };
    assert_eq!(lost.header("To"), second.header("To"), "the tag follows from the request");
}

#[test]
fn ack_of_a_challenge_goes_no_further() {
    let mut net = guarded().ua("alice", |alice| alice.wrong_password());
    net.alice().calls("bob");
    net.run_until_quiet();
    assert_eq!(net.sent("proxy", "ACK").len() + net.sent("proxy", "INVITE").len(), 0);
    net.assert_probe("proxy.forwarded_statelessly", 0);
    net.assert_over();
    net.run_for(ms(1));
}
