//! `ringfence diff`: who gains and who loses by a change to the rules, and because of which change.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Outcome;
use ringfence_desk::diff::{self, DiffError, Side};
use ringfence_loaders::pack;
use ringfence_reporting::comparison::{Comparison, Verdict};
use ringfence_reporting::text::Extent;
use ringfence_reporting::{csv, json, markdown, text};

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{date, documents, no_pack, setting};
use crate::screen::{Layout, Screen};
use crate::words::near_miss_or_all;

/// The test cases of a pack are in this folder of it.
const CASES: &str = "cases";

/// Compare two sets of rules over cases: who gains, who loses, and because of which change
///
/// Two packs, two days of one pack, or two values of a parameter. The differences are made to the old rules one at a time,
/// and after each every case is ruled on again: so every pound of the difference is because of one of them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence diff rules/better-care-fund/2013-14 \\
      rules/better-care-fund/2015-16 --old-rules-at 2013-12-20 \\
      --cases examples/england-december-2013/england.yaml
  ringfence diff rules/better-care-fund/2013-14 \\
      --old-rules-at 2013-12-20 --new-rules-at 2014-07-14
  ringfence diff rules/better-care-fund/2015-16 \\
      --new-set value_per_admission=1600 --format markdown")]
pub(crate) struct Diff {
    /// The folder of the old rules
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The folder of the new rules; without it, the same as the old ones, at another day or with other parameters
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    /// Files or folders of cases; without any, the test cases of the new rules. Repeatable
    #[arg(long, short, value_name = "CASES", num_args = 1..)]
    cases: Vec<PathBuf>,
    /// Compare this case only. Repeatable
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    /// Apply the rules in force on this day, on both sides
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with_all = ["old_rules_at", "new_rules_at"])]
    rules_at: Option<Date>,
    /// Apply the old rules as on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    old_rules_at: Option<Date>,
    /// Apply the new rules as on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    new_rules_at: Option<Date>,
    /// Count only evidence known by this day, on both sides
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with_all = ["old_known_by", "new_known_by"])]
    known_by: Option<Date>,
    /// Under the old rules, count only evidence known by this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    old_known_by: Option<Date>,
    /// Under the new rules, count only evidence known by this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    new_known_by: Option<Date>,
    /// Give a parameter of the old rules another value. Repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    old_set: Vec<(String, String)>,
    /// Give a parameter of the new rules another value. Repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    new_set: Vec<(String, String)>,
    /// A fund of the old rules that goes on under another id. Repeatable
    #[arg(long = "match", value_name = "OLD=NEW", value_parser = setting)]
    matched: Vec<(String, String)>,
    /// Show every recipient, and not only those with the greatest change
    #[arg(long)]
    all: bool,
    /// How the comparison is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 if the change does one of these
    #[arg(long, value_name = "CHANGES", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown, for a pull request
    Markdown,
    /// One JSON document
    Json,
    /// A row for each recipient, fund and part, and for each change that it is because of
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A recipient gains
    Gain,
    /// A recipient loses
    Loss,
    /// What a recipient gains or loses depends on evidence that is missing
    Open,
    /// A finding turns
    Finding,
    /// A finding that was met is not any more
    Unmet,
    /// Anything changes
    Any,
}

impl FailOn {
    fn holds(self, comparison: &Comparison) -> bool {
        let any = |verdict| comparison.recipients.iter().any(|one| one.verdict == verdict);
        let mut turns = comparison.findings.iter().flat_map(|finding| &finding.turns);
        match self {
            Self::Gain => any(Verdict::Gains),
            Self::Loss => any(Verdict::Loses),
            Self::Open => any(Verdict::Open),
            Self::Finding => turns.next().is_some(),
            Self::Unmet => {
                turns.any(|turn| turn.from == Some(Outcome::Met) && turn.to.is_some_and(|to| to != Outcome::Met))
            }
            Self::Any => !comparison.is_same(),
        }
    }
}

impl Diff {
    /// Compares, and writes what changes.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let comparison = screen.during("comparing", || self.comparison())?;
        let output = self.output.as_deref();
        screen.deliver(&self.render(&comparison, screen.layout(output))?, output)?;
        if let Some(path) = output {
            screen.say(&format!("wrote the comparison to `{}`", path.display()));
        }
        let failing: Vec<String> = self
            .fail_on
            .iter()
            .filter(|fail_on| fail_on.holds(&comparison))
            .filter_map(|fail_on| Some(format!("`{}`", fail_on.to_possible_value()?.get_name())))
            .collect();
        if failing.is_empty() {
            return Ok(Answer::Yes);
        }
        screen.say(&format!("`--fail-on` holds: {}", failing.join(", ")));
        Ok(Answer::No)
    }

    fn comparison(&self) -> Result<Comparison, Failure> {
        let new_folder = self.new.as_deref().unwrap_or(&self.old);
        let mut failure = Failure::default();
        let old = failure.gather(side(&self.old));
        let new = failure.gather(side(new_folder));
        let folder = vec![new_folder.join(CASES)];
        let paths = if self.cases.is_empty() { &folder } else { &self.cases };
        let documents = failure.gather(documents(paths, &self.case));
        let (Some(mut old), Some(mut new), Some(documents)) = (old, new, documents) else { return Err(failure) };
        failure.or(())?;
        old.rules_at = self.old_rules_at.or(self.rules_at);
        new.rules_at = self.new_rules_at.or(self.rules_at);
        old.known_by = self.old_known_by.or(self.known_by);
        new.known_by = self.new_known_by.or(self.known_by);
        old.set.clone_from(&self.old_set);
        new.set.clone_from(&self.new_set);
        diff::compare(&old, &new, &documents, &self.matched).map_err(failed)
    }

    fn render(&self, comparison: &Comparison, layout: Layout) -> Result<String, Problem> {
        let Layout { width, colour } = layout;
        let extent = if self.all { Extent { recipients: None } } else { Extent::default() };
        match self.format {
            Format::Text => Ok(text::comparison(comparison, extent, width, colour)),
            Format::Markdown => Ok(markdown::comparison(comparison, extent)),
            Format::Json => json::comparison(comparison).map_err(|error| Problem::of(&error)),
            Format::Csv => csv::comparison(comparison).map_err(|error| Problem::of(&error)),
        }
    }
}

/// The rules in a folder.
fn side(folder: &Path) -> Result<Side, Failure> {
    let source = pack::load(folder).map_err(|error| no_pack(folder, error))?;
    let pack = Pack::compile(&source).map_err(|invalid| Failure::from(invalid.mistakes).without_warnings())?;
    Ok(Side { source, pack, rules_at: None, known_by: None, set: Vec::new() })
}

fn failed(error: DiffError) -> Failure {
    match error {
        DiffError::Pack(invalid) => Failure::from(invalid.mistakes).without_warnings(),
        DiffError::Cases { side, mistakes } => {
            let mut failure = Failure::from(mistakes);
            failure.problems.push(Problem::new(format!("the cases cannot be read under the {side} rules")));
            failure
        }
        DiffError::NoParameter { ref name, ref known, .. } => {
            let help = near_miss_or_all(name, "parameters", known.iter().map(String::as_str));
            Problem::new(error.to_string()).help(help).into()
        }
        DiffError::NoFund { ref name, ref known, .. } => {
            let help = near_miss_or_all(name, "funds", known.iter().map(String::as_str));
            Problem::new(error.to_string()).help(help).into()
        }
        DiffError::Case { side, case, source } => {
            let message = format!("cannot rule on case `{case}` under the {side} rules: {source}");
            let problem = Problem { message, place: source.place().cloned(), help: source.help() };
            problem.into()
        }
        other => Problem::of(&other).into(),
    }
}
