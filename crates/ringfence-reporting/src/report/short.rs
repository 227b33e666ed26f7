//! A ruling in short.

use ringfence_core::ruling::{Outcome, Ruling};

use super::absent::{brief, missing_lines, warning_lines};
use super::across::across;
use super::checks::checks;
use super::instalments::{telling, tranches, tranches_note};
use super::{
    basis, capital, counted, dispositions, identity, named, reason_tells_where, replay, sentence, shown, standing,
};
use crate::document::{Document, Line, Table, outcome_words};

pub(crate) fn ruling(ruling: &Ruling) -> Document {
    let mut document = Document::default();
    document.heading(1, format!("{}: {}", named(&ruling.case.recipient), ruling.pack.title));
    document.paragraph(basis(ruling));
    if let Some(title) = &ruling.case.title {
        document.paragraph(sentence(title));
    }
    findings(&mut document, ruling);
    funds(&mut document, ruling);
    across(&mut document, ruling, |_| true);
    if !ruling.missing.is_empty() {
        document.heading(2, "Missing evidence");
        document.bullets(missing_lines(ruling, &ruling.missing.iter().collect::<Vec<_>>()));
    }
    checks(&mut document, ruling, |_| true);
    warnings(&mut document, ruling);
    document.heading(2, "What was ruled on");
    replay(&mut document, &identity(ruling));
    document
}

/// The reasons of a ruling that stands among others, whose dates and rules are told once for all of them.
pub(crate) fn reasons(ruling: &Ruling) -> Document {
    let mut document = Document::default();
    if let Some(title) = &ruling.case.title {
        document.paragraph(sentence(title));
    }
    funds(&mut document, ruling);
    findings(&mut document, ruling);
    across(&mut document, ruling, |_| true);
    if !ruling.missing.is_empty() {
        document.heading(2, "Missing evidence");
        document.bullets(missing_lines(ruling, &ruling.missing.iter().collect::<Vec<_>>()));
    }
    checks(&mut document, ruling, |_| true);
    warnings(&mut document, ruling);
    document
        .paragraph(Line::from("Case ").code(&ruling.case.id).plain(", digest ").code(&ruling.case.digest).plain("."));
    document
}

/// What a reader must know, unless it is told already.
pub(super) fn warnings(document: &mut Document, ruling: &Ruling) {
    let lines = warning_lines(ruling);
    if !lines.is_empty() {
        document.heading(2, "Warnings");
        document.bullets(lines);
    }
}

fn findings(document: &mut Document, ruling: &Ruling) {
    if ruling.findings.is_empty() {
        return;
    }
    document.heading(2, format!("Conditions ({})", tally(ruling)));
    let mut table = Table::new().words("Outcome").words("Condition").headless();
    for finding in &ruling.findings {
        let words = Line::new().strong(&finding.title).end_line().plain(sentence(&brief(ruling, &finding.reason)));
        let words = match &finding.standing {
            Some(found) => words.end_line().then(standing(found)),
            None => words,
        };
        table.row([Line::new().outcome(finding.outcome), words]);
    }
    document.table(table);
}

/// `2 met, 1 undetermined`.
pub(crate) fn tally(ruling: &Ruling) -> String {
    let counts = Outcome::ALL.into_iter().filter_map(|outcome| {
        let count = ruling.findings.iter().filter(|finding| finding.outcome == outcome).count();
        (count > 0).then(|| format!("{count} {}", outcome_words(outcome).1))
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn funds(document: &mut Document, ruling: &Ruling) {
    if ruling.funds.is_empty() {
        return;
    }
    document.heading(2, format!("Money ({})", counted(ruling.funds.len(), "fund")));
    for fund in &ruling.funds {
        document.heading(3, format!("{}: {}", capital(&fund.title), shown(&ruling.currency, fund.amount)));
        if !reason_tells_where(&ruling.currency, fund) {
            document.paragraph(dispositions(&ruling.currency, fund));
        }
        document.paragraph(sentence(&brief(ruling, &fund.reason)));
        document.table(tranches(&ruling.currency, fund, &telling(fund)));
        if let Some(note) = tranches_note(fund) {
            document.paragraph(note);
        }
    }
}
