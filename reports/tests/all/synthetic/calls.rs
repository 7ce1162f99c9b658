//! Routing strategies in a network of some German cities.

use std::collections::BTreeMap;

use records::{
    Arrow, Bound, CellRecord, DelayTotals, ElementKind, ElementLoad, ExpectationResult, ExperimentRecord,
    Factor, FactorLevel, Histogram, Ladder, LadderRecord, LadderRole, MapLink, MapNode, Mark, Measurement,
    MethodNote, NetworkMap, Outlier, Results, RunRecord, ServiceLevelCell, ServiceLevelResult, Statistic,
};

use super::{Sequence, summarise};

const STRATEGIES: [(&str, &[&str]); 3] = [
    ("central", &["Frankfurt"]),
    ("regional", &["Berlin", "Hamburg", "Köln", "München"]),
    ("shared", &["Berlin", "Frankfurt"]),
];
const LOSSES: [(&str, f64); 3] = [("0 %", 0.0), ("0.1 %", 0.001), ("1 %", 0.01)];
const LOADS: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
const REPLICATIONS: u32 = 4;
const CALLS: usize = 250;

/// City, degrees north, degrees east, size.
const CITIES: [(&str, f64, f64, f64); 22] = [
    ("Aachen", 50.76, 6.04, 240.0),
    ("Berlin", 52.52, 13.39, 2600.0),
    ("Bremen", 53.11, 8.85, 520.0),
    ("Dortmund", 51.51, 7.45, 800.0),
    ("Dresden", 51.03, 13.73, 480.0),
    ("Düsseldorf", 51.25, 6.77, 900.0),
    ("Erfurt", 50.98, 11.04, 220.0),
    ("Essen", 51.46, 7.02, 820.0),
    ("Frankfurt", 50.12, 8.71, 1900.0),
    ("Freiburg", 47.98, 7.8, 260.0),
    ("Hamburg", 53.57, 9.99, 1700.0),
    ("Hannover", 52.38, 9.72, 700.0),
    ("Karlsruhe", 49.01, 8.41, 420.0),
    ("Kassel", 51.32, 9.51, 230.0),
    ("Kiel", 54.34, 10.12, 250.0),
    ("Köln", 50.94, 6.87, 1500.0),
    ("Leipzig", 51.34, 12.38, 640.0),
    ("Mannheim", 49.49, 8.49, 460.0),
    ("München", 48.15, 11.57, 1800.0),
    ("Nürnberg", 49.57, 11.03, 650.0),
    ("Regensburg", 49.0, 12.09, 210.0),
    ("Stuttgart", 48.74, 9.1, 1000.0),
];

const LINKS: [(&str, &str); 33] = [
    ("Aachen", "Köln"),
    ("Aachen", "Düsseldorf"),
    ("Berlin", "Hamburg"),
    ("Berlin", "Hannover"),
    ("Berlin", "Leipzig"),
    ("Berlin", "Dresden"),
    ("Bremen", "Hamburg"),
    ("Bremen", "Hannover"),
    ("Bremen", "Dortmund"),
    ("Dortmund", "Essen"),
    ("Dortmund", "Hannover"),
    ("Dortmund", "Köln"),
    ("Dresden", "Leipzig"),
    ("Düsseldorf", "Essen"),
    ("Düsseldorf", "Köln"),
    ("Erfurt", "Leipzig"),
    ("Erfurt", "Kassel"),
    ("Erfurt", "Nürnberg"),
    ("Frankfurt", "Kassel"),
    ("Frankfurt", "Köln"),
    ("Frankfurt", "Mannheim"),
    ("Frankfurt", "Nürnberg"),
    ("Freiburg", "Karlsruhe"),
    ("Hamburg", "Hannover"),
    ("Hamburg", "Kiel"),
    ("Hannover", "Kassel"),
    ("Karlsruhe", "Mannheim"),
    ("Karlsruhe", "Stuttgart"),
    ("Leipzig", "Nürnberg"),
    ("München", "Nürnberg"),
    ("München", "Regensburg"),
    ("München", "Stuttgart"),
    ("Nürnberg", "Regensburg"),
];

/// 36 cells in 4 replications, with a map, service levels, ladders and outliers.
pub(crate) fn results() -> Results {
    let cells = cells();
    let mut runs = Vec::new();
    for cell in &cells {
        runs.extend((0..REPLICATIONS).map(|replication| run(cell, replication)));
    }
    let metrics: Vec<String> = runs[0].metrics.keys().cloned().collect();
    let summary = cells
        .iter()
        .flat_map(|cell| {
            metrics.iter().filter_map(|metric| summarise(&runs, cell.cell, &pairs(cell), metric))
        })
        .collect();
    let experiment = ExperimentRecord {
        name: "national-calls".into(),
        question: "Which routing strategy carries the national load with the lowest post-dial delay, at the same total \
                   CPU?"
            .into(),
        answer: vec![
            "With the same total CPU, the central proxy meets p95 ≤ 2 s up to 4 calls per subscriber and hour (p95 118 ms \
             [112, 124]) and fails at 8."
                .into(),
            "Regional proxies meet it up to 2: the Köln proxy carries most calls and fills first (97 % busy).".into(),
        ],
        version: "0.1.0".into(),
        seed: 7,
        digest: "5f".repeat(32),
        text: "(\n    name: \"national-calls\",\n    // <b>the text as it was read</b>\n    replications: 4,\n)\n".into(),
        sha256: "c0".repeat(32),
        command: "siplab run national-calls --seed 7".into(),
        arguments: "national-calls --seed 7".into(),
        factors: factors(),
        service_levels: service_levels(&cells, &runs),
        cells,
        replications: REPLICATIONS,
        duration_ns: 240_000_000_000,
        warmup_ns: 120_000_000_000,
        network: Some(network()),
        method: method(),
        ..ExperimentRecord::default()
    };
    Results::new(experiment, runs, summary)
}

fn factors() -> Vec<Factor> {
    let labels = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect();
    vec![
        Factor {
            name: "routing".into(),
            unit: String::new(),
            labels: labels(&STRATEGIES.map(|s| s.0)),
            values: vec![],
        },
        Factor {
            name: "loss".into(),
            unit: "per link".into(),
            labels: labels(&LOSSES.map(|l| l.0)),
            values: LOSSES.map(|l| l.1).to_vec(),
        },
        Factor {
            name: "load".into(),
            unit: "calls per subscriber and hour".into(),
            labels: LOADS.map(|load| format!("{load}/h")).to_vec(),
            values: LOADS.to_vec(),
        },
    ]
}

fn cells() -> Vec<CellRecord> {
    let mut cells = Vec::new();
    for (strategy, _) in STRATEGIES {
        for (loss, share) in LOSSES {
            for load in LOADS {
                let level =
                    |factor: &str, label: String, value| FactorLevel { factor: factor.into(), label, value };
                cells.push(CellRecord {
                    cell: cells.len() as u32,
                    factors: vec![
                        level("routing", strategy.into(), None),
                        level("loss", loss.into(), Some(share)),
                        level("load", format!("{load}/h"), Some(load)),
                    ],
                    ..CellRecord::default()
                });
            }
        }
    }
    cells[0].expectations.push(ExpectationResult {
        expected: "session_establishment_ratio ≥ 0.9".into(),
        observed: "session_establishment_ratio = 0.943".into(),
        passed: true,
    });
    cells
}

fn pairs(cell: &CellRecord) -> Vec<(String, String)> {
    cell.factors.iter().map(|level| (level.factor.clone(), level.label.clone())).collect()
}

/// How busy the sites of a strategy are, the busiest first.
fn site_loads(strategy: usize, load: f64) -> Vec<(&'static str, f64)> {
    let (_, sites) = STRATEGIES[strategy];
    let skew: &[f64] = match sites.len() {
        1 => &[1.0],
        2 => &[1.01, 0.99],
        _ => &[0.8, 0.7, 1.75, 0.75],
    };
    sites.iter().zip(skew).map(|(site, skew)| (*site, (0.145 * load * skew).min(0.995))).collect()
}

fn run(cell: &CellRecord, replication: u32) -> RunRecord {
    let strategy = STRATEGIES.iter().position(|s| Some(s.0) == cell.label("routing")).unwrap();
    let loss = cell.factors[1].value.unwrap();
    let load = cell.factors[2].value.unwrap();
    let mut sequence = Sequence(u64::from(replication) * 1_000_003 + 17);
    let sites = site_loads(strategy, load);
    let (mut delays, mut delay) = (Histogram::new(), DelayTotals::default());
    for index in 0..CALLS {
        let busy = sites[index % sites.len()].1;
        let service = sequence.exponential(4.5) * 4.0;
        let waiting = sequence.exponential(4.5 * busy / (1.0 - busy)) * 4.0;
        let lost = if sequence.next() < loss * 12.0 { 500.0 } else { 0.0 };
        let distance = 2.0 + 3.0 * sequence.next();
        let parts = [distance, 0.07, waiting, service, lost].map(|ms| (ms * 1e6) as u64);
        delays.record(parts.iter().sum());
        delay.record(parts);
    }
    let failed =
        if sites.iter().any(|site| site.1 > 0.9) { CALLS as u64 / 9 } else { u64::from(loss > 0.005) };
    let mut metrics = BTreeMap::new();
    let of = CALLS as u64;
    metrics.insert(
        "answer_time_ms".into(),
        Measurement::Samples(delays.buckets().map(|b| b.lowest + 8_000_000_000).collect()),
    );
    metrics.insert(
        "busy_ratio".into(),
        Measurement::Ratio { hits: (load * 3.0) as u64 + u64::from(replication), of },
    );
    metrics.insert("call_attempts".into(), Measurement::Value(CALLS as f64 * load + f64::from(replication)));
    metrics.insert(
        "goodput_cps".into(),
        Measurement::Value(load * 5.5 - failed as f64 / 50.0 + sequence.next() * 0.1),
    );
    metrics.insert("ineffective_session_attempts_ratio".into(), Measurement::Ratio { hits: failed, of });
    metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(delays));
    metrics.insert(
        "retransmissions_per_call".into(),
        Measurement::Value(12.0 * loss + failed as f64 / 90.0 + sequence.next() * 0.01),
    );
    metrics.insert(
        "session_establishment_ratio".into(),
        Measurement::Ratio { hits: of - failed - (load * 3.0) as u64, of },
    );
    RunRecord {
        cell: cell.cell,
        replication,
        seed: u64::from(replication) + 7000,
        events: 190_000 * load as u64,
        digest: format!("{:064x}", cell.cell * 100 + replication),
        simulated_ns: 400_000_000_000,
        measured_ns: 240_000_000_000,
        metrics,
        elements: elements(&sites, load),
        delay,
        ladders: if cell.cell % 12 == 3 { ladders() } else { Vec::new() },
        outliers: vec![Outlier {
            call: format!("{}-{replication}@koeln.example", cell.cell),
            metric: "post_dial_delay_ms".into(),
            value: Some(1000.0 * load + f64::from(cell.cell)),
            outcome: "answered".into(),
        }],
        ..RunRecord::default()
    }
}

fn elements(sites: &[(&str, f64)], load: f64) -> Vec<ElementLoad> {
    let element = |name: String, kind, utilisation| ElementLoad {
        name,
        kind,
        utilisation,
        queue_max: (utilisation * 40.0) as u64,
        offered: (utilisation * 1e5) as u64,
        refused: u64::from(utilisation > 0.9) * 812,
        lost: 0,
    };
    let hosts = sites.iter().map(|(site, busy)| {
        element(format!("proxy-{}", site.to_lowercase()), ElementKind::Host { at: (*site).into() }, *busy)
    });
    let links = LINKS.iter().enumerate().flat_map(|(index, (a, b))| {
        let utilisation = load * 0.0004 * (1.0 + (index * 7 % 11) as f64);
        [(a, b), (b, a)].map(|(from, to)| {
            let kind = ElementKind::Link { from: (*from).into(), to: (*to).into() };
            element(format!("{from}-{to}"), kind, utilisation)
        })
    });
    hosts.chain(links).collect()
}

fn network() -> NetworkMap {
    NetworkMap {
        source: "some cities of SNDlib's germany50".into(),
        nodes: CITIES
            .iter()
            .map(|&(name, latitude, longitude, weight)| MapNode {
                name: name.into(),
                latitude,
                longitude,
                weight,
            })
            .collect(),
        links: LINKS.iter().map(|&(a, b)| MapLink { a: a.into(), b: b.into() }).collect(),
    }
}

fn service_levels(cells: &[CellRecord], runs: &[RunRecord]) -> Vec<ServiceLevelResult> {
    let standing = |cell: &CellRecord| {
        let of_cell = runs.iter().filter(|run| run.cell == cell.cell);
        let each: Vec<f64> = of_cell
            .filter_map(|run| run.metrics["post_dial_delay_ms"].quantile("post_dial_delay_ms", 0.95))
            .collect();
        let value = each.iter().sum::<f64>() / each.len() as f64;
        let interval = (value * 0.93, value * 1.07);
        ServiceLevelCell {
            cell: cell.cell,
            value: Some(value),
            interval: Some(interval),
            judged: cell.label("loss") == Some("0 %") && cell.label("load") == Some("1/h"),
            passed: interval.1 <= 500.0,
        }
    };
    vec![ServiceLevelResult {
        metric: "post_dial_delay_ms".into(),
        statistic: Statistic::Quantile(0.95),
        bound: Bound::AtMost,
        limit: 500.0,
        confidence: 0.95,
        cells: cells.iter().map(standing).collect(),
    }]
}

fn method() -> Vec<MethodNote> {
    let note = |heading: &str, text: &str| MethodNote { heading: heading.into(), text: text.into() };
    vec![
        note(
            "Topology",
            "22 German cities and 33 links at 1 Gbit/s with 100 ms of queue; fibre is great-circle distance × 1.2 at 5 µs/km.",
        ),
        note(
            "Population",
            "20,000 subscribers, apportioned to the demand of their city; one line each, 486 when it is busy.",
        ),
        note(
            "Processors",
            "4 cores in all at 18 ms a message: scaled down so that saturation falls inside the grid; a real core is hundreds of times faster.",
        ),
        note("Left out", "Media, TCP, NAT. Users never redial."),
    ]
}

/// A typical call, a slow one with a lost INVITE, and one that fails.
pub(crate) fn ladders() -> Vec<LadderRecord> {
    const MS: u64 = 1_000_000;
    let mut typical = Ladder::new(["u17 köln", "proxy-köln", "proxy-münchen", "u4 münchen"]);
    typical.origin_ns = 130_000 * MS;
    let mut at = typical.origin_ns;
    let script = [
        (0, 1, "INVITE"),
        (1, 0, "100"),
        (1, 2, "INVITE"),
        (2, 1, "100"),
        (2, 3, "INVITE"),
        (3, 2, "180"),
        (2, 1, "180"),
        (1, 0, "180"),
        (3, 2, "200"),
        (2, 1, "200"),
        (1, 0, "200"),
        (0, 3, "ACK"),
    ];
    for (index, (from, to, label)) in script.into_iter().enumerate() {
        if index == 8 {
            at += 7_900 * MS;
        }
        let mut arrow = Arrow::sent(at, from, to, label).arrived(at + 3 * MS);
        arrow.note = format!(
            "{label} sip:u4@muenchen.example SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{index}"
        );
        typical.arrows.push(arrow);
        at += 5 * MS;
    }
    let mut slow = Ladder::new(["u1 berlin", "proxy-frankfurt", "u9 hamburg"]);
    slow.arrows = vec![
        Arrow::sent(0, 0, 1, "INVITE").arrived(4 * MS),
        Arrow::sent(22 * MS, 1, 0, "100").arrived(26 * MS),
        Arrow::sent(22 * MS, 1, 2, "INVITE").lost(23 * MS, "loss on Frankfurt–Hannover"),
        Arrow::sent(522 * MS, 1, 2, "INVITE").lost(523 * MS, "loss on Frankfurt–Hannover"),
        Arrow::sent(1522 * MS, 1, 2, "INVITE").arrived(1527 * MS),
        Arrow::sent(1528 * MS, 2, 1, "180").arrived(1533 * MS),
        Arrow::sent(1551 * MS, 1, 0, "180").arrived(1555 * MS),
    ];
    slow.arrows[3].retransmission = 1;
    slow.arrows[4].retransmission = 2;
    slow.marks = [522, 1522].map(|ms| Mark { at_ns: ms * MS, lane: 1, label: "timer A".into() }).to_vec();
    let mut failed = Ladder::new(["u3 kiel", "proxy-köln"]);
    failed.arrows = [0u64, 500, 1500, 3500, 7500, 15500, 31500]
        .into_iter()
        .enumerate()
        .map(|(copy, ms)| {
            let mut arrow = Arrow::sent(ms * MS, 0, 1, "INVITE")
                .lost(ms * MS + 2 * MS, "refused by proxy-köln: queue full");
            arrow.retransmission = copy as u32;
            arrow
        })
        .collect();
    failed.marks = vec![Mark { at_ns: 32_000 * MS, lane: 0, label: "timer B".into() }];
    let record = |role, call: &str, outcome: &str, delay_ms, ladder| LadderRecord {
        role,
        call: call.into(),
        outcome: outcome.into(),
        delay_ms,
        ladder,
    };
    vec![
        record(
            LadderRole::Typical,
            "a84b4c76e66710@koeln.example",
            "answered after 7.98 s, rang after 38 ms",
            Some(38.0),
            typical,
        ),
        record(LadderRole::Slowest, "f81d4fae@berlin.example", "rang after 1.56 s", Some(1555.0), slow),
        record(LadderRole::FirstFailed, "9b2e@kiel.example", "408 after 32 s", None, failed),
    ]
}
