//! RFC 4475 through three roles.
//!
//! Every message is sent as octets, and what the node does must be among what the RFC allows for its role. Where the
//! RFC speaks of one role alone, the table still says what the others do.

use std::collections::BTreeSet;

use sip::message::{HeaderName, Message, ParseErrorKind, diagnose};

use crate::host::{Host, NEXT, PEER, Role, Sent, address};
use crate::shared;

/// What is expected for one message: the file, and the reaction of a user agent, a proxy and a registrar.
///
/// A reaction names the status of each response, `>` for a request that is forwarded to the next hop, and `-` for
/// silence; an asterisk says that the node counted the datagram as malformed. What follows an accepted INVITE that
/// nobody acknowledges (retransmissions, BYE, 408) is left out.
type Case = (&'static str, [&'static str; 3]);

const ROLES: [Role; 3] = [Role::UserAgent, Role::Proxy, Role::Registrar];

/// The registrar has no bindings, so that requests for users of its domain end with 480. The user agent supports
/// neither MESSAGE nor REGISTER, and answers within a dialog that it does not have with 481.
const CASES: [Case; 49] = [
    ("wsinv.dat", ["481", "100 >", "480"]),
    ("intmeth.dat", ["501", ">", "480"]),
    ("esc01.dat", ["180 200", "100 >", "480"]),
    ("escnull.dat", ["405", ">", "200"]),
    ("esc02.dat", ["501", ">", "480"]),
    ("lwsdisp.dat", ["200", ">", "480"]),
    ("longreq.dat", ["180 200", "100 >", "480"]),
    ("dblreq.dat", ["405", ">", "200"]),
    ("semiuri.dat", ["200", ">", "480"]),
    ("transports.dat", ["200", ">", "480"]),
    ("mpart01.dat", ["405", ">", "480"]),
    ("unreason.dat", ["-", "-", "-"]),
    ("noreason.dat", ["-", "-", "-"]),
    ("badinv01.dat", ["400*", "400*", "400*"]),
    ("clerr.dat", ["400*", "400*", "400*"]),
    ("ncl.dat", ["400*", "400*", "400*"]),
    ("scalar02.dat", ["400*", "400", "400"]),
    ("scalarlg.dat", ["-*", "-*", "-*"]),
    ("quotbal.dat", ["400*", "400", "400"]),
    ("ltgtruri.dat", ["400*", "400*", "400*"]),
    ("lwsruri.dat", ["400*", "400*", "400*"]),
    ("lwsstart.dat", ["400*", "400*", "400*"]),
    ("trws.dat", ["400*", "400*", "400*"]),
    ("escruri.dat", ["180 200", "400", "400"]),
    ("baddate.dat", ["180 200", "100 >", "480"]),
    ("regbadct.dat", ["405", ">", "400"]),
    ("badaspec.dat", ["400*", "400", "400"]),
    ("baddn.dat", ["400*", "400*", "400*"]),
    ("badvers.dat", ["505*", "505*", "505*"]),
    ("mismatch01.dat", ["400*", "400", "400"]),
    ("mismatch02.dat", ["400*", "400", "400"]),
    ("bigcode.dat", ["-*", "-*", "-*"]),
    ("badbranch.dat", ["200", ">", "480"]),
    ("insuf.dat", ["400*", "400", "400"]),
    ("unkscm.dat", ["416", "416", "416"]),
    ("novelsc.dat", ["416", "416", "416"]),
    ("unksm2.dat", ["405", ">", "400"]),
    ("bext01.dat", ["420", "420", "420"]),
    ("invut.dat", ["415", "100 >", "480"]),
    ("regaut01.dat", ["405", ">", "200"]),
    ("multi01.dat", ["400*", "400", "400"]),
    ("mcl01.dat", ["400*", "400*", "400*"]),
    ("bcast.dat", ["-", "-", "-"]),
    ("zeromf.dat", ["200", "200", "200"]),
    ("cparam01.dat", ["405", ">", "200"]),
    ("cparam02.dat", ["405", ">", "200"]),
    ("regescrt.dat", ["405", ">", "200"]),
    ("sdp01.dat", ["406", "100 >", "480"]),
    ("inv2543.dat", ["180 200", "100 >", "480"]),
];

/// The verdict on a spent OPTIONS is 483; but a server may answer it for itself, whatever its Request-URI (RFC 3261 11).
const ANSWERED_OPTIONS: (&str, &str) = ("zeromf.dat", "200");

#[test]
fn every_message_meets_a_reaction_that_the_rfc_allows() {
    const NAME: &str = "every_message_meets_a_reaction_that_the_rfc_allows";
    let Some(verdicts) = shared::read("conformance/rfc4475/verdicts.tsv", NAME) else { return };
    let verdicts = String::from_utf8(verdicts).unwrap();
    let mut seen = [[0; 2]; 3];
    let mut wrong = Vec::new();
    for row in verdicts.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let (file, must_parse, allowed) = (columns[0], columns[3], columns[4]);
        let (_, expected) = CASES.iter().find(|(name, _)| *name == file).unwrap_or_else(|| panic!("{file}"));
        for (index, role) in ROLES.into_iter().enumerate() {
            let reaction = reaction(role, &message(file));
            let is_allowed = allows(allowed, role, &reaction) || ANSWERED_OPTIONS == (file, &*reaction);
            if reaction != expected[index] || !is_allowed {
                wrong.push(format!("{file} {role:?}: {reaction}, expected {}, {allowed}", expected[index]));
            }
            seen[index][usize::from(must_parse == "no")] += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (role, [valid, invalid]) in ROLES.iter().zip(seen) {
        println!("RFC 4475 through a {role:?}: {valid}/29 valid, {invalid}/20 invalid");
        assert_eq!((valid, invalid), (29, 20));
    }
}

/// Whether the RFC, as the table of verdicts condenses it, allows `reaction` to a node with this role.
fn allows(verdict: &str, role: Role, reaction: &str) -> bool {
    let role = match role {
        Role::UserAgent => "ua",
        Role::Proxy => "proxy",
        Role::Registrar => "registrar",
    };
    // A role named before one action holds for those behind it.
    let mut speaks_of = None;
    let mut mine = Vec::new();
    for action in verdict.split('|') {
        let (named, action) =
            action.split_once(':').map_or((speaks_of, action), |(who, what)| (Some(who), what));
        speaks_of = named;
        if named.is_none_or(|who| who == role || who == "udp") {
            mine.push(action);
        }
    }
    // Where it speaks of others alone, this test's own table decides.
    mine.is_empty() || mine.iter().any(|action| is_met(action, reaction))
}

/// Whether `reaction` is what `action` means.
fn is_met(action: &str, reaction: &str) -> bool {
    let has = |word: &str| reaction.trim_end_matches('*').split(' ').any(|known| known == word);
    let is_refused = has("400") || has("505") || reaction.ends_with('*');
    match action {
        "discard" | "drop" => has("-"),
        "error" | "error-response" | "400-stateless" => has("400"),
        "accept-or-501" => has("501") || !is_refused,
        "401-or-accept" => has("401") || !is_refused,
        "forward" | "forward-unmodified" => has(">"),
        status if status.parse::<u16>().is_ok() => has(status),
        // Accepted as it is, or with the liberty that the RFC grants.
        _ => !is_refused,
    }
}

/// The torture message in `file`.
fn message(file: &str) -> Vec<u8> {
    shared::beside(&format!("conformance/rfc4475/{file}"))
}

/// What a node does with `octets`.
fn reaction(role: Role, octets: &[u8]) -> String {
    let host = torture(role, octets);
    let mut words: Vec<String> = Vec::new();
    for sent in host.sent.iter().filter(|sent| !is_aftermath(sent, octets)) {
        let word = sent.message().status().map_or(">".to_owned(), |status| status.code().to_string());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() {
        words.push("-".to_owned());
    }
    words.join(" ") + if host.malformed > 0 { "*" } else { "" }
}

/// Whether `sent` follows only because nobody acknowledges or answers: the BYE of a callee and the 408 of a proxy.
fn is_aftermath(sent: &Sent, octets: &[u8]) -> bool {
    let message = sent.message();
    let is_invite = octets.starts_with(b"INVITE ");
    is_invite
        && (message.status().is_some_and(|status| status.code() == 408) || sent.octets.starts_with(b"BYE "))
}

/// A node to which `octets` came, and which had all the time it wanted.
fn torture(role: Role, octets: &[u8]) -> Host {
    let mut host = Host::new(role, octets);
    host.receive(PEER, octets);
    host.run();
    host
}

/// The first request that a proxy forwards when `file` comes.
fn forwarded(file: &str) -> Sent {
    let sent = torture(Role::Proxy, &message(file)).sent;
    sent.into_iter()
        .find(|sent| sent.message().is_request())
        .unwrap_or_else(|| panic!("{file} is not forwarded"))
}

/// The final response of a node when `file` comes.
fn answer(role: Role, file: &str) -> Sent {
    let sent = torture(role, &message(file)).sent;
    let is_final = |sent: &Sent| sent.message().status().is_some_and(|status| status.is_final());
    sent.into_iter().find(is_final).unwrap_or_else(|| panic!("{file} is not answered"))
}

/// The rows of `name`, as text.
fn values(sent: &Sent, name: &str) -> Vec<String> {
    sent.message().rows_named(name).map(|row| String::from_utf8_lossy(row.value).into_owned()).collect()
}

fn is_here(name: &str) -> bool {
    shared::read("conformance/rfc4475/wsinv.dat", name).is_some()
}

#[test]
fn what_a_node_sends_has_no_fault_that_it_did_not_receive() {
    if !is_here("what_a_node_sends_has_no_fault_that_it_did_not_receive") {
        return;
    }
    for (file, _) in CASES {
        let octets = message(file);
        let received: BTreeSet<_> =
            diagnose(&octets).iter().map(|fault| format!("{:?}", fault.kind)).collect();
        for role in ROLES {
            for sent in torture(role, &octets).sent {
                for fault in diagnose(&sent.octets) {
                    let is_new = !received.contains(&format!("{:?}", fault.kind));
                    assert!(!is_new, "{file} {role:?}: {fault}\n{}", String::from_utf8_lossy(&sent.octets));
                }
            }
        }
    }
}

#[test]
fn rows_that_a_proxy_does_not_understand_leave_as_they_came() {
    if !is_here("rows_that_a_proxy_does_not_understand_leave_as_they_came") {
        return;
    }
    let touched = [
        HeaderName::Via,
        HeaderName::MaxForwards,
        HeaderName::MaxBreadth,
        HeaderName::Route,
        HeaderName::RecordRoute,
    ];
    let untouched = |message: &Message<'_>| -> Vec<Vec<u8>> {
        let rows = message.rows().filter(|row| touched.iter().all(|name| row.name != (*name).into()));
        rows.map(|row| row.octets.to_vec()).collect()
    };
    let mut count = 0;
    for (file, [_, proxy, _]) in CASES {
        if proxy.contains('>') {
            let octets = message(file);
            let received = Message::parse(&octets).unwrap();
            let sent = forwarded(file);
            assert_eq!(untouched(&sent.message()), untouched(&received), "{file}");
            assert_eq!(sent.message().body(), received.body(), "{file}");
            // One of them has a strict router in its way, whose URI becomes the Request-URI.
            let is_rearranged = sent.message().start_line() != received.start_line();
            assert_eq!(is_rearranged, file == "mpart01.dat", "{file}");
            count += 1;
        }
    }
    assert_eq!(count, 22);
}

#[test]
fn white_space_and_zeros_of_a_tortuous_invite_count_for_nothing() {
    if !is_here("white_space_and_zeros_of_a_tortuous_invite_count_for_nothing") {
        return;
    }
    let sent = forwarded("wsinv.dat");
    assert_eq!(values(&sent, "Max-Forwards"), ["67"]);
    assert_eq!(sent.message().cseq().unwrap().number, 9);
    let odd =
        sent.message().rows_named("NewFangledHeader").map(|row| row.octets.to_vec()).collect::<Vec<_>>();
    assert_eq!(odd, [b"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"]);
}

#[test]
fn octets_behind_the_body_of_a_datagram_are_dropped() {
    if !is_here("octets_behind_the_body_of_a_datagram_are_dropped") {
        return;
    }
    let host = torture(Role::Proxy, &message("dblreq.dat"));
    assert!(host.sent.iter().all(|sent| !sent.octets.windows(6).any(|word| word == b"INVITE")));
}

#[test]
fn escaped_headers_of_a_request_uri_are_not_forwarded() {
    if !is_here("escaped_headers_of_a_request_uri_are_not_forwarded") {
        return;
    }
    let host = torture(Role::Proxy, &message("escruri.dat"));
    assert!(host.sent.iter().all(|sent| sent.to != address(NEXT)));
}

#[test]
fn malformed_display_name_is_not_propagated() {
    if !is_here("malformed_display_name_is_not_propagated") {
        return;
    }
    // The archive's copy lacks the empty line, so that the display name is not what it is refused for.
    let octets = [&message("baddn.dat")[..], b"\r\n"].concat();
    let kinds: Vec<_> = diagnose(&octets).iter().map(|fault| fault.kind).collect();
    let (from, to) = (ParseErrorKind::Malformed(HeaderName::From), ParseErrorKind::Malformed(HeaderName::To));
    assert!(kinds.contains(&from) || kinds.contains(&to), "{kinds:?}");
    for (role, expected) in ROLES.into_iter().zip(["400*", "400", "400"]) {
        assert_eq!(reaction(role, &octets), expected, "{role:?}");
    }
}

#[test]
fn unsupported_lists_what_the_role_was_asked_to_support() {
    if !is_here("unsupported_lists_what_the_role_was_asked_to_support") {
        return;
    }
    let unsupported = |role| values(&answer(role, "bext01.dat"), "Unsupported").join(", ");
    assert_eq!(unsupported(Role::UserAgent), "nothingSupportsThis, nothingSupportsThisEither");
    assert_eq!(unsupported(Role::Proxy), "noProxiesSupportThis, norDoAnyProxiesSupportThis");
}

#[test]
fn refusals_name_what_would_have_been_taken() {
    if !is_here("refusals_name_what_would_have_been_taken") {
        return;
    }
    assert_eq!(values(&answer(Role::UserAgent, "invut.dat"), "Accept"), ["application/sdp"]);
    assert!(values(&answer(Role::UserAgent, "regaut01.dat"), "Allow")[0].contains("INVITE"));
}

#[test]
fn parameters_of_contacts_and_of_their_uris_are_told_apart() {
    if !is_here("parameters_of_contacts_and_of_their_uris_are_told_apart") {
        return;
    }
    let contacts = |file| values(&answer(Role::Registrar, file), "Contact").join(", ");
    let outside = contacts("cparam01.dat");
    assert!(outside.contains("<sip:+19725552222@gw1.example.net>"), "{outside}");
    let inside = contacts("cparam02.dat");
    assert!(inside.contains("<sip:+19725552222@gw1.example.net;unknownparam>"), "{inside}");
}

#[test]
fn escapes_in_contacts_are_kept_and_no_octet_ends_a_uri_early() {
    if !is_here("escapes_in_contacts_are_kept_and_no_octet_ends_a_uri_early") {
        return;
    }
    let nulls = values(&answer(Role::Registrar, "escnull.dat"), "Contact").join(", ");
    assert!(
        nulls.contains("sip:%00@host5.example.com") && nulls.contains("sip:%00%00@host5.example.com"),
        "{nulls}"
    );
    let route = values(&answer(Role::Registrar, "regescrt.dat"), "Contact").join(", ");
    assert!(route.contains("<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), "{route}");
}

#[test]
fn responses_return_every_via_of_whatever_transport() {
    if !is_here("responses_return_every_via_of_whatever_transport") {
        return;
    }
    let octets = message("transports.dat");
    let received = Message::parse(&octets).unwrap();
    let vias =
        |message: &Message<'_>| message.rows_named("Via").map(|row| row.octets.to_vec()).collect::<Vec<_>>();
    let sent = answer(Role::UserAgent, "transports.dat");
    assert_eq!(
        vias(&sent.message())[1..],
        vias(&received)[1..],
        "all but the topmost, which gets `received`"
    );
    assert_eq!(vias(&received).len(), 5);
}

#[test]
fn refusal_goes_where_a_faulty_via_came_from() {
    if !is_here("refusal_goes_where_a_faulty_via_came_from") {
        return;
    }
    for role in ROLES {
        assert_eq!(
            answer(role, "badinv01.dat").to,
            address(PEER),
            "{role:?}: the source, and the port of sent-by"
        );
        assert_eq!(answer(role, "badvers.dat").to, address(PEER), "{role:?}");
    }
}

#[test]
fn request_of_rfc_2543_is_given_what_it_lacks() {
    if !is_here("request_of_rfc_2543_is_given_what_it_lacks") {
        return;
    }
    assert_eq!(values(&forwarded("inv2543.dat"), "Max-Forwards"), ["70"]);
    let accepted = answer(Role::UserAgent, "inv2543.dat");
    assert_eq!(accepted.message().status().unwrap().code(), 200);
    assert!(accepted.message().to().unwrap().tag.is_some());
}
