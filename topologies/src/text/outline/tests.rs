use super::super::scan::{DEPTH_MAX, ScanErrorKind};
use super::*;

/// The texts of the values directly inside the root.
fn inside(source: &str) -> Vec<&str> {
    let outline = Outline::scan(source).unwrap();
    outline.root.children().map(|value| &source[value.span.clone()]).collect()
}

fn refused(source: &str) -> (ScanErrorKind, &str) {
    let error = Outline::scan(source).unwrap_err();
    (error.kind, &source[error.at])
}

#[test]
fn brackets_in_strings_characters_and_comments_are_text() {
    let source = r####"( ")", '(', '\'', "\")", r"\", r##"" "# )"##, b"(", br#"""#, b')', /* ) /* ( */ ] */ 1, // )
        2 )"####;
    let expected =
        ["\")\"", "'('", r"'\''", r#""\")""#, r#"r"\""#, "r##\"\" \"# )\"##", "b\"(\"", "br#\"\"\"#", "b')'"];
    assert_eq!(inside(source)[..9], expected);
    assert_eq!(inside(source)[9..], ["1", "2"]);
}

#[test]
fn numbers_and_names_end_where_the_parser_ends_them() {
    let expected = ["-1.5e-3", "0x1F", "1_000u64", "+inf", ".5", "NaN", "b7", "r8", "r#type.x"];
    assert_eq!(inside("[-1.5e-3,0x1F, 1_000u64 , +inf,.5,NaN,b7,r8,r#type.x]"), expected);
}

#[test]
fn a_value_begins_with_the_name_of_its_variant() {
    assert_eq!(inside("(a: demands (x: 1), b: none, c: ms(5),)"), ["demands (x: 1)", "none", "ms(5)"]);
    assert_eq!(inside("#![enable(implicit_some)] Named(a: Some(1))"), ["Some(1)"]);
    assert_eq!(inside("{ \"k\": 1, 'c': (2) }"), ["\"k\"", "1", "'c'", "(2)"]);
}

#[test]
fn what_is_wrong_is_found_where_it_stands() {
    assert_eq!(refused("(a: [1, 2)"), (ScanErrorKind::ExpectedComma, ")"));
    assert_eq!(refused("(a: [1, 2]"), (ScanErrorKind::UnclosedBracket, "("));
    assert_eq!(refused("(a: 1, [2"), (ScanErrorKind::ExpectedName, "["));
    assert_eq!(refused("[1 2]"), (ScanErrorKind::ExpectedComma, "2"));
    assert_eq!(refused("(a: 1, b 2)"), (ScanErrorKind::ExpectedColon, "2"));
    assert_eq!(refused("[\"a, 1]"), (ScanErrorKind::UnclosedString, "\""));
    assert_eq!(refused("[r#\"a\", 1]"), (ScanErrorKind::UnclosedString, "r"));
    assert_eq!(refused("[1 /* a /* b */ ]"), (ScanErrorKind::UnclosedComment, "/*"));
    assert_eq!(refused("[1] 2"), (ScanErrorKind::Trailing, "2"));
    assert_eq!(refused(" "), (ScanErrorKind::ExpectedValue, ""));
    assert_eq!(refused("[é§]"), (ScanErrorKind::ExpectedComma, "§"));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Outline::scan(&nested(DEPTH_MAX)).is_ok());
    assert_eq!(Outline::scan(&nested(DEPTH_MAX + 1)).unwrap_err().kind, ScanErrorKind::TooDeep);
    assert_eq!(Outline::scan(&nested(1_000_000)).unwrap_err().kind, ScanErrorKind::TooDeep);
}

#[test]
fn no_cut_of_a_text_makes_the_scanner_panic() {
    let source = r##"(a: "x\"é", b: [1, r#"ü"#], c: { 'k': v(1, /* ö */ 2) }, // end
        d: Some(b"\x00"))"##;
    let cuts = source.char_indices().map(|(at, _)| at);
    for at in cuts {
        let _ = Outline::scan(&source[..at]);
        let _ = Outline::scan(&source[at..]);
        let _ = Outline::scan(&format!("{}{}", &source[..at], &source[at..].replacen(|_| true, "", 1)));
    }
}

#[test]
fn the_value_at_an_octet_is_the_one_that_begins_or_ends_there() {
    let source = "(a: ms(20), b: [1])";
    let outline = Outline::scan(source).unwrap();
    let at = |octet: usize| &source[outline.value_at(octet).span.clone()];
    assert_eq!([at(4), at(10), at(9), at(16)], ["ms(20)", "ms(20)", "20", "1"]);
    let around = |octet: usize| &source[outline.container_of(octet).span.clone()];
    assert_eq!([around(1), around(8), around(16)], [source, "ms(20)", "[1]"]);
}
