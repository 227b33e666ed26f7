//! The two fonts: which glyph shows a character, and how wide it is.

use super::PdfError;

const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");

/// Both fonts.
pub(super) struct Fonts {
    pub(super) regular: Font,
    pub(super) bold: Font,
}

impl Fonts {
    pub(super) fn new() -> Result<Self, PdfError> {
        Ok(Self { regular: Font::read("DejaVuSans", REGULAR)?, bold: Font::read("DejaVuSans-Bold", BOLD)? })
    }

    pub(super) const fn of(&self, bold: bool) -> &Font {
        if bold { &self.bold } else { &self.regular }
    }
}

/// A font in the TrueType format, as far as a letter needs it.
pub(super) struct Font {
    pub(super) name: &'static str,
    pub(super) data: &'static [u8],
    /// How many units an em has.
    pub(super) em: i64,
    /// The box around all glyphs, in units.
    pub(super) bounds: [i64; 4],
    pub(super) ascent: i64,
    pub(super) descent: i64,
    map: &'static [u8],
    widths: &'static [u8],
    /// How many glyphs have a width of their own; the rest have the last one's.
    wide: usize,
}

impl Font {
    fn read(name: &'static str, data: &'static [u8]) -> Result<Self, PdfError> {
        let read = || {
            let (head, heights) = (table(data, *b"head")?, table(data, *b"hhea")?);
            Some(Self {
                name,
                data,
                em: i64::from(number(head, 18)?),
                bounds: [signed(head, 36)?, signed(head, 38)?, signed(head, 40)?, signed(head, 42)?],
                ascent: signed(heights, 4)?,
                descent: signed(heights, 6)?,
                map: basic_map(table(data, *b"cmap")?)?,
                widths: table(data, *b"hmtx")?,
                wide: usize::from(number(heights, 34)?),
            })
        };
        read()
            .filter(|font| font.em > 0 && font.wide > 0)
            .ok_or_else(|| PdfError::Font { name, reason: "it cannot be read".to_owned() })
    }

    /// The glyph that shows a character.
    pub(super) fn glyph(&self, letter: char) -> Option<u16> {
        let code = u16::try_from(u32::from(letter)).ok()?;
        let segments = usize::from(number(self.map, 6)?) / 2;
        let (ends, starts) = (14, 16 + segments * 2);
        let (deltas, ranges) = (starts + segments * 2, starts + segments * 4);
        let at = (0..segments).find(|at| number(self.map, ends + at * 2).is_some_and(|end| end >= code))?;
        let start = number(self.map, starts + at * 2)?;
        let delta = number(self.map, deltas + at * 2)?;
        let range = usize::from(number(self.map, ranges + at * 2)?);
        let within = usize::from(code.checked_sub(start)?);
        let glyph = if range == 0 {
            code.wrapping_add(delta)
        } else {
            match number(self.map, ranges + at * 2 + range + within * 2)? {
                0 => 0,
                glyph => glyph.wrapping_add(delta),
            }
        };
        (glyph != 0).then_some(glyph)
    }

    /// How far a glyph moves what follows it, in units.
    pub(super) fn advance(&self, glyph: u16) -> i64 {
        let at = usize::from(glyph).min(self.wide - 1);
        number(self.widths, at * 4).map_or(0, i64::from)
    }

    /// How wide a text is at a size, in tenths of a point.
    pub(super) fn width(&self, text: &str, size: i64) -> i64 {
        let units: i64 = text.chars().filter_map(|letter| self.glyph(letter)).map(|glyph| self.advance(glyph)).sum();
        (units * size + self.em - 1) / self.em
    }

    /// A length in units as thousandths of an em, as PDF has it.
    pub(super) fn thousandths(&self, units: i64) -> i64 {
        units * 1_000 / self.em
    }
}

/// A whole number of two bytes, the greater first.
fn number(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at + 2)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn signed(data: &[u8], at: usize) -> Option<i64> {
    Some(i64::from(number(data, at)?.cast_signed()))
}

fn long(data: &[u8], at: usize) -> Option<usize> {
    let bytes = data.get(at..at + 4)?;
    usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
}

fn table(data: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(number(data, 4)?);
    let entry = (0..count).map(|at| 12 + at * 16).find(|at| data.get(*at..at + 4) == Some(&name))?;
    data.get(long(data, entry + 8)?..)?.get(..long(data, entry + 12)?)
}

/// The map of the characters of the basic plane (format 4).
fn basic_map(maps: &[u8]) -> Option<&[u8]> {
    let count = usize::from(number(maps, 2)?);
    let places = (0..count).filter_map(|at| maps.get(long(maps, 8 + at * 8)?..));
    places.into_iter().find(|map| number(map, 0) == Some(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_show_what_letters_are_written_with() {
        let fonts = Fonts::new().unwrap();
        for font in [&fonts.regular, &fonts.bold] {
            assert_eq!(font.em, 2_048);
            for letter in "azAZ09 £€–—‘’“”…•×≥≤✓✗?éŵŷŁßΩЖ½%&".chars() {
                assert!(font.glyph(letter).is_some(), "{} has no `{letter}`", font.name);
            }
            assert_eq!(font.glyph('\u{1}'), None);
            assert_eq!(font.glyph('😀'), None);
        }
    }

    #[test]
    fn widths_are_those_of_the_font() {
        let fonts = Fonts::new().unwrap();
        // As other programs read them from the same files: a space and a nought of 2,048 units an em.
        let advance = |letter| fonts.regular.advance(fonts.regular.glyph(letter).unwrap());
        assert_eq!((advance(' '), advance('0'), advance('W')), (651, 1_303, 2_025));
        assert_eq!(fonts.regular.width("00", 100), 128);
        assert!(fonts.bold.width("money", 100) > fonts.regular.width("money", 100));
    }
}
