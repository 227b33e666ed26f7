//! The compiled rule pack: immutable, shared freely between threads.

mod check;
mod compile;
mod dated;
mod declare;
pub(crate) mod extend;
mod history;
mod mutate;
pub(crate) mod portfolio;
mod section;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::diagnostic::Diagnostic;
use crate::exact::{Exact, Rounding};
use crate::language::ir::{Expr, Site, Text};
use crate::language::lower::Shape;
use crate::language::possible::Possible;
use crate::language::value::Val;
use crate::money::Currency;
use crate::outline::{Change, Theme};
use crate::period::Periods;
use crate::plugin::{Function, Plugins};
use crate::ruling::{Authority, Status};
use crate::source::{PackSource, Place};
use crate::table::Table;
use crate::types::{Type, Value};
pub use mutate::{Asked, AskedFact, Mutant};
use portfolio::PortfolioValue;

/// A rule pack that has been checked and compiled.
#[derive(Debug)]
pub struct Pack {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) rules_on: String,
    pub(crate) years: Option<String>,
    pub(crate) version: String,
    pub(crate) currency: Currency,
    pub(crate) in_force: Interval,
    pub(crate) rules_at: Option<Date>,
    pub(crate) recipient: String,
    pub(crate) notes: Option<String>,
    /// How money is rounded where nothing else is said.
    pub(crate) rounding: Rounding,
    /// How a recipient asks for reconsideration.
    pub(crate) reconsideration: Option<String>,
    pub(crate) periods: Option<Periods>,
    pub(crate) themes: Vec<Theme>,
    pub(crate) changes: Vec<Change>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) fact_numbers: BTreeMap<String, usize>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) tables: Vec<Arc<Table>>,
    pub(crate) calendars: Vec<Arc<Calendar>>,
    pub(crate) values: Vec<DerivedValue>,
    pub(crate) sign_offs: Vec<SignOff>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) funds: Vec<Fund>,
    /// What is worked out over all cases, before any is ruled on.
    pub(crate) portfolio: Vec<PortfolioValue>,
    /// The functions of the program that its scripts call, by name.
    pub(crate) plugins: Vec<Arc<Function>>,
    /// The steps that the first pass takes with each case.
    pub(crate) first_pass: Vec<Step>,
    /// In which order values and findings are reached.
    pub(crate) order: Vec<Step>,
    /// The same without the values that no condition and no fund rests on.
    pub(crate) needed: Vec<Step>,
    pub(crate) sites: Vec<Site>,
    /// The scripts as they are written, by the site of the whole of each.
    pub(crate) scripts: BTreeMap<u32, String>,
    pub(crate) symbols: Vec<String>,
    pub(crate) symbol_numbers: BTreeMap<String, i64>,
    pub(crate) digest: String,
    pub(crate) warnings: Vec<Diagnostic>,
    /// What a missing cell of the facts may turn out to be.
    pub(crate) possible_facts: BTreeMap<u32, Possible>,
    /// The same for the fields of lists, by the list's cell and the field.
    pub(crate) possible_fields: BTreeMap<(u32, u32), Possible>,
    pub(crate) allowed: Vec<Allowed>,
    /// How many cells the facts of a case take, and how many are derived.
    pub(crate) fact_cells: usize,
    pub(crate) derived_cells: usize,
}

/// A stretch of days: from the first, until before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) from: Date,
    pub(crate) until: Option<Date>,
}

impl Interval {
    /// Whether the two have a day in common.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.until.is_none_or(|until| other.from < until) && other.until.is_none_or(|until| self.from < until)
    }

    pub(crate) fn contains(self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date < until)
    }
}

/// A declared piece of evidence.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) shape: Shape,
    pub(crate) slot: u32,
    pub(crate) min: Option<Exact>,
    pub(crate) max: Option<Exact>,
    pub(crate) may_be_empty: bool,
    /// Whether a case may say that it does not apply.
    pub(crate) may_not_apply: bool,
    pub(crate) suspect: Option<Suspect>,
    /// Where it is to be had.
    pub(crate) source_of: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) place: Place,
}

/// When a value is not to be believed.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    pub(crate) when: Expr,
    pub(crate) because: String,
}

/// A declared number, date or word that policy may change.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) ty: Type,
    /// The theme it belongs to.
    pub(crate) theme: Option<String>,
    /// By the first day of each.
    pub(crate) dated: Vec<Dated>,
    /// The day on which somebody last confirmed it.
    pub(crate) confirmed: Option<Date>,
    pub(crate) place: Place,
}

/// A parameter's value from a day on.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) from: Date,
    /// The first day after it, where it says so itself.
    pub(crate) until: Option<Date>,
    /// The day on which it was made public.
    pub(crate) announced: Option<Date>,
    /// Why it never came into force.
    pub(crate) cancelled: Option<String>,
    pub(crate) value: Option<(Val, Value)>,
    pub(crate) withdrawn: Option<String>,
    pub(crate) status: Status,
    pub(crate) authority: Option<Authority>,
    pub(crate) note: Option<String>,
    pub(crate) place: Place,
}

/// A value derived by a script.
#[derive(Clone, Debug)]
pub(crate) struct DerivedValue {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) ty: Type,
    pub(crate) per_period: bool,
    pub(crate) slot: u32,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) is: Expr,
    pub(crate) notes: Option<String>,
}

/// Who must sign what, by when.
#[derive(Clone, Debug)]
pub(crate) struct SignOff {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The facts whose figures are signed.
    pub(crate) document: Vec<u32>,
    pub(crate) by: Option<Deadline>,
    pub(crate) late_counts: bool,
    /// How many must sign; all if none.
    pub(crate) at_least: Option<usize>,
    /// The share of the parties' money whose owners must sign, in place of a number of them.
    pub(crate) share: Option<Exact>,
    pub(crate) parties: Vec<Party>,
    pub(crate) authority: Option<Authority>,
    pub(crate) notes: Option<String>,
    pub(crate) place: Place,
}

/// The last day for something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deadline {
    Date(Date),
    Parameter(u32),
}

/// A party to a sign-off.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) who: Who,
    pub(crate) title: String,
    pub(crate) offices: Vec<String>,
    pub(crate) may_delegate: bool,
    /// Whether the body that signs must be another than the recipient.
    pub(crate) independent: bool,
}

/// Which parties an entry stands for.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    One(String),
    /// One for each text or record of this list fact.
    Each(Members),
}

/// Where the parties of a list fact stand in its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) fact: u32,
    /// The field with the party's name.
    pub(crate) name: usize,
    /// The field with its money.
    pub(crate) money: Option<usize>,
}

/// Something that only a person can answer.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) answers: Vec<String>,
    pub(crate) met_when: Vec<String>,
    pub(crate) by: Vec<String>,
    /// How long it holds; without it, it has no end of its own.
    pub(crate) valid: Option<Valid>,
    pub(crate) authority: Option<Authority>,
    pub(crate) notes: Option<String>,
    pub(crate) place: Place,
}

/// How long something holds from its day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Valid {
    Days(i64),
    Months(i64),
}

impl Valid {
    /// The first day after it; none where the calendar has no such day.
    pub(crate) fn end(self, from: Date) -> Option<Date> {
        let span = match self {
            Self::Days(days) => Span::new().try_days(days),
            Self::Months(months) => Span::new().try_months(months),
        };
        from.checked_add(span.ok()?).ok()
    }
}

/// Something that must hold.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) theme: Option<String>,
    pub(crate) authority: Option<Authority>,
    pub(crate) in_force: Option<Interval>,
    pub(crate) applies: Option<Expr>,
    pub(crate) test: Test,
    pub(crate) because: Option<Text>,
    /// The author's truth table: an outcome, and when it comes about.
    pub(crate) scenarios: Vec<(String, String)>,
    pub(crate) notes: Option<String>,
    /// The offices that may waive it; without any it cannot be waived.
    pub(crate) waived_by: Vec<String>,
    pub(crate) cure: Option<Cure>,
    pub(crate) slot: u32,
    pub(crate) rests_on: Vec<String>,
    pub(crate) place: Place,
}

/// How a condition that is not met can be put right.
#[derive(Clone, Debug)]
pub(crate) struct Cure {
    /// The last day for it.
    pub(crate) by: Expr,
    /// The day on which it was put right.
    pub(crate) cured_on: Expr,
    /// The share that is released once it is; all if none.
    pub(crate) releases: Option<Expr>,
    /// The share that is released where it was not put right in time; nothing if none.
    pub(crate) keeps: Option<Expr>,
}

impl Cure {
    pub(crate) fn scripts(&self) -> impl Iterator<Item = &Expr> {
        [&self.by, &self.cured_on].into_iter().chain(&self.releases).chain(&self.keeps)
    }
}

/// What decides a condition.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Script(Expr),
    SignOff(u32),
    Decision(u32),
    /// At least so many of these conditions.
    Of {
        need: Need,
        of: Vec<u32>,
    },
}

impl Test {
    /// The conditions that it is made of; none where it is decided by itself.
    pub(crate) fn limbs(&self) -> &[u32] {
        match self {
            Self::Of { of, .. } => of,
            Self::Script(_) | Self::SignOff(_) | Self::Decision(_) => &[],
        }
    }
}

/// How many limbs a composite condition needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    All,
    Any,
    AtLeast(usize),
}

/// Money that conditions govern.
#[derive(Clone, Debug)]
pub(crate) struct Fund {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) theme: Option<String>,
    /// The days on which there is such a fund; as long as the pack, if none.
    pub(crate) in_force: Option<Interval>,
    pub(crate) amount: Expr,
    pub(crate) rounding: Rounding,
    pub(crate) gates: Vec<u32>,
    pub(crate) tranches: bool,
    pub(crate) cumulative: bool,
    pub(crate) release: Option<Expr>,
    pub(crate) over_payment: OverPayment,
    /// The first cell of the series of money that was paid already, and where the pack names it.
    pub(crate) paid: Option<(u32, Place)>,
    /// When nothing is paid, whatever is due.
    pub(crate) suspended: Vec<Suspension>,
    pub(crate) redirect: Option<String>,
    /// What would have released more, in words.
    pub(crate) more: Option<Text>,
    pub(crate) authority: Option<Authority>,
    pub(crate) notes: Option<String>,
    pub(crate) place: Place,
}

/// A warning that the pack allows where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The warning.
    pub diagnostic: Diagnostic,
    /// Why it may stand, in the author's words.
    pub reason: String,
}

/// What becomes of money that was paid and is not due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverPayment {
    Stays,
    Recovered,
    /// Set off against later periods, and named where none is left.
    Carried,
}

/// A stretch of days on which a fund pays nothing.
#[derive(Clone, Debug)]
pub(crate) struct Suspension {
    pub(crate) days: Interval,
    pub(crate) authority: Option<Authority>,
}

impl Fund {
    /// Whether there is such a fund under the rules of a day.
    pub(crate) fn is_in_force(&self, day: Date) -> bool {
        self.in_force.is_none_or(|days| days.contains(day))
    }

    /// Whether what is paid in a period depends on what was paid before it, or there is but one payment.
    pub(crate) const fn to_date(&self) -> bool {
        self.cumulative || !self.tranches
    }
}

/// One thing to work out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Value(u32),
    Finding(u32),
}

/// A pack that cannot be used, with every mistake found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", summary(.mistakes))]
pub struct Invalid {
    /// The mistakes, errors and warnings, by file, line and column.
    pub mistakes: Vec<Diagnostic>,
}

fn summary(mistakes: &[Diagnostic]) -> String {
    let errors: Vec<&Diagnostic> = mistakes.iter().filter(|mistake| mistake.is_error()).collect();
    match errors.as_slice() {
        [] => "no mistakes".to_owned(),
        [one] => one.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}

impl Pack {
    /// Checks and compiles a pack.
    ///
    /// # Errors
    /// Every mistake found, if one of them is an error.
    pub fn compile(source: &PackSource) -> Result<Self, Invalid> {
        Self::compile_with(source, &Plugins::new())
    }

    /// Checks and compiles a pack that may call functions of the program.
    ///
    /// # Errors
    /// As [`Pack::compile`].
    pub fn compile_with(source: &PackSource, plugins: &Plugins) -> Result<Self, Invalid> {
        let (pack, mut mistakes, allowances) = compile::compile(source, plugins);
        let sound = pack.is_some() && !mistakes.iter().any(Diagnostic::is_error);
        let allowed = check::allow::apply(allowances, &mut mistakes, sound);
        mistakes.sort_by(|left, right| left.place.key().cmp(&right.place.key()).then(left.code.cmp(&right.code)));
        mistakes.dedup();
        match pack {
            Some(mut pack) if sound => {
                pack.warnings = mistakes;
                pack.allowed = allowed;
                Ok(pack)
            }
            _ => Err(Invalid { mistakes }),
        }
    }

    /// The declarations of a pack with those of its bases and those that it shares with others, as a source that
    /// stands on nothing. It is not checked: [`Pack::compile`] does that.
    ///
    /// # Errors
    /// The mistakes of a base that is not sound, or not at hand.
    pub fn whole(source: &PackSource) -> Result<PackSource, Invalid> {
        let mut mistakes = Vec::new();
        match extend::whole(source, &Plugins::new(), &mut mistakes) {
            Some(whole) if !mistakes.iter().any(Diagnostic::is_error) => Ok(whole.source.into_owned()),
            _ => Err(Invalid { mistakes }),
        }
    }

    /// Where the value that a parameter has on a day is declared.
    ///
    /// # Errors
    /// Why it has none; nothing is said of a parameter that the pack does not have.
    pub fn value_on(&self, parameter: &str, day: Date) -> Result<&Place, String> {
        let found = self.parameters.iter().find(|found| found.name == parameter).ok_or_else(String::new)?;
        found.dated.get(found.on(day)?).map(|dated| &dated.place).ok_or_else(String::new)
    }

    /// Whether its rules are in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.in_force.contains(day)
    }

    /// The id: `better-care-fund/2015-16`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it rules on, in a phrase.
    pub fn rules_on(&self) -> &str {
        &self.rules_on
    }

    /// The years it is about, if it says.
    pub fn years(&self) -> Option<&str> {
        self.years.as_deref()
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What kind of body its recipients are.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// The currency of its funds.
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// The periods of the scheme, if it has any.
    pub fn periods(&self) -> Option<Periods> {
        self.periods
    }

    /// The day whose rules apply where neither the user nor the case says.
    pub fn default_day(&self) -> Option<Date> {
        self.rules_at
    }

    /// SHA-256 over its texts, in hexadecimal: the same wherever the pack lies.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What somebody should look at, although the pack can be used.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The warnings that the pack allows in place, each with the reason it gives.
    pub fn allowed(&self) -> &[Allowed] {
        &self.allowed
    }

    /// How often a case is gone through: twice where a value over all cases is declared, else once.
    ///
    /// A case of a two-pass pack is ruled on with [`Rules::rule_in`](crate::evaluate::Rules::rule_in)
    /// or [`Pack::evaluate_together`]; alone, what is worked out over all cases is missing.
    pub fn passes(&self) -> usize {
        if self.portfolio.is_empty() { 1 } else { 2 }
    }

    /// The names of its facts.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().map(|fact| fact.name.as_str())
    }

    /// A value of a fact as reports show it: `£1,250.00`, `965 admissions`. Of a list, a value of its records' only field.
    pub fn shown(&self, fact: &str, value: &Value) -> String {
        match self.fact(fact).map(|fact| &fact.shape) {
            Some(Shape::One(ty) | Shape::Series(ty)) => crate::types::show(value, ty, &self.currency),
            _ => value.to_string(),
        }
    }

    /// The ids of its conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|condition| condition.id.as_str())
    }

    /// The names of its derived values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|value| value.name.as_str())
    }

    /// Whether a derived value has a figure for each period; nothing where there is no such value.
    pub fn is_value_by_period(&self, name: &str) -> Option<bool> {
        self.values.iter().find(|value| value.name == name).map(|value| value.per_period)
    }

    /// Whether a derived value is an amount of money.
    pub fn is_value_money(&self, name: &str) -> bool {
        let is_money = |ty: &Type| matches!(ty, Type::Number(number) if number.unit.is_money());
        self.values.iter().any(|value| value.name == name && is_money(&value.ty))
    }

    /// The ids of its funds.
    pub fn funds(&self) -> impl Iterator<Item = &str> {
        self.funds.iter().map(|fund| fund.id.as_str())
    }

    /// The conditions that a fund waits for, by themselves or as limbs of others.
    pub(crate) fn gates(&self, fund: &Fund) -> BTreeSet<u32> {
        let mut open = fund.gates.clone();
        let mut gates = BTreeSet::new();
        while let Some(gate) = open.pop() {
            if gates.insert(gate)
                && let Some(condition) = self.conditions.get(gate as usize)
            {
                open.extend(condition.test.limbs());
            }
        }
        gates
    }

    pub(crate) fn period_count(&self) -> usize {
        self.periods.map_or(1, |periods| periods.len())
    }

    pub(crate) fn fact(&self, name: &str) -> Option<&Fact> {
        self.fact_numbers.get(name).and_then(|index| self.facts.get(*index))
    }
}
