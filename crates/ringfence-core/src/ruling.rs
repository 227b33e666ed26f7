//! The ruling: a plain value that says what was decided, why, on what evidence and under which rules.
//!
//! Its JSON form is versioned ([`SCHEMA`]) and is the same bytes for the same pack, case and dates.
//! Money and every other number is a text in it: a JSON number is a float to most who read it.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::money::{Currency, Money};

/// The name and version of the JSON form.
pub const SCHEMA: &str = "ringfence.ruling/1";

/// What was decided on one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ruling {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the engine.
    pub engine: &'static str,
    /// The rules.
    pub pack: PackReference,
    /// The case.
    pub case: CaseReference,
    /// The day whose rules were applied.
    #[serde(serialize_with = "as_text")]
    pub rules_at: Date,
    /// The last day on which evidence may have become known; without it all the evidence counts.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub known_by: Option<Date>,
    /// The currency of every amount.
    #[serde(serialize_with = "as_currency")]
    pub currency: Currency,
    /// One for each condition, in the pack's order.
    pub findings: Vec<Finding>,
    /// One for each fund, in the pack's order.
    pub funds: Vec<FundRuling>,
    /// The derived values that the pack declares.
    pub values: Vec<ValueFound>,
    /// The parameters in force.
    pub parameters: Vec<ParameterUsed>,
    /// The tables in force.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableUsed>,
    /// The calendars of working days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarUsed>,
    /// The evidence that counted, as it was supplied.
    pub evidence: Vec<EvidenceUsed>,
    /// The evidence whose absence leaves something undecided.
    pub missing: Vec<Missing>,
    /// The evidence that was supplied and that a check did not believe. It counts as missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejected>,
    /// What the rules work out over all cases, for a case ruled on together with the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portfolio: Option<PortfolioUsed>,
    /// The functions of the program that the rules call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<PluginUsed>,
    /// What a reader must know before relying on this.
    pub warnings: Vec<String>,
    /// How the recipient asks for reconsideration, if the rules say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconsideration: Option<String>,
}

/// Which rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackReference {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The version.
    pub version: String,
    /// SHA-256 over the texts of the pack, in hexadecimal.
    pub digest: String,
}

/// Which case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseReference {
    /// The id.
    pub id: String,
    /// What the case is about, if it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who the money is for.
    pub recipient: Recipient,
    /// SHA-256 over the evidence, whatever format it came in, in hexadecimal.
    pub digest: String,
}

/// Who the money is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub struct Recipient {
    /// The code that the statistics know it by, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The name.
    pub name: String,
}

/// What became of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The evidence satisfies it.
    Met,
    /// The evidence is there and does not satisfy it.
    Unmet,
    /// Evidence that could change the answer is missing.
    Undetermined,
    /// A person has to decide, and has not.
    Pending,
    /// It does not apply to this recipient, or is not in force.
    NotApplicable,
}

impl Outcome {
    /// Every outcome, in the order reports count them.
    pub const ALL: [Self; 5] = [Self::Met, Self::Unmet, Self::Undetermined, Self::Pending, Self::NotApplicable];

    /// The word: `not-applicable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Undetermined => "undetermined",
            Self::Pending => "pending",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was found of one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The condition's id.
    pub condition: String,
    /// What must hold.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, for the reader: one sentence or several, without a stop at the end.
    pub reason: String,
    /// What stands between the outcome and its effect, if anything does: a waiver, a suspension, a cure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Where the condition comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// How far from the threshold, where the condition is a comparison of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headroom: Option<Headroom>,
    /// The limbs of a composite condition, or the parties of a sign-off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limbs: Vec<Limb>,
    /// For an outcome that is not `met`: what would have to change, each a phrase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub would_change: Vec<String>,
    /// How the answer was reached, step by step, for `explain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The pack's notes on this condition: doubts and how they were settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The names of the facts, values and parameters it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<String>,
}

/// What gives a condition another effect than its outcome would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// Which of the four.
    pub word: StandingWord,
    /// Why, for the reader, without a stop at the end.
    pub reason: String,
}

/// How a condition stands whose effect is not that of its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandingWord {
    /// An entitled office has waived it: it counts as met.
    Waived,
    /// It is not met, and nothing tells yet whether it was put right: nothing follows from it for now.
    Suspended,
    /// It was not met, and was put right in time: it counts as met, and a fund may release a share only.
    Cured,
    /// It was not met, and was not put right in time: it stays unmet for good, and a fund may release a share.
    Lapsed,
}

impl StandingWord {
    /// The word: `waived`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waived => "waived",
            Self::Suspended => "suspended",
            Self::Cured => "cured",
            Self::Lapsed => "lapsed",
        }
    }
}

impl fmt::Display for StandingWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a rule or a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Authority {
    /// The source's title.
    pub title: String,
    /// Its date, if it has one.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Where to find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Which clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Its words, for documents about the rules: a ruling names the clause and does not recite it.
    #[serde(skip)]
    pub words: Option<String>,
}

/// How far a number is from its threshold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Headroom {
    /// The distance, never below zero.
    pub distance: Figure,
    /// Whether the condition holds with that much to spare, or falls short by it.
    pub holds: bool,
}

/// A part of a composite condition or a party of a sign-off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limb {
    /// What it is: a condition's title, a party's name.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
}

/// One step of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// What was calculated: a name, or a phrase.
    pub name: String,
    /// The expression, with names.
    pub formula: String,
    /// The same expression, with the values that the names had.
    pub substituted: String,
    /// What came out.
    pub result: String,
}

/// A value: as data, and as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figure {
    /// As data: `1077270.00`, `723`, `true`, `2015-04-01`; nothing where it is not known.
    pub value: Option<String>,
    /// As people write it: `£1,077,270.00`, `723 admissions`, `not known`.
    pub shown: String,
}

/// A value for one period, or for the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PeriodFigure {
    /// The period, as the scheme writes it; nothing for a value of the whole case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The value.
    #[serde(flatten)]
    pub figure: Figure,
    /// Between which limits it lies, where it is not known and they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<Limits>,
}

/// The limits of a number that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// No less than this, as data; nothing where no limit is known.
    pub at_least: Option<String>,
    /// No more than this, as data; nothing where no limit is known.
    pub at_most: Option<String>,
    /// As people write it: `between £10.00 and £20.00`, `at least 3 admissions`.
    pub shown: String,
}

/// A derived value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ValueFound {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Its values.
    pub figures: Vec<PeriodFigure>,
    /// How each was reached, in the order of `figures`, for `explain`.
    pub steps: Vec<Step>,
}

/// A parameter in force on the day whose rules were applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ParameterUsed {
    /// The name scripts use, without `params.`.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The value.
    pub figure: Figure,
    /// The first day it is in force.
    #[serde(serialize_with = "as_text")]
    pub from: Date,
    /// How sure the pack is of it: `verified`, `secondary`, `unverified` or `choice`.
    pub status: Status,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// The pack's note on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The day on which this value was made public.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub announced: Option<Date>,
    /// The day on which somebody last confirmed the parameter.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Date>,
    /// Changes that were announced for a day up to this one and never came into force.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cancelled: Vec<CancelledChange>,
}

/// A change of a parameter that was announced and cancelled before it came into force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CancelledChange {
    /// The value it would have had.
    pub figure: Figure,
    /// The day from which it would have been in force.
    #[serde(serialize_with = "as_text")]
    pub from: Date,
    /// The day on which it was made public.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub announced: Option<Date>,
    /// Why it was cancelled.
    pub because: String,
}

/// A table in force on the day whose rules were applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TableUsed {
    /// The name scripts use, without `tables.`.
    pub name: String,
    /// What it is.
    pub title: String,
    /// How many rows it has.
    pub rows: usize,
    /// The first day they are in force.
    #[serde(serialize_with = "as_text")]
    pub from: Date,
    /// How sure the pack is of them.
    pub status: Status,
    /// Where they come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// The pack's note on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A calendar of working days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CalendarUsed {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The first day whose standing it knows.
    #[serde(serialize_with = "as_text")]
    pub from: Date,
    /// The first day that it knows nothing of.
    #[serde(serialize_with = "as_text")]
    pub until: Date,
    /// How sure the pack is of its holidays.
    pub status: Status,
    /// Where they come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// The pack's note on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How sure a pack is of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Read in the source.
    Verified,
    /// Read in somebody's account of the source.
    Secondary,
    /// Not seen in a source.
    Unverified,
    /// Chosen by the pack where the sources are silent or differ.
    Choice,
}

impl Status {
    /// Every status with the word packs use.
    pub const ALL: [(&'static str, Self); 4] = [
        ("verified", Self::Verified),
        ("secondary", Self::Secondary),
        ("unverified", Self::Unverified),
        ("choice", Self::Choice),
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Secondary => "secondary",
            Self::Unverified => "unverified",
            Self::Choice => "choice",
        }
    }
}

/// A piece of evidence as it counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EvidenceUsed {
    /// The fact's name.
    pub fact: String,
    /// What it is.
    pub title: String,
    /// The period, for a fact given by period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The value; nothing where it is missing or not applicable, and then `shown` says so with the reason.
    #[serde(flatten)]
    pub figure: Figure,
    /// Where it came from, in the words of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it became known, if the case says.
    #[serde(serialize_with = "as_optional_text", skip_serializing_if = "Option::is_none")]
    pub known: Option<Date>,
}

/// Evidence whose absence leaves something undecided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Missing {
    /// What is missing: a fact's name, `sign-off plan: council`, `decision ministers-approval`.
    pub what: String,
    /// What it is, in words.
    pub title: String,
    /// The period, for a fact given by period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Why: not supplied, did not submit, rejected as suspect.
    pub reason: String,
    /// The ids of the conditions and funds that it leaves undecided.
    pub leaves_open: Vec<String>,
}

/// Evidence that was supplied and that a check did not believe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rejected {
    /// The fact's name.
    pub fact: String,
    /// What it is.
    pub title: String,
    /// The period, for a fact given by period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// What was supplied; where it is no value of the fact there is no data, and `shown` is the text of it.
    #[serde(flatten)]
    pub figure: Figure,
    /// Why it is not believed, without a stop at the end.
    pub because: String,
    /// Whose check it was.
    pub by: CheckedBy,
    /// Where the figure came from, in the words of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Whose check did not believe a piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckedBy {
    /// That of the rules, when the case was ruled on.
    Rules,
    /// That of whoever brought the evidence, before it came to the rules.
    Evidence,
}

impl CheckedBy {
    /// The word: `rules`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Evidence => "evidence",
        }
    }
}

impl fmt::Display for CheckedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A function of the program that the rules call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PluginUsed {
    /// The name scripts use.
    pub name: String,
    /// Which version of it.
    pub version: String,
}

/// The cases that this one was ruled on together with, and what the rules work out over all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PortfolioUsed {
    /// How many cases, this one included.
    pub cases: usize,
    /// SHA-256 over the ids of the cases and the digests of their evidence, in the order of the ids.
    pub digest: String,
    /// The values, in the pack's order.
    pub values: Vec<PortfolioFigure>,
    /// What cases lack for these values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Lacking>,
}

/// A value over all cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PortfolioFigure {
    /// The name scripts use, without `portfolio.`.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What is made of the contributions of the cases: `sum`, `rank`.
    pub take: &'static str,
    /// The value, as this case has it.
    pub figure: Figure,
    /// How many cases take part, or may when evidence arrives.
    pub cases: usize,
    /// What this case contributes; nothing where it does not take part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Figure>,
}

/// What a case lacks for a value over all cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lacking {
    /// The name of the value.
    pub value: String,
    /// The id of the case.
    pub case: String,
    /// Who the case is about.
    pub recipient: Recipient,
    /// What is missing; `leaves_open` is empty.
    pub missing: Vec<Missing>,
}

/// Where the money of one fund goes. `amount` is always the sum of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundRuling {
    /// The fund's id.
    pub fund: String,
    /// What it is.
    pub title: String,
    /// The whole of it; nothing where evidence for the amount itself is missing.
    pub amount: Option<Money>,
    /// Each part of the amount.
    #[serde(flatten)]
    pub dispositions: Dispositions,
    /// What each part may still come to; only where something is not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<FundRange>,
    /// Where redirected money goes, if the fund redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// What the fund's own release rule gives, whatever its gates say; nothing where evidence for it is missing.
    pub earned: Option<Money>,
    /// The conditions that must be met before anything is released.
    pub gates: Vec<GateFound>,
    /// The instalments, if it has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tranches: Vec<Tranche>,
    /// Why, for the reader.
    pub reason: String,
    /// Where the fund comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// How the amount was reached.
    pub steps: Vec<Step>,
    /// How much of it is due, and how that was reached; of a fund with tranches each of these tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub release_steps: Vec<Step>,
    /// What would have released more, each a phrase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub would_release_more: Vec<String>,
    /// The pack's notes on this fund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// The least and the most that an amount may come to, while evidence is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Between {
    /// No less than this.
    pub at_least: Money,
    /// No more than this; nothing where no limit is known.
    pub at_most: Option<Money>,
}

/// What the parts of a fund may come to, whatever evidence arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundRange {
    /// The whole of it.
    pub amount: Between,
    /// Paid in the end.
    pub released: Between,
    /// Sent to the fund's other destination.
    pub redirected: Between,
    /// Held back.
    pub withheld: Between,
    /// Paid and taken back.
    pub recovered: Between,
}

/// The parts of a fund. Their sum is the amount, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Dispositions {
    /// Paid, for certain.
    pub released: Money,
    /// Sent to the fund's other destination.
    pub redirected: Money,
    /// Held back.
    pub withheld: Money,
    /// Paid and taken back.
    pub recovered: Money,
    /// Not decided.
    pub undetermined: Money,
}

impl Dispositions {
    /// Each part with its word, in the order reports show them.
    pub const fn parts(&self) -> [(&'static str, Money); 5] {
        [
            ("released", self.released),
            ("redirected", self.redirected),
            ("withheld", self.withheld),
            ("recovered", self.recovered),
            ("undetermined", self.undetermined),
        ]
    }

    /// The sum of the parts.
    ///
    /// # Errors
    /// [`crate::exact::Inexact::TooLarge`].
    pub fn total(&self) -> Result<Money, crate::exact::Inexact> {
        self.parts().into_iter().try_fold(Money::ZERO, |sum, (_, part)| sum.plus(part))
    }

    /// The sum of two, part by part.
    ///
    /// # Errors
    /// [`crate::exact::Inexact::TooLarge`].
    pub fn plus(&self, other: &Self) -> Result<Self, crate::exact::Inexact> {
        Ok(Self {
            released: self.released.plus(other.released)?,
            redirected: self.redirected.plus(other.redirected)?,
            withheld: self.withheld.plus(other.withheld)?,
            recovered: self.recovered.plus(other.recovered)?,
            undetermined: self.undetermined.plus(other.undetermined)?,
        })
    }
}

/// What became of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GateFound {
    /// The condition's id.
    pub condition: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// What gives it another effect, if anything does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingWord>,
}

impl GateFound {
    /// Whether it lets money through, if only a share of it.
    pub const fn lets_through(&self) -> bool {
        match self.standing {
            Some(StandingWord::Waived | StandingWord::Cured | StandingWord::Lapsed) => true,
            Some(StandingWord::Suspended) => false,
            None => matches!(self.outcome, Outcome::Met | Outcome::NotApplicable),
        }
    }
}

/// One instalment. `opening` is always `released - recovered + undetermined + closing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tranche {
    /// The period, as the scheme writes it.
    pub period: String,
    /// What of the fund was not yet paid when the period began; nothing where the amount is not known.
    pub opening: Option<Money>,
    /// What the release rule gives for this period, whatever the gates say; nothing where evidence is missing.
    pub earned: Option<Money>,
    /// Whether it was paid before this ruling: what is released is then evidence, whatever the rule gives now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub already_paid: bool,
    /// Paid in this period, for certain.
    pub released: Money,
    /// Taken back in this period.
    pub recovered: Money,
    /// Not decided: no more is certain from this period on.
    pub undetermined: Money,
    /// What is left for the periods that follow; after the last one the fund's disposition says where it goes.
    pub closing: Option<Money>,
    /// Why, in a phrase.
    pub reason: String,
    /// How the amount was reached.
    pub steps: Vec<Step>,
}

fn as_text<S: Serializer>(value: impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&value)
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference to the field")]
fn as_optional_text<S: Serializer>(value: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

fn as_currency<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(currency.code())
}

impl Ruling {
    /// The finding of this condition.
    pub fn finding(&self, condition: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.condition == condition)
    }

    /// The ruling on this fund.
    pub fn fund(&self, fund: &str) -> Option<&FundRuling> {
        self.funds.iter().find(|ruling| ruling.fund == fund)
    }

    /// The versioned JSON form, indented, with a line end.
    ///
    /// # Errors
    /// None in practice: every part of a ruling has a JSON form.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
