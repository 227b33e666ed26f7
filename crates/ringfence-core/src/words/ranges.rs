//! What is not known, in words: the limits within which it lies.

use super::findings::{comparing, definite};
use super::{Teller, data};
use crate::language::ir::{Expr, Kind};
use crate::language::possible::{Possible, Range};
use crate::language::value::{Family, Truth};
use crate::money::Money;
use crate::ruling::{Between, Limits};
use crate::types::{self, Type, Value};

impl Teller<'_> {
    /// The limits of a derived cell that is missing, if there are any.
    pub(super) fn between(&self, slot: u32, ty: &Type) -> Option<Limits> {
        match self.scratch.possible.get(&slot)? {
            Possible::Num(range) => self.limits(*range, ty),
            _ => None,
        }
    }

    fn limits(&self, range: Range, ty: &Type) -> Option<Limits> {
        let show = |number| types::show(&Value::Number(number), ty, &self.rules.pack.currency);
        let (low, high) = (range.low.number(), range.high.number());
        let shown = match (low, high) {
            _ if !range.known => return None,
            (None, None) => return None,
            (Some(low), Some(high)) if low == high => show(low),
            (Some(low), Some(high)) => format!("between {} and {}", show(low), show(high)),
            (Some(low), None) => format!("at least {}", show(low)),
            (None, Some(high)) => format!("at most {}", show(high)),
        };
        let shown = if range.absent { format!("{shown} if it applies") } else { shown };
        let data = |number: Option<crate::exact::Exact>| number.map(|number| data(&Value::Number(number), ty));
        Some(Limits { at_least: data(low), at_most: data(high), shown })
    }

    /// Why an expression is true or false although it cannot be worked out.
    pub(super) fn told_possible(&mut self, expr: &Expr, now: usize) -> String {
        let Some(truth) = self.bounds(now).truth(expr).single() else { return self.formula(expr, now) };
        if self.machine(now).truth(expr) == truth {
            return self.told(expr, now);
        }
        match &expr.kind {
            Kind::And(parts) | Kind::Or(parts) => {
                let decided = Truth::from_bool(!matches!(expr.kind, Kind::And(_)));
                let mut texts = Vec::new();
                for part in parts {
                    let own = self.bounds(now).truth(part).single();
                    if truth != decided || own == Some(decided) {
                        texts.push(self.told_possible(part, now));
                    }
                }
                if texts.is_empty() { self.formula(expr, now) } else { texts.join("; ") }
            }
            Kind::Not(inner) => self.told_possible(inner, now),
            Kind::Let { local, family, value, then } => {
                self.machine(now).bind(*local, *family, value);
                self.told_possible(then, now)
            }
            Kind::Compare(comparison, sides) => {
                let [left, right] = &**sides;
                let left = self.possible_side(left, now);
                format!("{left} is {} {}", comparing(*comparison, truth), self.possible_side(right, now))
            }
            _ => {
                let verb = if truth == Truth::True { "holds" } else { "does not hold" };
                format!("{} {verb}", self.formula(expr, now))
            }
        }
    }

    /// A side of a comparison that may not be known: what it is called, and its limits.
    fn possible_side(&mut self, expr: &Expr, now: usize) -> String {
        let range = match self.bounds(now).of(Family::Num, expr) {
            Possible::Num(range) if range.single().is_none() => range,
            _ => return self.side(expr, now),
        };
        let ty = self.type_of(expr).unwrap_or(Type::Number(types::Number::plain()));
        let name = self.title_of(expr).map_or_else(|| self.formula(expr, now), |title| definite(&title));
        match self.limits(range, &ty) {
            Some(limits) => format!("{name} ({})", limits.shown),
            None => name,
        }
    }

    /// The limits of an amount.
    pub(super) fn money_between(&self, between: Between) -> String {
        let show = |money: Money| self.rules.pack.currency.show(money);
        match between.at_most {
            Some(most) if most == between.at_least => show(most),
            Some(most) => format!("between {} and {}", show(between.at_least), show(most)),
            None => format!("at least {}", show(between.at_least)),
        }
    }
}
