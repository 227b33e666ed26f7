//! `ringfence evaluate`: rules on cases.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_reporting::portfolio::{self, Portfolio, PortfolioError};
use ringfence_reporting::{csv, html, json, json_lines, markdown, parquet, text};

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{Basis, Inputs};
use crate::screen::{Layout, Screen};
use crate::words::{counted, listed};

mod streamed;

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
      examples/england-2015-16/england.yaml --format html --output england.html
  ringfence evaluate my-pack returns.yaml --format parquet \\
      --output rulings.parquet")]
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
    /// The rows of the CSV as a Parquet file
    Parquet,
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
        if let Some(answer) = self.streamed(screen)? {
            return Ok(answer);
        }
        let rulings = self.inputs.load(screen)?.rulings(&self.case, &self.basis, screen)?;
        let count = rulings.len();
        let failing = self.failing(&rulings);
        let rejected = portfolio::rejected(&rulings);
        let output = self.output.as_deref();
        let bytes = screen.during("writing", || self.format.render(rulings, screen.layout(output)))?;
        screen.deliver_bytes(&bytes, output)?;
        let answer = self.answer(count, &failing, screen);
        say_not_believed(rejected.figures, rejected.recipients, screen);
        Ok(answer)
    }

    /// The same for a table with a row for each case, of which no more is held than it needs; `None` for other cases,
    /// and for forms that need all rulings together.
    fn streamed(&self, screen: &Screen) -> Result<Option<Answer>, Failure> {
        let Some(form) = self.format.streamed().filter(|_| self.case.is_empty()) else { return Ok(None) };
        let Some((pack, batches)) = self.inputs.batches(streamed::ROWS, screen)? else { return Ok(None) };
        let options = self.basis.options(&pack)?;
        let output = self.output.as_deref();
        if self.format == Format::Parquet {
            screen.refuse_bytes(output)?;
        }
        let spool = screen.spool(output)?;
        let (spool, count, failing, doubted) =
            streamed::run((pack, batches), &options, (form, &self.fail_on), spool, screen)?;
        spool.deliver()?;
        let answer = self.answer(count, &failing, screen);
        say_not_believed(doubted.figures, doubted.recipients, screen);
        Ok(Some(answer))
    }

    /// Says what was done, and answers what the user asked to fail on.
    fn answer(&self, count: usize, failing: &Failing, screen: &Screen) -> Answer {
        if let Some(path) = &self.output {
            screen.say(&format!("wrote {} to `{}`", counted(count, "ruling"), path.display()));
        }
        if failing.count == 0 {
            return Answer::Yes;
        }
        let cases = counted(count, "case");
        screen.say(&format!("`--fail-on` holds for {} of {cases}: {}", failing.count, failing.listed()));
        Answer::No
    }

    /// The cases that the user asked to fail on.
    fn failing(&self, rulings: &[Ruling]) -> Failing {
        let failing = rulings.iter().filter(|ruling| self.fail_on.iter().any(|fail_on| fail_on.holds(ruling)));
        let mut found = Failing::default();
        found.extend(failing.map(|ruling| ruling.case.id.clone()));
        found
    }
}

/// Cases that the user asked to fail on: how many, and the ids of the first, which are all that anybody is told.
#[derive(Debug, Default)]
struct Failing {
    count: usize,
    first: Vec<String>,
}

impl Failing {
    /// More than are listed.
    const KEPT: usize = 100;

    fn extend(&mut self, ids: impl IntoIterator<Item = String>) {
        for id in ids {
            self.count += 1;
            if self.first.len() < Self::KEPT {
                self.first.push(id);
            }
        }
    }

    fn listed(&self) -> String {
        let others = std::iter::repeat_n("", self.count - self.first.len());
        listed(self.first.iter().map(String::as_str).chain(others))
    }
}

/// Says `12 figures of 9 recipients were not believed; see Data checks`, if any were not.
pub(super) fn say_not_believed(figures: usize, recipients: usize, screen: &Screen) {
    if figures > 0 {
        let were = if figures == 1 { "was" } else { "were" };
        let (figures, recipients) = (counted(figures, "figure"), counted(recipients, "recipient"));
        screen.say(&format!("{figures} of {recipients} {were} not believed; see Data checks"));
    }
}

impl Format {
    /// The form of rulings that stand each by itself, with nothing added up.
    const fn streamed(self) -> Option<streamed::Form> {
        match self {
            Self::Csv => Some(streamed::Form::Csv),
            Self::CsvFindings => Some(streamed::Form::CsvFindings),
            Self::Jsonl => Some(streamed::Form::JsonLines),
            Self::Parquet => Some(streamed::Form::Parquet),
            _ => None,
        }
    }

    fn render(self, rulings: Vec<Ruling>, layout: Layout) -> Result<Vec<u8>, Problem> {
        if self.streamed().is_some() { self.each(&rulings) } else { self.of(&portfolio(rulings)?, layout) }
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
            (Self::Jsonl | Self::Csv | Self::CsvFindings | Self::Parquet, _) => return self.each(portfolio.rulings()),
        };
        Ok(text.into_bytes())
    }

    fn each(self, rulings: &[Ruling]) -> Result<Vec<u8>, Problem> {
        let of = |error: &dyn std::error::Error| Problem::of(error);
        let text = match self {
            Self::CsvFindings => csv::findings(rulings).map_err(|error| of(&error))?,
            Self::Csv => csv::portfolio(rulings).map_err(|error| of(&error))?,
            Self::Parquet => return parquet::portfolio(rulings).map_err(|error| of(&error)),
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
            Self::Parquet => (None, "parquet"),
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
