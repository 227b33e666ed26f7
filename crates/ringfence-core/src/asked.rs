//! What a pack asks of a case: for those who make forms to fill in, and read them again.

use crate::exact::Exact;
use crate::language::lower::Shape;
use crate::pack::{Pack, Who};
use crate::types::Type;

/// Everything that a case can bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The facts, in their order.
    pub facts: Vec<AskedFact>,
    /// The sign-offs.
    pub sign_offs: Vec<AskedSignOff>,
    /// The decisions.
    pub decisions: Vec<AskedDecision>,
    /// The conditions that can be waived.
    pub waivers: Vec<AskedWaiver>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedFact {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What is asked for.
    pub brings: Brings,
    /// The least that a number may be.
    pub min: Option<Exact>,
    /// The most that a number may be.
    pub max: Option<Exact>,
    /// Whether a list may have nothing in it.
    pub may_be_empty: bool,
    /// Whether a case may say that it does not apply.
    pub may_not_apply: bool,
}

/// What is asked for a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brings {
    /// A value.
    One(Type),
    /// A value for each period of the scheme.
    Series(Type),
    /// Records with these fields.
    Records(Vec<AskedField>),
    /// Bare values.
    Values(Type),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedField {
    /// The name scripts use.
    pub name: String,
    /// What readers call it.
    pub title: String,
    /// What it holds.
    pub ty: Type,
}

/// A sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSignOff {
    /// The id.
    pub id: String,
    /// What is signed.
    pub title: String,
    /// The parties that the pack names.
    pub parties: Vec<String>,
    /// Whether a list of the case names further ones.
    pub is_open: bool,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDecision {
    /// The id.
    pub id: String,
    /// What is decided.
    pub title: String,
    /// The answers there are.
    pub answers: Vec<String>,
    /// The offices that are entitled to it.
    pub by: Vec<String>,
}

/// A condition that can be waived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedWaiver {
    /// The condition's id.
    pub condition: String,
    /// What it is called.
    pub title: String,
    /// The offices that may waive it.
    pub by: Vec<String>,
}

impl Pack {
    /// Everything that a case can bring.
    pub fn asked(&self) -> Asked {
        let facts = self.facts.iter().map(|fact| AskedFact {
            name: fact.name.clone(),
            title: fact.title.clone(),
            brings: brings(&fact.shape),
            min: fact.min,
            max: fact.max,
            may_be_empty: fact.may_be_empty,
            may_not_apply: fact.may_not_apply,
        });
        let sign_offs = self.sign_offs.iter().map(|sign_off| {
            let named = sign_off.parties.iter().filter_map(|party| match &party.who {
                Who::One(name) => Some(name.clone()),
                Who::Each(_) => None,
            });
            let parties: Vec<String> = named.collect();
            let is_open = parties.len() < sign_off.parties.len();
            AskedSignOff { id: sign_off.id.clone(), title: sign_off.title.clone(), parties, is_open }
        });
        let decisions = self.decisions.iter().map(|decision| AskedDecision {
            id: decision.id.clone(),
            title: decision.title.clone(),
            answers: decision.answers.clone(),
            by: decision.by.clone(),
        });
        let waived = self.conditions.iter().filter(|condition| !condition.waived_by.is_empty());
        let waivers = waived.map(|condition| AskedWaiver {
            condition: condition.id.clone(),
            title: condition.title.clone(),
            by: condition.waived_by.clone(),
        });
        Asked {
            facts: facts.collect(),
            sign_offs: sign_offs.collect(),
            decisions: decisions.collect(),
            waivers: waivers.collect(),
        }
    }
}

fn brings(shape: &Shape) -> Brings {
    match shape {
        Shape::One(ty) => Brings::One(ty.clone()),
        Shape::Series(ty) => Brings::Series(ty.clone()),
        Shape::List(record) => match record.fields.first() {
            Some((_, ty)) if record.bare => Brings::Values(ty.clone()),
            _ => {
                let titles = record.titles.iter().cloned().chain(std::iter::repeat(None));
                let field = |((name, ty), title): (&(String, Type), Option<String>)| AskedField {
                    name: name.clone(),
                    title: title.unwrap_or_else(|| name.replace('_', " ")),
                    ty: ty.clone(),
                };
                Brings::Records(record.fields.iter().zip(titles).map(field).collect())
            }
        },
    }
}

/// The sheet that says where in a return the evidence stands: who writes a return fills it, and who reads one begins
/// with it.
///
/// Its first row holds [`map::FORMAT`] and [`map::VERSION`], its second the names of the columns, and each other row says
/// what stands in a cell, or in so many rows from a cell down.
pub mod map {
    /// The name of the sheet.
    pub const SHEET: &str = "Ringfence map";
    /// What the first cell holds.
    pub const FORMAT: &str = "ringfence.return";
    /// The version of the format.
    pub const VERSION: &str = "1";
    /// The columns.
    pub const COLUMNS: [&str; 7] = ["what", "name", "part", "sheet", "cell", "kind", "rows"];
    /// What of the case itself stands in a cell: `part` is its key.
    pub const CASE: &str = "case";
    /// The pack that the return is for, which stands in `name`.
    pub const PACK: &str = "pack";
    /// A figure; `part` is its period. Behind its cell stand what it is if there is none, why, its source, and the day
    /// on which it became known. Several rows of one figure are its vintages.
    pub const FACT: &str = "fact";
    /// A field of a list, from a cell down; `part` is the field, and nothing in a list of bare values.
    pub const LIST: &str = "list";
    /// What a list is where there is none: its state, and behind it why, the source and the day.
    pub const STATE: &str = "list-state";
    /// A field of the signatures under a document, from a cell down.
    pub const SIGN_OFF: &str = "sign-off";
    /// A field of a decision.
    pub const DECISION: &str = "decision";
    /// A field of the waivers of a condition, from a cell down.
    pub const WAIVER: &str = "waiver";
    /// The state of a figure that is missing.
    pub const MISSING: &str = "missing";
    /// The state of a figure that cannot be.
    pub const NOT_APPLICABLE: &str = "not applicable";
    /// The state of a list that has nothing in it.
    pub const EMPTY: &str = "empty";
    /// The kinds of cells.
    pub const TEXT: &str = "text";
    /// A number.
    pub const NUMBER: &str = "number";
    /// A percentage.
    pub const PERCENT: &str = "percent";
    /// A day.
    pub const DATE: &str = "date";
    /// Yes or no.
    pub const YES_NO: &str = "yes-no";
}
