//! The nearest single change that turns each condition.

use std::collections::BTreeMap;

use ringfence_core::Date;
use ringfence_core::evaluate::Options;
use ringfence_core::exact::Inexact;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_core::source::Document;
use ringfence_core::types::Value;
use ringfence_loaders::case;
use ringfence_reporting::what_if::Lever;

use super::Days;
use super::inputs::{Input, Kind, Scale};
use crate::diff::released;
use crate::diff::ruled::{Absent, Ruled, rule_with};

/// How much further each try goes than the one before.
const FURTHER: i64 = 4;
/// How many tries on each side: as far as numbers of evidence go.
const TRIES: u32 = 26;
/// Days are tried for this many years.
const MOST_DAYS: i64 = 40 * 366;

/// What is asked of the rules.
struct Search<'a> {
    pack: &'a Pack,
    document: &'a Document,
    options: &'a Options,
    days: Days,
    /// The case as it is.
    here: Ruled,
    /// The conditions that are not met.
    short: Vec<String>,
}

/// A lever, and how small a change it is.
type Ranked = (u64, Lever);

/// By condition, the single changes that would turn it, the smallest first.
pub(super) fn levers(
    pack: &Pack,
    document: &Document,
    options: &Options,
    days: Days,
    then: &Ruling,
    inputs: &[Input],
) -> Result<BTreeMap<String, Vec<Lever>>, Inexact> {
    let is_short = |outcome| matches!(outcome, Outcome::Unmet | Outcome::Undetermined | Outcome::Pending);
    let short = then.findings.iter().filter(|finding| is_short(finding.outcome));
    let nothing = Ruled { outcomes: BTreeMap::new(), funds: BTreeMap::new() };
    let mut search = Search {
        pack,
        document,
        options,
        days,
        here: nothing,
        short: short.map(|finding| finding.condition.clone()).collect(),
    };
    let mut found: BTreeMap<String, Vec<Ranked>> = BTreeMap::new();
    let Some(here) = search.ruled(document) else { return Ok(BTreeMap::new()) };
    search.here = here;
    if search.short.is_empty() {
        return Ok(BTreeMap::new());
    }
    for input in inputs {
        for (condition, lever) in search.of(input)? {
            found.entry(condition).or_default().push(lever);
        }
    }
    let sorted = found.into_iter().map(|(condition, mut levers)| {
        levers.sort_by_key(|(size, _)| *size);
        (condition, levers.into_iter().map(|(_, lever)| lever).collect())
    });
    Ok(sorted.collect())
}

impl Search<'_> {
    /// What becomes of the case; nothing where there is no ruling.
    fn ruled(&self, document: &Document) -> Option<Ruled> {
        let case = self.pack.read_case(document).ok()?;
        let (day, known_by) = self.days;
        let ruled = rule_with(self.pack, self.options, &Absent::default(), &[case], day, known_by).ok()?;
        ruled.into_iter().next()
    }

    /// What becomes of the case with a piece of evidence set.
    fn with(&self, input: &Input, written: &str) -> Option<Ruled> {
        let mut document = self.document.clone();
        case::set(&mut document, "--set", &input.path, written).ok()?;
        self.ruled(&document)
    }

    fn of(&self, input: &Input) -> Result<Vec<(String, Ranked)>, Inexact> {
        match &input.kind {
            Kind::Choice(alternatives) => {
                let current = input.written();
                let mut found: Vec<(String, Ranked)> = Vec::new();
                for alternative in alternatives.iter().filter(|one| current.as_deref() != Some(one.written.as_str())) {
                    let Some(ruled) = self.with(input, &alternative.written) else { continue };
                    for condition in self.turned(&ruled) {
                        if !found.iter().any(|(known, _)| known == condition) {
                            let lever = self.lever(input, alternative.shown.clone(), None, &ruled)?;
                            found.push((condition.clone(), (u64::MAX, lever)));
                        }
                    }
                }
                Ok(found)
            }
            Kind::Number(scale) => self.line(input, &Steps::Number(*scale)),
            Kind::Date => self.line(input, &Steps::Day(self.days.0)),
        }
    }

    /// The conditions that are not met now and are then.
    fn turned<'s>(&'s self, ruled: &'s Ruled) -> impl Iterator<Item = &'s String> {
        self.short.iter().filter(|condition| ruled.outcomes.get(*condition) == Some(&Outcome::Met))
    }

    fn lever(&self, input: &Input, to: String, beyond: Option<&'static str>, ruled: &Ruled) -> Result<Lever, Inexact> {
        Ok(Lever {
            path: input.path.clone(),
            title: input.title.clone(),
            from: input.written(),
            to,
            beyond,
            released: released(&self.here, ruled)?,
        })
    }

    /// The nearest step of a number or a day at which each condition is met.
    fn line(&self, input: &Input, steps: &Steps) -> Result<Vec<(String, Ranked)>, Inexact> {
        let origin = steps.origin(input.value.as_ref());
        let is_known = input.value.is_some();
        let mut tries: Vec<(i64, Option<Ruled>)> = Vec::new();
        for at in steps.tries(origin) {
            if at == origin && is_known {
                continue;
            }
            tries.push((at, self.with(input, &steps.written(at))));
        }
        let mut found = Vec::new();
        for condition in &self.short {
            let side = |up| Side::of(condition, &tries, origin, up);
            let Some((hit, before, side)) = [side(true), side(false)]
                .into_iter()
                .filter_map(|side| side.first().map(|(hit, before)| (hit, before, side)))
                .min_by_key(|(hit, ..)| hit.abs_diff(origin))
            else {
                continue;
            };
            let (below, above) = steps.words();
            let (at, beyond) = match side.end() {
                // What is not known may be anything up to where the condition fails.
                Some((last, after)) if hit == origin => {
                    (self.narrowed(input, steps, condition, after, last), Some(below))
                }
                None if hit == origin => (origin, Some(above)),
                end => {
                    let beyond = if side.up { above } else { below };
                    (self.narrowed(input, steps, condition, before, hit), end.is_none().then_some(beyond))
                }
            };
            let Some(ruled) = self.with(input, &steps.written(at)) else { continue };
            let lever = self.lever(input, steps.written(at), beyond, &ruled)?;
            found.push((condition.clone(), (size(origin, at, is_known), lever)));
        }
        Ok(found)
    }

    /// Between a step at which a condition is not met and one at which it is: the first at which it is.
    fn narrowed(&self, input: &Input, steps: &Steps, condition: &str, mut unmet: i64, mut met: i64) -> i64 {
        while unmet.abs_diff(met) > 1 && unmet != met {
            let middle = i64::midpoint(unmet, met);
            let ruled = self.with(input, &steps.written(middle));
            if ruled.is_some_and(|ruled| ruled.outcomes.get(condition) == Some(&Outcome::Met)) {
                met = middle;
            } else {
                unmet = middle;
            }
        }
        met
    }
}

/// What was tried on one side of where the evidence stands, the nearest first.
struct Side {
    up: bool,
    origin: i64,
    /// The step, and whether the condition is met there.
    tried: Vec<(i64, bool)>,
}

impl Side {
    fn of(condition: &str, tries: &[(i64, Option<Ruled>)], origin: i64, up: bool) -> Self {
        // What the rules cannot answer, such as a value out of its bounds, is no try.
        let answered = tries.iter().filter_map(|(at, ruled)| Some((*at, ruled.as_ref()?)));
        let on_side = answered.filter(|(at, _)| if *at == origin { up } else { (*at > origin) == up });
        let met = |ruled: &Ruled| ruled.outcomes.get(condition) == Some(&Outcome::Met);
        let mut tried: Vec<(i64, bool)> = on_side.map(|(at, ruled)| (at, met(ruled))).collect();
        tried.sort_by_key(|(at, _)| at.abs_diff(origin));
        Self { up, origin, tried }
    }

    /// The nearest step at which the condition is met, and the one before it.
    fn first(&self) -> Option<(i64, i64)> {
        let first = self.tried.iter().position(|(_, met)| *met)?;
        let before = first.checked_sub(1).and_then(|before| self.tried.get(before));
        Some((self.tried.get(first)?.0, before.map_or(self.origin, |(at, _)| *at)))
    }

    /// The last step at which it is still met beyond that, and the one after it; nothing where it is met to the end.
    fn end(&self) -> Option<(i64, i64)> {
        let first = self.tried.iter().position(|(_, met)| *met)?;
        let after = first + self.tried.iter().skip(first).position(|(_, met)| !*met)?;
        Some((self.tried.get(after.checked_sub(1)?)?.0, self.tried.get(after)?.0))
    }
}

/// How great a change is beside what is changed, in millionths; what was not known comes after what was.
fn size(origin: i64, at: i64, is_known: bool) -> u64 {
    if !is_known {
        return u64::MAX - 1;
    }
    let whole = u128::from(origin.unsigned_abs().max(1));
    u64::try_from(u128::from(at.abs_diff(origin)).saturating_mul(1_000_000) / whole).unwrap_or(u64::MAX - 2)
}

/// What is tried step by step.
enum Steps {
    Number(Scale),
    /// Days counted from this one.
    Day(Date),
}

impl Steps {
    /// Where the evidence stands; nought, or the day of the rules, where it is not known.
    fn origin(&self, value: Option<&Value>) -> i64 {
        match (self, value) {
            (Self::Number(scale), Some(Value::Number(number))) => scale.steps_of(*number).unwrap_or(0),
            (Self::Number(scale), _) => scale.min.unwrap_or(0).max(0),
            (Self::Day(first), Some(Value::Date(day))) => {
                first.until(*day).map_or(0, |span| i64::from(span.get_days()))
            }
            (Self::Day(_), _) => 0,
        }
    }

    /// The steps that are tried: where it stands, and further and further away, within the bounds.
    fn tries(&self, origin: i64) -> Vec<i64> {
        let (least, most) = match self {
            Self::Number(scale) => (scale.min, scale.max),
            Self::Day(_) => (Some(origin.saturating_sub(MOST_DAYS)), Some(origin.saturating_add(MOST_DAYS))),
        };
        let mut tries = vec![origin];
        let mut distance: i64 = 1;
        for _ in 0..TRIES {
            tries.push(origin.saturating_add(distance));
            tries.push(origin.saturating_sub(distance));
            distance = distance.saturating_mul(FURTHER);
        }
        tries.extend(least.into_iter().chain(most));
        // A case has numbers of at most 18 digits.
        let limit = 99_999_999_999_999_999;
        tries.retain(|at| {
            least.is_none_or(|least| *at >= least) && most.is_none_or(|most| *at <= most) && at.abs() <= limit
        });
        tries.sort_unstable();
        tries.dedup();
        tries
    }

    fn written(&self, at: i64) -> String {
        match self {
            Self::Number(scale) => scale.written(at),
            Self::Day(first) => {
                let span = jiff::Span::new().try_days(at).ok();
                let day = span.and_then(|span| first.checked_add(span).ok());
                day.map(|day| day.to_string()).unwrap_or_default()
            }
        }
    }

    /// What lies beyond, below and above.
    const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Number(_) => ("or less", "or more"),
            Self::Day(_) => ("or earlier", "or later"),
        }
    }
}
