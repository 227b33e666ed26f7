//! Tables as packs declare them, and the checks of what their rows cover.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Compiler, SECTIONS, entries, intern};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Exact;
use crate::fields::{self, Fields, Mistakes, check_name};
use crate::language::library::{Arg, MOST_ARGUMENTS};
use crate::pack::declare::{self, Context};
use crate::period::day_number;
use crate::reading;
use crate::ruling::Status;
use crate::source::{Content, Entry, Node, PackSource, Place};
use crate::table::cover::{self, Pieces, Problem};
use crate::table::{Cell, Column, Hit, Row, Stretch, Table, Version};
use crate::types::{Type, Value};

/// The key under which loaders put the rows of files that are tables, by the path of each in the pack.
pub(super) const FILES: &str = "files";

/// How many rows a table may have.
const MOST_ROWS: usize = 2_000;

/// How many of a table's mistakes in what it covers are told.
const MOST_TOLD: usize = 8;

/// What the scripts know of texts.
type Symbol<'s> = &'s mut dyn FnMut(&str) -> i64;

/// The rows of every `.csv` file of a pack.
pub(super) fn files(source: &PackSource) -> impl Iterator<Item = &Entry> {
    let roots = source.documents.iter().skip(1).filter_map(|document| document.root.get(FILES));
    roots.flat_map(|node| match &node.content {
        Content::Map(entries) => entries.as_slice(),
        _ => &[],
    })
}

/// Whether a document holds the rows of a file and no sections.
pub(super) fn is_file(root: &Node) -> bool {
    root.get(FILES).is_some() && !SECTIONS.iter().any(|section| root.get(section).is_some())
}

/// The rows under `rows`, or those of the file under `file`.
pub(super) fn rows_of<'n>(
    fields: &Fields<'n>,
    keys: (&str, &str),
    source: &'n PackSource,
    used: &mut BTreeSet<String>,
    mistakes: &mut Mistakes,
) -> Option<(&'n [Node], &'n Place)> {
    let (key, folder) = keys;
    let (node, at) = match (fields.get(key), fields.get("file")) {
        (Some(node), Some(file)) => {
            let message = format!("the rows stand both under `{key}` and in a file");
            mistakes.push(Diagnostic::error(Code::WRONG_VALUE, file.place.clone(), message).help("keep one"));
            used.extend(file.as_text().map(|name| format!("{folder}/{name}")));
            (node, &node.place)
        }
        (Some(node), None) => (node, &node.place),
        (None, Some(file)) => {
            let name = fields::text(file, "`file`", mistakes)?;
            let path = format!("{folder}/{name}");
            used.insert(path.clone());
            let found = files(source).find(|entry| entry.key == path);
            let Some(found) = found else {
                let message = format!("the pack has no file `{path}`");
                let known: Vec<&str> =
                    files(source).filter_map(|entry| entry.key.strip_prefix(folder)?.strip_prefix('/')).collect();
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, file.place.clone(), message);
                let near = diagnostic.near_miss(&name, known);
                mistakes.push(if near.help.is_some() {
                    near
                } else {
                    near.help(format!("a file of this name stands in the folder `{folder}` of the pack"))
                });
                return None;
            };
            (&found.value, &file.place)
        }
        (None, None) => {
            let message = format!("there are no rows: neither `{key}` nor `file` is given");
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, fields.place.clone(), message);
            mistakes
                .push(diagnostic.help(format!("add `{key}: …`, or `file: …` with a table in the folder `{folder}`")));
            return None;
        }
    };
    match &node.content {
        Content::List(rows) => Some((rows, at)),
        _ => {
            fields::wrong(node, &format!("`{key}` is a list"), mistakes);
            None
        }
    }
}

impl Compiler {
    pub(super) fn tables(&mut self, source: &PackSource) {
        let mut used = BTreeSet::new();
        for entry in entries(source, "tables", &mut self.mistakes) {
            let mut mistakes = std::mem::take(&mut self.mistakes);
            let before = mistakes.iter().filter(|mistake| mistake.is_error()).count();
            let (symbols, numbers) = (&mut self.symbols, &mut self.symbol_numbers);
            let from = self.in_force.map_or(jiff::civil::Date::ZERO, |interval| interval.from);
            let mut symbol = |text: &str| intern(symbols, numbers, text);
            let mut reader = Reader {
                source,
                context: &self.context,
                from,
                symbol: &mut symbol,
                used: &mut used,
                mistakes: &mut mistakes,
            };
            let table = reader.table(entry);
            let sound = mistakes.iter().filter(|mistake| mistake.is_error()).count() == before;
            self.mistakes = mistakes;
            match table {
                Some(table) if sound => {
                    self.check_cover(&table);
                    self.tables.push(Arc::new(table));
                }
                _ => {
                    self.broken.insert(format!("tables.{}", entry.key));
                }
            }
        }
        self.calendars(source, &mut used);
        for entry in files(source).filter(|entry| !used.contains(&entry.key)) {
            let message = format!("nothing uses the file `{}`", entry.key);
            let diagnostic = Diagnostic::warning(Code::UNUSED, entry.key_place.clone(), message);
            self.mistakes.push(diagnostic.help("name it with `file`, or remove it"));
        }
    }

    /// Every version of a table must cover what its inputs can be, and `unique` rows must not hold together.
    fn check_cover(&mut self, table: &Table) {
        for version in table.versions.iter().filter(|version| version.withdrawn.is_none()) {
            let inputs: Vec<Pieces> =
                table.inputs.iter().enumerate().map(|(at, input)| self.pieces(at, input, version)).collect();
            let rows: Vec<&[Cell]> = version.rows.iter().map(|row| row.cells.as_slice()).collect();
            let gaps = version.default.is_none();
            let Ok(report) = cover::report(&inputs, &rows, table.hit, gaps, &mut self.cover_steps) else {
                let message = format!("the table `{}` has too many combinations of bands to be checked", table.name);
                let diagnostic = Diagnostic::error(Code::TOO_LARGE, version.place.clone(), message);
                self.mistakes.push(diagnostic.help(
                    "use fewer bands, or split it into tables with fewer inputs: a pack is looked through as a whole",
                ));
                continue;
            };
            for found in report.found.iter().take(MOST_TOLD) {
                let stretch = self.stretch(table, found);
                let diagnostic = match found.problem {
                    Problem::Gap => {
                        let message = format!("nothing in the table `{}` covers {stretch}", table.name);
                        Diagnostic::error(Code::TABLE_GAP, version.place.clone(), message)
                            .help("add a row for it, or a `default`")
                    }
                    Problem::Overlap(first, second) => {
                        let (one, two) = (first + 1, second + 1);
                        let place = version.rows.get(second).map_or(&version.place, |row| &row.place);
                        let message =
                            format!("rows {one} and {two} of the table `{}` both cover {stretch}", table.name);
                        Diagnostic::error(Code::TABLE_OVERLAP, place.clone(), message)
                            .help("let one of them end where the other begins, or declare `hit: first` or `hit: sum`")
                    }
                };
                self.mistakes.push(diagnostic);
            }
            for row in report.unreached {
                let place = version.rows.get(row).map_or(&version.place, |row| &row.place);
                let message = format!("row {} of the table `{}` never decides: rows above it do", row + 1, table.name);
                let diagnostic = Diagnostic::warning(Code::ROW_NEVER_REACHED, place.clone(), message);
                self.mistakes.push(diagnostic.help("move it up, or remove it"));
            }
        }
    }

    fn pieces(&mut self, at: usize, input: &Column, version: &Version) -> Pieces {
        match &input.ty {
            Type::Number(number) => Pieces::Line { min: input.min, max: input.max, discrete: number.whole },
            Type::Date => Pieces::Line { min: None, max: None, discrete: true },
            Type::Bool => Pieces::Words { known: vec![0, 1], others: false },
            Type::Choice(of) => {
                let known = of.iter().map(|word| intern(&mut self.symbols, &mut self.symbol_numbers, word)).collect();
                Pieces::Words { known, others: false }
            }
            _ => {
                let named = version.rows.iter().filter_map(|row| row.cells.get(at)).flat_map(|cell| match cell {
                    Cell::Of(words) => words.as_slice(),
                    _ => &[],
                });
                let known: BTreeSet<i64> = named.copied().collect();
                Pieces::Words { known: known.into_iter().collect(), others: true }
            }
        }
    }

    /// Neighbouring pieces as a row would write them.
    fn stretch(&self, table: &Table, found: &cover::Found) -> String {
        let mut texts = Vec::new();
        for (input, pieces) in table.inputs.iter().zip(&found.pieces) {
            let Some(pieces) = pieces else { continue };
            let written = match cover::together(pieces) {
                Some(stretch) => written(stretch, &input.ty),
                None => {
                    let words = pieces.iter().map(|piece| match (piece, &input.ty) {
                        (cover::Piece::Word(1), Type::Bool) => "yes".to_owned(),
                        (cover::Piece::Word(0), Type::Bool) => "no".to_owned(),
                        (cover::Piece::Word(word), _) => {
                            let at = usize::try_from(*word).ok();
                            at.and_then(|at| self.symbols.get(at).cloned()).unwrap_or_default()
                        }
                        _ => "any other text".to_owned(),
                    });
                    words.collect::<Vec<_>>().join(" or ")
                }
            };
            texts.push(if table.inputs.len() == 1 { written } else { format!("{} {written}", input.name) });
        }
        if texts.is_empty() { "anything".to_owned() } else { texts.join(" with ") }
    }
}

/// A number or day as a row would write it.
fn end(value: Exact, ty: &Type) -> String {
    match ty {
        Type::Date => value.as_whole().and_then(crate::period::date_of).map(|day| day.to_string()).unwrap_or_default(),
        Type::Number(number) if number.percent => {
            format!("{}%", value.times(Exact::whole(100)).unwrap_or(value))
        }
        _ => value.to_string(),
    }
}

/// A stretch as a row would write it.
fn written(stretch: Stretch, ty: &Type) -> String {
    let discrete = matches!(ty, Type::Date) || matches!(ty, Type::Number(number) if number.whole);
    let stretch = if discrete {
        let (low, high) = cover::whole_ends(stretch);
        let whole = |end: i128| i64::try_from(end).ok().map(|end| (Exact::whole(end), true));
        Stretch { low: low.and_then(whole), high: high.and_then(whole) }
    } else {
        stretch
    };
    let show = |value: Exact| end(value, ty);
    match (stretch.low, stretch.high) {
        (None, None) => "anything".to_owned(),
        (None, Some((high, true))) => format!("up to {}", show(high)),
        (None, Some((high, false))) => format!("below {}", show(high)),
        (Some((low, true)), None) => format!("{} and over", show(low)),
        (Some((low, false)), None) => format!("above {}", show(low)),
        (Some((low, _)), Some((high, _))) if low == high => show(low),
        (Some((low, from)), Some((high, to))) => {
            let above = if from { "" } else { "above " };
            let way = if to { "up to" } else { "to" };
            format!("{above}{} {way} {}", show(low), show(high))
        }
    }
}

/// Reads tables.
struct Reader<'r> {
    source: &'r PackSource,
    context: &'r Context,
    from: jiff::civil::Date,
    symbol: Symbol<'r>,
    used: &'r mut BTreeSet<String>,
    mistakes: &'r mut Mistakes,
}

/// The keys of what is in force from a day on.
const DATED: [&str; 7] = ["rows", "file", "default", "withdrawn", "authority", "status", "note"];

impl<'r> Reader<'r> {
    fn table(&mut self, entry: &'r Entry) -> Option<Table> {
        const KEYS: &[&str] =
            &["title", "in", "out", "hit", "values", "rows", "file", "default", "authority", "status", "note", "notes"];
        check_name(&entry.key, &entry.key_place, self.mistakes);
        if entry.key.contains('.') {
            let message = "the name of a table has no `.`";
            self.mistakes.push(Diagnostic::error(Code::BAD_NAME, entry.key_place.clone(), message));
        }
        let what = format!("the table `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, KEYS, self.mistakes)?.at(&entry.key_place);
        let title = fields.need_text("title", &what, self.mistakes);
        let inputs = self.columns("in", &fields, &what)?;
        let outputs = self.columns("out", &fields, &what)?;
        if let Some(column) = outputs.iter().find(|output| inputs.iter().any(|input| input.name == output.name)) {
            let place = fields.get("out").map_or(fields.place, |node| &node.place);
            let message = format!("`{}` is both what the table takes and what it gives", column.name);
            self.mistakes.push(Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message));
        }
        fields.need("hit", &what, self.mistakes);
        let hit: Hit = fields.word("hit", &Hit::ALL, self.mistakes)?;
        let numeric = outputs.iter().all(|output| matches!(output.ty, Type::Number(_)));
        if let (Hit::Sum, false, Some(node)) = (hit, numeric, fields.get("hit")) {
            let message = "only numbers are added up, and the table gives something else";
            self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
        }
        let mut versions = Vec::new();
        match fields.get("values") {
            None => versions.extend(self.version(&fields, self.from, (&inputs, &outputs), None)),
            Some(values) => {
                let default = fields.get("default");
                for key in ["rows", "file", "authority", "status", "note"] {
                    if let Some(node) = fields.get(key) {
                        let message = format!("`{key}` has no effect here: the table has rows by date under `values`");
                        let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                        self.mistakes.push(diagnostic.help("move it below a day under `values`"));
                    }
                }
                let dated = Fields::any(values, "`values`", self.mistakes)?;
                for entry in dated.entries {
                    let Some(from) = crate::period::read_date(&entry.key) else {
                        self.mistakes.push(fields::bad_date(&entry.key, entry.key_place.clone()));
                        continue;
                    };
                    let Some(fields) = Fields::declaration(&entry.value, "a dated table", &DATED, self.mistakes) else {
                        continue;
                    };
                    versions.extend(self.version(&fields.at(&entry.key_place), from, (&inputs, &outputs), default));
                }
                versions.sort_by_key(|version| version.from);
            }
        }
        let title = title.unwrap_or_default();
        Some(Table { name: entry.key.clone(), title, inputs, outputs, hit, versions, place: entry.key_place.clone() })
    }

    fn columns(&mut self, key: &str, fields: &Fields<'r>, what: &str) -> Option<Vec<Column>> {
        let node = fields.need(key, what, self.mistakes)?;
        let declared = Fields::any(node, &format!("`{key}`"), self.mistakes)?;
        let most = MOST_ARGUMENTS;
        if declared.entries.is_empty() || declared.entries.len() > most {
            let message = format!("`{key}` names one to {most} columns");
            self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
            return None;
        }
        let takes = key == "in";
        let mut columns = Vec::new();
        for entry in declared.entries {
            check_name(&entry.key, &entry.key_place, self.mistakes);
            let known: &[&str] =
                if takes { &["type", "unit", "of", "min", "max"] } else { &["type", "unit", "per", "of"] };
            let what = format!("the column `{}`", entry.key);
            let fields = Fields::read(&entry.value, &what, known, self.mistakes)?.at(&entry.key_place);
            let ty = declare::scalar_type(&fields, !takes, self.context, self.mistakes)?;
            let numeric = matches!(ty, Type::Number(_));
            if takes && matches!(ty, Type::Days | Type::Period(_)) {
                let place = fields.get("type").map_or(fields.place, |node| &node.place);
                let message = format!("a table has no bands of {ty}");
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, place.clone(), message);
                self.mistakes.push(diagnostic.help("an input is a number, a date, a text, a choice, or yes or no"));
            }
            if let Type::Choice(of) = &ty
                && of.iter().any(|word| word == ANY)
            {
                let message = "`any` stands for everything in a row, and cannot be an alternative";
                self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, fields.place.clone(), message));
            }
            let of = fields.get("of").filter(|_| !matches!(ty, Type::Choice(_)));
            let idle = [("min", fields.get("min")), ("max", fields.get("max"))].into_iter().filter(|_| !numeric);
            for (key, node) in idle.chain([("of", of)]) {
                if let Some(node) = node {
                    let message = format!("`{key}` has no effect on a column of this type");
                    self.mistakes
                        .push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help("remove it"));
                }
            }
            let mut bound = |key: &str| match reading::value(fields.get(key).filter(|_| numeric)?, &ty, self.mistakes)?
            {
                Value::Number(number) => Some(number),
                _ => None,
            };
            let (min, max) = (bound("min"), bound("max"));
            if let (Some(low), Some(high), Some(node)) = (min, max, fields.get("max"))
                && low > high
            {
                let message = "the highest value is below the lowest";
                self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
            }
            columns.push(Column { name: entry.key.clone(), ty, min, max });
        }
        Some(columns)
    }

    fn version(
        &mut self,
        fields: &Fields<'r>,
        from: jiff::civil::Date,
        columns: (&[Column], &[Column]),
        default: Option<&'r Node>,
    ) -> Option<Version> {
        let withdrawn = fields.text("withdrawn", self.mistakes);
        let authority = declare::authority(fields.get("authority"), self.context, self.mistakes);
        let note = fields.text("note", self.mistakes);
        let status = fields.word("status", &Status::ALL, self.mistakes);
        if status.is_none() && authority.is_none() && withdrawn.is_none() && fields.get("status").is_none() {
            let message = "a table needs an authority or a status";
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, fields.place.clone(), message);
            self.mistakes.push(
                diagnostic.help("name the source under `authority`, or say `status: unverified` or `status: choice`"),
            );
        }
        let mut version = Version {
            from,
            rows: Vec::new(),
            default: None,
            withdrawn,
            status: status.unwrap_or(Status::Verified),
            authority,
            note,
            place: fields.place.clone(),
        };
        if version.withdrawn.is_some() {
            if let Some(node) = fields.get("rows").or(fields.get("file")) {
                let message = "a withdrawn table has no rows";
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                self.mistakes.push(diagnostic.help("remove them, or `withdrawn`"));
            }
            return Some(version);
        }
        let (inputs, outputs) = columns;
        if let Some(node) = fields.get("default").or(default) {
            version.default = self.gives(node, "a default", outputs, &[]);
        }
        let (rows, at) = rows_of(fields, ("rows", "tables"), self.source, self.used, self.mistakes)?;
        if rows.is_empty() || rows.len() > MOST_ROWS {
            let message = format!("a table has 1 to {MOST_ROWS} rows, and this one has {}", rows.len());
            let code = if rows.is_empty() { Code::WRONG_VALUE } else { Code::TOO_LARGE };
            self.mistakes.push(Diagnostic::error(code, at.clone(), message));
            return None;
        }
        for node in rows {
            version.rows.extend(self.row(node, inputs, outputs));
        }
        Some(version)
    }

    fn gives(&mut self, node: &Node, what: &str, outputs: &[Column], others: &[Column]) -> Option<Vec<Arg>> {
        let known: Vec<&str> = others.iter().chain(outputs).map(|column| column.name.as_str()).collect();
        let fields = Fields::read(node, what, &known, self.mistakes)?;
        let mut gives = Vec::new();
        for output in outputs {
            let value = fields.need(&output.name, what, self.mistakes);
            let value = value.and_then(|node| reading::value(node, &output.ty, self.mistakes));
            gives.extend(value.map(|value| self.arg(&value)));
        }
        Some(gives)
    }

    fn arg(&mut self, value: &Value) -> Arg {
        match value {
            Value::Bool(value) => Arg::Truth(*value),
            Value::Number(number) => Arg::Number(*number),
            Value::Date(date) => Arg::Word(day_number(*date)),
            Value::Period(period) => Arg::Word(period.ordinal().into()),
            Value::Days(days) => Arg::Word(days.bits()),
            Value::Text(text) => Arg::Word((self.symbol)(text)),
        }
    }

    fn row(&mut self, node: &Node, inputs: &[Column], outputs: &[Column]) -> Option<Row> {
        let gives = self.gives(node, "a row", outputs, inputs)?;
        let fields = Fields::any(node, "a row", self.mistakes)?;
        let (mut cells, mut written) = (Vec::new(), Vec::new());
        for input in inputs {
            let Some(node) = fields.need(&input.name, "a row", self.mistakes) else { continue };
            cells.extend(self.cell(node, &input.ty));
            written.push(match &node.content {
                Content::List(items) => items.iter().filter_map(Node::as_text).collect::<Vec<_>>().join(" or "),
                _ => node.as_text().unwrap_or_default().replace(" | ", " or "),
            });
        }
        Some(Row { cells, written, gives, place: node.place.clone() })
    }

    /// What of an input a row holds for.
    fn cell(&mut self, node: &Node, ty: &Type) -> Option<Cell> {
        if node.as_text() == Some(ANY) {
            return Some(Cell::Any);
        }
        match ty {
            Type::Number(_) | Type::Date => {
                let Some(text) = node.as_text() else {
                    fields::wrong(node, BAND, self.mistakes);
                    return None;
                };
                let stretch = band(node, text, ty, self.mistakes)?;
                if stretch.is_empty() {
                    let message = format!("nothing lies in `{text}`");
                    let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                    self.mistakes.push(diagnostic.help(BAND));
                    return None;
                }
                Some(Cell::Stretch(stretch))
            }
            _ => {
                let parts: Vec<Node> = match &node.content {
                    Content::List(items) => items.clone(),
                    _ => match node.as_text() {
                        Some(text) => text.split(" | ").map(|part| Node::text(part, node.place.clone())).collect(),
                        None => vec![node.clone()],
                    },
                };
                if parts.is_empty() {
                    fields::wrong(node, "expected one value or several", self.mistakes);
                    return None;
                }
                let mut words = Vec::new();
                for part in &parts {
                    let value = reading::value(part, ty, self.mistakes)?;
                    match self.arg(&value) {
                        Arg::Truth(truth) => words.push(i64::from(truth)),
                        Arg::Word(word) => words.push(word),
                        _ => {}
                    }
                }
                Some(Cell::Of(words))
            }
        }
    }
}

/// The stretch that a text writes.
pub(in crate::pack) fn band(node: &Node, text: &str, ty: &Type, mistakes: &mut Mistakes) -> Option<Stretch> {
    let mut value = |written: &str| {
        let part = Node::text(written.trim(), node.place.clone());
        match reading::value(&part, ty, mistakes) {
            Some(Value::Number(number)) => Some(number),
            Some(Value::Date(date)) => Some(Exact::whole(day_number(date))),
            _ => {
                if let Some(mistake) = mistakes.last_mut().filter(|_| written == text) {
                    mistake.help = Some(BAND.to_owned());
                }
                None
            }
        }
    };
    if let Some(high) = text.strip_prefix("below ") {
        return Some(Stretch { low: None, high: Some((value(high)?, false)) });
    }
    if let Some(high) = text.strip_prefix("up to ") {
        return Some(Stretch { low: None, high: Some((value(high)?, true)) });
    }
    if let Some(low) = text.strip_suffix(" and over") {
        return Some(Stretch { low: Some((value(low)?, true)), high: None });
    }
    let (rest, from) = text.strip_prefix("above ").map_or((text, true), |rest| (rest, false));
    let (low, high, to) = if let Some((low, high)) = rest.split_once(" up to ") {
        (low, Some(high), true)
    } else if let Some((low, high)) = rest.split_once(" to ") {
        (low, Some(high), false)
    } else {
        (rest, None, true)
    };
    let low = value(low)?;
    Some(match high {
        Some(high) => Stretch { low: Some((low, from)), high: Some((value(high)?, to)) },
        None if from => Stretch { low: Some((low, true)), high: Some((low, true)) },
        None => Stretch { low: Some((low, false)), high: None },
    })
}

/// What stands for everything in a row.
const ANY: &str = "any";

/// How bands are written.
const BAND: &str = "write `60 to 90` (90 is not in it), `60 up to 90` (90 is), `above 60 up to 90`, `below 60`, \
                    `up to 60`, `90 and over`, `above 90`, one value, or `any`";
