//! Octets against hickory-proto: ours read by it, its own read by us, for generated messages.

use std::net::{Ipv4Addr, Ipv6Addr};

use dns::{
    CharacterString, Class, Edns, Flags, Message, Name, Naptr, Opcode, Question, RData, Record, RecordType,
    ResponseCode, Soa, Srv,
};
use hickory_proto::op::{Message as Theirs, MessageType};
use hickory_proto::rr;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_mean_the_same_to_both(message in message()) {
        let octets = message.compose();
        prop_assert_eq!(&Message::parse(&octets).unwrap(), &message);
        let theirs = Theirs::from_vec(&octets).unwrap();
        same_meaning(&message, &theirs)?;
        // Their own octets, with their own compression.
        let rewritten = theirs.to_vec().unwrap();
        let ours = Message::parse(&rewritten).unwrap();
        prop_assert_eq!(&ours, &message);
    }

    #[test]
    fn octets_that_hickory_reads_are_read_alike_or_refused(message in message(), at in 0usize..400, octet: u8) {
        let mut octets = message.compose();
        let at = at % octets.len();
        octets[at] = octet;
        if let (Ok(ours), Ok(theirs)) = (Message::parse(&octets), Theirs::from_vec(&octets)) {
            // What both read has as many records in each section; hickory keeps unknown pseudo records apart.
            prop_assert_eq!(ours.id, theirs.metadata.id);
            prop_assert_eq!(ours.questions.len(), theirs.queries.len());
            prop_assert_eq!(ours.answers.len(), theirs.answers.len());
        }
    }

    #[test]
    fn no_octets_make_the_parser_panic(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Message::parse(&octets);
    }
}

fn label() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => "[a-zA-Z0-9_-]{1,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(b'a'..=b'z', 63),
    ]
}

/// Names that share endings, so that there is something to compress.
fn name() -> impl Strategy<Value = Name> {
    let ending = prop_oneof!["example", "example\\.com", "sip\\.example\\.com", "\\."];
    (prop::collection::vec(label(), 0..3), ending).prop_map(|(labels, ending)| {
        let ending: Name = ending.parse().unwrap();
        let labels = labels.iter().map(Vec::as_slice);
        Name::from_labels(labels.chain(ending.labels())).unwrap()
    })
}

fn text() -> impl Strategy<Value = CharacterString> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(|octets| CharacterString::new(octets).unwrap())
}

fn service_text() -> impl Strategy<Value = CharacterString> {
    // Hickory refuses flags that are not alphanumeric.
    "[a-zA-Z0-9]{0,8}".prop_map(|text| CharacterString::new(text).unwrap())
}

fn rdata() -> impl Strategy<Value = RData> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| RData::A(Ipv4Addr::from(octets))),
        any::<[u8; 16]>().prop_map(|octets| RData::Aaaa(Ipv6Addr::from(octets))),
        name().prop_map(RData::Ns),
        name().prop_map(RData::Cname),
        name().prop_map(RData::Ptr),
        prop::collection::vec(text(), 1..4).prop_map(RData::Txt),
        (any::<[u16; 3]>(), name()).prop_map(|([priority, weight, port], target)| RData::Srv(Srv {
            priority,
            weight,
            port,
            target
        })),
        (any::<[u16; 2]>(), service_text(), text(), text(), name()).prop_map(
            |([order, preference], flags, services, regexp, replacement)| {
                RData::Naptr(Box::new(Naptr { order, preference, flags, services, regexp, replacement }))
            }
        ),
        // Hickory reads all spans of an SOA record but serial and minimum as signed.
        (name(), name(), any::<[u32; 2]>(), [0..i32::MAX as u32, 0..i32::MAX as u32, 0..i32::MAX as u32])
            .prop_map(|(mname, rname, [serial, minimum], [refresh, retry, expire])| {
                RData::Soa(Box::new(Soa { mname, rname, serial, refresh, retry, expire, minimum }))
            }),
        prop::collection::vec(any::<u8>(), 1..30)
            .prop_map(|octets| RData::Other { number: 65_280, octets: octets.into() }),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    (name(), 0..i32::MAX as u32, rdata()).prop_map(|(name, ttl, data)| Record::new(name, ttl, data))
}

fn question() -> impl Strategy<Value = Question> {
    let record_type = prop_oneof![
        Just(RecordType::A),
        Just(RecordType::Aaaa),
        Just(RecordType::Srv),
        Just(RecordType::Naptr),
        Just(RecordType::Any),
    ];
    (name(), record_type).prop_map(|(name, record_type)| Question::new(name, record_type))
}

fn message() -> impl Strategy<Value = Message> {
    let section = || prop::collection::vec(record(), 0..5);
    let edns = prop::option::of(
        (512u16.., any::<bool>())
            .prop_map(|(size, dnssec)| Edns { flags: u16::from(dnssec) << 15, ..Edns::sized(size) }),
    );
    let sections = (prop::collection::vec(question(), 0..3), section(), section(), section());
    (any::<u16>(), any::<[bool; 7]>(), 0u16..6, sections, edns).prop_map(
        |(id, bits, code, sections, edns)| {
            let (questions, answers, authorities, additionals) = sections;
            let flags = Flags {
                response: bits[0],
                authoritative: bits[1],
                truncated: bits[2],
                recursion_desired: bits[3],
                recursion_available: bits[4],
                authentic_data: bits[5],
                checking_disabled: bits[6],
            };
            let code = ResponseCode::of_number(code);
            let opcode = Opcode::Query;
            Message { id, opcode, flags, code, questions, answers, authorities, additionals, edns }
        },
    )
}

fn same_meaning(ours: &Message, theirs: &Theirs) -> Result<(), TestCaseError> {
    let flags = Flags {
        response: theirs.metadata.message_type == MessageType::Response,
        authoritative: theirs.metadata.authoritative,
        truncated: theirs.metadata.truncation,
        recursion_desired: theirs.metadata.recursion_desired,
        recursion_available: theirs.metadata.recursion_available,
        authentic_data: theirs.metadata.authentic_data,
        checking_disabled: theirs.metadata.checking_disabled,
    };
    prop_assert_eq!((ours.id, ours.flags), (theirs.metadata.id, flags));
    prop_assert_eq!(ours.code.number(), u16::from(theirs.metadata.response_code));
    let questions: Vec<Question> = theirs
        .queries
        .iter()
        .map(|query| Question {
            name: our_name(query.name()),
            record_type: RecordType::of_number(query.query_type().into()),
            class: Class(query.query_class().into()),
        })
        .collect();
    prop_assert_eq!(&ours.questions, &questions);
    for (ours, theirs) in [
        (&ours.answers, &theirs.answers),
        (&ours.authorities, &theirs.authorities),
        (&ours.additionals, &theirs.additionals),
    ] {
        let theirs: Vec<Record> = theirs.iter().map(our_record).collect();
        prop_assert_eq!(ours, &theirs);
    }
    let size = theirs.edns.as_ref().map(|edns| (edns.max_payload(), edns.flags().dnssec_ok));
    prop_assert_eq!(ours.edns.as_ref().map(|edns| (edns.udp_payload, edns.flags >> 15 == 1)), size);
    Ok(())
}

fn our_name(name: &rr::Name) -> Name {
    Name::from_labels(name.iter()).unwrap()
}

fn our_text(octets: &[u8]) -> CharacterString {
    CharacterString::new(octets).unwrap()
}

fn our_record(record: &rr::Record) -> Record {
    let data = match &record.data {
        rr::RData::A(address) => RData::A(address.0),
        rr::RData::AAAA(address) => RData::Aaaa(address.0),
        rr::RData::NS(name) => RData::Ns(our_name(&name.0)),
        rr::RData::CNAME(name) => RData::Cname(our_name(&name.0)),
        rr::RData::PTR(name) => RData::Ptr(our_name(&name.0)),
        rr::RData::TXT(text) => RData::Txt(text.txt_data.iter().map(|string| our_text(string)).collect()),
        rr::RData::SRV(srv) => RData::Srv(Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: our_name(&srv.target),
        }),
        rr::RData::NAPTR(naptr) => RData::Naptr(Box::new(Naptr {
            order: naptr.order,
            preference: naptr.preference,
            flags: our_text(&naptr.flags),
            services: our_text(&naptr.services),
            regexp: our_text(&naptr.regexp),
            replacement: our_name(&naptr.replacement),
        })),
        rr::RData::SOA(soa) => RData::Soa(Box::new(Soa {
            mname: our_name(&soa.mname),
            rname: our_name(&soa.rname),
            serial: soa.serial,
            refresh: soa.refresh as u32,
            retry: soa.retry as u32,
            expire: soa.expire as u32,
            minimum: soa.minimum,
        })),
        rr::RData::Unknown { code, rdata } => {
            RData::Other { number: (*code).into(), octets: rdata.anything.as_slice().into() }
        }
        other => panic!("{other:?} was not generated"),
    };
    Record { name: our_name(&record.name), class: Class(record.dns_class.into()), ttl: record.ttl, data }
}
