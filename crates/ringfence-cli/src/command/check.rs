//! `ringfence check`: what is wrong with packs and their cases.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::pack::Allowed;
use ringfence_desk::expect_mistakes;
use ringfence_loaders::{LoadError, case, pack};
use ringfence_reporting::diagnostics;

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{compile, read_cases};
use crate::screen::{Layout, Screen};
use crate::words::{counted, counted_or_no};

/// The test cases of a pack are in this folder of it.
const CASES: &str = "cases";

/// Check rule packs and their cases for mistakes
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence check rules
  ringfence check rules/better-care-fund/2015-16 --strict --format github")]
pub(crate) struct Check {
    /// Folders of rule packs, or folders with packs below
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<PathBuf>,
    /// How what is found is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Let warnings count as errors do
    #[arg(long, conflicts_with = "no_warnings")]
    strict: bool,
    /// Leave warnings out
    #[arg(long)]
    no_warnings: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// A JSON array
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands that GitHub shows beside the lines
    Github,
}

impl Check {
    /// Checks the packs and writes what was found.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut failure = Failure::default();
        let mut packs = BTreeSet::new();
        for path in &self.packs {
            packs.extend(failure.gather(find(path)).unwrap_or_default());
        }
        let (mut found, mut allowed) = (Vec::new(), Vec::new());
        for (done, path) in packs.iter().enumerate() {
            screen.progress(&format!("{done} of {} checked", counted(packs.len(), "pack")));
            if let Some(one) = failure.gather(mistakes(path)) {
                found.extend(one.mistakes);
                allowed.extend(one.allowed);
            }
        }
        screen.progress("");
        failure.or(())?;
        if self.no_warnings {
            found.retain(Diagnostic::is_error);
            allowed.clear();
        }
        screen.deliver(&self.format.render(&found, &allowed, screen.layout(None))?, None)?;
        screen.say(&self.summary(packs.len(), &found, &allowed));
        let counts = |diagnostic: &Diagnostic| self.strict || diagnostic.is_error();
        Ok(if found.iter().any(counts) { Answer::No } else { Answer::Yes })
    }

    /// `checked 1 pack: no errors, 3 warnings, 2 allowed`.
    fn summary(&self, packs: usize, found: &[Diagnostic], allowed: &[Allowed]) -> String {
        let errors = found.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let summary = format!("checked {}: {}", counted(packs, "pack"), counted_or_no(errors, "error"));
        if self.no_warnings {
            return summary;
        }
        let allowed = if allowed.is_empty() { String::new() } else { format!(", {} allowed", allowed.len()) };
        format!("{summary}, {}{allowed}", counted_or_no(found.len() - errors, "warning"))
    }
}

/// The packs at or below a path; there must be one.
pub(super) fn find(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let packs = pack::find(path)?;
    if packs.is_empty() {
        let help = "a pack is a folder with a `pack.yaml`".to_owned();
        return Err(Problem::new(format!("no rule pack in `{}`", path.display())).help(help).into());
    }
    Ok(packs)
}

/// What a check of one pack finds.
struct Found {
    mistakes: Vec<Diagnostic>,
    /// Warnings that the pack itself says may stand.
    allowed: Vec<Allowed>,
}

/// What is wrong with a pack, and where it can be compiled with its cases.
fn mistakes(path: &Path) -> Result<Found, Failure> {
    let pack = match compile(path) {
        Ok(pack) => pack,
        Err(failure) => return Ok(Found { mistakes: invalid(failure)?, allowed: Vec::new() }),
    };
    let mut found = pack.warnings().to_vec();
    let cases = path.join(CASES);
    if cases.is_dir() {
        match case::load(&cases) {
            Ok(documents) => {
                found.extend(read_cases(&pack, &documents).1);
                found.extend(documents.iter().flat_map(|document| expect_mistakes(&pack, document)));
            }
            Err(LoadError::NoCases { .. }) => {}
            Err(error) => found.extend(invalid(error.into())?),
        }
    }
    Ok(Found { mistakes: found, allowed: pack.allowed().to_vec() })
}

/// The mistakes, where a check could be done and found some.
pub(super) fn invalid(failure: Failure) -> Result<Vec<Diagnostic>, Failure> {
    if failure.problems.is_empty() { Ok(failure.mistakes) } else { Err(failure) }
}

impl Format {
    fn render(self, found: &[Diagnostic], allowed: &[Allowed], layout: Layout) -> Result<String, Problem> {
        Ok(match self {
            // The summary says the count.
            Self::Text => diagnostics::text_without_count(found, layout.width, layout.colour),
            Self::Json => diagnostics::json_with_allowed(found, allowed).map_err(|error| Problem::of(&error))?,
            Self::Sarif => diagnostics::sarif_with_allowed(found, allowed).map_err(|error| Problem::of(&error))?,
            Self::Github => diagnostics::github(found),
        })
    }
}
