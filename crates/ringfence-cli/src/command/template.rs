//! `ringfence template`: a return to fill in, made from a rule pack.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringfence_loaders::case;
use ringfence_reporting::template;

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{compile, read_cases};
use crate::screen::Screen;

/// Write a return to fill in, as a workbook, for the evidence that a rule pack asks for
///
/// Only the cells to fill in can be changed, and they take only what the pack can use. A filled return is a case:
/// `ringfence evaluate PACK return.xlsx`. What is wrong in it is told by sheet and cell.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence template rules/better-care-fund/2015-16 --output return.xlsx
  ringfence template rules/better-care-fund/2015-16 \\
      --case plan.yaml --output return.xlsx")]
pub(crate) struct Template {
    /// The folder of a rule pack
    #[arg(value_name = "PACK")]
    pack: PathBuf,
    /// A file with the case whose figures are filled in already
    #[arg(long, value_name = "FILE")]
    case: Option<PathBuf>,
    /// How the return is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An Excel workbook
    #[default]
    Xlsx,
}

impl Template {
    /// Writes the return.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let Format::Xlsx = self.format;
        let pack = compile(&self.pack).map_err(Failure::without_warnings)?;
        let documents = self.case.as_ref().map(|path| case::load(path)).transpose()?.unwrap_or_default();
        let (cases, mistakes) = read_cases(&pack, &documents);
        if !mistakes.is_empty() {
            return Err(mistakes.into());
        }
        if let Some(path) = self.case.as_ref().filter(|_| cases.len() > 1) {
            let message = format!("`{}` holds {} cases, and a return is of one", path.display(), cases.len());
            return Err(Problem::new(message).help("put the case into a file of its own".to_owned()).into());
        }
        let bytes = template::workbook(&pack, cases.first()).map_err(|error| Problem::of(&error))?;
        screen.deliver_bytes(&bytes, self.output.as_deref())?;
        Ok(Answer::Yes)
    }
}
