//! Which of a parameter's dated values holds on a day: one, or there is none.

use jiff::civil::Date;

use super::{Dated, Parameter};

impl Dated {
    /// Whether the value is in force from its day on: a change that was cancelled never is.
    pub(crate) const fn stands(&self) -> bool {
        self.cancelled.is_none()
    }
}

impl Parameter {
    /// The values that are not cancelled, with their numbers, by their first day.
    pub(crate) fn standing(&self) -> impl DoubleEndedIterator<Item = (usize, &Dated)> {
        self.dated.iter().enumerate().filter(|(_, dated)| dated.stands())
    }

    /// The first day after a value: what it says itself, or the first day of the next one.
    pub(crate) fn end_of(&self, number: usize) -> Option<Date> {
        let dated = self.dated.get(number)?;
        let next = || self.standing().find(|(later, _)| *later > number).map(|(_, next)| next.from);
        dated.until.or_else(next)
    }

    /// The number of the one value that holds on a day.
    ///
    /// # Errors
    /// Why none does: the nearest value is never taken, nor one of two that claim the same day.
    pub(crate) fn on(&self, day: Date) -> Result<usize, String> {
        let begun = self.standing().take_while(|(_, dated)| dated.from <= day);
        let claims: Vec<(usize, &Dated)> =
            begun.filter(|(number, _)| self.end_of(*number).is_none_or(|end| day < end)).collect();
        match claims.as_slice() {
            [(number, dated)] => match &dated.withdrawn {
                None if dated.value.is_some() => Ok(*number),
                why => Err(why.clone().unwrap_or_default()),
            },
            [(_, first), (_, second), ..] => {
                Err(format!("its values from {} and from {} both claim that day", first.from, second.from))
            }
            [] => Err(self.why_none(day)),
        }
    }

    fn why_none(&self, day: Date) -> String {
        let ended = self.standing().rfind(|(_, dated)| dated.from <= day);
        let next = self.standing().find(|(_, dated)| dated.from > day).map(|(_, dated)| dated.from);
        let last = ended.and_then(|(number, _)| self.end_of(number)).and_then(|end| end.yesterday().ok());
        match (last, next) {
            (Some(last), Some(next)) => {
                format!("the last day of the value before is {last}, and the next one is from {next}")
            }
            (Some(last), None) => format!("the last day of its last value is {last}"),
            (None, Some(next)) => format!("its first value is from {next}"),
            (None, None) => "every value that was announced for it was cancelled".to_owned(),
        }
    }
}
