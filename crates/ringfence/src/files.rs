//! Packs and cases from files.

use std::path::Path;

use ringfence_core::case::Case;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::pack::{Invalid, Pack};

/// A pack or a case that cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file could not be read, or is not in its format.
    #[error(transparent)]
    Files(#[from] ringfence_loaders::LoadError),
    /// The pack was read, and has mistakes.
    #[error(transparent)]
    Pack(#[from] Invalid),
    /// The case was read, and has mistakes.
    #[error("the case has {} {}: {}", .mistakes.len(), if .mistakes.len() == 1 { "mistake" } else { "mistakes" }, .mistakes.first().map(ToString::to_string).unwrap_or_default())]
    Case {
        /// Every mistake found, by place.
        mistakes: Vec<Diagnostic>,
    },
}

/// Loads and checks the pack in a folder.
///
/// # Errors
/// A file that cannot be read, or every mistake in the pack.
pub fn load(folder: impl AsRef<Path>) -> Result<Pack, LoadError> {
    let source = ringfence_loaders::pack::load(folder.as_ref())?;
    Ok(Pack::compile(&source)?)
}

/// Loads the cases of a file or folder: YAML, JSON, JSON Lines, CSV, or a binding that turns a
/// published table into cases.
///
/// # Errors
/// A file that cannot be read, or every mistake in the first case that has any.
pub fn cases(pack: &Pack, path: impl AsRef<Path>) -> Result<Vec<Case>, LoadError> {
    let documents = ringfence_loaders::case::load(path.as_ref())?;
    documents.iter().map(|document| pack.read_case(document).map_err(|mistakes| LoadError::Case { mistakes })).collect()
}
