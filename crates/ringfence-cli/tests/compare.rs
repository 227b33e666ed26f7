//! `ringfence diff` and `ringfence what-if` as their user meets them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

const PACK: &str = "rules/better-care-fund/2015-16";
const LATE: &str = "rules/better-care-fund/2015-16/cases/late-catch-up.yaml";
const SUNDAYS: &str = "rules/better-care-fund/2015-16/cases/closed-on-sundays.yaml";

/// The exit code, the data and the talk of a run.
fn ringfence(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A comparison of two values of a parameter over one case.
fn dearer(more: &[&str]) -> (Option<i32>, String, String) {
    let args = ["diff", PACK, "--new-set", "value_per_admission=1600", "--cases", LATE];
    ringfence(&[&args, more].concat())
}

#[test]
fn a_screen_tells_who_loses_and_because_of_what() {
    let (code, out, err) = dearer(&[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for line in [
        "Example area loses.",
        "Released    £11,925,500.00  £11,920,000.00  -£5,500.00",
        "1       -£5,500.00  +£5,500.00",
        "1. Parameter value_per_admission (“Value of one avoided admission”) 1490 → 1600.",
        "  Example area   £11,925,500.00  £11,920,000.00  -£5,500.00",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    for width in ["40", "80", "120"] {
        let (_, out, _) = dearer(&["--width", width]);
        let widest = out.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{width}: {widest}\n{out}");
    }
}

#[test]
fn the_same_comparison_is_markdown_json_and_rows() {
    let (_, markdown, _) = dearer(&["--format", "markdown"]);
    assert!(markdown.contains("| Redirected | £74,500.00 | £80,000.00 | +£5,500.00 |"), "{markdown}");
    let (_, json, _) = dearer(&["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "ringfence.diff/1");
    assert_eq!(json["all-funds"]["difference"]["released"], "-5500.00");
    assert_eq!(json["steps"][0]["changes"][0]["how"], "1490 → 1600");
    let (_, rows, _) = dearer(&["--format", "csv"]);
    assert!(rows.contains("late-catch-up,,Example area,loses,performance,released,1,,,9900.00"), "{rows}");
}

#[test]
fn what_the_user_asks_to_fail_on_is_the_exit_code() {
    assert_eq!(dearer(&["--fail-on", "loss"]).0, Some(1));
    assert_eq!(dearer(&["--fail-on", "any"]).2, "`--fail-on` holds: `any`\n");
    assert_eq!(dearer(&["--fail-on", "gain,finding,open,unmet"]).0, Some(0));
    assert_eq!(ringfence(&["diff", PACK, "--cases", LATE, "--fail-on", "any"]).0, Some(0));
}

#[test]
fn what_cannot_be_compared_says_why() {
    let (code, out, err) = ringfence(&["diff", PACK, "--new-set", "value_per_admision=1", "--cases", LATE]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("a similar name exists: `value_per_admission`"), "{err}");
    let (code, _, err) = ringfence(&["diff", PACK, PACK, "--match", "performance=rest", "--cases", LATE]);
    assert_eq!(code, Some(2));
    assert!(err.contains("the funds are `performance` and `ring-fenced`"), "{err}");
    let (code, _, err) = ringfence(&["diff", PACK, "--new-set", "value_per_admission=lots", "--cases", LATE]);
    assert_eq!(code, Some(2));
    assert!(err.contains("expected a number, found `lots`"), "{err}");
}

#[test]
fn the_single_change_that_turns_a_condition_is_told() {
    let (code, out, err) = ringfence(&["what-if", PACK, SUNDAYS]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("(services[#1].days): mon tue wed thu fri sat → all"), "{out}");
    let (_, json, _) =
        ringfence(&["what-if", PACK, SUNDAYS, "--set", "services[reablement].days=all", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "ringfence.what-if/1");
    let ring_fenced = json["funds"].as_array().unwrap().iter().find(|fund| fund["fund"] == "ring-fenced").unwrap();
    assert_eq!(ring_fenced["difference"]["released"], "11791400.00");
    let (code, _, err) = ringfence(&["what-if", PACK, LATE, "--set", "activity.actal[2015-16 Q2]=1"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("a similar name exists: `activity.actual`"), "{err}");
}
