//! `ringfence watch`: packs checked and tested on every save.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use ringfence_desk::watch::{Files, Look, Standing};

use super::check;
use crate::exit::{Answer, Failure};
use crate::screen::Screen;
use crate::words::{counted, counted_or_no};

/// How long to wait before looking at the files again.
const PAUSE: Duration = Duration::from_millis(200);

/// Check and test rule packs on every save, and show what changed
///
/// Only what is new is shown: mistakes and failing cases that were not there before, rulings that read differently, and
/// what was put right. It stops on `q` and Enter, or Ctrl-C.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence watch rules/better-care-fund/2015-16
  ringfence watch rules")]
pub(crate) struct Watch {
    /// Folders of rule packs, or folders with packs below
    #[arg(value_name = "PACK", required = true)]
    packs: Vec<PathBuf>,
    /// Stop after so many saves
    #[arg(long, value_name = "N", hide = true)]
    saves: Option<usize>,
}

/// A pack that is watched.
struct Watched {
    folder: PathBuf,
    files: Files,
    standing: Standing,
}

impl Watched {
    /// The files as they are now.
    fn now(&self) -> Files {
        Files::of(&self.folder, &self.standing.elsewhere)
    }

    /// Looks at the pack again, and says what is new.
    fn look(&mut self, look: Look) -> Result<String, Failure> {
        self.files = self.now();
        let standing = Standing::of(&self.folder, &self.standing, look)?;
        let news = standing.news(&self.standing, look);
        // What it stands on elsewhere is only known now.
        if standing.elsewhere != self.standing.elsewhere {
            self.files = Files::of(&self.folder, &standing.elsewhere);
        }
        self.standing = standing;
        Ok(news)
    }
}

impl Watch {
    /// Watches the packs until the user has seen enough.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut watched = self.watched()?;
        let layout = screen.layout(None);
        let look = Look { width: layout.width, colour: layout.colour };
        let is_over = stop_on_q();
        for pack in &mut watched {
            screen.deliver(&pack.look(look)?, None)?;
        }
        screen.say(&summary(&watched));
        screen.say("watching; `q` and Enter stops");
        let mut saves = 0;
        while !is_over.load(Ordering::Relaxed) && self.saves.is_none_or(|most| saves < most) {
            thread::sleep(PAUSE);
            let mut is_changed = false;
            for pack in &mut watched {
                let now = pack.now();
                // A file that is still being written is looked at when it has come to rest.
                if now != pack.files
                    && now == {
                        thread::sleep(PAUSE / 4);
                        pack.now()
                    }
                {
                    is_changed = true;
                    screen.deliver(&pack.look(look)?, None)?;
                }
            }
            if is_changed {
                saves += 1;
                screen.say(&summary(&watched));
            }
        }
        Ok(if watched.iter().all(|pack| pack.standing.holds()) { Answer::Yes } else { Answer::No })
    }

    fn watched(&self) -> Result<Vec<Watched>, Failure> {
        let mut failure = Failure::default();
        let mut packs = BTreeSet::new();
        for path in &self.packs {
            packs.extend(failure.gather(check::find(path)).unwrap_or_default());
        }
        let watched = |folder| Watched { folder, files: Files::default(), standing: Standing::default() };
        failure.or(packs.into_iter().map(watched).collect())
    }
}

/// `1 pack, 45 cases: nothing is wrong`.
fn summary(watched: &[Watched]) -> String {
    let cases = watched.iter().map(|pack| pack.standing.cases).sum();
    let wrong: usize = watched.iter().map(|pack| pack.standing.count()).sum();
    let told =
        if wrong == 0 { "nothing is wrong".to_owned() } else { format!("{} to look at", counted(wrong, "thing")) };
    format!("{}, {}: {told}", counted(watched.len(), "pack"), counted_or_no(cases, "case"))
}

/// Whether the user said `q`. Where nobody can say anything, nobody does.
fn stop_on_q() -> Arc<AtomicBool> {
    let is_over = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_over);
    thread::spawn(move || {
        let said = io::stdin().lock().lines().map_while(Result::ok).any(|line| line.trim().eq_ignore_ascii_case("q"));
        told.store(said, Ordering::Relaxed);
    });
    is_over
}
