//! `ringfence test`: the cases of packs held against them.

mod coverage;
mod review;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringfence_desk::tested::{self, Tested};
use ringfence_desk::{Desk, DeskError, KeptError, is_ci, test};

use coverage::CoverageOptions;
use ringfence_reporting::coverage::Coverage;

use super::check;
use crate::exit::{Answer, Failure, Problem};
use crate::screen::{Layout, Screen};
use crate::words::{counted, counted_or_no, near_miss_or_all};

/// Test rule packs by their cases: what their authors expect, and the rulings that are kept
///
/// The ruling on each case of `cases/` is kept in `rulings/`. One that reads differently, or is new, fails and waits in a
/// file beside it until you have looked at it with `--review`.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:
  0  every case holds
  1  a case fails, a ruling is to be reviewed or belongs to no case,
     or less is exercised than `--threshold` asks
  2  could not do it

Examples:
  ringfence test rules
  ringfence test rules/better-care-fund/2015-16 --case closed-on-sundays
  ringfence test rules/better-care-fund/2015-16 --review
  ringfence test rules/better-care-fund/2015-16 --accept
  ringfence test rules --coverage --threshold 100
  ringfence test rules --format junit --output tests.xml
  ringfence test rules --coverage=html --coverage-output pages")]
pub(crate) struct Test {
    /// Folders of rule packs, or folders with packs below
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<PathBuf>,
    /// Test this case only. Repeatable
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    /// Look at each ruling that changed, in words, and accept, reject or skip it
    #[arg(long, conflicts_with_all = ["accept", "format", "output"])]
    review: bool,
    /// Keep every ruling as it is now
    #[arg(long)]
    accept: bool,
    /// How what came of it is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Delete kept rulings that belong to no case
    #[arg(long, conflicts_with = "case")]
    delete_orphans: bool,
    #[command(flatten)]
    coverage: CoverageOptions,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal: what fails, and why
    #[default]
    Text,
    #[value(help = "JUnit XML, with a test for each case and condition, fund or value")]
    Junit,
    /// One JSON document
    Json,
}

impl Format {
    fn render(self, tested: &[Tested], layout: Layout) -> Result<String, Problem> {
        match self {
            Self::Text => Ok(tested::text(tested, layout.width, layout.colour)),
            Self::Junit => Ok(tested::junit(tested)),
            Self::Json => tested::json(tested).map_err(|error| Problem::of(&error)),
        }
    }
}

impl Test {
    /// Tests the packs and tells what fails.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        self.refuse_to_write()?;
        self.coverage.check()?;
        let (mut tested, coverages) = self.tested(screen)?;
        if self.accept {
            accept(&mut tested)?;
        } else if self.review {
            review::review(&mut tested, screen)?;
        }
        // A pack that cannot be written to can be tested all the same.
        let waits = if self.accept || self.review || is_ci() { Ok(()) } else { wait(&tested) };
        if self.delete_orphans {
            delete_orphans(&mut tested)?;
        }
        let output = self.output.as_deref();
        let (summary, holds) = (summary(&tested), tested.iter().all(Tested::holds));
        if self.review {
            // What was looked at is not shown a second time.
            tested.iter_mut().flat_map(|pack| &mut pack.cases).for_each(|case| case.kept.clear());
        }
        let shown = self.format.render(&tested, screen.layout(output))?;
        screen.deliver(&shown, output)?;
        if !shown.is_empty() && output.is_none() {
            screen.set_apart();
        }
        screen.say(&summary);
        if let Err(error) = waits {
            screen.say(&format!("no ruling waits to be reviewed: {}", Problem::of(&error).message));
        }
        let enough = self.coverage.tell(&coverages, screen)?;
        Ok(if holds { enough } else { Answer::No })
    }

    /// Where nobody is there to look, nothing is kept.
    fn refuse_to_write(&self) -> Result<(), Problem> {
        let option = [(self.accept, "--accept"), (self.review, "--review"), (self.delete_orphans, "--delete-orphans")];
        match option.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, option)) if is_ci() => {
                let help = "accept rulings where somebody has looked at them, and commit them; or unset `CI`";
                Err(Problem::new(format!("`{option}` is refused where `CI` is set")).help(help.to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn tested(&self, screen: &Screen) -> Result<(Vec<Tested>, Vec<Coverage>), Failure> {
        let mut failure = Failure::default();
        let mut packs = BTreeSet::new();
        for path in &self.packs {
            packs.extend(failure.gather(check::find(path)).unwrap_or_default());
        }
        screen.progress("reading the packs");
        let desks: Vec<Desk> = packs
            .iter()
            .filter_map(|path| {
                failure.gather(Desk::load(path).map_err(|error| Failure::from(error).without_warnings()))
            })
            .collect();
        let ids = || desks.iter().flat_map(|desk| &desk.cases).map(ringfence_desk::TestCase::id);
        // A case that is not found may be one of a pack that could not be read.
        let are_all = failure.mistakes.is_empty() && failure.problems.is_empty();
        for id in self.case.iter().filter(|_| are_all) {
            if !ids().any(|known| known == id) {
                let help = near_miss_or_all(id, "cases", ids());
                failure.problems.push(Problem::new(format!("no case `{id}`")).help(help));
            }
        }
        let begun = |what: &str, desk: &Desk| screen.progress(&format!("{what} {}", desk.pack.id()));
        let (mut tested, mut coverages) = (Vec::new(), Vec::new());
        for desk in &desks {
            begun("testing", desk);
            tested.extend(failure.gather(test(desk, &self.case)));
        }
        for desk in desks.iter().filter(|_| self.coverage.is_asked()) {
            begun("asking what is covered of", desk);
            coverages.push(desk.coverage());
        }
        screen.progress("");
        failure.or((tested, coverages))
    }
}

/// Lets every ruling that changed wait to be reviewed.
fn wait(tested: &[Tested]) -> Result<(), KeptError> {
    let mut kept = tested.iter().flat_map(|pack| &pack.cases).flat_map(|case| &case.kept);
    kept.try_for_each(ringfence_desk::Kept::wait)
}

/// Keeps every ruling as it is now.
fn accept(tested: &mut [Tested]) -> Result<(), KeptError> {
    for kept in tested.iter_mut().flat_map(|pack| &mut pack.cases).flat_map(|case| &mut case.kept) {
        if !kept.is_same() {
            kept.keep()?;
        }
    }
    Ok(())
}

fn delete_orphans(tested: &mut [Tested]) -> Result<(), Problem> {
    for pack in tested {
        for path in std::mem::take(&mut pack.orphans) {
            std::fs::remove_file(&path)
                .map_err(|error| Problem::unwritable(&format!("`{}`", path.display()), &error))?;
        }
    }
    Ok(())
}

/// `tested 1 pack: 1 of 42 cases fails, 310 expectations, 1 ruling to review`.
fn summary(tested: &[Tested]) -> String {
    let cases = || tested.iter().flat_map(|pack| &pack.cases);
    let failing = cases().filter(|case| !case.holds()).count();
    let expectations: usize = cases().map(|case| case.checked.checks).sum();
    let (count, changed) = (cases().count(), cases().map(|case| case.changed().count()).sum());
    let held = match failing {
        0 => counted_or_no(count, "case"),
        1 => format!("1 of {} fails", counted(count, "case")),
        _ => format!("{failing} of {} fail", counted(count, "case")),
    };
    let orphans: usize = tested.iter().map(|pack| pack.orphans.len()).sum();
    let mut summary =
        format!("tested {}: {held}, {}", counted(tested.len(), "pack"), counted_or_no(expectations, "expectation"));
    if changed > 0 {
        summary = format!("{summary}, {} to review", counted(changed, "ruling"));
    }
    if orphans > 0 {
        summary = format!("{summary}, {} of no case", counted(orphans, "kept ruling"));
    }
    summary
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Load(error) => error.into(),
            DeskError::Pack(invalid) => invalid.mistakes.into(),
            error => Problem::of(&error).into(),
        }
    }
}

impl From<KeptError> for Failure {
    fn from(error: KeptError) -> Self {
        Problem::of(&error).into()
    }
}
