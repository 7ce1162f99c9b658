//! Draws the reports of two experiments that never ran, for looking at them: `cargo run --example synthetic -- DIR`.

#[path = "../tests/all/synthetic/mod.rs"]
mod synthetic;

fn main() -> std::io::Result<()> {
    let dir =
        std::env::args_os().nth(1).map_or_else(|| std::env::temp_dir().join("siplab-synthetic"), Into::into);
    for results in [synthetic::calls::results(), synthetic::oracle::results()] {
        let folder = dir.join(&results.experiment.name);
        std::fs::create_dir_all(&folder)?;
        let written = reports::write(&folder, &results)?;
        println!("{}{}", reports::terminal_summary(&results), written.report.display());
    }
    Ok(())
}
