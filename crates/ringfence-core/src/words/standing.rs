//! Waivers, suspensions, cures and lapses in words.

use super::missing::Lacks;
use super::{Teller, small};
use crate::evaluate::ConditionFound;
use crate::language::ir::Expr;
use crate::language::value::{Family, State, Truth};
use crate::pack::{Condition, Cure};
use crate::ruling::{Standing, StandingWord};
use crate::types::{Number, show_date, show_number};

impl Teller<'_> {
    pub(super) fn found(&self, index: usize) -> ConditionFound {
        let found = self.scratch.conditions.get(index).copied();
        found.unwrap_or(ConditionFound::plain(Truth::Missing))
    }

    pub(super) fn standing_word(&self, index: usize) -> Option<StandingWord> {
        self.found(index).standing
    }

    /// How a condition stands whose effect is not that of its outcome.
    pub(super) fn standing(&mut self, index: usize, condition: &Condition) -> Option<Standing> {
        let word = self.standing_word(index)?;
        let reason = match (word, &condition.cure) {
            (StandingWord::Waived, _) => {
                let waiver = self.bound.waivers.get(index)?.holds.as_ref()?;
                let until = waiver.until.map(|until| format!(" until {}", show_date(until))).unwrap_or_default();
                format!(
                    "{} waived it on {}, from {}{until}: {}",
                    super::the(&waiver.by),
                    show_date(waiver.on),
                    show_date(waiver.from),
                    waiver.reason
                )
            }
            (StandingWord::Suspended, Some(cure)) => match self.day_of(&cure.by) {
                Some(by) => format!("to be put right by {by}, and nothing tells yet whether it was"),
                None => "it can be put right, and it is not known by when".to_owned(),
            },
            (StandingWord::Cured, Some(cure)) => {
                let on = self.day_of(&cure.cured_on).unwrap_or_default();
                let by = self.day_of(&cure.by).unwrap_or_default();
                format!("it was put right on {on}, in time: the last day for it was {by}")
            }
            (StandingWord::Lapsed, Some(cure)) => self.lapsed(cure),
            (_, None) => return None,
        };
        Some(Standing { word, reason })
    }

    fn lapsed(&mut self, cure: &Cure) -> String {
        let by = self.day_of(&cure.by).unwrap_or_default();
        match self.day_of(&cure.cured_on) {
            Some(on) => format!("it was put right on {on}, too late: the last day for it was {by}"),
            None => {
                let why = self.why_absent(&cure.cured_on, 0);
                format!("it was not put right by {by}{why}")
            }
        }
    }

    fn day_of(&mut self, script: &Expr) -> Option<String> {
        let word = self.machine(0).word(script);
        let date = (word.state == State::Known).then(|| crate::period::date_of(word.bits))??;
        Some(show_date(date))
    }

    /// The waivers of a condition that have no effect, after its reason.
    pub(super) fn with_waivers(&self, index: usize, reason: String) -> String {
        let without_effect = self.bound.waivers.get(index).map_or(&[][..], |waivers| &waivers.without_effect);
        without_effect.iter().fold(reason, |reason, waiver| format!("{reason}; {waiver}"))
    }

    /// What a condition with a cure lacks: whether it was put right, by when, or which share counts.
    pub(super) fn missing_of_cure(&self, index: u32) -> Lacks {
        let Some(cure) = self.rules.pack.conditions.get(index as usize).and_then(|condition| condition.cure.as_ref())
        else {
            return Lacks::new();
        };
        let mut lacks = self.missing_of_script(Family::Word, &cure.by, 0);
        lacks.extend(self.missing_of_script(Family::Word, &cure.cured_on, 0));
        if lacks.is_empty() {
            let on_time = self.found(index as usize).standing == Some(StandingWord::Cured);
            let share = if on_time { &cure.releases } else { &cure.keeps };
            lacks.extend(share.iter().flat_map(|share| self.missing_of_script(Family::Num, share, 0)));
        }
        lacks
    }

    /// What counts, of a condition that another names: met, or waived and so on.
    pub(super) fn counts_as(&self, index: usize) -> Option<&'static str> {
        Some(match self.standing_word(index)? {
            StandingWord::Waived => "is waived",
            StandingWord::Suspended => "is suspended",
            StandingWord::Cured => "was put right",
            StandingWord::Lapsed => "was not put right in time",
        })
    }

    /// What gives an outcome of a condition another effect, after that outcome: `unmet, but waived`.
    pub(super) fn but(&self, index: usize) -> Option<&'static str> {
        Some(match self.standing_word(index)? {
            StandingWord::Waived => ", but waived",
            StandingWord::Suspended => " and suspended",
            StandingWord::Cured => ", but was put right",
            StandingWord::Lapsed => " and was not put right in time",
        })
    }

    /// The gates of a fund that are waived.
    pub(super) fn waived_gates(&self, gates: &[u32]) -> Vec<String> {
        let waived = gates.iter().filter(|gate| self.standing_word(**gate as usize) == Some(StandingWord::Waived));
        let named = waived.filter_map(|gate| self.rules.pack.conditions.get(*gate as usize));
        named.map(|condition| format!("“{}”", condition.title)).collect()
    }

    /// Which gates let only a share through, in words: `80% of what is due is paid, because “…” was put right only later`.
    pub(super) fn share_told(&self, gates: &[u32], share: crate::exact::Exact) -> String {
        let mut told = Vec::new();
        for gate in gates {
            let index = *gate as usize;
            let own = self.found(index).share.and_then(|share| share.known(&self.wide));
            if let (true, Some(condition)) = (own == Some(share), self.rules.pack.conditions.get(index)) {
                let late = self.standing_word(index) == Some(StandingWord::Cured);
                let why = if late { "was put right only later" } else { "was not put right in time" };
                told.push(format!("“{}” {why}", condition.title));
            }
        }
        let shown = show_number(share, &Number::percentage(), &self.rules.pack.currency);
        let part = if share.is_zero() { "nothing" } else { shown.as_str() };
        format!("{part} of what is due is paid, because {}", super::listed(&told))
    }

    /// What would settle a suspended condition.
    pub(super) fn would_settle(&self, index: usize, lacks: &Lacks) -> Vec<String> {
        let phrases = self.phrases(lacks);
        if phrases.is_empty() {
            let title = self.rules.pack.conditions.get(index).map_or("", |condition| condition.title.as_str());
            return vec![format!("whether “{}” was put right", small(title))];
        }
        phrases
    }
}
