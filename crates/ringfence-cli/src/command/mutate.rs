//! `ringfence mutate`: which small changes of the rules no case notices.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringfence_desk::mutate::{self, Mutation, Wanted};
use ringfence_desk::{Desk, is_ci};

use super::check::find;
use crate::exit::{Answer, Failure, Problem};
use crate::screen::Screen;
use crate::words::{counted, near_miss_or_all};

/// How many changes are tried between two looks at the progress.
const STRIDE: usize = 16;

/// Find small changes of the rules that no case notices
///
/// The rules are changed one small step at a time: a threshold by its last digit, `>=` to `>`, `all` to `any`, a limit
/// removed, a date by a day. A case notices a change if it then decides otherwise: an outcome, an amount or where it
/// goes, a value, what is missing. What no case notices, nothing holds the rules to.
///
/// A change that makes no difference is argued for in `mutants.yaml` beside `pack.yaml`: its name as it is shown in
/// Markdown and JSON, and the reason.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes:
  0  done
  1  the score is below `--threshold`, or `mutants.yaml` argues for
     a change that is noticed
  2  could not do it

Examples:
  ringfence mutate rules/better-care-fund/2015-16
  ringfence mutate rules/better-care-fund/2015-16 --condition data-sharing
  ringfence mutate rules --threshold 90 --format markdown --no-cases
  ringfence mutate rules/better-care-fund/2015-16 --write cases-to-review")]
pub(crate) struct Mutate {
    /// Folders of rule packs, or folders with packs below
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<PathBuf>,
    /// Only changes that are about this condition
    #[arg(long, value_name = "ID")]
    condition: Option<String>,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The least share of changes that must be noticed, in each pack
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: Option<u8>,
    /// Seek no cases that would notice the changes
    #[arg(long)]
    no_cases: bool,
    /// Write such cases to files in this folder, for their author to review
    #[arg(long, value_name = "DIR", conflicts_with = "no_cases")]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// JSON
    Json,
    /// A table for a pull request
    Markdown,
}

impl Mutate {
    /// Tries the changes and writes those that no case notices.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        if self.write.is_some() && is_ci() {
            let problem = Problem::new("no case is written where `CI` is set");
            return Err(problem.help("run it where somebody reads the cases".to_owned()).into());
        }
        let mut failure = Failure::default();
        let mut packs = BTreeSet::new();
        for path in &self.packs {
            packs.extend(failure.gather(find(path)).unwrap_or_default());
        }
        let desks: Vec<Desk> = packs.iter().filter_map(|path| failure.gather(Desk::load(path))).collect();
        failure.or(())?;
        let mut desks = self.concerned(desks)?;
        let mut found = Vec::new();
        for desk in &mut desks {
            found.push(self.one(desk, screen)?);
        }
        let written = self.write.as_ref().map(|folder| write(folder, &found)).transpose()?;
        screen.deliver(&self.shown(&found, screen), None)?;
        if let (Some(count), Some(folder)) = (written, &self.write) {
            screen.say(&match count {
                0 => "no case was found, and none is written".to_owned(),
                _ => format!(
                    "wrote {} to `{}`: read what each expects before it is kept",
                    counted(count, "case"),
                    folder.display()
                ),
            });
        }
        Ok(if found.iter().all(|mutation| self.holds(mutation)) { Answer::Yes } else { Answer::No })
    }

    /// The packs that have the condition asked for.
    fn concerned(&self, mut desks: Vec<Desk>) -> Result<Vec<Desk>, Failure> {
        let Some(condition) = &self.condition else { return Ok(desks) };
        let known: BTreeSet<String> = desks.iter().flat_map(|desk| desk.pack.conditions().map(str::to_owned)).collect();
        desks.retain(|desk| desk.pack.conditions().any(|id| id == condition));
        if desks.is_empty() {
            let help = near_miss_or_all(condition, "conditions", known.iter().map(String::as_str));
            return Err(Problem::new(format!("no condition `{condition}`")).help(help).into());
        }
        Ok(desks)
    }

    fn one(&self, desk: &mut Desk, screen: &Screen) -> Result<Mutation, Failure> {
        let wanted = Wanted { condition: self.condition.clone(), seek: !self.no_cases, cases: self.write.clone() };
        let pack = desk.pack.id().to_owned();
        let found = mutate::mutate(desk, &wanted, |done, all| {
            if done % STRIDE == 0 {
                screen.progress(&format!("{pack}: {done} of {all} changes tried"));
            }
        });
        screen.progress("");
        Ok(found?)
    }

    fn shown(&self, found: &[Mutation], screen: &Screen) -> String {
        match self.format {
            Format::Text => {
                let layout = screen.layout(None);
                let texts = found.iter().map(|mutation| mutate::text(mutation, layout.width, layout.colour));
                texts.collect::<Vec<_>>().join("\n")
            }
            Format::Json => mutate::json(found),
            Format::Markdown => found.iter().map(mutate::markdown).collect::<Vec<_>>().join("\n"),
        }
    }

    fn holds(&self, mutation: &Mutation) -> bool {
        let least = self.threshold.map_or(0, |percent| usize::from(percent) * 10);
        mutation.score() >= least && mutation.stale.is_empty()
    }
}

/// Writes the cases that were found, none over a file that is there.
fn write(folder: &Path, found: &[Mutation]) -> Result<usize, Failure> {
    let unwritable = |path: &Path, error| Problem::unwritable(&format!("`{}`", path.display()), &error);
    let cases: Vec<_> = found.iter().flat_map(|mutation| &mutation.cases).collect();
    let path_of = |id: &str| folder.join(format!("{id}.yaml"));
    let mut failure = Failure::default();
    for path in cases.iter().map(|case| path_of(&case.id)).filter(|path| path.exists()) {
        let problem = Problem::new(format!("`{}` is there already", path.display()));
        failure.problems.push(problem.help("move it away, or write to another folder".to_owned()));
    }
    failure.or(())?;
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    for case in &cases {
        let path = path_of(&case.id);
        let file = fs::File::options().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(case.text.as_bytes())).map_err(|error| unwritable(&path, error))?;
    }
    Ok(cases.len())
}
