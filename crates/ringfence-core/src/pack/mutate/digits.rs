//! How many decimals a script's numbers can have: what is exact already, no rounding changes.

use std::collections::BTreeMap;

use super::turn;
use crate::exact::{Exact, Rounding};
use crate::language::ir::{Expr, Kind, Over, Rows, Series};
use crate::language::lower::Shape;
use crate::pack::{Fund, Pack};
use crate::types::{Type, Unit, Value};

/// Works out how many decimals the numbers of a script can have, under any evidence and on any day.
struct Digits<'p> {
    pack: &'p Pack,
    /// Those of each local; none where there is no limit.
    locals: BTreeMap<u16, Option<u32>>,
    /// The list that each row is of.
    rows: BTreeMap<u16, u32>,
}

impl Pack {
    /// Whether every number that a script can give is a multiple of what is rounded to.
    pub(super) fn is_exact(&self, rounding: Rounding, script: &Expr) -> bool {
        let digits = Digits { pack: self, locals: BTreeMap::new(), rows: BTreeMap::new() }.of(script);
        digits.is_some_and(|digits| is_multiple(digits, rounding.step()))
    }

    /// Whether every amount of a fund is a multiple of what it is rounded to; a share of it need not be.
    pub(super) fn is_fund_exact(&self, rounding: Rounding, fund: &Fund) -> bool {
        let shared = |gate: u32| self.conditions.get(gate as usize).is_some_and(|condition| condition.cure.is_some());
        !self.gates(fund).into_iter().any(shared)
            && [Some(&fund.amount), fund.release.as_ref()]
                .into_iter()
                .flatten()
                .all(|script| self.is_exact(rounding, script))
    }
}

/// Whether a number with so many decimals is always a multiple of a step.
fn is_multiple(digits: u32, step: Exact) -> bool {
    let least = Exact::from_scaled(1, digits).and_then(|least| least.divide(step));
    least.is_ok_and(Exact::is_whole)
}

/// The decimals of a number, if it has an end.
fn decimals(number: Exact) -> Option<u32> {
    let text = number.decimal()?;
    u32::try_from(text.split_once('.').map_or(0, |(_, after)| after.len())).ok()
}

/// The decimals of evidence of a type.
fn of_type(ty: &Type) -> Option<u32> {
    match ty {
        Type::Number(number) if number.whole => Some(0),
        Type::Number(number) if number.unit == Unit::money() => Some(2),
        _ => None,
    }
}

impl Digits<'_> {
    fn of(&mut self, expr: &Expr) -> Option<u32> {
        match &expr.kind {
            Kind::Constant(_) => decimals(turn::number(expr)?),
            Kind::Parameter(slot) => self.of_parameter(*slot),
            Kind::Fact(slot) | Kind::FactNow(slot) => self.of_fact(*slot),
            Kind::Derived(slot) | Kind::DerivedNow(slot) => self.of_value(*slot),
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } => self.of_series(*series),
            Kind::Local(local) => self.locals.get(local).copied().flatten(),
            Kind::Field { row, field } => self.of_field(*row, *field),
            Kind::Let { local, value, then, .. } => {
                let digits = self.of(value);
                self.locals.insert(*local, digits);
                self.of(then)
            }
            Kind::If(parts) => {
                let [_, then, other] = &**parts;
                self.most([then, other])
            }
            Kind::Add(sides) | Kind::Subtract(sides) | Kind::OrElse(sides) => self.most(sides.iter()),
            Kind::Multiply(sides) => {
                let [left, right] = &**sides;
                Some(self.of(left)? + self.of(right)?)
            }
            Kind::Negate(inner) | Kind::Magnitude(inner) => self.of(inner),
            Kind::Least(parts) | Kind::Greatest(parts) => self.most(parts),
            Kind::Clamp(parts) => self.most(parts.iter()),
            Kind::Round(rounding, _) => decimals(rounding.step()),
            Kind::Count(_) | Kind::DayCount(_) | Kind::DaysBetween(_) | Kind::Consecutive(..) => Some(0),
            Kind::SumRows(rows, body) | Kind::LeastRow(rows, body) | Kind::GreatestRow(rows, body) => {
                self.enter(rows);
                self.of(body)
            }
            _ => None,
        }
    }

    fn most<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>) -> Option<u32> {
        let each: Option<Vec<u32>> = parts.into_iter().map(|part| self.of(part)).collect();
        each?.into_iter().max()
    }

    fn enter(&mut self, rows: &Rows) {
        if let Over::List { slot, .. } = rows.over {
            self.rows.insert(rows.local, slot);
        }
    }

    fn of_parameter(&self, slot: u32) -> Option<u32> {
        let parameter = self.pack.parameters.get(slot as usize)?;
        let values = parameter.dated.iter().filter_map(|dated| dated.value.as_ref());
        let digits = |value: &Value| match value {
            Value::Number(number) => decimals(*number),
            _ => None,
        };
        let each: Option<Vec<u32>> = values.map(|(_, value)| digits(value)).collect();
        each?.into_iter().max()
    }

    fn of_fact(&self, slot: u32) -> Option<u32> {
        match &self.pack.facts.iter().find(|fact| fact.slot == slot)?.shape {
            Shape::One(ty) | Shape::Series(ty) => of_type(ty),
            Shape::List(_) => None,
        }
    }

    fn of_field(&self, row: u16, field: u32) -> Option<u32> {
        let list = self.rows.get(&row)?;
        match &self.pack.facts.iter().find(|fact| fact.slot == *list)?.shape {
            Shape::List(record) => of_type(&record.fields.get(field as usize)?.1),
            Shape::One(_) | Shape::Series(_) => None,
        }
    }

    fn of_series(&self, series: Series) -> Option<u32> {
        if series.derived { self.of_value(series.base) } else { self.of_fact(series.base) }
    }

    /// A value rests on no value that rests on it, so this ends.
    fn of_value(&self, slot: u32) -> Option<u32> {
        let value = self.pack.values.iter().find(|value| value.slot == slot)?;
        match value.rounding {
            Some(rounding) => decimals(rounding.step()),
            None => Digits { pack: self.pack, locals: BTreeMap::new(), rows: BTreeMap::new() }.of(&value.is),
        }
    }
}
