//! Bindings: what makes cases of a published table.
//!
//! A binding names the columns of the table, the months that each period of the scheme is made of, and
//! what is set by hand. Every figure made keeps the lines it was added up from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::{Exact, Inexact};
use ringfence_core::source::{Content, Document, Entry, Node, Place, SourceFile};

mod cells;
mod checks;
pub(crate) mod layout;
pub(crate) mod pieces;
mod plan;

use self::cells::Found;
use self::layout::{Layout, Opened};
use self::plan::{As, Combine, Fact, Footprint, Form, From, Member, Months, Plan, ROW, Who};
use crate::period::{self, Month, Written};
use crate::shape::{self, Mistakes};
use crate::table::{self, Row, Table};

/// How many figures one binding may make: beyond this, each recipient is better ruled on from its own file.
const MOST_FIGURES: usize = 2_000_000;

/// Makes a case of each recipient in a table: in the order of the rows where a row is a case; where rows are of months
/// first by code, then the footprints as the binding lists them.
///
/// Where the binding says which rows count, the others are as good as not there.
/// A code without any row in the months that the binding needs is no recipient; one recipient at least has a row.
///
/// # Errors
/// Every mistake in the binding; then, with a sound binding, every mistake in the table.
pub fn run(binding: &Document, table_file: &Arc<SourceFile>) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let mut mistakes = Mistakes::default();
    let layout = Layout::read(&binding.root, table_file.path(), &mut mistakes);
    let table = layout.and_then(|layout| mistakes.gather(layout.table(table_file)));
    run_on(binding, table.map(Opened::from).as_ref(), mistakes)
}

/// The same with what was opened, or could not be for the mistakes given.
pub(crate) fn run_on(
    binding: &Document,
    opened: Option<&Opened>,
    mut mistakes: Mistakes,
) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let plan = Plan::read(&binding.root, opened, &mut mistakes);
    let (Some(opened), Some(plan), true) = (opened, plan, mistakes.0.is_empty()) else { return Err(mistakes.0) };
    let none = Table::none(opened.workbook.as_ref().map_or(&binding.file, |workbook| &workbook.file));
    let table = opened.table.as_ref().unwrap_or(&none);
    let figures = Figures::read(&plan, table, &mut mistakes);
    figures.check_codes(&plan, &mut mistakes);
    if mistakes.0.is_empty() {
        figures.refuse_none(&plan).map_err(|mistake| vec![mistake])?;
    }
    figures.refuse_many(&plan).map_err(|mistake| vec![mistake])?;
    let maker = Maker { binding, plan: &plan, table, figures: &figures };
    let cases = maker.cases(&mut mistakes);
    if mistakes.0.is_empty() { Ok(cases) } else { Err(mistakes.0) }
}

/// The rows that the binding needs, by code and month.
struct Figures<'t> {
    codes: BTreeSet<&'t str>,
    /// Where rows became known on different days, one for each, the first first.
    rows: BTreeMap<&'t str, BTreeMap<Month, Vec<Vintage<'t>>>>,
    /// The codes of rows that are cases, in the order of the rows.
    order: Vec<&'t str>,
    /// The first and the last month of all rows that are read.
    months: Option<(Month, Month)>,
}

/// A row, and when it became known; without a day, it always was.
#[derive(Clone, Copy)]
struct Vintage<'t> {
    row: &'t Row,
    known: Option<Date>,
}

impl<'t> Figures<'t> {
    fn read(plan: &'t Plan<'_>, table: &'t Table, mistakes: &mut Mistakes) -> Self {
        let mut figures = Self { codes: BTreeSet::new(), rows: BTreeMap::new(), order: Vec::new(), months: None };
        let rows: Vec<&Row> = table.rows.iter().filter(|row| plan.reads(row)).collect();
        for row in &rows {
            if let Who::Columns { code, .. } = plan.who
                && let Err(mistake) = table.seen(row, code).as_text()
            {
                mistakes.add(mistake);
            }
        }
        figures.codes.extend(rows.iter().map(|row| plan.code(row)));
        let Some(period) = &plan.period else {
            // A workbook of single cells is one case, whatever rows it has.
            if let (Who::One { code, .. }, false) = (&plan.who, plan.reads_columns()) {
                figures.rows.insert(code, BTreeMap::new());
                return figures;
            }
            for row in rows.into_iter().filter(|row| !plan.is_excluded(plan.code(row))) {
                figures.add(plan.code(row), ROW, row, plan, mistakes);
            }
            return figures;
        };
        if let Err(mistake) = check_months(period, table, &rows) {
            mistakes.add(mistake);
            return figures;
        }
        let window = plan.window();
        for row in rows {
            let code = plan.code(row);
            let Some(month) = period.written.month(row.cell(period.column)) else {
                mistakes.add(no_month(period, row));
                continue;
            };
            let (first, last) = figures.months.unwrap_or((month, month));
            figures.months = Some((first.min(month), last.max(month)));
            if window.contains(&month) && !plan.is_excluded(code) {
                figures.add(code, month, row, plan, mistakes);
            }
        }
        figures
    }

    fn add(&mut self, code: &'t str, month: Month, row: &'t Row, plan: &Plan<'_>, mistakes: &mut Mistakes) {
        if plan.names_nobody(code) {
            mistakes.add(nobody(plan, row));
            return;
        }
        let known = match plan.known(row) {
            Ok(known) => known,
            Err(mistake) => {
                mistakes.add(mistake);
                return;
            }
        };
        let vintages = self.rows.entry(code).or_default().entry(month).or_default();
        let at = vintages.partition_point(|vintage| vintage.known < known);
        let Some(first) = vintages.get(at).filter(|vintage| vintage.known == known) else {
            if vintages.is_empty() && plan.period.is_none() {
                self.order.push(code);
            }
            vintages.insert(at, Vintage { row, known });
            return;
        };
        let month = plan.period.as_ref().map_or_else(String::new, |_| format!(" in {}", period::month_label(month)));
        let known = known.map_or_else(String::new, |known| format!(" that became known on {known}"));
        let message = format!("a second row for `{code}`{month}{known}");
        let mistake = Diagnostic::error(Code::BAD_ROW, row.place(plan.code_column()), message);
        let line = first.row.one(plan.code_column());
        let file = if Arc::ptr_eq(&first.row.file, &row.file) { "" } else { &format!("{}, ", first.row.file.path()) };
        mistakes.add(mistake.help(format!("the first is in {file}{line}")));
    }

    /// Refuses a binding for which no row counts: it would make no case, or cases without a figure.
    fn refuse_none(&self, plan: &Plan<'_>) -> Result<(), Diagnostic> {
        if !self.rows.is_empty() {
            return Ok(());
        }
        if plan.period.is_none() {
            return Err(no_recipient(plan, !self.codes.is_empty()));
        }
        let message = "no row of a recipient is of a month that these periods need";
        let mistake = Diagnostic::error(Code::BAD_PERIOD, plan.periods_place.clone(), message);
        Err(match self.months.map(|(first, last)| (period::month_label(first), period::month_label(last))) {
            Some((first, last)) => mistake.help(format!("the rows that are read run from {first} to {last}")),
            None => mistake.help("the table has no rows"),
        })
    }

    /// Refuses a binding that would make more figures than anybody could hold.
    fn refuse_many(&self, plan: &Plan<'_>) -> Result<(), Diagnostic> {
        let members: usize = plan.footprints.iter().map(|footprint| footprint.members.len()).sum();
        let recipients = self.rows.len() + members;
        let count = recipients.saturating_mul(plan.facts.len()).saturating_mul(plan.first_months.len());
        let message = format!("the binding makes more than {MOST_FIGURES} figures");
        let place = || plan.root.place.clone();
        if count > MOST_FIGURES { Err(Diagnostic::error(Code::TOO_LARGE, place(), message)) } else { Ok(()) }
    }

    /// Refuses codes of the binding that the table does not know: they are misspelt, and what is said of
    /// them would silently hold for nobody.
    fn check_codes(&self, plan: &Plan<'_>, mistakes: &mut Mistakes) {
        for (code, place) in plan.codes_to_find() {
            if !self.codes.contains(code) && !mistakes.is_full() {
                mistakes.add(plan.not_found(code, place, self.codes.iter().copied()));
            }
        }
    }

    /// The rows of each code: in their order where a row is a case, and else in the order of the codes.
    fn in_order(&self) -> Vec<(&&'t str, &BTreeMap<Month, Vec<Vintage<'t>>>)> {
        match self.order.as_slice() {
            [] => self.rows.iter().collect(),
            order => order.iter().filter_map(|code| self.rows.get_key_value(code)).collect(),
        }
    }

    /// The row that counts where only what was known by a day does.
    fn row(&self, code: &str, month: Month, by: Option<Date>) -> Option<&'t Row> {
        let vintages = self.rows.get(code)?.get(&month)?;
        vintages.iter().rev().find(|vintage| vintage.known <= by).map(|vintage| vintage.row)
    }

    /// The days on which a row for one of these became known, the first first. Where none says, there is one without.
    fn days<'a>(&self, rows: impl IntoIterator<Item = (&'a str, Month)>) -> BTreeSet<Option<Date>> {
        let vintages = rows.into_iter().filter_map(|(code, month)| self.rows.get(code)?.get(&month));
        vintages.flatten().map(|vintage| vintage.known).collect()
    }
}

/// That no row of a table with a row for each case makes one.
fn no_recipient(plan: &Plan<'_>, has_rows: bool) -> Diagnostic {
    let mistake = Diagnostic::error(Code::BAD_ROW, plan.root.place.clone(), "no row is a recipient's");
    mistake.help(if has_rows { "every row is excluded" } else { "the table has no rows" })
}

/// That a row names nobody.
fn nobody(plan: &Plan<'_>, row: &Row) -> Diagnostic {
    let place = row.place(plan.code_column());
    Diagnostic::error(Code::BAD_ROW, place, "the row names no recipient").help(
        "leave such rows out by `exclude` or `where`; of a table with one recipient, `recipient: { is: … }` says who",
    )
}

/// That two codes make one case.
fn one_case(other: &str, code: &str, case: &str, place: Place) -> Diagnostic {
    let message = format!("`{other}` and `{code}` would both be the case `{case}`");
    Diagnostic::error(Code::DUPLICATE_NAME, place, message)
}

/// Refuses a column whose months are all written in another way than the binding says: that is one mistake
/// of the binding, and not one of each row.
fn check_months(period: &Months<'_>, table: &Table, rows: &[&Row]) -> Result<(), Diagnostic> {
    let Months { column, written, place } = *period;
    let all = |way: Written| rows.iter().all(|row| way.month(row.cell(column)).is_some());
    // One in May counts for short names and for long ones.
    let other = if all(written) { None } else { Written::ALL.into_iter().find(|way| all(*way)) };
    let Some(other) = other else { return Ok(()) };
    let (found, expected) = (other.example(), written.example());
    let name = table.header.cell(column);
    let message = format!("the column `{name}` has its months as in `{found}`, not as in `{expected}`");
    let mistake = Diagnostic::error(Code::BAD_PERIOD, place.clone(), message);
    Err(mistake.help(format!("write `written: {found}` under `period`")))
}

/// A cell that is no month, or one written in another way than the others.
fn no_month(period: &Months<'_>, row: &Row) -> Diagnostic {
    let Months { column, written, .. } = *period;
    let (text, expected) = (row.cell(column), written.example());
    let message = format!("expected a month such as {expected}, found `{text}`");
    let mistake = Diagnostic::error(Code::BAD_PERIOD, row.place(column), message);
    if Written::ways(text).is_empty() {
        return mistake;
    }
    mistake.help("a column has all its months written in one way; `written` under `period` says which")
}

/// Makes the cases.
struct Maker<'a, 't> {
    binding: &'a Document,
    plan: &'a Plan<'a>,
    table: &'t Table,
    figures: &'a Figures<'t>,
}

/// Who a case is made for.
struct Recipient<'a> {
    case: String,
    code: &'a str,
    name: Option<Node>,
    members: &'a [Member<'a>],
    place: Place,
}

impl<'a> Recipient<'a> {
    /// The codes that count for a month.
    fn members_in(&self, month: Month) -> Vec<&'a Member<'a>> {
        self.members.iter().filter(|member| (member.from..member.until).contains(&month)).collect()
    }
}

/// The sum of a period, or why there is none.
struct Sum<'t> {
    total: Exact,
    /// The row that the figure is shown at.
    first: Option<&'t Row>,
    /// Whether all numbers so far are whole.
    whole: bool,
    lines: Vec<(&'t Arc<SourceFile>, String)>,
    absent: Vec<String>,
    notes: Vec<String>,
    /// Whether a row is not there, rather than there without a figure.
    lacks_row: bool,
}

impl<'t> Maker<'_, 't> {
    fn cases(&self, mistakes: &mut Mistakes) -> Vec<Document> {
        let mut made: BTreeMap<String, String> = BTreeMap::new();
        let mut cases = Vec::new();
        for (code, rows) in self.figures.in_order() {
            let members = [Member { code, from: Month::MIN, until: Month::MAX }];
            let (name, place) = match (&self.plan.who, rows.values().next_back().and_then(|vintages| vintages.last())) {
                (Who::Columns { code, name }, Some(last)) => {
                    let last = last.row;
                    let cell = |column| Node::text(last.cell(column), last.place(column));
                    (name.map(cell), last.place(*code))
                }
                (Who::Columns { .. }, None) => continue,
                (Who::One { place, name, .. }, _) => (name.clone(), place.clone()),
            };
            let recipient = Recipient { case: code.to_lowercase(), code, name, members: &members, place };
            self.case(&recipient, &mut made, &mut cases, mistakes);
        }
        for footprint in &self.plan.footprints {
            let Footprint { id, place, name, members } = footprint;
            let (name, place) = (name.cloned(), (*place).clone());
            let recipient = Recipient { case: (*id).to_owned(), code: id, name, members, place };
            self.case(&recipient, &mut made, &mut cases, mistakes);
        }
        cases
    }

    fn case(
        &self,
        recipient: &Recipient<'_>,
        made: &mut BTreeMap<String, String>,
        cases: &mut Vec<Document>,
        mistakes: &mut Mistakes,
    ) {
        let Recipient { case, code, place, .. } = recipient;
        if let Some(other) = made.insert(case.clone(), (*code).to_owned()) {
            mistakes.add(one_case(&other, code, case, place.clone()));
        }
        let mut entries = vec![("case".to_owned(), Node::text(case.as_str(), place.clone()))];
        // Who has no name is called by the code.
        let name = recipient.name.clone().unwrap_or_else(|| Node::text(*code, place.clone()));
        let code = ("code".to_owned(), Node::text(*code, place.clone()));
        entries.push(("recipient".to_owned(), Node::map([code, ("name".to_owned(), name)], place)));
        for key in ["pack", "rules-at", "known-by"] {
            entries.extend(self.plan.root.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        let mut facts = self.facts(recipient, mistakes);
        self.plan.checks.apply(&mut facts, recipient.code, place, mistakes);
        let facts = Content::Map(facts);
        entries.push(("facts".to_owned(), Node { place: place.clone(), content: facts }));
        cases.push(Document { file: Arc::clone(&self.binding.file), root: Node::map(entries, place) });
    }

    /// The facts of a case: from the table, then as set, then as set for this recipient.
    fn facts(&self, recipient: &Recipient<'_>, mistakes: &mut Mistakes) -> Vec<Entry> {
        let own = self.plan.by_recipient.get(recipient.code);
        let own = own.map_or(&[][..], |entry| shape::entries_of(&entry.value));
        let names: BTreeSet<&str> = own.iter().map(|entry| entry.key.as_str()).collect();
        let replaced = |name: &str| names.contains(name);
        let mut facts = Vec::new();
        for fact in self.plan.facts.iter().filter(|fact| !replaced(fact.name)) {
            let value = match &fact.from {
                From::Months { column, combine, before } => {
                    self.series(fact, (*column, *combine, *before), recipient, mistakes)
                }
                From::Column(column) => self.of_row(*column, fact.form, recipient, mistakes),
                From::Cell(found) => self.of_cell(found, fact.form, mistakes),
                From::Cells(cells) => {
                    let mut entry = |(label, place, found): &(&str, &Place, Found<'_>)| {
                        let value = self.of_cell(found, fact.form, mistakes);
                        Entry { key: (*label).to_owned(), key_place: (*place).clone(), value }
                    };
                    let entries = cells.iter().map(&mut entry).collect();
                    Node { place: fact.place.clone(), content: Content::Map(entries) }
                }
                From::Columns(columns) => {
                    let mut entry = |(label, place, column): &(&str, &Place, usize)| {
                        let value = self.of_row(*column, fact.form, recipient, mistakes);
                        Entry { key: (*label).to_owned(), key_place: (*place).clone(), value }
                    };
                    let entries = columns.iter().map(&mut entry).collect();
                    Node { place: fact.place.clone(), content: Content::Map(entries) }
                }
            };
            facts.push(Entry { key: fact.name.to_owned(), key_place: fact.place.clone(), value });
        }
        facts.extend(self.plan.set.iter().filter(|entry| !replaced(&entry.key)).cloned());
        facts.extend(own.iter().cloned());
        facts
    }

    fn series(
        &self,
        fact: &Fact<'_>,
        (column, combine, before): (usize, Combine, Month),
        recipient: &Recipient<'_>,
        mistakes: &mut Mistakes,
    ) -> Node {
        let mut values = Vec::new();
        let of = Of { column, before, kind: fact.form.kind };
        for first in &self.plan.first_months {
            let rows = self.plan.months(before, *first).flat_map(|month| {
                recipient.members_in(month).into_iter().map(move |member| (member.code, month)).collect::<Vec<_>>()
            });
            let mut days = self.figures.days(rows);
            if days.is_empty() {
                days.insert(None);
            }
            let last = days.last().copied().flatten();
            let mut figures = Vec::new();
            for by in days {
                let sum = match combine {
                    Combine::Sum => self.sum(of, recipient, *first, by, mistakes),
                    Combine::Only => self.only(of, recipient, *first, by, mistakes),
                };
                // Until every month has its row there is no figure yet; where one never comes, there never was one.
                if sum.has_every_row() {
                    figures.push(known(self.figure(fact, column, &sum), by));
                } else if by == last && figures.is_empty() {
                    figures.push(self.figure(fact, column, &sum));
                }
            }
            values.push((self.plan.every.label(*first), vintages(figures, fact.place)));
        }
        let source = Node::text(self.source(&[]), fact.place.clone());
        let values = Node::map(values, fact.place);
        Node::map([("value".to_owned(), values), ("source".to_owned(), source)], fact.place)
    }

    /// The figure of the row that is the case.
    fn of_row(&self, column: usize, form: Form<'_>, recipient: &Recipient<'_>, mistakes: &mut Mistakes) -> Node {
        let rows = self.figures.rows.get(recipient.code).and_then(|rows| rows.get(&ROW));
        let figures = rows.into_iter().flatten().map(|vintage| {
            let row = vintage.row;
            let seen = self.table.seen(row, column);
            let source = self.source(&[(&row.file, row.short(column))]);
            let figure = self.plan.figure(&seen, form, &row.one(column), &source);
            known(figure_or_mistake(figure, seen.place, mistakes), vintage.known)
        });
        vintages(figures.collect(), &recipient.place)
    }

    /// The figure in a cell of the workbook.
    fn of_cell(&self, found: &Found<'_>, form: Form<'_>, mistakes: &mut Mistakes) -> Node {
        let mut source = format!("{}, {}", table::file_name(found.seen.place.file()), found.name());
        source.extend(self.plan.source.into_iter().flat_map(|publisher| ["; ", publisher]));
        let place = found.seen.place.clone();
        figure_or_mistake(self.plan.figure(&found.seen, form, &found.name(), &source), place, mistakes)
    }

    fn sum(
        &self,
        of: Of,
        recipient: &Recipient<'_>,
        first: Month,
        by: Option<Date>,
        mistakes: &mut Mistakes,
    ) -> Sum<'t> {
        let mut sum = Sum::new();
        for month in self.plan.months(of.before, first) {
            let members = recipient.members_in(month);
            if members.is_empty() {
                sum.absent(month, Some(format!("no code counts for {}", period::month_label(month))));
            }
            for member in members {
                self.add(of, member.code, (month, by), &mut sum, mistakes);
            }
        }
        sum
    }

    /// The figure of the one row that a period has.
    ///
    /// Blank cells are rows as well: of three months with one figure, nobody has said that it is the quarter's.
    fn only(
        &self,
        of: Of,
        recipient: &Recipient<'_>,
        first: Month,
        by: Option<Date>,
        mistakes: &mut Mistakes,
    ) -> Sum<'t> {
        let codes = self.plan.months(of.before, first).flat_map(|month| {
            recipient.members_in(month).into_iter().map(move |member| (member.code, month)).collect::<Vec<_>>()
        });
        let mut rows = codes.filter_map(|(code, month)| Some((code, month, self.figures.row(code, month, by)?)));
        let Some((code, month, row)) = rows.next() else { return self.sum(of, recipient, first, by, mistakes) };
        if let Some((_, _, second)) = rows.next() {
            let period = self.plan.every.label(first);
            let message = format!("a second row for `{}` in {period}, and `combine: only` takes one", recipient.code);
            let mistake = Diagnostic::error(Code::BAD_ROW, second.place(of.column), message);
            let mistake = mistake.help(format!("the first is in {}", row.one(of.column)));
            if !mistakes.0.contains(&mistake) {
                mistakes.add(mistake);
            }
        }
        let mut sum = Sum::new();
        self.add(of, code, (month, by), &mut sum, mistakes);
        sum
    }

    fn add(&self, of: Of, code: &str, (month, by): (Month, Option<Date>), sum: &mut Sum<'t>, mistakes: &mut Mistakes) {
        let Some(row) = self.figures.row(code, month, by) else {
            sum.lacks_row = true;
            sum.absent(month, self.why_no_row(code, month));
            return;
        };
        let seen = self.table.seen(row, of.column);
        let text = seen.text;
        if self.plan.missing.contains(text) {
            let written = if text.is_empty() { "blank".to_owned() } else { format!("`{text}`") };
            sum.absent(month, Some(format!("{written} in {}", row.one(of.column))));
            return;
        }
        let number = self.plan.number(&seen, of.kind);
        let mistake = match number.map(|number| sum.add(number, row, row.short(of.column))) {
            Ok(Ok(())) => return,
            Ok(Err(inexact)) => Diagnostic::error(Code::BAD_NUMBER, seen.place, inexact.to_string()),
            Err(mistake) => mistake,
        };
        // Two facts, or a code and its footprint, may read one cell.
        if !mistakes.0.contains(&mistake) {
            mistakes.add(mistake);
        }
    }

    fn why_no_row(&self, code: &str, month: Month) -> Option<String> {
        let changes = self.plan.changes.get(code)?;
        let change = changes.iter().find(|change| (month >= change.month) == change.ended)?;
        let (verb, how) = if change.ended { ("ended", "merged into") } else { ("began", "made of") };
        let others =
            if change.others.is_empty() { String::new() } else { format!(", {how} {}", change.others.join(", ")) };
        Some(format!("{code} {verb} on {}{others}", change.on))
    }

    fn figure(&self, fact: &Fact<'_>, column: usize, sum: &Sum<'t>) -> Node {
        let place = sum.first.map_or_else(|| fact.place.clone(), |row| row.place(column));
        let text = |key: &str, text: String| (key.to_owned(), Node::text(text, place.clone()));
        if !sum.absent.is_empty() {
            return Node::map([text("missing", sum.reason())], &place);
        }
        let source = self.source(&sum.lines);
        let sign = fact.form.kind.sign();
        Node::map([text("value", format!("{}{sign}", sum.total)), text("source", source)], &place)
    }

    /// Where a figure comes from: the table, the cells of it, and who published it.
    fn source(&self, cells: &[(&Arc<SourceFile>, String)]) -> String {
        let mut source = self.table.source(cells);
        source.extend(self.plan.source.into_iter().flat_map(|publisher| ["; ", publisher]));
        source
    }
}

/// A figure that became known on a day, if there is one.
fn known(figure: Node, day: Option<Date>) -> Node {
    let Some(day) = day else { return figure };
    let place = figure.place.clone();
    let day = ("known".to_owned(), Node::text(day.to_string(), place.clone()));
    let Node { content, .. } = figure;
    let fields = match content {
        Content::Map(entries) if entries.iter().any(|entry| entry.key == "value") => {
            entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
        }
        content => vec![("value".to_owned(), Node { place: place.clone(), content })],
    };
    Node::map(fields.into_iter().chain([day]), &place)
}

/// One figure as it was stated at different times.
fn vintages(mut figures: Vec<Node>, place: &Place) -> Node {
    match figures.pop() {
        None => Node { place: place.clone(), content: Content::Empty },
        Some(only) if figures.is_empty() => only,
        Some(last) => {
            let place = last.place.clone();
            figures.push(last);
            let list = Node { place: place.clone(), content: Content::List(figures) };
            Node::map([("vintages".to_owned(), list)], &place)
        }
    }
}

/// A figure; or nothing, and why is noted. Several recipients may read one cell.
fn figure_or_mistake(figure: Result<Node, Diagnostic>, place: Place, mistakes: &mut Mistakes) -> Node {
    figure.unwrap_or_else(|mistake| {
        if !mistakes.0.contains(&mistake) {
            mistakes.add(mistake);
        }
        Node { place, content: Content::Empty }
    })
}

/// The cells that the figures of a fact are made of.
#[derive(Clone, Copy)]
struct Of {
    column: usize,
    before: Month,
    kind: As,
}

impl<'t> Sum<'t> {
    fn new() -> Self {
        Self {
            total: Exact::ZERO,
            first: None,
            whole: true,
            lines: Vec::new(),
            absent: Vec::new(),
            notes: Vec::new(),
            lacks_row: false,
        }
    }

    fn add(&mut self, number: Exact, row: &'t Row, cell: String) -> Result<(), Inexact> {
        self.total = self.total.plus(number)?;
        // Where only whole numbers are taken, the mistake is in the first cell that has none.
        let is_first_part = self.whole && !number.is_whole();
        self.first = self.first.filter(|_| !is_first_part).or(Some(row));
        self.whole &= number.is_whole();
        self.lines.push((&row.file, cell));
        Ok(())
    }

    /// Whether there was a row for every month, with a figure or without.
    const fn has_every_row(&self) -> bool {
        !self.lacks_row
    }

    fn absent(&mut self, month: Month, note: Option<String>) {
        let label = period::month_label(month);
        if !self.absent.contains(&label) {
            self.absent.push(label);
        }
        self.notes.extend(note.filter(|note| !self.notes.contains(note)));
    }

    fn reason(&self) -> String {
        let months = self.absent.join(", ");
        match self.notes.as_slice() {
            [] => format!("no figure for {months}"),
            notes => format!("no figure for {months} ({})", notes.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests;
