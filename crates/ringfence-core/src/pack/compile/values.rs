//! Values: declared, and lowered each after those it rests on.

use std::collections::BTreeSet;

use super::{Compiler, NESTED, Progress, entries, fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Rounding;
use crate::fields::{Fields, check_name};
use crate::language::parse::Script;
use crate::pack::DerivedValue;
use crate::source::{Content, Entry, PackSource, Place};
use crate::types::{Number, Type};

/// A value as declared.
#[derive(Debug)]
pub(super) struct RawValue {
    pub(super) name: String,
    title: String,
    pub(super) place: Place,
    script: Option<Script>,
    pub(super) per_period: bool,
    ty: Option<(String, Place)>,
    rounding: Asked,
    notes: Option<String>,
    pub(super) slot: u32,
}

/// What a declaration says of rounding.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Nothing,
    Not,
    To(Rounding),
}

impl Compiler {
    pub(super) fn declare_values(&mut self, source: &PackSource) -> usize {
        let mut cells = 0;
        for entry in entries(source, "values", &mut self.mistakes) {
            check_name(&entry.key, &entry.key_place, &mut self.mistakes);
            let slot = u32::try_from(cells).unwrap_or(u32::MAX);
            let raw = self.raw_value(entry, slot);
            cells += self.width(raw.per_period);
            self.value_numbers.insert(raw.name.clone(), self.raw_values.len());
            self.raw_values.push(raw);
            self.values.push(Progress::Todo);
            self.value_deps.push(BTreeSet::new());
        }
        cells
    }

    fn raw_value(&mut self, entry: &Entry, slot: u32) -> RawValue {
        let mistakes = &mut self.mistakes;
        let mut raw = RawValue {
            name: entry.key.clone(),
            title: entry.key.replace(['_', '.'], " "),
            place: entry.key_place.clone(),
            script: None,
            per_period: false,
            ty: None,
            rounding: Asked::Nothing,
            notes: None,
            slot,
        };
        if let Content::Scalar(_) = entry.value.content {
            raw.script = fields::script(&entry.value, "a value", mistakes);
            return raw;
        }
        let what = format!("the value `{}`", entry.key);
        let keys = &["title", "type", "per", "round", "is", "notes"];
        let Some(fields) = Fields::declaration(&entry.value, &what, keys, mistakes) else { return raw };
        if let Some(title) = fields.text("title", mistakes) {
            raw.title = title;
        }
        raw.notes = fields.text("notes", mistakes);
        fields.need("is", &what, mistakes);
        raw.script = fields.script("is", mistakes);
        raw.per_period = fields.word("per", &[("period", true)], mistakes).unwrap_or(false);
        if raw.per_period && self.context.periods.is_none() && self.context.has_periods {
            raw.script = None;
            return raw;
        }
        if let (true, None, Some(node)) = (raw.per_period, self.context.periods, fields.get("per")) {
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "the pack declares no `periods`");
            mistakes.push(diagnostic.help("add `periods: { every: quarter, from: …, to: … }`"));
            raw.script = None;
        }
        raw.ty =
            fields.get("type").and_then(|node| Some((fields::text(node, "`type`", mistakes)?, node.place.clone())));
        raw.rounding = match fields.get("round") {
            None => Asked::Nothing,
            Some(node) if node.as_text() == Some("none") => Asked::Not,
            Some(node) => fields::rounding(node, mistakes).map_or(Asked::Nothing, Asked::To),
        };
        raw
    }

    /// Lowers every value after those that its script names, however long the chain.
    pub(super) fn lower_values(&mut self) {
        let count = self.raw_values.len();
        let mut reached = vec![false; count];
        for root in 0..count {
            self.lower_from(root, &mut reached);
        }
    }

    /// Lowers the values that these texts name, so that what names them need not.
    pub(super) fn lower_named_in(&mut self, text: &str) {
        let mut reached = vec![false; self.raw_values.len()];
        for root in self.named_in(text) {
            self.lower_from(root, &mut reached);
        }
    }

    fn lower_from(&mut self, root: usize, reached: &mut [bool]) {
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        if !std::mem::replace(reached.get_mut(root).unwrap_or(&mut false), true) {
            path.push((root, self.named_values(root)));
        }
        while let Some((index, rest)) = path.last_mut() {
            match rest.pop() {
                Some(next) => {
                    if !std::mem::replace(reached.get_mut(next).unwrap_or(&mut true), true) {
                        path.push((next, self.named_values(next)));
                    }
                }
                None => {
                    let index = *index;
                    path.pop();
                    self.lower_value(index);
                }
            }
        }
    }

    /// The values whose names stand in a value's script: all that it can rest on, and maybe more.
    fn named_values(&self, index: usize) -> Vec<usize> {
        let script = self.raw_values.get(index).and_then(|raw| raw.script.as_ref());
        self.named_in(script.map_or("", |script| script.scalar.text.as_str()))
    }

    fn named_in(&self, text: &str) -> Vec<usize> {
        let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '.'));
        let mut named: Vec<usize> = words
            .flat_map(|word| {
                // `fund.size.sum` may be the value `fund.size`.
                let ends = word.match_indices('.').map(|(at, _)| at).chain(std::iter::once(word.len()));
                ends.filter_map(|end| self.value_numbers.get(word.get(..end)?).copied()).collect::<Vec<_>>()
            })
            .collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    pub(super) fn lower_value(&mut self, index: usize) {
        let Some(progress) = self.values.get_mut(index) else { return };
        if !matches!(progress, Progress::Todo) {
            return;
        }
        if self.reading.len() > NESTED {
            *progress = Progress::Broken;
            if let Some(raw) = self.raw_values.get(index) {
                let (name, place) = (format!("the value `{}`", raw.name), raw.place.clone());
                self.too_deep(&name, place);
            }
            return;
        }
        *progress = Progress::Doing;
        self.reading.push(BTreeSet::new());
        let done = self.one_value(index);
        let deps = self.reading.pop().unwrap_or_default();
        if let Some(slot) = self.value_deps.get_mut(index) {
            *slot = deps;
        }
        if let Some(progress) = self.values.get_mut(index) {
            *progress = done.map_or(Progress::Broken, |value| Progress::Done(Box::new(value)));
        }
    }

    fn one_value(&mut self, index: usize) -> Option<DerivedValue> {
        let raw = self.raw_values.get(index)?;
        let (script, per_period, rounding, slot) = (raw.script.clone()?, raw.per_period, raw.rounding, raw.slot);
        let (name, title, declared) = (raw.name.clone(), raw.title.clone(), raw.ty.clone());
        let notes = raw.notes.clone();
        let (is, mut ty) = self.lower(&script, None, per_period)?;
        if let Some((word, place)) = declared {
            ty = self.check_declared(&word, &place, ty)?;
        }
        let money = matches!(&ty, Type::Number(number) if number.unit.is_money());
        let rounding = match (rounding, &ty) {
            (Asked::To(rounding), Type::Number(_)) => Some(rounding),
            (Asked::Nothing, _) if money => Some(self.default_rounding),
            _ => None,
        };
        Some(DerivedValue { name, title, ty, per_period, slot, rounding, is, notes })
    }

    /// The kind a value is declared to have must be the kind its script gives.
    fn check_declared(&mut self, word: &str, place: &Place, found: Type) -> Option<Type> {
        const KINDS: [&str; 8] = ["bool", "date", "period", "days", "text", "money", "percent", "number"];
        if word != "count" && !KINDS.contains(&word) {
            let message = format!("`{word}` is no type: the types are {}, count", KINDS.join(", "));
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, place.clone(), message);
            self.mistakes.push(diagnostic.near_miss(word, KINDS));
            return None;
        }
        let fits = match (word, &found) {
            ("bool", Type::Bool)
            | ("date", Type::Date)
            | ("period", Type::Period(_))
            | ("days", Type::Days)
            | ("text", Type::Text)
            | ("count" | "number", Type::Number(_)) => true,
            ("money", Type::Number(number)) => number.unit.is_money(),
            ("percent", Type::Number(number)) => number.unit.is_none(),
            _ => false,
        };
        if !fits {
            let message = format!("the value is declared as `{word}`, and its script gives {found}");
            self.mistakes.push(Diagnostic::error(Code::WRONG_TYPE, place.clone(), message));
            return None;
        }
        Some(if word == "percent" { Type::Number(Number::percentage()) } else { found })
    }
}
