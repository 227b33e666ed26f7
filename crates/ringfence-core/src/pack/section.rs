//! The sections of a pack, gathered from all its files.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, Mistakes};
use crate::source::{Entry, PackSource};

/// The sections that may also stand in files of their own.
pub(super) const SECTIONS: &[&str] = &[
    "sources",
    "themes",
    "changes",
    "parties",
    "calendars",
    "facts",
    "parameters",
    "tables",
    "values",
    "sign-offs",
    "decisions",
    "conditions",
    "funds",
    "portfolio",
];

/// The most entries that a section may have.
const MOST_ENTRIES: usize = 5_000;

/// The entries of a section, in the order of the files, each name once.
pub(super) fn entries<'a>(source: &'a PackSource, section: &str, mistakes: &mut Mistakes) -> Vec<&'a Entry> {
    let mut found: Vec<&Entry> = Vec::new();
    let mut first: BTreeMap<&str, &Entry> = BTreeMap::new();
    for document in &source.documents {
        let Some(node) = document.root.get(section) else { continue };
        let Some(fields) = Fields::any(node, &format!("`{section}`"), mistakes) else { continue };
        for entry in fields.entries {
            match first.get(entry.key.as_str()) {
                Some(first) => {
                    let message = format!("`{}` is declared twice under `{section}`", entry.key);
                    let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, entry.key_place.clone(), message);
                    mistakes.push(diagnostic.help(format!("the first one is at {}", first.key_place)));
                }
                None if found.len() == MOST_ENTRIES => {
                    let message = format!("more than {MOST_ENTRIES} entries under `{section}`");
                    let diagnostic = Diagnostic::error(Code::TOO_LARGE, entry.key_place.clone(), message);
                    mistakes.push(diagnostic.help("make two packs of it, or a list of what is many"));
                    return found;
                }
                None => {
                    first.insert(&entry.key, entry);
                    found.push(entry);
                }
            }
        }
    }
    found
}
