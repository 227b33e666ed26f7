//! The rulings that are kept beside a pack, a text for each case: what is still the same, what changed, what is new, and
//! what belongs to no case.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ringfence_core::source::{Content, Node};
use ringfence_reporting::text::{self, Only};

use crate::changed::Changes;
use crate::desk::{Desk, Ruled, TestCase};
use crate::path::here;
use crate::snapshot::Snapshot;

/// Where the rulings of a pack are kept.
const RULINGS: &str = "rulings";
/// How wide a ruling that is kept is laid out.
const WIDTH: usize = 80;
const ENDING: &str = ".snap";
const PENDING: &str = ".snap.new";

/// What is kept of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The ruling in short.
    Ruling,
    /// The ruling at length, with every reason.
    Explanation,
}

impl What {
    /// The name of its file, which is the id of its expectation as well.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ruling => "ruling",
            Self::Explanation => "explanation",
        }
    }
}

/// A ruling beside what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What of the ruling.
    pub what: What,
    /// Where it is kept.
    pub path: PathBuf,
    /// What is kept; nothing where it is new.
    pub old: Option<Snapshot>,
    /// What should be kept from now on.
    pub new: Snapshot,
    /// What changed, where it reads differently.
    pub changes: Option<Changes>,
}

impl Kept {
    /// Whether the ruling reads as it did.
    pub fn is_same(&self) -> bool {
        self.old.as_ref().is_some_and(|old| old.is_same(&self.new))
    }

    /// Whether nothing but what the ruling was made with differs, such as the digest of the pack.
    pub fn is_only_made_with(&self) -> bool {
        self.changes.as_ref().is_some_and(Changes::is_only_made_with)
    }

    /// Where it waits for somebody to look at it.
    pub fn pending(&self) -> PathBuf {
        self.path.with_extension("snap.new")
    }

    /// Lets it wait for somebody to look at it. What reads as it did waits no longer.
    ///
    /// # Errors
    /// The file cannot be written or removed.
    pub fn wait(&self) -> Result<(), KeptError> {
        let path = self.pending();
        let done = if self.is_same() { remove(&path) } else { self.new.write(&path) };
        done.map_err(|source| KeptError { path, source })
    }

    /// Keeps it from now on.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn accept(&self) -> Result<(), KeptError> {
        self.new.write(&self.path).map_err(|source| KeptError { path: self.path.clone(), source })?;
        self.reject()
    }

    /// The same, and notes that it reads as it is kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&mut self) -> Result<(), KeptError> {
        self.accept()?;
        self.old = Some(self.new.clone());
        self.changes = None;
        Ok(())
    }

    /// Leaves what is kept, and waits no longer.
    ///
    /// # Errors
    /// The file that waits cannot be removed.
    pub fn reject(&self) -> Result<(), KeptError> {
        let path = self.pending();
        remove(&path).map_err(|source| KeptError { path, source })
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A kept ruling could not be read, written or removed.
#[derive(Debug, thiserror::Error)]
#[error("failed to keep `{}`", path.display())]
pub struct KeptError {
    /// Its file.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// What a case says is to be kept of its ruling: the ruling, unless it says otherwise.
pub(crate) fn wanted(case: &TestCase) -> Vec<What> {
    let named = |node: &Node| match node.as_text() {
        Some("ruling") => Some(What::Ruling),
        Some("explain") => Some(What::Explanation),
        _ => None,
    };
    match case.document.root.get("snapshot") {
        None => vec![What::Ruling],
        Some(Node { content: Content::List(items), .. }) => {
            items.iter().filter_map(named).collect::<BTreeSet<_>>().into_iter().collect()
        }
        Some(node) => named(node).into_iter().collect(),
    }
}

/// What is kept of the ruling on a case beside the ruling as it is now. Where there is no ruling, its error is kept.
///
/// # Errors
/// A file that is there and cannot be read.
pub(crate) fn kept(desk: &Desk, case: &TestCase, ruled: &Ruled) -> Result<Vec<Kept>, KeptError> {
    let mut found = Vec::new();
    let findings = ruled.as_ref().map_or(&[][..], |ruling| &ruling.findings);
    let titles: Vec<&str> = findings.iter().map(|finding| finding.title.as_str()).collect();
    for what in wanted(case) {
        let Some(text) = shown(what, ruled) else { continue };
        let path = path_of(&desk.folder, case.id(), what);
        let old = Snapshot::read(&path).map_err(|source| KeptError { path: path.clone(), source })?;
        let new = Snapshot::new(&text, case.tells(), &here(Path::new(case.document.file.path())));
        let new = old.as_ref().map_or(new.clone(), |old| new.after(old));
        let differs = old.as_ref().filter(|old| !old.is_same(&new));
        let changes = differs.map(|old| Changes::between(old.text(), new.text(), &titles, desk.pack.currency()));
        found.push(Kept { what, path, old, new, changes });
    }
    Ok(found)
}

/// What is kept of what became of a case.
pub(crate) fn shown(what: What, ruled: &Ruled) -> Option<String> {
    match (what, ruled) {
        (What::Ruling, Ok(ruling)) => Some(text::ruling(ruling, WIDTH, false)),
        (What::Ruling, Err(error)) => Some(format!("No ruling is possible: {error}\n")),
        (What::Explanation, Ok(ruling)) => Some(text::explain(ruling, Only::default(), WIDTH, false)),
        (What::Explanation, Err(_)) => None,
    }
}

fn path_of(pack: &Path, case: &str, what: What) -> PathBuf {
    let name = match what {
        What::Ruling => format!("{case}{ENDING}"),
        What::Explanation => format!("{case}.explain{ENDING}"),
    };
    pack.join(RULINGS).join(name)
}

/// The kept rulings of a pack, and those that wait, that belong to no case.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn orphans(desk: &Desk) -> Result<Vec<PathBuf>, KeptError> {
    let folder = desk.folder.join(RULINGS);
    let failed = |source| KeptError { path: folder.clone(), source };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let wanted: BTreeSet<PathBuf> = desk
        .cases
        .iter()
        .flat_map(|case| wanted(case).into_iter().map(|what| path_of(&desk.folder, case.id(), what)))
        .collect();
    let mut orphans = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let of = name.strip_suffix(PENDING).or(name.strip_suffix(ENDING));
        if of.is_some_and(|of| !wanted.contains(&folder.join(format!("{of}{ENDING}")))) {
            orphans.push(path);
        }
    }
    orphans.sort();
    Ok(orphans)
}
