use expect_test::expect;

use super::*;

#[test]
fn the_column_counts_characters_not_octets() {
    let source = "(name: \"Köln\", x: 1)";
    let diagnostic = Diagnostic::new("f", source, source.find("x:").unwrap()..source.len() - 1, "odd");
    assert_eq!((diagnostic.line, diagnostic.column), (1, 16));
    expect![[r#"
        f:1:16: odd
        1 | (name: "Köln", x: 1)
          |                ^^^^"#]]
    .assert_eq(&diagnostic.to_string());
}

#[test]
fn carets_stay_on_the_first_line_of_a_long_span() {
    let source = "(\r\n\ta: [\r\n  1,\r\n])";
    expect![[r#"
        f:2:5: odd
        2 |  a: [
          |     ^"#]]
    .assert_eq(&Diagnostic::new("f", source, 7..source.len(), "odd").to_string());
}

#[test]
fn a_very_long_line_is_shown_in_part() {
    let source = format!("{}x{}", "é".repeat(100_000), "é".repeat(100_000));
    let at = source.find('x').unwrap();
    let text = Diagnostic::new("f", &source, at..at + 1, "odd").to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "f:1:100001: odd");
    assert!(lines[1].chars().count() < 170);
    let caret = lines[2].chars().position(|c| c == '^').unwrap();
    assert_eq!(lines[1].chars().nth(caret), Some('x'));
}

#[test]
fn a_span_outside_the_text_is_moved_to_its_end() {
    let diagnostic = Diagnostic::new("f", "é", 1..77, "odd");
    assert_eq!(diagnostic.span, 0..2);
    assert_eq!(Diagnostic::new("f", "(\n", 9..9, "odd").line, 2);
}

#[test]
fn more_diagnostics_than_anyone_reads_are_counted() {
    let mut all = Diagnostics::new();
    for i in 0..DIAGNOSTICS_MAX + 7 {
        all.push(Diagnostic::of_file("f", format!("problem {i}")));
    }
    assert_eq!((all.iter().count(), all.len()), (DIAGNOSTICS_MAX, DIAGNOSTICS_MAX + 7));
    assert!(all.to_string().ends_with("f:1:1: problem 24\n\nand 7 more"));
    assert!(all.into_result(()).is_err());
    assert_eq!(Diagnostics::new().into_result(5), Ok(5));
}

#[test]
fn the_nearest_name_is_near_or_none() {
    let names = ["Köln", "Bonn", "Berlin", "Bern"];
    assert_eq!(nearest("Koeln", names).as_deref(), Some("Köln"));
    assert_eq!(nearest("berlin", names).as_deref(), Some("Berlin"));
    assert_eq!(nearest("Berln", names).as_deref(), Some("Berlin"));
    assert_eq!(nearest("Stuttgart", names), None);
    assert_eq!(nearest("x", ["y"]), None, "one letter is no likeness");
}
