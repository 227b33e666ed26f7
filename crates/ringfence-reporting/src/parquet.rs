//! Rulings as a Parquet file: the columns of the CSV, with amounts as decimals and days as dates.
//!
//! A text is as it is; the apostrophe that keeps a spreadsheet from taking one for a formula is the CSV's alone.

use std::io::Write;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError as Unwritten;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use ringfence_core::money::{Currency, Money};
use ringfence_core::period::day_number;
use ringfence_core::ruling::Ruling;

use crate::csv::{self, Row};

/// The name and version of the columns, which are those of [`csv::PORTFOLIO_COLUMNS`]. It stands in the metadata of the
/// file under the key `ringfence`, and the currency of the amounts under `currency`.
pub const SCHEMA: &str = "ringfence.portfolio-parquet/1";

/// The digits that an amount has at most, and how many of them stand behind the point.
const PRECISION: u8 = 19;
const SCALE: i8 = 2;
/// How many rows are written at a time, whatever number of them comes in: so that the same rulings give the same bytes.
const AT_A_TIME: usize = 8_192;
/// How many rows stand together in the file. They are held until there are so many.
const GROUP: usize = 65_536;

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the Parquet file")]
pub struct ParquetError {
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl From<Unwritten> for ParquetError {
    fn from(error: Unwritten) -> Self {
        Self { source: error.into() }
    }
}

impl From<ArrowError> for ParquetError {
    fn from(error: ArrowError) -> Self {
        Self { source: error.into() }
    }
}

/// One row for each recipient and fund, and one for each tranche of it: [`csv::PORTFOLIO_COLUMNS`].
///
/// # Errors
/// None in practice: the file is written to memory.
pub fn portfolio(rulings: &[Ruling]) -> Result<Vec<u8>, ParquetError> {
    let currency = rulings.first().map(|ruling| &ruling.currency);
    let mut writer = Writer::new(Vec::new(), currency)?;
    for some in rulings.chunks(AT_A_TIME) {
        writer.add(Rows::of(some)?)?;
    }
    writer.finish()
}

/// The rows of some rulings, ready to be written.
#[derive(Clone, Debug)]
pub struct Rows(RecordBatch);

impl Rows {
    /// Makes them, which is most of the work and can be done side by side.
    ///
    /// # Errors
    /// None in practice.
    pub fn of(rulings: &[Ruling]) -> Result<Self, ParquetError> {
        let rows: Vec<Row<'_>> = rulings.iter().flat_map(csv::typed_rows).collect();
        Ok(Self(RecordBatch::try_new(schema(), columns(&rows))?))
    }
}

/// Writes rulings as they come.
pub struct Writer<W: Write + Send> {
    file: ArrowWriter<W>,
    /// Fewer rows than are written at a time.
    waiting: Vec<RecordBatch>,
}

impl<W: Write + Send> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file of rulings with amounts in this currency.
    ///
    /// # Errors
    /// A place that cannot be written to.
    pub fn new(to: W, currency: Option<&Currency>) -> Result<Self, ParquetError> {
        let entry = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let currency = currency.map(|currency| entry("currency", currency.code()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by("ringfence".to_owned())
            .set_key_value_metadata(Some(std::iter::once(entry("ringfence", SCHEMA)).chain(currency).collect()))
            .build();
        Ok(Self { file: ArrowWriter::try_new(to, schema(), Some(properties))?, waiting: Vec::new() })
    }

    /// Adds rows behind those that are there.
    ///
    /// # Errors
    /// A place that can no longer be written to.
    pub fn add(&mut self, rows: Rows) -> Result<(), ParquetError> {
        self.waiting.push(rows.0);
        if self.waiting.iter().map(RecordBatch::num_rows).sum::<usize>() < AT_A_TIME {
            return Ok(());
        }
        let all = self.joined()?;
        let whole = all.num_rows() - all.num_rows() % AT_A_TIME;
        for start in (0..whole).step_by(AT_A_TIME) {
            self.file.write(&all.slice(start, AT_A_TIME))?;
        }
        self.waiting.push(all.slice(whole, all.num_rows() - whole));
        Ok(())
    }

    /// Writes what is left, and the end of the file.
    ///
    /// # Errors
    /// A place that can no longer be written to.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        let all = self.joined()?;
        self.file.write(&all)?;
        Ok(self.file.into_inner()?)
    }

    fn joined(&mut self) -> Result<RecordBatch, ParquetError> {
        Ok(arrow_select::concat::concat_batches(&schema(), &std::mem::take(&mut self.waiting))?)
    }
}

/// The columns that every row has something in.
const ALWAYS: [&str; 6] = ["pack", "pack_version", "rules_at", "case", "fund", "period"];

fn schema() -> SchemaRef {
    let field = |name: &str| {
        let kind = match name {
            "rules_at" | "known_by" => DataType::Date32,
            "amount" | "earned" | "released" | "redirected" | "withheld" | "recovered" | "undetermined"
            | "released_at_least" | "released_at_most" => DataType::Decimal128(PRECISION, SCALE),
            _ => DataType::Utf8,
        };
        Field::new(name, kind, !ALWAYS.contains(&name))
    };
    Arc::new(Schema::new(csv::PORTFOLIO_COLUMNS.map(field).to_vec()))
}

/// The columns in the order of [`csv::PORTFOLIO_COLUMNS`].
fn columns(rows: &[Row<'_>]) -> Vec<ArrayRef> {
    vec![
        texts(rows, |row| Some(&row.ruling.pack.id)),
        texts(rows, |row| Some(&row.ruling.pack.version)),
        days(rows, |row| Some(day_number(row.ruling.rules_at))),
        days(rows, |row| row.ruling.known_by.map(day_number)),
        texts(rows, |row| Some(&row.ruling.case.id)),
        texts(rows, |row| row.ruling.case.recipient.code.as_deref()),
        texts(rows, |row| filled(&row.ruling.case.recipient.name)),
        texts(rows, |row| Some(row.fund)),
        texts(rows, |row| Some(row.period)),
        amounts(rows, |row| row.amount),
        amounts(rows, |row| row.earned),
        amounts(rows, |row| row.released),
        amounts(rows, |row| row.redirected),
        texts(rows, |row| row.destination),
        amounts(rows, |row| row.withheld),
        amounts(rows, |row| row.recovered),
        amounts(rows, |row| row.undetermined),
        texts(rows, |row| filled(row.reason)),
        amounts(rows, |row| row.released_at_least),
        amounts(rows, |row| row.released_at_most),
    ]
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn texts<'r>(rows: &'r [Row<'r>], of: fn(&'r Row<'r>) -> Option<&'r str>) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<StringArray>())
}

fn days(rows: &[Row<'_>], of: fn(&Row<'_>) -> Option<i64>) -> ArrayRef {
    // Every day of the calendar has a number that fits.
    Arc::new(rows.iter().map(|row| i32::try_from(of(row)?).ok()).collect::<Date32Array>())
}

fn amounts(rows: &[Row<'_>], of: fn(&Row<'_>) -> Option<Money>) -> ArrayRef {
    let pence = rows.iter().map(|row| of(row).map(|money| i128::from(money.pence())));
    Arc::new(pence.collect::<Decimal128Array>().with_data_type(DataType::Decimal128(PRECISION, SCALE)))
}
