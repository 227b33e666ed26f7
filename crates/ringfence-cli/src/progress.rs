//! How far a long work is: a line on the terminal that comes after half a second and leaves nothing behind.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anstream::AutoStream;

/// Work that is done sooner is not told of.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a line stands before it is written anew.
const PACE: Duration = Duration::from_millis(100);

/// The line, if standard error is a terminal and somebody wants it.
#[derive(Debug)]
pub(crate) struct Progress(Option<Arc<Line>>);

#[derive(Debug, Default)]
struct Line {
    state: Mutex<State>,
    /// There is something to tell.
    begun: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// When the work began; `None` where none is done.
    since: Option<Instant>,
    text: String,
    /// How many letters the terminal has room for.
    room: usize,
    /// What stands on the terminal.
    shown: String,
    has_writer: bool,
}

impl Progress {
    /// A line for whoever looks on.
    pub(crate) fn new(is_quiet: bool) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Self((!is_quiet && !is_dumb && io::stderr().is_terminal()).then(Arc::default))
    }

    /// Whether anybody looks on.
    pub(crate) const fn is_seen(&self) -> bool {
        self.0.is_some()
    }

    /// Says what is done now, in so much room; nothing takes the line away.
    pub(crate) fn tell(&self, text: &str, room: usize) {
        let Some(line) = &self.0 else { return };
        let mut state = line.state();
        if text.is_empty() {
            state.since = None;
            return state.write(String::new());
        }
        state.since.get_or_insert_with(Instant::now);
        text.clone_into(&mut state.text);
        state.room = room;
        if !state.has_writer {
            state.has_writer = true;
            let line = Arc::clone(line);
            thread::spawn(move || line.keep());
        }
        line.begun.notify_one();
    }
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the line again and again, as long as the program runs. A work that is one step moves by its seconds.
    fn keep(&self) {
        let mut state = self.state();
        loop {
            let wait = match state.since.map(|since| since.elapsed()) {
                None => {
                    state = self.begun.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                Some(elapsed) if elapsed < PATIENCE => PATIENCE.saturating_sub(elapsed),
                Some(elapsed) => {
                    let text = told(&state.text, elapsed, state.room);
                    state.write(text);
                    PACE
                }
            };
            drop(state);
            thread::sleep(wait);
            state = self.state();
        }
    }
}

impl State {
    /// Puts a text in the place of the one that stands there. Where that cannot be done nobody looks on.
    fn write(&mut self, text: String) {
        if text != self.shown {
            let mut stream = AutoStream::always(io::stderr().lock());
            let _ = write!(stream, "\r\u{1b}[2K{text}").and_then(|()| stream.flush());
            self.shown = text;
        }
    }
}

/// A text with how long the work has gone on, in so much room: a line that wraps could not be taken away.
fn told(text: &str, elapsed: Duration, room: usize) -> String {
    let text = match elapsed.as_secs() {
        0 | 1 => text.to_owned(),
        seconds => format!("{text} ({seconds} s)"),
    };
    text.chars().take(room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_work_tells_its_seconds_and_stays_on_its_line() {
        for (seconds, room, expected) in
            [(1, 80, "reading a.csv"), (75, 80, "reading a.csv (75 s)"), (75, 9, "reading a")]
        {
            assert_eq!(told("reading a.csv", Duration::from_secs(seconds), room), expected);
        }
    }
}
