//! One changed input in one line: what a case sets beside the evidence that it, or its base, gives.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::path::{Path, Select, Subject};
use super::{Evidence, Given, Row, Vintage, absence, checked, one_period, section, statements, vintages};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{Fields, Mistakes};
use crate::language::lower::{Record, Shape};
use crate::pack::{Fact, Pack};
use crate::period::Period;
use crate::source::{Content, Entry, Node};
use crate::types::Value;

/// One of the entries of `set`.
pub(super) struct Setting<'n> {
    path: Path,
    entry: &'n Entry,
}

/// What a case sets, in the order in which it is written.
pub(super) fn settings<'n>(fields: &Fields<'n>, mistakes: &mut Mistakes) -> Vec<Setting<'n>> {
    let mut found: Vec<Setting<'n>> = Vec::new();
    for entry in section(fields, "set", mistakes) {
        match entry.key.parse::<Path>() {
            Err(error) => mistakes.push(
                Diagnostic::error(Code::BAD_NAME, entry.key_place.clone(), error.message.clone()).help(error.help),
            ),
            Ok(path) if found.iter().any(|known| known.path == path) => {
                mistakes.push(mistake(Code::DUPLICATE_NAME, entry, format!("`{path}` is set twice")));
            }
            Ok(path) => found.push(Setting { path, entry }),
        }
    }
    for Setting { path, entry } in &found {
        if let Subject::Parameter(name) = &path.subject {
            let message = format!("`{name}` is a parameter, and a case holds evidence");
            let help = "try another value with `--set`, or change the parameter in the pack";
            mistakes.push(mistake(Code::WRONG_VALUE, entry, message).help(help));
        }
    }
    found
}

fn mistake(code: Code, entry: &Entry, message: String) -> Diagnostic {
    Diagnostic::error(code, entry.key_place.clone(), message)
}

/// The entries of a section of the case, with what is set for them.
///
/// A signature, a waiver and a decision are set before they are read, so what is wrong with them is told as ever.
pub(super) fn with_settings<'n>(
    entries: &'n [Entry],
    settings: &[Setting<'_>],
    id_of: fn(&Subject) -> Option<&str>,
    (what, declared): (&str, &[&str]),
    mistakes: &mut Mistakes,
) -> Cow<'n, [Entry]> {
    let mut changed = Cow::Borrowed(entries);
    for Setting { path, entry } in settings {
        let Some(id) = id_of(&path.subject) else { continue };
        if !declared.contains(&id) {
            let mistake = mistake(Code::UNKNOWN_NAME, entry, format!("unknown {what} `{id}`"));
            mistakes.push(mistake.near_miss(id, declared.iter().copied()));
            continue;
        }
        let changed = changed.to_mut();
        let at = changed.iter().position(|known| known.key == id).unwrap_or_else(|| {
            let value = Node { place: entry.key_place.clone(), content: Content::Empty };
            changed.push(Entry { key: id.to_owned(), key_place: entry.key_place.clone(), value });
            changed.len() - 1
        });
        if let Some(known) = changed.get_mut(at) {
            set_in(known, path, entry, mistakes);
        }
    }
    changed
}

fn set_in(known: &mut Entry, path: &Path, entry: &Entry, mistakes: &mut Mistakes) {
    let of_one = |node: &mut Node, mistakes: &mut Mistakes| match &path.field {
        None => *node = entry.value.clone(),
        Some(field) => set_field(node, field, path, entry, mistakes),
    };
    let Some(select) = &path.select else {
        if path.field.is_some() && matches!(known.value.content, Content::List(_)) {
            let message = format!("`{path}` does not say which of several");
            let one = Path { select: Some(Select::Numbered(1)), ..path.clone() };
            let help = format!("choose one by its number, as in `{one}`, or by what it says, such as its party");
            mistakes.push(mistake(Code::BAD_NAME, entry, message).help(help));
            return;
        }
        return of_one(&mut known.value, mistakes);
    };
    // One entry may stand for a list of one.
    if matches!(known.value.content, Content::Map(_)) {
        let only = known.value.clone();
        known.value = Node { place: only.place.clone(), content: Content::List(vec![only]) };
    }
    let Content::List(items) = &mut known.value.content else {
        mistakes.push(mistake(Code::UNKNOWN_NAME, entry, format!("`{}` has no entries to choose from", known.key)));
        return;
    };
    let texts: Vec<Vec<&str>> = items.iter().map(texts_of).collect();
    let Some(at) = chosen(select, &texts, &known.key, entry, mistakes) else { return };
    if path.field.is_none() && entry.value.content == Content::Empty {
        items.remove(at);
    } else if let Some(item) = items.get_mut(at) {
        of_one(item, mistakes);
    }
}

fn texts_of(node: &Node) -> Vec<&str> {
    match &node.content {
        Content::Map(entries) => entries.iter().filter_map(|entry| entry.value.as_text()).collect(),
        _ => node.as_text().into_iter().collect(),
    }
}

fn set_field(node: &mut Node, field: &str, path: &Path, entry: &Entry, mistakes: &mut Mistakes) {
    let Content::Map(entries) = &mut node.content else {
        let message = format!("there is nothing whose `{field}` could be set");
        mistakes.push(mistake(Code::UNKNOWN_NAME, entry, message).help(format!("set it whole: `{}`", whole(path))));
        return;
    };
    entries.retain(|known| known.key != field);
    if entry.value.content != Content::Empty {
        let (key, key_place) = (field.to_owned(), entry.key_place.clone());
        entries.push(Entry { key, key_place, value: entry.value.clone() });
    }
}

fn whole(path: &Path) -> Path {
    Path { field: None, ..path.clone() }
}

/// Which of several entries is meant, by what their fields say.
fn chosen(select: &Select, texts: &[Vec<&str>], of: &str, entry: &Entry, mistakes: &mut Mistakes) -> Option<usize> {
    let name = match select {
        Select::Numbered(number) if *number <= texts.len() => return Some(*number - 1),
        Select::Numbered(number) => {
            let message = format!("`{of}` has no entry {number}: it has {}", texts.len());
            mistakes.push(mistake(Code::UNKNOWN_NAME, entry, message));
            return None;
        }
        Select::Named(name) => name.as_str(),
    };
    let mut matching = texts.iter().enumerate().filter(|(_, texts)| texts.contains(&name)).map(|(at, _)| at);
    match (matching.next(), matching.next()) {
        (Some(only), None) => return Some(only),
        (Some(first), Some(second)) => {
            let message = format!("`{name}` stands in more than one entry of `{of}`");
            let help = format!("choose one by its number: `#{}` or `#{}`", first + 1, second + 1);
            mistakes.push(mistake(Code::DUPLICATE_NAME, entry, message).help(help));
        }
        (None, _) => {
            let mistake = mistake(Code::UNKNOWN_NAME, entry, format!("no entry of `{of}` says `{name}`"));
            mistakes.push(mistake.near_miss(name, texts.iter().flatten().copied()));
        }
    }
    None
}

impl Pack {
    /// Sets facts, or parts of them, in the evidence that was read.
    pub(super) fn set_facts(
        &self,
        facts: &mut BTreeMap<String, Evidence>,
        settings: &[Setting<'_>],
        mistakes: &mut Mistakes,
    ) {
        for Setting { path, entry } in settings {
            let Subject::Fact(name) = &path.subject else { continue };
            let Some(fact) = self.fact(name) else {
                mistakes.push(self.unknown(name, entry));
                continue;
            };
            match (&path.select, &path.field) {
                (None, _) => {
                    if let Some(evidence) = self.evidence(fact, &entry.value, mistakes) {
                        facts.insert(fact.name.clone(), evidence);
                    }
                }
                (Some(select), field) => {
                    self.set_part(fact, facts, (select, field.as_deref(), entry), mistakes);
                }
            }
        }
    }

    fn unknown(&self, name: &str, entry: &Entry) -> Diagnostic {
        let mistake = mistake(Code::UNKNOWN_NAME, entry, format!("unknown fact `{name}`"))
            .label(format!("not declared by `{}`", self.id));
        let list = name
            .rsplit_once('.')
            .filter(|(list, _)| self.fact(list).is_some_and(|fact| matches!(fact.shape, Shape::List(_))));
        match list {
            Some((list, field)) => mistake.help(format!("say of which record: `{list}[…].{field}`")),
            None => mistake.near_miss(name, self.facts()),
        }
    }

    fn set_part(
        &self,
        fact: &Fact,
        facts: &mut BTreeMap<String, Evidence>,
        (select, field, entry): (&Select, Option<&str>, &Entry),
        mistakes: &mut Mistakes,
    ) {
        let name = &fact.name;
        match (&fact.shape, select, field) {
            (Shape::Series(_), Select::Named(period), None) => {
                let Some((period, found)) = self.period_of(fact, period, entry, mistakes) else { return };
                let evidence = facts.entry(name.clone()).or_insert_with(|| Evidence::Series(BTreeMap::new()));
                if let Evidence::Series(series) = evidence {
                    series.insert(period, found);
                }
            }
            (Shape::List(record), select, Some(field)) if !record.bare => {
                let Some(Evidence::List(vintages)) = facts.get_mut(name) else {
                    let message = format!("`{name}` is not given here, so it has no record to change");
                    mistakes.push(mistake(Code::UNKNOWN_NAME, entry, message).help(format!("set it whole: `{name}`")));
                    return;
                };
                set_record(fact, record, vintages, (select, field, entry), mistakes);
            }
            (shape, ..) => {
                let help = match shape {
                    Shape::Series(_) => format!("write one of its periods: `{name}[{}]`", self.first_period()),
                    Shape::List(record) if record.bare => format!("it is a list of texts: set it whole, as `{name}`"),
                    Shape::List(_) => format!("write a field of one of its records: `{name}[…].field`"),
                    Shape::One(_) => format!("it is one value: write `{name}`"),
                };
                mistakes
                    .push(mistake(Code::BAD_NAME, entry, format!("`{}` is no part of `{name}`", entry.key)).help(help));
            }
        }
    }

    fn first_period(&self) -> String {
        self.periods.map(|periods| periods.first().to_string()).unwrap_or_default()
    }

    fn period_of(
        &self,
        fact: &Fact,
        period: &str,
        entry: &Entry,
        mistakes: &mut Mistakes,
    ) -> Option<(Period, Vec<Vintage<Value>>)> {
        let Shape::Series(ty) = &fact.shape else { return None };
        let named = Entry { key: period.to_owned(), ..entry.clone() };
        let (period, node) = one_period(&named, self.periods?, mistakes)?;
        let read = |node: &Node, mistakes: &mut Mistakes| checked(fact, node, ty, mistakes);
        let stated = statements(node, mistakes);
        Some((period, vintages(fact, &stated, read, mistakes)))
    }
}

/// Sets a field of one record in every statement of the list that has the record.
fn set_record(
    fact: &Fact,
    record: &Record,
    stated: &mut [Vintage<Vec<Row>>],
    (select, field, entry): (&Select, &str, &Entry),
    mistakes: &mut Mistakes,
) {
    let Some((_, ty)) = record.fields.iter().find(|(name, _)| name == field) else {
        let names = record.fields.iter().map(|(name, _)| name.as_str());
        let message = format!("a record of `{}` has no field `{field}`", fact.name);
        let help = match nearest(field, names.clone()) {
            Some(near) => format!("a similar name exists: `{near}`"),
            None => format!("the fields are {}", names.collect::<Vec<_>>().join(", ")),
        };
        mistakes.push(mistake(Code::UNKNOWN_NAME, entry, message).help(help));
        return;
    };
    let given = match absence(&entry.value, mistakes) {
        Some(given) => Some(given),
        None => checked(fact, &entry.value, ty, mistakes).map(Given::Known),
    };
    let Some(given) = given else { return };
    let lists = stated.iter_mut().filter_map(|vintage| match &mut vintage.given {
        Given::Known(rows) => Some(rows),
        _ => None,
    });
    let (mut is_set, mut misses) = (false, Mistakes::new());
    for rows in lists {
        let texts: Vec<Vec<String>> = rows.iter().map(texts_of_row).collect();
        let texts: Vec<Vec<&str>> = texts.iter().map(|texts| texts.iter().map(String::as_str).collect()).collect();
        if let Some(row) = chosen(select, &texts, &fact.name, entry, &mut misses).and_then(|at| rows.get_mut(at)) {
            row.insert(field.to_owned(), given.clone());
            is_set = true;
        }
    }
    if !is_set && misses.is_empty() {
        let message = format!("`{}` lists no records here", fact.name);
        misses.push(mistake(Code::UNKNOWN_NAME, entry, message));
    }
    if !is_set {
        let told = misses.iter().find(|mistake| mistake.help.is_some()).or(misses.first());
        mistakes.extend(told.cloned());
    }
}

fn texts_of_row(row: &Row) -> Vec<String> {
    let known = row.values().filter_map(|given| match given {
        Given::Known(value) => Some(value.to_string()),
        _ => None,
    });
    known.collect()
}
