//! Lays a document out on pages: what stands where, and what it is.

use super::super::LetterError;
use super::font::Fonts;
use super::unfit;
use crate::document::{Block, Document, Line, Role, Table};

/// A4, in tenths of a point.
pub(super) const WIDTH: i64 = 5_953;
pub(super) const HEIGHT: i64 = 8_419;
/// Twenty millimetres on every side.
pub(super) const MARGIN: i64 = 567;

const SIZE: i64 = 90;
const SMALL: i64 = 82;
/// From line to line, in hundredths of the size.
const LEADING: i64 = 134;
const INDENT: i64 = 130;
const BETWEEN_CELLS: i64 = 80;

/// What a part of a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Heading(usize),
    Paragraph,
    List,
    Item,
    Bullet,
    Body,
    Table,
    Row,
    Title,
    Cell,
    Code,
}

/// A part of a letter, within another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) kind: Kind,
    pub(super) parent: Option<usize>,
}

/// A stretch of text at a place; `y` is its baseline, from below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) size: i64,
    pub(super) bold: bool,
    pub(super) text: String,
    /// The part it belongs to; nothing for what is not of the letter, as the number of its page.
    pub(super) element: Option<usize>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) pieces: Vec<Piece>,
    /// Lines across, each from, to and its height.
    pub(super) rules: Vec<(i64, i64, i64)>,
}

/// The pages of a letter, and the parts that their pieces belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pages: Vec<Page>,
    pub(super) elements: Vec<Element>,
}

impl std::ops::Deref for Pages {
    type Target = [Page];

    fn deref(&self) -> &[Page] {
        &self.pages
    }
}

/// Lays a document out.
pub(super) fn lay_out(document: &Document, fonts: &Fonts) -> Result<Pages, LetterError> {
    let mut press = Press { fonts, pages: vec![Page::default()], elements: Vec::new(), y: HEIGHT - MARGIN };
    for block in &document.blocks {
        press.block(block)?;
    }
    press.number_pages();
    Ok(Pages { pages: press.pages, elements: press.elements })
}

/// A word, and whether a space stands before it.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    bold: bool,
    spaced: bool,
    /// Whether a line ends before it.
    breaks: bool,
}

/// A line of words that fit.
type Row = Vec<Word>;

struct Press<'a> {
    fonts: &'a Fonts,
    pages: Vec<Page>,
    elements: Vec<Element>,
    /// How far down the page is used, from below.
    y: i64,
}

const fn leading(size: i64) -> i64 {
    size * LEADING / 100
}

impl Press<'_> {
    fn block(&mut self, block: &Block) -> Result<(), LetterError> {
        match block {
            Block::Heading { level, line } => self.heading(*level, line),
            Block::Paragraph(line) => {
                let element = self.element(Kind::Paragraph, None);
                self.text(line, SIZE, false, (MARGIN, WIDTH - MARGIN), element)?;
                self.skip(50);
                Ok(())
            }
            Block::Bullets(items) => self.list(items),
            Block::Table(table) => self.table(table),
            Block::Calculation { name, lines } => {
                for line in std::iter::once(name).chain(lines) {
                    let element = self.element(Kind::Code, None);
                    self.text(&Line::from(line.as_str()), SMALL, false, (MARGIN + INDENT, WIDTH - MARGIN), element)?;
                }
                self.skip(50);
                Ok(())
            }
        }
    }

    fn element(&mut self, kind: Kind, parent: Option<usize>) -> usize {
        self.elements.push(Element { kind, parent });
        self.elements.len() - 1
    }

    fn heading(&mut self, level: usize, line: &Line) -> Result<(), LetterError> {
        let (size, above) = match level {
            0 | 1 => (155, 0),
            2 => (112, 90),
            _ => (98, 60),
        };
        self.skip(above);
        // A heading never stands at the foot of a page, without what it is of.
        self.keep(leading(size) + 3 * leading(SIZE));
        let element = self.element(Kind::Heading(level), None);
        self.text(line, size, true, (MARGIN, WIDTH - MARGIN), element)?;
        self.skip(if level <= 1 { 80 } else { 35 });
        Ok(())
    }

    fn list(&mut self, items: &[Line]) -> Result<(), LetterError> {
        let list = self.element(Kind::List, None);
        for item in items {
            let element = self.element(Kind::Item, Some(list));
            self.keep(leading(SIZE));
            let bullet = self.element(Kind::Bullet, Some(element));
            let y = self.y - leading(SIZE);
            self.piece(MARGIN + 30, y, "•", SIZE, false, Some(bullet))?;
            let body = self.element(Kind::Body, Some(element));
            self.text(item, SIZE, false, (MARGIN + INDENT, WIDTH - MARGIN), body)?;
            self.skip(12);
        }
        self.skip(38);
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), LetterError> {
        let element = self.element(Kind::Table, None);
        let columns = self.columns(table);
        if !table.headless {
            let titles: Vec<Line> = table.columns.iter().map(|column| Line::new().strong(&column.title)).collect();
            self.keep(3 * leading(SIZE));
            self.row(table, &titles, &columns, (element, Kind::Title))?;
        }
        for row in &table.rows {
            self.row(table, row, &columns, (element, Kind::Cell))?;
        }
        self.skip(70);
        Ok(())
    }

    /// From where to where each column goes. Figures have the room they need, and words share the rest by what they
    /// would take; where all have what they would take, they spread over the page.
    fn columns(&self, table: &Table) -> Vec<(i64, i64)> {
        let all = WIDTH - 2 * MARGIN;
        let natural = |at: usize, title: &str| {
            let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|line| self.line_width(line, SMALL));
            let title = self.line_width(&Line::new().strong(title), SMALL);
            cells.chain([title]).max().unwrap_or(0)
        };
        let count = i64::try_from(table.columns.len()).unwrap_or(0).max(1);
        // Nobody's words may crowd out the others'.
        let most = |right: bool| if right { all } else { all * 6 / 10 };
        let mut widths: Vec<i64> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| natural(at, &column.title).min(most(column.right)))
            .collect();
        let room = all - BETWEEN_CELLS * (count - 1);
        let (used, figures) = (widths.iter().sum::<i64>(), table.columns.iter().zip(&widths));
        let figures: i64 = figures.filter(|(column, _)| column.right).map(|(_, width)| *width).sum();
        let words = (used - figures).max(1);
        for (width, column) in widths.iter_mut().zip(&table.columns) {
            if used <= room {
                *width += (room - used) / count;
            } else if !column.right {
                *width = (*width * (room - figures) / words).max(all / 8);
            }
        }
        let mut x = MARGIN;
        let places = widths.into_iter().map(|width| {
            let from = x.min(WIDTH - MARGIN - width);
            x = from + width + BETWEEN_CELLS;
            (from, from + width)
        });
        places.collect()
    }

    fn row(
        &mut self,
        table: &Table,
        cells: &[Line],
        columns: &[(i64, i64)],
        (table_element, kind): (usize, Kind),
    ) -> Result<(), LetterError> {
        let laid: Vec<Vec<Row>> = cells
            .iter()
            .zip(columns)
            .map(|(cell, (from, to))| self.rows(cell, SMALL, kind == Kind::Title, to - from))
            .collect();
        let tall = laid.iter().map(Vec::len).max().unwrap_or(0);
        let height = leading(SMALL) * i64::try_from(tall).unwrap_or(0) + 30;
        self.keep(height.min(HEIGHT - 2 * MARGIN));
        let row = self.element(Kind::Row, Some(table_element));
        let (page, top) = (self.pages.len(), self.y);
        let mut lowest = (page, top);
        for (at, (rows, (from, to))) in laid.iter().zip(columns).enumerate() {
            let cell = self.element(kind, Some(row));
            self.y = top;
            let right = table.columns.get(at).is_some_and(|column| column.right);
            for words in rows {
                self.y -= leading(SMALL);
                let wide = self.row_width(words, SMALL);
                let x = if right { to - wide } else { *from };
                self.words(words, x.max(*from), self.y, SMALL, Some(cell))?;
            }
            lowest = lowest.min((page, self.y));
        }
        self.y = lowest.1 - 30;
        if let Some(page) = self.pages.last_mut() {
            page.rules.push((MARGIN, WIDTH - MARGIN, self.y));
        }
        Ok(())
    }

    /// Text between two places, as many lines as it needs.
    fn text(
        &mut self,
        line: &Line,
        size: i64,
        bold: bool,
        (from, to): (i64, i64),
        element: usize,
    ) -> Result<(), LetterError> {
        for words in self.rows(line, size, bold, to - from) {
            self.keep(leading(size));
            self.y -= leading(size);
            self.words(&words, from, self.y, size, Some(element))?;
        }
        Ok(())
    }

    /// The words of a line, broken into lines that fit.
    fn rows(&self, line: &Line, size: i64, bold: bool, room: i64) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut used = 0;
        for word in words(line, bold).into_iter().flat_map(|word| self.fitting(word, size, room)) {
            let font = self.fonts.of(word.bold);
            let space = if word.spaced { font.width(" ", size) } else { 0 };
            let wide = font.width(&word.text, size);
            match rows.last_mut().filter(|row| !word.breaks && (row.is_empty() || used + space + wide <= room)) {
                Some(row) => {
                    used += if row.is_empty() { wide } else { space + wide };
                    row.push(word);
                }
                None => {
                    used = wide;
                    rows.push(vec![word]);
                }
            }
        }
        rows
    }

    /// A word that is wider than a line, in parts that are not.
    fn fitting(&self, word: Word, size: i64, room: i64) -> Vec<Word> {
        let font = self.fonts.of(word.bold);
        if font.width(&word.text, size) <= room {
            return vec![word];
        }
        let mut parts: Vec<Word> = Vec::new();
        for letter in word.text.chars() {
            match parts.last_mut() {
                Some(part) if font.width(&format!("{}{letter}", part.text), size) <= room => part.text.push(letter),
                Some(_) => parts.push(Word { text: letter.to_string(), spaced: false, breaks: false, ..word.clone() }),
                None => parts.push(Word { text: letter.to_string(), ..word.clone() }),
            }
        }
        parts
    }

    fn row_width(&self, words: &[Word], size: i64) -> i64 {
        let wide = words.iter().enumerate().map(|(at, word)| {
            let font = self.fonts.of(word.bold);
            let space = if word.spaced && at > 0 { font.width(" ", size) } else { 0 };
            space + font.width(&word.text, size)
        });
        wide.sum()
    }

    fn line_width(&self, line: &Line, size: i64) -> i64 {
        self.row_width(&words(line, false), size)
    }

    /// Words in a row: each stretch of one weight is a piece.
    fn words(&mut self, words: &[Word], x: i64, y: i64, size: i64, element: Option<usize>) -> Result<(), LetterError> {
        let mut x = x;
        for (at, stretch) in words.chunk_by(|left, right| left.bold == right.bold).enumerate() {
            let Some(first) = stretch.first() else { continue };
            let mut text = String::new();
            for (within, word) in stretch.iter().enumerate() {
                if word.spaced && (at > 0 || within > 0) {
                    text.push(' ');
                }
                text.push_str(&word.text);
            }
            x += self.piece(x, y, &text, size, first.bold, element)?;
        }
        Ok(())
    }

    /// Puts a text on the page; gives how wide it is.
    fn piece(
        &mut self,
        x: i64,
        y: i64,
        text: &str,
        size: i64,
        bold: bool,
        element: Option<usize>,
    ) -> Result<i64, LetterError> {
        let font = self.fonts.of(bold);
        if let Some(letter) = text.chars().find(|letter| font.glyph(*letter).is_none()) {
            return Err(unfit(format!("the fonts of the PDF do not have `{letter}`"), None));
        }
        let width = font.width(text, size);
        if let Some(page) = self.pages.last_mut() {
            page.pieces.push(Piece { x, y, width, size, bold, text: text.to_owned(), element });
        }
        Ok(width)
    }

    /// Leaves room, unless the page has just begun.
    const fn skip(&mut self, room: i64) {
        if self.y < HEIGHT - MARGIN {
            self.y -= room;
        }
    }

    /// Begins another page where less than this is left.
    fn keep(&mut self, height: i64) {
        // The number of the page stands in the lower margin.
        if self.y - height < MARGIN && self.y < HEIGHT - MARGIN {
            self.pages.push(Page::default());
            self.y = HEIGHT - MARGIN;
        }
    }

    fn number_pages(&mut self) {
        let all = self.pages.len();
        let font = &self.fonts.regular;
        for (at, page) in self.pages.iter_mut().enumerate() {
            let text = format!("Page {} of {all}", at + 1);
            let width = font.width(&text, 75);
            // The file puts it into the lower margin, with all that is not of the letter.
            let (x, y) = (WIDTH - MARGIN - width, MARGIN);
            page.pieces.push(Piece { x, y, width, size: 75, bold: false, text, element: None });
        }
    }
}

/// A line as words, each with its weight.
fn words(line: &Line, bold: bool) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let (mut spaced, mut breaks) = (false, false);
    for (role, text) in &line.spans {
        if *role == Role::Break {
            breaks = true;
            continue;
        }
        let bold = bold || matches!(role, Role::Strong | Role::Caution | Role::Outcome(_));
        spaced |= text.starts_with(char::is_whitespace);
        for (at, word) in text.split_whitespace().enumerate() {
            out.push(Word { text: word.to_owned(), bold, spaced: spaced || at > 0, breaks: breaks && at == 0 });
            (spaced, breaks) = (false, false);
        }
        spaced |= text.ends_with(char::is_whitespace);
    }
    out
}
