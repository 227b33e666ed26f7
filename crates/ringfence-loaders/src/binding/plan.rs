//! What a binding says: reading it, with its columns found in the table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::Exact;
use ringfence_core::source::{Content, Entry, Node, Place};

mod read;

pub(crate) use self::read::read_day;
use self::read::{day, is_blank, reads_nothing, refuse_unknown_texts};
use super::cells::Found;
use super::checks::Checks;
use crate::period::{Every, Month, Written};
use crate::shape::{self, Mistakes};
use crate::table::{Kind, Row, Seen};

/// What stands in for the month where a row is a case.
pub(crate) const ROW: Month = 0;

/// What a binding says, with its columns found in the table.
pub(crate) struct Plan<'n> {
    pub(crate) root: &'n Node,
    pub(crate) source: Option<&'n str>,
    known: Known,
    only: Vec<Only<'n>>,
    pub(crate) who: Who<'n>,
    pub(crate) exclude: BTreeSet<&'n str>,
    pub(crate) changes: BTreeMap<&'n str, Vec<Change<'n>>>,
    pub(crate) named_codes: Vec<(&'n str, &'n Place)>,
    pub(crate) footprints: Vec<Footprint<'n>>,
    /// The column of the months; `None` where a row is a case.
    pub(crate) period: Option<Months<'n>>,
    pub(crate) every: Every,
    pub(crate) periods_place: &'n Place,
    /// The first month of each period; just one where a row is a case.
    pub(crate) first_months: Vec<Month>,
    pub(crate) missing: BTreeSet<&'n str>,
    pub(crate) numbers: Numbers,
    pub(crate) facts: Vec<Fact<'n>>,
    pub(crate) set: &'n [Entry],
    pub(crate) by_recipient: BTreeMap<&'n str, &'n Entry>,
    pub(crate) checks: Checks<'n>,
}

/// Whom the rows of the table are about.
pub(crate) enum Who<'n> {
    /// Several recipients, each row of the one whose code it has in a column.
    Columns { code: usize, name: Option<usize> },
    /// One recipient, which the table need not name.
    One { code: &'n str, place: Place, name: Option<Node> },
}

/// When the figures of a row became known.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    /// Nobody says, or the file of the row does.
    WithItsFile,
    /// All on one day.
    On(Date),
    /// Each row on the day in this column.
    Column(usize),
}

/// A column and the texts of which a row that is read has one.
struct Only<'n> {
    column: usize,
    texts: BTreeSet<&'n str>,
}

/// The column of the months, and how they are written there.
pub(crate) struct Months<'n> {
    pub(crate) column: usize,
    pub(crate) written: Written,
    /// Where the binding says so.
    pub(crate) place: &'n Place,
}

/// A code that ended or began.
pub(crate) struct Change<'n> {
    pub(crate) on: &'n str,
    pub(crate) month: Month,
    pub(crate) ended: bool,
    pub(crate) others: Vec<&'n str>,
}

pub(crate) struct Footprint<'n> {
    pub(crate) id: &'n str,
    pub(crate) place: &'n Place,
    pub(crate) name: Option<&'n Node>,
    pub(crate) members: Vec<Member<'n>>,
}

/// A code in the months that it counts for: from the first on, until before the last.
pub(crate) struct Member<'n> {
    pub(crate) code: &'n str,
    pub(crate) from: Month,
    pub(crate) until: Month,
}

pub(crate) struct Fact<'n> {
    pub(crate) name: &'n str,
    pub(crate) place: &'n Place,
    pub(crate) from: From<'n>,
    pub(crate) form: Form<'n>,
}

/// Where the figures of a fact are.
pub(crate) enum From<'n> {
    /// In a column with a figure a month.
    Months { column: usize, combine: Combine, before: Month },
    /// In a column with a figure a case.
    Column(usize),
    /// In a column for each period.
    Columns(Vec<(&'n str, &'n Place, usize)>),
    /// In a cell of the workbook.
    Cell(Found<'n>),
    /// In a cell for each period.
    Cells(Vec<(&'n str, &'n Place, Found<'n>)>),
}

/// How the cells of a fact are written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form<'n> {
    pub(crate) kind: As,
    /// What the texts of the cells mean.
    pub(crate) words: Option<&'n [Entry]>,
}

/// What the cells of a fact are read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum As {
    /// As the pack declares.
    #[default]
    Declared,
    /// Numbers, with such separators as the binding declares.
    Number,
    /// Percentages with or without their sign.
    Percent,
    /// Percentages as shares of one.
    Share,
}

impl As {
    const ALL: [(&'static str, Self); 3] =
        [("number", Self::Number), ("percent", Self::Percent), ("share", Self::Share)];

    /// The sign behind its figures.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Declared | Self::Number => "",
            Self::Percent | Self::Share => "%",
        }
    }
}

/// How a text writes its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// What parts groups of three digits.
    thousands: Option<char>,
    /// What stands before the first decimal place.
    decimal: char,
}

impl Numbers {
    /// A number as it is written, read as `kind`; `None` if it is none.
    pub(crate) fn read(self, text: &str, kind: As) -> Option<Exact> {
        let digits = text.strip_suffix('%').filter(|_| kind == As::Percent).unwrap_or(text);
        let number = self.plain(digits)?.parse::<Exact>().ok()?;
        if kind == As::Share { number.times(Exact::whole(100)).ok() } else { Some(number) }
    }

    /// The digits with a point and without separators. Where groups of digits are parted, all of them are.
    fn plain(self, text: &str) -> Option<String> {
        let (whole, places) = match text.split_once(self.decimal) {
            Some((whole, places)) => (whole, Some(places)),
            None => (text, None),
        };
        // A point that is no decimal one parts thousands or is a mistake.
        if self.decimal != '.' && (places.is_some_and(|places| places.contains('.'))) {
            return None;
        }
        let whole = match self.thousands.filter(|separator| whole.contains(*separator)) {
            Some(separator) => joined(whole, separator)?,
            None if self.decimal != '.' && whole.contains('.') => return None,
            None => whole.to_owned(),
        };
        Some(places.map_or_else(|| whole.clone(), |places| format!("{whole}.{places}")))
    }
}

/// Digits without the separator between their groups of three.
fn joined(whole: &str, separator: char) -> Option<String> {
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut groups = digits.split(separator);
    let first = groups.next()?;
    let is_group = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let sound =
        (1..=3).contains(&first.len()) && is_group(first) && groups.all(|group| group.len() == 3 && is_group(group));
    sound.then(|| format!("{sign}{}", digits.replace(separator, "")))
}

/// How the rows of a period make a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    Sum,
    /// There is one row, for figures that do not add up.
    Only,
}

impl<'n> Plan<'n> {
    /// The months that a fact's figure of the period beginning with `first` is made of.
    pub(crate) fn months(&self, before: Month, first: Month) -> impl Iterator<Item = Month> + use<> {
        let start = first - before;
        start..start + self.every.months()
    }

    /// When a row became known; without a day, it always was.
    ///
    /// # Errors
    /// A cell that is no day.
    pub(crate) fn known(&self, row: &Row) -> Result<Option<Date>, Diagnostic> {
        let column = match self.known {
            Known::WithItsFile => return Ok(row.known),
            Known::On(day) => return Ok(Some(day)),
            Known::Column(column) => column,
        };
        let text = row.cell(column);
        day(text).map(Some).ok_or_else(|| {
            let message = format!("expected the day on which the row became known, such as 2015-11-13, found `{text}`");
            let mistake = Diagnostic::error(Code::BAD_DATE, row.place(column), message);
            mistake
                .help("a row that nobody dated cannot be told from its vintages; leave it out by `where`, or date it")
        })
    }

    /// Whether anything is read from the columns of a table.
    pub(crate) fn reads_columns(&self) -> bool {
        let is_column = |fact: &Fact<'_>| !matches!(fact.from, From::Cell(_) | From::Cells(_));
        matches!(self.who, Who::Columns { .. }) || self.facts.iter().any(is_column)
    }

    /// How many months before its own a fact's figures are from.
    fn before(fact: &Fact<'_>) -> Month {
        if let From::Months { before, .. } = fact.from { before } else { 0 }
    }

    /// Every month that some figure needs.
    pub(crate) fn window(&self) -> BTreeSet<Month> {
        let facts = self.facts.iter();
        facts
            .flat_map(|fact| self.first_months.iter().flat_map(|first| self.months(Self::before(fact), *first)))
            .collect()
    }

    /// Whether `where` lets a row through.
    pub(crate) fn reads(&self, row: &Row) -> bool {
        self.only.iter().all(|only| only.reads(row))
    }

    /// The columns that `where` asks, each with the texts of which a row that is read has one.
    pub(crate) fn asked(&self) -> impl Iterator<Item = (usize, &BTreeSet<&'n str>)> {
        self.only.iter().map(|only| (only.column, &only.texts))
    }

    /// Refuses a `where` of which some text is in no row, or that lets no row through: the same as for a table that is
    /// held whole, by the texts that were found in each of [`Plan::asked`].
    pub(crate) fn check_where(&self, found: &[BTreeSet<String>], lets_any_through: bool, mistakes: &mut Mistakes) {
        let before = mistakes.0.len();
        let Some(node) = self.root.get("where") else { return };
        for (entry, found) in shape::entries_of(node).iter().zip(found) {
            refuse_unknown_texts(entry, &found.iter().map(String::as_str).collect(), mistakes);
        }
        if mistakes.0.len() == before && !self.only.is_empty() && !lets_any_through {
            mistakes.add(reads_nothing(node));
        }
    }

    /// Every column that a row with a case of its own is read from.
    pub(crate) fn columns(&self) -> BTreeSet<usize> {
        let mut columns: BTreeSet<usize> = self.only.iter().map(|only| only.column).collect();
        if let Who::Columns { code, name } = &self.who {
            columns.extend(std::iter::once(*code).chain(*name));
        }
        columns.extend(self.period.as_ref().map(|period| period.column));
        if let Known::Column(column) = self.known {
            columns.insert(column);
        }
        for fact in &self.facts {
            match &fact.from {
                From::Months { column, .. } | From::Column(column) => columns.extend([*column]),
                From::Columns(of) => columns.extend(of.iter().map(|(_, _, column)| *column)),
                From::Cell(_) | From::Cells(_) => {}
            }
        }
        columns
    }

    /// The rows in which a code of the binding must be found, for a reader.
    fn scope(&self) -> &'static str {
        if self.only.is_empty() { "of the table" } else { "that `where` lets through" }
    }

    /// The code of the recipient that a row is about.
    pub(crate) fn code<'a>(&'a self, row: &'a Row) -> &'a str {
        match self.who {
            Who::Columns { code, .. } => row.cell(code),
            Who::One { code, .. } => code,
        }
    }

    /// Every code that the binding names and that some row must have, with the place where it does.
    pub(crate) fn codes_to_find(&self) -> impl Iterator<Item = (&'n str, &'n Place)> {
        let footprints: BTreeSet<&str> = self.footprints.iter().map(|footprint| footprint.id).collect();
        let of_recipients = self.by_recipient.iter().map(|(code, entry)| (*code, &entry.key_place));
        let of_recipients = of_recipients.filter(move |(code, _)| !footprints.contains(code));
        self.named_codes.iter().copied().chain(of_recipients)
    }

    /// That no row has a code which the binding names.
    pub(crate) fn not_found<'a>(
        &self,
        code: &str,
        place: &Place,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        let message = format!("the code `{code}` is in no row {}", self.scope());
        Diagnostic::error(Code::UNKNOWN_RECIPIENT, place.clone(), message).near_miss(code, known)
    }

    /// The column that tells recipients apart, or the months of the only one.
    pub(crate) fn code_column(&self) -> usize {
        match self.who {
            Who::Columns { code, .. } => code,
            Who::One { .. } => self.period.as_ref().map_or(0, |period| period.column),
        }
    }

    /// Whether a row names nobody: its code is blank, or is one of the texts that mean missing.
    pub(crate) fn names_nobody(&self, code: &str) -> bool {
        is_blank(code) || matches!(self.who, Who::Columns { .. }) && self.missing.contains(code)
    }

    pub(crate) fn is_excluded(&self, code: &str) -> bool {
        self.exclude.contains(code)
    }
}

impl Only<'_> {
    fn reads(&self, row: &Row) -> bool {
        self.texts.contains(row.cell(self.column))
    }
}

impl Plan<'_> {
    /// A cell read as a number.
    ///
    /// # Errors
    /// What it holds instead.
    pub(crate) fn number(&self, seen: &Seen<'_>, kind: As) -> Result<Exact, Diagnostic> {
        let text = seen.as_number()?;
        let numbers = if *seen.kind == Kind::Any { self.numbers } else { Numbers::PLAIN };
        numbers.read(text, kind).ok_or_else(|| {
            let message = format!("expected a number{}, found `{text}`", seen.where_());
            let mistake = Diagnostic::error(Code::BAD_NUMBER, seen.place.clone(), message);
            let is_percentage = text.strip_suffix('%').is_some_and(|digits| digits.parse::<Exact>().is_ok());
            let parted = (Numbers { thousands: Some(','), decimal: '.' }).read(text, kind).is_some();
            mistake.help(if is_percentage {
                "write `as: percent` to read the column as percentages"
            } else if parted && self.numbers.thousands.is_none() {
                "if its commas part thousands, say so in the binding: `thousands: \",\"`"
            } else {
                "numbers are digits with at most one point; list a text that means missing under `missing`"
            })
        })
    }

    /// The figure in one cell: as it is, or as the binding says that its text is meant.
    ///
    /// # Errors
    /// What cannot be read, and a text that the binding gives no meaning.
    pub(crate) fn figure(&self, seen: &Seen<'_>, form: Form<'_>, at: &str, source: &str) -> Result<Node, Diagnostic> {
        let place = &seen.place;
        let map = |key: &str, node: Node| (key.to_owned(), node);
        let stated = |value: Node| {
            let source = Node::text(source, place.clone());
            Node::map([map("value", value), map("source", source)], place)
        };
        if self.missing.contains(seen.text) {
            let written = if seen.text.is_empty() { "blank".to_owned() } else { format!("`{}`", seen.text) };
            return Ok(Node::map([map("missing", Node::text(format!("{written} in {at}"), place.clone()))], place));
        }
        if let Some(words) = form.words {
            let text = seen.as_node()?.as_text().unwrap_or_default().to_owned();
            let Some(entry) = words.iter().find(|entry| entry.key == text) else {
                let message = format!("`words` gives the text `{text}` no meaning");
                let mistake = Diagnostic::error(Code::WRONG_VALUE, place.clone(), message);
                let known = words.iter().map(|entry| entry.key.as_str());
                let help = format!("it knows {}", shape::list(known.clone()));
                return Err(mistake.help(help).near_miss(&text, known));
            };
            return Ok(match &entry.value.content {
                Content::Scalar(scalar) => stated(Node::text(scalar.text.as_str(), place.clone())),
                content => Node { place: place.clone(), content: content.clone() },
            });
        }
        let node = seen.as_node()?;
        if seen.text.is_empty() {
            return Ok(Node { place: place.clone(), content: Content::Empty });
        }
        Ok(stated(match form.kind {
            As::Declared => node,
            kind => Node::text(format!("{}{}", self.number(seen, kind)?, kind.sign()), place.clone()),
        }))
    }
}

impl Numbers {
    /// Digits with at most one point.
    const PLAIN: Self = Self { thousands: None, decimal: '.' };
}
