//! Figures that were supplied and that no check believed: what was found, why it does not count, where it came from.

use ringfence_core::ruling::{CheckedBy, Missing, Rejected, Ruling};

use super::absent::periods_listed;
use super::names::Names;
use super::{counted, listed, sentence};
use crate::document::{Document, Line, Table, capital};
use crate::portfolio::Portfolio;

/// What the part is called, wherever it stands.
const DATA_CHECKS: &str = "Data checks";

/// What one ruling did not believe.
pub(super) fn checks(document: &mut Document, ruling: &Ruling, chosen: impl Fn(&str) -> bool) {
    let rejected: Vec<&Rejected> = ruling.rejected.iter().filter(|found| chosen(&found.fact)).collect();
    if rejected.is_empty() {
        return;
    }
    document.heading(2, DATA_CHECKS);
    document.paragraph(format!("{}.", counts(rejected.len())));
    document.bullets(lines(&rejected));
}

/// `2 figures were supplied and are not believed, so they count as missing`.
fn counts(figures: usize) -> String {
    let (are, they) = if figures == 1 { ("is", "it counts") } else { ("are", "they count") };
    let were = if figures == 1 { "was" } else { "were" };
    format!("{} {were} supplied and {are} not believed, so {they} as missing", counted(figures, "figure"))
}

/// Each figure with why it does not count; the periods of one fact for one reason together.
pub(super) fn lines(rejected: &[&Rejected]) -> Vec<Line> {
    let mut groups: Vec<Vec<&Rejected>> = Vec::new();
    for found in rejected {
        let alike = |group: &&mut Vec<&Rejected>| group.first().is_some_and(|first| is_alike(first, found));
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    groups.iter().filter_map(|group| line(group)).collect()
}

fn is_alike(left: &Rejected, right: &Rejected) -> bool {
    let key = |found: &Rejected| (found.fact.clone(), found.because.clone(), found.by, found.source.clone());
    left.period.is_some() && right.period.is_some() && key(left) == key(right)
}

fn line(group: &[&Rejected]) -> Option<Line> {
    let first = group.first()?;
    let periods: Vec<String> = group.iter().filter_map(|found| found.period.clone()).collect();
    let figures = match periods.as_slice() {
        [] => first.figure.shown.clone(),
        [only] => format!("{} for {only}", first.figure.shown),
        periods if group.iter().all(|found| found.figure == first.figure) => {
            format!("{} for {}", first.figure.shown, periods_listed(periods))
        }
        _ => listed(&group.iter().map(|found| of_its_period(found)).collect::<Vec<_>>()),
    };
    let mut line = Line::new().strong(capital(&first.title)).plain(format!(": {figures}. "));
    line = line.plain(why(first));
    if let Some(source) = &first.source {
        line = line.plain(format!(" Source: {}.", source.trim_end_matches('.')));
    }
    Some(line)
}

fn of_its_period(found: &Rejected) -> String {
    match &found.period {
        Some(period) => format!("{} for {period}", found.figure.shown),
        None => found.figure.shown.clone(),
    }
}

/// What the rulings of a portfolio did not believe, by fact, a row for each figure.
pub(super) fn portfolio_checks(document: &mut Document, portfolio: &Portfolio) {
    let totals = portfolio.rejected();
    if totals.figures == 0 {
        return;
    }
    document.heading(2, DATA_CHECKS);
    let names = Names::of(portfolio);
    let all: Vec<_> = of_portfolio(portfolio).collect();
    let of = format!(" ({} of {})", rulings(&all), names.counted(portfolio.rulings().len()));
    document.paragraph(format!("{}{of}.", counts(totals.figures)));
    for fact in &totals.facts {
        let of_fact: Vec<_> = all.iter().filter(|(_, found)| found.fact == fact.fact).copied().collect();
        let count = counted(of_fact.len(), "figure");
        document.heading(3, format!("{} ({count} of {})", capital(&fact.title), names.counted(rulings(&of_fact))));
        fact_checks(document, &names, &of_fact);
    }
}

/// How many rulings these are of, which stand in their order.
fn rulings(found: &[(&Ruling, &Rejected)]) -> usize {
    found.chunk_by(|(left, _), (right, _)| left.case.id == right.case.id).count()
}

/// What is not believed of one fact: a table where why is the same for all, and otherwise a line for each. Where the
/// figures come from stands with each ruling.
fn fact_checks(document: &mut Document, names: &Names, of_fact: &[(&Ruling, &Rejected)]) {
    let Some((_, first)) = of_fact.first() else { return };
    if of_fact.iter().any(|(_, found)| why(found) != why(first)) {
        document.bullets(of_fact.iter().map(|(ruling, found)| {
            Line::new().strong(names.who(ruling)).plain(format!(": {}. {}", of_its_period(found), why(found)))
        }));
        return;
    }
    document.paragraph(why(first));
    let mut table = Table::new().words(capital(names.noun()));
    let has_period = first.period.is_some();
    if has_period {
        table = table.words("Period");
    }
    table = table.figures("Supplied");
    for (ruling, found) in of_fact {
        let period = has_period.then(|| Line::from(found.period.as_deref().unwrap_or_default()));
        let shown = Line::from(found.figure.shown.as_str());
        table.row(std::iter::once(Line::from(names.who(ruling))).chain(period).chain([shown]));
    }
    document.table(table);
}

/// What no ruling of a portfolio believes, each with its ruling.
fn of_portfolio(portfolio: &Portfolio) -> impl Iterator<Item = (&Ruling, &Rejected)> {
    portfolio.rulings().iter().flat_map(|ruling| ruling.rejected.iter().map(move |found| (ruling, found)))
}

/// Why a figure is not believed, and whose check that is unless it is the rules'.
fn why(found: &Rejected) -> String {
    let came = if found.by == CheckedBy::Evidence { " The check came with the evidence." } else { "" };
    format!("{}{came}", sentence(&found.because))
}

/// Why something is missing, without the reason why a figure is not believed.
pub(super) fn in_short(ruling: &Ruling, missing: &Missing) -> String {
    let mut rejected = ruling.rejected.iter();
    let found = rejected.find(|found| found.fact == missing.what && found.period == missing.period);
    let figure = found.and_then(|found| missing.reason.strip_suffix(&format!(": {}", found.because)));
    figure.map_or_else(|| missing.reason.clone(), |figure| format!("{figure} (see {DATA_CHECKS})"))
}

/// Whether a warning only says again what stands under “Data checks”.
pub(super) fn is_told(ruling: &Ruling, warning: &str) -> bool {
    ruling.rejected.iter().any(|found| {
        let when = found.period.as_ref().map(|period| format!(" for {period}")).unwrap_or_default();
        let rest = warning.strip_prefix(&format!("“{}”{when}: the figure supplied, ", found.title));
        rest.is_some_and(|rest| rest.ends_with(&format!(" is not believed: {}", found.because)))
    })
}
