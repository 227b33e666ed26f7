//! A text as its author laid it out: values with their notation, comments and blank lines.

use std::mem;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle};
use ringfence_core::source::SourceFile;

use crate::tree;

/// No file holds more comments in a row than it may hold keys and values.
const MOST_COMMENTS: usize = 100_000;

/// A comment on a line of its own.
#[derive(Debug)]
pub(super) struct Remark {
    /// From the `#` on.
    pub(super) text: String,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    /// The column that it stands in, from 0.
    column: usize,
}

/// An entry of a mapping, an item of a list, or a whole document.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
    /// The comments above it.
    pub(super) above: Vec<Remark>,
    /// The key, in a mapping.
    pub(super) key: Option<Word>,
    /// What it holds.
    pub(super) value: Value,
    /// The comment on its line.
    pub(super) beside: Option<String>,
}

/// A text on one line, or one that could be.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether it is in quotes.
    pub(super) quoted: bool,
    /// Whether its author gave it several lines.
    pub(super) several: bool,
}

/// A list or a mapping.
#[derive(Debug)]
pub(super) struct Group {
    /// Whether it is a mapping.
    pub(super) keyed: bool,
    /// Whether it is in brackets.
    pub(super) flow: bool,
    pub(super) items: Vec<Item>,
    /// The comments after the last item.
    pub(super) below: Vec<Remark>,
    /// The column that it stands in, from 0.
    column: usize,
    /// Whether its last key still lacks its value.
    awaits: bool,
}

/// What an item holds.
#[derive(Debug, Default)]
pub(super) enum Value {
    /// Nothing was written.
    #[default]
    Nothing,
    /// A `~` or a `null`.
    Null,
    Word(Word),
    /// A text behind `|` or `>`, in the lines of the file.
    Block {
        folded: bool,
        lines: Vec<String>,
        /// How many line ends the text has.
        ends: usize,
    },
    Group(Group),
}

/// A document and the comments after it.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) root: Item,
    pub(super) below: Vec<Remark>,
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: true,
        max_buffered_comment_events: MOST_COMMENTS,
        flow_nesting_limit: tree::MOST_DEPTH,
        block_nesting_limit: tree::MOST_DEPTH,
    }
}

/// The documents of a text that has been read without a mistake.
pub(super) fn read(file: &SourceFile) -> Result<Vec<Sheet>, ()> {
    let mut reader = Reader { lines: file.text().lines().collect(), ..Reader::default() };
    for next in Parser::new_from_str_with_options(file.text(), options()) {
        let (event, span) = next.map_err(|_| ())?;
        reader.event(event, span)?;
    }
    if let Some(last) = reader.sheets.last_mut() {
        last.below.append(&mut reader.waiting);
    }
    Ok(reader.sheets)
}

/// Every comment of a text, in no order that means anything.
pub(super) fn comments(file: &SourceFile) -> Result<Vec<String>, ()> {
    let mut found = Vec::new();
    for next in Parser::new_from_str_with_options(file.text(), options()) {
        if let (Event::Comment(text, _), _) = next.map_err(|_| ())? {
            found.push(text.trim_end().to_owned());
        }
    }
    found.sort();
    Ok(found)
}

#[derive(Default)]
struct Reader<'f> {
    lines: Vec<&'f str>,
    sheets: Vec<Sheet>,
    /// The lists and mappings that are open, each inside the one before.
    open: Vec<Group>,
    /// Comments on lines of their own whose item has not come yet.
    waiting: Vec<Remark>,
    /// The line of the latest thing that is no comment.
    line: usize,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), ()> {
        match event {
            Event::Comment(text, _) => self.comment(text.trim_end(), span),
            Event::DocumentStart(..) => self.sheets.push(Sheet::default()),
            Event::DocumentEnd => {
                let below = mem::take(&mut self.waiting);
                self.sheets.last_mut().ok_or(())?.below = below;
            }
            Event::Scalar(text, style, ..) => return self.scalar(text.into_owned(), style, span),
            Event::SequenceStart(style, ..) => self.begin(false, style, span)?,
            Event::MappingStart(style, ..) => self.begin(true, style, span)?,
            Event::SequenceEnd | Event::MappingEnd => return self.end(span),
            _ => {}
        }
        Ok(())
    }

    fn comment(&mut self, text: &str, span: Span) {
        let line = span.start.line();
        let before = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let own_line = before.trim_start().starts_with('#') || line > self.line;
        let text = format!("#{text}");
        match (own_line, self.latest()) {
            (false, Some(item)) => {
                // A line has room for one comment; those before it go above.
                let before = item.beside.replace(text).map(|text| Remark { text, blank: false, column: 0 });
                item.above.extend(before);
            }
            _ => {
                let blank = self.is_after_blank(line);
                self.waiting.push(Remark { text, blank, column: span.start.col() });
            }
        }
    }

    /// The item that was begun last among those that are not behind a closing bracket.
    fn latest(&mut self) -> Option<&mut Item> {
        match self.open.last_mut() {
            Some(group) => group.items.last_mut(),
            None => self.sheets.last_mut().map(|sheet| &mut sheet.root),
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), ()> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let quoted = style != ScalarStyle::Plain;
        let several = span.start.line() != span.end.line();
        let header = span.start.line().saturating_sub(leading(&text) + 1);
        let first = if is_block { header } else { span.start.line() };
        self.line = if is_block { first } else { span.end.line() };
        if self.open.last().is_some_and(|group| group.keyed && !group.awaits) {
            let item = self.item(first, Some(Word { text, quoted, several: false }));
            let group = self.open.last_mut().ok_or(())?;
            group.items.push(item);
            group.awaits = true;
            return Ok(());
        }
        let value = match style {
            ScalarStyle::Plain if span.is_empty() => Value::Nothing,
            ScalarStyle::Plain if text == "~" || text == "null" => Value::Null,
            _ if is_block => self.block(&text, style, span),
            _ => Value::Word(Word { text, quoted, several }),
        };
        self.place(first);
        self.lift()?;
        self.set(value)
    }

    /// Begins a list or a mapping.
    fn begin(&mut self, keyed: bool, style: StructureStyle, span: Span) -> Result<(), ()> {
        let flow = style == StructureStyle::Flow;
        self.place(span.start.line());
        if flow {
            self.line = span.start.line();
            self.lift()?;
        }
        let column = span.start.col();
        self.open.push(Group { keyed, flow, items: Vec::new(), below: Vec::new(), column, awaits: false });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), ()> {
        let mut group = self.open.pop().ok_or(())?;
        let below = if group.flow {
            self.line = span.end.line();
            self.waiting.len()
        } else {
            // A list may stand in the column of the key before it; a comment in that column is the mapping's.
            let shared = self.open.last().is_some_and(|outer| !outer.flow && outer.column >= group.column);
            let least = group.column + usize::from(shared);
            self.waiting.iter().take_while(|remark| remark.column >= least).count()
        };
        group.below = self.waiting.drain(..below).collect();
        if self.open.last().is_some_and(|outer| !outer.keyed) {
            // The line of a `-` is that of the first key behind it, and what stands above one stands above both.
            let first = group.items.first_mut().map(|first| mem::take(&mut first.above));
            self.latest().ok_or(())?.above.extend(first.unwrap_or_default());
        }
        self.set(Value::Group(group))
    }

    /// Puts the comments that wait above the latest item.
    fn lift(&mut self) -> Result<(), ()> {
        let waiting = mem::take(&mut self.waiting);
        self.latest().ok_or(())?.above.extend(waiting);
        Ok(())
    }

    /// The text of a block, in the lines that the file has it in.
    fn block(&self, text: &str, style: ScalarStyle, span: Span) -> Value {
        let folded = style == ScalarStyle::Folded;
        let ends = text.len() - text.trim_end_matches('\n').len();
        if text.trim().is_empty() {
            return Value::Word(Word { text: text.to_owned(), quoted: true, several: false });
        }
        let column = span.start.col();
        let from = span.start.line().saturating_sub(leading(text) + 1);
        let within = self.lines.get(from..).unwrap_or_default();
        let ends_document = |line: &str| column == 0 && (line.starts_with("---") || line.starts_with("..."));
        let indented = |line: &&&str| {
            let deep = line.chars().take(column).all(|letter| letter == ' ');
            line.trim().is_empty() || (deep && !ends_document(line))
        };
        let rest = |line: &&str| line.chars().skip(column).collect::<String>();
        let mut lines: Vec<String> = within.iter().take_while(indented).map(rest).collect();
        // A backtick left open goes on over the line end, where blanks are part of its text.
        let is_open = |line: &String| line.matches('`').count() % 2 == 1;
        if folded || !lines.iter().any(is_open) {
            for line in &mut lines {
                line.truncate(line.trim_end().len());
            }
        }
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        Value::Block { folded, lines, ends }
    }

    fn is_after_blank(&self, line: usize) -> bool {
        let above = line.checked_sub(2).and_then(|at| self.lines.get(at));
        above.is_some_and(|above| above.trim().is_empty())
    }

    fn item(&mut self, line: usize, key: Option<Word>) -> Item {
        let above = mem::take(&mut self.waiting);
        Item { blank: self.is_after_blank(line), above, key, ..Item::default() }
    }

    /// Begins an item where a list awaits one.
    fn place(&mut self, line: usize) {
        if self.open.last().is_some_and(|group| !group.keyed) {
            let item = self.item(line, None);
            if let Some(group) = self.open.last_mut() {
                group.items.push(item);
            }
        }
    }

    /// Gives the latest item its value.
    fn set(&mut self, value: Value) -> Result<(), ()> {
        self.latest().ok_or(())?.value = value;
        if let Some(group) = self.open.last_mut() {
            group.awaits = false;
        }
        Ok(())
    }
}

/// How many line ends a text begins with.
fn leading(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'\n').count()
}
