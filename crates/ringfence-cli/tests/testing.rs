//! `ringfence test` and `ringfence watch` as an author meets them: a pack whose rules change, and what its cases say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PACK: &str = "ringfence: 1
pack: winter-beds/2015-16
title: Winter beds grant
rules-on: a grant for keeping beds open
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01 }
rules-at: 2015-10-01
recipient: hospital trust
rounding: { to: 0.01, mode: half-away-from-zero }
sources:
  letter: { title: Letter on winter beds }
facts:
  beds.open: { type: count, unit: beds, min: 0, not-applicable: refused, title: Beds kept open }
  wards:
    type: list
    of: { name: { type: text }, days: { type: days } }
    not-applicable: refused
    title: Wards that take winter patients
parameters:
  value_of_a_bed:
    title: Value of a bed
    type: money
    per: bed
    values: { 2015-04-01: { value: 10.50, authority: { source: letter } } }
  beds_at_least:
    title: Fewest beds that earn the grant
    type: count
    unit: beds
    values: { 2015-04-01: { value: 20, authority: { source: letter } } }
values:
  earned: { title: Earned by the beds, type: money, is: beds.open * params.value_of_a_bed }
conditions:
  enough-beds: { title: Enough beds are open, met: beds.open >= params.beds_at_least, authority: { source: letter } }
  every-day:
    title: Every ward is open on all days
    met: wards.all(|ward| ward.days.covers_week())
    authority: { source: letter }
funds:
  grant: { title: The grant, amount: earned, gated-by: [enough-beds, every-day], authority: { source: letter } }
";

const BASE: &str = "case: base
base-only: yes
recipient: { name: Example trust }
facts:
  beds.open: 20
  wards: [{ name: Avon, days: all }, { name: Kennet, days: all }]
";

const EXACTLY: &str = "case: exactly-enough
tells: as many beds as are asked for are enough
base: base.yaml
expect:
  outcomes: { enough-beds: met }
  values: { earned: 210.00 }
  funds: { grant: { amount: 210.00, released: 210.00 } }
";

const TABLE: &str = "case,base,tells,snapshot,set.beds.open,set.wards[Kennet].days,expect.outcomes.enough-beds,\
                     expect.outcomes.every-day,expect.funds.grant.withheld
one-too-few,base.yaml,a bed too few,none,19,,unmet,met,199.50
weekdays,base.yaml,a ward is closed at weekends,none,,mon-fri,met,unmet,210.00
";

/// What a run of the command did.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

struct Author(TempDir);

impl Author {
    fn new() -> Self {
        let author = Self(TempDir::new().unwrap());
        for folder in ["pack/cases", "pack/rulings"] {
            fs::create_dir_all(author.0.path().join(folder)).unwrap();
        }
        author.writes("pack.yaml", PACK);
        author.writes("cases/base.yaml", BASE);
        author.writes("cases/exactly-enough.yaml", EXACTLY);
        author.writes("cases/more.csv", TABLE);
        author
    }

    /// The same with every ruling kept.
    fn settled() -> Self {
        let author = Self::new();
        assert_eq!(author.runs(&["test", "pack", "--accept"], "").code, Some(0));
        author
    }

    fn writes(&self, name: &str, text: &str) {
        fs::write(self.0.path().join("pack").join(name), text).unwrap();
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join("pack").join(name).exists()
    }

    fn changes(&self, name: &str, from: &str, to: &str) {
        let path = self.0.path().join("pack").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
            command.env_remove(name);
        }
        command
    }

    fn runs(&self, args: &[&str], input: &str) -> Run {
        finished(self.command(args).spawn().unwrap(), input)
    }
}

fn finished(mut child: Child, input: &str) -> Run {
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_new_ruling_waits_until_somebody_accepts_it() {
    let author = Author::new();
    let run = author.runs(&["test", "pack"], "");
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.out, @"
    Winter beds grant (pack)

    ✗ exactly-enough: as many beds as are asked for are enough

      the ruling is new, and nobody has accepted it:
        pack/rulings/exactly-enough.snap
    ");
    assert_eq!(run.err, "tested 1 pack: 1 of 3 cases fails, 10 expectations, 1 ruling to review\n");
    let (kept, waiting) = ("rulings/exactly-enough.snap", "rulings/exactly-enough.snap.new");
    assert!(author.has(waiting) && !author.has(kept));
    let run = author.runs(&["test", "pack", "--review"], "a\n");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("    ✓ met  Enough beds are open\n"), "{}", run.out);
    assert!(!author.has(waiting) && author.has(kept));
    let run = author.runs(&["test", "pack"], "");
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
    assert_eq!(run.err, "tested 1 pack: 3 cases, 10 expectations\n");
}

#[test]
fn a_kept_ruling_names_its_case_from_the_current_folder_however_that_is_written() {
    let author = Author::new();
    let whole = author.0.path().join("pack").to_string_lossy().into_owned();
    for (at, pack, named) in [
        ("", "pack", "pack/cases/exactly-enough.yaml"),
        ("", "./pack/", "pack/cases/exactly-enough.yaml"),
        ("pack", ".", "cases/exactly-enough.yaml"),
        ("pack/rulings", "..", "\"../cases/exactly-enough.yaml\""),
        ("pack", &whole, "cases/exactly-enough.yaml"),
    ] {
        let mut command = author.command(&["test", pack, "--accept"]);
        let run = finished(command.current_dir(author.0.path().join(at)).spawn().unwrap(), "");
        assert_eq!(run.code, Some(0), "{run:?}");
        let kept = author.0.path().join("pack/rulings/exactly-enough.snap");
        let text = fs::read_to_string(&kept).unwrap();
        assert!(text.contains(&format!("\ninput_file: {named}\n")), "{pack} in {at}: {text}");
        fs::remove_file(kept).unwrap();
    }
}

#[test]
fn a_pack_that_cannot_be_written_to_is_tested_all_the_same() {
    let author = Author::settled();
    author.changes("pack.yaml", "value: 10.50,", "value: 10.75,");
    fs::create_dir(author.0.path().join("pack/rulings/exactly-enough.snap.new")).unwrap();
    let run = author.runs(&["test", "pack"], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("earned: pack/cases/exactly-enough.yaml:6:21"), "{}", run.out);
    insta::assert_snapshot!(run.err, @"
    tested 1 pack: 3 of 3 cases fail, 10 expectations, 1 ruling to review
    no ruling waits to be reviewed: failed to keep
      `pack/rulings/exactly-enough.snap.new`: it is a folder
    ");
}

#[test]
fn what_a_changed_rule_does_is_told_in_words() {
    let author = Author::settled();
    author.changes("pack.yaml", "value: 20,", "value: 21,");
    author.changes("pack.yaml", "value: 10.50,", "value: 10.75,");
    let run = author.runs(&["test", "pack", "--case", "exactly-enough"], "");
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.out, @"
    Winter beds grant (pack)

    ✗ exactly-enough: as many beds as are asked for are enough

      enough-beds: pack/cases/exactly-enough.yaml:5:28
        expected met
        got unmet
        because the beds kept open (20 beds) is below the fewest beds that earn the
        grant (21 beds)

      earned: pack/cases/exactly-enough.yaml:6:21
        expected 210.00
        got 215.00
        because 20 × £10.75 = £215.00

      grant, amount: pack/cases/exactly-enough.yaml:7:29
        expected 210.00
        got 215.00
        because £215.00 is withheld: “Enough beds are open” is not met

      grant, released: pack/cases/exactly-enough.yaml:7:47
        expected 210.00
        got 0.00
        because £215.00 is withheld: “Enough beds are open” is not met

      the ruling reads differently: pack/rulings/exactly-enough.snap
        Conditions
          Enough beds are open
            met → unmet
            The beds kept open (20 beds) is [at least → below] the fewest beds that
            earn the grant ([20 → 21] beds).
        Money
          The grant, the whole of it
            the fund: £210.00 → £215.00 (£5.00 more)
          The grant
            was: All of £210.00 is released.
            now: £215.00 is withheld: “Enough beds are open” is not met.
    ");
    let run = author.runs(&["test", "pack", "--case", "exactly-enough", "--quiet", "--colour", "always"], "");
    assert!(run.out.contains("\u{1b}[32m£215.00\u{1b}[0m"), "{}", run.out);
    assert_eq!(run.err, "");
}

#[test]
fn a_ruling_is_rejected_skipped_or_shown_line_by_line() {
    let author = Author::settled();
    author.changes("pack.yaml", "value: 10.50,", "value: 10.75,");
    let waiting = "rulings/exactly-enough.snap.new";
    let run = author.runs(&["test", "pack", "--review"], "what\nd\ns\n");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("answer with one of the letters"), "{}", run.err);
    assert!(run.out.contains("\n- The grant: £210.00\n+ The grant: £215.00\n"), "{}", run.out);
    assert!(run.err.contains("0 accepted, 0 rejected, 1 left for another time\n"), "{}", run.err);
    assert!(author.has(waiting));
    let run = author.runs(&["test", "pack", "--review"], "r\n");
    assert!(run.err.contains("0 accepted, 1 rejected, 0 left"), "{}", run.err);
    assert!(!author.has(waiting));
    // Where nobody answers, nothing is decided.
    let run = author.runs(&["test", "pack", "--review"], "");
    assert!(run.err.contains("0 accepted, 0 rejected, 1 left"), "{}", run.err);
}

#[test]
fn what_only_the_digest_tells_apart_is_asked_once() {
    let author = Author::settled();
    author.changes("pack.yaml", "ringfence: 1", "# A remark.\nringfence: 1");
    let run = author.runs(&["test", "pack"], "");
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.out, @"
    Winter beds grant (pack)

    ✗ 1 ruling says the same as before and was made with something else: Pack digest
    ");
    let run = author.runs(&["test", "pack", "--review"], "a\n");
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn where_nobody_looks_nothing_is_written() {
    let author = Author::new();
    let in_ci = |args: &[&str]| finished(author.command(args).env("CI", "true").spawn().unwrap(), "");
    for option in ["--accept", "--review", "--delete-orphans"] {
        let run = in_ci(&["test", "pack", option]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(run.err.contains(&format!("`{option}` is refused where `CI` is set")), "{}", run.err);
    }
    assert_eq!(in_ci(&["test", "pack"]).code, Some(1));
    assert!(!author.has("rulings/exactly-enough.snap.new"));
}

#[test]
fn a_kept_ruling_of_no_case_fails_until_it_is_deleted() {
    let author = Author::settled();
    author.writes("rulings/gone.snap", "---\n---\nx\n");
    let run = author.runs(&["test", "pack"], "");
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("pack/rulings/gone.snap"), "{}", run.out);
    assert!(run.err.ends_with(", 1 kept ruling of no case\n"), "{}", run.err);
    // One case alone says nothing of the others.
    assert_eq!(author.runs(&["test", "pack", "--case", "weekdays"], "").code, Some(0));
    assert_eq!(author.runs(&["test", "pack", "--delete-orphans"], "").code, Some(0));
    assert!(!author.has("rulings/gone.snap"));
}

#[test]
fn mistakes_in_what_is_expected_have_a_place() {
    let author = Author::settled();
    author.writes(
        "cases/exactly-enough.yaml",
        "case: exactly-enough
tells: as many beds as are asked for are enough
base: base.yaml
snapshot: rulings
expect:
  outcome: { enough-beds: met }
  outcomes: { enough-bed: met, every-day: yes }
  values: { earnt: 210.00, earned: { value: 210.00, within: 1.00 } }
  funds: { grant: { amounts: 210.00, released: { value: 1, within: 1 }, withheld: none } }
  missing: beds.open
",
    );
    let check = author.runs(&["check", "pack", "--no-warnings"], "");
    assert_eq!(check.code, Some(1));
    insta::assert_snapshot!(check.out, @"
    error[wrong-value]: expected `ruling`, `explain` or both, or `none`, found
                        `rulings`
     --> pack/cases/exactly-enough.yaml:4:11
      |
    4 | snapshot: rulings
      |           ^^^^^^^
      |
      = help: write `snapshot: [ruling, explain]` to keep the explanation as well

    error[unknown-key]: `expect` has no key `outcome`
     --> pack/cases/exactly-enough.yaml:6:3
      |
    6 |   outcome: { enough-beds: met }
      |   ^^^^^^^ unknown key
      |
      = help: a similar name exists: `outcomes`

    error[unknown-name]: unknown condition `enough-bed`
     --> pack/cases/exactly-enough.yaml:7:15
      |
    7 |   outcomes: { enough-bed: met, every-day: yes }
      |               ^^^^^^^^^^ not declared by `winter-beds/2015-16`
      |
      = help: a similar name exists: `enough-beds`

    error[wrong-value]: `yes` is no outcome
     --> pack/cases/exactly-enough.yaml:7:43
      |
    7 |   outcomes: { enough-bed: met, every-day: yes }
      |                                           ^^^
      |
      = help: the outcomes are met, unmet, undetermined, pending, not-applicable

    error[unknown-name]: unknown value `earnt`
     --> pack/cases/exactly-enough.yaml:8:13
      |
    8 |   values: { earnt: 210.00, earned: { value: 210.00, within: 1.00 } }
      |             ^^^^^ not declared by `winter-beds/2015-16`
      |
      = help: a similar name exists: `earned`

    error[wrong-value]: money has no margin
     --> pack/cases/exactly-enough.yaml:8:61
      |
    8 |   values: { earnt: 210.00, earned: { value: 210.00, within: 1.00 } }
      |                                                             ^^^^
      |
      = help: write the exact amount alone

    error[unknown-key]: a fund has no key `amounts`
     --> pack/cases/exactly-enough.yaml:9:21
      |
    9 |   funds: { grant: { amounts: 210.00, released: { value: 1, within: 1…
      |                     ^^^^^^^ unknown key
      |
      = help: a similar name exists: `amount`

    error[wrong-value]: money has no margin
     --> pack/cases/exactly-enough.yaml:9:48
      |
    9 | … { amounts: 210.00, released: { value: 1, within: 1 }, withheld: non…
      |                                ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the exact amount alone

    error[wrong-value]: expected an amount such as 1234.50, found `none`
     --> pack/cases/exactly-enough.yaml:9:83
      |
    9 | …ue: 1, within: 1 }, withheld: none } }
      |                                ^^^^
      |
      = help: write digits with at most one point, or `~` where it is not known

    error[wrong-value]: `missing` is a list, found `beds.open`
      --> pack/cases/exactly-enough.yaml:10:12
       |
    10 |   missing: beds.open
       |            ^^^^^^^^^
       |
       = help: list what is missing, such as `[beds.open 2015-16 Q4]`, or `[]` for
               nothing
    ");
    let test = author.runs(&["test", "pack"], "");
    assert_eq!(test.code, Some(1));
    assert_eq!(test.out.matches("error[").count(), check.out.matches("error[").count(), "{}", test.out);
    let unknown = author.runs(&["test", "pack", "--case", "exactly"], "");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("no case `exactly`"), "{}", unknown.err);
}

#[test]
fn a_margin_is_for_what_is_no_money() {
    let author = Author::settled();
    author.changes(
        "pack.yaml",
        "conditions:\n",
        "  share: { title: Share, type: percent, is: params.beds_at_least / (beds.open + beds.open + beds.open), round: { to: 0.0001, mode: half-even } }\nconditions:\n",
    );
    let expects = |text: &str| {
        author.writes(
            "cases/share.yaml",
            &format!(
                "case: share\ntells: t\nbase: base.yaml\nsnapshot: none\nexpect: {{ values: {{ share: {text} }} }}\n"
            ),
        );
        author.runs(&["test", "pack", "--case", "share"], "")
    };
    let exact = expects("33.33%");
    assert_eq!(exact.code, Some(0), "{exact:?}");
    assert_eq!(expects("33.3%").code, Some(1));
    assert_eq!(expects("{ value: 33.3%, within: 0.1% }").code, Some(0));
    assert_eq!(expects("{ value: 33.3%, within: 0.02% }").code, Some(1));
}

#[test]
fn continuous_integration_reads_what_came_of_it() {
    let author = Author::settled();
    author.changes("pack.yaml", "value: 20,", "value: 21,");
    author.changes("cases/exactly-enough.yaml", "tells: as", "tells: <as> & \"as\"");
    let run = author.runs(&["test", "pack", "--format", "junit"], "");
    let xml = roxmltree::Document::parse(&run.out).unwrap();
    let tests: Vec<String> = xml
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|test| {
            let fails = if test.first_element_child().is_some() { " fails" } else { "" };
            assert_eq!(test.attribute("classname"), Some("winter-beds/2015-16"));
            format!("{}{fails}", test.attribute("name").unwrap())
        })
        .collect();
    insta::assert_snapshot!(tests.join("\n"), @"
    exactly-enough/case
    exactly-enough/enough-beds fails
    exactly-enough/values/earned
    exactly-enough/funds/grant fails
    exactly-enough/ruling fails
    one-too-few/case
    one-too-few/enough-beds
    one-too-few/every-day
    one-too-few/funds/grant
    weekdays/case
    weekdays/enough-beds fails
    weekdays/every-day
    weekdays/funds/grant
    ");
    let suite = xml.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert_eq!(suite.attribute("tests"), Some(tests.len().to_string().as_str()));
    let again = author.runs(&["test", "pack", "--format", "junit"], "");
    assert_eq!(again.out, run.out);
    let json = author.runs(&["test", "pack", "--format", "json", "--output", "tests.json"], "");
    assert_eq!(json.code, Some(1));
    let text = fs::read_to_string(author.0.path().join("tests.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let case = json.pointer("/packs/0/cases/0").unwrap();
    let at = |pointer: &str| case.pointer(pointer).unwrap().clone();
    assert_eq!(json.get("schema").unwrap(), "ringfence.test/1");
    assert_eq!(at("/expectations/0/unexpected/0/got"), "unmet");
    assert_eq!(at("/expectations/0/unexpected/0/line"), 5);
    assert_eq!(at("/rulings/0/state"), "changed");
}

/// The lines that a program says, as they come.
fn lines_of(said: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    spawn(move || BufReader::new(said).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    receive
}

/// Waits for a line that ends so, and no longer than anybody would.
fn wait_for(lines: &Receiver<String>, wanted: &str) {
    let next = || lines.recv_timeout(Duration::from_mins(1)).unwrap();
    while !next().ends_with(wanted) {}
}

#[test]
fn a_save_is_answered_within_a_moment_and_with_what_is_new_only() {
    let author = Author::settled();
    let mut child = author.command(&["watch", "pack", "--saves", "3"]).spawn().unwrap();
    let talk = lines_of(child.stderr.take().unwrap());
    wait_for(&talk, "1 pack, 3 cases: nothing is wrong");
    wait_for(&talk, "`q` and Enter stops");
    author.changes("pack.yaml", "value: 20,", "value: 21,");
    let saved = Instant::now();
    wait_for(&talk, "things to look at");
    // A second on a machine that does nothing else.
    assert!(saved.elapsed() < Duration::from_secs(20), "{:?}", saved.elapsed());
    author.changes("pack.yaml", "value: 21,", "valu: 21,");
    wait_for(&talk, "things to look at");
    author.changes("pack.yaml", "valu: 21,", "value: 20,");
    wait_for(&talk, "1 pack, 3 cases: nothing is wrong");
    let run = finished(child, "");
    assert_eq!(run.code, Some(0));
    insta::assert_snapshot!(run.out, @"
    ✗ exactly-enough
      enough-beds: pack/cases/exactly-enough.yaml:5:28
        expected met
        got unmet
        because the beds kept open (20 beds) is below the fewest beds that earn the
        grant (21 beds)

    ✗ exactly-enough
      grant, released: pack/cases/exactly-enough.yaml:7:47
        expected 210.00
        got 0.00
        because £210.00 is withheld: “Enough beds are open” is not met

    ✗ exactly-enough
      the ruling reads differently: pack/rulings/exactly-enough.snap
        Conditions
          Enough beds are open
            met → unmet
            The beds kept open (20 beds) is [at least → below] the fewest beds that
            earn the grant ([20 → 21] beds).
        Money
          The grant
            was: All of £210.00 is released.
            now: £210.00 is withheld: “Enough beds are open” is not met.

    ✗ weekdays
      enough-beds: pack/cases/more.csv:3:63
        expected met
        got unmet
        because the beds kept open (20 beds) is below the fewest beds that earn the
        grant (21 beds)

    error[missing-key]: a dated value needs the key `value`
      --> pack/pack.yaml:30:27
       |
    30 |     values: { 2015-04-01: { valu: 21, authority: { source: letter } …
       |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `value: …`

    error[unknown-key]: a dated value has no key `valu`
      --> pack/pack.yaml:30:29
       |
    30 |     values: { 2015-04-01: { valu: 21, authority: { source: letter } …
       |                             ^^^^ unknown key
       |
       = help: a similar name exists: `value`

    ✓ no more: a dated value needs the key `value`
    ✓ no more: a dated value has no key `valu`
    ✓ no more: exactly-enough: enough-beds: expected met, got unmet
    ✓ no more: exactly-enough: grant, released: expected 210.00, got 0.00
    ✓ no more: exactly-enough: the ruling is to be reviewed
    ✓ no more: weekdays: enough-beds: expected met, got unmet
    ");
}

#[test]
fn watching_stops_when_told() {
    let author = Author::settled();
    let run = finished(author.command(&["watch", "pack"]).spawn().unwrap(), "q\n");
    assert_eq!(run.code, Some(0), "{run:?}");
    let nowhere = author.runs(&["watch", "cases"], "");
    assert_eq!(nowhere.code, Some(2));
    assert!(!Path::new("cases").exists());
}
