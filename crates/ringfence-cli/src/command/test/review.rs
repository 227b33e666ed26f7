//! `ringfence test --review`: each ruling that changed, told in words, and what is to become of it.

use std::io::{self, BufRead};

use ringfence_desk::changed::line_diff;
use ringfence_desk::tested::{self, Tested};
use ringfence_desk::{Kept, KeptError};

use crate::exit::{Failure, Problem, io_words};
use crate::screen::Screen;
use crate::words::counted;

/// What somebody who looked says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accept,
    Reject,
    Skip,
    /// Show the lines first.
    Lines,
    Quit,
}

impl Verdict {
    fn of(answer: &str) -> Option<Self> {
        Some(match answer.trim().to_ascii_lowercase().as_str() {
            "a" | "accept" => Self::Accept,
            "r" | "reject" => Self::Reject,
            "s" | "skip" => Self::Skip,
            "d" | "diff" => Self::Lines,
            "q" | "quit" => Self::Quit,
            _ => return None,
        })
    }
}

/// How many rulings became what.
#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    skipped: usize,
}

/// Shows each ruling that changed or is new, and does with it what the user says.
///
/// Rulings that say the same as before, and were only made with something else, are asked about together.
pub(super) fn review(tested: &mut [Tested], screen: &Screen) -> Result<(), Failure> {
    let (mut alike, mut one_by_one): (Vec<&mut Kept>, Vec<(String, &mut Kept)>) = (Vec::new(), Vec::new());
    for case in tested.iter_mut().flat_map(|pack| &mut pack.cases) {
        let tells = case.tells.as_ref().map(|tells| format!(": {tells}")).unwrap_or_default();
        for kept in case.kept.iter_mut().filter(|kept| !kept.is_same()) {
            if kept.is_only_made_with() {
                alike.push(kept);
            } else {
                one_by_one.push((format!("{}{tells}", case.id), kept));
            }
        }
    }
    let (mut tally, mut quits) = (Tally::default(), false);
    let of = one_by_one.len();
    for (at, (title, kept)) in one_by_one.into_iter().enumerate() {
        let layout = screen.layout(None);
        if !quits {
            let title = format!("{} of {of}: {title}", at + 1);
            screen.deliver(&tested::changed_text(&title, kept, layout.width, layout.colour), None)?;
        }
        let verdict = if quits { Verdict::Quit } else { ask(screen, kept)? };
        quits |= verdict == Verdict::Quit;
        tally.note(verdict, kept)?;
    }
    if !quits && !alike.is_empty() {
        let what = tested::made_with(alike.iter().map(|kept| &**kept));
        let count = counted(alike.len(), "ruling");
        screen.deliver(&format!("{count}: the same as before, and made with something else: {what}\n"), None)?;
        let verdict = alike.first().map_or(Ok(Verdict::Skip), |kept| ask(screen, kept))?;
        for kept in alike {
            tally.note(verdict, kept)?;
        }
    }
    let Tally { accepted, rejected, skipped } = tally;
    screen.say(&format!("{accepted} accepted, {rejected} rejected, {skipped} left for another time"));
    Ok(())
}

impl Tally {
    fn note(&mut self, verdict: Verdict, kept: &mut Kept) -> Result<(), KeptError> {
        match verdict {
            Verdict::Accept => {
                self.accepted += 1;
                kept.keep()
            }
            Verdict::Reject => {
                self.rejected += 1;
                kept.reject()
            }
            Verdict::Skip | Verdict::Lines | Verdict::Quit => {
                self.skipped += 1;
                kept.wait()
            }
        }
    }
}

/// Asks until there is an answer. Where nobody answers any more the rest is left.
fn ask(screen: &Screen, kept: &Kept) -> Result<Verdict, Failure> {
    loop {
        screen.ask("accept (a), reject (r), skip (s), show the lines (d), quit (q)? ");
        let mut answer = String::new();
        let read = io::stdin()
            .lock()
            .read_line(&mut answer)
            .map_err(|error| Problem::new(format!("failed to read standard input: {}", io_words(&error))))?;
        if read == 0 {
            return Ok(Verdict::Quit);
        }
        match Verdict::of(&answer) {
            Some(Verdict::Lines) => {
                let old = kept.old.as_ref().map_or("", |old| old.text());
                screen.deliver(&line_diff(old, kept.new.text(), screen.layout(None).colour), None)?;
            }
            Some(verdict) => return Ok(verdict),
            None => screen.say("answer with one of the letters a, r, s, d or q, and Enter"),
        }
    }
}
