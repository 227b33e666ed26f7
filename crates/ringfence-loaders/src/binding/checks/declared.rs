//! Reading what a binding checks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::Exact;
use ringfence_core::source::{Content, Entry, Node};

use super::figures::Amount;
use super::{Asks, Before, Bound, Check, Earliest, Limits, Most, Otherwise};
use crate::shape::{self, Mistakes};

/// The keys that say what is checked.
const KINDS: [&str; 8] = [
    "required",
    "range",
    "one-of",
    "sum-of",
    "not-earlier-than",
    "unchanged-since",
    "change-from",
    "zero-after-non-zero",
];
/// The keys that say how far a figure may be from the one before.
const LIMITS: [&str; 3] = ["at-most", "fall-at-most", "rise-at-most"];
/// So many periods a check may look back.
const MOST_BEFORE: i32 = 1200;

/// The facts that a binding gives, and whether each is a series, where the binding says so.
pub(super) struct Facts<'n>(BTreeMap<&'n str, Option<bool>>);

impl<'n> Facts<'n> {
    pub(super) fn of(root: &'n Node) -> Self {
        let is_flat = root.get("period").is_none() && root.get("periods").is_none();
        let entries_of = |key: &str| root.get(key).map_or(&[][..], shape::entries_of);
        let mut facts = BTreeMap::new();
        let given = entries_of("for").iter().flat_map(|entry| shape::entries_of(&entry.value));
        facts.extend(given.chain(entries_of("set")).map(|entry| (entry.key.as_str(), None)));
        facts.extend(entries_of("facts").iter().map(|entry| (entry.key.as_str(), Some(is_series(entry, is_flat)))));
        Self(facts)
    }

    fn is_one(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Some(false))
    }
}

fn is_series(entry: &Entry, is_flat: bool) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| entry.value.get(key).is_some());
    has(&["columns", "cells"]) || !is_flat && !has(&["cell", "beside"])
}

/// The checks of a binding.
pub(super) fn read<'n>(root: &'n Node, mistakes: &mut Mistakes) -> Vec<Check<'n>> {
    let facts = Facts::of(root);
    let items = mistakes.items(root.get("checks"), "`checks`");
    items.iter().filter_map(|item| Reader { item, facts: &facts, mistakes }.check()).collect()
}

fn wrong(code: Code, node: &Node, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, node.place.clone(), message)
}

struct Reader<'r, 'n> {
    item: &'n Node,
    facts: &'r Facts<'n>,
    mistakes: &'r mut Mistakes,
}

impl<'n> Reader<'_, 'n> {
    fn check(mut self) -> Option<Check<'n>> {
        let before = self.mistakes.0.len();
        let item = self.item;
        let entries = self.mistakes.entries(Some(item), "a check");
        let known: Vec<&str> =
            ["fact", "otherwise", "because", "within"].into_iter().chain(LIMITS).chain(KINDS).collect();
        self.mistakes.known(entries, &known);
        let fact = self.mistakes.required(item, "fact").and_then(|node| self.fact(node));
        let kind = self.kind(entries);
        self.refuse_idle(kind);
        let otherwise = self.otherwise(kind);
        let because = self.mistakes.optional(item, "because").map(|text| text.trim().trim_end_matches('.'));
        let asks = self.asks(kind?, fact?)?;
        (self.mistakes.0.len() == before).then_some(Check {
            place: &item.place,
            fact: fact?,
            kind: &kind?.key,
            asks,
            otherwise: otherwise?,
            because,
        })
    }

    fn add(&mut self, mistake: Diagnostic) {
        self.mistakes.add(mistake);
    }

    /// A fact that the binding gives.
    fn fact(&mut self, node: &'n Node) -> Option<&'n str> {
        let name = self.mistakes.text(node, "a fact")?;
        if self.facts.0.contains_key(name) {
            return Some(name);
        }
        let names = || self.facts.0.keys().copied();
        let mistake = wrong(Code::UNKNOWN_NAME, node, format!("the binding gives no fact `{name}`"));
        let mistake = mistake.help(format!("it gives {}", shape::list(names())));
        self.mistakes.add(mistake.near_miss(name, names()));
        None
    }

    /// The one key that says what is checked.
    fn kind(&mut self, entries: &'n [Entry]) -> Option<&'n Entry> {
        let mut kinds = entries.iter().filter(|entry| KINDS.contains(&entry.key.as_str()));
        let first = kinds.next();
        if let Some(second) = kinds.next() {
            let message = format!("a check asks one thing, and `{}` is a second", second.key);
            let mistake = Diagnostic::error(Code::WRONG_VALUE, second.key_place.clone(), message);
            self.add(mistake.help("write a check for each"));
            return None;
        }
        if first.is_none() {
            let mistake = wrong(Code::MISSING_KEY, self.item, "the check does not say what it asks");
            self.add(mistake.help(format!("the keys for that are {}", shape::list(KINDS))));
        }
        first
    }

    fn refuse_idle(&mut self, kind: Option<&Entry>) {
        let limits = LIMITS.map(|key| (key, "change-from"));
        for (key, of) in std::iter::once(("within", "sum-of")).chain(limits) {
            let entry = shape::entries_of(self.item).iter().find(|entry| entry.key == key);
            if let Some(entry) = entry.filter(|_| kind.is_some_and(|kind| kind.key != of)) {
                let message = format!("`{key}` goes with `{of}`, and has no effect here");
                self.add(Diagnostic::error(Code::NO_EFFECT, entry.key_place.clone(), message).help("leave it out"));
            }
        }
    }

    fn otherwise(&mut self, kind: Option<&Entry>) -> Option<Otherwise> {
        let node = self.mistakes.required(self.item, "otherwise")?;
        let is_required = kind.is_some_and(|kind| kind.key == "required");
        match node.as_text() {
            Some("stop") => Some(Otherwise::Stop),
            Some("missing") if !is_required => Some(Otherwise::Missing),
            Some("missing") => {
                let mistake = wrong(Code::WRONG_VALUE, node, "a required figure that is missing is missing already");
                self.add(mistake.help("write `otherwise: stop`, or leave the check out"));
                None
            }
            _ => {
                let message = format!("expected `missing` or `stop` for `otherwise`, found {}", node.kind());
                let help = "`missing` makes the figure a missing one, with its reason; `stop` refuses the table";
                self.add(wrong(Code::WRONG_VALUE, node, message).help(help));
                None
            }
        }
    }

    fn asks(&mut self, kind: &'n Entry, fact: &'n str) -> Option<Asks<'n>> {
        let node = &kind.value;
        Some(match kind.key.as_str() {
            "required" => {
                self.yes(kind)?;
                Asks::Required
            }
            "range" => self.range(node)?,
            "one-of" => Asks::OneOf(self.texts(node, "one-of", Self::text_of)?),
            "sum-of" => self.sum(node, fact)?,
            "not-earlier-than" => Asks::NotEarlier(self.earliest(node, fact)?),
            "unchanged-since" => Asks::Unchanged(self.before(node, fact)?),
            "change-from" => Asks::Change { before: self.before(node, fact)?, limits: self.limits()? },
            _ if is_yes(node) => {
                self.refuse_one(node, fact)?;
                Asks::ZeroAfter(Before::Periods(1))
            }
            _ if matches!(node.as_text(), Some("no" | "false")) => {
                self.yes(kind)?;
                return None;
            }
            _ => Asks::ZeroAfter(self.before(node, fact)?),
        })
    }

    fn yes(&mut self, kind: &Entry) -> Option<()> {
        if is_yes(&kind.value) {
            return Some(());
        }
        let message = format!("expected `yes` for `{}`, found {}", kind.key, kind.value.kind());
        self.add(wrong(Code::WRONG_VALUE, &kind.value, message).help("a check that is not made is left out"));
        None
    }

    fn text_of(&mut self, node: &'n Node) -> Option<&'n str> {
        self.mistakes.text(node, "a text of `one-of`")
    }

    /// A list with something in it, and nothing in it twice.
    fn texts(
        &mut self,
        node: &'n Node,
        key: &str,
        read: impl Fn(&mut Self, &'n Node) -> Option<&'n str>,
    ) -> Option<Vec<&'n str>> {
        let items = self.mistakes.items(Some(node), &format!("`{key}`"));
        if items.is_empty() && matches!(node.content, Content::List(_) | Content::Empty) {
            self.add(wrong(Code::WRONG_VALUE, node, format!("`{key}` lists nothing")));
            return None;
        }
        let mut texts = Vec::new();
        for item in items {
            let text = read(self, item)?;
            if texts.contains(&text) {
                self.add(wrong(Code::DUPLICATE_NAME, item, format!("`{text}` is listed twice")));
                return None;
            }
            texts.push(text);
        }
        (!texts.is_empty()).then_some(texts)
    }

    fn range(&mut self, node: &'n Node) -> Option<Asks<'n>> {
        let entries = self.mistakes.entries(Some(node), "`range`");
        self.mistakes.known(entries, &["min", "max"]);
        let (min, max) = (node.get("min"), node.get("max"));
        if min.is_none() && max.is_none() {
            let mistake = wrong(Code::MISSING_KEY, node, "the range has no bound");
            self.add(mistake.help("say `min`, `max` or both"));
            return None;
        }
        let least = min.map(|node| self.bound(node));
        let most = max.map(|node| self.bound(node));
        let (least, most) =
            (least.map_or(Some(None), |bound| bound.map(Some))?, most.map_or(Some(None), |bound| bound.map(Some))?);
        let message = match (least.zip(most), max) {
            (Some((least, most)), Some(_)) if !least.is_like(most) => {
                Some("the bounds of the range are not of one kind".to_owned())
            }
            (Some((least, most)), _) if least > most => Some("the range ends before it begins".to_owned()),
            _ => None,
        };
        if let Some(message) = message {
            self.add(wrong(Code::OUT_OF_BOUNDS, max.unwrap_or(node), message));
            return None;
        }
        Some(Asks::Range { least, most })
    }

    fn bound(&mut self, node: &Node) -> Option<Bound> {
        let bound = node.as_text().and_then(Bound::read);
        if bound.is_none() {
            let message = format!("expected a number, a percentage or a day for a bound, found {}", node.kind());
            self.add(wrong(Code::WRONG_VALUE, node, message));
        }
        bound
    }

    fn sum(&mut self, node: &'n Node, fact: &'n str) -> Option<Asks<'n>> {
        let parts = self.texts(node, "sum-of", |reader, item| reader.other(item, fact))?;
        let within = match self.item.get("within") {
            None => None,
            Some(node) => Some(self.amount(node, "within")?),
        };
        Some(Asks::SumOf { parts, within })
    }

    /// An amount that is not below zero.
    fn amount(&mut self, node: &Node, key: &str) -> Option<Amount> {
        let amount = node.as_text().and_then(Amount::read).filter(|amount| !amount.number.is_negative());
        if amount.is_none() {
            let message = format!("expected a number that is not below zero for `{key}`, found {}", node.kind());
            self.add(wrong(Code::BAD_NUMBER, node, message));
        }
        amount
    }

    fn limits(&mut self) -> Option<Limits> {
        let item = self.item;
        let [both, fall, rise] = LIMITS.map(|key| item.get(key).map(|node| (node, key)));
        if let (Some(_), Some((node, key))) = (both, fall.or(rise)) {
            let mistake =
                wrong(Code::WRONG_VALUE, node, format!("`at-most` goes both ways, and `{key}` is a second limit"));
            self.add(mistake.help("leave one of the two out"));
            return None;
        }
        if both.or(fall).or(rise).is_none() {
            let mistake = wrong(Code::MISSING_KEY, item, "the check does not say how far a figure may change");
            self.add(mistake.help(format!("the keys for that are {}", shape::list(LIMITS))));
            return None;
        }
        let mut most = |given: Option<(&Node, &str)>| match given {
            None => Some(None),
            Some((node, key)) => self.most(node, key).map(Some),
        };
        Some(Limits { fall: most(both.or(fall))?, rise: most(both.or(rise))? })
    }

    fn most(&mut self, node: &Node, key: &str) -> Option<Most> {
        let amount = self.amount(node, key)?;
        Some(match amount.number.divide(Exact::whole(100)) {
            Ok(share) if amount.percent => Most::Share { share, shown: amount },
            _ => Most::Distance(amount.number),
        })
    }

    /// Another fact of the binding.
    fn other(&mut self, node: &'n Node, fact: &str) -> Option<&'n str> {
        let other = self.fact(node)?;
        if other == fact {
            let message = format!("`{fact}` would be compared with itself");
            let mistake = wrong(Code::WRONG_VALUE, node, message);
            self.add(
                mistake.help("name another fact; with the same one of an earlier period: `{ periods-before: 1 }`"),
            );
            return None;
        }
        Some(other)
    }

    fn earliest(&mut self, node: &'n Node, fact: &str) -> Option<Earliest<'n>> {
        let day: Option<Date> = node.as_text().and_then(day);
        if let Some(day) = day {
            return Some(Earliest::Day(day));
        }
        if node.as_text().is_some_and(|text| text.starts_with(|letter: char| letter.is_ascii_digit())) {
            let message = format!("expected a date such as 2015-04-01 or a fact, found {}", node.kind());
            self.add(wrong(Code::BAD_DATE, node, message));
            return None;
        }
        self.other(node, fact).map(Earliest::Fact)
    }

    fn before(&mut self, node: &'n Node, fact: &str) -> Option<Before<'n>> {
        if !matches!(node.content, Content::Map(_)) {
            return self.other(node, fact).map(Before::Fact);
        }
        let entries = self.mistakes.entries(Some(node), "what came before");
        self.mistakes.known(entries, &["periods-before"]);
        let value = self.mistakes.required(node, "periods-before")?;
        self.refuse_one(value, fact)?;
        let periods =
            value.as_text().and_then(|text| text.parse().ok()).filter(|count| (1..=MOST_BEFORE).contains(count));
        if periods.is_none() {
            let message = format!("expected a number of periods from 1 to {MOST_BEFORE} for `periods-before`");
            self.add(wrong(Code::WRONG_VALUE, value, message));
        }
        periods.map(Before::Periods)
    }

    /// Refuses to look back in what has one figure only.
    fn refuse_one(&mut self, node: &Node, fact: &str) -> Option<()> {
        if !self.facts.is_one(fact) {
            return Some(());
        }
        let mistake = wrong(Code::WRONG_VALUE, node, format!("`{fact}` has one figure, so none came before it"));
        self.add(mistake.help("name the fact that has the figure before"));
        None
    }
}

fn is_yes(node: &Node) -> bool {
    matches!(node.as_text(), Some("yes" | "true"))
}

/// A day, written as `2015-04-01` and in no other way.
pub(super) fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|day: &Date| day.to_string() == text)
}
