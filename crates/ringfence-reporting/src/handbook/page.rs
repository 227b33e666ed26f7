//! A handbook as a page of HTML.

use ringfence_core::ruling::Outcome;

use super::{Item, Part, SCRIPT};
use crate::document::{Line, Role, Table};
use crate::html::{Html, Page, element, framed, identifier, link};

/// Rules of style for a handbook, beside those that all pages share.
const STYLE: &str = include_str!("page.css");

pub(super) fn render(title: &str, lead: &str, parts: &[Part], foot: &Line) -> String {
    let mut page = Page::new(title);
    page.style(STYLE);
    page.lead(element("p").text(lead));
    for part in parts {
        match part {
            Part::Heading { level, anchor, title } => page.heading(*level, anchor, title),
            other => page.add(block(other)),
        }
    }
    page.foot(element("p").with(inline(foot)));
    page.render()
}

fn block(part: &Part) -> Html {
    match part {
        Part::Heading { .. } => Html::new(),
        Part::Paragraph(line) => element("p").with(inline(line)).into(),
        Part::Items(items) => list(items),
        Part::Terms(terms) => {
            let pairs = terms
                .iter()
                .map(|(term, line)| Html::new().with(element("dt").text(term)).with(element("dd").with(inline(line))));
            element("dl").all(pairs).into()
        }
        Part::Quote(line) => element("blockquote").with(element("p").with(inline(line))).into(),
        Part::Script { text, open } => {
            let lines = text.lines().map(|line| Html::from(line).newline());
            let details = element("details").class("script");
            let details = if *open { details.attribute("open", "") } else { details };
            details.with(element("summary").text(SCRIPT)).with(element("pre").with(element("code").all(lines))).into()
        }
        Part::Table { caption, table } => grid(caption, table),
        Part::Flow(flow) => element("figure").with(flow.svg()).into(),
    }
}

/// Items as lists that stand in each other.
fn list(items: &[Item]) -> Html {
    let mut entries = Vec::new();
    let mut rest = items;
    while let Some((first, after)) = rest.split_first() {
        let count = after.iter().take_while(|item| item.depth > first.depth).count();
        let (below, next) = after.split_at_checked(count).unwrap_or((after, &[]));
        let line = match &first.to {
            Some(to) => link(&format!("#{}", identifier(to)), &first.line.bare()),
            None => inline(&first.line),
        };
        let entry = element("li").with(line);
        entries.push(if below.is_empty() { entry } else { entry.with(list(below)) });
        rest = next;
    }
    element("ul").all(entries).into()
}

fn grid(caption: &str, table: &Table) -> Html {
    let class = |right: bool| if right { "figure" } else { "words" };
    let heads = table
        .columns
        .iter()
        .map(|column| element("th").attribute("scope", "col").class(class(column.right)).text(&column.title));
    let rows = table.rows.iter().map(|row| {
        let cells = row
            .iter()
            .zip(&table.columns)
            .map(|(cell, column)| element("td").class(class(column.right)).with(inline(cell)));
        element("tr").all(cells)
    });
    let table = element("table").with(element("thead").with(element("tr").all(heads))).with(element("tbody").all(rows));
    framed(caption, table)
}

fn inline(line: &Line) -> Html {
    line.spans.iter().fold(Html::new(), |out, (role, text)| match role {
        Role::Plain => out.text(text),
        Role::Strong => out.with(element("strong").text(text)),
        Role::Code => out.with(element("code").text(text)),
        Role::Address => out.with(link(text, text)),
        Role::Caution => out.with(element("strong").class("caution").text(text)),
        Role::Outcome(outcome) => out.with(element("span").class(class_of(*outcome)).text(text)),
        Role::Break => out.with(element("br")),
    })
}

const fn class_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Unmet => "unmet",
        Outcome::Undetermined => "undetermined",
        Outcome::Pending => "pending",
        Outcome::NotApplicable => "not-applicable",
    }
}
