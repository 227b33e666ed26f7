//! What folders hold, in an order that is the same on every machine.

use std::fs;
use std::path::Path;

use crate::{LoadError, text};

/// How deep folders are walked.
pub(crate) const MOST_DEPTH: usize = 32;

/// What a folder holds.
pub(crate) struct FolderEntry {
    pub(crate) name: String,
    pub(crate) is_folder: bool,
    pub(crate) is_file: bool,
}

/// What a folder holds, but for what is hidden, in order of name.
pub(crate) fn entries(dir: &Path) -> Result<Vec<FolderEntry>, LoadError> {
    let read = || -> std::io::Result<Vec<FolderEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name().to_string_lossy().into_owned());
            // A link to a file is a file; a link to a folder could lead round in circles.
            let is_file = kind.is_file() || (kind.is_symlink() && entry.path().is_file());
            entries.push(FolderEntry { name, is_folder: kind.is_dir(), is_file });
        }
        Ok(entries)
    };
    let mut entries = read().map_err(|source| text::failed(dir, source))?;
    entries.retain(|entry| !entry.name.starts_with('.'));
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(entries)
}
