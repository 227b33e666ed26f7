//! `cargo bench --bench desk`: what the author of a pack waits for, from the files to the answer.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints and may stop")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ringfence_bench::many_cases;
use ringfence_bench::stopwatch::Taken;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::pack::Pack;
use ringfence_desk::diff::{self, Side};
use ringfence_desk::mutate::{self, Wanted};
use ringfence_desk::{Desk, expect_mistakes, test, tested};

const RULES: &str = "../../rules";
const PORTFOLIO: &str = "../../examples/england-december-2013/england.yaml";
const OLD: (&str, &str) = ("better-care-fund/2013-14", "2013-12-20");
const NEW: (&str, &str) = ("better-care-fund/2015-16", "2015-04-01");
/// Of which pack there are many cases.
const MANY_OF: &str = "better-care-fund/2015-16";
const MANY: usize = 500;
/// How often each is done; what takes seconds less often.
const RUNS: usize = 9;
const FEW_RUNS: usize = 3;
/// How wide the words are laid out.
const WIDTH: usize = 80;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = here.join(RULES);
    let packs = ringfence_loaders::pack::find(&rules).unwrap();
    println!("the author's desk, from the files to the answer, in milliseconds\n");
    println!("| | runs | median | least to most | on processors |");
    println!("|---|---|---|---|---|");
    check_all(&packs);
    test_all(&packs);
    cover_all(&packs);
    mutate_largest(&packs);
    compare_england(here, &rules);
    test_many(&rules);
}

/// Does the work `runs` times, and once before to warm up; gives what came of it last.
fn taken<T>(runs: usize, mut work: impl FnMut() -> T) -> (T, Taken) {
    let mut taken = Taken::default();
    let mut came = work();
    for _ in 0..runs {
        came = taken.run(&mut work);
    }
    (came, taken)
}

/// Prints what the same work took.
fn row(name: &str, runs: usize, taken: &Taken) {
    let (least, most) = taken.range();
    let [median, least, most, worked] = [taken.median(), least, most, taken.worked()].map(milliseconds);
    println!("| {name} | {runs} | {median} | {least} to {most} | {worked} |");
}

/// With as many places as tell something.
fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 10_000 {
        return format!("{}.{:03}", micros / 1000, micros % 1000);
    }
    let tenths = (micros + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn desks(packs: &[PathBuf]) -> Vec<Desk> {
    packs.iter().map(|pack| Desk::load(pack).unwrap()).collect()
}

fn check_all(packs: &[PathBuf]) {
    let (cases, taken) = taken(RUNS, || {
        let mut cases = 0;
        for desk in desks(packs) {
            let mut found = desk.pack.warnings().to_vec();
            for case in &desk.cases {
                found.extend(expect_mistakes(&desk.pack, &case.document));
            }
            assert!(!found.iter().any(Diagnostic::is_error), "{found:?}");
            cases += desk.cases.len();
        }
        cases
    });
    row(&format!("check of {} packs with their {cases} cases", packs.len()), RUNS, &taken);
}

/// How many cases there are, expectations and kept rulings; all must hold.
fn tested(desks: &[Desk]) -> [usize; 3] {
    let all: Vec<_> = desks.iter().map(|desk| test(desk, &[]).unwrap()).collect();
    let words = tested::text(&all, WIDTH, false);
    assert!(all.iter().all(tested::Tested::holds), "{words}");
    let cases = || all.iter().flat_map(|pack| &pack.cases);
    [cases().count(), cases().map(|case| case.checked.checks).sum(), cases().map(|case| case.kept.len()).sum()]
}

fn test_all(packs: &[PathBuf]) {
    let ([cases, expectations, rulings], taken) = taken(RUNS, || tested(&desks(packs)));
    let of = format!("{cases} cases, {expectations} expectations, {rulings} kept rulings");
    row(&format!("test of {} packs: {of}", packs.len()), RUNS, &taken);
}

fn cover_all(packs: &[PathBuf]) {
    let (points, taken) = taken(RUNS, || desks(packs).iter().map(|desk| desk.coverage().points.len()).sum::<usize>());
    row(&format!("coverage of {} packs: {points} points", packs.len()), RUNS, &taken);
}

/// The pack with the most mutants, which are tried on its cases; none is sought that would notice one.
fn mutate_largest(packs: &[PathBuf]) {
    let desks = desks(packs);
    let largest = desks.iter().max_by_key(|desk| desk.pack.mutants(&desk.source).len()).unwrap();
    let mut alone = Taken::default();
    let (mutants, whole) = taken(FEW_RUNS, || {
        let mut desk = Desk::load(&largest.folder).unwrap();
        let mutation = alone.run(|| mutate::mutate(&mut desk, &Wanted::default(), |_, _| {}).unwrap());
        mutation.mutants.len()
    });
    let (id, cases) = (largest.pack.id(), largest.cases.len());
    row(&format!("mutate `{id}`: {mutants} mutants on {cases} cases"), FEW_RUNS, &whole);
    // The files are read once for all.
    row("one of these mutants, without the files", FEW_RUNS, &alone.each(mutants));
}

fn compare_england(here: &Path, rules: &Path) {
    let side = |(pack, day): (&str, &str)| {
        let source = ringfence_loaders::pack::load(&rules.join(pack)).unwrap();
        let pack = Pack::compile(&source).unwrap();
        Side { source, pack, rules_at: Some(day.parse().unwrap()), known_by: None, set: Vec::new() }
    };
    let ((cases, steps), taken) = taken(FEW_RUNS, || {
        let documents = ringfence_loaders::case::load(&here.join(PORTFOLIO)).unwrap();
        let comparison = diff::compare(&side(OLD), &side(NEW), &documents, &[]).unwrap();
        (documents.len(), comparison.steps.len())
    });
    let days = format!("{} to {}", OLD.1, NEW.1);
    row(&format!("diff over England, {days}: {cases} cases, {steps} steps"), FEW_RUNS, &taken);
}

fn test_many(rules: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let pack = many_cases::write(rules, MANY_OF, MANY, folder.path()).unwrap();
    let packs = [pack];
    let ([cases, expectations, rulings], taken) = taken(RUNS, || tested(&desks(&packs)));
    let of = format!("{expectations} expectations, {rulings} kept rulings");
    row(&format!("test of {cases} cases of `{MANY_OF}`: {of}"), RUNS, &taken);
    assert_eq!(cases, MANY);
}
