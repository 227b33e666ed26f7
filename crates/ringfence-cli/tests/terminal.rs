//! What a long work shows on a terminal, and that nothing of it is left there. The terminal is that of `script`, which
//! is part of every Linux system; elsewhere there is none to look at.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const PACK: &str = "rules/better-care-fund/2015-16";
const WORKED: &str = "rules/better-care-fund/2015-16/cases/worked-example.yaml";
/// What takes a line away.
const AWAY: &str = "\r\u{1b}[2K";

/// What a terminal is sent while a case is read that comes as late as this.
fn seen(delay: Duration, options: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = tempfile::tempdir().unwrap();
    let late = dir.path().join("late.yaml");
    assert!(Command::new("mkfifo").arg(&late).status().unwrap().success());
    // What the case stands on is looked for beside it.
    let base = fs::read_to_string(root.join(WORKED)).unwrap();
    for entry in fs::read_dir(root.join(WORKED).parent().unwrap()).unwrap().flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "yaml") {
            fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
    }
    let writer = thread::spawn({
        let late = late.clone();
        move || {
            let mut pipe = fs::OpenOptions::new().write(true).open(late).unwrap();
            thread::sleep(delay);
            std::io::Write::write_all(&mut pipe, base.as_bytes()).unwrap();
        }
    });
    let program = env!("CARGO_BIN_EXE_ringfence");
    let line =
        format!("{program} evaluate {PACK} {} --output {}/ruling.txt{options}", late.display(), dir.path().display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(root).stdin(Stdio::null());
    script.env_remove("CI").env("TERM", "xterm").env("NO_COLOR", "1");
    let output = script.output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text.replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn a_long_work_says_what_it_does_and_leaves_nothing_behind() {
    let text = seen(Duration::from_millis(1200), "");
    let (before, after) = text.rsplit_once(AWAY).unwrap();
    assert!(before.contains(&format!("{AWAY}reading late.yaml")), "{text:?}");
    assert_eq!(after.trim_end(), "wrote 1 ruling to `ruling.txt`");
}

#[test]
fn a_short_work_and_one_that_is_to_be_quiet_show_nothing() {
    // On a busy machine reading may take longer than it should; then the line comes, and it goes again.
    assert!(!seen(Duration::ZERO, "").contains("reading late.yaml ("));
    assert_eq!(seen(Duration::from_millis(1200), " --quiet"), "");
}
