use super::{INVITE, message};
use crate::header::Branch;
use crate::message::{MergeKey, Message, Method, TransactionKey};

/// A request of `method` with `via` and `to`.
fn request(method: &str, via: &str, to: &str) -> Message<'static> {
    message(&format!(
        "{method} sip:bob@biloxi.com SIP/2.0\nVia: {via}\nFrom: <sip:alice@atlanta.com>;tag=1\n\
            To: {to}\nCall-ID: a@b\nCSeq: 7 {method}\n\n"
    ))
}

fn key(method: &str, via: &str) -> TransactionKey {
    TransactionKey::of_request(&request(method, via, "<sip:bob@biloxi.com>")).unwrap()
}

const VIA: &str = "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8";

#[test]
fn retransmission_has_the_same_key_and_another_branch_or_sender_has_not() {
    let invite = key("INVITE", VIA);
    assert_eq!(invite, key("INVITE", VIA));
    for other in [
        "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds9",
        "SIP/2.0/UDP pc34.atlanta.com;branch=z9hG4bKnashds8",
        "SIP/2.0/UDP pc33.atlanta.com:5060;branch=z9hG4bKnashds8",
        "SIP/2.0/UDP pc33.atlanta.com:5061;branch=z9hG4bKnashds8",
        "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnashds8",
    ] {
        assert_ne!(invite, key("INVITE", other), "{other}");
    }
}

#[test]
fn spelling_of_branch_host_and_address_does_not_matter() {
    assert_eq!(
        key("INVITE", VIA),
        key("INVITE", "sip/2.0/udp PC33.Atlanta.com ; received=192.0.2.1;BRANCH=Z9HG4BKNASHDS8")
    );
    assert_eq!(
        key("BYE", "SIP/2.0/UDP [2001:DB8:0::1]:5060;branch=z9hG4bK1"),
        key("BYE", "SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1"),
    );
}

#[test]
fn ack_shares_the_key_of_its_invite_and_other_methods_do_not() {
    let invite = key("INVITE", VIA);
    assert_eq!(invite, key("ACK", VIA));
    for method in ["CANCEL", "BYE", "PRACK", "Invite", "ack"] {
        assert_ne!(invite, key(method, VIA), "{method}");
    }
}

#[test]
fn cancel_has_a_key_of_its_own_and_leads_to_what_it_cancels() {
    let cancel = key("CANCEL", VIA);
    assert_eq!(cancel.invite_key(), key("INVITE", VIA));
    assert_eq!(cancel.cancelled(Method::Options), key("OPTIONS", VIA));
    assert_eq!(cancel.cancelled(Method::Ack), key("INVITE", VIA));
}

#[test]
fn response_finds_its_client_transaction_by_branch_and_method() {
    let branch = Branch::new("z9hG4bKnashds8").unwrap();
    let response = message(&format!(
        "SIP/2.0 200 OK\nVia: {VIA};received=192.0.2.1\nVia: SIP/2.0/UDP x.y;branch=z9hG4bK0\nCSeq: 7 CANCEL\n\n"
    ));
    let key = TransactionKey::of_response(&response).unwrap();
    assert_eq!(key, TransactionKey::client(branch, Method::Cancel));
    assert_ne!(key, TransactionKey::client(branch, Method::Invite), "a 200 to CANCEL is none to INVITE");
}

#[test]
fn client_and_server_keys_of_one_request_differ() {
    let client = TransactionKey::client(Branch::new("z9hG4bKnashds8").unwrap(), Method::Invite);
    assert_ne!(key("INVITE", VIA), client);
}

#[test]
fn requests_without_the_cookie_are_matched_as_in_rfc_2543() {
    for via in ["SIP/2.0/UDP iftgw.example.com", "SIP/2.0/UDP a.b;branch=1", "SIP/2.0/UDP a.b;branch=z9hG4bK"]
    {
        let to = "<sip:bob@biloxi.com>";
        let key = |method, to| TransactionKey::of_request(&request(method, via, to)).unwrap();
        assert_eq!(key("INVITE", to), key("INVITE", to));
        assert_eq!(key("INVITE", to), key("ACK", "<sip:bob@biloxi.com>;tag=z"), "the ACK has a To tag");
        assert_eq!(key("CANCEL", to).invite_key(), key("INVITE", to));
        assert_ne!(key("BYE", to), key("BYE", "<sip:bob@biloxi.com>;tag=z"));
    }
    let legacy = |text: &str| TransactionKey::of_request(&message(text)).unwrap();
    let text = "INVITE sip:bob@biloxi.com SIP/2.0\nVia: SIP/2.0/UDP a.b\nFrom: <sip:c.d>;tag=1\n\
        To: <sip:e.f>\nCall-ID: a@b\nCSeq: 7 INVITE\n\n";
    for (from, to) in
        [("7 INV", "8 INV"), ("a@b", "A@b"), ("a.b", "a.c"), ("biloxi", "boloxi"), ("tag=1", "tag=2")]
    {
        assert_ne!(legacy(text), legacy(&text.replacen(from, to, 1)), "{from} became {to}");
    }
    assert_eq!(legacy(text), legacy(&text.replacen("UDP a.b", "udp  A.B", 1)));
}

#[test]
fn key_needs_a_readable_via() {
    assert!(TransactionKey::of_request(&message("BYE sip:a.b SIP/2.0\nVia: x\n\n")).is_err());
    assert!(TransactionKey::of_request(&message("BYE sip:a.b SIP/2.0\n\n")).is_err());
}

#[test]
fn merged_requests_share_a_merge_key_and_not_the_transaction_key() {
    let (here, there) = (
        request("INVITE", VIA, "<sip:b@c.d>"),
        request("INVITE", "SIP/2.0/UDP x.y;branch=z9hG4bK2", "<sip:b@c.d>"),
    );
    fn merge(message: &Message<'_>) -> Option<MergeKey> {
        MergeKey::of(message).unwrap()
    }
    assert_eq!(merge(&here), merge(&there));
    assert_ne!(TransactionKey::of_request(&here), TransactionKey::of_request(&there));
    assert_ne!(merge(&here), merge(&Message::parse(INVITE).unwrap()));
    assert_eq!(
        merge(&request("INVITE", VIA, "<sip:b@c.d>;tag=1")),
        None,
        "requests in a dialog do not merge"
    );
}
