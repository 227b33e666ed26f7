//! A page of HTML over the source of a pack: each line with the points on it, and the cases that exercise them.

use std::collections::BTreeMap;

use ringfence_core::cover::Group;

use super::{Coverage, Covered, Share, path};
use crate::document::capital;
use crate::html::{Element, Html, Page, element, framed, link};

/// The coverage of a pack as a page.
pub fn page(coverage: &Coverage) -> String {
    let mut page = Page::new(&format!("{}: what the cases exercise", coverage.title));
    page.style(include_str!("page.css"));
    page.lead(element("p").with(code(&coverage.pack)).text(format!(", {}.", coverage.cases())));
    page.heading(2, "groups", "How much of it");
    page.add(groups(coverage));
    page.heading(2, "not-exercised", "What no case exercises");
    page.add(uncovered(coverage));
    for (number, file) in coverage.files().into_iter().enumerate() {
        let Some(first) = file.first() else { continue };
        page.heading(2, &format!("file-{number}"), within(coverage, path(&first.point)));
        page.add(source(number, file));
    }
    page.foot(element("p").text(
        "A point is one thing that a rule can do. What no evidence can bring about under the rules of any day is none.",
    ));
    page.render()
}

/// A path as it stands in the pack's own folder, whose name the page has said; one from elsewhere is whole.
fn within<'path>(coverage: &Coverage, path: &'path str) -> &'path str {
    let own = |(above, own): (&str, &'path str)| (above.is_empty() || above.ends_with('/')).then_some(own);
    path.split_once(&format!("{}/", coverage.pack)).and_then(own).unwrap_or(path)
}

fn code(text: &str) -> Element {
    element("code").text(text)
}

/// Words with what stands in backticks as code.
fn said(words: &str) -> Html {
    let pieces = words.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces.fold(Html::new(), |html, (at, piece)| if at % 2 == 1 { html.with(code(piece)) } else { html.text(piece) })
}

fn groups(coverage: &Coverage) -> Html {
    let heads = ["Kind of point", "Exercised", "Of", "Share"];
    let head = heads.iter().enumerate().map(|(at, text)| {
        let cell = element("th").attribute("scope", "col").text(text);
        if at > 0 { cell.class("figure") } else { cell }
    });
    let row = |what: &str, share: Share| {
        let figure = |text: String| element("td").class("figure").text(text);
        element("tr")
            .with(element("th").attribute("scope", "row").text(what))
            .with(figure(share.covered.to_string()))
            .with(figure(share.all.to_string()))
            .with(element("td").class("figure").with(mark(share).text(share.to_string())))
    };
    let rows = coverage.groups().into_iter().map(|(group, share)| row(&capital(group.as_str()), share));
    let all = row("All", coverage.share(&Group::ALL));
    let table = element("table")
        .class("groups")
        .with(element("thead").with(element("tr").all(head)))
        .with(element("tbody").all(rows).with(all));
    framed("Points by kind", table)
}

/// A mark by how much is exercised, in colour; its text says it, too.
fn mark(share: Share) -> Element {
    element("span").class(match share.covered {
        covered if covered == share.all => "met",
        0 => "unmet",
        _ => "undetermined",
    })
}

fn line_id(file: usize, line: usize) -> String {
    format!("file-{file}-line-{line}")
}

fn uncovered(coverage: &Coverage) -> Html {
    let mut found = Html::new();
    for (number, file) in coverage.files().into_iter().enumerate() {
        let points: Vec<&Covered> = file.iter().filter(|covered| covered.cases == 0).collect();
        let Some(first) = points.first() else { continue };
        let entries = points.iter().map(|covered| {
            let point = &covered.point;
            let line = point.place.line();
            element("li")
                .with(link(&format!("#{}", line_id(number, line)), &format!("line {line}")))
                .text(format!(", {}: ", point.group.one()))
                .with(said(&point.words))
        });
        found = found.with(element("h3").text(within(coverage, path(&first.point)))).with(element("ul").all(entries));
    }
    if found.is_empty() { element("p").text("Nothing: every point is exercised.").into() } else { found }
}

/// A file with its points.
fn source(number: usize, file: &[Covered]) -> Html {
    let Some(first) = file.first() else { return Html::new() };
    let mut lines: BTreeMap<usize, Vec<&Covered>> = BTreeMap::new();
    for covered in file {
        lines.entry(covered.point.place.line()).or_default().push(covered);
    }
    let text = first.point.place.file();
    let rows = text.text().lines().zip(1..).map(|(text, line)| {
        let points = lines.get(&line).map_or(&[][..], Vec::as_slice);
        row(&line_id(number, line), line, text, points)
    });
    let head = ["Line", "Exercised", "Source, and what stands on it"].map(|text| {
        let cell = element("th").attribute("scope", "col").text(text);
        if text == "Line" { cell.class("line") } else { cell }
    });
    let table = element("table")
        .class("source")
        .with(element("thead").with(element("tr").all(head)))
        .with(element("tbody").all(rows));
    framed(path(&first.point), table)
}

fn row(id: &str, line: usize, text: &str, points: &[&Covered]) -> Element {
    let share = Share { covered: points.iter().filter(|covered| covered.cases > 0).count(), all: points.len() };
    let told = if points.is_empty() {
        element("td").class("share")
    } else {
        let words = format!("{} of {}", share.covered, share.all);
        element("td").class("share").with(mark(share).text(words))
    };
    element("tr")
        .attribute("id", id)
        .with(element("th").class("line").attribute("scope", "row").text(line.to_string()))
        .with(told)
        .with(element("td").class("text").with(element("span").class("yaml").text(text)).with(listed(points)))
}

/// The points of a line: those that no case exercises in sight, the others folded up.
fn listed(points: &[&Covered]) -> Html {
    let (covered, open): (Vec<&Covered>, Vec<&Covered>) = points.iter().copied().partition(|point| point.cases > 0);
    let mut html = Html::new();
    if !open.is_empty() {
        let entries = open.iter().map(|covered| {
            element("li")
                .with(element("span").class("unmet").text("✗ no case"))
                .text(format!(" {}: ", covered.point.group.one()))
                .with(said(&covered.point.words))
        });
        html = html.with(element("ul").all(entries));
    }
    if !covered.is_empty() {
        let entries = covered.iter().map(|covered| {
            let cases =
                if covered.cases == 1 { "✓ 1 case".to_owned() } else { format!("✓ {} cases", covered.cases) };
            let first = covered.first.as_deref().unwrap_or_default();
            element("li")
                .with(element("span").class("met").text(cases))
                .text(format!(" {}: ", covered.point.group.one()))
                .with(said(&covered.point.words))
                .text(if covered.cases == 1 { ": " } else { "; the first is " })
                .with(code(first))
        });
        let noun = if covered.len() == 1 { "point is" } else { "points are" };
        let summary = element("summary").text(format!("{} {noun} exercised", covered.len()));
        html = html.with(element("details").with(summary).with(element("ul").all(entries)));
    }
    html
}
