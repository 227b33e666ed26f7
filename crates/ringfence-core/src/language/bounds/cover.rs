//! The bounds reading of a case of which nothing is known, asked for the ways that some case may go.

use super::tables::{may_hold, must_hold};
use super::{Bounds, Local, may_be_absent, may_be_known};
use crate::exact::Exact;
use crate::language::cover::{Asked, Kept};
use crate::language::ir::{Action, Comparison, Expr, Lookup, Rows};
use crate::language::possible::{Possible, Range, Truths};
use crate::language::value::Family;
use crate::table::Hit;

impl<'e> Asked<'e> for Bounds<'_, 'e> {
    type Locals = Vec<Local<'e>>;
    const OPEN: bool = true;

    fn locals(&self) -> Vec<Local<'e>> {
        self.locals.clone()
    }

    fn restore(&mut self, locals: &Vec<Local<'e>>) {
        self.locals.clone_from(locals);
    }

    fn truths(&mut self, test: &'e Expr) -> Truths {
        self.truth(test)
    }

    fn applies(&mut self, family: Family, expr: &'e Expr) -> (bool, bool) {
        let possible = self.of(family, expr);
        (may_be_known(&possible), may_be_absent(&possible))
    }

    fn at_most_nought(&mut self, number: &'e Expr) -> Truths {
        let range = self.num(number);
        super::compared(Comparison::AtMost, range, Range::point(Exact::ZERO))
    }

    fn bind(&mut self, local: u16, family: Family, value: &'e Expr) {
        Bounds::bind(self, local, family, value);
    }

    fn rows(&mut self, rows: &Rows) -> Vec<Option<u32>> {
        match self.span(rows, rows.site) {
            Ok(Some(firsts)) => firsts.into_iter().map(Some).collect(),
            Ok(None) => vec![None],
            Err(_) => Vec::new(),
        }
    }

    fn periods_back(&self) -> Vec<u32> {
        (0..=Self::narrow(self.now)).rev().collect()
    }

    fn turn(&mut self, local: u16, row: Option<u32>) {
        self.set(local, Local::Row(row));
    }

    fn perform(&mut self, action: &'e Action) {
        self.act(std::slice::from_ref(action));
    }

    fn perform_turn(&mut self, kept: Kept, body: &'e [Action], sets: &[(u16, Family)]) {
        match kept {
            Kept::Yes => self.act(body),
            Kept::Maybe if body.is_empty() => self.set_all(sets, Possible::any),
            Kept::Maybe => self.act_by(Truths::EITHER, body, &[], sets),
            Kept::No => {}
        }
    }

    fn decides(&mut self, lookup: &'e Lookup) -> (Vec<usize>, bool) {
        let args: Vec<Possible> = lookup.args.iter().map(|(family, arg)| self.of(*family, arg)).collect();
        let Some(version) = lookup.version(self.cells.parameters) else { return (Vec::new(), false) };
        let mut rows = Vec::new();
        if !args.iter().all(may_be_known) {
            return (rows, false);
        }
        for (at, row) in version.rows.iter().enumerate() {
            let pairs = || row.cells.iter().zip(&args);
            if pairs().all(|(cell, arg)| may_hold(cell, arg)) {
                rows.push(at);
            }
            if lookup.table.hit != Hit::Sum && pairs().all(|(cell, arg)| must_hold(cell, arg)) {
                return (rows, false);
            }
        }
        let certain =
            version.rows.iter().any(|row| row.cells.iter().zip(&args).all(|(cell, arg)| must_hold(cell, arg)));
        (rows, version.default.is_some() && !certain)
    }
}
