//! `ringfence report`: what a meeting, a finance system and an auditor need, in one folder.

use std::path::PathBuf;

use clap::Args;
use ringfence_reporting::portfolio::Portfolio;

use super::evaluate::{Format, portfolio, say_not_believed};
use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{Basis, Inputs};
use crate::screen::Screen;
use crate::words::{counted, listed};

/// Rule on cases once, and write it all into a folder, in several forms
///
/// The forms are those of `ringfence evaluate --format`, and hold the same rulings. All files are written, or none.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence report rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml --output england/
  ringfence report rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml --output england/ \\
      --formats pdf,csv --letters pdf")]
pub(crate) struct Report {
    #[command(flatten)]
    inputs: Inputs,
    /// Rule on this case only. Repeatable
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    #[command(flatten)]
    basis: Basis,
    /// The folder, which is made if it is not there; what is in it otherwise stays
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
    /// The forms, with commas between them
    #[arg(long, value_enum, value_name = "FORMATS", value_delimiter = ',', default_value = USUAL)]
    formats: Vec<Format>,
    /// Write a letter to each recipient, too, into the folder `letters` within it. `ringfence letter` has more to choose
    #[cfg(feature = "letters")]
    #[arg(long, value_enum, value_name = "FORMAT")]
    letters: Option<super::letter::Format>,
}

/// The forms where none are chosen.
#[cfg(feature = "pdf")]
const USUAL: &str = "html,xlsx,pdf,json";
#[cfg(not(feature = "pdf"))]
const USUAL: &str = "html,xlsx,json";

/// A file with its place in the folder.
type File = (PathBuf, Vec<u8>);

impl Report {
    /// Rules on the cases and writes the files.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let rulings = self.inputs.load(screen)?.rulings(&self.case, &self.basis, screen)?;
        let portfolio = portfolio(rulings)?;
        let mut files = self.forms(&portfolio, screen)?;
        let names: Vec<String> = files.iter().map(|(name, _)| name.display().to_string()).collect();
        let letters = self.letters(&portfolio, screen)?;
        let count = letters.len();
        files.extend(letters);
        screen.deliver_all(&files, &self.output)?;
        let rulings = counted(portfolio.rulings().len(), "ruling");
        let names = listed(names.iter().map(String::as_str));
        let letters = if count == 0 { String::new() } else { format!("; {} in `letters`", counted(count, "letter")) };
        screen.say(&format!("wrote {rulings} to `{}`: {names}{letters}", self.output.display()));
        let rejected = portfolio.rejected();
        say_not_believed(rejected.figures, rejected.recipients, screen);
        Ok(Answer::Yes)
    }

    fn forms(&self, portfolio: &Portfolio, screen: &Screen) -> Result<Vec<File>, Problem> {
        let usual = if portfolio.rulings().len() == 1 { "ruling" } else { "portfolio" };
        let mut files: Vec<File> = Vec::new();
        for format in &self.formats {
            let (name, ending) = format.file_name();
            let name = PathBuf::from(format!("{}.{ending}", name.unwrap_or(usual)));
            if files.iter().any(|(known, _)| *known == name) {
                continue;
            }
            screen.progress(&format!("writing {}", name.display()));
            let written = format.of(portfolio, screen.layout(Some(&self.output)));
            screen.progress("");
            files.push((name, written?));
        }
        Ok(files)
    }

    #[cfg(feature = "letters")]
    fn letters(&self, portfolio: &Portfolio, screen: &Screen) -> Result<Vec<File>, Problem> {
        let Some(format) = self.letters else { return Ok(Vec::new()) };
        screen.progress("writing letters");
        let letters = super::letter::Writing::usual(format).all(portfolio.rulings());
        screen.progress("");
        Ok(letters?.into_iter().map(|(name, letter)| (PathBuf::from("letters").join(name), letter)).collect())
    }

    #[cfg(not(feature = "letters"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it is as with the feature")]
    fn letters(&self, _: &Portfolio, _: &Screen) -> Result<Vec<File>, Problem> {
        Ok(Vec::new())
    }
}
