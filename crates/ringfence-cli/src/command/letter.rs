//! `ringfence letter`: what was decided, told to those it was decided on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ringfence_core::ruling::Ruling;
use ringfence_core::source::{Place, SourceFile};
use ringfence_reporting::html::identifier;
use ringfence_reporting::letter::{Days, Letter as Written, LetterError, TEMPLATE};

use crate::exit::{Answer, Failure, Problem, io_words};
use crate::inputs::{Basis, Inputs, date};
use crate::screen::Screen;
use crate::words::counted;

/// Write the letter that tells a recipient what was decided, and why
///
/// The decision, each condition in words, the evidence with its sources, what can still be done, and how to ask for
/// reconsideration. Several cases give a letter each, in a folder. The words come from a template that you can change:
/// docs/letters.md has it, and lists what it can name.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence letter rules/better-care-fund/2015-16 case.yaml
  ringfence letter rules/better-care-fund/2015-16 case.yaml \\
      --format pdf --output letter.pdf --dated 2016-02-12
  ringfence letter rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml --format html --output letters/")]
pub(crate) struct Letter {
    #[command(flatten)]
    inputs: Inputs,
    /// Write to this recipient only. Repeatable
    #[arg(long, value_name = "ID")]
    case: Vec<String>,
    #[command(flatten)]
    basis: Basis,
    /// How the letter is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file; where there are several letters, or the path is a folder, each into a file named by its case
    #[arg(long, short, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
    /// Make the letter from this template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// The day that the letter bears; it bears none without
    #[arg(long, value_name = "DATE", value_parser = date)]
    dated: Option<Date>,
    /// The day by which the recipient is asked to answer
    #[arg(long, value_name = "DATE", value_parser = date)]
    reply_by: Option<Date>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Markdown
    #[default]
    Markdown,
    /// One web page that needs no network
    Html,
    /// A4 pages, with text that can be selected and read aloud
    #[cfg(feature = "pdf")]
    Pdf,
    /// What a template can name, with its values
    Json,
}

/// The template with its place.
struct Template {
    file: std::sync::Arc<SourceFile>,
    is_own: bool,
}

impl Letter {
    /// Rules on the cases and writes the letters.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let days = Days { dated: self.dated, reply_by: self.reply_by };
        let writing = Writing { template: self.template()?, format: self.format, days };
        let rulings = self.inputs.load(screen)?.rulings(&self.case, &self.basis, screen)?;
        let is_folder = self.output.as_deref().is_some_and(Path::is_dir);
        match (rulings.as_slice(), self.output.as_deref()) {
            ([one], output) if !is_folder => {
                screen.deliver_bytes(&writing.write(one)?, output)?;
                if let Some(path) = output {
                    screen.say(&format!("wrote the letter to `{}`", path.display()));
                }
            }
            (_, None) => {
                let message = format!(
                    "there are {} to write, and one at most fits standard output",
                    counted(rulings.len(), "letter")
                );
                let help = "name a folder with `--output`, or one recipient with `--case`".to_owned();
                return Err(Problem::new(message).help(help).into());
            }
            (_, Some(folder)) => {
                screen.deliver_all(&writing.all(&rulings)?, folder)?;
                screen.say(&format!("wrote {} to `{}`", counted(rulings.len(), "letter"), folder.display()));
            }
        }
        Ok(Answer::Yes)
    }

    fn template(&self) -> Result<Template, Problem> {
        let Some(path) = &self.template else { return Ok(Template::usual()) };
        let shown = path.display().to_string();
        let bytes =
            fs::read(path).map_err(|error| Problem::new(format!("failed to read `{shown}`: {}", io_words(&error))))?;
        let text = String::from_utf8(bytes).map_err(|_| Problem::new(format!("`{shown}` is not UTF-8 text")))?;
        Ok(Template { file: SourceFile::new(shown, text), is_own: true })
    }
}

impl Template {
    fn usual() -> Self {
        Self { file: SourceFile::new("the template of ringfence", TEMPLATE), is_own: false }
    }
}

/// How letters are written.
pub(super) struct Writing {
    template: Template,
    format: Format,
    days: Days,
}

impl Writing {
    /// By the template that comes with the program, without a day.
    pub(super) fn usual(format: Format) -> Self {
        Self { template: Template::usual(), format, days: Days { dated: None, reply_by: None } }
    }

    /// Every letter with the name of its file.
    pub(super) fn all(&self, rulings: &[Ruling]) -> Result<Vec<(PathBuf, Vec<u8>)>, Problem> {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let mut letters = Vec::new();
        for ruling in rulings {
            let id = ruling.case.id.as_str();
            let name = format!("{}.{}", identifier(id), self.format.ending());
            if let Some(other) = names.insert(name.clone(), id) {
                return Err(Problem::new(format!(
                    "the letters on cases `{other}` and `{id}` would have one file name"
                )));
            }
            letters.push((PathBuf::from(name), self.write(ruling)?));
        }
        Ok(letters)
    }

    fn write(&self, ruling: &Ruling) -> Result<Vec<u8>, Problem> {
        if self.format == Format::Json {
            return Written::names(ruling, self.days).map(String::into_bytes).map_err(|error| Problem::of(&error));
        }
        let written = Written::write(ruling, self.template.file.text(), self.days)
            .map_err(|error| unwritten(ruling, &self.template, error))?;
        Ok(match self.format {
            Format::Markdown | Format::Json => written.markdown().as_bytes().to_vec(),
            Format::Html => written.html().into_bytes(),
            #[cfg(feature = "pdf")]
            Format::Pdf => written.pdf().map_err(|error| {
                let message = format!("cannot write the letter on case `{}`: {error}", ruling.case.id);
                Problem::new(message).help("write it with `--format html`, and print that".to_owned())
            })?,
        })
    }
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            #[cfg(feature = "pdf")]
            Self::Pdf => "pdf",
        }
    }
}

fn unwritten(ruling: &Ruling, template: &Template, error: LetterError) -> Problem {
    let place = error.line.filter(|_| template.is_own).map(|line| Place::new(&template.file, line, 1, 1));
    let message = format!("cannot write the letter on case `{}`: {}", ruling.case.id, error.message);
    Problem { message, place, help: error.help }
}
