//! Waivers: an office that is entitled to lets a condition count as met for a time.

use jiff::civil::Date;

use super::{declared, items};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, Mistakes};
use crate::pack::Pack;
use crate::source::{Entry, Node};

/// A waiver of one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The office that gave it.
    pub by: String,
    /// When it was given, and so became known.
    pub on: Date,
    /// The first day it holds.
    pub from: Date,
    /// The first day it no longer holds; without it, it has no end.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
}

impl Waiver {
    /// A line for the digest of the case.
    pub(super) fn canonical(&self, condition: &str) -> String {
        let Self { by, on, from, until, reason } = self;
        let until = until.map(|date| date.to_string());
        format!("waiver {condition:?} {by:?} {on} {from} {until:?} {reason:?}")
    }
}

impl Pack {
    /// Reads the waivers of a case, by condition.
    pub(super) fn waivers(&self, entries: &[Entry], mistakes: &mut Mistakes) -> Vec<(String, Vec<Waiver>)> {
        let mut found = Vec::new();
        for entry in entries {
            let known = self.conditions.iter().map(|condition| condition.id.as_str());
            if !declared(entry, "condition", known, mistakes) {
                continue;
            }
            let condition = self.conditions.iter().find(|condition| condition.id == entry.key);
            if condition.is_some_and(|condition| condition.waived_by.is_empty()) {
                let message = format!("the condition `{}` cannot be waived", entry.key);
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message);
                mistakes.push(
                    diagnostic.help("only a pack makes a condition one that can be: `waiver: { by: [minister] }`"),
                );
                continue;
            }
            let waivers = items(&entry.value).iter().filter_map(|item| waiver(item, mistakes)).collect();
            found.push((entry.key.clone(), waivers));
        }
        found
    }
}

fn waiver(node: &Node, mistakes: &mut Mistakes) -> Option<Waiver> {
    const KEYS: &[&str] = &["by", "on", "from", "until", "reason", "notes"];
    let fields = Fields::read(node, "a waiver", KEYS, mistakes)?;
    let by = fields.need_text("by", "a waiver", mistakes);
    let on = fields.need_date("on", "a waiver", mistakes);
    let from = fields.need_date("from", "a waiver", mistakes);
    let until = fields.date("until", mistakes);
    let reason = fields.need_text("reason", "a waiver", mistakes);
    if let (Some(from), Some(until), Some(node)) = (from, until, fields.get("until"))
        && until <= from
    {
        let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "the waiver ends before it begins");
        mistakes.push(diagnostic.help("`until` is the first day after it"));
    }
    Some(Waiver { by: by?, on: on?, from: from?, until, reason: reason? })
}
