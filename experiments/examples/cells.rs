//! Runs the cells of a built-in experiment once each and prints what they cost: `cells NAME [FIRST [LAST]]`.

use std::time::Instant;

use experiments::assemble::Laboratory;
use experiments::plan::Plan;
use experiments::runner::RunCell;
use topologies::text::NoFiles;

#[expect(clippy::disallowed_methods, reason = "an example that measures reads the clock, outside the run")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("smoke", String::as_str);
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse().ok());
    let document = experiments::builtin::builtin(name).expect("a built-in experiment");
    let plan = Plan::load(&document, &[], &NoFiles).expect("built-in experiments are sound");
    let (first, last) = (number(1).unwrap_or(0), number(2).unwrap_or(usize::MAX));
    for cell in plan.cells.iter().skip(first).take(last.saturating_sub(first).saturating_add(1)) {
        let begin = Instant::now();
        let record = match Laboratory.run(cell, plan.seed().of_replication(0), 0) {
            Ok(record) => record,
            Err(error) => {
                println!("{:3} {}: {error}", cell.index, cell.title());
                continue;
            }
        };
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "{:3} {}: {seconds:.2} s, {} events, {:.0} ns each, {}",
            cell.index,
            cell.title(),
            record.events,
            seconds * 1e9 / record.events as f64,
            &record.digest[..16]
        );
        for (metric, measurement) in &record.metrics {
            if let Some(value) = measurement.scalar(metric) {
                let p95 =
                    measurement.quantile(metric, 0.95).map_or(String::new(), |p95| format!(", p95 {p95:.3}"));
                println!("      {metric:45} {value:.5}{p95}, n {}", measurement.n());
            }
        }
        for law in &record.laws {
            println!("      {law:?}");
        }
    }
}
