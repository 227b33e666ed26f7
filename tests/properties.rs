//! What holds of any pack and any case, asked of made-up ones. `RINGFENCE_PROPERTIES` says of about how many scripts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where something does not hold, and says how much it looked at"
)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ringfence_core::case::{Case, Given, Row};
use ringfence_core::evaluate::{Decision, EvaluateError, Options, Rules, Scratch};
use ringfence_core::exact::Exact;
use ringfence_core::language::reference::Reference;
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Dispositions, Outcome, Ruling};
use ringfence_core::source::PackSource;
use ringfence_core::types::Value;
use ringfence_generate::pack::MODES;
use ringfence_generate::{Choices, Made, Manner};
use ringfence_loaders::pack;

use common::{assert_conserved, unsound};

/// How many scripts to make up.
fn wanted() -> usize {
    std::env::var("RINGFENCE_PROPERTIES").map_or(2_000, |text| text.parse().unwrap())
}

fn compile(text: &str) -> (PackSource, Pack) {
    let source = pack::from_texts([("pack.yaml", text)]).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let pack = Pack::compile(&source).unwrap_or_else(|invalid| {
        let errors = invalid.mistakes.iter().filter(|mistake| mistake.is_error());
        let told: Vec<String> =
            errors.map(|error| format!("{} {}: {}", error.place, error.code, error.message)).collect();
        panic!("{}\n{text}", told.join("\n"))
    });
    (source, pack)
}

fn rules(pack: &Pack) -> Rules<'_> {
    pack.rules_at(pack.default_day().unwrap(), &Options::default()).unwrap()
}

/// The outcomes of a case, in the order of the conditions.
fn outcomes(rules: &Rules<'_>, case: &Case, scratch: &mut Scratch) -> Result<Vec<Outcome>, EvaluateError> {
    let bound = rules.bind(case, None).unwrap_or_else(|error| panic!("{error}"));
    Ok(rules.decide(&bound, scratch)?.outcomes().collect())
}

/// Outcomes and amounts.
fn answers_of(found: &Decision<'_>) -> (Vec<Outcome>, Vec<(Option<Money>, Dispositions)>) {
    (found.outcomes().collect(), found.funds().collect())
}

/// The same as a ruling tells them, in the pack's order.
fn told_by(pack: &Pack, ruling: &Ruling) -> (Vec<Outcome>, Vec<(Option<Money>, Dispositions)>) {
    let outcomes = pack.conditions().map(|id| ruling.finding(id).unwrap().outcome).collect();
    (outcomes, ruling.funds.iter().map(|fund| (fund.amount, fund.dispositions)).collect())
}

#[test]
fn every_reading_agrees_with_the_reference_on_scripts_that_were_made_up() {
    let (mut scripts, mut agreed, mut refused, mut ruled) = (0, 0, 0, 0);
    let mut seed = 0;
    let mut scratch = Scratch::new();
    while scripts < wanted() {
        seed += 1;
        let mut choices = Choices::of_seed(seed);
        let made = Made::new(&mut choices, Manner::Guarded, 8);
        let (source, pack) = compile(&made.text);
        scripts += made.scripts;
        let rules = rules(&pack);
        let reference = Reference::new(&rules, &source).unwrap();
        for _ in 0..3 {
            let case = made.complete(&mut choices);
            let bound = rules.bind(&case, None).unwrap();
            let decided = rules.decide(&bound, &mut scratch).map(|found| answers_of(&found));
            let Ok(ruling) = rules.rule(&bound, &mut scratch) else {
                refused += 1;
                continue;
            };
            assert_eq!(decided.unwrap(), told_by(&pack, &ruling), "{seed}\n{}", made.text);
            assert_conserved(&ruling);
            let found = reference.compare(&bound, &scratch);
            let found = found.unwrap_or_else(|why| panic!("{seed}: {why}\n{}", made.text));
            agreed += found.agreed;
            ruled += 1;
        }
    }
    println!("{seed} packs, {scripts} scripts, {ruled} rulings, {refused} refused, {agreed} results agreed");
    assert!(agreed > scripts * 3, "{agreed}");
    assert!(refused * 20 < ruled, "{refused} of {ruled}");
}

#[test]
fn what_arrives_never_takes_back_what_was_found() {
    let (mut scripts, mut compared, mut definite, mut refused) = (0, 0, 0, 0);
    let mut seed = 1_000_000;
    while scripts < wanted() {
        seed += 1;
        let mut choices = Choices::of_seed(seed);
        let made = Made::new(&mut choices, if seed % 3 == 0 { Manner::Guarded } else { Manner::Free }, 6);
        let (_, pack) = compile(&made.text);
        scripts += made.scripts;
        let rules = rules(&pack);
        let mut scratch = Scratch::new();
        let mut rule = |case: &Case| rules.rule(&rules.bind(case, None).unwrap(), &mut scratch);
        for _ in 0..3 {
            let full = made.complete(&mut choices);
            let some = made.lessened(&mut choices, &full, 12);
            let least = made.lessened(&mut choices, &some, 4);
            let others = [0; 2].map(|_| made.completed(&mut choices, &least));
            let least_case = least.clone();
            let [least, some, full] = [&least, &some, &full].map(&mut rule);
            let more = [some, full].into_iter().chain(others.iter().map(&mut rule));
            let Ok(least) = least else {
                // Where no answer is possible with less, none is with more.
                let answered = more.flatten().count();
                refused += 1;
                assert_eq!(answered, 0, "{seed}: {}\n{}", least.unwrap_err(), made.text);
                continue;
            };
            assert_conserved(&least);
            definite += least.findings.iter().filter(|finding| common::definite(finding.outcome)).count();
            if made.checked {
                continue;
            }
            for more in more.flatten() {
                assert_conserved(&more);
                let found = unsound(&least, &more);
                assert!(found.is_empty(), "{seed}: {found:?}\n{}\n{least_case:?}", made.text);
                compared += 1;
            }
        }
    }
    println!("{scripts} scripts, {compared} compared, {definite} definite, {refused} refused");
}

/// A number that is worked out from facts of which each is read once, so that what is possible is known: it is what the
/// ends of the facts give. How many facts there are is counted.
fn of_single_facts(choices: &mut Choices<'_>, depth: u32, used: &mut usize) -> String {
    if depth == 0 || *used >= 4 {
        if *used >= 5 {
            return choices.pick(&["2", "0.5", "7"]).to_string();
        }
        *used += 1;
        return format!("f{}", *used - 1);
    }
    let which = choices.below(16);
    let mut one = || of_single_facts(choices, depth - 1, used);
    match which {
        0 | 1 => format!("({} + {})", one(), one()),
        2 | 3 => format!("({} - {})", one(), one()),
        4 | 5 => format!("({} * {})", one(), one()),
        6 => format!("({} / 8)", one()),
        7 => format!("lesser_of({}, {})", one(), one()),
        8 => format!("greater_of({}, {})", one(), one()),
        9 => format!("clamp({}, -3, 12)", one()),
        10 => format!("cap({}, {})", one(), one()),
        11 => format!("floor_at({}, {})", one(), one()),
        12 => format!("interpolate({}, 9, -4, {}, 3)", one(), one()),
        13 => format!("uplift({}, {})", one(), one()),
        14 => format!("mean({}, {})", one(), one()),
        _ => format!("round_to({}, 0.5)", one()),
    }
}

/// Both ends of a range are possible where each fact is read once and the result moves one way with each.
#[test]
fn limits_are_no_wider_than_need_be() {
    let (mut compared, mut settled) = (0, 0);
    let wanted = wanted() / 20;
    for seed in 4_000_000..4_000_000 + u64::try_from(wanted).unwrap() {
        let mut choices = Choices::of_seed(seed);
        let mut text = format!("{HEAD}rounding: {{ to: 0.01, mode: floor }}\nfacts:\n");
        let ends: [[i64; 2]; 5] = [0; 5].map(|_| {
            let low = choices.within(-9, 9);
            [low, low + choices.within(1, 12)]
        });
        for (at, [low, high]) in ends.iter().enumerate() {
            let keys = format!("min: {low}, max: {high}, not-applicable: refused");
            writeln!(text, "  f{at}: {{ type: number, {keys}, title: Fact {at} }}").unwrap();
        }
        let mut used = 0;
        let script = of_single_facts(&mut choices, 3, &mut used);
        writeln!(text, "values:\n  number: {script}").unwrap();
        let pack = compile(&text).1;
        let mut found: Vec<Exact> = (0..1 << ends.len())
            .map(|way: usize| {
                let case = ends.iter().enumerate().fold(Case::new("case", "Nobody"), |case, (at, ends)| {
                    case.with(&format!("f{at}"), Exact::whole(ends[way >> at & 1]))
                });
                common::number(common::value(&common::rule(&pack, &case), "number")[0].unwrap()).unwrap()
            })
            .collect();
        found.sort_unstable();
        let ruling = common::rule(&pack, &Case::new("case", "Nobody"));
        let figure = &ruling.values.iter().find(|value| value.name == "number").unwrap().figures[0];
        let (low, high) = (found[0], found[found.len() - 1]);
        match (&figure.figure.value, &figure.between) {
            (Some(value), _) => {
                assert_eq!([common::number(value); 2], [Some(low), Some(high)], "{script}");
                settled += 1;
            }
            (None, between) => {
                let between = between.as_ref().unwrap();
                let ends = [&between.at_least, &between.at_most].map(|end| common::number(end.as_ref().unwrap()));
                assert_eq!(ends, [Some(low), Some(high)], "{text}");
                compared += 1;
            }
        }
    }
    println!("{compared} pairs of limits, {settled} settled");
    assert!(compared > wanted / 2, "{compared}");
}

/// Limits that were once too narrow: of rows that add up, and of a number without an end that is limited on one side.
#[test]
fn limits_leave_out_nothing_that_is_possible() {
    let text = format!(
        "{HEAD}rounding: {{ to: 0.01, mode: floor }}
facts:
  x: {{ type: number, min: 0, max: 10, not-applicable: refused, title: X }}
  y: {{ type: number, not-applicable: refused, title: Y }}
tables:
  added:
    title: Amounts that are added up
    in: {{ x: {{ type: number, min: 0 }} }}
    out: {{ amount: {{ type: money }} }}
    hit: sum
    status: choice
    rows:
      - {{ x: below 5, amount: 10 }}
      - {{ x: any, amount: 1 }}
values:
  added: tables.added(x)
  capped: cap(y, 5)
  floored: floor_at(y, 5)
"
    );
    let ruling = common::rule(&compile(&text).1, &Case::new("case", "Nobody"));
    let limits = |name: &str| {
        let value = ruling.values.iter().find(|value| value.name == name).unwrap();
        let between = value.figures[0].between.as_ref().unwrap();
        [between.at_least.clone(), between.at_most.clone()]
    };
    assert_eq!(limits("added"), [Some("1.00".to_owned()), Some("11.00".to_owned())]);
    assert_eq!(limits("capped"), [None, Some("5".to_owned())]);
    assert_eq!(limits("floored"), [Some("5".to_owned()), None]);
}

/// What is missing and not named for a condition or a fund makes no difference to it, whatever it turns out to be and
/// whatever the rest does.
#[test]
fn what_is_missing_is_named_wherever_it_can_change_a_result() {
    let (mut scripts, mut compared, mut named) = (0, 0, 0);
    let mut seed = 3_000_000;
    let mut scratch = Scratch::new();
    while scripts < wanted() {
        seed += 1;
        let mut choices = Choices::of_seed(seed);
        let made = Made::new(&mut choices, if seed % 3 == 0 { Manner::Guarded } else { Manner::Free }, 6);
        let (_, pack) = compile(&made.text);
        scripts += made.scripts;
        // Whether a condition was put right is asked once it is known to be unmet, and which share counts after that.
        if made.checked || made.cures {
            continue;
        }
        let rules = rules(&pack);
        for once_in in [2, 4, 8] {
            let full = made.complete(&mut choices);
            let less = made.lessened(&mut choices, &full, once_in);
            let Ok(told) = rules.rule(&rules.bind(&less, None).unwrap(), &mut scratch) else { continue };
            let mut answers = |case: &Case| {
                let bound = rules.bind(case, None).unwrap();
                rules.decide(&bound, &mut scratch).ok().map(|found| answers_of(&found))
            };
            for at in 0..told.findings.len() + told.funds.len() {
                let id = match told.findings.get(at) {
                    Some(finding) => &finding.condition,
                    None => &told.funds[at - told.findings.len()].fund,
                };
                let open: Vec<_> = told.missing.iter().filter(|missing| missing.leaves_open.contains(id)).collect();
                named += open.len();
                let kept = |what: &str, period: Option<&str>| {
                    open.iter().any(|missing| missing.what == what && missing.period.as_deref() == period)
                };
                let first = made.completed(&mut choices, &less);
                let other = made.changed(&mut choices, &less, &first, kept);
                let (Some((findings, funds)), Some((other_findings, other_funds))) = (answers(&first), answers(&other))
                else {
                    continue;
                };
                let same = match findings.get(at) {
                    Some(outcome) => *outcome == other_findings[at],
                    None => funds[at - findings.len()] == other_funds[at - findings.len()],
                };
                assert!(
                    same,
                    "{seed}: {id} changes without any of {open:?}\n{}\n{less:?}\n{first:?}\n{other:?}",
                    made.text
                );
                compared += 1;
            }
        }
    }
    println!("{scripts} scripts, {compared} compared, {named} pieces of evidence named");
}

/// The order of multiplication and division, what is limited and rounded, De Morgan's rules, parts and wholes.
#[test]
fn laws_hold_on_complete_evidence_and_are_never_unmet_on_less() {
    let (mut scripts, mut met, mut open, mut refused) = (0, 0, 0, 0);
    let mut seed = 2_000_000;
    let mut scratch = Scratch::new();
    while scripts < wanted() {
        seed += 1;
        let mut choices = Choices::of_seed(seed);
        let made = Made::lawful(&mut choices, 6);
        let (_, pack) = compile(&made.text);
        scripts += made.scripts;
        let rules = rules(&pack);
        for _ in 0..3 {
            let full = made.complete(&mut choices);
            let Ok(found) = outcomes(&rules, &full, &mut scratch) else {
                refused += 1;
                continue;
            };
            assert!(found.iter().all(|outcome| *outcome == Outcome::Met), "{seed}: {found:?}\n{full:?}\n{}", made.text);
            met += found.len();
            let less = made.lessened(&mut choices, &full, 6);
            let Ok(found) = outcomes(&rules, &less, &mut scratch) else { continue };
            let fit = |outcome: &Outcome| matches!(outcome, Outcome::Met | Outcome::Undetermined);
            assert!(found.iter().all(fit), "{seed}: {found:?}\n{}", made.text);
            open += found.iter().filter(|outcome| **outcome == Outcome::Undetermined).count();
        }
    }
    println!("{scripts} laws, {met} met, {open} open, {refused} refused");
    assert!(met > scripts * 2, "{met}");
}

const HEAD: &str = "ringfence: 1\npack: small\ntitle: A small pack\nrules-on: nothing real\nversion: 1.0.0\ncurrency: GBP\n\
     in-force: { from: 2015-04-01 }\nrules-at: 2015-04-01\nrecipient: nobody\n";

/// What an answer can be: the four of the logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Four {
    No,
    Yes,
    Missing,
    Not,
}

use Four::{Missing, No, Not, Yes};

const FOUR: [Four; 4] = [No, Yes, Missing, Not];

impl Four {
    fn given(self) -> Given<Value> {
        match self {
            No => Given::Known(Value::from(false)),
            Yes => Given::Known(Value::from(true)),
            Missing => Given::Missing("not supplied".to_owned()),
            Not => Given::NotApplicable("there is none".to_owned()),
        }
    }

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Met => Yes,
            Outcome::Unmet => No,
            Outcome::NotApplicable => Not,
            Outcome::Undetermined | Outcome::Pending => Missing,
        }
    }
}

/// The worst of what is made of parts: what is missing, then what does not apply.
fn absent(parts: &[Four]) -> Option<Four> {
    [Missing, Not].into_iter().find(|absent| parts.contains(absent))
}

fn and(parts: &[Four]) -> Four {
    if parts.contains(&No) { No } else { absent(parts).unwrap_or(Yes) }
}

fn not(one: Four) -> Four {
    match one {
        Yes => No,
        No => Yes,
        other => other,
    }
}

fn or(parts: &[Four]) -> Four {
    if parts.contains(&Yes) { Yes } else { absent(parts).unwrap_or(No) }
}

fn choose(test: Four, then: Four, other: Four) -> Four {
    match test {
        Yes => then,
        No => other,
        // Whatever the test turns out to be, both ways lead to the same.
        _ if then == other => then,
        Not if then != Missing && other != Missing => Not,
        _ => Missing,
    }
}

/// What a sentence comes to: the one answer of every way in which what is missing may arrive, or else missing.
fn possible(known: &[Four], gives: &dyn Fn(&[Four]) -> Four) -> Four {
    let Some(at) = known.iter().position(|four| *four == Missing) else { return gives(known) };
    let answers = [No, Yes, Not].map(|arrives| {
        let mut later = known.to_vec();
        later[at] = arrives;
        possible(&later, gives)
    });
    if answers.iter().all(|answer| *answer == answers[0]) { answers[0] } else { Missing }
}

/// A pack of conditions over the answers `a`, `b` and `c`.
fn answers(scripts: &[String]) -> Pack {
    let mut text = format!("{HEAD}rounding: {{ to: 0.01, mode: floor }}\nfacts:\n");
    for fact in ["a", "b", "c"] {
        writeln!(text, "  {fact}: {{ type: bool, title: The answer {fact} }}").unwrap();
    }
    text.push_str("conditions:\n");
    for (index, script) in scripts.iter().enumerate() {
        writeln!(text, "  c-{index}:\n    title: Number {index}\n    met: |\n      {script}").unwrap();
    }
    compile(&text).1
}

/// Each way to answer `a`, `b` and `c`.
fn ways() -> Vec<[Four; 3]> {
    FOUR.into_iter().flat_map(|a| FOUR.into_iter().flat_map(move |b| FOUR.map(|c| [a, b, c]))).collect()
}

fn answered(way: [Four; 3]) -> Case {
    let [a, b, c] = way.map(Four::given);
    Case::new("case", "Nobody").given("a", a).given("b", b).given("c", c)
}

/// What a sentence gives, by the answers to `a`, `b` and `c`.
type Table = fn([Four; 3]) -> Four;

const TABLES: [(&str, Table); 14] = [
    ("a", |[a, _, _]| a),
    ("!a", |[a, _, _]| not(a)),
    ("a && b", |[a, b, _]| and(&[a, b])),
    ("a || b", |[a, b, _]| or(&[a, b])),
    ("a && b && c", |way| and(&way)),
    ("a || b || c", |way| or(&way)),
    ("if a { b } else { c }", |[a, b, c]| choose(a, b, c)),
    ("let x = if a { b } else { c }; !x", |[a, b, c]| not(choose(a, b, c))),
    ("a ?? b", |[a, b, _]| if a == Not { b } else { a }),
    ("a ?? b ?? c", |[a, b, c]| {
        if a != Not {
            a
        } else if b != Not {
            b
        } else {
            c
        }
    }),
    ("a == b", |[a, b, _]| absent(&[a, b]).unwrap_or(if a == b { Yes } else { No })),
    ("a != b", |[a, b, _]| absent(&[a, b]).unwrap_or(if a == b { No } else { Yes })),
    ("applicable(a)", |[a, _, _]| match a {
        Missing => Missing,
        Not => No,
        Yes | No => Yes,
    }),
    ("!(a && b) || c", |[a, b, c]| or(&[not(and(&[a, b])), c])),
];

#[test]
fn every_truth_table_is_as_it_is_written_down() {
    let scripts: Vec<String> = TABLES.iter().map(|(script, _)| (*script).to_owned()).collect();
    let pack = answers(&scripts);
    let rules = rules(&pack);
    let mut scratch = Scratch::new();
    for way in ways() {
        let found = outcomes(&rules, &answered(way), &mut scratch).unwrap();
        for ((script, table), found) in TABLES.iter().zip(found) {
            let tight = possible(&way, &|way| table([way[0], way[1], way[2]]));
            assert_eq!(Four::of(found), tight, "{script} of {way:?}");
        }
    }
}

/// What a sentence gives, by the answers of a list.
type ListTable = fn(&[Four]) -> Four;

/// Tests of a list, over lists of up to three records whose one answer is any of the four.
const LIST_TABLES: [(&str, ListTable); 7] = [
    ("rows.all(|r| r.y)", and),
    ("rows.some(|r| r.y)", or),
    ("rows.none(|r| r.y)", |rows| not(or(rows))),
    ("rows.filter(|r| r.y).len() == 0", |rows| counted(rows, 0)),
    ("rows.filter(|r| r.y).len() == rows.len()", |rows| counted(rows, rows.len())),
    ("rows.filter(|r| r.y).all(|r| !r.y)", |rows| not(or(&kept(rows)))),
    ("rows.filter(|r| applicable(r.y)).all(|r| r.y)", |rows| and(&kept(rows))),
];

/// The records that a filter could keep: what it does not apply to is left out.
fn kept(rows: &[Four]) -> Vec<Four> {
    rows.iter().copied().filter(|row| *row != Not).collect()
}

/// Whether so many records are kept, where that is known of each.
fn counted(rows: &[Four], wanted: usize) -> Four {
    if rows.iter().filter(|row| **row == Yes).count() == wanted { Yes } else { No }
}

#[test]
fn every_list_of_up_to_three_answers_is_tested_as_it_is_written_down() {
    let mut text = format!(
        "{HEAD}rounding: {{ to: 0.01, mode: floor }}\nfacts:\n  rows: {{ type: list, of: {{ y: {{ type: bool }} }}, title: Rows, empty: allowed }}\nconditions:\n"
    );
    for (index, (script, _)) in LIST_TABLES.iter().enumerate() {
        writeln!(text, "  c-{index}:\n    title: Number {index}\n    met: |\n      {script}").unwrap();
    }
    let pack = compile(&text).1;
    let rules = rules(&pack);
    let mut scratch = Scratch::new();
    let mut lists: Vec<Vec<Four>> = vec![vec![]];
    for length in 0..3 {
        let longer: Vec<Vec<Four>> = lists
            .iter()
            .filter(|list| list.len() == length)
            .flat_map(|list| FOUR.map(|four| [list.as_slice(), &[four]].concat()))
            .collect();
        lists.extend(longer);
    }
    assert_eq!(lists.len(), 1 + 4 + 16 + 64);
    for list in lists {
        let rows: Vec<Row> = list.iter().map(|four| Row::from([("y".to_owned(), four.given())])).collect();
        let case = Case::new("case", "Nobody").with_list("rows", rows);
        let found = outcomes(&rules, &case, &mut scratch).unwrap();
        for ((script, table), found) in LIST_TABLES.iter().zip(found) {
            let tight = possible(&list, table);
            // A list that is asked about twice is taken for two.
            let loose = *script == "rows.filter(|r| r.y).len() == rows.len()" && found == Outcome::Undetermined;
            assert!(Four::of(found) == tight || loose, "{script} of {list:?}: {found}");
        }
    }
}

#[test]
fn every_small_sentence_is_sound_in_every_way_that_answers_can_arrive() {
    let atoms = ["a", "b", "c"].map(str::to_owned);
    let pairs = |left: &[String], right: &[String]| -> Vec<String> {
        let signs = ["&&", "||", "??", "==", "!="];
        let both = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
        both.flat_map(|(left, right)| signs.map(|sign| format!("({left} {sign} {right})"))).collect()
    };
    let mut first = pairs(&atoms, &atoms);
    first.extend(atoms.iter().flat_map(|atom| [format!("(!{atom})"), format!("applicable({atom})")]));
    first.push("(if a { b } else { c })".to_owned());
    first.push("(if a { b } else { b })".to_owned());
    let mut scripts = first.clone();
    scripts.extend(pairs(&first, &atoms));
    scripts.extend(pairs(&atoms, &first));
    scripts.extend(
        first
            .iter()
            .flat_map(|one| [format!("(if {one} {{ a }} else {{ b }})"), format!("(if a {{ {one} }} else {{ c }})")]),
    );
    let (mut tight, mut loose, mut scratch) = (0, 0, Scratch::new());
    for scripts in scripts.chunks(400) {
        let pack = answers(scripts);
        let rules = rules(&pack);
        let found: Vec<([Four; 3], Vec<Outcome>)> =
            ways().into_iter().map(|way| (way, outcomes(&rules, &answered(way), &mut scratch).unwrap())).collect();
        for (way, outcomes) in &found {
            let arrives = |later: &[Four; 3]| {
                way.iter().zip(later).all(|(now, later)| if *now == Missing { *later != Missing } else { now == later })
            };
            let later: Vec<&Vec<Outcome>> =
                found.iter().filter(|(later, _)| arrives(later)).map(|(_, found)| found).collect();
            for (at, outcome) in outcomes.iter().enumerate() {
                let first = later[0][at];
                let same = later.iter().all(|later| later[at] == first);
                if *outcome == Outcome::Undetermined {
                    if same { loose += 1 } else { tight += 1 }
                } else {
                    assert!(same && first == *outcome, "{} of {way:?}: {outcome}", scripts[at]);
                }
            }
        }
    }
    println!(
        "{} sentences; undetermined {} times, {loose} of them although every answer leads to the same",
        scripts.len(),
        tight + loose
    );
    // Operands are taken to be independent of each other, so what names one answer twice can stay open: `a == a`.
    assert!(loose <= LOOSE, "{loose}");
}

/// How many results of small sentences stay open although every way to answer leads to the same.
const LOOSE: usize = 189;

/// Rounded by another route than the product's: whole numbers only.
fn rounded(num: i128, den: i128, step: (i128, i128), mode: &str) -> Exact {
    // num / den in steps of step.0 / step.1.
    let (top, bottom) = (num * step.1, den * step.0);
    let (top, bottom) = if bottom < 0 { (-top, -bottom) } else { (top, bottom) };
    let (below, rest) = (top.div_euclid(bottom), top.rem_euclid(bottom));
    let up = match mode {
        "floor" => false,
        "ceiling" => rest > 0,
        "truncate" => top < 0 && rest > 0,
        "half-even" => rest * 2 > bottom || (rest * 2 == bottom && below % 2 != 0),
        "half-away-from-zero" => rest * 2 > bottom || (rest * 2 == bottom && top > 0),
        other => panic!("{other}"),
    };
    let steps = i64::try_from(below + i128::from(up)).unwrap();
    Exact::whole(steps)
        .times(Exact::from_scaled(step.0, 0).unwrap())
        .unwrap()
        .divide(Exact::from_scaled(step.1, 0).unwrap())
        .unwrap()
}

/// A value is rounded where it says so and nowhere else, in the mode and to the step that it says.
#[test]
fn numbers_are_rounded_where_it_is_declared_and_nowhere_else() {
    let steps = [("0.01", (1, 100)), ("1", (1, 1)), ("0.05", (5, 100)), ("10", (10, 1)), ("0.5", (5, 10))];
    let mut text = format!("{HEAD}rounding: {{ to: 0.05, mode: ceiling }}\nfacts:\n");
    text.push_str("  money: { type: money, title: Money }\n  n: { type: number, title: N }\n  d: { type: number, title: D }\nvalues:\n");
    text.push_str("  untouched: { round: none, is: money * n / d }\n  by_default: money * n / d\n  bare: n / d\n  late: { round: none, is: by_default * 3 }\n");
    for mode in MODES {
        for (step, _) in steps {
            let name = format!("{}_{}", mode.replace('-', "_"), step.replace('.', "_"));
            writeln!(text, "  m_{name}: {{ round: {{ to: {step}, mode: {mode} }}, is: n / d }}").unwrap();
        }
    }
    text.push_str("funds:\n");
    for mode in MODES {
        writeln!(
            text,
            "  {mode}:\n    title: Fund\n    amount: abs(money * n / d)\n    round: {{ to: 0.01, mode: {mode} }}"
        )
        .unwrap();
    }
    let pack = compile(&text).1;
    let mut choices = Choices::of_seed(3);
    let mut compared = 0;
    for _ in 0..400 {
        let den = match choices.within(-60, 60) {
            0 => 200,
            den => den,
        };
        let (money, num) = (choices.within(-9_000, 9_000), choices.within(-20_000, 20_000));
        let hundredths = |number: i64| Exact::from_scaled(number.into(), 2).unwrap();
        let case = Case::new("case", "Nobody")
            .with("money", Money::from_pence(money))
            .with("n", hundredths(num))
            .with("d", Exact::whole(den));
        let ruling = common::rule(&pack, &case);
        let value = |name: &str| common::value(&ruling, name)[0].unwrap().to_owned();
        let (money, num, den) = (i128::from(money), i128::from(num), i128::from(den));
        let exact = |top: i128, bottom: i128| {
            Exact::from_scaled(top, 0).unwrap().divide(Exact::from_scaled(bottom, 0).unwrap()).unwrap()
        };
        let value = |name: &str| value(name).parse::<Exact>().ok();
        let whole = |number: Exact| number.decimal().map(|_| number);
        assert_eq!(value("untouched"), whole(exact(money * num, den * 10_000)));
        let by_default = rounded(money * num, den * 10_000, (5, 100), "ceiling");
        assert_eq!(value("by_default"), Some(by_default));
        assert_eq!(value("late"), by_default.times(Exact::whole(3)).ok());
        assert_eq!(value("bare"), whole(exact(num, den * 100)));
        for mode in MODES {
            for (step, (top, bottom)) in steps {
                let name = format!("m_{}_{}", mode.replace('-', "_"), step.replace('.', "_"));
                assert_eq!(value(&name), Some(rounded(num, den * 100, (top, bottom), mode)), "{num} / {den} {name}");
                compared += 1;
            }
            let amount = ruling.fund(mode).unwrap().amount.unwrap();
            let by_hand = rounded((money * num).abs(), (den * 10_000).abs(), (1, 100), mode);
            assert_eq!(Money::from_exact(by_hand), Some(amount), "{mode}");
        }
    }
    assert_eq!(compared, 400 * 25);
}

#[test]
fn the_generator_writes_every_part_of_the_language() {
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let parts = [
        "abs(",
        ".all(",
        "applicable(",
        "change(",
        "clamp(",
        ".contains(",
        ".covers_week(",
        "days_between(",
        ".filter(",
        ".first(",
        "greater_of(",
        ".highest_to_date(",
        ".includes(",
        ".last(",
        ".len(",
        "lesser_of(",
        ".map(",
        ".max(",
        ".min(",
        ".none(",
        "round_to(",
        "share(",
        ".some(",
        ".sum(",
        "to_date(",
        " ?? ",
        " && ",
        " || ",
        "(!",
        "if ",
        "else if",
        "let x",
        "let l",
        "[period]",
        " in ",
        "params.",
        "findings.",
        " period)",
        "(-",
        "add_days(",
        "add_months(",
        "allocate(",
        "cap(",
        "consecutive(",
        "first_day(",
        "floor_at(",
        "for r",
        "interpolate(",
        "lowest_to_date(",
        "mean(",
        "months_between(",
        "percent_change(",
        "period - 1]",
        "previous(",
        "recent(",
        "so_far(",
        "switch ",
        "tables.added(",
        "tables.bands(",
        "tables.routes(",
        "uplift(",
        "within(",
        " += ",
    ];
    for seed in 0..600 {
        let made = Made::new(&mut Choices::of_seed(seed), Manner::Guarded, 8);
        for part in parts {
            *used.entry(part).or_default() += usize::from(made.text.contains(part));
        }
    }
    for part in parts {
        assert!(used[part] >= 5, "{part} is written {} times", used[part]);
    }
}
