//! Findings as a matrix: a row for each recipient, a column for each condition.

use ringfence_core::ruling::{Finding, Outcome, Ruling};

use super::portfolio::row_of;
use super::{Element, Html, element, framed};
use crate::document::{capital, outcome_words};
use crate::portfolio::Portfolio;
use crate::report::Names;

/// How often each outcome was found of each condition, with the number that the matrix names it by.
pub(super) fn counts(portfolio: &Portfolio) -> Html {
    let found: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| portfolio.findings().iter().any(|finding| finding.count(*outcome) > 0))
        .collect();
    let title = |text: &str| element("th").attribute("scope", "col").text(text);
    let head = element("tr")
        .with(title("No.").class("figure"))
        .with(title("Condition"))
        .all(found.iter().map(|outcome| title(&capital(outcome_words(*outcome).1)).class("figure")));
    let rows = (1..).zip(portfolio.findings()).map(|(number, finding): (usize, _)| {
        element("tr")
            .with(element("td").class("figure").text(number.to_string()))
            .with(element("th").attribute("scope", "row").text(capital(&finding.title)))
            .all(found.iter().map(|outcome| {
                let count = finding.count(*outcome);
                element("td").class(if count == 0 { "figure none" } else { "figure" }).text(count.to_string())
            }))
    });
    let table = element("table").with(element("thead").with(head)).with(element("tbody").all(rows));
    framed("How often each condition is met", table)
}

/// The matrix; nothing where there is no condition.
pub(super) fn matrix(portfolio: &Portfolio) -> Html {
    if portfolio.findings().is_empty() {
        return Html::new();
    }
    let numbers = (1..).zip(portfolio.findings()).map(|(number, finding): (usize, _)| {
        element("th")
            .attribute("scope", "col")
            .attribute("title", capital(&finding.title))
            .text(number.to_string())
            .with(element("span").class("aside").text(format!(": {}", finding.title)))
    });
    let names = Names::of(portfolio);
    let head = element("tr").with(element("th").attribute("scope", "col").text(capital(names.noun()))).all(numbers);
    let rows = portfolio.rulings().iter().map(|ruling| row(portfolio, &names, ruling));
    let table = element("table").class("matrix").with(element("thead").with(head)).with(element("tbody").all(rows));
    let marks = Outcome::ALL
        .into_iter()
        .map(|outcome| element("li").with(mark(outcome)).text(format!(" {}", outcome_words(outcome).1)));
    Html::from(element("ul").class("legend").all(marks))
        .with(framed(&format!("Findings by {} and condition", names.noun()), table))
}

fn row(portfolio: &Portfolio, names: &Names, ruling: &Ruling) -> Element {
    let cells = portfolio.findings().iter().map(|known| match ruling.finding(&known.condition) {
        Some(finding) => cell(finding),
        None => element("td"),
    });
    row_of(names, ruling, element("tr"))
        .with(element("th").attribute("scope", "row").text(names.who(ruling)))
        .all(cells)
}

fn cell(finding: &Finding) -> Element {
    let words = outcome_words(finding.outcome).1;
    let words =
        finding.standing.as_ref().map_or_else(|| words.to_owned(), |standing| format!("{words}, {}", standing.word));
    let star = finding.standing.is_some().then(|| element("sup").attribute("aria-hidden", "true").text("*"));
    element("td").with(mark(finding.outcome)).all(star).with(element("span").class("aside").text(words))
}

/// The mark of an outcome, which whoever listens does not need.
fn mark(outcome: Outcome) -> Element {
    element("b").attribute("aria-hidden", "true").class(outcome.as_str()).text(outcome_words(outcome).0)
}
