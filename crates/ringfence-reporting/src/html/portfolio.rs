//! A portfolio as a page: totals, the money's way, findings, instalments, each recipient, and each ruling's reasons.

use std::collections::BTreeSet;

use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{Dispositions, FundRuling, Outcome, Ruling};

use super::picture::{self, Column, Goal, Instalment, Source};
use super::{Element, Html, Page, document, element, framed, identifier, link, matrix};
use crate::document::{capital, sentence};
use crate::portfolio::{FundTotals, Portfolio, TrancheTotals};
use crate::report::{self, Names, PortfolioPart, basis, cited, counted, is_open, listed, part_words, shown};

pub(super) const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// A portfolio as one self-contained page, each ruling's reasons folded away in it.
pub fn portfolio(portfolio: &Portfolio) -> String {
    let mut page =
        Page::new(&portfolio.rulings().first().map_or_else(String::new, |first| report::headline(portfolio, first)));
    page.style(STYLE);
    page.script(SCRIPT);
    if let Some(first) = portfolio.rulings().first() {
        page.lead(element("p").text(basis(first)));
    }
    page.lead(picture::patterns());
    let names = Names::of(portfolio);
    page.add(controls(portfolio, &names));
    totals(&mut page, portfolio);
    conditions(&mut page, portfolio, &names);
    document::onto(&mut page, &report::one_part(portfolio, PortfolioPart::Undetermined));
    instalments(&mut page, portfolio, &names);
    performance(&mut page, portfolio, &names);
    recipients(&mut page, portfolio, &names);
    reasons(&mut page, portfolio, &names);
    document::onto(&mut page, &report::one_part(portfolio, PortfolioPart::Checks));
    document::onto(&mut page, &report::one_part(portfolio, PortfolioPart::Parameters));
    document::onto(&mut page, &report::one_part(portfolio, PortfolioPart::Warnings));
    sources(&mut page, portfolio);
    document::onto(&mut page, &report::one_part(portfolio, PortfolioPart::Identity));
    page.render()
}

/// What chooses recipients. It is hidden where no script runs: all are shown then.
fn controls(portfolio: &Portfolio, names: &Names) -> Html {
    let field = |id: &str, says: &str, control: Element| {
        element("p").with(element("label").attribute("for", id).text(says)).text(" ").with(control.attribute("id", id))
    };
    let choice = |value: &str, says: &str| element("option").attribute("value", value).text(says);
    let standing = element("select").all([
        choice("", "Any"),
        choice("open", "Something is not decided"),
        choice("settled", "Everything is decided"),
        choice("unmet", "A condition is unmet"),
    ]);
    let mut fields = vec![
        field(
            "choose-find",
            &format!("Find a {}", names.noun()),
            element("input").attribute("type", "search").attribute("autocomplete", "off"),
        ),
        field("choose-standing", "Standing", standing),
    ];
    let told: Vec<&FundTotals> =
        portfolio.funds().iter().filter(|fund| !report::is_unknown_throughout(&fund.totals)).collect();
    if told.len() > 1 {
        let funds = told.iter().map(|fund| choice(&fund.fund, &capital(&fund.title)));
        fields.push(field("choose-fund", "Fund", element("select").with(choice("", "All")).all(funds)));
    }
    element("div")
        .class("controls")
        .attribute("role", "search")
        .attribute("aria-label", format!("Choose {}s", names.noun()))
        .attribute("hidden", "hidden")
        .all(fields)
        .with(
            element("p")
                .class("count")
                .attribute("role", "status")
                .attribute("data-all", names.counted(portfolio.rulings().len())),
        )
        .into()
}

/// The words by which the script finds a ruling's rows.
pub(super) fn row_of(names: &Names, ruling: &Ruling, row: Element) -> Element {
    let open =
        ruling.findings.iter().any(|finding| matches!(finding.outcome, Outcome::Undetermined | Outcome::Pending))
            || ruling.funds.iter().any(is_open);
    let unmet = ruling.findings.iter().any(|finding| finding.outcome == Outcome::Unmet);
    let standing = [(open, "open"), (!open, "settled"), (unmet, "unmet")];
    let words: Vec<&str> = standing.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect();
    row.attribute("data-who", names.who(ruling)).attribute("data-is", words.join(" "))
}

fn totals(page: &mut Page, portfolio: &Portfolio) {
    let funds: Vec<_> = portfolio
        .funds()
        .iter()
        .map(|fund| {
            let unknown = fund.totals.amount_not_known == fund.totals.rulings;
            (fund.title.as_str(), fund.destination.as_deref(), fund.totals.dispositions, unknown)
        })
        .collect();
    let (drawn, notes) = way(portfolio.currency(), &funds);
    if let Some(drawn) = drawn {
        page.heading(2, "way", "Where the money goes");
        page.add(drawn);
        page.add(notes);
    }
    document::onto(page, &report::one_part(portfolio, PortfolioPart::Totals));
}

/// The drawing of the money's way, and what it leaves out. Funds are title, destination, parts, and whether the amount
/// is not known.
pub(super) fn way(currency: &Currency, funds: &[(&str, Option<&str>, Dispositions, bool)]) -> (Option<Html>, Html) {
    let mut goals: Vec<Goal> = Vec::new();
    for (word, _) in Dispositions::default().parts() {
        for (_, destination, parts, _) in funds {
            let some = parts.parts().into_iter().any(|(other, part)| other == word && !part.is_zero());
            let goal = goal(word, *destination);
            if some && !goals.contains(&goal) {
                goals.push(goal);
            }
        }
    }
    let sources: Vec<Source> = funds
        .iter()
        .map(|(title, destination, parts, _)| Source {
            title: capital(title),
            goes: parts
                .parts()
                .into_iter()
                .filter_map(|(word, part)| {
                    let goal = goal(word, *destination);
                    goals.iter().position(|known| *known == goal).map(|at| (at, part))
                })
                .filter(|(_, part)| !part.is_zero())
                .collect(),
        })
        .filter(|source| !source.goes.is_empty())
        .collect();
    let unknown: Vec<String> =
        funds.iter().filter(|(.., unknown)| *unknown).map(|(title, ..)| format!("“{title}”")).collect();
    let notes = if unknown.is_empty() {
        Html::new()
    } else {
        let says = format!("Not drawn, because the amount is not known: {}.", listed(&unknown));
        element("p").class("quiet").text(says).into()
    };
    (picture::flow("way-drawn", "Where the money goes", currency, &sources, &goals), notes)
}

fn goal(word: &'static str, destination: Option<&str>) -> Goal {
    let says = match (word, destination) {
        ("redirected", Some(destination)) => format!("Redirected to {destination}"),
        _ => part_words(word).to_owned(),
    };
    Goal { word, says }
}

fn conditions(page: &mut Page, portfolio: &Portfolio, names: &Names) {
    if portfolio.findings().is_empty() {
        return;
    }
    page.heading(2, "conditions", "Conditions");
    page.add(matrix::counts(portfolio));
    page.heading(3, "matrix", &format!("{} by {}", capital(names.noun()), names.noun()));
    page.add(matrix::matrix(portfolio));
    if portfolio.rulings().iter().flat_map(|ruling| &ruling.findings).any(|finding| finding.standing.is_some()) {
        page.add(element("p").class("quiet").text(
            "* What follows from the finding is not what its outcome alone would give: it is waived, suspended, cured or lapsed.",
        ));
    }
}

fn instalments(page: &mut Page, portfolio: &Portfolio, names: &Names) {
    let funds: Vec<&FundTotals> =
        portfolio.funds().iter().filter(|fund| !portfolio.tranches(&fund.fund).is_empty()).collect();
    if funds.is_empty() {
        return;
    }
    page.heading(2, "instalments", "Instalment by instalment");
    for (at, fund) in funds.into_iter().enumerate() {
        if portfolio.funds().len() > 1 {
            page.heading(3, &format!("instalments-{}", fund.fund), &capital(&fund.title));
        }
        let tranches = portfolio.tranches(&fund.fund);
        let drawn: Vec<Instalment> = tranches
            .iter()
            .map(|tranche| Instalment {
                period: tranche.period.clone(),
                parts: vec![("released", tranche.released), ("undetermined", tranche.undetermined)],
                earned: tranche.earned,
            })
            .collect();
        let title = format!("{}, instalment by instalment", capital(&fund.title));
        let says = "The table below has the same figures.";
        if let Some(picture) =
            picture::instalments(&format!("instalments-drawn-{at}"), &title, says, portfolio.currency(), &drawn)
        {
            let some = |of: fn(&TrancheTotals) -> Money| tranches.iter().any(|tranche| !of(tranche).is_zero());
            let parts = [
                ("released", "Released", some(|tranche| tranche.released)),
                ("undetermined", "Not decided from this period on", some(|tranche| tranche.undetermined)),
            ];
            let parts: Vec<_> =
                parts.into_iter().filter(|(.., some)| *some).map(|(word, says, _)| (word, says)).collect();
            page.add(picture::legend(&parts, Some("Earned by the rule in this period, before any condition")));
            page.add(picture);
        }
        page.add(tranche_table(portfolio.currency(), &format!("{title}, in figures"), tranches));
        let notes = report::tranche_notes(tranches, names);
        if !notes.is_empty() {
            page.add(element("p").class("quiet").text(notes));
        }
    }
}

fn tranche_table(currency: &Currency, title: &str, tranches: &[TrancheTotals]) -> Html {
    let some = |of: fn(&TrancheTotals) -> Money| tranches.iter().any(|tranche| !of(tranche).is_zero());
    let (recovered, open) = (some(|tranche| tranche.recovered), some(|tranche| tranche.undetermined));
    let head = |text: &str| element("th").attribute("scope", "col").class("figure").text(text);
    let figure = |amount: Money| element("td").class("figure").text(currency.show(amount));
    let known = |amount: Money, unknown: usize, rulings: usize| {
        if unknown == rulings {
            return element("td").class("figure").text("not known");
        }
        let cell = figure(amount);
        if unknown == 0 { cell } else { cell.text(format!(" ({} of {rulings})", rulings - unknown)) }
    };
    let titles = element("tr")
        .with(element("th").attribute("scope", "col").text("Period"))
        .with(head("Earned by the rule"))
        .with(head("Released"))
        .all(recovered.then(|| head("Taken back")))
        .all(open.then(|| head("Not decided")))
        .with(head("Left for later"));
    let rows = tranches.iter().map(|tranche| {
        element("tr")
            .with(element("th").attribute("scope", "row").text(&tranche.period))
            .with(known(tranche.earned, tranche.earned_not_known, tranche.rulings))
            .with(figure(tranche.released))
            .all(recovered.then(|| figure(tranche.recovered)))
            .all(open.then(|| figure(tranche.undetermined)))
            .with(known(tranche.closing, tranche.closing_not_known, tranche.rulings))
    });
    framed(title, element("table").with(element("thead").with(titles)).with(element("tbody").all(rows)))
}

fn performance(page: &mut Page, portfolio: &Portfolio, names: &Names) {
    let noun = names.noun();
    let mut begun = false;
    for (at, fund) in portfolio.funds().iter().enumerate() {
        let mut ruled: Vec<(&Ruling, &FundRuling, Money)> = portfolio
            .rulings()
            .iter()
            .filter_map(|ruling| ruling.fund(&fund.fund).map(|found| (ruling, found)))
            .filter_map(|(ruling, found)| Some((ruling, found, found.amount.filter(|amount| *amount > Money::ZERO)?)))
            .collect();
        if ruled.len() < 2 {
            continue;
        }
        if !begun {
            page.heading(2, "performance", "Release against performance");
            begun = true;
        }
        if portfolio.funds().len() > 1 {
            page.heading(3, &format!("performance-{}", fund.fund), &capital(&fund.title));
        }
        ruled.sort_by(|(_, left, left_amount), (_, right, right_amount)| {
            let share = |found: &FundRuling, of: Money| {
                i128::from(found.earned.map_or(-1, Money::pence)) * i128::from(of.pence())
            };
            share(left, *right_amount).cmp(&share(right, *left_amount))
        });
        let left_out = portfolio.rulings().len() - ruled.len();
        let says = format!(
            "A column is a {noun}, and the whole of it the {noun}'s amount. The shading is where that goes; the line is how \
             much of it the release rule gives by the {noun}'s performance, before any condition. They stand in the order \
             of that share; those for whom it is not known come first, without a line."
        );
        let without = if left_out == 0 {
            String::new()
        } else {
            format!(
                " {} without an amount, or with an amount of nothing, {} left out.",
                names.counted(left_out),
                if left_out == 1 { "is" } else { "are" }
            )
        };
        let columns: Vec<Column> =
            ruled.iter().map(|(ruling, found, amount)| column(names, ruling, found, *amount)).collect();
        let some = |word: &str| {
            columns.iter().flat_map(|column| &column.parts).any(|(other, part)| *other == word && !part.is_zero())
        };
        let parts: Vec<(&str, &str)> = Dispositions::default()
            .parts()
            .into_iter()
            .filter(|(word, _)| some(word))
            .map(|(word, _)| (word, part_words(word)))
            .collect();
        page.add(element("p").text(format!("{says}{without} The table of {noun}s has every figure.")));
        page.add(picture::legend(&parts, Some("Earned by the rule")));
        let title = format!("{}: release against performance", capital(&fund.title));
        page.add(picture::columns(&format!("performance-drawn-{at}"), &title, &says, &columns));
    }
}

fn column(names: &Names, ruling: &Ruling, fund: &FundRuling, amount: Money) -> Column {
    let currency = &ruling.currency;
    let parts: Vec<(&'static str, Money)> = fund.dispositions.parts().into_iter().collect();
    let told: Vec<String> = parts
        .iter()
        .filter(|(_, part)| !part.is_zero())
        .map(|(word, part)| format!("{} {}", part_words(word).to_lowercase(), currency.show(*part)))
        .collect();
    let says = format!(
        "{}: {} of {}; the rule gives {}",
        names.who(ruling),
        listed(&told),
        currency.show(amount),
        shown(currency, fund.earned)
    );
    Column { says, amount, parts, earned: fund.earned }
}

fn recipients(page: &mut Page, portfolio: &Portfolio, names: &Names) {
    let noun = names.noun();
    let title = format!("{}s (amounts in {})", capital(noun), portfolio.currency().code());
    page.heading(2, "recipients", &title);
    let (unknown, told): (Vec<&FundTotals>, Vec<&FundTotals>) =
        portfolio.funds().iter().partition(|fund| report::is_unknown_throughout(&fund.totals));
    let columns = Columns::of(&told);
    let rows = portfolio.rulings().iter().flat_map(|ruling| {
        let funds: Vec<&FundRuling> = told.iter().filter_map(|fund| ruling.fund(&fund.fund)).collect();
        if funds.is_empty() {
            return vec![columns.row(names, ruling, None)];
        }
        funds.into_iter().map(|fund| columns.row(names, ruling, Some(fund))).collect()
    });
    let table = element("table")
        .class("sortable")
        .with(element("thead").with(columns.titles(noun)))
        .with(element("tbody").all(rows));
    page.add(framed(&format!("{}s", capital(noun)), table));
    let mut notes = vec![
        "Unmet and open are counts of conditions: open ones wait for evidence or for somebody's decision. Each name leads to the reasons below.".to_owned(),
    ];
    if !unknown.is_empty() {
        let titles: Vec<String> = unknown.iter().map(|fund| format!("“{}”", fund.title)).collect();
        notes.push(format!("Left out here, because the amount is not known for any {noun}: {}.", listed(&titles)));
    }
    page.add(element("p").class("quiet").text(notes.join(" ")));
}

/// The columns of the table of recipients.
struct Columns {
    /// Whether there is a column for the fund.
    fund: bool,
    /// Whether there are columns of money.
    money: bool,
    /// The parts that are more than nothing for somebody.
    parts: Vec<&'static str>,
}

impl Columns {
    fn of(funds: &[&FundTotals]) -> Self {
        let some = |word: &str| {
            let mut parts = funds.iter().flat_map(|fund| fund.totals.dispositions.parts());
            parts.any(|(other, part)| other == word && !part.is_zero())
        };
        let parts = Dispositions::default().parts().into_iter().map(|(word, _)| word).filter(|word| some(word));
        Self { fund: funds.len() > 1, money: !funds.is_empty(), parts: parts.collect() }
    }

    fn titles(&self, noun: &str) -> Element {
        let head = |text: &str| element("th").attribute("scope", "col").text(text);
        let money = if self.money { vec!["Amount", "Earned by the rule"] } else { vec![] };
        let figures = money.into_iter().chain(self.parts.iter().map(|word| part_words(word))).chain(["Unmet", "Open"]);
        element("tr")
            .with(head(&capital(noun)))
            .with(head("Code"))
            .all(self.fund.then(|| head("Fund").class("fund")))
            .all(figures.map(|text| head(text).class("figure")))
    }

    fn row(&self, names: &Names, ruling: &Ruling, fund: Option<&FundRuling>) -> Element {
        let recipient = &ruling.case.recipient;
        let count = |wanted: fn(Outcome) -> bool| {
            let count = ruling.findings.iter().filter(|finding| wanted(finding.outcome)).count();
            element("td").class("figure").attribute("data-sort", count.to_string()).text(count.to_string())
        };
        row_of(names, ruling, element("tr"))
            .attribute("data-fund", fund.map_or("", |fund| &fund.fund))
            .with(
                element("th")
                    .attribute("scope", "row")
                    .with(link(&format!("#{}", id_of(ruling)), &format!("{}{}", recipient.name, names.case(ruling)))),
            )
            .with(element("td").text(recipient.code.as_deref().unwrap_or_default()))
            .all(fund.filter(|_| self.fund).map(|fund| element("td").class("fund").text(capital(&fund.title))))
            .all(fund.map(|fund| self.money(&ruling.currency, fund)))
            .with(count(|outcome| outcome == Outcome::Unmet))
            .with(count(|outcome| matches!(outcome, Outcome::Undetermined | Outcome::Pending)))
    }

    fn money(&self, currency: &Currency, fund: &FundRuling) -> Html {
        let cell = |amount: Option<Money>, without: &str| match amount {
            // In pence, so that a script sorts whole numbers.
            Some(amount) => element("td")
                .class("figure")
                .attribute("data-sort", amount.pence().to_string())
                .text(bare(currency, amount)),
            None => element("td").class("figure").attribute("data-sort", "").text(without),
        };
        let parts = fund.dispositions.parts().into_iter().filter(|(word, _)| self.parts.contains(word));
        // Of an amount that is not known, a part of nothing says nothing.
        let parts =
            parts.map(|(_, part)| cell(Some(part).filter(|part| fund.amount.is_some() || !part.is_zero()), "–"));
        Html::from(cell(fund.amount, "not known")).with(cell(fund.earned, "not known")).all(parts)
    }
}

/// An amount without the sign of its currency, which the heading names.
fn bare(currency: &Currency, amount: Money) -> String {
    currency
        .show(amount)
        .chars()
        .filter(|letter| letter.is_ascii_digit() || matches!(letter, ',' | '.' | '-'))
        .collect()
}

/// The id of the reasons of a ruling.
fn id_of(ruling: &Ruling) -> String {
    format!("reasons-{}", identifier(&ruling.case.id))
}

fn reasons(page: &mut Page, portfolio: &Portfolio, names: &Names) {
    page.heading(2, "reasons", "The reasons of each ruling");
    page.add(element("p").class("on-paper").text("Reasons that are folded away are not printed."));
    for ruling in portfolio.rulings() {
        let who = names.who(ruling);
        // The id stands inside, so that a browser which is led there unfolds what is around it.
        let inner = element("div").attribute("id", id_of(ruling)).attribute("tabindex", "-1").with(document::blocks(
            &report::reasons(ruling),
            1,
            &who,
        ));
        let folded = row_of(names, ruling, element("details"))
            .with(element("summary").text(&who).with(element("span").class("quiet").text(in_short(ruling))))
            .with(inner);
        page.add(folded);
    }
}

/// What becomes of the money, and of the conditions, in a line.
fn in_short(ruling: &Ruling) -> String {
    let funds = ruling.funds.iter().map(|fund| match fund.amount {
        None => format!("{}: amount not known", capital(&fund.title)),
        Some(_) => {
            let parts = fund.dispositions.parts().into_iter().filter(|(_, part)| !part.is_zero());
            let told: Vec<String> = parts
                .map(|(word, part)| format!("{} {}", ruling.currency.show(part), part_words(word).to_lowercase()))
                .collect();
            format!("{}: {}", capital(&fund.title), if told.is_empty() { "nothing".to_owned() } else { listed(&told) })
        }
    });
    format!(" {}", funds.collect::<Vec<_>>().join("; "))
}

/// Where the rules and the evidence come from, each once.
fn sources(page: &mut Page, portfolio: &Portfolio) {
    let authorities = report::authorities(portfolio);
    let mut evidence: Vec<(String, &str, BTreeSet<&str>, usize)> = Vec::new();
    for ruling in portfolio.rulings() {
        for source in ruling.evidence.iter().filter_map(|entry| entry.source.as_deref()) {
            let kind = without_numbers(source);
            match evidence.iter_mut().find(|(known, ..)| *known == kind) {
                Some((_, _, places, count)) => {
                    places.insert(source);
                    *count += 1;
                }
                None => evidence.push((kind, source, BTreeSet::from([source]), 1)),
            }
        }
    }
    if authorities.is_empty() && evidence.is_empty() {
        return;
    }
    page.heading(2, "sources", "Sources");
    if !authorities.is_empty() {
        page.heading(3, "sources-rules", "Of the rules");
        page.add(
            element("ul").all(authorities.into_iter().map(|found| element("li").with(document::inline(&cited(found))))),
        );
    }
    if !evidence.is_empty() {
        page.heading(3, "sources-evidence", "Of the evidence");
        page.add(element("ul").all(evidence.into_iter().map(|(_, first, places, count)| {
            let figures = counted(count, "figure");
            element("li").text(match places.len() {
                1 => format!("{} {figures}.", sentence(first)),
                several => {
                    format!("{} {figures} from {several} such places, of which this is the first.", sentence(first))
                }
            })
        })));
    }
}

/// The same text with one mark for each run of numbers, so that many places in one file are one kind of source.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(' ') {
        let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let bare = word.trim_end_matches([',', ';', '.']);
        if is_number(bare) && out.ends_with('#') {
            continue;
        }
        out.push(' ');
        out.push_str(if is_number(bare) { "#" } else { word });
    }
    out
}
