//! Diagnostics in each of their forms.

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::pack::Allowed;
use ringfence_core::source::{Place, SourceFile};
use ringfence_reporting::diagnostics;

use crate::assert_fits;

fn mistakes() -> Vec<Diagnostic> {
    let pack = SourceFile::new(
        "rules/better-care-fund/2015-16/pack.yaml",
        "ringfence: 1\npack: x\nfacts:\n  a: { type: mony }\n",
    );
    let condition = SourceFile::new(
        "rules/better-care-fund/2015-16/conditions/seven-day-services.yaml",
        "seven-day-services:\n  title: Seven days\n  met: |\n    services.all(|s| s.opne_days >= params.days_required)\n",
    );
    vec![
        Diagnostic::error(Code::WRONG_VALUE, Place::new(&pack, 4, 14, 4), "`mony` is no type")
            .label("not a type")
            .help("a similar name exists: `money`"),
        Diagnostic::warning(Code::UNUSED, Place::new(&pack, 4, 3, 1), "fact `a` is used by nothing"),
        Diagnostic::error(
            Code::UNKNOWN_NAME,
            Place::new(&condition, 4, 24, 9),
            "records of `services` have no field `opne_days`",
        )
        .label("not declared in `pack.yaml`")
        .help("a similar name exists: `open_days`"),
    ]
}

fn awkward() -> Vec<Diagnostic> {
    let long = format!("{}|s| s.opne_days{}", "x".repeat(3_000), " + 1".repeat(900));
    let long = SourceFile::new("cases/long.yaml", long);
    let control = SourceFile::new("cases/100% odd, name:\u{7}.csv", "code,\u{1b}[31mname\tx\n");
    let empty = SourceFile::new("cases/empty.yaml", "");
    vec![
        Diagnostic::error(Code::UNKNOWN_NAME, Place::new(&long, 1, 3_007, 9), "no field `opne_days`").label("here"),
        Diagnostic::error(Code::BAD_ROW, Place::new(&control, 1, 6, 9), "a row\nwith 100%\u{1b}[2J").label("the name"),
        Diagnostic::error(Code::EMPTY_FILE, Place::start_of(&empty), "the file holds nothing"),
        Diagnostic::warning(Code::BAD_ROW, Place::new(&control, 9, 400, 7), "beyond the end of the file"),
    ]
}

#[test]
fn mistakes_as_a_compiler_shows_them() {
    let shown = diagnostics::text(&mistakes(), 80, false);
    insta::assert_snapshot!("diagnostics", shown);
    assert_fits(&shown, 80);
    assert!(shown.ends_with("2 errors, 1 warning\n"));
    assert_eq!(format!("{}2 errors, 1 warning\n", diagnostics::text_without_count(&mistakes(), 80, false)), shown);
    assert_eq!(diagnostics::text_without_count(&[], 80, false), "");
    assert_eq!(diagnostics::text(&[], 80, false), "no mistakes found\n");
}

#[test]
fn a_long_line_is_shortened_and_control_characters_are_seen() {
    let shown = diagnostics::text(&awkward(), 80, false);
    insta::assert_snapshot!("diagnostics-awkward", shown);
    assert_fits(&shown, 80);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'));
    assert!(shown.contains("cases/long.yaml:1:3007"));
    assert!(diagnostics::text(&awkward(), 80, true).contains('\u{1b}'));
}

#[test]
fn mistakes_for_programs() {
    insta::assert_snapshot!("diagnostics-json", diagnostics::json(&mistakes()).unwrap());
    insta::assert_snapshot!("diagnostics-sarif", diagnostics::sarif(&mistakes()).unwrap());
    insta::assert_snapshot!("diagnostics-github", diagnostics::github(&[mistakes(), awkward()].concat()));
}

#[test]
fn what_is_allowed_is_listed_for_programs_with_its_reason() {
    let (mut found, mut allowed) = (mistakes(), Vec::new());
    let diagnostic = found.remove(1);
    allowed.push(Allowed { diagnostic, reason: "the return asks for it".to_owned() });
    insta::assert_snapshot!("allowed-json", diagnostics::json_with_allowed(&found, &allowed).unwrap());
    insta::assert_snapshot!("allowed-sarif", diagnostics::sarif_with_allowed(&found, &allowed).unwrap());
}
