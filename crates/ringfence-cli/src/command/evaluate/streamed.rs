//! Rulings on a table with a row for each case, some rows at a time: read, ruled on by every processor, and written in
//! the order of the rows.

use std::io::Write as _;
use std::num::NonZero;
use std::panic;
use std::thread;

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Ruling;
use ringfence_core::source::Document;
use ringfence_loaders::case::Batches;
use ringfence_reporting::{csv, json_lines, parquet};

use super::{FailOn, Failing};
use crate::exit::{Failure, Problem};
use crate::inputs::{Unruled, read_cases, rule_each};
use crate::screen::{Screen, Spool};
use crate::words::counted;

/// How many rows are read at a time.
pub(super) const ROWS: usize = 512;
/// How many rulings are held at a time before they are written as text.
const RULINGS: usize = 32;
/// After so many mistakes nobody reads on.
const MOST_MISTAKES: usize = 100;

/// The forms in which each ruling stands by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Csv,
    CsvFindings,
    JsonLines,
    Parquet,
}

/// Some rulings in such a form.
#[derive(Debug)]
enum Piece {
    Text(String),
    Rows(Vec<parquet::Rows>),
}

/// Where the pieces go.
enum Sink {
    Text(Spool),
    Parquet(Box<parquet::Writer<Spool>>),
}

/// What became of one batch.
#[derive(Debug)]
struct Done {
    piece: Piece,
    count: usize,
    failing: Vec<String>,
    doubted: Doubted,
    mistakes: Vec<Diagnostic>,
    unruled: Unruled,
}

/// What is to be done with each batch.
#[derive(Clone, Copy)]
struct Work<'w> {
    pack: &'w Pack,
    options: &'w Options,
    form: Form,
    fail_on: &'w [FailOn],
}

/// How many figures were not believed, and of how many recipients: here a row is a recipient.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubted {
    pub(super) figures: usize,
    pub(super) recipients: usize,
}

/// Rules on every case, and writes the rulings. Says how many there are, which of them the user asked to fail on, and
/// what was not believed.
pub(super) fn run(
    (pack, mut batches): (Pack, Batches),
    options: &Options,
    (form, fail_on): (Form, &[FailOn]),
    spool: Spool,
    screen: &Screen,
) -> Result<(Spool, usize, Failing, Doubted), Failure> {
    let work = Work { pack: &pack, options, form, fail_on };
    let wave = thread::available_parallelism().map_or(1, NonZero::get);
    let rows = batches.rows().map_or_else(String::new, |rows| format!(" of {}", counted(rows, "row")));
    let mut sink = form.begin(spool, &pack)?;
    let (mut count, mut failing, mut unruled) = (0, Failing::default(), Unruled::default());
    let mut doubted = Doubted::default();
    let mut failure = Failure::default();
    screen.progress(&format!("{}{rows} ruled on", counted(count, "case")));
    let mut waiting = read(&mut batches, wave, &mut failure);
    while !waiting.is_empty() {
        let (done, next) = thread::scope(|scope| {
            let tasks: Vec<_> = waiting.into_iter().map(|documents| scope.spawn(move || work.on(&documents))).collect();
            let next = read(&mut batches, wave, &mut failure);
            (tasks.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>(), next)
        });
        for done in done {
            let done = done.unwrap_or_else(|stopped| panic::resume_unwind(stopped))?;
            count += done.count;
            failing.extend(done.failing);
            doubted.figures += done.doubted.figures;
            doubted.recipients += done.doubted.recipients;
            unruled.extend(done.unruled);
            failure.mistakes.extend(done.mistakes);
            if failure.mistakes.is_empty() && unruled.is_empty() {
                sink.write(done.piece)?;
            }
        }
        waiting = if failure.mistakes.len() < MOST_MISTAKES { next } else { Vec::new() };
        screen.progress(&format!("{}{rows} ruled on", counted(count, "case")));
    }
    screen.progress("");
    failure.problems.extend(unruled.problems());
    failure.or(())?;
    Ok((sink.finish()?, count, failing, doubted))
}

/// The next batches, at most so many; what is wrong with others is noted.
fn read(batches: &mut Batches, most: usize, failure: &mut Failure) -> Vec<Vec<Document>> {
    let mut read = Vec::new();
    while read.len() < most && failure.mistakes.len() < MOST_MISTAKES {
        let Some(batch) = batches.next() else { break };
        read.extend(failure.gather(batch));
    }
    read
}

impl Work<'_> {
    fn on(self, documents: &[Document]) -> Result<Done, Problem> {
        let (cases, mistakes) = read_cases(self.pack, documents);
        let (mut count, mut failing, mut unruled) = (0, Vec::new(), Unruled::default());
        let (mut piece, mut doubted) = (self.form.nothing(), Doubted::default());
        for some in cases.chunks(RULINGS) {
            let rulings = rule_each(self.pack, some, self.options, &mut unruled);
            let fails = |ruling: &&Ruling| self.fail_on.iter().any(|fail_on| fail_on.holds(ruling));
            failing.extend(rulings.iter().filter(fails).map(|ruling| ruling.case.id.clone()));
            count += rulings.len();
            doubted.figures += rulings.iter().map(|ruling| ruling.rejected.len()).sum::<usize>();
            doubted.recipients += rulings.iter().filter(|ruling| !ruling.rejected.is_empty()).count();
            self.form.add(&rulings, &mut piece)?;
        }
        Ok(Done { piece, count, failing, doubted, mistakes, unruled })
    }
}

impl Form {
    fn begin(self, mut spool: Spool, pack: &Pack) -> Result<Sink, Problem> {
        let heading = match self {
            Self::Csv => csv::portfolio_heading().map_err(|error| Problem::of(&error))?,
            Self::CsvFindings => csv::findings_heading().map_err(|error| Problem::of(&error))?,
            Self::JsonLines => String::new(),
            Self::Parquet => {
                let writer = parquet::Writer::new(spool, Some(pack.currency()));
                return Ok(Sink::Parquet(Box::new(writer.map_err(|error| Problem::of(&error))?)));
            }
        };
        spool.write_all(heading.as_bytes()).map_err(|error| spool.unwritable(&error))?;
        Ok(Sink::Text(spool))
    }

    const fn nothing(self) -> Piece {
        match self {
            Self::Parquet => Piece::Rows(Vec::new()),
            Self::Csv | Self::CsvFindings | Self::JsonLines => Piece::Text(String::new()),
        }
    }

    fn add(self, rulings: &[Ruling], to: &mut Piece) -> Result<(), Problem> {
        let text = match (self, to) {
            (Self::Csv, Piece::Text(text)) => {
                (text, csv::portfolio_lines(rulings).map_err(|error| Problem::of(&error))?)
            }
            (Self::CsvFindings, Piece::Text(text)) => {
                (text, csv::findings_lines(rulings).map_err(|error| Problem::of(&error))?)
            }
            (Self::JsonLines | Self::Parquet, Piece::Text(text)) => {
                (text, json_lines::rulings(rulings).map_err(|error| Problem::of(&error))?)
            }
            (_, Piece::Rows(rows)) => {
                rows.push(parquet::Rows::of(rulings).map_err(|error| Problem::of(&error))?);
                return Ok(());
            }
        };
        text.0.push_str(&text.1);
        Ok(())
    }
}

impl Sink {
    fn write(&mut self, piece: Piece) -> Result<(), Problem> {
        match (self, piece) {
            (Self::Text(spool), Piece::Text(text)) => {
                spool.write_all(text.as_bytes()).map_err(|error| spool.unwritable(&error))
            }
            (Self::Parquet(writer), Piece::Rows(rows)) => {
                rows.into_iter().try_for_each(|rows| writer.add(rows)).map_err(|error| Problem::of(&error))
            }
            _ => Ok(()),
        }
    }

    fn finish(self) -> Result<Spool, Problem> {
        match self {
            Self::Text(spool) => Ok(spool),
            Self::Parquet(writer) => writer.finish().map_err(|error| Problem::of(&error)),
        }
    }
}
