//! What is declared and leads to nothing.

use std::collections::BTreeSet;

use super::{Checked, warn};
use crate::diagnostic::Code;
use crate::fields::Mistakes;
use crate::pack::compile::Dep;
use crate::source::{Content, Node};

/// Facts, parameters and values that nothing reads.
///
/// A value of a pack without funds and conditions is what the pack is for.
pub(super) fn names(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let pack = checked.pack;
    let mut unused = |dep: Dep, place, what: &str, name: &str| {
        if !checked.uses.named.contains(&dep) {
            let message = format!("nothing uses the {what} `{name}`");
            warn(mistakes, Code::UNUSED, place, message, "remove it, or use it");
        }
    };
    for (number, fact) in pack.facts.iter().enumerate() {
        unused(Dep::Fact(number), fact.place.clone(), "fact", &fact.name);
    }
    for (number, parameter) in pack.parameters.iter().enumerate() {
        unused(Dep::Parameter(number), parameter.place.clone(), "parameter", &parameter.name);
    }
    for (number, table) in pack.tables.iter().enumerate() {
        unused(Dep::Table(number), table.place.clone(), "table", &table.name);
    }
    for (number, calendar) in pack.calendars.iter().enumerate() {
        unused(Dep::Calendar(number), calendar.place.clone(), "calendar", &calendar.name);
    }
    for (number, value) in pack.portfolio.iter().enumerate() {
        if let Some(place) = checked.place("portfolio", &value.name) {
            unused(Dep::Portfolio(number), place, "value over all cases", &value.name);
        }
    }
    if pack.funds.is_empty() && pack.conditions.is_empty() {
        return;
    }
    for (number, value) in pack.values.iter().enumerate() {
        if let Some(place) = checked.place("values", &value.name) {
            unused(Dep::Value(number), place, "value", &value.name);
        }
    }
}

/// Conditions that no money hangs on: a fund's gate, a limb of one, or a finding that something it rests on reads.
pub(super) fn conditions(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    if checked.pack.funds.is_empty() {
        return;
    }
    let mut reached: BTreeSet<Dep> = BTreeSet::new();
    let mut open: Vec<Dep> = checked.uses.funds.iter().flatten().copied().collect();
    while let Some(dep) = open.pop() {
        if reached.insert(dep) {
            let next = match dep {
                Dep::Value(number) => checked.uses.values.get(number),
                Dep::Finding(number) => checked.uses.conditions.get(number),
                Dep::Portfolio(number) => checked.uses.portfolio.get(number),
                Dep::Fact(_) | Dep::Parameter(_) | Dep::Table(_) | Dep::Calendar(_) => None,
            };
            open.extend(next.into_iter().flatten());
        }
    }
    for (number, condition) in checked.pack.conditions.iter().enumerate() {
        if let (false, Some(place)) =
            (reached.contains(&Dep::Finding(number)), checked.place("conditions", &condition.id))
        {
            let message = format!("no fund uses the condition `{}`", condition.id);
            let help = "name it under `gated-by`, or in a condition that is named there; if it is only reported, \
                        say so with `allow`";
            warn(mistakes, Code::UNUSED, place, message, help);
        }
    }
}

/// Sign-offs, decisions and sources that nothing names.
pub(super) fn mentions(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let mut named = BTreeSet::new();
    for document in &checked.source.documents {
        mentioned(&document.root, &mut named);
    }
    let sections = [("sign-offs", "sign-off"), ("decisions", "decision"), ("sources", "source")];
    for (section, key) in sections {
        for entry in checked.section(section) {
            if !named.contains(&(key, entry.key.as_str())) {
                let message = format!("nothing names the {key} `{}`", entry.key);
                warn(mistakes, Code::UNUSED, entry.key_place.clone(), message, "remove it, or use it");
            }
        }
    }
}

/// Every text under a key that names a sign-off, a decision or a source.
fn mentioned<'a>(node: &'a Node, named: &mut BTreeSet<(&'a str, &'a str)>) {
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), entry.value.as_text()) {
                    (key @ ("sign-off" | "decision" | "source"), Some(text)) => {
                        named.insert((key, text));
                    }
                    _ => mentioned(&entry.value, named),
                }
            }
        }
        Content::List(items) => items.iter().for_each(|item| mentioned(item, named)),
        Content::Empty | Content::Scalar(_) => {}
    }
}
