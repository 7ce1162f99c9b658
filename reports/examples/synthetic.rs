//! Draws the reports of two experiments that never ran, for looking at them: `cargo run --example synthetic -- DIR`.

#[path = "../tests/all/synthetic/mod.rs"]
mod synthetic;

fn main() -> std::io::Result<()> {
    let dir =
        std::env::args_os().nth(1).map_or_else(|| std::env::temp_dir().join("siplab-synthetic"), Into::into);
    for results in [synthetic::calls::results(), synthetic::oracle::results()] {
        let folder = dir.join(&results.experiment.name);
        std::fs::create_dir_all(&folder)?;
        for plot in reports::plots(&results) {
            std::fs::write(folder.join(format!("{}.svg", plot.name)), plot.svg)?;
            println!("{}: {}", plot.title, plot.caption);
        }
        for (index, record) in results.runs.iter().flat_map(|run| &run.ladders).take(3).enumerate() {
            std::fs::write(folder.join(format!("ladder-{index}.svg")), reports::ladder_svg(&record.ladder))?;
        }
        for map in reports::maps(&results) {
            std::fs::write(folder.join(format!("{}.svg", map.name)), map.svg)?;
            println!("{}: {}", map.title, map.caption);
        }
    }
    Ok(())
}
