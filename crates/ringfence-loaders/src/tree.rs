//! Builds trees of nodes from what a reader meets, without recursion and within limits.

use std::collections::HashMap;
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Entry, Node, Place, SourceFile};

use crate::shape::MOST_MISTAKES;

/// How deep lists and mappings may nest.
pub(crate) const MOST_DEPTH: usize = 32;
/// How many keys and values a file may hold.
const MOST_NODES: usize = 100_000;
/// How many bytes a text of nested values may have.
const MOST_BYTES: usize = 4 << 20;

/// Refuses a text beyond the limit before anything is read from it.
pub(crate) fn refuse_long(file: &Arc<SourceFile>, text: &str, line: usize) -> Result<(), Diagnostic> {
    if text.len() <= MOST_BYTES {
        return Ok(());
    }
    let message = format!("the text is longer than {} MiB", MOST_BYTES >> 20);
    Err(Diagnostic::error(Code::TOO_LARGE, Place::new(file, line, 1, 1), message)
        .help("tables of many rows belong in a `.csv` file"))
}

/// The mistake of nesting too deep.
pub(crate) fn too_deep(place: Place) -> Diagnostic {
    let message = format!("lists and mappings nest deeper than {MOST_DEPTH} levels");
    Diagnostic::error(Code::TOO_LARGE, place, message)
}

/// What is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    List,
    Map,
}

#[derive(Debug)]
struct Frame {
    place: Place,
    shape: Shape,
    items: Vec<Node>,
    entries: Vec<Entry>,
    key: Option<(String, Place)>,
    /// Where each key was first given. Only ever looked up, so its order reaches nobody.
    seen: HashMap<String, Place>,
}

/// A tree under construction.
#[derive(Debug)]
pub(crate) struct Builder {
    open: Vec<Frame>,
    roots: Vec<Node>,
    nodes: usize,
    mistakes: Vec<Diagnostic>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self { open: Vec::new(), roots: Vec::new(), nodes: 0, mistakes: Vec::new() }
    }

    /// Whether what comes next is a key.
    pub(crate) fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.shape == Shape::Map && frame.key.is_none())
    }

    /// Notes a mistake; an error if there have been enough of them.
    pub(crate) fn note(&mut self, mistake: Diagnostic) -> Result<(), Diagnostic> {
        if self.mistakes.len() + 1 >= MOST_MISTAKES {
            return Err(mistake);
        }
        self.mistakes.push(mistake);
        Ok(())
    }

    pub(crate) fn key(&mut self, text: &str, place: Place) -> Result<(), Diagnostic> {
        self.count(&place)?;
        let Some(frame) = self.open.last_mut() else { return Ok(()) };
        if frame.entries.is_empty() && frame.place.key() == place.key() {
            frame.place = place.clone();
        }
        let first = frame.seen.get(text).cloned();
        if first.is_none() {
            frame.seen.insert(text.to_owned(), place.clone());
        }
        frame.key = Some((text.to_owned(), place.clone()));
        first.map_or(Ok(()), |first| self.note(twice(text, place, &first)))
    }

    pub(crate) fn value(&mut self, node: Node) -> Result<(), Diagnostic> {
        self.count(&node.place)?;
        self.put(node);
        Ok(())
    }

    pub(crate) fn open(&mut self, shape: Shape, place: Place) -> Result<(), Diagnostic> {
        self.count(&place)?;
        if self.open.len() >= MOST_DEPTH {
            return Err(too_deep(place));
        }
        let (items, entries) = (Vec::new(), Vec::new());
        self.open.push(Frame { place, shape, items, entries, key: None, seen: HashMap::new() });
        Ok(())
    }

    /// Closes what was opened last; `end` is the line and column after its closing bracket, if it has one.
    pub(crate) fn close(&mut self, end: Option<(usize, usize)>) {
        let Some(frame) = self.open.pop() else { return };
        let place = match end {
            Some((line, column)) if line == frame.place.line() => {
                let length = column.saturating_sub(frame.place.column());
                Place::new(frame.place.file(), line, frame.place.column(), length)
            }
            _ => frame.place,
        };
        let content = match frame.shape {
            Shape::List => Content::List(frame.items),
            Shape::Map => Content::Map(frame.entries),
        };
        self.put(Node { place, content });
    }

    /// The trees, or what is wrong with them; `last` is the mistake that ended the reading.
    pub(crate) fn finish(mut self, last: Option<Diagnostic>) -> Result<Vec<Node>, Vec<Diagnostic>> {
        self.mistakes.extend(last);
        if self.mistakes.is_empty() { Ok(self.roots) } else { Err(self.mistakes) }
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.roots.push(node),
            Some(frame) if frame.shape == Shape::List => frame.items.push(node),
            Some(frame) => {
                if let Some((key, key_place)) = frame.key.take() {
                    frame.entries.push(Entry { key, key_place, value: node });
                }
            }
        }
    }

    fn count(&mut self, place: &Place) -> Result<(), Diagnostic> {
        self.nodes += 1;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        let message = format!("the file holds more than {MOST_NODES} keys and values");
        Err(Diagnostic::error(Code::TOO_LARGE, place.clone(), message)
            .help("tables of many rows belong in a `.csv` file"))
    }
}

fn twice(key: &str, place: Place, first: &Place) -> Diagnostic {
    let (line, column) = (first.line(), first.column());
    Diagnostic::error(Code::DUPLICATE_KEY, place, format!("the key `{key}` is given twice"))
        .label("given again here")
        .help(format!("it is first given in line {line}, column {column}; keep one of them"))
}
