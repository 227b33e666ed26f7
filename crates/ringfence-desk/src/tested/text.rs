//! What came of a test, for a terminal: what fails, where, and why.

use ringfence_reporting::diagnostics;

use super::{Tested, TestedCase};
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
        for case in pack.failing() {
            page.gap();
            failing(&mut page, case, width, colour);
        }
        orphans(&mut page, pack);
    }
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

fn told(page: &mut Page, Unexpected { what, place, why, .. }: &Unexpected) {
    page.words(2, 4, &[(Ink::Strong, what.clone()), (Ink::Plain, "  ".to_owned()), (Ink::Place, place.to_string())]);
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

fn changed(page: &mut Page, kept: &Kept) {
    let what = match kept.what {
        What::Ruling => "the ruling",
        What::Explanation => "the explanation",
    };
    let how = if kept.old.is_none() { "is new, and nobody has accepted it" } else { "reads differently" };
    page.words(
        2,
        4,
        &[
            (Ink::Strong, format!("{what} {how}")),
            (Ink::Plain, "  ".to_owned()),
            (Ink::Place, kept.path.display().to_string()),
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
