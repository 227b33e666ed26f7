//! The tools around the rules as their user meets them: formatting, codes, completions, manual pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run did: exit code, standard output, standard error.
type Run = (Option<i32>, String, String);

fn ringfence(dir: &Path, args: &[&str]) -> Run {
    ringfence_reading(dir, args, "")
}

fn ringfence_reading(dir: &Path, args: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may have ended already.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

const CRAMPED: &str = "pack:   beds # ours\nfacts:\n  beds: {type: count,unit: beds}\n";
const FORM: &str = "pack: beds # ours\nfacts:\n  beds: { type: count, unit: beds }\n";

#[test]
fn fmt_writes_the_form_and_says_which_files_it_changed() {
    let dir = folder(&[("p/pack.yaml", CRAMPED), ("p/cases/a.yaml", "case: a\n"), ("p/README.md", "# a  \n")]);
    let run = ringfence(dir.path(), &["fmt", "p"]);
    assert_eq!(run, (Some(0), String::new(), "formatted p/pack.yaml\nformatted 1 of 2 files\n".to_owned()));
    assert_eq!(fs::read_to_string(dir.path().join("p/pack.yaml")).unwrap(), FORM);
    let run = ringfence(dir.path(), &["fmt", "p"]);
    assert_eq!(run, (Some(0), String::new(), "2 files in canonical form\n".to_owned()));
}

#[test]
fn fmt_check_lists_and_writes_nothing() {
    let dir = folder(&[("p/pack.yaml", CRAMPED), ("p/cases/a.yaml", "case: a\n")]);
    let (code, out, err) = ringfence(dir.path(), &["fmt", "--check", "p"]);
    assert_eq!((code, out.as_str()), (Some(1), "p/pack.yaml\n"));
    assert_eq!(err, "1 of 2 files is not in canonical form; `ringfence fmt` writes it\n");
    assert_eq!(fs::read_to_string(dir.path().join("p/pack.yaml")).unwrap(), CRAMPED);
    let run = ringfence(dir.path(), &["fmt", "--check", "p/cases/a.yaml"]);
    assert_eq!(run, (Some(0), String::new(), "1 file in canonical form\n".to_owned()));
}

#[test]
fn fmt_diff_shows_what_would_change() {
    let dir = folder(&[("pack.yaml", CRAMPED)]);
    let (code, out, _) = ringfence(dir.path(), &["fmt", "--diff", "pack.yaml"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(out, @"
    --- pack.yaml
    +++ pack.yaml (canonical)
    @@ -1,3 +1,3 @@
    -pack:   beds # ours
    +pack: beds # ours
     facts:
    -  beds: {type: count,unit: beds}
    +  beds: { type: count, unit: beds }
    ");
    let (_, coloured, _) = ringfence(dir.path(), &["fmt", "--diff", "pack.yaml", "--colour", "always"]);
    assert!(coloured.contains("\u{1b}[32m+pack: beds # ours\u{1b}[0m\n"), "{coloured:?}");
}

#[test]
fn fmt_reads_standard_input() {
    let dir = folder(&[]);
    assert_eq!(ringfence_reading(dir.path(), &["fmt", "-"], CRAMPED), (Some(0), FORM.to_owned(), String::new()));
    assert_eq!(
        ringfence_reading(dir.path(), &["fmt", "-", "--check"], CRAMPED),
        (Some(1), "<stdin>\n".to_owned(), String::new())
    );
    let (code, out, err) = ringfence_reading(dir.path(), &["fmt", "-", "a.yaml"], CRAMPED);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("`-` stands beside other paths"), "{err}");
}

#[test]
fn fmt_leaves_all_files_where_one_cannot_be_read() {
    let dir = folder(&[("a.yaml", CRAMPED), ("b.yaml", "a: [1\n"), ("c.yaml", "a: 1\na: 2\n")]);
    let (code, out, err) = ringfence(dir.path(), &["fmt", "."]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("./b.yaml:1:4") && err.contains("error[duplicate-key]"), "{err}");
    assert_eq!(fs::read_to_string(dir.path().join("a.yaml")).unwrap(), CRAMPED);
    for (args, expected) in [
        (["fmt", "nowhere"], "no file or folder `nowhere`"),
        (["fmt", "empty"], "no YAML file in `empty`"),
        (["fmt", "latin.yaml"], "`latin.yaml` is not UTF-8 text"),
    ] {
        fs::create_dir_all(dir.path().join("empty")).unwrap();
        fs::write(dir.path().join("latin.yaml"), b"a: \xe9\n").unwrap();
        let (code, _, err) = ringfence(dir.path(), &args);
        assert_eq!(code, Some(2));
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn explain_code_tells_what_a_diagnostic_means() {
    let dir = folder(&[]);
    let (code, out, err) = ringfence(dir.path(), &["explain-code", "empty-file"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out, @"
    empty-file
    A file holds nothing, or only comments; a table has a header and no rows; a list
    of cases has no case.

    Avoid

        # conditions/seven-day-services.yaml
        # to be written

    Prefer

        seven-day-services:
          title: Services that support discharge run seven days a week
          met: services.all(|s| s.days.covers_week())

    Why

    An empty file is a file that was lost on the way more often than one that was
    meant to be empty. Leave it out until it has something to say.
    ");
    let (code, out, _) = ringfence(dir.path(), &["explain-code"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("syntax  "), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let (code, out, err) = ringfence(dir.path(), &["explain-code", "unknwon-name"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @"
    error: no diagnostic has the code `unknwon-name`
      = help: a similar name exists: `unknown-name`
    ");
}

#[test]
fn each_shell_has_its_completions() {
    let dir = folder(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = ringfence(dir.path(), &["completions", shell]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{shell}");
        assert!(out.contains("explain-code"), "{shell}");
        // Only these complete what is no option.
        assert_eq!(out.contains("unknown-recipient"), ["bash", "zsh"].contains(&shell), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = folder(&[]);
    let (code, out, err) = ringfence(dir.path(), &["man", "--output", "man1"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let names: Vec<String> = fs::read_dir(dir.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(err, format!("wrote {} pages to man1\n", names.len()));
    let (_, help, _) = ringfence(dir.path(), &["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands = commands.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    for command in commands.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help") {
        let page = fs::read_to_string(dir.path().join(format!("man1/ringfence-{command}.1"))).unwrap();
        assert!(page.contains("Example"), "{command} has no example");
        let (_, help, _) = ringfence(dir.path(), &[command, "--help"]);
        let (_, examples) = help.split_once("Example").unwrap();
        assert!(examples.lines().all(|line| line.chars().count() <= 80), "{command} has a long example: {examples}");
    }
    let (code, out, _) = ringfence(dir.path(), &["man"]);
    assert_eq!((code, out), (Some(0), fs::read_to_string(dir.path().join("man1/ringfence.1")).unwrap()));
}

#[test]
fn a_new_pack_passes_check_and_fmt_as_it_stands() {
    let dir = folder(&[]);
    let (code, out, err) = ringfence(dir.path(), &["new", "rules/winter-beds/2027-28"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    insta::assert_snapshot!(err, @"
    wrote `winter-beds/2027-28`, Winter beds 2027-28, with 3 cases and their rulings
      to rules/winter-beds/2027-28
    next: ringfence test rules/winter-beds/2027-28
    ");
    let (code, out, err) = ringfence(dir.path(), &["check", "--strict", "rules"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", "checked 1 pack: no errors, no warnings\n"));
    let run = ringfence(dir.path(), &["fmt", "--check", "rules"]);
    assert_eq!(run, (Some(0), String::new(), "4 files in canonical form\n".to_owned()));
    let (code, out, err) = ringfence(dir.path(), &["new", "rules/winter-beds/2027-28"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @"
    error: `rules/winter-beds/2027-28` is not empty
      = help: name a folder that is not there yet
    ");
    let (code, _, err) = ringfence(dir.path(), &["new", "a", "--year", "2026"]);
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(err, @"
    error: `2026` is no financial year
      = help: write the years that it falls in: `2026-27`
    ");
    assert!(!dir.path().join("a").exists());
}

#[test]
fn schemas_are_written_one_by_one_or_to_a_folder() {
    let dir = folder(&[]);
    let (code, out, err) = ringfence(dir.path(), &["schema", "pack"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    assert_eq!(out, fs::read_to_string(committed.join("pack.schema.json")).unwrap());
    let (code, out, err) = ringfence(dir.path(), &["schema", "--output", "s"]);
    let count = fs::read_dir(&committed).unwrap().count();
    assert_eq!((code, out.as_str(), err), (Some(0), "", format!("wrote {count} schemas to s\n")));
    for entry in fs::read_dir(committed).unwrap() {
        let path = entry.unwrap().path();
        let written = fs::read_to_string(dir.path().join("s").join(path.file_name().unwrap())).unwrap();
        assert_eq!(written, fs::read_to_string(&path).unwrap(), "{}", path.display());
    }
    assert_eq!(ringfence(dir.path(), &["schema"]).0, Some(2));
}
