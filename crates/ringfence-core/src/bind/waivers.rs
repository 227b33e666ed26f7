//! Which waivers of a case have an effect on the day whose rules apply.

use jiff::civil::Date;

use super::offices;
use crate::case::{Case, Waiver};
use crate::evaluate::{EvaluateError, Rules};
use crate::types::show_date;

/// The waivers of one condition.
#[derive(Debug, Default)]
pub(crate) struct BoundWaivers {
    /// The one that holds.
    pub(crate) holds: Option<Waiver>,
    /// Those that do not, each in a phrase.
    pub(crate) without_effect: Vec<String>,
}

impl Rules<'_> {
    /// # Errors
    /// A waiver of a condition that the pack does not declare, or that cannot be waived.
    pub(super) fn bind_waivers(&self, case: &Case, known_by: Option<Date>) -> Result<Vec<BoundWaivers>, EvaluateError> {
        let pack = self.pack;
        for id in case.waivers.keys() {
            let condition = pack.conditions.iter().find(|condition| condition.id == *id);
            if condition.is_none_or(|condition| condition.waived_by.is_empty()) {
                return Err(EvaluateError::CannotWaive { condition: id.clone(), declared: condition.is_some() });
            }
        }
        if case.waivers.is_empty() {
            return Ok(Vec::new());
        }
        let bound = pack.conditions.iter().map(|condition| {
            let mut bound = BoundWaivers::default();
            for waiver in case.waivers.get(&condition.id).into_iter().flatten() {
                match lacking(waiver, &condition.waived_by, self.day, known_by) {
                    None => {
                        bound.holds.get_or_insert_with(|| waiver.clone());
                    }
                    Some(why) => bound.without_effect.push(why),
                }
            }
            bound
        });
        Ok(bound.collect())
    }
}

/// Why a waiver has no effect.
fn lacking(waiver: &Waiver, entitled: &[String], day: Date, known_by: Option<Date>) -> Option<String> {
    let by = offices(std::slice::from_ref(&waiver.by));
    let head = format!("the waiver that {by} gave on {} has no effect", show_date(waiver.on));
    if known_by.is_some_and(|known_by| waiver.on > known_by) {
        return Some(format!("the waiver of {} was not known then", show_date(waiver.on)));
    }
    if !entitled.contains(&waiver.by) {
        return Some(format!("{head}, because only {} is entitled to give one", offices(entitled)));
    }
    if day < waiver.from {
        return Some(format!("{head} yet: it holds from {}", show_date(waiver.from)));
    }
    let ended = waiver.until.filter(|until| *until <= day)?;
    Some(format!("{head} any more: it held until {}", show_date(ended)))
}
