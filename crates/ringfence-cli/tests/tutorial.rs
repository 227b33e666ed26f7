//! The tutorial does what it says: its files are written, its changes made and its commands run, in their order, in an
//! empty folder. `RINGFENCE_UPDATE=1` writes what the commands print, where it is not what is shown, and all of it.
//!
//! A block is one of these, told by the words behind its fence, and there are no others:
//!
//! - `yaml PATH`: the whole of a file;
//! - `diff PATH`: lines of a file that change, with `@@` between places;
//! - `console`: commands behind `$`, below each `? N` where its exit code is not 0, and what it prints. A line `...`
//!   stands for any lines. `console keys=aas` types these keys, each with Enter, when the command asks; the terminal's
//!   echo of them is put behind each question.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Seek, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tutorial.md");

/// What stands before a key is typed: the end of a question of `--review`, and what `watch` says.
const ASKED: [&str; 2] = ["quit (q)? ", "`q` and Enter stops\n"];

#[test]
fn the_tutorial_does_what_it_says() {
    let mut kept = fs::read_to_string(TUTORIAL).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let done = Desk(folder.path()).follow(&kept);
    if std::env::var_os("RINGFENCE_UPDATE").is_some() {
        fs::write(TUTORIAL, &done).unwrap();
        kept = fs::read_to_string(TUTORIAL).unwrap();
    }
    for (number, (kept, done)) in (1..).zip(kept.lines().zip(done.lines())) {
        assert_eq!(
            kept, done,
            "docs/tutorial.md:{number}: left is what it says, right what is printed; run this test with \
             RINGFENCE_UPDATE=1 and read what changed"
        );
    }
    assert_eq!(kept, done);
}

#[test]
fn the_tutorial_shows_each_step_of_an_authors_work() {
    let kept = fs::read_to_string(TUTORIAL).unwrap();
    let commands: Vec<&str> = kept.lines().filter_map(|line| line.strip_prefix("$ ringfence ")).collect();
    for step in ["new", "check", "test", "what-if", "diff", "mutate", "watch", "doc", "fmt"] {
        assert!(commands.iter().any(|command| command.split(' ').next() == Some(step)), "no `{step}`");
    }
}

#[test]
fn what_a_tutorial_gets_wrong_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk(folder.path());
    // What a command prints, and its exit code, are put right; what is left out stays out.
    let file = "```yaml a.yaml\na:   1\n```\n";
    let page = |shown: &str| format!("{file}```console\n$ ringfence fmt --check a.yaml\n{shown}```\n");
    let right = "? 1\na.yaml\n1 of 1 file is not in canonical form; `ringfence fmt` writes it\n";
    for wrong in ["", "a.yaml\n...\n", "? 1\nb.yaml\n...\n", "? 1\na.yaml\n"] {
        assert_eq!(desk.follow(&page(wrong)), page(right));
    }
    for short in ["? 1\n...\n", "? 1\na.yaml\n...\n"] {
        assert_eq!(desk.follow(&page(short)), page(short));
    }
    // A change takes effect where its lines stand.
    desk.follow("```diff a.yaml\n-a:   1\n+a: 2\n```\n");
    assert_eq!(fs::read_to_string(folder.path().join("a.yaml")).unwrap(), "a: 2\n");
    for wrong in [
        "```diff a.yaml\n-a: 7\n+a: 8\n```\n",
        "```text\nnever run\n```\n",
        "```console\n$ rm a.yaml\n```\n",
        "```console\n$ ringfence --version | wc\n```\n",
        "```console keys=a\n$ ringfence --version\n```\n",
    ] {
        assert!(std::panic::catch_unwind(|| desk.follow(wrong)).is_err(), "{wrong}");
    }
}

/// The folder in which a tutorial is followed.
struct Desk<'folder>(&'folder Path);

impl Desk<'_> {
    /// Does what a page says, and gives the page with what was printed.
    fn follow(&self, page: &str) -> String {
        let mut done = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            writeln!(done, "{line}").unwrap();
            let Some(fence) = line.strip_prefix("```") else { continue };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            done += &self.block(fence, &block);
            done += "```\n";
        }
        done
    }

    fn block(&self, fence: &str, block: &[&str]) -> String {
        let text = block.iter().fold(String::new(), |text, line| text + line + "\n");
        match fence.split_once(' ').unwrap_or((fence, "")) {
            ("console", words) => {
                let keys = words.strip_prefix("keys=").unwrap_or_default();
                assert!(words.is_empty() || !keys.is_empty(), "unknown words behind a fence: {fence}");
                return self.console(block, keys);
            }
            ("yaml", path) if !path.is_empty() => self.write(path, &text),
            ("diff", path) if !path.is_empty() => self.change(path, block),
            _ => panic!("a block that is neither a file nor a command is not tested: {fence}"),
        }
        text
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn change(&self, path: &str, block: &[&str]) {
        let mut text = fs::read_to_string(self.0.join(path)).unwrap();
        for place in block.split(|line| line.starts_with("@@")) {
            let side = |other: char| {
                let lines = place.iter().filter(|line| !line.starts_with(other));
                lines.fold(String::from("\n"), |side, line| side + line.get(1..).unwrap_or_default() + "\n")
            };
            let (old, new) = (side('+'), side('-'));
            let whole = format!("\n{text}");
            assert_eq!(whole.matches(&old).count(), 1, "in {path}, not exactly once:{old}\n{text}");
            whole.replace(&old, &new).get(1..).unwrap_or_default().clone_into(&mut text);
        }
        self.write(path, &text);
    }

    /// Runs the commands of a block, and gives the block with what they print.
    fn console(&self, block: &[&str], keys: &str) -> String {
        let mut done = String::new();
        let mut rest = block;
        while let [command, after @ ..] = rest {
            let until = after.iter().position(|line| line.starts_with("$ ")).unwrap_or(after.len());
            let (shown, next) = after.split_at(until);
            let (code, printed) = self.run(command.strip_prefix("$ ").unwrap(), keys);
            let code = (code != 0).then(|| format!("? {code}"));
            let printed: Vec<&str> = code.iter().map(String::as_str).chain(printed.lines()).collect();
            let shown = if is_shown_by(&printed, shown) { shown } else { &printed };
            done = shown.iter().fold(done + command + "\n", |done, line| done + line + "\n");
            rest = next;
        }
        done
    }

    /// The exit code, and what a terminal would show.
    fn run(&self, command: &str, keys: &str) -> (i32, String) {
        let words = words(command);
        assert_eq!(words.first().map(String::as_str), Some("ringfence"), "only ringfence is run: {command}");
        // Both streams go to one file, so that their order is that of a terminal.
        let mut screen = tempfile::tempfile().unwrap();
        let stream = || Stdio::from(screen.try_clone().unwrap());
        let mut ringfence = Command::new(env!("CARGO_BIN_EXE_ringfence"));
        ringfence.args(words.iter().skip(1)).current_dir(self.0);
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
            ringfence.env_remove(name);
        }
        let mut child = ringfence.stdin(Stdio::piped()).stdout(stream()).stderr(stream()).spawn().unwrap();
        let typed: String = keys.chars().flat_map(|key| [key, '\n']).collect();
        // A command that reads nothing may have ended already.
        drop(child.stdin.take().unwrap().write_all(typed.as_bytes()));
        let code = child.wait().unwrap().code().unwrap();
        let mut printed = String::new();
        screen.rewind().unwrap();
        screen.read_to_string(&mut printed).unwrap();
        (code, echoed(&printed, keys))
    }
}

/// What a terminal shows: behind each question the key that was typed.
fn echoed(printed: &str, keys: &str) -> String {
    let (mut shown, mut rest, mut keys) = (String::new(), printed, keys.chars());
    while let Some(end) = ASKED.iter().filter_map(|asked| Some(rest.find(asked)? + asked.len())).min() {
        let (asked, after) = rest.split_at(end);
        let key = keys.next().unwrap_or_else(|| panic!("a question without a key:\n{printed}"));
        writeln!(shown, "{asked}{key}").unwrap();
        rest = after;
    }
    assert_eq!(keys.next(), None, "a key without a question:\n{printed}");
    shown + rest
}

/// Whether lines are what is shown, where `...` stands for any lines.
fn is_shown_by(lines: &[&str], shown: &[&str]) -> bool {
    match shown {
        [] => lines.is_empty(),
        ["...", shown @ ..] => (0..=lines.len()).any(|from| lines.get(from..).is_some_and(|l| is_shown_by(l, shown))),
        [first, shown @ ..] => {
            lines.split_first().is_some_and(|(line, lines)| line == first && is_shown_by(lines, shown))
        }
    }
}

/// The words of a command; one may stand in single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            '|' | '>' | '<' | '&' | ';' | '*' | '$' | '"' | '\\' if !quoted => panic!("no shell: {command}"),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    assert!(!quoted, "an open quote: {command}");
    words
}
