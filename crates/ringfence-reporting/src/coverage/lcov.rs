//! LCOV: a record for each file, for `genhtml` and for editors that mark lines.
//!
//! A line is executed as often as the point on it that most cases exercise. Each point is a branch; those that stand at
//! one place and are of one kind are a block.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ringfence_core::cover::Group;

use super::{Coverage, Covered};

/// The coverage of packs as one tracefile.
pub fn lcov(coverages: &[Coverage]) -> String {
    let mut out = String::new();
    for coverage in coverages {
        for file in coverage.files() {
            record(&coverage.pack, file, &mut out);
        }
    }
    out
}

fn record(pack: &str, file: &[Covered], out: &mut String) {
    let Some(first) = file.first() else { return };
    // A name of a test has letters, digits and `_` only.
    let name: String = pack.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let _ = writeln!(out, "TN:{name}\nSF:{}", super::path(&first.point));
    let mut blocks: BTreeMap<usize, BTreeMap<(usize, Group), Vec<&Covered>>> = BTreeMap::new();
    for covered in file {
        let place = &covered.point.place;
        let block = (place.column(), covered.point.group);
        blocks.entry(place.line()).or_default().entry(block).or_default().push(covered);
    }
    let mut branches = (0, 0);
    for (line, blocks) in &blocks {
        for (block, points) in blocks.values().enumerate() {
            let reached = points.iter().any(|covered| covered.cases > 0);
            for (branch, covered) in points.iter().enumerate() {
                let taken = if reached { covered.cases.to_string() } else { "-".to_owned() };
                let _ = writeln!(out, "BRDA:{line},{block},{branch},{taken}");
                branches.0 += 1;
                branches.1 += usize::from(covered.cases > 0);
            }
        }
    }
    let _ = writeln!(out, "BRF:{}\nBRH:{}", branches.0, branches.1);
    let mut hit = 0;
    for (line, blocks) in &blocks {
        let most = blocks.values().flatten().map(|covered| covered.cases).max().unwrap_or_default();
        hit += usize::from(most > 0);
        let _ = writeln!(out, "DA:{line},{most}");
    }
    let _ = writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", blocks.len());
}
