//! `ringfence what-if`: one case under other evidence, and what single change would turn each condition.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_desk::what_if::{WhatIfError, what_if};
use ringfence_loaders::pack;
use ringfence_reporting::{json, markdown, text};

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{date, documents, no_pack, setting};
use crate::screen::{Layout, Screen};
use crate::words::listed;

/// Show what a case would come to with some of its evidence set, and what single change would turn each condition
///
/// Without `--set` the case is looked at as it is.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence what-if rules/better-care-fund/2015-16 \\
      rules/better-care-fund/2015-16/cases/closed-on-sundays.yaml
  ringfence what-if rules/better-care-fund/2015-16 case.yaml \\
      --set 'activity.actual[2015-16 Q2]=7700' \\
      --set 'services[reablement].days=all'
  ringfence what-if rules/better-care-fund/2015-16 case.yaml \\
      --set 'sign-offs.plan[council].date=2014-09-19'")]
pub(crate) struct WhatIf {
    /// The folder of a rule pack
    #[arg(value_name = "PACK")]
    pack: PathBuf,
    /// A file or folder with the case
    #[arg(value_name = "CASE")]
    file: PathBuf,
    /// Which case, where there are several
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// Set a piece of evidence, named as under `set` in a case. Repeatable
    #[arg(long, value_name = "PATH=VALUE", value_parser = evidence)]
    set: Vec<(String, String)>,
    /// Give a parameter another value. Repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    param: Vec<(String, String)>,
    /// Apply the rules in force on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    rules_at: Option<Date>,
    /// Count only evidence known by this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    known_by: Option<Date>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON document
    Json,
}

fn evidence(text: &str) -> Result<(String, String), &'static str> {
    // A path may hold an `=` within its brackets.
    let from = text.find(']').unwrap_or(0);
    let at = text.get(from..).and_then(|rest| rest.find('=')).map(|at| from + at);
    let (path, value) = at.map(|at| text.split_at(at)).ok_or("expected a path, `=` and a value")?;
    let path = path.trim();
    if path.is_empty() {
        return Err("the path before `=` is empty");
    }
    Ok((path.to_owned(), value.trim_start_matches('=').trim().to_owned()))
}

impl WhatIf {
    /// Works it out, and writes the answer.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let answer = screen.during("seeking answers", || self.answer())?;
        let output = self.output.as_deref();
        let Layout { width, colour } = screen.layout(output);
        let text = match self.format {
            Format::Text => text::what_if(&answer, width, colour),
            Format::Markdown => markdown::what_if(&answer),
            Format::Json => json::what_if(&answer).map_err(|error| Problem::of(&error))?,
        };
        screen.deliver(&text, output)?;
        if let Some(path) = output {
            screen.say(&format!("wrote the answer to `{}`", path.display()));
        }
        Ok(Answer::Yes)
    }

    fn answer(&self) -> Result<ringfence_reporting::what_if::WhatIf, Failure> {
        let mut failure = Failure::default();
        let source = failure.gather(pack::load(&self.pack).map_err(|error| no_pack(&self.pack, error)));
        let documents = failure.gather(documents(std::slice::from_ref(&self.file), self.case.as_slice()));
        let (Some(source), Some(documents)) = (source, documents) else { return Err(failure) };
        let pack = Pack::compile(&source).map_err(|invalid| Failure::from(invalid.mistakes).without_warnings())?;
        let [document] = documents.as_slice() else {
            let message = format!("{} cases are given, and one is looked at at a time", documents.len());
            let ids = documents.iter().filter_map(|document| document.root.get("case")?.as_text());
            return Err(Problem::new(message).help(format!("choose one with `--case`: {}", listed(ids))).into());
        };
        let (rules_at, known_by) = (self.rules_at, self.known_by);
        let options = Options { rules_at, known_by, through: None, set: self.param.clone() };
        what_if(&source, &pack, document, &self.set, &options).map_err(|error| match error {
            WhatIfError::Pack(invalid) => Failure::from(invalid.mistakes).without_warnings(),
            WhatIfError::Case(mistakes) => mistakes.into(),
            WhatIfError::Evaluate(error) => {
                let message = format!("cannot rule on the case: {error}");
                Problem { message, place: error.place().cloned(), help: error.help() }.into()
            }
            other => Problem::of(&other).into(),
        })
    }
}
