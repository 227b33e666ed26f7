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
    /// `base`, `tells` and `snapshot`, as in any case.
    Key(&'t str),
    /// `set.activity.actual[2015-16 Q2]`: one changed input.
    Set(&'t str),
    /// `expect.outcomes.seven-day-services`: what is expected of the ruling.
    Expect(&'t str),
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
            "base" | "snapshot" | "tells" => Self::Key(name),
            "" => return None,
            _ if name.starts_with("set.") => Self::Set(name.strip_prefix("set.").filter(|path| !path.is_empty())?),
            _ if name.starts_with("expect.") => {
                Self::Expect(name.strip_prefix("expect.").filter(|of| is_expected(of))?)
            }
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

/// Whether a case can expect this: `outcomes.plan-signed`, `funds.performance.released`, `missing`.
fn is_expected(of: &str) -> bool {
    match of.split_once('.') {
        None => matches!(of, "missing" | "error"),
        Some(("outcomes" | "values", name)) => !name.is_empty(),
        Some(("funds", rest)) => rest.split_once('.').is_some_and(|(fund, part)| !fund.is_empty() && !part.is_empty()),
        Some(_) => false,
    }
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
        let (mut columns, places) = (Vec::new(), table.header.places());
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
                note(row, self.case, "the row names no case", None, mistakes);
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
                note(row, self.case, &message, Some((first, help)), mistakes);
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
                note(row, column, "the row names no period", None, mistakes);
            } else if let Some(first) = known.insert(period, row) {
                let message = format!("the period `{period}` of the case `{}` is given twice", row.cell(self.case));
                note(row, column, &message, Some((first, "keep one of them")), mistakes);
            }
        }
    }

    fn check_agreement(&self, first: &Row, others: &[&Row], column: usize, mistakes: &mut Mistakes) {
        let Some(row) = others.iter().find(|row| row.cell(column) != first.cell(column)) else { return };
        let name = self.table.header.cell(column);
        let message = format!("`{name}` differs between the rows of the case `{}`", row.cell(self.case));
        let help = format!("repeat the value in every row, or call the column `{name}[]` if each period has its own");
        note(row, column, &message, Some((first, &help)), mistakes);
    }

    fn document(&self, group: &Group<'t>) -> Document {
        let start = group.first().map_or_else(|| Place::start_of(&self.table.file), |row| row.place(0));
        let mut case = CaseTree::default();
        for (index, row) in group.iter().enumerate() {
            let places = row.places();
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
    set: Vec<Entry>,
    expect: Vec<Entry>,
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
            Column::Key(key) if told => push(&mut self.top, key, head, node),
            // What is blank here is not changed, and not expected.
            Column::Set(path) if told => push(&mut self.set, path, head, node),
            Column::Expect(of) if told => self.expect(of, head, &node),
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

    fn expect(&mut self, of: &str, head: &Place, node: &Node) {
        let (section, name) = of.split_once('.').unwrap_or((of, ""));
        let (name, part) = if section == "funds" { name.split_once('.').unwrap_or((name, "")) } else { (name, "") };
        let node = listed(node, section == "missing");
        if name.is_empty() {
            push(&mut self.expect, section, head, node);
            return;
        }
        let entries = within(&mut self.expect, section, head);
        let Some(entries) = entries else { return };
        if part.is_empty() {
            push(entries, name, head, node);
        } else if let Some(parts) = within(entries, name, head) {
            push(parts, part, head, node);
        }
    }

    fn root(self, start: &Place) -> Node {
        let mut top = self.top;
        let sections =
            [("recipient", self.recipient), ("facts", self.facts), ("set", self.set), ("expect", self.expect)];
        for (key, entries) in sections {
            if !entries.is_empty() {
                let node = Node { place: start.clone(), content: Content::Map(entries) };
                top.push(Entry { key: key.to_owned(), key_place: start.clone(), value: node });
            }
        }
        Node { place: start.clone(), content: Content::Map(top) }
    }
}

/// The entries of the mapping under a key, which is made where it is not there.
fn within<'e>(entries: &'e mut Vec<Entry>, key: &str, head: &Place) -> Option<&'e mut Vec<Entry>> {
    let at = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        push(entries, key, head, Node { place: head.clone(), content: Content::Map(Vec::new()) });
        entries.len() - 1
    });
    match entries.get_mut(at).map(|entry| &mut entry.value.content) {
        Some(Content::Map(entries)) => Some(entries),
        _ => None,
    }
}

/// What is expected, in a cell: several figures are parted by `;`, one that is not known is `~`, and `none` says that
/// nothing is missing.
fn listed(node: &Node, always: bool) -> Node {
    let place = node.place.clone();
    let text = node.as_text().unwrap_or_default().to_owned();
    let one = |text: &str| match text.trim() {
        "~" => Node { place: place.clone(), content: Content::Empty },
        text => Node::text(text, place.clone()),
    };
    match text.as_str() {
        "none" if always => Node::list(Vec::new(), &place),
        _ if always || text.contains(';') => Node::list(text.split(';').map(one).collect(), &place),
        text => one(text),
    }
}

fn push(entries: &mut Vec<Entry>, key: &str, head: &Place, value: Node) {
    entries.push(Entry { key: key.to_owned(), key_place: head.clone(), value });
}

fn nameless(place: Place, index: usize, name: &str) -> Diagnostic {
    let message = if name.is_empty() {
        format!("column {} has no name", index + 1)
    } else if name.starts_with("expect.") {
        let message = format!("the column `{name}` names nothing that a case can expect");
        let help = "write `expect.outcomes.` and a condition, `expect.values.` and a value, `expect.funds.`, a fund and a \
                    part such as `.released`, `expect.missing` or `expect.error`";
        return Diagnostic::error(Code::BAD_NAME, place, message).help(help);
    } else if name.starts_with("set.") {
        format!("the column `{name}` names no input")
    } else {
        format!("the column `{name}` names no fact before its `[`")
    };
    Diagnostic::error(Code::BAD_NAME, place, message)
}

fn missing(table: &Table, name: &str, why: &str) -> Diagnostic {
    let place = table.header.place(0);
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

fn note(row: &Row, column: usize, message: &str, first: Option<(&Row, &str)>, mistakes: &mut Mistakes) {
    let mistake = Diagnostic::error(Code::BAD_ROW, row.place(column), message);
    mistakes.add(match first {
        Some((first, help)) => mistake.help(format!("it is first given in line {}; {help}", first.line)),
        None => mistake,
    });
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
    fn a_table_says_what_is_changed_and_what_is_expected() {
        let text = "case,base,tells,set.a[Q1],set.b,expect.outcomes.open,expect.values.v,expect.funds.f.released,\
                    expect.funds.f.tranches,expect.missing,snapshot\n\
                    x,base.yaml,one,7,,met,3,1.00,1.00; ~,none,none\n\
                    y,base.yaml,,,~,,,,,a Q1; b,\n";
        let cases = read(text).unwrap();
        let expect = |at: usize| cases[at].root.get("expect").unwrap();
        let text = |node: Option<&Node>| node.and_then(Node::as_text).map(str::to_owned);
        assert_eq!(text(cases[0].root.get("base")), Some("base.yaml".to_owned()));
        assert_eq!(text(cases[0].root.get("snapshot")), Some("none".to_owned()));
        assert_eq!(text(cases[0].root.get("set").unwrap().get("a[Q1]")), Some("7".to_owned()));
        assert_eq!(cases[0].root.get("set").unwrap().get("b"), None);
        assert_eq!(text(expect(0).get("outcomes").unwrap().get("open")), Some("met".to_owned()));
        assert_eq!(text(expect(0).get("values").unwrap().get("v")), Some("3".to_owned()));
        let fund = expect(0).get("funds").unwrap().get("f").unwrap();
        assert_eq!(text(fund.get("released")), Some("1.00".to_owned()));
        let list = |node: &Node| match &node.content {
            Content::List(items) => items.iter().map(Node::kind).collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        assert_eq!(list(fund.get("tranches").unwrap()), "`1.00` nothing");
        assert_eq!(expect(0).get("missing").unwrap().content, Content::List(vec![]));
        assert_eq!(list(expect(1).get("missing").unwrap()), "`a Q1` `b`");
        assert_eq!(expect(1).get("outcomes"), None);
        assert_eq!(cases[1].root.get("tells"), None);
        for (column, message) in [
            ("expect.outcome.a", "names nothing that a case can expect"),
            ("expect.funds.a", "names nothing that a case can expect"),
            ("set.", "names no input"),
        ] {
            let mistakes = read(&format!("case,{column}\nx,1\n")).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(message), "{mistakes:?}");
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
