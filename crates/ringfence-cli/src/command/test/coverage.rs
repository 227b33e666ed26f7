//! `ringfence test --coverage`: what the cases of packs exercise of them, and a threshold to hold them to.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringfence_core::cover::Group;
use ringfence_reporting::coverage::{self, Coverage};

use crate::exit::{Answer, Problem};
use crate::screen::Screen;

/// What is asked about coverage.
#[derive(Args, Debug)]
#[command(next_help_heading = "Coverage")]
pub(super) struct CoverageOptions {
    /// Tell what the cases exercise of the rules, and what no case does [default format: text]
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text", conflicts_with = "case")]
    coverage: Option<Format>,
    /// Write it to this file, or pages of HTML to this folder
    #[arg(long, value_name = "PATH", requires = "coverage")]
    coverage_output: Option<PathBuf>,
    /// Fail where the cases of a pack exercise less than this of its outcomes, or of its branches
    #[arg(long, value_name = "PERCENT", value_parser = tenths, conflicts_with = "case")]
    threshold: Option<Tenths>,
    /// What the threshold holds for, each by itself [default: outcomes,branches]
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',', requires = "threshold")]
    threshold_of: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// A tracefile, as editors and `genhtml` read it
    Lcov,
    /// A page for each pack, over its source
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// How conditions come out, and how they stand
    Outcomes,
    /// Branches of scripts
    Branches,
    /// Limbs of conditions and parts of tests, each way
    Limbs,
    /// Rows of tables
    Rows,
    /// Dated values of parameters, and versions of tables
    Parameters,
    /// What becomes of signatures
    SignOffs,
    /// Answers of decisions
    Decisions,
    /// Where the money of funds goes
    Dispositions,
    /// Checks of evidence
    Checks,
}

impl Kind {
    const fn group(self) -> Group {
        match self {
            Self::Outcomes => Group::Outcomes,
            Self::Branches => Group::Branches,
            Self::Limbs => Group::Limbs,
            Self::Rows => Group::Rows,
            Self::Parameters => Group::Parameters,
            Self::SignOffs => Group::SignOffs,
            Self::Decisions => Group::Decisions,
            Self::Dispositions => Group::Dispositions,
            Self::Checks => Group::Checks,
        }
    }
}

/// A percentage in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tenths(usize);

/// `100`, `97.5` or `90%`.
fn tenths(text: &str) -> Result<Tenths, String> {
    let bare = text.strip_suffix('%').unwrap_or(text);
    let (whole, tenth) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
        fits.then(|| text.parse::<usize>().ok()).flatten()
    };
    let tenths = digits(whole, 3).zip(digits(tenth, 1)).map(|(whole, tenth)| whole * 10 + tenth);
    tenths
        .filter(|tenths| *tenths <= 1000)
        .map(Tenths)
        .ok_or_else(|| "a percentage from 0 to 100 is expected, with at most one decimal".to_owned())
}

impl CoverageOptions {
    /// Whether anything is asked.
    pub(super) const fn is_asked(&self) -> bool {
        self.coverage.is_some() || self.threshold.is_some()
    }

    /// A tracefile or a page is no text to be read behind what fails.
    pub(super) fn check(&self) -> Result<(), Problem> {
        match (self.coverage, &self.coverage_output) {
            (Some(Format::Lcov | Format::Html), None) => {
                let help = "say where it is written with `--coverage-output PATH`".to_owned();
                Err(Problem::new("a tracefile or a page is written to a file").help(help))
            }
            _ => Ok(()),
        }
    }

    /// Tells what the cases exercise, and whether it is enough.
    pub(super) fn tell(&self, coverages: &[Coverage], screen: &Screen) -> Result<Answer, Problem> {
        let output = self.coverage_output.as_deref();
        match (self.coverage, output) {
            (None, _) | (Some(Format::Html), None) => {}
            (Some(Format::Text), _) => {
                let layout = screen.layout(output);
                screen.deliver(&coverage::text(coverages, layout.width, layout.colour), output)?;
            }
            (Some(Format::Lcov), _) => screen.deliver(&coverage::lcov(coverages), output)?,
            (Some(Format::Html), Some(path)) => pages(coverages, path, screen)?,
        }
        Ok(self.judge(coverages, screen))
    }

    /// Whether each pack reaches the threshold.
    fn judge(&self, coverages: &[Coverage], screen: &Screen) -> Answer {
        let Some(Tenths(least)) = self.threshold else { return Answer::Yes };
        let mut kinds: Vec<Group> = self.threshold_of.iter().map(|kind| kind.group()).collect();
        if kinds.is_empty() {
            kinds.extend([Group::Outcomes, Group::Branches]);
        }
        let mut answer = Answer::Yes;
        for coverage in coverages {
            for kind in &kinds {
                let share = coverage.share(&[*kind]);
                if !share.reaches(least) {
                    answer = Answer::No;
                    let (covered, all) = (share.covered, share.all);
                    let asked = if least % 10 == 0 {
                        format!("{}%", least / 10)
                    } else {
                        format!("{}.{}%", least / 10, least % 10)
                    };
                    screen.say(&format!(
                        "{}: the cases exercise {covered} of {all} {kind}, {share}, and {asked} is asked for",
                        coverage.pack
                    ));
                }
            }
        }
        answer
    }
}

/// Writes a page for each pack into a folder, or the one page there is into a file.
fn pages(coverages: &[Coverage], path: &Path, screen: &Screen) -> Result<(), Problem> {
    let is_page = path.extension().is_some_and(|extension| extension == "html");
    if let ([coverage], true) = (coverages, is_page) {
        return screen.deliver(&coverage::page(coverage), Some(path));
    }
    if is_page {
        let help = "name a folder: each pack gets a page of its own".to_owned();
        return Err(Problem::new(format!("`{}` is one page, and there are several packs", path.display())).help(help));
    }
    std::fs::create_dir_all(path).map_err(|error| Problem::unwritable(&format!("`{}`", path.display()), &error))?;
    for coverage in coverages {
        let file = path.join(format!("{}.html", coverage.pack.replace('/', "-")));
        screen.deliver(&coverage::page(coverage), Some(&file))?;
    }
    Ok(())
}
