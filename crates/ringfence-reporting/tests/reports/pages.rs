//! Pages of HTML: what they say, and that nothing in a ruling becomes markup.

use std::collections::BTreeSet;

use ringfence_core::ruling::{Dispositions, Ruling, Standing, StandingWord};
use ringfence_reporting::html;
use ringfence_reporting::portfolio::Portfolio;

use crate::samples::{late_start, missing_quarter, pounds, unknown_amount, unsigned, wiltshire};

fn mixed() -> Portfolio {
    Portfolio::new(vec![wiltshire(), late_start(), missing_quarter(), unknown_amount()]).unwrap()
}

/// What is between the first `from` and the first `to` after it.
#[track_caller]
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let found = page.split_once(from).and_then(|(_, rest)| rest.split_once(to));
    assert!(found.is_some(), "no {from} with {to} after it in {page}");
    found.unwrap().0
}

/// The text of a page as somebody reads it: without markup, cells apart.
fn read(page: &str) -> String {
    let body = between(page, "<body>", "<script>");
    let body = ["</td>", "</th>"].iter().fold(body.to_owned(), |text, end| text.replace(end, " | "));
    let body = ["</text>", "</desc>", "</title>", "</summary>", "</option>", "</label>", "</span>"]
        .iter()
        .fold(body, |text, end| text.replace(end, "\n"));
    let mut out = String::new();
    for piece in body.split('<') {
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    let out = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(out, |text, (code, letter)| text.replace(code, letter));
    let lines = out.lines().map(|line| line.trim().trim_end_matches('|').trim_end()).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_portfolio_is_one_page() {
    insta::assert_snapshot!("html-portfolio", read(&html::portfolio(&mixed())));
}

#[test]
fn a_ruling_is_one_page() {
    let page = html::ruling(&late_start());
    let way = between(&page, "<h2 id=\"way\">", "<h2 id=\"ruling\">");
    insta::assert_snapshot!(between(way, "<desc id=\"way-drawn-says\">", "</desc>"), @"£134,100.00 of Payment for performance: Released; £74,500.00 of Payment for performance: Redirected to NHS-commissioned services; £11,791,400.00 of Ring-fenced share for out-of-hospital care: Released.");
    assert!(page.contains("Cut achieved to date") && page.contains("9f86d081884c7d659a2feaa0c55ad015"));
    assert!(!page.contains("<script"), "one ruling has nothing to sort");
}

#[test]
fn every_total_is_on_the_page_as_the_portfolio_has_it() {
    let portfolio = mixed();
    let page = html::portfolio(&portfolio);
    let totals = between(&page, "<h2 id=\"totals\">", "<h2 id=\"conditions\">");
    for fund in portfolio.funds() {
        let rows = between(totals, &format!(">{}</h3>", fund.title), "</table>");
        for (word, part) in fund.totals.dispositions.parts() {
            let shown = portfolio.currency().show(part);
            assert!(word == "recovered" || word == "redirected" || rows.contains(&shown), "{word} {shown} of {rows}");
        }
        assert!(rows.contains(&portfolio.currency().show(fund.totals.amount)));
    }
}

#[test]
fn the_table_of_recipients_adds_up_to_the_totals() {
    let portfolio = mixed();
    let page = html::portfolio(&portfolio);
    let table = between(&page, "<table class=\"sortable\">", "</table>");
    for fund in portfolio.funds() {
        let mut sum = 0;
        for row in table.split("<tr ").filter(|row| row.contains(&format!("data-fund=\"{}\"", fund.fund))) {
            let amount = between(row, "data-sort=\"", "\"");
            sum += if amount.is_empty() { 0 } else { amount.parse::<i64>().unwrap() };
        }
        assert_eq!(sum, fund.totals.amount.pence(), "{}", fund.fund);
    }
}

#[test]
fn an_amount_that_is_not_known_is_never_a_nought() {
    let page = html::portfolio(&mixed());
    let table = between(&page, "<table class=\"sortable\">", "</table>");
    let row = table.split("<tr ").find(|row| row.contains("05P") && row.contains("\"performance\"")).unwrap();
    assert!(row.contains("not known") && !row.contains(">0.00<"), "{row}");
    assert!(page.contains("Earned by the rule") && page.contains("(2 of 3)"), "{page}");
}

#[test]
fn funds_of_which_nothing_is_known_are_named_and_not_drawn() {
    let page = html::portfolio(&Portfolio::new(vec![unknown_amount()]).unwrap());
    let says = between(&page, "Not drawn, because the amount is not known: ", "</p>");
    assert_eq!(says, "“Payment for performance”.");
    assert!(
        page.contains("Left out here, because the amount is not known for any recipient: “Payment for performance”.")
    );
}

#[test]
fn a_waiver_is_seen_in_the_matrix() {
    let mut ruling = unsigned("A01", "Area");
    ruling.findings[0].standing = Some(Standing { word: StandingWord::Waived, reason: "the minister".to_owned() });
    let page = html::portfolio(&Portfolio::new(vec![ruling, wiltshire()]).unwrap());
    let matrix = between(&page, "<table class=\"matrix\">", "</table>");
    assert!(matrix.contains("undetermined, waived"), "{matrix}");
    assert!(page.contains("it is waived, suspended, cured or lapsed."));
}

#[test]
fn no_text_of_a_ruling_becomes_markup() {
    let hostile = "</title></style><script>alert(1)</script><img src=x onerror='alert(1)'>\"'";
    let change = |mut ruling: Ruling, id: &str| {
        id.clone_into(&mut ruling.case.id);
        ruling.case.id.push_str(hostile);
        hostile.clone_into(&mut ruling.case.recipient.name);
        hostile.clone_into(&mut ruling.pack.title);
        for finding in &mut ruling.findings {
            hostile.clone_into(&mut finding.title);
            hostile.clone_into(&mut finding.reason);
        }
        for fund in &mut ruling.funds {
            hostile.clone_into(&mut fund.title);
            fund.destination = Some(hostile.to_owned());
            for tranche in &mut fund.tranches {
                hostile.clone_into(&mut tranche.period);
            }
        }
        for evidence in &mut ruling.evidence {
            evidence.source = Some(hostile.to_owned());
        }
        ruling
    };
    let page = html::portfolio(&Portfolio::new(vec![change(wiltshire(), "a"), change(late_start(), "b")]).unwrap());
    for page in [page, html::ruling(&change(late_start(), "c"))] {
        let body = page.split_once("</head>").unwrap().1;
        let scripts = usize::from(body.contains("\"use strict\""));
        assert_eq!(body.matches("<script").count(), scripts, "the page's own and no other");
        assert!(!body.contains("<img") && !body.contains("onerror='"), "{body}");
    }
}

#[test]
fn no_two_parts_of_a_page_have_one_id_and_every_link_leads_somewhere() {
    let unsigned: Vec<Ruling> = ["A01", "A02", "A03"].into_iter().map(|code| unsigned(code, "Area")).collect();
    for page in [
        html::portfolio(&mixed()),
        html::portfolio(&Portfolio::new(unsigned).unwrap()),
        html::ruling(&wiltshire()),
        html::ruling(&unknown_amount()),
    ] {
        let values = |name: &str| -> Vec<String> {
            page.split(name).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let ids = values(" id=\"");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for target in values(" href=\"#") {
            assert!(unique.contains(&target), "nothing has the id {target}");
        }
        for named in values(" aria-labelledby=\"").iter().flat_map(|ids| ids.split(' ')) {
            assert!(unique.contains(&named.to_owned()), "nothing has the id {named}");
        }
    }
}

#[test]
fn all_that_is_released_is_drawn_from_every_fund() {
    let mut ruling = wiltshire();
    ruling.funds[0].dispositions = Dispositions {
        released: pounds(577_270),
        withheld: pounds(300_000),
        recovered: pounds(200_000),
        ..Dispositions::default()
    };
    let page = html::ruling(&ruling);
    let says = between(&page, "<desc id=\"way-drawn-says\">", "</desc>");
    assert!(says.contains("£300,000.00 of Payment for performance: Held back"), "{says}");
    assert!(says.contains("£200,000.00 of Payment for performance: Paid and taken back"), "{says}");
}
