//! A portfolio on paper: complete in itself, as nobody can unfold or filter it.

use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::Status;

use super::names::Names;
use super::portfolio::{
    PortfolioPart, causes, for_few, headline, is_unknown_throughout, one_part, recipient_table, tranche_notes,
    undecided_sentence,
};
use super::{authorities, basis, capital, cited, parameter};
use crate::document::{Document, Line, Table};
use crate::portfolio::{Cause, Portfolio, TrancheTotals, UndeterminedFund};

pub(crate) fn paper(portfolio: &Portfolio) -> Document {
    let mut document = Document::default();
    let Some(first) = portfolio.rulings().first() else { return document };
    let names = Names::of(portfolio);
    document.heading(1, headline(portfolio, first));
    document.paragraph(basis(first));
    let part = |document: &mut Document, part| document.blocks.extend(one_part(portfolio, part).blocks);
    part(&mut document, PortfolioPart::Totals);
    part(&mut document, PortfolioPart::Conditions);
    undecided(&mut document, portfolio, &names);
    instalments(&mut document, portfolio, &names);
    recipients(&mut document, portfolio, &names);
    part(&mut document, PortfolioPart::Checks);
    parameters(&mut document, portfolio);
    part(&mut document, PortfolioPart::Warnings);
    sources(&mut document, portfolio);
    part(&mut document, PortfolioPart::Identity);
    document
}

/// What a fund waits for, numbered, each with the cases that wait for it.
fn waits(open: &UndeterminedFund) -> Vec<(Line, &Cause)> {
    causes(&open.causes.iter().collect::<Vec<_>>()).collect()
}

fn undecided(document: &mut Document, portfolio: &Portfolio, names: &Names) {
    document.heading(2, "What is not decided, and why");
    if portfolio.undetermined().is_empty() {
        document.paragraph("Everything is decided.");
    }
    let currency = portfolio.currency();
    for open in portfolio.undetermined() {
        document.heading(3, capital(&open.title));
        let fund = portfolio.funds().iter().find(|fund| fund.fund == open.fund);
        let rulings = fund.map_or(open.cases.len(), |fund| fund.totals.rulings);
        document.paragraph(undecided_sentence((currency, names), open, rulings));
        let waits = waits(open);
        let mut table = Table::new()
            .figures("No.")
            .words("What it waits for")
            .figures(format!("{}s", capital(names.noun())))
            .figures("Their money not decided");
        for (number, (line, cause)) in (1_usize..).zip(&waits) {
            let count = format!("{} of {rulings}", cause.cases.len());
            table.row([
                Line::from(number.to_string()),
                line.clone().plain(for_few(names, &cause.cases)),
                Line::from(count),
                Line::from(waiting(currency, cause)),
            ]);
        }
        document.table(table);
        if waits.len() > 1 {
            document.paragraph(format!(
                "One {} can wait for several of these, so the amounts beside them overlap and are not to be added up.",
                names.noun()
            ));
        }
    }
}

fn waiting(currency: &Currency, cause: &Cause) -> String {
    match cause.amount_not_known {
        0 => currency.show(cause.undetermined),
        unknown if unknown == cause.cases.len() => "not known".to_owned(),
        unknown => format!("{}, and {unknown} not known", currency.show(cause.undetermined)),
    }
}

fn instalments(document: &mut Document, portfolio: &Portfolio, names: &Names) {
    let funds = portfolio.funds().iter().filter(|fund| !portfolio.tranches(&fund.fund).is_empty());
    for (at, fund) in funds.enumerate() {
        if at == 0 {
            document.heading(2, "Instalment by instalment");
        }
        if portfolio.funds().len() > 1 {
            document.heading(3, capital(&fund.title));
        }
        let tranches = portfolio.tranches(&fund.fund);
        document.table(tranche_table(portfolio.currency(), tranches));
        let notes = tranche_notes(tranches, names);
        if !notes.is_empty() {
            document.paragraph(notes);
        }
    }
}

fn tranche_table(currency: &Currency, tranches: &[TrancheTotals]) -> Table {
    let some = |of: fn(&TrancheTotals) -> Money| tranches.iter().any(|tranche| !of(tranche).is_zero());
    let (recovered, open) = (some(|tranche| tranche.recovered), some(|tranche| tranche.undetermined));
    let known = |amount: Money, unknown: usize, rulings: usize| match unknown {
        0 => currency.show(amount),
        _ if unknown == rulings => "not known".to_owned(),
        _ => format!("{} ({} of {rulings})", currency.show(amount), rulings - unknown),
    };
    let mut table = Table::new().words("Period").figures("Earned by the rule").figures("Released");
    table = if recovered { table.figures("Taken back") } else { table };
    table = if open { table.figures("Not decided") } else { table };
    table = table.figures("Left for later");
    for tranche in tranches {
        let cells = [
            Some(tranche.period.clone()),
            Some(known(tranche.earned, tranche.earned_not_known, tranche.rulings)),
            Some(currency.show(tranche.released)),
            recovered.then(|| currency.show(tranche.recovered)),
            open.then(|| currency.show(tranche.undetermined)),
            Some(known(tranche.closing, tranche.closing_not_known, tranche.rulings)),
        ];
        table.row(cells.into_iter().flatten().map(Line::from));
    }
    table
}

fn recipients(document: &mut Document, portfolio: &Portfolio, names: &Names) {
    document.heading(2, format!("{}s (amounts in {})", capital(names.noun()), portfolio.currency().code()));
    let is_open = |fund: &str| portfolio.undetermined().iter().find(|open| open.fund == fund);
    for fund in portfolio.funds() {
        if portfolio.funds().len() > 1 {
            document.heading(3, capital(&fund.title));
        }
        let open = is_open(&fund.fund);
        let waits = open.map(waits).unwrap_or_default();
        let numbers = |case: &str| {
            let held = (1_usize..).zip(&waits).filter(|(_, (_, cause))| cause.cases.iter().any(|other| other == case));
            runs(&held.map(|(number, _)| number).collect::<Vec<_>>())
        };
        // Where every case waits for the same, its number says nothing beside each.
        let differ = waits.iter().any(|(_, cause)| cause.cases.len() < portfolio.rulings().len());
        let waits_for = if differ { Some(&numbers as &dyn Fn(&str) -> String) } else { None };
        recipient_table(document, portfolio, names, fund, waits_for);
        if is_unknown_throughout(&fund.totals) {
            // Nothing stands beside the numbers, so those who wait for more than all do are enough.
            document.table(waiting_table(portfolio, names, &waits));
        }
        if differ {
            document.paragraph("The last column has the numbers under “What is not decided, and why”.");
        }
    }
}

/// Who waits for what not everybody waits for.
fn waiting_table(portfolio: &Portfolio, names: &Names, waits: &[(Line, &Cause)]) -> Table {
    let all = portfolio.rulings().len();
    let mut table = Table::new().words(capital(names.noun())).words("Waits for, beside what all wait for");
    for ruling in portfolio.rulings() {
        let own = (1_usize..)
            .zip(waits)
            .filter(|(_, (_, cause))| cause.cases.len() < all && cause.cases.contains(&ruling.case.id))
            .map(|(number, _)| number);
        let own = runs(&own.collect::<Vec<_>>());
        if !own.is_empty() {
            table.row([Line::from(names.who(ruling)), Line::from(own)]);
        }
    }
    table
}

/// `1–6, 8`: three or more that follow each other as one.
fn runs(numbers: &[usize]) -> String {
    let parts = numbers.chunk_by(|left, right| left + 1 == *right).map(|run| match run {
        [first, _, .., last] => format!("{first}–{last}"),
        few => few.iter().map(usize::to_string).collect::<Vec<_>>().join(", "),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// Every number that the rules set, and where it comes from.
fn parameters(document: &mut Document, portfolio: &Portfolio) {
    let (sure, unsure): (Vec<_>, Vec<_>) =
        portfolio.parameters().iter().partition(|found| found.status == Status::Verified);
    if !unsure.is_empty() {
        document.heading(2, "Parameters that are not verified");
        document.bullets(unsure.into_iter().map(parameter));
    }
    if !sure.is_empty() {
        document.heading(2, "Parameters that are verified");
        document.bullets(sure.into_iter().map(parameter));
    }
}

fn sources(document: &mut Document, portfolio: &Portfolio) {
    let found = authorities(portfolio);
    if !found.is_empty() {
        document.heading(2, "Where the rules come from");
        document.bullets(found.into_iter().map(cited));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_are_one_run() {
        assert_eq!(runs(&[]), "");
        assert_eq!(runs(&[2]), "2");
        assert_eq!(runs(&[1, 2, 4]), "1, 2, 4");
        assert_eq!(runs(&[1, 2, 3, 6, 8, 9, 10]), "1–3, 6, 8–10");
    }
}
