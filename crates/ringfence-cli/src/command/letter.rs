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
enum Format {
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
        let template = self.template()?;
        let rulings = self.inputs.load()?.rulings(&self.case, &self.basis)?;
        let letters =
            rulings.iter().map(|ruling| self.write(ruling, &template)).collect::<Result<Vec<_>, Problem>>()?;
        let is_folder = self.output.as_deref().is_some_and(Path::is_dir);
        match (letters.as_slice(), self.output.as_deref()) {
            ([one], output) if !is_folder => {
                screen.deliver_bytes(one, output)?;
                if let Some(path) = output {
                    screen.say(&format!("wrote the letter to `{}`", path.display()));
                }
            }
            (_, None) => {
                let message = format!(
                    "there are {} to write, and one at most fits standard output",
                    counted(letters.len(), "letter")
                );
                let help = "name a folder with `--output`, or one recipient with `--case`".to_owned();
                return Err(Problem::new(message).help(help).into());
            }
            (_, Some(folder)) => {
                self.write_all(screen, &rulings, &letters, folder)?;
                screen.say(&format!("wrote {} to `{}`", counted(letters.len(), "letter"), folder.display()));
            }
        }
        Ok(Answer::Yes)
    }

    fn template(&self) -> Result<Template, Problem> {
        let Some(path) = &self.template else {
            return Ok(Template { file: SourceFile::new("the template of ringfence", TEMPLATE), is_own: false });
        };
        let shown = path.display().to_string();
        let bytes =
            fs::read(path).map_err(|error| Problem::new(format!("failed to read `{shown}`: {}", io_words(&error))))?;
        let text = String::from_utf8(bytes).map_err(|_| Problem::new(format!("`{shown}` is not UTF-8 text")))?;
        Ok(Template { file: SourceFile::new(shown, text), is_own: true })
    }

    fn write(&self, ruling: &Ruling, template: &Template) -> Result<Vec<u8>, Problem> {
        let days = Days { dated: self.dated, reply_by: self.reply_by };
        if self.format == Format::Json {
            return Written::names(ruling, days).map(String::into_bytes).map_err(|error| Problem::of(&error));
        }
        let written =
            Written::write(ruling, template.file.text(), days).map_err(|error| unwritten(ruling, template, error))?;
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

    /// Every letter into its file; none, where two would have one name.
    fn write_all(
        &self,
        screen: &Screen,
        rulings: &[Ruling],
        letters: &[Vec<u8>],
        folder: &Path,
    ) -> Result<(), Problem> {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for ruling in rulings {
            let id = ruling.case.id.as_str();
            if let Some(other) = names.insert(self.file_name(id), id) {
                return Err(Problem::new(format!(
                    "the letters on cases `{other}` and `{id}` would have one file name"
                )));
            }
        }
        fs::create_dir_all(folder).map_err(|error| Problem::unwritable(&format!("`{}`", folder.display()), &error))?;
        for (ruling, letter) in rulings.iter().zip(letters) {
            screen.deliver_bytes(letter, Some(&folder.join(self.file_name(&ruling.case.id))))?;
        }
        Ok(())
    }

    fn file_name(&self, id: &str) -> String {
        let ending = match self.format {
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Json => "json",
            #[cfg(feature = "pdf")]
            Format::Pdf => "pdf",
        };
        format!("{}.{ending}", identifier(id))
    }
}

fn unwritten(ruling: &Ruling, template: &Template, error: LetterError) -> Problem {
    let place = error.line.filter(|_| template.is_own).map(|line| Place::new(&template.file, line, 1, 1));
    let message = format!("cannot write the letter on case `{}`: {}", ruling.case.id, error.message);
    Problem { message, place, help: error.help }
}
