//! Each mistake in zones and name servers with the words in which it is shown.

use crate::fixture::{SCRIPT, planned};
use expect_test::{Expect, expect};

const DNS: &str = r#"
    dns: (
        zones: [
            (origin: "example.com", ttl: s(60), records: [
                srv(name: "_sip._udp", weight: 1, target: "bob"),
                address(name: "bob", of: host("bob")),
                alias(name: "www", of: "bob", ttl: s(5)),
                naptr(name: "@", order: 1, flags: "s", services: "SIP+D2U", replacement: "_sip._udp"),
            ]),
        ],
        servers: [(name: "ns", at: "a", zones: ["example.com"], misbehaves: [silent(from: s(1), until: s(2))])],
        resolvers: [(name: "resolver", at: "b")],
    ),
    workload:"#;

/// The scripted experiment with a name service in which one piece of text stands in the place of another.
fn check(from: &str, to: &str, expected: Expect) {
    assert!(DNS.contains(from), "{from}");
    let text = SCRIPT.replacen("\n    workload:", &DNS.replacen(from, to, 1), 1);
    let shown = planned(&text, &[]).map(|_| "no mistake found".to_owned()).unwrap_or_else(|shown| shown);
    expected.assert_eq(&shown);
}

#[test]
fn a_name_service_without_mistakes_is_taken() {
    check("s(60)", "s(61)", expect!["no mistake found"]);
}

#[test]
fn unknown_hosts_zones_and_nodes_are_shown_with_the_nearest() {
    check(
        r#"host("bob")"#,
        r#"host("bop")"#,
        expect![[r#"
        test.ron:13:42: there is no host "bop"
        13 |                 address(name: "bob", of: host("bop")),
           |                                          ^^^^^^^^^^^
          = did you mean `bob`?"#]],
    );
    check(
        r#"zones: ["example.com"]"#,
        r#"zones: ["example.org"]"#,
        expect![[r#"
        test.ron:18:49: there is no zone "example.org"
        18 |         servers: [(name: "ns", at: "a", zones: ["example.org"], misbehaves: [silent(from: s(1), until: s(2))])],
           |                                                 ^^^^^^^^^^^^^
          = did you mean `example.com`?

        test.ron:11:22: no server serves the zone "example.com"
        11 |             (origin: "example.com", ttl: s(60), records: [
           |                      ^^^^^^^^^^^^^"#]],
    );
    check(
        r#""resolver", at: "b""#,
        r#""resolver", at: "c""#,
        expect![[r#"
        test.ron:19:44: the topology has no node "c"
        19 |         resolvers: [(name: "resolver", at: "c")],
           |                                            ^^^"#]],
    );
}

#[test]
fn an_agent_asks_a_resolver_that_exists_or_sends_everything_to_its_proxy() {
    let with_agent = |agent: &str, expected: Expect| {
        let text = SCRIPT.replacen("\n    workload:", DNS, 1);
        let text = text.replacen(r#"ua(name: "alice", at: "a")"#, agent, 1);
        let shown = planned(&text, &[]).map(|_| "no mistake found".to_owned()).unwrap_or_else(|shown| shown);
        expected.assert_eq(&shown);
    };
    with_agent(r#"ua(name: "alice", at: "a", resolver: "resolver")"#, expect!["no mistake found"]);
    with_agent(
        r#"ua(name: "alice", at: "a", resolver: "resolve")"#,
        expect![[r#"
        test.ron:8:51: there is no resolver "resolve"
        8 |     agents: [ua(name: "alice", at: "a", resolver: "resolve"), ua(name: "bob", at: "b", answers: after(fixed(s(2))))],
          |                                                   ^^^^^^^^^
          = did you mean `resolver`?"#]],
    );
}

#[test]
fn records_that_make_no_zone_are_shown_where_they_stand() {
    check(
        r#"alias(name: "www""#,
        r#"alias(name: "bob""#,
        expect![[r#"
        test.ron:14:29: an alias must stand alone (RFC 1034 3.6.2)
        14 |                 alias(name: "bob", of: "bob", ttl: s(5)),
           |                             ^^^^^"#]],
    );
    check(
        r#"target: "bob""#,
        r#"target: "b..b""#,
        expect![[r#"
        test.ron:12:59: "b..b": empty label (RFC 1035 3.1)
        12 |                 srv(name: "_sip._udp", weight: 1, target: "b..b"),
           |                                                           ^^^^^^"#]],
    );
    check(
        "ttl: s(5)",
        "ttl: ms(500)",
        expect![[r#"
        test.ron:14:52: a time to live is a whole number of seconds (RFC 1035 3.2.1)
        14 |                 alias(name: "www", of: "bob", ttl: ms(500)),
           |                                                    ^^^^^^^"#]],
    );
    check(
        r#"name: "www""#,
        r#"name: "www.example.org.""#,
        expect![[r#"
        test.ron:14:29: the owner lies outside the zone (RFC 1034 4.2)
        14 |                 alias(name: "www.example.org.", of: "bob", ttl: s(5)),
           |                             ^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn names_that_are_taken_and_spans_that_end_before_they_begin_are_shown() {
    check(
        r#"name: "ns""#,
        r#"name: "alice""#,
        expect![[r#"
        test.ron:18:26: an agent or a proxy site is called "alice" already
        18 |         servers: [(name: "alice", at: "a", zones: ["example.com"], misbehaves: [silent(from: s(1), until: s(2))])],
           |                          ^^^^^^^"#]],
    );
    check(
        r#"name: "resolver""#,
        r#"name: "ns""#,
        expect![[r#"
        test.ron:19:28: there are two hosts "ns"
        19 |         resolvers: [(name: "ns", at: "b")],
           |                            ^^^^"#]],
    );
    check(
        "until: s(2)",
        "until: s(1)",
        expect![[r#"
        test.ron:18:78: it ends before it begins
        18 |         servers: [(name: "ns", at: "a", zones: ["example.com"], misbehaves: [silent(from: s(1), until: s(1))])],
           |                                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}
