//! Octets that a careful peer never sends, and what truncation leaves.

use super::*;
use crate::record::{CharacterString, RData};

/// A header with these counts, response bit set.
fn header(questions: u16, answers: u16) -> Vec<u8> {
    let mut octets = vec![0, 7, 0x80, 0];
    for count in [questions, answers, 0, 0] {
        octets.extend_from_slice(&count.to_be_bytes());
    }
    octets
}

fn refusal(octets: &[u8]) -> (ParseErrorKind, std::ops::Range<usize>) {
    let error = Message::parse(octets).unwrap_err();
    (error.kind, error.at)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn address(owner: &str) -> Record {
    Record::new(name(owner), 60, RData::A([192, 0, 2, 1].into()))
}

fn response(answers: Vec<Record>) -> Message {
    let query = Message::query(7, Question::new(name("a.example"), RecordType::A));
    Message { answers, ..Message::response_to(&query) }
}

#[test]
fn a_compression_pointer_to_itself_or_forward_is_refused() {
    for target in [12u16, 13, 14, 0x3fff] {
        let mut octets = header(1, 0);
        octets.extend_from_slice(&(0xc000 | target).to_be_bytes());
        octets.extend_from_slice(&[0, 1, 0, 1]);
        assert_eq!(refusal(&octets), (ParseErrorKind::Pointer, 12..14), "{target}");
    }
}

#[test]
fn two_pointers_that_point_at_each_other_are_refused() {
    let mut octets = header(2, 0);
    octets.extend_from_slice(&[1, b'a', 0xc0, 18, 0, 1, 0, 1]);
    octets.extend_from_slice(&[1, b'b', 0xc0, 12, 0, 1, 0, 1]);
    assert_eq!(refusal(&octets).0, ParseErrorKind::Pointer);
    // A pointer that leads back to the label in front of it.
    let mut octets = header(1, 0);
    octets.extend_from_slice(&[1, b'a', 0xc0, 12, 0, 1, 0, 1]);
    assert_eq!(refusal(&octets).0, ParseErrorKind::Pointer);
}

#[test]
fn a_staircase_of_pointers_is_refused_before_it_costs_much() {
    // Data of an unknown type full of pointers, each to the one before it; then names that enter at its top.
    let mut octets = header(0, 1000);
    octets.extend_from_slice(&[0, 0xff, 0, 0, 1, 0, 0, 0, 0]);
    let steps = 8000u16;
    octets.extend_from_slice(&(2 * steps).to_be_bytes());
    let mut target = 12;
    for _ in 0..steps {
        octets.extend_from_slice(&(0xc000u16 | target).to_be_bytes());
        target = (octets.len() - 2) as u16;
    }
    for _ in 0..999 {
        octets.extend_from_slice(&(0xc000u16 | target).to_be_bytes());
        octets.extend_from_slice(&[0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]);
    }
    assert_eq!(refusal(&octets).0, ParseErrorKind::NameTooLong);
}

#[test]
fn a_name_that_pointers_make_too_long_is_refused() {
    let mut octets = header(3, 0);
    let label = [&[63u8][..], &[b'a'; 63]].concat();
    octets.extend([label.clone(), label.clone(), vec![0], vec![0, 1, 0, 1]].concat());
    let second = octets.len() as u16;
    octets.extend([label.clone(), vec![0xc0, 12], vec![0, 1, 0, 1]].concat());
    octets.extend_from_slice(&[40]);
    octets.extend([vec![b'b'; 40], (0xc000 | second).to_be_bytes().to_vec(), vec![0, 1, 0, 1]].concat());
    assert!(Message::parse(&octets).is_ok());
    let last = octets.len() - 47;
    octets[last] = 63;
    octets.splice(last + 1..last + 1, [b'b'; 23]);
    assert_eq!(refusal(&octets).0, ParseErrorKind::NameTooLong);
}

#[test]
fn label_types_of_the_future_are_refused() {
    for first in [0x40, 0x80] {
        let mut octets = header(1, 0);
        octets.extend_from_slice(&[first, 0, 0, 1, 0, 1]);
        assert_eq!(refusal(&octets), (ParseErrorKind::LabelType, 12..13));
    }
}

#[test]
fn data_must_have_the_length_of_its_type() {
    let whole = response(vec![address("a.example")]).compose();
    let length_at = whole.len() - 5;
    for (length, cut) in [(3, 1), (5, 0)] {
        let mut octets = whole.clone();
        octets[length_at] = length;
        octets.truncate(whole.len() - cut);
        octets.extend_from_slice(if length == 5 { &[9] } else { &[] });
        assert_eq!(refusal(&octets).0, ParseErrorKind::DataLength, "{length}");
    }
    let mut octets = whole.clone();
    octets[length_at] = 200;
    assert_eq!(refusal(&octets).0, ParseErrorKind::Truncated);
}

#[test]
fn every_cut_of_a_message_is_refused_with_its_place() {
    let whole = response(vec![address("a.example"), address("b.example")]).compose();
    for end in 0..whole.len() {
        let error = Message::parse(&whole[..end]).unwrap_err();
        assert!(
            matches!(error.kind, ParseErrorKind::Truncated | ParseErrorKind::DataLength),
            "{end}: {error}"
        );
        assert!(error.at.end <= end);
    }
    let trailing = [&whole[..], b"x"].concat();
    assert_eq!(refusal(&trailing), (ParseErrorKind::Trailing, whole.len()..whole.len() + 1));
    let text = Message::parse(&whole[..5]).unwrap_err().to_string();
    assert_eq!(text, "message ends too early at octets 4..5 (RFC 1035 4.1)");
}

#[test]
fn a_second_or_misplaced_edns_record_is_refused() {
    let message = Message { edns: Some(Edns::sized(1232)), ..response(Vec::new()) };
    let octets = message.compose();
    let edns = octets[octets.len() - 11..].to_vec();
    let mut twice = [&octets[..], &edns].concat();
    twice[11] = 2;
    assert_eq!(refusal(&twice).0, ParseErrorKind::Edns);
    let mut as_answer = octets.clone();
    (as_answer[7], as_answer[11]) = (1, 0);
    assert_eq!(refusal(&as_answer).0, ParseErrorKind::Edns);
}

#[test]
fn a_response_code_above_15_needs_edns_and_survives() {
    let message =
        Message { code: ResponseCode::BadVers, edns: Some(Edns::sized(512)), ..response(Vec::new()) };
    assert_eq!(Message::parse(&message.compose()).unwrap(), message);
}

#[test]
fn a_ttl_above_31_bits_counts_as_zero() {
    let mut octets = response(vec![address("a.example")]).compose();
    let ttl_at = octets.len() - 10;
    octets[ttl_at] = 0x80;
    assert_eq!(Message::parse(&octets).unwrap().answers[0].ttl, 0);
}

#[test]
fn compressed_srv_targets_are_read_and_never_written() {
    let srv = crate::Srv { priority: 1, weight: 2, port: 5060, target: name("a.example") };
    let message = response(vec![Record::new(name("a.example"), 60, RData::Srv(srv))]);
    let octets = message.compose();
    assert!(octets.ends_with(b"\x13\xc4\x01a\x07example\x00"));
    let mut compressed = octets[..octets.len() - 11].to_vec();
    compressed.extend_from_slice(&[0xc0, 12]);
    let length_at = compressed.len() - 10;
    compressed[length_at..length_at + 2].copy_from_slice(&8u16.to_be_bytes());
    assert_eq!(Message::parse(&compressed).unwrap(), message);
}

#[test]
fn a_set_that_does_not_fit_is_left_out_whole_and_sets_tc() {
    let mut answers = vec![Record::new(name("a.example"), 60, RData::Cname(name("b.example")))];
    answers
        .extend((0..40u8).map(|last| Record::new(name("b.example"), 60, RData::A([192, 0, 2, last].into()))));
    let message = response(answers);
    let cut = Message::parse(&message.compose_within(512)).unwrap();
    assert!(cut.flags.truncated);
    assert_eq!(cut.answers.len(), 1);
    assert!(!Message::parse(&message.compose_within(1232)).unwrap().flags.truncated);
}

#[test]
fn the_edns_record_survives_truncation() {
    let text = CharacterString::new([b'x'; 255]).unwrap();
    let answers = vec![Record::new(name("a.example"), 60, RData::Txt(vec![text.clone(), text]))];
    let message = Message { edns: Some(Edns::sized(1232)), ..response(answers) };
    let octets = message.compose_within(512);
    assert!(octets.len() <= 512);
    let cut = Message::parse(&octets).unwrap();
    assert_eq!((cut.flags.truncated, cut.edns), (true, Some(Edns::sized(1232))));
}

#[test]
fn names_beyond_the_reach_of_pointers_are_written_out() {
    let text = CharacterString::new([b'x'; 255]).unwrap();
    let filler = |host| Record::new(name(&format!("h{host}.example")), 60, RData::Txt(vec![text.clone(); 4]));
    let mut answers: Vec<Record> = (0..30).map(filler).collect();
    answers.extend((0..30).map(|host| address(&format!("late{}.far.elsewhere", host % 3))));
    let message = response(answers);
    assert_eq!(Message::parse(&message.compose()).unwrap(), message);
}
