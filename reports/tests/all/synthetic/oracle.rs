//! Comparisons with laws: no map, no service level, no calls.

use records::{
    CellRecord, ExperimentRecord, Factor, FactorLevel, LawCheck, LawTest, Measurement, MethodNote, Results,
    RunRecord,
};

use super::{Sequence, summarise};

const LOSSES: [f64; 5] = [0.0, 0.05, 0.1, 0.2, 0.5];

/// Five cells in two replications, each with three laws of which one is exact and one binomial.
pub(crate) fn results() -> Results {
    let label = |loss: f64| format!("{} %", loss * 100.0);
    let cells: Vec<CellRecord> = LOSSES
        .iter()
        .enumerate()
        .map(|(index, &loss)| CellRecord {
            cell: index as u32,
            factors: vec![FactorLevel { factor: "loss".into(), label: label(loss), value: Some(loss) }],
            laws: laws(loss, &format!("loss {}", label(loss))),
            ..CellRecord::default()
        })
        .collect();
    let mut runs = Vec::new();
    for (index, &loss) in LOSSES.iter().enumerate() {
        runs.extend((0..2).map(|replication| run(index as u32, replication, loss)));
    }
    let summary = cells
        .iter()
        .flat_map(|cell| {
            let pairs = [("loss".to_owned(), cell.factors[0].label.clone())];
            ["response_delay_ms", "success_ratio"].map(|metric| summarise(&runs, cell.cell, &pairs, metric))
        })
        .flatten()
        .collect();
    let experiment = ExperimentRecord {
        name: "loss-oracle".into(),
        question: "Do the transactions obey the laws of loss?".into(),
        answer: vec!["All 15 laws hold; the largest |z| is 1.62.".into()],
        version: "0.1.0".into(),
        seed: 1,
        digest: "ab".repeat(32),
        text: "(name: \"loss-oracle\")\n".into(),
        sha256: "cd".repeat(32),
        command: "siplab run loss-oracle".into(),
        arguments: "loss-oracle".into(),
        factors: vec![Factor {
            name: "loss".into(),
            unit: "each way".into(),
            labels: LOSSES.map(label).to_vec(),
            values: LOSSES.to_vec(),
        }],
        cells,
        replications: 2,
        duration_ns: 3_600_000_000_000,
        method: vec![MethodNote {
            heading: "Set-up".into(),
            text: "One client, one server, one link of 100 ms there and back.".into(),
        }],
        ..ExperimentRecord::default()
    };
    Results::new(experiment, runs, summary)
}

fn laws(loss: f64, place: &str) -> Vec<LawCheck> {
    let success = (1.0 - loss) * (1.0 - loss);
    let expected = 1.0 - (1.0 - success).powi(11);
    let check = |quantity: &str, simulated: f64, expected: f64, test: LawTest, source: &str| LawCheck {
        place: place.into(),
        law: "non-INVITE over loss".into(),
        quantity: quantity.into(),
        simulated,
        expected,
        n: 100_000,
        test,
        passed: true,
        source: source.into(),
    };
    let sigma = 0.31;
    vec![
        check(
            "response_delay_ms",
            100.0 + 900.0 * loss + 0.5,
            100.0 + 900.0 * loss,
            LawTest::Normal { sigma, z: 0.5 / sigma, limit: 4.0 },
            "RFC 3261 17.1.2.2, geometric series",
        ),
        check("delay_off_support", 0.0, 0.0, LawTest::Exact, "RFC 3261 17.1.2.2"),
        check(
            "success_ratio",
            expected,
            expected,
            LawTest::Binomial { probability: 0.42, limit: 6e-5 },
            "RFC 3261 17.1.2.2",
        ),
    ]
}

fn run(cell: u32, replication: u32, loss: f64) -> RunRecord {
    let mut sequence = Sequence(u64::from(cell * 10 + replication));
    let delays = (0..2000)
        .map(|_| {
            let mut at = 100_000_000u64;
            let mut interval = 500_000_000;
            while sequence.next() < 1.0 - (1.0 - loss) * (1.0 - loss) {
                at += interval;
                interval = (interval * 2).min(4_000_000_000);
            }
            at
        })
        .collect();
    let mut record = RunRecord { cell, replication, digest: format!("{cell:064x}"), ..RunRecord::default() };
    record.metrics.insert("response_delay_ms".into(), Measurement::Samples(delays));
    record
        .metrics
        .insert("success_ratio".into(), Measurement::Ratio { hits: 2000 - u64::from(loss > 0.3), of: 2000 });
    record
}
