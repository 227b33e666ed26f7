//! The survivors that an author argues for, in a file beside the rules that is no part of them.

use std::collections::BTreeMap;
use std::path::Path;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Node};
use ringfence_loaders::{LoadError, yaml};

use super::{Fate, Tested};

/// The file, in the folder of a pack.
pub const MUTANTS: &str = "mutants.yaml";

/// Why survivors may survive, by the id of each.
#[derive(Debug, Default)]
pub(super) struct Argued {
    reasons: BTreeMap<String, String>,
}

impl Argued {
    /// What the file in a pack's folder says; nothing where there is none.
    pub(super) fn load(folder: &Path) -> Result<Self, LoadError> {
        let path = folder.join(MUTANTS);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let mut argued = Self::default();
        let mut mistakes = Vec::new();
        for document in yaml::load(&path)? {
            argued.take(&document.root, &mut mistakes);
        }
        if mistakes.is_empty() { Ok(argued) } else { Err(mistakes.into()) }
    }

    fn take(&mut self, root: &Node, mistakes: &mut Vec<Diagnostic>) {
        let Content::Map(entries) = &root.content else {
            let message = "expected mutants, each with the reason why it may survive";
            mistakes.push(Diagnostic::error(Code::WRONG_VALUE, root.place.clone(), message).help(HELP));
            return;
        };
        for entry in entries {
            let reason = entry.value.as_text().map(str::trim).filter(|reason| !reason.is_empty());
            match reason {
                Some(reason) => {
                    self.reasons.insert(entry.key.clone(), reason.to_owned());
                }
                None => {
                    let message = format!("no reason says why `{}` may survive", entry.key);
                    mistakes.push(Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message).help(HELP));
                }
            }
        }
    }

    /// Why a survivor may survive.
    pub(super) fn reason(&self, id: &str) -> Option<String> {
        self.reasons.get(id).cloned()
    }

    /// The entries that argue for no survivor.
    pub(super) fn stale(&self, tested: &[Tested]) -> Vec<String> {
        let survives =
            |id: &str| tested.iter().any(|tested| tested.id == id && matches!(tested.fate, Fate::Survived { .. }));
        self.reasons.keys().filter(|id| !survives(id)).cloned().collect()
    }
}

const HELP: &str = "write the mutant as `ringfence mutate` names it, and the reason: `\"pack.yaml:12:7 >= to >\": why`";
