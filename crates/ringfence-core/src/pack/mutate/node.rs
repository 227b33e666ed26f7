//! The nodes of a lowered script, by their number, so that one of them can be put in another's place.

use crate::language::ir::{Action, Expr, Kind, Rows};

impl Expr {
    /// The nodes right below this one, as [`Expr::below`] has them, to be changed.
    fn below_mut(&mut self) -> Vec<&mut Self> {
        let mut below = Vec::new();
        match &mut self.kind {
            Kind::Let { value, then, .. } => below.extend([&mut **value, &mut **then]),
            Kind::Call(call) => below.extend(call.args.iter_mut().map(|(_, arg)| arg)),
            Kind::Lookup(lookup) => below.extend(lookup.args.iter_mut().map(|(_, arg)| arg)),
            Kind::If(parts) | Kind::Clamp(parts) | Kind::Share(parts) => below.extend(parts.iter_mut()),
            Kind::OrElse(sides)
            | Kind::Compare(_, sides)
            | Kind::CompareWords(_, sides)
            | Kind::SameTruth { sides, .. }
            | Kind::Includes(sides)
            | Kind::Add(sides)
            | Kind::Subtract(sides)
            | Kind::Multiply(sides)
            | Kind::Divide(sides)
            | Kind::DaysBetween(sides) => below.extend(sides.iter_mut()),
            Kind::And(parts) | Kind::Or(parts) | Kind::Least(parts) | Kind::Greatest(parts) => below.extend(parts),
            Kind::Plugin(call) => below.extend(&mut call.arguments),
            Kind::Not(inner)
            | Kind::CoversWeek(inner)
            | Kind::Applicable(_, inner)
            | Kind::Negate(inner)
            | Kind::Magnitude(inner)
            | Kind::Round(_, inner)
            | Kind::DayCount(inner) => below.push(inner),
            Kind::Quantify { rows, test: body, .. }
            | Kind::SumRows(rows, body)
            | Kind::LeastRow(rows, body)
            | Kind::GreatestRow(rows, body)
            | Kind::MeanRow(rows, body)
            | Kind::Consecutive(rows, body) => {
                below.extend(&mut rows.filters);
                below.push(body);
            }
            Kind::Allocate(shared) => {
                below.push(&mut shared.total);
                below.extend(&mut shared.rows.filters);
                below.push(&mut shared.weight);
            }
            Kind::Do { actions, then } => {
                of_actions_mut(actions, &mut below);
                below.push(then);
            }
            Kind::Count(rows) => below.extend(&mut rows.filters),
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Parameter(_)
            | Kind::Portfolio(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_)
            | Kind::FoldSeries(..) => {}
        }
        below
    }

    /// The node of this number, counted from the top as [`Expr::walk`] visits them.
    pub(super) fn number_mut(&mut self, number: usize) -> Option<&mut Self> {
        self.count_down(&mut { number })
    }

    fn count_down(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        self.below_mut().into_iter().find_map(|node| node.count_down(left))
    }

    /// Changes this node and every node below it.
    pub(super) fn walk_mut(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for node in self.below_mut() {
            node.walk_mut(change);
        }
    }
}

fn of_actions_mut<'e>(actions: &'e mut [Action], below: &mut Vec<&'e mut Expr>) {
    for action in actions {
        match action {
            Action::Set { value, .. } => below.push(value),
            Action::When(when) => {
                below.push(&mut when.test);
                of_actions_mut(&mut when.then, below);
                of_actions_mut(&mut when.other, below);
            }
            Action::Each { rows, body, .. } => {
                below.extend(&mut rows.filters);
                of_actions_mut(body, below);
            }
        }
    }
}

impl Kind {
    /// The rows that this goes through, if it does.
    pub(super) fn rows(&self) -> Option<&Rows> {
        match self {
            Self::Quantify { rows, .. }
            | Self::SumRows(rows, _)
            | Self::LeastRow(rows, _)
            | Self::GreatestRow(rows, _)
            | Self::MeanRow(rows, _)
            | Self::Consecutive(rows, _)
            | Self::Count(rows) => Some(rows),
            Self::Allocate(shared) => Some(&shared.rows),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn rows_mut(&mut self) -> Option<&mut Rows> {
        match self {
            Self::Quantify { rows, .. }
            | Self::SumRows(rows, _)
            | Self::LeastRow(rows, _)
            | Self::GreatestRow(rows, _)
            | Self::MeanRow(rows, _)
            | Self::Consecutive(rows, _)
            | Self::Count(rows) => Some(rows),
            Self::Allocate(shared) => Some(&mut shared.rows),
            _ => None,
        }
    }
}
