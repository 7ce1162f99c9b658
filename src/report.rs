//! `siplab report`: the report of an output folder, drawn again from its records alone.

use experiments::output::Folder;

use crate::cli::Report;
use crate::ending::{Ending, Failure};
use crate::output::print;

pub(crate) fn report(options: &Report) -> Result<Ending, Failure> {
    let results = Folder::read(&options.folder)?;
    let written = reports::write(&options.folder, &results)
        .map_err(|error| Failure::Incomplete(format!("the report cannot be written: {error}")))?;
    print(&format!("{}\n", written.report.display()))?;
    Ok(Ending::Met)
}
