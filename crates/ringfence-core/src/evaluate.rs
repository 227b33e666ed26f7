//! Evaluation: the rules of a day over a bound case.

mod cover;
mod decided;
mod error;
mod payments;
mod portfolio;
mod range;
mod run;
mod standing;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use decided::Decided;
pub use error::EvaluateError;
pub use portfolio::Portfolio;
pub(crate) use portfolio::{Entrant, Member, Part};
pub(crate) use range::possible_limbs;
use run::Runner;

use crate::bind::Bound;
use crate::case::Case;
use crate::diagnostic::Diagnostic;
use crate::exact::Exact;
use crate::language::eval::{Cells, Fault, Machine, STEPS};
use crate::language::ir::{Expr, Kind};
use crate::language::lower::LOCALS;
use crate::language::possible::Possible;
use crate::language::value::{Num, State, Truth, Val, Wide, Word};
use crate::money::Money;
use crate::pack::{Deadline, Pack, Step, Test};
use crate::period::Period;
use crate::ruling::{Dispositions, FundRange, Outcome, Ruling, StandingWord};
use crate::source::Place;
use crate::table::Table;

/// How to rule on a case. What is not given here is what the case says, and then what the pack says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The day whose rules apply.
    pub rules_at: Option<Date>,
    /// The last day on which evidence may have become known.
    pub known_by: Option<Date>,
    /// The last period to rule on.
    pub through: Option<Period>,
    /// Parameters to set for this ruling: a name without `params.`, and a value as a pack would write it.
    pub set: Vec<(String, String)>,
}

/// The rules of a pack that are in force on one day.
#[derive(Debug)]
pub struct Rules<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) day: Date,
    pub(crate) through: Option<Period>,
    pub(crate) parameters: Vec<Val>,
    /// Which of its dated values each parameter has, or what it is set to.
    pub(crate) chosen: Vec<Choice>,
    /// Whether each condition is in force.
    pub(crate) in_force: Vec<bool>,
    /// How many periods are ruled on.
    pub(crate) ruled_periods: usize,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Dated(usize),
    Set(crate::types::Value),
    None(String),
}

/// What evaluation needs room for; kept from case to case.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) derived: Vec<Val>,
    /// Whether a person's decision is all that each condition lacks.
    pending: Vec<bool>,
    /// How each condition stands; its effect is among the derived cells.
    pub(crate) conditions: Vec<ConditionFound>,
    pub(crate) wide: Wide,
    locals: Vec<Val>,
    /// What was worked out over all cases, as the case ruled on last has it.
    pub(crate) portfolio: Vec<Val>,
    /// What the case gone through last contributes: whether it takes part, and with what.
    contributions: Vec<(Truth, Val)>,
    pub(crate) funds: Vec<FundFound>,
    pub(crate) tranches: Vec<TrancheFound>,
    /// What missing derived cells may still turn out to be.
    pub(crate) possible: BTreeMap<u32, Possible>,
    /// How many derived cells were settled although evidence for them is missing.
    pub(crate) settled: usize,
}

impl Scratch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Which pass is made over a case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pass<'a> {
    /// What the case contributes to the values over all cases.
    First,
    /// Findings and money.
    Second {
        order: &'a [Step],
        /// The case among all; nothing where it is ruled on alone.
        within: Option<Member<'a>>,
    },
}

/// How a condition stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConditionFound {
    /// Whether it holds, whatever a waiver or a cure makes of it.
    pub(crate) own: Truth,
    /// What gives it another effect.
    pub(crate) standing: Option<StandingWord>,
    /// The share of a fund that it lets through, where it is cured or lapsed; all if none.
    pub(crate) share: Option<Num>,
}

impl ConditionFound {
    pub(crate) const fn plain(own: Truth) -> Self {
        Self { own, standing: None, share: None }
    }
}

/// What became of a fund, in numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FundFound {
    pub(crate) amount: Option<Money>,
    pub(crate) earned: Option<Money>,
    pub(crate) gate: Truth,
    /// The share of what is due that the gates let through; all if none.
    pub(crate) share: Option<Exact>,
    pub(crate) dispositions: Dispositions,
    /// Which of its suspensions holds.
    pub(crate) suspended: Option<usize>,
    /// What was paid above what is due, where no period is left to set it off against.
    pub(crate) over: Option<Money>,
    /// Where its tranches begin among all.
    pub(crate) first_tranche: usize,
    pub(crate) tranches: usize,
    /// What each part may come to, where something is not decided.
    pub(crate) range: Option<FundRange>,
}

impl FundFound {
    /// A fund that there is not.
    fn none() -> Self {
        Self {
            amount: Some(Money::ZERO),
            earned: Some(Money::ZERO),
            gate: Truth::NotApplicable,
            share: None,
            dispositions: Dispositions::default(),
            suspended: None,
            over: None,
            first_tranche: 0,
            tranches: 0,
            range: None,
        }
    }
}

/// What became of a tranche, in numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrancheFound {
    pub(crate) opening: Money,
    /// What the release rule gives: the total due to date, or the amount for the period.
    pub(crate) due: Option<Money>,
    pub(crate) earned: Option<Money>,
    /// Whether it was paid already, so that what is released is evidence.
    pub(crate) already: bool,
    pub(crate) released: Money,
    pub(crate) recovered: Money,
    pub(crate) undetermined: Money,
    pub(crate) closing: Money,
}

/// The outcomes and amounts of one case, without words.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    rules: &'a Rules<'a>,
    scratch: &'a Scratch,
}

impl Decision<'_> {
    /// The outcome of each condition, in the pack's order.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        (0..self.rules.pack.conditions.len()).map(|index| self.rules.outcome(index, self.scratch))
    }

    /// Where the money of each fund goes, in the pack's order, with its amount if that is known. A fund that is not in
    /// force has none.
    pub fn funds(&self) -> impl Iterator<Item = (Option<Money>, Dispositions)> {
        self.scratch.funds.iter().map(|fund| (fund.amount, fund.dispositions))
    }

    /// What the parts of each fund may come to, in the pack's order; nothing where all of it is decided.
    pub fn ranges(&self) -> impl Iterator<Item = Option<FundRange>> {
        self.scratch.funds.iter().map(|fund| fund.range)
    }
}

impl Pack {
    /// Rules on a case.
    ///
    /// # Errors
    /// See [`EvaluateError`]: no answer is possible, rather than an uncertain one.
    pub fn evaluate(&self, case: &Case, options: &Options) -> Result<Ruling, EvaluateError> {
        let day = options
            .rules_at
            .or(case.rules_at)
            .or(self.rules_at)
            .ok_or(EvaluateError::NoDay { from: self.in_force.from })?;
        let rules = self.rules_at(day, options)?;
        let bound = rules.bind(case, options.known_by.or(case.known_by))?;
        rules.rule(&bound, &mut Scratch::new())
    }

    /// The rules in force on a day. Only `through` and `set` of the options count.
    ///
    /// # Errors
    /// The pack is not in force, a parameter that its rules need has no value, or one cannot be set.
    pub fn rules_at(&self, day: Date, options: &Options) -> Result<Rules<'_>, EvaluateError> {
        if !self.in_force.contains(day) {
            let (from, until) = (self.in_force.from, self.in_force.until);
            return Err(EvaluateError::NotInForce { pack: self.id.clone(), day, from, until });
        }
        let in_force = self
            .conditions
            .iter()
            .map(|condition| condition.in_force.is_none_or(|interval| interval.contains(day)))
            .collect();
        let periods = self.period_count();
        let ruled_periods = match options.through {
            None => periods,
            Some(period) => {
                let position = self.periods.and_then(|periods| periods.position(period));
                position.ok_or_else(|| EvaluateError::UnknownPeriod { period, pack: self.id.clone() })? + 1
            }
        };
        let mut rules = Rules {
            pack: self,
            day,
            through: options.through,
            parameters: Vec::new(),
            chosen: Vec::new(),
            in_force,
            ruled_periods,
        };
        for parameter in &self.parameters {
            let none = |why: String| (parameter.ty.family().absent(State::Missing), Choice::None(why));
            let (cell, choice) = match parameter.on(day) {
                Ok(at) => match parameter.dated.get(at).and_then(|dated| dated.value.as_ref()) {
                    Some((cell, _)) => (*cell, Choice::Dated(at)),
                    None => none(String::new()),
                },
                Err(why) => none(why),
            };
            rules.parameters.push(cell);
            rules.chosen.push(choice);
        }
        for table in &self.tables {
            let last = table.versions.iter().rposition(|version| version.from <= day);
            let in_force = last.filter(|at| table.versions.get(*at).is_some_and(|version| version.withdrawn.is_none()));
            rules.parameters.push(Val::Word(match in_force.and_then(|at| i64::try_from(at).ok()) {
                Some(at) => Word::known(at),
                None => Word::absent(State::Missing),
            }));
        }
        for (name, text) in &options.set {
            rules.set(name, text)?;
        }
        rules.check_parameters()?;
        Ok(rules)
    }
}

impl<'p> Rules<'p> {
    /// The pack.
    pub fn pack(&self) -> &'p Pack {
        self.pack
    }

    fn set(&mut self, name: &str, text: &str) -> Result<(), EvaluateError> {
        let cannot = |why: String| EvaluateError::CannotSet { parameter: name.to_owned(), text: text.to_owned(), why };
        let index = self.pack.parameters.iter().position(|parameter| parameter.name == name);
        let Some((index, parameter)) = index.and_then(|index| Some((index, self.pack.parameters.get(index)?))) else {
            let names: Vec<&str> = self.pack.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let near = crate::diagnostic::nearest(name, names.iter().copied());
            return Err(cannot(match near {
                Some(near) => format!("the pack has no such parameter; a similar one is `{near}`"),
                None => format!("the pack's parameters are {}", names.join(", ")),
            }));
        };
        let file = crate::source::SourceFile::new("", "");
        let node = crate::source::Node::text(text, Place::start_of(&file));
        let mut mistakes = Vec::new();
        let value = crate::reading::value(&node, &parameter.ty, &mut mistakes);
        let first =
            |mistakes: &[Diagnostic]| mistakes.first().map(|mistake| mistake.message.clone()).unwrap_or_default();
        let value = value.ok_or_else(|| cannot(first(&mistakes)))?;
        let symbol = |text: &str| self.pack.symbols.iter().position(|symbol| symbol == text);
        let mut unknown = false;
        let cell = crate::reading::cell(&value, &mut |text| {
            symbol(text).and_then(|at| i64::try_from(at).ok()).unwrap_or_else(|| {
                unknown = true;
                -1
            })
        });
        // A text no script compares with cannot be numbered, and need not be: it equals nothing.
        let _ = unknown;
        if let (Some(slot), Some(choice)) = (self.parameters.get_mut(index), self.chosen.get_mut(index)) {
            *slot = cell;
            *choice = Choice::Set(value);
        }
        Ok(())
    }

    /// Every parameter that a rule in force reads must have a value.
    fn check_parameters(&self) -> Result<(), EvaluateError> {
        let pack = self.pack;
        let mut scripts: Vec<&Expr> = pack.values.iter().map(|value| &value.is).collect();
        scripts.extend(pack.facts.iter().filter_map(|fact| fact.suspect.as_ref()).map(|suspect| &suspect.when));
        for (condition, in_force) in pack.conditions.iter().zip(&self.in_force) {
            if *in_force {
                scripts.extend(&condition.applies);
                scripts.extend(condition.cure.iter().flat_map(crate::pack::Cure::scripts));
                if let Test::Script(met) = &condition.test {
                    scripts.push(met);
                }
            }
        }
        for value in &pack.portfolio {
            scripts.push(&value.of);
            scripts.extend(&value.taking_part);
        }
        for fund in pack.funds.iter().filter(|fund| fund.is_in_force(self.day)) {
            scripts.push(&fund.amount);
            scripts.extend(&fund.release);
        }
        let mut lacking: Option<u32> = None;
        let mut without: Option<&Table> = None;
        for script in scripts {
            script.walk(&mut |node| {
                if let Kind::Lookup(lookup) = &node.kind
                    && lookup.version(&self.parameters).is_none()
                {
                    without.get_or_insert(&lookup.table);
                }
                if let Kind::Parameter(slot) = node.kind
                    && matches!(self.chosen.get(slot as usize), Some(Choice::None(_)))
                {
                    lacking.get_or_insert(slot);
                }
            });
        }
        if let Some(table) = without {
            return Err(self.no_table(table));
        }
        // A sign-off that no condition in force asks for needs no last day.
        let asked =
            pack.conditions.iter().zip(&self.in_force).filter_map(|(condition, in_force)| match condition.test {
                Test::SignOff(at) if *in_force => pack.sign_offs.get(at as usize),
                _ => None,
            });
        let deadlines = asked.filter_map(|sign_off| match sign_off.by {
            Some(Deadline::Parameter(slot)) if matches!(self.chosen.get(slot as usize), Some(Choice::None(_))) => {
                Some(slot)
            }
            _ => None,
        });
        let Some(slot) = lacking.or_else(|| deadlines.into_iter().next()) else { return Ok(()) };
        let (Some(parameter), Some(Choice::None(why))) =
            (pack.parameters.get(slot as usize), self.chosen.get(slot as usize))
        else {
            return Ok(());
        };
        Err(EvaluateError::NoParameter {
            parameter: parameter.name.clone(),
            day: self.day,
            why: why.clone(),
            place: Box::new(parameter.place.clone()),
        })
    }

    /// Why a table has no rows on the day.
    fn no_table(&self, table: &Table) -> EvaluateError {
        let before = table.versions.iter().rfind(|version| version.from <= self.day);
        let why = match (before, table.versions.first()) {
            (Some(version), _) => version.withdrawn.clone(),
            (None, Some(first)) => Some(format!("its first rows are from {}", first.from)),
            (None, None) => None,
        };
        EvaluateError::NoTable {
            table: table.name.clone(),
            day: self.day,
            why: why.unwrap_or_default(),
            place: Box::new(table.place.clone()),
        }
    }

    pub(crate) fn first_ordinal(&self) -> i64 {
        self.pack.periods.map_or(0, |periods| periods.first().ordinal().into())
    }

    pub(crate) fn deadline(&self, deadline: Deadline) -> Option<Date> {
        match deadline {
            Deadline::Date(date) => Some(date),
            Deadline::Parameter(slot) => match self.parameters.get(slot as usize) {
                Some(Val::Word(word)) if word.state == State::Known => crate::period::date_of(word.bits),
                _ => None,
            },
        }
    }

    /// The error for a fault, with what a function of the program said if it is that one's.
    pub(crate) fn trouble(&self, fault: Fault, refused: Option<String>) -> EvaluateError {
        match (self.inexact(fault), refused) {
            (EvaluateError::Inexact { why: crate::exact::Inexact::Refused, place }, Some(why)) => {
                EvaluateError::Refused { why, place }
            }
            (error, _) => error,
        }
    }

    pub(crate) fn inexact(&self, fault: Fault) -> EvaluateError {
        let place = self.pack.sites.get(fault.site as usize).map(|site| site.place.clone());
        let place = place.unwrap_or_else(|| Place::start_of(&crate::source::SourceFile::new("", "")));
        EvaluateError::Inexact { why: fault.why, place: Box::new(place) }
    }

    /// Outcomes and amounts, without words. Values that no condition and
    /// no fund rests on are not worked out.
    ///
    /// # Errors
    /// A number that cannot be computed exactly, or amounts that would not add up.
    pub fn decide<'a>(&'a self, bound: &'a Bound, scratch: &'a mut Scratch) -> Result<Decision<'a>, EvaluateError> {
        self.run(bound, scratch, Pass::Second { order: &self.pack.needed, within: None })?;
        Ok(Decision { rules: self, scratch })
    }

    /// Rules on a bound case, with words.
    ///
    /// # Errors
    /// As [`Rules::decide`].
    pub fn rule(&self, bound: &Bound, scratch: &mut Scratch) -> Result<Ruling, EvaluateError> {
        self.run(bound, scratch, Pass::Second { order: &self.pack.order, within: None })?;
        Ok(crate::words::ruling(self, bound, scratch, None))
    }

    fn run(&self, bound: &Bound, scratch: &mut Scratch, pass: Pass<'_>) -> Result<(), EvaluateError> {
        // Every cell that is read is written before, in this order.
        scratch.derived.resize(self.pack.derived_cells, Val::Truth(Truth::Missing));
        scratch.locals.resize(usize::from(LOCALS), Val::Truth(Truth::Missing));
        scratch.funds.clear();
        scratch.tranches.clear();
        scratch.conditions.clear();
        scratch.conditions.resize(self.pack.conditions.len(), ConditionFound::plain(Truth::Missing));
        scratch.pending.clear();
        scratch.pending.resize(self.pack.conditions.len(), false);
        scratch.wide.clear();
        scratch.possible.clear();
        scratch.settled = 0;
        scratch.portfolio.clear();
        if let Pass::Second { within: Some(member), .. } = &pass {
            member.cells(&mut scratch.portfolio, &mut scratch.wide);
        }
        let Scratch {
            derived,
            pending,
            conditions,
            wide,
            locals,
            portfolio,
            contributions,
            funds,
            tranches,
            possible,
            settled,
        } = scratch;
        let parameters = &self.parameters;
        let texts = [self.pack.symbols.as_slice(), bound.texts.as_slice()];
        let cells = Cells { facts: &bound.facts, rows: &bound.rows, parameters, portfolio, texts };
        let (fault, refused, steps_left) = (None, None, STEPS);
        let (first_ordinal, periods) = (self.first_ordinal(), self.pack.period_count());
        let machine =
            Machine { cells, derived, locals, wide, now: 0, first_ordinal, periods, fault, refused, steps_left };
        let runner = Runner {
            rules: self,
            bound,
            machine,
            pending,
            conditions,
            funds,
            tranches,
            contributions,
            possible,
            settled,
        };
        runner.pass(pass).map_err(|error| *error)
    }

    /// The outcome of a condition that has been worked out.
    pub(crate) fn outcome(&self, index: usize, scratch: &Scratch) -> Outcome {
        let found = scratch.conditions.get(index).filter(|_| index < self.pack.conditions.len());
        match found.map(|found| found.own) {
            Some(Truth::True) => Outcome::Met,
            Some(Truth::False) => Outcome::Unmet,
            Some(Truth::NotApplicable) => Outcome::NotApplicable,
            _ if scratch.pending.get(index) == Some(&true) => Outcome::Pending,
            _ => Outcome::Undetermined,
        }
    }

    /// What a condition that has been worked out counts as.
    pub(crate) fn effect(&self, index: usize, scratch: &Scratch) -> Truth {
        let slot = self.pack.conditions.get(index).map(|condition| condition.slot);
        slot.and_then(|slot| scratch.derived.get(slot as usize)).map_or(Truth::Missing, |cell| cell.truth())
    }
}
