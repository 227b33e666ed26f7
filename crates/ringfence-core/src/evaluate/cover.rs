//! What a case exercises of the rules of a day.

use std::collections::BTreeSet;

use super::{EvaluateError, Pass, Portfolio, Rules, Scratch};
use crate::bind::{Answer, Bound, BoundSignOff, Standing};
use crate::cover::{Came, Mark, Part, Said, Signing, of_script};
use crate::language::cover::{Met, Walk};
use crate::language::eval::{Cells, Machine, STEPS};
use crate::language::ir::Expr;
use crate::language::lower::Shape;
use crate::language::value::{Family, State, Truth, Val};
use crate::money::Money;
use crate::pack::{Condition, Test};
use crate::period::day_number;
use crate::reading;
use crate::ruling::{Outcome, StandingWord};

/// How often the steps of one case are allowed for: a node is asked by every node above it.
const ASKED: u64 = 64;

impl Rules<'_> {
    /// Rules on a bound case, and tells what it exercises.
    ///
    /// # Errors
    /// As [`Rules::rule`] and [`Rules::rule_in`].
    pub(crate) fn exercised(
        &self,
        bound: &Bound,
        within: Option<&Portfolio>,
        scratch: &mut Scratch,
    ) -> Result<BTreeSet<Mark>, EvaluateError> {
        let within = within.map(|portfolio| self.member(bound, portfolio)).transpose()?;
        self.run(bound, scratch, Pass::Second { order: &self.pack.order, within })?;
        let outcomes = (0..self.pack.conditions.len()).map(|index| self.outcome(index, scratch)).collect::<Vec<_>>();
        let mut covering = Covering { rules: self, bound, met: BTreeSet::new(), marks: BTreeSet::new() };
        covering.checks();
        covering.outcomes(&outcomes, scratch);
        covering.values(scratch);
        covering.conditions(scratch);
        covering.over_all(scratch);
        covering.funds(scratch);
        let Covering { met, mut marks, .. } = covering;
        marks.extend(met.into_iter().flat_map(|met| of_script(self, met)));
        Ok(marks)
    }
}

/// Gathers what a case that was ruled on exercises.
struct Covering<'a> {
    rules: &'a Rules<'a>,
    bound: &'a Bound,
    met: BTreeSet<Met>,
    marks: BTreeSet<Mark>,
}

impl Covering<'_> {
    /// Goes the ways of a script.
    fn visit(&mut self, scratch: &mut Scratch, family: Family, script: &Expr, now: usize) {
        let Scratch { derived, wide, locals, portfolio, .. } = scratch;
        self.over(&self.bound.facts, (derived, locals, wide, portfolio), now, |walk| walk.visit(family, script));
    }

    /// The truth of a script that was gone into.
    fn truth(&mut self, scratch: &mut Scratch, script: &Expr) -> Truth {
        let Scratch { derived, wide, locals, portfolio, .. } = scratch;
        self.over(&self.bound.facts, (derived, locals, wide, portfolio), 0, |walk| walk.reading.truth(script))
    }

    fn over<T>(
        &mut self,
        facts: &[Val],
        (derived, locals, wide, portfolio): (&mut [Val], &mut [Val], &mut Vec<crate::exact::Exact>, &[Val]),
        now: usize,
        go: impl FnOnce(&mut Walk<'_, Machine<'_>>) -> T,
    ) -> T {
        let texts = [self.rules.pack.symbols.as_slice(), self.bound.texts.as_slice()];
        let cells = Cells { facts, rows: &self.bound.rows, parameters: &self.rules.parameters, portfolio, texts };
        let reading = Machine {
            cells,
            derived,
            locals,
            wide,
            now,
            first_ordinal: self.rules.first_ordinal(),
            periods: self.rules.pack.period_count(),
            fault: None,
            refused: None,
            steps_left: STEPS * ASKED,
        };
        go(&mut Walk { reading, met: &mut self.met })
    }

    /// The checks of evidence, which read it as it was supplied.
    fn checks(&mut self) {
        let pack = self.rules.pack;
        let mut facts = self.bound.supplied().into_owned();
        for (slot, chosen) in &self.bound.chosen {
            if let (Some(rejected), Some(cell)) = (&chosen.rejected, facts.get_mut(*slot as usize)) {
                *cell = reading::cell(rejected, &mut |text| self.symbol(text));
            }
        }
        let mut locals = vec![Val::Truth(Truth::Missing); usize::from(crate::language::lower::LOCALS)];
        for (index, fact) in (0_u32..).zip(&pack.facts) {
            let Some(suspect) = &fact.suspect else { continue };
            let count = match fact.shape {
                Shape::One(_) => 1,
                Shape::Series(_) => pack.period_count(),
                Shape::List(_) => continue,
            };
            for (now, slot) in (0..count).zip(fact.slot..) {
                let truth = self.over(&facts, (&mut [], &mut locals, &mut Vec::new(), &[]), now, |walk| {
                    walk.visit(Family::Truth, &suspect.when);
                    walk.reading.truth(&suspect.when)
                });
                let supplied = facts.get(slot as usize).is_some_and(|cell| cell.state() == State::Known);
                if let (true, Truth::True | Truth::False) = (supplied, truth) {
                    self.marks.insert(Mark::Believed(index, truth == Truth::False));
                }
            }
        }
    }

    /// The number of a text, the pack's or the case's.
    fn symbol(&self, text: &str) -> i64 {
        let pack = self.rules.pack;
        let of_case = || {
            let at = self.bound.texts.iter().position(|own| own == text)?;
            i64::try_from(pack.symbols.len() + at).ok()
        };
        pack.symbol_numbers.get(text).copied().or_else(of_case).unwrap_or(-1)
    }

    fn outcomes(&mut self, outcomes: &[Outcome], scratch: &Scratch) {
        for ((index, outcome), found) in (0_u32..).zip(outcomes).zip(&scratch.conditions) {
            let came = match outcome {
                Outcome::Met => Came::Met,
                Outcome::Unmet => Came::Unmet,
                Outcome::Undetermined | Outcome::Pending => Came::Open,
                Outcome::NotApplicable => Came::NotApplicable,
            };
            let stands = found.standing.map(Came::from);
            self.marks.extend([Some(came), stands].into_iter().flatten().map(|came| Mark::Outcome(index, came)));
        }
    }

    fn values(&mut self, scratch: &mut Scratch) {
        for value in &self.rules.pack.values {
            let count = if value.per_period { self.rules.pack.period_count() } else { 1 };
            for now in 0..count {
                self.visit(scratch, value.ty.family(), &value.is, now);
            }
        }
    }

    fn conditions(&mut self, scratch: &mut Scratch) {
        for (index, condition) in (0_u32..).zip(&self.rules.pack.conditions) {
            if self.rules.in_force.get(index as usize) == Some(&true) {
                self.condition(index, condition, scratch);
            }
        }
    }

    fn condition(&mut self, index: u32, condition: &Condition, scratch: &mut Scratch) {
        if let Some(applies) = &condition.applies {
            self.visit(scratch, Family::Truth, applies, 0);
            if self.truth(scratch, applies) != Truth::True {
                return;
            }
        }
        match &condition.test {
            Test::Script(met) => self.visit(scratch, Family::Truth, met, 0),
            Test::SignOff(at) => self.sign_off(*at),
            Test::Decision(at) => self.decision(*at),
            Test::Of { of, .. } => {
                for (limb, number) in of.iter().zip(0_u32..) {
                    let effect = self.rules.effect(*limb as usize, scratch);
                    if let Truth::True | Truth::False = effect {
                        self.marks.insert(Mark::Limb(index, number, effect == Truth::True));
                    }
                }
            }
        }
        let stands = scratch.conditions.get(index as usize).map(|found| (found.own, found.standing));
        let (Some(cure), Some((Truth::False, standing))) = (&condition.cure, stands) else { return };
        if standing == Some(StandingWord::Waived) {
            return;
        }
        self.visit(scratch, Family::Word, &cure.by, 0);
        self.visit(scratch, Family::Word, &cure.cured_on, 0);
        let share = match standing {
            Some(StandingWord::Cured) => &cure.releases,
            Some(StandingWord::Lapsed) => &cure.keeps,
            _ => &None,
        };
        if let Some(share) = share {
            self.visit(scratch, Family::Num, share, 0);
        }
    }

    fn sign_off(&mut self, at: u32) {
        let pack = self.rules.pack;
        let (Some(sign_off), Some(bound)) = (pack.sign_offs.get(at as usize), self.bound.sign_offs.get(at as usize))
        else {
            return;
        };
        if let Some(crate::pack::Deadline::Parameter(slot)) = sign_off.by {
            self.met.insert(Met::Parameter(slot));
        }
        self.marks.extend(signings(bound).into_iter().map(|signing| Mark::Signed(at, signing)));
    }

    fn decision(&mut self, at: u32) {
        let Some(decision) = self.rules.pack.decisions.get(at as usize) else { return };
        let decided = self.bound.case.decisions.get(&decision.id);
        let said = match (self.bound.decisions.get(at as usize), decided) {
            (Some(Answer::Given { .. }), Some(decided)) => {
                decision.answers.iter().position(|answer| *answer == decided.answer).map(Said::Answer)
            }
            _ => Some(Said::Pending),
        };
        self.marks.extend(said.map(|said| Mark::Decided(at, said)));
    }

    fn over_all(&mut self, scratch: &mut Scratch) {
        for value in &self.rules.pack.portfolio {
            if let Some(takes_part) = &value.taking_part {
                self.visit(scratch, Family::Truth, takes_part, 0);
                if self.truth(scratch, takes_part) != Truth::True {
                    continue;
                }
            }
            self.visit(scratch, value.of_type.family(), &value.of, 0);
        }
    }

    fn funds(&mut self, scratch: &mut Scratch) {
        let rules = self.rules;
        for (index, fund) in (0_u32..).zip(&rules.pack.funds) {
            if !fund.is_in_force(rules.day) {
                continue;
            }
            self.visit(scratch, Family::Num, &fund.amount, 0);
            let count = if fund.tranches { rules.ruled_periods } else { 1 };
            if let Some(release) = &fund.release {
                for now in 0..count {
                    self.visit(scratch, Family::Num, release, now);
                }
            }
            let Some(found) = scratch.funds.get(index as usize) else { continue };
            let parts = found.dispositions;
            let some = |money: Money| money > Money::ZERO;
            let went = [
                (some(parts.released), Part::Released),
                (some(parts.redirected), Part::Redirected),
                (some(parts.withheld), Part::Withheld),
                (some(parts.recovered), Part::Recovered),
                (some(parts.undetermined) || found.amount.is_none(), Part::Undetermined),
                (found.suspended.is_some(), Part::Suspended),
            ];
            let went = went.into_iter().filter(|(went, _)| *went).map(|(_, part)| Mark::Disposed(index, part));
            self.marks.extend(went);
        }
    }
}

/// What became of the signatures of a case.
fn signings(bound: &BoundSignOff) -> BTreeSet<Signing> {
    let by = bound.by.map(day_number);
    let mut found = BTreeSet::new();
    let mut signed = 0;
    for required in &bound.required {
        if required.signatures.is_empty() {
            found.insert(Signing::NotSigned);
        }
        signed += usize::from(bound.party(required, by) == Truth::True);
        for signature in &required.signatures {
            let given = &signature.given;
            found.extend(match signature.standing {
                Standing::Counts => None,
                Standing::AnotherVersion => Some(Signing::AnotherVersion),
                Standing::UnstatedVersion => Some(Signing::UnstatedVersion),
                Standing::NotEntitled => Some(Signing::NotEntitled),
                Standing::Delegated => Some(Signing::DelegatedInVain),
                Standing::Conditional => Some(Signing::Conditional),
                Standing::NotIndependent => Some(Signing::NotIndependent),
                Standing::UnstatedBody => Some(Signing::UnstatedBody),
                Standing::NotYetKnown => Some(Signing::NotYetKnown),
                Standing::Refused => Some(Signing::Refused),
            });
            if signature.standing != Standing::Counts {
                continue;
            }
            let late = by.is_some_and(|by| signature.day > by);
            found.extend(late.then_some(if bound.late_counts { Signing::LateAccepted } else { Signing::Late }));
            found.extend(given.delegated_from.is_some().then_some(Signing::Delegated));
            found.extend(given.conditional.is_some().then_some(Signing::Discharged));
        }
    }
    let truth = bound.truth();
    found.extend((truth == Truth::True).then_some(Signing::Enough));
    found.extend((truth != Truth::True && signed > 0).then_some(Signing::TooFew));
    found.extend(bound.unknown_parties.is_some().then_some(Signing::PartiesNotKnown));
    found
}
