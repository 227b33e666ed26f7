//! Which evidence what a mutant changes rests on, for whoever seeks a case that notices it.

use std::collections::BTreeSet;

use super::{Edit, Mutant, Owner, Part};
use crate::exact::Exact;
use crate::language::ir::{Expr, Kind, Over, Series};
use crate::language::lower::Shape;
use crate::pack::{Cure, Deadline, Pack, Test, Who};
use crate::types::Type;

/// Evidence that a mutant rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The facts, and the fields of lists.
    pub facts: Vec<AskedFact>,
    /// The ids of sign-offs.
    pub sign_offs: Vec<String>,
    /// The ids of decisions, each with its answers.
    pub decisions: Vec<(String, Vec<String>)>,
}

/// A fact, or a field of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedFact {
    /// The name of the fact.
    pub name: String,
    /// The field, where the fact is a list.
    pub field: Option<String>,
    /// What it holds.
    pub ty: Type,
    /// Whether it has a value for each period.
    pub per_period: bool,
    /// The least that it may be.
    pub min: Option<Exact>,
    /// The most that it may be.
    pub max: Option<Exact>,
    /// Whether a case may say that it does not apply.
    pub may_not_apply: bool,
}

/// Something that rests on evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rests {
    Fact(usize),
    Script(Owner),
    SignOff(usize),
    Decision(usize),
    Condition(usize),
    Fund(usize),
}

impl Pack {
    /// The evidence that what a mutant changes rests on, directly or through values and findings.
    pub fn asked_by(&self, mutant: &Mutant) -> Asked {
        let mut open: Vec<Rests> = mutant.edits.iter().flat_map(|edit| self.begin(edit)).collect();
        let mut seen = BTreeSet::new();
        while let Some(rests) = open.pop() {
            if seen.insert(rests) {
                open.extend(self.below(rests));
            }
        }
        let mut asked = Asked::default();
        for rests in seen {
            match rests {
                Rests::Fact(index) => asked.facts.extend(self.asked_fact(index)),
                Rests::SignOff(index) => {
                    asked.sign_offs.extend(self.sign_offs.get(index).map(|sign_off| sign_off.id.clone()));
                }
                Rests::Decision(index) => {
                    let decision = self.decisions.get(index);
                    asked.decisions.extend(decision.map(|decision| (decision.id.clone(), decision.answers.clone())));
                }
                _ => {}
            }
        }
        asked
    }

    fn begin(&self, edit: &Edit) -> Vec<Rests> {
        match edit {
            Edit::Node(owner, ..) => vec![whole_of(*owner)],
            Edit::Row { table, .. } => {
                let name = self.tables.get(*table).map(|table| table.name.clone());
                let looks =
                    |kind: &Kind| matches!(kind, Kind::Lookup(lookup) if Some(&lookup.table.name) == name.as_ref());
                self.scripts_with(&looks)
            }
            Edit::Whole(Part::Parameter(index, _)) => {
                let mut found =
                    self.scripts_with(&|kind| matches!(kind, Kind::Parameter(at) if *at as usize == *index));
                let signed = self.sign_offs.iter().enumerate().filter(|(_, sign_off)| match sign_off.by {
                    Some(Deadline::Parameter(at)) => at as usize == *index,
                    _ => false,
                });
                found.extend(signed.map(|(at, _)| Rests::SignOff(at)));
                found
            }
            Edit::Whole(part) => match part {
                Part::Node(owner, ..) => vec![whole_of(*owner)],
                Part::Fact(index, _) => vec![Rests::Fact(*index), Rests::Script(Owner::Suspect(*index))],
                Part::Value(index, _) => vec![Rests::Script(Owner::Value(*index))],
                Part::SignOff(index, _) => vec![Rests::SignOff(*index)],
                Part::Decision(index, _) => vec![Rests::Decision(*index)],
                Part::Condition(index, _) => vec![Rests::Condition(*index)],
                Part::Fund(index, _) => vec![Rests::Fund(*index)],
                Part::Portfolio(index, _) => vec![Rests::Script(Owner::Contribution(*index))],
                Part::Parameter(..) | Part::Table(..) => Vec::new(),
            },
        }
    }

    fn scripts_with(&self, holds: &dyn Fn(&Kind) -> bool) -> Vec<Rests> {
        let has = |script: &Expr| {
            let mut has = false;
            script.walk(&mut |node| has |= holds(&node.kind));
            has
        };
        let owners = self.owners().into_iter().filter(|owner| self.script(*owner).is_some_and(has));
        owners.map(whole_of).collect()
    }

    fn below(&self, rests: Rests) -> Vec<Rests> {
        match rests {
            Rests::Fact(_) | Rests::Decision(_) => Vec::new(),
            Rests::Script(owner) => {
                let own = match owner {
                    Owner::Suspect(index) => Some(Rests::Fact(index)),
                    _ => None,
                };
                self.script(owner).into_iter().flat_map(|script| self.read_by(script)).chain(own).collect()
            }
            Rests::SignOff(index) => {
                let parties = self.sign_offs.get(index).into_iter().flat_map(|sign_off| &sign_off.parties);
                let lists = parties.filter_map(|party| match &party.who {
                    Who::Each(members) => Some(Rests::Fact(members.fact as usize)),
                    Who::One(_) => None,
                });
                lists.collect()
            }
            Rests::Condition(index) => {
                let Some(condition) = self.conditions.get(index) else { return Vec::new() };
                let cure = condition.cure.iter().flat_map(Cure::scripts);
                let mut found: Vec<Rests> =
                    cure.chain(&condition.applies).flat_map(|script| self.read_by(script)).collect();
                match &condition.test {
                    Test::Script(met) => found.extend(self.read_by(met)),
                    Test::SignOff(at) => found.push(Rests::SignOff(*at as usize)),
                    Test::Decision(at) => found.push(Rests::Decision(*at as usize)),
                    Test::Of { of, .. } => found.extend(of.iter().map(|limb| Rests::Condition(*limb as usize))),
                }
                found
            }
            Rests::Fund(index) => {
                let Some(fund) = self.funds.get(index) else { return Vec::new() };
                let scripts = std::iter::once(&fund.amount).chain(&fund.release);
                let gates = fund.gates.iter().map(|gate| Rests::Condition(*gate as usize));
                scripts.flat_map(|script| self.read_by(script)).chain(gates).collect()
            }
        }
    }

    /// What a script reads.
    fn read_by(&self, script: &Expr) -> Vec<Rests> {
        let mut found = Vec::new();
        let series = |series: &Series| if series.derived { self.derived(series.base) } else { self.given(series.base) };
        script.walk(&mut |node| {
            found.extend(match &node.kind {
                Kind::Fact(slot) | Kind::FactNow(slot) => self.given(*slot),
                Kind::Derived(slot) | Kind::DerivedNow(slot) => self.derived(*slot),
                Kind::Element { series: of, .. } | Kind::FoldSeries(_, of) => series(of),
                _ => None,
            });
            if let Some(rows) = node.kind.rows() {
                found.extend(rows.of.as_ref().and_then(series));
                if let Over::List { slot, .. } = rows.over {
                    found.extend(self.given(slot));
                }
            }
        });
        found
    }

    fn given(&self, slot: u32) -> Option<Rests> {
        let before = self.facts.iter().enumerate().filter(|(_, fact)| fact.slot <= slot);
        before.max_by_key(|(_, fact)| fact.slot).map(|(index, _)| Rests::Fact(index))
    }

    fn derived(&self, slot: u32) -> Option<Rests> {
        let values =
            self.values.iter().enumerate().map(|(index, value)| (value.slot, Rests::Script(Owner::Value(index))));
        let conditions = self.conditions.iter().enumerate();
        let conditions = conditions.map(|(index, condition)| (condition.slot, Rests::Condition(index)));
        values.chain(conditions).filter(|(own, _)| *own <= slot).max_by_key(|(own, _)| *own).map(|(_, rests)| rests)
    }

    fn asked_fact(&self, index: usize) -> Vec<AskedFact> {
        let Some(fact) = self.facts.get(index) else { return Vec::new() };
        let one = |ty: &Type, field: Option<String>, per_period| AskedFact {
            name: fact.name.clone(),
            field,
            ty: ty.clone(),
            per_period,
            min: fact.min,
            max: fact.max,
            may_not_apply: fact.may_not_apply,
        };
        match &fact.shape {
            Shape::One(ty) => vec![one(ty, None, false)],
            Shape::Series(ty) => vec![one(ty, None, true)],
            Shape::List(record) => record.fields.iter().map(|(name, ty)| one(ty, Some(name.clone()), false)).collect(),
        }
    }
}

/// What a script is part of.
const fn whole_of(owner: Owner) -> Rests {
    match owner {
        Owner::Applies(index)
        | Owner::Met(index)
        | Owner::CureBy(index)
        | Owner::CuredOn(index)
        | Owner::Releases(index)
        | Owner::Keeps(index) => Rests::Condition(index),
        Owner::Amount(index) | Owner::Release(index) => Rests::Fund(index),
        owner => Rests::Script(owner),
    }
}
