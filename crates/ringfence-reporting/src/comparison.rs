//! Two sets of rules over the same cases: what changes, for whom, and because of which change to the rules.
//!
//! What is not known on a side is never counted as nothing: an amount that is not known is left out of the sums, and how
//! many were left out stands beside it; what a recipient gains or loses is then between two limits.

use ringfence_core::exact::Inexact;
use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{Dispositions, Outcome, PackReference, Recipient};
use serde::{Serialize, Serializer};

/// The name and version of the JSON form.
pub const SCHEMA: &str = "ringfence.diff/1";

/// Two sets of rules compared over a portfolio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the engine.
    pub engine: &'static str,
    /// The rules that are compared with.
    pub old: Rulebook,
    /// The rules that are compared.
    pub new: Rulebook,
    /// The currency of every amount.
    #[serde(serialize_with = "as_code")]
    pub currency: Currency,
    /// How many cases.
    pub cases: usize,
    /// Each fund of either side.
    pub funds: Vec<FundCompared>,
    /// All funds together.
    pub all_funds: Compared,
    /// Each recipient, in the order of the cases.
    pub recipients: Vec<RecipientCompared>,
    /// The conditions whose outcome is another for some case.
    pub findings: Vec<FindingCompared>,
    /// The changes to the rules, in the order in which they are made one after the other.
    pub steps: Vec<Step>,
    /// Changes that are made on other days than those that are compared.
    pub on_other_days: Vec<Change>,
    /// Changes of words for the reader, which decide nothing.
    pub wording: Vec<Change>,
    /// The figures that became known, or were restated, between the days by which evidence is known on the two sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restated: Vec<Restated>,
}

/// A figure that became known or was restated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Restated {
    /// The id of the case.
    pub case: String,
    /// Who it is about.
    pub recipient: Recipient,
    /// The fact.
    pub fact: String,
    /// What it is.
    pub title: String,
    /// The period, where there is a figure for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// What counts on the old side; nothing where nothing was known.
    pub old: Option<Stated>,
    /// What counts on the new side; nothing where nothing was known.
    pub new: Option<Stated>,
}

/// What was said of a figure, or why there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stated {
    /// In words.
    pub shown: String,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rulebook {
    /// The rules.
    pub pack: PackReference,
    /// The days whose rules are applied; several where the cases say different ones.
    pub rules_at: Vec<String>,
    /// The last day on which evidence may have become known, where the user says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_by: Option<String>,
    /// Parameters that were set for this comparison.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Setting>,
}

/// A parameter that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// Its name.
    pub parameter: String,
    /// What it was set to.
    pub value: String,
}

/// Sums over cases, of one fund or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sums {
    /// The amounts that are known.
    pub amount: Money,
    /// How many amounts are not known.
    pub amount_not_known: i64,
    /// What becomes of what is known.
    #[serde(flatten)]
    pub dispositions: Dispositions,
}

impl Sums {
    /// The sum of two, part by part.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn plus(&self, other: &Self) -> Result<Self, Inexact> {
        Ok(Self {
            amount: self.amount.plus(other.amount)?,
            amount_not_known: self.amount_not_known.saturating_add(other.amount_not_known),
            dispositions: self.dispositions.plus(&other.dispositions)?,
        })
    }

    /// The difference, part by part: parts of it may be less than nothing.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn minus(&self, other: &Self) -> Result<Self, Inexact> {
        let (left, right) = (&self.dispositions, &other.dispositions);
        Ok(Self {
            amount: self.amount.minus(other.amount)?,
            amount_not_known: self.amount_not_known.saturating_sub(other.amount_not_known),
            dispositions: Dispositions {
                released: left.released.minus(right.released)?,
                redirected: left.redirected.minus(right.redirected)?,
                withheld: left.withheld.minus(right.withheld)?,
                recovered: left.recovered.minus(right.recovered)?,
                undetermined: left.undetermined.minus(right.undetermined)?,
            },
        })
    }

    /// Whether every part is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Sums of the old rules, of the new ones, and what lies between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// Under the old rules; nothing where they have no such fund.
    pub old: Option<Sums>,
    /// Under the new rules; nothing where they have no such fund.
    pub new: Option<Sums>,
    /// New less old.
    pub difference: Sums,
}

/// A fund on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundCompared {
    /// Its id.
    pub fund: String,
    /// What it is.
    pub title: String,
    /// The sums.
    #[serde(flatten)]
    pub sums: Compared,
}

/// What a recipient makes of the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// More is released, whatever evidence arrives.
    Gains,
    /// Less is released, whatever evidence arrives.
    Loses,
    /// As much is released, and the rest goes another way.
    Elsewhere,
    /// Whether more or less is released depends on evidence that is missing.
    Open,
    /// Nothing changes in what is known.
    Same,
}

impl Verdict {
    /// Every one, in the order reports count them.
    pub const ALL: [Self; 5] = [Self::Gains, Self::Loses, Self::Elsewhere, Self::Open, Self::Same];

    /// The word: `gains`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Elsewhere => "elsewhere",
            Self::Open => "open",
            Self::Same => "same",
        }
    }
}

/// What is between two limits; without one, there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// No less than this.
    pub at_least: Option<Money>,
    /// No more than this.
    pub at_most: Option<Money>,
}

impl Limits {
    /// The amount, where it is the only one between the limits.
    pub fn exact(&self) -> Option<Money> {
        self.at_least.filter(|_| self.at_least == self.at_most)
    }
}

/// One recipient on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RecipientCompared {
    /// The id of the case.
    pub case: String,
    /// Who.
    pub recipient: Recipient,
    /// What the change is to it.
    pub verdict: Verdict,
    /// What more is released in the end, over all funds; less than nothing where it is less.
    pub released: Limits,
    /// All funds.
    #[serde(flatten)]
    pub sums: Compared,
    /// Each fund.
    pub funds: Vec<FundOf>,
    /// What each step does to it.
    pub because: Vec<StepOf>,
}

/// A fund of one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundOf {
    /// Its id.
    pub fund: String,
    /// The sums.
    #[serde(flatten)]
    pub sums: Compared,
}

/// What a step does to one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepOf {
    /// The number of the step.
    pub step: usize,
    /// The fund.
    pub fund: String,
    /// What it changes.
    #[serde(flatten)]
    pub difference: Sums,
}

/// A condition on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FindingCompared {
    /// The id.
    pub condition: String,
    /// What must hold.
    pub title: String,
    /// Whether the old rules ask for it.
    pub in_old: bool,
    /// Whether the new rules ask for it.
    pub in_new: bool,
    /// The cases whose outcome is another, by what it was and is.
    pub turns: Vec<Turn>,
}

/// Cases that go from one outcome to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Turn {
    /// The outcome under the old rules; nothing where they do not ask.
    pub from: Option<Outcome>,
    /// The outcome under the new rules; nothing where they do not ask.
    pub to: Option<Outcome>,
    /// The ids of the cases.
    pub cases: Vec<String>,
}

/// One change, or several that only go together, and what it does where the steps before it are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Its number, from 1.
    pub step: usize,
    /// What is changed.
    pub changes: Vec<Change>,
    /// What it changes over all funds and cases.
    pub difference: Sums,
    /// What it would change if it were made to the old rules alone; nothing where it cannot be, or changes nothing here.
    pub alone: Option<Sums>,
    /// What it changes of each fund.
    pub funds: Vec<FundStep>,
    /// For how many recipients it moves money.
    pub recipients: usize,
    /// How many findings it turns.
    pub findings: usize,
}

impl Step {
    /// Whether it changes anything for any case.
    pub fn has_effect(&self) -> bool {
        self.recipients > 0 || self.findings > 0
    }
}

/// What a step changes of one fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundStep {
    /// Its id.
    pub fund: String,
    /// What it changes.
    #[serde(flatten)]
    pub difference: Sums,
}

/// A change to the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// What is changed: the kind of thing, and its name between backticks.
    pub what: String,
    /// Its title, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happens to it: `is new`, `1490 → 1600`.
    pub how: String,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

fn as_code<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(currency.code())
}

impl Comparison {
    /// The recipients with this verdict: those with the greatest change first.
    pub fn with(&self, verdict: Verdict) -> Vec<&RecipientCompared> {
        let mut found: Vec<_> = self.recipients.iter().filter(|recipient| recipient.verdict == verdict).collect();
        let size = |one: &RecipientCompared| {
            let parts = one.sums.difference.dispositions.parts();
            let most = parts.iter().map(|(_, part)| part.pence().unsigned_abs()).max();
            (parts.first().map(|(_, part)| part.pence().unsigned_abs()), most)
        };
        found.sort_by(|left, right| size(right).cmp(&size(left)).then_with(|| left.case.cmp(&right.case)));
        found
    }

    /// Whether nothing at all differs in what becomes of the cases.
    pub fn is_same(&self) -> bool {
        self.findings.is_empty() && self.recipients.iter().all(|recipient| recipient.verdict == Verdict::Same)
    }

    /// What does not add up; nothing, for every comparison that the desk makes. The steps come to the difference of each
    /// fund, of each recipient and of the whole, and so do recipients and funds.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn discrepancies(&self) -> Result<Vec<String>, Inexact> {
        let mut wrong = Vec::new();
        let mut check = |what: String, sum: Sums, whole: Sums| {
            if sum != whole {
                wrong.push(what);
            }
        };
        let whole = self.all_funds.difference;
        check("steps".to_owned(), sum(self.steps.iter().map(|step| step.difference))?, whole);
        check("funds".to_owned(), sum(self.funds.iter().map(|fund| fund.sums.difference))?, whole);
        check("recipients".to_owned(), sum(self.recipients.iter().map(|one| one.sums.difference))?, whole);
        for fund in &self.funds {
            let steps = self.steps.iter().flat_map(|step| &step.funds).filter(|step| step.fund == fund.fund);
            check(fund.fund.clone(), sum(steps.map(|step| step.difference))?, fund.sums.difference);
        }
        for one in &self.recipients {
            let because = sum(one.because.iter().map(|step| step.difference))?;
            check(one.case.clone(), because, one.sums.difference);
            let funds = sum(one.funds.iter().map(|fund| fund.sums.difference))?;
            check(one.case.clone(), funds, one.sums.difference);
        }
        for step in &self.steps {
            check(format!("step {}", step.step), sum(step.funds.iter().map(|fund| fund.difference))?, step.difference);
            let of = self.recipients.iter().flat_map(|one| &one.because).filter(|of| of.step == step.step);
            check(format!("step {}", step.step), sum(of.map(|of| of.difference))?, step.difference);
        }
        Ok(wrong)
    }
}

fn sum(mut parts: impl Iterator<Item = Sums>) -> Result<Sums, Inexact> {
    parts.try_fold(Sums::default(), |sum, part| sum.plus(&part))
}
