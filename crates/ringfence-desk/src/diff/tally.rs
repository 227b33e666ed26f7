//! What became of each case on the way, added up.

use std::collections::{BTreeMap, BTreeSet};

use ringfence_core::Date;
use ringfence_core::case::Case;
use ringfence_core::exact::Inexact;
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Outcome, PackReference};
use ringfence_reporting::comparison::{
    Change, Compared, Comparison, FindingCompared, FundCompared, FundOf, FundStep, Limits, RecipientCompared, Rulebook,
    SCHEMA, Setting, Step, StepOf, Sums, Turn, Verdict,
};

use super::ruled::{FundRuled, Ruled};
use super::walk::{Walked, WalkedStep};
use super::{DiffError, Side};

/// What is told besides the steps.
pub(super) struct Said {
    pub(super) on_other_days: Vec<Change>,
    pub(super) wording: Vec<Change>,
}

pub(super) fn comparison(
    (old, new): (&Side, &Side),
    cases: &[Case],
    walked: &[Walked],
    days: &[(Date, Date)],
    said: Said,
) -> Result<Comparison, DiffError> {
    let found = Found::of(cases.len(), walked);
    let funds = names(&new.pack, &old.pack, Pack::funds);
    let titles = Titles::of(&old.pack, &new.pack);
    let steps = found.steps(&funds)?;
    let mut recipients = Vec::new();
    for (at, case) in cases.iter().enumerate() {
        recipients.push(found.recipient(at, case, &funds)?);
    }
    let mut compared = Vec::new();
    for fund in &funds {
        let sums = found.fund(fund)?;
        if sums.old.is_some() || sums.new.is_some() {
            compared.push(FundCompared { fund: fund.clone(), title: titles.fund(fund), sums });
        }
    }
    let all_funds = total(compared.iter().map(|fund| &fund.sums))?;
    Ok(Comparison {
        schema: SCHEMA,
        engine: env!("CARGO_PKG_VERSION"),
        old: rulebook(old, days.iter().map(|(old, _)| *old)),
        new: rulebook(new, days.iter().map(|(_, new)| *new)),
        currency: new.pack.currency().clone(),
        cases: cases.len(),
        funds: compared,
        all_funds,
        recipients,
        findings: found.findings(&names(&new.pack, &old.pack, Pack::conditions), cases, &titles),
        steps,
        on_other_days: said.on_other_days,
        wording: said.wording,
        restated: Vec::new(),
    })
}

fn rulebook(side: &Side, days: impl Iterator<Item = Date>) -> Rulebook {
    let pack = &side.pack;
    let days: BTreeSet<String> = days.map(|day| day.to_string()).collect();
    Rulebook {
        pack: PackReference {
            id: pack.id().to_owned(),
            title: pack.title().to_owned(),
            version: pack.version().to_owned(),
            digest: pack.digest().to_owned(),
        },
        rules_at: days.into_iter().collect(),
        known_by: side.known_by.map(|day| day.to_string()),
        set: side
            .set
            .iter()
            .map(|(parameter, value)| Setting { parameter: parameter.clone(), value: value.clone() })
            .collect(),
    }
}

/// The names that either pack declares, those of the first before those of the second alone.
fn names<'p, I: Iterator<Item = &'p str>>(first: &'p Pack, second: &'p Pack, of: fn(&'p Pack) -> I) -> Vec<String> {
    let mut found: Vec<String> = of(first).map(str::to_owned).collect();
    for name in of(second) {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// What conditions and funds are called, the new words before the old.
struct Titles {
    conditions: BTreeMap<String, String>,
    funds: BTreeMap<String, String>,
}

impl Titles {
    fn of(old: &Pack, new: &Pack) -> Self {
        let mut titles = Self { conditions: BTreeMap::new(), funds: BTreeMap::new() };
        for outline in [old.outline(), new.outline()] {
            titles.conditions.extend(outline.conditions.into_iter().map(|condition| (condition.id, condition.title)));
            titles.funds.extend(outline.funds.into_iter().map(|fund| (fund.id, fund.title)));
        }
        titles
    }

    fn fund(&self, id: &str) -> String {
        self.funds.get(id).cloned().unwrap_or_default()
    }
}

/// A step over all cases: those it does not concern are as they were.
struct StepFound<'w> {
    changes: &'w [Change],
    before: Vec<&'w Ruled>,
    after: Vec<&'w Ruled>,
    alone: Option<Vec<&'w Ruled>>,
}

/// What became of all cases.
struct Found<'w> {
    old: Vec<&'w Ruled>,
    new: Vec<&'w Ruled>,
    steps: Vec<StepFound<'w>>,
}

impl<'w> Found<'w> {
    /// The ways of all cases side by side: the same changes are one step, in the order in which they are first made.
    fn of(count: usize, walked: &'w [Walked]) -> Self {
        let place = |walked: &'w Walked, of: &dyn Fn(usize) -> Option<&'w Ruled>, into: &mut Vec<Option<&'w Ruled>>| {
            for (position, case) in walked.cases.iter().enumerate() {
                if let (Some(slot), Some(ruled)) = (into.get_mut(*case), of(position)) {
                    *slot = Some(ruled);
                }
            }
        };
        let mut old = vec![None; count];
        for walk in walked {
            place(walk, &|at| walk.old.get(at), &mut old);
        }
        let mut order: Vec<&'w [Change]> = Vec::new();
        for step in walked.iter().flat_map(|walk| &walk.steps) {
            if !order.contains(&step.changes.as_slice()) {
                order.push(&step.changes);
            }
        }
        // Every way makes its own steps in its own order; where two ways differ in it, the first way's order is told.
        let start: Vec<Option<&'w Ruled>> = old.clone();
        let mut steps = Vec::new();
        for changes in order {
            let (mut before, mut after) = (start.clone(), start.clone());
            let mut alone = Some(start.clone());
            for walk in walked {
                let at = walk.steps.iter().position(|step| step.changes.as_slice() == changes);
                let last = |number: Option<usize>| number.and_then(|number| walk.steps.get(number));
                let of = |step: Option<&'w WalkedStep>, at: usize| match step {
                    Some(step) => step.after.get(at),
                    None => walk.old.get(at),
                };
                // A way without this step stands still: what it comes from is what it goes to.
                if let Some(number) = at {
                    place(walk, &|at| of(last(number.checked_sub(1)), at), &mut before);
                    place(walk, &|at| of(last(Some(number)), at), &mut after);
                    let by_itself = last(Some(number)).and_then(|step| step.alone.as_ref());
                    match (&mut alone, by_itself) {
                        (Some(alone), Some(ruled)) => place(walk, &|at| ruled.get(at), alone),
                        _ => alone = None,
                    }
                }
            }
            steps.push(StepFound {
                changes,
                before: before.into_iter().flatten().collect(),
                after: after.into_iter().flatten().collect(),
                alone: alone.map(|alone| alone.into_iter().flatten().collect()),
            });
        }
        let mut new = old.clone();
        for walk in walked {
            if let Some(step) = walk.steps.last() {
                place(walk, &|at| step.after.get(at), &mut new);
            }
        }
        Self { old: old.into_iter().flatten().collect(), new: new.into_iter().flatten().collect(), steps }
    }

    fn fund(&self, fund: &str) -> Result<Compared, Inexact> {
        let of = |all: &[&Ruled]| over(all.iter().filter_map(|ruled| ruled.funds.get(fund)));
        let declared = |all: &[&Ruled]| all.iter().any(|ruled| ruled.funds.contains_key(fund));
        let (old, new) = (of(&self.old)?, of(&self.new)?);
        Ok(Compared {
            old: declared(&self.old).then_some(old),
            new: declared(&self.new).then_some(new),
            difference: new.minus(&old)?,
        })
    }

    fn steps(&self, funds: &[String]) -> Result<Vec<Step>, Inexact> {
        let mut steps = Vec::new();
        for (number, found) in (1..).zip(&self.steps) {
            let mut of_funds = Vec::new();
            let mut difference = Sums::default();
            for fund in funds {
                let own = between(&found.before, &found.after, fund)?;
                difference = difference.plus(&own)?;
                if !own.is_nothing() {
                    of_funds.push(FundStep { fund: fund.clone(), difference: own });
                }
            }
            let alone = match &found.alone {
                None => None,
                Some(alone) => {
                    let mut whole = Sums::default();
                    for fund in funds {
                        whole = whole.plus(&between(&self.old, alone, fund)?)?;
                    }
                    Some(whole)
                }
            };
            let both = || found.before.iter().zip(&found.after);
            steps.push(Step {
                step: number,
                changes: found.changes.to_vec(),
                difference,
                alone,
                funds: of_funds,
                recipients: both().filter(|(before, after)| moves(before, after)).count(),
                findings: both().map(|(before, after)| turned(before, after)).sum(),
            });
        }
        Ok(steps)
    }

    fn recipient(&self, at: usize, case: &Case, funds: &[String]) -> Result<RecipientCompared, Inexact> {
        let nothing = Ruled { outcomes: BTreeMap::new(), funds: BTreeMap::new() };
        let old = self.old.get(at).copied().unwrap_or(&nothing);
        let new = self.new.get(at).copied().unwrap_or(&nothing);
        let mut of_funds = Vec::new();
        let mut all = Vec::new();
        for fund in funds {
            let (before, after) = (old.funds.get(fund), new.funds.get(fund));
            let sums = |ruled: Option<&FundRuled>| ruled.map(sums);
            let (left, right) = (sums(before), sums(after));
            let difference = right.unwrap_or_default().minus(&left.unwrap_or_default())?;
            let compared = Compared { old: left, new: right, difference };
            all.push(compared);
            if before.is_some() || after.is_some() {
                of_funds.push(FundOf { fund: fund.clone(), sums: compared });
            }
        }
        let mut because = Vec::new();
        for (number, step) in (1..).zip(&self.steps) {
            let (Some(before), Some(after)) = (step.before.get(at), step.after.get(at)) else { continue };
            for fund in funds {
                let of = |ruled: &Ruled| ruled.funds.get(fund).map(sums).unwrap_or_default();
                let difference = of(after).minus(&of(before))?;
                if !difference.is_nothing() {
                    because.push(StepOf { step: number, fund: fund.clone(), difference });
                }
            }
        }
        let released = released(old, new)?;
        Ok(RecipientCompared {
            case: case.id.clone(),
            recipient: case.recipient.clone(),
            verdict: verdict(old, new, &released),
            released,
            sums: total(all.iter())?,
            funds: of_funds,
            because,
        })
    }

    fn findings(&self, conditions: &[String], cases: &[Case], titles: &Titles) -> Vec<FindingCompared> {
        let mut found = Vec::new();
        for condition in conditions {
            let of = |ruled: &Ruled| ruled.outcomes.get(condition).copied();
            let mut turns: BTreeMap<(Option<Outcome>, Option<Outcome>), Vec<String>> = BTreeMap::new();
            for ((old, new), case) in self.old.iter().zip(&self.new).zip(cases) {
                let (from, to) = (of(old), of(new));
                if from != to {
                    turns.entry((from, to)).or_default().push(case.id.clone());
                }
            }
            if turns.is_empty() {
                continue;
            }
            found.push(FindingCompared {
                condition: condition.clone(),
                title: titles.conditions.get(condition).cloned().unwrap_or_default(),
                in_old: self.old.iter().any(|ruled| of(ruled).is_some()),
                in_new: self.new.iter().any(|ruled| of(ruled).is_some()),
                turns: turns.into_iter().map(|((from, to), cases)| Turn { from, to, cases }).collect(),
            });
        }
        found
    }
}

/// Whether a case has other money. A fund that there is not, and one in which there is nothing, are the same.
fn moves(before: &Ruled, after: &Ruled) -> bool {
    let nothing = FundRuled { amount: Some(Money::ZERO), ..FundRuled::default() };
    let of = |ruled: &Ruled, fund: &String| ruled.funds.get(fund).copied().unwrap_or(nothing);
    let funds: BTreeSet<&String> = before.funds.keys().chain(after.funds.keys()).collect();
    funds.into_iter().any(|fund| of(before, fund) != of(after, fund))
}

/// How many findings are others.
fn turned(before: &Ruled, after: &Ruled) -> usize {
    let gone = before.outcomes.keys().filter(|id| !after.outcomes.contains_key(*id)).count();
    let others = after.outcomes.iter().filter(|(id, outcome)| before.outcomes.get(*id) != Some(*outcome)).count();
    gone + others
}

fn between(before: &[&Ruled], after: &[&Ruled], fund: &str) -> Result<Sums, Inexact> {
    let of = |all: &[&Ruled]| over(all.iter().filter_map(|ruled| ruled.funds.get(fund)));
    of(after)?.minus(&of(before)?)
}

fn over<'r>(mut funds: impl Iterator<Item = &'r FundRuled>) -> Result<Sums, Inexact> {
    funds.try_fold(Sums::default(), |sum, fund| sum.plus(&sums(fund)))
}

fn sums(fund: &FundRuled) -> Sums {
    Sums {
        amount: fund.amount.unwrap_or_default(),
        amount_not_known: i64::from(fund.amount.is_none()),
        dispositions: fund.parts,
    }
}

/// All of several; a side on which none of them is has none.
fn total<'c>(all: impl Iterator<Item = &'c Compared>) -> Result<Compared, Inexact> {
    let mut whole = Compared::default();
    for one in all {
        let plus = |sum: Option<Sums>, other: Option<Sums>| match (sum, other) {
            (Some(sum), Some(other)) => sum.plus(&other).map(Some),
            (sum, other) => Ok(sum.or(other)),
        };
        whole.old = plus(whole.old, one.old)?;
        whole.new = plus(whole.new, one.new)?;
        whole.difference = whole.difference.plus(&one.difference)?;
    }
    Ok(whole)
}

/// Between which limits the change of what is released lies, over all funds of which something differs.
pub(crate) fn released(old: &Ruled, new: &Ruled) -> Result<Limits, Inexact> {
    let funds: BTreeSet<&String> = old.funds.keys().chain(new.funds.keys()).collect();
    let mut limits = Limits { at_least: Some(Money::ZERO), at_most: Some(Money::ZERO) };
    for fund in funds {
        let (before, after) = (old.funds.get(fund), new.funds.get(fund));
        if before == after {
            continue;
        }
        let ((low, high), (least, most)) = (ends(before), ends(after));
        let less = |left: Option<Money>, right: Option<Money>| match (left, right) {
            (Some(left), Some(right)) => left.minus(right).map(Some),
            _ => Ok(None),
        };
        let plus = |left: Option<Money>, right: Option<Money>| match (left, right) {
            (Some(left), Some(right)) => left.plus(right).map(Some),
            _ => Ok(None),
        };
        limits.at_least = plus(limits.at_least, less(Some(least), high)?)?;
        limits.at_most = plus(limits.at_most, less(most, Some(low))?)?;
    }
    Ok(limits)
}

/// The least and the most that a fund releases in the end.
fn ends(fund: Option<&FundRuled>) -> (Money, Option<Money>) {
    let Some(fund) = fund else { return (Money::ZERO, Some(Money::ZERO)) };
    match fund.range {
        Some(range) => (range.released.at_least, range.released.at_most),
        None => (fund.parts.released, Some(fund.parts.released)),
    }
}

fn verdict(old: &Ruled, new: &Ruled, released: &Limits) -> Verdict {
    let nought = Money::ZERO;
    if !moves(old, new) {
        Verdict::Same
    } else if released.at_least.is_some_and(|least| least > nought) {
        Verdict::Gains
    } else if released.at_most.is_some_and(|most| most < nought) {
        Verdict::Loses
    } else if released.exact().is_some() {
        Verdict::Elsewhere
    } else {
        Verdict::Open
    }
}
