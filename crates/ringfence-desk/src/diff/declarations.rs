//! The declarations of a pack, each by its section and name, apart from the files they stand in.

use std::sync::Arc;

use ringfence_core::source::{Content, Document, Entry, Node, PackSource, Place, SourceFile};
use ringfence_loaders::pack::SECTIONS;

/// The key under which loaders put the rows of tables that are files.
const FILES: &str = "files";

/// What a pack says of its bases; once it stands on nothing there is nothing left of that.
const STANDING: [&str; 4] = ["extends", "replace", "remove", "uses"];

/// Keys of a declaration that tell something to its reader, and that it can do without.
const TEXTS: [&str; 8] = ["allow", "because", "confirmed", "more", "notes", "scenarios", "suspect-because", "theme"];

/// The declarations of a pack that stands on nothing.
#[derive(Clone, Debug)]
pub(super) struct Declarations {
    file: Arc<SourceFile>,
    /// What the pack says of itself.
    pub(super) identity: Vec<Entry>,
    /// Each section with its declarations, in the order of the pack.
    sections: Vec<(String, Vec<Entry>)>,
    /// The rows of tables that are files.
    rows: Vec<Entry>,
}

impl Declarations {
    /// Those of a source that stands on nothing.
    pub(super) fn of(whole: &PackSource) -> Self {
        let file = whole.documents.first().map(|document| Arc::clone(&document.file));
        let mut found = Self {
            file: file.unwrap_or_else(|| SourceFile::new("pack.yaml", "")),
            identity: Vec::new(),
            sections: Vec::new(),
            rows: Vec::new(),
        };
        for entry in whole.documents.iter().flat_map(|document| entries(&document.root)) {
            match entry.key.as_str() {
                key if SECTIONS.contains(&key) => {
                    let section = found.section_mut(key);
                    section.extend(entries(&entry.value).iter().cloned());
                }
                FILES => found.rows.extend(entries(&entry.value).iter().cloned()),
                key if STANDING.contains(&key) => {}
                _ => found.identity.push(entry.clone()),
            }
        }
        found.with_rows_in_place()
    }

    /// One document with everything that decides, ready to be compiled.
    ///
    /// Texts for the reader are left out: they may name what another pack does not declare, and decide nothing.
    pub(super) fn source(&self) -> PackSource {
        let start = Place::start_of(&self.file);
        let mut root: Vec<Entry> = self.identity.iter().filter(|entry| entry.key != "allow").cloned().collect();
        let sections = self.sections.iter().filter(|(section, _)| section != "changes");
        for (section, declared) in sections.filter(|(_, declared)| !declared.is_empty()) {
            let mut declared = declared.clone();
            for entry in &mut declared {
                if let Some(keys) = entries_mut(&mut entry.value) {
                    keys.retain(|entry| !TEXTS.contains(&entry.key.as_str()));
                }
            }
            let value = Node { place: start.clone(), content: Content::Map(declared) };
            root.push(Entry { key: section.clone(), key_place: start.clone(), value });
        }
        let root = Node { place: start, content: Content::Map(root) };
        let document = Document { file: Arc::clone(&self.file), root };
        PackSource { documents: vec![document], ..PackSource::default() }
    }

    /// The declarations of a section.
    pub(super) fn section(&self, name: &str) -> &[Entry] {
        self.sections.iter().find(|(section, _)| section == name).map_or(&[], |(_, declared)| declared)
    }

    /// The same, to be changed.
    pub(super) fn section_mut(&mut self, name: &str) -> &mut Vec<Entry> {
        let at = self.sections.iter().position(|(section, _)| section == name).unwrap_or_else(|| {
            self.sections.push((name.to_owned(), Vec::new()));
            self.sections.len() - 1
        });
        // A section that was pushed is there; the rows are empty by then.
        match self.sections.get_mut(at) {
            Some((_, declared)) => declared,
            None => &mut self.rows,
        }
    }

    /// A declaration.
    pub(super) fn get(&self, section: &str, name: &str) -> Option<&Entry> {
        self.section(section).iter().find(|entry| entry.key == name)
    }

    /// Declares something, in place of what has the name or else at the end.
    pub(super) fn put(&mut self, section: &str, entry: Entry) {
        let declared = self.section_mut(section);
        match declared.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => declared.push(entry),
        }
    }

    /// Takes a declaration away.
    pub(super) fn remove(&mut self, section: &str, name: &str) {
        self.section_mut(section).retain(|entry| entry.key != name);
    }

    /// Puts the rows of files where tables and calendars name them: a table is its rows, wherever they stand.
    fn with_rows_in_place(mut self) -> Self {
        let rows = std::mem::take(&mut self.rows);
        for (section, key) in [("tables", "rows"), ("calendars", "holidays")] {
            let rows_of = |name: &str| rows.iter().find(|entry| entry.key == format!("{section}/{name}"));
            for declared in self.section_mut(section) {
                put_rows(&mut declared.value, key, &rows_of);
            }
        }
        self
    }
}

fn put_rows<'r>(node: &mut Node, key: &str, rows_of: &impl Fn(&str) -> Option<&'r Entry>) {
    let Some(entries) = entries_mut(node) else { return };
    for entry in entries {
        if entry.key == "values"
            && let Some(dated) = entries_mut(&mut entry.value)
        {
            for dated in dated {
                put_rows(&mut dated.value, key, rows_of);
            }
        }
        let named = if entry.key == "file" { entry.value.as_text().and_then(rows_of) } else { None };
        if let Some(rows) = named {
            key.clone_into(&mut entry.key);
            entry.value = rows.value.clone();
        }
    }
}

/// The entries of a mapping; none of anything else.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
}

/// The same, to be changed.
pub(super) fn entries_mut(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.content {
        Content::Map(entries) => Some(entries),
        _ => None,
    }
}

/// Whether two nodes say the same, wherever they stand.
pub(super) fn is_same(left: &Node, right: &Node) -> bool {
    match (&left.content, &right.content) {
        (Content::Empty, Content::Empty) => true,
        (Content::Scalar(left), Content::Scalar(right)) => left.text == right.text,
        (Content::List(left), Content::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Content::Map(left), Content::Map(others)) => {
            let same = |entry: &Entry| right.get(&entry.key).is_some_and(|other| is_same(&entry.value, other));
            left.len() == others.len() && left.iter().all(same)
        }
        _ => false,
    }
}
