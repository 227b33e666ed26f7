//! `ringfence doc`: handbooks of rule packs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringfence_core::source::Node;
use ringfence_desk::Desk;
use ringfence_reporting::handbook::{self, Example};

use super::check;
use crate::exit::{Answer, Failure, Problem, io_words};
use crate::screen::Screen;
use crate::words::counted;

/// Write the handbook of a rule pack: what it asks, what it pays, what to send, with examples
///
/// It tells each condition in words with its source, draws how the money flows, lists the figures that policy may
/// change and the evidence to send, and rules on the pack's own cases as examples.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence doc rules/better-care-fund/2015-16
  ringfence doc rules/better-care-fund/2015-16 \\
      --format html --output better-care-fund.html
  ringfence doc rules --format html --output handbooks/")]
pub(crate) struct Doc {
    /// Folders of rule packs, or folders that hold some
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<PathBuf>,
    /// How the handbook is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file, whole or not at all; of several packs, to files in this folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown, its drawings as Mermaid
    #[default]
    Markdown,
    /// A page that fetches nothing
    Html,
}

impl Format {
    fn render(self, desk: &Desk) -> String {
        let examples = examples(desk);
        match self {
            Self::Markdown => handbook::markdown(&desk.pack, &examples),
            Self::Html => handbook::html(&desk.pack, &examples),
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

impl Doc {
    /// Writes them.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let desks = screen.during("reading the packs and ruling on their cases", || self.desks())?;
        match (desks.as_slice(), self.output.as_deref()) {
            ([desk], output) if !output.is_some_and(is_folder) => {
                screen.deliver(&self.format.render(desk), output)?;
                if let Some(path) = output {
                    screen.say(&format!("wrote the handbook of {} to `{}`", desk.pack.title(), path.display()));
                }
            }
            (desks, Some(folder)) => {
                self.fill(folder, desks, screen)?;
                screen.say(&format!("wrote {} to `{}`", counted(desks.len(), "handbook"), folder.display()));
            }
            (desks, None) => {
                let message = format!("{} packs are given, and each handbook is a text of its own", desks.len());
                let help = "name a folder for them: `--output handbooks`".to_owned();
                return Err(Problem::new(message).help(help).into());
            }
        }
        Ok(Answer::Yes)
    }

    /// The packs with their cases, each once.
    fn desks(&self) -> Result<Vec<Desk>, Failure> {
        let mut failure = Failure::default();
        let mut folders: Vec<PathBuf> = Vec::new();
        for path in &self.packs {
            let found = failure.gather(check::find(path)).unwrap_or_default();
            folders.extend(found.into_iter().filter(|folder| !folders.contains(folder)).collect::<Vec<_>>());
        }
        let desks = folders.iter().filter_map(|folder| failure.gather(Desk::load(folder))).collect();
        failure.without_warnings().or(desks)
    }

    /// Writes a file for each pack, named after its id.
    fn fill(&self, folder: &Path, desks: &[Desk], screen: &Screen) -> Result<(), Failure> {
        let mut files: BTreeMap<String, &Desk> = BTreeMap::new();
        for desk in desks {
            let name = format!("{}.{}", desk.pack.id().replace('/', "-"), self.format.ending());
            if let Some(other) = files.insert(name.clone(), desk) {
                let (one, two) = (other.folder.display(), desk.folder.display());
                return Err(Problem::new(format!("`{one}` and `{two}` would both be written to `{name}`")).into());
            }
        }
        std::fs::create_dir_all(folder).map_err(|error| {
            Problem::new(format!("failed to make the folder `{}`: {}", folder.display(), io_words(&error)))
        })?;
        for (name, desk) in files {
            screen.deliver(&self.format.render(desk), Some(&folder.join(name)))?;
        }
        Ok(())
    }
}

/// Whether a path is a folder, or is written as one.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR])
}

/// The author's cases, each ruled on. One that only holds what others stand on is no example.
fn examples(desk: &Desk) -> Vec<Example> {
    let told = |case: &ringfence_desk::TestCase, key: &str| {
        case.document.root.get(key).and_then(Node::as_text).map(|text| text.trim().to_owned())
    };
    let ruled = desk.cases.iter().zip(desk.rule());
    ruled
        .map(|(case, ruling)| Example {
            id: case.id().to_owned(),
            title: told(case, "title"),
            tells: told(case, "tells"),
            ruling,
        })
        .collect()
}
