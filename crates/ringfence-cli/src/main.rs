//! The `ringfence` command: joins loaders, core and reporting.
//!
//! Data goes to standard output, talk to standard error. What could not be done whole leaves nothing on
//! standard output and no half a file.

mod command;
mod exit;
mod inputs;
mod progress;
mod screen;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::screen::{Screen, ScreenOptions};

/// Rules on the conditions attached to funding, and says why
///
/// A rule pack is a folder with a `pack.yaml`; a case is one recipient's evidence.
#[derive(Debug, Parser)]
#[command(
    name = "ringfence",
    version,
    max_term_width = 80,
    after_help = "Exit codes:
  0  done
  1  done, and the answer is no: a check found an error, or `--fail-on` holds
  2  could not do it

Example:
  ringfence evaluate rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    screen: ScreenOptions,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let screen = Screen::new(&arguments.screen);
    match arguments.command.run(&screen) {
        Ok(answer) => answer.into(),
        Err(failure) => {
            screen.fail(&failure);
            ExitCode::from(exit::COULD_NOT)
        }
    }
}
