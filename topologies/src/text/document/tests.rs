use expect_test::{Expect, expect};
use serde::Deserialize;

use super::*;
use crate::unit::{Span, SpanDistribution};

#[derive(Debug, Deserialize)]
#[serde(rename = "", deny_unknown_fields)]
#[allow(dead_code)]
struct Scenario {
    name: String,
    timeout: Span,
    #[serde(default)]
    lines: u8,
    #[serde(default)]
    timers: Option<Timers>,
    #[serde(default)]
    holding: Option<SpanDistribution>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "", rename_all = "snake_case")]
enum Timers {
    Rfc3261,
    Rfc3261Lossy,
}

fn check(source: &str, expected: Expect) {
    let document = Document::new("s.ron", source);
    expected.assert_eq(&document.parse::<Scenario>().unwrap_err().to_string());
}

#[test]
fn a_text_without_mistakes_is_parsed() {
    let document = Document::new("s.ron", "(name: \"x\", timeout: ms(5), timers: rfc3261)");
    let scenario: Scenario = document.parse().unwrap();
    assert_eq!(scenario.timeout.duration().as_millis(), 5);
    assert!(matches!(scenario.timers, Some(Timers::Rfc3261)), "`Some` may be left out");
}

#[test]
fn unknown_field() {
    check(
        "(\n    name: \"Köln\", timeuot: ms(5),\n)",
        expect![[r#"
        s.ron:2:19: unknown field `timeuot`
        2 |     name: "Köln", timeuot: ms(5),
          |                   ^^^^^^^
          = allowed: name, timeout, lines, timers, holding
          = did you mean `timeout`?"#]],
    );
}

#[test]
fn unknown_variant() {
    check(
        "(name: \"x\", timeout: ms(5), timers: rfc3621)",
        expect![[r#"
        s.ron:1:37: unknown value `rfc3621`
        1 | (name: "x", timeout: ms(5), timers: rfc3621)
          |                                     ^^^^^^^
          = allowed: rfc3261, rfc3261_lossy
          = did you mean `rfc3261`?"#]],
    );
}

#[test]
fn unknown_unit() {
    check(
        "(name: \"x\", timeout: msec(5))",
        expect![[r#"
        s.ron:1:22: unknown value `msec`
        1 | (name: "x", timeout: msec(5))
          |                      ^^^^
          = allowed: ns, us, ms, s, min, h"#]],
    );
}

#[test]
fn unit_left_out() {
    check(
        "(name: \"x\", timeout: s(1), timers: 5)",
        expect![[r#"
        s.ron:1:36: expected a name
        1 | (name: "x", timeout: s(1), timers: 5)
          |                                    ^"#]],
    );
    check(
        "(name: \"x\", timeout: \"5\")",
        expect![[r#"
            s.ron:1:22: expected a span of time with its unit
            1 | (name: "x", timeout: "5")
              |                      ^^^
              = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
    check(
        "(name: \"x\", timeout: 5)",
        expect![[r#"
            s.ron:1:22: expected a span of time with its unit
            1 | (name: "x", timeout: 5)
              |                      ^
              = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
}

#[test]
fn number_outside_its_range() {
    check(
        "(name: \"x\", timeout: ms(-5))",
        expect![[r#"
        s.ron:1:22: -5 is outside the range of a span of time: 0 to h(87600), ten years
        1 | (name: "x", timeout: ms(-5))
          |                      ^^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
    check(
        "(name: \"x\", timeout: s(NaN))",
        expect![[r#"
        s.ron:1:22: NaN is outside the range of a span of time: 0 to h(87600), ten years
        1 | (name: "x", timeout: s(NaN))
          |                      ^^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
    check(
        "(name: \"x\", timeout: s(inf))",
        expect![[r#"
        s.ron:1:22: inf is outside the range of a span of time: 0 to h(87600), ten years
        1 | (name: "x", timeout: s(inf))
          |                      ^^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
    check(
        "(name: \"x\", timeout: s(1), lines: 256)",
        expect![[r#"
            s.ron:1:35: the number is out of the range of its type
            1 | (name: "x", timeout: s(1), lines: 256)
              |                                   ^^^"#]],
    );
}

#[test]
fn distribution_without_sense() {
    check(
        "(name: \"x\", timeout: s(1), holding: exponential(mean: s(0)))",
        expect![[r#"
        s.ron:1:37: the mean must be above zero
        1 | (name: "x", timeout: s(1), holding: exponential(mean: s(0)))
          |                                     ^^^^^^^^^^^^^^^^^^^^^^^
          = allowed: fixed(ms(5)), exponential(mean: s(180)), lognormal(mean: s(90), cv: 1.2), uniform(low: ms(1), high: ms(9)), empirical("file.csv")"#]],
    );
    check(
        "(name: \"x\", timeout: s(1), holding: lognormal(mean: s(1), cv: -1))",
        expect![[r#"
        s.ron:1:37: the coefficient of variation must be between 0 and 100
        1 | (name: "x", timeout: s(1), holding: lognormal(mean: s(1), cv: -1))
          |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = allowed: fixed(ms(5)), exponential(mean: s(180)), lognormal(mean: s(90), cv: 1.2), uniform(low: ms(1), high: ms(9)), empirical("file.csv")"#]],
    );
    check(
        "(name: \"x\", timeout: s(1), holding: uniform(low: s(2), high: s(1)))",
        expect![[r#"
        s.ron:1:37: low, s(2), is longer than high, s(1)
        1 | (name: "x", timeout: s(1), holding: uniform(low: s(2), high: s(1)))
          |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = allowed: fixed(ms(5)), exponential(mean: s(180)), lognormal(mean: s(90), cv: 1.2), uniform(low: ms(1), high: ms(9)), empirical("file.csv")"#]],
    );
}

#[test]
fn missing_field() {
    check(
        "// a comment\n(\n    name: \"x\",\n)",
        expect![[r#"
        s.ron:2:1: field `timeout` is missing
        2 | (
          | ^"#]],
    );
    check(
        "(name: \"x\", timeout: s(1), holding: exponential())",
        expect![[r#"
        s.ron:1:37: field `mean` is missing
        1 | (name: "x", timeout: s(1), holding: exponential())
          |                                     ^^^^^^^^^^^^"#]],
    );
}

#[test]
fn field_given_twice() {
    check(
        "(name: \"x\", timeout: s(1),\n name: \"y\")",
        expect![[r#"
        s.ron:2:2: field `name` is given twice
        2 |  name: "y")
          |  ^^^^"#]],
    );
}

#[test]
fn wrong_type() {
    check(
        "(name: 5, timeout: s(1))",
        expect![[r#"
        s.ron:1:8: expected a string in quotation marks
        1 | (name: 5, timeout: s(1))
          |        ^"#]],
    );
    check(
        "(name: \"x\", timeout: s(\"1\"))",
        expect![[r#"
        s.ron:1:24: expected a number
        1 | (name: "x", timeout: s("1"))
          |                        ^^^"#]],
    );
    check(
        "(name: \"x\", timeout: s(1), lines: \"two\")",
        expect![[r#"
        s.ron:1:35: expected a number
        1 | (name: "x", timeout: s(1), lines: "two")
          |                                   ^^^^^"#]],
    );
}

#[test]
fn bracket_or_quotation_mark_never_closed() {
    check(
        "(name: \"x\", timeout: s(1)",
        expect![[r#"
        s.ron:1:1: this bracket is never closed
        1 | (name: "x", timeout: s(1)
          | ^"#]],
    );
    check(
        "(name: \"x, timeout: s(1))",
        expect![[r#"
        s.ron:1:8: this quotation mark is never closed
        1 | (name: "x, timeout: s(1))
          |        ^"#]],
    );
    check(
        "(name: \"x\" /* , timeout: s(1))",
        expect![[r#"
        s.ron:1:12: this comment is never closed
        1 | (name: "x" /* , timeout: s(1))
          |            ^^"#]],
    );
}

#[test]
fn comma_or_colon_left_out() {
    check(
        "(name: \"x\" timeout: s(1))",
        expect![[r#"
        s.ron:1:12: expected a comma or the closing bracket
        1 | (name: "x" timeout: s(1))
          |            ^"#]],
    );
    check(
        "(name \"x\", timeout: s(1))",
        expect![[r#"
        s.ron:1:7: expected a colon
        1 | (name "x", timeout: s(1))
          |       ^"#]],
    );
}

#[test]
fn text_that_is_something_else() {
    check("", expect!["s.ron:1:1: expected opening `(`"]);
    check(
        "{ \"name\": \"x\" }",
        expect![[r#"
        s.ron:1:1: expected opening `(`
        1 | { "name": "x" }
          | ^^^^^^^^^^^^^^^"#]],
    );
    check(
        "(name: \"x\", timeout: s(1)) and more",
        expect![[r#"
        s.ron:1:28: expected the end of the text after its value
        1 | (name: "x", timeout: s(1)) and more
          |                            ^"#]],
    );
}

#[test]
fn nesting_and_size_are_bounded() {
    let deep = format!("(name: {})", "[".repeat(10_000));
    assert!(Document::new("s.ron", deep).parse::<ron::Value>().unwrap_err().problem.contains("too deep"));
    let large = Document::new("s.ron", " ".repeat(DOCUMENT_OCTETS_MAX + 1));
    let expected = "s.ron:1:1: the file is larger than 8 MiB";
    assert_eq!(large.parse::<Scenario>().unwrap_err().to_string(), expected);
    assert_eq!(large.splice("a", "1").unwrap_err().to_string(), expected);
}

#[test]
fn a_place_is_that_of_the_value_or_of_the_deepest_one_above_it() {
    let document = Document::new("s.ron", "(a: [(b: 1), (b: 2)])");
    assert_eq!(document.at("a.1.b").text(), "2");
    assert_eq!(document.at("a.1.c").text(), "(b: 2)");
    assert_eq!(document.at("x.y").text(), document.source());
    expect![[r#"
        s.ron:1:10: odd
        1 | (a: [(b: 1), (b: 2)])
          |          ^
          = note: think"#]]
    .assert_eq(&document.at("a.0.b").problem("odd").note("think").to_string());
}

#[test]
fn unknown_name_of_many_lists_a_few_and_proposes_the_nearest() {
    let document = Document::new("s.ron", "(at: \"Koeln\")");
    let many: Vec<String> = (0..30).map(|i| format!("city {i}")).chain(["Köln".to_owned()]).collect();
    let diagnostic = document.at("at").unknown("node", "Koeln", many.iter().map(String::as_str));
    expect![[r#"
        s.ron:1:6: unknown node `Koeln`
        1 | (at: "Koeln")
          |      ^^^^^^^
          = allowed: city 0, city 1, city 2, city 3, city 4, city 5, city 6, city 7, city 8, city 9, city 10, city 11, … (31 in all)
          = did you mean `Köln`?"#]].assert_eq(&diagnostic.to_string());
}

#[test]
fn a_path_that_leads_nowhere() {
    let document = Document::new("s.ron", "(\n  proxies: (sites: 1, cores: 2))");
    expect![[r#"
        s.ron:2:12: path `proxies.sits.0`: there is no `sits` here
        2 |   proxies: (sites: 1, cores: 2))
          |            ^
          = allowed: sites, cores
          = did you mean `sites`?"#]]
    .assert_eq(&document.splice("proxies.sits.0", "3").unwrap_err().to_string());
    expect![[r#"
        s.ron:2:12: path `proxies.site`: there is no `site` here
        2 |   proxies: (sites: 1, cores: 2))
          |            ^
          = allowed: sites, cores
          = did you mean `sites`?"#]]
    .assert_eq(&document.locate("proxies.site").unwrap_err().to_string());
    expect![[r#"
        proxies.sites:1:2: expected the end of the text after its value
        1 | 3)
          |  ^"#]]
    .assert_eq(&document.splice("proxies.sites", "3)").unwrap_err().to_string());
    expect!["s.ron:1:1: path `a..b`: a path is a list of names with one dot between two of them"]
        .assert_eq(&document.splice("a..b", "3").unwrap_err().to_string());
    assert_eq!(
        document.splice("proxies.sites", "3").unwrap().source(),
        "(\n  proxies: (sites: 3, cores: 2))"
    );
}
