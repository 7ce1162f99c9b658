//! `siplab completions`: the completion script of a shell.

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::ending::{Ending, Failure};
use crate::output::print;

pub(crate) fn completions(options: &Completions) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "siplab", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Met)
}
