//! The way from the old rules to the new ones, one change at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ringfence_core::Date;
use ringfence_core::case::Case;
use ringfence_core::evaluate::{EvaluateError, Options};
use ringfence_core::pack::{Invalid, Pack};
use ringfence_core::source::{Document, Entry};
use ringfence_reporting::comparison::{self, Comparison, Restated};

use super::change::{self, Change, OF_ITSELF};
use super::declarations::Declarations;
use super::ruled::{Absent, Readable, Ruled, Unruled, read, rule, rule_with};
use super::{DiffError, Side, evidence, frozen, tally};

/// The words for the two sides.
pub(super) const OLD: &str = "old";
pub(super) const NEW: &str = "new";

/// The cases that are ruled on as at one pair of days, and the steps between them.
#[derive(Debug)]
pub(super) struct Walked {
    /// Which of all cases.
    pub(super) cases: Vec<usize>,
    pub(super) old: Vec<Ruled>,
    pub(super) steps: Vec<WalkedStep>,
}

/// A step of the way.
#[derive(Debug)]
pub(super) struct WalkedStep {
    pub(super) changes: Vec<comparison::Change>,
    /// What becomes of each case after it.
    pub(super) after: Vec<Ruled>,
    /// What would become of each case if only this were changed; nothing where that cannot be, or the step changes nothing.
    pub(super) alone: Option<Vec<Ruled>>,
}

/// The days of a case on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Days {
    old: Date,
    new: Date,
    old_known: Option<Date>,
    new_known: Option<Date>,
}

pub(super) fn compare(
    old: &Side,
    new: &Side,
    documents: &[Document],
    matched: &[(String, String)],
) -> Result<Comparison, DiffError> {
    if old.pack.currency() != new.pack.currency() {
        let code = |side: &Side| side.pack.currency().code().to_owned();
        return Err(DiffError::Currencies { old: code(old), new: code(new) });
    }
    let declared = |side: &Side| Ok::<_, DiffError>(Declarations::of(&Pack::whole(&side.source)?));
    let (before, after) = (declared(old)?, declared(new)?);
    check_settings(OLD, old, &before)?;
    check_settings(NEW, new, &after)?;
    let before = renamed(before, &after, matched)?;
    let readable = (Readable::by(&before), Readable::by(&after));
    let cases = |side: &'static str, pack: &Pack, readable: &Readable, all: [&Readable; 2]| {
        read(pack, &readable.only(documents, &all)).map_err(|unruled| told(side, unruled))
    };
    let all = [&readable.0, &readable.1];
    let old_cases = cases(OLD, &old.pack, &readable.0, all)?;
    let new_cases = cases(NEW, &new.pack, &readable.1, all)?;
    let mut groups: BTreeMap<Days, Vec<usize>> = BTreeMap::new();
    for (at, (left, right)) in old_cases.iter().zip(&new_cases).enumerate() {
        let days = Days {
            old: day_of(OLD, old, left)?,
            new: day_of(NEW, new, right)?,
            old_known: old.known_by.or(left.known_by),
            new_known: new.known_by.or(right.known_by),
        };
        groups.entry(days).or_default().push(at);
    }
    if groups.len() > 1 && (old.pack.passes() > 1 || new.pack.passes() > 1) {
        return Err(DiffError::SeveralDays);
    }
    let mut walked = Vec::new();
    let titles: BTreeMap<String, String> =
        new.pack.outline().facts.into_iter().map(|fact| (fact.name, fact.title)).collect();
    let mut restated: Vec<Vec<Restated>> = vec![Vec::new(); new_cases.len()];
    let mut frozen_subjects = BTreeSet::new();
    for (days, cases) in &groups {
        let of = |documents: &[Document]| -> Vec<Document> {
            cases.iter().filter_map(|at| documents.get(*at).cloned()).collect()
        };
        let pick = |all: &[Case]| -> Vec<Case> { cases.iter().filter_map(|at| all.get(*at).cloned()).collect() };
        let from = frozen::on(days.old, before.clone(), &old.pack, &old.set);
        let to = frozen::on(days.new, after.clone(), &new.pack, &new.set);
        let (left, right) = (pick(&old_cases), pick(&new_cases));
        let known = Knowledge::of(*days, &titles, [&left, &right]);
        let walk = Walk::new(*days, (from, &to), known, of(documents), all, matched);
        for (at, case) in cases.iter().zip(&right).filter(|_| days.old_known != days.new_known) {
            let figures = evidence::restated(&new.pack, &titles, case, (days.old_known, days.new_known));
            restated.get_mut(*at).into_iter().for_each(|of_case| of_case.clone_from(&figures));
        }
        frozen_subjects.extend(walk.moves.iter().filter_map(|one| match one {
            Move::Rule(change) => Some(subject(change)),
            Move::Day | Move::Fact(..) | Move::Acts => None,
        }));
        walked.push(Walked { cases: cases.clone(), ..walk.run((old, &left), (new, &to, &right))? });
    }
    let said = change::between(&before, &after);
    let mut on_other_days: Vec<&Change> = said.deciding.iter().collect();
    on_other_days.retain(|change| !frozen_subjects.contains(&subject(change)) && !is_day_of(change));
    let said = tally::Said {
        on_other_days: on_other_days.into_iter().map(words).collect(),
        wording: said.wording.iter().filter(|change| !is_day_of(change)).map(words).collect(),
    };
    let days: Vec<(Date, Date)> = groups.keys().map(|days| (days.old, days.new)).collect();
    let restated = restated.into_iter().flatten().collect();
    let mut comparison = tally::comparison((old, new), &new_cases, &walked, &days, said)?;
    comparison.restated = restated;
    Ok(comparison)
}

/// What became known between the two sides' days.
#[derive(Debug, Default)]
struct Knowledge {
    /// Facts, each with its title.
    facts: Vec<(String, Option<String>)>,
    /// Whether a signature, decision or waiver did.
    acts: bool,
}

impl Knowledge {
    fn of(days: Days, titles: &BTreeMap<String, String>, cases: [&[Case]; 2]) -> Self {
        let (old, new) = (days.old_known, days.new_known);
        if old == new {
            return Self::default();
        }
        let names: BTreeSet<String> = cases.iter().flat_map(|cases| evidence::differing(cases, old, new)).collect();
        let titled = |name: String| (name.clone(), titles.get(&name).cloned());
        Self {
            facts: names.into_iter().map(titled).collect(),
            acts: cases.iter().any(|cases| evidence::acts_differ(cases, old, new)),
        }
    }
}

/// The id, dates and version of a pack differ by nature.
fn is_day_of(change: &Change) -> bool {
    change.section == OF_ITSELF && !matches!(change.name.as_str(), "periods" | "rounding" | "requires" | "currency")
}

fn subject(change: &Change) -> (String, String, Option<String>) {
    let (section, name, key) = change.subject();
    (section.to_owned(), name.to_owned(), key.map(str::to_owned))
}

/// A change as reports tell it.
fn words(change: &Change) -> comparison::Change {
    let text = |entry: &Option<Entry>| entry.as_ref().and_then(|entry| super::change::written(&entry.value));
    comparison::Change {
        what: change.what(),
        title: change.title.clone(),
        how: change.how(),
        old: text(&change.old),
        new: text(&change.new),
    }
}

fn told(side: &'static str, unruled: Unruled) -> DiffError {
    match unruled {
        Unruled::Mistakes(mistakes) => DiffError::Cases { side, mistakes },
        Unruled::Error(case, source) => DiffError::Case { side, case, source },
    }
}

fn day_of(side: &'static str, rules: &Side, case: &Case) -> Result<Date, DiffError> {
    let day = rules.rules_at.or(case.rules_at).or(rules.pack.default_day());
    day.ok_or_else(|| {
        let error = rules.pack.evaluate(case, &ringfence_core::evaluate::Options::default()).err();
        let source = Box::new(error.unwrap_or(EvaluateError::NoDay { from: Date::ZERO }));
        DiffError::Case { side, case: case.id.clone(), source }
    })
}

fn check_settings(side: &'static str, rules: &Side, declared: &Declarations) -> Result<(), DiffError> {
    match rules.set.iter().find(|(name, _)| declared.get("parameters", name).is_none()) {
        None => Ok(()),
        Some((name, _)) => {
            let known = declared.section("parameters").iter().map(|entry| entry.key.clone()).collect();
            Err(DiffError::NoParameter { side, name: name.clone(), known })
        }
    }
}

/// The old rules with their funds under the ids that these go on under.
fn renamed(
    mut before: Declarations,
    after: &Declarations,
    matched: &[(String, String)],
) -> Result<Declarations, DiffError> {
    for (from, to) in matched {
        let no = |side, name: &str, declared: &Declarations| DiffError::NoFund {
            side,
            name: name.to_owned(),
            known: declared.section("funds").iter().map(|entry| entry.key.clone()).collect(),
        };
        if after.get("funds", to).is_none() {
            return Err(no(NEW, to, after));
        }
        match before.get("funds", from).cloned() {
            Some(_) if from == to => {}
            Some(entry) if before.get("funds", to).is_none() => {
                before.remove("funds", from);
                before.put("funds", Entry { key: to.clone(), ..entry });
            }
            _ => return Err(no(OLD, from, &before)),
        }
    }
    Ok(before)
}

/// One thing that differs between the two sides.
#[derive(Debug)]
enum Move {
    Rule(Box<Change>),
    /// The day on which waivers, decisions and deadlines are looked at.
    Day,
    /// The day by which the evidence for a fact is known; and its title.
    Fact(String, Option<String>),
    /// The day by which signatures, decisions and waivers are known.
    Acts,
}

/// The way of the cases of one pair of days.
struct Walk<'a> {
    days: Days,
    from: Declarations,
    /// In the order in which they are made.
    moves: Vec<Move>,
    documents: Vec<Document>,
    /// What cases can bring to either side.
    all: [&'a Readable; 2],
    /// Funds of the old rules that go on under another id.
    matched: &'a [(String, String)],
    /// Cases read once for each set of moves that touches how they are read.
    read: BTreeMap<Vec<usize>, Rc<Vec<Case>>>,
}

/// Rules on the way, and what becomes of each case under them.
struct Stop {
    made: BTreeSet<usize>,
    ruled: Vec<Ruled>,
}

/// Why there is no such stop.
enum NoStop {
    /// The rules do not hold together.
    Pack(Invalid),
    Cases(Unruled),
}

impl NoStop {
    fn told(self, side: &'static str) -> DiffError {
        match self {
            Self::Pack(invalid) => DiffError::Pack(invalid),
            Self::Cases(unruled) => told(side, unruled),
        }
    }
}

impl<'a> Walk<'a> {
    fn new(
        days: Days,
        (mut from, to): (Declarations, &Declarations),
        known: Knowledge,
        documents: Vec<Document>,
        all: [&'a Readable; 2],
        matched: &'a [(String, String)],
    ) -> Self {
        let mut moves: Vec<Move> =
            change::between(&from, to).deciding.into_iter().map(|change| Move::Rule(Box::new(change))).collect();
        if days.old != days.new {
            moves.push(Move::Day);
        }
        moves.extend(known.facts.into_iter().map(|(fact, title)| Move::Fact(fact, title)));
        moves.extend(known.acts.then_some(Move::Acts));
        // What only tells decides nothing, and what an authority names must be there.
        for section in ["sources", "themes", "parties"] {
            for entry in to.section(section) {
                from.put(section, entry.clone());
            }
        }
        Self { days, from, moves, documents, all, matched, read: BTreeMap::new() }
    }

    /// Goes the whole way.
    fn run(mut self, from: (&Side, &[Case]), to: (&Side, &Declarations, &[Case])) -> Result<Walked, DiffError> {
        let start = self.stop(BTreeSet::new()).map_err(|failed| failed.told(OLD))?;
        let days = self.days;
        let absent = Absent::of(&self.from);
        faithful(OLD, from.0, &absent, from.1, (days.old, days.old_known), &start.ruled, self.matched)?;
        let old = start.ruled.clone();
        let mut here = start;
        let mut steps = Vec::new();
        let mut left: Vec<usize> = (0..self.moves.len()).collect();
        while !left.is_empty() {
            let before = left.len();
            let mut still = Vec::new();
            for at in left {
                match self.further(&here, &[at]) {
                    Ok(next) => steps.push(self.step(&mut here, next)),
                    Err(_) => still.push(at),
                }
            }
            if still.len() == before {
                let next = self.together(&here, &mut still)?;
                steps.push(self.step(&mut here, next));
            }
            left = still;
        }
        let absent = Absent::of(to.1);
        faithful(NEW, to.0, &absent, to.2, (days.new, days.new_known), &here.ruled, &[])?;
        Ok(Walked { cases: Vec::new(), old, steps })
    }

    /// The rules with some moves more, if they hold together and rule on every case.
    fn further(&mut self, here: &Stop, moves: &[usize]) -> Result<Stop, NoStop> {
        self.stop(here.made.iter().chain(moves).copied().collect())
    }

    /// The first moves that only go together, and no more than must: each that can stay behind does.
    fn together(&mut self, here: &Stop, left: &mut Vec<usize>) -> Result<Stop, DiffError> {
        let mut group = left.clone();
        let mut found = self.further(here, &group).map_err(|failed| failed.told(NEW))?;
        for at in left.iter().rev() {
            let fewer: Vec<usize> = group.iter().copied().filter(|other| other != at).collect();
            if fewer.is_empty() {
                break;
            }
            if let Ok(stop) = self.further(here, &fewer) {
                (group, found) = (fewer, stop);
            }
        }
        left.retain(|at| !group.contains(at));
        Ok(found)
    }

    /// The step to another stop, where the way then goes on.
    fn step(&mut self, here: &mut Stop, next: Stop) -> WalkedStep {
        let moves: BTreeSet<usize> = next.made.difference(&here.made).copied().collect();
        let changes = moves.iter().filter_map(|at| self.moves.get(*at)).map(|one| self.words(one)).collect();
        let alone = if next.ruled == here.ruled {
            None
        } else if here.made.is_empty() {
            Some(next.ruled.clone())
        } else {
            self.stop(moves).ok().map(|stop| stop.ruled)
        };
        *here = next;
        WalkedStep { changes, after: here.ruled.clone(), alone }
    }

    /// The old rules with these moves made.
    fn stop(&mut self, made: BTreeSet<usize>) -> Result<Stop, NoStop> {
        let mut declared = self.from.clone();
        let (mut day, mut known_by) = (self.days.old, self.days.old_known);
        let (mut touching, mut facts) = (Vec::new(), Vec::new());
        for (at, one) in self.moves.iter().enumerate() {
            let is_made = made.contains(&at);
            match one {
                Move::Fact(fact, _) => {
                    facts.push((fact.as_str(), if is_made { self.days.new_known } else { self.days.old_known }));
                }
                _ if !is_made => {}
                Move::Rule(change) => {
                    change.make(&mut declared);
                    touching.extend(change.touches_evidence().then_some(at));
                }
                Move::Day => day = self.days.new,
                Move::Acts => known_by = self.days.new_known,
            }
        }
        let pack = Pack::compile(&declared.source()).map_err(NoStop::Pack)?;
        let cases = match self.read.get(&touching) {
            Some(cases) => Rc::clone(cases),
            None => {
                let documents = Readable::by(&declared).only(&self.documents, &self.all);
                let cases = Rc::new(read(&pack, &documents).map_err(NoStop::Cases)?);
                self.read.insert(touching, Rc::clone(&cases));
                cases
            }
        };
        let absent = Absent::of(&declared);
        let ruled = match facts.as_slice() {
            [] => rule(&pack, &absent, &cases, day, known_by),
            facts => rule(&pack, &absent, &evidence::settled(&cases, facts), day, known_by),
        };
        Ok(Stop { made, ruled: ruled.map_err(NoStop::Cases)? })
    }

    fn words(&self, one: &Move) -> comparison::Change {
        let days = self.days;
        let other = |what: &str, old: String, new: String| comparison::Change {
            what: what.to_owned(),
            title: None,
            how: format!("{old} → {new}"),
            old: Some(old),
            new: Some(new),
        };
        let known = || match (days.old_known, days.new_known) {
            (Some(old), Some(new)) => (format!("as known by {old}"), new.to_string()),
            (old, new) => {
                let words = |day: Option<Date>| {
                    day.map_or_else(|| "all that is known".to_owned(), |day| format!("as known by {day}"))
                };
                (words(old), words(new))
            }
        };
        match one {
            Move::Rule(change) => words(change),
            Move::Day => {
                other("the day for waivers, decisions and deadlines", days.old.to_string(), days.new.to_string())
            }
            Move::Fact(fact, title) => {
                let (old, new) = known();
                comparison::Change { title: title.clone(), ..other(&format!("the evidence `{fact}`"), old, new) }
            }
            Move::Acts => {
                let (old, new) = known();
                other("the signatures, decisions and waivers", old, new)
            }
        }
    }
}

/// Makes sure that the rules of a day, taken by themselves, rule as the pack does on that day.
fn faithful(
    side: &'static str,
    rules: &Side,
    absent: &Absent,
    cases: &[Case],
    (day, known_by): (Date, Option<Date>),
    found: &[Ruled],
    matched: &[(String, String)],
) -> Result<(), DiffError> {
    let options = Options { set: rules.set.clone(), ..Options::default() };
    let mut really = rule_with(&rules.pack, &options, absent, cases, day, known_by).map_err(|why| told(side, why))?;
    for funds in really.iter_mut().map(|ruled| &mut ruled.funds) {
        for (from, to) in matched {
            let fund = funds.remove(from);
            funds.extend(fund.map(|fund| (to.clone(), fund)));
        }
    }
    let differing = really.iter().zip(found).position(|(really, found)| really != found);
    match differing.and_then(|at| cases.get(at)) {
        None => Ok(()),
        Some(case) => Err(DiffError::Unfaithful { day, case: case.id.clone() }),
    }
}
