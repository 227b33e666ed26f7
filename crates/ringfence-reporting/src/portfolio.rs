//! Many rulings under one pack, added up.
//!
//! A sum here is a sum of the rulings' own amounts. An amount that is not known is never counted as nothing: it is
//! left out of the sum, and how many were left out stands beside it.

use std::collections::BTreeSet;

use ringfence_core::exact::Inexact;
use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{
    Dispositions, FundRuling, Missing, Outcome, ParameterUsed, Recipient, Ruling, StandingWord,
};
use serde::Serialize;

/// Rulings that can be read together, and their sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolio {
    rulings: Vec<Ruling>,
    currency: Currency,
    funds: Vec<FundTotals>,
    tranches: Vec<Vec<TrancheTotals>>,
    all_funds: Totals,
    findings: Vec<FindingCounts>,
    undetermined: Vec<UndeterminedFund>,
    parameters: Vec<ParameterUsed>,
    rejected: RejectedFigures,
    warnings: Vec<Warning>,
}

/// The sums of one fund over all rulings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundTotals {
    /// The fund's id.
    pub fund: String,
    /// What it is.
    pub title: String,
    /// Where redirected money goes, if the fund redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub totals: Totals,
}

/// The sums of one instalment of a fund over all rulings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrancheTotals {
    /// The period, as the scheme writes it.
    pub period: String,
    /// How many rulings have this instalment.
    pub rulings: usize,
    /// The sum of what the release rule gives, whatever the gates say, where that is known.
    pub earned: Money,
    /// For how many of them that is not known.
    pub earned_not_known: usize,
    /// Paid in this period, for certain.
    pub released: Money,
    /// Taken back in this period.
    pub recovered: Money,
    /// Not decided from this period on.
    pub undetermined: Money,
    /// The sum of what is left for the periods that follow, where that is known.
    pub closing: Money,
    /// For how many of them that is not known.
    pub closing_not_known: usize,
}

/// Sums, and what they leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    /// How many rulings there are.
    pub rulings: usize,
    /// The sum of the amounts that are known.
    pub amount: Money,
    /// How many rulings have no known amount.
    pub amount_not_known: usize,
    /// The sum of each part.
    #[serde(flatten)]
    pub dispositions: Dispositions,
    /// The sum of what the release rule gives, whatever the gates say, where that is known.
    pub earned: Money,
    /// For how many rulings that is not known.
    pub earned_not_known: usize,
    /// In how many rulings each part is more than nothing, in the order of [`Dispositions::parts`].
    #[serde(skip)]
    pub recipients: [usize; 5],
}

/// How often each outcome was found of one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FindingCounts {
    /// The condition's id.
    pub condition: String,
    /// What must hold.
    pub title: String,
    /// How often it is met.
    pub met: usize,
    /// How often it is not.
    pub unmet: usize,
    /// How often missing evidence could change the answer.
    pub undetermined: usize,
    /// How often a person has yet to decide.
    pub pending: usize,
    /// How often it does not apply.
    pub not_applicable: usize,
}

impl FindingCounts {
    /// How often this outcome was found.
    pub const fn count(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Met => self.met,
            Outcome::Unmet => self.unmet,
            Outcome::Undetermined => self.undetermined,
            Outcome::Pending => self.pending,
            Outcome::NotApplicable => self.not_applicable,
        }
    }
}

/// What of one fund is undecided, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UndeterminedFund {
    /// The fund's id.
    pub fund: String,
    /// What it is.
    pub title: String,
    /// The money that is undecided.
    pub undetermined: Money,
    /// For how many recipients the amount itself is not known.
    pub amount_not_known: usize,
    /// Whose money that is, and whose amount is not even known.
    pub recipients: Vec<Recipient>,
    /// The ids of their cases.
    #[serde(skip)]
    pub cases: Vec<String>,
    /// Why, the most frequent cause first. One recipient can stand under several.
    pub causes: Vec<Cause>,
}

/// One cause for which money is undecided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cause {
    /// What is missing, in words; the fund's title where no evidence is named.
    pub title: String,
    /// Why it is missing; the fund's own reason where no evidence is named.
    pub reason: String,
    /// What is missing, by name, if evidence is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The period, for a fact given by period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The undecided money of these recipients, which other causes may hold up as well.
    pub undetermined: Money,
    /// For how many of them the amount itself is not known.
    pub amount_not_known: usize,
    /// For whom.
    pub recipients: Vec<Recipient>,
    /// The ids of their cases.
    #[serde(skip)]
    pub cases: Vec<String>,
}

/// A warning, and how many rulings carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Warning {
    /// The warning.
    pub text: String,
    /// How many rulings carry it.
    pub rulings: usize,
}

/// How many figures were supplied and not believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RejectedFigures {
    /// How many.
    pub figures: usize,
    /// Of how many recipients.
    pub recipients: usize,
    /// Of which facts, in the pack's order.
    pub facts: Vec<RejectedFact>,
}

/// How many figures of one fact were supplied and not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RejectedFact {
    /// The fact's name.
    pub fact: String,
    /// What it is.
    pub title: String,
    /// How many.
    pub figures: usize,
    /// Of how many recipients.
    pub recipients: usize,
}

/// Rulings that cannot be read together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortfolioError {
    /// There is nothing to add up.
    #[error("a portfolio needs at least one ruling")]
    Empty,
    /// The rulings were not made alike.
    #[error("the rulings differ in their {what}: `{first}` for case `{first_case}`, `{other}` for case `{other_case}`")]
    Differs {
        /// In what.
        what: &'static str,
        /// What the first ruling has.
        first: String,
        /// The first ruling's case.
        first_case: String,
        /// What another one has.
        other: String,
        /// That one's case.
        other_case: String,
    },
    /// One case would be counted twice.
    #[error("case `{case}` is in the portfolio twice")]
    Repeated {
        /// The case.
        case: String,
    },
    /// The parts of a fund are not its amount.
    #[error("fund `{fund}` of case `{case}` does not add up: its parts are {parts}, its amount is {amount}")]
    DoesNotAddUp {
        /// The fund.
        fund: String,
        /// The case.
        case: String,
        /// The sum of the parts.
        parts: Money,
        /// The amount.
        amount: Money,
    },
    /// A sum is beyond what can be represented.
    #[error("a sum is too large")]
    TooLarge {
        /// What the addition says.
        #[from]
        source: Inexact,
    },
}

impl Portfolio {
    /// Adds rulings up.
    ///
    /// # Errors
    /// If there are none, if they were not made by one pack in one currency at one pair of dates, if a case is there
    /// twice, and if the parts of a fund are not its amount.
    pub fn new(rulings: Vec<Ruling>) -> Result<Self, PortfolioError> {
        let first = rulings.first().ok_or(PortfolioError::Empty)?;
        let mut cases = BTreeSet::new();
        for ruling in &rulings {
            alike(first, ruling)?;
            if !cases.insert(ruling.case.id.as_str()) {
                return Err(PortfolioError::Repeated { case: ruling.case.id.clone() });
            }
            ruling.funds.iter().try_for_each(|fund| adds_up(ruling, fund))?;
        }
        Ok(Self {
            currency: first.currency.clone(),
            funds: first.funds.iter().map(|fund| fund_totals(&rulings, fund)).collect::<Result<_, _>>()?,
            tranches: first.funds.iter().map(|fund| tranches(&rulings, fund)).collect::<Result<_, _>>()?,
            all_funds: all_funds(&rulings)?,
            findings: first
                .findings
                .iter()
                .map(|finding| counts(&rulings, &finding.condition, &finding.title))
                .collect(),
            undetermined: undetermined(&rulings, &first.funds)?,
            parameters: parameters(&rulings),
            rejected: rejected(&rulings),
            warnings: warnings(&rulings),
            rulings,
        })
    }

    /// The rulings, in the order they were given.
    pub fn rulings(&self) -> &[Ruling] {
        &self.rulings
    }

    /// The currency of every amount.
    pub const fn currency(&self) -> &Currency {
        &self.currency
    }

    /// The sums of each fund, in the pack's order.
    pub fn funds(&self) -> &[FundTotals] {
        &self.funds
    }

    /// The sums of each instalment of a fund, in the order of the periods; none where the fund is paid at once.
    pub fn tranches(&self, fund: &str) -> &[TrancheTotals] {
        let at = self.funds.iter().position(|known| known.fund == fund);
        at.and_then(|at| self.tranches.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The sums over all funds. A ruling whose amount or earning is not known for one fund counts as not known.
    pub const fn all_funds(&self) -> &Totals {
        &self.all_funds
    }

    /// The outcomes of each condition, in the pack's order.
    pub fn findings(&self) -> &[FindingCounts] {
        &self.findings
    }

    /// What is undecided, for each fund of which something is.
    pub fn undetermined(&self) -> &[UndeterminedFund] {
        &self.undetermined
    }

    /// The parameters in force, each once.
    pub fn parameters(&self) -> &[ParameterUsed] {
        &self.parameters
    }

    /// How many figures were supplied and not believed.
    pub const fn rejected(&self) -> &RejectedFigures {
        &self.rejected
    }

    /// The warnings, each once.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

fn alike(first: &Ruling, other: &Ruling) -> Result<(), PortfolioError> {
    let known_by = |ruling: &Ruling| ruling.known_by.map_or_else(|| "none".to_owned(), |date| date.to_string());
    let together = |ruling: &Ruling| {
        ruling.portfolio.as_ref().map_or_else(|| "ruled on alone".to_owned(), |portfolio| portfolio.digest.clone())
    };
    let aspects = [
        ("pack", first.pack.id.clone(), other.pack.id.clone()),
        ("pack version", first.pack.version.clone(), other.pack.version.clone()),
        ("pack digest", first.pack.digest.clone(), other.pack.digest.clone()),
        ("engine version", first.engine.to_owned(), other.engine.to_owned()),
        ("rules-at date", first.rules_at.to_string(), other.rules_at.to_string()),
        ("known-by date", known_by(first), known_by(other)),
        ("cases ruled on together", together(first), together(other)),
        ("currency", first.currency.code().to_owned(), other.currency.code().to_owned()),
    ];
    match aspects.into_iter().find(|(_, one, two)| one != two) {
        None => Ok(()),
        Some((what, one, two)) => Err(PortfolioError::Differs {
            what,
            first: one,
            first_case: first.case.id.clone(),
            other: two,
            other_case: other.case.id.clone(),
        }),
    }
}

fn adds_up(ruling: &Ruling, fund: &FundRuling) -> Result<(), PortfolioError> {
    let parts = fund.dispositions.total()?;
    match fund.amount {
        Some(amount) if amount != parts => {
            Err(PortfolioError::DoesNotAddUp { fund: fund.fund.clone(), case: ruling.case.id.clone(), parts, amount })
        }
        _ => Ok(()),
    }
}

impl Totals {
    /// Adds what one ruling says.
    fn add(&mut self, funds: &[&FundRuling]) -> Result<(), Inexact> {
        let mut parts = Dispositions::default();
        for fund in funds {
            self.amount = self.amount.plus(fund.amount.unwrap_or_default())?;
            self.earned = self.earned.plus(fund.earned.unwrap_or_default())?;
            parts = parts.plus(&fund.dispositions)?;
        }
        self.rulings += 1;
        self.amount_not_known += usize::from(funds.iter().any(|fund| fund.amount.is_none()));
        self.earned_not_known += usize::from(funds.iter().any(|fund| fund.earned.is_none()));
        self.dispositions = self.dispositions.plus(&parts)?;
        for (count, (_, part)) in self.recipients.iter_mut().zip(parts.parts()) {
            *count += usize::from(!part.is_zero());
        }
        Ok(())
    }
}

fn fund_totals(rulings: &[Ruling], fund: &FundRuling) -> Result<FundTotals, Inexact> {
    let mut totals = Totals::default();
    for found in rulings.iter().filter_map(|ruling| ruling.fund(&fund.fund)) {
        totals.add(&[found])?;
    }
    Ok(FundTotals { fund: fund.fund.clone(), title: fund.title.clone(), destination: fund.destination.clone(), totals })
}

fn all_funds(rulings: &[Ruling]) -> Result<Totals, Inexact> {
    let mut totals = Totals::default();
    for ruling in rulings {
        totals.add(&ruling.funds.iter().collect::<Vec<_>>())?;
    }
    Ok(totals)
}

fn counts(rulings: &[Ruling], condition: &str, title: &str) -> FindingCounts {
    let outcomes: Vec<Outcome> =
        rulings.iter().filter_map(|ruling| ruling.finding(condition)).map(|finding| finding.outcome).collect();
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    FindingCounts {
        condition: condition.to_owned(),
        title: title.to_owned(),
        met: count(Outcome::Met),
        unmet: count(Outcome::Unmet),
        undetermined: count(Outcome::Undetermined),
        pending: count(Outcome::Pending),
        not_applicable: count(Outcome::NotApplicable),
    }
}

fn undetermined(rulings: &[Ruling], funds: &[FundRuling]) -> Result<Vec<UndeterminedFund>, Inexact> {
    let mut out = Vec::new();
    for fund in funds {
        let mut open = UndeterminedFund {
            fund: fund.fund.clone(),
            title: fund.title.clone(),
            undetermined: Money::ZERO,
            amount_not_known: 0,
            recipients: vec![],
            cases: vec![],
            causes: vec![],
        };
        for ruling in rulings {
            let Some(found) = ruling.fund(&fund.fund) else { continue };
            if found.amount.is_some() && found.dispositions.undetermined.is_zero() {
                continue;
            }
            open.undetermined = open.undetermined.plus(found.dispositions.undetermined)?;
            open.amount_not_known += usize::from(found.amount.is_none());
            open.recipients.push(ruling.case.recipient.clone());
            open.cases.push(ruling.case.id.clone());
            for cause in causes(ruling, found) {
                match open.causes.iter_mut().find(|known| known.is_like(&cause)) {
                    Some(known) => {
                        known.undetermined = known.undetermined.plus(cause.undetermined)?;
                        known.amount_not_known += cause.amount_not_known;
                        known.recipients.extend(cause.recipients);
                        known.cases.extend(cause.cases);
                    }
                    None => open.causes.push(cause),
                }
            }
        }
        if !open.recipients.is_empty() {
            // A stable sort: causes as frequent as each other stay in the order they were met.
            open.causes.sort_by_key(|cause| std::cmp::Reverse(cause.recipients.len()));
            out.push(open);
        }
    }
    Ok(out)
}

impl Cause {
    fn is_like(&self, other: &Self) -> bool {
        (&self.title, &self.reason, &self.what, &self.period)
            == (&other.title, &other.reason, &other.what, &other.period)
    }
}

/// Why this fund is not decided: the missing evidence that leaves it or one of its gates open, or its own reason.
fn causes(ruling: &Ruling, fund: &FundRuling) -> Vec<Cause> {
    let cause = |title: &str, reason: &str, missing: Option<&Missing>| Cause {
        title: title.to_owned(),
        reason: reason.to_owned(),
        what: missing.map(|missing| missing.what.clone()),
        period: missing.and_then(|missing| missing.period.clone()),
        undetermined: fund.dispositions.undetermined,
        amount_not_known: usize::from(fund.amount.is_none()),
        recipients: vec![ruling.case.recipient.clone()],
        cases: vec![ruling.case.id.clone()],
    };
    let mut out: Vec<Cause> = Vec::new();
    for missing in missing_for(ruling, fund) {
        let next = cause(&missing.title, &missing.reason, Some(missing));
        if !out.iter().any(|known| known.is_like(&next)) {
            out.push(next);
        }
    }
    if out.is_empty() {
        out.push(cause(&fund.title, &fund.reason, None));
    }
    out
}

/// The missing evidence that leaves a fund or one of its open gates undecided.
pub(crate) fn missing_for<'a>(ruling: &'a Ruling, fund: &'a FundRuling) -> impl Iterator<Item = &'a Missing> {
    ruling.missing.iter().filter(|missing| {
        let open_gates = fund.gates.iter().filter(|gate| match gate.standing {
            None => matches!(gate.outcome, Outcome::Undetermined | Outcome::Pending),
            Some(word) => word == StandingWord::Suspended,
        });
        let mut open = open_gates.map(|gate| &gate.condition).chain([&fund.fund]);
        open.any(|id| missing.leaves_open.contains(id))
    })
}

fn tranches(rulings: &[Ruling], fund: &FundRuling) -> Result<Vec<TrancheTotals>, Inexact> {
    let mut out: Vec<TrancheTotals> = Vec::new();
    for tranche in rulings.iter().filter_map(|ruling| ruling.fund(&fund.fund)).flat_map(|fund| &fund.tranches) {
        let at = out.iter().position(|known| known.period == tranche.period).unwrap_or_else(|| {
            out.push(TrancheTotals { period: tranche.period.clone(), ..TrancheTotals::default() });
            out.len() - 1
        });
        let Some(sum) = out.get_mut(at) else { continue };
        sum.rulings += 1;
        sum.earned = sum.earned.plus(tranche.earned.unwrap_or_default())?;
        sum.earned_not_known += usize::from(tranche.earned.is_none());
        sum.released = sum.released.plus(tranche.released)?;
        sum.recovered = sum.recovered.plus(tranche.recovered)?;
        sum.undetermined = sum.undetermined.plus(tranche.undetermined)?;
        sum.closing = sum.closing.plus(tranche.closing.unwrap_or_default())?;
        sum.closing_not_known += usize::from(tranche.closing.is_none());
    }
    Ok(out)
}

fn parameters(rulings: &[Ruling]) -> Vec<ParameterUsed> {
    let mut out: Vec<ParameterUsed> = Vec::new();
    for parameter in rulings.iter().flat_map(|ruling| &ruling.parameters) {
        if !out.iter().any(|known| known.name == parameter.name) {
            out.push(parameter.clone());
        }
    }
    out
}

/// Counts the figures that were supplied and not believed.
pub fn rejected(rulings: &[Ruling]) -> RejectedFigures {
    let of_recipients = |fact: Option<&str>| {
        let concerned = rulings.iter().filter(|ruling| {
            let mut found = ruling.rejected.iter();
            found.any(|found| fact.is_none_or(|fact| fact == found.fact))
        });
        let who = |ruling: &&Ruling| (ruling.case.recipient.code.clone(), ruling.case.recipient.name.clone());
        concerned.map(|ruling| who(&ruling)).collect::<BTreeSet<_>>().len()
    };
    let all = || rulings.iter().flat_map(|ruling| &ruling.rejected);
    let facts = rulings.first().map_or(&[][..], |first| &first.evidence);
    let mut names: Vec<&str> = facts.iter().map(|evidence| evidence.fact.as_str()).collect();
    names.dedup();
    let fact = |name: &str| {
        let mut of_fact = all().filter(|found| found.fact == name);
        let title = of_fact.next()?.title.clone();
        let figures = 1 + of_fact.count();
        Some(RejectedFact { fact: name.to_owned(), title, figures, recipients: of_recipients(Some(name)) })
    };
    let facts = names.into_iter().filter_map(fact).collect();
    RejectedFigures { figures: all().count(), recipients: of_recipients(None), facts }
}

fn warnings(rulings: &[Ruling]) -> Vec<Warning> {
    let mut out: Vec<Warning> = Vec::new();
    for ruling in rulings {
        for (index, text) in ruling.warnings.iter().enumerate() {
            if ruling.warnings.iter().take(index).any(|before| before == text) {
                continue;
            }
            match out.iter_mut().find(|known| known.text == *text) {
                Some(known) => known.rulings += 1,
                None => out.push(Warning { text: text.clone(), rulings: 1 }),
            }
        }
    }
    out
}
