//! Why nothing could be loaded.

use std::io;
use std::path::PathBuf;

use ringfence_core::diagnostic::Diagnostic;

/// A pack or a case could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file or folder is there and could not be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no such file or folder.
    #[error("no file or folder `{}`", path.display())]
    NotFound {
        /// Which.
        path: PathBuf,
    },
    /// A folder that should be a rule pack holds no `pack.yaml`.
    #[error("no `pack.yaml` in `{}`", path.display())]
    NotAPack {
        /// The folder.
        path: PathBuf,
    },
    /// A file whose extension says no format that cases are written in.
    #[error("`{}` is in no format that holds cases", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder in which no case was found.
    #[error("no cases in `{}`", path.display())]
    NoCases {
        /// Which.
        path: PathBuf,
    },
    /// Everything was read, and is wrong; every mistake found is here.
    #[error("{}", summary(mistakes))]
    Invalid {
        /// The mistakes, at least one.
        mistakes: Vec<Diagnostic>,
    },
}

impl LoadError {
    /// What to do about it, where that can be said in general.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { .. } => Some("check the spelling; paths are relative to the current folder"),
            Self::NotAPack { .. } => Some("name the folder that holds the `pack.yaml`"),
            Self::UnknownFormat { .. } => Some(
                "cases are read from `.yaml`, `.yml`, `.json`, `.jsonl`, `.ndjson`, `.csv` and `.tsv` files, and from workbooks that `ringfence template` made",
            ),
            Self::NoCases { .. } => {
                Some("a folder of cases holds `.yaml`, `.json`, `.jsonl` or `.csv` files that are not `base-only`")
            }
            Self::Read { .. } | Self::Invalid { .. } => None,
        }
    }

    /// The mistakes found, if that is what went wrong.
    pub fn mistakes(&self) -> &[Diagnostic] {
        match self {
            Self::Invalid { mistakes } => mistakes,
            _ => &[],
        }
    }
}

impl From<Vec<Diagnostic>> for LoadError {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self::Invalid { mistakes }
    }
}

fn summary(mistakes: &[Diagnostic]) -> String {
    match mistakes {
        [] => "mistakes were found".to_owned(),
        [only] => only.to_string(),
        [first, ..] => format!("{} mistakes; the first: {first}", mistakes.len()),
    }
}
