//! A pack with its test cases.

use std::path::{Path, PathBuf};

use ringfence_core::case::Case;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::{Invalid, Pack};
use ringfence_core::ruling::Ruling;
use ringfence_core::source::{Document, Node, PackSource};
use ringfence_loaders::{LoadError, case, pack};

/// The test cases of a pack are in this folder of it.
const CASES: &str = "cases";

/// What became of a case: the ruling, or the words of why there is none.
pub type Ruled = Result<Ruling, String>;

/// A pack with its test cases, in the order of their files.
#[derive(Debug)]
pub struct Desk {
    /// The folder of the pack.
    pub folder: PathBuf,
    /// Its texts.
    pub source: PackSource,
    /// The pack, compiled.
    pub pack: Pack,
    /// Its test cases.
    pub cases: Vec<TestCase>,
}

/// A case that a pack's author wrote to hold the pack to.
#[derive(Debug)]
pub struct TestCase {
    /// The text of the case.
    pub document: Document,
    /// The case, or what is wrong with it: an author may expect that.
    pub read: Result<Case, Vec<Diagnostic>>,
}

/// A pack or its test cases cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// A file could not be read, or is not in its format.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The pack was read, and has mistakes.
    #[error(transparent)]
    Pack(#[from] Invalid),
}

impl Desk {
    /// The pack in a folder with its test cases. A pack without any has none.
    ///
    /// # Errors
    /// A file that cannot be read, or every mistake in the pack.
    pub fn load(folder: &Path) -> Result<Self, DeskError> {
        let source = pack::load(folder)?;
        let pack = Pack::compile(&source)?;
        let cases = folder.join(CASES);
        let documents = match cases.is_dir().then(|| case::load(&cases)) {
            None | Some(Err(LoadError::NoCases { .. })) => Vec::new(),
            Some(documents) => documents?,
        };
        let cases = documents.into_iter().map(|document| TestCase::read(&pack, document)).collect();
        Ok(Self { folder: folder.to_owned(), source, pack, cases })
    }

    /// What becomes of each case under the desk's own pack.
    pub fn rule(&self) -> Vec<Ruled> {
        self.rule_by(&self.pack)
    }

    /// What becomes of each case under a pack that reads cases as the desk's does. Those of a pack with values over
    /// all cases are one portfolio.
    pub fn rule_by(&self, pack: &Pack) -> Vec<Ruled> {
        let cases: Vec<Case> = self.cases.iter().filter_map(|case| case.read.as_ref().ok().cloned()).collect();
        let mut rulings = pack.evaluate_together(&cases, &Options::default()).into_iter();
        let ruled = |case: &TestCase| match &case.read {
            Ok(_) => match rulings.next() {
                Some(Ok(ruling)) => Ok(ruling),
                Some(Err(error)) => Err(error.to_string()),
                None => Err(String::new()),
            },
            Err(mistakes) => Err(in_words(mistakes)),
        };
        self.cases.iter().map(ruled).collect()
    }

    /// What becomes of a case by itself, as a pack without values over all cases rules on it.
    pub(crate) fn rule_alone(&self, case: &TestCase) -> Ruled {
        let read = case.read.as_ref().map_err(|mistakes| in_words(mistakes))?;
        self.pack.evaluate(read, &Options::default()).map_err(|error| error.to_string())
    }
}

/// The mistakes in a case, a line each.
fn in_words(mistakes: &[Diagnostic]) -> String {
    let lines: Vec<&str> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    lines.join("\n")
}

impl TestCase {
    fn read(pack: &Pack, document: Document) -> Self {
        Self { read: pack.read_case(&document), document }
    }

    /// Its id; the name of its file where it has none.
    pub fn id(&self) -> &str {
        self.text("case").unwrap_or_else(|| self.document.file.path())
    }

    /// What it tells, in its author's words.
    pub fn tells(&self) -> Option<&str> {
        self.text("tells")
    }

    /// What its author expects of the ruling.
    pub fn expect(&self) -> Option<&Node> {
        self.document.root.get("expect")
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.document.root.get(key)?.as_text()
    }
}
