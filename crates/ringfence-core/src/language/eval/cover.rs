//! The value reading, asked on the way of the coverage reading.

use super::{Machine, cell};
use crate::language::cover::{Asked, Kept};
use crate::language::ir::{Action, Comparison, Expr, Lookup, Over, Rows};
use crate::language::possible::Truths;
use crate::language::value::{Family, Num, State, Truth, Val};

/// What a test that came out came out as. What is missing is no answer.
fn known(truth: Truth) -> Truths {
    if truth == Truth::Missing { Truths::NONE } else { Truths::of(truth) }
}

impl<'e> Asked<'e> for Machine<'_> {
    type Locals = Vec<Val>;
    const OPEN: bool = false;

    fn locals(&self) -> Vec<Val> {
        self.locals.to_vec()
    }

    fn restore(&mut self, locals: &Vec<Val>) {
        self.locals.copy_from_slice(locals);
    }

    fn truths(&mut self, test: &'e Expr) -> Truths {
        known(self.truth(test))
    }

    fn applies(&mut self, family: Family, expr: &'e Expr) -> (bool, bool) {
        let state = self.value(family, expr).state();
        (state == State::Known, state == State::NotApplicable)
    }

    fn at_most_nought(&mut self, number: &'e Expr) -> Truths {
        let number = self.num(number);
        known(self.compare(Comparison::AtMost, number, Num::ZERO))
    }

    fn bind(&mut self, local: u16, family: Family, value: &'e Expr) {
        Machine::bind(self, local, family, value);
    }

    fn rows(&mut self, rows: &Rows) -> Vec<Option<u32>> {
        let (start, count, stride) = match rows.over {
            Over::List { slot, stride } => match cell(self.cells.facts, slot as usize) {
                Val::Rows(span) if span.state == State::Known => (span.first, span.count, stride),
                _ => (0, 0, 1),
            },
            Over::Periods => (0, u32::try_from(self.periods).unwrap_or(u32::MAX), 1),
            Over::Recent(most) => {
                let through = u32::try_from(self.now + 1).unwrap_or(u32::MAX);
                (through.saturating_sub(most), through.min(most), 1)
            }
        };
        (0..count).map(|row| Some(start + row * stride)).collect()
    }

    fn periods_back(&self) -> Vec<u32> {
        (0..=u32::try_from(self.now).unwrap_or(0)).rev().collect()
    }

    fn turn(&mut self, local: u16, row: Option<u32>) {
        self.set(local, row.map_or(super::LACKING, Val::Row));
    }

    fn perform(&mut self, action: &'e Action) {
        self.act(std::slice::from_ref(action));
    }

    fn perform_turn(&mut self, kept: Kept, body: &'e [Action], sets: &[(u16, Family)]) {
        match kept {
            Kept::Yes => self.act(body),
            Kept::Maybe => self.act_either(Truth::Missing, body, &[], sets),
            Kept::No => {}
        }
    }

    fn decides(&mut self, lookup: &'e Lookup) -> (Vec<usize>, bool) {
        let (values, state) = self.looked_up(lookup);
        let values = values.get(..lookup.args.len()).unwrap_or(&[]);
        let Some(version) = lookup.version(self.cells.parameters) else { return (Vec::new(), false) };
        if state != State::Known {
            return (Vec::new(), false);
        }
        let hits: Vec<&crate::table::Row> = version.hits(lookup.table.hit, values).collect();
        let numbered = version.rows.iter().enumerate();
        let rows: Vec<usize> =
            numbered.filter(|(_, row)| hits.iter().any(|hit| std::ptr::eq(*hit, *row))).map(|(at, _)| at).collect();
        let default = rows.is_empty() && version.default.is_some();
        (rows, default)
    }
}
