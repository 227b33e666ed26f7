//! What came of a test, for a terminal: what fails, where, and why.

use ringfence_reporting::diagnostics;

use super::{Tested, TestedCase};
use crate::changed::Changes;
use crate::expect::{Unexpected, Why};
use crate::kept::{Kept, What};
use crate::page::{Ink, Page, plain};

/// What fails; nothing where all holds.
pub fn text(tested: &[Tested], width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    for pack in tested.iter().filter(|pack| !pack.holds()) {
        page.gap();
        let folder = pack.folder.display();
        page.words(0, 0, &[(Ink::Strong, pack.title.clone()), (Ink::Plain, format!(" ({folder})"))]);
        for case in pack.failing().filter(|case| !is_only_made_with(case)) {
            page.gap();
            failing(&mut page, case, width, colour);
        }
        only_made_with(&mut page, pack);
        orphans(&mut page, pack);
    }
    page.finish()
}

/// A ruling that reads differently, or is new, under a title.
pub fn changed_text(title: &str, kept: &Kept, width: usize, colour: bool) -> String {
    let mut page = Page::new(width, colour);
    page.words(0, 2, &[(Ink::Strong, title.to_owned())]);
    page.gap();
    changed(&mut page, kept);
    if kept.old.is_none() {
        page.gap();
        for line in kept.new.text().lines() {
            page.line(Ink::Plain, format!("    {line}").trim_end());
        }
    }
    page.gap();
    page.finish()
}

fn failing(page: &mut Page, case: &TestedCase, width: usize, colour: bool) {
    let tells = case.tells.as_ref().map(|tells| format!(": {tells}")).unwrap_or_default();
    page.words(0, 2, &[(Ink::Bad, "✗ ".to_owned()), (Ink::Strong, case.id.clone()), (Ink::Plain, tells)]);
    if !case.mistakes.is_empty() {
        page.gap();
        page.raw(&diagnostics::text_without_count(&case.mistakes, width, colour));
    }
    for unexpected in &case.checked.unexpected {
        page.gap();
        told(page, unexpected);
    }
    for kept in case.changed() {
        page.gap();
        changed(page, kept);
    }
}

/// What fails of a case, one by one: the id of the test, what it is in a line, and how it is shown. Rulings that were only
/// made with something else are not among them.
pub(crate) fn failures(case: &TestedCase, width: usize, colour: bool) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut add = |about: String, title: String, show: &dyn Fn(&mut Page)| {
        let mut page = Page::new(width, colour);
        page.words(0, 2, &[(Ink::Bad, "✗ ".to_owned()), (Ink::Strong, case.id.clone())]);
        show(&mut page);
        page.gap();
        found.push((about, format!("{}: {title}", case.id), page.finish()));
    };
    for mistake in &case.mistakes {
        let text = diagnostics::text_without_count(std::slice::from_ref(mistake), width, colour);
        add(mistake.message.clone(), mistake.message.clone(), &|page| page.raw(&text));
    }
    for unexpected in &case.checked.unexpected {
        add(unexpected.what.clone(), unexpected.message(), &|page| told(page, unexpected));
    }
    for kept in case.changed().filter(|kept| !kept.is_only_made_with()) {
        let word = kept.what.word();
        add(word.to_owned(), format!("the {word} is to be reviewed"), &|page| changed(page, kept));
    }
    found
}

fn told(page: &mut Page, Unexpected { what, place, why, .. }: &Unexpected) {
    page.words(2, 4, &[(Ink::Strong, what.clone()), (Ink::Plain, ": ".to_owned()), (Ink::Place, place.to_string())]);
    match why {
        Why::Differs { expected, got, reason } => {
            page.words(4, 14, &[(Ink::Plain, "expected ".to_owned()), (Ink::Good, expected.clone())]);
            page.words(4, 14, &[(Ink::Plain, "got ".to_owned()), (Ink::Bad, got.clone())]);
            if !reason.is_empty() {
                page.words(4, 4, &plain(format!("because {reason}")));
            }
        }
        Why::Mistake(message) => page.words(4, 4, &plain(message.clone())),
    }
}

/// A ruling that reads differently, or is new.
fn changed(page: &mut Page, kept: &Kept) {
    let what = match kept.what {
        What::Ruling => "the ruling",
        What::Explanation => "the explanation",
    };
    if let Some(changes) = kept.changes.as_ref().filter(|changes| changes.is_only_made_with()) {
        let with = changes.made_with().join(", ");
        page.words(2, 4, &plain(format!("{what} says the same, and was made with something else: {with}")));
        return;
    }
    let how = if kept.old.is_none() { "is new, and nobody has accepted it" } else { "reads differently" };
    page.words(
        2,
        4,
        &[
            (Ink::Strong, format!("{what} {how}")),
            (Ink::Plain, ": ".to_owned()),
            (Ink::Place, kept.path.display().to_string()),
        ],
    );
    if let Some(changes) = &kept.changes {
        changes.tell(page, 4);
    }
}

fn is_only_made_with(case: &TestedCase) -> bool {
    case.is_expected() && case.changed().all(Kept::is_only_made_with)
}

/// What rulings were made with that differs from before, each once.
pub fn made_with<'k>(kept: impl Iterator<Item = &'k Kept>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in kept.filter_map(|kept| kept.changes.as_ref()).flat_map(Changes::made_with) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// The cases whose rulings say the same as before, and were made with something else, in one sentence.
fn only_made_with(page: &mut Page, pack: &Tested) {
    let kept: Vec<&Kept> =
        pack.failing().filter(|case| is_only_made_with(case)).flat_map(TestedCase::changed).collect();
    if kept.is_empty() {
        return;
    }
    let count = kept.len();
    let (rulings, were) =
        if count == 1 { ("1 ruling says".to_owned(), "was") } else { (format!("{count} rulings say"), "were") };
    let what = made_with(kept.iter().copied());
    page.gap();
    page.words(
        0,
        2,
        &[
            (Ink::Bad, "✗ ".to_owned()),
            (Ink::Plain, format!("{rulings} the same as before and {were} made with something else: {what}")),
        ],
    );
}

fn orphans(page: &mut Page, pack: &Tested) {
    if !pack.orphans.is_empty() {
        page.gap();
        page.words(
            0,
            2,
            &[(Ink::Bad, "✗ ".to_owned()), (Ink::Plain, "kept rulings that belong to no case:".to_owned())],
        );
        for path in &pack.orphans {
            page.words(2, 4, &[(Ink::Place, path.display().to_string())]);
        }
    }
}
