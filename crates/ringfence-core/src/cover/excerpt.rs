//! A piece of a script as its author wrote it, found from where one of its nodes stands.
//!
//! Nodes know where they begin and not where they end, so the piece is what stands around that place on its line, up to
//! what binds less.

use crate::source::Place;

/// What a piece goes up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Up {
    /// A comparison, or what binds less.
    Comparison,
    /// `&&`, or what binds less.
    And,
    /// `||`, or what binds less.
    Or,
    /// The end of the expression.
    End,
}

/// The piece around a place.
pub(super) fn around(place: &Place, up: Up) -> String {
    let line: Vec<char> = place.file().line(place.line()).unwrap_or_default().chars().collect();
    let at = place.column().saturating_sub(1).min(line.len());
    let own = line.len().min(at + if is_operator(&line, at) { 2 } else { 1 });
    let (from, cut) = first(&line, at, up);
    let text = slice(&line, from, last(&line, own, up));
    let text = text.trim().trim_end_matches(['&', '|', '?']).trim();
    let bare = text.trim_start_matches(['&', '|', '?', ' ']);
    if cut && bare.len() < text.len() { format!("… {bare}") } else { bare.to_owned() }
}

/// What stands between `if` at a place and its branch.
pub(super) fn test_of(place: &Place) -> String {
    let line: Vec<char> = place.file().line(place.line()).unwrap_or_default().chars().collect();
    let from = (place.column() + 2).min(line.len());
    slice(&line, from, last(&line, from, Up::End)).trim().to_owned()
}

/// What stands at a place.
pub(super) fn token(place: &Place) -> String {
    let line = place.file().line(place.line()).unwrap_or_default();
    line.chars().skip(place.column().saturating_sub(1)).take(place.length()).collect()
}

fn slice(line: &[char], from: usize, to: usize) -> String {
    line.get(from..to.max(from)).unwrap_or_default().iter().collect()
}

fn is_operator(line: &[char], at: usize) -> bool {
    matches!((line.get(at), line.get(at + 1)), (Some('&'), Some('&')) | (Some('|'), Some('|')) | (Some('?'), Some('?')))
}

/// How many letters here end a piece.
fn ends(line: &[char], at: usize, up: Up) -> Option<usize> {
    let pair = (line.get(at).copied(), line.get(at + 1).copied());
    Some(match pair {
        (Some('='), Some('>')) | (Some('/'), Some('/')) => 2,
        (Some('&'), Some('&')) if up <= Up::And => 2,
        (Some('|'), Some('|')) if up <= Up::Or => 2,
        (Some('&'), Some('&')) | (Some('|'), Some('|')) => return None,
        // The bar closes the names of a function of rows.
        (Some('|' | ';' | ','), _) => 1,
        (Some('=' | '!' | '<' | '>'), Some('=')) if up == Up::Comparison => 2,
        (Some('=' | '!' | '<' | '>'), Some('=')) => return None,
        (Some('<' | '>'), _) if up == Up::Comparison => 1,
        // An assignment.
        (Some('='), _)
            if at.checked_sub(1).and_then(|at| line.get(at)).is_none_or(|before| !"=!<>".contains(*before)) =>
        {
            1
        }
        _ => return None,
    })
}

/// Where a piece begins, and whether it was cut off by the beginning of its line.
fn first(line: &[char], at: usize, up: Up) -> (usize, bool) {
    let mut open = 0_usize;
    let mut from = at;
    while let Some(next) = from.checked_sub(1) {
        match line.get(next) {
            Some(')' | ']' | '}') => open += 1,
            Some('(' | '[' | '{') if open == 0 => return (from, false),
            Some('(' | '[' | '{') => open -= 1,
            _ if open == 0 => {
                let pair = next.checked_sub(1).and_then(|pair| ends(line, pair, up).filter(|long| *long == 2));
                if pair.is_some() || ends(line, next, up) == Some(1) || word_before(line, from) {
                    return (from, false);
                }
            }
            _ => {}
        }
        from = next;
    }
    (from, true)
}

/// Whether a word that begins a test or a branch stands right before here, or the key of a declaration.
fn word_before(line: &[char], at: usize) -> bool {
    let before: String = slice(line, at.saturating_sub(7), at);
    ["if ", "else ", "met: ", "is: ", "when: ", "in "].iter().any(|word| before.ends_with(word))
        || (before.ends_with(": ") && !before.contains('?'))
}

/// Where a piece ends.
fn last(line: &[char], from: usize, up: Up) -> usize {
    let mut open = 0_usize;
    for (at, letter) in line.iter().enumerate().skip(from) {
        match letter {
            '{' | ')' | ']' | '}' if open == 0 => return at,
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ if open == 0 && ends(line, at, up).is_some() => return at,
            _ => {}
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn found(line: &str, at: &str, up: Up) -> String {
        let column = line.find(at).unwrap() + 1;
        around(&Place::new(&SourceFile::new("a.yaml", line), 1, column, 1), up)
    }

    #[test]
    fn a_part_of_a_test_goes_up_to_its_neighbours() {
        let line = "    met: plan.open_days.sum() >= 7 && (signed || !late) && x == \"a b\"";
        assert_eq!(found(line, "sum", Up::And), "plan.open_days.sum() >= 7");
        assert_eq!(found(line, ">=", Up::And), "plan.open_days.sum() >= 7");
        assert_eq!(found(line, "||", Up::End), "signed || !late");
        assert_eq!(found(line, "!late", Up::And), "!late");
        assert_eq!(found(line, "x ==", Up::And), "x == \"a b\"");
    }

    #[test]
    fn a_piece_ends_with_the_brackets_around_it() {
        let line = "  wards.filter(|w| w.beds > 0 ?? false).all(|w| w.days >= 7) }";
        assert_eq!(found(line, "beds", Up::And), "w.beds > 0 ?? false");
        assert_eq!(found(line, "all(", Up::And), "wards.filter(|w| w.beds > 0 ?? false).all(|w| w.days >= 7)");
        assert_eq!(found("  let a = if x > 1 { 2 } else { b };", "x >", Up::End), "x > 1");
        assert_eq!(found("  let a = (d.passed ?? 0) * 2;", "??", Up::Comparison), "d.passed ?? 0");
    }

    #[test]
    fn what_goes_on_from_the_line_before_says_so() {
        assert_eq!(found("      && b < c", "&&", Up::Or), "… b < c");
    }
}
