//! The commands, a file for each.

mod check;
mod completions;
mod diff;
mod doc;
mod evaluate;
mod explain;
mod explain_code;
mod fmt;
mod history;
#[cfg(feature = "letters")]
mod letter;
mod list;
mod man;
mod mutate;
mod new;
mod report;
mod schema;
mod template;
mod test;
mod watch;
mod what_if;

use clap::Subcommand;

use crate::exit::{Answer, Failure};
use crate::screen::Screen;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Evaluate(evaluate::Evaluate),
    Report(report::Report),
    Explain(explain::Explain),
    #[cfg(feature = "letters")]
    Letter(letter::Letter),
    Check(check::Check),
    Test(test::Test),
    Watch(watch::Watch),
    List(list::List),
    History(history::History),
    Doc(doc::Doc),
    New(new::New),
    Fmt(fmt::Fmt),
    #[command(name = "schema")]
    Schema(schema::SchemaCommand),
    ExplainCode(explain_code::ExplainCode),
    Completions(completions::Completions),
    Man(man::Man),
    Diff(diff::Diff),
    Mutate(mutate::Mutate),
    WhatIf(what_if::WhatIf),
    Template(template::Template),
}

impl Command {
    /// Does it.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        match self {
            Self::Evaluate(command) => command.run(screen),
            Self::Report(command) => command.run(screen),
            Self::Explain(command) => command.run(screen),
            #[cfg(feature = "letters")]
            Self::Letter(command) => command.run(screen),
            Self::Check(command) => command.run(screen),
            Self::Test(command) => command.run(screen),
            Self::Watch(command) => command.run(screen),
            Self::List(command) => command.run(screen),
            Self::History(command) => command.run(screen),
            Self::Doc(command) => command.run(screen),
            Self::New(command) => command.run(screen),
            Self::Fmt(command) => command.run(screen),
            Self::Schema(command) => command.run(screen),
            Self::ExplainCode(command) => command.run(screen),
            Self::Completions(command) => command.run(screen),
            Self::Man(command) => command.run(screen),
            Self::Diff(command) => command.run(screen),
            Self::Mutate(command) => command.run(screen),
            Self::WhatIf(command) => command.run(screen),
            Self::Template(command) => command.run(screen),
        }
    }
}
