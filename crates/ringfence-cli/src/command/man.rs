//! `ringfence man`: manual pages.

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;

use crate::Arguments;
use crate::exit::{Answer, Failure, Problem};
use crate::screen::Screen;
use crate::words::counted;

/// Write manual pages
///
/// Without a folder, the page of `ringfence` itself goes to standard output.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence man | man -l -
  ringfence man --output ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The folder for a page of each command; it is made where there is none
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Man {
    /// Writes one page, or all of them.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut whole = Arguments::command();
        // Tells each command the global options and its full name.
        whole.build();
        let Some(folder) = &self.output else {
            screen.deliver(&page(whole)?, None)?;
            return Ok(Answer::Yes);
        };
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let commands: Vec<Command> =
            whole.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
        let mut written = 0;
        for command in [whole].into_iter().chain(commands) {
            let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
            screen.deliver(&page(command)?, Some(&folder.join(format!("{name}.1"))))?;
            written += 1;
        }
        screen.say(&format!("wrote {} to {}", counted(written, "page"), folder.display()));
        Ok(Answer::Yes)
    }
}

fn page(command: Command) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    Page::new(command.disable_help_subcommand(true))
        .render(&mut bytes)
        .map_err(|error| Problem::unwritable("a manual page", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unwritable(folder: &Path, error: &io::Error) -> Problem {
    Problem::unwritable(&format!("`{}`", folder.display()), error)
}
