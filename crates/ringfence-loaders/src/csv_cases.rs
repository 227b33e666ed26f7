//! Cases in a table: a row is a case, or one period of one.

use std::collections::HashMap;
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Entry, Node, Place, SourceFile};

use crate::shape::Mistakes;
use crate::table::{Row, Table};

/// What a column holds, by its name. Nothing is guessed from the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column<'t> {
    Case,
    Title,
    Code,
    Name,
    RulesAt,
    KnownBy,
    Period,
    /// `plan.local_share`: the same in every row of a case.
    Fact(&'t str),
    /// `activity.actual[]`: by the period of the row.
    ByPeriod(&'t str),
    /// `activity.actual[2014-15 Q4]`: one period of the case.
    OnePeriod(&'t str, &'t str),
}

impl<'t> Column<'t> {
    fn of(name: &'t str) -> Option<Self> {
        Some(match name {
            "case" => Self::Case,
            "title" => Self::Title,
            "recipient.code" => Self::Code,
            "recipient.name" => Self::Name,
            "rules-at" => Self::RulesAt,
            "known-by" => Self::KnownBy,
            "period" => Self::Period,
            "" => return None,
            _ => match name.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
                None => Self::Fact(name),
                Some(("", _)) => return None,
                Some((fact, "")) => Self::ByPeriod(fact),
                Some((fact, label)) => Self::OnePeriod(fact, label),
            },
        })
    }

    fn fact(self) -> Option<&'t str> {
        match self {
            Self::Fact(fact) | Self::ByPeriod(fact) | Self::OnePeriod(fact, _) => Some(fact),
            _ => None,
        }
    }

    /// Whether each row of a case has its own.
    fn is_by_row(self) -> bool {
        matches!(self, Self::Period | Self::ByPeriod(_))
    }
}

/// Reads the cases of a table.
///
/// # Errors
/// Every mistake in the header, or else every mistake in the rows.
pub(crate) fn parse(file: &Arc<SourceFile>, separator: char) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let table = Table::separated(file, separator)?;
    let cases = Cases::of(&table)?;
    let mut mistakes = Mistakes::default();
    let groups = cases.groups(&mut mistakes);
    for group in &groups {
        cases.check(group, &mut mistakes);
    }
    if table.rows.is_empty() {
        let place = Place::start_of(file);
        mistakes.add(Diagnostic::error(Code::EMPTY_FILE, place, "the table has a header and no rows"));
    }
    if !mistakes.0.is_empty() {
        return Err(mistakes.0);
    }
    Ok(groups.iter().map(|group| cases.document(group)).collect())
}

struct Cases<'t> {
    table: &'t Table,
    columns: Vec<Column<'t>>,
    /// Where the name of each column stands.
    heads: Vec<Place>,
    case: usize,
    period: Option<usize>,
}

/// The rows of one case.
type Group<'t> = Vec<&'t Row>;

impl<'t> Cases<'t> {
    fn of(table: &'t Table) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Mistakes::default();
        let (mut columns, places) = (Vec::new(), table.places(&table.header));
        for ((index, name), place) in table.header.cells().enumerate().zip(&places) {
            match Column::of(name) {
                Some(column) => columns.push(column),
                None => mistakes.add(nameless(place.clone(), index, name)),
            }
        }
        let case = table.column("case");
        if case.is_none() {
            mistakes.add(missing(table, "case", "each row names its case in the column `case`"));
        }
        let period = table.column("period");
        if period.is_none() && columns.iter().any(|column| matches!(column, Column::ByPeriod(_))) {
            mistakes.add(missing(table, "period", "a column with `[]` behind its name needs the period of each row"));
        }
        // A nameless column would shift the places of those behind it, so this waits until there is none.
        if mistakes.0.is_empty() {
            check_shapes(&columns, &places, &mut mistakes);
        }
        match case {
            Some(case) if mistakes.0.is_empty() => Ok(Self { table, columns, heads: places, case, period }),
            _ => Err(mistakes.0),
        }
    }

    /// The rows of each case, in the order in which the cases first appear.
    fn groups(&self, mistakes: &mut Mistakes) -> Vec<Group<'t>> {
        let mut groups: Vec<Group<'t>> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for row in &self.table.rows {
            let id = row.cell(self.case);
            if id.is_empty() {
                self.note(row, self.case, "the row names no case", None, mistakes);
                continue;
            }
            let index = *known.entry(id).or_insert(groups.len());
            match groups.get_mut(index) {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
        groups
    }

    fn check(&self, group: &Group<'t>, mistakes: &mut Mistakes) {
        let Some((first, others)) = group.split_first() else { return };
        if self.period.is_none() {
            for row in others {
                let message = format!("the case `{}` is given twice", row.cell(self.case));
                let help = "several rows of one case need a column `period`";
                self.note(row, self.case, &message, Some((first, help)), mistakes);
            }
            return;
        }
        self.check_periods(group, mistakes);
        for (index, _) in self.columns.iter().enumerate().filter(|(_, column)| !column.is_by_row()) {
            self.check_agreement(first, others, index, mistakes);
        }
    }

    fn check_periods(&self, group: &Group<'t>, mistakes: &mut Mistakes) {
        let Some(column) = self.period else { return };
        let mut known: HashMap<&str, &Row> = HashMap::new();
        for row in group {
            let period = row.cell(column);
            if period.is_empty() {
                self.note(row, column, "the row names no period", None, mistakes);
            } else if let Some(first) = known.insert(period, row) {
                let message = format!("the period `{period}` of the case `{}` is given twice", row.cell(self.case));
                self.note(row, column, &message, Some((first, "keep one of them")), mistakes);
            }
        }
    }

    fn check_agreement(&self, first: &Row, others: &[&Row], column: usize, mistakes: &mut Mistakes) {
        let Some(row) = others.iter().find(|row| row.cell(column) != first.cell(column)) else { return };
        let name = self.table.header.cell(column);
        let message = format!("`{name}` differs between the rows of the case `{}`", row.cell(self.case));
        let help = format!("repeat the value in every row, or call the column `{name}[]` if each period has its own");
        self.note(row, column, &message, Some((first, &help)), mistakes);
    }

    fn note(&self, row: &Row, column: usize, message: &str, first: Option<(&Row, &str)>, mistakes: &mut Mistakes) {
        let mistake = Diagnostic::error(Code::BAD_ROW, self.table.place(row, column), message);
        mistakes.add(match first {
            Some((first, help)) => mistake.help(format!("it is first given in line {}; {help}", first.line)),
            None => mistake,
        });
    }

    fn document(&self, group: &Group<'t>) -> Document {
        let start = group.first().map_or_else(|| Place::start_of(&self.table.file), |row| self.table.place(row, 0));
        let mut case = CaseTree::default();
        for (index, row) in group.iter().enumerate() {
            let places = self.table.places(row);
            let period = self.period.and_then(|column| Some((row.cell(column), places.get(column)?)));
            for (((column, head), text), place) in self.columns.iter().zip(&self.heads).zip(row.cells()).zip(&places) {
                if index == 0 || column.is_by_row() {
                    case.put(*column, head, period, cell(text, place));
                }
            }
        }
        Document { file: Arc::clone(&self.table.file), root: case.root(&start) }
    }
}

fn cell(text: &str, place: &Place) -> Node {
    if text.is_empty() {
        return Node { place: place.clone(), content: Content::Empty };
    }
    Node::text(text, place.clone())
}

/// The parts of a case as the cells of its rows come in.
#[derive(Default)]
struct CaseTree {
    top: Vec<Entry>,
    recipient: Vec<Entry>,
    facts: Vec<Entry>,
    /// Which of the facts a series is.
    series: HashMap<String, usize>,
}

impl CaseTree {
    /// Puts a cell where its column says. A blank that tells of the case itself says nothing, and is left
    /// out; the blank of a fact is evidence that is missing. A fact is named in the head of its column, and
    /// so is a period that has a column of its own.
    fn put(&mut self, column: Column<'_>, head: &Place, period: Option<(&str, &Place)>, node: Node) {
        let told = node.content != Content::Empty;
        match column {
            Column::Case if told => push(&mut self.top, "case", head, node),
            Column::Title if told => push(&mut self.top, "title", head, node),
            Column::RulesAt if told => push(&mut self.top, "rules-at", head, node),
            Column::KnownBy if told => push(&mut self.top, "known-by", head, node),
            Column::Code if told => push(&mut self.recipient, "code", head, node),
            Column::Name if told => push(&mut self.recipient, "name", head, node),
            Column::Fact(fact) => push(&mut self.facts, fact, head, node),
            Column::OnePeriod(fact, label) => self.put_period(fact, head, (label, head), node),
            Column::ByPeriod(fact) => {
                if let Some(period) = period {
                    self.put_period(fact, head, period, node);
                }
            }
            _ => {}
        }
    }

    fn put_period(&mut self, fact: &str, head: &Place, period: (&str, &Place), node: Node) {
        let entry = Entry { key: period.0.to_owned(), key_place: period.1.clone(), value: node };
        let known = self.series.get(fact).and_then(|index| self.facts.get_mut(*index));
        if let Some(Content::Map(entries)) = known.map(|known| &mut known.value.content) {
            entries.push(entry);
        } else {
            self.series.insert(fact.to_owned(), self.facts.len());
            let place = entry.value.place.clone();
            push(&mut self.facts, fact, head, Node { place, content: Content::Map(vec![entry]) });
        }
    }

    fn root(self, start: &Place) -> Node {
        let mut top = self.top;
        for (key, entries) in [("recipient", self.recipient), ("facts", self.facts)] {
            if !entries.is_empty() {
                let node = Node { place: start.clone(), content: Content::Map(entries) };
                top.push(Entry { key: key.to_owned(), key_place: start.clone(), value: node });
            }
        }
        Node { place: start.clone(), content: Content::Map(top) }
    }
}

fn push(entries: &mut Vec<Entry>, key: &str, head: &Place, value: Node) {
    entries.push(Entry { key: key.to_owned(), key_place: head.clone(), value });
}

fn nameless(place: Place, index: usize, name: &str) -> Diagnostic {
    let message = if name.is_empty() {
        format!("column {} has no name", index + 1)
    } else {
        format!("the column `{name}` names no fact before its `[`")
    };
    Diagnostic::error(Code::BAD_NAME, place, message)
}

fn missing(table: &Table, name: &str, why: &str) -> Diagnostic {
    let place = table.place(&table.header, 0);
    Diagnostic::error(Code::MISSING_COLUMN, place, format!("the table has no column `{name}`"))
        .help(format!("{why}; the columns found are {}", table.columns()))
}

/// One fact is given in one way: whole, by rows or by columns.
fn check_shapes(columns: &[Column<'_>], places: &[Place], mistakes: &mut Mistakes) {
    let mut first: HashMap<&str, Column<'_>> = HashMap::new();
    for (column, place) in columns.iter().zip(places) {
        let Some(fact) = column.fact() else { continue };
        let known = *first.entry(fact).or_insert(*column);
        if std::mem::discriminant(&known) != std::mem::discriminant(column) {
            let message = format!("the fact `{fact}` is given in two ways");
            let help = format!("use `{fact}`, `{fact}[]` or `{fact}[period]`, and only one of them");
            mistakes.add(Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Document>, Vec<String>> {
        parse(&SourceFile::new("t", text), ',').map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    fn fact<'d>(document: &'d Document, name: &str) -> &'d Node {
        document.root.get("facts").unwrap().get(name).unwrap()
    }

    #[test]
    fn mistakes_have_words_and_places() {
        for (text, expected) in [
            (
                "id,a\nx,1\n",
                "t:1:1: the table has no column `case` [missing-column] (help: each row names its case in the column `case`; the columns found are `id`, `a`)",
            ),
            (
                "case,a[]\nx,1\n",
                "t:1:1: the table has no column `period` [missing-column] (help: a column with `[]` behind its name needs the period of each row; the columns found are `case`, `a[]`)",
            ),
            ("case,,b\nx,1,2\n", "t:1:6: column 2 has no name [bad-name]"),
            ("case,[]\nx,1\n", "t:1:6: the column `[]` names no fact before its `[` [bad-name]"),
            (
                "case,é,é[2014-15 Q4]\nx,1,2\n",
                "t:1:8: the fact `é` is given in two ways [duplicate-name] (help: use `é`, `é[]` or `é[period]`, and only one of them)",
            ),
            (
                "case,a\nx,1\ny,1\nx,2\n",
                "t:4:1: the case `x` is given twice [bad-row] (help: it is first given in line 2; several rows of one case need a column `period`)",
            ),
            (
                "case,period,a[]\nx,Q1,1\nx,Q1,2\n",
                "t:3:3: the period `Q1` of the case `x` is given twice [bad-row] (help: it is first given in line 2; keep one of them)",
            ),
            (
                "case,period,a\nx,Q1,1\nx,Q2,\n",
                "t:3:6: `a` differs between the rows of the case `x` [bad-row] (help: it is first given in line 2; repeat the value in every row, or call the column `a[]` if each period has its own)",
            ),
            ("case,a\n,1\n", "t:2:1: the row names no case [bad-row]"),
            ("case,period\nx,\n", "t:2:3: the row names no period [bad-row]"),
            ("case,a\n", "t:1:1: the table has a header and no rows [empty-file]"),
        ] {
            assert_eq!(read(text).unwrap_err(), [expected], "{text:?}");
        }
    }

    #[test]
    fn cells_keep_their_text_and_their_place() {
        let text = "case,title,recipient.code,recipient.name,rules-at,known-by,a.b,c\nx,T,007,\"É, é\",2015-04-01,,\"12,5\",\n";
        let cases = read(text).unwrap();
        let root = &cases[0].root;
        for (found, text, place) in [
            (root.get("case").unwrap(), "x", "t:2:1+1"),
            (root.get("title").unwrap(), "T", "t:2:3+1"),
            (root.get("recipient").unwrap().get("code").unwrap(), "007", "t:2:5+3"),
            (root.get("recipient").unwrap().get("name").unwrap(), "É, é", "t:2:9+6"),
            (fact(&cases[0], "a.b"), "12,5", "t:2:28+6"),
        ] {
            assert_eq!(found.as_text(), Some(text));
            assert_eq!(format!("{:?}", found.place), place);
        }
        assert_eq!(root.get("known-by"), None);
        assert_eq!(fact(&cases[0], "c").content, Content::Empty);
    }

    #[test]
    fn rows_of_a_case_make_series_and_plain_columns_make_facts() {
        let text = "period,case,a[],whole\nQ1,x,1,w\nQ1,y,3,v\nQ2,x,,w\n";
        let cases = read(text).unwrap();
        assert_eq!(cases.len(), 2);
        let series = fact(&cases[0], "a");
        assert_eq!(series.get("Q1").unwrap().as_text(), Some("1"));
        assert_eq!(series.get("Q2").unwrap().content, Content::Empty);
        assert_eq!(series.get("Q2").unwrap().place.to_string(), "t:4:6");
        assert_eq!(fact(&cases[0], "whole").as_text(), Some("w"));
        assert_eq!(fact(&cases[1], "whole").as_text(), Some("v"));
    }

    #[test]
    fn a_fact_is_named_in_the_head_of_its_column() {
        let cases = read("case,period,a[],é,b[Q9]\nx,Q1,1,2,3\n").unwrap();
        let Content::Map(entries) = &cases[0].root.get("facts").unwrap().content else { panic!("{cases:?}") };
        let places: Vec<_> = entries.iter().map(|entry| format!("{:?}", entry.key_place)).collect();
        assert_eq!(places, ["t:1:13+3", "t:1:17+1", "t:1:19+5"]);
        let label = |name: &str| match &fact(&cases[0], name).content {
            Content::Map(periods) => periods[0].key_place.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!((label("a"), label("b")), ("t:2:3".to_owned(), "t:1:19".to_owned()));
    }

    #[test]
    fn a_column_can_be_one_period() {
        let cases = read("case,a[2014-15 Q4],b,a[2015-16 Q1]\nx,1,2,3\n").unwrap();
        assert_eq!(fact(&cases[0], "a").get("2014-15 Q4").unwrap().as_text(), Some("1"));
        assert_eq!(fact(&cases[0], "a").get("2015-16 Q1").unwrap().as_text(), Some("3"));
    }
}
