//! What came of a test as XML in the form of `JUnit`, which continuous integration reads: a suite for each pack, and in it a test for
//! each case and condition, fund or value. The name of a test stays the same for as long as case and condition do.

use std::fmt::Write as _;

use super::{Tested, TestedCase};
use crate::kept::Kept;

/// One test, and how it fails.
struct Outcome<'t> {
    name: String,
    file: &'t str,
    failures: Vec<(String, String)>,
}

/// The tests of every pack. Nothing says how long they took: the same test gives the same bytes.
pub fn junit(tested: &[Tested]) -> String {
    let suites: Vec<(&Tested, Vec<Outcome<'_>>)> = tested.iter().map(|pack| (pack, outcomes(pack))).collect();
    let all = || suites.iter().flat_map(|(_, outcomes)| outcomes);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let counts = counts(all());
    let _ = writeln!(xml, "<testsuites name=\"ringfence\"{counts}>");
    for (pack, outcomes) in &suites {
        suite(&mut xml, pack, outcomes);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts<'o>(outcomes: impl Iterator<Item = &'o Outcome<'o>>) -> String {
    let (mut tests, mut failures) = (0, 0);
    for outcome in outcomes {
        tests += 1;
        failures += usize::from(!outcome.failures.is_empty());
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"")
}

fn suite(xml: &mut String, pack: &Tested, outcomes: &[Outcome<'_>]) {
    let name = escaped(&pack.pack);
    let _ = writeln!(xml, "  <testsuite name=\"{name}\"{}>", counts(outcomes.iter()));
    for Outcome { name: test, file, failures } in outcomes {
        let (test, file) = (escaped(test), escaped(file));
        let _ = write!(xml, "    <testcase classname=\"{name}\" name=\"{test}\" file=\"{file}\"");
        if failures.is_empty() {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        // A test fails once, with everything that is wrong.
        let messages: Vec<&str> = failures.iter().map(|(message, _)| message.as_str()).collect();
        let texts: Vec<&str> = failures.iter().map(|(_, text)| text.as_str()).collect();
        let (message, text) = (escaped(&messages.join("; ")), escaped(&texts.join("\n")));
        let _ = writeln!(xml, "      <failure message=\"{message}\">{text}</failure>\n    </testcase>");
    }
    xml.push_str("  </testsuite>\n");
}

fn outcomes(pack: &Tested) -> Vec<Outcome<'_>> {
    let mut outcomes: Vec<Outcome<'_>> = pack.cases.iter().flat_map(of_case).collect();
    outcomes.extend(pack.orphans.iter().map(|path| {
        let path = path.display().to_string();
        let failure = ("a kept ruling that belongs to no case".to_owned(), path.clone());
        let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name).to_owned();
        Outcome { name: format!("rulings/{name}"), file: "", failures: vec![failure] }
    }));
    outcomes
}

fn of_case(case: &TestedCase) -> Vec<Outcome<'_>> {
    let outcome = |about: &str, failures| Outcome { name: format!("{}/{about}", case.id), file: &case.file, failures };
    let mistakes = case.mistakes.iter().map(|mistake| (mistake.message.clone(), mistake.to_string())).collect();
    let mut outcomes = vec![outcome("case", mistakes)];
    for about in &case.checked.about {
        let unexpected = case.checked.unexpected.iter().filter(|unexpected| unexpected.about == *about);
        let failures = unexpected.map(|unexpected| (unexpected.message(), unexpected.to_string())).collect();
        outcomes.push(outcome(about, failures));
    }
    outcomes.extend(case.kept.iter().map(|kept| outcome(kept.what.word(), failure(kept).into_iter().collect())));
    outcomes
}

fn failure(kept: &Kept) -> Option<(String, String)> {
    let path = kept.path.display();
    let message = if kept.is_same() {
        return None;
    } else if kept.old.is_none() {
        "the ruling is new, and nobody has accepted it"
    } else {
        "the ruling reads differently from what is kept"
    };
    let changes = kept.changes.as_ref().map(|changes| changes.text(super::WIDTH, false)).unwrap_or_default();
    Some((message.to_owned(), format!("{path}\n{changes}")))
}

/// A text in an attribute or an element. What XML cannot hold is shown as a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(super::escaped("<a \"b\" & c>\u{1b}\n"), "&lt;a &quot;b&quot; &amp; c&gt;\u{fffd}&#10;");
    }
}
