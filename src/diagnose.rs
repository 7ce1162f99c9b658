//! Diagnostics for people and for programs.
//!
//! The first line of each is `file:line:column: problem` everywhere. On a terminal the line at fault follows as a drawing
//! by ariadne, in colour unless `NO_COLOR` is set; elsewhere as plain text that is the same on every machine.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use ariadne::{CharSet, Color, Config, IndexType, Label, Report, ReportKind, Source};
use topologies::text::{Diagnostic, Diagnostics};

/// Lines longer than this many characters are shown in part, as plain text.
const DRAWN_CHARS_MAX: usize = 160;

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Drawn, in colour.
    Coloured,
    /// Drawn, without colour.
    Drawn,
    /// As text.
    Plain,
}

/// Writes the diagnostics to standard error.
pub(crate) fn show(diagnostics: &Diagnostics) {
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let look = match (io::stderr().is_terminal(), colour) {
        (true, true) => Look::Coloured,
        (true, false) => Look::Drawn,
        (false, _) => Look::Plain,
    };
    eprintln!("{}", shown(diagnostics, look));
}

fn shown(diagnostics: &Diagnostics, look: Look) -> String {
    if look == Look::Plain {
        return harmless(&diagnostics.to_string());
    }
    let mut text = String::new();
    for (i, diagnostic) in diagnostics.iter().enumerate() {
        text.push_str(if i == 0 { "" } else { "\n" });
        text.push_str(&drawn(diagnostic, look));
    }
    let more = diagnostics.len() - diagnostics.iter().count();
    if more > 0 {
        text.push_str(&format!("\nand {more} more"));
    }
    text.trim_end().to_owned()
}

/// The line at fault, and the octets at fault in it.
struct Excerpt {
    line: String,
    at: std::ops::Range<usize>,
}

impl Excerpt {
    /// `None` when there is no line to show, or too much of it.
    fn of(diagnostic: &Diagnostic) -> Option<Excerpt> {
        let (source, span) = (&diagnostic.source, &diagnostic.span);
        let begin = source[..span.start].rfind('\n').map_or(0, |end| end + 1);
        let line = source[begin..].lines().next().filter(|line| !line.trim().is_empty())?;
        // A span may begin behind the line: at its end, or at the carriage return before it.
        let start = (span.start - begin).min(line.len());
        let end = span.end.saturating_sub(begin).clamp(start, line.len());
        let drawable = line.chars().count() <= DRAWN_CHARS_MAX;
        // Harmless characters may be longer: places are counted in what is shown.
        let (before, width) = (harmless(&line[..start]).len(), harmless(&line[start..end]).len());
        drawable.then(|| Excerpt { line: harmless(line), at: before..before + width })
    }
}

fn drawn(diagnostic: &Diagnostic, look: Look) -> String {
    let Some(excerpt) = Excerpt::of(diagnostic) else { return harmless(&diagnostic.to_string()) + "\n" };
    let file = harmless(&diagnostic.file);
    let colour = look == Look::Coloured;
    let config =
        Config::default().with_color(colour).with_char_set(CharSet::Unicode).with_index_type(IndexType::Byte);
    // Empty lines before it give the line its number.
    let above = "\n".repeat(diagnostic.line - 1);
    let place = (file.clone(), above.len() + excerpt.at.start..above.len() + excerpt.at.end);
    let label = Label::new(place.clone()).with_color(Color::Red);
    let label = match &diagnostic.suggestion {
        Some(name) => label.with_message(format!("did you mean `{}`?", harmless(name))),
        None => label.with_message("here"),
    };
    let mut report = Report::build(ReportKind::Error, place).with_config(config).with_label(label);
    if !diagnostic.allowed.is_empty() {
        report.set_help(format!("allowed: {}", harmless(&diagnostic.allowed.join(", "))));
    }
    report.with_notes(diagnostic.notes.iter().map(|note| harmless(note)));
    let source = Source::from(above + &excerpt.line);
    let mut octets = Vec::new();
    match report.finish().write((file, source), &mut octets) {
        Ok(()) => headed(diagnostic, &String::from_utf8_lossy(&octets), look),
        Err(_) => harmless(&diagnostic.to_string()) + "\n",
    }
}

/// The drawing with our own first line in the place of ariadne's.
fn headed(diagnostic: &Diagnostic, drawing: &str, look: Look) -> String {
    let place = format!("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
    let (place, problem) = (harmless(&place), harmless(&diagnostic.problem));
    let mut text = match look {
        Look::Coloured => format!("\u{1b}[1m{place}: \u{1b}[31m{problem}\u{1b}[0m\n"),
        Look::Drawn | Look::Plain => format!("{place}: {problem}\n"),
    };
    for line in drawing.lines().skip(1) {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The text without characters that would command a terminal.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const TEXT: &str = "(\n    name: \"Köln\",\n    warm_up: s(2),\n)";

    fn unknown_field() -> Diagnostic {
        let at = TEXT.find("warm_up").unwrap();
        Diagnostic::new("e.ron", TEXT, at..at + 7, "unknown field `warm_up`")
            .allow(["name", "warmup"])
            .suggest("warm_up", ["name", "warmup"])
            .note("a note")
    }

    #[test]
    fn a_drawing_begins_with_the_line_that_programs_read() {
        expect![[r#"
            e.ron:3:5: unknown field `warm_up`
               ╭─[ e.ron:3:5 ]
               │
             3 │     warm_up: s(2),
               │     ───┬───
               │        ╰───── did you mean `warmup`?
               │
               │ Help: allowed: name, warmup
               │
               │ Note: a note
            ───╯"#]]
        .assert_eq(&shown(&unknown_field().into(), Look::Drawn));
    }

    #[test]
    fn plain_text_has_carets_and_the_same_first_line() {
        let plain = shown(&unknown_field().into(), Look::Plain);
        let drawn = shown(&unknown_field().into(), Look::Drawn);
        assert_eq!(plain.lines().next(), drawn.lines().next());
        assert!(plain.contains("^^^^^^^"));
    }

    #[test]
    fn only_the_coloured_look_has_colours() {
        let looks = [Look::Coloured, Look::Drawn, Look::Plain];
        let escapes = looks.map(|look| shown(&unknown_field().into(), look).contains('\u{1b}'));
        assert_eq!(escapes, [true, false, false]);
    }

    #[test]
    fn every_place_of_a_text_can_be_drawn() {
        let text = "(\r\n\tname: \"Kö\u{1b}ln\", // ünder\n\n)";
        for start in 0..=text.len() + 1 {
            for end in start..=text.len() + 1 {
                let one = Diagnostic::new("e.ron", text, start..end, "wrong");
                let drawn = shown(&one.clone().into(), Look::Drawn);
                let place = format!("e.ron:{}:{}: wrong", one.line, one.column);
                assert_eq!(drawn.lines().next(), Some(place.as_str()));
                assert!(!drawn.contains('\u{1b}'), "{start}..{end}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_shown_in_part() {
        let text = "x".repeat(100_000);
        let drawn = shown(&Diagnostic::new("e.ron", &text, 50_000..50_001, "wrong").into(), Look::Drawn);
        assert!(drawn.len() < 1_000 && drawn.contains('^'));
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let mut many = Diagnostics::new();
        (0..30).for_each(|_| many.push(unknown_field()));
        for look in [Look::Drawn, Look::Plain] {
            assert!(shown(&many, look).ends_with("and 5 more"), "{look:?}");
        }
    }
}
