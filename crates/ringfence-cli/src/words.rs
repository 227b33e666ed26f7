//! Small pieces of the sentences that the command says.

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Place, SourceFile};

/// How many names a message lists.
const MOST_NAMES: usize = 20;

/// `1 case`, `213 cases`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `no errors`, `1 error`, `2 errors`.
pub(crate) fn counted_or_no(count: usize, noun: &str) -> String {
    if count == 0 { format!("no {noun}s") } else { counted(count, noun) }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and 3 more ``: at most 20 names.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    listed_up_to(MOST_NAMES, names)
}

/// The same with at most so many names.
pub(crate) fn listed_up_to<'a>(most: usize, names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let mut words: Vec<String> = names.by_ref().take(most).map(|name| format!("`{name}`")).collect();
    let more = names.count();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// That a name like `written` is among `known`, if one is.
pub(crate) fn near_miss<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let nowhere = Place::start_of(&SourceFile::new("", ""));
    Diagnostic::error(Code::UNKNOWN_NAME, nowhere, "").near_miss(written, known).help
}

/// A near miss, or else what names there are: `` the conditions are `a` and `b` ``.
pub(crate) fn near_miss_or_all<'a>(
    written: &str,
    plural: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    near_miss(written, known.clone()).unwrap_or_else(|| match known.clone().next() {
        None => format!("there are no {plural}"),
        Some(_) => format!("the {plural} are {}", listed(known)),
    })
}

/// The text in lines of at most `width` characters where it has spaces to break at; lines after the first
/// are indented. What a terminal would obey is made visible.
pub(crate) fn wrapped(text: &str, first: usize, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut column = first;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !out.is_empty() && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if !out.is_empty() {
            out.push(' ');
            column += 1;
        }
        out.extend(word.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }));
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_do() {
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed_up_to(2, ["a", "b", "c", "d"]), "`a`, `b` and 2 more");
    }

    #[test]
    fn a_name_that_is_near_is_offered_and_else_all_are_told() {
        let known = ["joint-sign-off", "seven-days"];
        assert_eq!(
            near_miss_or_all("joint-signoff", "conditions", known.into_iter()),
            "a similar name exists: `joint-sign-off`"
        );
        assert_eq!(
            near_miss_or_all("x", "conditions", known.into_iter()),
            "the conditions are `joint-sign-off` and `seven-days`"
        );
        assert_eq!(near_miss_or_all("x", "funds", [].into_iter()), "there are no funds");
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        assert_eq!(wrapped("one two  three\u{1b}[31m", 7, 2, 12), "one\n  two\n  three\u{fffd}[31m");
    }
}
