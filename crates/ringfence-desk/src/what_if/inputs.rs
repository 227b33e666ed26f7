//! Every piece of evidence that a case could bring, one path each.

use ringfence_core::Date;
use ringfence_core::case::path::{Path, Select, Subject};
use ringfence_core::case::{Case, Evidence, Given, Row};
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Document, Node, PackSource};
use ringfence_core::types::Value;

use crate::diff::declared_in;

/// A piece of evidence.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// As `--set` names it.
    pub(super) path: String,
    pub(super) title: String,
    /// What it is; nothing where it is not known.
    pub(super) value: Option<Value>,
    pub(super) kind: Kind,
}

/// What it can be.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A number in steps of this many of the last digit, from the least to the most.
    Number(Scale),
    Date,
    /// One of these.
    Choice(Vec<Alternative>),
}

/// One thing that evidence can be: as a case writes it, and as people are told of it.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub(super) written: String,
    pub(super) shown: String,
}

impl Alternative {
    fn plain(written: &str) -> Self {
        Self { written: written.to_owned(), shown: written.to_owned() }
    }
}

/// How a number is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// How many steps there are in one.
    pub(super) steps: i64,
    pub(super) percent: bool,
    /// In steps.
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
}

impl Scale {
    /// A whole number of steps as a case writes it.
    pub(super) fn written(self, steps: i64) -> String {
        // A percentage has a hundredth of what its number is written as.
        let per = if self.percent { self.steps / 100 } else { self.steps };
        let number = Exact::ratio(steps, per.max(1)).ok().and_then(Exact::decimal).unwrap_or_default();
        if self.percent { format!("{number}%") } else { number }
    }

    /// A number in steps, towards nought.
    pub(super) fn steps_of(self, number: Exact) -> Option<i64> {
        let steps = number.times(Exact::whole(self.steps)).ok()?.reduced();
        let whole = ringfence_core::exact::Rounding::new(Exact::ONE, ringfence_core::exact::RoundingMode::Truncate)?;
        whole.apply(steps).ok()?.as_whole()
    }
}

impl Input {
    /// What it is, as a case writes it.
    pub(super) fn written(&self) -> Option<String> {
        let value = self.value.as_ref()?;
        Some(match (value, &self.kind) {
            (Value::Number(number), Kind::Number(scale)) => scale.written(scale.steps_of(*number)?),
            (Value::Bool(value), _) => if *value { "yes" } else { "no" }.to_owned(),
            (value, _) => value.to_string(),
        })
    }
}

/// What a case says of a field of a signature or a decision, as it is written.
pub(super) fn signed(document: &Document, path: &str) -> Option<String> {
    let path: Path = path.parse().ok()?;
    let (section, id) = match &path.subject {
        Subject::SignOff(id) => ("sign-offs", id),
        Subject::Decision(id) => ("decisions", id),
        _ => return None,
    };
    let entry = document.root.get(section)?.get(id)?;
    let entry = match (&path.select, &entry.content) {
        (Some(Select::Named(party)), Content::List(items)) => {
            items.iter().find(|item| text(item, "party") == Some(party))?
        }
        (Some(Select::Numbered(at)), Content::List(items)) => items.get(at.checked_sub(1)?)?,
        (None, _) => entry,
        (Some(_), _) => return None,
    };
    text(entry, path.field.as_deref()?).map(str::to_owned)
}

/// The inputs of a case under a pack, in the order in which the pack declares them.
pub(super) fn of(whole: &PackSource, pack: &Pack, document: &Document, case: &Case) -> Vec<Input> {
    let mut inputs = Vec::new();
    for fact in declared_in(whole, "facts") {
        facts(&fact.key, &fact.value, pack, case, &mut inputs);
    }
    for sign_off in declared_in(whole, "sign-offs") {
        signatures(&sign_off.key, &sign_off.value, document, case, &mut inputs);
    }
    for decision in declared_in(whole, "decisions") {
        answers(&decision.key, &decision.value, case, &mut inputs);
    }
    inputs
}

fn facts(name: &str, declared: &Node, pack: &Pack, case: &Case, inputs: &mut Vec<Input>) {
    let title = text(declared, "title").unwrap_or(name).to_owned();
    let evidence = case.facts.get(name);
    if text(declared, "type") == Some("list") {
        let Some(Evidence::List(stated)) = evidence else { return };
        let Some(Given::Known(rows)) = stated.last().map(|vintage| &vintage.given) else { return };
        for (number, row) in (1..).zip(rows) {
            records(name, number, row, declared, &title, inputs);
        }
        return;
    }
    let Some(kind) = kind_of(declared) else { return };
    if text(declared, "per") != Some("period") {
        let value = match evidence {
            Some(Evidence::One(stated)) => stated.last().and_then(|vintage| known(&vintage.given)),
            _ => None,
        };
        inputs.push(Input { path: name.to_owned(), title, value, kind });
        return;
    }
    for period in pack.periods().iter().flat_map(ringfence_core::period::Periods::iter) {
        let value = match evidence {
            Some(Evidence::Series(series)) => {
                series.get(&period).and_then(|stated| stated.last()).and_then(|vintage| known(&vintage.given))
            }
            _ => None,
        };
        let (path, title) = (format!("{name}[{period}]"), format!("{title}, {period}"));
        inputs.push(Input { path, title, value, kind: kind.clone() });
    }
}

fn known(given: &Given<Value>) -> Option<Value> {
    match given {
        Given::Known(value) => Some(value.clone()),
        Given::Missing(_) | Given::Rejected(_) | Given::NotApplicable(_) => None,
    }
}

/// The fields of a record.
fn records(name: &str, number: usize, row: &Row, declared: &Node, title: &str, inputs: &mut Vec<Input>) {
    let Some(Content::Map(fields)) = declared.get("of").map(|of| &of.content) else { return };
    let called = row.values().find_map(|given| match given {
        Given::Known(Value::Text(text)) => Some(text.clone()),
        _ => None,
    });
    let called = called.unwrap_or_else(|| format!("entry {number}"));
    for field in fields {
        let Some(kind) = kind_of(&field.value) else { continue };
        let own = text(&field.value, "title").unwrap_or(&field.key).replace('_', " ");
        inputs.push(Input {
            path: format!("{name}[#{number}].{}", field.key),
            title: format!("{title}, {called}: {own}"),
            value: row.get(&field.key).and_then(known),
            kind,
        });
    }
}

/// What a declared fact or field can be; nothing where no single value could be tried.
fn kind_of(declared: &Node) -> Option<Kind> {
    let number = |steps: i64, percent: bool| {
        let scale = Scale { steps, percent, min: None, max: None };
        let bound = |key: &str| {
            let written = text(declared, key)?;
            let hundred = Exact::whole(100);
            let number: Exact = written.trim_end_matches('%').parse().ok()?;
            scale.steps_of(if percent { number.divide(hundred).ok()? } else { number })
        };
        Kind::Number(Scale { min: bound("min"), max: bound("max"), ..scale })
    };
    Some(match text(declared, "type")? {
        "count" => number(1, false),
        "money" | "number" => number(100, false),
        "percent" => number(10_000, true),
        "bool" => Kind::Choice(["yes", "no"].map(Alternative::plain).to_vec()),
        "date" => Kind::Date,
        "days" => Kind::Choice(vec![Alternative::plain("all")]),
        "choice" => match &declared.get("of")?.content {
            Content::List(items) => {
                Kind::Choice(items.iter().filter_map(Node::as_text).map(Alternative::plain).collect())
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// The signatures that are lacking: each as a whole, added to those that are there.
fn signatures(id: &str, declared: &Node, document: &Document, case: &Case, inputs: &mut Vec<Input>) {
    let given = document.root.get("sign-offs").and_then(|section| section.get(id));
    let given: Vec<String> = match given.map(|node| &node.content) {
        Some(Content::List(items)) => items.iter().map(flow).collect(),
        Some(Content::Map(_)) => given.map(flow).into_iter().collect(),
        _ => Vec::new(),
    };
    for (party, office) in parties(declared, case) {
        let title = format!("{}: signature of {party}", text(declared, "title").unwrap_or(id));
        let office = office.map(|office| format!(", office: {}", quoted(&office))).unwrap_or_default();
        let last = case.sign_offs.get(id).into_iter().flatten().map(|signature| signature.date).max();
        let day = last.or(case.known_by).or(case.rules_at).unwrap_or(Date::constant(2000, 1, 1));
        let own = format!("{{ party: {}, date: {day}, document: as-submitted{office} }}", quoted(&party));
        let all: Vec<&str> = given.iter().map(String::as_str).chain([own.as_str()]).collect();
        let written = format!("[{}]", all.join(", "));
        let alternative = Alternative { written, shown: format!("signed on {day}, as submitted") };
        let kind = Kind::Choice(vec![alternative]);
        inputs.push(Input { path: format!("sign-offs.{id}"), title, value: None, kind });
    }
}

/// A node as YAML writes it on one line.
fn flow(node: &Node) -> String {
    match &node.content {
        Content::Empty => "~".to_owned(),
        Content::Scalar(scalar) => quoted(&scalar.text),
        Content::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Content::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", quoted(&entry.key), flow(&entry.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The parties to a sign-off, with an office that may sign for each.
fn parties(declared: &Node, case: &Case) -> Vec<(String, Option<String>)> {
    let Some(Content::List(items)) = declared.get("parties").map(|node| &node.content) else { return Vec::new() };
    let mut parties = Vec::new();
    for item in items {
        let office = match item.get("office").map(|node| &node.content) {
            Some(Content::List(offices)) => offices.first().and_then(Node::as_text).map(str::to_owned),
            Some(_) => text(item, "office").map(str::to_owned),
            None => None,
        };
        if let Some(party) = item.as_text().or_else(|| text(item, "party").filter(|_| item.get("each").is_none())) {
            parties.push((party.to_owned(), office));
        } else if let Some(list) = text(item, "each") {
            let field = text(item, "party").unwrap_or("value");
            let Some(Evidence::List(stated)) = case.facts.get(list) else { continue };
            let Some(Given::Known(rows)) = stated.last().map(|vintage| &vintage.given) else { continue };
            let names = rows.iter().filter_map(|row| row.get(field).and_then(known));
            parties.extend(names.map(|name| (name.to_string(), office.clone())));
        }
    }
    parties
}

/// The answers that would do, given by an office that may.
fn answers(id: &str, declared: &Node, case: &Case, inputs: &mut Vec<Input>) {
    let first = |key: &str| match declared.get(key).map(|node| &node.content) {
        Some(Content::List(items)) => items.first().and_then(Node::as_text).map(str::to_owned),
        _ => text(declared, key).map(str::to_owned),
    };
    let (Some(answer), Some(by)) = (first("met-when"), first("by")) else { return };
    let day = case.rules_at.or(case.known_by);
    let day = day.or(case.decisions.get(id).map(|decided| decided.on)).unwrap_or(Date::constant(2000, 1, 1));
    let given = format!("{{ answer: {}, by: {}, on: {day} }}", quoted(&answer), quoted(&by));
    inputs.push(Input {
        path: format!("decisions.{id}"),
        title: text(declared, "title").unwrap_or(id).to_owned(),
        value: case.decisions.get(id).map(|decided| Value::Text(decided.answer.clone())),
        kind: Kind::Choice(vec![Alternative { written: given, shown: answer }]),
    });
}

/// A text as YAML writes it in braces.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_text()
}
