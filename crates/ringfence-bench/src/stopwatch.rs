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

/// How long the threads of this process have had a processor, those that have ended too, where the system tells; a
/// machine that others share is no fair clock.
fn worked() -> Option<Duration> {
    /// What Linux counts in, for every program.
    const TICK: Duration = Duration::from_millis(10);
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes before, in brackets, and may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(TICK * user.saturating_add(system))
}

/// How long the same work took, run after run.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    elapsed: Vec<Duration>,
    worked: Vec<Duration>,
}

impl Taken {
    /// Adds a run of the work, and gives what came of it.
    pub fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (start, before) = (Instant::now(), worked());
        let came = work();
        self.elapsed.push(start.elapsed());
        self.worked.extend(worked().zip(before).map(|(after, before)| after.saturating_sub(before)));
        came
    }

    /// The same for each of so many parts.
    #[must_use]
    pub fn each(&self, parts: usize) -> Self {
        let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
        let each = |times: &[Duration]| times.iter().map(|time| *time / parts).collect();
        Self { elapsed: each(&self.elapsed), worked: each(&self.worked) }
    }

    /// The median by the clock on the wall.
    pub fn median(&self) -> Duration {
        median(self.elapsed.clone())
    }

    /// The least and the most by the clock on the wall.
    pub fn range(&self) -> (Duration, Duration) {
        let least = self.elapsed.iter().min().copied().unwrap_or_default();
        (least, self.elapsed.iter().max().copied().unwrap_or_default())
    }

    /// The median of the time on processors, by the clock on the wall where the system does not tell.
    pub fn worked(&self) -> Duration {
        if self.worked.is_empty() { self.median() } else { median(self.worked.clone()) }
    }
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

fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
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
