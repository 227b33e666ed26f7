//! How the table of a binding is written: its separator and its encoding, or its sheet.

use std::path::Path;
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Node, SourceFile};

use crate::LoadError;
use crate::case::Format;
use crate::shape::{self, Mistakes};
use crate::table::Table;
use crate::text::{self, Encoding};

/// What may part the cells of a row, and what it is called.
const SEPARATORS: [(&str, char); 5] = [(",", ','), (";", ';'), ("|", '|'), ("tab", '\t'), ("\t", '\t')];

/// How a table is written.
#[derive(Debug)]
pub(crate) struct Layout {
    separator: char,
    encoding: Encoding,
}

impl Layout {
    /// What the binding says of a table of this name.
    pub(crate) fn read(root: &Node, name: &str, mistakes: &mut Mistakes) -> Option<Self> {
        let before = mistakes.0.len();
        let otherwise = if is_tsv(name) { '\t' } else { ',' };
        let separator = one_of(root, "separator", &SEPARATORS, mistakes).unwrap_or(otherwise);
        let encoding = one_of(root, "encoding", &Encoding::ALL, mistakes).unwrap_or_default();
        (mistakes.0.len() == before).then_some(Self { separator, encoding })
    }

    /// The table in a file.
    ///
    /// # Errors
    /// A file that cannot be read, and everything that is wrong with it.
    pub(crate) fn open(&self, path: &Path) -> Result<Table, LoadError> {
        let file = text::read_as(path, &text::shown(path), self.encoding)?;
        Ok(match Format::of(path) {
            Some(Format::Json) => Table::objects(&file)?,
            Some(Format::JsonLines) => Table::object_lines(&file)?,
            _ => self.table(&file)?,
        })
    }

    /// The table in a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn table(&self, file: &Arc<SourceFile>) -> Result<Table, Vec<Diagnostic>> {
        Table::separated(file, self.separator)
    }
}

/// Whether the name of a file says that tabs part its cells.
pub(crate) fn is_tsv(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("tsv"))
}

/// The value of a key that has one of these words.
fn one_of<T: Copy>(root: &Node, key: &str, of: &[(&str, T)], mistakes: &mut Mistakes) -> Option<T> {
    let node = root.get(key)?;
    let text = mistakes.text(node, &format!("`{key}`"))?;
    let found = of.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let words: Vec<&str> = of.iter().map(|(word, _)| *word).filter(|word| *word != "\t").collect();
        let message = format!("expected one of {} for `{key}`, found `{text}`", shape::list(words));
        mistakes.add(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
    }
    found
}
