//! A letter as PDF: A4 pages with text that can be selected, searched and read aloud.
//!
//! The file is tagged: headings, paragraphs, lists and tables are said to be what they are, in the order in which they
//! are read. The glyphs that a letter uses are in it. No day and no program's name is in it, so that one letter is one
//! file, byte for byte. Lengths are whole numbers, tenths of a point.

mod file;
mod font;
mod layout;

use super::{Letter, LetterError};

impl Letter {
    /// The letter as PDF.
    ///
    /// # Errors
    /// If the letter has a character that the fonts do not have.
    pub fn pdf(&self) -> Result<Vec<u8>, LetterError> {
        let fonts = font::Fonts::new()?;
        let pages = layout::lay_out(self.document(), &fonts)?;
        file::write(&self.title(), &pages, &fonts)
    }
}

/// Something is wrong with a font that comes with the program, or with what it is asked for.
fn unfit(message: String, help: Option<&str>) -> LetterError {
    LetterError { message, line: None, help: help.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Line, Table};

    fn letter(document: Document) -> Letter {
        Letter { markdown: String::new(), document }
    }

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

    #[test]
    fn one_letter_is_one_file_byte_for_byte() {
        let once = letter(sample(3)).pdf().unwrap();
        assert_eq!(once, letter(sample(3)).pdf().unwrap());
        assert!(once.starts_with(b"%PDF-1.7"));
        assert!(once.len() < 100_000, "only the glyphs that are used are in it: {} bytes", once.len());
    }

    #[test]
    fn a_long_letter_has_several_pages_and_no_line_leaves_them() {
        let fonts = font::Fonts::new().unwrap();
        let pages = layout::lay_out(&sample(120), &fonts).unwrap();
        assert_eq!(pages.len(), 3);
        for piece in pages.iter().flat_map(|page| &page.pieces) {
            assert!(piece.x >= layout::MARGIN && piece.x + piece.width <= layout::WIDTH - layout::MARGIN, "{piece:?}");
            assert!(piece.y >= layout::MARGIN && piece.y <= layout::HEIGHT - layout::MARGIN, "{piece:?}");
        }
    }

    #[test]
    fn every_word_of_a_letter_is_on_its_pages_in_its_order() {
        let fonts = font::Fonts::new().unwrap();
        let pages = layout::lay_out(&sample(60), &fonts).unwrap();
        let laid: Vec<&str> = pages
            .iter()
            .flat_map(|page| &page.pieces)
            .filter(|piece| piece.element.is_some())
            .map(|piece| piece.text.as_str())
            .collect();
        let laid = laid.join(" ");
        let words: Vec<&str> = laid.split_whitespace().collect();
        assert_eq!(words.iter().filter(|word| **word == "two").count(), 60);
        assert_eq!(words.iter().filter(|word| **word == "£1,000.00").count(), 60);
        let (first, last) = (laid.find("row 0").unwrap(), laid.find("row 59").unwrap());
        assert!(laid.find("Decision.").unwrap() < first && first < last);
    }

    #[test]
    fn a_word_without_an_end_is_broken_rather_than_lost() {
        let mut document = Document::default();
        document.paragraph(Line::from("x".repeat(500)));
        let fonts = font::Fonts::new().unwrap();
        let pages = layout::lay_out(&document, &fonts).unwrap();
        let laid = pages.iter().flat_map(|page| &page.pieces).filter(|piece| piece.element.is_some());
        assert_eq!(laid.map(|piece| piece.text.matches('x').count()).sum::<usize>(), 500);
    }

    #[test]
    fn a_character_that_no_font_has_is_told_and_not_left_out() {
        let mut document = Document::default();
        document.paragraph(Line::from("東京"));
        let error = letter(document).pdf().unwrap_err();
        assert_eq!(error.message, "the fonts of the PDF do not have `東`");
    }
}
