//! Reading trees whose shape the loaders themselves must know: bindings, and the top of a case.

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Entry, Node};

/// After so many mistakes of one file nobody reads on.
pub(crate) const MOST_MISTAKES: usize = 100;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(pub(crate) Vec<Diagnostic>);

impl Mistakes {
    pub(crate) fn add(&mut self, mistake: Diagnostic) {
        if !self.is_full() {
            self.0.push(mistake);
        }
    }

    /// The value, or nothing and its mistakes are noted.
    pub(crate) fn gather<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.0.extend(found)).ok()
    }

    /// Whether there are so many mistakes that looking for more is idle.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST_MISTAKES
    }

    /// The entries of a mapping; nothing at all is an empty mapping.
    pub(crate) fn entries<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Entry] {
        match node.map(|node| (node, &node.content)) {
            None | Some((_, Content::Empty)) => &[],
            Some((_, Content::Map(entries))) => entries,
            Some((node, _)) => {
                self.wrong(node, what, "a mapping");
                &[]
            }
        }
    }

    /// The items of a list; nothing at all is an empty list.
    pub(crate) fn items<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Node] {
        match node.map(|node| (node, &node.content)) {
            None | Some((_, Content::Empty)) => &[],
            Some((_, Content::List(items))) => items,
            Some((node, _)) => {
                self.wrong(node, what, "a list");
                &[]
            }
        }
    }

    /// The text of a node.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = node.as_text();
        if text.is_none() {
            self.wrong(node, what, "a text");
        }
        text
    }

    /// The text under a key that may be absent.
    pub(crate) fn optional<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n str> {
        node.get(key).and_then(|value| self.text(value, &format!("`{key}`")))
    }

    /// The value under a key that must be there.
    pub(crate) fn required<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let value = node.get(key);
        if value.is_none() {
            self.add(Diagnostic::error(Code::MISSING_KEY, node.place.clone(), format!("the key `{key}` is missing")));
        }
        value
    }

    /// Refuses every key that is not among those known.
    pub(crate) fn known(&mut self, entries: &[Entry], known: &[&str]) {
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let message = format!("unknown key `{}`", entry.key);
            let help = format!("the keys here are {}", list(known));
            let mistake = Diagnostic::error(Code::UNKNOWN_KEY, entry.key_place.clone(), message).help(help);
            self.add(mistake.near_miss(&entry.key, known.iter().copied()));
        }
    }

    fn wrong(&mut self, node: &Node, what: &str, expected: &str) {
        let message = format!("expected {expected} for {what}, found {}", node.kind());
        self.add(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
    }
}

/// The entries of a node if it is a mapping; that it should be one is told elsewhere.
pub(crate) fn entries_of(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
}

/// Names as a reader lists them: `` `a`, `b` ``.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}
