//! Mutation testing: which small changes of a pack's rules none of its cases notices.

mod argued;
mod bench;
mod seek;
mod show;
mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ringfence_core::pack::{Mutant, Pack};

use crate::desk::{Desk, DeskError};
use crate::path::from;
use argued::Argued;
use bench::Bench;
use seek::{Found, Seeker};

pub use argued::MUTANTS;
pub use show::{json, markdown, summary, text};
pub use write::NewCase;

/// What is asked of mutation testing.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only mutants that are about this condition.
    pub condition: Option<String>,
    /// Whether to seek a case that would notice a survivor.
    pub seek: bool,
    /// The folder in which such cases are to stand; the pack's own `cases` if none.
    pub cases: Option<PathBuf>,
}

/// What came of the mutants of one pack.
#[derive(Debug)]
pub struct Mutation {
    /// The pack's id.
    pub pack: String,
    /// Every mutant, by place.
    pub mutants: Vec<Tested>,
    /// The entries of the pack's `mutants.yaml` that argue for no survivor.
    pub stale: Vec<String>,
    /// Cases that would notice survivors.
    pub cases: Vec<NewCase>,
}

/// A mutant, and what came of it.
#[derive(Debug)]
pub struct Tested {
    /// What an author knows it by: `conditions/data-sharing.yaml:12:7 >= to >`.
    pub id: String,
    /// The mutant.
    pub mutant: Mutant,
    /// What came of it.
    pub fate: Fate,
}

/// What came of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A case decides otherwise with it.
    Noticed {
        /// The id of the first case found that does.
        by: String,
    },
    /// No case does.
    Survived {
        /// Why it may, in the author's words.
        argued: Option<String>,
        /// What was sought, and found: the number of a case among those that would notice survivors.
        sought: Sought,
    },
}

/// What came of seeking a case that would notice a mutant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sought {
    /// Nothing was sought.
    #[default]
    Not,
    /// None of so many changed cases notices it.
    InVain(usize),
    /// The new case of this number does.
    Found(usize),
}

impl Mutation {
    /// How many mutants some case notices.
    pub fn noticed(&self) -> usize {
        self.mutants.iter().filter(|tested| matches!(tested.fate, Fate::Noticed { .. })).count()
    }

    /// The mutants that no case notices.
    pub fn survivors(&self) -> impl Iterator<Item = &Tested> {
        self.mutants.iter().filter(|tested| matches!(tested.fate, Fate::Survived { .. }))
    }

    /// How many survivors the author argues for.
    pub fn argued(&self) -> usize {
        self.survivors().filter(|tested| matches!(&tested.fate, Fate::Survived { argued: Some(_), .. })).count()
    }

    /// Noticed mutants in tenths of a percent of all, rounded down; the whole where there is no mutant.
    pub fn score(&self) -> usize {
        (self.noticed() * 1000).checked_div(self.mutants.len()).unwrap_or(1000)
    }
}

/// Tries every mutant of a desk's pack on its cases. `progress` is told how many are done, of how many.
///
/// # Errors
/// A `mutants.yaml` that cannot be read.
pub fn mutate(desk: &mut Desk, wanted: &Wanted, mut progress: impl FnMut(usize, usize)) -> Result<Mutation, DeskError> {
    let argued = Argued::load(&desk.folder)?;
    let mut mutants = desk.pack.mutants(&desk.source);
    if let Some(condition) = &wanted.condition {
        mutants.retain(|mutant| desk.pack.conditions_of(mutant).contains(&condition.as_str()));
    }
    let mut bench = Bench::new(&desk.pack, &desk.cases);
    // A case more changes what is worked out over all of them.
    let seek = wanted.seek && desk.pack.passes() == 1;
    let mut hunt = Hunt {
        folder: wanted.cases.clone().unwrap_or_else(|| desk.folder.join("cases")),
        seeker: Seeker::new(&desk.cases),
        taken: desk.cases.iter().map(|case| case.id().to_owned()).collect(),
        found: Vec::new(),
        cases: Vec::new(),
    };
    let all = mutants.len();
    let mut tested = Vec::new();
    for (at, mutant) in mutants.into_iter().enumerate() {
        progress(at, all);
        let id = id(&desk.folder, &mutant);
        let fate = match bench.noticing(&mut desk.pack, &mutant) {
            Some(by) => Fate::Noticed { by },
            None => {
                let argued = argued.reason(&id);
                let sought = if seek && argued.is_none() { hunt.hunt(&mut desk.pack, &mutant) } else { Sought::Not };
                Fate::Survived { argued, sought }
            }
        };
        tested.push(Tested { id, mutant, fate });
    }
    progress(all, all);
    let stale = if wanted.condition.is_none() { argued.stale(&tested) } else { Vec::new() };
    Ok(Mutation { pack: desk.pack.id().to_owned(), mutants: tested, stale, cases: hunt.cases })
}

/// Seeks cases that would notice survivors; one may notice several.
struct Hunt<'a> {
    folder: PathBuf,
    seeker: Seeker<'a>,
    /// The ids that cases have.
    taken: BTreeSet<String>,
    found: Vec<Found>,
    cases: Vec<NewCase>,
}

impl Hunt<'_> {
    fn hunt(&mut self, pack: &mut Pack, mutant: &Mutant) -> Sought {
        let (seeker, found) = (&mut self.seeker, &self.found);
        if let Some(known) = found.iter().position(|found| seeker.notices(pack, mutant, &found.document)) {
            return Sought::Found(known);
        }
        let (found, tries) = self.seeker.seek(pack, mutant);
        let Some((found, case)) = found.and_then(|found| {
            let case = NewCase::new(pack, mutant, &found, &self.folder, &self.taken)?;
            Some((found, case))
        }) else {
            return Sought::InVain(tries);
        };
        self.taken.insert(case.id.clone());
        self.found.push(found);
        self.cases.push(case);
        Sought::Found(self.cases.len() - 1)
    }
}

/// What an author knows a mutant by: where it stands, from the folder of the pack, and what it changes.
fn id(folder: &Path, mutant: &Mutant) -> String {
    let place = mutant.place();
    let path = from(folder, Path::new(place.file().path()));
    format!("{path}:{}:{} {}", place.line(), place.column(), mutant.change())
}
