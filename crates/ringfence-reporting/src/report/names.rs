//! What the rulings of a portfolio are called and counted by.

use std::collections::{BTreeMap, BTreeSet};

use ringfence_core::ruling::Ruling;

use super::{counted, listed, named};
use crate::portfolio::Portfolio;

/// What each ruling is called: its recipient, and its case where the recipient has several.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    several: BTreeSet<String>,
    by_case: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn of(portfolio: &Portfolio) -> Self {
        let mut once = BTreeSet::new();
        let names = portfolio.rulings().iter().map(|ruling| named(&ruling.case.recipient));
        let several = names.filter(|name| !once.insert(name.clone())).collect();
        let mut names = Self { several, by_case: BTreeMap::new() };
        let by_case = portfolio.rulings().iter().map(|ruling| (ruling.case.id.clone(), names.who(ruling)));
        names.by_case = by_case.collect();
        names
    }

    /// `Wiltshire (99N)`, or `Example area, late-catch-up`.
    pub(crate) fn who(&self, ruling: &Ruling) -> String {
        format!("{}{}", named(&ruling.case.recipient), self.case(ruling))
    }

    /// The same by the case's id.
    pub(crate) fn of_case<'a>(&'a self, case: &'a str) -> &'a str {
        self.by_case.get(case).map_or(case, String::as_str)
    }

    /// The case with a comma before it, or nothing where the recipient alone says which it is.
    pub(crate) fn case(&self, ruling: &Ruling) -> String {
        let several = self.several.contains(&named(&ruling.case.recipient));
        if several { format!(", {}", ruling.case.id) } else { String::new() }
    }

    /// `A, B and C`; names that hold a case's comma are told apart by more than that.
    pub(crate) fn listed(&self, cases: &[String]) -> String {
        let names: Vec<String> = cases.iter().map(|case| self.of_case(case).to_owned()).collect();
        match names.as_slice() {
            [all @ .., last] if !self.several.is_empty() && !all.is_empty() => format!("{} and {last}", all.join("; ")),
            names => listed(names),
        }
    }

    /// What is counted: recipients, unless one of them has several cases.
    pub(crate) fn noun(&self) -> &'static str {
        if self.several.is_empty() { "recipient" } else { "case" }
    }

    /// `213 recipients`, `59 cases`.
    pub(crate) fn counted(&self, count: usize) -> String {
        counted(count, self.noun())
    }
}
