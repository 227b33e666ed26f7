//! How a command ends: with an answer, or without one and the reasons why.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::source::Place;
use ringfence_loaders::LoadError;

/// The exit code of a command that could not do its work. It is clap's for wrong usage, too.
pub(crate) const COULD_NOT: u8 = 2;

/// What a command that did its work has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing speaks against it.
    Yes,
    /// A check found an error, or an outcome is one that the user asked to fail on.
    No,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::from(1),
        }
    }
}

/// Something that could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What, in lower case without a stop.
    pub(crate) message: String,
    /// Where, if it is about a place in a file.
    pub(crate) place: Option<Place>,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Problem {
    /// A problem that is about no place in a file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    /// What an error and its causes say.
    pub(crate) fn of(error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {}", error.downcast_ref().map_or_else(|| error.to_string(), io_words));
            cause = error.source();
        }
        Self::new(message)
    }

    /// A file or stream that could not be written.
    pub(crate) fn unwritable(what: &str, error: &io::Error) -> Self {
        Self::new(format!("failed to write {what}: {}", io_words(error)))
    }

    /// The same with what to do.
    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}

/// What the operating system says, in the style of the other messages.
pub(crate) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// Why a command could not do its work: everything that was found, so that it is told once.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// Mistakes in packs and cases.
    pub(crate) mistakes: Vec<Diagnostic>,
    /// Everything else.
    pub(crate) problems: Vec<Problem>,
}

impl Failure {
    /// The value; or nothing, and what is wrong is noted.
    pub(crate) fn gather<T, E: Into<Self>>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let Self { mistakes, problems } = error.into();
                self.mistakes.extend(mistakes);
                self.problems.extend(problems);
                None
            }
        }
    }

    /// The value, if nothing was noted.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.mistakes.is_empty() && self.problems.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The same without the mistakes that stop nothing.
    pub(crate) fn without_warnings(mut self) -> Self {
        self.mistakes.retain(Diagnostic::is_error);
        self
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(mistakes: Vec<Diagnostic>) -> Self {
        Self { mistakes, ..Self::default() }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Invalid { mistakes } => mistakes.into(),
            error => Problem::of(&error).help(error.help().map(str::to_owned)).into(),
        }
    }
}
