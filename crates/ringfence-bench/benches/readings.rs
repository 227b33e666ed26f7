//! `cargo bench`: the same cases under the same rules, by hand, by Ringfence, and by Rhai's own
//! interpreter over the same script texts; then what a whole run costs.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark prints and may stop"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use ringfence_bench::cases::Plain;
use ringfence_bench::stopwatch::{Contestant, race, table};
use ringfence_bench::{by_hand, cases};
use ringfence_core::Bound;
use ringfence_core::evaluate::{Options, Rules, Scratch};
use ringfence_core::language::reference::Reference;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Outcome;

const PACK: &str = "../../rules/better-care-fund/2015-16";
const ENGLAND: &str = "../../examples/england-2015-16/england.yaml";
const CASES: usize = 256;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = ringfence_loaders::pack::load(&here.join(PACK)).unwrap();
    let pack = Pack::compile(&source).unwrap();
    let rules = pack.rules_at("2015-04-01".parse().unwrap(), &Options::default()).unwrap();
    let plain = cases::generate(CASES);
    let bound: Vec<Bound> = plain
        .iter()
        .enumerate()
        .map(|(number, plain)| rules.bind(&cases::evidence(plain, number, &pack), None).unwrap())
        .collect();
    same_answers(&rules, &plain, &bound);
    // What is missing is worked out by its bounds, beside what is known.
    let without = |plain: &Plain, number, everything| {
        let case = cases::lacking(cases::evidence(plain, number, &pack), everything);
        rules.bind(&case, None).unwrap()
    };
    let lacking: Vec<Bound> = plain.iter().enumerate().map(|(number, plain)| without(plain, number, false)).collect();
    let empty: Vec<Bound> = plain.iter().enumerate().map(|(number, plain)| without(plain, number, true)).collect();

    let reference = Reference::new(&rules, &source).unwrap();
    let mut value = Scratch::new();
    let (mut open, mut open_too) = (Scratch::new(), Scratch::new());
    let mut settled = Scratch::new();
    rules.decide(&bound[0], &mut settled).unwrap();
    // The reference takes thousands of times longer, so it is given fewer cases.
    let few = &bound[..8];
    let mut contestants = [
        Contestant {
            name: "by hand, whole numbers",
            run: Box::new(|| {
                for case in &plain {
                    black_box(by_hand::decide(case));
                }
            }),
        },
        Contestant {
            name: "Ringfence, value reading",
            run: Box::new(|| {
                for case in &bound {
                    black_box(rules.decide(case, &mut value).unwrap());
                }
            }),
        },
        Contestant {
            name: "Ringfence, one quarter missing",
            run: Box::new(|| {
                for case in &lacking {
                    black_box(rules.decide(case, &mut open).unwrap());
                }
            }),
        },
        Contestant {
            name: "Ringfence, everything missing",
            run: Box::new(|| {
                for case in &empty {
                    black_box(rules.decide(case, &mut open_too).unwrap());
                }
            }),
        },
    ];
    let mut rows = race(&mut contestants, CASES, 21, Duration::from_millis(10));
    drop(contestants);
    let mut slow = [
        Contestant {
            name: "Rhai interpreting the same scripts",
            run: Box::new(|| {
                for case in few {
                    reference.load(case);
                    black_box(reference.run(&settled));
                }
            }),
        },
        Contestant {
            name: "Ringfence, ruling in words",
            run: Box::new(|| {
                for case in few {
                    black_box(rules.rule(case, &mut Scratch::new()).unwrap());
                }
            }),
        },
    ];
    let first = rows[0].median.max(1);
    for mut row in race(&mut slow, few.len(), 9, Duration::from_millis(20)) {
        row.ratio = row.median * 100 / first;
        rows.push(row);
    }
    println!("{CASES} complete cases of {} {}\n", pack.id(), pack.version());
    println!("{}", table(&rows, "Rhai interpreting the same scripts"));
    whole_runs(here);
}

/// The contestants must decide alike, or their times mean nothing.
fn same_answers(rules: &Rules<'_>, plain: &[Plain], bound: &[Bound]) {
    let mut scratch = Scratch::new();
    for (plain, bound) in plain.iter().zip(bound) {
        let hand = by_hand::decide(plain);
        let ruling = rules.rule(bound, &mut scratch).unwrap();
        let pence = |fund: &str| {
            let fund = ruling.fund(fund).unwrap();
            let parts = fund.dispositions;
            [fund.amount.unwrap(), parts.released, parts.redirected, parts.withheld]
                .map(ringfence_core::money::Money::pence)
        };
        assert_eq!(pence("performance"), hand.performance, "{plain:?}");
        let [amount, released, _, withheld] = pence("ring-fenced");
        assert_eq!([amount, released, withheld], hand.rest, "{plain:?}");
        let quarters: Vec<i64> = ruling
            .fund("performance")
            .unwrap()
            .tranches
            .iter()
            .map(|tranche| tranche.earned.unwrap().pence())
            .collect();
        assert_eq!(quarters, hand.quarters, "{plain:?}");
        let found = by_hand::CONDITIONS.iter().map(|id| ruling.finding(id).unwrap().outcome == Outcome::Met);
        let bits = found.enumerate().fold(0, |bits, (bit, met)| bits | u16::from(met) << bit);
        assert_eq!(bits, hand.met, "{plain:?}");
    }
}

/// What an author waits for: the first ruling, and the whole of England.
fn whole_runs(here: &Path) {
    let mut first = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        let pack = Pack::compile(&ringfence_loaders::pack::load(&here.join(PACK)).unwrap()).unwrap();
        let documents = ringfence_loaders::case::load(&here.join(PACK).join("cases/worked-example.yaml")).unwrap();
        let case = pack.read_case(&documents[0]).unwrap();
        black_box(pack.evaluate(&case, &Options::default()).unwrap());
        first.push(start.elapsed());
    }
    first.sort_unstable();
    println!("pack loaded and checked, case read, first ruling: {:.1?} (median of 9)", first[4]);

    let start = Instant::now();
    let pack = Pack::compile(&ringfence_loaders::pack::load(&here.join(PACK)).unwrap()).unwrap();
    let documents = ringfence_loaders::case::load(&here.join(ENGLAND)).unwrap();
    let rulings: Vec<_> = documents
        .iter()
        .map(|document| pack.evaluate(&pack.read_case(document).unwrap(), &Options::default()).unwrap())
        .collect();
    let portfolio = ringfence_reporting::portfolio::Portfolio::new(rulings).unwrap();
    let report = ringfence_reporting::text::portfolio(&portfolio, 80, false);
    let json = ringfence_reporting::json::portfolio(&portfolio).unwrap();
    let folder = std::env::temp_dir();
    let (text_path, json_path) = (folder.join("ringfence-bench.txt"), folder.join("ringfence-bench.json"));
    std::fs::write(&text_path, &report).unwrap();
    std::fs::write(&json_path, &json).unwrap();
    let taken = start.elapsed();
    let _ = (std::fs::remove_file(text_path), std::fs::remove_file(json_path));
    let peak = std::fs::read_to_string("/proc/self/status").ok();
    let peak = peak.and_then(|status| {
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|rest| rest.trim().to_owned())
    });
    println!(
        "all England evaluated, reported and written ({} recipients, {} bytes of JSON): {taken:.1?}; peak memory of this process: {}",
        documents.len(),
        json.len(),
        peak.unwrap_or_else(|| "not measured here".to_owned())
    );
}
