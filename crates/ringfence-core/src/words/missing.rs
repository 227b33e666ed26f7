//! What is missing: named exactly, by following only what can still change the answer.
//!
//! In `false && missing` nothing can, and in `missing >= 5` nothing where no less than 5 is possible.

use std::collections::{BTreeMap, BTreeSet};

use super::{Called, Teller, listed, small};
use crate::bind::Answer;
use crate::language::bounds::{Bounds, Open};
use crate::language::eval::Cells;
use crate::language::ir::Expr;
use crate::language::lower::Shape;
use crate::language::value::{Family, State, Truth, Val};
use crate::pack::{Members, Test, Who};
use crate::ruling::Missing;

/// A piece of evidence that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    /// A cell of the facts.
    Fact(u32),
    /// A cell of the rows of the list fact whose cell this is.
    Field(u32, u32),
    /// The signature of a party.
    Signature(u32, String),
    /// A decision.
    Decision(u32),
    /// A value over all cases, for which other cases lack evidence.
    Portfolio(u32),
}

pub(crate) type Lacks = BTreeSet<Lack>;

impl Teller<'_> {
    /// The bounds reading over the case, in this period.
    pub(super) fn bounds<'e>(&self, now: usize) -> Bounds<'_, 'e> {
        let cells = Cells {
            facts: &self.bound.facts,
            rows: &self.bound.rows,
            parameters: &self.rules.parameters,
            portfolio: &self.scratch.portfolio,
            texts: [self.rules.pack.symbols.as_slice(), self.bound.texts.as_slice()],
        };
        let (pack, possible) = (self.rules.pack, &self.scratch.possible);
        Bounds::new(pack, cells, &self.derived, possible, &self.wide, self.rules.first_ordinal()).at(now)
    }

    /// What is missing and can still change the value of a script.
    pub(super) fn missing_of_script(&self, family: Family, script: &Expr, now: usize) -> Lacks {
        let mut open = BTreeSet::new();
        self.bounds(now).lacks(family, script, &mut |piece| {
            open.insert(piece);
        });
        let mut lacks = Lacks::new();
        for piece in open {
            match piece {
                Open::Fact(slot) => {
                    lacks.insert(Lack::Fact(slot));
                }
                Open::Field(list, cell) => {
                    lacks.insert(Lack::Field(list, cell));
                }
                Open::Derived(slot) => self.follow_derived(slot, &mut lacks),
                Open::Portfolio(slot) => self.follow_portfolio(slot, &mut lacks),
            }
        }
        lacks
    }

    fn follow_derived(&self, slot: u32, lacks: &mut Lacks) {
        let pack = self.rules.pack;
        match self.called_derived(slot) {
            Called::Value(value, position) => {
                if let Some(index) = pack.values.iter().position(|other| other.slot == value.slot) {
                    lacks.extend(self.missing_of_value(index, position));
                }
            }
            Called::Finding(condition) => {
                if let Some(index) = pack.conditions.iter().position(|other| other.slot == condition.slot) {
                    lacks.extend(self.missing_of_condition(index));
                }
            }
            _ => {}
        }
    }

    /// What a derived value lacks in one period.
    pub(super) fn missing_of_value(&self, index: usize, position: usize) -> Lacks {
        self.once((true, index, position), || {
            let Some(value) = self.rules.pack.values.get(index) else { return Lacks::new() };
            let cell = self.derived.get(value.slot as usize + position);
            if cell.is_some_and(|cell| cell.state() != State::Missing) {
                return Lacks::new();
            }
            self.missing_of_script(value.ty.family(), &value.is, position)
        })
    }

    /// Works out once what a value (with its period) or a condition lacks.
    fn once(&self, key: (bool, usize, usize), find: impl FnOnce() -> Lacks) -> Lacks {
        if let Some(known) = self.lacks.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        self.lacks.borrow_mut().insert(key, found.clone());
        found
    }

    /// What a condition lacks.
    pub(super) fn missing_of_condition(&self, index: usize) -> Lacks {
        self.once((false, index, 0), || self.find_missing_of_condition(index))
    }

    fn find_missing_of_condition(&self, index: usize) -> Lacks {
        let found = self.found(index);
        if self.rules.effect(index, self.scratch) != Truth::Missing {
            // Met or unmet, and still it may not be known which share that lets through.
            let open = found.share.is_some_and(|share| share.state() == State::Missing);
            return if open { self.missing_of_cure(narrow(index)) } else { Lacks::new() };
        }
        if found.own == Truth::False { self.missing_of_cure(narrow(index)) } else { self.missing_of_outcome(index) }
    }

    /// What the outcome of a condition lacks, whatever its effect is.
    pub(super) fn missing_of_outcome(&self, index: usize) -> Lacks {
        let Some(condition) = self.rules.pack.conditions.get(index) else { return Lacks::new() };
        if self.found(index).own != Truth::Missing {
            return Lacks::new();
        }
        let mut lacks = Lacks::new();
        if let Some(applies) = &condition.applies {
            lacks = self.missing_of_script(Family::Truth, applies, 0);
            if !self.bounds(0).truth(applies).may_be(Truth::True) {
                return lacks;
            }
        }
        match &condition.test {
            Test::Script(met) => lacks.extend(self.missing_of_script(Family::Truth, met, 0)),
            Test::SignOff(at) => lacks.extend(self.missing_signatures(*at)),
            Test::Decision(at) => {
                if matches!(self.bound.decisions.get(*at as usize), Some(Answer::Pending(_))) {
                    lacks.insert(Lack::Decision(*at));
                }
            }
            Test::Of { of, .. } => {
                for limb in of {
                    lacks.extend(self.missing_of_condition(*limb as usize));
                }
            }
        }
        lacks
    }

    fn missing_signatures(&self, at: u32) -> Lacks {
        let mut lacks = Lacks::new();
        let Some(sign_off) = self.bound.sign_offs.get(at as usize) else { return lacks };
        if let Some(fact) = sign_off.unknown_parties.and_then(|fact| self.rules.pack.facts.get(fact as usize)) {
            lacks.insert(Lack::Fact(fact.slot));
        }
        lacks.extend(self.missing_money(at));
        let by = sign_off.by.map(crate::period::day_number);
        for required in &sign_off.required {
            if sign_off.party(required, by) == Truth::Missing {
                lacks.insert(Lack::Signature(at, required.party.clone()));
            }
        }
        lacks
    }

    /// The money of parties that is not known, where the owners of a share of it must sign.
    fn missing_money(&self, at: u32) -> Lacks {
        let mut lacks = Lacks::new();
        let parties = self.rules.pack.sign_offs.get(at as usize).map_or(&[][..], |sign_off| &sign_off.parties);
        for party in parties {
            let Who::Each(Members { fact, money: Some(money), .. }) = party.who else { continue };
            let Some(fact) = self.rules.pack.facts.get(fact as usize) else { continue };
            let (Shape::List(record), Some(Val::Rows(span))) = (&fact.shape, self.bound.facts.get(fact.slot as usize))
            else {
                continue;
            };
            let cells = (span.first + narrow(money)..).step_by(record.fields.len()).take(span.count as usize);
            let missing =
                |cell: &u32| self.bound.rows.get(*cell as usize).is_some_and(|cell| cell.state() == State::Missing);
            lacks.extend(cells.filter(missing).map(|cell| Lack::Field(fact.slot, cell)));
        }
        lacks
    }

    /// What a fund lacks: for its amount, its release rule and its gates.
    pub(super) fn missing_of_fund(&self, index: usize) -> Lacks {
        let mut lacks = self.missing_of_money(index);
        if let Some(fund) = self.rules.pack.funds.get(index) {
            for gate in &fund.gates {
                lacks.extend(self.missing_of_condition(*gate as usize));
            }
        }
        lacks
    }

    /// What a fund lacks for its amount and its release rule.
    pub(super) fn missing_of_money(&self, index: usize) -> Lacks {
        let mut lacks = self.missing_of_amount(index);
        for position in 0..self.rules.ruled_periods {
            lacks.extend(self.missing_of_release(index, position));
        }
        lacks
    }

    pub(super) fn missing_of_amount(&self, index: usize) -> Lacks {
        let fund = self.rules.pack.funds.get(index);
        fund.map_or_else(Lacks::new, |fund| self.missing_of_script(Family::Num, &fund.amount, 0))
    }

    pub(super) fn missing_of_release(&self, index: usize, position: usize) -> Lacks {
        let fund = self.rules.pack.funds.get(index);
        let release = fund.and_then(|fund| fund.release.as_ref());
        let mut lacks =
            release.map_or_else(Lacks::new, |release| self.missing_of_script(Family::Num, release, position));
        if let Some((paid, _)) = fund.and_then(|fund| fund.paid.as_ref()) {
            let slot = paid + narrow(position);
            if self.bound.facts.get(slot as usize).is_some_and(|cell| cell.state() == State::Missing) {
                lacks.insert(Lack::Fact(slot));
            }
        }
        lacks
    }

    /// Everything that is missing, with the conditions and funds that each piece leaves open.
    pub(super) fn all_missing(&self) -> Vec<Missing> {
        let pack = self.rules.pack;
        let mut open: BTreeMap<Lack, Vec<String>> = BTreeMap::new();
        for (index, condition) in pack.conditions.iter().enumerate() {
            for lack in &self.missing_of_condition(index) | &self.missing_of_outcome(index) {
                open.entry(lack).or_default().push(condition.id.clone());
            }
        }
        for (index, fund) in pack.funds.iter().enumerate() {
            let decided = self
                .scratch
                .funds
                .get(index)
                .is_some_and(|found| found.amount.is_some() && found.dispositions.undetermined.is_zero());
            if decided {
                continue;
            }
            for lack in self.missing_of_fund(index) {
                let ids = open.entry(lack).or_default();
                if !ids.contains(&fund.id) {
                    ids.push(fund.id.clone());
                }
            }
        }
        open.into_iter().map(|(lack, leaves_open)| self.described(&lack, leaves_open)).collect()
    }

    pub(super) fn described(&self, lack: &Lack, leaves_open: Vec<String>) -> Missing {
        let pack = self.rules.pack;
        let (what, title, period, reason) = match lack {
            Lack::Fact(slot) => match self.called_fact(*slot) {
                Called::Fact(fact, position) => {
                    let period = matches!(fact.shape, Shape::Series(_)).then(|| self.period(position));
                    let reason = self.bound.absences.get(slot).cloned().unwrap_or_else(|| "not supplied".to_owned());
                    (fact.name.clone(), fact.title.clone(), period, reason)
                }
                _ => (String::new(), String::new(), None, String::new()),
            },
            Lack::Field(list, cell) => {
                let reason = self.bound.row_absences.get(cell).cloned().unwrap_or_else(|| "not given".to_owned());
                let (what, title) = self.field_named(*list, *cell);
                (what, title, None, reason)
            }
            Lack::Signature(at, party) => {
                let id = pack.sign_offs.get(*at as usize).map_or("", |sign_off| sign_off.id.as_str());
                let found = self.bound.sign_offs.get(*at as usize).and_then(|sign_off| {
                    let required = sign_off.required.iter().find(|required| required.party == *party)?;
                    Some((required.title.clone(), super::findings::lacking_signature(required)))
                });
                let (title, reason) = found.unwrap_or_default();
                (
                    format!("sign-off {id}: {party}"),
                    format!("The signature of {}", super::findings::named(&title)),
                    None,
                    reason,
                )
            }
            Lack::Decision(at) => {
                let decision = pack.decisions.get(*at as usize);
                let id = decision.map_or("", |decision| decision.id.as_str());
                let title = decision.map_or("", |decision| decision.title.as_str());
                let reason = match self.bound.decisions.get(*at as usize) {
                    Some(Answer::Pending(why)) => why.clone(),
                    _ => String::new(),
                };
                (format!("decision {id}"), title.to_owned(), None, reason)
            }
            Lack::Portfolio(slot) => {
                let value = pack.portfolio.get(*slot as usize);
                let what = value.map_or_else(String::new, |value| format!("portfolio.{}", value.name));
                let title = value.map_or_else(String::new, |value| value.title.clone());
                (what, title, None, self.why_not_over_all(*slot))
            }
        };
        Missing { what, title, period, reason, leaves_open }
    }

    /// A field of one record: `services.days (reablement)`.
    fn field_named(&self, list: u32, cell: u32) -> (String, String) {
        let Called::Fact(fact, _) = self.called_fact(list) else { return (String::new(), String::new()) };
        let (Shape::List(record), Some(Val::Rows(span))) = (&fact.shape, self.bound.facts.get(list as usize)) else {
            return (fact.name.clone(), fact.title.clone());
        };
        let stride = narrow(record.fields.len()).max(1);
        let row = (cell - span.first) / stride;
        let first = span.first + row * stride;
        let label = self.row_label(record, first).unwrap_or_else(|| format!("record {}", row + 1));
        let at = (cell - first) as usize;
        let field = record.fields.get(at).map_or("", |(name, _)| name.as_str());
        let titled = record.titles.get(at).and_then(Option::as_deref).unwrap_or(field);
        if record.bare {
            (fact.name.clone(), fact.title.clone())
        } else {
            (format!("{}.{field} ({label})", fact.name), format!("{}: {label}, {}", fact.title, small(titled)))
        }
    }

    /// What a record is called: its first text.
    pub(super) fn row_label(&self, record: &crate::language::lower::Record, first: u32) -> Option<String> {
        record.fields.iter().zip(first..).find_map(|((_, ty), at)| {
            let cell = self.bound.rows.get(at as usize)?;
            matches!(ty, crate::types::Type::Text).then(|| self.shown(*cell, ty)).flatten()
        })
    }

    /// Missing pieces as a sentence lists them.
    pub(super) fn list_missing(&self, lacks: &Lacks) -> String {
        const MOST: usize = 4;
        let mut phrases: Vec<String> = Vec::new();
        let mut titles: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let mut order: Vec<(String, String)> = Vec::new();
        let mut kinds: BTreeMap<(String, String), bool> = BTreeMap::new();
        for lack in lacks {
            let missing = self.described(lack, Vec::new());
            let key = (missing.title, missing.reason);
            kinds.insert(key.clone(), matches!(lack, Lack::Decision(_)));
            if !titles.contains_key(&key) {
                order.push(key.clone());
            }
            titles.entry(key).or_default().extend(missing.period);
        }
        for key in &order {
            let (title, reason) = key;
            let periods = titles.get(key).map_or(&[][..], Vec::as_slice);
            let when = if periods.is_empty() { String::new() } else { format!(" for {}", listed(periods)) };
            let what = match (title.strip_prefix("The signature of "), kinds.get(key)) {
                (Some(party), _) => format!("the signature of {party}"),
                (None, Some(true)) => format!("the decision “{title}”"),
                (None, _) => format!("“{title}”"),
            };
            phrases.push(format!("{what}{when} ({reason})"));
        }
        if phrases.len() > MOST {
            let more = phrases.len() - (MOST - 1);
            phrases.truncate(MOST - 1);
            phrases.push(format!("{more} more"));
        }
        listed(&phrases)
    }

    /// Missing pieces, each a phrase of what would change the answer.
    pub(super) fn phrases(&self, lacks: &Lacks) -> Vec<String> {
        lacks
            .iter()
            .map(|lack| {
                let missing = self.described(lack, Vec::new());
                match missing.period {
                    Some(period) => format!("{} for {period}", small(&missing.title)),
                    None => small(&missing.title),
                }
            })
            .collect()
    }
}

pub(super) fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
