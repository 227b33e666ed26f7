//! Lays a document out for a terminal.

use anstyle::{AnsiColor, Style};
use ringfence_core::ruling::Outcome;

use crate::document::{Block, Document, Line, Role, Table};

/// No narrower: tables and long words need some room.
const NARROWEST: usize = 20;

/// The narrowest that a column of words is squeezed to, if it needs as much.
const NARROWEST_COLUMN: usize = 14;

/// A letter with its role.
type Letter = (char, Role);

/// A line laid out, with its letters in order.
type Laid = Vec<Letter>;

/// The document as text that ends with a line end.
pub(crate) fn render(document: &Document, width: usize, colour: bool) -> String {
    let width = width.max(NARROWEST);
    let mut page = Page { lines: Vec::new(), width };
    let mut indent = 0;
    for block in &document.blocks {
        if let Block::Heading { level, .. } = block {
            indent = if *level >= 3 { 2 } else { 0 };
        }
        let before = page.lines.len();
        if before > 0 {
            page.lines.push(Laid::new());
        }
        let from = page.lines.len();
        page.block(block, indent);
        // A table may be left out of a page that it does not fit.
        if page.lines.len() == from {
            page.lines.truncate(before);
        }
    }
    page.lines.iter().map(|line| paint(line, colour) + "\n").collect()
}

struct Page {
    lines: Vec<Laid>,
    width: usize,
}

impl Page {
    fn block(&mut self, block: &Block, indent: usize) {
        match block {
            Block::Heading { level, line } => self.heading(*level, line),
            Block::Paragraph(line) => self.wrapped(line, indent, indent),
            Block::Bullets(lines) => {
                for line in lines {
                    self.wrapped(&Line::from("- ").then(line.clone()), indent, indent + 2);
                }
            }
            Block::Table(table) => {
                let lines = lay_table(table, self.width - indent);
                self.lines.extend(lines.into_iter().map(|line| indented(&line, indent)));
            }
            Block::Calculation { name, lines } => {
                self.wrapped(&Line::new().code(name), indent + 4, indent + 8);
                for line in lines {
                    self.wrapped(&Line::new().code(line), indent + 6, indent + 10);
                }
            }
        }
    }

    fn heading(&mut self, level: usize, line: &Line) {
        let strong = Line { spans: line.spans.iter().map(|(role, text)| (heavier(*role), text.clone())).collect() };
        let from = self.lines.len();
        self.wrapped(&strong, 0, 0);
        let rule = match level {
            1 => '=',
            2 => '-',
            _ => return,
        };
        let longest = self.lines.iter().skip(from).map(|line| width_of(line)).max().unwrap_or(0);
        self.lines.push(vec![(rule, Role::Plain); longest.min(self.width)]);
    }

    /// Lines behind `first` spaces, and those that follow behind `rest`.
    fn wrapped(&mut self, line: &Line, first: usize, rest: usize) {
        let mut indent = first;
        // The first line is tried at its own indent; what follows stands at the other.
        for laid in wrap(line, self.width.saturating_sub(first), self.width.saturating_sub(rest)) {
            self.lines.push(indented(&laid, indent));
            indent = rest;
        }
    }
}

const fn heavier(role: Role) -> Role {
    match role {
        Role::Plain => Role::Strong,
        other => other,
    }
}

fn indented(line: &[Letter], indent: usize) -> Laid {
    if line.is_empty() {
        return Laid::new();
    }
    let mut out = vec![(' ', Role::Plain); indent];
    out.extend_from_slice(line);
    out
}

/// Breaks at spaces; a word that does not fit a line is cut, unless it is a web address.
fn wrap(line: &Line, first: usize, rest: usize) -> Vec<Laid> {
    let mut out: Vec<Laid> = Vec::new();
    let mut current = Laid::new();
    for part in lines_of(line) {
        for word in words_of(&part) {
            for piece in pieces_of(word, rest.max(1)) {
                let limit = if out.is_empty() { first } else { rest };
                let joined = width_of(&current) + 1 + width_of(&piece);
                if !current.is_empty() && joined > limit {
                    out.push(std::mem::take(&mut current));
                }
                if let Some((_, before)) = current.last() {
                    let role = if *before == piece.first().map_or(Role::Plain, |(_, role)| *role) {
                        *before
                    } else {
                        Role::Plain
                    };
                    current.push((' ', role));
                }
                current.extend(piece);
            }
        }
        out.push(std::mem::take(&mut current));
    }
    out
}

fn lines_of(line: &Line) -> Vec<Laid> {
    let mut out = vec![Laid::new()];
    for (role, text) in &line.spans {
        if *role == Role::Break {
            out.push(Laid::new());
        } else if let Some(last) = out.last_mut() {
            last.extend(text.chars().map(|letter| (letter, *role)));
        }
    }
    out
}

fn words_of(line: &[Letter]) -> impl Iterator<Item = Laid> {
    line.split(|(letter, _)| *letter == ' ').filter(|word| !word.is_empty()).map(<[Letter]>::to_vec)
}

fn pieces_of(word: Laid, limit: usize) -> Vec<Laid> {
    let text: String = word.iter().map(|(letter, _)| *letter).collect();
    if width_of(&word) <= limit || text.contains("://") {
        return vec![word];
    }
    let mut out = Vec::new();
    let mut piece = Laid::new();
    for letter in word {
        if width_of(&piece) + columns_of(letter.0) > limit {
            out.push(std::mem::take(&mut piece));
        }
        piece.push(letter);
    }
    out.push(piece);
    out
}

fn width_of(line: &[Letter]) -> usize {
    line.iter().map(|(letter, _)| columns_of(*letter)).sum()
}

/// How many columns a terminal gives a character: none to combining marks, two to the wide ones of East Asia.
const fn columns_of(letter: char) -> usize {
    match letter {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

fn paint(line: &[Letter], colour: bool) -> String {
    let end = line.iter().rposition(|(letter, _)| *letter != ' ').map_or(0, |last| last + 1);
    let mut out = String::new();
    for run in line.get(..end).unwrap_or_default().chunk_by(|(_, left), (_, right)| left == right) {
        let style = run.first().map_or(Style::new(), |(_, role)| style_of(*role));
        let text = run.iter().map(|(letter, _)| *letter);
        if colour && !style.is_plain() {
            out.push_str(&style.render().to_string());
            out.extend(text);
            out.push_str(&style.render_reset().to_string());
        } else {
            out.extend(text);
        }
    }
    out
}

const fn style_of(role: Role) -> Style {
    match role {
        Role::Plain | Role::Break => Style::new(),
        Role::Strong => Style::new().bold(),
        Role::Code => AnsiColor::Cyan.on_default(),
        Role::Address => Style::new().underline(),
        Role::Caution => AnsiColor::Yellow.on_default().bold(),
        Role::Outcome(outcome) => match outcome {
            Outcome::Met => AnsiColor::Green.on_default().bold(),
            Outcome::Unmet => AnsiColor::Red.on_default().bold(),
            Outcome::Undetermined => AnsiColor::Yellow.on_default().bold(),
            Outcome::Pending => AnsiColor::Magenta.on_default().bold(),
            Outcome::NotApplicable => Style::new().dimmed(),
        },
    }
}

/// A table in as many columns as fit: squeezed, then with narrow gaps, then with the first column on a line of its
/// own, and at last as a list.
fn lay_table(table: &Table, width: usize) -> Vec<Laid> {
    const TRIES: [(Titles, usize); 3] = [(Titles::Whole, 2), (Titles::Wrapped, 2), (Titles::Wrapped, 1)];
    let all = Grid::of(table, 0);
    for (titles, gap) in TRIES {
        if let Some(widths) = all.fit(titles, width, gap) {
            return all.lay(&widths, gap);
        }
    }
    if let Some(fixed) = table.columns.iter().position(|column| column.if_room) {
        return if fixed == 0 { Vec::new() } else { lay_table(&first_columns(table, fixed), width) };
    }
    let figures = Grid::of(table, 1);
    for (titles, gap) in TRIES {
        if let Some(widths) = figures.fit(titles, width - 2, gap) {
            return stacked(table, &figures, &widths, gap, width);
        }
    }
    listed(table, width)
}

/// The table with so many of its columns.
fn first_columns(table: &Table, count: usize) -> Table {
    Table {
        columns: table.columns.iter().take(count).cloned().collect(),
        rows: table.rows.iter().map(|row| row.iter().take(count).cloned().collect()).collect(),
        headless: table.headless,
    }
}

/// Whether the titles of columns may be broken over several lines.
#[derive(Clone, Copy)]
enum Titles {
    Whole,
    Wrapped,
}

/// The cells of a table from one column on.
struct Grid<'a> {
    right: Vec<bool>,
    titles: Option<Vec<Line>>,
    rows: Vec<Vec<&'a Line>>,
}

impl<'a> Grid<'a> {
    fn of(table: &'a Table, skip: usize) -> Self {
        let columns = || table.columns.iter().skip(skip);
        Self {
            right: columns().map(|column| column.right).collect(),
            titles: (!table.headless).then(|| columns().map(|column| Line::new().strong(&column.title)).collect()),
            rows: table.rows.iter().map(|row| row.iter().skip(skip).collect()).collect(),
        }
    }

    /// The width of each column, if all fit.
    fn fit(&self, titles: Titles, width: usize, gap: usize) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = (0..self.right.len()).map(|index| self.natural(index, titles)).collect();
        let least: Vec<usize> = self
            .right
            .iter()
            .zip(&widths)
            .map(|(right, natural)| if *right { *natural } else { (*natural).min(NARROWEST_COLUMN) })
            .collect();
        let room = width.checked_sub(gap * widths.len().saturating_sub(1))?;
        while widths.iter().sum::<usize>() > room {
            let (widest, _) =
                widths.iter_mut().zip(&least).filter(|(now, least)| **now > **least).max_by_key(|(now, _)| **now)?;
            *widest -= 1;
        }
        Some(widths)
    }

    fn natural(&self, index: usize, titles: Titles) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(index)).flat_map(|cell| lines_of(cell));
        let widest = cells.map(|line| width_of(&line)).max().unwrap_or(0);
        let title: Vec<Laid> = self.titles.iter().filter_map(|titles| titles.get(index)).flat_map(lines_of).collect();
        let parts = match titles {
            Titles::Whole => title,
            Titles::Wrapped => title.iter().flat_map(|line| words_of(line)).collect(),
        };
        widest.max(parts.iter().map(|part| width_of(part)).max().unwrap_or(0))
    }

    fn lay(&self, widths: &[usize], gap: usize) -> Vec<Laid> {
        let mut out = self.lay_titles(widths, gap);
        for row in &self.rows {
            out.extend(self.lay_row(row, widths, gap, false));
        }
        out
    }

    fn lay_titles(&self, widths: &[usize], gap: usize) -> Vec<Laid> {
        let Some(titles) = &self.titles else { return Vec::new() };
        let mut out = self.lay_row(&titles.iter().collect::<Vec<_>>(), widths, gap, true);
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        out.push(rule.join(&" ".repeat(gap)).chars().map(|letter| (letter, Role::Plain)).collect());
        out
    }

    /// One row over as many lines as its tallest cell needs; titles stand on the lowest of them.
    fn lay_row(&self, cells: &[&Line], widths: &[usize], gap: usize, low: bool) -> Vec<Laid> {
        let cells: Vec<Vec<Laid>> = cells.iter().zip(widths).map(|(cell, width)| wrap(cell, *width, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let mut out = vec![Laid::new(); height];
        for ((index, cell), (width, right)) in cells.iter().enumerate().zip(widths.iter().zip(&self.right)) {
            let from = if low { height - cell.len() } else { 0 };
            for (number, line) in out.iter_mut().enumerate() {
                let text = number.checked_sub(from).and_then(|at| cell.get(at)).map_or(&[][..], Vec::as_slice);
                let room = vec![(' ', Role::Plain); width.saturating_sub(width_of(text))];
                let space = vec![(' ', Role::Plain); if index == 0 { 0 } else { gap }];
                line.extend(space);
                if *right {
                    line.extend(room);
                    line.extend_from_slice(text);
                } else {
                    line.extend_from_slice(text);
                    line.extend(room);
                }
            }
        }
        out
    }
}

fn stacked(table: &Table, figures: &Grid<'_>, widths: &[usize], gap: usize, width: usize) -> Vec<Laid> {
    let mut out = Vec::new();
    if let (Some(column), false) = (table.columns.first(), table.headless) {
        out.extend(wrap(&Line::new().strong(&column.title), width, width));
        out.extend(figures.lay_titles(widths, gap).iter().map(|line| indented(line, 2)));
    }
    for (row, rest) in table.rows.iter().zip(&figures.rows) {
        out.extend(row.first().into_iter().flat_map(|cell| wrap(cell, width, width)));
        out.extend(figures.lay_row(rest, widths, gap, false).iter().map(|line| indented(line, 2)));
    }
    out
}

fn listed(table: &Table, width: usize) -> Vec<Laid> {
    let mut out = Vec::new();
    for row in &table.rows {
        for (index, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            if index == 0 {
                out.extend(wrap(cell, width, width));
                continue;
            }
            let line = Line::from(format!("{}: ", column.title)).then(cell.clone());
            for (number, laid) in wrap(&line, width - 2, width.saturating_sub(4)).iter().enumerate() {
                out.push(indented(laid, if number == 0 { 2 } else { 4 }));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, width: usize) -> Vec<String> {
        wrap(&Line::from(text), width, width).iter().map(|line| paint(line, false)).collect()
    }

    #[test]
    fn a_long_word_is_cut_and_a_web_address_is_not() {
        assert_eq!(wide("a bcdefghij k", 5), ["a", "bcdef", "ghij", "k"]);
        assert_eq!(wide("see https://example.org/a/b now", 8), ["see", "https://example.org/a/b", "now"]);
    }

    #[test]
    fn a_table_that_does_not_fit_becomes_a_list() {
        let mut table = Table::new().words("Who").figures("Amount").figures("Released");
        table.row([Line::from("Wiltshire"), Line::from("£1,077,270.00"), Line::from("£1,077,270.00")]);
        let text = |width| lay_table(&table, width).iter().map(|line| paint(line, false)).collect::<Vec<_>>();
        assert_eq!(text(40).len(), 3);
        assert_eq!(
            text(32),
            [
                "Who",
                "         Amount       Released",
                "  -------------  -------------",
                "Wiltshire",
                "  £1,077,270.00  £1,077,270.00",
            ]
        );
        assert_eq!(text(24), ["Wiltshire", "  Amount: £1,077,270.00", "  Released:", "    £1,077,270.00"]);
    }

    #[test]
    fn colour_is_written_only_when_asked_for() {
        let mut document = Document::default();
        document.paragraph(Line::new().outcome(Outcome::Met).plain(" all signed"));
        assert_eq!(render(&document, 80, false), "✓ met all signed\n");
        assert_eq!(render(&document, 80, true), "\u{1b}[1m\u{1b}[32m✓ met\u{1b}[0m all signed\n");
    }
}
