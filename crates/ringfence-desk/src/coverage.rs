//! What the test cases of a pack exercise of it.

use ringfence_core::case::Case;
use ringfence_core::evaluate::Options;
use ringfence_reporting::coverage::{Coverage, Covered};

use crate::desk::Desk;

impl Desk {
    /// What the test cases exercise of the pack.
    pub fn coverage(&self) -> Coverage {
        let coverable = self.pack.coverable();
        let mut points: Vec<Covered> =
            coverable.points().iter().map(|point| Covered { point: point.clone(), cases: 0, first: None }).collect();
        let cases: Vec<Case> = self.cases.iter().filter_map(|case| case.read.as_ref().ok().cloned()).collect();
        let mut exercised = self.pack.exercised(&coverable, &cases, &Options::default()).into_iter();
        let mut unruled = Vec::new();
        for case in &self.cases {
            let found = if case.read.is_ok() { exercised.next() } else { None };
            let Some(Ok(found)) = found else {
                unruled.push(case.id().to_owned());
                continue;
            };
            for number in found.points {
                let Some(point) = points.get_mut(number) else { continue };
                point.cases += 1;
                point.first.get_or_insert_with(|| case.id().to_owned());
            }
        }
        let (pack, title) = (self.pack.id().to_owned(), self.pack.title().to_owned());
        Coverage { pack, title, points, cases: self.cases.len(), unruled }
    }
}
