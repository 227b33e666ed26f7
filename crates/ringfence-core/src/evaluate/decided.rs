//! What a ruling decides, without its words, so that two packs can be compared over a case.

use super::portfolio::Member;
use super::{EvaluateError, Pass, Portfolio, Rules, Scratch};
use crate::bind::Bound;
use crate::exact::Exact;
use crate::language::value::{State, Truth, Val};
use crate::money::Money;
use crate::ruling::{Dispositions, FundRange, StandingWord};

/// What a ruling decides: findings and how they stand, money and where it goes, values, what is missing.
///
/// Two packs that decide alike over a case may still speak of it in other words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    findings: Vec<Finding>,
    values: Vec<Option<Cell>>,
    funds: Vec<Fund>,
    tranches: Vec<Tranche>,
    /// The cells of evidence that are not believed.
    rejected: Vec<u32>,
    /// What is missing, with its period and what it leaves open; worked out last, as it takes longest.
    missing: Vec<(String, Option<String>, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    own: Truth,
    pending: bool,
    standing: Option<StandingWord>,
    share: Option<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Number(Exact),
    Word(i64),
    Truth(Truth),
    Absent(State),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fund {
    amount: Option<Money>,
    earned: Option<Money>,
    dispositions: Dispositions,
    range: Option<FundRange>,
    over: Option<Money>,
    /// Where money is redirected to, if any is.
    destination: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tranche {
    due: Option<Money>,
    already: bool,
    amounts: [Money; 5],
}

impl Rules<'_> {
    /// What a ruling on a case decides. Compared with the decision `with` of other rules, what is missing is only
    /// looked for where all else is the same.
    ///
    /// # Errors
    /// As [`Rules::decide`].
    pub fn decided(
        &self,
        bound: &Bound,
        portfolio: Option<&Portfolio>,
        with: Option<&Decided>,
        scratch: &mut Scratch,
    ) -> Result<Decided, EvaluateError> {
        let within = portfolio.map(|portfolio| self.member(bound, portfolio)).transpose()?;
        self.run(bound, scratch, Pass::Second { order: &self.pack.order, within })?;
        Ok(self.summary(bound, within, with, scratch))
    }

    fn summary(&self, bound: &Bound, within: Option<Member<'_>>, with: Option<&Decided>, scratch: &Scratch) -> Decided {
        let pack = self.pack;
        let cell = |value: &Val| cell(*value, &scratch.wide);
        let findings = scratch.conditions.iter().zip(&scratch.pending).map(|(found, pending)| Finding {
            own: found.own,
            pending: *pending && found.own == Truth::Missing,
            standing: found.standing,
            share: found.share.and_then(|share| cell(&Val::Num(share))),
        });
        let funds = scratch.funds.iter().zip(&pack.funds).map(|(found, fund)| Fund {
            amount: found.amount,
            earned: found.earned,
            dispositions: found.dispositions,
            range: found.range,
            over: found.over,
            destination: fund.redirect.clone().filter(|_| !found.dispositions.redirected.is_zero()),
        });
        let tranches = scratch.tranches.iter().map(|found| Tranche {
            due: found.due,
            already: found.already,
            amounts: [found.opening, found.released, found.recovered, found.undetermined, found.closing],
        });
        let rejected = bound.chosen.iter().filter(|(_, chosen)| chosen.rejected.is_some()).map(|(slot, _)| *slot);
        let mut decided = Decided {
            findings: findings.collect(),
            values: scratch.derived.iter().map(cell).collect(),
            funds: funds.collect(),
            tranches: tranches.collect(),
            rejected: rejected.collect(),
            missing: with.map(|with| with.missing.clone()).unwrap_or_default(),
        };
        if decided.is_open() && with.is_none_or(|with| *with == decided) {
            decided.missing = crate::words::missing(self, bound, scratch, within);
        }
        decided
    }
}

impl Decided {
    /// Whether the findings are the same, and how each stands.
    pub fn finds_alike(&self, other: &Self) -> bool {
        self.findings == other.findings
    }

    /// Whether something is not decided, so that evidence is missing.
    fn is_open(&self) -> bool {
        let open =
            |cell: &Option<Cell>| matches!(cell, Some(Cell::Absent(State::Missing) | Cell::Truth(Truth::Missing)));
        let undecided = |fund: &Fund| fund.amount.is_none() || !fund.dispositions.undetermined.is_zero();
        self.findings.iter().any(|finding| finding.own == Truth::Missing)
            || self.values.iter().any(open)
            || self.funds.iter().any(undecided)
    }
}

fn cell(value: Val, wide: &[Exact]) -> Option<Cell> {
    Some(match value {
        Val::Truth(truth) => Cell::Truth(truth),
        Val::Num(number) => number.known(wide).map_or_else(|| Cell::Absent(number.state()), Cell::Number),
        Val::Word(word) if word.state == State::Known => Cell::Word(word.bits),
        Val::Word(word) => Cell::Absent(word.state),
        Val::Row(_) | Val::Rows(_) => return None,
    })
}
