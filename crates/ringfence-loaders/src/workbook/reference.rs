//! How a binding names cells: `'National conditions'!C5`, `C5` of its sheet, or a name that the workbook gives.

/// A cell, or a rectangle of cells, of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The sheet, where one is named.
    pub(crate) sheet: Option<String>,
    pub(crate) area: Area,
}

/// A rectangle of cells: the rows and columns of its first and last, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) first: (usize, usize),
    pub(crate) last: (usize, usize),
}

impl Area {
    /// The only cell, if it is one.
    pub(crate) fn single(self) -> Option<(usize, usize)> {
        (self.first == self.last).then_some(self.first)
    }
}

impl Reference {
    /// Reads a reference; `None` where the text is none, and so perhaps a name.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (sheet, cells) = match text.rsplit_once('!') {
            Some((sheet, cells)) => (Some(sheet_name(sheet)?), cells),
            None => (None, text),
        };
        let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
        let (first, last) = (cell(first)?, cell(last)?);
        (first.0 <= last.0 && first.1 <= last.1).then_some(Self { sheet, area: Area { first, last } })
    }
}

/// The name of a sheet, which stands in quotes where it is more than a word.
fn sheet_name(text: &str) -> Option<String> {
    let name = match text.strip_prefix('\'') {
        Some(quoted) => quoted.strip_suffix('\'')?.replace("''", "'"),
        None => text.trim_start_matches('$').to_owned(),
    };
    (!name.is_empty()).then_some(name)
}

/// Row and column of `C5` or `$C$5`.
fn cell(text: &str) -> Option<(usize, usize)> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let letters = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).len();
    let (letters, digits) = text.split_at_checked(letters)?;
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    let known = (1..=3).contains(&letters.len())
        && (1..=7).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let column =
        letters.bytes().fold(0, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row = digits.parse().ok().filter(|row| *row > 0)?;
    known.then_some((row, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_a_spreadsheet_names_them() {
        for (text, sheet, first, last) in [
            ("C5", None, (5, 3), (5, 3)),
            ("$C$5", None, (5, 3), (5, 3)),
            ("Cover!c5", Some("Cover"), (5, 3), (5, 3)),
            ("'National conditions'!B5:D20", Some("National conditions"), (5, 2), (20, 4)),
            ("'It''s'!$AA$10", Some("It's"), (10, 27), (10, 27)),
        ] {
            let sheet = sheet.map(ToOwned::to_owned);
            assert_eq!(Reference::read(text), Some(Reference { sheet, area: Area { first, last } }), "{text}");
        }
        for text in ["", "C", "5", "C0", "grant_size", "!C5", "'Cover!C5", "D5:C4", "C5:", "ABCD1", "C12345678", "é5"]
        {
            assert_eq!(Reference::read(text), None, "{text}");
        }
    }
}
