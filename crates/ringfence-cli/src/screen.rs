//! Where output goes and how it looks there: streams, files, colour and width.

use std::fs;
use std::io::{self, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use ringfence_reporting::diagnostics;

use crate::exit::{Failure, Problem};
use crate::progress::Progress;
use crate::words::wrapped;

/// The width where nothing else says one.
const WIDTH: usize = 80;
/// Lines longer than this are hard to read, however wide the terminal.
const MOST_WIDTH: usize = 120;
/// Tables need this much.
const LEAST_WIDTH: u16 = 40;

/// How output looks.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct ScreenOptions {
    /// Whether text is coloured; `auto` colours it on a terminal, unless `NO_COLOR` is set
    #[arg(long, alias = "color", value_name = "WHEN", default_value = "auto", global = true)]
    colour: Colour,
    /// The width of text, in characters [default: the terminal's, or 80]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(i64::from(LEAST_WIDTH)..=1000), global = true)]
    width: Option<u16>,
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// How a text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// In characters.
    pub(crate) width: usize,
    /// Whether it has escape codes.
    pub(crate) colour: bool,
}

/// Standard output and standard error.
#[derive(Debug)]
pub(crate) struct Screen {
    colour: Colour,
    width: Option<usize>,
    quiet: bool,
    progress: Progress,
}

impl Screen {
    /// The screen that the user wants.
    pub(crate) fn new(options: &ScreenOptions) -> Self {
        let choice = match options.colour {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self {
            colour: options.colour,
            width: options.width.map(usize::from),
            quiet: options.quiet,
            progress: Progress::new(options.quiet),
        }
    }

    /// How data is laid out: for a file if there is one, and else for standard output.
    pub(crate) fn layout(&self, output: Option<&Path>) -> Layout {
        match output {
            Some(_) => Layout { width: self.width.unwrap_or(WIDTH), colour: self.colour == Colour::Always },
            None => Layout { width: self.width_of(&io::stdout()), colour: is_coloured(&io::stdout()) },
        }
    }

    /// Writes data to standard output, or to a file as a whole or not at all.
    ///
    /// A reader who stops reading, as `head` does, is no failure.
    pub(crate) fn deliver(&self, text: &str, output: Option<&Path>) -> Result<(), Problem> {
        self.progress("");
        if let Some(path) = output {
            return write_whole(path, text.as_bytes()).map_err(|error| unwritable(output, &error));
        }
        let written = if self.layout(None).colour {
            write_to(AutoStream::always(io::stdout().lock()), text.as_bytes())
        } else {
            write_to(io::stdout().lock(), text.as_bytes())
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Problem::unwritable("standard output", &error))
            }
            _ => Ok(()),
        }
    }

    /// Refuses to write what is no text to a terminal.
    #[expect(clippy::unused_self, reason = "what is written goes through the screen")]
    pub(crate) fn refuse_bytes(&self, output: Option<&Path>) -> Result<(), Problem> {
        if output.is_some() || !io::stdout().is_terminal() {
            return Ok(());
        }
        let help = "name a file with `--output`, or send it to another program".to_owned();
        Err(Problem::new("this is no text that a terminal can show").help(help))
    }

    /// A place for data that is written bit by bit, and delivered as a whole or not at all.
    #[expect(clippy::unused_self, reason = "what is written goes through the screen")]
    pub(crate) fn spool(&self, output: Option<&Path>) -> Result<Spool, Problem> {
        Spool::new(output).map_err(|error| unwritable(output, &error))
    }

    /// Writes data that may be no text, in the same way. A terminal gets no bytes that it cannot show.
    pub(crate) fn deliver_bytes(&self, bytes: &[u8], output: Option<&Path>) -> Result<(), Problem> {
        match (std::str::from_utf8(bytes), output) {
            (_, Some(path)) => write_whole(path, bytes).map_err(|error| unwritable(output, &error)),
            (Ok(text), None) => self.deliver(text, None),
            (Err(_), None) if io::stdout().is_terminal() => self.refuse_bytes(None),
            (Err(_), None) => match io::stdout().lock().write_all(bytes) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(Problem::unwritable("standard output", &error))
                }
                _ => Ok(()),
            },
        }
    }

    /// Writes files into a folder, which is made if it is not there: all of them, or none where one cannot be.
    #[expect(clippy::unused_self, reason = "what is written goes through the screen")]
    pub(crate) fn deliver_all(&self, files: &[(PathBuf, Vec<u8>)], folder: &Path) -> Result<(), Problem> {
        let unwritable = |path: &Path, error: &io::Error| Problem::unwritable(&format!("`{}`", path.display()), error);
        if let Ok(there) = fs::metadata(folder)
            && !there.is_dir()
        {
            let message = format!("failed to write into `{}`: it is no folder", folder.display());
            return Err(Problem::new(message).help("name a folder, or one that is not there yet".to_owned()));
        }
        if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).is_dir()) {
            return Err(unwritable(&folder.join(name), &io::ErrorKind::IsADirectory.into()));
        }
        write_all_whole(files, folder).map_err(|error| unwritable(folder, &error))
    }

    /// Says something in passing.
    pub(crate) fn say(&self, text: &str) {
        self.progress("");
        if !self.quiet {
            let text = wrapped(text, 0, 2, self.width_of(&io::stderr()));
            talk(&format!("{text}\n"));
        }
    }

    /// Sets what is said next apart from data, where both are read on one terminal.
    pub(crate) fn set_apart(&self) {
        if !self.quiet && io::stdout().is_terminal() && io::stderr().is_terminal() {
            talk("\n");
        }
    }

    /// Shows how far a long work is, on a terminal alone and not at once; an empty text takes that away again.
    pub(crate) fn progress(&self, text: &str) {
        if self.progress.is_seen() {
            self.progress.tell(text, self.width_of(&io::stderr()).saturating_sub(1));
        }
    }

    /// Shows in the same way what is done while it is done.
    pub(crate) fn during<T>(&self, text: &str, work: impl FnOnce() -> T) -> T {
        self.progress(text);
        let done = work();
        self.progress("");
        done
    }

    /// Asks something; the answer is read by whoever asks.
    #[expect(clippy::unused_self, reason = "what is said goes through the screen")]
    pub(crate) fn ask(&self, text: &str) {
        talk(text);
    }

    /// Tells why a command could not do its work.
    pub(crate) fn fail(&self, failure: &Failure) {
        self.progress("");
        let layout = Layout { width: self.width_of(&io::stderr()), colour: is_coloured(&io::stderr()) };
        let mut parts = Vec::new();
        if !failure.mistakes.is_empty() {
            parts.push(diagnostics::text(&failure.mistakes, layout.width, layout.colour));
        }
        parts.extend(failure.problems.iter().map(|problem| shown(problem, layout)));
        talk(&parts.join("\n"));
    }

    fn width_of(&self, stream: &impl Stream) -> usize {
        self.width.unwrap_or_else(|| stream.terminal_width().map_or(WIDTH, |width| width.min(MOST_WIDTH)))
    }
}

/// A problem as a compiler would show it.
fn shown(problem: &Problem, layout: Layout) -> String {
    let style = |style: Style| if layout.colour { style } else { Style::new() };
    let (red, blue, bold) = (
        style(AnsiColor::BrightRed.on_default().bold()),
        style(AnsiColor::BrightBlue.on_default().bold()),
        style(Style::new().bold()),
    );
    let message = wrapped(&problem.message, 7, 7, layout.width);
    let mut out = format!("{red}error{red:#}{bold}: {message}{bold:#}\n");
    if let Some(place) = &problem.place {
        let place = wrapped(&place.to_string(), 0, 0, usize::MAX);
        out = format!("{out} {blue}-->{blue:#} {place}\n");
    }
    if let Some(help) = &problem.help {
        let help = wrapped(help, 10, 10, layout.width);
        out = format!("{out}  {blue}={blue:#} {bold}help{bold:#}: {help}\n");
    }
    out
}

/// Writes to standard error. Where that cannot be done there is nobody left to tell.
fn talk(text: &str) {
    let _ = write_to(AutoStream::auto(io::stderr().lock()), text.as_bytes());
}

fn write_to(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// A stream that may be a terminal.
trait Stream: anstream::stream::RawStream {
    /// The width of the terminal, if it is one that tells.
    fn terminal_width(&self) -> Option<usize>;
}

macro_rules! stream {
    ($($name:ty),+) => {
        $(impl Stream for $name {
            fn terminal_width(&self) -> Option<usize> {
                let terminal = IsTerminal::is_terminal(self).then_some(self)?;
                let told = terminal_size::terminal_size_of(terminal).map(|(width, _)| usize::from(width.0));
                let width = told.or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())?;
                Some(width.max(usize::from(LEAST_WIDTH)))
            }
        })+
    };
}

stream!(io::Stdout, io::Stderr);

fn is_coloured<S: Stream>(stream: &S) -> bool {
    anstream::AutoStream::choice(stream) != ColorChoice::Never
}

fn unwritable(output: Option<&Path>, error: &io::Error) -> Problem {
    match output {
        Some(path) => Problem::unwritable(&format!("`{}`", path.display()), error),
        None => Problem::unwritable("standard output", error),
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut spool = Spool::new(Some(path))?;
    spool.write_all(bytes)?;
    spool.end()
}

/// A file beside its place, which is moved there once it is whole; or one in between, for what can only be written to.
#[derive(Debug)]
pub(crate) struct Spool {
    file: io::BufWriter<tempfile::NamedTempFile>,
    output: Option<PathBuf>,
    /// Where the file is moved to. A device, a pipe and standard output are written to.
    target: Option<PathBuf>,
}

impl Spool {
    fn new(output: Option<&Path>) -> io::Result<Self> {
        let there = output.and_then(|path| fs::metadata(path).ok());
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // A file moved to a device or a pipe would take its place.
        let is_replaced = there.as_ref().is_none_or(fs::Metadata::is_file);
        // Where the path is a link, the file it leads to is replaced, not the link.
        let target = output.filter(|_| is_replaced);
        let target = target.map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".ringfence-");
        let file = match &target {
            Some(target) => {
                if let Some(permissions) = permissions(there.as_ref()) {
                    builder.permissions(permissions);
                }
                let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
                builder.tempfile_in(folder.unwrap_or(Path::new(".")))?
            }
            None => builder.tempfile()?,
        };
        Ok(Self { file: io::BufWriter::new(file), output: output.map(Path::to_path_buf), target })
    }

    /// Moves the file to its place, or copies what is in it there. A reader who stops reading is no failure.
    pub(crate) fn deliver(self) -> Result<(), Problem> {
        let output = self.output.clone();
        match self.end() {
            Err(error) if output.is_some() || error.kind() != io::ErrorKind::BrokenPipe => {
                Err(unwritable(output.as_deref(), &error))
            }
            _ => Ok(()),
        }
    }

    /// That it cannot be written to.
    pub(crate) fn unwritable(&self, error: &io::Error) -> Problem {
        unwritable(self.output.as_deref(), error)
    }

    fn end(self) -> io::Result<()> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if let Some(target) = self.target {
            file.as_file().sync_all()?;
            file.persist(target)?;
            return Ok(());
        }
        file.rewind()?;
        let mut to: Box<dyn Write> = match self.output {
            Some(path) => Box::new(fs::OpenOptions::new().write(true).open(path)?),
            None => Box::new(io::stdout().lock()),
        };
        io::copy(&mut file, &mut to)?;
        to.flush()
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes files into a folder beside their places, and moves them there when all are written.
fn write_all_whole(files: &[(PathBuf, Vec<u8>)], folder: &Path) -> io::Result<()> {
    let is_new = !folder.exists();
    let around = if is_new { folder.parent().filter(|path| !path.as_os_str().is_empty()) } else { Some(folder) };
    let around = around.unwrap_or(Path::new("."));
    fs::create_dir_all(around)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringfence-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let beside = builder.tempdir_in(around)?;
    for (name, bytes) in files {
        let path = beside.path().join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::File::create(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    if is_new {
        return fs::rename(beside.path(), folder);
    }
    for (name, _) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::rename(beside.path().join(name), path)?;
    }
    Ok(())
}

/// What the file before it had, or else what a new file has: temporary files are private otherwise.
fn permissions(there: Option<&fs::Metadata>) -> Option<fs::Permissions> {
    #[cfg(unix)]
    let usual = Some(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    let usual = None;
    there.map(fs::Metadata::permissions).or(usual)
}
