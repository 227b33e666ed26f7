//! A fair stopwatch: contestants take turns in one run, and their ratio is taken round by round, so
//! that a machine which changes its speed changes it for all.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// One of several ways to do the same work.
pub struct Contestant<'a> {
    /// What it is called in the table.
    pub name: &'a str,
    /// Does the work on every case once.
    pub run: Box<dyn FnMut() + 'a>,
}

impl std::fmt::Debug for Contestant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contestant").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What was measured of a contestant.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The median of nanoseconds a case.
    pub median: u64,
    /// The lowest and the highest.
    pub range: (u64, u64),
    /// The median of the ratio to the first contestant, in hundredths.
    pub ratio: u64,
}

/// Lets the contestants take turns, `rounds` times, each slice as long as `slice` at least.
pub fn race(contestants: &mut [Contestant<'_>], cases: usize, rounds: usize, slice: Duration) -> Vec<Row> {
    let mut times: Vec<Vec<u64>> = vec![Vec::new(); contestants.len()];
    for round in 0..=rounds {
        for turn in 0..contestants.len() {
            let at = (turn + round) % contestants.len();
            let Some(contestant) = contestants.get_mut(at) else { continue };
            let nanos = slice_of(contestant, cases, slice);
            // The first round warms caches and is not counted.
            if let (true, Some(times)) = (round > 0, times.get_mut(at)) {
                times.push(nanos);
            }
        }
    }
    let first = times.first().cloned().unwrap_or_default();
    contestants
        .iter()
        .zip(&times)
        .map(|(contestant, times)| {
            let ratios =
                times.iter().zip(&first).map(|(own, first)| own.saturating_mul(100) / (*first).max(1)).collect();
            Row {
                name: contestant.name.to_owned(),
                median: median(times.clone()),
                range: (times.iter().copied().min().unwrap_or(0), times.iter().copied().max().unwrap_or(0)),
                ratio: median(ratios),
            }
        })
        .collect()
}

fn slice_of(contestant: &mut Contestant<'_>, cases: usize, slice: Duration) -> u64 {
    let start = Instant::now();
    let mut turns = 0_u64;
    loop {
        (contestant.run)();
        turns += 1;
        let taken = start.elapsed();
        if taken >= slice {
            let all = u128::from(turns) * cases as u128;
            // Tenths of a nanosecond, so that the fastest are told apart.
            return u64::try_from(taken.as_nanos() * 10 / all.max(1)).unwrap_or(u64::MAX);
        }
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// The rows as a table. `reference` names the row that the last column divides by.
pub fn table(rows: &[Row], reference: &str) -> String {
    let base = rows.iter().find(|row| row.name == reference).map_or(1, |row| row.median.max(1));
    let mut text = format!(
        "{:<44} {:>12} {:>21} {:>10} {:>14}\n",
        "per case",
        "median ns",
        "lowest to highest",
        "x first",
        format!("{reference} is")
    );
    for row in rows {
        let tenths = |value: u64| format!("{}.{}", value / 10, value % 10);
        let hundredths = |value: u64| format!("{}.{:02}", value / 100, value % 100);
        let times = base.saturating_mul(100).checked_div(row.median.max(1)).unwrap_or(0);
        let range = format!("{} to {}", tenths(row.range.0), tenths(row.range.1));
        let _ = writeln!(
            text,
            "{:<44} {:>12} {:>21} {:>10} {:>13}x",
            row.name,
            tenths(row.median),
            range,
            hundredths(row.ratio),
            hundredths(times)
        );
    }
    text
}
