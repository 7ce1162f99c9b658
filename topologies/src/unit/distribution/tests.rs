use std::collections::BTreeMap;

use expect_test::expect;

use super::*;
use crate::text::{Document, InMemory, NoFiles};

fn parse(text: &str) -> SpanDistribution {
    Document::new("d.ron", text).parse().unwrap()
}

fn resolve(text: &str, files: &dyn Files) -> Result<Distribution, Diagnostic> {
    let document = Document::new("d.ron", format!("(law: {text})"));
    parse(text).resolve(files, &document.at("law"))
}

fn table(text: &str) -> InMemory {
    InMemory(BTreeMap::from([("t.csv".to_owned(), text.to_owned())]))
}

#[test]
fn every_form_is_read_written_back_and_labelled() {
    for (text, label) in [
        ("fixed(ms(5))", "5 ms"),
        ("exponential(mean: s(180))", "exponential, mean 180 s"),
        ("lognormal(mean: s(90), cv: 1.2)", "log-normal, mean 90 s, cv 1.2"),
        ("uniform(low: ms(1), high: us(1500))", "uniform, 1 ms to 1500 µs"),
        ("empirical(\"t.csv\")", "as in t.csv"),
    ] {
        let distribution = parse(text);
        assert_eq!(distribution.to_string(), text);
        assert_eq!(distribution.label(), label);
    }
    let resolved = resolve("uniform(low: ms(1), high: us(1500))", &NoFiles).unwrap();
    let (low, high) = (Duration::from_millis(1), Duration::from_micros(1500));
    assert_eq!(resolved, Distribution::Uniform { low, high });
}

#[test]
fn a_table_is_seconds_one_a_line() {
    let files = table("# seconds\r\n0.5\n\n 2e-3 # short\n1");
    let spans = [500, 2, 1000].map(Duration::from_millis);
    assert_eq!(resolve("empirical(\"t.csv\")", &files).unwrap(), Distribution::Empirical(spans.into()));
}

#[test]
fn a_bad_table_is_refused_where_it_is_bad() {
    let refused = |text: &str| resolve("empirical(\"t.csv\")", &table(text)).unwrap_err().to_string();
    expect![[r#"
        t.csv:2:2: expected a number of seconds
        2 |  2,5 # comma
          |  ^^^"#]]
    .assert_eq(&refused("1\n 2,5 # comma\n"));
    expect![[r#"
        t.csv:2:1: a sample lies between 0 and 315360000 seconds
        2 | -1
          | ^^"#]]
    .assert_eq(&refused("1\n-1"));
    expect![[r#"
        t.csv:1:1: a sample lies between 0 and 315360000 seconds
        1 | NaN
          | ^^^"#]]
    .assert_eq(&refused("NaN"));
    expect!["t.csv:1:1: the table holds no sample"].assert_eq(&refused("# nothing\n"));
    let absent = resolve("empirical(\"t.csv\")", &NoFiles).unwrap_err().to_string();
    expect![[r#"
        d.ron:1:7: there is no file `t.csv`
        1 | (law: empirical("t.csv"))
          |       ^^^^^^^^^^^^^^^^^^"#]]
    .assert_eq(&absent);
}
