//! `ringfence history`: what the packs of a folder asked and paid for, theme by theme and year by year.

use std::path::{Path, PathBuf};

use clap::Args;
use ringfence_reporting::history::{self, Scheme};

use super::check;
use crate::exit::{Answer, Failure};
use crate::inputs::{PACKS, compile};
use crate::screen::Screen;
use crate::words::counted;

/// Tell the history of the schemes in a folder, as Markdown: themes, changes, amounts, sources
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence history
  ringfence history rules --output docs/schemes.md")]
pub(crate) struct History {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = PACKS)]
    folder: PathBuf,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl History {
    /// Tells it.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut failure = Failure::default();
        let paths = check::find(&self.folder)?;
        let schemes: Vec<Scheme> = paths.iter().filter_map(|path| failure.gather(scheme(path))).collect();
        failure.or(())?;
        let output = self.output.as_deref();
        screen.deliver(&history::markdown(&schemes), output)?;
        if let Some(path) = output {
            screen.say(&format!("wrote the history of {} to `{}`", counted(schemes.len(), "scheme"), path.display()));
        }
        Ok(Answer::Yes)
    }
}

fn scheme(path: &Path) -> Result<Scheme, Failure> {
    let pack = compile(path)?;
    Ok(Scheme {
        path: path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"),
        title: pack.title().to_owned(),
        rules_on: pack.rules_on().to_owned(),
        years: pack.years().map(str::to_owned),
        outline: pack.outline(),
    })
}
