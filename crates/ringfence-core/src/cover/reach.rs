//! The points of a pack: what some case can bring about under the rules of some day.
//!
//! For each day on which the rules differ from those of the day before, the pack is gone through with a case of which
//! nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Came, Mark, Part, Said, Signing};
use crate::evaluate::{Choice, Options, Rules, possible_limbs};
use crate::exact::Exact;
use crate::language::bounds::Bounds;
use crate::language::cover::{Met, Walk};
use crate::language::eval::Cells;
use crate::language::ir::Expr;
use crate::language::lower::Shape;
use crate::language::possible::{End, Possible, Range, Truths};
use crate::language::value::{Family, State, Truth, Val};
use crate::pack::{Condition, Cure, Fund, OverPayment, Pack, SignOff, Step, Test, Who};

/// Everything that some case can do.
pub(super) fn all(pack: &Pack) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for day in days(pack) {
        // A day on which a rule lacks a parameter has no ruling.
        let Ok(rules) = pack.rules_at(day, &Options::default()) else { continue };
        let mut reach =
            Reach { rules: &rules, pack, possible: BTreeMap::new(), met: BTreeSet::new(), marks: &mut marks };
        reach.everything();
        let met = std::mem::take(&mut reach.met);
        marks.extend(met.into_iter().flat_map(|met| of_script(&rules, met)));
    }
    marks
}

/// What something met in a script comes to under the rules of a day.
pub(crate) fn of_script(rules: &Rules<'_>, met: Met) -> Vec<Mark> {
    let table = |cell: u32| {
        let at = (cell as usize).checked_sub(rules.pack.parameters.len()).and_then(|at| u32::try_from(at).ok())?;
        match rules.parameters.get(cell as usize)? {
            Val::Word(word) if word.state == State::Known => Some((at, usize::try_from(word.bits).ok()?)),
            _ => None,
        }
    };
    match met {
        Met::Way(..) => vec![Mark::Way(met)],
        Met::Parameter(slot) => match rules.chosen.get(slot as usize) {
            Some(Choice::Dated(at)) => vec![Mark::Dated(slot, *at)],
            _ => Vec::new(),
        },
        Met::Row(cell, row) => table(cell).map_or_else(Vec::new, |(table, version)| {
            vec![Mark::Row(table, version, row), Mark::Version(table, version)]
        }),
        Met::Default(cell) => table(cell).map_or_else(Vec::new, |(table, version)| {
            vec![Mark::Default(table, version), Mark::Version(table, version)]
        }),
    }
}

/// The days on which something changes, and the first of all.
fn days(pack: &Pack) -> BTreeSet<Date> {
    let mut days = BTreeSet::from([pack.in_force.from]);
    days.extend(pack.rules_at);
    let dated = pack.parameters.iter().flat_map(|parameter| &parameter.dated);
    days.extend(dated.flat_map(|dated| std::iter::once(dated.from).chain(dated.until)));
    days.extend(pack.tables.iter().flat_map(|table| &table.versions).map(|version| version.from));
    let conditions = pack.conditions.iter().filter_map(|condition| condition.in_force);
    let funds = pack.funds.iter().filter_map(|fund| fund.in_force);
    let suspended = pack.funds.iter().flat_map(|fund| &fund.suspended).map(|suspension| suspension.days);
    let stretches = conditions.chain(funds).chain(suspended);
    days.extend(stretches.flat_map(|days| std::iter::once(days.from).chain(days.until)));
    days.retain(|day| pack.in_force.contains(*day));
    days
}

/// Goes through a pack with nothing known but the rules of a day.
struct Reach<'a, 'p> {
    rules: &'a Rules<'p>,
    pack: &'p Pack,
    /// What derived cells may come to.
    possible: BTreeMap<u32, Possible>,
    met: BTreeSet<Met>,
    marks: &'a mut BTreeSet<Mark>,
}

impl<'p> Reach<'_, 'p> {
    fn everything(&mut self) {
        let pack = self.pack;
        self.checks();
        for step in &pack.order {
            match step {
                Step::Value(index) => self.value(*index),
                Step::Finding(index) => self.finding(*index),
            }
        }
        for value in &pack.portfolio {
            if let Some(takes_part) = &value.taking_part {
                self.read(Family::Truth, takes_part, 0);
            }
            self.read(value.of_type.family(), &value.of, 0);
        }
        for (index, fund) in (0_u32..).zip(&pack.funds) {
            if fund.is_in_force(self.rules.day) {
                self.fund(index, fund);
            }
        }
    }

    /// Goes into a script, and tells what it may give.
    fn read(&mut self, family: Family, script: &'p Expr, now: usize) -> Possible {
        let texts: [&[String]; 2] = [&self.pack.symbols, &[]];
        let cells = Cells { facts: &[], rows: &[], parameters: &self.rules.parameters, portfolio: &[], texts };
        let first = self.rules.first_ordinal();
        let bounds = || Bounds::new(self.pack, cells, &[], &self.possible, &[], first).at(now);
        Walk { reading: bounds(), met: &mut self.met }.visit(family, script);
        bounds().of(family, script)
    }

    fn checks(&mut self) {
        for (index, fact) in (0_u32..).zip(&self.pack.facts) {
            let Some(suspect) = &fact.suspect else { continue };
            let count = match fact.shape {
                Shape::One(_) => 1,
                Shape::Series(_) => self.pack.period_count(),
                Shape::List(_) => 0,
            };
            for now in 0..count {
                let truths = self.read(Family::Truth, &suspect.when, now).truths();
                for (truth, believed) in [(Truth::True, false), (Truth::False, true)] {
                    if truths.may_be(truth) {
                        self.marks.insert(Mark::Believed(index, believed));
                    }
                }
            }
        }
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

    fn finding(&mut self, index: u32) {
        let Some(condition) = self.pack.conditions.get(index as usize) else { return };
        let in_force = self.rules.in_force.get(index as usize).copied().unwrap_or(true);
        let none = Truths::of(Truth::NotApplicable);
        let own = if in_force { self.own(index, condition) } else { none };
        for (truth, came) in
            [(Truth::True, Came::Met), (Truth::False, Came::Unmet), (Truth::NotApplicable, Came::NotApplicable)]
        {
            if own.may_be(truth) && self.can(condition, truth) {
                self.marks.insert(Mark::Outcome(index, came));
            }
        }
        if own.single().is_none() {
            self.marks.insert(Mark::Outcome(index, Came::Open));
        }
        let mut effect = own;
        if let (true, Some(cure)) = (in_force && own.may_be(Truth::False), &condition.cure) {
            effect = effect.or_else(self.cure(index, cure));
        }
        if in_force && !condition.waived_by.is_empty() {
            if own != Truths::of(Truth::True) {
                self.marks.insert(Mark::Outcome(index, Came::Waived));
            }
            effect = effect.or_else(Truths::of(Truth::True));
        }
        self.possible.insert(condition.slot, Possible::Truth(effect));
    }

    /// How a condition in force may come out by itself.
    fn own(&mut self, index: u32, condition: &'p Condition) -> Truths {
        let applies = match &condition.applies {
            None => Truths::of(Truth::True),
            Some(applies) => self.read(Family::Truth, applies, 0).truths(),
        };
        let absent = applies.may_be(Truth::False) || applies.may_be(Truth::NotApplicable);
        let found = if absent { Truths::of(Truth::NotApplicable) } else { Truths::NONE };
        if !applies.may_be(Truth::True) {
            return found;
        }
        found.or_else(match &condition.test {
            Test::Script(met) => self.read(Family::Truth, met, 0).truths(),
            Test::SignOff(at) => self.sign_off(*at),
            Test::Decision(at) => {
                self.decision(*at);
                Truths::EITHER
            }
            Test::Of { need, of } => {
                for (limb, number) in of.iter().zip(0_u32..) {
                    let truths = self.effect(*limb);
                    let Some(of) = self.pack.conditions.get(*limb as usize) else { continue };
                    for (truth, met) in [(Truth::True, true), (Truth::False, false)] {
                        let waived = truth == Truth::True && !of.waived_by.is_empty();
                        if truths.may_be(truth) && (waived || self.can(of, truth)) {
                            self.marks.insert(Mark::Limb(index, number, met));
                        }
                    }
                }
                possible_limbs(*need, of, |limb| self.effect(limb))
            }
        })
    }

    /// What a condition may count as.
    fn effect(&self, condition: u32) -> Truths {
        let slot = self.pack.conditions.get(condition as usize).map(|condition| condition.slot);
        slot.and_then(|slot| self.possible.get(&slot)).map_or(Truths::ANY, Possible::truths)
    }

    /// What a condition that is not met and can be put right may count as.
    fn cure(&mut self, index: u32, cure: &'p Cure) -> Truths {
        let by = self.read(Family::Word, &cure.by, 0).words();
        let on = self.read(Family::Word, &cure.cured_on, 0).words();
        if by.known.is_none() {
            return Truths::NONE;
        }
        let ((first_by, last_by), (first_on, last_on)) = (by.ends(), on.ends());
        let settled = by.is_settled() && on.is_settled();
        let in_time = on.known.is_some() && first_on.zip(last_by).is_none_or(|(first_on, last_by)| first_on <= last_by);
        let too_late = on.absent
            || (on.known.is_some() && last_on.zip(first_by).is_none_or(|(last_on, first_by)| last_on > first_by));
        let mut effect = Truths::NONE;
        for (may, came, truth, share) in [
            (!settled, Came::Suspended, Truth::Missing, None),
            (in_time, Came::Cured, Truth::True, cure.releases.as_ref()),
            (too_late, Came::Lapsed, Truth::False, cure.keeps.as_ref()),
        ] {
            if !may {
                continue;
            }
            self.marks.insert(Mark::Outcome(index, came));
            if truth != Truth::Missing {
                effect = effect.or_else(Truths::of(truth));
            }
            if let Some(share) = share {
                self.read(Family::Num, share, 0);
            }
        }
        effect
    }

    fn sign_off(&mut self, at: u32) -> Truths {
        let Some(sign_off) = self.pack.sign_offs.get(at as usize) else { return Truths::ANY };
        let by = sign_off.by.and_then(|deadline| self.rules.deadline(deadline));
        if let Some(crate::pack::Deadline::Parameter(slot)) = sign_off.by {
            self.met.insert(Met::Parameter(slot));
        }
        self.marks.extend(signings(sign_off, by.is_some()).into_iter().map(|signing| Mark::Signed(at, signing)));
        // With all its parties in lists, there may be nobody who has to sign.
        let nobody = |who: &Who| match who {
            Who::One(_) => false,
            Who::Each(members) => {
                let list = self.pack.facts.get(members.fact as usize);
                list.is_none_or(|list| list.may_not_apply || list.may_be_empty)
            }
        };
        let nobody = sign_off.parties.iter().all(|party| nobody(&party.who));
        if nobody { Truths::ANY } else { Truths::EITHER }
    }

    fn decision(&mut self, at: u32) {
        let Some(decision) = self.pack.decisions.get(at as usize) else { return };
        let answers = (0..decision.answers.len()).map(Said::Answer);
        self.marks.extend(answers.chain([Said::Pending]).map(|said| Mark::Decided(at, said)));
    }

    /// Whether a condition can come out so. A decision that is not taken yet counts as one that may be anything, and
    /// none of its answers need be a yes, or a no.
    fn can(&self, condition: &Condition, truth: Truth) -> bool {
        let Test::Decision(at) = condition.test else { return true };
        let Some(decision) = self.pack.decisions.get(at as usize) else { return true };
        let met = |answer: &String| decision.met_when.contains(answer);
        match truth {
            Truth::True => decision.answers.iter().any(met),
            Truth::False => !decision.answers.iter().all(met),
            _ => true,
        }
    }

    fn fund(&mut self, index: u32, fund: &'p Fund) {
        let amount = self.read(Family::Num, &fund.amount, 0).range().rounded(fund.rounding);
        let count = if fund.tranches { self.rules.ruled_periods } else { 1 };
        let dues: Vec<Range> = (0..count)
            .map(|now| match &fund.release {
                Some(release) => self.read(Family::Num, release, now).range().rounded(fund.rounding),
                None => amount,
            })
            .collect();
        let parts = self.parts(fund, amount, &dues);
        self.marks.extend(parts.into_iter().map(|part| Mark::Disposed(index, part)));
    }

    /// Where the money of a fund may go.
    fn parts(&self, fund: &Fund, amount: Range, dues: &[Range]) -> Vec<Part> {
        let nought = End::At(Exact::ZERO);
        let some = |range: &Range| range.known && range.high > nought;
        let may_pay = some(&amount);
        let suspended = fund.suspended.iter().any(|suspension| suspension.days.contains(self.rules.day));
        let (mut gate, mut open, mut shared) = (Truths::of(Truth::True), false, false);
        for condition in &fund.gates {
            let effect = self.effect(*condition);
            gate = gate.pairs(effect, |sum, gate| if gate == Truth::NotApplicable { sum } else { sum.and(gate) });
            let cure = self.pack.conditions.get(*condition as usize).and_then(|condition| condition.cure.as_ref());
            shared |= cure.is_some_and(|cure| cure.releases.is_some() || cure.keeps.is_some());
            open |= effect.single().is_none();
        }
        if suspended {
            (gate, open, shared) = (Truths::of(Truth::False), false, false);
        }
        let (opens, bars) = (gate.may_be(Truth::True), gate.may_be(Truth::False));
        let paid = fund.paid.is_some();
        let in_full = |due: &Range| !due.absent && due.known && due.low >= amount.high;
        let rest = may_pay && (shared || !dues.last().is_some_and(in_full) && fund.release.is_some());
        let falls = fund.over_payment == OverPayment::Recovered && fund.cumulative && fund.tranches;
        let drop = dues
            .iter()
            .enumerate()
            .any(|(at, due)| some(due) && dues.iter().skip(at + 1).any(|later| later.absent || later.low < due.high));
        let settled = |range: &Range| Possible::Num(*range).is_settled();
        let undecided = !suspended && (open || !dues.iter().all(settled));
        let mut parts = Vec::new();
        let mut add = |may: bool, part: Part| {
            if may {
                parts.push(part);
            }
        };
        add(may_pay && (paid || (opens || shared) && dues.iter().any(some)), Part::Released);
        add(opens && rest && fund.redirect.is_some(), Part::Redirected);
        add(may_pay && bars || opens && rest && fund.redirect.is_none(), Part::Withheld);
        add(may_pay && opens && falls && (drop || paid), Part::Recovered);
        add(may_pay && (!settled(&amount) || undecided || paid), Part::Undetermined);
        add(suspended, Part::Suspended);
        parts
    }
}

/// What can become of the signatures of a sign-off.
fn signings(sign_off: &SignOff, deadline: bool) -> Vec<Signing> {
    let any = |test: fn(&crate::pack::Party) -> bool| sign_off.parties.iter().any(test);
    let several = sign_off.parties.len() > 1 || any(|party| matches!(party.who, Who::Each(_)));
    let mut found = vec![
        Signing::Enough,
        Signing::NotSigned,
        Signing::Refused,
        Signing::AnotherVersion,
        Signing::UnstatedVersion,
        Signing::Conditional,
        Signing::Discharged,
        Signing::NotYetKnown,
    ];
    let more = [
        (several, Signing::TooFew),
        (deadline && sign_off.late_counts, Signing::LateAccepted),
        (deadline && !sign_off.late_counts, Signing::Late),
        (any(|party| !party.offices.is_empty()), Signing::NotEntitled),
        (any(|party| !party.may_delegate), Signing::DelegatedInVain),
        (any(|party| party.may_delegate), Signing::Delegated),
        (any(|party| party.independent), Signing::NotIndependent),
        (any(|party| party.independent && matches!(party.who, Who::One(_))), Signing::UnstatedBody),
        (any(|party| matches!(party.who, Who::Each(_))), Signing::PartiesNotKnown),
    ];
    found.extend(more.into_iter().filter(|(may, _)| *may).map(|(_, signing)| signing));
    found
}
