//! What the rules work out over all recipients.

use ringfence_core::ruling::{PortfolioFigure, Ruling};

use super::{counted, ended};
use crate::document::{Document, Line, capital};

/// The section with the values over all recipients, those that `wanted` picks.
pub(super) fn across(document: &mut Document, ruling: &Ruling, wanted: impl Fn(&str) -> bool) {
    let Some(portfolio) = &ruling.portfolio else { return };
    let figures: Vec<&PortfolioFigure> = portfolio.values.iter().filter(|value| wanted(&value.name)).collect();
    if figures.is_empty() {
        return;
    }
    document.heading(2, "Across all recipients");
    document.paragraph(format!(
        "Worked out first, from the evidence of all {} that are ruled on together.",
        counted(portfolio.cases, "recipient")
    ));
    document.bullets(figures.into_iter().map(|value| {
        let line = Line::new()
            .strong(capital(&value.title))
            .plain(" (")
            .code(format!("portfolio.{}", value.name))
            .plain(format!("): {} ({}). ", value.figure.shown, taken(value)));
        match &value.own {
            Some(own) => line.plain(ended(&format!("This recipient’s own: {}", own.shown))),
            None => line.plain("This recipient does not take part."),
        }
    }));
}

/// What was made of the recipients’ own figures.
fn taken(value: &PortfolioFigure) -> String {
    let all = counted(value.cases, "recipient");
    match value.take {
        "count" => format!("how many of {all}"),
        "rank" => format!("the place among {all}, the greatest first"),
        "rank-from-least" => format!("the place among {all}, the least first"),
        "least" | "greatest" => format!("the {} of {all}", value.take),
        take => format!("the {take} over {all}"),
    }
}
