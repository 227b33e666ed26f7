//! Lays a document out on pages: what stands where, and what it is.

use super::PdfError;
use super::font::Fonts;
use crate::document::{Block, Document, Line, Role, Table};

/// A page of paper, in tenths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) width: i64,
    pub(super) height: i64,
}

impl Sheet {
    /// A4.
    pub(super) const UPRIGHT: Self = Self { width: 5_953, height: 8_419 };
    /// The same turned, for tables of many columns.
    pub(super) const ACROSS: Self = Self { width: 8_419, height: 5_953 };

    const fn right(self) -> i64 {
        self.width - MARGIN
    }

    const fn top(self) -> i64 {
        self.height - MARGIN
    }

    const fn room(self) -> i64 {
        self.width - 2 * MARGIN
    }
}

/// Twenty millimetres on every side.
pub(super) const MARGIN: i64 = 567;

const SIZE: i64 = 90;
const SMALL: i64 = 82;
/// The letters of a table, by how many columns must fit: an amount is never broken over two lines.
const TABLE_SIZES: [i64; 5] = [SMALL, 75, 68, 60, 52];
/// The letters in the lower margin.
const FOOT: i64 = 75;
/// From line to line, in hundredths of the size.
const LEADING: i64 = 134;
const INDENT: i64 = 130;
const BETWEEN_CELLS: i64 = 80;
/// Below the words of a row.
const BELOW_ROW: i64 = 30;
/// A column of words gets so much before its neighbours are squeezed for it, in letters of the size.
const LEAST_WORDS: i64 = 13;

/// What a part of a document is.
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

/// A part of a document, within another.
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
    /// The part it belongs to; nothing for what is not of the document, as the number of its page.
    pub(super) element: Option<usize>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) pieces: Vec<Piece>,
    /// Lines across, each from, to and its height.
    pub(super) rules: Vec<(i64, i64, i64)>,
    /// Tinted grounds, each from, to, its lower and its upper edge.
    pub(super) grounds: Vec<[i64; 4]>,
}

/// A heading that a reader can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) level: usize,
    pub(super) title: String,
    pub(super) page: usize,
    /// Above the heading, from below.
    pub(super) y: i64,
}

/// The pages of a document, and the parts that their pieces belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) sheet: Sheet,
    all: Vec<Page>,
    pub(super) elements: Vec<Element>,
    pub(super) marks: Vec<Mark>,
}

impl std::ops::Deref for Pages {
    type Target = [Page];

    fn deref(&self) -> &[Page] {
        &self.all
    }
}

/// Lays a document out; `foot` stands in the lower margin of each page.
pub(super) fn lay_out(document: &Document, foot: &str, fonts: &Fonts) -> Result<Pages, PdfError> {
    let mut press = Press {
        fonts,
        sheet: Sheet::UPRIGHT,
        pages: vec![Page::default()],
        elements: Vec::new(),
        marks: Vec::new(),
        y: 0,
    };
    let is_wide = |block: &Block| match block {
        Block::Table(table) => press.needs(table, SMALL) > Sheet::UPRIGHT.room(),
        _ => false,
    };
    if document.blocks.iter().any(is_wide) {
        press.sheet = Sheet::ACROSS;
    }
    press.y = press.sheet.top();
    for (at, block) in document.blocks.iter().enumerate() {
        press.keep(press.together(document.blocks.get(at..).unwrap_or_default()));
        press.block(block)?;
    }
    press.number_pages(foot)?;
    Ok(Pages { sheet: press.sheet, all: press.pages, elements: press.elements, marks: press.marks })
}

/// What is between a word and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// A space, or a new line where there is no room.
    Space,
    /// Always a new line.
    Break,
    /// Nothing, and no new line, as after a bracket.
    Nothing,
    /// Nothing, or a new line where there is no room: a part of a word that is wider than a line.
    Part,
}

/// A word.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    bold: bool,
    before: Before,
}

/// A line of words that fit.
type Row = Vec<Word>;

struct Press<'a> {
    fonts: &'a Fonts,
    sheet: Sheet,
    pages: Vec<Page>,
    elements: Vec<Element>,
    marks: Vec<Mark>,
    /// How far down the page is used, from below.
    y: i64,
}

const fn heading_size(level: usize) -> i64 {
    match level {
        0 | 1 => 155,
        2 => 112,
        _ => 98,
    }
}

fn titles_of(table: &Table) -> Vec<Line> {
    table.columns.iter().map(|column| Line::new().strong(&column.title)).collect()
}

const fn leading(size: i64) -> i64 {
    size * LEADING / 100
}

impl Press<'_> {
    fn block(&mut self, block: &Block) -> Result<(), PdfError> {
        match block {
            Block::Heading { level, line } => self.heading(*level, line),
            Block::Paragraph(line) => {
                let element = self.element(Kind::Paragraph, None);
                self.text(line, SIZE, false, (MARGIN, self.sheet.right()), element)?;
                self.skip(50);
                Ok(())
            }
            Block::Bullets(items) => self.list(items),
            Block::Table(table) => self.table(table),
            Block::Calculation { name, lines } => {
                for line in std::iter::once(name).chain(lines) {
                    let element = self.element(Kind::Code, None);
                    self.text(
                        &Line::from(line.as_str()),
                        SMALL,
                        false,
                        (MARGIN + INDENT, self.sheet.right()),
                        element,
                    )?;
                }
                self.skip(50);
                Ok(())
            }
        }
    }

    /// How much room the first of these blocks must find on a page: a heading stands with what it is of, a few words with
    /// the table that follows them, and a small table as a whole.
    fn together(&self, blocks: &[Block]) -> i64 {
        let Some((first, rest)) = blocks.split_first() else { return 0 };
        match first {
            Block::Heading { level, .. } => leading(heading_size(*level)) + 125 + self.together(rest),
            Block::Paragraph(line) => {
                let lines = self.rows(line, SIZE, false, self.sheet.room()).len();
                let own = leading(SIZE) * i64::try_from(lines).unwrap_or(0).min(4);
                match rest.first() {
                    Some(Block::Table(_)) => own + 50 + self.together(rest),
                    _ => own,
                }
            }
            Block::Table(table) => {
                let laid = self.laid(table);
                let titles = if table.headless { 0 } else { self.height(&laid, &titles_of(table), true) };
                let rows: Vec<i64> = table.rows.iter().map(|row| self.height(&laid, row, false)).collect();
                let all = rows.iter().sum::<i64>();
                // The first rows of a table that is no small one.
                let few = rows.iter().take(3).sum::<i64>();
                titles + if all <= (self.sheet.height - 2 * MARGIN) * 2 / 5 { all } else { few }
            }
            Block::Bullets(_) | Block::Calculation { .. } => 2 * leading(SIZE),
        }
    }

    fn element(&mut self, kind: Kind, parent: Option<usize>) -> usize {
        self.elements.push(Element { kind, parent });
        self.elements.len() - 1
    }

    fn heading(&mut self, level: usize, line: &Line) -> Result<(), PdfError> {
        let size = heading_size(level);
        self.skip(match level {
            0 | 1 => 0,
            2 => 90,
            _ => 60,
        });
        let element = self.element(Kind::Heading(level), None);
        self.marks.push(Mark { level, title: line.bare(), page: self.pages.len() - 1, y: self.y });
        self.text(line, size, true, (MARGIN, self.sheet.right()), element)?;
        self.skip(if level <= 1 { 80 } else { 35 });
        Ok(())
    }

    fn list(&mut self, items: &[Line]) -> Result<(), PdfError> {
        let list = self.element(Kind::List, None);
        for item in items {
            let element = self.element(Kind::Item, Some(list));
            self.keep(leading(SIZE));
            let bullet = self.element(Kind::Bullet, Some(element));
            let y = self.y - leading(SIZE);
            self.piece(MARGIN + 30, y, "•", SIZE, false, Some(bullet))?;
            let body = self.element(Kind::Body, Some(element));
            self.text(item, SIZE, false, (MARGIN + INDENT, self.sheet.right()), body)?;
            self.skip(12);
        }
        self.skip(38);
        Ok(())
    }

    fn table(&mut self, table: &Table) -> Result<(), PdfError> {
        let element = self.element(Kind::Table, None);
        let laid = self.laid(table);
        let titles = titles_of(table);
        let titles = if table.headless { None } else { Some(titles.as_slice()) };
        if let Some(titles) = titles {
            self.titles(&laid, titles, Some(element))?;
        }
        for row in &table.rows {
            if !self.has(self.height(&laid, row, false)) {
                self.turn_over();
                if let Some(titles) = titles {
                    self.titles(&laid, titles, None)?;
                }
            }
            let element = self.element(Kind::Row, Some(element));
            self.row(&laid, row, Kind::Cell, Some(element))?;
        }
        self.skip(70);
        Ok(())
    }

    /// A table with the letters that it needs to fit, and the places of its columns.
    fn laid<'t>(&self, table: &'t Table) -> Laid<'t> {
        let fits = |size: &i64| self.needs(table, *size) <= self.sheet.room();
        let size = TABLE_SIZES.into_iter().find(fits).unwrap_or(SMALL);
        Laid { table, columns: self.columns(table, size), size }
    }

    /// The titles of a table on their ground. Those that stand again on a later page belong to the page, so that nobody
    /// who listens hears them twice.
    fn titles(&mut self, laid: &Laid<'_>, titles: &[Line], table: Option<usize>) -> Result<(), PdfError> {
        let top = self.y;
        let below = top - self.height(laid, titles, true);
        if let Some(page) = self.pages.last_mut() {
            page.grounds.push([MARGIN, self.sheet.right(), below, top]);
        }
        let element = table.map(|table| self.element(Kind::Row, Some(table)));
        self.row(laid, titles, Kind::Title, element)
    }

    /// How wide a table is in which no figure is broken and words have some room.
    fn needs(&self, table: &Table, size: i64) -> i64 {
        let count = i64::try_from(table.columns.len()).unwrap_or(0).max(1);
        let columns = table.columns.iter().enumerate().map(|(at, column)| {
            let natural = self.natural(table, at, size);
            if column.right { natural } else { natural.min(LEAST_WORDS * size) }
        });
        columns.sum::<i64>() + BETWEEN_CELLS * (count - 1)
    }

    /// How wide a column is of which nothing is broken but the title, between its words.
    fn natural(&self, table: &Table, at: usize, size: i64) -> i64 {
        let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|line| self.line_width(line, size));
        let title = table.columns.get(at).map_or("", |column| column.title.as_str());
        // A title is two lines at most, where its words allow it.
        let half = self.fonts.bold.width(title, size) / 2;
        let words = title.split_whitespace().map(|word| self.fonts.bold.width(word, size));
        cells.chain(words).chain([half]).max().unwrap_or(0)
    }

    /// From where to where each column goes. Figures have the room they need, and words share the rest by what they
    /// would take; where all have what they would take, they spread over the page.
    fn columns(&self, table: &Table, size: i64) -> Vec<(i64, i64)> {
        let all = self.sheet.room();
        let count = i64::try_from(table.columns.len()).unwrap_or(0).max(1);
        let room = all - BETWEEN_CELLS * (count - 1);
        let mut widths: Vec<i64> = (0..table.columns.len()).map(|at| self.natural(table, at, size)).collect();
        let used: i64 = widths.iter().sum();
        if used <= room {
            for width in &mut widths {
                *width += (room - used) / count;
            }
        } else {
            let figures = table.columns.iter().zip(&widths).filter(|(column, _)| column.right);
            let rest = room - figures.map(|(_, width)| *width).sum::<i64>();
            let words: Vec<&mut i64> = table
                .columns
                .iter()
                .zip(&mut widths)
                .filter(|(column, _)| !column.right)
                .map(|(_, width)| width)
                .collect();
            share(words, rest.max(all / 8));
        }
        let mut x = MARGIN;
        let places = widths.into_iter().map(|width| {
            let from = x.min(self.sheet.right() - width);
            x = from + width + BETWEEN_CELLS;
            (from, from + width)
        });
        places.collect()
    }

    /// How tall a row is.
    fn height(&self, laid: &Laid<'_>, cells: &[Line], bold: bool) -> i64 {
        let rows =
            cells.iter().zip(&laid.columns).map(|(cell, (from, to))| self.rows(cell, laid.size, bold, to - from));
        let tall = rows.map(|rows| rows.len()).max().unwrap_or(0);
        leading(laid.size) * i64::try_from(tall).unwrap_or(0) + BELOW_ROW
    }

    fn row(&mut self, laid: &Laid<'_>, cells: &[Line], kind: Kind, row: Option<usize>) -> Result<(), PdfError> {
        let (top, size) = (self.y, laid.size);
        let bottom = top - self.height(laid, cells, kind == Kind::Title);
        let (mut page, mut lowest) = (self.pages.len(), bottom);
        for ((cell, (from, to)), column) in cells.iter().zip(&laid.columns).zip(&laid.table.columns) {
            let element = row.map(|row| self.element(kind, Some(row)));
            self.y = top;
            for words in self.rows(cell, size, kind == Kind::Title, to - from) {
                // A row that is taller than a page goes on where it must.
                self.keep(leading(size));
                self.y -= leading(size);
                let x = if column.right { to - self.row_width(&words, size) } else { *from };
                self.words(&words, x.max(*from), self.y, size, element)?;
            }
            if self.pages.len() > page {
                (page, lowest) = (self.pages.len(), self.y - BELOW_ROW);
            }
        }
        self.y = lowest;
        if let Some(page) = self.pages.last_mut() {
            page.rules.push((MARGIN, self.sheet.right(), self.y));
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
    ) -> Result<(), PdfError> {
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
        let words: Vec<Word> = words(line, bold).into_iter().flat_map(|word| self.fitting(word, size, room)).collect();
        for together in words.chunk_by(|_, next| next.before == Before::Nothing) {
            let is_one = self.row_width(together, size) <= room;
            for (at, word) in together.iter().enumerate() {
                let font = self.fonts.of(word.bold);
                let space = if word.before == Before::Space { font.width(" ", size) } else { 0 };
                // What is glued goes with the first of it, unless it would not fit any line.
                let wide = match (is_one, at) {
                    (true, 0) => self.row_width(together, size),
                    (true, _) => 0,
                    (false, _) => font.width(&word.text, size),
                };
                let has_room = |row: &&mut Row| row.is_empty() || used + space + wide <= room;
                match rows.last_mut().filter(|row| word.before != Before::Break && has_room(row)) {
                    Some(row) => {
                        used += if row.is_empty() { wide } else { space + wide };
                        row.push(word.clone());
                    }
                    None => {
                        used = wide;
                        rows.push(vec![word.clone()]);
                    }
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
                Some(_) => parts.push(Word { text: letter.to_string(), before: Before::Part, bold: word.bold }),
                None => parts.push(Word { text: letter.to_string(), ..word.clone() }),
            }
        }
        parts
    }

    fn row_width(&self, words: &[Word], size: i64) -> i64 {
        let wide = words.iter().enumerate().map(|(at, word)| {
            let font = self.fonts.of(word.bold);
            let space = if word.before == Before::Space && at > 0 { font.width(" ", size) } else { 0 };
            space + font.width(&word.text, size)
        });
        wide.sum()
    }

    fn line_width(&self, line: &Line, size: i64) -> i64 {
        self.row_width(&words(line, false), size)
    }

    /// Words in a row: each stretch of one weight is a piece.
    fn words(&mut self, words: &[Word], x: i64, y: i64, size: i64, element: Option<usize>) -> Result<(), PdfError> {
        let mut x = x;
        for (at, stretch) in words.chunk_by(|left, right| left.bold == right.bold).enumerate() {
            let Some(first) = stretch.first() else { continue };
            let mut text = String::new();
            for (within, word) in stretch.iter().enumerate() {
                if word.before == Before::Space && (at > 0 || within > 0) {
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
    ) -> Result<i64, PdfError> {
        let font = self.fonts.of(bold);
        if let Some(letter) = text.chars().find(|letter| font.glyph(*letter).is_none()) {
            return Err(PdfError::NoGlyph { letter, text: text.to_owned() });
        }
        let width = font.width(text, size);
        if let Some(page) = self.pages.last_mut() {
            page.pieces.push(Piece { x, y, width, size, bold, text: text.to_owned(), element });
        }
        Ok(width)
    }

    /// Leaves room, unless the page has just begun.
    const fn skip(&mut self, room: i64) {
        if self.y < self.sheet.top() {
            self.y -= room;
        }
    }

    /// Whether so much is left of the page, or the page is empty.
    const fn has(&self, height: i64) -> bool {
        self.y - height >= MARGIN || self.y >= self.sheet.top()
    }

    /// Begins another page where less than this is left.
    fn keep(&mut self, height: i64) {
        if !self.has(height) {
            self.turn_over();
        }
    }

    fn turn_over(&mut self) {
        self.pages.push(Page::default());
        self.y = self.sheet.top();
    }

    /// Puts into the lower margin of each page what the document is, and which of its pages this is.
    fn number_pages(&mut self, foot: &str) -> Result<(), PdfError> {
        let (all, y, right) = (self.pages.len(), MARGIN / 2, self.sheet.right());
        if let Some(letter) = foot.chars().find(|letter| self.fonts.regular.glyph(*letter).is_none()) {
            return Err(PdfError::NoGlyph { letter, text: foot.to_owned() });
        }
        let number = |at: usize| format!("{} of {all}", at + 1);
        let room = self.sheet.room() - self.fonts.regular.width(&number(all), FOOT) - BETWEEN_CELLS;
        let foot = self.rows(&Line::from(foot), FOOT, false, room).into_iter().next().unwrap_or_default();
        let foot: Vec<&str> = foot.iter().map(|word| word.text.as_str()).collect();
        let foot = foot.join(" ");
        let font = &self.fonts.regular;
        for (at, page) in self.pages.iter_mut().enumerate() {
            let mut put = |x: i64, text: String| {
                let width = font.width(&text, FOOT);
                page.pieces.push(Piece { x, y, width, size: FOOT, bold: false, text, element: None });
            };
            if !foot.is_empty() {
                put(MARGIN, foot.clone());
            }
            put(right - font.width(&number(at), FOOT), number(at));
        }
        Ok(())
    }
}

/// A table as it is laid out.
struct Laid<'a> {
    table: &'a Table,
    /// From where to where each column goes.
    columns: Vec<(i64, i64)>,
    size: i64,
}

/// Shares room among columns that want more: those that want less than an equal share have what they want, and the
/// others share the rest by what they want.
fn share(widths: Vec<&mut i64>, room: i64) {
    let mut open = widths;
    let mut left = room;
    loop {
        let equal = left / i64::try_from(open.len()).unwrap_or(1).max(1);
        let (small, large): (Vec<_>, Vec<_>) = open.into_iter().partition(|width| **width <= equal);
        let taken: i64 = small.iter().map(|width| **width).sum();
        left -= taken;
        open = large;
        if small.is_empty() {
            break;
        }
    }
    let wanted = open.iter().map(|width| **width).sum::<i64>().max(1);
    for width in open {
        *width = *width * left / wanted;
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
            let before = match (breaks && at == 0, spaced || at > 0 || out.is_empty()) {
                (true, _) => Before::Break,
                (false, true) => Before::Space,
                (false, false) => Before::Nothing,
            };
            out.push(Word { text: word.to_owned(), bold, before });
            (spaced, breaks) = (false, false);
        }
        spaced |= text.ends_with(char::is_whitespace);
    }
    out
}
