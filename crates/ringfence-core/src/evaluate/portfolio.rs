//! Two passes: first what each case contributes to the values over all cases, then each case with those values.
//!
//! The cases are taken in the order of their ids, so that the order in which they are handed over
//! changes nothing, not even which of two errors is told.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{EvaluateError, Options, Pass, Rules, Scratch};
use crate::bind::Bound;
use crate::case::Case;
use crate::exact::{Exact, Inexact};
use crate::language::eval::Fault;
use crate::language::value::{Num, State, Truth, Val, Wide};
use crate::pack::Pack;
use crate::pack::portfolio::{PortfolioValue, Take};
use crate::ruling::{Missing, Recipient, Ruling};
use crate::words::Lacks;

/// What the first pass found over all cases; the second pass rules on each of them with it.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// The rules that it was made under.
    pack: String,
    day: Date,
    parameters: Vec<Val>,
    known_by: Option<Date>,
    digest: String,
    /// By id.
    pub(crate) entrants: Vec<Entrant>,
    /// One for each value over all cases.
    pub(crate) over: Vec<Over>,
}

/// A case of a portfolio, and what it contributes.
#[derive(Clone, Debug)]
pub(crate) struct Entrant {
    pub(crate) id: String,
    digest: String,
    pub(crate) recipient: Recipient,
    /// One for each value over all cases.
    pub(crate) parts: Vec<Part>,
}

/// What a case contributes to one value over all cases.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// It does not take part.
    Out,
    Known(Exact),
    /// Evidence is missing: its cells, and what they are.
    Lacking(Lacks, Vec<Missing>),
}

/// One value over all cases.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    found: Found,
    /// How many cases take part for certain, with what is known.
    pub(crate) cases: usize,
    is_rank: bool,
}

#[derive(Clone, Debug)]
enum Found {
    Known(Exact),
    /// Each case has its own, if it takes part.
    Ranked(Vec<Option<i64>>),
    /// No case takes part.
    Nothing,
    /// Some case lacks evidence.
    Missing,
}

/// A case among all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    pub(crate) portfolio: &'a Portfolio,
    pub(crate) index: usize,
}

impl Portfolio {
    /// How many cases it is over.
    pub fn len(&self) -> usize {
        self.entrants.len()
    }

    /// Whether it is over no case.
    pub fn is_empty(&self) -> bool {
        self.entrants.is_empty()
    }

    /// SHA-256 over the ids of its cases and the digests of their evidence, in the order of the ids.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl<'a> Member<'a> {
    /// The case itself.
    pub(crate) fn entrant(self) -> Option<&'a Entrant> {
        self.portfolio.entrants.get(self.index)
    }

    /// The cells that scripts read.
    pub(super) fn cells(self, cells: &mut Vec<Val>, wide: &mut Wide) {
        for (slot, over) in self.portfolio.over.iter().enumerate() {
            cells.push(Val::Num(match &over.found {
                Found::Known(number) => Num::keep(*number, wide),
                Found::Nothing => Num::NOT_APPLICABLE,
                Found::Ranked(places) => match places.get(self.index) {
                    Some(Some(place)) => Num::whole(*place),
                    _ => Num::NOT_APPLICABLE,
                },
                // What does not take part has no place, whatever the others turn out to be.
                Found::Missing if self.has_no_place(slot) => Num::NOT_APPLICABLE,
                Found::Missing => Num::MISSING,
            }));
        }
    }

    fn has_no_place(self, slot: usize) -> bool {
        let is_rank = self.portfolio.over.get(slot).is_some_and(|over| over.is_rank);
        is_rank && matches!(self.entrant().and_then(|entrant| entrant.parts.get(slot)), Some(Part::Out))
    }
}

impl Pack {
    /// Rules on all the cases of a scheme, in their order: in two passes where the pack declares values
    /// over all cases, and each by itself where it does not.
    ///
    /// # Errors
    /// See [`EvaluateError`]. What keeps one case out of the first pass keeps all of them from a ruling.
    pub fn evaluate_together(&self, cases: &[Case], options: &Options) -> Vec<Result<Ruling, EvaluateError>> {
        let mut scratch = Scratch::new();
        self.each_together(cases, options, |rules, bound, portfolio| match portfolio {
            None => rules.rule(bound, &mut scratch),
            Some(portfolio) => rules.rule_in(bound, portfolio, &mut scratch),
        })
    }

    /// Does something with each of the cases of a scheme, bound to the rules of its day: in the second of two passes
    /// where the pack declares values over all cases.
    pub(crate) fn each_together<T>(
        &self,
        cases: &[Case],
        options: &Options,
        mut each: impl FnMut(&Rules<'_>, &Bound, Option<&Portfolio>) -> Result<T, EvaluateError>,
    ) -> Vec<Result<T, EvaluateError>> {
        let day_of = |case: &Case| options.rules_at.or(case.rules_at).or(self.rules_at);
        let no_day = || EvaluateError::NoDay { from: self.in_force.from };
        if self.passes() == 1 {
            let mut alone = |case: &Case| {
                let rules = self.rules_at(day_of(case).ok_or_else(no_day)?, options)?;
                let bound = rules.bind(case, options.known_by.or(case.known_by))?;
                each(&rules, &bound, None)
            };
            return cases.iter().map(&mut alone).collect();
        }
        let mut together = || {
            let Some(first) = cases.first() else { return Ok(Vec::new()) };
            let day = day_of(first).ok_or_else(no_day)?;
            if let Some(other) = cases.iter().find(|case| day_of(case) != Some(day)) {
                let why = format!("all cases are ruled on at one day, and `{}` is at {day}", first.id);
                return Err(EvaluateError::NotOfPortfolio { case: other.id.clone(), why });
            }
            let rules = self.rules_at(day, options)?;
            let bind = |case: &Case| {
                let bound = rules.bind(case, options.known_by.or(case.known_by));
                bound.map_err(|why| EvaluateError::InPortfolio { case: case.id.clone(), why: Box::new(why) })
            };
            let bounds = cases.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
            let portfolio = rules.survey(&bounds.iter().collect::<Vec<_>>())?;
            Ok(bounds.iter().map(|bound| each(&rules, bound, Some(&portfolio))).collect())
        };
        together().unwrap_or_else(|error| cases.iter().map(|_| Err(error.clone())).collect())
    }
}

impl Rules<'_> {
    /// The first pass: what the pack's values over all cases are, over these.
    ///
    /// # Errors
    /// Two cases of one id, or that count evidence known by different days; a number of a case, or of
    /// all of them, that cannot be computed exactly.
    pub fn survey(&self, cases: &[&Bound]) -> Result<Portfolio, EvaluateError> {
        let mut cases = cases.to_vec();
        cases.sort_by(|left, right| (&left.case.id, &left.case_digest).cmp(&(&right.case.id, &right.case_digest)));
        for pair in cases.windows(2) {
            let [first, second] = pair else { continue };
            let why = if first.case.id == second.case.id {
                "another case has the same id".to_owned()
            } else if first.known_by != second.known_by {
                format!("it counts the evidence known by another day than `{}`", first.case.id)
            } else {
                continue;
            };
            return Err(EvaluateError::NotOfPortfolio { case: second.case.id.clone(), why });
        }
        let mut scratch = Scratch::new();
        let mut entrants = Vec::new();
        for bound in &cases {
            entrants.push(self.entrant(bound, &mut scratch)?);
        }
        let mut over = Vec::new();
        for (slot, value) in self.pack.portfolio.iter().enumerate() {
            let fault = |why: Inexact| self.inexact(Fault { site: value.of.site, why });
            over.push(over_all(value, slot, &entrants).map_err(fault)?);
        }
        Ok(Portfolio {
            pack: self.pack.digest.clone(),
            day: self.day,
            parameters: self.parameters.clone(),
            known_by: cases.first().and_then(|bound| bound.known_by),
            digest: digest(&entrants),
            entrants,
            over,
        })
    }

    fn entrant(&self, bound: &Bound, scratch: &mut Scratch) -> Result<Entrant, EvaluateError> {
        let id = bound.case.id.clone();
        self.run(bound, scratch, Pass::First)
            .map_err(|why| EvaluateError::InPortfolio { case: id.clone(), why: Box::new(why) })?;
        let mut parts: Vec<Option<Part>> = Vec::new();
        for (takes_part, part) in &scratch.contributions {
            parts.push(match (takes_part, part.state(), part) {
                (Truth::False | Truth::NotApplicable, ..) | (_, State::NotApplicable, _) => Some(Part::Out),
                (Truth::True, State::Known, Val::Truth(truth)) => {
                    Some(Part::Known(if *truth == Truth::True { Exact::ONE } else { Exact::ZERO }))
                }
                (Truth::True, State::Known, Val::Num(number)) => number.known(&scratch.wide).map(Part::Known),
                _ => None,
            });
        }
        let mut lacking =
            if parts.iter().any(Option::is_none) { crate::words::lacking(self, bound, scratch) } else { Vec::new() };
        lacking.reverse();
        let parts = parts.into_iter().map(|part| {
            let (lacks, missing) = lacking.pop().unwrap_or_default();
            part.unwrap_or(Part::Lacking(lacks, missing))
        });
        Ok(Entrant {
            id,
            digest: bound.case_digest.clone(),
            recipient: bound.case.recipient.clone(),
            parts: parts.collect(),
        })
    }

    /// The second pass: rules on a case of the portfolio, with words.
    ///
    /// # Errors
    /// A case that is not of the portfolio, or a portfolio under other rules; and as [`Rules::decide`].
    pub fn rule_in(
        &self,
        bound: &Bound,
        portfolio: &Portfolio,
        scratch: &mut Scratch,
    ) -> Result<Ruling, EvaluateError> {
        let member = self.member(bound, portfolio)?;
        self.run(bound, scratch, Pass::Second { order: &self.pack.order, within: Some(member) })?;
        Ok(crate::words::ruling(self, bound, scratch, Some(member)))
    }

    /// The second pass without words: see [`Rules::decide`].
    ///
    /// # Errors
    /// As [`Rules::rule_in`].
    pub fn decide_in<'a>(
        &'a self,
        bound: &'a Bound,
        portfolio: &Portfolio,
        scratch: &'a mut Scratch,
    ) -> Result<super::Decision<'a>, EvaluateError> {
        let member = self.member(bound, portfolio)?;
        self.run(bound, scratch, Pass::Second { order: &self.pack.needed, within: Some(member) })?;
        Ok(super::Decision { rules: self, scratch })
    }

    pub(super) fn member<'m>(&self, bound: &Bound, portfolio: &'m Portfolio) -> Result<Member<'m>, EvaluateError> {
        let unfit = |why: &str| EvaluateError::NotOfPortfolio { case: bound.case.id.clone(), why: why.to_owned() };
        let same_rules =
            portfolio.pack == self.pack.digest && portfolio.day == self.day && portfolio.parameters == self.parameters;
        if !same_rules || portfolio.known_by != bound.known_by {
            return Err(unfit("the first pass was made under other rules or with other dates"));
        }
        let index = portfolio.entrants.binary_search_by(|entrant| entrant.id.as_str().cmp(&bound.case.id));
        let index = index.map_err(|_| unfit("the first pass was made without it"))?;
        if portfolio.entrants.get(index).map(|entrant| &entrant.digest) != Some(&bound.case_digest) {
            return Err(unfit("its evidence is not what the first pass was made with"));
        }
        Ok(Member { portfolio, index })
    }
}

/// What the contributions of all cases come to.
fn over_all(value: &PortfolioValue, slot: usize, entrants: &[Entrant]) -> Result<Over, Inexact> {
    let mut known: Vec<Exact> = Vec::new();
    let mut lacking = false;
    for entrant in entrants {
        match entrant.parts.get(slot) {
            Some(Part::Known(number)) => known.push(*number),
            Some(Part::Lacking(..)) | None => lacking = true,
            Some(Part::Out) => {}
        }
    }
    let cases = known.len();
    let found = if lacking { Found::Missing } else { taken(value.take, slot, known, entrants)? };
    Ok(Over { found, cases, is_rank: value.take.is_rank() })
}

fn taken(take: Take, slot: usize, mut known: Vec<Exact>, entrants: &[Entrant]) -> Result<Found, Inexact> {
    let sum = |known: &[Exact]| known.iter().try_fold(Exact::ZERO, |sum, number| sum.plus(*number));
    let count = Exact::whole(i64::try_from(known.len()).unwrap_or(i64::MAX));
    // In order of size, so that no other order can make a sum too long for its digits.
    known.sort();
    let one = |number: Option<&Exact>| number.map_or(Found::Nothing, |number| Found::Known(*number));
    Ok(match take {
        Take::Sum | Take::Count => Found::Known(sum(&known)?),
        Take::Mean if known.is_empty() => Found::Nothing,
        Take::Mean => Found::Known(sum(&known)?.divide(count)?),
        Take::Median => {
            let middle = known.len() / 2;
            match (middle.checked_sub(1).and_then(|before| known.get(before)), known.get(middle)) {
                (Some(low), Some(high)) if known.len().is_multiple_of(2) => {
                    Found::Known(low.plus(*high)?.divide(Exact::whole(2))?)
                }
                (_, middle) => one(middle),
            }
        }
        Take::Least => one(known.first()),
        Take::Greatest => one(known.last()),
        Take::Rank | Take::RankFromLeast => {
            let place = |number: Exact| {
                let before = if take == Take::Rank {
                    known.len() - known.partition_point(|other| *other <= number)
                } else {
                    known.partition_point(|other| *other < number)
                };
                i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1)
            };
            let places = entrants.iter().map(|entrant| match entrant.parts.get(slot) {
                Some(Part::Known(number)) => Some(place(*number)),
                _ => None,
            });
            Found::Ranked(places.collect())
        }
    })
}

fn digest(entrants: &[Entrant]) -> String {
    let mut hasher = Sha256::new();
    for entrant in entrants {
        for part in [&entrant.id, &entrant.digest] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    crate::digest::hexadecimal(&hasher.finalize())
}
