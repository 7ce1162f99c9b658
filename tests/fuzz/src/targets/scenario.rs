//! Scenario files.

use experiments::plan::Plan;
use topologies::Topology;
use topologies::text::{Document, NoFiles};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "scenario",
    run,
    seeds: &[
        include_bytes!("../../../../experiments/smoke.ron"),
        include_bytes!("../../../../experiments/lost-invite.ron"),
        include_bytes!("../../../../experiments/queue-oracle.ron"),
        include_bytes!("../../../../topologies/two-hosts.ron"),
    ],
    corpora: &[],
    tokens: &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "/*",
        "*/",
        "//",
        "r#\"",
        "Some(",
        "s(1)",
        "per_h(1e308)",
        "NaN",
        "inf",
        "-1",
        "1e999",
        "'",
        "\\u{110000}",
        "factors: [",
        "((((((((",
        "[[[[[[[[",
    ],
};

fn run(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let document = Document::new("scenario.ron", text);
    let wrong = [Plan::load(&document, &[], &NoFiles).err(), Topology::load(&document, &NoFiles).err()];
    for diagnostics in wrong.into_iter().flatten() {
        assert!(!diagnostics.is_empty(), "a refusal says why");
    }
}
