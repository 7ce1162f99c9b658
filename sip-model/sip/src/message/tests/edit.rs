//! Edits against a naive model: a message as a list of rows, each a list of values, each a list of parameters.

use super::{INVITE, message};
use crate::header::{MaxForwards, ViaStamp};
use crate::message::{Edit, FieldName, HeaderName, Message};
use proptest::prelude::*;

fn written(edit: &Edit<'_>) -> String {
    let mut out = Vec::new();
    edit.write_into(&mut out);
    String::from_utf8(out).unwrap().replace("\r\n", "\n")
}

#[test]
fn no_edit_writes_the_same_octets() {
    let message = Message::parse(INVITE).unwrap();
    let mut out = b"before".to_vec();
    Edit::new(&message).write_into(&mut out);
    assert_eq!(out, [b"before", INVITE].concat());
}

#[test]
fn proxy_forwards_and_untouched_rows_leave_as_they_came() {
    let message = message(
        "INVITE sip:p.q SIP/2.0\nX-A :  1\n  2\nv: SIP/2.0/UDP a.b;rport;branch=z9hG4bK1\n\
            max-FORWARDS  : 70 \nRoute: <sip:p.q;lr>\n ,\n <sip:r.s;lr>\n\nbody",
    );
    let mut edit = Edit::new(&message);
    edit.stamp_top_via(ViaStamp { received: "192.0.2.1".parse().ok(), rport: Some(5062) });
    edit.set_uri(&"sip:bob@t.u");
    edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p.q;branch=z9hG4bK2");
    edit.push_top(HeaderName::RecordRoute, &"<sip:p.q;lr>");
    edit.remove_top(HeaderName::Route);
    assert_eq!(edit.decrement_max_forwards(), Ok(Some(MaxForwards(69))));
    assert_eq!(
        written(&edit),
        "INVITE sip:bob@t.u SIP/2.0\nRecord-Route: <sip:p.q;lr>\nX-A :  1\n  2\n\
            Via: SIP/2.0/UDP p.q;branch=z9hG4bK2\n\
            v: SIP/2.0/UDP a.b;rport=5062;branch=z9hG4bK1;received=192.0.2.1\nmax-FORWARDS  : 69 \n\
            Route: <sip:r.s;lr>\n\nbody"
    );
}

#[test]
fn a_row_is_put_behind_another_one_or_behind_all() {
    let message = message("INVITE sip:p.q SIP/2.0\nVia: a\nMax-Forwards: 70\nTo: <sip:p.q>\n\n");
    let mut edit = Edit::new(&message);
    edit.push_behind(HeaderName::MaxForwards, "Max-Breadth", &60_u32);
    edit.push_behind(HeaderName::MaxForwards, HeaderName::RecordRoute, &"<sip:p.q;lr>");
    edit.push_behind(HeaderName::Route, "X-Last", &"yes");
    assert_eq!(
        written(&edit),
        "INVITE sip:p.q SIP/2.0\nVia: a\nMax-Forwards: 70\nRecord-Route: <sip:p.q;lr>\nMax-Breadth: 60\n\
            To: <sip:p.q>\nX-Last: yes\n\n"
    );
}

#[test]
fn response_loses_its_topmost_via_only() {
    let message = message(
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP p.q;branch=z9hG4bK2, SIP/2.0/UDP a.b\nv: SIP/2.0/UDP c.d\n\n",
    );
    let mut edit = Edit::new(&message);
    edit.remove_top(HeaderName::Via);
    assert_eq!(written(&edit), "SIP/2.0 200 OK\nVia: SIP/2.0/UDP a.b\nv: SIP/2.0/UDP c.d\n\n");
    edit.remove_top(HeaderName::Via);
    assert_eq!(written(&edit), "SIP/2.0 200 OK\nv: SIP/2.0/UDP c.d\n\n");
}

#[test]
fn strict_route_goes_behind_the_others() {
    let message =
        message("BYE sip:a.b SIP/2.0\nRoute: <sip:c.d>\nSubject: x\nroute: <sip:e.f>\nTo: <sip:g.h>\n\n");
    let mut edit = Edit::new(&message);
    edit.push_bottom(HeaderName::Route, &"<sip:a.b>");
    edit.push_bottom("X-New", &"1");
    assert_eq!(
        written(&edit),
        "BYE sip:a.b SIP/2.0\nRoute: <sip:c.d>\nSubject: x\nroute: <sip:e.f>\nRoute: <sip:a.b>\n\
            To: <sip:g.h>\nX-New: 1\n\n"
    );
}

#[test]
fn max_forwards_is_added_where_it_is_missing_and_never_goes_below_zero() {
    let none = message("BYE sip:a.b SIP/2.0\nTo: <sip:g.h>\n\n");
    let mut edit = Edit::new(&none);
    assert_eq!(edit.decrement_max_forwards(), Ok(Some(MaxForwards(70))));
    assert_eq!(written(&edit), "BYE sip:a.b SIP/2.0\nMax-Forwards: 70\nTo: <sip:g.h>\n\n");
    let zero = message("BYE sip:a.b SIP/2.0\nMax-Forwards: 0\n\n");
    let mut edit = Edit::new(&zero);
    assert_eq!(edit.decrement_max_forwards(), Ok(None));
    assert_eq!(written(&edit), "BYE sip:a.b SIP/2.0\nMax-Forwards: 0\n\n");
    let twice = message("BYE sip:a.b SIP/2.0\nMax-Forwards: 5\nMax-Forwards: 5\n\n");
    assert!(Edit::new(&twice).decrement_max_forwards().is_err());
}

#[test]
fn message_without_rows_can_be_edited() {
    let message = message("BYE sip:a.b SIP/2.0\n\nbody");
    let mut edit = Edit::new(&message);
    edit.remove_top(HeaderName::Via);
    edit.remove_row(0);
    edit.set_top_param(HeaderName::Via, "x", &"1");
    edit.push_bottom("X-B", &"2");
    edit.push_top("X-A", &"1");
    assert_eq!(written(&edit), "BYE sip:a.b SIP/2.0\nX-A: 1\nX-B: 2\n\nbody");
}

/// One row of the model.
#[derive(Clone, Debug)]
struct ModelRow {
    name: &'static str,
    /// The name as spelt, the colon and the white space behind it.
    head: String,
    values: Vec<ModelValue>,
    /// What stands between the last value and the line end.
    tail: &'static str,
    original: Option<usize>,
}

#[derive(Clone, Debug)]
struct ModelValue {
    base: String,
    params: Vec<(&'static str, String)>,
    /// What stands behind this value if another follows.
    comma: &'static str,
}

impl ModelValue {
    fn bare(base: &str) -> Self {
        Self { base: base.to_owned(), params: Vec::new(), comma: "" }
    }

    fn text(&self) -> String {
        self.params.iter().fold(self.base.clone(), |text, (_, param)| text + param)
    }
}

impl ModelRow {
    fn new(name: &'static str, value: &str) -> Self {
        let values = vec![ModelValue::bare(value)];
        Self { name, head: format!("{name}: "), values, tail: "", original: None }
    }

    fn text(&self) -> String {
        let last = self.values.len() - 1;
        let values = self.values.iter().enumerate();
        let values: String = values.map(|(i, v)| v.text() + if i < last { v.comma } else { "" }).collect();
        format!("{}{values}{}\r\n", self.head, self.tail)
    }
}

#[derive(Clone, Debug)]
enum Step {
    PushTop(&'static str, String),
    PushBottom(&'static str, String),
    PushBehind(&'static str, &'static str, String),
    RemoveTop(&'static str),
    RemoveAll(&'static str),
    RemoveRow(usize),
    Replace(&'static str, String),
    SetParam(&'static str, &'static str, String),
    SetUri(String),
}

/// Names: two lists, one with a compact form; a single; an extension.
const NAMES: [&str; 4] = ["Via", "Route", "Max-Forwards", "X-Odd"];
const PARAMS: [&str; 3] = ["received", "rport", "p"];

fn is_list(name: &str) -> bool {
    matches!(name, "Via" | "Route")
}

fn apply(rows: &mut Vec<ModelRow>, uri: &mut String, step: &Step) {
    let first = |rows: &[ModelRow], name: &str| rows.iter().position(|row| row.name == name);
    match step {
        Step::PushTop(name, value) => {
            let at = first(rows, name).unwrap_or(0);
            rows.insert(at, ModelRow::new(name, value));
        }
        Step::PushBottom(name, value) => {
            let at = rows.iter().rposition(|row| row.name == *name).map_or(rows.len(), |at| at + 1);
            rows.insert(at, ModelRow::new(name, value));
        }
        Step::PushBehind(anchor, name, value) => {
            let at = rows.iter().rposition(|row| row.name == *anchor).map_or(rows.len(), |at| at + 1);
            rows.insert(at, ModelRow::new(name, value));
        }
        Step::RemoveTop(name) => {
            let Some(at) = first(rows, name) else { return };
            rows[at].values.remove(0);
            if rows[at].values.is_empty() {
                rows.remove(at);
            }
        }
        Step::RemoveAll(name) => rows.retain(|row| row.name != *name),
        Step::RemoveRow(index) => rows.retain(|row| row.original != Some(*index)),
        Step::Replace(name, value) => match first(rows, name) {
            Some(at) => {
                rows[at].values = vec![ModelValue::bare(value)];
                let mut index = 0;
                rows.retain(|row| {
                    index += 1;
                    row.name != *name || index - 1 == at
                });
            }
            None => rows.insert(0, ModelRow::new(name, value)),
        },
        Step::SetParam(name, param, value) => {
            let Some(at) = first(rows, name) else { return };
            let params = &mut rows[at].values[0].params;
            let text = format!(";{param}={value}");
            match params.iter_mut().find(|(known, _)| known == param) {
                Some((_, known)) => *known = text,
                None => params.push((param, text)),
            }
        }
        Step::SetUri(new) => new.clone_into(uri),
    }
}

fn edit_with<'e>(message: &'e Message<'e>, steps: &'e [Step]) -> Edit<'e> {
    let mut edit = Edit::new(message);
    for step in steps {
        match step {
            Step::PushTop(name, value) => edit.push_top(*name, value),
            Step::PushBottom(name, value) => edit.push_bottom(*name, value),
            Step::PushBehind(anchor, name, value) => edit.push_behind(*anchor, *name, value),
            Step::RemoveTop(name) => edit.remove_top(*name),
            Step::RemoveAll(name) => edit.remove_all(*name),
            Step::RemoveRow(index) => edit.remove_row(*index),
            Step::Replace(name, value) => edit.replace(*name, value),
            Step::SetParam(name, param, value) => edit.set_top_param(*name, param, value),
            Step::SetUri(uri) => edit.set_uri(uri),
        }
    }
    edit
}

fn text(rows: &[ModelRow], uri: &str) -> String {
    let rows: String = rows.iter().map(ModelRow::text).collect();
    format!("INVITE {uri} SIP/2.0\r\n{rows}\r\nbody, with: a comma\r\n")
}

fn any_value() -> impl Strategy<Value = ModelValue> {
    let base = prop::sample::select(vec![
        "SIP/2.0/UDP a.b",
        "<sip:c.d;lr,x>",
        "\"q,\\\"\" <sip:e.f>",
        "70",
        "<sip:g.h>\r\n ",
    ]);
    let text = prop::sample::select(vec!["", "=1", "=\"a,;b\"", " = x"]);
    let comma = prop::sample::select(vec![",", ", ", " ,\r\n\t"]);
    let params = prop::sample::subsequence(PARAMS.to_vec(), 0..=2);
    (base, params, text, comma).prop_map(|(base, params, text, comma)| ModelValue {
        base: base.to_owned(),
        params: params.into_iter().map(|name| (name, format!(";{name}{text}"))).collect(),
        comma,
    })
}

fn any_row() -> impl Strategy<Value = ModelRow> {
    let spelling = prop::sample::select(vec![
        (0, "Via"),
        (0, "v"),
        (1, "Route"),
        (1, "ROUTE"),
        (2, "max-forwards"),
        (3, "X-Odd"),
        (3, "x-oDD"),
    ]);
    let colon = prop::sample::select(vec![": ", ":", " :\r\n ", "\t:  "]);
    let tail = prop::sample::select(vec!["", " ", " \r\n "]);
    (spelling, colon, tail, prop::collection::vec(any_value(), 1..4)).prop_map(
        |((name, spelling), colon, tail, mut values)| {
            let name = NAMES[name];
            if !is_list(name) {
                values.truncate(1);
            }
            for value in &mut values {
                value.base.truncate(value.base.trim_end().len());
            }
            ModelRow { name, head: format!("{spelling}{colon}"), values, tail, original: None }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(NAMES.to_vec());
    let value = || "[a-z]{1,6}(;p=[0-9])?";
    prop_oneof![
        3 => (name(), "[a-z]{1,6}").prop_map(|(name, value)| Step::PushTop(name, value)),
        2 => (name(), "[a-z]{1,6}").prop_map(|(name, value)| Step::PushBottom(name, value)),
        2 => (name(), name(), "[a-z]{1,6}")
            .prop_map(|(anchor, name, value)| Step::PushBehind(anchor, name, value)),
        3 => name().prop_map(Step::RemoveTop),
        1 => name().prop_map(Step::RemoveAll),
        1 => (0..8usize).prop_map(Step::RemoveRow),
        1 => (name(), "[a-z]{1,6}").prop_map(|(name, value)| Step::Replace(name, value)),
        3 => (name(), prop::sample::select(PARAMS.to_vec()), "[a-z0-9]{1,5}")
            .prop_map(|(name, param, value)| Step::SetParam(name, param, value)),
        1 => value().prop_map(|user| Step::SetUri(format!("sip:{user}@h.i"))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_edits_equals_the_model(
        mut rows in prop::collection::vec(any_row(), 0..8),
        steps in prop::collection::vec(any_step(), 0..16),
    ) {
        for (index, row) in rows.iter_mut().enumerate() {
            row.original = Some(index);
        }
        let mut uri = String::from("sip:a.b");
        let octets = text(&rows, &uri);
        let message = Message::parse(octets.as_bytes()).unwrap();
        for step in &steps {
            apply(&mut rows, &mut uri, step);
        }
        let mut out = Vec::new();
        edit_with(&message, &steps).write_into(&mut out);
        prop_assert_eq!(String::from_utf8(out).unwrap(), text(&rows, &uri));
    }
}

#[test]
fn names_of_the_model_are_lists_where_the_crate_says_so() {
    for name in NAMES {
        let known = match FieldName::from(name) {
            FieldName::Known(known) => known.is_list(),
            FieldName::Extension(_) => false,
        };
        assert_eq!(known, is_list(name));
    }
}
