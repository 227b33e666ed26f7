//! Mutants of a compiled pack: the pack with one small step taken away from what it says.
//!
//! A mutant that changes no case's decision shows what the cases of a pack do not hold it to. It is
//! put in place in the compiled pack and taken out again, so that it costs no compilation. Which steps
//! there are is listed here once, in the order of the places where they stand; what notices them is
//! not known here.

mod asked;
mod declared;
mod digits;
mod node;
mod scripts;
mod tables;
mod turn;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::portfolio::PortfolioValue;
use super::{Condition, Cure, Deadline, Decision, DerivedValue, Fact, Fund, Pack, Parameter, SignOff, Test};
use crate::evaluate::{Choice, Rules};
use crate::language::ir::{Expr, Kind};
use crate::source::{PackSource, Place};
use crate::table::Table;
pub use asked::{Asked, AskedFact};
use turn::Turn;

/// One small step away from what a pack says.
#[derive(Clone, Debug)]
pub struct Mutant {
    place: Place,
    /// The declaration that it is in: `condition data-sharing`.
    of: String,
    /// What stands at the place, and what would.
    before: String,
    after: String,
    /// The step in words.
    says: String,
    edits: Vec<Edit>,
}

/// A part of a pack as a mutant has it.
#[derive(Clone, Debug)]
enum Edit {
    /// A node of a script takes a step.
    Node(Owner, usize, Turn),
    /// Something is declared otherwise.
    Whole(Part),
    /// A row of a table: its number, the version's and the table's.
    Row { table: usize, version: usize, row: usize, to: crate::table::Row },
}

/// The script of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Suspect(usize),
    Value(usize),
    Contribution(usize),
    TakingPart(usize),
    Applies(usize),
    Met(usize),
    CureBy(usize),
    CuredOn(usize),
    Releases(usize),
    Keeps(usize),
    Amount(usize),
    Release(usize),
}

/// What stands in a pack at one place.
#[derive(Clone, Debug)]
enum Part {
    Node(Owner, usize, Kind),
    Fact(usize, Box<Fact>),
    Parameter(usize, Box<Parameter>),
    Table(usize, Arc<Table>),
    Value(usize, Box<DerivedValue>),
    SignOff(usize, Box<SignOff>),
    Decision(usize, Box<Decision>),
    Condition(usize, Box<Condition>),
    Fund(usize, Box<Fund>),
    Portfolio(usize, Box<PortfolioValue>),
}

impl Mutant {
    fn new(place: &Place, of: &str, change: (impl Into<String>, impl Into<String>), says: impl Into<String>) -> Self {
        let (before, after) = (change.0.into(), change.1.into());
        Self { place: place.clone(), of: of.to_owned(), before, after, says: says.into(), edits: Vec::new() }
    }

    fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }

    fn whole(self, part: Part) -> Self {
        self.edit(Edit::Whole(part))
    }

    /// Where it is.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The declaration that it is in: `condition data-sharing`.
    pub fn of(&self) -> &str {
        &self.of
    }

    /// What changes, in short: `>= to >`.
    pub fn change(&self) -> String {
        if self.after.is_empty() {
            format!("without {}", self.before)
        } else if self.before.is_empty() {
            self.after.clone()
        } else {
            format!("{} to {}", self.before, self.after)
        }
    }

    /// The step in words.
    pub fn says(&self) -> &str {
        &self.says
    }

    /// The line of the file with the step taken, where that is a matter of a few characters of it.
    pub fn line(&self) -> Option<String> {
        let line = self.place.file().line(self.place.line())?;
        let start = self.place.column() - 1;
        let count = self.before.chars().count();
        let stands: String = line.chars().skip(start).take(count).collect();
        if self.before.is_empty() || self.after.is_empty() || stands != self.before {
            return None;
        }
        let (head, tail): (String, String) =
            (line.chars().take(start).collect(), line.chars().skip(start + count).collect());
        Some(format!("{head}{}{tail}", self.after))
    }

    /// Whether a case has to be bound anew to see it: it changes which evidence counts.
    pub fn rebinds(&self, pack: &Pack) -> bool {
        self.edits.iter().any(|edit| match edit {
            Edit::Node(Owner::Suspect(_), ..)
            | Edit::Whole(Part::Fact(..) | Part::SignOff(..) | Part::Decision(..)) => true,
            Edit::Whole(Part::Condition(index, to)) => {
                pack.conditions.get(*index).is_some_and(|from| from.waived_by != to.waived_by)
            }
            Edit::Whole(Part::Parameter(index, _)) => pack.binding_reads(*index),
            Edit::Row { .. } => pack.facts.iter().any(|fact| fact.suspect.is_some()),
            _ => false,
        })
    }

    /// Whether it may change anything under the rules of a day: what is not in force then is not asked.
    pub fn matters_under(&self, rules: &Rules<'_>) -> bool {
        let condition = |index: &usize| rules.in_force.get(*index).copied().unwrap_or(true);
        let fund = |index: &usize| rules.pack.funds.get(*index).is_none_or(|fund| fund.is_in_force(rules.day));
        self.edits.iter().any(|edit| match edit {
            Edit::Node(owner, ..) => match owner {
                Owner::Applies(index)
                | Owner::Met(index)
                | Owner::CureBy(index)
                | Owner::CuredOn(index)
                | Owner::Releases(index)
                | Owner::Keeps(index) => condition(index),
                Owner::Amount(index) | Owner::Release(index) => fund(index),
                _ => true,
            },
            Edit::Whole(Part::Condition(index, to)) => {
                condition(index) || to.in_force.is_none_or(|days| days.contains(rules.day))
            }
            Edit::Whole(Part::Fund(index, to)) => fund(index) || to.is_in_force(rules.day),
            Edit::Whole(Part::Parameter(index, to)) => {
                let before = match rules.chosen.get(*index) {
                    Some(Choice::Dated(at)) => {
                        rules.pack.parameters.get(*index).and_then(|parameter| parameter.dated.get(*at))
                    }
                    _ => None,
                };
                let after = to.on(rules.day).ok().and_then(|at| to.dated.get(at));
                match (before, after) {
                    (Some(before), Some(after)) => before.value != after.value,
                    (None, None) => false,
                    _ => true,
                }
            }
            Edit::Row { table, version, .. } => rules.pack.tables.get(*table).is_some_and(|table| {
                table.versions.iter().rposition(|version| version.from <= rules.day) == Some(*version)
            }),
            Edit::Whole(_) => true,
        })
    }
}

impl Pack {
    /// Every mutant, by place. The source is the pack's own: it tells where each part stands.
    pub fn mutants(&self, source: &PackSource) -> Vec<Mutant> {
        let mut found = scripts::mutants(self);
        let written = written::Written::of(source);
        found.extend(declared::mutants(self, &written));
        found.extend(tables::mutants(self));
        merged(found)
    }

    /// What comes of working with the pack as a mutant has it. Afterwards the pack is as it was.
    pub fn with<T>(&mut self, mutant: &Mutant, work: impl FnOnce(&Self) -> T) -> T {
        let mut kept = Vec::new();
        // From the last node to the first, so that no step changes the number of a node that is still to be found.
        for edit in mutant.edits.iter().rev() {
            kept.extend(self.take(edit));
        }
        let result = work(self);
        for part in kept.into_iter().rev() {
            self.put(part);
        }
        result
    }

    /// The ids of the conditions that a mutant is about: the one that it is in, or those that rest on what it is in.
    pub fn conditions_of<'p>(&'p self, mutant: &Mutant) -> Vec<&'p str> {
        let (kind, name) = mutant.of.split_once(' ').unwrap_or_default();
        let about = |condition: &Condition| match kind {
            "condition" => condition.id == name,
            "sign-off" => match condition.test {
                Test::SignOff(at) => self.sign_offs.get(at as usize).is_some_and(|sign_off| sign_off.id == name),
                _ => false,
            },
            "decision" => match condition.test {
                Test::Decision(at) => self.decisions.get(at as usize).is_some_and(|decision| decision.id == name),
                _ => false,
            },
            "parameter" => self.reads_parameter(condition, name),
            _ => condition.rests_on.iter().any(|on| on == name),
        };
        self.conditions.iter().filter(|condition| about(condition)).map(|condition| condition.id.as_str()).collect()
    }

    fn reads_parameter(&self, condition: &Condition, name: &str) -> bool {
        let reads = |script: &Expr| {
            let mut reads = false;
            script.walk(&mut |node| {
                if let Kind::Parameter(slot) = node.kind {
                    reads |= self.parameters.get(slot as usize).is_some_and(|parameter| parameter.name == name);
                }
            });
            reads
        };
        let by_deadline = match condition.test {
            Test::SignOff(at) => self.sign_offs.get(at as usize).is_some_and(|sign_off| match sign_off.by {
                Some(Deadline::Parameter(slot)) => {
                    self.parameters.get(slot as usize).is_some_and(|parameter| parameter.name == name)
                }
                _ => false,
            }),
            _ => false,
        };
        let met = match &condition.test {
            Test::Script(met) => Some(met),
            _ => None,
        };
        by_deadline
            || met.into_iter().chain(&condition.applies).any(reads)
            || condition.cure.iter().flat_map(Cure::scripts).any(reads)
    }

    /// Whether evidence is bound by this parameter: a deadline, or a check of what was supplied.
    fn binding_reads(&self, index: usize) -> bool {
        let is_deadline = self.sign_offs.iter().any(|sign_off| match sign_off.by {
            Some(Deadline::Parameter(slot)) => slot as usize == index,
            _ => false,
        });
        let mut reads = is_deadline;
        for suspect in self.facts.iter().filter_map(|fact| fact.suspect.as_ref()) {
            suspect.when.walk(&mut |node| {
                reads |= matches!(node.kind, Kind::Parameter(slot) if slot as usize == index);
            });
        }
        reads
    }

    fn take(&mut self, edit: &Edit) -> Option<Part> {
        match edit {
            Edit::Node(owner, number, turn) => {
                let node = self.script_mut(*owner)?.number_mut(*number)?;
                let kind = turn.of(&node.kind)?;
                Some(Part::Node(*owner, *number, std::mem::replace(&mut node.kind, kind)))
            }
            Edit::Whole(part) => self.put(part.clone()),
            Edit::Row { table: at, version, row, to } => {
                let mut table = Table::clone(self.tables.get(*at)?);
                *table.versions.get_mut(*version)?.rows.get_mut(*row)? = to.clone();
                self.put(Part::Table(*at, Arc::new(table)))
            }
        }
    }

    /// Puts a part in its place, and gives back what stood there.
    fn put(&mut self, part: Part) -> Option<Part> {
        fn swap<T>(of: &mut [T], at: usize, new: Box<T>) -> Option<Box<T>> {
            of.get_mut(at).map(|place| Box::new(std::mem::replace(place, *new)))
        }
        match part {
            Part::Node(owner, number, kind) => {
                let node = self.script_mut(owner)?.number_mut(number)?;
                Some(Part::Node(owner, number, std::mem::replace(&mut node.kind, kind)))
            }
            Part::Fact(at, new) => swap(&mut self.facts, at, new).map(|old| Part::Fact(at, old)),
            Part::Parameter(at, new) => swap(&mut self.parameters, at, new).map(|old| Part::Parameter(at, old)),
            Part::Value(at, new) => swap(&mut self.values, at, new).map(|old| Part::Value(at, old)),
            Part::SignOff(at, new) => swap(&mut self.sign_offs, at, new).map(|old| Part::SignOff(at, old)),
            Part::Decision(at, new) => swap(&mut self.decisions, at, new).map(|old| Part::Decision(at, old)),
            Part::Condition(at, new) => swap(&mut self.conditions, at, new).map(|old| Part::Condition(at, old)),
            Part::Fund(at, new) => swap(&mut self.funds, at, new).map(|old| Part::Fund(at, old)),
            Part::Portfolio(at, new) => swap(&mut self.portfolio, at, new).map(|old| Part::Portfolio(at, old)),
            Part::Table(at, new) => {
                let old = std::mem::replace(self.tables.get_mut(at)?, Arc::clone(&new));
                for owner in self.owners() {
                    let Some(script) = self.script_mut(owner) else { continue };
                    script.walk_mut(&mut |node| match &mut node.kind {
                        Kind::Lookup(lookup) if Arc::ptr_eq(&lookup.table, &old) => lookup.table = Arc::clone(&new),
                        _ => {}
                    });
                }
                Some(Part::Table(at, old))
            }
        }
    }

    /// Which scripts there may be.
    fn owners(&self) -> Vec<Owner> {
        let each = |count: usize, kinds: &[fn(usize) -> Owner]| -> Vec<Owner> {
            (0..count).flat_map(|index| kinds.iter().map(move |kind| kind(index))).collect()
        };
        let of_conditions: [fn(usize) -> Owner; 6] =
            [Owner::Applies, Owner::Met, Owner::CureBy, Owner::CuredOn, Owner::Releases, Owner::Keeps];
        [
            each(self.facts.len(), &[Owner::Suspect]),
            each(self.values.len(), &[Owner::Value]),
            each(self.portfolio.len(), &[Owner::Contribution, Owner::TakingPart]),
            each(self.conditions.len(), &of_conditions),
            each(self.funds.len(), &[Owner::Amount, Owner::Release]),
        ]
        .concat()
    }

    fn script(&self, owner: Owner) -> Option<&Expr> {
        let cure = |index: usize| self.conditions.get(index)?.cure.as_ref();
        match owner {
            Owner::Suspect(index) => self.facts.get(index)?.suspect.as_ref().map(|suspect| &suspect.when),
            Owner::Value(index) => self.values.get(index).map(|value| &value.is),
            Owner::Contribution(index) => self.portfolio.get(index).map(|value| &value.of),
            Owner::TakingPart(index) => self.portfolio.get(index)?.taking_part.as_ref(),
            Owner::Applies(index) => self.conditions.get(index)?.applies.as_ref(),
            Owner::Met(index) => match &self.conditions.get(index)?.test {
                Test::Script(met) => Some(met),
                _ => None,
            },
            Owner::CureBy(index) => cure(index).map(|cure| &cure.by),
            Owner::CuredOn(index) => cure(index).map(|cure| &cure.cured_on),
            Owner::Releases(index) => cure(index)?.releases.as_ref(),
            Owner::Keeps(index) => cure(index)?.keeps.as_ref(),
            Owner::Amount(index) => self.funds.get(index).map(|fund| &fund.amount),
            Owner::Release(index) => self.funds.get(index)?.release.as_ref(),
        }
    }

    fn script_mut(&mut self, owner: Owner) -> Option<&mut Expr> {
        match owner {
            Owner::Suspect(index) => self.facts.get_mut(index)?.suspect.as_mut().map(|suspect| &mut suspect.when),
            Owner::Value(index) => self.values.get_mut(index).map(|value| &mut value.is),
            Owner::Contribution(index) => self.portfolio.get_mut(index).map(|value| &mut value.of),
            Owner::TakingPart(index) => self.portfolio.get_mut(index)?.taking_part.as_mut(),
            Owner::Applies(index) => self.conditions.get_mut(index)?.applies.as_mut(),
            Owner::Met(index) => match &mut self.conditions.get_mut(index)?.test {
                Test::Script(met) => Some(met),
                _ => None,
            },
            Owner::CureBy(index) => self.conditions.get_mut(index)?.cure.as_mut().map(|cure| &mut cure.by),
            Owner::CuredOn(index) => self.conditions.get_mut(index)?.cure.as_mut().map(|cure| &mut cure.cured_on),
            Owner::Releases(index) => self.conditions.get_mut(index)?.cure.as_mut()?.releases.as_mut(),
            Owner::Keeps(index) => self.conditions.get_mut(index)?.cure.as_mut()?.keeps.as_mut(),
            Owner::Amount(index) => self.funds.get_mut(index).map(|fund| &mut fund.amount),
            Owner::Release(index) => self.funds.get_mut(index)?.release.as_mut(),
        }
    }

    /// What an author calls the declaration of a script.
    fn called(&self, owner: Owner) -> String {
        let named = |kind: &str, name: Option<&String>| format!("{kind} {}", name.map_or("", String::as_str));
        match owner {
            Owner::Suspect(index) => named("fact", self.facts.get(index).map(|fact| &fact.name)),
            Owner::Value(index) => named("value", self.values.get(index).map(|value| &value.name)),
            Owner::Contribution(index) | Owner::TakingPart(index) => {
                named("portfolio", self.portfolio.get(index).map(|value| &value.name))
            }
            Owner::Applies(index)
            | Owner::Met(index)
            | Owner::CureBy(index)
            | Owner::CuredOn(index)
            | Owner::Releases(index)
            | Owner::Keeps(index) => named("condition", self.conditions.get(index).map(|condition| &condition.id)),
            Owner::Amount(index) | Owner::Release(index) => named("fund", self.funds.get(index).map(|fund| &fund.id)),
        }
    }
}

/// Mutants by place, and as one where a text is lowered more than once.
fn merged(found: Vec<Mutant>) -> Vec<Mutant> {
    let mut known: BTreeMap<(String, u32, u32, String), Mutant> = BTreeMap::new();
    for mutant in found {
        let (file, _, line, column) = mutant.place.key();
        let key = (file.to_owned(), line, column, mutant.change());
        match known.get_mut(&key) {
            Some(first) => first.edits.extend(mutant.edits),
            None => {
                known.insert(key, mutant);
            }
        }
    }
    known.into_values().collect()
}

/// The day before and the day after.
fn neighbours(date: Date) -> impl Iterator<Item = Date> {
    [date.yesterday(), date.tomorrow()].into_iter().filter_map(Result::ok)
}
