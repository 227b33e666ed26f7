//! `ringfence evaluate`: rules on cases.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_reporting::portfolio::{Portfolio, PortfolioError};
use ringfence_reporting::{csv, html, json, json_lines, markdown, text};

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{Basis, Inputs};
use crate::screen::{Layout, Screen};
use crate::words::{counted, listed};

/// Rule on cases
///
/// One case gives a ruling, several give a portfolio: totals, counts and each recipient.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence evaluate rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml
  ringfence evaluate rules/better-care-fund/2015-16 case.yaml \\
      --known-by 2015-08-31 --format json
  ringfence evaluate rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml --format html --output england.html")]
pub(crate) struct Evaluate {
    #[command(flatten)]
    inputs: Inputs,
    /// Rule on this case only. Repeatable
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    #[command(flatten)]
    basis: Basis,
    /// How the rulings are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 if any finding has one of these outcomes; `undetermined` is also money that is not decided
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One web page that needs no network: drawings, tables that sort, and every reason
    Html,
    /// One JSON document
    Json,
    /// A ruling a line
    Jsonl,
    /// A workbook with formulas that add it up again
    Xlsx,
    /// A4 pages, with text that can be selected and read aloud
    #[cfg(feature = "pdf")]
    Pdf,
    /// A row for each recipient, fund and tranche
    Csv,
    /// A row for each recipient and condition
    CsvFindings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A condition is not satisfied
    Unmet,
    /// Missing evidence could change a finding or an amount
    Undetermined,
    /// A person has yet to decide
    Pending,
}

impl FailOn {
    fn holds(self, ruling: &Ruling) -> bool {
        let any = |outcome| ruling.findings.iter().any(|finding| finding.outcome == outcome);
        let is_open = || {
            let mut funds = ruling.funds.iter();
            funds.any(|fund| fund.amount.is_none() || !fund.dispositions.undetermined.is_zero())
        };
        match self {
            Self::Unmet => any(Outcome::Unmet),
            Self::Undetermined => any(Outcome::Undetermined) || is_open(),
            Self::Pending => any(Outcome::Pending),
        }
    }
}

impl Evaluate {
    /// Rules on the cases and writes the rulings.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let rulings = self.inputs.load()?.rulings(&self.case, &self.basis)?;
        let count = rulings.len();
        let failing = self.failing(&rulings);
        let output = self.output.as_deref();
        let bytes = self.format.render(rulings, screen.layout(output))?;
        screen.deliver_bytes(&bytes, output)?;
        if let Some(path) = output {
            screen.say(&format!("wrote {} to `{}`", counted(count, "ruling"), path.display()));
        }
        if failing.is_empty() {
            return Ok(Answer::Yes);
        }
        let ids = listed(failing.iter().map(String::as_str));
        screen.say(&format!("`--fail-on` holds for {} of {}: {ids}", failing.len(), counted(count, "case")));
        Ok(Answer::No)
    }

    /// The ids of the cases that the user asked to fail on.
    fn failing(&self, rulings: &[Ruling]) -> Vec<String> {
        let failing = rulings.iter().filter(|ruling| self.fail_on.iter().any(|fail_on| fail_on.holds(ruling)));
        failing.map(|ruling| ruling.case.id.clone()).collect()
    }
}

impl Format {
    /// Whether it has each ruling by itself, and adds nothing up.
    const fn is_of_each(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::CsvFindings)
    }

    fn render(self, rulings: Vec<Ruling>, layout: Layout) -> Result<Vec<u8>, Problem> {
        if self.is_of_each() { self.each(&rulings) } else { self.of(&portfolio(rulings)?, layout) }
    }

    /// A portfolio in this form; of one case, its ruling.
    pub(super) fn of(self, portfolio: &Portfolio, layout: Layout) -> Result<Vec<u8>, Problem> {
        let Layout { width, colour } = layout;
        let only = match portfolio.rulings() {
            [only] => Some(only),
            _ => None,
        };
        let json = |text: Result<String, serde_json::Error>| text.map_err(|error| Problem::of(&error));
        let text = match (self, only) {
            (Self::Text, Some(ruling)) => text::ruling(ruling, width, colour),
            (Self::Text, None) => text::portfolio(portfolio, width, colour),
            (Self::Markdown, Some(ruling)) => markdown::ruling(ruling),
            (Self::Markdown, None) => markdown::portfolio(portfolio),
            (Self::Html, Some(ruling)) => html::ruling(ruling),
            (Self::Html, None) => html::portfolio(portfolio),
            (Self::Json, Some(ruling)) => json(json::ruling(ruling))?,
            (Self::Json, None) => json(json::portfolio(portfolio))?,
            (Self::Xlsx, _) => return workbook(portfolio),
            #[cfg(feature = "pdf")]
            (Self::Pdf, only) => return pdf(portfolio, only),
            (Self::Jsonl | Self::Csv | Self::CsvFindings, _) => return self.each(portfolio.rulings()),
        };
        Ok(text.into_bytes())
    }

    fn each(self, rulings: &[Ruling]) -> Result<Vec<u8>, Problem> {
        let of = |error: &dyn std::error::Error| Problem::of(error);
        let text = match self {
            Self::CsvFindings => csv::findings(rulings).map_err(|error| of(&error))?,
            Self::Csv => csv::portfolio(rulings).map_err(|error| of(&error))?,
            _ => json_lines::rulings(rulings).map_err(|error| of(&error))?,
        };
        Ok(text.into_bytes())
    }

    /// What the name of a file in this form begins with, where the file is one of several, and how it ends.
    pub(super) const fn file_name(self) -> (Option<&'static str>, &'static str) {
        match self {
            Self::Text => (None, "txt"),
            Self::Markdown => (None, "md"),
            Self::Html => (None, "html"),
            Self::Json => (None, "json"),
            Self::Jsonl => (Some("rulings"), "jsonl"),
            Self::Xlsx => (None, "xlsx"),
            #[cfg(feature = "pdf")]
            Self::Pdf => (None, "pdf"),
            Self::Csv => (None, "csv"),
            Self::CsvFindings => (Some("findings"), "csv"),
        }
    }
}

fn workbook(portfolio: &Portfolio) -> Result<Vec<u8>, Problem> {
    use ringfence_reporting::workbook::{WorkbookError, portfolio as write};
    write(portfolio).map_err(|error| {
        let help = match &error {
            WorkbookError::TooLarge { .. } => "use `--format csv` or `json`, which keep every digit",
            _ => "use `--format csv`, or choose cases with `--case`",
        };
        Problem::of(&error).help(help.to_owned())
    })
}

#[cfg(feature = "pdf")]
fn pdf(portfolio: &Portfolio, only: Option<&Ruling>) -> Result<Vec<u8>, Problem> {
    use ringfence_reporting::pdf;
    let written = only.map_or_else(|| pdf::portfolio(portfolio), pdf::ruling);
    let help = "write it with `--format html`, and print that";
    written.map_err(|error| Problem::of(&error).help(help.to_owned()))
}

/// Adds rulings up.
pub(super) fn portfolio(rulings: Vec<Ruling>) -> Result<Portfolio, Problem> {
    Portfolio::new(rulings).map_err(|error| {
        let help = match error {
            PortfolioError::Differs { .. } => Some(
                "give all cases the same dates with `--rules-at` and `--known-by`, or use `--format jsonl` or `csv`",
            ),
            _ => None,
        };
        Problem::of(&error).help(help.map(str::to_owned))
    })
}
