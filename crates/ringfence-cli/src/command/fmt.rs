//! `ringfence fmt`: one canonical form of packs, cases and bindings.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use clap::Args;
use ringfence_loaders::canonical::{self, CanonicalError};
use similar::TextDiff;

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{STDIN, text_from_stdin};
use crate::screen::Screen;
use crate::words::counted;

/// How deep folders are walked.
const MOST_DEPTH: usize = 32;

/// Write packs, cases and bindings in their one canonical form
///
/// Comments, blank lines and the order of keys stay. What a file says never changes: the form is read again before it
/// is written, and a file that is no YAML leaves all of them as they are.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence fmt rules
  ringfence fmt --check rules examples/england-2015-16/england.yaml
  ringfence fmt --diff rules/better-care-fund/2015-16/pack.yaml
  ringfence fmt - < pack.yaml")]
pub(crate) struct Fmt {
    /// YAML files, or folders with such files below; `-` is standard input, written to standard output
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write nothing, and list the files that are not in canonical form
    #[arg(long)]
    check: bool,
    /// Write nothing, and show what would change
    #[arg(long)]
    diff: bool,
}

/// A text whose form is another one.
struct Unformed {
    path: PathBuf,
    name: String,
    text: String,
    form: String,
}

impl Fmt {
    /// Brings the files into their form, or says which are not.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        if self.paths.iter().any(|path| path == Path::new(STDIN)) {
            return self.stdin(screen);
        }
        let mut failure = Failure::default();
        let mut files = BTreeSet::new();
        for path in &self.paths {
            files.extend(failure.gather(found(path)).unwrap_or_default());
        }
        let unformed: Vec<Unformed> =
            files.iter().filter_map(|path| failure.gather(unformed_file(path)).flatten()).collect();
        failure.or(())?;
        let counted = counted(files.len(), "file");
        let (some, are) = (unformed.len(), if unformed.len() == 1 { "is" } else { "are" });
        if self.check || self.diff {
            self.show(&unformed, screen)?;
            screen.say(&match unformed.len() {
                0 => format!("{counted} in canonical form"),
                _ => format!("{some} of {counted} {are} not in canonical form; `ringfence fmt` writes it"),
            });
            return Ok(if unformed.is_empty() { Answer::Yes } else { Answer::No });
        }
        for file in &unformed {
            screen.deliver(&file.form, Some(&file.path))?;
            screen.say(&format!("formatted {}", file.name));
        }
        screen.say(&match unformed.len() {
            0 => format!("{counted} in canonical form"),
            _ => format!("formatted {some} of {counted}"),
        });
        Ok(Answer::Yes)
    }

    /// Standard input in its form to standard output, whatever it was before.
    fn stdin(&self, screen: &Screen) -> Result<Answer, Failure> {
        if self.paths.len() > 1 {
            let help = "format the files by themselves".to_owned();
            return Err(Problem::new("`-` stands beside other paths").help(help).into());
        }
        let unformed = unformed(PathBuf::from(STDIN), "<stdin>".to_owned(), text_from_stdin()?)?;
        if self.check || self.diff {
            self.show(std::slice::from_ref(&unformed), screen)?;
            return Ok(if unformed.text == unformed.form { Answer::Yes } else { Answer::No });
        }
        screen.deliver(&unformed.form, None)?;
        Ok(Answer::Yes)
    }

    /// The names of the files, or what would change in them.
    fn show(&self, unformed: &[Unformed], screen: &Screen) -> Result<(), Failure> {
        let colour = screen.layout(None).colour;
        let different = unformed.iter().filter(|file| file.text != file.form);
        let text = different.fold(String::new(), |mut out, file| {
            if self.diff {
                out.push_str(&changes(file, colour));
            } else {
                // Writing to a String cannot fail.
                let _ = writeln!(out, "{}", file.name);
            }
            out
        });
        Ok(screen.deliver(&text, None)?)
    }
}

/// The YAML files that a path names: itself, or all below it but for what is hidden.
fn found(path: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    let unreadable = |path: &Path, error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!("no file or folder `{}`", path.display()))
            .help("check the spelling; paths are relative to the current folder".to_owned()),
        _ => Problem::new(format!("failed to read `{}`: {}", path.display(), crate::exit::io_words(error))),
    };
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        let is_folder = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.is_dir();
        if !is_folder {
            if depth == 0 || is_yaml(&path) {
                files.insert(path);
            }
            continue;
        }
        let entries = fs::read_dir(&path).map_err(|error| unreadable(&path, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&path, &error))?;
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            // A link could lead round in circles, or out of the folder.
            if !is_link && !is_hidden && depth < MOST_DEPTH {
                open.push((entry.path(), depth + 1));
            }
        }
    }
    if files.is_empty() {
        let help = "packs, cases and bindings are files that end in `.yaml`".to_owned();
        return Err(Problem::new(format!("no YAML file in `{}`", path.display())).help(help).into());
    }
    Ok(files)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

fn unformed_file(path: &Path) -> Result<Option<Unformed>, Failure> {
    let name = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let bytes = fs::read(path)
        .map_err(|error| Problem::new(format!("failed to read `{name}`: {}", crate::exit::io_words(&error))))?;
    let Ok(text) = String::from_utf8(bytes) else {
        let help = "save the file as UTF-8".to_owned();
        return Err(Problem::new(format!("`{name}` is not UTF-8 text")).help(help).into());
    };
    let unformed = unformed(path.to_owned(), name, text)?;
    Ok((unformed.text != unformed.form).then_some(unformed))
}

fn unformed(path: PathBuf, name: String, text: String) -> Result<Unformed, Failure> {
    match canonical::form(&name, &text) {
        Ok(form) => Ok(Unformed { path, name, text, form }),
        Err(CanonicalError::Invalid { mistakes }) => Err(mistakes.into()),
        Err(error) => {
            let help = "nothing was written; this is a fault of `ringfence fmt`, so please report the file".to_owned();
            Err(Problem::of(&error).help(help).into())
        }
    }
}

/// What would change, as other tools show it.
fn changes(file: &Unformed, colour: bool) -> String {
    let diff = TextDiff::from_lines(&file.text, &file.form);
    let diff = diff.unified_diff().header(&file.name, &format!("{} (canonical)", file.name)).to_string();
    let styled = |line: &str| -> Option<Style> {
        let colour = match line.chars().next()? {
            '+' => AnsiColor::Green,
            '-' => AnsiColor::Red,
            '@' => AnsiColor::Cyan,
            _ => return None,
        };
        Some(colour.on_default())
    };
    diff.lines().fold(String::new(), |mut out, line| {
        let _ = match styled(line).filter(|_| colour) {
            Some(style) => writeln!(out, "{style}{line}{style:#}"),
            None => writeln!(out, "{line}"),
        };
        out
    })
}
