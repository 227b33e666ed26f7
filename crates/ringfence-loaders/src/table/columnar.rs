//! Parquet files and Arrow files: tables by their columns, of which each says what it holds.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, FileReaderBuilder};
use arrow_schema::{DataType, TimeUnit};
use csv::StringRecord;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::period::date_of;
use ringfence_core::source::{Part, Place, SourceFile};

use super::{At, Kind, Row, Table};
use crate::shape::Mistakes;
use crate::{LoadError, text};

/// How many rows are held at a time.
const MOST_ROWS: usize = 2_000_000;
/// How many rows are read at a time of a table that is held whole.
const AT_A_TIME: usize = 8_192;
/// More digits than a number may have, so noughts behind its point are of no use.
const MOST_DIGITS: usize = 18;

/// How many bytes a column of a batch may take once it is unpacked.
const MOST_UNPACKED: i64 = 2 << 30;

/// What is said of a file that claims to have more bytes than it has.
const TOO_LONG: &str = "a part of it would stand beyond its end";
const NOT_EXACT: &str = "store amounts as decimals, as whole pence or as texts";
const NO_DAY: &str = "store the day as a date";
const NO_CELL: &str = "a binding reads texts, numbers, dates and yes or no; store the column as one of these";
const NO_TEXT: &str = "leave the column out, or store a text";
const WRITE_AGAIN: &str = "write it again with the program that made it; a text is read from `.csv`";

/// A file of columns.
#[derive(Debug)]
pub(crate) struct Columnar {
    path: PathBuf,
    shown: String,
    is_parquet: bool,
    file: Arc<SourceFile>,
    /// How many rows there are, where the file says so before they are read.
    pub(crate) rows: Option<usize>,
}

/// Its rows, some at a time.
#[derive(Debug)]
pub(crate) struct Tables {
    shown: String,
    is_parquet: bool,
    file: Arc<SourceFile>,
    reader: Reader,
    /// For each column of the table the place among those that are read.
    places: Vec<Option<usize>>,
    /// At most so many rows at a time.
    most: usize,
    /// What is left of a batch that has more.
    rest: Option<RecordBatch>,
    /// How many rows came before.
    before: usize,
}

enum Reader {
    Parquet(ParquetRecordBatchReader),
    Arrow(Box<FileReader<BufReader<File>>>),
    /// After what cannot be read nothing more is.
    Ended,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Parquet(_) => "Parquet",
            Self::Arrow(_) => "Arrow",
            Self::Ended => "Ended",
        })
    }
}

impl Table {
    /// Reads a Parquet or an Arrow file whole.
    ///
    /// # Errors
    /// A file that is none, and more rows than are held.
    pub(crate) fn columnar(path: &Path) -> Result<Self, LoadError> {
        let columnar = Columnar::open(path)?;
        let too_many = || {
            let message = format!("more than {MOST_ROWS} rows");
            vec![Diagnostic::error(Code::TOO_LARGE, columnar.start(), message)]
        };
        if columnar.rows.is_some_and(|rows| rows > MOST_ROWS) {
            return Err(too_many().into());
        }
        let mut table = columnar.header();
        for part in columnar.tables(None, AT_A_TIME)? {
            table.rows.extend(part?.rows);
            if table.rows.len() > MOST_ROWS {
                return Err(too_many().into());
            }
        }
        Ok(table)
    }
}

impl Columnar {
    /// Reads what a file says of itself: its columns, and of a Parquet file how many rows there are.
    ///
    /// # Errors
    /// A file that is no such one, that is packed in a way that cannot be read, or has two columns of one name.
    pub(crate) fn open(path: &Path) -> Result<Self, LoadError> {
        let shown = text::shown(path);
        let is_parquet = shown.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("parquet"));
        let (schema, rows) = if is_parquet {
            let reader = open_parquet(path, &shown)?;
            refuse_packing(&reader, &shown)?;
            (Arc::clone(reader.schema()), usize::try_from(reader.metadata().file_metadata().num_rows()).ok())
        } else {
            (open_arrow(path, &shown, None)?.schema(), None)
        };
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let file = SourceFile::part_of(&shown, Part::Rows { name: String::new(), columns });
        let columnar = Self { path: path.to_path_buf(), shown, is_parquet, file, rows };
        let mut mistakes = Mistakes::default();
        columnar.header().check_header(&mut mistakes);
        // The names stand in no row.
        for mistake in &mut mistakes.0 {
            mistake.place = columnar.start();
        }
        if mistakes.0.is_empty() { Ok(columnar) } else { Err(mistakes.0.into()) }
    }

    /// The table without a row.
    pub(crate) fn header(&self) -> Table {
        header_of(&self.file)
    }

    /// The rows, so many at a time. Cells of columns that are not wanted are blank.
    ///
    /// # Errors
    /// A file that is no longer what it was.
    pub(crate) fn tables(&self, wanted: Option<&BTreeSet<usize>>, most: usize) -> Result<Tables, LoadError> {
        let most = most.max(1);
        let columns = self.header().header.cells.len();
        let read: Vec<usize> =
            (0..columns).filter(|column| wanted.is_none_or(|wanted| wanted.contains(column))).collect();
        let places = (0..columns).map(|column| read.binary_search(&column).ok()).collect();
        let reader = if self.is_parquet {
            let builder = open_parquet(&self.path, &self.shown)?;
            let mask = ProjectionMask::roots(builder.parquet_schema(), read);
            let builder = builder.with_batch_size(most).with_projection(mask);
            let reader = guarded(|| builder.build().map_err(|error| error.to_string()));
            Reader::Parquet(reader.map_err(|why| vec![unreadable(&self.shown, true, &why)])?)
        } else {
            Reader::Arrow(Box::new(open_arrow(&self.path, &self.shown, Some(read))?))
        };
        let (shown, file) = (self.shown.clone(), Arc::clone(&self.file));
        Ok(Tables { shown, is_parquet: self.is_parquet, file, reader, places, most, rest: None, before: 0 })
    }

    fn start(&self) -> Place {
        Place::start_of(&SourceFile::new(&self.shown, ""))
    }
}

fn header_of(file: &Arc<SourceFile>) -> Table {
    let cells = match file.part() {
        Part::Rows { columns, .. } => StringRecord::from(columns.as_slice()),
        _ => StringRecord::new(),
    };
    let header = Row::new(file, 1, At::From(1), cells, Vec::new());
    Table { file: Arc::clone(file), header, rows: Vec::new() }
}

fn open_parquet(path: &Path, shown: &str) -> Result<ParquetRecordBatchReaderBuilder<File>, LoadError> {
    let file = File::open(path).map_err(|source| text::failed(path, source))?;
    let reader = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string()));
    Ok(reader.map_err(|why| vec![unreadable(shown, true, &why)])?)
}

/// Refuses columns packed in a way that needs what this program does not have.
fn refuse_packing(reader: &ParquetRecordBatchReaderBuilder<File>, shown: &str) -> Result<(), LoadError> {
    let mut columns = reader.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
    let name = |packing: Compression| match packing {
        Compression::GZIP(_) => Some("gzip"),
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        _ => None,
    };
    let Some(packing) = columns.find_map(|column| name(column.compression())) else { return Ok(()) };
    let place = Place::start_of(&SourceFile::new(shown, ""));
    let message = format!("the columns are packed with {packing}, which this program does not unpack");
    let help = "write the file with Zstandard or Snappy, or not packed";
    Err(vec![Diagnostic::error(Code::SYNTAX, place, message).help(help)].into())
}

fn open_arrow(path: &Path, shown: &str, wanted: Option<Vec<usize>>) -> Result<FileReader<BufReader<File>>, LoadError> {
    let mut file = File::open(path).map_err(|source| text::failed(path, source))?;
    let mut first = Vec::new();
    let begun = file.by_ref().take(6).read_to_end(&mut first).and_then(|_| file.seek(SeekFrom::Start(0)));
    begun.map_err(|source| text::failed(path, source))?;
    let help = match first.as_slice() {
        [b'F', b'E', b'A', b'1', ..] => "it is of the first version of Feather; write it with the second",
        [0xff, 0xff, 0xff, 0xff, ..] => "it is a stream of Arrow; write it in the file format",
        _ => WRITE_AGAIN,
    };
    let reader = FileReaderBuilder::new();
    let reader = match wanted {
        Some(wanted) => reader.with_projection(wanted),
        None => reader,
    };
    let mut file = BufReader::new(file);
    let reader = guarded(|| {
        check_blocks(&mut file)?;
        reader.build(file).map_err(|error| error.to_string())
    });
    Ok(reader.map_err(|why| vec![unreadable(shown, false, &why).help(help)])?)
}

/// Refuses an Arrow file that claims more than it can hold: its reader would make room for it first.
fn check_blocks(file: &mut (impl Read + Seek)) -> Result<(), String> {
    let io = |error: std::io::Error| error.to_string();
    let end = file.seek(SeekFrom::End(0)).map_err(io)?;
    let mut tail = [0; 10];
    file.seek(SeekFrom::Start(end.saturating_sub(10))).map_err(io)?;
    file.read_exact(&mut tail).map_err(|_| "it is too short".to_owned())?;
    let length = arrow_ipc::reader::read_footer_length(tail).map_err(|error| error.to_string())?;
    let footer = part(file, end, end.saturating_sub(10 + length as u64), length as u64)?;
    let footer = arrow_ipc::root_as_footer(&footer).map_err(|error| error.to_string())?;
    let blocks = footer.dictionaries().into_iter().flatten().chain(footer.recordBatches().into_iter().flatten());
    for block in blocks {
        let sizes = (u64::try_from(block.offset()), u64::try_from(block.metaDataLength()));
        let (Ok(at), Ok(length), Ok(body)) = (sizes.0, sizes.1, u64::try_from(block.bodyLength())) else {
            return Err(TOO_LONG.to_owned());
        };
        let behind = at.checked_add(length).and_then(|start| Some((start, start.checked_add(body)?)));
        let Some((start, _)) = behind.filter(|(_, stop)| *stop <= end) else { return Err(TOO_LONG.to_owned()) };
        let message = part(file, end, at, length)?;
        // Behind the mark that a message follows, and its length.
        let from = if message.starts_with(&[0xff; 4]) { 8 } else { 4 };
        let message = arrow_ipc::root_as_message(message.get(from..).unwrap_or_default());
        let message = message.map_err(|error| error.to_string())?;
        let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
        let Some(batch) = message.header_as_record_batch().or(dictionary) else { continue };
        let packed = batch.buffers().into_iter().flatten().filter(|_| batch.compression().is_some());
        for buffer in packed.filter(|buffer| buffer.length() >= 8) {
            let at = u64::try_from(buffer.offset()).ok().and_then(|offset| offset.checked_add(start));
            let unpacked = part(file, end, at.ok_or(TOO_LONG)?, 8)?;
            let unpacked = unpacked.try_into().map_or(0, i64::from_le_bytes);
            if unpacked > MOST_UNPACKED {
                return Err(format!("a column takes more than {} GiB unpacked", MOST_UNPACKED >> 30));
            }
        }
    }
    Ok(())
}

/// So many bytes of a file that ends at `end`, from a place on.
fn part(file: &mut (impl Read + Seek), end: u64, start: u64, length: u64) -> Result<Vec<u8>, String> {
    if start.checked_add(length).is_none_or(|stop| stop > end) {
        return Err(TOO_LONG.to_owned());
    }
    file.seek(SeekFrom::Start(start)).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Does what may stop at a file whose bytes contradict each other, and says that instead.
///
/// The readers of both formats trust in places what a file says of itself.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    thread_local! { static GUARDED: Cell<bool> = const { Cell::new(false) }; }
    static QUIET: Once = Once::new();
    // It is told as a mistake of the file; what the program says of itself when it stops would only be in the way.
    QUIET.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |why| {
            if !GUARDED.get() {
                told(why);
            }
        }));
    });
    GUARDED.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    done.unwrap_or_else(|_| Err("what it says of itself does not agree with what it holds".to_owned()))
}

/// What a reader says that it cannot do, without the names of its own parts.
fn unreadable(shown: &str, is_parquet: bool, why: &str) -> Diagnostic {
    let what = if is_parquet { "a Parquet file" } else { "an Arrow file" };
    let mut why = why.to_owned();
    for part in ["Parquet argument error: ", "External: ", "Arrow: ", "Parquet error: ", "EOF: ", "NYI: "] {
        why = why.replace(part, "");
    }
    let mut letters = why.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let why: String = first.into_iter().chain(letters).collect();
    let message = format!("the table cannot be read as {what}: {why}");
    Diagnostic::error(Code::SYNTAX, Place::start_of(&SourceFile::new(shown, "")), message).help(WRITE_AGAIN)
}

impl Tables {
    fn next_batch(&mut self) -> Option<Result<RecordBatch, Diagnostic>> {
        if let Some(rest) = self.rest.take() {
            return Some(Ok(rest));
        }
        let found = match &mut self.reader {
            Reader::Parquet(reader) => guarded(|| reader.next().transpose().map_err(|error| error.to_string())),
            Reader::Arrow(reader) => guarded(|| reader.next().transpose().map_err(|error| error.to_string())),
            Reader::Ended => return None,
        };
        if found.is_err() {
            self.reader = Reader::Ended;
        }
        found.map_err(|why| unreadable(&self.shown, self.is_parquet, &why)).transpose()
    }

    /// The rows of a batch. What it has beyond as many as are wanted at a time waits.
    fn table(&mut self, batch: RecordBatch) -> Table {
        let count = batch.num_rows().min(self.most);
        let batch = if count < batch.num_rows() {
            self.rest = Some(batch.slice(count, batch.num_rows() - count));
            batch.slice(0, count)
        } else {
            batch
        };
        let column =
            |place: &Option<usize>| place.and_then(|place| batch.columns().get(place)).map(|array| cells(array));
        let columns: Vec<Option<Cells<'_>>> = self.places.iter().map(column).collect();
        let mut table = header_of(&self.file);
        let mut text = String::new();
        for row in 0..count {
            let (mut record, mut kinds) = (StringRecord::new(), Vec::with_capacity(columns.len()));
            for column in &columns {
                text.clear();
                kinds.push(column.as_ref().map_or(Kind::Any, |cell| cell(row, &mut text)));
                record.push_field(&text);
            }
            table.rows.push(Row::new(&self.file, self.before + row + 1, At::From(1), record, kinds));
        }
        self.before += count;
        table
    }
}

impl Iterator for Tables {
    type Item = Result<Table, Vec<Diagnostic>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_batch()? {
                Ok(batch) if batch.num_rows() == 0 => {}
                Ok(batch) => return Some(Ok(self.table(batch))),
                Err(mistake) => return Some(Err(vec![mistake])),
            }
        }
    }
}

/// Writes the text of the cell in a row of a column, and says what the cell holds.
type Cells<'a> = Box<dyn Fn(usize, &mut String) -> Kind + 'a>;

/// The cells of a column. One that is null is blank.
fn cells(array: &dyn Array) -> Cells<'_> {
    let held = values(array);
    Box::new(move |row, text| if array.is_null(row) { Kind::Any } else { held(row, text) })
}

fn values(array: &dyn Array) -> Cells<'_> {
    match array.data_type() {
        DataType::Null => Box::new(|_, _| Kind::Any),
        DataType::Boolean => {
            let values = array.as_boolean();
            Box::new(move |row, text| put(text, if values.value(row) { "yes" } else { "no" }, Kind::Any))
        }
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array),
        DataType::Float16 => real::<Float16Type>(array),
        DataType::Float32 => real::<Float32Type>(array),
        DataType::Float64 => real::<Float64Type>(array),
        DataType::Utf8 => {
            let values = array.as_string::<i32>();
            Box::new(move |row, text| put(text, values.value(row), Kind::Text))
        }
        DataType::LargeUtf8 => {
            let values = array.as_string::<i64>();
            Box::new(move |row, text| put(text, values.value(row), Kind::Text))
        }
        DataType::Utf8View => {
            let values = array.as_string_view();
            Box::new(move |row, text| put(text, values.value(row), Kind::Text))
        }
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            Box::new(move |row, text| moment(i64::from(values.value(row)), 1, text))
        }
        DataType::Date64 => {
            let values = array.as_primitive::<Date64Type>();
            Box::new(move |row, text| moment(values.value(row), DAY_IN_SECONDS * 1_000, text))
        }
        DataType::Timestamp(unit, zone) => timestamp(array, *unit, zone.as_deref()),
        DataType::Dictionary(..) => dictionary(array),
        DataType::Binary => bytes(move |row| array.as_binary::<i32>().value(row).len()),
        DataType::LargeBinary => bytes(move |row| array.as_binary::<i64>().value(row).len()),
        DataType::BinaryView => bytes(move |row| array.as_binary_view().value(row).len()),
        DataType::FixedSizeBinary(_) => bytes(move |row| array.as_fixed_size_binary().value(row).len()),
        other => {
            let what = plural(other);
            Box::new(move |_, _| refused(format!("the column holds {what}"), NO_CELL))
        }
    }
}

/// What a column holds that no cell does.
fn plural(of: &DataType) -> &'static str {
    match of {
        DataType::Struct(_) | DataType::Map(..) => "mappings",
        DataType::Time32(_) | DataType::Time64(_) => "times of day",
        DataType::Duration(_) | DataType::Interval(_) => "durations",
        DataType::Union(..) => "values of several types",
        DataType::RunEndEncoded(..) => "runs of values",
        _ => "lists",
    }
}

fn put(text: &mut String, value: &str, kind: Kind) -> Kind {
    text.push_str(value);
    kind
}

fn refused(why: String, help: &'static str) -> Kind {
    Kind::Refused { why, help }
}

fn whole<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> Cells<'_> {
    let values = array.as_primitive::<T>();
    Box::new(move |row, text| {
        // Writing to a text does not fail.
        let _ = write!(text, "{}", values.value(row));
        Kind::Number
    })
}

/// Decimals as they stand, by their scale.
fn decimal<T: DecimalType>(array: &dyn Array) -> Cells<'_> {
    let values = array.as_primitive::<T>();
    Box::new(move |row, text| {
        let digits = values.value_as_string(row);
        let is_long = digits.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS && digits.contains('.');
        let shortest = digits.trim_end_matches('0').trim_end_matches('.');
        put(text, if is_long { shortest } else { &digits }, Kind::Number)
    })
}

fn real<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> Cells<'_> {
    let values = array.as_primitive::<T>();
    Box::new(move |row, _| refused(format!("the real number {} is not exact", values.value(row)), NOT_EXACT))
}

fn bytes<'a>(length: impl Fn(usize) -> usize + 'a) -> Cells<'a> {
    Box::new(move |row, _| refused(format!("{} bytes that are no text", length(row)), NO_TEXT))
}

fn dictionary(array: &dyn Array) -> Cells<'_> {
    let dictionary = array.as_any_dictionary();
    if dictionary.values().is_empty() {
        return Box::new(|_, _| Kind::Any);
    }
    let (keys, held) = (dictionary.normalized_keys(), cells(dictionary.values().as_ref()));
    Box::new(move |row, text| keys.get(row).map_or(Kind::Any, |key| held(*key, text)))
}

const DAY_IN_SECONDS: i64 = 86_400;

fn timestamp<'a>(array: &'a dyn Array, unit: TimeUnit, zone: Option<&str>) -> Cells<'a> {
    if let Some(zone) = zone.filter(|zone| !["UTC", "Etc/UTC", "Z", "+00:00", "+00"].contains(zone)) {
        let why = format!("the column holds moments in the time zone {zone}, which are on two days at once");
        return Box::new(move |_, _| refused(why.clone(), NO_DAY));
    }
    match unit {
        TimeUnit::Second => {
            let values = array.as_primitive::<TimestampSecondType>();
            Box::new(move |row, text| moment(values.value(row), DAY_IN_SECONDS, text))
        }
        TimeUnit::Millisecond => {
            let values = array.as_primitive::<TimestampMillisecondType>();
            Box::new(move |row, text| moment(values.value(row), DAY_IN_SECONDS * 1_000, text))
        }
        TimeUnit::Microsecond => {
            let values = array.as_primitive::<TimestampMicrosecondType>();
            Box::new(move |row, text| moment(values.value(row), DAY_IN_SECONDS * 1_000_000, text))
        }
        TimeUnit::Nanosecond => {
            let values = array.as_primitive::<TimestampNanosecondType>();
            Box::new(move |row, text| moment(values.value(row), DAY_IN_SECONDS * 1_000_000_000, text))
        }
    }
}

/// The day of a moment, which is its midnight; `day` says how many of its units a day has.
fn moment(value: i64, day: i64, text: &mut String) -> Kind {
    let Some(date) = date_of(value.div_euclid(day)) else {
        return refused(format!("the moment {value} is beyond the calendar"), NO_DAY);
    };
    let rest = value.rem_euclid(day);
    if rest == 0 {
        let _ = write!(text, "{date}");
        return Kind::Any;
    }
    let seconds = rest / (day / DAY_IN_SECONDS).max(1);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    refused(format!("the moment {date} {hour:02}:{minute:02}:{second:02} is no day"), NO_DAY)
}
