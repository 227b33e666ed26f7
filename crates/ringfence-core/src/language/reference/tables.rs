//! Tables for the reference, read anew from the pack's documents.

use std::sync::Arc;

use rhai::{Dynamic, Engine, Map};

use super::{Day, Fallible, fault, number};
use crate::evaluate::Rules;
use crate::exact::Exact;
use crate::period::{day_number, read_date};
use crate::source::{Content, Node, PackSource};

/// What `tables` is to a script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables;

/// A table as a script asks it.
#[derive(Debug)]
struct Asked {
    inputs: Vec<String>,
    /// The names and the types of the outputs.
    outputs: Vec<(String, String)>,
    hit: String,
    rows: Vec<Node>,
    default: Option<Node>,
    /// The inputs that find a row whatever they are: those without bounds, of which parts count.
    free: Vec<bool>,
}

fn keys(node: Option<&Node>) -> Vec<(String, Node)> {
    match node.map(|node| &node.content) {
        Some(Content::Map(entries)) => entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect(),
        _ => Vec::new(),
    }
}

fn declared<'n>(source: &'n PackSource, section: &str, name: &str) -> Option<&'n Node> {
    source.documents.iter().find_map(|document| document.root.get(section)?.get(name))
}

/// The rows of a declaration, or of the file it names.
fn rows_in<'n>(source: &'n PackSource, node: &'n Node, section: &str, key: &str) -> Vec<&'n Node> {
    let file = node.get("file").and_then(Node::as_text).map(|name| format!("{section}/{name}"));
    let rows = match (node.get(key), file) {
        (Some(rows), _) => Some(rows),
        (None, Some(file)) => source.documents.iter().find_map(|document| document.root.get("files")?.get(&file)),
        (None, None) => None,
    };
    match rows.map(|rows| &rows.content) {
        Some(Content::List(rows)) => rows.iter().collect(),
        _ => Vec::new(),
    }
}

pub(super) fn rows<'n>(source: &'n PackSource, declared_as: (&str, &str), key: &str) -> Vec<&'n Node> {
    let (section, name) = declared_as;
    declared(source, section, name).map(|node| rows_in(source, node, section, key)).unwrap_or_default()
}

fn text(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::as_text).unwrap_or_default().to_owned()
}

/// A written value, by the type of its column.
fn value(written: &str, ty: &str) -> Fallible<Dynamic> {
    Ok(match ty {
        "bool" => matches!(written, "yes" | "true").into(),
        "date" => Dynamic::from(Day(read_date(written).map(day_number).ok_or_else(|| fault("no date"))?)),
        "choice" | "text" => written.to_owned().into(),
        "percent" => {
            let digits: Exact = written.trim_end_matches('%').trim().parse().map_err(fault)?;
            Dynamic::from(digits.divide(Exact::whole(100)).map_err(fault)?)
        }
        _ => Dynamic::from(written.parse::<Exact>().map_err(fault)?),
    })
}

/// The place of a number or a day on its line.
fn on_line(value: &Dynamic) -> Fallible<Exact> {
    match value.clone().try_cast::<Day>() {
        Some(day) => Ok(Exact::whole(day.0)),
        None => number(value),
    }
}

/// Whether a band holds for a value.
fn band(written: &str, ty: &str, asked: &Dynamic) -> Fallible<bool> {
    let asked = on_line(asked)?;
    let end = |written: &str| on_line(&value(written, ty)?);
    let words: Vec<&str> = written.split(' ').collect();
    Ok(match words.as_slice() {
        ["below", high] => asked < end(high)?,
        ["up", "to", high] => asked <= end(high)?,
        [low, "and", "over"] => asked >= end(low)?,
        ["above", low] => asked > end(low)?,
        [low, "to", high] => asked >= end(low)? && asked < end(high)?,
        [low, "up", "to", high] => asked >= end(low)? && asked <= end(high)?,
        ["above", low, "to", high] => asked > end(low)? && asked < end(high)?,
        ["above", low, "up", "to", high] => asked > end(low)? && asked <= end(high)?,
        [one] => asked == end(one)?,
        _ => return Err(fault("no band")),
    })
}

fn cell_holds(cell: &Node, ty: &str, asked: &Dynamic) -> Fallible<bool> {
    if cell.as_text() == Some("any") {
        return Ok(true);
    }
    let words: Vec<&str> = match &cell.content {
        Content::List(items) => items.iter().filter_map(Node::as_text).collect(),
        _ => cell.as_text().unwrap_or_default().split(" | ").collect(),
    };
    match ty {
        "bool" | "choice" | "text" => {
            for word in words {
                if value(word, ty)?.to_string() == asked.to_string() {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => band(cell.as_text().unwrap_or_default(), ty, asked),
    }
}

impl Asked {
    fn new(rules: &Rules<'_>, source: &PackSource, name: &str) -> Option<Self> {
        let node = declared(source, "tables", name)?;
        let dated = keys(node.get("values"));
        let in_force = dated.iter().filter(|(day, _)| read_date(day).is_some_and(|day| day <= rules.day));
        let version = in_force.max_by_key(|(day, _)| day.clone()).map_or(node, |(_, version)| version);
        let inputs = keys(node.get("in"));
        let bounded = |(_, input): &(String, Node)| {
            input.get("min").is_some() || input.get("max").is_some() || text(input, "type") == "count"
        };
        Some(Self {
            free: inputs.iter().map(|input| !bounded(input)).collect(),
            inputs: inputs.iter().map(|(name, input)| format!("{name} {}", text(input, "type"))).collect(),
            outputs: keys(node.get("out")).iter().map(|(name, out)| (name.clone(), text(out, "type"))).collect(),
            hit: text(node, "hit"),
            rows: rows_in(source, version, "tables", "rows").into_iter().cloned().collect(),
            default: version.get("default").or(node.get("default")).cloned(),
        })
    }

    fn answer(&self, asked: &[Dynamic]) -> Fallible<Dynamic> {
        let open = asked.iter().any(Dynamic::is_unit);
        let mut held = Vec::new();
        let mut certain = false;
        for row in &self.rows {
            let (mut holds, mut surely) = (true, true);
            for (input, asked) in self.inputs.iter().zip(asked) {
                let (name, ty) = input.split_once(' ').unwrap_or_default();
                let cell = row.get(name).ok_or_else(|| fault("no cell"))?;
                if asked.is_unit() {
                    surely &= cell.as_text() == Some("any");
                } else {
                    holds &= cell_holds(cell, ty, asked)?;
                }
            }
            if holds {
                held.push(row);
                certain |= surely;
                if surely && self.hit != "sum" {
                    break;
                }
            }
        }
        if let Some(default) = self.default.as_ref().filter(|_| !certain && (open || held.is_empty())) {
            held.push(default);
        }
        // Those that are known lie inside their bounds in every pack that asks with some left open.
        let total = asked.iter().zip(&self.free).all(|(asked, free)| !asked.is_unit() || *free);
        let mut map = Map::new();
        for (name, ty) in &self.outputs {
            let given = held.iter().map(|row| value(&text(row, name), ty)).collect::<Fallible<Vec<Dynamic>>>()?;
            let shown =
                |value: &Dynamic| number(value).map_or_else(|_| format!("{value:?}"), |number| number.to_string());
            let Some(first) = given.first() else { return Err(fault("no row")) };
            let same = given.iter().all(|value| shown(value) == shown(first));
            let answer = match (open, self.hit.as_str()) {
                (true, "sum") => Dynamic::UNIT,
                (true, _) if !(certain || self.default.is_some() || total) || !same => Dynamic::UNIT,
                (false, "sum") => Dynamic::from(super::sum(&given)?),
                _ => first.clone(),
            };
            map.insert(name.as_str().into(), answer);
        }
        if self.outputs.len() > 1 {
            return Ok(map.into());
        }
        map.into_values().next().ok_or_else(|| fault("no output"))
    }
}

pub(super) fn register(engine: &mut Engine, rules: &Rules<'_>, source: &PackSource) {
    engine.register_type_with_name::<Tables>("Tables");
    for table in &rules.pack.tables {
        let name = table.name.as_str();
        let Some(asked) = Asked::new(rules, source, name).map(Arc::new) else { continue };
        match asked.inputs.len() {
            1 => {
                engine.register_fn(name, move |_: Tables, a: Dynamic| asked.answer(&[a]));
            }
            2 => {
                engine.register_fn(name, move |_: Tables, a: Dynamic, b: Dynamic| asked.answer(&[a, b]));
            }
            3 => {
                engine.register_fn(name, move |_: Tables, a: Dynamic, b: Dynamic, c: Dynamic| asked.answer(&[a, b, c]));
            }
            _ => {
                engine.register_fn(name, move |_: Tables, a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic| {
                    asked.answer(&[a, b, c, d])
                });
            }
        }
    }
}
