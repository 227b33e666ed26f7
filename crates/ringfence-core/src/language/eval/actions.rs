//! What sets the locals of a script: assignments, those that rest on a test, and those for each row.

use super::{LACKING, Machine, cell};
use crate::language::ir::{Action, Comparison};
use crate::language::value::{Family, State, Truth, Val};

impl Machine<'_> {
    pub(crate) fn act(&mut self, actions: &[Action]) {
        for action in actions {
            match action {
                Action::Set { local, ty, value, .. } => self.bind(*local, ty.family(), value),
                Action::When(when) => match self.truth(&when.test) {
                    Truth::True => self.act(&when.then),
                    Truth::False => self.act(&when.other),
                    test => self.act_either(test, &when.then, &when.other, &when.sets),
                },
                Action::Each { rows, body, sets, .. } => {
                    let state = self.for_rows(rows, last_site(body, rows.site), |machine, kept| {
                        if kept == Truth::True {
                            machine.act(body);
                        } else {
                            machine.act_either(kept, body, &[], sets);
                        }
                        true
                    });
                    if state != State::Known {
                        for (local, family) in sets {
                            self.set(*local, family.absent(state));
                        }
                    }
                }
            }
        }
    }

    /// Takes both sides, because the test is neither true nor false, and keeps what they agree on.
    #[cold]
    pub(super) fn act_either(&mut self, test: Truth, then: &[Action], other: &[Action], sets: &[(u16, Family)]) {
        let held = |machine: &Self| -> Vec<Val> {
            sets.iter().map(|(local, _)| machine.locals.get(*local as usize).copied().unwrap_or(LACKING)).collect()
        };
        let fault = self.fault;
        let before = held(self);
        self.act(then);
        let thens = held(self);
        for ((local, _), value) in sets.iter().zip(&before) {
            self.set(*local, *value);
        }
        self.act(other);
        let faulty = self.fault != fault;
        self.fault = fault;
        for ((local, family), then) in sets.iter().zip(thens) {
            let other = cell(self.locals, *local as usize);
            if !self.same(then, other) {
                self.set(*local, family.absent(Self::either(faulty, test, then, other)));
            }
        }
    }

    /// Whether two values are known and the same.
    fn same(&mut self, left: Val, right: Val) -> bool {
        match (left, right) {
            (Val::Num(left), Val::Num(right)) => self.compare(Comparison::Equal, left, right) == Truth::True,
            (left, right) => left.state() == State::Known && left == right,
        }
    }
}

/// The site of the last node of these actions.
pub(crate) fn last_site(actions: &[Action], least: u32) -> u32 {
    actions.iter().fold(least, |last, action| match action {
        Action::Set { value, .. } => last.max(value.site),
        Action::When(when) => last_site(&when.other, last_site(&when.then, last.max(when.test.site))),
        Action::Each { body, rows, .. } => last_site(body, last.max(rows.site)),
    })
}
