//! `siplab list`: what is built in, a line each.

use records::{METRICS, MetricInfo, Unit};
use topologies::Radio;
use topologies::schema::DuplexFile;

use crate::cli::{List, Listed};
use crate::ending::{Ending, Failure};
use crate::output::print;

pub(crate) fn list(options: &List) -> Result<Ending, Failure> {
    let text = match options.what {
        Some(what) => lines(what),
        None => everything(),
    };
    print(&text)?;
    Ok(Ending::Met)
}

fn everything() -> String {
    let sections = [
        ("experiments", Listed::Experiments),
        ("topologies", Listed::Topologies),
        ("radios", Listed::Radios),
        ("metrics", Listed::Metrics),
    ];
    sections.map(|(heading, what)| format!("{heading}\n{}", indented(&lines(what)))).join("\n")
}

fn lines(what: Listed) -> String {
    match what {
        Listed::Experiments => {
            let all = experiments::builtin::builtins().iter();
            columns(&all.map(|one| [one.name, one.summary]).collect::<Vec<_>>())
        }
        Listed::Topologies => {
            let all = topologies::builtins().iter();
            columns(&all.map(|one| [one.name, one.summary]).collect::<Vec<_>>())
        }
        Listed::Radios => {
            let rows: Vec<[String; 4]> = topologies::radios().iter().map(radio).collect();
            columns(&rows.iter().map(|row| row.each_ref().map(String::as_str)).collect::<Vec<_>>())
        }
        Listed::Metrics => columns(&METRICS.iter().map(metric).collect::<Vec<_>>()),
    }
}

fn radio(radio: &Radio) -> [String; 4] {
    let rates = format!("{} up, {} down", radio.up.label(), radio.down.label());
    let shared = match radio.duplex {
        DuplexFile::Full => "",
        DuplexFile::Half => ", half duplex",
    };
    [
        radio.name.clone(),
        rates,
        format!("{} round trip{shared}", radio.round_trip.label()),
        radio.source.clone(),
    ]
}

fn metric(info: &MetricInfo) -> [&str; 4] {
    let unit = match info.unit() {
        Unit::Ratio => "0…1",
        Unit::Count => "1",
        other => other.symbol(),
    };
    [info.name, unit, info.source, info.definition]
}

/// Lines whose columns, but the last, are as wide as their widest word.
fn columns<const N: usize>(rows: &[[&str; N]]) -> String {
    let chars = |text: &str| text.chars().count();
    let width = |column: usize| rows.iter().map(|row| chars(row[column])).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[&str; N]| {
        let cells = row.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_one_line_with_unit_and_source() {
        let text = lines(Listed::Metrics);
        assert_eq!(text.lines().count(), METRICS.len());
        let delay = text.lines().find(|line| line.starts_with("post_dial_delay_ms ")).unwrap();
        assert!(delay.contains(" ms ") && delay.contains("RFC 6076 4.3.1"), "{delay}");
    }

    #[test]
    fn columns_stand_under_each_other() {
        assert_eq!(columns(&[["a", "long", "x"], ["bcd", "ü", "y"]]), "a    long  x\nbcd  ü     y\n");
    }
}
