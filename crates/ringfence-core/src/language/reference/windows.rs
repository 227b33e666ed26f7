//! Rows of series and periods, as Rhai's own lists.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rhai::{Array, Dynamic, Engine, FnPtr, ImmutableString, NativeCallContext};

use super::{Fallible, Ordinal, Series, all_numbers, fault, sum};
use crate::exact::Exact;
use crate::period::Period;

/// The place of a record in its list, among its fields.
pub(super) const ROW: &str = "#row";

fn mean(values: &[Dynamic]) -> Fallible<Dynamic> {
    if values.is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let count = Exact::whole(i64::try_from(values.len()).map_err(fault)?);
    sum(values)?.divide(count).map(Dynamic::from).map_err(fault)
}

fn extreme(values: &[Dynamic], choose: fn(Exact, Exact) -> Exact) -> Fallible<Dynamic> {
    Ok(all_numbers(values)?.into_iter().reduce(choose).map_or(Dynamic::UNIT, Dynamic::from))
}

pub(super) fn register(engine: &mut Engine, now: &Arc<AtomicUsize>) {
    engine.register_iterator::<Series>();
    engine.register_fn("at", |series: Series, name: ImmutableString| -> Fallible<Dynamic> {
        let period: Period = name.parse().map_err(fault)?;
        let at = usize::try_from(i64::from(period.ordinal()) - series.first).map_err(fault)?;
        series.cells.get(at).cloned().ok_or_else(|| fault("no such period"))
    });
    let at = Arc::clone(now);
    engine.register_fn("previous", move |series: Series| before(&series, &at, 1));
    let at = Arc::clone(now);
    engine.register_fn("previous", move |series: Series, back: i64| before(&series, &at, back));
    let at = Arc::clone(now);
    engine.register_fn("so_far", move |series: Series| -> Array {
        series.cells.into_iter().take(at.load(Ordering::Relaxed) + 1).collect()
    });
    let at = Arc::clone(now);
    engine.register_fn("recent", move |series: Series, most: i64| -> Fallible<Array> {
        let through = at.load(Ordering::Relaxed) + 1;
        let from = through.saturating_sub(usize::try_from(most).map_err(fault)?);
        Ok(series.cells.into_iter().take(through).skip(from).collect())
    });
    let at = Arc::clone(now);
    engine.register_fn("lowest_to_date", move |series: Series| {
        let run: Array = series.cells.into_iter().take(at.load(Ordering::Relaxed) + 1).collect();
        extreme(&run, Exact::min)
    });
    let at = Arc::clone(now);
    engine.register_fn("consecutive", move |series: Series| run_of(&series.cells, &at));
    let at = Arc::clone(now);
    engine.register_fn("consecutive", move |cells: Array| run_of(&cells, &at));
    engine.register_fn("mean", |values: Array| mean(&values));
    engine.register_fn("min", |values: Array| extreme(&values, Exact::min));
    engine.register_fn("max", |values: Array| extreme(&values, Exact::max));
    engine.register_fn("mean", |series: Series| mean(&series.cells));
    engine.register_fn("min", |series: Series| extreme(&series.cells, Exact::min));
    engine.register_fn("max", |series: Series| extreme(&series.cells, Exact::max));
    engine.register_fn("len", |series: Series| i64::try_from(series.cells.len()).unwrap_or(0));
    engine.register_fn("map", |context: NativeCallContext, series: Series, body: FnPtr| -> Fallible<Array> {
        series.cells.into_iter().map(|cell| body.call_within_context::<Dynamic>(&context, (cell,))).collect()
    });
    engine.register_fn("filter", |context: NativeCallContext, series: Series, test: FnPtr| -> Fallible<Array> {
        let mut kept = Array::new();
        for cell in series.cells {
            if test.call_within_context::<bool>(&context, (cell.clone(),))? {
                kept.push(cell);
            }
        }
        Ok(kept)
    });
    let passing = |context: &NativeCallContext<'_>, series: &Series, test: &FnPtr| -> Fallible<usize> {
        let mut passed = 0;
        for cell in &series.cells {
            passed += usize::from(test.call_within_context::<bool>(context, (cell.clone(),))?);
        }
        Ok(passed)
    };
    engine.register_fn("all", move |context: NativeCallContext, series: Series, test: FnPtr| {
        passing(&context, &series, &test).map(|passed| passed == series.cells.len())
    });
    engine.register_fn("some", move |context: NativeCallContext, series: Series, test: FnPtr| {
        passing(&context, &series, &test).map(|passed| passed > 0)
    });
    engine.register_fn("none", move |context: NativeCallContext, series: Series, test: FnPtr| {
        passing(&context, &series, &test).map(|passed| passed == 0)
    });
    engine.register_fn("contains", |series: Series, wanted: Dynamic| -> Fallible<bool> {
        let wanted = super::number(&wanted)?;
        Ok(all_numbers(&series.cells)?.contains(&wanted))
    });
    engine.register_fn("==", |left: Ordinal, right: Ordinal| left == right);
}

fn before(series: &Series, now: &AtomicUsize, back: i64) -> Fallible<Dynamic> {
    let back = usize::try_from(back).map_err(fault)?;
    match now.load(Ordering::Relaxed).checked_sub(back) {
        None => Ok(Dynamic::UNIT),
        Some(at) => series.cells.get(at).cloned().ok_or_else(|| fault("no such period")),
    }
}

/// How many cells up to and including this period are true, the last of them in a row.
fn run_of(cells: &[Dynamic], now: &AtomicUsize) -> Fallible<i64> {
    let mut run = 0;
    for cell in cells.get(..=now.load(Ordering::Relaxed)).unwrap_or_default() {
        run = if cell.as_bool().map_err(fault)? { run + 1 } else { 0 };
    }
    Ok(run)
}

impl IntoIterator for Series {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        self.cells.into_iter()
    }
}
