//! PDF: A4 pages with text that can be selected, searched and read aloud.
//!
//! The file is tagged: headings, paragraphs, lists and tables are said to be what they are, in the order in which they
//! are read. The glyphs that it uses are in it. No day and no program's name is in it, so that one portfolio or letter is
//! one file, byte for byte. Lengths are whole numbers, tenths of a point.

mod file;
mod font;
mod layout;

use ringfence_core::ruling::Ruling;

use crate::document::Document;
use crate::portfolio::Portfolio;
use crate::report;

/// A document that cannot be written as PDF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The fonts that come with the program do not have a character.
    #[error("the fonts of the PDF do not have `{letter}`, of “{text}”")]
    NoGlyph {
        /// The character.
        letter: char,
        /// Some of the text that has it.
        text: String,
    },
    /// A font that comes with the program cannot be used.
    #[error("the font {name} cannot be used: {reason}")]
    Font {
        /// The font.
        name: &'static str,
        /// Why.
        reason: String,
    },
}

/// A portfolio on paper: totals, conditions, what is not decided and why, each recipient, the parameters with their
/// sources, warnings.
///
/// # Errors
/// If a text has a character that the fonts do not have.
pub fn portfolio(portfolio: &Portfolio) -> Result<Vec<u8>, PdfError> {
    let document = report::paper(portfolio);
    let foot = portfolio
        .rulings()
        .first()
        .map_or_else(String::new, |ruling| format!("{}. {}", ruling.pack.title, report::basis(ruling)));
    write(&document, &foot)
}

/// One ruling on paper.
///
/// # Errors
/// If a text has a character that the fonts do not have.
pub fn ruling(ruling: &Ruling) -> Result<Vec<u8>, PdfError> {
    write(&report::ruling(ruling), &format!("{}. {}", ruling.pack.title, report::basis(ruling)))
}

/// Writes a document, upright unless a table needs the width; `foot` stands at the foot of each page, beside its number.
pub(crate) fn write(document: &Document, foot: &str) -> Result<Vec<u8>, PdfError> {
    let fonts = font::Fonts::new()?;
    let pages = layout::lay_out(document, foot, &fonts)?;
    file::write(&document.title(), &pages, &fonts)
}

#[cfg(test)]
mod tests {
    use super::layout::{MARGIN, Piece, Sheet};
    use super::*;
    use crate::document::{Line, Table};

    fn sample(rows: usize) -> Document {
        let mut document = Document::default();
        document.heading(1, "A letter");
        document.paragraph(Line::new().strong("Decision.").plain(" £1.00 is released ✓"));
        document.bullets([Line::from("one"), Line::from("two ".repeat(60))]);
        let mut table = Table::new().words("What").figures("Amount");
        for row in 0..rows {
            table.row([Line::from(format!("row {row}")), Line::from("£1,000.00")]);
        }
        document.table(table);
        document
    }

    /// A table of so many columns of money.
    fn wide(columns: usize) -> Document {
        let mut document = Document::default();
        let table = (0..columns).fold(Table::new().words("Recipient"), |table, _| table.figures("Amount"));
        let cells = std::iter::once(Line::from("Somebody")).chain((0..columns).map(|_| Line::from("1,299,421,150.00")));
        let mut table = table;
        table.row(cells);
        document.table(table);
        document
    }

    fn pages(document: &Document) -> layout::Pages {
        layout::lay_out(document, "The foot.", &font::Fonts::new().unwrap()).unwrap()
    }

    fn laid(pages: &layout::Pages) -> impl Iterator<Item = &Piece> {
        pages.iter().flat_map(|page| &page.pieces)
    }

    #[test]
    fn one_document_is_one_file_byte_for_byte() {
        let once = write(&sample(3), "").unwrap();
        assert_eq!(once, write(&sample(3), "").unwrap());
        assert!(once.starts_with(b"%PDF-1.7"));
        assert!(once.len() < 100_000, "only the glyphs that are used are in it: {} bytes", once.len());
    }

    #[test]
    fn a_long_document_has_several_pages_and_no_line_leaves_them() {
        let pages = pages(&sample(120));
        assert_eq!((pages.len(), pages.sheet), (3, Sheet::UPRIGHT));
        for piece in laid(&pages) {
            assert!(piece.x >= MARGIN && piece.x + piece.width <= pages.sheet.width - MARGIN, "{piece:?}");
            let least = if piece.element.is_some() { MARGIN } else { 0 };
            assert!(piece.y >= least && piece.y <= pages.sheet.height - MARGIN, "{piece:?}");
        }
    }

    #[test]
    fn a_table_that_goes_on_has_its_titles_on_each_page_and_is_read_once() {
        let pages = pages(&sample(120));
        let titles = |page: &layout::Page| page.pieces.iter().filter(|piece| piece.text == "Amount").count();
        assert!(pages.iter().all(|page| titles(page) == 1));
        let read = laid(&pages).filter(|piece| piece.element.is_some());
        assert_eq!(read.filter(|piece| piece.text == "Amount").count(), 1);
    }

    #[test]
    fn each_page_says_which_it_is_of_how_many() {
        let pages = pages(&sample(120));
        for (at, page) in pages.iter().enumerate() {
            let wanted = format!("{} of 3", at + 1);
            assert!(page.pieces.iter().any(|piece| piece.text == wanted && piece.y < MARGIN), "{wanted}");
            assert!(page.pieces.iter().any(|piece| piece.text == "The foot."));
        }
    }

    #[test]
    fn pages_lie_across_where_a_table_needs_it() {
        assert_eq!(pages(&wide(4)).sheet, Sheet::UPRIGHT);
        assert_eq!(pages(&wide(6)).sheet, Sheet::ACROSS);
        for columns in [4, 6] {
            let pages = pages(&wide(columns));
            let amounts = laid(&pages).filter(|piece| piece.text == "1,299,421,150.00");
            assert_eq!(amounts.count(), columns, "an amount is never broken over two lines");
        }
    }

    #[test]
    fn every_word_is_on_the_pages_in_its_order() {
        let pages = pages(&sample(60));
        let words: Vec<&str> =
            laid(&pages).filter(|piece| piece.element.is_some()).map(|piece| piece.text.as_str()).collect();
        let words = words.join(" ");
        let each: Vec<&str> = words.split_whitespace().collect();
        assert_eq!(each.iter().filter(|word| **word == "two").count(), 60);
        assert_eq!(each.iter().filter(|word| **word == "£1,000.00").count(), 60);
        let (first, last) = (words.find("row 0").unwrap(), words.find("row 59").unwrap());
        assert!(words.find("Decision.").unwrap() < first && first < last);
    }

    #[test]
    fn a_word_without_an_end_is_broken_rather_than_lost() {
        let mut document = Document::default();
        document.paragraph(Line::from("x".repeat(500)));
        let pages = pages(&document);
        let pieces = laid(&pages).filter(|piece| piece.element.is_some());
        assert_eq!(pieces.map(|piece| piece.text.matches('x').count()).sum::<usize>(), 500);
    }

    #[test]
    fn a_character_that_no_font_has_is_told_and_not_left_out() {
        let mut document = Document::default();
        document.paragraph(Line::from("In 東京"));
        let error = write(&document, "").unwrap_err();
        assert_eq!(error.to_string(), "the fonts of the PDF do not have `東`, of “In 東京”");
    }
}
