//! How much work the scripts of a pack may be.

use crate::diagnostic::{Code, Diagnostic};
use crate::fields::Mistakes;
use crate::language::ir::{Expr, Kind};
use crate::language::lower::Shape;
use crate::pack::{Condition, DerivedValue, Fact, Fund, Test};
use crate::period::Periods;
use crate::source::Place;

/// The most steps that the scripts of a pack may take for one case, lists aside: each node counts for each period.
const MOST_STEPS: usize = 4_000_000;

/// Scripts that are asked for each of many periods take work and room that a reader of the pack does not see.
pub(super) fn limit(
    facts: &[Fact],
    conditions: &[Condition],
    funds: &[Fund],
    values: &[DerivedValue],
    periods: Option<Periods>,
    place: &Place,
    mistakes: &mut Mistakes,
) {
    let count = periods.map_or(1, |periods| periods.len());
    let mut steps: usize = 0;
    let mut add = |script: &Expr, times: usize| {
        script.walk(&mut |node| {
            // A sum over a series looks at each of its periods.
            let each = if matches!(node.kind, Kind::FoldSeries(..)) { count } else { 1 };
            steps = steps.saturating_add(each.saturating_mul(times));
        });
    };
    let times = |by_period: bool| if by_period { count } else { 1 };
    for value in values {
        add(&value.is, times(value.per_period));
    }
    for fact in facts {
        fact.suspect.iter().for_each(|suspect| add(&suspect.when, times(matches!(fact.shape, Shape::Series(_)))));
    }
    for condition in conditions {
        condition.applies.iter().for_each(|applies| add(applies, 1));
        if let Test::Script(met) = &condition.test {
            add(met, 1);
        }
    }
    for fund in funds {
        add(&fund.amount, 1);
        fund.release.iter().for_each(|release| add(release, times(fund.tranches)));
    }
    if steps > MOST_STEPS {
        let message = format!("the scripts take {steps} steps for a case, and may take {MOST_STEPS}");
        let diagnostic = Diagnostic::error(Code::TOO_LARGE, place.clone(), message);
        mistakes.push(
            diagnostic.help("each operation counts once for each period that it is asked for; make two packs of it"),
        );
    }
}
