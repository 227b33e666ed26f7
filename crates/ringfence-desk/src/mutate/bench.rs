//! The cases of a pack, each with what the pack decides of it, ready to be asked of a mutant.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{Discriminant, discriminant};

use ringfence_core::case::Case;
use ringfence_core::evaluate::{Decided, EvaluateError, Options, Portfolio, Rules, Scratch};
use ringfence_core::pack::{Mutant, Pack};
use ringfence_core::{Bound, Date};

use crate::desk::TestCase;

/// Why there is no ruling; its words do not count.
pub(super) type Why = Discriminant<EvaluateError>;

/// The cases of a pack with what it decides of each.
#[derive(Debug)]
pub(super) struct Bench {
    cases: Vec<Prepared>,
    /// The days whose rules apply, with the cases of each.
    days: BTreeMap<Date, Vec<usize>>,
    /// In which order cases are asked: those that noticed a mutant of a declaration before come first.
    noticed: BTreeMap<String, Vec<usize>>,
    scratch: Scratch,
}

/// A case as it is bound under its rules, and what is decided of it.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) case: Case,
    pub(super) day: Date,
    bound: Result<Bound, Why>,
    pub(super) decided: Result<Decided, Why>,
}

/// Which error it is.
pub(super) fn why(error: &EvaluateError) -> Why {
    discriminant(error)
}

impl Bench {
    /// The cases that can be read, and what the pack decides of them.
    pub(super) fn new(pack: &Pack, cases: &[TestCase]) -> Self {
        let mut bench =
            Self { cases: Vec::new(), days: BTreeMap::new(), noticed: BTreeMap::new(), scratch: Scratch::new() };
        let mut by_day: BTreeMap<Date, Vec<Case>> = BTreeMap::new();
        for case in cases.iter().filter_map(|case| case.read.as_ref().ok()) {
            if let Some(day) = case.rules_at.or(pack.default_day()) {
                by_day.entry(day).or_default().push(case.clone());
            }
        }
        for (day, cases) in by_day {
            let rules = pack.rules_at(day, &Options::default());
            let bounds = cases.iter().map(|case| bind(rules.as_ref(), case)).collect::<Vec<_>>();
            let portfolio = survey(pack, rules.as_ref(), bounds.iter());
            for (case, bound) in cases.into_iter().zip(bounds) {
                let decided = decide(rules.as_ref(), bound.as_ref(), portfolio.as_ref(), None, &mut bench.scratch);
                bench.days.entry(day).or_default().push(bench.cases.len());
                bench.cases.push(Prepared { case, day, bound, decided });
            }
        }
        bench
    }

    /// The id of a case that decides otherwise with a mutant.
    pub(super) fn noticing(&mut self, pack: &mut Pack, mutant: &Mutant) -> Option<String> {
        let rebinds = mutant.rebinds(pack);
        let matters: BTreeSet<Date> = self
            .days
            .keys()
            .copied()
            .filter(|day| {
                let rules = pack.rules_at(*day, &Options::default());
                rules.map_or(true, |rules| mutant.matters_under(&rules))
            })
            .collect();
        if matters.is_empty() {
            return None;
        }
        let order = self.order(mutant.of(), &matters);
        let (cases, days, scratch) = (&self.cases, &self.days, &mut self.scratch);
        let found = pack.with(mutant, |pack| {
            let mut under: BTreeMap<Date, Under<'_>> = BTreeMap::new();
            order.into_iter().find(|at| {
                let Some(prepared) = cases.get(*at) else { return false };
                let under = under.entry(prepared.day).or_insert_with(|| {
                    let of_day = days.get(&prepared.day).map_or(&[][..], Vec::as_slice);
                    Under::new(pack, prepared.day, cases, of_day, rebinds)
                });
                under.decided(prepared, *at, rebinds, scratch) != prepared.decided
            })
        })?;
        let noticed = self.noticed.entry(mutant.of().to_owned()).or_default();
        noticed.retain(|known| *known != found);
        noticed.insert(0, found);
        self.cases.get(found).map(|prepared| prepared.case.id.clone())
    }

    /// The cases of these days: those that noticed a mutant of the same declaration first.
    fn order(&self, of: &str, days: &BTreeSet<Date>) -> Vec<usize> {
        let known = self.noticed.get(of).map_or(&[][..], Vec::as_slice);
        let others = (0..self.cases.len()).filter(|at| !known.contains(at));
        let of_days = |at: &usize| self.cases.get(*at).is_some_and(|prepared| days.contains(&prepared.day));
        known.iter().copied().chain(others).filter(of_days).collect()
    }
}

/// A mutant's rules of one day.
struct Under<'p> {
    rules: Result<Rules<'p>, EvaluateError>,
    /// The cases of the day as the mutant binds them, where it does so otherwise than the pack and all are needed.
    bounds: BTreeMap<usize, Result<Bound, Why>>,
    portfolio: Option<Result<Portfolio, Why>>,
}

impl<'p> Under<'p> {
    fn new(pack: &'p Pack, day: Date, cases: &[Prepared], of_day: &[usize], rebinds: bool) -> Self {
        let rules = pack.rules_at(day, &Options::default());
        let mut bounds = BTreeMap::new();
        if pack.passes() == 1 {
            return Self { rules, bounds, portfolio: None };
        }
        let of_day = || of_day.iter().filter_map(|at| Some((*at, cases.get(*at)?)));
        if rebinds {
            bounds.extend(of_day().map(|(at, prepared)| (at, bind(rules.as_ref(), &prepared.case))));
        }
        let all = of_day().map(|(at, prepared)| bounds.get(&at).unwrap_or(&prepared.bound));
        let portfolio = survey(pack, rules.as_ref(), all);
        Self { rules, bounds, portfolio }
    }

    fn decided(&self, prepared: &Prepared, at: usize, rebinds: bool, scratch: &mut Scratch) -> Result<Decided, Why> {
        let anew;
        let bound = match self.bounds.get(&at) {
            Some(bound) => bound,
            None if rebinds => {
                anew = bind(self.rules.as_ref(), &prepared.case);
                &anew
            }
            None => &prepared.bound,
        };
        decide(self.rules.as_ref(), bound.as_ref(), self.portfolio.as_ref(), prepared.decided.as_ref().ok(), scratch)
    }
}

fn bind(rules: Result<&Rules<'_>, &EvaluateError>, case: &Case) -> Result<Bound, Why> {
    rules.map_err(why)?.bind(case, case.known_by).map_err(|error| why(&error))
}

/// What is worked out over all cases of a day, in a pack that does so.
fn survey<'b>(
    pack: &Pack,
    rules: Result<&Rules<'_>, &EvaluateError>,
    bounds: impl Iterator<Item = &'b Result<Bound, Why>>,
) -> Option<Result<Portfolio, Why>> {
    if pack.passes() == 1 {
        return None;
    }
    let together = || {
        let bounds = bounds.map(Result::as_ref).collect::<Result<Vec<_>, _>>().map_err(|why| *why)?;
        rules.map_err(why)?.survey(&bounds).map_err(|error| why(&error))
    };
    Some(together())
}

fn decide(
    rules: Result<&Rules<'_>, &EvaluateError>,
    bound: Result<&Bound, &Why>,
    portfolio: Option<&Result<Portfolio, Why>>,
    with: Option<&Decided>,
    scratch: &mut Scratch,
) -> Result<Decided, Why> {
    let (rules, bound) = (rules.map_err(why)?, bound.map_err(|why| *why)?);
    let portfolio = portfolio.map(Result::as_ref).transpose().map_err(|why| *why)?;
    rules.decided(bound, portfolio, with, scratch).map_err(|error| why(&error))
}
