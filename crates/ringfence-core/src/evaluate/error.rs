//! Why no answer is possible.

use jiff::civil::Date;

use super::Rules;
use crate::exact::{Exact, Inexact};
use crate::language::ir::Expr;
use crate::pack::Condition;
use crate::period::Period;
use crate::source::Place;
use crate::types;

/// Why a case cannot be ruled on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// Neither the options, the case nor the pack say whose day's rules apply.
    #[error("nothing says which day's rules apply")]
    NoDay {
        /// The first day on which the pack is in force.
        from: Date,
    },
    /// The pack was not in force on that day.
    #[error("`{pack}` is not in force on {day}: it is from {from}{}", .until.map(|until| format!(" until {until}")).unwrap_or_default())]
    NotInForce {
        /// The pack's id.
        pack: String,
        /// The day asked for.
        day: Date,
        /// The first day in force.
        from: Date,
        /// The first day after it.
        until: Option<Date>,
    },
    /// A parameter that is needed has no value on that day.
    #[error("the parameter `{parameter}` has no value on {day}: {why}")]
    NoParameter {
        /// Its name.
        parameter: String,
        /// The day asked for.
        day: Date,
        /// Not yet in force, or withdrawn and why.
        why: String,
        /// Where it is declared.
        place: Box<Place>,
    },
    /// A table that is needed has no rows on that day.
    #[error("the table `{table}` has no rows on {day}: {why}")]
    NoTable {
        /// Its name.
        table: String,
        /// The day asked for.
        day: Date,
        /// Not yet in force, or withdrawn and why.
        why: String,
        /// Where it is declared.
        place: Box<Place>,
    },
    /// A parameter to be set that the pack does not have, or a text that is no value for it.
    #[error("cannot set `{parameter}` to `{text}`: {why}")]
    CannotSet {
        /// Its name.
        parameter: String,
        /// What it should be set to.
        text: String,
        /// Why not.
        why: String,
    },
    /// The last period to rule on is not one of the scheme's.
    #[error("{period} is not a period of `{pack}`")]
    UnknownPeriod {
        /// The period.
        period: Period,
        /// The pack's id.
        pack: String,
    },
    /// Evidence for a fact that the pack does not declare.
    #[error("the pack declares no fact `{fact}`")]
    UnknownFact {
        /// Its name.
        fact: String,
    },
    /// Signatures under a document that the pack does not declare.
    #[error("the pack declares no sign-off `{sign_off}`")]
    UnknownSignOff {
        /// Its id.
        sign_off: String,
    },
    /// A signature by somebody who is no party.
    #[error("`{party}` has signed, and is no party to `{sign_off}`: the parties are {}", .parties.join(", "))]
    UnknownParty {
        /// The sign-off's id.
        sign_off: String,
        /// Who signed.
        party: String,
        /// Who the parties are in this case.
        parties: Vec<String>,
    },
    /// A waiver of a condition that the pack does not declare, or that cannot be waived.
    #[error("{}", if *.declared { format!("the condition `{condition}` cannot be waived") } else { format!("the pack declares no condition `{condition}`") })]
    CannotWaive {
        /// Its id.
        condition: String,
        /// Whether the pack declares it.
        declared: bool,
    },
    /// A share that is below nothing or above the whole.
    #[error("the share that `{condition}` lets through is {share}, and a share is from 0% to 100%")]
    ShareOutside {
        /// The condition's id.
        condition: String,
        /// The share, as people write it.
        share: String,
        /// The script that gives it.
        place: Box<Place>,
    },
    /// A decision that the pack does not declare.
    #[error("the pack declares no decision `{decision}`")]
    UnknownDecision {
        /// Its id.
        decision: String,
    },
    /// Evidence that is not what its fact declares.
    #[error("the evidence for `{fact}` does not fit: {why}")]
    Unfit {
        /// The fact's name.
        fact: String,
        /// Why not.
        why: String,
    },
    /// A number that cannot be computed exactly.
    #[error("{why}")]
    Inexact {
        /// Which way it went wrong.
        why: Inexact,
        /// The operation.
        place: Box<Place>,
    },
    /// A case that cannot be worked out, and with it nothing that is worked out over all cases.
    #[error("the case `{case}` cannot be worked out, and all cases are ruled on together: {why}")]
    InPortfolio {
        /// The id of the case.
        case: String,
        /// What is wrong with it.
        why: Box<EvaluateError>,
    },
    /// A case that is not of the portfolio it is to be ruled on in.
    #[error("the case `{case}` cannot be ruled on with the others: {why}")]
    NotOfPortfolio {
        /// The id of the case.
        case: String,
        /// Why not.
        why: String,
    },
    /// A function of the program that gave no value, or one of another type than it declares.
    #[error("{why}")]
    Refused {
        /// Which function, and what it said.
        why: String,
        /// The call.
        place: Box<Place>,
    },
    /// Payments already made that cannot have been.
    #[error("the payments already made from the fund `{fund}` cannot be right: {why}")]
    Payments {
        /// The fund's id.
        fund: String,
        /// What is wrong, with the amounts.
        why: String,
        /// Where the fund names them.
        place: Box<Place>,
    },
    /// Amounts that would not add up.
    #[error("the money of the fund `{fund}` would not add up: {why}")]
    Unconserved {
        /// The fund's id.
        fund: String,
        /// What is wrong, with the amounts.
        why: String,
        /// Where the fund is declared.
        place: Box<Place>,
    },
}

impl Rules<'_> {
    pub(super) fn share_outside(&self, condition: &Condition, script: &Expr, share: Exact) -> EvaluateError {
        let site = self.pack.sites.get(script.site as usize).map(|site| site.place.clone());
        let share = types::show_number(share, &types::Number::percentage(), &self.pack.currency);
        let place = site.unwrap_or_else(|| Place::start_of(&crate::source::SourceFile::new("", "")));
        EvaluateError::ShareOutside { condition: condition.id.clone(), share, place: Box::new(place) }
    }
}

impl EvaluateError {
    /// Where in the pack, if it is about a place in it.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::NoParameter { place, .. }
            | Self::Payments { place, .. }
            | Self::ShareOutside { place, .. }
            | Self::NoTable { place, .. }
            | Self::Inexact { place, .. }
            | Self::Refused { place, .. }
            | Self::Unconserved { place, .. } => Some(place),
            Self::InPortfolio { why, .. } => why.place(),
            _ => None,
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoDay { from } => format!("give `--rules-at {from}`, or `rules-at` in the case or the pack"),
            Self::NotInForce { .. } => "choose a day on which the pack is in force, or another pack".to_owned(),
            Self::NoParameter { .. } => "choose another day, or declare a value for it".to_owned(),
            Self::NoTable { .. } => "choose another day, or declare rows for it".to_owned(),
            Self::UnknownParty { .. } => "check the spelling of the party's name".to_owned(),
            Self::CannotWaive { .. } => {
                "a condition can be waived that says by whom: `waiver: { by: [minister] }`".to_owned()
            }
            Self::ShareOutside { .. } => "limit it with `clamp(…, 0, 1)` if that is what the scheme says".to_owned(),
            Self::UnknownFact { .. } | Self::UnknownSignOff { .. } | Self::UnknownDecision { .. } => {
                "only evidence that the pack declares counts".to_owned()
            }
            Self::Inexact { why: Inexact::DivisionByZero, .. } => {
                "use `share(part, whole, otherwise)`, and say what the share of nothing is".to_owned()
            }
            Self::Inexact { why: Inexact::NoRow, .. } => {
                "let the table cover it: its bounds or its rows leave this out; or declare a `default`".to_owned()
            }
            Self::Inexact { why: Inexact::NoSuchDay, .. } => "check the numbers that are added to the day".to_owned(),
            Self::Inexact { why: Inexact::NotWhole, .. } => {
                "round the number before it is added to a day: `round_to(x, 1)`".to_owned()
            }
            Self::Inexact { why: Inexact::OutsideCalendar, .. } => {
                "declare the calendar for more days, with all their holidays; none is guessed".to_owned()
            }
            Self::Inexact { why: Inexact::NegativeWeight, .. } => {
                "give each a weight of nought or more: `greater_of(weight, 0)`".to_owned()
            }
            Self::Inexact { why: Inexact::NoWeight, .. } => {
                "say what the parts are then, as the last argument: `\"equal\"` or `\"not-applicable\"`".to_owned()
            }
            Self::Inexact { why: Inexact::SharesOfMore, .. } => {
                "correct the shares, or use `allocate(total, weights)`, which takes any weights".to_owned()
            }
            Self::Inexact { why: Inexact::TooManySteps, .. } => {
                "go through a list once rather than once for each record of a list".to_owned()
            }
            Self::Inexact { .. } => "round at a declared point before the number grows so long".to_owned(),
            Self::Payments { .. } => {
                "correct the evidence: periods are paid in their order, `0.00` for nothing, and at most the amount in all"
                    .to_owned()
            }
            Self::Unconserved { .. } => {
                "a fund has an amount of nothing or more, and releases at most that: limit the scripts with \
                 `greater_of(…, 0)` and `clamp(…)`"
                    .to_owned()
            }
            Self::InPortfolio { why, .. } => return why.help(),
            Self::NotOfPortfolio { .. } => {
                "rule on all cases of the scheme at once, at one day and counting the evidence known by one day"
                    .to_owned()
            }
            Self::Refused { .. } => "ask whoever maintains the function of the program".to_owned(),
            Self::CannotSet { .. } | Self::UnknownPeriod { .. } | Self::Unfit { .. } => return None,
        })
    }
}
