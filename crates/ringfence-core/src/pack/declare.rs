//! Reading what a pack declares, before any script is lowered.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Dated, Decision, Fact, Interval, Parameter, Valid, history};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{self, Fields, Mistakes, check_id, check_name};
use crate::language::lower::{Record, Shape};
use crate::language::parse::Script;
use crate::outline::Theme;
use crate::period::{Every, Period, Periods};
use crate::reading;
use crate::ruling::{Authority, Status};
use crate::source::{Content, Entry, Node, Place};
use crate::types::{Number, Type, Unit};

/// The sources by id.
pub(super) type Sources = BTreeMap<String, Authority>;

/// What reading declarations needs to know of the pack as a whole.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) periods: Option<Periods>,
    /// Whether the pack declares periods, soundly or not.
    pub(super) has_periods: bool,
    pub(super) sources: Sources,
    pub(super) themes: Vec<Theme>,
    /// The parties that are declared, with what readers call them.
    pub(super) parties: Vec<(String, String)>,
}

impl Context {
    fn every(&self) -> Every {
        self.periods.map_or(Every::Quarter, |periods| periods.every())
    }
}

pub(super) fn interval(node: &Node, mistakes: &mut Mistakes) -> Option<Interval> {
    let fields = Fields::read(node, "a stretch of days", &["from", "until"], mistakes)?;
    days(&fields, "a stretch of days", node, mistakes)
}

/// The days from `from` until before `until`.
pub(super) fn days(fields: &Fields<'_>, what: &str, node: &Node, mistakes: &mut Mistakes) -> Option<Interval> {
    let from = fields.need_date("from", what, mistakes);
    let until = fields.date("until", mistakes);
    let from = from?;
    if until.is_some_and(|until| until <= from) {
        let diagnostic =
            Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "the stretch of days ends before it begins");
        mistakes.push(diagnostic.help("`until` is the first day after it"));
        return None;
    }
    Some(Interval { from, until })
}

pub(super) fn periods(node: &Node, mistakes: &mut Mistakes) -> Option<Periods> {
    let fields = Fields::read(node, "`periods`", &["every", "from", "to"], mistakes)?;
    fields.need("every", "`periods`", mistakes);
    let every: Every = fields.word("every", &Every::ALL, mistakes)?;
    let mut end = |key: &str| {
        let node = fields.need(key, "`periods`", mistakes)?;
        match reading::value(node, &Type::Period(every), mistakes)? {
            crate::types::Value::Period(period) => Some(period),
            _ => None,
        }
    };
    let (from, to): (Option<Period>, Option<Period>) = (end("from"), end("to"));
    let (from, to) = (from?, to?);
    let periods = Periods::new(from, to);
    if periods.is_none() {
        let message = match to.since(from) {
            Some(count) if count < 0 => "the periods end before they begin".to_owned(),
            _ => format!("there are more than {} periods", Periods::MOST),
        };
        mistakes.push(Diagnostic::error(Code::BAD_PERIOD, node.place.clone(), message));
    }
    periods
}

pub(super) fn sources(entries: &[&Entry], mistakes: &mut Mistakes) -> Sources {
    let mut sources = Sources::new();
    for entry in entries {
        check_id(&entry.key, &entry.key_place, mistakes);
        let what = format!("the source `{}`", entry.key);
        let Some(fields) = Fields::declaration(&entry.value, &what, &["title", "date", "url", "notes"], mistakes)
        else {
            continue;
        };
        let title = fields.need_text("title", &what, mistakes);
        let date = fields.date("date", mistakes);
        let url = fields.text("url", mistakes);
        sources.insert(
            entry.key.clone(),
            Authority { title: title.unwrap_or_default(), date, url, clause: None, words: None },
        );
    }
    sources
}

pub(super) fn authority(node: Option<&Node>, context: &Context, mistakes: &mut Mistakes) -> Option<Authority> {
    let node = node?;
    let fields = Fields::read(node, "an authority", &["source", "clause", "words"], mistakes)?;
    let (clause, words) = (fields.text("clause", mistakes), fields.text("words", mistakes));
    let source = fields.need("source", "an authority", mistakes)?;
    let id = fields::text(source, "`source`", mistakes)?;
    match context.sources.get(&id) {
        Some(known) => Some(Authority { clause, words, ..known.clone() }),
        None => {
            let diagnostic =
                Diagnostic::error(Code::UNKNOWN_NAME, source.place.clone(), format!("unknown source `{id}`"))
                    .label("not declared under `sources`");
            mistakes.push(diagnostic.near_miss(&id, context.sources.keys().map(String::as_str)));
            None
        }
    }
}

/// The type that a declaration's `type`, `unit`, `per` and `of` describe.
pub(super) fn scalar_type(
    fields: &Fields<'_>,
    per_unit: bool,
    context: &Context,
    mistakes: &mut Mistakes,
) -> Option<Type> {
    let node = fields.need("type", "a declaration", mistakes)?;
    let unit = fields.get("unit");
    let per = if per_unit { fields.text("per", mistakes) } else { None };
    let words = [
        ("bool", 0),
        ("count", 1),
        ("number", 2),
        ("percent", 3),
        ("money", 4),
        ("date", 5),
        ("period", 6),
        ("days", 7),
        ("text", 8),
        ("choice", 9),
        ("list", 10),
    ];
    let kind = fields::word(node, &words, mistakes)?;
    if let (Some(_), Some(node), false) = (&per, fields.get("per"), kind == 2 || kind == 4) {
        let message = "only a number or an amount of money is per something";
        mistakes.push(Diagnostic::error(Code::WRONG_UNIT, node.place.clone(), message).help("remove `per`"));
    }
    if let (Some(unit), false) = (unit, kind == 1 || kind == 2) {
        let diagnostic =
            Diagnostic::error(Code::WRONG_UNIT, unit.place.clone(), "only a count or a number has a unit of its own");
        mistakes.push(diagnostic.help("remove `unit`"));
    }
    let named = unit.and_then(|node| fields::text(node, "`unit`", mistakes)).map(|name| Unit::named(&name));
    let divide = |unit: Unit| per.as_deref().map_or(unit.clone(), |name| unit.per(&Unit::named(name)));
    Some(match kind {
        0 => Type::Bool,
        1 => {
            if named.is_none() {
                let diagnostic =
                    Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "a count needs the key `unit`");
                mistakes.push(diagnostic.help("say what is counted: `unit: admissions`"));
            }
            Type::Number(Number { unit: named?, whole: true, percent: false })
        }
        2 => Type::Number(Number::of(divide(named.unwrap_or_default()))),
        3 => Type::Number(Number::percentage()),
        4 => Type::Number(Number::of(divide(Unit::money()))),
        5 => Type::Date,
        6 => Type::Period(context.every()),
        7 => Type::Days,
        8 => Type::Text,
        10 => {
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "only a fact can be a list");
            mistakes.push(diagnostic);
            return None;
        }
        _ => {
            let of = fields.need("of", "a choice", mistakes)?;
            let words = fields::texts(of, "`of`", mistakes);
            once(&words, mistakes);
            let words: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
            Type::Choice(Arc::from(words))
        }
    })
}

/// A declared fact and its `suspect-when`, which is lowered later.
pub(super) type DeclaredFact = (Fact, Option<(Script, String)>);

pub(super) fn fact(entry: &Entry, slot: u32, context: &Context, mistakes: &mut Mistakes) -> Option<DeclaredFact> {
    const KEYS: &[&str] = &[
        "type",
        "unit",
        "per",
        "of",
        "title",
        "min",
        "max",
        "suspect-when",
        "suspect-because",
        "empty",
        "not-applicable",
        "source-of",
        "notes",
    ];
    check_name(&entry.key, &entry.key_place, mistakes);
    let what = format!("the fact `{}`", entry.key);
    let fields = Fields::declaration(&entry.value, &what, KEYS, mistakes)?.at(&entry.key_place);
    let title = fields.need_text("title", &what, mistakes);
    let may_be_empty = fields.word("empty", &[("allowed", true), ("refused", false)], mistakes).unwrap_or(false);
    let may_not_apply =
        fields.word("not-applicable", &[("allowed", true), ("refused", false)], mistakes).unwrap_or(true);
    let suspect = fields.script("suspect-when", mistakes);
    let because = fields.text("suspect-because", mistakes);
    let list = fields.get("type").and_then(Node::as_text) == Some("list");
    let shape = if list {
        Shape::List(Arc::new(record(&fields, context, mistakes)?))
    } else {
        let ty = scalar_type(&fields, false, context, mistakes)?;
        match fields.get("per") {
            None => Shape::One(ty),
            Some(node) => {
                fields::word(node, &[("period", ())], mistakes)?;
                if context.periods.is_none() && context.has_periods {
                    return None;
                }
                if context.periods.is_none() {
                    let diagnostic =
                        Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "the pack declares no `periods`");
                    mistakes.push(diagnostic.help("add `periods: { every: quarter, from: …, to: … }`"));
                    return None;
                }
                Shape::Series(ty)
            }
        }
    };
    without_effect(&fields, &shape, mistakes);
    let min = bound("min", &fields, &shape, mistakes);
    let max = bound("max", &fields, &shape, mistakes);
    if let (Some(low), Some(high), Some(node)) = (min, max, fields.get("max"))
        && low > high
    {
        let message = "the highest value is below the lowest";
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
    }
    let suspect = suspect
        .map(|script| (script, because.unwrap_or_else(|| "it fails the pack's check of this evidence".to_owned())));
    let fact = Fact {
        name: entry.key.clone(),
        title: title.unwrap_or_default(),
        shape,
        slot,
        min,
        max,
        may_be_empty,
        may_not_apply,
        suspect: None,
        source_of: fields.text("source-of", mistakes),
        notes: fields.text("notes", mistakes),
        place: entry.key_place.clone(),
    };
    Some((fact, suspect))
}

/// Notes keys that a fact of this shape does nothing with.
fn without_effect(fields: &Fields<'_>, shape: &Shape, mistakes: &mut Mistakes) {
    let ty = match shape {
        Shape::One(ty) | Shape::Series(ty) => Some(ty),
        Shape::List(_) => None,
    };
    let numeric = matches!(ty, Some(Type::Number(_)));
    let choice = matches!(ty, Some(Type::Choice(_)));
    let idle = [
        ("min", !numeric, "only a number has bounds"),
        ("max", !numeric, "only a number has bounds"),
        ("per", ty.is_none(), "a list is not given by period"),
        ("empty", ty.is_some(), "only a list can be empty"),
        ("of", ty.is_some() && !choice, "only a list or a choice is made of something"),
        ("suspect-when", ty.is_none(), "a list as a whole cannot be checked"),
        ("suspect-because", fields.get("suspect-when").is_none(), "there is no `suspect-when`"),
    ];
    for (key, idle, why) in idle {
        if let (true, Some(node)) = (idle, fields.get(key)) {
            let message = format!("`{key}` has no effect here: {why}");
            mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help("remove it"));
        }
    }
}

/// Notes a name that stands in a list twice.
pub(super) fn once(names: &[(String, Place)], mistakes: &mut Mistakes) {
    for (position, (name, place)) in names.iter().enumerate() {
        if names.iter().take(position).any(|(other, _)| other == name) {
            let message = format!("`{name}` stands here twice");
            mistakes.push(Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message).help("remove one"));
        }
    }
}

/// A bound of a fact, read as the fact itself is.
fn bound(key: &str, fields: &Fields<'_>, shape: &Shape, mistakes: &mut Mistakes) -> Option<crate::exact::Exact> {
    let (Shape::One(ty @ Type::Number(_)) | Shape::Series(ty @ Type::Number(_))) = shape else { return None };
    match reading::value(fields.get(key)?, ty, mistakes)? {
        crate::types::Value::Number(number) => Some(number),
        _ => None,
    }
}

fn record(fields: &Fields<'_>, context: &Context, mistakes: &mut Mistakes) -> Option<Record> {
    let of = fields.need("of", "a list", mistakes)?;
    if matches!(of.content, Content::Scalar(_)) {
        fields::word(of, &[("text", ())], mistakes)?;
        return Some(Record { fields: vec![("value".to_owned(), Type::Text)], titles: vec![None], bare: true });
    }
    let members = Fields::any(of, "what a list is made of", mistakes)?;
    let (mut record, mut titles) = (Vec::new(), Vec::new());
    for entry in members.entries {
        check_name(&entry.key, &entry.key_place, mistakes);
        if entry.key.contains('.') {
            let diagnostic =
                Diagnostic::error(Code::BAD_NAME, entry.key_place.clone(), "the name of a field has no `.`");
            mistakes.push(diagnostic);
        }
        let what = format!("the field `{}`", entry.key);
        let Some(field) = Fields::read(&entry.value, &what, &["type", "unit", "of", "title"], mistakes) else {
            continue;
        };
        let title = field.text("title", mistakes);
        if let Some(ty) = scalar_type(&field, false, context, mistakes) {
            record.push((entry.key.clone(), ty));
            titles.push(title);
        }
    }
    if members.entries.is_empty() {
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, of.place.clone(), "the records have no fields"));
    }
    Some(Record { fields: record, titles, bare: false })
}

pub(super) fn parameter(
    entry: &Entry,
    context: &Context,
    symbol: &mut impl FnMut(&str) -> i64,
    mistakes: &mut Mistakes,
) -> Option<Parameter> {
    const KEYS: &[&str] = &["title", "theme", "type", "unit", "per", "of", "values", "confirmed", "notes"];
    check_name(&entry.key, &entry.key_place, mistakes);
    let what = format!("the parameter `{}`", entry.key);
    let fields = Fields::declaration(&entry.value, &what, KEYS, mistakes)?.at(&entry.key_place);
    let title = fields.need_text("title", &what, mistakes);
    let theme = history::theme(&fields, context, mistakes);
    let ty = scalar_type(&fields, true, context, mistakes);
    let confirmed = fields.date("confirmed", mistakes);
    let values = fields.need("values", &what, mistakes)?;
    let values = Fields::any(values, "`values`", mistakes)?;
    let ty = ty?;
    let mut dated: Vec<Dated> = Vec::new();
    for entry in values.entries {
        let Some(from) = crate::period::read_date(&entry.key) else {
            mistakes.push(fields::bad_date(&entry.key, entry.key_place.clone()));
            continue;
        };
        dated.extend(one_dated(entry, from, &ty, context, symbol, mistakes));
    }
    if values.entries.is_empty() {
        let diagnostic = Diagnostic::error(Code::MISSING_KEY, values.place.clone(), format!("{what} has no value"));
        mistakes.push(diagnostic.help("give one from a day on: `values: { 2015-04-01: { value: …, authority: … } }`"));
    }
    dated.sort_by_key(|dated| dated.from);
    Some(Parameter {
        name: entry.key.clone(),
        title: title.unwrap_or_default(),
        ty,
        theme,
        dated,
        confirmed,
        place: entry.key_place.clone(),
    })
}

fn one_dated(
    entry: &Entry,
    from: Date,
    ty: &Type,
    context: &Context,
    symbol: &mut impl FnMut(&str) -> i64,
    mistakes: &mut Mistakes,
) -> Option<Dated> {
    const KEYS: &[&str] = &["value", "withdrawn", "until", "announced", "cancelled", "status", "authority", "note"];
    let fields = Fields::declaration(&entry.value, "a dated value", KEYS, mistakes)?;
    let withdrawn = fields.text("withdrawn", mistakes);
    let until = until(&fields, from, withdrawn.is_some(), mistakes);
    let announced = fields.date("announced", mistakes);
    let cancelled = fields.text("cancelled", mistakes);
    if let (true, Some(node)) = (withdrawn.is_some(), fields.get("cancelled")) {
        let message = "a withdrawal that was cancelled is no dated value";
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help("remove the whole entry"));
    }
    let value = match (&withdrawn, fields.get("value")) {
        (None, None) => {
            fields.need("value", "a dated value", mistakes);
            None
        }
        (Some(_), Some(node)) => {
            let diagnostic =
                Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "a withdrawn parameter has no value");
            mistakes.push(diagnostic.help("remove `value` or `withdrawn`"));
            None
        }
        (_, node) => node.and_then(|node| reading::value(node, ty, mistakes)),
    };
    let authority = authority(fields.get("authority"), context, mistakes);
    let note = fields.text("note", mistakes);
    let status = fields.word("status", &Status::ALL, mistakes);
    if status.is_none() && authority.is_none() && withdrawn.is_none() && fields.get("status").is_none() {
        let diagnostic =
            Diagnostic::error(Code::MISSING_KEY, entry.key_place.clone(), "a value needs an authority or a status");
        mistakes.push(
            diagnostic.help("name the source under `authority`, or say `status: unverified` or `status: choice`"),
        );
    }
    Some(Dated {
        from,
        until,
        announced,
        cancelled,
        value: value.map(|value| (reading::cell(&value, symbol), value)),
        withdrawn,
        status: status.unwrap_or(Status::Verified),
        authority,
        note,
        place: entry.key_place.clone(),
    })
}

/// The first day after a dated value, where it says one.
fn until(fields: &Fields<'_>, from: Date, withdrawn: bool, mistakes: &mut Mistakes) -> Option<Date> {
    let until = fields.date("until", mistakes)?;
    let node = fields.get("until")?;
    let mut wrong = |message: &str, help: &str| {
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(help));
    };
    if withdrawn {
        wrong("`until` has no effect here: a withdrawal lasts until the next value", "remove it");
        return None;
    }
    if until <= from {
        wrong("the value ends before it begins", "`until` is the first day after it");
        return None;
    }
    Some(until)
}

pub(super) fn decision(entry: &Entry, context: &Context, mistakes: &mut Mistakes) -> Option<Decision> {
    check_id(&entry.key, &entry.key_place, mistakes);
    let what = format!("the decision `{}`", entry.key);
    let keys = &["title", "answers", "met-when", "by", "valid", "authority", "notes"];
    let fields = Fields::declaration(&entry.value, &what, keys, mistakes)?.at(&entry.key_place);
    let title = fields.need_text("title", &what, mistakes);
    fields.need("answers", &what, mistakes);
    let answers = fields.texts("answers", mistakes);
    once(&answers, mistakes);
    let answers: Vec<String> = answers.into_iter().map(|(answer, _)| answer).collect();
    fields.need("met-when", &what, mistakes);
    let mut met_when = Vec::new();
    let wanted = fields.texts("met-when", mistakes);
    once(&wanted, mistakes);
    for (answer, place) in wanted {
        if !answers.contains(&answer) {
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, place, format!("`{answer}` is none of the answers"));
            mistakes.push(diagnostic.near_miss(&answer, answers.iter().map(String::as_str)));
        }
        met_when.push(answer);
    }
    fields.need("by", &what, mistakes);
    let by = fields.texts("by", mistakes);
    once(&by, mistakes);
    let by = by.into_iter().map(|(office, _)| office).collect();
    let valid = fields.get("valid").and_then(|node| valid(node, mistakes));
    let authority = authority(fields.get("authority"), context, mistakes);
    let notes = fields.text("notes", mistakes);
    let title = title.unwrap_or_default();
    let place = entry.key_place.clone();
    Some(Decision { id: entry.key.clone(), title, answers, met_when, by, valid, authority, notes, place })
}

/// How long a decision holds: `{ months: 12 }` or `{ days: 90 }`.
fn valid(node: &Node, mistakes: &mut Mistakes) -> Option<Valid> {
    let fields = Fields::read(node, "`valid`", &["days", "months"], mistakes)?;
    let (written, make): (&Node, fn(i64) -> Valid) = match (fields.get("days"), fields.get("months")) {
        (Some(days), None) => (days, Valid::Days),
        (None, Some(months)) => (months, Valid::Months),
        _ => {
            let message = "`valid` has either `days` or `months`";
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, node.place.clone(), message);
            mistakes.push(diagnostic.help("write `valid: { months: 12 }`"));
            return None;
        }
    };
    let count = fields::number(written, mistakes)?.as_whole().filter(|count| *count > 0);
    if count.is_none() {
        let message = "expected a whole number above zero";
        mistakes.push(Diagnostic::error(Code::BAD_NUMBER, written.place.clone(), message));
    }
    count.map(make)
}

/// Notes names that are both a name and the start of another: scripts could not tell them apart.
pub(super) fn check_prefixes(names: &BTreeMap<&str, &Place>, mistakes: &mut Mistakes) {
    for (name, place) in names {
        let prefix = format!("{name}.");
        let next = names.range(prefix.as_str()..).next();
        if let Some((longer, _)) = next.filter(|(other, _)| other.starts_with(&prefix)) {
            let message = format!("`{name}` is a name and also the start of `{longer}`");
            let diagnostic = Diagnostic::error(Code::BAD_NAME, (*place).clone(), message);
            mistakes.push(diagnostic.help("give one of them another name"));
        }
    }
}
