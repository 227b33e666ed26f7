//! How a pack stands, so that after a change only what is new need be told: what fails now, and what no longer does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::source::PackSource;
use ringfence_loaders::LoadError;
use ringfence_reporting::diagnostics;

use crate::desk::{Desk, DeskError};
use crate::kept::KeptError;
use crate::page::{Ink, Page};
use crate::snapshot::is_ci;
use crate::tested::{self, Tested, TestedCase};

/// How deep folders are looked into.
const MOST_DEPTH: usize = 32;

/// The files of a pack, each with when it was written and how long it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Files {
    /// The files as they are now: all in the folder of a pack, and those elsewhere that it stands on.
    pub fn of(pack: &Path, elsewhere: &[PathBuf]) -> Self {
        let mut files = Self::default();
        files.add_folder(pack, 0);
        for path in elsewhere {
            files.add(path);
        }
        files
    }

    fn add_folder(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // What waits to be looked at is written by the test itself.
            if name.starts_with('.') || name.ends_with(".snap.new") {
                continue;
            }
            if path.is_dir() && depth < MOST_DEPTH {
                self.add_folder(&path, depth + 1);
            } else {
                self.add(&path);
            }
        }
    }

    fn add(&mut self, path: &Path) {
        let known = fs::metadata(path).ok();
        let known = known.and_then(|known| Some((known.modified().ok()?, known.len())));
        self.0.insert(path.to_owned(), known);
    }
}

/// How a pack stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What is wrong, by a name that stays the same from one look to the next.
    wrong: BTreeMap<String, Wrong>,
    /// How many cases were tested.
    pub cases: usize,
    /// Files outside the pack's folder that it stands on.
    pub elsewhere: Vec<PathBuf>,
}

/// Something that is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wrong {
    /// What, in a line.
    title: String,
    /// All of it, as it is shown.
    text: String,
}

/// How words are laid out.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The width of a line.
    pub width: usize,
    /// Whether there is colour.
    pub colour: bool,
}

impl Standing {
    /// Checks and tests a pack. What cannot be read is wrong as well, and not the end.
    ///
    /// # Errors
    /// A kept ruling cannot be read or written.
    pub fn of(folder: &Path, before: &Self, look: Look) -> Result<Self, KeptError> {
        let desk = match Desk::load(folder) {
            Ok(desk) => desk,
            Err(error) => return Ok(Self::unread(&error, before, look)),
        };
        let tested = tested::test(&desk, &[])?;
        if !is_ci() {
            for kept in tested.cases.iter().flat_map(|case| &case.kept) {
                kept.wait()?;
            }
        }
        let mut standing = Self { cases: tested.cases.len(), elsewhere: elsewhere(&desk), ..Self::default() };
        standing.diagnostics(desk.pack.warnings(), look);
        standing.tested(&tested, look);
        Ok(standing)
    }

    /// Whether nothing is wrong that stops anything.
    pub fn holds(&self) -> bool {
        !self.wrong.keys().any(|name| !name.starts_with(WARNING))
    }

    /// How many things are wrong.
    pub fn count(&self) -> usize {
        self.wrong.len()
    }

    /// What is new against an earlier look: what is wrong now and was not, or was otherwise, and what was put right.
    pub fn news(&self, before: &Self, look: Look) -> String {
        let mut page = Page::new(look.width, look.colour);
        for (name, wrong) in &self.wrong {
            if before.wrong.get(name) != Some(wrong) {
                page.raw(&wrong.text);
            }
        }
        for (_, wrong) in before.wrong.iter().filter(|(name, _)| !self.wrong.contains_key(*name)) {
            page.words(0, 2, &[(Ink::Good, "✓ ".to_owned()), (Ink::Plain, format!("no more: {}", wrong.title))]);
        }
        page.finish()
    }

    /// How a pack stands that cannot be read. Its cases stand as they did, and so does what else it stands on.
    fn unread(error: &DeskError, before: &Self, look: Look) -> Self {
        let mut standing = before.clone();
        standing.wrong.retain(|name, _| name.starts_with(TEST));
        match error {
            DeskError::Load(LoadError::Invalid { mistakes }) => standing.diagnostics(mistakes, look),
            DeskError::Pack(invalid) => standing.diagnostics(&invalid.mistakes, look),
            error => {
                let mut page = Page::new(look.width, look.colour);
                page.words(0, 2, &[(Ink::Bad, "✗ ".to_owned()), (Ink::Plain, error.to_string())]);
                standing.add("error", error.to_string(), page.finish());
            }
        }
        standing
    }

    fn add(&mut self, name: impl Into<String>, title: String, text: String) {
        self.wrong.insert(name.into(), Wrong { title, text });
    }

    fn diagnostics(&mut self, found: &[Diagnostic], look: Look) {
        for diagnostic in found {
            let kind = if diagnostic.is_error() { "error" } else { WARNING };
            // Without its line: what stands above it may grow.
            let file = diagnostic.place.file().path();
            let name = format!("{kind} {file} {} {}", diagnostic.code, diagnostic.message);
            let text = diagnostics::text_without_count(std::slice::from_ref(diagnostic), look.width, look.colour);
            self.add(name, diagnostic.message.clone(), text);
        }
    }

    fn tested(&mut self, tested: &Tested, look: Look) {
        for case in tested.failing() {
            for (about, title, text) in tested::failures(case, look.width, look.colour) {
                self.add(format!("{TEST}{}/{about}", case.id), title, text);
            }
        }
        let alike: Vec<&_> =
            tested.cases.iter().flat_map(TestedCase::changed).filter(|kept| kept.is_only_made_with()).collect();
        if !alike.is_empty() {
            let with = tested::made_with(alike.iter().copied());
            let title = format!("rulings that say the same and were made with something else: {with}");
            let told = match alike.len() {
                1 => format!("1 ruling that says the same and was made with something else: {with}"),
                count => format!("{count} {title}"),
            };
            let mut page = Page::new(look.width, look.colour);
            page.words(0, 2, &[(Ink::Plain, told)]);
            self.add(format!("{TEST}made with"), title, page.finish());
        }
        for path in &tested.orphans {
            let title = format!("`{}` belongs to no case", path.display());
            let mut page = Page::new(look.width, look.colour);
            page.words(0, 2, &[(Ink::Bad, "✗ ".to_owned()), (Ink::Plain, title.clone())]);
            self.add(format!("{TEST}orphan {}", path.display()), title, page.finish());
        }
    }
}

/// What the names of warnings, and of what a test finds, begin with.
const WARNING: &str = "warning";
const TEST: &str = "test ";

/// The files outside the folder of a pack that it and its cases stand on.
fn elsewhere(desk: &Desk) -> Vec<PathBuf> {
    fn of(source: &PackSource, paths: &mut Vec<PathBuf>) {
        let documents = source.documents.iter().chain(&source.shared);
        paths.extend(documents.map(|document| PathBuf::from(document.file.path())));
        if let Some(base) = &source.base {
            of(base, paths);
        }
    }
    let mut paths = Vec::new();
    of(&desk.source, &mut paths);
    paths.retain(|path| !path.starts_with(&desk.folder));
    paths.sort();
    paths.dedup();
    paths
}
