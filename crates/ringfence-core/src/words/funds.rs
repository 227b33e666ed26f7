//! Funds in words.

use super::missing::narrow;
use super::payments::{suspension_end, suspension_told};
use super::{Teller, listed};
use crate::evaluate::FundFound;
use crate::language::ir::{Expr, Kind};
use crate::language::value::{State, Truth};
use crate::money::Money;
use crate::pack::{DerivedValue, Fund};
use crate::ruling::{Between, FundRuling, GateFound, StandingWord, Step, Tranche};
use crate::types::{Number, show_number};

impl Teller<'_> {
    pub(super) fn fund(&mut self, index: usize) -> Option<FundRuling> {
        let fund = self.rules.pack.funds.get(index)?;
        let found = *self.scratch.funds.get(index)?;
        let gates: Vec<GateFound> = fund
            .gates
            .iter()
            .filter_map(|gate| {
                let condition = self.rules.pack.conditions.get(*gate as usize)?;
                let outcome = self.rules.outcome(*gate as usize, self.scratch);
                let standing = self.standing_word(*gate as usize);
                Some(GateFound { condition: condition.id.clone(), outcome, standing })
            })
            .collect();
        let tranches = (0..found.tranches).filter_map(|position| self.tranche(index, fund, &found, position)).collect();
        Some(FundRuling {
            fund: fund.id.clone(),
            title: fund.title.clone(),
            amount: found.amount,
            dispositions: found.dispositions,
            range: found.range,
            destination: fund.redirect.clone(),
            earned: found.earned,
            tranches,
            reason: self.fund_reason(index, fund, &found),
            authority: fund.authority.clone(),
            steps: self.amount_steps(fund, &found),
            release_steps: self.release_steps(fund, &found),
            would_release_more: self.would_release_more(index, fund, &found, &gates),
            notes: fund.notes.clone(),
            gates,
        })
    }

    pub(super) fn money(&self, money: Money) -> String {
        self.rules.pack.currency.show(money)
    }

    fn tranche(&mut self, index: usize, fund: &Fund, found: &FundFound, position: usize) -> Option<Tranche> {
        let tranche = *self.scratch.tranches.get(found.first_tranche + position)?;
        let release = fund.release.as_ref()?;
        let result = tranche.due.map_or_else(|| "not known".to_owned(), |due| self.money(due));
        let name = if fund.cumulative { "due to date" } else { "due" };
        let mut steps = Vec::new();
        let mut values = Vec::new();
        self.made_of(release, true, &mut values);
        for at in values {
            steps.extend(self.value_step(at, position));
        }
        steps.push(Step {
            name: name.to_owned(),
            formula: self.formula(release, position),
            substituted: self.substituted(release, position),
            result,
        });
        let lacks = self.missing_of_release(index, position);
        let reason = match (tranche.due, tranche.earned, found.gate) {
            _ if found.amount.is_none() => "the amount of the fund is not known".to_owned(),
            _ if tranche.already => self.already_told(&tranche, &lacks),
            _ if self.is_untold(fund, position) => format!("not decided without {}", self.list_missing(&lacks)),
            (None, ..) => format!("not decided without {}", self.list_missing(&lacks)),
            (Some(_), None, _) => "not decided, because an earlier period is not".to_owned(),
            (Some(due), Some(earned), gate) => {
                let told = if !fund.cumulative {
                    format!("{} due", self.money(due))
                } else if fund.paid.is_some() {
                    format!(
                        "{} due to date, and {} paid before",
                        self.money(due),
                        self.money(self.paid_before(found, position))
                    )
                } else if !tranche.recovered.is_zero() {
                    format!("{} due to date, less than was paid", self.money(due))
                } else if earned.is_zero() && due.is_zero() {
                    "nothing due to date".to_owned()
                } else if earned.is_zero() {
                    format!("{} due to date, and no more than was due before", self.money(due))
                } else {
                    format!("{} due to date", self.money(due))
                };
                match gate {
                    _ if found.suspended.is_some() => format!("{told}; held back, because payments are suspended"),
                    Truth::Missing => format!("{told}; waits for the conditions of the fund"),
                    Truth::False => format!("{told}; held back, because the conditions of the fund are not met"),
                    _ => match found.share {
                        Some(share) => {
                            let shown = show_number(share, &Number::percentage(), &self.rules.pack.currency);
                            format!("{told}, of which the conditions of the fund let {shown} through")
                        }
                        None => told,
                    },
                }
            }
        };
        Some(Tranche {
            period: self.period(position),
            opening: found.amount.map(|_| tranche.opening),
            earned: tranche.earned,
            already_paid: tranche.already,
            released: tranche.released,
            recovered: tranche.recovered,
            undetermined: tranche.undetermined,
            closing: found.amount.map(|_| tranche.closing),
            reason,
            steps,
        })
    }

    /// How the amount was reached, and the values it is made of.
    fn amount_steps(&mut self, fund: &Fund, found: &FundFound) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut names: Vec<u32> = Vec::new();
        self.made_of(&fund.amount, false, &mut names);
        for index in names {
            steps.extend(self.value_step(index, 0));
        }
        steps.push(Step {
            name: "amount".to_owned(),
            formula: self.formula(&fund.amount, 0),
            substituted: self.substituted(&fund.amount, 0),
            result: found.amount.map_or_else(|| "not known".to_owned(), |amount| self.money(amount)),
        });
        steps
    }

    /// How much of a fund without tranches is due, where the pack says more than all of it.
    fn release_steps(&mut self, fund: &Fund, found: &FundFound) -> Vec<Step> {
        let Some(release) = fund.release.as_ref().filter(|_| found.tranches == 0) else { return Vec::new() };
        let mut names: Vec<u32> = Vec::new();
        self.made_of(release, false, &mut names);
        let mut steps: Vec<Step> = names.into_iter().filter_map(|index| self.value_step(index, 0)).collect();
        steps.push(Step {
            name: "due".to_owned(),
            formula: self.formula(release, 0),
            substituted: self.substituted(release, 0),
            result: found.earned.map_or_else(|| "not known".to_owned(), |earned| self.money(earned)),
        });
        steps
    }

    fn derived_shown(&self, slot: u32, ty: &crate::types::Type) -> String {
        let cell = self.derived.get(slot as usize).copied();
        cell.and_then(|cell| self.shown(cell, ty)).unwrap_or_else(|| "not known".to_owned())
    }

    /// How a value was reached, in a period if it has one for each.
    fn value_step(&mut self, index: u32, position: usize) -> Option<Step> {
        let value = self.rules.pack.values.get(index as usize)?;
        let position = if value.per_period { position } else { 0 };
        Some(Step {
            name: value.title.clone(),
            formula: format!("{} = {}", value.name, self.formula(&value.is, position)),
            substituted: self.substituted(&value.is, position),
            result: self.derived_shown(value.slot + narrow(position), &value.ty),
        })
    }

    /// The values that an expression is made of, each after those it needs itself: those of the
    /// whole case, or those with one for each period.
    fn made_of(&self, expr: &Expr, per_period: bool, names: &mut Vec<u32>) {
        let mut direct = Vec::new();
        expr.walk(&mut |node| match &node.kind {
            Kind::Derived(slot) | Kind::DerivedNow(slot) => direct.push(*slot),
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } if series.derived => direct.push(series.base),
            _ => {}
        });
        for slot in direct {
            let wanted = |value: &DerivedValue| value.slot == slot && value.per_period == per_period;
            let Some(at) = self.rules.pack.values.iter().position(wanted) else { continue };
            let index = narrow(at);
            if names.contains(&index) {
                continue;
            }
            if let Some(value) = self.rules.pack.values.get(at) {
                self.made_of(&value.is, per_period, names);
            }
            names.push(index);
        }
    }

    /// The gates with this effect; one that lapsed lets its share through, and is none that is not met.
    fn named_gates(&self, fund: &Fund, wanted: Truth) -> Vec<String> {
        let is_wanted = |gate: usize| match self.found(gate).share {
            Some(share) if share.state() == State::Missing => wanted == Truth::Missing,
            Some(_) => false,
            None => self.rules.effect(gate, self.scratch) == wanted,
        };
        fund.gates
            .iter()
            .filter(|gate| is_wanted(**gate as usize))
            .filter_map(|gate| self.rules.pack.conditions.get(*gate as usize))
            .map(|condition| format!("“{}”", condition.title))
            .collect()
    }

    fn fund_reason(&self, index: usize, fund: &Fund, found: &FundFound) -> String {
        let Some(amount) = found.amount else {
            let lacking = self.list_missing(&self.missing_of_amount(index));
            let limits = match found.range.map(|range| range.amount) {
                Some(amount) if !amount.at_least.is_zero() || amount.at_most.is_some() => {
                    format!("; it is {}", self.money_between(amount))
                }
                _ => String::new(),
            };
            return format!("the amount is not known without {lacking}{limits}");
        };
        if amount.is_zero() {
            return "there is no money in this fund".to_owned();
        }
        let before = self.paid_told(found);
        let left = self.money(amount.minus(found.dispositions.released).unwrap_or(amount));
        let state = if found.dispositions.undetermined.is_zero() { "withheld" } else { "not decided" };
        if let Some(suspension) = found.suspended.and_then(|at| fund.suspended.get(at)) {
            return format!("{before}{left} is {state}: {}", suspension_told(suspension));
        }
        match found.gate {
            Truth::False => {
                let unmet = self.named_gates(fund, Truth::False);
                format!(
                    "{before}{left} is {state}: {} {} not met",
                    listed(&unmet),
                    if unmet.len() == 1 { "is" } else { "are" }
                )
            }
            Truth::Missing if !found.dispositions.undetermined.is_zero() => {
                let names = self.named_gates(fund, Truth::Missing);
                let earned = match found.earned {
                    Some(earned) => format!("; the release rule by itself gives {}", self.money(earned)),
                    None => String::new(),
                };
                let verb = if names.len() == 1 { "is" } else { "are" };
                let open = fund.gates.iter().filter(|gate| {
                    let passed = [Truth::True, Truth::NotApplicable];
                    !passed.contains(&self.rules.effect(**gate as usize, self.scratch))
                });
                let suspended =
                    open.clone().all(|gate| self.standing_word(*gate as usize) == Some(StandingWord::Suspended));
                let state = if suspended && open.count() > 0 { "suspended" } else { "open" };
                format!("{before}{left} is not decided while {} {verb} {state}{earned}", listed(&names))
            }
            Truth::True | Truth::NotApplicable | Truth::Missing => self.released_reason(index, fund, found, amount),
        }
    }

    fn released_reason(&self, index: usize, fund: &Fund, found: &FundFound, amount: Money) -> String {
        let parts = found.dispositions;
        let range = found.range.filter(|_| !parts.undetermined.is_zero());
        let mut told = if let Some(range) = range {
            vec![self.may_be_released(range.released, amount, index)]
        } else if parts.released == amount {
            vec![format!("all of {} is released", self.money(amount))]
        } else if parts.released.is_zero() {
            vec![format!("nothing of {} is released", self.money(amount))]
        } else {
            vec![format!("{} of {} is released", self.money(parts.released), self.money(amount))]
        };
        told.extend(self.in_doubt(found));
        if !parts.recovered.is_zero() {
            told.push(format!("{} was paid and is recovered", self.money(parts.recovered)));
        }
        if !parts.redirected.is_zero() {
            let destination = fund.redirect.as_deref().unwrap_or_default();
            told.push(format!("{} goes to {destination}", self.money(parts.redirected)));
        }
        if !parts.withheld.is_zero() {
            told.push(format!("{} is withheld", self.money(parts.withheld)));
        }
        if let Some(over) = found.over {
            told.push(self.over_told(fund, over));
        }
        if !parts.undetermined.is_zero() && range.is_none() {
            let lacks = self.missing_of_money(index);
            let why = if lacks.is_empty() {
                "later periods are not ruled on".to_owned()
            } else {
                format!("it depends on {}", self.list_missing(&lacks))
            };
            told.push(format!("{} is not decided: {why}", self.money(parts.undetermined)));
        }
        let waived = self.waived_gates(&fund.gates);
        if !waived.is_empty() {
            told.push(format!("{} {} waived", listed(&waived), if waived.len() == 1 { "is" } else { "are" }));
        }
        if let Some(share) = found.share {
            told.insert(1, self.share_told(&fund.gates, share));
        }
        told.join("; ")
    }

    /// What is released for certain, how much more may be, and on what that depends.
    fn may_be_released(&self, released: Between, amount: Money, index: usize) -> String {
        let lacking = self.list_missing(&self.missing_of_money(index));
        let certain = released.at_least;
        let more = released.at_most.unwrap_or(amount).minus(certain).unwrap_or_default();
        let whole = self.money(amount);
        match (certain.is_zero(), more.is_zero()) {
            (true, true) => format!("nothing of {whole} is released; where it goes depends on {lacking}"),
            (false, true) => {
                format!("{} of {whole} is released; where the rest goes depends on {lacking}", self.money(certain))
            }
            (true, false) => format!("up to {} of {whole} is released, depending on {lacking}", self.money(more)),
            (false, false) => format!(
                "{} of {whole} is released for certain, and up to {} more, depending on {lacking}",
                self.money(certain),
                self.money(more)
            ),
        }
    }

    fn would_release_more(&mut self, index: usize, fund: &Fund, found: &FundFound, gates: &[GateFound]) -> Vec<String> {
        let mut changes = Vec::new();
        let Some(amount) = found.amount.filter(|amount| !amount.is_zero()) else {
            return self.phrases(&self.missing_of_money(index));
        };
        if found.dispositions.released == amount {
            return changes;
        }
        if let Some(suspension) = found.suspended.and_then(|at| fund.suspended.get(at)) {
            changes.push(suspension_end(suspension));
        }
        for gate in gates.iter().filter(|gate| !gate.lets_through()) {
            let title = self.rules.pack.conditions.iter().find(|condition| condition.id == gate.condition);
            let verb = if gate.standing == Some(StandingWord::Suspended) { "putting right" } else { "meeting" };
            changes.push(format!("{verb} “{}”", title.map(|condition| condition.title.as_str()).unwrap_or_default()));
        }
        changes.extend(self.phrases(&self.missing_of_money(index)));
        let short = found.earned.is_none_or(|earned| earned < amount);
        if let (Some(more), true) = (&fund.more, short) {
            changes.extend(self.text(more, 0));
        }
        changes
    }
}
