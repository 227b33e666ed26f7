//! Markdown as a document: headings, paragraphs, lists, tables, rules and code.

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::LetterError;
use crate::document::{Block, Document, Line, Role, Table};

/// The document that a Markdown text is.
pub(super) fn document(text: &str) -> Result<Document, LetterError> {
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event).map_err(|what| LetterError {
            message: format!("the letter has {what}, which no letter can hold"),
            // The place is one of the filled letter, not of the template.
            line: None,
            help: text
                .get(range)
                .and_then(|part| part.lines().next())
                .map(|part| format!("it is here: `{}`", part.trim())),
        })?;
    }
    Ok(reader.document)
}

/// What is being read.
#[derive(Default)]
struct Reader {
    document: Document,
    line: Line,
    strong: usize,
    /// The items of the lists around here; the outermost list takes them all.
    lists: Vec<Option<u64>>,
    items: Vec<Line>,
    table: Table,
    alignments: Vec<Alignment>,
    row: Vec<Line>,
    in_head: bool,
    link: Option<String>,
    code: Option<Vec<String>>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::Start(tag) => self.begin(tag)?,
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.push(Role::Code, &text),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.push(Role::Break, ""),
            Event::Rule => {}
            Event::Html(_) | Event::InlineHtml(_) => return Err("HTML"),
            Event::FootnoteReference(_) => return Err("a footnote"),
            _ => return Err("something"),
        }
        Ok(())
    }

    fn begin(&mut self, tag: Tag<'_>) -> Result<(), &'static str> {
        match tag {
            Tag::List(first) => {
                // The words before a list within an item are an item of their own.
                self.end_item();
                self.lists.push(first);
            }
            Tag::Strong => self.strong += 1,
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.table = Table::new();
            }
            Tag::TableHead => self.in_head = true,
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            Tag::CodeBlock(_) => self.code = Some(Vec::new()),
            Tag::Paragraph if !self.lists.is_empty() && !self.line.spans.is_empty() => self.push(Role::Break, ""),
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::Item
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Emphasis
            | Tag::BlockQuote(_) => {}
            Tag::Image { .. } => return Err("a picture"),
            Tag::HtmlBlock => return Err("HTML"),
            _ => return Err("something"),
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if self.lists.is_empty() => {
                let line = std::mem::take(&mut self.line);
                self.document.paragraph(line);
            }
            TagEnd::Heading(level) => {
                let line = std::mem::take(&mut self.line);
                self.document.heading(depth(level), line);
            }
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    let items = std::mem::take(&mut self.items);
                    self.document.bullets(items);
                }
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Link => self.end_link(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                self.row.push(cell);
            }
            TagEnd::TableHead => self.end_head(),
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                self.table.row(row);
            }
            TagEnd::Table => {
                let table = std::mem::take(&mut self.table);
                self.document.table(table);
            }
            TagEnd::CodeBlock => {
                let mut lines = self.code.take().unwrap_or_default().into_iter();
                let first = lines.next().unwrap_or_default();
                self.document.calculation(&first, lines);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(lines) = &mut self.code {
            lines.extend(text.lines().map(str::to_owned));
            return;
        }
        self.push(if self.strong > 0 { Role::Strong } else { Role::Plain }, text);
    }

    /// Adds text, to the stretch before it where that is of the same kind.
    fn push(&mut self, role: Role, text: &str) {
        let line = std::mem::take(&mut self.line);
        self.line = line.joined(role, text);
    }

    /// An item with its number, where its list counts.
    fn end_item(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.spans.is_empty() {
            return;
        }
        let line = match self.lists.last_mut() {
            Some(Some(number)) => {
                let numbered = Line::new().plain(format!("{number}. ")).then(line);
                *number += 1;
                numbered
            }
            _ => line,
        };
        self.items.push(line);
    }

    /// A link is shown as its words and, where these are others, its address.
    fn end_link(&mut self) {
        let Some(address) = self.link.take() else { return };
        let said = self.line.spans.last().map(|(_, text)| text.clone()).unwrap_or_default();
        if said == address {
            self.line.spans.pop();
        } else {
            self.push(Role::Plain, " ");
        }
        self.push(Role::Address, &address);
    }

    fn end_head(&mut self) {
        let titles = std::mem::take(&mut self.row);
        let table = std::mem::take(&mut self.table);
        let columns = titles.iter().zip(&self.alignments);
        self.table = columns.fold(table, |table, (title, alignment)| match alignment {
            Alignment::Right => table.figures(title.bare()),
            _ => table.words(title.bare()),
        });
        // A heading that says nothing is none.
        if titles.iter().all(|title| title.bare().trim().is_empty()) {
            self.table = std::mem::take(&mut self.table).headless();
        }
        self.in_head = false;
    }
}

const fn depth(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        _ => 4,
    }
}

impl Document {
    /// The same without the heading that is its title.
    pub(super) fn without_title(&self) -> Self {
        let mut blocks = self.blocks.clone();
        if matches!(blocks.first(), Some(Block::Heading { level: 1, .. })) {
            blocks.remove(0);
        }
        Self { blocks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_what_a_document_has() {
        let text = "# T\n\nA **b** `c`\nd\n\n- one\n- two\n  - three\n\n1. x\n2. y\n\n| a | b |\n|---|--:|\n| 1 | \\|2 |\n\n```\nf\n  g\n```\n";
        let read = document(text).unwrap();
        insta::assert_snapshot!(crate::markdown::render(&read), @r"
        # T

        A **b** `c` d

        - one
        - two
        - three

        - 1\. x
        - 2\. y

        | a | b |
        | --- | ---: |
        | 1 | \|2 |

        ```text
        f
          g
        ```
        ");
    }

    #[test]
    fn what_a_letter_cannot_hold_is_refused() {
        let refused = |text: &str| {
            let error = document(text).unwrap_err();
            (error.message, error.help.unwrap())
        };
        assert_eq!(
            refused("![a](b.png)"),
            ("the letter has a picture, which no letter can hold".to_owned(), "it is here: `![a](b.png)`".to_owned())
        );
        assert_eq!(
            refused("a <b>c</b>"),
            ("the letter has HTML, which no letter can hold".to_owned(), "it is here: `<b>`".to_owned())
        );
    }
}
