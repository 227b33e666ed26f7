//! The evidence that was supplied and not believed.

use super::{Teller, data};
use crate::language::lower::Shape;
use crate::pack::Fact;
use crate::reading;
use crate::ruling::{CheckedBy, Figure, Rejected};
use crate::types::{self, Type, Value};

impl Teller<'_> {
    /// What no check believed, in the order of the facts and their periods.
    pub(super) fn rejected(&self) -> Vec<Rejected> {
        let pack = self.rules.pack;
        let mut rejected = Vec::new();
        for fact in &pack.facts {
            let (count, series) = match fact.shape {
                Shape::Series(_) => (pack.period_count(), true),
                _ => (1, false),
            };
            for (position, slot) in (0..count).zip(fact.slot..) {
                let period = || series.then(|| self.period(position));
                rejected.extend(self.rejected_figure(fact, slot, period));
            }
        }
        rejected
    }

    fn rejected_figure(&self, fact: &Fact, slot: u32, period: impl Fn() -> Option<String>) -> Option<Rejected> {
        let chosen = self.bound.chosen.get(&slot)?;
        let (figure, because, by) = match (&chosen.rejected, &chosen.rejection, &fact.suspect) {
            (rejected, Some(rejection), suspect) => {
                let value = ty_of(fact).and_then(|ty| reading::written(&rejection.found, ty));
                let figure = self.supplied(fact, value.as_ref(), &rejection.found);
                let more = suspect.as_ref().filter(|_| rejected.is_some());
                let more = more.map(|suspect| format!("; {}", suspect.because)).unwrap_or_default();
                (figure, format!("{}{more}", rejection.because), CheckedBy::Evidence)
            }
            (Some(value), None, Some(suspect)) => {
                (self.supplied(fact, Some(value), ""), suspect.because.clone(), CheckedBy::Rules)
            }
            _ => return None,
        };
        let source = chosen.source.clone();
        Some(Rejected {
            fact: fact.name.clone(),
            title: fact.title.clone(),
            period: period(),
            figure,
            because,
            by,
            source,
        })
    }

    /// What was supplied: as its type shows it, or as it was written where it is no value of the fact.
    fn supplied(&self, fact: &Fact, value: Option<&Value>, written: &str) -> Figure {
        let known: Option<(&Value, &Type)> = value.zip(ty_of(fact));
        match known {
            Some((value, ty)) => {
                Figure { value: Some(data(value, ty)), shown: types::show(value, ty, &self.rules.pack.currency) }
            }
            None => Figure { value: None, shown: written.to_owned() },
        }
    }
}

/// The type of the fact's values; a list has none.
fn ty_of(fact: &Fact) -> Option<&Type> {
    match &fact.shape {
        Shape::One(ty) | Shape::Series(ty) => Some(ty),
        Shape::List(_) => None,
    }
}
