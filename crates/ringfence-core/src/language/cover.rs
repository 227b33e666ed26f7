//! The coverage reading: which ways of a script are gone.
//!
//! It goes through a script as the readings do, and asks one of them for every test that it meets. Asking the value
//! reading, it finds the ways that one case goes; asking the bounds reading of a case of which nothing is known, the ways
//! that some case may go. Both are one walk, so that they cannot disagree about what there is to go.
//!
//! Visiting a node leaves the locals as they were, and so each is worked out once more by whoever asks for its value: a
//! reading knows nothing of this.

use std::collections::BTreeSet;

use super::ir::{Action, Allocate, Expr, Kind, Lookup, Rows, When};
use super::possible::Truths;
use super::value::{Family, Truth};

/// One way that a script can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// The test of a choice holds.
    Then,
    /// It does not.
    Else,
    /// What stands before `??` applies.
    First,
    /// It does not, and what stands behind it takes its place.
    StandIn,
    /// A share of a whole that is above nought.
    Shared,
    /// What there is in place of a share of nothing.
    Otherwise,
    /// A `for` has something to go through.
    Entered,
    /// A part of `&&` or `||`, or the test of a row, holds.
    Holds,
    /// It does not.
    Fails,
}

/// What was met on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Met {
    /// A way at a node, by its site.
    Way(u32, Way),
    /// A parameter was read.
    Parameter(u32),
    /// A table was asked whose version in force is in this cell of the parameters; a row of it decides.
    Row(u32, usize),
    /// No row did, and its default stands in.
    Default(u32),
}

/// What a row's filters come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    Maybe,
    No,
}

/// A reading that can be asked.
pub(crate) trait Asked<'e> {
    /// The locals as they are.
    type Locals;
    /// Whether what is not known for certain is gone into all the same.
    const OPEN: bool;

    fn locals(&self) -> Self::Locals;
    fn restore(&mut self, locals: &Self::Locals);
    /// How a test comes out. Where evidence is missing for it, it does not come out at all.
    fn truths(&mut self, test: &'e Expr) -> Truths;
    /// Whether there is a value, and whether it does not apply.
    fn applies(&mut self, family: Family, expr: &'e Expr) -> (bool, bool);
    /// Whether a number is nought or less.
    fn at_most_nought(&mut self, number: &'e Expr) -> Truths;
    fn bind(&mut self, local: u16, family: Family, value: &'e Expr);
    /// The first cell or the place of each row; of rows of which nothing is known, one that stands for them.
    fn rows(&mut self, rows: &Rows) -> Vec<Option<u32>>;
    /// The periods up to the one ruled on, the latest first.
    fn periods_back(&self) -> Vec<u32>;
    fn turn(&mut self, local: u16, row: Option<u32>);
    /// Does what an action does.
    fn perform(&mut self, action: &'e Action);
    /// Does what the body of a `for` does for the row at hand.
    fn perform_turn(&mut self, kept: Kept, body: &'e [Action], sets: &[(u16, Family)]);
    /// The rows of a table that decide, or may, and whether its default does.
    fn decides(&mut self, lookup: &'e Lookup) -> (Vec<usize>, bool);
}

/// Goes through scripts and gathers what it meets.
#[derive(Debug)]
pub(crate) struct Walk<'m, R> {
    pub(crate) reading: R,
    pub(crate) met: &'m mut BTreeSet<Met>,
}

impl<'e, R: Asked<'e>> Walk<'_, R> {
    fn note(&mut self, site: u32, way: Way) {
        self.met.insert(Met::Way(site, way));
    }

    /// Visits an expression that is reached.
    pub(crate) fn visit(&mut self, family: Family, expr: &'e Expr) {
        let site = expr.site;
        match &expr.kind {
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Portfolio(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_)
            | Kind::FoldSeries(..) => {}
            Kind::Parameter(slot) => {
                self.met.insert(Met::Parameter(*slot));
            }
            Kind::Let { local, family: of, value, then } => {
                self.visit(*of, value);
                self.reading.bind(*local, *of, value);
                self.visit(family, then);
            }
            Kind::Do { actions, then } => {
                let before = self.reading.locals();
                self.actions(actions);
                self.visit(family, then);
                self.reading.restore(&before);
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                let truths = self.test(test);
                self.choice(site, truths, (Way::Then, then), (Way::Else, other), family);
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                self.visit(family, first);
                let (known, absent) = self.reading.applies(family, first);
                if known {
                    self.note(site, Way::First);
                }
                if absent {
                    self.note(site, Way::StandIn);
                    self.visit(family, other);
                }
            }
            Kind::Share(parts) => {
                let [part, whole, otherwise] = &**parts;
                self.visit(Family::Num, part);
                self.visit(Family::Num, whole);
                let nought = self.reading.at_most_nought(whole);
                if nought.may_be(Truth::False) {
                    self.note(site, Way::Shared);
                }
                if nought.may_be(Truth::True) {
                    self.note(site, Way::Otherwise);
                    self.visit(Family::Num, otherwise);
                }
            }
            Kind::And(parts) => self.parts(parts, Truth::False),
            Kind::Or(parts) => self.parts(parts, Truth::True),
            Kind::Not(inner) => self.visit(Family::Truth, inner),
            Kind::SameTruth { sides, .. } => sides.iter().for_each(|side| self.visit(Family::Truth, side)),
            Kind::CompareWords(_, sides) | Kind::Includes(sides) | Kind::DaysBetween(sides) => {
                sides.iter().for_each(|side| self.visit(Family::Word, side));
            }
            Kind::Compare(_, sides)
            | Kind::Add(sides)
            | Kind::Subtract(sides)
            | Kind::Multiply(sides)
            | Kind::Divide(sides) => sides.iter().for_each(|side| self.visit(Family::Num, side)),
            Kind::Clamp(parts) => parts.iter().for_each(|part| self.visit(Family::Num, part)),
            Kind::Least(parts) | Kind::Greatest(parts) => {
                for part in parts {
                    self.visit(Family::Num, part);
                }
            }
            Kind::CoversWeek(inner) | Kind::DayCount(inner) => self.visit(Family::Word, inner),
            Kind::Applicable(of, inner) => self.visit(*of, inner),
            Kind::Negate(inner) | Kind::Magnitude(inner) | Kind::Round(_, inner) => self.visit(Family::Num, inner),
            Kind::Call(call) => call.args.iter().for_each(|(of, arg)| self.visit(*of, arg)),
            Kind::Lookup(lookup) => self.lookup(lookup),
            Kind::Plugin(call) => {
                for (argument, ty) in call.arguments.iter().zip(call.function.arguments()) {
                    self.visit(ty.family(), argument);
                }
            }
            Kind::Quantify { quantity, rows, test } => {
                let decided = Truths::of(Truth::from_bool(*quantity != super::ir::Quantity::All));
                self.each(rows, |walk, kept| {
                    let truths = walk.limb(test);
                    kept != Kept::Yes || truths != decided
                });
            }
            Kind::SumRows(rows, body)
            | Kind::LeastRow(rows, body)
            | Kind::GreatestRow(rows, body)
            | Kind::MeanRow(rows, body) => self.each(rows, |walk, _| {
                walk.visit(Family::Num, body);
                true
            }),
            Kind::Count(rows) => self.each(rows, |_, _| true),
            Kind::Consecutive(rows, test) => {
                for position in self.reading.periods_back() {
                    self.reading.turn(rows.local, Some(position));
                    if !self.limb(test).may_be(Truth::True) {
                        break;
                    }
                }
            }
            Kind::Allocate(shared) => self.allocate(shared),
        }
    }

    /// A test, and how it comes out.
    fn test(&mut self, test: &'e Expr) -> Truths {
        self.visit(Family::Truth, test);
        self.reading.truths(test)
    }

    /// A test that is a limb of something: it should be seen both ways.
    fn limb(&mut self, test: &'e Expr) -> Truths {
        let truths = self.test(test);
        if truths.may_be(Truth::True) {
            self.note(test.site, Way::Holds);
        }
        if truths.may_be(Truth::False) {
            self.note(test.site, Way::Fails);
        }
        truths
    }

    fn choice(
        &mut self,
        site: u32,
        truths: Truths,
        (then_way, then): (Way, &'e Expr),
        (else_way, other): (Way, &'e Expr),
        family: Family,
    ) {
        if truths.may_be(Truth::True) {
            self.note(site, then_way);
            self.visit(family, then);
        }
        if truths.may_be(Truth::False) {
            self.note(site, else_way);
            self.visit(family, other);
        }
    }

    /// The parts of `&&` or `||`, up to the one that decides.
    fn parts(&mut self, parts: &'e [Expr], decided: Truth) {
        for part in parts {
            if self.limb(part) == Truths::of(decided) {
                break;
            }
        }
    }

    /// What the filters come to for the row at hand. One that always holds where it stands is no limb.
    fn kept(&mut self, rows: &'e Rows) -> Kept {
        let mut kept = Kept::Yes;
        for filter in &rows.filters {
            let truths = self.limb(filter);
            if truths == Truths::of(Truth::True) {
                continue;
            }
            if truths != Truths::NONE && !truths.may_be(Truth::True) {
                return Kept::No;
            }
            kept = Kept::Maybe;
        }
        kept
    }

    /// Goes through the rows that are kept, as long as `each` says so.
    fn each(&mut self, rows: &'e Rows, mut each: impl FnMut(&mut Self, Kept) -> bool) {
        for row in self.reading.rows(rows) {
            self.reading.turn(rows.local, row);
            let kept = self.kept(rows);
            let gone_into = kept == Kept::Yes || (R::OPEN && kept == Kept::Maybe);
            if gone_into && !each(self, kept) {
                break;
            }
        }
    }

    fn allocate(&mut self, shared: &'e Allocate) {
        self.visit(Family::Num, &shared.total);
        self.each(&shared.rows, |walk, _| {
            walk.visit(Family::Num, &shared.weight);
            true
        });
    }

    fn lookup(&mut self, lookup: &'e Lookup) {
        lookup.args.iter().for_each(|(family, arg)| self.visit(*family, arg));
        let (rows, default) = self.reading.decides(lookup);
        self.met.extend(rows.into_iter().map(|row| Met::Row(lookup.cell, row)));
        if default {
            self.met.insert(Met::Default(lookup.cell));
        }
    }

    fn actions(&mut self, actions: &'e [Action]) {
        for action in actions {
            let before = self.reading.locals();
            match action {
                Action::Set { ty, value, .. } => self.visit(ty.family(), value),
                Action::When(when) => self.when(when),
                Action::Each { rows, body, sets, .. } => self.turns(rows, body, sets),
            }
            self.reading.restore(&before);
            self.reading.perform(action);
        }
    }

    fn when(&mut self, when: &'e When) {
        let truths = self.test(&when.test);
        let before = self.reading.locals();
        for (truth, way, actions) in [(Truth::True, Way::Then, &when.then), (Truth::False, Way::Else, &when.other)] {
            if truths.may_be(truth) {
                self.note(when.test.site, way);
                self.actions(actions);
                self.reading.restore(&before);
            }
        }
    }

    fn turns(&mut self, rows: &'e Rows, body: &'e [Action], sets: &[(u16, Family)]) {
        for row in self.reading.rows(rows) {
            if row.is_none() {
                // Of how many rows there were before it, nothing is known.
                self.reading.perform_turn(Kept::Maybe, &[], sets);
            }
            self.reading.turn(rows.local, row);
            let kept = self.kept(rows);
            if kept == Kept::Yes || (R::OPEN && kept == Kept::Maybe) {
                self.note(rows.site, Way::Entered);
                let before = self.reading.locals();
                self.actions(body);
                self.reading.restore(&before);
            }
            self.reading.turn(rows.local, row);
            self.reading.perform_turn(kept, body, sets);
        }
    }
}
