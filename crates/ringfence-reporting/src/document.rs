//! A document without a format: headings, paragraphs, lists, tables and calculations.
//!
//! Whatever enters it is cleaned of control characters, so a name in somebody's table can neither move the
//! cursor of a terminal nor turn the direction of a line.

use ringfence_core::ruling::Outcome;

/// What a stretch of text is, and so how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Strong,
    /// A name or an expression of the rule language.
    Code,
    /// A web address: never broken over two lines.
    Address,
    /// The word for an outcome, with its mark.
    Outcome(Outcome),
    /// What a reader must not overlook.
    Caution,
    /// The end of a line within a paragraph or a cell.
    Break,
}

/// Some text, each stretch with its role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) spans: Vec<(Role, String)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn with(mut self, role: Role, text: &str) -> Self {
        self.spans.push((role, clean(text)));
        self
    }

    pub(crate) fn plain(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Plain, text.as_ref())
    }

    pub(crate) fn strong(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Strong, text.as_ref())
    }

    pub(crate) fn code(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Code, text.as_ref())
    }

    pub(crate) fn address(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Address, text.as_ref())
    }

    pub(crate) fn caution(self, text: impl AsRef<str>) -> Self {
        self.with(Role::Caution, text.as_ref())
    }

    /// The mark and the word: readable without colour.
    pub(crate) fn outcome(self, outcome: Outcome) -> Self {
        let (mark, word) = outcome_words(outcome);
        self.with(Role::Outcome(outcome), &format!("{mark} {word}"))
    }

    pub(crate) fn end_line(mut self) -> Self {
        self.spans.push((Role::Break, String::new()));
        self
    }

    pub(crate) fn then(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// The same with more text, which joins the stretch before it where that is of the same kind.
    #[cfg(feature = "letters")]
    pub(crate) fn joined(mut self, role: Role, text: &str) -> Self {
        match self.spans.last_mut() {
            Some((last, before)) if *last == role && role != Role::Break => before.push_str(&clean(text)),
            _ => self.spans.push((role, clean(text))),
        }
        self
    }

    /// The text alone.
    pub(crate) fn bare(&self) -> String {
        self.spans.iter().map(|(role, text)| if *role == Role::Break { "\n" } else { text.as_str() }).collect()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) title: String,
    /// Figures stand to the right and are never wrapped.
    pub(crate) right: bool,
    /// Whether the text form leaves the column out of a page that it does not fit.
    pub(crate) if_room: bool,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Line>>,
    /// Whether the text form leaves the column titles out, because the rows speak for themselves.
    pub(crate) headless: bool,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn words(mut self, title: impl AsRef<str>) -> Self {
        self.columns.push(Column { title: clean(title.as_ref()), right: false, if_room: false });
        self
    }

    pub(crate) fn figures(mut self, title: impl AsRef<str>) -> Self {
        self.columns.push(Column { title: clean(title.as_ref()), right: true, if_room: false });
        self
    }

    /// Figures that are left out of a page they do not fit.
    pub(crate) fn figures_if_room(self, title: impl AsRef<str>) -> Self {
        self.figures(title).if_room()
    }

    /// The last column is left out of a page that it does not fit. A table has such columns at its end, or no others.
    pub(crate) fn if_room(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.if_room = true;
        }
        self
    }

    pub(crate) fn headless(mut self) -> Self {
        self.headless = true;
        self
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Line>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Heading {
        level: usize,
        line: Line,
    },
    Paragraph(Line),
    Bullets(Vec<Line>),
    Table(Table),
    /// What is calculated, and the lines that say how.
    Calculation {
        name: String,
        lines: Vec<String>,
    },
}

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
}

impl Document {
    /// The first heading, which names the document; nothing where there is none.
    #[cfg(any(feature = "letters", feature = "pdf"))]
    pub(crate) fn title(&self) -> String {
        let title = self.blocks.iter().find_map(|block| match block {
            Block::Heading { line, .. } => Some(line.bare()),
            _ => None,
        });
        title.unwrap_or_default()
    }

    pub(crate) fn heading(&mut self, level: usize, line: impl Into<Line>) {
        self.blocks.push(Block::Heading { level, line: line.into() });
    }

    pub(crate) fn paragraph(&mut self, line: impl Into<Line>) {
        self.blocks.push(Block::Paragraph(line.into()));
    }

    /// One paragraph for each that `text` has, the first behind `lead`.
    pub(crate) fn paragraphs(&mut self, lead: Line, text: &str) {
        let mut line = lead;
        for part in text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()) {
            self.paragraph(std::mem::take(&mut line).plain(sentence(part)));
        }
    }

    pub(crate) fn bullets(&mut self, lines: impl IntoIterator<Item = Line>) {
        let lines: Vec<Line> = lines.into_iter().collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Bullets(lines));
        }
    }

    pub(crate) fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    pub(crate) fn calculation(&mut self, name: &str, lines: impl IntoIterator<Item = String>) {
        let lines = lines
            .into_iter()
            .flat_map(|text| text.lines().map(|line| clean(line.trim())).collect::<Vec<_>>())
            .filter(|line| !line.is_empty())
            .collect();
        self.blocks.push(Block::Calculation { name: clean(name), lines });
    }
}

/// The mark and the word for an outcome.
pub(crate) const fn outcome_words(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Met => ("✓", "met"),
        Outcome::Unmet => ("✗", "unmet"),
        Outcome::Undetermined => ("?", "undetermined"),
        Outcome::Pending => ("…", "pending"),
        Outcome::NotApplicable => ("–", "not applicable"),
    }
}

/// The same text without control characters and without characters that turn the direction of writing.
///
/// Line ends and tabs become spaces; anything else is shown as its code.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => out.push(' '),
            letter if is_hidden(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
    }
    out
}

/// Whether a character acts on the screen without being seen.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The same words as a sentence: a capital first, unless it begins with a name, and a stop at the end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut out = capital(text);
    if !text.is_empty() && !text.ends_with(['.', '?', '!', ':']) {
        out.push('.');
    }
    out
}

/// The same words with a capital first, unless they begin with a name of the rule language.
pub(crate) fn capital(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or("");
    let is_word =
        first.trim_end_matches([',', ':', ';', '.']).chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'');
    let mut letters = text.chars();
    match letters.next() {
        Some(letter) if is_word => letter.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_rule_language_keeps_its_small_letter() {
        assert_eq!(sentence("activity.actual is missing"), "activity.actual is missing.");
        assert_eq!(sentence("every party signed"), "Every party signed.");
        assert_eq!(sentence("6 of 7 days."), "6 of 7 days.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn nothing_hidden_reaches_a_terminal() {
        assert_eq!(clean("a\u{1b}[31m\tb\u{202e}c"), "a\\u{1b}[31m b\\u{202e}c");
    }
}
