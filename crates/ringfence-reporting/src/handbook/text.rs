//! A handbook as Markdown.

use super::{Item, Part, SCRIPT};
use crate::document::{Block, Document, Line};
use crate::markdown;

/// How far an item stands in for each level.
const INDENT: &str = "  ";

pub(super) fn render(title: &str, lead: &str, parts: &[Part], foot: &Line) -> String {
    let mut blocks =
        vec![document(|document| document.heading(1, title)), document(|document| document.paragraph(lead))];
    blocks.extend(parts.iter().map(block));
    blocks.push("---".to_owned());
    blocks.push(document(|document| document.paragraph(foot.clone())));
    blocks.join("\n\n") + "\n"
}

fn block(part: &Part) -> String {
    match part {
        Part::Heading { level, title, .. } => document(|document| document.heading(*level, title.as_str())),
        Part::Paragraph(line) => document(|document| document.paragraph(line.clone())),
        Part::Items(items) => items.iter().map(item).collect::<Vec<_>>().join("\n"),
        Part::Terms(terms) => terms.iter().map(|(term, line)| term_told(term, line)).collect::<Vec<_>>().join("\n"),
        Part::Quote(line) => {
            let quote = document(|document| document.paragraph(line.clone()));
            quote.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        }
        // Folded where Markdown is read as a page; nothing of the pack stands in the tags.
        Part::Script { text, open } => {
            let open = if *open { " open" } else { "" };
            format!("<details{open}><summary>{SCRIPT}</summary>\n\n{}\n\n</details>", markdown::fenced("rhai", text))
        }
        Part::Table { table, .. } => markdown::render_block(&Block::Table(table.clone())),
        Part::Flow(flow) => markdown::fenced("mermaid", &flow.mermaid()),
    }
}

/// A term under another mark than items have: two lists that follow each other would be read as one.
fn term_told(term: &str, line: &Line) -> String {
    let line = Line::new().strong(format!("{term}:")).plain(" ").then(line.clone());
    let bullet = document(|document| document.bullets([line]));
    bullet.strip_prefix('-').map_or(bullet.clone(), |rest| format!("*{rest}"))
}

fn item(item: &Item) -> String {
    let bullet = document(|document| document.bullets([item.line.clone()]));
    let indent = INDENT.repeat(item.depth);
    bullet.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

/// One block of a document, without the end of its last line.
fn document(write: impl FnOnce(&mut Document)) -> String {
    let mut document = Document::default();
    write(&mut document);
    document.blocks.iter().map(markdown::render_block).collect()
}
