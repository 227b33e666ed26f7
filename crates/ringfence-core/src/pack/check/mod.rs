//! Checks of a pack that has compiled: what is right to the letter, and still deserves a second look.
//!
//! Each check is one function over [`Checked`], and all they give is warnings. A new one is added to [`CHECKS`], its
//! code to those that can be allowed, and its section to the page on diagnostics.

pub(super) mod allow;
mod always;
mod dates;
mod numbers;
mod unused;

use std::collections::BTreeMap;

use super::compile::Uses;
use super::section::SECTIONS;
use super::{Condition, Pack, Test};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::Mistakes;
use crate::language::ir::Expr;
use crate::source::{Content, Entry, PackSource, Place};

/// What every check sees.
pub(super) struct Checked<'a> {
    pub(super) pack: &'a Pack,
    pub(super) source: &'a PackSource,
    pub(super) uses: &'a Uses,
    /// The declarations by section and name.
    declared: BTreeMap<(&'a str, &'a str), &'a Entry>,
}

type Check = fn(&Checked<'_>, &mut Mistakes);

/// Every check, grouped by what it looks at.
const CHECKS: &[Check] = &[
    unused::names,
    unused::conditions,
    unused::mentions,
    dates::unverified,
    dates::unconfirmed,
    dates::gaps,
    dates::overlaps,
    dates::late_deadlines,
    always::settled,
    numbers::policy,
    numbers::never_rounded,
];

/// Makes every check.
pub(super) fn run(pack: &Pack, source: &PackSource, uses: &Uses, mistakes: &mut Mistakes) {
    let mut declared = BTreeMap::new();
    for document in &source.documents {
        for section in SECTIONS {
            let Some(Content::Map(entries)) = document.root.get(section).map(|node| &node.content) else { continue };
            declared.extend(entries.iter().map(|entry| ((*section, entry.key.as_str()), entry)));
        }
    }
    let checked = Checked { pack, source, uses, declared };
    for check in CHECKS {
        check(&checked, mistakes);
    }
}

impl<'a> Checked<'a> {
    /// A declaration as it is written.
    fn declared(&self, section: &'a str, name: &'a str) -> Option<&'a Entry> {
        self.declared.get(&(section, name)).copied()
    }

    /// The names of a section, with their entries.
    fn section(&self, section: &'a str) -> impl Iterator<Item = &'a Entry> {
        let wanted =
            move |((found, _), entry): (&(&'a str, &'a str), &&'a Entry)| (*found == section).then_some(*entry);
        self.declared.iter().filter_map(wanted)
    }

    /// Where a declaration stands.
    fn place(&self, section: &'a str, name: &'a str) -> Option<Place> {
        self.declared(section, name).map(|entry| entry.key_place.clone())
    }

    /// Where the pack brings in a declaration: that of a shared one is where the pack says that it uses it.
    fn brought_in(&self, section: &'a str, name: &'a str) -> Option<Place> {
        let uses = self.source.documents.first().and_then(|first| first.root.get("uses"));
        let listed = uses.and_then(|uses| uses.get(section)).and_then(|list| match &list.content {
            Content::List(items) => items.iter().find(|item| item.as_text() == Some(name)),
            _ => None,
        });
        listed.map(|item| item.place.clone()).or_else(|| self.place(section, name))
    }

    /// Every script that decides a finding or an amount: texts for the reader are left out.
    fn scripts(&self) -> impl Iterator<Item = &'a Expr> {
        self.scripts_of_every_day().chain(self.pack.conditions.iter().flat_map(scripts_of))
    }

    /// Those of them that belong to no condition, and are there on every day that the pack is in force.
    fn scripts_of_every_day(&self) -> impl Iterator<Item = &'a Expr> {
        let pack = self.pack;
        let values = pack.values.iter().map(|value| &value.is);
        let suspects = pack.facts.iter().filter_map(|fact| fact.suspect.as_ref()).map(|suspect| &suspect.when);
        let funds = pack.funds.iter().flat_map(|fund| std::iter::once(&fund.amount).chain(&fund.release));
        let portfolio = pack.portfolio.iter().flat_map(|value| std::iter::once(&value.of).chain(&value.taking_part));
        values.chain(suspects).chain(funds).chain(portfolio)
    }
}

/// The scripts that decide a condition.
fn scripts_of(condition: &Condition) -> impl Iterator<Item = &Expr> {
    let met = match &condition.test {
        Test::Script(met) => Some(met),
        _ => None,
    };
    let cure = condition.cure.iter().flat_map(crate::pack::Cure::scripts);
    condition.applies.iter().chain(met).chain(cure)
}

/// Adds a warning that is made of what it is called, where it is and what to do.
fn warn(mistakes: &mut Mistakes, code: Code, place: Place, message: String, help: &str) {
    mistakes.push(Diagnostic::warning(code, place, message).help(help));
}
