//! The example runs, and carries no loader.

use std::process::Command;

#[test]
fn the_program_rules_on_its_own_cases() {
    let output = Command::new(env!("CARGO_BIN_EXE_ringfence-embedded")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "all of £208,600.00 is released",
        "£134,100.00 of £208,600.00 is released; £74,500.00 goes to local NHS services",
        "£52,150.00 of £208,600.00 is released for certain, and up to £156,450.00 more",
        "“Admissions in the quarter” for 2015-16 Q1 (not supplied)",
        "£3,791,400.00 is withheld: “All six national conditions hold” is not met",
    ] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

#[test]
fn the_program_depends_on_no_loader_and_no_command_line() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--package", "ringfence-embedded"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("ringfence-core v"), "{tree}");
    for unwanted in ["ringfence-loaders v", "ringfence-reporting v", "granit-parser v", "clap v", "csv v"] {
        assert!(!tree.contains(unwanted), "{unwanted} in\n{tree}");
    }
}
