//! Rows, periods and what scripts do with them, in words.

use super::formula::{LOOSEST, SUM, TIGHTEST};
use super::{Called, Teller, listed, small};
use crate::language::ir::{Action, Allocate, Expr, Kind, Over, Rows, Series};
use crate::language::library::Method;
use crate::language::lower::Shape;
use crate::language::value::{Family, Truth, Val};

/// The most rows that are told one by one.
const MOST: usize = 12;

impl Teller<'_> {
    /// What rows are called: the title of the list or series.
    pub(super) fn rows_titled(&self, rows: &Rows) -> String {
        let called = match (rows.over, rows.of) {
            (Over::List { slot, .. }, _) => self.called_fact(slot),
            (_, Some(series)) if series.derived => self.called_derived(series.base),
            (_, Some(series)) => self.called_fact(series.base),
            (_, None) => return "periods".to_owned(),
        };
        match called {
            Called::Fact(fact, _) => small(&fact.title),
            Called::Value(value, _) => small(&value.title),
            _ => "the list".to_owned(),
        }
    }

    /// What one row is called: its first text, or the period.
    pub(super) fn label(&self, rows: &Rows, first: u32) -> Option<String> {
        let Over::List { slot, .. } = rows.over else { return Some(self.period(first as usize)) };
        match self.called_fact(slot) {
            Called::Fact(fact, _) => match &fact.shape {
                Shape::List(record) => self.row_label(record, first),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a series has in the period of a row or in the one ruled on, or so many before it.
    pub(super) fn element(&mut self, row: Option<u16>, back: u16, series: Series, now: usize, values: bool) -> String {
        let position = match row.map(|row| self.locals.get(row as usize)) {
            None => Some(now),
            Some(Some(Val::Row(position))) => Some(*position as usize),
            Some(_) => None,
        };
        if values {
            let slot =
                position.and_then(|position| position.checked_sub(back.into())).and_then(|at| u32::try_from(at).ok());
            return match slot.map(|slot| series.base + slot) {
                Some(slot) if series.derived => self.derived_cell(slot, true, None),
                Some(slot) => self.fact_cell(slot, true, None),
                None => "none before".to_owned(),
            };
        }
        let name = self.series_name(series);
        let own = row.and_then(|row| self.turns.iter().rev().find(|(local, _)| *local == row));
        match (row, own) {
            (None, _) if back == 1 => format!("previous({name})"),
            (None, _) => format!("previous({name}, {back})"),
            (Some(_), Some((_, Some(of)))) if *of == series && back == 0 => self.row_name(row.unwrap_or_default()),
            (Some(row), _) => {
                let turn = self.turn(row, false);
                if back == 0 { format!("{name}[{turn}]") } else { format!("{name}[{turn} - {back}]") }
            }
        }
    }

    /// The period of a row.
    pub(super) fn turn(&self, row: u16, values: bool) -> String {
        match self.locals.get(row as usize) {
            Some(Val::Row(position)) if values => self.period(*position as usize),
            _ => self.row_name(row),
        }
    }

    /// What each row that counts gives, with its values; `None` where there are too many to tell.
    fn parts(&mut self, rows: &Rows, body: &Expr, binds: u8, now: usize) -> Option<Vec<String>> {
        let kept = self.machine(now).rows_kept(rows);
        if kept.is_empty() || kept.len() > MOST {
            return None;
        }
        let mut parts = Vec::new();
        for row in kept {
            self.set_local(rows.local, Val::Row(row));
            parts.push(self.write(body, now, true, binds));
        }
        Some(parts)
    }

    fn result(&mut self, expr: &Expr, now: usize) -> (String, u8) {
        let num = self.machine(now).num(expr);
        (self.plain(Val::Num(num)), TIGHTEST)
    }

    /// A sum or a mean, with what was added.
    pub(super) fn added(&mut self, expr: &Expr, rows: &Rows, body: &Expr, now: usize) -> (String, u8) {
        let mean = matches!(expr.kind, Kind::MeanRow(..));
        match self.parts(rows, body, SUM, now) {
            Some(parts) if mean => (format!("({}) / {}", parts.join(" + "), parts.len()), SUM + 1),
            Some(parts) if parts.len() == 1 => (parts.concat(), SUM),
            Some(parts) => (parts.join(" + "), SUM),
            None => self.result(expr, now),
        }
    }

    /// The highest or lowest of rows, with what it was chosen from.
    pub(super) fn highest(&mut self, expr: &Expr, rows: &Rows, body: &Expr, which: &str, now: usize) -> (String, u8) {
        match self.parts(rows, body, SUM, now) {
            Some(parts) if parts.len() == 1 => (parts.concat(), SUM),
            Some(parts) => (format!("the {which} of {}", listed(&parts)), LOOSEST),
            None => self.result(expr, now),
        }
    }

    /// A part of an amount that is shared out.
    pub(super) fn shared_out(&mut self, shared: &Allocate, now: usize) -> String {
        let part_of = match shared.part_of.map(|local| self.locals.get(local as usize)) {
            Some(Some(Val::Row(first))) => Some(*first),
            Some(_) => None,
            None => u32::try_from(now).ok(),
        };
        let total = self.write(&shared.total, now, true, SUM);
        let weights = self.parts(&shared.rows, &shared.weight, TIGHTEST, now);
        let own = part_of.map(|first| {
            self.set_local(shared.rows.local, Val::Row(first));
            self.write(&shared.weight, now, true, TIGHTEST)
        });
        let rest = match shared.sharing.method {
            Method::RemainderToLast => ", the last taking the rest",
            Method::LargestRemainder => "",
        };
        match (own, weights) {
            (Some(own), Some(weights)) => {
                format!("{total} shared out as {}: the part for {own}{rest}", weights.join(" : "))
            }
            (Some(own), None) => format!("{total} shared out: the part for {own}{rest}"),
            (None, _) => format!("a part of {total}"),
        }
    }

    /// What a script does before its value is worked out, with its names.
    pub(super) fn doing_then(&mut self, actions: &[Action], then: &Expr, now: usize) -> String {
        let names = self.names.len();
        let mut steps = self.doing(actions, now);
        steps.push(self.write(then, now, false, LOOSEST));
        self.names.truncate(names);
        steps.join("; ")
    }

    fn doing(&mut self, actions: &[Action], now: usize) -> Vec<String> {
        let mut steps = Vec::new();
        for action in actions {
            match action {
                Action::Set { name, local, value, .. } => {
                    self.names.push((*local, name.clone()));
                    steps.push(format!("{name} = {}", self.write(value, now, false, LOOSEST)));
                }
                Action::When(when) => {
                    let test = self.write(&when.test, now, false, LOOSEST);
                    let then = self.doing(&when.then, now);
                    let other = self.doing(&when.other, now);
                    let then = if then.is_empty() { "nothing".to_owned() } else { then.join(", ") };
                    let other =
                        if other.is_empty() { String::new() } else { format!(", otherwise {}", other.join(", ")) };
                    steps.push(format!("if {test} then {then}{other}"));
                }
                Action::Each { name, rows, body, .. } => {
                    let over = self.rows(rows, now);
                    self.names.push((rows.local, name.clone()));
                    steps.push(format!("for each of {over}: {}", self.doing(body, now).join(", ")));
                }
            }
        }
        steps
    }

    /// What a script did, with values.
    pub(super) fn done(&mut self, actions: &[Action], then: &Expr, now: usize) -> String {
        let names = self.names.len();
        let mut steps = self.steps_done(actions, now);
        // A value that is only the last name is the last step's result.
        if !matches!(then.kind, Kind::Local(_)) || steps.is_empty() {
            steps.push(self.write(then, now, true, LOOSEST));
        }
        self.names.truncate(names);
        steps.join("; ")
    }

    fn steps_done(&mut self, actions: &[Action], now: usize) -> Vec<String> {
        let mut steps = Vec::new();
        for action in actions {
            match action {
                Action::Set { name, local, ty, value } => {
                    let written = self.write(value, now, true, LOOSEST);
                    self.machine(now).bind(*local, ty.family(), value);
                    let cell = self.locals.get(*local as usize).copied();
                    let result = cell.map_or_else(String::new, |cell| self.typed(cell, ty));
                    // A word is told by what it was set to.
                    let told = if result == written || ty.family() == Family::Word {
                        format!("{name} = {written}")
                    } else {
                        format!("{name} = {written} = {result}")
                    };
                    steps.push(told);
                }
                Action::When(when) => match self.machine(now).truth(&when.test) {
                    Truth::True => steps.extend(self.steps_done(&when.then, now)),
                    Truth::False => steps.extend(self.steps_done(&when.other, now)),
                    _ => {
                        self.machine(now).act(std::slice::from_ref(action));
                        steps.push("not known which".to_owned());
                    }
                },
                Action::Each { rows, body, .. } => {
                    let kept = self.machine(now).rows_kept(rows);
                    let (count, mut told) = (kept.len(), 0);
                    for (position, row) in kept.into_iter().enumerate() {
                        self.set_local(rows.local, Val::Row(row));
                        let own = self.steps_done(body, now);
                        if own.is_empty() || told >= MOST {
                            continue;
                        }
                        told += 1;
                        let label = self.label(rows, row).unwrap_or_else(|| format!("record {}", position + 1));
                        steps.push(format!("{label}: {}", own.join(", ")));
                    }
                    if told >= MOST && count > MOST {
                        steps.push("and so on".to_owned());
                    }
                }
            }
        }
        steps
    }
}
