//! A document without a format, as a part of a page.

use super::{Element, Html, Page, element, framed, link};
use crate::document::{Block, Document, Line, Role, Table};

/// The blocks of a document, its headings as many levels further down; `about` is what its tables are named with.
pub(crate) fn blocks(document: &Document, down: usize, about: &str) -> Html {
    let mut names = Names::new(about);
    document.blocks.iter().fold(Html::new(), |html, found| {
        if let Block::Heading { line, .. } = found {
            names.begin(&line.bare());
        }
        html.with(block(found, down, &mut names))
    })
}

/// The blocks of a document onto a page: its second level begins chapters. The first is the title, which a page has.
pub(super) fn onto(page: &mut Page, document: &Document) {
    let mut names = Names::new("");
    for found in &document.blocks {
        match found {
            Block::Heading { level: 1, .. } => {}
            Block::Heading { level, line } => {
                let title = line.bare();
                names.begin(&title);
                page.heading(*level, &title, &title);
            }
            other => page.add(block(other, 0, &mut names)),
        }
    }
}

/// Names for tables: by the heading they stand under, and counted where it has several.
struct Names {
    about: String,
    heading: String,
    tables: usize,
}

impl Names {
    fn new(about: &str) -> Self {
        Self { about: about.to_owned(), heading: String::new(), tables: 0 }
    }

    fn begin(&mut self, heading: &str) {
        heading.clone_into(&mut self.heading);
        self.tables = 0;
    }

    fn next(&mut self) -> String {
        self.tables += 1;
        let parts = [self.heading.as_str(), self.about.as_str()];
        let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        if self.tables == 1 { format!("Table: {name}") } else { format!("Table {}: {name}", self.tables) }
    }
}

fn block(block: &Block, down: usize, names: &mut Names) -> Html {
    match block {
        Block::Heading { level, line } => {
            let name = match level + down {
                0..=2 => "h2",
                3 => "h3",
                4 => "h4",
                _ => "h5",
            };
            element(name).with(inline(line)).into()
        }
        Block::Paragraph(line) => element("p").with(inline(line)).into(),
        Block::Bullets(lines) => element("ul").all(lines.iter().map(|line| element("li").with(inline(line)))).into(),
        Block::Table(table) => framed(&names.next(), grid(table)),
        Block::Calculation { name, lines } => {
            let text: Vec<String> =
                std::iter::once(name.clone()).chain(lines.iter().map(|line| format!("  {line}"))).collect();
            // Each line by itself: a text is cleaned of line ends as it enters a page.
            let lines = text.iter().map(|line| element("span").class("line").text(line));
            element("pre").all(lines).into()
        }
    }
}

fn grid(table: &Table) -> Element {
    let cell = |at: usize, line: &Line| {
        let right = table.columns.get(at).is_some_and(|column| column.right);
        let made = if at == 0 && !right { element("th").attribute("scope", "row") } else { element("td") };
        let made = if right { made.class("figure") } else { made };
        made.with(inline(line))
    };
    let rows = table.rows.iter().map(|row| element("tr").all(row.iter().enumerate().map(|(at, line)| cell(at, line))));
    let made = element("table").class("told");
    let made = if table.headless { made } else { made.with(head(table)) };
    made.with(element("tbody").all(rows))
}

fn head(table: &Table) -> Element {
    let titles = table.columns.iter().map(|column| {
        // A heading with nothing in it is none: the cell above row headings stays empty.
        let made = if column.title.is_empty() { element("td") } else { element("th").attribute("scope", "col") };
        let made = if column.right { made.class("figure") } else { made };
        made.text(&column.title)
    });
    element("thead").with(element("tr").all(titles))
}

/// A line with its roles.
pub(super) fn inline(line: &Line) -> Html {
    line.spans.iter().fold(Html::new(), |html, (role, text)| match role {
        Role::Plain => html.text(text),
        Role::Strong => html.with(element("strong").text(text)),
        Role::Code => html.with(element("code").text(text)),
        Role::Address => html.with(link(text, text)),
        Role::Outcome(outcome) => html.with(element("span").class(outcome.as_str()).text(text)),
        Role::Caution => html.with(element("span").class("caution").text(text)),
        Role::Break => html.with(element("br")),
    })
}
