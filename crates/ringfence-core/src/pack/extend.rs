//! A pack that extends another: its declarations and the base's become one pack, each at its own place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::compile::{IDENTITY, compile_whole};
use super::section::SECTIONS;
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{self, Fields, Mistakes};
use crate::plugin::Plugins;
use crate::source::{Content, Document, Entry, Node, PackSource, Place};

/// The keys with which a pack speaks of its base, and of what it shares with others.
const EXTENDS: &str = "extends";
const REPLACE: &str = "replace";
const REMOVE: &str = "remove";
const USES: &str = "uses";

/// What of its identity a pack never has from its base: which scheme it is, which days it is about, whose notes.
const OWN: &[&str] =
    &["ringfence", "pack", "title", "rules-on", "version", "in-force", "rules-at", "years", "notes", USES];

/// What a pack says of itself by theme: what it changed against the scheme before is not what its base changed.
const CHANGES: &str = "changes";

/// How many packs may stand on each other.
const DEEPEST: usize = 8;

/// A pack with everything that it takes from its bases.
pub(crate) struct Whole<'a> {
    pub(crate) source: Cow<'a, PackSource>,
    /// What the pack removes, by the word that would name it.
    pub(crate) removed: BTreeMap<String, Place>,
}

/// What a pack does to the declarations of its base, by section and name.
#[derive(Default)]
struct Changes<'a> {
    replaced: BTreeMap<(&'a str, &'a str), &'a Entry>,
    removed: BTreeMap<(String, String), Place>,
    declared: BTreeMap<(&'a str, &'a str), &'a Entry>,
}

/// The pack with what it takes from its base; nothing where the base cannot be used.
pub(crate) fn whole<'a>(source: &'a PackSource, plugins: &Plugins, mistakes: &mut Mistakes) -> Option<Whole<'a>> {
    let bases = std::iter::successors(source.base.as_deref(), |base| base.base.as_deref());
    if bases.take(DEEPEST + 1).count() > DEEPEST {
        let place = source.documents.first().map(|first| Place::start_of(&first.file))?;
        let message = format!("more than {DEEPEST} packs extend each other");
        mistakes.push(Diagnostic::error(Code::TOO_LARGE, place, message).help("let the pack extend a nearer one"));
        return None;
    }
    for layer in std::iter::successors(Some(source), |source| source.base.as_deref()) {
        let uses = layer.documents.first().and_then(|first| first.root.get(USES));
        if let (Some(node), true) = (uses, layer.shared.is_empty()) {
            let message = "the shared declarations that the pack uses are not at hand";
            let diagnostic = Diagnostic::error(Code::BAD_BASE, node.place.clone(), message);
            mistakes.push(diagnostic.help("load the pack from its folder, or hand over what it uses with it"));
            return None;
        }
    }
    joined(source, plugins, mistakes)
}

fn joined<'a>(source: &'a PackSource, plugins: &Plugins, mistakes: &mut Mistakes) -> Option<Whole<'a>> {
    if !source.shared.is_empty() {
        let mut flat = source.clone();
        flat.documents.append(&mut flat.shared);
        let Whole { source, removed } = joined(&flat, plugins, mistakes)?;
        return Some(Whole { source: Cow::Owned(source.into_owned()), removed });
    }
    let Some(first) = source.documents.first() else {
        return Some(Whole { source: Cow::Borrowed(source), removed: BTreeMap::new() });
    };
    let extends = first.root.get(EXTENDS);
    let Some(base) = &source.base else {
        return without_base(source, first, extends, mistakes);
    };
    let place = extends.map_or_else(|| Place::start_of(&first.file), |node| node.place.clone());
    if extends.is_none() {
        let diagnostic = Diagnostic::error(Code::BAD_BASE, place, "a base is given, and the pack extends none");
        mistakes.push(diagnostic.help("add `extends: …` with the base's folder"));
        return None;
    }
    let mut of_base = Mistakes::new();
    let whole = joined(base, plugins, &mut of_base).filter(|whole| {
        let (_, found) = compile_whole(&whole.source, String::new(), plugins, Mistakes::new());
        of_base.extend(found);
        name_removals(&whole.removed, &mut of_base);
        !of_base.iter().any(Diagnostic::is_error)
    });
    let Some(whole) = whole else {
        of_base.retain(Diagnostic::is_error);
        mistakes.append(&mut of_base);
        return None;
    };
    let changes = Changes::of(source, first, mistakes);
    let merged = changes.merged(source, first, &whole.source, mistakes);
    let removed = changes.removed.iter().map(|((_, name), place)| (name.replace('-', "_"), place.clone()));
    Some(Whole { removed: removed.collect(), source: Cow::Owned(merged) })
}

/// A pack that has no base must not speak of one.
fn without_base<'a>(
    source: &'a PackSource,
    first: &Document,
    extends: Option<&Node>,
    mistakes: &mut Mistakes,
) -> Option<Whole<'a>> {
    if let Some(node) = extends {
        let diagnostic =
            Diagnostic::error(Code::BAD_BASE, node.place.clone(), "the pack that is extended is not at hand");
        mistakes.push(diagnostic.help("load the pack from its folder, or hand over its base with it"));
        return None;
    }
    let mut source = Cow::Borrowed(source);
    for key in [REPLACE, REMOVE] {
        let Content::Map(entries) = &first.root.content else { continue };
        let Some(entry) = entries.iter().find(|entry| entry.key == key) else { continue };
        let message = format!("`{key}` has no effect in a pack that extends no other");
        let diagnostic = Diagnostic::error(Code::NO_EFFECT, entry.key_place.clone(), message);
        mistakes.push(diagnostic.help("add `extends: …` with the folder of the pack it changes, or remove it"));
        // It is no unknown key as well.
        if let Some(Content::Map(entries)) =
            source.to_mut().documents.first_mut().map(|document| &mut document.root.content)
        {
            entries.retain(|entry| entry.key != key);
        }
    }
    Some(Whole { source, removed: BTreeMap::new() })
}

/// The sections of a document with their entries.
fn sections(root: &Node) -> impl Iterator<Item = (&str, &Entry)> {
    let entries = match &root.content {
        Content::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    let sections = entries.iter().filter(|entry| SECTIONS.contains(&entry.key.as_str()));
    sections.flat_map(|section| {
        let entries = match &section.value.content {
            Content::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|entry| (section.key.as_str(), entry))
    })
}

impl<'a> Changes<'a> {
    fn of(source: &'a PackSource, first: &'a Document, mistakes: &mut Mistakes) -> Self {
        let mut changes = Self::default();
        if let Some(node) = first.root.get(REPLACE)
            && let Some(fields) = Fields::read(node, "`replace`", SECTIONS, mistakes)
        {
            for section in fields.entries.iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
                let Some(entries) = Fields::any(&section.value, &format!("`{}`", section.key), mistakes) else {
                    continue;
                };
                changes
                    .replaced
                    .extend(entries.entries.iter().map(|entry| ((section.key.as_str(), entry.key.as_str()), entry)));
            }
        }
        if let Some(node) = first.root.get(REMOVE)
            && let Some(fields) = Fields::read(node, "`remove`", SECTIONS, mistakes)
        {
            for section in fields.entries.iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
                let named = fields::texts(&section.value, &format!("`{}`", section.key), mistakes);
                super::declare::once(&named, mistakes);
                changes.removed.extend(named.into_iter().map(|(name, place)| ((section.key.clone(), name), place)));
            }
        }
        for document in &source.documents {
            changes
                .declared
                .extend(sections(&document.root).map(|(section, entry)| ((section, entry.key.as_str()), entry)));
        }
        changes
    }

    /// One pack of both: the identity, then the base's declarations in their order, then the pack's own.
    fn merged(&self, source: &PackSource, first: &Document, base: &PackSource, mistakes: &mut Mistakes) -> PackSource {
        let mut known: BTreeMap<(&str, &str), &Entry> = BTreeMap::new();
        for document in &base.documents {
            let inherited = sections(&document.root).filter(|(section, _)| *section != CHANGES);
            known.extend(inherited.map(|(section, entry)| ((section, entry.key.as_str()), entry)));
        }
        self.check(&known, mistakes);
        let mut documents = vec![identity(first, base)];
        for document in &base.documents {
            documents.push(Document { file: document.file.clone(), root: self.changed(&document.root) });
        }
        for document in &source.documents {
            let mut root = document.root.clone();
            if let Content::Map(entries) = &mut root.content {
                entries.retain(|entry| SECTIONS.contains(&entry.key.as_str()) || document.file != first.file);
            }
            documents.push(Document { file: document.file.clone(), root });
        }
        PackSource { documents, ..PackSource::default() }
    }

    /// Refuses changes that change nothing, and what could be meant in two ways.
    fn check(&self, known: &BTreeMap<(&str, &str), &Entry>, mistakes: &mut Mistakes) {
        let near = |section: &str, diagnostic: Diagnostic, name: &str| {
            let names = known.keys().filter(|(of, _)| *of == section).map(|(_, name)| *name);
            diagnostic.near_miss(name, names)
        };
        for ((section, name), entry) in &self.replaced {
            let place = entry.key_place.clone();
            match known.get(&(*section, *name)) {
                None => {
                    let message =
                        format!("`{name}` is replaced, and the base declares no such thing under `{section}`");
                    let diagnostic = near(section, Diagnostic::error(Code::NO_EFFECT, place, message), name);
                    mistakes.push(if diagnostic.help.is_some() {
                        diagnostic
                    } else {
                        diagnostic.help(format!("declare what is new under `{section}` itself"))
                    });
                }
                Some(before) if is_same(&before.value, &entry.value) => {
                    let message = format!("`{name}` is replaced by what the base says already");
                    let diagnostic = Diagnostic::error(Code::NO_EFFECT, place, message);
                    mistakes.push(diagnostic.help(format!("remove it; the base declares it at {}", before.key_place)));
                }
                Some(_) => {}
            }
        }
        for ((section, name), place) in &self.removed {
            if !known.contains_key(&(section.as_str(), name.as_str())) {
                let message = format!("`{name}` is removed, and the base declares no such thing under `{section}`");
                let diagnostic = Diagnostic::error(Code::NO_EFFECT, place.clone(), message);
                mistakes.push(near(section, diagnostic, name));
            }
            let also = [(&self.replaced, "replaced"), (&self.declared, "declared again")];
            for (other, what) in also {
                if let Some(entry) = other.get(&(section.as_str(), name.as_str())) {
                    let message = format!("`{name}` is both removed and {what}");
                    let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, entry.key_place.clone(), message);
                    mistakes.push(diagnostic.help(format!("keep it under `replace` only; it is removed at {place}")));
                }
            }
        }
        for ((section, name), entry) in &self.declared {
            let place = entry.key_place.clone();
            if let Some(replaced) = self.replaced.get(&(*section, *name)) {
                let message = format!("`{name}` is both replaced and declared under `{section}`");
                let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, place, message);
                mistakes.push(diagnostic.help(format!("keep one; it is replaced at {}", replaced.key_place)));
            } else if let Some(before) = known.get(&(*section, *name))
                && !self.removed.contains_key(&((*section).to_owned(), (*name).to_owned()))
            {
                let message = format!("the base declares `{name}` as well");
                let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, place, message);
                let help = format!("declare it under `replace` to change it; the base's is at {}", before.key_place);
                mistakes.push(diagnostic.help(help));
            }
        }
    }

    /// The sections of a document of the base, as the pack changes them.
    fn changed(&self, root: &Node) -> Node {
        let Content::Map(entries) = &root.content else { return root.clone() };
        let inherited = |entry: &&Entry| SECTIONS.contains(&entry.key.as_str()) && entry.key != CHANGES;
        let sections = entries.iter().filter(inherited).map(|section| {
            let mut section = section.clone();
            if let Content::Map(entries) = &mut section.value.content {
                let name = section.key.as_str();
                entries.retain(|entry| {
                    let again = self.declared.contains_key(&(name, entry.key.as_str()));
                    let removed = self.removed.contains_key(&(name.to_owned(), entry.key.clone()));
                    !again && (!removed || self.replaced.contains_key(&(name, entry.key.as_str())))
                });
                for entry in entries {
                    if let Some(replaced) = self.replaced.get(&(name, entry.key.as_str())) {
                        *entry = (*replaced).clone();
                    }
                }
            }
            section
        });
        Node { place: root.place.clone(), content: Content::Map(sections.collect()) }
    }
}

/// The pack's own identity, and what the base has of it besides.
fn identity(first: &Document, base: &PackSource) -> Document {
    let mut root = first.root.clone();
    if let Content::Map(own) = &mut root.content {
        own.retain(|entry| {
            let key = entry.key.as_str();
            !SECTIONS.contains(&key) && ![EXTENDS, REPLACE, REMOVE].contains(&key)
        });
        let of_base = base.documents.first().map(|document| &document.root.content);
        if let Some(Content::Map(entries)) = of_base {
            let taken = entries.iter().filter(|entry| {
                let key = entry.key.as_str();
                IDENTITY.contains(&key) && !OWN.contains(&key) && first.root.get(key).is_none()
            });
            own.extend(taken.cloned());
        }
    }
    Document { file: first.file.clone(), root }
}

/// Whether two nodes say the same, wherever they stand.
fn is_same(left: &Node, right: &Node) -> bool {
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

/// Says of names that nothing declares, and that the pack has removed, where it removes them.
pub(crate) fn name_removals(removed: &BTreeMap<String, Place>, mistakes: &mut Mistakes) {
    if removed.is_empty() {
        return;
    }
    for mistake in mistakes.iter_mut().filter(|mistake| mistake.code == Code::UNKNOWN_NAME) {
        let place = &mistake.place;
        let marked: Option<String> = place
            .file()
            .line(place.line())
            .map(|line| line.chars().skip(place.column() - 1).take(place.length()).collect());
        let at = marked.and_then(|word| removed.get(&word.trim_matches(['"', '\'']).replace('-', "_")));
        if let Some(at) = at {
            mistake.help = Some(format!("it is removed at {at}"));
        }
    }
}
