//! Declarations that several packs share: one folder holds them, and each pack says which of them it uses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Entry, Node, PackSource, Place};

use crate::pack::{PACK, SECTIONS, beside, is_table, section_files, single};
use crate::shape::{Mistakes, entries_of};
use crate::{LoadError, text};

/// The key under which a pack says what it uses, and that of the folder.
const USES: &str = "uses";
const FROM: &str = "from";
/// The section of which a pack has what its authorities name.
const SOURCES: &str = "sources";

/// A declaration by section and name.
type Key<'a> = (&'a str, &'a str);

/// What a pack takes from the folder it uses: a document for each file there, with those entries only.
pub(crate) fn taken(dir: &Path, source: &PackSource) -> Result<Vec<Document>, LoadError> {
    let Some(node) = source.documents.first().and_then(|first| first.root.get(USES)) else { return Ok(Vec::new()) };
    let mut mistakes = Mistakes::default();
    mistakes.entries(Some(node), "`uses`");
    let known: Vec<&str> = std::iter::once(FROM).chain(SECTIONS).collect();
    mistakes.known(entries_of(node), &known);
    let from = mistakes.required(node, FROM).cloned();
    let Some((from, relative)) = from.as_ref().and_then(|from| Some((from, mistakes.text(from, "`from`")?))) else {
        return Err(mistakes.0.into());
    };
    let folder = beside(dir, relative);
    let wrong = |message: String, help: &str| -> LoadError {
        vec![Diagnostic::error(Code::BAD_BASE, from.place.clone(), message).help(help)].into()
    };
    if Path::new(relative).has_root() || relative.is_empty() {
        return Err(wrong(format!("`{relative}` is not relative to the pack"), "name it from here: `../common`"));
    }
    if folder.join(PACK).is_file() {
        let message = format!("`{}` is a pack, and no folder of shared declarations", text::shown(&folder));
        return Err(wrong(message, "a pack stands on another with `extends`"));
    }
    let documents = read(&folder, &mut mistakes)?;
    if documents.is_empty() {
        let message = format!("there are no shared declarations in `{}`", text::shown(&folder));
        let help = "name a folder with `facts`, `sources` and so on in it, relative to this pack's";
        return Err(wrong(message, help));
    }
    let shared: BTreeMap<Key<'_>, &Entry> = documents.iter().flat_map(|document| declared(&document.root)).collect();
    refuse_others(source, &shared, &mut mistakes);
    let wanted = wanted(node, source, &shared, &mut mistakes);
    if wanted.is_empty() && mistakes.0.is_empty() {
        let message = "nothing of the folder is used".to_owned();
        return Err(wrong(message, "list what is used by section, `facts: [grant.size]`, or remove `uses`"));
    }
    if mistakes.0.is_empty() {
        Ok(documents.iter().filter_map(|document| with_only(document, &wanted)).collect())
    } else {
        Err(mistakes.0.into())
    }
}

/// The files of the folder, each a mapping with its section. A name stands there once.
fn read(folder: &Path, mistakes: &mut Mistakes) -> Result<Vec<Document>, LoadError> {
    let mut documents: Vec<Document> = Vec::new();
    for section in SECTIONS {
        let mut files = Vec::new();
        section_files(folder, section, &mut files, &mut mistakes.0)?;
        for relative in &files {
            let path = folder.join(relative);
            let file = text::read(&path, &text::shown(&path))?;
            if is_table(relative) {
                let message = format!("`{relative}` is not read: shared tables and calendars have their rows in YAML");
                let mistake = Diagnostic::error(Code::BAD_NAME, Place::start_of(&file), message);
                mistakes.add(mistake.help("write the rows under `rows`, or move the file to the pack that uses it"));
                continue;
            }
            let root = single(&file).map_err(LoadError::from)?;
            let root = Node::map([(section.to_owned(), root)], &Place::start_of(&file));
            for (key, entry) in declared(&root) {
                let mut before = documents.iter().flat_map(|document| declared(&document.root));
                if let Some((_, first)) = before.find(|(other, _)| *other == key) {
                    let message = format!("`{}` is declared twice under `{section}`", key.1);
                    let mistake = Diagnostic::error(Code::DUPLICATE_NAME, entry.key_place.clone(), message);
                    mistakes.add(mistake.help(format!("the first one is at {}", first.key_place)));
                }
            }
            documents.push(Document { file, root });
        }
    }
    Ok(documents)
}

/// The declarations of a document.
fn declared(root: &Node) -> impl Iterator<Item = (Key<'_>, &Entry)> {
    let sections = entries_of(root).iter().filter(|entry| SECTIONS.contains(&entry.key.as_str()));
    sections.flat_map(|section| {
        entries_of(&section.value).iter().map(|entry| ((section.key.as_str(), entry.key.as_str()), entry))
    })
}

/// A word that means one thing in the folder must not mean another in a pack that uses it.
fn refuse_others(source: &PackSource, shared: &BTreeMap<Key<'_>, &Entry>, mistakes: &mut Mistakes) {
    for (key, entry) in source.documents.iter().flat_map(|document| declared(&document.root)) {
        if let Some(other) = shared.get(&key) {
            let message = format!("`{}` is declared here and in the folder that the pack uses", key.1);
            let mistake = Diagnostic::error(Code::DUPLICATE_NAME, entry.key_place.clone(), message);
            let help = format!("use the one at {}, or give this one another name", other.key_place);
            mistakes.add(mistake.help(help));
        }
    }
}

/// What the pack lists, and the sources that it and what it lists name as authorities.
fn wanted<'a>(
    node: &'a Node,
    source: &'a PackSource,
    shared: &BTreeMap<Key<'a>, &'a Entry>,
    mistakes: &mut Mistakes,
) -> BTreeSet<Key<'a>> {
    let mut wanted = BTreeSet::new();
    let mut named = BTreeSet::new();
    for section in entries_of(node).iter().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
        let section_name = section.key.as_str();
        for item in mistakes.items(Some(&section.value), &format!("`{section_name}`")) {
            let Some(name) = mistakes.text(item, "a name") else { continue };
            let Some((key, entry)) = shared.get_key_value(&(section_name, name)) else {
                let message = format!("`{name}` is not among the `{section_name}` of the folder");
                let names = shared.keys().filter(|(of, _)| *of == section_name).map(|(_, name)| *name);
                let mistake = Diagnostic::error(Code::UNKNOWN_NAME, item.place.clone(), message);
                mistakes.add(mistake.near_miss(name, names));
                continue;
            };
            if !wanted.insert(*key) {
                let mistake = Diagnostic::error(Code::DUPLICATE_NAME, item.place.clone(), "it stands here twice");
                mistakes.add(mistake.help("remove one"));
            }
            authorities(&entry.value, &mut named);
        }
    }
    source.documents.iter().for_each(|document| authorities(&document.root, &mut named));
    let of_bases: BTreeSet<&str> = std::iter::successors(source.base.as_deref(), |base| base.base.as_deref())
        .flat_map(|base| base.documents.iter().chain(&base.shared))
        .flat_map(|document| declared(&document.root))
        .filter_map(|((section, name), _)| (section == SOURCES).then_some(name))
        .collect();
    let sources = named.into_iter().filter(|name| !of_bases.contains(name));
    wanted.extend(sources.filter_map(|name| shared.get_key_value(&(SOURCES, name)).map(|(key, _)| *key)));
    wanted
}

/// Every source that an authority names.
fn authorities<'a>(node: &'a Node, named: &mut BTreeSet<&'a str>) {
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), entry.value.as_text()) {
                    ("source", Some(name)) => {
                        named.insert(name);
                    }
                    _ => authorities(&entry.value, named),
                }
            }
        }
        Content::List(items) => items.iter().for_each(|item| authorities(item, named)),
        Content::Empty | Content::Scalar(_) => {}
    }
}

/// The document with the wanted entries only, if it has any.
fn with_only(document: &Document, wanted: &BTreeSet<Key<'_>>) -> Option<Document> {
    let mut sections = Vec::new();
    for section in entries_of(&document.root) {
        let kept: Vec<Entry> = entries_of(&section.value)
            .iter()
            .filter(|entry| wanted.contains(&(section.key.as_str(), entry.key.as_str())))
            .cloned()
            .collect();
        if !kept.is_empty() {
            let value = Node { place: section.value.place.clone(), content: Content::Map(kept) };
            sections.push(Entry { value, ..section.clone() });
        }
    }
    let root = Node { place: document.root.place.clone(), content: Content::Map(sections) };
    (!entries_of(&root).is_empty()).then(|| Document { file: document.file.clone(), root })
}
