//! Loose and strict routers (RFC 3261 16.4, 16.6 step 6, 16.12.1) beside a proxy.

use flow::{Flow, expect, ms};

/// A proxy with a scripted host on each side.
fn between_scripts() -> Flow {
    Flow::new(["caller", "proxy", "callee"]).with_peer("left", "proxy").with_peer("right", "proxy")
}

/// A BYE with this Request-URI and these Route rows.
fn bye(uri: &str, routes: &str) -> String {
    format!(
        "BYE {uri} SIP/2.0
        Via: SIP/2.0/UDP {{left}};branch=z9hG4bK1
        Max-Forwards: 70
        {routes}
        From: <sip:callee@domain.com>;tag=b1
        To: <sip:caller@example.com>;tag=a1
        Call-ID: 1@u2
        CSeq: 7 BYE"
    )
}

#[test]
fn loose_router_removes_its_own_route_and_leaves_the_request_uri() {
    //= RFC 3261 16.12.1.1: it does see that it is the first value in the Route header field, so it removes that value
    let mut net = between_scripts();
    let routes = "Route: <sip:{proxy};lr>,<sip:{right};lr>";
    net.peer("left").sends("proxy", &bye("sip:callee@u2.domain.com", routes));
    net.run_for(ms(30));
    net.peer("right").answers("BYE", 200, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          proxy           callee          left            right
        0.0        |               |<------------ BYE -------------|               |
        10.0       |               |--------------------- BYE -------------------->|
        30.0       |               |<-------------------- 200 ---------------------|
        40.0       |               |------------- 200 ------------>|               |
    "#]]);
    let copy = &net.sent("proxy", "BYE")[0];
    assert_eq!(copy.start_line(), "BYE sip:callee@u2.domain.com SIP/2.0");
    assert_eq!(copy.headers("Route"), ["<sip:192.0.2.5:5060;lr>"]);
}

#[test]
fn strict_router_behind_the_proxy_finds_itself_in_the_request_uri() {
    //= RFC 3261 16.12.1.2: it notices that this URI does not contain the lr parameter, so before sending, it reformats the
    // request (P4)
    let mut net = between_scripts();
    let routes = "Route: <sip:{proxy};lr>
        Route: <sip:{right}>
        Route: <sip:p2.example.com;lr>
        Route: <sip:p1.example.com;lr>";
    net.peer("left").sends("proxy", &bye("sip:caller@u1.example.com", routes));
    net.run_for(ms(30));
    net.peer("right").answers("BYE", 200, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          proxy           callee          left            right
        0.0        |               |<------------ BYE -------------|               |
        10.0       |               |--------------------- BYE -------------------->|
        30.0       |               |<-------------------- 200 ---------------------|
        40.0       |               |------------- 200 ------------>|               |
    "#]]);
    let copy = &net.sent("proxy", "BYE")[0];
    assert_eq!(copy.start_line(), "BYE sip:192.0.2.5:5060 SIP/2.0");
    assert_eq!(
        copy.headers("Route"),
        ["<sip:p2.example.com;lr>, <sip:p1.example.com;lr>, <sip:caller@u1.example.com>"]
    );
}

#[test]
fn strict_router_before_the_proxy_has_put_the_target_into_the_last_route() {
    //= RFC 3261 16.12.1.2: P2 sees the request-URI is a value it placed into a Record-Route header field, so before further
    // processing, it rewrites the request
    let mut net = between_scripts();
    let routes = "Route: <sip:{right};lr>
        Route: <sip:caller@u1.example.com>";
    net.peer("left").sends("proxy", &bye("sip:{proxy};lr", routes));
    net.run_for(ms(30));
    net.peer("right").answers("BYE", 200, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          proxy           callee          left            right
        0.0        |               |<------------ BYE -------------|               |
        10.0       |               |--------------------- BYE -------------------->|
        30.0       |               |<-------------------- 200 ---------------------|
        40.0       |               |------------- 200 ------------>|               |
    "#]]);
    let copy = &net.sent("proxy", "BYE")[0];
    assert_eq!(copy.start_line(), "BYE sip:caller@u1.example.com SIP/2.0");
    assert_eq!(copy.headers("Route"), ["<sip:192.0.2.5:5060;lr>"]);
}

#[test]
fn last_loose_router_before_the_target_sends_to_the_request_uri() {
    //= RFC 3261 16.12.1.2: P1 will forward the request to u1.example.com based on the Request-URI
    let mut net = between_scripts();
    net.peer("left").sends("proxy", &bye("sip:caller@{right}", "Route: <sip:{proxy};lr>"));
    net.run_for(ms(30));
    net.peer("right").answers("BYE", 200, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          proxy           callee          left            right
        0.0        |               |<------------ BYE -------------|               |
        10.0       |               |--------------------- BYE -------------------->|
        30.0       |               |<-------------------- 200 ---------------------|
        40.0       |               |------------- 200 ------------>|               |
    "#]]);
    assert!(net.sent("proxy", "BYE")[0].headers("Route").is_empty());
}

#[test]
fn basic_trapezoid_records_both_proxies_and_routes_the_bye_through_them() {
    //= RFC 3261 16.12.1.1: Basic SIP Trapezoid
    let mut net = Flow::new(["u1", "p1", "p2", "u2"]).ua("u2", |u2| u2.domain("domain.com"));
    net.user("u1").calls("u2");
    net.run_for(ms(500));
    net.user("u1").hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         u1              p1              p2              u2
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 100 -----|               |
        20.0       |               |               |--- INVITE --->|
        30.0       |               |               |<---- 180 -----|
        30.0       |               |               |<---- 200 -----|
        40.0       |               |<---- 180 -----|               |
        40.0       |               |<---- 200 -----|               |
        50.0       |<---- 180 -----|               |               |
        50.0       |<---- 200 -----|               |               |
        60.0       |----- ACK ---->|               |               |
        70.0       |               |----- ACK ---->|               |
        80.0       |               |               |----- ACK ---->|
        500.0      |----- BYE ---->|               |               |
        510.0      |               |----- BYE ---->|               |
        520.0      |               |               |----- BYE ---->|
        530.0      |               |               |<---- 200 -----|
        540.0      |               |<---- 200 -----|               |
        550.0      |<---- 200 -----|               |               |
    "#]]);
    let [p1, p2] = ["<sip:192.0.2.2:5060;lr>", "<sip:192.0.2.3:5060;lr>"];
    assert_eq!(net.sent("p1", "INVITE")[0].headers("Record-Route"), [p1]);
    assert_eq!(net.sent("p2", "INVITE")[0].headers("Record-Route"), [p2, p1]);
    assert_eq!(net.sent("u1", "BYE")[0].headers("Route").join(", "), format!("{p1}, {p2}"));
    assert_eq!(net.sent("p1", "BYE")[0].headers("Route"), [p2]);
    assert!(net.sent("p2", "BYE")[0].headers("Route").is_empty());
}

#[test]
fn response_goes_where_the_request_came_from_and_via_says_so() {
    let mut net = between_scripts();
    let named = bye("sip:caller@{right}", "Route: <sip:{proxy};lr>").replace("{left}", "u2.domain.com;rport");
    net.peer("left").sends("proxy", &named);
    net.run_for(ms(30));
    net.peer("right").answers("BYE", 200, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          proxy           callee          left            right
        0.0        |               |<------------ BYE -------------|               |
        10.0       |               |--------------------- BYE -------------------->|
        30.0       |               |<-------------------- 200 ---------------------|
        40.0       |               |------------- 200 ------------>|               |
    "#]]);
    //= RFC 3261 18.2.1: if the host portion of the "sent-by" parameter contains a domain name, the server MUST add "received"
    //= RFC 3581 4: it MUST set the value of the parameter to the source port of the request
    let via = "SIP/2.0/UDP u2.domain.com;rport=5060;branch=z9hG4bK1;received=192.0.2.4";
    assert_eq!(net.sent("proxy", "200")[0].headers("Via"), [via]);
}
