//! What stands between a condition's outcome and its effect: a waiver, a suspension, a cure.

use super::run::Runner;
use super::{ConditionFound, EvaluateError};
use crate::exact::Exact;
use crate::language::ir::Expr;
use crate::language::value::{Num, State, Truth};
use crate::pack::{Condition, Cure, Fund};
use crate::ruling::StandingWord;

/// What the gates of a fund let through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) truth: Truth,
    /// The share of what is due; all if none.
    pub(super) share: Option<Exact>,
}

impl Runner<'_> {
    /// How a condition in force stands, and its effect.
    pub(super) fn stand(
        &mut self,
        index: u32,
        condition: &Condition,
        own: Truth,
    ) -> Result<(Truth, ConditionFound), Box<EvaluateError>> {
        let plain = ConditionFound::plain(own);
        if self.bound.waivers.get(index as usize).is_some_and(|waivers| waivers.holds.is_some()) {
            // Whatever comes of the condition, so that evidence that arrives later changes nothing.
            let standing = (own != Truth::True).then_some(StandingWord::Waived);
            return Ok((Truth::True, ConditionFound { standing, ..plain }));
        }
        match (&condition.cure, own) {
            (Some(cure), Truth::False) => self.cure(condition, cure),
            _ => Ok((own, plain)),
        }
    }

    /// What became of a condition that is not met and can be put right. No clock is asked: as long as nothing tells
    /// whether it was put right, it is suspended.
    fn cure(&mut self, condition: &Condition, cure: &Cure) -> Result<(Truth, ConditionFound), Box<EvaluateError>> {
        let by = self.machine.word(&cure.by);
        let on = self.machine.word(&cure.cured_on);
        let found = |standing, share| ConditionFound { own: Truth::False, standing: Some(standing), share };
        Ok(match (by.state, on.state) {
            // No day is set for it: it cannot be put right.
            (State::NotApplicable, _) => (Truth::False, ConditionFound::plain(Truth::False)),
            (State::Missing, _) | (State::Known, State::Missing) => {
                (Truth::Missing, found(StandingWord::Suspended, None))
            }
            (State::Known, State::Known) if on.bits <= by.bits => {
                let share = self.cure_share(condition, cure.releases.as_ref())?;
                (Truth::True, found(StandingWord::Cured, share))
            }
            (State::Known, _) => {
                let share = self.cure_share(condition, cure.keeps.as_ref())?;
                (Truth::False, found(StandingWord::Lapsed, Some(share.unwrap_or(Num::ZERO))))
            }
        })
    }

    /// A share from nothing to the whole; none where no script gives one, or it does not apply.
    fn cure_share(&mut self, condition: &Condition, script: Option<&Expr>) -> Result<Option<Num>, Box<EvaluateError>> {
        let Some(script) = script else { return Ok(None) };
        let share = self.machine.num(script);
        self.settled()?;
        match (share.state(), share.known(self.machine.wide)) {
            (State::NotApplicable, _) => Ok(None),
            (_, Some(known)) if known.is_negative() || known > Exact::whole(1) => {
                Err(Box::new(self.rules.share_outside(condition, script, known)))
            }
            _ => Ok(Some(share)),
        }
    }

    /// The gates of a fund: all must be met, what does not apply does not bar, and the least share counts.
    pub(super) fn gate(&self, fund: &Fund) -> Gate {
        let mut gate = Gate { truth: Truth::True, share: None };
        for condition in &fund.gates {
            let effect = self.known_truth(*condition);
            if effect == Truth::NotApplicable {
                continue;
            }
            let share = self.conditions.get(*condition as usize).and_then(|found| found.share);
            let Some(share) = share else {
                gate.truth = gate.truth.and(effect);
                continue;
            };
            match share.known(self.machine.wide) {
                None => gate.truth = gate.truth.and(Truth::Missing),
                Some(share) => gate.share = Some(gate.share.map_or(share, |least| least.min(share))),
            }
        }
        gate
    }
}
