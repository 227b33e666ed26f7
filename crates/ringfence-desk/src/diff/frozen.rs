//! The rules of one day: every dated declaration as it is in force then, whichever day is asked about afterwards.
//!
//! Two dates of one pack and two packs are then compared in the same way, declaration by declaration.

use ringfence_core::Date;
use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Entry, Node, Place, Scalar, SourceFile, Style};

use super::declarations::{Declarations, entries, entries_mut};

/// A day before all others, from which on everything in force is declared.
const FIRST: &str = "0001-01-01";
/// The day after it: what is not in force ends there.
const SECOND: &str = "0001-01-02";
/// A day after all others.
const LAST: &str = "9999-12-31";

/// The declarations as they are in force on a day, with some parameters set to other values.
pub(super) fn on(day: Date, mut declared: Declarations, pack: &Pack, set: &[(String, String)]) -> Declarations {
    declared.identity.retain(|entry| entry.key != "rules-at");
    for entry in declared.identity.iter_mut().filter(|entry| entry.key == "in-force") {
        entry.value = days(None, &entry.value.place);
    }
    for parameter in declared.section_mut("parameters") {
        freeze_parameter(parameter, pack, day);
    }
    for (name, text) in set {
        if let Some(parameter) = declared.section_mut("parameters").iter_mut().find(|entry| entry.key == *name) {
            set_parameter(parameter, text);
        }
    }
    for table in declared.section_mut("tables") {
        freeze_table(&mut table.value, day);
    }
    for section in ["conditions", "funds"] {
        for entry in declared.section_mut(section) {
            freeze_days(&mut entry.value, day);
        }
    }
    for fund in declared.section_mut("funds") {
        freeze_suspensions(&mut fund.value, day);
    }
    declared
}

/// A parameter with the one value that it has on the day, or with the reason why it has none.
fn freeze_parameter(parameter: &mut Entry, pack: &Pack, day: Date) {
    let found = pack.value_on(&parameter.key, day).cloned();
    let Some(values) = parameter.value.get("values") else { return };
    let start = values.place.clone();
    let value = match found {
        Ok(place) => entries(values).iter().find(|entry| entry.key_place == place).map(|entry| {
            let mut value = entry.value.clone();
            if let Some(keys) = entries_mut(&mut value) {
                keys.retain(|entry| !["until", "announced", "cancelled"].contains(&entry.key.as_str()));
            }
            value
        }),
        Err(why) => {
            let why = if why.is_empty() { "it has no value".to_owned() } else { why };
            Some(map([("withdrawn", text(&why, &start))], &start))
        }
    };
    if let Some(value) = value {
        put(&mut parameter.value, "values", map([(FIRST, value)], &start));
    }
}

/// A parameter that is set to another value for this comparison.
fn set_parameter(parameter: &mut Entry, written: &str) {
    let file = SourceFile::new(format!("{} set for this comparison", parameter.key), written);
    let place = Place::start_of(&file);
    let dated = map([("value", text(written, &place)), ("status", text("choice", &place))], &place);
    put(&mut parameter.value, "values", map([(FIRST, dated)], &place));
}

/// A table with the rows of the day.
fn freeze_table(table: &mut Node, day: Date) {
    let Some(values) = table.get("values") else { return };
    let begun = entries(values).iter().filter(|entry| date(&entry.key).is_some_and(|from| from <= day));
    let start = values.place.clone();
    let value = match begun.max_by_key(|entry| date(&entry.key)) {
        Some(entry) => entry.value.clone(),
        None => map([("withdrawn", text("it has no rows yet", &start))], &start),
    };
    put(table, "values", map([(FIRST, value)], &start));
}

/// What is in force on the day is in force on all, and anything else on none that is asked about.
fn freeze_days(declared: &mut Node, day: Date) {
    let Some(own) = declared.get("in-force") else { return };
    if is_within(own, day) {
        if let Some(keys) = entries_mut(declared) {
            keys.retain(|entry| entry.key != "in-force");
        }
    } else {
        let start = own.place.clone();
        put(declared, "in-force", days(Some(SECOND), &start));
    }
}

/// A fund is suspended on all days or on none.
fn freeze_suspensions(fund: &mut Node, day: Date) {
    let Some(Content::List(stretches)) = fund.get("suspended").map(|node| &node.content) else { return };
    let holding: Vec<Node> = stretches
        .iter()
        .filter(|stretch| is_within(stretch, day))
        .map(|stretch| {
            let mut stretch = stretch.clone();
            let start = stretch.place.clone();
            put(&mut stretch, "from", text(FIRST, &start));
            put(&mut stretch, "until", text(LAST, &start));
            stretch
        })
        .collect();
    let place = fund.place.clone();
    if holding.is_empty() {
        if let Some(keys) = entries_mut(fund) {
            keys.retain(|entry| entry.key != "suspended");
        }
    } else {
        put(fund, "suspended", Node::list(holding, &place));
    }
}

/// Whether a day is in the stretch that `from` and `until` name.
fn is_within(stretch: &Node, day: Date) -> bool {
    let named = |key: &str| stretch.get(key).and_then(Node::as_text).and_then(date);
    named("from").is_none_or(|from| from <= day) && named("until").is_none_or(|until| day < until)
}

fn date(text: &str) -> Option<Date> {
    text.parse().ok()
}

fn days(until: Option<&str>, place: &Place) -> Node {
    let ends = until.map(|until| ("until", text(until, place)));
    map([("from", text(FIRST, place))].into_iter().chain(ends), place)
}

fn text(text: &str, place: &Place) -> Node {
    let scalar = Scalar { text: text.to_owned(), style: Style::Plain, content: place.clone() };
    Node { place: place.clone(), content: Content::Scalar(scalar) }
}

fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Node)>, place: &Place) -> Node {
    Node::map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)), place)
}

fn put(node: &mut Node, key: &str, value: Node) {
    let place = node.place.clone();
    let Some(entries) = entries_mut(node) else { return };
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => entry.value = value,
        None => entries.push(Entry { key: key.to_owned(), key_place: place, value }),
    }
}
