//! The small steps of tables: a band by its last digit, whether its ends belong to it, what a row gives.

use std::collections::BTreeSet;

use super::written::stepped;
use super::{Edit, Mutant};
use crate::exact::Exact;
use crate::language::ir::Kind;
use crate::language::library::Arg;
use crate::pack::Pack;
use crate::pack::compile::band;
use crate::source::Node;
use crate::table::{Cell, Column, Row, Table};
use crate::types::Type;

/// Every mutant of the rows of tables.
pub(super) fn mutants(pack: &Pack) -> Vec<Mutant> {
    let mut found = Vec::new();
    for (at, table) in pack.tables.iter().enumerate() {
        let read = pack.outputs_read(table);
        if read.is_empty() {
            continue;
        }
        for (version, rows) in table.versions.iter().enumerate() {
            let end = table.versions.get(version + 1).map(|next| next.from);
            let days = crate::pack::Interval { from: rows.from, until: end };
            if !days.meets(pack.in_force) {
                continue;
            }
            for (number, row) in rows.rows.iter().enumerate() {
                let mut push = |before: &str, after: &str, says: &str, to: Row| {
                    let of = format!("table {}", table.name);
                    let edit = Edit::Row { table: at, version, row: number, to };
                    found.push(Mutant::new(&row.place, &of, (before, after), says).edit(edit));
                };
                bands(table, row, &mut push);
                outputs(table, row, &read, &mut push);
            }
        }
    }
    found
}

fn bands(table: &Table, row: &Row, push: &mut impl FnMut(&str, &str, &str, Row)) {
    for (at, (column, written)) in table.inputs.iter().zip(&row.written).enumerate() {
        if !matches!(column.ty, Type::Number(_) | Type::Date) || written == "any" {
            continue;
        }
        for text in others(written) {
            let node = Node::text(text.clone(), row.place.clone());
            let Some(stretch) = band(&node, &text, &column.ty, &mut Vec::new()) else { continue };
            if stretch.is_empty() || row.cells.get(at) == Some(&Cell::Stretch(stretch)) {
                continue;
            }
            let mut to = row.clone();
            if let Some(cell) = to.cells.get_mut(at) {
                *cell = Cell::Stretch(stretch);
            }
            let says = format!("the row holds for {} `{text}`, not `{written}`", column.name);
            push(written, &text, &says, to);
        }
    }
}

/// A band with an end moved by its last digit, or with an end that no longer belongs to it.
fn others(written: &str) -> Vec<String> {
    let words: Vec<&str> = written.split(' ').collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let dates = word.parse::<jiff::civil::Date>().ok().filter(|_| word.contains('-') && word.len() == 10);
        let moved: Vec<String> = match dates {
            Some(date) => super::neighbours(date).map(|day| day.to_string()).collect(),
            None => stepped(word),
        };
        for moved in moved {
            let mut words: Vec<&str> = words.clone();
            if let Some(word) = words.get_mut(at) {
                *word = &moved;
            }
            found.push(words.join(" "));
        }
    }
    let turned = if written.contains(" up to ") {
        Some(written.replace(" up to ", " to "))
    } else if written.contains(" to ") {
        Some(written.replace(" to ", " up to "))
    } else if let Some(rest) = written.strip_prefix("up to ") {
        Some(format!("below {rest}"))
    } else if let Some(rest) = written.strip_prefix("below ") {
        Some(format!("up to {rest}"))
    } else if let Some(rest) = written.strip_prefix("above ") {
        Some(format!("{rest} and over"))
    } else {
        written.strip_suffix(" and over").map(|rest| format!("above {rest}"))
    };
    found.extend(turned);
    found
}

impl Pack {
    /// The outputs of a table that a rule reads; what only words read decides nothing.
    fn outputs_read(&self, table: &Table) -> BTreeSet<usize> {
        let mut read = BTreeSet::new();
        for script in self.owners().into_iter().filter_map(|owner| self.script(owner)) {
            script.walk(&mut |node| {
                if let Kind::Lookup(lookup) = &node.kind
                    && lookup.table.name == table.name
                {
                    read.insert(lookup.output);
                }
            });
        }
        read
    }
}

fn outputs(table: &Table, row: &Row, read: &BTreeSet<usize>, push: &mut impl FnMut(&str, &str, &str, Row)) {
    let given = table.outputs.iter().zip(&row.gives).enumerate();
    for (at, (column, given)) in given.filter(|(at, _)| read.contains(at)) {
        for (before, after, other) in outputs_near(column, *given) {
            let mut to = row.clone();
            if let Some(gives) = to.gives.get_mut(at) {
                *gives = other;
            }
            let says = format!("the row gives {after} as {}, not {before}", column.name);
            push(&format!("{} {before}", column.name), &format!("{} {after}", column.name), &says, to);
        }
    }
}

fn outputs_near(column: &Column, given: Arg) -> Vec<(String, String, Arg)> {
    match (given, &column.ty) {
        (Arg::Number(number), Type::Number(of)) => {
            let hundred = Exact::whole(100);
            let scaled = if of.percent { number.times(hundred) } else { Ok(number) };
            let Some(text) = scaled.ok().and_then(Exact::decimal) else { return Vec::new() };
            let text = if of.percent { format!("{text}%") } else { text };
            let others = stepped(&text).into_iter().filter_map(|other| {
                let number: Exact = other.trim_end_matches('%').parse().ok()?;
                let number = if of.percent { number.divide(hundred).ok()? } else { number };
                Some((text.clone(), other, Arg::Number(number)))
            });
            others.collect()
        }
        (Arg::Truth(truth), _) => {
            let word = |truth: bool| if truth { "yes" } else { "no" }.to_owned();
            vec![(word(truth), word(!truth), Arg::Truth(!truth))]
        }
        _ => Vec::new(),
    }
}
