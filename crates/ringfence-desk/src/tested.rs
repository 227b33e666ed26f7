//! The cases of a pack held against it: what their authors expect, and the rulings that are kept.

mod json;
mod junit;
mod text;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::PathBuf;

pub use json::json;
pub use junit::junit;
pub(crate) use text::failures;
pub use text::{changed_text, made_with, text};

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::Document;

use crate::desk::{Desk, Ruled, TestCase};
use crate::expect::{Checked, Why, check, expect_mistakes};
use crate::kept::{self, Kept, KeptError};

/// A thread is not worth starting for fewer cases.
const FEWEST_A_THREAD: usize = 16;
/// How wide words are in a format that no terminal shows.
const WIDTH: usize = 120;

/// What came of testing a pack.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The folder of the pack.
    pub folder: PathBuf,
    /// Its id.
    pub pack: String,
    /// Its title.
    pub title: String,
    /// Each case, in the order of their files.
    pub cases: Vec<TestedCase>,
    /// Kept rulings that belong to no case.
    pub orphans: Vec<PathBuf>,
}

/// What came of testing a case.
#[derive(Clone, Debug)]
pub struct TestedCase {
    /// The id.
    pub id: String,
    /// What it tells.
    pub tells: Option<String>,
    /// Its file, as it is shown.
    pub file: String,
    /// What is wrong with the case, so that not all of it could be tested.
    pub mistakes: Vec<Diagnostic>,
    /// The expectations.
    pub checked: Checked,
    /// The rulings that are kept, each with what it is now.
    pub kept: Vec<Kept>,
}

impl Tested {
    /// Whether everything is as expected and as kept.
    pub fn holds(&self) -> bool {
        self.orphans.is_empty() && self.cases.iter().all(TestedCase::holds)
    }

    /// The cases that fail.
    pub fn failing(&self) -> impl Iterator<Item = &TestedCase> {
        self.cases.iter().filter(|case| !case.holds())
    }
}

impl TestedCase {
    /// Whether everything is as expected and as kept.
    pub fn holds(&self) -> bool {
        self.is_expected() && self.changed().next().is_none()
    }

    /// Whether everything is as the author expects.
    pub fn is_expected(&self) -> bool {
        self.mistakes.is_empty() && self.checked.unexpected.is_empty()
    }

    /// The rulings that read differently from what is kept, and those that are new.
    pub fn changed(&self) -> impl Iterator<Item = &Kept> {
        self.kept.iter().filter(|kept| !kept.is_same())
    }
}

/// Tests a pack by its cases; by those with these ids only, where any are given.
///
/// Cases that are not asked for are ruled on all the same where the pack has values over all cases. What belongs to no
/// case is told only where all cases are tested.
///
/// # Errors
/// A kept ruling that is there and cannot be read.
pub fn test(desk: &Desk, only: &[String]) -> Result<Tested, KeptError> {
    let mut doubles = repeated(desk);
    let asked: Vec<&TestCase> =
        desk.cases.iter().filter(|case| only.is_empty() || only.iter().any(|id| id == case.id())).collect();
    let tested = if desk.pack.passes() == 1 {
        in_parallel(&asked, |case| test_case(desk, case, &desk.rule_alone(case)))
    } else {
        let ruled: Vec<(&TestCase, Ruled)> = desk.cases.iter().zip(desk.rule()).collect();
        let asked: Vec<_> =
            ruled.iter().filter(|(case, _)| asked.iter().any(|one| std::ptr::eq(*one, *case))).collect();
        in_parallel(&asked, |(case, ruled)| test_case(desk, case, ruled))
    };
    let mut cases = tested.into_iter().collect::<Result<Vec<TestedCase>, KeptError>>()?;
    for (case, tested) in asked.into_iter().zip(&mut cases) {
        tested.mistakes.extend(doubles.remove(&place_of(case)));
    }
    let orphans = if only.is_empty() { kept::orphans(desk)? } else { Vec::new() };
    let (pack, title) = (desk.pack.id().to_owned(), desk.pack.title().to_owned());
    Ok(Tested { folder: desk.folder.clone(), pack, title, cases, orphans })
}

/// Does the same work for each, on as many threads as there are processors. What comes of it is in the order of `items`.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(FEWEST_A_THREAD);
    std::thread::scope(|scope| {
        let running: Vec<_> =
            items.chunks(share).map(|items| scope.spawn(|| items.iter().map(&work).collect::<Vec<R>>())).collect();
        let done = running.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect()
    })
}

fn test_case(desk: &Desk, case: &TestCase, ruled: &Ruled) -> Result<TestedCase, KeptError> {
    let mut mistakes = expect_mistakes(&desk.pack, &case.document);
    let expects_error = case.expect().is_some_and(|expect| expect.get("error").is_some());
    if let (Err(found), false) = (&case.read, expects_error) {
        mistakes.extend(found.iter().cloned());
    }
    mistakes.extend(unfit_id(case));
    let mut checked = case.expect().map(|expect| check(expect, ruled)).unwrap_or_default();
    // What no ruling could be held against is told as a mistake, with its code and what to do.
    checked.unexpected.retain(|unexpected| matches!(unexpected.why, Why::Differs { .. }));
    let can_keep = unfit_id(case).is_none() && (case.read.is_ok() || expects_error);
    let kept = if can_keep { kept::kept(desk, case, ruled)? } else { Vec::new() };
    if !can_keep && case.read.is_err() {
        checked.unexpected.clear();
    }
    Ok(TestedCase {
        id: case.id().to_owned(),
        tells: case.tells().map(str::to_owned),
        file: case.document.file.path().to_owned(),
        mistakes,
        checked,
        kept,
    })
}

/// A mistake where the id of a case cannot be the name of a file.
fn unfit_id(case: &TestCase) -> Option<Diagnostic> {
    let node = case.document.root.get("case")?;
    let id = node.as_text()?;
    let is_plain = |letter: char| letter.is_alphanumeric() || ['-', '_', '.'].contains(&letter);
    if !id.starts_with('.') && id.chars().all(is_plain) && !id.ends_with(".explain") {
        return None;
    }
    let message = format!("the id `{id}` cannot name the file in which the ruling is kept");
    let help = "use letters, digits and `-`; what the case is about goes into `title` and `tells`";
    Some(Diagnostic::error(Code::BAD_NAME, node.place.clone(), message).help(help))
}

fn place_of(case: &TestCase) -> (String, usize, usize) {
    let place = &case.document.root.place;
    (place.file().path().to_owned(), place.line(), place.column())
}

/// A mistake for each case whose id another one has, by the place of the case.
fn repeated(desk: &Desk) -> BTreeMap<(String, usize, usize), Diagnostic> {
    let mut first: BTreeMap<&str, &Document> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for case in &desk.cases {
        let Some(node) = case.document.root.get("case") else { continue };
        if let Some(before) = first.get(case.id()) {
            let message = format!("two cases are called `{}`", case.id());
            let help = format!("the other one is in `{}`; give each an id of its own", before.file.path());
            found.insert(
                place_of(case),
                Diagnostic::error(Code::DUPLICATE_NAME, node.place.clone(), message).help(help),
            );
        } else {
            first.insert(case.id(), &case.document);
        }
    }
    found
}
