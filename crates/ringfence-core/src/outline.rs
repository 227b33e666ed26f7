//! What a pack holds, for documents about it: the declarations without their scripts.

use jiff::civil::Date;

use crate::pack::{Condition, Dated, Pack, Parameter};
use crate::ruling::{Authority, Status};
use crate::source::Place;
use crate::types::show;

/// A thread of a field's history, such as seven-day working, to which rules of several packs belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What the pack notes on it.
    pub notes: Option<String>,
    /// Where it is declared: themes are told in the order in which they stand there.
    pub place: Place,
}

/// What a scheme changed against the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The theme's id.
    pub theme: String,
    /// What changed, in a sentence.
    pub says: String,
    /// How sure the pack is of it.
    pub status: Status,
    /// Where it comes from.
    pub authority: Option<Authority>,
}

/// A condition, as a document tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionOutline {
    /// The id.
    pub id: String,
    /// What holds when it is met.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// Its first day and the first day after it, where it is not in force as long as the pack.
    pub in_force: Option<(Date, Option<Date>)>,
    /// The titles of the funds that it gates, by itself or as a limb.
    pub gates: Vec<String>,
    /// How many conditions it is made of; none if it is decided by itself.
    pub limbs: usize,
}

/// A fund, as a document tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundOutline {
    /// The id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// Its first day and the first day after it, where it is not in force as long as the pack.
    pub in_force: Option<(Date, Option<Date>)>,
    /// Whether it is paid a period at a time.
    pub tranches: bool,
    /// Where the rest goes; withheld if nowhere.
    pub redirect: Option<String>,
}

/// A parameter with its values over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterOutline {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// Its values, by first day.
    pub values: Vec<DatedOutline>,
}

/// A dated value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedOutline {
    /// The first day.
    pub from: Date,
    /// The first day after it, where it says so itself.
    pub until: Option<Date>,
    /// The value as people write it; nothing where it is withdrawn.
    pub shown: Option<String>,
    /// Why there is none from this day on.
    pub withdrawn: Option<String>,
    /// Why it never came into force.
    pub cancelled: Option<String>,
    /// The day on which it was made public.
    pub announced: Option<Date>,
    /// How sure the pack is of it.
    pub status: Status,
    /// Where it comes from.
    pub authority: Option<Authority>,
}

/// What a pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The first and the last of the years it is for, each the calendar year in which a financial year begins.
    pub years: Option<(i16, i16)>,
    /// The first day in force, and the first day after.
    pub in_force: (Date, Option<Date>),
    /// The themes that its declarations name.
    pub themes: Vec<Theme>,
    /// What it changed.
    pub changes: Vec<Change>,
    /// The conditions.
    pub conditions: Vec<ConditionOutline>,
    /// The funds.
    pub funds: Vec<FundOutline>,
    /// The parameters.
    pub parameters: Vec<ParameterOutline>,
}

impl Pack {
    /// What the pack holds, for documents about it.
    pub fn outline(&self) -> Outline {
        Outline {
            years: self.years.as_deref().and_then(crate::period::read_years),
            in_force: (self.in_force.from, self.in_force.until),
            themes: self.themes.clone(),
            changes: self.changes.clone(),
            conditions: (0..)
                .zip(&self.conditions)
                .map(|(at, condition)| self.condition_outline(at, condition))
                .collect(),
            funds: self
                .funds
                .iter()
                .map(|fund| FundOutline {
                    id: fund.id.clone(),
                    title: fund.title.clone(),
                    theme: fund.theme.clone(),
                    authority: fund.authority.clone(),
                    in_force: fund.in_force.map(|days| (days.from, days.until)),
                    tranches: fund.tranches,
                    redirect: fund.redirect.clone(),
                })
                .collect(),
            parameters: self.parameters.iter().map(|parameter| self.parameter_outline(parameter)).collect(),
        }
    }

    fn condition_outline(&self, at: u32, condition: &Condition) -> ConditionOutline {
        let gates = self.funds.iter().filter(|fund| self.gates(fund).contains(&at));
        ConditionOutline {
            id: condition.id.clone(),
            title: condition.title.clone(),
            theme: condition.theme.clone(),
            authority: condition.authority.clone(),
            in_force: condition.in_force.map(|days| (days.from, days.until)),
            gates: gates.map(|fund| fund.title.clone()).collect(),
            limbs: condition.test.limbs().len(),
        }
    }

    fn parameter_outline(&self, parameter: &Parameter) -> ParameterOutline {
        let value = |dated: &Dated| DatedOutline {
            from: dated.from,
            until: dated.until,
            shown: dated.value.as_ref().map(|(_, value)| show(value, &parameter.ty, &self.currency)),
            withdrawn: dated.withdrawn.clone(),
            cancelled: dated.cancelled.clone(),
            announced: dated.announced,
            status: dated.status,
            authority: dated.authority.clone(),
        };
        ParameterOutline {
            name: parameter.name.clone(),
            title: parameter.title.clone(),
            theme: parameter.theme.clone(),
            values: parameter.dated.iter().map(value).collect(),
        }
    }
}
