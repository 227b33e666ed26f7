//! Conditions that come out the same whatever the evidence, and branches that are never taken: found
//! by the bounds reading over a case of which nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use super::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::possible_limbs;
use crate::fields::Mistakes;
use crate::language::bounds::Bounds;
use crate::language::eval::Cells;
use crate::language::ir::{Expr, Kind, Over};
use crate::language::lower::Shape;
use crate::language::possible::{Among, Possible, Truths, Words};
use crate::language::value::{Family, Truth, Val};
use crate::pack::{Condition, Pack, Parameter, SignOff, Step, Test, Who};
use crate::types::Type;

/// The most derived cells for which this is looked into: beyond, the check would take longer than its answer is worth.
const MOST_CELLS: usize = 50_000;

/// Goes through a pack with nothing known but its parameters, each of which may be any of its values.
struct Unknown<'p> {
    pack: &'p Pack,
    parameters: Vec<Possible>,
    possible: BTreeMap<u32, Possible>,
    /// How the tests of choices came out, by site.
    tests: BTreeMap<u32, Truths>,
}

/// A condition or a branch whose outcome no evidence can change.
pub(super) fn settled(checked: &Checked<'_>, found: &mut Mistakes) {
    let pack = checked.pack;
    if pack.derived_cells > MOST_CELLS {
        return;
    }
    let parameters = pack.parameters.iter().map(|parameter| any_value(pack, parameter)).collect();
    let mut unknown = Unknown { pack, parameters, possible: BTreeMap::new(), tests: BTreeMap::new() };
    for step in &pack.order {
        match step {
            Step::Value(index) => unknown.value(*index),
            Step::Finding(index) => found.extend(unknown.finding(*index)),
        }
    }
    for fund in &pack.funds {
        unknown.read(Family::Num, &fund.amount, 0);
        if let Some(release) = &fund.release {
            let count = if fund.tranches { pack.period_count() } else { 1 };
            for now in 0..count {
                unknown.read(Family::Num, release, now);
            }
        }
    }
    found.extend(unknown.branches());
}

/// All that a parameter may be, whatever the day. A choice is there to be made anew, so it may be any alternative.
fn any_value(pack: &Pack, parameter: &Parameter) -> Possible {
    if let Type::Choice(of) = &parameter.ty {
        // An alternative that no script knows has no number, and is like any other unknown text.
        let words = of.iter().map(|word| pack.symbol_numbers.get(word).copied().unwrap_or(-1)).collect();
        return Possible::Word(Words { known: Some(Among::These(words)), absent: false });
    }
    let values = parameter.dated.iter().filter_map(|dated| dated.value.as_ref());
    let possible = values.filter_map(|(cell, _)| Possible::of(*cell, &[]));
    possible.reduce(Possible::or_else).unwrap_or(Possible::any(parameter.ty.family()))
}

impl<'p> Unknown<'p> {
    fn read(&mut self, family: Family, script: &'p crate::language::ir::Expr, now: usize) -> Possible {
        let cells = Cells { facts: &[], rows: &[], parameters: &[], portfolio: &[], texts: [&[], &[]] };
        let first = self.pack.periods.map_or(0, |periods| periods.first().ordinal().into());
        let derived: &[Val] = &[];
        let mut bounds = Bounds::new(self.pack, cells, derived, &self.possible, &[], first).at(now);
        bounds.parameters = Some(&self.parameters);
        bounds.tests = Some(std::mem::take(&mut self.tests));
        let possible = bounds.of(family, script);
        self.tests = bounds.tests.unwrap_or_default();
        possible
    }

    fn value(&mut self, index: u32) {
        let Some(value) = self.pack.values.get(index as usize) else { return };
        let count = if value.per_period { self.pack.period_count() } else { 1 };
        for (now, slot) in (0..count).zip(value.slot..) {
            let possible = match (self.read(value.ty.family(), &value.is, now), value.rounding) {
                (Possible::Num(range), Some(rounding)) => Possible::Num(range.rounded(rounding)),
                (possible, _) => possible,
            };
            self.possible.insert(slot, possible);
        }
    }

    fn finding(&mut self, index: u32) -> Option<Diagnostic> {
        let condition = self.pack.conditions.get(index as usize)?;
        let applies = condition.applies.as_ref().map(|applies| self.read(Family::Truth, applies, 0).truths());
        let (truths, warning) = match &condition.test {
            Test::Script(met) => {
                let truths = self.read(Family::Truth, met, 0).truths();
                (truths, told(condition, truths).or_else(|| self.opened(index, condition, truths)))
            }
            Test::SignOff(at) => {
                // With all its parties in lists, there may be nobody who has to sign.
                let named = self
                    .pack
                    .sign_offs
                    .get(*at as usize)
                    .is_some_and(|sign_off| sign_off.parties.iter().any(|party| matches!(party.who, Who::One(_))));
                let truths = if named { Truths::EITHER } else { Truths::ANY };
                (truths, self.opened(index, condition, truths))
            }
            Test::Decision(_) => (Truths::EITHER, None),
            Test::Of { need, of } => {
                let truths = possible_limbs(*need, of, |limb| {
                    let slot = self.pack.conditions.get(limb as usize).map(|condition| condition.slot);
                    slot.and_then(|slot| self.possible.get(&slot)).map_or(Truths::ANY, Possible::truths)
                });
                (truths, None)
            }
        };
        let absent = condition.in_force.is_some() || applies.is_some_and(|applies| applies != Truths::of(Truth::True));
        let truths = if absent { truths.or_else(Truths::of(Truth::NotApplicable)) } else { truths };
        // A waiver lets it count as met, and what can be put right may be.
        let effect = match (&condition.cure, condition.waived_by.as_slice()) {
            (Some(_), _) if truths.may_be(Truth::False) => truths.or_else(Truths::EITHER),
            (_, [_, ..]) => truths.or_else(Truths::of(Truth::True)),
            _ => truths,
        };
        self.possible.insert(condition.slot, Possible::Truth(effect));
        let never = applies.is_some_and(|applies| !applies.may_be(Truth::True));
        if never {
            let message = format!("`{}` never applies, whatever the evidence", condition.id);
            let diagnostic = Diagnostic::warning(Code::NEVER_MET, condition.place.clone(), message);
            return Some(diagnostic.help("look at `applies`, and at the bounds of what it reads"));
        }
        warning
    }

    /// A condition that money waits for, and that a case can put out of the way by calling its evidence not applicable.
    fn opened(&self, index: u32, condition: &Condition, truths: Truths) -> Option<Diagnostic> {
        let gates = self.pack.funds.iter().any(|fund| self.pack.gates(fund).contains(&index));
        if !gates || condition.applies.is_some() || !truths.may_be(Truth::NotApplicable) {
            return None;
        }
        let (mut read, mut asked) = (BTreeSet::new(), BTreeSet::new());
        match &condition.test {
            Test::Script(met) => met.walk(&mut |node| {
                read.extend(fact_read(node));
                if let Kind::Applicable(_, inner) = &node.kind {
                    inner.walk(&mut |node| asked.extend(fact_read(node)));
                }
            }),
            Test::SignOff(at) => {
                let sign_off = self.pack.sign_offs.get(*at as usize);
                let lists = sign_off.into_iter().flat_map(parties_in_lists);
                read.extend(lists.filter_map(|fact| self.pack.facts.get(fact as usize)).map(|fact| fact.slot));
            }
            Test::Decision(_) | Test::Of { .. } => return None,
        }
        // A script that asks whether a fact applies has thought of it.
        let open = self.pack.facts.iter().filter(|fact| {
            let slots = fact.slot..fact.slot + u32::try_from(self.pack.period_count()).unwrap_or(1);
            let slots = if matches!(fact.shape, Shape::Series(_)) { slots } else { fact.slot..fact.slot + 1 };
            fact.may_not_apply && read.difference(&asked).any(|slot| slots.contains(slot))
        });
        let names: Vec<String> = open.map(|fact| format!("`{}`", fact.name)).collect();
        let message =
            format!("money waits for `{}`, and is let through where its evidence does not apply", condition.id);
        if names.is_empty() {
            return None;
        }
        let help = format!(
            "declare {} with `not-applicable: refused`, or say with `applies` when the condition does not apply",
            names.join(" and ")
        );
        Some(Diagnostic::warning(Code::GATE_MAY_NOT_APPLY, condition.place.clone(), message).help(help))
    }

    fn branches(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (site, truths) in &self.tests {
            let Some(site) = self.pack.sites.get(*site as usize) else { continue };
            let (message, taken) = match (truths.may_be(Truth::True), truths.may_be(Truth::False)) {
                (false, true) => ("this test never holds, so its branch is never taken", "`else`"),
                (true, false) => ("this test always holds, so its `else` is never taken", "the branch"),
                _ => continue,
            };
            let diagnostic = Diagnostic::warning(Code::DEAD_BRANCH, site.place.clone(), message);
            found.push(diagnostic.help(format!(
                "keep what {taken} gives, or look at the `min` and `max` of the facts and the values of the parameters"
            )));
        }
        found
    }
}

/// The lists that name who has to sign.
fn parties_in_lists(sign_off: &SignOff) -> impl Iterator<Item = u32> {
    sign_off.parties.iter().filter_map(|party| match &party.who {
        Who::Each(members) => Some(members.fact),
        Who::One(_) => None,
    })
}

/// The cell of evidence that a node reads.
fn fact_read(node: &Expr) -> Option<u32> {
    match &node.kind {
        Kind::Fact(slot) | Kind::FactNow(slot) => Some(*slot),
        Kind::FoldSeries(_, series) | Kind::Element { series, .. } if !series.derived => Some(series.base),
        Kind::Quantify { rows, .. }
        | Kind::Count(rows)
        | Kind::SumRows(rows, _)
        | Kind::MeanRow(rows, _)
        | Kind::LeastRow(rows, _)
        | Kind::GreatestRow(rows, _) => match rows.over {
            Over::List { slot, .. } => Some(slot),
            _ => None,
        },
        _ => None,
    }
}

fn told(condition: &Condition, truths: Truths) -> Option<Diagnostic> {
    let (code, message) = match (truths.may_be(Truth::True), truths.may_be(Truth::False)) {
        (true, false) => (Code::ALWAYS_MET, format!("`{}` is met whatever the evidence", condition.id)),
        (false, true) => (Code::NEVER_MET, format!("`{}` is never met, whatever the evidence", condition.id)),
        _ => return None,
    };
    let diagnostic = Diagnostic::warning(code, condition.place.clone(), message);
    Some(diagnostic.help("look at `met`, at the `min` and `max` of the facts that it reads, and at its parameters"))
}
