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
    let mut unused = |dep: Dep, section, what: &str, name| {
        if !checked.uses.named.contains(&dep)
            && let Some(place) = checked.brought_in(section, name)
        {
            let message = format!("nothing uses the {what} `{name}`");
            warn(mistakes, Code::UNUSED, place, message, "remove it, or use it");
        }
    };
    for (number, fact) in pack.facts.iter().enumerate() {
        unused(Dep::Fact(number), "facts", "fact", &fact.name);
    }
    for (number, parameter) in pack.parameters.iter().enumerate() {
        unused(Dep::Parameter(number), "parameters", "parameter", &parameter.name);
    }
    for (number, table) in pack.tables.iter().enumerate() {
        unused(Dep::Table(number), "tables", "table", &table.name);
    }
    for (number, calendar) in pack.calendars.iter().enumerate() {
        unused(Dep::Calendar(number), "calendars", "calendar", &calendar.name);
    }
    for (number, value) in pack.portfolio.iter().enumerate() {
        unused(Dep::Portfolio(number), "portfolio", "value over all cases", &value.name);
    }
    if pack.funds.is_empty() && pack.conditions.is_empty() {
        return;
    }
    for (number, value) in pack.values.iter().enumerate() {
        unused(Dep::Value(number), "values", "value", &value.name);
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
            (reached.contains(&Dep::Finding(number)), checked.brought_in("conditions", &condition.id))
        {
            let message = format!("no fund uses the condition `{}`", condition.id);
            let help = "name it under `gated-by`, or in a condition that is named there; if it is only reported, \
                        say so with `allow`";
            warn(mistakes, Code::UNUSED, place, message, help);
        }
    }
}

/// Sign-offs, decisions, sources, themes and parties that nothing names.
pub(super) fn mentions(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let mut named = BTreeSet::new();
    for document in &checked.source.documents {
        mentioned(&document.root, &mut named);
    }
    for changed in checked.section("changes") {
        named.insert(("theme", changed.key.as_str()));
    }
    let sections = [
        ("sign-offs", "sign-off"),
        ("decisions", "decision"),
        ("sources", "source"),
        ("themes", "theme"),
        ("parties", "party"),
    ];
    for (section, key) in sections {
        for entry in checked.section(section) {
            if !named.contains(&(key, entry.key.as_str()))
                && let Some(place) = checked.brought_in(section, &entry.key)
            {
                let message = format!("nothing names the {key} `{}`", entry.key);
                warn(mistakes, Code::UNUSED, place, message, "remove it, or use it");
            }
        }
    }
}

/// Every text under a key that names a sign-off, a decision, a source, a theme or a party.
fn mentioned<'a>(node: &'a Node, named: &mut BTreeSet<(&'a str, &'a str)>) {
    match &node.content {
        Content::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), entry.value.as_text()) {
                    (key @ ("sign-off" | "decision" | "source" | "theme" | "party"), Some(text)) => {
                        named.insert((key, text));
                    }
                    // To list something there is not to name it.
                    ("uses", _) => {}
                    ("parties", _) if matches!(entry.value.content, Content::List(_)) => {
                        let Content::List(items) = &entry.value.content else { continue };
                        named.extend(items.iter().filter_map(Node::as_text).map(|party| ("party", party)));
                        for item in items {
                            mentioned(item, named);
                        }
                    }
                    _ => mentioned(&entry.value, named),
                }
            }
        }
        Content::List(items) => items.iter().for_each(|item| mentioned(item, named)),
        Content::Empty | Content::Scalar(_) => {}
    }
}
