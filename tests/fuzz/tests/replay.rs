//! Each earlier finding and each seed once more, and proof that every oracle bites. One test: the memory of one input can
//! only be judged while nothing else runs.

use std::time::Duration;

use fuzz::targets::TARGETS;
use fuzz::{Campaign, Finding, Target, attempt, grows_linearly, seeds_of};

#[test]
fn seeds_corpus_and_oracles() {
    for target in TARGETS {
        seeds_and_corpus_pass(target);
    }
    a_panic_is_found();
    hoarding_is_found();
    quadratic_time_is_found();
    a_campaign_repeats_itself();
}

fn seeds_and_corpus_pass(target: &Target) {
    let (seeds, _) = seeds_of(target);
    for seed in &seeds {
        if let Err(finding) = attempt(target, seed) {
            panic!("{}: {finding} for {}", target.name, seed.escape_ascii());
        }
    }
}

fn planted(run: fn(&[u8])) -> Target {
    Target { name: "planted", run, seeds: &[b"abc"], corpora: &[], tokens: &["x"] }
}

fn a_panic_is_found() {
    let target = planted(|octets| assert_ne!(octets.get(1), Some(&b'x')));
    let report = Campaign { target, time: Duration::from_secs(5), seed: 1, trace: None }.run();
    let (finding, input) = report.finding.expect("a planted panic is found");
    assert!(matches!(finding, Finding::Panic(_)) && input[1] == b'x', "{finding}");
}

fn hoarding_is_found() {
    let target =
        planted(|octets| drop(std::hint::black_box(Vec::<u8>::with_capacity(64 * octets.len() + 2_000_000))));
    assert!(matches!(attempt(&target, b"abc"), Err(Finding::Memory { .. })));
}

fn quadratic_time_is_found() {
    let target = planted(|octets| {
        let steps = octets.len() / 64;
        let squares: usize =
            (0..steps).flat_map(|i| (0..steps).map(move |j| std::hint::black_box(i ^ j))).sum();
        std::hint::black_box(squares);
    });
    let found = grows_linearly(&target, &[b"abc".to_vec()], 1, 1);
    assert!(matches!(found, Err((Finding::Growth { .. }, _))), "{found:?}");
    let linear = planted(|octets| {
        std::hint::black_box(octets.iter().map(|octet| u64::from(std::hint::black_box(*octet))).sum::<u64>());
    });
    grows_linearly(&linear, &[b"abc".to_vec()], 1, 1).expect("linear time is fine");
}

fn a_campaign_repeats_itself() {
    let seeds = [b"INVITE sip:a SIP/2.0\r\n\r\n".to_vec()];
    let inputs = |seed| {
        let mut mutator = fuzz::Mutator::new(seed, "again", &seeds, &["x"]);
        (0..200).map(|_| mutator.next_input()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    assert_ne!(inputs(1), inputs(2));
}
