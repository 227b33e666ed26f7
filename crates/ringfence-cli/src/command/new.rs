//! `ringfence new`: a pack that works as it stands.

use std::path::PathBuf;

use clap::Args;
use ringfence_desk::{StartError, start};

use crate::exit::{Answer, Failure, Problem};
use crate::screen::Screen;

/// Write a new rule pack that works as it stands
///
/// It has a condition, a fund, a figure that policy may change, and three cases with their rulings. Its id and title
/// come from the folder, and nothing is written over.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence new rules/winter-beds/2026-27
  ringfence new winter-beds --title 'Winter beds grant' --year 2027-28")]
pub(crate) struct New {
    /// The folder of the pack; `winter-beds/2026-27` is of that year
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The title, where the name of the folder is not enough
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// The financial year of the scheme, such as `2026-27`, where the folder is not called after it
    #[arg(long, value_name = "YEAR")]
    year: Option<String>,
}

impl New {
    /// Writes the pack.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let shown = self.folder.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let shown = shown.trim_end_matches('/');
        let whole = std::path::absolute(&self.folder).map_err(|error| Problem::of(&error))?;
        let start = start(&whole, shown, self.title.as_deref(), self.year.as_deref()).map_err(|error| told(&error))?;
        start.write(&self.folder).map_err(|error| told(&error))?;
        screen.say(&format!("wrote `{}`, {}, with 3 cases and their rulings to {shown}", start.id, start.title));
        screen.say(&format!("next: ringfence test {shown}"));
        Ok(Answer::Yes)
    }
}

fn told(error: &StartError) -> Problem {
    let help = match error {
        StartError::NoName { .. } => Some("name the folder in words: `winter-beds`, or `winter-beds/2026-27`"),
        StartError::NoYear { .. } => Some("write the years that it falls in: `2026-27`"),
        StartError::Taken { .. } => Some("name a folder that is not there yet"),
        _ => None,
    };
    Problem::of(error).help(help.map(str::to_owned))
}
