//! What the values of a factor are called.

use topologies::text::Document;
use topologies::unit::{CallRate, Chance, Distance, Rate, Size, Span, SpanDistribution};

use crate::schema::Factor;

/// One level of a factor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) value: Option<f64>,
}

/// The levels of `factor` and the unit of their values, which is empty when they are no numbers of one unit.
///
/// Labels are those that the factor gives, else short forms of its values: `0.1 %` for `percent(0.1)`, `regional` for
/// `regional([…])` when no other value begins alike.
pub(super) fn of(factor: &Factor) -> (Vec<Level>, String) {
    let readings: Vec<Option<Reading>> = factor.values.iter().map(|raw| Reading::of(raw.text())).collect();
    let unit = common_unit(&readings);
    let words: Vec<String> = factor.values.iter().map(|raw| short(raw.text())).collect();
    let levels = factor.values.iter().zip(readings).enumerate().map(|(i, (raw, reading))| Level {
        text: raw.text().to_owned(),
        value: unit.and(reading.as_ref().map(|reading| reading.number)),
        label: match (factor.labels.get(i), reading) {
            (Some(label), _) => label.clone(),
            (None, Some(reading)) => reading.label,
            (None, None) => {
                let alone = words.iter().filter(|word| **word == words[i]).count() == 1;
                if alone { words[i].clone() } else { raw.text().to_owned() }
            }
        },
    });
    (
        levels.collect(),
        if factor.unit.is_empty() { unit.unwrap_or("").to_owned() } else { factor.unit.clone() },
    )
}

/// The level that `text` names: by its value as the file writes it, or by its label in quotation marks.
pub(super) fn find<'a>(levels: &'a [Level], text: &str) -> Option<&'a Level> {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    levels
        .iter()
        .find(|level| bare(&level.text) == bare(text))
        .or_else(|| levels.iter().find(|level| text.trim_matches('"') == level.label))
}

/// A value that is a number with a unit.
struct Reading {
    number: f64,
    /// The name of the unit in the file, such as `percent`.
    form: String,
    unit: &'static str,
    label: String,
}

impl Reading {
    fn of(text: &str) -> Option<Reading> {
        if let Ok(number) = text.replace('_', "").parse::<f64>() {
            return Some(Reading { number, form: String::new(), unit: "", label: text.to_owned() });
        }
        let (form, rest) = text.split_once('(')?;
        let number: f64 = rest.strip_suffix(')')?.trim().replace('_', "").parse().ok()?;
        let document = Document::new("", text);
        let label = document
            .parse::<Span>()
            .map(Span::label)
            .or_else(|_| document.parse::<Chance>().map(Chance::label))
            .or_else(|_| document.parse::<CallRate>().map(CallRate::label))
            .or_else(|_| document.parse::<Rate>().map(Rate::label))
            .or_else(|_| document.parse::<Size>().map(Size::label))
            .or_else(|_| document.parse::<Distance>().map(Distance::label))
            .ok()?;
        Some(Reading { number, form: form.trim().to_owned(), unit: unit(form.trim()), label })
    }
}

/// The sign of a unit, by its name in the file.
fn unit(form: &str) -> &'static str {
    match form {
        "percent" => "%",
        "per_million" => "per million",
        "per_s" => "/s",
        "per_min" => "/min",
        "per_h" => "/h",
        "ns" => "ns",
        "us" => "µs",
        "ms" => "ms",
        "s" => "s",
        "min" => "min",
        "h" => "h",
        "bps" => "bit/s",
        "kbps" => "kbit/s",
        "mbps" => "Mbit/s",
        "gbps" => "Gbit/s",
        "octets" => "octets",
        "kib" => "KiB",
        "km" => "km",
        _ => "",
    }
}

/// The unit of all values; `None` unless all are numbers written alike.
fn common_unit(readings: &[Option<Reading>]) -> Option<&'static str> {
    let first = readings.first()?.as_ref()?;
    let alike =
        |reading: &Option<Reading>| reading.as_ref().is_some_and(|reading| reading.form == first.form);
    readings.iter().all(alike).then_some(first.unit)
}

/// The short form of a value that is no number: the name of its variant, or the string without its quotation marks.
fn short(text: &str) -> String {
    if let Ok(distribution) = Document::new("", text).parse::<SpanDistribution>() {
        return distribution.label();
    }
    let name = text.split('(').next().unwrap_or(text).trim();
    if name.is_empty() { text.to_owned() } else { name.trim_matches('"').replace('_', " ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(factor: &str) -> (Vec<String>, Vec<Option<f64>>, String) {
        let factor: Factor = Document::new("test", factor).parse().unwrap();
        let (levels, unit) = of(&factor);
        (levels.iter().map(|l| l.label.clone()).collect(), levels.iter().map(|l| l.value).collect(), unit)
    }

    #[test]
    fn numbers_of_one_unit_are_numbers_on_an_axis() {
        let (labels, values, unit) =
            labels(r#"(name: "loss", set: "x", values: [percent(0), percent(0.1), percent(1)])"#);
        assert_eq!(labels, ["0 %", "0.1 %", "1 %"]);
        assert_eq!(values, [Some(0.0), Some(0.1), Some(1.0)]);
        assert_eq!(unit, "%");
    }

    #[test]
    fn numbers_of_different_units_are_categories() {
        let (labels, values, unit) = labels(r#"(name: "d", set: "x", values: [ms(100), s(1)])"#);
        assert_eq!(
            (labels.as_slice(), values.as_slice()),
            (&["100 ms".into(), "1 s".into()][..], &[None, None][..])
        );
        assert_eq!(unit, "");
    }

    #[test]
    fn variants_are_called_by_their_name_when_it_tells_them_apart() {
        let (words, _, _) = labels(
            r#"(name: "r", set: "x", values: [central("A"), regional(["A", "B"]), gilbert_elliott(a: 1)])"#,
        );
        assert_eq!(words, ["central", "regional", "gilbert elliott"]);
        let (words, _, _) = labels(r#"(name: "r", set: "x", values: [central("A"), central("B")])"#);
        assert_eq!(words, [r#"central("A")"#, r#"central("B")"#]);
    }

    #[test]
    fn labels_of_the_file_come_first_and_find_their_level() {
        let factor =
            r#"(name: "r", set: "x", values: [central("A"), central("B")], labels: ["west", "east"])"#;
        let factor: Factor = Document::new("test", factor).parse().unwrap();
        let (levels, _) = of(&factor);
        assert_eq!(find(&levels, "\"east\"").map(|level| level.text.as_str()), Some("central(\"B\")"));
        assert_eq!(find(&levels, "central( \"A\" )").map(|level| level.label.as_str()), Some("west"));
        assert_eq!(find(&levels, "central(\"C\")"), None);
    }
}
