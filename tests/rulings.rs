//! Every shipped case: what its author expects of it, and its whole ruling as the reader sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped rules are not what it expects"
)]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ringfence_core::case::Case;
use ringfence_core::evaluate::Options;
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{FundRuling, Ruling};
use ringfence_core::source::{Content, Entry, Node};
use ringfence_reporting::text;

use common::{CaseFile, case_files, compile, packs, source, yaml_files};

/// The cases whose reasons are kept at length as well.
const EXPLAINED: [&str; 5] =
    ["change-cancelled", "notice", "second-quarter-not-submitted", "solihull", "worked-example"];

/// What became of a case: the ruling, or the words of why there is none.
type Ruled = Result<Ruling, String>;

fn ruled(pack: &Pack, file: &CaseFile) -> Ruled {
    let case = pack.read_case(&file.document).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(|mistake| mistake.message.clone()).collect();
        lines.join("\n")
    })?;
    pack.evaluate(&case, &Options::default()).map_err(|error| error.to_string())
}

/// The cases of a pack with what became of each. Those of a two-pass pack are one portfolio.
fn all_ruled(pack: &Pack, folder: &Path) -> Vec<(CaseFile, Ruled)> {
    let files = case_files(folder);
    let ruled: Vec<Ruled> = if pack.passes() == 1 {
        files.iter().map(|file| ruled(pack, file)).collect()
    } else {
        let cases: Vec<Case> = files.iter().map(|file| common::read(pack, &file.document)).collect();
        let together = pack.evaluate_together(&cases, &Options::default());
        together.into_iter().map(|ruled| ruled.map_err(|error| error.to_string())).collect()
    };
    files.into_iter().zip(ruled).collect()
}

/// What differs between a ruling and what its author expects.
#[derive(Default)]
struct Checked {
    checks: usize,
    wrong: Vec<String>,
}

fn entries(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
}

/// What an author wrote for a value: a text, or `~` for one that is not known.
fn written(node: &Node) -> &str {
    match &node.content {
        Content::Empty => "~",
        _ => node.as_text().unwrap_or("(neither a text nor `~`)"),
    }
}

fn listed(node: &Node) -> Option<Vec<&str>> {
    match &node.content {
        Content::List(items) => Some(items.iter().map(written).collect()),
        _ => None,
    }
}

impl Checked {
    fn of(expect: &Node, ruled: &Ruled) -> Self {
        let mut checked = Self::default();
        for Entry { key, value, .. } in entries(expect) {
            match (key.as_str(), ruled) {
                ("error", Err(error)) => {
                    checked.checks += 1;
                    let part = written(value);
                    if !error.contains(part) {
                        checked.wrong.push(format!("error: expected `{part}` in it, got `{error}`"));
                    }
                }
                ("error", Ok(_)) => {
                    checked.wrong.push(format!("expected an error with `{}`, got a ruling", written(value)));
                }
                (_, Err(error)) => checked.wrong.push(format!("{key}: no ruling: {error}")),
                ("outcomes", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.outcome(ruling, entry)),
                ("values", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.value(ruling, entry)),
                ("funds", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.fund(ruling, entry)),
                ("missing", Ok(ruling)) => checked.missing(ruling, value),
                (other, Ok(_)) => checked.wrong.push(format!("`{other}` cannot be expected of a ruling")),
            }
        }
        checked
    }

    fn compare(&mut self, what: &str, expected: &str, got: &str, reason: &str) {
        self.checks += 1;
        // A number is the same however many noughts it ends in, and people say yes and no.
        let plain = |text: &str| -> String {
            let one = |text: &str| match text.trim() {
                "yes" => "true".to_owned(),
                "no" => "false".to_owned(),
                text => text.parse::<Exact>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
            };
            text.split(", ").map(one).collect::<Vec<_>>().join(", ")
        };
        if plain(expected) != plain(got) {
            self.wrong.push(format!("{what}: expected {expected}, got {got}\n      {reason}"));
        }
    }

    fn outcome(&mut self, ruling: &Ruling, entry: &Entry) {
        match ruling.finding(&entry.key) {
            Some(finding) => self.compare(&entry.key, written(&entry.value), finding.outcome.as_str(), &finding.reason),
            None => self.wrong.push(format!("the pack has no condition `{}`", entry.key)),
        }
    }

    fn value(&mut self, ruling: &Ruling, entry: &Entry) {
        let Some(found) = ruling.values.iter().find(|value| value.name == entry.key) else {
            self.wrong.push(format!("the pack has no value `{}`", entry.key));
            return;
        };
        // A percentage is data as a fraction, and authors write it as people do.
        let shown = |expected: &str, at: usize| match found.figures.get(at).map(|figure| &figure.figure) {
            Some(figure) if expected.ends_with('%') => figure.shown.clone(),
            Some(figure) => figure.value.clone().unwrap_or_else(|| "~".to_owned()),
            None => "nothing".to_owned(),
        };
        let per_period = found.figures.iter().all(|figure| figure.period.is_some());
        let expected = match listed(&entry.value) {
            Some(list) if per_period => list,
            None if !per_period => vec![written(&entry.value)],
            _ => {
                self.wrong.push(format!("{}: a list is for a value by period, and only for one", entry.key));
                return;
            }
        };
        let got: Vec<String> =
            (0..found.figures.len()).map(|at| shown(expected.get(at).copied().unwrap_or_default(), at)).collect();
        self.compare(&entry.key, &expected.join(", "), &got.join(", "), &found.title);
    }

    fn fund(&mut self, ruling: &Ruling, entry: &Entry) {
        let Some(fund) = ruling.fund(&entry.key) else {
            self.wrong.push(format!("the pack has no fund `{}`", entry.key));
            return;
        };
        for Entry { key, value, .. } in entries(&entry.value) {
            let what = format!("{}, {key}", entry.key);
            if key == "tranches" {
                let Some(expected) = listed(value) else {
                    self.wrong.push(format!("{what}: expected a list"));
                    continue;
                };
                let got: Vec<String> = fund.tranches.iter().map(|tranche| amount(tranche.earned)).collect();
                self.compare(&what, &expected.join(", "), &got.join(", "), &fund.reason);
            } else {
                match part(fund, key) {
                    Some(got) => self.compare(&what, written(value), &got, &fund.reason),
                    None => self.wrong.push(format!("{what}: `{key}` cannot be expected of a fund")),
                }
            }
        }
    }

    fn missing(&mut self, ruling: &Ruling, expected: &Node) {
        let Some(mut expected) = listed(expected) else {
            self.wrong.push("missing: expected a list".to_owned());
            return;
        };
        let mut got: Vec<String> = ruling
            .missing
            .iter()
            .map(|missing| match &missing.period {
                Some(period) => format!("{} {period}", missing.what),
                None => missing.what.clone(),
            })
            .collect();
        expected.sort_unstable();
        got.sort_unstable();
        let reasons: Vec<&str> = ruling.missing.iter().map(|missing| missing.reason.as_str()).collect();
        self.compare("missing", &expected.join("; "), &got.join("; "), &reasons.join("; "));
    }
}

fn amount(money: Option<ringfence_core::money::Money>) -> String {
    money.map_or_else(|| "~".to_owned(), |money| money.to_string())
}

fn part(fund: &FundRuling, key: &str) -> Option<String> {
    match key {
        "amount" => Some(amount(fund.amount)),
        "earned" => Some(amount(fund.earned)),
        _ => fund.dispositions.parts().into_iter().find(|(word, _)| *word == key).map(|(_, money)| money.to_string()),
    }
}

#[test]
fn every_case_is_ruled_on_as_its_author_expects() {
    let (mut cases, mut checks) = (0, 0);
    let mut failures = String::new();
    for folder in packs() {
        let pack = compile(&source(&folder));
        for (file, ruled) in all_ruled(&pack, &folder) {
            let Some(expect) = file.document.root.get("expect") else {
                writeln!(failures, "{}\n    expects nothing", file.path.display()).unwrap();
                continue;
            };
            let checked = Checked::of(expect, &ruled);
            cases += 1;
            checks += checked.checks;
            if checked.checks == 0 {
                writeln!(failures, "{}\n    expects nothing that can be checked", file.path.display()).unwrap();
            }
            if !checked.wrong.is_empty() {
                writeln!(failures, "{}", file.path.display()).unwrap();
                checked.wrong.iter().for_each(|wrong| writeln!(failures, "    {wrong}").unwrap());
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases >= 38, "only {cases} cases were found");
    assert!(checks >= 400, "only {checks} expectations were checked");
}

#[test]
fn what_cannot_be_expected_is_refused() {
    let folder = common::path(common::BETTER_CARE_FUND);
    let pack = compile(&source(&folder));
    let file = case_files(&folder).into_iter().find(|file| file.stem() == "wiltshire").unwrap();
    let ruled = ruled(&pack, &file);
    let wrong = |expect: &str| {
        let text = format!("case: x\nexpect: {expect}\n");
        let documents =
            ringfence_loaders::case::from_text("x.yaml", &text, ringfence_loaders::case::Format::Yaml).unwrap();
        let checked = Checked::of(documents[0].root.get("expect").unwrap(), &ruled);
        checked.wrong.len()
    };
    let refused = [
        "{ outcome: { plan-approved: met } }",
        "{ outcomes: { plan-aproved: met } }",
        "{ outcomes: { plan-approved: unmet } }",
        "{ values: { planned: [9985, 10211, 10192] } }",
        "{ values: { planned: 9985 } }",
        "{ values: { planned_reduction: [723] } }",
        "{ values: { planned_reduction: 724 } }",
        "{ values: { planned_reductions: 723 } }",
        "{ funds: { performance: { amounts: 1077270.00 } } }",
        "{ funds: { performance: { amount: ~ } } }",
        "{ funds: { performance: { tranches: [265220.00] } } }",
        "{ funds: { performance: { tranches: ~ } } }",
        "{ funds: { perform: { amount: 1077270.00 } } }",
        "{ missing: [plan.target] }",
        "{ missing: ~ }",
        "{ error: no fund }",
    ];
    for expect in refused {
        assert_eq!(wrong(expect), 1, "{expect}");
    }
    assert_eq!(wrong("{ values: { planned_reduction: 723, final_target: 1.75% }, missing: [] }"), 0);
}

/// A ruling as the reader of its snapshot sees it.
fn shown(ruled: &Ruled) -> String {
    match ruled {
        Ok(ruling) => text::ruling(ruling, 80, false),
        Err(error) => format!("No ruling is possible: {error}\n"),
    }
}

fn keep(folder: &Path, name: &str, file: &CaseFile, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(std::env::current_dir().unwrap().join(folder).join("rulings"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(&file.path);
    if let Some(tells) = file.text("tells") {
        settings.set_description(tells);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_ruling_reads_as_it_did() {
    let mut changed = vec![];
    let mut kept = 0;
    for folder in packs() {
        let pack = compile(&source(&folder));
        for (file, ruled) in all_ruled(&pack, &folder) {
            let mut texts = vec![(file.stem(), shown(&ruled))];
            if let (true, Ok(ruling)) = (EXPLAINED.contains(&file.stem().as_str()), &ruled) {
                let text = text::explain(ruling, text::Only::default(), 80, false);
                texts.push((format!("{}.explain", file.stem()), text));
            }
            for (name, text) in texts {
                kept += 1;
                if catch_unwind(AssertUnwindSafe(|| keep(&folder, &name, &file, &text))).is_err() {
                    changed.push(format!("{}: {name}", folder.display()));
                }
            }
        }
    }
    assert!(changed.is_empty(), "{} of {kept} rulings read differently:\n{}", changed.len(), changed.join("\n"));
    assert!(kept >= 38 + EXPLAINED.len(), "only {kept} rulings were read");
}

#[test]
fn cases_and_snapshots_belong_together() {
    for folder in packs() {
        let cases = case_files(&folder);
        let snapshots: BTreeSet<String> = std::fs::read_dir(folder.join("rulings"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".snap.new"))
            .collect();
        let mut expected = BTreeSet::new();
        for file in &cases {
            assert_eq!(file.text("case"), Some(file.stem().as_str()), "{} is named after its id", file.path.display());
            assert!(file.text("tells").is_some(), "{} does not say what it tells", file.path.display());
            expected.insert(format!("{}.snap", file.stem()));
            if EXPLAINED.contains(&file.stem().as_str()) {
                expected.insert(format!("{}.explain.snap", file.stem()));
            }
        }
        assert_eq!(snapshots, expected, "the cases and the snapshots of {}", folder.display());
        assert!(!cases.is_empty());
        let only_bases = yaml_files(&folder.join("cases")).len() - cases.len();
        assert!(only_bases <= 1, "{only_bases} files in the cases of {} are no cases", folder.display());
    }
}

#[test]
fn a_snapshot_names_its_case_and_shows_no_machine() {
    let mut read = 0;
    for folder in packs() {
        for file in case_files(&folder) {
            let text = std::fs::read_to_string(folder.join("rulings").join(format!("{}.snap", file.stem()))).unwrap();
            let header = text.split("---").nth(1).unwrap();
            assert!(header.contains(&format!("input_file: {}", file.path.display())), "{header}");
            assert!(header.contains("source: tests/rulings.rs"), "{header}");
            assert!(header.contains("description:"), "{header}");
            let here = std::env::current_dir().unwrap();
            assert!(!text.contains(&*here.to_string_lossy()), "{}", file.path.display());
            read += 1;
        }
    }
    assert!(read >= 38, "{read}");
}
