//! Cases, from files, folders or texts in memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringfence_core::case::path::{Path as EvidencePath, Subject};
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Entry, Node, Place, SourceFile};

use crate::binding::layout::{self, Layout, Opened};
use crate::binding::pieces::{Pieces, Source};
use crate::shape::Mistakes;
#[cfg(feature = "parquet")]
use crate::table::columnar::Columnar;
use crate::workbook::Workbook;
use crate::{LoadError, binding, csv_cases, folder, json, text, yaml};

/// How many bases may stand on each other.
const MOST_BASES: usize = 8;

/// The sections of a case whose entries are joined with those of its base.
const JOINED: [&str; 5] = ["decisions", "facts", "recipient", "sign-offs", "waivers"];
/// The section in which a case changes parts of its evidence.
const SET: &str = "set";
/// What a case never takes from its base: what names it, and what its author expects of it.
const OWN: [&str; 7] = ["base", "base-only", "case", "expect", "snapshot", "tells", "title"];

/// A format that cases are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// YAML; each document of the stream is a case.
    Yaml,
    /// JSON: an object, or a list of them.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// Comma-separated values with a header; a row is a case, or one period of one.
    Csv,
    /// The same with tabs between the cells.
    Tsv,
    /// A return that was made from a pack, filled in: a workbook, which is no text.
    Workbook,
}

impl Format {
    /// Every format of texts with the name that a user gives it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("yaml", Self::Yaml),
        ("json", Self::Json),
        ("jsonl", Self::JsonLines),
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
    ];

    /// The format that a file's extension says.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "xlsx" | "xlsm" | "ods" => Some(Self::Workbook),
            _ => None,
        }
    }

    /// The format with this name, as in [`Format::ALL`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }
}

/// Reads the cases of a file, or of every file in a folder and the folders in it, in order of path.
///
/// A document with the key `binding` is run on its table and gives a case for each recipient. A case with
/// a `base` is joined with it. Documents that say `base-only: yes` are no cases, and in a folder the table
/// of a binding is no file of cases.
///
/// # Errors
/// [`LoadError::Invalid`] with the mistakes of every file.
pub fn load(path: &Path) -> Result<Vec<Document>, LoadError> {
    let is_folder = fs::metadata(path).map_err(|source| text::failed(path, source))?.is_dir();
    let mut loader = Loader::default();
    let files = if is_folder { files_below(path)? } else { vec![(path.to_path_buf(), format_of(path)?)] };
    let cases = loader.load(&files)?;
    match cases.is_empty() {
        _ if !loader.mistakes.is_empty() => Err(loader.mistakes.into()),
        true => Err(LoadError::NoCases { path: path.to_path_buf() }),
        false => Ok(cases),
    }
}

/// The cases of a table with a row for each, some at a time, in the order of the rows.
///
/// An item with mistakes is followed by what can be read of the rows behind it, for whoever wants to tell all of them.
#[derive(Debug)]
pub struct Batches(Pieces);

impl Batches {
    /// How many rows the table has, where that is known before they are read.
    pub fn rows(&self) -> Option<usize> {
        self.0.rows
    }
}

impl Iterator for Batches {
    type Item = Result<Vec<Document>, LoadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|made| made.map_err(LoadError::from))
    }
}

/// Reads the cases of a binding whose table has a row for each of them, `rows` rows at a time.
///
/// They are the same cases, in the same order, that [`load`] gives at once. Of a Parquet or an Arrow file no more is held
/// than the rows of a batch and a few bytes for each row, so a table may have more rows than memory has room for; an Arrow
/// file is unpacked by the batches that it was written in. Another table is held whole, and only its cases are made
/// some at a time. What is wrong with the rows taken together, such as a recipient with two of them or a code in the
/// binding that no row has, is told before the first batch.
///
/// `None` says that the path is of something else: a folder, a case, or a binding of months, of several vintages or of
/// a workbook.
///
/// # Errors
/// Every mistake in the binding; then, with a sound binding, what is wrong with the rows taken together.
///
/// # Example
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("trusts.csv"), "code,beds\nRWV,40\n00T,38\nRK9,60\n")?;
/// # let binding = "binding: 1\ntable: trusts.csv\nrecipient: { code: code }\nfacts: { beds: { column: beds } }\n";
/// # let path = folder.path().join("trusts.yaml");
/// # std::fs::write(&path, binding)?;
/// use ringfence_loaders::case;
///
/// let mut read = Vec::new();
/// for batch in case::batches(&path, 2)?.expect("a binding with a row for each case") {
///     read.push(batch?.len());
/// }
/// assert_eq!(read, [2, 1]);
/// # Ok(())
/// # }
/// ```
pub fn batches(path: &Path, rows: usize) -> Result<Option<Batches>, LoadError> {
    let is_file = fs::metadata(path).map_err(|source| text::failed(path, source))?.is_file();
    let format = Format::of(path).filter(|format| is_file && matches!(format, Format::Yaml | Format::Json));
    let Some(format) = format else { return Ok(None) };
    let mut loader = Loader::default();
    let read = loader.read(path.to_path_buf(), format)?;
    let Some(mut documents) = read.map(|read| read.documents) else { return Err(loader.mistakes.into()) };
    let Some(binding) = documents.pop().filter(|_| documents.is_empty()) else { return Ok(None) };
    let source = loader.rows_of(&binding, path)?;
    if !loader.mistakes.is_empty() {
        return Err(loader.mistakes.into());
    }
    source.map(|source| Pieces::of(binding, source, rows).map(Batches)).transpose()
}

/// Reads the cases of a text in memory; `path_name` is what diagnostics call it.
///
/// # Errors
/// Every mistake found. A `base` and a `binding` are among them: a text has no folder to find files in.
pub fn from_text(path_name: &str, text: &str, format: Format) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let file = text::source(path_name, text);
    let mut mistakes = Vec::new();
    let mut cases = parse(&file, format)?;
    cases.retain(|case| !is_base_only(case, &mut mistakes));
    for case in &cases {
        for key in ["base", "binding"] {
            if let Some(entry) = entry(&case.root, key) {
                let message = format!("`{key}` needs files beside it, and this text is no file");
                let mistake = Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message);
                mistakes.push(mistake.help("save the text in a file and name the file"));
            }
        }
    }
    if mistakes.is_empty() { Ok(cases) } else { Err(mistakes) }
}

/// Sets a piece of evidence of a case, named as in its section `set`, to what a text says: `7700`, `~`,
/// `{ missing: did not submit }`. Diagnostics call the text by `name`, such as `--set`.
///
/// # Errors
/// Every mistake in the text. What the pack makes of it is told when the case is read.
pub fn set(case: &mut Document, name: &str, path: &str, value: &str) -> Result<(), Vec<Diagnostic>> {
    let file = text::source(name, value);
    let value = match yaml::parse(&file)?.into_iter().next() {
        Some(value) => value,
        None => Node { place: Place::start_of(&file), content: Content::Empty },
    };
    let setting = Entry { key: path.to_owned(), key_place: Place::start_of(&file), value };
    let Content::Map(entries) = &mut case.root.content else { return Ok(()) };
    let before = entries.iter().position(|entry| entry.key == SET).map(|at| entries.remove(at).value);
    let place = setting.key_place.clone();
    let key_place = before.as_ref().map_or_else(|| place.clone(), |node| node.place.clone());
    let inherited = before.map(|node| mapping(node.content)).unwrap_or_default();
    let value = Node { place, content: Content::Map(set_after(inherited, vec![setting])) };
    entries.push(Entry { key: SET.to_owned(), key_place, value });
    Ok(())
}

fn format_of(path: &Path) -> Result<Format, LoadError> {
    Format::of(path).ok_or_else(|| LoadError::UnknownFormat { path: path.to_path_buf() })
}

fn files_below(root: &Path) -> Result<Vec<(PathBuf, Format)>, LoadError> {
    let mut files = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((dir, depth)) = open.pop() {
        for entry in folder::entries(&dir)? {
            let path = dir.join(&entry.name);
            if entry.is_folder && depth < folder::MOST_DEPTH {
                open.push((path, depth + 1));
            } else if let (true, Some(format)) = (entry.is_file, Format::of(&path)) {
                files.push((path, format));
            }
        }
    }
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(files)
}

/// The documents of a file, before anything is joined or run.
fn parse(file: &Arc<SourceFile>, format: Format) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let roots = match format {
        Format::Yaml => yaml_documents(file)?,
        Format::Json => json_objects(json::parse(file)?)?,
        Format::JsonLines => json::parse_lines(file)?,
        Format::Csv => return csv_cases::parse(file, ','),
        Format::Tsv => return csv_cases::parse(file, '\t'),
        Format::Workbook => {
            let message = "a workbook is no text";
            let mistake = Diagnostic::error(Code::SYNTAX, Place::start_of(file), message);
            return Err(vec![mistake.help("name the file of the workbook")]);
        }
    };
    Ok(roots.into_iter().map(|root| Document { file: Arc::clone(file), root }).collect())
}

/// The documents of a stream; one with nothing in it, as behind a last `---`, is none.
fn yaml_documents(file: &Arc<SourceFile>) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let mut roots = yaml::parse(file)?;
    roots.retain(|root| root.content != Content::Empty);
    if roots.is_empty() { Err(vec![text::empty(file)]) } else { Ok(roots) }
}

fn json_objects(root: Node) -> Result<Vec<Node>, Vec<Diagnostic>> {
    match root.content {
        Content::List(items) if items.is_empty() => {
            Err(vec![Diagnostic::error(Code::EMPTY_FILE, root.place, "the list of cases is empty")])
        }
        Content::List(items) => Ok(items),
        _ => Ok(vec![root]),
    }
}

/// The entry with this key, if the node is a mapping that has one.
fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.content {
        Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}

fn is_base_only(document: &Document, mistakes: &mut Vec<Diagnostic>) -> bool {
    let Some(value) = document.root.get("base-only") else { return false };
    match value.as_text() {
        Some("yes" | "true") => true,
        Some("no" | "false") => false,
        _ => {
            let message = "expected `yes` or `no` for `base-only`";
            mistakes.push(Diagnostic::error(Code::WRONG_VALUE, value.place.clone(), message));
            true
        }
    }
}

/// A file that was read.
struct Read {
    path: PathBuf,
    documents: Vec<Document>,
}

/// Loads files and gathers what is wrong with them.
#[derive(Default)]
struct Loader {
    mistakes: Vec<Diagnostic>,
    /// The bases read so far: a base is read, and its mistakes told, once. `None` for one with mistakes.
    bases: BTreeMap<PathBuf, Option<Document>>,
}

impl Loader {
    fn load(&mut self, files: &[(PathBuf, Format)]) -> Result<Vec<Document>, LoadError> {
        // A binding is YAML as a rule and JSON may be its table; the table of any binding is no file of cases.
        let passes: [&[Format]; 3] =
            [&[Format::Yaml], &[Format::Json, Format::JsonLines], &[Format::Csv, Format::Tsv, Format::Workbook]];
        let mut read = Vec::new();
        let mut bound: BTreeSet<PathBuf> = BTreeSet::new();
        for formats in passes {
            for (path, format) in files.iter().filter(|(_, format)| formats.contains(format)) {
                if !fs::canonicalize(path).is_ok_and(|path| bound.contains(&path)) {
                    read.extend(self.read(path.clone(), *format)?);
                }
            }
            bound.extend(read.iter().flat_map(tables_of));
        }
        read.sort_by(|left, right| left.path.cmp(&right.path));
        let mut cases = Vec::new();
        for Read { path, documents } in read {
            for document in documents {
                self.finish(document, &path, &mut cases)?;
            }
        }
        Ok(cases)
    }

    /// Reads a file; its mistakes are noted, and what stops the whole work is an error.
    fn read(&mut self, path: PathBuf, format: Format) -> Result<Option<Read>, LoadError> {
        let name = text::shown(&path);
        let parsed = match format {
            Format::Workbook => text::read_bytes(&path, &name).and_then(|bytes| {
                let workbook = Workbook::read(&name, bytes).map_err(|mistake| vec![mistake])?;
                Ok(vec![workbook.case()?])
            }),
            _ => text::read(&path, &name).and_then(|file| Ok(parse(&file, format)?)),
        };
        match parsed {
            Ok(documents) => Ok(Some(Read { path, documents })),
            Err(LoadError::Invalid { mistakes }) => {
                self.mistakes.extend(mistakes);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes cases of a document: none of a base, one of a case, many of a binding.
    fn finish(&mut self, document: Document, path: &Path, cases: &mut Vec<Document>) -> Result<(), LoadError> {
        if document.root.get("binding").is_some() {
            return self.run(&document, path, cases);
        }
        if !is_base_only(&document, &mut self.mistakes) {
            cases.extend(self.resolve(document, path)?);
        }
        Ok(())
    }

    fn run(&mut self, binding: &Document, path: &Path, cases: &mut Vec<Document>) -> Result<(), LoadError> {
        let mut mistakes = Mistakes::default();
        let key = if binding.root.get("database").is_some() { "database" } else { "table" };
        let Some(value) = binding.root.get(key) else {
            let message = "the key `table` is missing";
            let mistake = Diagnostic::error(Code::MISSING_KEY, binding.root.place.clone(), message);
            self.mistakes.push(mistake.help("name the file that the binding reads"));
            return Ok(());
        };
        let mut opened: Option<Opened> = None;
        for (file, day) in layout::tables(value, key, &mut mistakes) {
            let Some(target) = self.target(file, path, key) else { return Ok(()) };
            let layout = Layout::read(&binding.root, &text::shown(&target), &mut mistakes);
            let next = match layout.map(|layout| layout.open(&binding.root, &target)).transpose() {
                Err(LoadError::Invalid { mistakes: found }) => mistakes.gather(Err(found)),
                next => next?,
            };
            let Some(next) = next.map(|next| next.known(day)) else { continue };
            opened = match opened {
                None => Some(next),
                Some(first) => first.and(next).map_err(|mistake| mistakes.add(mistake)).ok(),
            };
        }
        match binding::run_on(binding, opened.as_ref(), mistakes) {
            Ok(made) => cases.extend(made),
            Err(mistakes) => self.mistakes.extend(mistakes),
        }
        Ok(())
    }

    /// The rows that a binding reads, if it is of one table with a row for each case.
    fn rows_of(&mut self, binding: &Document, path: &Path) -> Result<Option<Source>, LoadError> {
        let root = &binding.root;
        let is_each_a_case = root.get("binding").is_some()
            && ["period", "periods"].iter().all(|key| root.get(key).is_none())
            && root.get("recipient").is_some_and(|recipient| recipient.get("is").is_none())
            && !root.get("known").is_some_and(|known| matches!(known.content, Content::Map(_)));
        let key = if root.get("database").is_some() { "database" } else { "table" };
        let value = root.get(key).filter(|value| is_each_a_case && value.as_text().is_some());
        let Some(target) = value.and_then(|value| self.target(value, path, key)) else { return Ok(None) };
        let name = text::shown(&target);
        if key == "table" && layout::is_workbook(&name) {
            return Ok(None);
        }
        let mut mistakes = Mistakes::default();
        let Some(layout) = Layout::read(root, &name, &mut mistakes) else { return Err(mistakes.0.into()) };
        #[cfg(feature = "parquet")]
        if key == "table" && layout::is_columnar(&name) {
            return Ok(Some(Source::Columns(Columnar::open(&target)?)));
        }
        Ok(Some(Source::Held(layout.open(root, &target)?)))
    }

    /// Joins a case with its base, that with its own, and so on.
    fn resolve(&mut self, case: Document, path: &Path) -> Result<Option<Document>, LoadError> {
        let mut chain = vec![(case, path.to_path_buf())];
        let mut met: Vec<PathBuf> = fs::canonicalize(path).into_iter().collect();
        while let Some(value) = chain.last().and_then(|(top, _)| top.root.get("base")).cloned() {
            let from = chain.last().map(|(_, path)| path.clone()).unwrap_or_default();
            let Some(target) = self.beside(&value, &from, "base") else { return Ok(None) };
            let canonical = fs::canonicalize(&target).map_err(|source| text::failed(&target, source))?;
            if let Some(mistake) = endless(&value, &met, &canonical) {
                self.mistakes.push(mistake);
                return Ok(None);
            }
            let Some(base) = self.base(&target, &canonical)? else { return Ok(None) };
            met.push(canonical);
            chain.push((base, target));
        }
        Ok(chain.into_iter().map(|(document, _)| document).rev().reduce(join).map(without_base))
    }

    /// What a binding reads: a file beside it, or the address of a server as it stands.
    fn target(&mut self, value: &Node, file: &Path, key: &str) -> Option<PathBuf> {
        match value.as_text().filter(|_| key == "database" && layout::is_server(value)) {
            Some(address) => Some(PathBuf::from(address)),
            None => self.beside(value, file, key),
        }
    }

    /// The path that a value names, relative to the file it stands in.
    fn beside(&mut self, value: &Node, file: &Path, key: &str) -> Option<PathBuf> {
        let mistake = |code, message: String| Diagnostic::error(code, value.place.clone(), message);
        let Some(name) = value.as_text() else {
            self.mistakes.push(mistake(Code::WRONG_VALUE, format!("expected the name of a file for `{key}`")));
            return None;
        };
        let target = file.parent().unwrap_or(Path::new("")).join(name);
        let found = if Path::new(name).is_absolute() {
            Err(mistake(Code::WRONG_VALUE, format!("the path of `{key}` is absolute"))
                .help("write it relative to this file, so that it holds on every machine"))
        } else if !target.is_file() {
            Err(mistake(Code::UNKNOWN_NAME, format!("no file `{}`", text::shown(&target)))
                .help("paths are relative to the folder of this file"))
        } else {
            Ok(target)
        };
        found.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn base(&mut self, target: &Path, canonical: &Path) -> Result<Option<Document>, LoadError> {
        if let Some(known) = self.bases.get(canonical) {
            return Ok(known.clone());
        }
        let format = format_of(target)?;
        let read = self.read(target.to_path_buf(), format)?;
        let base = read.and_then(|read| self.only(read.documents));
        self.bases.insert(canonical.to_path_buf(), base.clone());
        Ok(base)
    }

    fn only(&mut self, documents: Vec<Document>) -> Option<Document> {
        let mut documents = documents.into_iter();
        match (documents.next(), documents.next()) {
            (only, None) => only,
            (_, Some(second)) => {
                let message = "a second document in a file that is the base of a case";
                self.mistakes.push(Diagnostic::error(Code::SYNTAX, second.root.place, message));
                None
            }
        }
    }
}

/// The tables that the bindings of a file read.
fn tables_of(read: &Read) -> impl Iterator<Item = PathBuf> {
    let folder = read.path.parent().unwrap_or(Path::new("")).to_path_buf();
    read.documents
        .iter()
        .filter(|document| document.root.get("binding").is_some())
        .filter_map(|document| document.root.get("table"))
        .flat_map(|table| layout::tables(table, "table", &mut Mistakes::default()))
        .filter_map(move |(file, _)| fs::canonicalize(folder.join(file.as_text()?)).ok())
}

fn endless(value: &Node, met: &[PathBuf], next: &PathBuf) -> Option<Diagnostic> {
    let place = value.place.clone();
    if met.contains(next) {
        return Some(Diagnostic::error(Code::CYCLE, place, "this `base` leads back to a file that stands on it"));
    }
    let message = format!("more than {MOST_BASES} bases stand on each other");
    (met.len() > MOST_BASES).then(|| Diagnostic::error(Code::TOO_LARGE, place, message))
}

/// A case on its base: every entry of the case, and what only the base has.
fn join(base: Document, case: Document) -> Document {
    let Document { file, root: Node { place, content } } = case;
    let content = match (content, base.root.content) {
        (Content::Map(own), Content::Map(inherited)) => Content::Map(join_entries(own, inherited)),
        (content, _) => content,
    };
    Document { file, root: Node { place, content } }
}

fn join_entries(own: Vec<Entry>, inherited: Vec<Entry>) -> Vec<Entry> {
    let mut inherited: Vec<Entry> = inherited.into_iter().filter(|entry| !OWN.contains(&entry.key.as_str())).collect();
    let mut joined = own;
    join_settings(&mut joined, &mut inherited);
    for entry in joined.iter_mut().filter(|entry| JOINED.contains(&entry.key.as_str())) {
        if let Some(at) = inherited.iter().position(|base| base.key == entry.key) {
            join_section(&mut entry.value, inherited.remove(at).value);
        }
    }
    add_missing(&mut joined, inherited);
    joined
}

/// What the base sets comes before what the case sets. What the case gives whole itself is not changed by its base.
fn join_settings(own: &mut Vec<Entry>, inherited: &mut Vec<Entry>) {
    let Some(at) = inherited.iter().position(|entry| entry.key == SET) else { return };
    let mut base = inherited.remove(at);
    if let Content::Map(settings) = &mut base.value.content {
        settings.retain(|setting| !is_given(own, &setting.key));
    }
    match own.iter_mut().find(|entry| entry.key == SET).map(|entry| &mut entry.value.content) {
        None => own.push(base),
        Some(Content::Map(mine)) => *mine = set_after(mapping(base.value.content), std::mem::take(mine)),
        Some(content @ Content::Empty) => *content = base.value.content,
        Some(_) => {}
    }
}

/// Settings, and then others, which take the place of those that name the same.
fn set_after(mut first: Vec<Entry>, then: Vec<Entry>) -> Vec<Entry> {
    let named = |entry: &Entry| entry.key.parse::<EvidencePath>().ok();
    first.retain(|entry| {
        !then.iter().any(|later| later.key == entry.key || (named(later).is_some() && named(later) == named(entry)))
    });
    first.extend(then);
    first
}

/// Whether a case gives the whole of what a setting is about.
fn is_given(case: &[Entry], setting: &str) -> bool {
    let Ok(path) = setting.parse::<EvidencePath>() else { return false };
    let (section, name) = match &path.subject {
        Subject::Fact(name) => ("facts", name),
        Subject::SignOff(id) => ("sign-offs", id),
        Subject::Decision(id) => ("decisions", id),
        Subject::Waiver(id) => ("waivers", id),
        Subject::Parameter(_) => return false,
    };
    case.iter().any(|entry| entry.key == section && entry.value.get(name).is_some())
}

fn mapping(content: Content) -> Vec<Entry> {
    if let Content::Map(entries) = content { entries } else { Vec::new() }
}

/// Adds the entries of a section that the case does not give itself. A fact, the signatures of a sign-off
/// and a decision are whole: half a fact from one file and half from another would be nobody's statement.
fn join_section(own: &mut Node, inherited: Node) {
    match (&mut own.content, inherited.content) {
        (Content::Map(mine), Content::Map(more)) => add_missing(mine, more),
        (Content::Empty, more) => own.content = more,
        _ => {}
    }
}

fn add_missing(own: &mut Vec<Entry>, more: Vec<Entry>) {
    let known: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    own.extend(more.into_iter().filter(|entry| !known.contains(&entry.key)));
}

/// What names a base is settled here and means nothing to core.
fn without_base(mut case: Document) -> Document {
    if let Content::Map(entries) = &mut case.root.content {
        entries.retain(|entry| entry.key != "base" && entry.key != "base-only");
    }
    case
}

#[cfg(test)]
mod tests;
