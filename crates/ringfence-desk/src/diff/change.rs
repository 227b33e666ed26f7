//! The changes between two packs: declarations that are new, gone, or say something else, one key at a time.

use ringfence_core::source::{Content, Entry, Node};

use super::declarations::{Declarations, entries, entries_mut, is_same};

/// The sections whose declarations decide, in the order in which one rests on another.
const DECIDING: [&str; 10] = [
    "facts",
    "calendars",
    "parameters",
    "tables",
    "values",
    "sign-offs",
    "decisions",
    "portfolio",
    "conditions",
    "funds",
];

/// The sections that only tell: names, sources, history.
const TELLING: [&str; 4] = ["sources", "themes", "changes", "parties"];

/// What the pack says of itself that decides.
const IDENTITY: [&str; 4] = ["periods", "rounding", "requires", "currency"];

/// The section of what a pack says of itself.
pub(super) const OF_ITSELF: &str = "pack";

/// Keys of a declaration that are words for its reader, and decide nothing.
const WORDS: [&str; 14] = [
    "title",
    "notes",
    "note",
    "authority",
    "theme",
    "allow",
    "scenarios",
    "because",
    "more",
    "source-of",
    "status",
    "confirmed",
    "announced",
    "suspect-because",
];

/// What happens to a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Added,
    Changed,
    Removed,
}

/// One change between two packs.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) kind: Kind,
    pub(super) section: String,
    pub(super) name: String,
    /// Which key says something else; none where the declaration as a whole is new or gone.
    pub(super) key: Option<String>,
    /// The title of what is changed.
    pub(super) title: Option<String>,
    /// What stood there, and what stands there now.
    pub(super) old: Option<Entry>,
    pub(super) new: Option<Entry>,
}

/// The changes between two packs, those that only reword apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// In the order in which they are made.
    pub(super) deciding: Vec<Change>,
    /// Words for the reader that differ.
    pub(super) wording: Vec<Change>,
}

/// The changes from one pack to another.
///
/// What is new or says something else comes first, what others rest on before what rests on it; what is gone comes last
/// and the other way about. So most changes can be made by themselves.
pub(super) fn between(old: &Declarations, new: &Declarations) -> Changes {
    let mut changes = Changes::default();
    let mut gone = Vec::new();
    identity(old, new, &mut changes);
    for section in DECIDING {
        for entry in new.section(section) {
            match old.get(section, &entry.key) {
                None => changes.deciding.push(Change::whole(Kind::Added, section, None, Some(entry))),
                Some(before) => keys(section, before, entry, &mut changes),
            }
        }
        let removed = old.section(section).iter().filter(|entry| new.get(section, &entry.key).is_none());
        gone.extend(removed.map(|entry| Change::whole(Kind::Removed, section, Some(entry), None)));
    }
    changes.deciding.extend(gone.into_iter().rev());
    for section in TELLING {
        for entry in new.section(section) {
            match old.get(section, &entry.key) {
                None => changes.wording.push(Change::whole(Kind::Added, section, None, Some(entry))),
                Some(before) if !is_same(&before.value, &entry.value) => {
                    changes.wording.push(Change::whole(Kind::Changed, section, Some(before), Some(entry)));
                }
                Some(_) => {}
            }
        }
        let removed = old.section(section).iter().filter(|entry| new.get(section, &entry.key).is_none());
        changes.wording.extend(removed.map(|entry| Change::whole(Kind::Removed, section, Some(entry), None)));
    }
    changes
}

/// What the packs say of themselves.
fn identity(old: &Declarations, new: &Declarations, changes: &mut Changes) {
    let find = |identity: &[Entry], key: &str| identity.iter().find(|entry| entry.key == key).cloned();
    let mut names: Vec<&str> = new.identity.iter().chain(&old.identity).map(|entry| entry.key.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (before, after) = (find(&old.identity, name), find(&new.identity, name));
        let same = match (&before, &after) {
            (Some(before), Some(after)) => is_same(&before.value, &after.value),
            _ => false,
        };
        if same {
            continue;
        }
        let kind = match (&before, &after) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        let change = Change::whole(kind, OF_ITSELF, before.as_ref(), after.as_ref());
        let which = if IDENTITY.contains(&name) { &mut changes.deciding } else { &mut changes.wording };
        which.push(change);
    }
}

/// A declaration that says something else, key by key.
fn keys(section: &str, before: &Entry, after: &Entry, changes: &mut Changes) {
    let (old, new) = (long_form(section, before), long_form(section, after));
    let (Content::Map(left), Content::Map(right)) = (&old.value.content, &new.value.content) else {
        if !is_same(&old.value, &new.value) {
            changes.deciding.push(Change::whole(Kind::Changed, section, Some(before), Some(after)));
        }
        return;
    };
    let added = right.iter().filter(|entry| old.value.get(&entry.key).is_none());
    for entry in left.iter().chain(added) {
        let name = entry.key.as_str();
        let find = |entries: &[Entry]| entries.iter().find(|entry| entry.key == name).cloned();
        let (before, after) = (find(left), find(right));
        let (decides, differs) = match (&before, &after) {
            (Some(before), Some(after)) => (
                !WORDS.contains(&name) && !is_same(&without_words(before), &without_words(after)),
                !is_same(&before.value, &after.value),
            ),
            _ => (!WORDS.contains(&name), true),
        };
        if !differs {
            continue;
        }
        let change = Change {
            kind: Kind::Changed,
            section: section.to_owned(),
            name: new.key.clone(),
            key: Some(name.to_owned()),
            title: title(&new).or_else(|| title(&old)),
            old: before,
            new: after,
        };
        if decides { changes.deciding.push(change) } else { changes.wording.push(change) }
    }
}

/// A value in its short form, a script alone, as it would be written at length.
pub(super) fn long_form(section: &str, entry: &Entry) -> Entry {
    if section != "values" || entry.value.as_text().is_none() {
        return entry.clone();
    }
    let value = Node::map([("is".to_owned(), entry.value.clone())], &entry.value.place);
    Entry { value, ..entry.clone() }
}

/// The value of a key without the words that stand in it: those of dated values, and the titles of parties and columns.
fn without_words(entry: &Entry) -> Node {
    let mut node = entry.value.clone();
    match entry.key.as_str() {
        "values" => {
            for dated in entries_mut(&mut node).into_iter().flatten() {
                drop_words(&mut dated.value, &WORDS);
            }
        }
        "of" => {
            for field in entries_mut(&mut node).into_iter().flatten() {
                drop_words(&mut field.value, &["title"]);
            }
        }
        "parties" => {
            if let Content::List(parties) = &mut node.content {
                for party in parties {
                    drop_words(party, &["title"]);
                }
            }
        }
        "suspended" => {
            if let Content::List(stretches) = &mut node.content {
                for stretch in stretches {
                    drop_words(stretch, &["authority"]);
                }
            }
        }
        _ => {}
    }
    node
}

fn drop_words(node: &mut Node, words: &[&str]) {
    if let Some(entries) = entries_mut(node) {
        entries.retain(|entry| !words.contains(&entry.key.as_str()));
    }
}

fn title(entry: &Entry) -> Option<String> {
    entry.value.get("title").and_then(Node::as_text).map(str::to_owned)
}

impl Change {
    fn whole(kind: Kind, section: &str, old: Option<&Entry>, new: Option<&Entry>) -> Self {
        let entry = new.or(old);
        Self {
            kind,
            section: section.to_owned(),
            name: entry.map(|entry| entry.key.clone()).unwrap_or_default(),
            key: None,
            title: entry.and_then(title),
            old: old.cloned(),
            new: new.cloned(),
        }
    }

    /// What is changed, to find the same change elsewhere.
    pub(super) fn subject(&self) -> (&str, &str, Option<&str>) {
        (&self.section, &self.name, self.key.as_deref())
    }

    /// Makes the change.
    pub(super) fn make(&self, declared: &mut Declarations) {
        if self.section == OF_ITSELF {
            declared.identity.retain(|entry| entry.key != self.name);
            declared.identity.extend(self.new.clone());
            return;
        }
        match (&self.key, &self.new) {
            (None, Some(entry)) => declared.put(&self.section, entry.clone()),
            (None, None) => declared.remove(&self.section, &self.name),
            (Some(key), value) => {
                let Some(entry) = declared.get(&self.section, &self.name) else { return };
                let mut entry = long_form(&self.section, entry);
                if let Some(keys) = entries_mut(&mut entry.value) {
                    keys.retain(|known| known.key != *key);
                    keys.extend(value.clone());
                }
                declared.put(&self.section, entry);
            }
        }
    }

    /// Whether it changes how cases are read.
    pub(super) fn touches_evidence(&self) -> bool {
        let can_be_waived =
            |entry: &Option<Entry>| entry.as_ref().is_some_and(|entry| entry.value.get("waiver").is_some());
        match self.section.as_str() {
            OF_ITSELF | "facts" | "sign-offs" | "decisions" => true,
            "conditions" => {
                let whole = self.key.is_none() && (can_be_waived(&self.old) || can_be_waived(&self.new));
                whole || self.key.as_deref() == Some("waiver")
            }
            _ => false,
        }
    }

    /// What is changed, in words: the kind of thing and its name.
    pub(super) fn what(&self) -> String {
        match self.section.as_str() {
            OF_ITSELF => format!("the pack's `{}`", self.name),
            section => format!("{} `{}`", singular(section), self.name),
        }
    }

    /// What happens to it, in words.
    pub(super) fn how(&self) -> String {
        match (self.kind, &self.key) {
            (Kind::Added, _) => "is new".to_owned(),
            (Kind::Removed, _) => "is gone".to_owned(),
            (Kind::Changed, None) => said(None, self.old.as_ref(), self.new.as_ref()),
            (Kind::Changed, Some(key)) => said(Some(key), self.old.as_ref(), self.new.as_ref()),
        }
    }
}

/// What kind of thing a section declares.
fn singular(section: &str) -> &str {
    match section {
        "facts" => "fact",
        "calendars" => "calendar",
        "parameters" => "parameter",
        "tables" => "table",
        "values" => "value",
        "sign-offs" => "sign-off",
        "decisions" => "decision",
        "portfolio" => "value over all cases",
        "conditions" => "condition",
        "funds" => "fund",
        "sources" => "source",
        "themes" => "theme",
        "changes" => "note of changes on",
        "parties" => "party",
        other => other,
    }
}

/// No more letters of what a key says are shown beside it.
const LONGEST: usize = 48;

/// What a key said and says.
fn said(key: Option<&str>, old: Option<&Entry>, new: Option<&Entry>) -> String {
    let name = key.map_or_else(String::new, |key| format!("`{key}`: "));
    if key == Some("values")
        && let (Some(before), Some(after)) = (old.and_then(only_value), new.and_then(only_value))
    {
        return format!("{before} → {after}");
    }
    if key == Some("in-force") {
        return in_force(old, new).to_owned();
    }
    if let (Some(before), Some(after)) = (old.and_then(names), new.and_then(names)) {
        return format!("{name}{}", listed(&before, &after));
    }
    match (old.map(short), new.map(short)) {
        (None, Some(Some(after))) => format!("{name}none → {after}"),
        (Some(Some(before)), None) => format!("{name}{before} → none"),
        (Some(Some(before)), Some(Some(after))) => format!("{name}{before} → {after}"),
        (None, Some(None)) => format!("{name}is new"),
        (Some(None), None) => format!("{name}is gone"),
        _ => format!("{name}says something else"),
    }
}

/// Days in force, once a day is chosen: a rule has some, or is in force on none that is asked about.
fn in_force(old: Option<&Entry>, new: Option<&Entry>) -> &'static str {
    match (old, new) {
        (Some(_), None) => "comes into force",
        (None, Some(_)) => "is not in force any more",
        _ => "is in force on other days",
    }
}

/// The value of a parameter that has one for all days.
fn only_value(entry: &Entry) -> Option<String> {
    let [dated] = entries(&entry.value) else { return None };
    match (dated.value.get("value"), dated.value.get("withdrawn")) {
        (Some(value), _) => value.as_text().map(str::to_owned),
        (None, Some(_)) => Some("none".to_owned()),
        (None, None) => None,
    }
}

/// The texts of a list of them.
fn names(entry: &Entry) -> Option<Vec<&str>> {
    match &entry.value.content {
        Content::List(items) => items.iter().map(Node::as_text).collect(),
        _ => None,
    }
}

fn listed(before: &[&str], after: &[&str]) -> String {
    let with = after.iter().filter(|name| !before.contains(name)).map(|name| format!("with {name}"));
    let without = before.iter().filter(|name| !after.contains(name)).map(|name| format!("without {name}"));
    let all: Vec<String> = with.chain(without).collect();
    if all.is_empty() { "in another order".to_owned() } else { all.join(", ") }
}

/// What a key says, if that is short.
fn short(entry: &Entry) -> Option<String> {
    let text = written(&entry.value)?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (text.chars().count() <= LONGEST).then_some(text)
}

/// A node on one line.
pub(super) fn written(node: &Node) -> Option<String> {
    match &node.content {
        Content::Empty => Some("nothing".to_owned()),
        Content::Scalar(scalar) => Some(scalar.text.trim().to_owned()),
        Content::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(written).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Content::Map(entries) => {
            let entries: Option<Vec<String>> =
                entries.iter().map(|entry| Some(format!("{}: {}", entry.key, written(&entry.value)?))).collect();
            Some(entries?.join(", "))
        }
    }
}
