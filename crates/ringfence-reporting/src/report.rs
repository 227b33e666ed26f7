//! What reports say, before any format: the words are here and nowhere else.

mod absent;
mod across;
mod checks;
mod comparison;
mod evidence;
mod explain;
mod instalments;
#[cfg(feature = "letters")]
mod letter;
mod names;
#[cfg(feature = "pdf")]
mod paper;
mod portfolio;
mod short;
mod what_if;

use jiff::civil::Date;
use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{
    Authority, CalendarUsed, FundRuling, ParameterUsed, Recipient, Ruling, Standing, Status, TableUsed,
};

pub use comparison::Extent;
pub(crate) use comparison::comparison;
pub(crate) use explain::explain;
#[cfg(feature = "letters")]
pub use letter::Days;
#[cfg(feature = "letters")]
pub(crate) use letter::{Context, letter};
pub(crate) use names::Names;
#[cfg(feature = "pdf")]
pub(crate) use paper::paper;
pub(crate) use portfolio::{
    PortfolioPart, headline, is_unknown_throughout, one_part, part_words, portfolio, tranche_notes,
};
pub(crate) use short::{reasons, ruling};
pub(crate) use what_if::what_if;

use crate::document::{Document, Line, Table, capital, sentence};
use crate::portfolio::Portfolio;

/// Which part of a ruling to explain; nothing chosen is all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Only<'a> {
    /// The id of a condition.
    pub condition: Option<&'a str>,
    /// The id of a fund.
    pub fund: Option<&'a str>,
}

impl Only<'_> {
    const fn is_all(self) -> bool {
        self.condition.is_none() && self.fund.is_none()
    }
}

/// `1 April 2015`.
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `Wiltshire (99N)`.
pub(crate) fn named(recipient: &Recipient) -> String {
    match &recipient.code {
        Some(code) => format!("{} ({code})", recipient.name),
        None => recipient.name.clone(),
    }
}

/// `1 recipient`, `209 recipients`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last_word: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} {last_word} {last}", all.join(", ")),
    }
}

/// An amount, or that it is not known.
pub(crate) fn shown(currency: &Currency, amount: Option<Money>) -> String {
    amount.map_or_else(|| "not known".to_owned(), |amount| currency.show(amount))
}

/// Where a rule comes from, as a sentence.
pub(crate) fn cited(authority: &Authority) -> Line {
    let mut text = authority.title.clone();
    if let Some(date) = authority.date {
        text = format!("{text}, {}", day(date));
    }
    if let Some(clause) = &authority.clause {
        text = format!("{text}, {clause}");
    }
    match &authority.url {
        None => Line::from(sentence(&text)),
        Some(url) => Line::from(sentence(&text)).plain(" ").address(url),
    }
}

/// Where the rules of a portfolio come from, each source once.
pub(crate) fn authorities(portfolio: &Portfolio) -> Vec<&Authority> {
    let mut out: Vec<&Authority> = Vec::new();
    for ruling in portfolio.rulings() {
        let conditions = ruling.findings.iter().filter_map(|finding| finding.authority.as_ref());
        let funds = ruling.funds.iter().filter_map(|fund| fund.authority.as_ref());
        let parameters = ruling.parameters.iter().filter_map(|parameter| parameter.authority.as_ref());
        for authority in conditions.chain(funds).chain(parameters) {
            if !out.contains(&authority) {
                out.push(authority);
            }
        }
    }
    out
}

/// The title of the condition or fund of this id.
fn title_of<'a>(ruling: &'a Ruling, id: &'a str) -> &'a str {
    let finding = ruling.finding(id).map(|finding| finding.title.as_str());
    finding.or_else(|| ruling.fund(id).map(|fund| fund.title.as_str())).unwrap_or(id)
}

/// The sentence that says where each pound of a fund goes.
fn dispositions(currency: &Currency, fund: &FundRuling) -> String {
    let destination = fund.destination.as_deref().unwrap_or("another destination");
    let parts: Vec<(Money, String)> = fund
        .dispositions
        .parts()
        .into_iter()
        .filter(|(_, part)| !part.is_zero())
        .map(|(word, part)| (part, disposition_words(word, destination)))
        .collect();
    match (fund.amount, parts.as_slice()) {
        (None, []) => "The amount is not known, so nothing can be said of where it goes.".to_owned(),
        (Some(_), []) => "There is no money in this fund.".to_owned(),
        (Some(amount), [(part, words)]) if amount == *part => {
            format!("The whole of {} {words}.", currency.show(amount))
        }
        (amount, parts) => {
            let whole = amount.map(|amount| format!("Of {}, ", currency.show(amount))).unwrap_or_default();
            let parts: Vec<String> =
                parts.iter().map(|(part, words)| format!("{} {words}", currency.show(*part))).collect();
            format!("{whole}{}.", listed(&parts))
        }
    }
}

/// Whether a fund's own reason already says what becomes of each part, so that nothing is left to add.
fn reason_tells_where(currency: &Currency, fund: &FundRuling) -> bool {
    let mut parts = fund.dispositions.parts().into_iter().filter(|(_, part)| !part.is_zero());
    match fund.amount {
        None => fund.reason.starts_with("the amount is not known"),
        Some(amount) if amount.is_zero() => fund.reason.contains("no money"),
        Some(_) => parts.all(|(_, part)| fund.reason.contains(&currency.show(part))),
    }
}

/// Whether some of the fund is not decided, or not even how much it is.
pub(crate) fn is_open(fund: &FundRuling) -> bool {
    fund.amount.is_none() || !fund.dispositions.undetermined.is_zero()
}

/// How a finding stands whose effect is not that of its outcome, as a sentence: `Waived: the minister …`.
fn standing(standing: &Standing) -> Line {
    Line::new().strong(format!("{}:", capital(standing.word.as_str()))).plain(format!(" {}", ended(&standing.reason)))
}

/// What becomes of a part, after its amount.
fn disposition_words(word: &str, destination: &str) -> String {
    match word {
        "released" => "is released".to_owned(),
        "redirected" => format!("goes to {destination}"),
        "withheld" => "is held back".to_owned(),
        "recovered" => "was paid and is taken back".to_owned(),
        "undetermined" => "cannot be decided yet".to_owned(),
        other => format!("is {other}"),
    }
}

/// The same words with a stop at the end, for what follows a colon.
fn ended(text: &str) -> String {
    format!("{}.", text.trim().trim_end_matches('.'))
}

/// Which rules and what evidence, in a line.
pub(crate) fn basis(ruling: &Ruling) -> String {
    let known = ruling
        .known_by
        .map_or_else(|| "all the evidence supplied".to_owned(), |date| format!("evidence known by {}", day(date)));
    format!("Rules as at {} (version {}); {known}.", day(ruling.rules_at), ruling.pack.version)
}

/// A parameter with its value and how sure the pack is of it.
fn parameter(parameter: &ParameterUsed) -> Line {
    let line = Line::new()
        .strong(capital(&parameter.title))
        .plain(" (")
        .code(format!("params.{}", parameter.name))
        .plain(format!("): {}, in force from {}", parameter.figure.shown, day(parameter.from)))
        .plain(parameter.announced.map(|date| format!(", announced on {}", day(date))).unwrap_or_default())
        .plain(". ");
    let line = vouched(line, parameter.status, parameter.authority.as_ref(), parameter.note.as_ref());
    let line = match parameter.confirmed {
        Some(confirmed) => line.plain(format!(" Last confirmed on {}.", day(confirmed))),
        None => line,
    };
    parameter.cancelled.iter().fold(line, |line, change| {
        let told = change.announced.map(|date| format!(", announced on {},", day(date))).unwrap_or_default();
        let what = format!(" A change to {} from {}{told}", change.figure.shown, day(change.from));
        line.plain(format!("{what} was cancelled: {}", ended(&change.because)))
    })
}

/// A table and where its rows come from.
fn table_used(table: &TableUsed) -> Line {
    let rows = if table.rows == 1 { "1 row".to_owned() } else { format!("{} rows", table.rows) };
    let line = Line::new()
        .strong(capital(&table.title))
        .plain(" (")
        .code(format!("tables.{}", table.name))
        .plain(format!("): {rows}, in force from {}. ", day(table.from)));
    vouched(line, table.status, table.authority.as_ref(), table.note.as_ref())
}

/// A calendar and where its holidays come from.
fn calendar_used(calendar: &CalendarUsed) -> Line {
    let line = Line::new()
        .strong(capital(&calendar.title))
        .plain(" (")
        .code(format!("\"{}\"", calendar.name))
        .plain(format!("): known from {} until before {}. ", day(calendar.from), day(calendar.until)));
    vouched(line, calendar.status, calendar.authority.as_ref(), calendar.note.as_ref())
}

/// How sure the pack is of something that the rules set.
fn vouched(line: Line, status: Status, authority: Option<&Authority>, note: Option<&String>) -> Line {
    let line = match status {
        Status::Verified => line.plain("Verified: read in the source."),
        Status::Secondary => line.caution("SECONDARY:").plain(" read in somebody's account of the source."),
        Status::Unverified => line.caution("UNVERIFIED:").plain(" not seen in any source."),
        Status::Choice => line.caution("CHOICE:").plain(" made by this pack where the sources are silent or differ."),
    };
    let line = match authority {
        Some(authority) => line.plain(" ").then(cited(authority)),
        None => line,
    };
    match note {
        Some(note) => line.plain(format!(" {}", sentence(note))),
        None => line,
    }
}

/// The section that lets anyone reach the same ruling again.
fn replay(document: &mut Document, rows: &[(&str, String)]) {
    let mut table = Table::new().words("What").words("Value").headless();
    for (name, value) in rows {
        table.row([Line::from(*name), Line::from(value.as_str())]);
    }
    document.table(table);
}

/// The dates, versions and digests of a ruling.
fn identity(ruling: &Ruling) -> Vec<(&'static str, String)> {
    let mut rows = rules_identity(ruling);
    rows.push(("Case", ruling.case.id.clone()));
    rows.push(("Case digest", ruling.case.digest.clone()));
    rows
}

/// The same without the case.
fn rules_identity(ruling: &Ruling) -> Vec<(&'static str, String)> {
    vec![
        ("Engine", format!("ringfence {}", ruling.engine)),
        ("Rules at", ruling.rules_at.to_string()),
        (
            "Known by",
            ruling.known_by.map_or_else(|| "no limit: all the evidence counts".to_owned(), |date| date.to_string()),
        ),
        ("Pack", format!("{} {}", ruling.pack.id, ruling.pack.version)),
        ("Pack digest", ruling.pack.digest.clone()),
    ]
    .into_iter()
    .chain(
        ruling.plugins.iter().map(|plugin| ("Function of the program", format!("{} {}", plugin.name, plugin.version))),
    )
    .chain(ruling.portfolio.iter().flat_map(|portfolio| {
        [("Ruled on together", counted(portfolio.cases, "case")), ("Digest of the cases", portfolio.digest.clone())]
    }))
    .collect()
}
