//! A table with a row for each case, some rows at a time.
//!
//! The table is gone through twice: first for what only all of its rows together can tell, such as that no recipient has
//! two, with a few bytes kept of each; then for the cases.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::vec;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Document, SourceFile};

use super::layout::{Extent, Opened};
use super::plan::{Plan, Who};
use super::{Figures, Maker, no_recipient, nobody, one_case};
use crate::LoadError;
use crate::shape::Mistakes;
#[cfg(feature = "parquet")]
use crate::table::columnar::{Columnar, Tables};
use crate::table::{Row, Table};

/// How many rows are gone through at a time before any case is made.
#[cfg(feature = "parquet")]
const AT_A_TIME: usize = 8_192;
/// Of how many different texts of a column it is remembered that they were found, beside those that are asked for.
const MOST_TEXTS: usize = 10_000;
/// Among how many codes one is looked for that is nearly the one that the binding names.
const MOST_CODES: usize = 2_000_000;

/// Where the rows are.
#[derive(Debug)]
pub(crate) enum Source {
    /// In memory.
    Held(Opened),
    /// In a file of columns, which is read as far as it is needed.
    #[cfg(feature = "parquet")]
    Columns(Columnar),
}

/// The cases of a table, some at a time.
#[derive(Debug)]
pub(crate) struct Pieces {
    binding: Document,
    rest: Rest,
    most: usize,
    /// How many rows there are, if that is known.
    pub(crate) rows: Option<usize>,
}

#[derive(Debug)]
enum Rest {
    Held {
        file: Arc<SourceFile>,
        header: Row,
        rows: vec::IntoIter<Row>,
    },
    #[cfg(feature = "parquet")]
    Columns(Tables),
}

impl Pieces {
    /// Checks the binding, and what all rows together can tell.
    ///
    /// # Errors
    /// Every mistake in the binding; then, with a sound binding, what is wrong with the rows taken together.
    pub(crate) fn of(binding: Document, source: Source, most: usize) -> Result<Self, LoadError> {
        let (rest, rows) = match source {
            Source::Held(opened) => {
                survey(&binding, &opened, &Rows::Held(opened.table.as_ref()))?;
                let table = opened.table.unwrap_or_else(|| Table::none(&binding.file));
                let count = table.rows.len();
                (Rest::Held { file: table.file, header: table.header, rows: table.rows.into_iter() }, Some(count))
            }
            #[cfg(feature = "parquet")]
            Source::Columns(columns) => {
                let opened = Opened::part(columns.header());
                let wanted = survey(&binding, &opened, &Rows::Columns(&columns))?;
                (Rest::Columns(columns.tables(Some(&wanted), most)?), columns.rows)
            }
        };
        Ok(Self { binding, rest, most: most.max(1), rows })
    }

    fn next_table(&mut self) -> Option<Result<Table, Vec<Diagnostic>>> {
        match &mut self.rest {
            Rest::Held { file, header, rows } => {
                let rows: Vec<Row> = rows.by_ref().take(self.most).collect();
                let table = Table { file: Arc::clone(file), header: header.clone(), rows };
                (!table.rows.is_empty()).then_some(Ok(table))
            }
            #[cfg(feature = "parquet")]
            Rest::Columns(tables) => tables.next(),
        }
    }

    fn cases(&self, table: Table) -> Result<Vec<Document>, Vec<Diagnostic>> {
        let (opened, mut mistakes) = (Opened::part(table), Mistakes::default());
        let plan = Plan::read(&self.binding.root, Some(&opened), &mut mistakes);
        let (Some(plan), Some(table)) = (plan, &opened.table) else { return Err(mistakes.0) };
        let figures = Figures::read(&plan, table, &mut mistakes);
        let maker = Maker { binding: &self.binding, plan: &plan, table, figures: &figures };
        let cases = maker.cases(&mut mistakes);
        if mistakes.0.is_empty() { Ok(cases) } else { Err(mistakes.0) }
    }
}

impl Iterator for Pieces {
    type Item = Result<Vec<Document>, Vec<Diagnostic>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let made = self.next_table()?.and_then(|table| self.cases(table));
            // Rows that are left out make no case.
            if made.as_ref().map_or(true, |cases| !cases.is_empty()) {
                return Some(made);
            }
        }
    }
}

/// The rows, to be gone through more than once.
enum Rows<'t> {
    Held(Option<&'t Table>),
    #[cfg(feature = "parquet")]
    Columns(&'t Columnar),
}

impl Rows<'_> {
    /// Goes through the rows by the columns that tell who they are of.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "only a file is read by its columns, and can fail"
        )
    )]
    fn each(&self, plan: &Plan<'_>, mut each: impl FnMut(&Table)) -> Result<(), LoadError> {
        match self {
            Self::Held(table) => table.iter().for_each(|table| each(table)),
            #[cfg(feature = "parquet")]
            Self::Columns(columns) => {
                let wanted = plan.asked().map(|(column, _)| column).chain([plan.code_column()]).collect();
                for table in columns.tables(Some(&wanted), AT_A_TIME)? {
                    each(&table?);
                }
            }
        }
        Ok(())
    }
}

/// Checks what only all rows together can tell. Gives the columns that cases are made of.
fn survey(binding: &Document, opened: &Opened, rows: &Rows<'_>) -> Result<BTreeSet<usize>, LoadError> {
    let mut mistakes = Mistakes::default();
    let plan = Plan::read(&binding.root, Some(opened), &mut mistakes);
    let (Some(plan), true) = (plan, mistakes.0.is_empty()) else { return Err(mistakes.0.into()) };
    let mut survey = Survey::of(&plan);
    rows.each(&plan, |table| survey.add(table, &mut mistakes))?;
    if opened.extent == Extent::Part {
        plan.check_where(&survey.texts, survey.lets_any_through, &mut mistakes);
    }
    survey.check_codes(rows, &mut mistakes)?;
    survey.check_repeated(rows, &mut mistakes)?;
    if mistakes.0.is_empty() && survey.marks.is_empty() {
        mistakes.add(no_recipient(&plan, survey.lets_any_through));
    }
    if mistakes.0.is_empty() { Ok(plan.columns()) } else { Err(mistakes.0.into()) }
}

/// What is kept of all rows.
struct Survey<'p, 'n> {
    plan: &'p Plan<'n>,
    /// Of each column that `where` asks, the texts that were found.
    texts: Vec<BTreeSet<String>>,
    lets_any_through: bool,
    /// The codes that the binding names and some row has.
    named: BTreeSet<String>,
    /// A number made of the id of each case.
    marks: Vec<u64>,
}

impl<'p, 'n> Survey<'p, 'n> {
    fn of(plan: &'p Plan<'n>) -> Self {
        let texts = plan.asked().map(|_| BTreeSet::new()).collect();
        Self { plan, texts, lets_any_through: false, named: BTreeSet::new(), marks: Vec::new() }
    }

    fn add(&mut self, table: &Table, mistakes: &mut Mistakes) {
        let to_find: BTreeSet<&str> = self.plan.codes_to_find().map(|(code, _)| code).collect();
        for row in &table.rows {
            for ((column, asked), found) in self.plan.asked().zip(&mut self.texts) {
                let text = row.cell(column);
                if !found.contains(text) && (found.len() < MOST_TEXTS || asked.contains(text)) {
                    found.insert(text.to_owned());
                }
            }
            if !self.plan.reads(row) {
                continue;
            }
            self.lets_any_through = true;
            let code = self.plan.code(row);
            if let Who::Columns { code, .. } = self.plan.who
                && let Err(mistake) = table.seen(row, code).as_text()
            {
                mistakes.add(mistake);
            }
            if to_find.contains(code) && !self.named.contains(code) {
                self.named.insert(code.to_owned());
            }
            if self.plan.is_excluded(code) {
                continue;
            }
            if self.plan.names_nobody(code) {
                mistakes.add(nobody(self.plan, row));
            }
            self.marks.push(mark(&code.to_lowercase()));
        }
    }

    /// Refuses codes of the binding that no row has.
    fn check_codes(&self, rows: &Rows<'_>, mistakes: &mut Mistakes) -> Result<(), LoadError> {
        let missing: Vec<_> = self.plan.codes_to_find().filter(|(code, _)| !self.named.contains(*code)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut known: BTreeSet<String> = BTreeSet::new();
        rows.each(self.plan, |table| {
            let codes = table.rows.iter().filter(|row| self.plan.reads(row)).map(|row| self.plan.code(row));
            let room = MOST_CODES.saturating_sub(known.len());
            known.extend(codes.take(room).map(ToOwned::to_owned));
        })?;
        for (code, place) in missing {
            mistakes.add(self.plan.not_found(code, place, known.iter().map(String::as_str)));
        }
        Ok(())
    }

    /// Refuses rows that make a case which another row makes. Numbers that agree say which rows to look at again.
    fn check_repeated(&mut self, rows: &Rows<'_>, mistakes: &mut Mistakes) -> Result<(), LoadError> {
        self.marks.sort_unstable();
        let repeated = self.marks.windows(2).filter_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        });
        let repeated: HashSet<u64> = repeated.collect();
        if repeated.is_empty() {
            return Ok(());
        }
        let mut first: BTreeMap<String, (String, String)> = BTreeMap::new();
        rows.each(self.plan, |table| {
            for row in table.rows.iter().filter(|row| self.plan.reads(row)) {
                let (code, column) = (self.plan.code(row), self.plan.code_column());
                let case = code.to_lowercase();
                if mistakes.is_full() || self.plan.is_excluded(code) || !repeated.contains(&mark(&case)) {
                    continue;
                }
                let Some((other, at)) = first.get(&case) else {
                    first.insert(case, (code.to_owned(), row.one(column)));
                    continue;
                };
                let place = row.place(column);
                mistakes.add(if other == code {
                    let message = format!("a second row for `{code}`");
                    Diagnostic::error(Code::BAD_ROW, place, message).help(format!("the first is in {at}"))
                } else {
                    one_case(other, code, &case, place)
                });
            }
        })?;
        Ok(())
    }
}

/// A number made of a text, the same in each run.
fn mark(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
