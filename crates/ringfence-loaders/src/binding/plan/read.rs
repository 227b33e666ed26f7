//! Reading what a binding says, key by key.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Entry, Node, Place};

use super::{As, Change, Combine, Fact, Footprint, Form, From, Known, Member, Months, Numbers, Only, Plan, ROW, Who};
use crate::binding::cells;
use crate::binding::checks::Checks;
use crate::binding::layout::{Extent, Opened};
use crate::period::{self, Every, Month, Written};
use crate::shape::{self, Mistakes};
use crate::table::Table;

/// The keys of a binding.
const KEYS: [&str; 26] = [
    "binding",
    "title",
    "pack",
    "database",
    "table",
    "query",
    "sheet",
    "header-row",
    "encoding",
    "separator",
    "thousands",
    "decimal",
    "source",
    "rules-at",
    "known-by",
    "known",
    "where",
    "recipient",
    "footprints",
    "period",
    "periods",
    "missing",
    "facts",
    "set",
    "for",
    "checks",
];
/// How many texts of a column a reader can take in.
const MOST_LISTED: usize = 8;
/// How many periods a scheme may have.
const MOST_PERIODS: usize = 1200;

impl<'n> Plan<'n> {
    pub(crate) fn read(root: &'n Node, opened: Option<&'n Opened>, mistakes: &mut Mistakes) -> Option<Self> {
        let before = mistakes.0.len();
        mistakes.known(shape::entries_of(root), &KEYS);
        read_version(root, mistakes);
        let columns = Columns { opened, table: opened.and_then(|opened| opened.table.as_ref()) };
        let only = read_where(root, &columns, mistakes);
        let recipient = mistakes.required(root, "recipient");
        let recipient_entries = mistakes.entries(recipient, "`recipient`");
        mistakes.known(recipient_entries, &["code", "name", "exclude", "ended", "began", "is"]);
        let who = recipient.and_then(|node| read_who(node, &columns, mistakes));
        let exclude = mistakes.entries(recipient.and_then(|node| node.get("exclude")), "`exclude`");
        let mut named_codes = Vec::new();
        let changes = read_changes(recipient, &mut named_codes, mistakes);
        let footprints = read_footprints(root, &mut named_codes, mistakes);
        let is_flat = root.get("period").is_none() && root.get("periods").is_none();
        let period = if is_flat { None } else { read_period(root, &columns, mistakes) };
        let periods = if is_flat { Some((Every::Month, vec![ROW])) } else { read_periods(root, mistakes) };
        if is_flat {
            refuse_months(root, recipient_entries, mistakes);
        }
        let missing = read_missing(root, mistakes);
        let numbers = read_numbers(root, mistakes);
        let facts = read_facts(root, is_flat, &columns, mistakes);
        let set = mistakes.entries(root.get("set"), "`set`");
        let by_recipient = mistakes.entries(root.get("for"), "`for`");
        check_set(set, &facts, by_recipient, mistakes);
        let checks = Checks::read(root, mistakes);
        named_codes.extend(exclude.iter().map(|entry| (entry.key.as_str(), &entry.key_place)));
        let exclude = exclude.iter().map(|entry| entry.key.as_str()).collect();
        let by_recipient = by_recipient.iter().map(|entry| (entry.key.as_str(), entry)).collect();
        let source = mistakes.optional(root, "source");
        let known = read_known(root, &columns, mistakes);
        let (every, first_months) = periods?;
        let periods_place = root.get("periods").map_or(&root.place, |periods| &periods.place);
        let who = who?;
        // With a table that could not be read a column has no place, and that is no mistake of the binding.
        (mistakes.0.len() == before && (is_flat || period.is_some())).then_some(Self {
            root,
            source,
            known: known?,
            only,
            who,
            exclude,
            changes,
            named_codes,
            footprints,
            period,
            every,
            periods_place,
            first_months,
            missing,
            numbers,
            facts,
            set,
            by_recipient,
            checks,
        })
    }
}

fn wrong(code: Code, node: &Node, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, node.place.clone(), message)
}

fn read_version(root: &Node, mistakes: &mut Mistakes) {
    let Some(version) = mistakes.required(root, "binding") else { return };
    if version.as_text() != Some("1") {
        mistakes.add(
            wrong(Code::WRONG_VALUE, version, "this version reads bindings of format 1").help("write `binding: 1`"),
        );
    }
}

/// Finds columns by name.
struct Columns<'t> {
    /// `None` where nothing could be read; its columns are then nobody's mistake.
    opened: Option<&'t Opened>,
    table: Option<&'t Table>,
}

impl<'t> Columns<'t> {
    /// The table, if all of its rows are there.
    fn whole(&self) -> Option<&'t Table> {
        self.table.filter(|_| self.opened.is_some_and(|opened| opened.extent == Extent::Whole))
    }

    fn required(&self, node: &Node, key: &str, mistakes: &mut Mistakes) -> Option<usize> {
        let value = mistakes.required(node, key)?;
        self.find(value, mistakes)
    }

    fn optional(&self, node: &Node, key: &str, mistakes: &mut Mistakes) -> Option<usize> {
        self.find(node.get(key)?, mistakes)
    }

    fn find(&self, value: &Node, mistakes: &mut Mistakes) -> Option<usize> {
        let name = mistakes.text(value, "a column")?;
        self.named(name, &value.place, mistakes)
    }

    fn named(&self, name: &str, place: &Place, mistakes: &mut Mistakes) -> Option<usize> {
        let Some(table) = self.table else {
            if self.opened.is_some() {
                let message = format!("the column `{name}` needs a table, and the binding names no sheet");
                let mistake = Diagnostic::error(Code::MISSING_COLUMN, place.clone(), message);
                mistakes.add(mistake.help("say with `sheet` which sheet of the workbook has the table"));
            }
            return None;
        };
        let column = table.column(name);
        if column.is_none() {
            let message = format!("the table has no column `{name}`");
            let mistake = Diagnostic::error(Code::MISSING_COLUMN, place.clone(), message);
            let only = Some(table.header.cell(0)).filter(|_| table.header.cells().count() == 1);
            let parted = only.and_then(|head| [';', '\t', '|', ','].into_iter().find(|letter| head.contains(*letter)));
            mistakes.add(match parted {
                Some(letter) => {
                    let word = if letter == '\t' { "tab".to_owned() } else { format!("\"{letter}\"") };
                    mistake.help(format!(
                        "the header is one cell; if it is several, write `separator: {word}` in the binding"
                    ))
                }
                None => {
                    mistake.help(format!("the columns are {}", table.columns())).near_miss(name, table.header.cells())
                }
            });
        }
        column
    }
}

fn read_where<'n>(root: &'n Node, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Vec<Only<'n>> {
    let (node, before) = (root.get("where"), mistakes.0.len());
    let entries = mistakes.entries(node, "`where`");
    let only: Vec<Only<'_>> = entries.iter().filter_map(|entry| read_only(entry, columns, mistakes)).collect();
    let sound = mistakes.0.len() == before && !only.is_empty();
    let lets_any_through = |table: &Table| table.rows.iter().any(|row| only.iter().all(|only| only.reads(row)));
    if let Some(node) = node.filter(|_| sound && columns.whole().is_some_and(|table| !lets_any_through(table))) {
        mistakes.add(reads_nothing(node));
    }
    only
}

pub(super) fn reads_nothing(node: &Node) -> Diagnostic {
    wrong(Code::WRONG_VALUE, node, "no row has such a text in each of these columns at once")
        .help("each text is in some row, but no row would be read")
}

fn read_only<'n>(entry: &'n Entry, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<Only<'n>> {
    let column = columns.named(&entry.key, &entry.key_place, mistakes);
    let written = written_texts(entry);
    if written.is_empty() {
        let message = format!("the list of texts for `{}` is empty, so no row would be read", entry.key);
        mistakes.add(wrong(Code::WRONG_VALUE, &entry.value, message));
    }
    let what = format!("`{}`", entry.key);
    let texts: BTreeSet<&str> = written.iter().filter_map(|item| mistakes.text(item, &what)).collect();
    let column = column?;
    if let Some(table) = columns.whole() {
        refuse_unknown_texts(entry, &table.rows.iter().map(|row| row.cell(column)).collect(), mistakes);
    }
    Some(Only { column, texts })
}

/// The texts that `where` lists for a column.
fn written_texts(entry: &Entry) -> &[Node] {
    match &entry.value.content {
        Content::List(items) => items,
        _ => std::slice::from_ref(&entry.value),
    }
}

/// Refuses a text that no row has: it would leave out, without a word, all that it was meant to let in.
pub(super) fn refuse_unknown_texts(entry: &Entry, found: &BTreeSet<&str>, mistakes: &mut Mistakes) {
    let texts = written_texts(entry).iter().filter_map(|item| Some((item.as_text()?, item)));
    for (text, item) in texts.filter(|(text, _)| !found.contains(text)) {
        let mistake = wrong(Code::WRONG_VALUE, item, format!("no row has `{text}` in the column `{}`", entry.key));
        let mistake = if found.len() <= MOST_LISTED {
            mistake.help(format!("the texts in the column are {}", shape::list(found)))
        } else {
            mistake
        };
        mistakes.add(mistake.near_miss(text, found.iter().copied()));
    }
}

/// When the table became known: all of it on a day, or each row on the day in a column.
fn read_known(root: &Node, columns: &Columns<'_>, mistakes: &mut Mistakes) -> Option<Known> {
    let Some(node) = root.get("known") else { return Some(Known::WithItsFile) };
    if root.get("table").is_some_and(|table| matches!(table.content, Content::List(_))) {
        let mistake = wrong(Code::NO_EFFECT, node, "`known` has no effect here: each of the tables has its own");
        mistakes.add(mistake.help("leave it out"));
        return None;
    }
    if matches!(node.content, Content::Map(_)) {
        mistakes.known(shape::entries_of(node), &["column"]);
        return columns.required(node, "column", mistakes).map(Known::Column);
    }
    read_day(node, "`known`", mistakes).map(Known::On)
}

/// A day, as a table or a row became known on.
pub(crate) fn read_day(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<Date> {
    let text = mistakes.text(node, what)?;
    let day = day(text);
    if day.is_none() {
        let message = format!("expected a date such as 2015-11-13 for {what}, found `{text}`");
        mistakes.add(wrong(Code::BAD_DATE, node, message));
    }
    day
}

pub(super) fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|day: &Date| day.to_string() == text)
}

fn read_who<'n>(node: &'n Node, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<Who<'n>> {
    let Some(one) = node.get("is") else {
        let code = columns.required(node, "code", mistakes);
        let name = columns.optional(node, "name", mistakes);
        return code.map(|code| Who::Columns { code, name });
    };
    for entry in shape::entries_of(node).iter().filter(|entry| entry.key != "is") {
        let message = format!("`{}` is for a table of several recipients, and `is` says that there is one", entry.key);
        mistakes.add(Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message));
    }
    let entries = mistakes.entries(Some(one), "`is`");
    mistakes.known(entries, &["code", "name"]);
    let name = one.get("name").and_then(|node| read_one(node, "`name`", columns, mistakes));
    let value = mistakes.required(one, "code")?;
    let (code, place) = read_one(value, "`code`", columns, mistakes)?;
    if is_blank(code) {
        let message = format!("`{code}` names no recipient");
        mistakes.add(Diagnostic::error(Code::WRONG_VALUE, place.clone(), message));
    }
    Some(Who::One { code, place, name: name.map(|(name, place)| Node::text(name, place)) })
}

/// A text of the recipient: as the binding has it, or in a cell of the workbook.
fn read_one<'n>(
    node: &'n Node,
    what: &str,
    columns: &Columns<'n>,
    mistakes: &mut Mistakes,
) -> Option<(&'n str, Place)> {
    let Some(cell) = node.get("cell") else { return Some((mistakes.text(node, what)?, node.place.clone())) };
    mistakes.known(shape::entries_of(node), &["cell"]);
    let seen = cells::find(cell, columns.opened, mistakes)?.seen;
    let text = seen.as_text().map_err(|mistake| mistakes.add(mistake)).ok()?;
    Some((text, seen.place))
}

/// Whether a text stands where a code is missing: without a letter or digit, such as `-`.
pub(super) fn is_blank(code: &str) -> bool {
    !code.chars().any(char::is_alphanumeric)
}

fn read_changes<'n>(
    recipient: Option<&'n Node>,
    named: &mut Vec<(&'n str, &'n Place)>,
    mistakes: &mut Mistakes,
) -> BTreeMap<&'n str, Vec<Change<'n>>> {
    let mut changes: BTreeMap<&str, Vec<Change<'_>>> = BTreeMap::new();
    for (key, other) in [("ended", "into"), ("began", "from")] {
        for entry in mistakes.entries(recipient.and_then(|node| node.get(key)), &format!("`{key}`")) {
            named.push((&entry.key, &entry.key_place));
            if let Some(change) = read_change(&entry.value, other, mistakes) {
                changes.entry(&entry.key).or_default().push(change);
            }
        }
    }
    changes
}

fn read_change<'n>(node: &'n Node, other: &str, mistakes: &mut Mistakes) -> Option<Change<'n>> {
    let entries = mistakes.entries(Some(node), "a code that began or ended");
    mistakes.known(entries, &["on", other]);
    let value = mistakes.required(node, "on")?;
    let on = mistakes.text(value, "`on`")?;
    let Ok(date) = on.parse::<Date>() else {
        mistakes.add(wrong(Code::BAD_DATE, value, format!("expected a date such as 2015-04-01, found `{on}`")));
        return None;
    };
    let month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
    let others = node.get(other).map_or_else(Vec::new, |value| one_or_more(value, other, mistakes));
    Some(Change { on, month, ended: other == "into", others })
}

fn one_or_more<'n>(node: &'n Node, key: &str, mistakes: &mut Mistakes) -> Vec<&'n str> {
    match &node.content {
        Content::List(items) => items.iter().filter_map(|item| mistakes.text(item, &format!("`{key}`"))).collect(),
        _ => mistakes.text(node, &format!("`{key}`")).into_iter().collect(),
    }
}

fn read_footprints<'n>(
    root: &'n Node,
    named: &mut Vec<(&'n str, &'n Place)>,
    mistakes: &mut Mistakes,
) -> Vec<Footprint<'n>> {
    let mut footprints = Vec::new();
    for entry in mistakes.entries(root.get("footprints"), "`footprints`") {
        let entries = mistakes.entries(Some(&entry.value), "a footprint");
        mistakes.known(entries, &["name", "codes"]);
        let codes = mistakes.required(&entry.value, "codes");
        let items = mistakes.items(codes, "`codes`");
        let members = items.iter().filter_map(|item| read_member(item, named, mistakes)).collect();
        let name = entry.value.get("name");
        footprints.push(Footprint { id: &entry.key, place: &entry.key_place, name, members });
    }
    footprints
}

fn read_member<'n>(
    node: &'n Node,
    named: &mut Vec<(&'n str, &'n Place)>,
    mistakes: &mut Mistakes,
) -> Option<Member<'n>> {
    let entries = mistakes.entries(Some(node), "a code of a footprint");
    mistakes.known(entries, &["code", "from", "until"]);
    let value = mistakes.required(node, "code")?;
    let code = mistakes.text(value, "`code`")?;
    named.push((code, &value.place));
    let from = read_bound(node, "from", Month::MIN, mistakes);
    let until = read_bound(node, "until", Month::MAX, mistakes);
    Some(Member { code, from, until })
}

fn read_bound(node: &Node, key: &str, otherwise: Month, mistakes: &mut Mistakes) -> Month {
    let Some(value) = node.get(key) else { return otherwise };
    let text = mistakes.text(value, &format!("`{key}`")).unwrap_or_default();
    period::month(text).unwrap_or_else(|| {
        mistakes.add(wrong(Code::BAD_PERIOD, value, format!("expected a month such as 2015-04, found `{text}`")));
        otherwise
    })
}

fn read_period<'n>(root: &'n Node, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<Months<'n>> {
    let node = mistakes.required(root, "period")?;
    let entries = mistakes.entries(Some(node), "`period`");
    mistakes.known(entries, &["column", "every", "written"]);
    if let Some(every) = mistakes.required(node, "every").filter(|every| every.as_text() != Some("month")) {
        mistakes
            .add(wrong(Code::WRONG_VALUE, every, "the rows of a table are read by month").help("write `every: month`"));
    }
    let written = node.get("written");
    let way = written.map_or(Some(Written::Numbers), |written| read_written(written, mistakes));
    let named = mistakes.required(node, "column")?;
    let column = columns.find(named, mistakes);
    Some(Months { column: column?, written: way?, place: &written.unwrap_or(named).place })
}

/// How months are written, by an example.
fn read_written(node: &Node, mistakes: &mut Mistakes) -> Option<Written> {
    let example = mistakes.text(node, "`written`")?;
    let ways = Written::ways(example);
    let [short, long] = [Written::Short.example(), Written::Long.example()];
    match ways.as_slice() {
        [way] => return Some(*way),
        [] => {
            let message = format!("expected a month such as 2015-04, 2015-04-01, {short} or {long}, found `{example}`");
            mistakes.add(wrong(Code::BAD_PERIOD, node, message));
        }
        _ => {
            let message = format!("`{example}` does not say whether the names of months are cut short");
            let help = format!("write another month, such as `{short}` or `{long}`");
            mistakes.add(wrong(Code::BAD_PERIOD, node, message).help(help));
        }
    }
    None
}

/// The periods of the scheme that cases are made for: how long they are, and the first month of each.
fn read_periods(root: &Node, mistakes: &mut Mistakes) -> Option<(Every, Vec<Month>)> {
    let node = mistakes.required(root, "periods")?;
    let entries = mistakes.entries(Some(node), "`periods`");
    mistakes.known(entries, &["every", "from", "to"]);
    let written = mistakes.required(node, "every")?;
    let Some(every) = written.as_text().and_then(Every::parse) else {
        let names = shape::list(Every::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        mistakes.add(wrong(Code::WRONG_VALUE, written, format!("expected one of {names} for `every`")));
        return None;
    };
    let from = read_label(node, "from", every, mistakes);
    let to = read_label(node, "to", every, mistakes);
    let (from, to) = (from?, to?);
    let months: Vec<Month> = std::iter::successors(Some(from), |first| Some(first + every.months()))
        .take_while(|first| *first <= to)
        .take(MOST_PERIODS + 1)
        .collect();
    if months.is_empty() {
        mistakes.add(wrong(Code::BAD_PERIOD, node, "the periods end before they begin"));
    } else if months.len() > MOST_PERIODS {
        mistakes.add(wrong(Code::TOO_LARGE, node, format!("there are more than {MOST_PERIODS} periods")));
    }
    Some((every, months))
}

fn read_label(node: &Node, key: &str, every: Every, mistakes: &mut Mistakes) -> Option<Month> {
    let value = mistakes.required(node, key)?;
    let label = mistakes.text(value, &format!("`{key}`"))?;
    let first = every.first_month(label);
    if first.is_none() {
        let message = format!("expected a period such as {}, found `{label}`", every.example());
        mistakes.add(wrong(Code::BAD_PERIOD, value, message));
    }
    first
}

fn read_missing<'n>(root: &'n Node, mistakes: &mut Mistakes) -> BTreeSet<&'n str> {
    let items = mistakes.items(root.get("missing"), "`missing`");
    items.iter().filter_map(|item| mistakes.text(item, "a text that means missing")).collect()
}

fn read_facts<'n>(root: &'n Node, is_flat: bool, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Vec<Fact<'n>> {
    let node = mistakes.required(root, "facts");
    let entries = mistakes.entries(node, "`facts`");
    if let (Some(node), []) = (node, entries) {
        mistakes.add(wrong(Code::MISSING_KEY, node, "no fact is taken from the table"));
    }
    let is_cell = |entry: &Entry| ["cell", "cells", "beside"].iter().any(|key| entry.value.get(key).is_some());
    let read = |entry: &'n Entry| {
        if is_flat || is_cell(entry) {
            read_flat(entry, columns, mistakes)
        } else {
            read_fact(entry, columns, mistakes)
        }
    };
    entries.iter().filter_map(read).collect()
}

fn read_fact<'n>(entry: &'n Entry, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<Fact<'n>> {
    let node = &entry.value;
    let entries = mistakes.entries(Some(node), "a fact");
    mistakes.known(entries, &["column", "combine", "as", "months-before"]);
    let combine = mistakes.required(node, "combine").and_then(|combine| read_combine(combine, mistakes));
    let kind = node.get("as").map(|kind| read_as(kind, combine, mistakes));
    let before = match node.get("months-before") {
        None => 0,
        Some(value) => read_months_before(value, mistakes)?,
    };
    let column = columns.required(node, "column", mistakes)?;
    let form = Form { kind: kind.unwrap_or(As::Number), words: None };
    Some(Fact {
        name: &entry.key,
        place: &entry.key_place,
        from: From::Months { column, combine: combine?, before },
        form,
    })
}

/// A fact of a table with a row for each case.
fn read_flat<'n>(entry: &'n Entry, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<Fact<'n>> {
    let node = &entry.value;
    let entries = mistakes.entries(Some(node), "a fact");
    for (key, why) in
        [("combine", "puts the rows of a period together"), ("months-before", "needs the month of each row")]
    {
        if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
            let message = format!("`{key}` {why}, and here a row is a case");
            let mistake = Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message);
            mistakes.add(mistake.help("leave it out; or say with `period` and `periods` which months the rows are of"));
            return None;
        }
    }
    mistakes.known(entries, &["column", "columns", "cell", "cells", "beside", "in", "as", "words"]);
    let kind = node.get("as").map(|kind| read_as(kind, None, mistakes)).unwrap_or_default();
    let words = node.get("words").map(|words| mistakes.entries(Some(words), "`words`"));
    let ways = ["column", "columns", "cell", "cells", "beside"];
    let mut given = entries.iter().filter(|entry| ways.contains(&entry.key.as_str()));
    let from = match (given.next(), given.next()) {
        (Some(way), None) => read_from(way, node, columns, mistakes)?,
        (None, _) => {
            let mistake = wrong(Code::MISSING_KEY, node, "the fact does not say where its figures are");
            mistakes.add(mistake.help(format!("the keys for that are {}", shape::list(ways))));
            return None;
        }
        (_, Some(second)) => {
            let message = format!("the figures of a fact are in one place, and `{}` names a second", second.key);
            let mistake = Diagnostic::error(Code::WRONG_VALUE, second.key_place.clone(), message);
            mistakes.add(mistake.help("leave one of the two out"));
            return None;
        }
    };
    Some(Fact { name: &entry.key, place: &entry.key_place, from, form: Form { kind, words } })
}

/// Where the figures of a fact are that is not made of months.
fn read_from<'n>(way: &'n Entry, node: &'n Node, columns: &Columns<'n>, mistakes: &mut Mistakes) -> Option<From<'n>> {
    let by_period = |mistakes: &mut Mistakes| mistakes.entries(Some(&way.value), &format!("`{}`", way.key));
    Some(match way.key.as_str() {
        "column" => From::Column(columns.find(&way.value, mistakes)?),
        "columns" => {
            let entries = by_period(mistakes).iter();
            let found: Vec<_> = entries
                .map(|entry| Some((entry.key.as_str(), &entry.key_place, columns.find(&entry.value, mistakes)?)))
                .collect();
            From::Columns(found.into_iter().collect::<Option<_>>()?)
        }
        "cell" => From::Cell(cells::find(&way.value, columns.opened, mistakes)?),
        "cells" => {
            let entries = by_period(mistakes).iter();
            let found: Vec<_> = entries
                .map(|entry| {
                    let cell = cells::find(&entry.value, columns.opened, mistakes)?;
                    Some((entry.key.as_str(), &entry.key_place, cell))
                })
                .collect();
            From::Cells(found.into_iter().collect::<Option<_>>()?)
        }
        _ => {
            let area = mistakes.required(node, "in")?;
            From::Cell(cells::beside(&way.value, area, columns.opened, mistakes)?)
        }
    })
}

/// What makes sense only where rows are of months.
fn refuse_months(root: &Node, recipient: &[Entry], mistakes: &mut Mistakes) {
    let entries = shape::entries_of(root).iter().filter(|entry| entry.key == "footprints");
    for entry in entries.chain(recipient.iter().filter(|entry| matches!(entry.key.as_str(), "ended" | "began"))) {
        let message = format!("`{}` counts codes by the month, and here a row is a case", entry.key);
        let mistake = Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message);
        mistakes.add(mistake.help("leave it out; or say with `period` and `periods` which months the rows are of"));
    }
}

/// How numbers are written.
fn read_numbers(root: &Node, mistakes: &mut Mistakes) -> Numbers {
    let mut read = |key: &str, of: &[(&str, char)]| {
        let node = root.get(key)?;
        let text = mistakes.text(node, &format!("`{key}`"))?;
        let found = of.iter().find(|(word, _)| *word == text).map(|(_, letter)| *letter);
        if found.is_none() {
            let words = shape::list(of.iter().map(|(word, _)| *word).collect::<Vec<_>>());
            mistakes.add(wrong(
                Code::WRONG_VALUE,
                node,
                format!("expected one of {words} for `{key}`, found `{text}`"),
            ));
        }
        found
    };
    let thousands = read("thousands", &[(",", ','), (".", '.'), ("'", '\''), ("space", ' ')]);
    let decimal = read("decimal", &[(".", '.'), (",", ',')]).unwrap_or('.');
    if let Some(node) = root.get("thousands").filter(|_| thousands == Some(decimal)) {
        let message = format!("`{decimal}` cannot part thousands and stand before the decimal places");
        mistakes.add(wrong(Code::WRONG_VALUE, node, message).help("say with `decimal` what stands before those"));
    }
    Numbers { thousands, decimal }
}

fn read_combine(node: &Node, mistakes: &mut Mistakes) -> Option<Combine> {
    match node.as_text() {
        Some("sum") => Some(Combine::Sum),
        Some("only") => Some(Combine::Only),
        _ => {
            let mistake = wrong(Code::WRONG_VALUE, node, "expected one of `sum`, `only` for `combine`");
            mistakes.add(mistake.help("`sum` adds up the months of a period; `only` takes a period's one row"));
            None
        }
    }
}

fn read_as(node: &Node, combine: Option<Combine>, mistakes: &mut Mistakes) -> As {
    let found = As::ALL.into_iter().find(|(word, _)| node.as_text() == Some(word)).map(|(_, kind)| kind);
    if found.is_none() {
        let mistake = wrong(Code::WRONG_VALUE, node, "figures are read as they are, as numbers, or as percentages");
        mistakes.add(
            mistake.help("write `as: percent`, `as: share` where 0.88 stands for 88%, `as: number`, or leave `as` out"),
        );
    } else if combine == Some(Combine::Sum) && found != Some(As::Number) {
        let mistake = wrong(Code::WRONG_VALUE, node, "the percentages of several months do not add up");
        mistakes.add(mistake.help("write `combine: only`, for periods with one row each"));
    }
    found.unwrap_or_default()
}

fn read_months_before(value: &Node, mistakes: &mut Mistakes) -> Option<Month> {
    let months = value.as_text().and_then(|text| text.parse::<u16>().ok()).filter(|months| *months <= 1200);
    if months.is_none() {
        let message = "expected a number of months from 0 to 1200 for `months-before`";
        mistakes.add(wrong(Code::WRONG_VALUE, value, message));
    }
    months.map(Month::from)
}

/// A fact is either read from the table or set; `for` may replace both, for the recipient it names.
fn check_set(set: &[Entry], facts: &[Fact<'_>], by_recipient: &[Entry], mistakes: &mut Mistakes) {
    let read: BTreeSet<&str> = facts.iter().map(|fact| fact.name).collect();
    for entry in set.iter().filter(|entry| read.contains(entry.key.as_str())) {
        let message = format!("the fact `{}` is both read from the table and set", entry.key);
        mistakes.add(Diagnostic::error(Code::DUPLICATE_NAME, entry.key_place.clone(), message));
    }
    for entry in by_recipient {
        mistakes.entries(Some(&entry.value), &format!("`{}`", entry.key));
    }
}
