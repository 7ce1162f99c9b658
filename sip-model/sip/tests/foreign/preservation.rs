//! What nobody understands leaves as it came.

use sip::message::{Edit, FieldName, HeaderName, Message};

use crate::material;
use crate::shared;

fn is_here(name: &str) -> bool {
    shared::read("callflows/rfc3261/index.tsv", name).is_some()
}

#[test]
fn every_message_that_parses_is_written_as_it_was_read() {
    if !is_here("every_message_that_parses_is_written_as_it_was_read") {
        return;
    }
    let mut count = 0;
    for specimen in material::all() {
        let Ok(message) = Message::parse(&specimen.octets) else { continue };
        let mut written = Vec::new();
        Edit::new(&message).write_into(&mut written);
        assert_eq!(written, message.octets(), "{}", specimen.name);
        let again = Message::parse(&written).unwrap();
        let mut twice = Vec::new();
        Edit::new(&again).write_into(&mut twice);
        assert_eq!(twice, written, "{}: a fixed point", specimen.name);
        count += 1;
    }
    println!("{count} messages are written as they were read");
    assert!(count > 800, "{count}");
}

#[test]
fn rows_that_a_hop_does_not_touch_leave_octet_by_octet() {
    if !is_here("rows_that_a_hop_does_not_touch_leave_octet_by_octet") {
        return;
    }
    let touched = [HeaderName::Via, HeaderName::RecordRoute, HeaderName::MaxForwards, HeaderName::Route];
    let untouched = |message: &Message<'_>| -> Vec<Vec<u8>> {
        let is_kept = |name: FieldName<'_>| touched.iter().all(|known| name != (*known).into());
        message.rows().filter(|row| is_kept(row.name)).map(|row| row.octets.to_vec()).collect()
    };
    let mut extensions = 0;
    for specimen in material::all() {
        let Ok(message) = Message::parse(&specimen.octets) else { continue };
        let mut edit = Edit::new(&message);
        edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p.example;branch=z9hG4bKhop");
        edit.push_top(HeaderName::RecordRoute, &"<sip:p.example;lr>");
        edit.remove_top(HeaderName::Route);
        edit.replace(HeaderName::MaxForwards, &69u8);
        let mut forwarded = Vec::new();
        edit.write_into(&mut forwarded);
        let forwarded =
            Message::parse(&forwarded).unwrap_or_else(|fault| panic!("{}: {fault}", specimen.name));
        assert_eq!(untouched(&forwarded), untouched(&message), "{}", specimen.name);
        assert_eq!(forwarded.body(), message.body(), "{}", specimen.name);
        extensions += message.rows().filter(|row| matches!(row.name, FieldName::Extension(_))).count();
    }
    println!("{extensions} rows of unknown header fields");
    assert!(extensions > 50, "{extensions}");
}
