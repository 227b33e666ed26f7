//! `ringfence explain`: one ruling with every reason.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringfence_core::pack::Pack;
use ringfence_reporting::text::Only;
use ringfence_reporting::{markdown, text};

use crate::exit::{Answer, Failure, Problem};
use crate::inputs::{Basis, Inputs, Loaded};
use crate::screen::{Layout, Screen};
use crate::words::{listed, near_miss_or_all};

/// Explain the ruling on one case, in words and figures
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence explain rules/better-care-fund/2015-16 \\
      examples/england-2015-16/england.yaml --case 99n
  ringfence explain rules/better-care-fund/2015-16 case.yaml \\
      --condition seven-day-services")]
pub(crate) struct Explain {
    #[command(flatten)]
    inputs: Inputs,
    /// Which case, where the files hold several
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// Explain this condition only
    #[arg(long, value_name = "ID")]
    condition: Option<String>,
    /// Explain this fund only
    #[arg(long, value_name = "ID")]
    fund: Option<String>,
    #[command(flatten)]
    basis: Basis,
    /// How the explanation is written
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
}

impl Explain {
    /// Rules on the case and writes why.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let loaded = self.inputs.load(screen)?;
        self.one_case(&loaded)?;
        self.check_ids(&loaded.pack)?;
        let rulings = loaded.rulings(self.case.as_slice(), &self.basis, screen)?;
        let output = self.output.as_deref();
        let Layout { width, colour } = screen.layout(output);
        let only = Only { condition: self.condition.as_deref(), fund: self.fund.as_deref() };
        let texts = rulings.iter().map(|ruling| match self.format {
            Format::Text => text::explain(ruling, only, width, colour),
            Format::Markdown => markdown::explain(ruling, only),
        });
        screen.deliver(&texts.collect::<String>(), output)?;
        if let Some(path) = output {
            screen.say(&format!("wrote the explanation to `{}`", path.display()));
        }
        Ok(Answer::Yes)
    }

    /// Refuses several cases where none is named.
    fn one_case(&self, loaded: &Loaded) -> Result<(), Failure> {
        if self.case.is_none() && loaded.len() > 1 {
            let message = format!("{} cases are given, and one is explained at a time", loaded.len());
            let help = format!("choose one with `--case`: {}", listed(loaded.ids()));
            return Err(Problem::new(message).help(help).into());
        }
        Ok(())
    }

    /// Refuses a condition or a fund that the pack does not have.
    fn check_ids(&self, pack: &Pack) -> Result<(), Failure> {
        let mut failure = Failure::default();
        if let Some(id) = self.condition.as_deref().filter(|id| !pack.conditions().any(|known| known == *id)) {
            let known: Vec<&str> = pack.conditions().collect();
            let help = near_miss_or_all(id, "conditions", known.into_iter());
            failure.problems.push(Problem::new(format!("the pack has no condition `{id}`")).help(help));
        }
        if let Some(id) = self.fund.as_deref().filter(|id| !pack.funds().any(|known| known == *id)) {
            let known: Vec<&str> = pack.funds().collect();
            let help = near_miss_or_all(id, "funds", known.into_iter());
            failure.problems.push(Problem::new(format!("the pack has no fund `{id}`")).help(help));
        }
        failure.or(())
    }
}
