//! `ringfence completions`: what a shell needs to complete commands.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Arguments;
use crate::exit::{Answer, Failure};
use crate::screen::Screen;

/// Write the completions of a shell
///
/// They go to standard output; put them where your shell looks for completions.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence completions bash \\
      > ~/.local/share/bash-completion/completions/ringfence
  ringfence completions fish > ~/.config/fish/completions/ringfence.fish
  ringfence completions zsh > \"${fpath[1]}/_ringfence\"")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Writes them.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "ringfence", &mut bytes);
        screen.deliver(&String::from_utf8_lossy(&bytes), None)?;
        Ok(Answer::Yes)
    }
}
