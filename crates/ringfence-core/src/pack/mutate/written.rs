//! What an author wrote, and the same with its last digit moved.

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::pack::{extend, section};
use crate::plugin::Plugins;
use crate::source::{Entry, Node, PackSource, Place};

/// The declarations of a pack as they are written.
pub(super) struct Written {
    entries: BTreeMap<(&'static str, String), Entry>,
    /// Where the pack says how money is rounded.
    pub(super) rounding: Option<Place>,
}

impl Written {
    /// Every declaration, with those of the pack's bases and those that it shares.
    pub(super) fn of(source: &PackSource) -> Self {
        let mut entries = BTreeMap::new();
        let mut mistakes = Vec::new();
        let Some(whole) = extend::whole(source, &Plugins::new(), &mut mistakes) else {
            return Self { entries, rounding: None };
        };
        let rounding = whole.source.documents.first().and_then(|first| first.root.get("rounding"));
        let rounding = rounding.map(|node| node.place.clone());
        for name in section::SECTIONS {
            for entry in section::entries(&whole.source, name, &mut mistakes) {
                entries.insert((*name, entry.key.clone()), entry.clone());
            }
        }
        Self { entries, rounding }
    }

    /// The declaration of this name.
    pub(super) fn declaration(&self, section: &'static str, name: &str) -> Option<&Entry> {
        self.entries.get(&(section, name.to_owned()))
    }
}

/// A value below others in a declaration.
pub(super) fn below<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}

/// The characters that stand at a place.
pub(super) fn standing(place: &Place) -> String {
    let line = place.file().line(place.line()).unwrap_or_default();
    line.chars().skip(place.column() - 1).take(place.length()).collect()
}

/// A number as written with its last digit one higher and one lower: `3.5%` is `3.6%` and `3.4%`.
pub(super) fn stepped(text: &str) -> Vec<String> {
    let text = text.trim();
    let digits = text.trim_end_matches('%').trim_end();
    let tail = text.get(digits.len()..).unwrap_or_default();
    let Ok(number) = digits.parse::<Exact>() else { return Vec::new() };
    let places = digits.split_once('.').map_or(0, |(_, part)| part.len());
    let step = Exact::from_scaled(1, u32::try_from(places).unwrap_or(0));
    let moved = |number: Result<Exact, _>| {
        let number: Exact = number.ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(places).ok()?)?;
        let units = number.times(Exact { num: scale, den: 1 }).ok()?.reduced();
        (units.den == 1)
            .then(|| format!("{}{tail}", crate::exact::scaled_text(units.num, u32::try_from(places).unwrap_or(0))))
    };
    let Ok(step) = step else { return Vec::new() };
    [moved(number.plus(step)), moved(number.minus(step))].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::stepped;

    #[test]
    fn the_last_digit_is_the_one_that_moves() {
        for (text, up, down) in [
            ("3.5%", "3.6%", "3.4%"),
            ("1490.00", "1490.01", "1489.99"),
            ("40", "41", "39"),
            ("0", "1", "-1"),
            ("-2.0", "-1.9", "-2.1"),
            ("99.9%", "100.0%", "99.8%"),
        ] {
            assert_eq!(stepped(text), [up, down], "{text}");
        }
        assert!(stepped("all").is_empty());
    }
}
