//! A portfolio.

use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{Dispositions, FundRuling, Outcome, Ruling, Status};

use super::absent::{grouped, of_a_period};
use super::checks::{is_told, portfolio_checks};
use super::instalments::is_through;
use super::names::Names;
use super::{basis, capital, counted, ended, joined, listed, parameter, replay, rules_identity};
use crate::document::{Document, Line, Table, outcome_words};
use crate::portfolio::{Cause, FundTotals, Portfolio, Totals, TrancheTotals, UndeterminedFund};

/// So many recipients are named; more are counted.
const NAMED: usize = 5;

pub(crate) fn portfolio(portfolio: &Portfolio) -> Document {
    let mut document = Document::default();
    if let Some(first) = portfolio.rulings().first() {
        opening(&mut document, portfolio, first);
    }
    totals(&mut document, portfolio);
    conditions(&mut document, portfolio);
    undetermined(&mut document, portfolio);
    recipients(&mut document, portfolio);
    portfolio_checks(&mut document, portfolio);
    parameters(&mut document, portfolio);
    warnings(&mut document, portfolio);
    if let Some(first) = portfolio.rulings().first() {
        document.heading(2, "What was ruled on");
        replay(&mut document, &rules_identity(first));
    }
    document
}

/// One part of a portfolio's report, for a format that puts the parts together itself.
pub(crate) fn one_part(portfolio: &Portfolio, part: PortfolioPart) -> Document {
    let mut document = Document::default();
    match part {
        PortfolioPart::Totals => totals(&mut document, portfolio),
        #[cfg(feature = "pdf")]
        PortfolioPart::Conditions => conditions(&mut document, portfolio),
        PortfolioPart::Undetermined => undetermined(&mut document, portfolio),
        PortfolioPart::Checks => portfolio_checks(&mut document, portfolio),
        PortfolioPart::Parameters => parameters(&mut document, portfolio),
        PortfolioPart::Warnings => warnings(&mut document, portfolio),
        PortfolioPart::Identity => {
            if let Some(first) = portfolio.rulings().first() {
                document.heading(2, "What was ruled on");
                replay(&mut document, &rules_identity(first));
            }
        }
    }
    document
}

/// A part of a portfolio's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortfolioPart {
    Totals,
    #[cfg(feature = "pdf")]
    Conditions,
    Undetermined,
    Checks,
    Parameters,
    Warnings,
    Identity,
}

/// `Better Care Fund 2015-16: 213 recipients`.
pub(crate) fn headline(portfolio: &Portfolio, first: &Ruling) -> String {
    format!("{}: {}", first.pack.title, Names::of(portfolio).counted(portfolio.rulings().len()))
}

fn opening(document: &mut Document, portfolio: &Portfolio, first: &Ruling) {
    document.heading(1, headline(portfolio, first));
    document.paragraph(basis(first));
}

fn totals(document: &mut Document, portfolio: &Portfolio) {
    document.heading(2, "Totals");
    let names = Names::of(portfolio);
    for fund in portfolio.funds() {
        document.heading(3, capital(&fund.title));
        if is_unknown_throughout(&fund.totals) {
            document.paragraph(nothing_known(&names, fund.totals.rulings));
        } else {
            totals_table(document, (portfolio.currency(), &names), &fund.totals, fund.destination.as_deref());
        }
    }
    if portfolio.funds().len() > 1 {
        document.heading(3, "All funds");
        all_funds(document, portfolio, &names);
    }
}

/// Whether no ruling knows anything of a fund's amount, nor of what is earned of it.
pub(crate) fn is_unknown_throughout(totals: &Totals) -> bool {
    totals.rulings > 0 && totals.amount_not_known == totals.rulings && totals.earned_not_known == totals.rulings
}

fn nothing_known(names: &Names, rulings: usize) -> String {
    format!("The amount is not known for any of {}, so there is nothing to add up.", names.counted(rulings))
}

/// The sum over all funds, unless it would pass for more than it is.
fn all_funds(document: &mut Document, portfolio: &Portfolio, names: &Names) {
    let count = |of: fn(&Totals) -> usize| -> usize { portfolio.funds().iter().map(|fund| of(&fund.totals)).sum() };
    let all = count(|totals| totals.rulings);
    let known = count(|totals| totals.rulings - totals.amount_not_known);
    let earned = count(|totals| totals.rulings - totals.earned_not_known);
    let funds = portfolio.funds().iter().filter(|fund| fund.totals.amount_not_known == fund.totals.rulings);
    let without: Vec<String> = funds.map(|fund| format!("“{}”", fund.title)).collect();
    if !without.is_empty() {
        document.paragraph(format!(
            "Amount known for {known} of {all} fund amounts. No total of all funds is given, because no amount of {} is known.",
            joined(&without, "or")
        ));
        return;
    }
    let totals = portfolio.all_funds();
    let of = |count: usize| {
        if count == all { format!("{0} of {0}", totals.rulings) } else { format!("{count} of {all} amounts") }
    };
    document.table(totals_rows((portfolio.currency(), names), totals, None, [of(known), of(earned)]));
    if known < all || earned < all {
        document.paragraph(format!(
            "Amount known for {known} of {all} fund amounts, and what is earned for {earned}: the totals hold these and no others, and nothing is assumed for the rest.",
        ));
    }
}

fn totals_table(document: &mut Document, told: (&Currency, &Names), totals: &Totals, destination: Option<&str>) {
    let of = |count: usize| format!("{count} of {}", totals.rulings);
    let known = [totals.amount_not_known, totals.earned_not_known].map(|unknown| of(totals.rulings - unknown));
    document.table(totals_rows(told, totals, destination, known));
    let mut notes = Vec::new();
    if totals.amount_not_known > 0 {
        notes.push(format!(
            "Amount not known for {}: what is not known is left out of the totals, and nothing is assumed for it.",
            of(totals.amount_not_known)
        ));
    }
    if totals.earned_not_known > 0 {
        notes.push(format!(
            "What is earned is not known for {}, and is left out in the same way.",
            of(totals.earned_not_known)
        ));
    }
    if !notes.is_empty() {
        document.paragraph(notes.join(" "));
    }
}

/// The sums; `known` says beside the amount and what is earned how many of them it holds.
fn totals_rows(
    (currency, names): (&Currency, &Names),
    totals: &Totals,
    destination: Option<&str>,
    known: [String; 2],
) -> Table {
    let [amount_known, earned_known] = known;
    let of = |count: usize| format!("{count} of {}", totals.rulings);
    let mut table = Table::new().words("").figures("Total").figures(format!("{}s", capital(names.noun())));
    let mut row = |name: Line, amount: Money, count: String| {
        table.row([name, Line::from(currency.show(amount)), Line::from(count)]);
    };
    row(Line::new().strong("Amount"), totals.amount, amount_known);
    for ((word, part), count) in totals.dispositions.parts().into_iter().zip(totals.recipients) {
        let cannot_be = word == "recovered" || (word == "redirected" && destination.is_none());
        if cannot_be && part.is_zero() {
            continue;
        }
        let name = match (word, destination) {
            ("redirected", Some(destination)) => format!("{} to {destination}", part_words(word)),
            _ => part_words(word).to_owned(),
        };
        row(Line::from(name), part, of(count));
    }
    row(Line::new().strong("Earned by the rule, before any condition"), totals.earned, earned_known);
    table
}

/// The heading of a part in a table.
pub(crate) fn part_words(word: &str) -> &str {
    match word {
        "released" => "Released",
        "redirected" => "Redirected",
        "withheld" => "Held back",
        "recovered" => "Paid and taken back",
        "undetermined" => "Not decided",
        other => other,
    }
}

fn conditions(document: &mut Document, portfolio: &Portfolio) {
    if portfolio.findings().is_empty() {
        return;
    }
    document.heading(2, "Conditions");
    let found: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| portfolio.findings().iter().any(|finding| finding.count(*outcome) > 0))
        .collect();
    let mut table = Table::new().words("Condition");
    for outcome in &found {
        table = table.figures(capital(outcome_words(*outcome).1));
    }
    for finding in portfolio.findings() {
        let counts = found.iter().map(|outcome| Line::from(finding.count(*outcome).to_string()));
        table.row(std::iter::once(Line::from(finding.title.as_str())).chain(counts));
    }
    document.table(table);
}

fn undetermined(document: &mut Document, portfolio: &Portfolio) {
    document.heading(2, "What is not decided, and why");
    if portfolio.undetermined().is_empty() {
        document.paragraph("Everything is decided.");
    }
    let currency = portfolio.currency();
    let names = Names::of(portfolio);
    for open in portfolio.undetermined() {
        document.heading(3, capital(&open.title));
        let totals = portfolio.funds().iter().find(|fund| fund.fund == open.fund);
        let rulings = totals.map_or(open.recipients.len(), |fund| fund.totals.rulings);
        document.paragraph(undecided_sentence((currency, &names), open, rulings));
        let (shared, own): (Vec<&Cause>, Vec<&Cause>) = open
            .causes
            .iter()
            .partition(|cause| open.recipients.len() > 1 && cause.recipients.len() == open.recipients.len());
        if !shared.is_empty() {
            document.paragraph("For every one of them it waits for this:");
            document.bullets(causes(&shared).map(|(line, _)| line));
        }
        if !own.is_empty() {
            if !shared.is_empty() {
                document.paragraph("For some of them it also waits for this:");
            }
            document.bullets(causes(&own).map(|(line, cause)| {
                let money = waiting(currency, cause.undetermined, cause.amount_not_known, cause.recipients.len());
                line.plain(format!(" {}{money}.", who(&names, &cause.cases, rulings)))
            }));
        }
        if own.len() > 1 {
            document.paragraph(format!(
                "One {} can lack several of these, so the amounts beside them overlap and are not to be added up.",
                names.noun()
            ));
        }
    }
}

/// Each cause as a line; the periods of one cause for the same recipients together.
pub(super) fn causes<'a>(causes: &[&'a Cause]) -> impl Iterator<Item = (Line, &'a Cause)> {
    let entries = causes.iter().map(|cause| (Alike(cause), cause.period.clone(), cause.reason.clone()));
    grouped(entries).into_iter().map(|said| {
        let Alike(cause) = said.what;
        let line = Line::new().strong(format!("{}{}:", capital(&cause.title), said.when()));
        (line.plain(format!(" {}", ended(&said.reason()))), cause)
    })
}

/// A cause that is like another but for its period and reason.
struct Alike<'a>(&'a Cause);

impl PartialEq for Alike<'_> {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.title, &self.0.what, &self.0.cases) == (&other.0.title, &other.0.what, &other.0.cases)
    }
}

/// Whom a cause concerns, where they are few: ` For NHS SOLIHULL CCG (05P).`
#[cfg(feature = "pdf")]
pub(super) fn for_few(names: &Names, cases: &[String]) -> String {
    if cases.len() > NAMED { String::new() } else { format!(" For {}.", names.listed(cases)) }
}

pub(super) fn undecided_sentence(
    (currency, names): (&Currency, &Names),
    open: &UndeterminedFund,
    rulings: usize,
) -> String {
    let money = waiting(currency, open.undetermined, open.amount_not_known, open.recipients.len());
    format!("{}{money}.", who(names, &open.cases, rulings))
}

/// How much is not decided, without taking an amount that is not known for nothing.
fn waiting(currency: &Currency, undetermined: Money, unknown: usize, recipients: usize) -> String {
    let money = format!("{} is not decided", currency.show(undetermined));
    match unknown {
        0 => money,
        _ if unknown == recipients => "the amount itself is not known".to_owned(),
        _ => format!("{money}, and for {unknown} of them the amount itself is not known"),
    }
}

/// `For all 209 recipients, `, `For 12 of 209 recipients, `, and the names where they are few.
fn who(names: &Names, cases: &[String], rulings: usize) -> String {
    let count = cases.len();
    let of = if count == rulings && count > 1 {
        format!("all {}", names.counted(count))
    } else {
        format!("{count} of {}", names.counted(rulings))
    };
    if count > NAMED {
        return format!("For {of}, ");
    }
    if let [one] = cases {
        return format!("For {}, ", names.of_case(one));
    }
    format!("For {of} – {} – ", names.listed(cases))
}

fn recipients(document: &mut Document, portfolio: &Portfolio) {
    let names = Names::of(portfolio);
    document.heading(2, format!("{}s (amounts in {})", capital(names.noun()), portfolio.currency().code()));
    for fund in portfolio.funds() {
        if portfolio.funds().len() > 1 {
            document.heading(3, capital(&fund.title));
        }
        recipient_table(document, portfolio, &names, fund, None);
    }
}

/// A fund's table of recipients; `waits_for` says of a case what its money waits for.
pub(super) fn recipient_table(
    document: &mut Document,
    portfolio: &Portfolio,
    names: &Names,
    fund: &FundTotals,
    waits_for: Option<&dyn Fn(&str) -> String>,
) {
    if is_unknown_throughout(&fund.totals) {
        document.paragraph(format!("The amount is not known for any {}.", names.noun()));
        return;
    }
    let parts = fund.totals.dispositions.parts().into_iter();
    let shown: Vec<&str> = parts.filter(|(_, part)| !part.is_zero()).map(|(word, _)| word).collect();
    let through = portfolio.rulings().iter().filter_map(|ruling| ruling.fund(&fund.fund)).all(is_through);
    let earned = if through { "Earned" } else { "Earned by the rule" };
    let mut table = Table::new().words(capital(names.noun())).figures("Amount").figures(earned);
    for word in &shown {
        table = table.figures(short_words(word));
    }
    if waits_for.is_some() {
        table = table.words("Waits for");
    }
    for ruling in portfolio.rulings() {
        if let Some(found) = ruling.fund(&fund.fund) {
            let waits = waits_for.map(|waits_for| Line::from(waits_for(&ruling.case.id)));
            table.row(recipient_row(names, ruling, found, &shown).into_iter().chain(waits));
        }
    }
    document.table(table);
    let none: Vec<String> = Dispositions::default()
        .parts()
        .into_iter()
        .filter(|(word, _)| !shown.contains(word))
        .map(|(word, _)| short_words(word).to_lowercase())
        .collect();
    if !none.is_empty() {
        document.paragraph(format!("Nothing is {} for any {}.", joined(&none, "or"), names.noun()));
    }
}

/// What a reader must know of figures that leave some out.
pub(crate) fn tranche_notes(tranches: &[TrancheTotals], names: &Names) -> String {
    let noun = names.noun();
    let mut notes = Vec::new();
    if tranches.iter().any(|tranche| tranche.earned_not_known + tranche.closing_not_known > 0) {
        notes.push(format!(
            "A figure with a count beside it holds the {noun}s for which it is known, and nothing is assumed for the others."
        ));
    }
    if tranches.iter().any(|tranche| !tranche.undetermined.is_zero()) {
        notes.push(format!(
            "What is not decided in a period is everything that a {noun} has left of the fund, so it stands under one period only."
        ));
    }
    notes.join(" ")
}

/// The heading of a narrow column.
fn short_words(word: &str) -> &str {
    if word == "recovered" { "Taken back" } else { part_words(word) }
}

fn recipient_row(names: &Names, ruling: &Ruling, fund: &FundRuling, shown: &[&str]) -> Vec<Line> {
    let currency = &ruling.currency;
    let mut cells = vec![Line::from(names.who(ruling)), figure(currency, fund.amount), figure(currency, fund.earned)];
    let parts = fund.dispositions.parts().into_iter().filter(|(word, _)| shown.contains(word));
    // Of an amount that is not known, a part of nothing says nothing.
    let says = |part: Money| fund.amount.is_some() || !part.is_zero();
    cells.extend(parts.map(|(_, part)| if says(part) { figure(currency, Some(part)) } else { Line::from("–") }));
    cells
}

/// An amount without the sign of its currency, which the heading names.
fn figure(currency: &Currency, amount: Option<Money>) -> Line {
    let Some(amount) = amount else { return Line::from("not known") };
    let is_figure = |letter: &char| letter.is_ascii_digit() || matches!(letter, ',' | '.' | '-');
    Line::from(currency.show(amount).chars().filter(is_figure).collect::<String>())
}

fn parameters(document: &mut Document, portfolio: &Portfolio) {
    let unsure: Vec<Line> =
        portfolio.parameters().iter().filter(|found| found.status != Status::Verified).map(parameter).collect();
    if !unsure.is_empty() {
        document.heading(2, "Parameters that are not verified");
        document.bullets(unsure);
    }
}

/// Each warning with how many rulings carry it, and which, where they are few.
fn warnings(document: &mut Document, portfolio: &Portfolio) {
    let is_told = |text: &str| portfolio.rulings().iter().any(|ruling| is_told(ruling, text));
    let warnings: Vec<_> = portfolio.warnings().iter().filter(|warning| !is_told(&warning.text)).collect();
    if warnings.is_empty() {
        return;
    }
    document.heading(2, "Warnings");
    let rulings = counted(portfolio.rulings().len(), "ruling");
    let names = Names::of(portfolio);
    let entries = warnings.into_iter().map(|warning| {
        let carried = portfolio.rulings().iter().filter(|ruling| ruling.warnings.contains(&warning.text));
        let carriers: Vec<String> = carried.map(|ruling| names.who(ruling)).collect();
        let first = portfolio.rulings().iter().find(|ruling| ruling.warnings.contains(&warning.text));
        match first.and_then(|ruling| of_a_period(ruling, &warning.text)) {
            Some((title, period, reason)) => ((Some(title), carriers), Some(period.to_owned()), reason.to_owned()),
            None => ((None, carriers), None, warning.text.trim_end_matches('.').to_owned()),
        }
    });
    document.bullets(grouped(entries).into_iter().map(|said| {
        let (title, carriers) = &said.what;
        let text = match title {
            Some(title) => format!("“{title}”{}{}", said.when(), said.reason().trim_end_matches('.')),
            None => capital(&said.reason()),
        };
        let count = format!("{} of {rulings}", carriers.len());
        if carriers.len() > NAMED || carriers.len() == portfolio.rulings().len() {
            Line::from(format!("{text} ({count})."))
        } else {
            Line::from(format!("{text} ({count}: {}).", listed(carriers)))
        }
    }));
}
