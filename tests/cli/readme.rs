//! The README tells the truth.

use super::harness::Bench;

const README: &str = include_str!("../../README.md");

/// The code blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let begun = README.split(&fence).skip(1);
    begun.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The block of an experiment's name.
fn experiment(name: &str) -> String {
    let name = format!("name: \"{name}\",");
    blocks("ron").into_iter().find(|block| block.contains(&name)).expect(&name)
}

/// A folder with the regression and its golden ladder, which is the sample without the notes on its right.
fn regression() -> Bench {
    let sample = &blocks("text")[0];
    let ladder = |line: &str| match line.rfind('|') {
        Some(end) => format!("{}\n", &line[..=end]),
        None => format!("{line}\n"),
    };
    let bench = Bench::with("lost-invite.ron", experiment("lost-invite"));
    bench.put("lost-invite.ladder", sample.lines().map(ladder).collect::<String>());
    bench
}

#[test]
fn the_first_sample_is_what_flow_prints() {
    let said = regression().siplab("flow lost-invite.ron").ended(0);
    let sample = &blocks("text")[0];
    assert!(said.out.ends_with(sample.as_str()), "{}\nis not the end of\n{}", sample, said.out);
}

#[test]
fn the_regression_without_rust_passes_and_can_fail() {
    let bench = regression();
    bench.siplab("run lost-invite.ron").ended(0);
    bench.put(
        "lost-invite.ron",
        experiment("lost-invite").replace("message: \"INVITE\"", "message: \"REFER\""),
    );
    bench.siplab("run lost-invite.ron").ended(1);
}

#[test]
fn the_scenario_that_reads_like_a_sentence_runs() {
    let bench = Bench::with("slow-core.ron", experiment("slow-core"));
    bench.siplab("check slow-core.ron").ended(0);
    bench.siplab("run slow-core.ron --replications 1").ended(0);
}

#[test]
fn the_rust_example_is_the_one_that_the_harness_tests() {
    let documented = include_str!("../flow/src/lib.rs");
    let lines = documented.lines().filter_map(|line| line.strip_prefix("//!"));
    let plain: String = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned() + "\n").collect();
    let example = &blocks("rust")[0];
    assert!(plain.contains(example.as_str()), "not in the documentation of crate flow:\n{example}");
}

#[test]
fn the_table_of_verbs_is_that_of_the_command() {
    let help = Bench::new().siplab("--help").ended(0).out;
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let verbs =
        commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let mut offered: Vec<&str> = verbs.filter_map(|line| line.split_whitespace().next()).collect();
    offered.retain(|verb| *verb != "help");
    let rows = README.lines().filter_map(|line| line.strip_prefix("| `siplab "));
    let listed: Vec<&str> = rows.filter_map(|row| row.split([' ', '`']).next()).collect();
    assert_eq!(listed, offered);
}

#[test]
fn options_of_the_readme_exist() {
    let bench = Bench::new();
    let help = ["run", "check", "flow", "inspect", "import"]
        .map(|verb| bench.siplab(&format!("{verb} --help")).ended(0).out);
    let words = README.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    let foreign = ["--release", "--workspace"];
    let is_option = |word: &str| word.starts_with("--") && !word.starts_with("---") && word.len() > 2;
    for option in words.filter(|word| is_option(word) && !foreign.contains(word)) {
        assert!(help.iter().any(|text| text.contains(option)), "{option}");
    }
}
