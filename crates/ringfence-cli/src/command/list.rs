//! `ringfence list`: which rule packs there are.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringfence_reporting::packs::{self, PackSummary};

use super::check;
use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{PACKS, compile};
use crate::screen::{Layout, Screen};

/// List the rule packs in a folder, and what they rule on
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence list
  ringfence list rules/better-care-fund --format json")]
pub(crate) struct List {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = PACKS)]
    folder: PathBuf,
    /// How the list is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// A JSON array
    Json,
}

impl List {
    /// Lists the packs.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut failure = Failure::default();
        let paths = check::find(&self.folder)?;
        let listed: Vec<PackSummary> = paths.iter().filter_map(|path| failure.gather(listed(path))).collect();
        failure.or(())?;
        screen.deliver(&self.format.render(&listed, screen.layout(None))?, None)?;
        Ok(Answer::Yes)
    }
}

fn listed(path: &Path) -> Result<PackSummary, Failure> {
    let shown = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let failure = match compile(path) {
        Ok(pack) => {
            return Ok(PackSummary {
                path: shown,
                id: pack.id().to_owned(),
                title: pack.title().to_owned(),
                version: pack.version().to_owned(),
                years: pack.years().map(str::to_owned),
                rules_on: pack.rules_on().to_owned(),
                errors: 0,
            });
        }
        Err(failure) => failure,
    };
    let errors = check::invalid(failure)?.iter().filter(|mistake| mistake.is_error()).count();
    Ok(broken(shown, errors))
}

/// A pack that cannot be used. What its file says of it is not to be relied on.
fn broken(path: String, errors: usize) -> PackSummary {
    let rules_on = format!("nothing yet: see `ringfence check {path}`");
    PackSummary { id: String::new(), title: String::new(), version: String::new(), years: None, rules_on, errors, path }
}

impl Format {
    fn render(self, listed: &[PackSummary], layout: Layout) -> Result<String, Problem> {
        match self {
            Self::Text => Ok(packs::list(listed, layout.width, layout.colour)),
            Self::Json => packs::list_json(listed).map_err(|error| Problem::of(&error)),
        }
    }
}
