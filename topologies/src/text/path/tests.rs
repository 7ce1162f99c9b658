use sim_api::{Seed, Stream};

use super::*;

const SOURCE: &str = r#"(
    proxies: (cores: 4, sites: central("Köln")),
    workload: (calls: demands(per_subscriber: per_h(4)), holding: Some((mean: s(90)))),
    population: [(lines: 1), (lines: 2, at: {"Köln": 7})],
    topology: inline((links: [(loss: percent(0)), (rate: 1)])), // last
)"#;

fn found(path: &str) -> Vec<&'static str> {
    locate(SOURCE, path).unwrap().into_iter().map(|span| &SOURCE[span]).collect()
}

#[test]
fn a_path_leads_through_variants_options_lists_and_maps() {
    assert_eq!(found("proxies.sites"), ["central(\"Köln\")"]);
    assert_eq!(found("proxies.sites.0"), ["\"Köln\""]);
    assert_eq!(found("workload.calls.per_subscriber"), ["per_h(4)"]);
    assert_eq!(found("workload.holding.mean"), ["s(90)"]);
    assert_eq!(found("population.1.lines"), ["2"]);
    assert_eq!(found("population.*.lines"), ["1", "2"]);
    assert_eq!(found("population.1.at.Köln"), ["7"]);
    assert_eq!(found("topology.links.0.loss"), ["percent(0)"]);
}

#[test]
fn a_step_that_leads_nowhere_says_what_is_there() {
    let error = |path| locate(SOURCE, path).unwrap_err();
    let missing = error("proxies.sits");
    assert_eq!(missing.to_string(), "there is no `sits` here");
    assert_eq!(missing.suggestion().as_deref(), Some("sites"));
    let PathError::Missing { present, at, .. } = missing else { panic!("{missing:?}") };
    assert_eq!(present, ["cores", "sites"]);
    assert!(SOURCE[at].starts_with("(cores: 4"));
    assert!(matches!(error("population.2.lines"), PathError::Missing { step, .. } if step == "2"));
    assert!(matches!(error("proxies.cores.x"), PathError::Missing { present, .. } if present.is_empty()));
    assert!(matches!(error("topology.links.*.loss"), PathError::Missing { .. }), "one of them has none");
    assert_eq!(error("a..b"), PathError::EmptyStep);
    assert_eq!(error(""), PathError::EmptyStep);
    assert!(matches!(locate("(a: ", "a"), Err(PathError::Source(_))));
}

#[test]
fn splicing_replaces_each_value_and_nothing_else() {
    let text = splice(SOURCE, "population.*.lines", " 3 ").unwrap();
    assert_eq!(text, SOURCE.replace("lines: 1", "lines: 3").replace("lines: 2", "lines: 3"));
    let text = splice(SOURCE, "proxies.sites", "regional([\"Ulm\", \"Trier\"])").unwrap();
    assert_eq!(text, SOURCE.replace("central(\"Köln\")", "regional([\"Ulm\", \"Trier\"])"));
}

#[test]
fn splicing_gives_a_struct_the_field_that_it_lacks() {
    let text = splice(SOURCE, "topology.links.*.loss", "percent(1)").unwrap();
    let expected = "links: [(loss: percent(1)), (rate: 1, loss: percent(1))]";
    assert!(text.contains(expected), "{text}");
    assert_eq!(splice("(a: 1, /* c */)", "b", "2").unwrap(), "(a: 1, b: 2, /* c */)");
    assert_eq!(splice("( )", "b", "2").unwrap(), "( b: 2)");
    assert_eq!(splice("(d: x())", "d.b", "2").unwrap(), "(d: x(b: 2))");
    for (source, path) in [("(a: [1])", "a.b"), ("(a: 1)", "a.b"), ("(1, 2)", "b"), ("(a: 1)", "2")] {
        assert!(matches!(splice(source, path, "2"), Err(PathError::Missing { .. })), "{source} {path}");
    }
}

#[test]
fn a_spliced_value_cannot_reach_beyond_its_place() {
    for value in ["", "1, b: 2", "1) (", "(1", "\"x", "1 /*", "#![enable(x)] 1"] {
        assert!(matches!(splice("(a: 0)", "a", value), Err(PathError::Value(_))), "{value}");
    }
    assert_eq!(splice("(a: 0, b: 1)", "a", "2 // two").unwrap(), "(a: 2 // two\n, b: 1)");
}

#[test]
fn what_is_located_in_a_random_text_is_what_serde_sees_there() {
    for seed in 0..300 {
        let mut writer = Writer::new(seed);
        let source = writer.document();
        let whole = view(&source);
        for (path, text) in &writer.values {
            let spans = locate(&source, path).unwrap_or_else(|error| panic!("{path} in {source}: {error}"));
            assert_eq!(spans.len(), 1, "{path} in {source}");
            assert_eq!(&source[spans[0].clone()], text, "{path} in {source}");
            assert_eq!(Some(&view(text)), descend(&whole, path), "{path} in {source}");
        }
    }
}

#[test]
fn what_is_spliced_into_a_random_text_is_what_serde_sees_there() {
    for seed in 0..300 {
        let mut writer = Writer::new(seed);
        let source = writer.document();
        let chosen = writer.draws.below(writer.values.len() as u64) as usize;
        let path = writer.values[chosen].0.clone();
        let others: Vec<String> = writer.values.iter().map(|(path, _)| path.clone()).collect();
        let value = Writer::new(seed + 1000).value("", 2);
        let spliced = splice(&source, &path, &value).unwrap();
        let (before, after) = (view(&source), view(&spliced));
        assert_eq!(descend(&after, &path), Some(&view(&value)), "{path} = {value} in {source}");
        let apart = |other: &&String| {
            let within = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
            !within(other, &path) && !within(&path, other)
        };
        for other in others.iter().filter(apart) {
            assert_eq!(descend(&after, other), descend(&before, other), "{other} in {spliced}");
        }
    }
}

fn view(source: &str) -> ron::Value {
    ron::from_str(source).unwrap_or_else(|error| panic!("{error} in {source}"))
}

/// The value at `path` as serde sees it.
fn descend<'a>(value: &'a ron::Value, path: &str) -> Option<&'a ron::Value> {
    path.split('.').try_fold(value, |value, step| match value {
        ron::Value::Map(map) => map.get(&ron::Value::String(step.to_owned())),
        ron::Value::Seq(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Writes random RON and remembers which text stands at which path.
struct Writer {
    draws: Stream,
    values: Vec<(String, String)>,
}

impl Writer {
    fn new(seed: u64) -> Writer {
        Writer { draws: Seed::new(seed).stream("ron"), values: Vec::new() }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.draws.below(from.len() as u64) as usize]
    }

    fn document(&mut self) -> String {
        let (before, fields, after) = (self.blank(), self.fields("", 3), self.blank());
        format!("{before}{fields}{after}")
    }

    fn blank(&mut self) -> &'static str {
        self.pick(&["", " ", "\n\t", "/* ) \" /* [ */ */", " // ', (\n", "\u{2028}"])
    }

    fn atom(&mut self) -> String {
        let atoms = [
            "0",
            "-1.5e3",
            "0xff",
            "true",
            "()",
            "\"\"",
            "\"a\\\")é\"",
            "r#\"\\\"(\"#",
            "'\\''",
            "'('",
            "b\"]\"",
        ];
        self.pick(&atoms).to_owned()
    }

    fn value(&mut self, path: &str, depth: u32) -> String {
        let kind = if depth == 0 { 0 } else { self.draws.below(5) };
        let text = match kind {
            0 => self.atom(),
            1 => {
                let fields = self.fields(path, depth);
                format!("{}{fields}", self.pick(&["", "Name", "r#type"]))
            }
            2 => self.sequence(path, depth, ["[", "]"]),
            3 => self.sequence(path, depth, ["(", ")"]),
            _ => self.map(path, depth),
        };
        self.values.push((path.to_owned(), text.clone()));
        text
    }

    fn fields(&mut self, path: &str, depth: u32) -> String {
        let names = ["a", "per_h", "größe", "_x"];
        self.container(path, depth, ["(", ")"], &names, |name| format!("{name}:"))
    }

    fn sequence(&mut self, path: &str, depth: u32, brackets: [&str; 2]) -> String {
        self.container(path, depth, brackets, &["0", "1", "2"], |_| String::new())
    }

    fn map(&mut self, path: &str, depth: u32) -> String {
        self.container(path, depth, ["{", "}"], &["k", "Köln", "x-y"], |name| format!("{name:?} :"))
    }

    /// At least two elements: a tuple of one is transparent.
    fn container(
        &mut self,
        path: &str,
        depth: u32,
        [open, close]: [&str; 2],
        names: &[&str],
        prefix: fn(&str) -> String,
    ) -> String {
        let count = 2 + self.draws.below(names.len() as u64 - 1) as usize;
        let mut text = open.to_owned();
        for (i, name) in names.iter().take(count).enumerate() {
            let inner = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
            let element = self.value(&inner, depth - 1);
            let comma = if i + 1 < count { "," } else { self.pick(&["", ","]) };
            text += &[self.blank(), &prefix(name), self.blank(), &element, self.blank(), comma].concat();
        }
        text + self.blank() + close
    }
}
