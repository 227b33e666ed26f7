//! Parquet and Arrow files, through bindings.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::panic;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder};
use arrow_array::types::{ArrowPrimitiveType, Decimal256Type, Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, Decimal256Array, DictionaryArray,
    DurationSecondArray, Float32Array, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray,
    StringViewArray, StructArray, Time32SecondArray, TimestampMicrosecondArray, TimestampNanosecondArray, UInt64Array,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use ringfence_core::source::{Content, Document, Node};
use ringfence_loaders::case;

type Columns = Vec<(&'static str, ArrayRef)>;

/// The same as `RecordBatch::try_from_iter`, which refuses columns of one name.
fn batch(columns: Columns) -> RecordBatch {
    let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch, packing: Compression) {
    let properties = WriterProperties::builder().set_compression(packing).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn write_arrow(path: &Path, batch: &RecordBatch, packing: Option<CompressionType>) {
    let options = IpcWriteOptions::default().try_with_compression(packing).unwrap();
    let mut writer = FileWriter::try_new_with_options(File::create(path).unwrap(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

/// A folder with a table under this name and a binding of it.
fn folder(name: &str, columns: Columns, binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    if path.extension().is_some_and(|extension| extension == "parquet") {
        write_parquet(&path, &batch(columns), Compression::SNAPPY);
    } else {
        write_arrow(&path, &batch(columns), Some(CompressionType::LZ4_FRAME));
    }
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: {name}\n{binding}")).unwrap();
    dir
}

fn cases(dir: &Path) -> Result<Vec<Document>, Vec<String>> {
    let shown = format!("{}/", dir.display());
    let told = |mistake: &ringfence_core::diagnostic::Diagnostic| mistake.to_string().replace(&shown, "");
    case::load(&dir.join("b.yaml")).map_err(|error| error.mistakes().iter().map(told).collect())
}

/// A fact of a case: its value, or nothing where it is blank.
fn value(case: &Document, name: &str) -> Option<String> {
    let fact = case.root.get("facts").unwrap().get(name).unwrap();
    match &fact.content {
        Content::Empty => None,
        _ => Some(fact.get("value").and_then(Node::as_text).unwrap().to_owned()),
    }
}

const NAMES: [&str; 4] = ["returns.parquet", "returns.arrow", "returns.feather", "returns.IPC"];

fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

/// A column of each type that is read, with what its first cell comes to; the second is null.
fn readable() -> Vec<(&'static str, ArrayRef, &'static str)> {
    let decimal = |values: Vec<Option<i128>>, precision, scale| -> ArrayRef {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap())
    };
    let long = <Decimal256Type as ArrowPrimitiveType>::Native::from_i128(123_456_789_012_345_600_000_000_000_000);
    let wide = Decimal256Array::from_iter([Some(long), None]);
    vec![
        ("pence", Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), None])), "9007199254740993"),
        ("most", Arc::new(UInt64Array::from(vec![Some(u64::MAX / 100), None])), "184467440737095516"),
        ("pounds", decimal(vec![Some(10), None], 10, 2), "0.10"),
        ("less", decimal(vec![Some(-5), None], 38, 2), "-0.05"),
        ("noughts", decimal(vec![Some(150_000_000_000_000_000_000), None], 38, 20), "1.5"),
        ("wide", Arc::new(wide.with_precision_and_scale(60, 20).unwrap()), "1234567890.123456"),
        ("text", Arc::new(StringArray::from(vec![Some("Ynys Môn"), None])), "Ynys Môn"),
        ("large", Arc::new(LargeStringArray::from(vec![Some("=1+1"), None])), "=1+1"),
        (
            "view",
            Arc::new(StringViewArray::from(vec![Some("a long text that is no longer held in place"), None])),
            "a long text that is no longer held in place",
        ),
        ("route", Arc::new(DictionaryArray::<Int8Type>::from_iter([Some("ward"), None])), "ward"),
        ("agreed", Arc::new(BooleanArray::from(vec![Some(false), None])), "no"),
        ("on", Arc::new(Date32Array::from(vec![Some(16_525), None])), "2015-03-31"),
        ("day", Arc::new(Date64Array::from(vec![Some(16_801 * 86_400_000), None])), "2016-01-01"),
        ("midnight", Arc::new(TimestampNanosecondArray::from(vec![Some(-86_400_000_000_000), None])), "1969-12-31"),
        (
            "utc",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(16_525 * 86_400_000_000), None]).with_timezone("UTC")),
            "2015-03-31",
        ),
    ]
}

#[test]
fn a_column_of_each_type_is_read_exactly() {
    for name in NAMES {
        let mut columns: Columns = readable().into_iter().map(|(name, array, _)| (name, array)).collect();
        columns.push(("code", texts(&["007", "00T"])));
        columns.push(("name", texts(&["Château", ""])));
        columns.push(("nothing", Arc::new(NullArray::new(2))));
        let is_parquet = name == "returns.parquet";
        if !is_parquet {
            // Parquet has no such decimals.
            let hundreds = Decimal128Array::from(vec![Some(12), None]).with_precision_and_scale(9, -2).unwrap();
            columns.push(("hundreds", Arc::new(hundreds)));
        }
        let facts: Vec<String> = columns.iter().map(|(name, _)| format!("{name}: {{ column: {name} }}")).collect();
        let binding = format!("recipient: {{ code: code, name: name }}\nfacts: {{ {} }}\n", facts.join(", "));
        let dir = folder(name, columns, &binding);
        let made = cases(dir.path()).unwrap();
        assert_eq!(made.len(), 2);
        for (fact, _, expected) in readable() {
            assert_eq!(value(&made[0], fact).as_deref(), Some(expected), "{name}: {fact}");
            assert_eq!(value(&made[1], fact), None, "{name}: {fact}");
        }
        assert_eq!(value(&made[0], "nothing"), None);
        assert!(is_parquet || value(&made[0], "hundreds").as_deref() == Some("1200"));
        let first = &made[0].root;
        assert_eq!(first.get("case").and_then(Node::as_text), Some("007"));
        let pounds = first.get("facts").unwrap().get("pounds").unwrap();
        assert_eq!(pounds.get("source").and_then(Node::as_text), Some(format!("{name}, row 1").as_str()));
        assert!(pounds.place.to_string().ends_with(&format!("{name}, row 1, column pounds")), "{}", pounds.place);
    }
}

#[test]
fn every_packing_is_read() {
    let columns = || vec![("code", texts(&["A"; 1])), ("n", Arc::new(Int64Array::from(vec![7])) as ArrayRef)];
    let binding = "recipient: { code: code }\nfacts: { n: { column: n } }\n";
    let dir = folder("r.parquet", columns(), binding);
    for packing in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::LZ4_RAW,
        Compression::LZ4,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        write_parquet(&dir.path().join("r.parquet"), &batch(columns()), packing);
        assert_eq!(value(&cases(dir.path()).unwrap()[0], "n").as_deref(), Some("7"), "{packing:?}");
    }
    let dir = folder("r.feather", columns(), binding);
    for packing in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        write_arrow(&dir.path().join("r.feather"), &batch(columns()), packing);
        assert_eq!(value(&cases(dir.path()).unwrap()[0], "n").as_deref(), Some("7"), "{packing:?}");
    }
}

/// A column of one list.
fn lists() -> ArrayRef {
    let mut lists = ListBuilder::new(Int32Builder::new());
    lists.append_value([Some(1), None]);
    Arc::new(lists.finish())
}

#[test]
fn what_a_cell_cannot_be_is_refused_where_it_is_read() {
    let day = "[wrong-value] (help: store the day as a date)";
    let flat =
        "[wrong-value] (help: a binding reads texts, numbers, dates and yes or no; store the column as one of these)";
    let exact = "[wrong-value] (help: store amounts as decimals, as whole pence or as texts)";
    let structure = StructArray::from(batch(vec![("a", texts(&["1"]))]));
    let cells: Vec<(ArrayRef, String)> = vec![
        (Arc::new(Float64Array::from(vec![0.1])), format!("the real number 0.1 is not exact {exact}")),
        (Arc::new(Float64Array::from(vec![f64::NAN])), format!("the real number NaN is not exact {exact}")),
        (Arc::new(Float32Array::from(vec![3.0])), format!("the real number 3 is not exact {exact}")),
        (lists(), format!("the column holds lists {flat}")),
        (Arc::new(structure), format!("the column holds mappings {flat}")),
        (Arc::new(Time32SecondArray::from(vec![0])), format!("the column holds times of day {flat}")),
        (Arc::new(DurationSecondArray::from(vec![86_400])), format!("the column holds durations {flat}")),
        (
            Arc::new(BinaryArray::from(vec![&b"12"[..]])),
            "2 bytes that are no text [wrong-value] (help: leave the column out, or store a text)".to_owned(),
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![16_525 * 86_400_000_000 - 1])),
            format!("the moment 2015-03-30 23:59:59 is no day {day}"),
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("Europe/London")),
            format!("the column holds moments in the time zone Europe/London, which are on two days at once {day}"),
        ),
        (
            Arc::new(Date32Array::from(vec![i32::MAX])),
            format!("the moment 2147483647 is beyond the calendar {day}"),
        ),
        (
            Arc::new(Date64Array::from(vec![43_200_000])),
            format!("the moment 1970-01-01 12:00:00 is no day {day}"),
        ),
        (
            texts(&["12"]),
            "expected a number in the column `n`, found the text `12` [wrong-value] (help: a text is in no sum; enter it as a number, or list a text that means missing under `missing`)".to_owned(),
        ),
    ];
    for (array, expected) in cells {
        let what = array.data_type().clone();
        let binding = "recipient: { code: code }\nfacts: { n: { column: n, as: number } }\n";
        let dir = folder("r.parquet", vec![("code", texts(&["A"])), ("n", Arc::clone(&array))], binding);
        assert_eq!(cases(dir.path()).unwrap_err(), [format!("r.parquet, row 1, column n: {expected}")], "{what}");
        // A column that the binding does not read is nobody's mistake.
        let columns = vec![("code", texts(&["A"])), ("n", array), ("m", texts(&["yes"]))];
        let dir = folder("r.parquet", columns, "recipient: { code: code }\nfacts: { m: { column: m } }\n");
        assert_eq!(cases(dir.path()).map(|cases| cases.len()), Ok(1), "{what}");
    }
}

#[test]
fn mistakes_have_words_and_places() {
    let whole = |values: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
    let flat = "recipient: { code: code }\nfacts: { n: { column: n } }\n";
    for name in ["r.parquet", "r.feather"] {
        for (columns, binding, expected) in [
            (
                vec![("code", texts(&["A"])), ("m", whole(&[1]))],
                flat,
                "b.yaml:4:23: the table has no column `n` [missing-column] (help: a similar name exists: `m`)".to_owned(),
            ),
            (
                vec![("code", texts(&["A"])), ("n", whole(&[1])), ("n", whole(&[1]))],
                flat,
                format!("{name}:1:1: two columns are called `n` [duplicate-name]"),
            ),
            (
                vec![("code", whole(&[7])), ("n", whole(&[1]))],
                flat,
                format!("{name}, row 1, column code: expected a text in the column `code`, found the number 7 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)"),
            ),
            (
                vec![("code", texts(&["A", "B", "A"])), ("n", whole(&[1, 2, 3]))],
                flat,
                format!("{name}, row 3, column code: a second row for `A` [bad-row] (help: the first is in row 1)"),
            ),
            (
                vec![("code", texts(&["A", ""])), ("n", whole(&[1, 2]))],
                flat,
                format!("{name}, row 2, column code: the row names no recipient [bad-row] (help: leave such rows out by `exclude` or `where`; of a table with one recipient, `recipient: {{ is: … }}` says who)"),
            ),
            (
                vec![("code", texts(&[])), ("n", whole(&[]))],
                flat,
                "b.yaml:1:1: no row is a recipient's [bad-row] (help: the table has no rows)".to_owned(),
            ),
            (
                vec![("code", texts(&["A"])), ("n", whole(&[1]))],
                "thousands: \",\"\nrecipient: { code: code }\nfacts: { n: { column: n } }\n",
                "b.yaml:3:1: `thousands` has no effect here: what is read is a file of columns, which say themselves what they hold [no-effect] (help: leave it out)".to_owned(),
            ),
        ] {
            let dir = folder(name, columns, binding);
            assert_eq!(cases(dir.path()).unwrap_err()[0], expected, "{name} {binding}");
        }
    }
}

#[test]
fn a_file_that_is_no_such_one_says_so() {
    let columns = || vec![("code", texts(&["A"])), ("n", Arc::new(Int64Array::from(vec![7])) as ArrayRef)];
    let flat = "recipient: { code: code }\nfacts: { n: { column: n } }\n";
    let again = "(help: write it again with the program that made it; a text is read from `.csv`)";
    let dir = folder("r.parquet", columns(), flat);
    let sound = fs::read(dir.path().join("r.parquet")).unwrap();
    // Where the first column says how it is packed: behind its path, a list of one text.
    let codec = sound.windows(8).position(|bytes| bytes == b"\x19\x18\x04code\x15").unwrap() + 8;
    let packed = |codec_number: u8| {
        let mut bytes = sound.clone();
        bytes[codec] = codec_number * 2;
        bytes
    };
    for (bytes, expected) in [
        (b"code,n\nA,1\n".repeat(4), format!("the table cannot be read as a Parquet file: invalid Parquet file. Corrupt footer [syntax] {again}")),
        (Vec::new(), format!("the table cannot be read as a Parquet file: parquet file too small. Size is 0 but need 8 [syntax] {again}")),
        (sound[..sound.len() / 2].to_vec(), format!("the table cannot be read as a Parquet file: invalid Parquet file. Corrupt footer [syntax] {again}")),
        (packed(2), "the columns are packed with gzip, which this program does not unpack [syntax] (help: write the file with Zstandard or Snappy, or not packed)".to_owned()),
        (packed(4), "the columns are packed with Brotli, which this program does not unpack [syntax] (help: write the file with Zstandard or Snappy, or not packed)".to_owned()),
    ] {
        fs::write(dir.path().join("r.parquet"), bytes).unwrap();
        assert_eq!(cases(dir.path()).unwrap_err(), [format!("r.parquet:1:1: {expected}")]);
    }
    let dir = folder("r.arrow", columns(), flat);
    let mut stream = Vec::new();
    let table = batch(columns());
    let mut writer = StreamWriter::try_new(&mut stream, &table.schema()).unwrap();
    writer.write(&table).unwrap();
    writer.finish().unwrap();
    drop(writer);
    for (bytes, expected) in [
        (stream, "(help: it is a stream of Arrow; write it in the file format)"),
        (
            [&b"FEA1\0\0\0\0"[..], &[0; 40], b"FEA1"].concat(),
            "(help: it is of the first version of Feather; write it with the second)",
        ),
        (b"code,n\nA,1\n".repeat(4), again),
        (Vec::new(), again),
    ] {
        fs::write(dir.path().join("r.arrow"), bytes).unwrap();
        let mistakes = cases(dir.path()).unwrap_err();
        assert!(mistakes[0].starts_with("r.arrow:1:1: the table cannot be read as an Arrow file: "), "{mistakes:?}");
        assert!(mistakes[0].ends_with(expected), "{mistakes:?}");
    }
}

#[test]
fn no_broken_file_stops_the_program() {
    let columns = || {
        vec![
            ("code", texts(&["A", "B"])),
            ("n", Arc::new(Int64Array::from(vec![7, 8])) as ArrayRef),
            ("route", Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("ward"), None])) as ArrayRef),
        ]
    };
    let binding = "recipient: { code: code }\nfacts: { n: { column: n }, route: { column: route } }\n";
    for (name, packing) in [("r.parquet", None), ("r.arrow", None), ("r.arrow", Some(CompressionType::LZ4_FRAME))] {
        let dir = folder(name, columns(), binding);
        let path = dir.path().join(name);
        if name == "r.arrow" {
            write_arrow(&path, &batch(columns()), packing);
        }
        let sound = fs::read(&path).unwrap();
        let mut panics = Vec::new();
        for at in (0..sound.len()).step_by(7) {
            for byte in [0xff, sound[at] ^ 0x80] {
                let mut bytes = sound.clone();
                bytes[at] = byte;
                fs::write(&path, &bytes).unwrap();
                if panic::catch_unwind(|| drop(cases(dir.path()))).is_err() {
                    panics.push((at, byte));
                }
            }
        }
        assert_eq!(panics, [], "{name} {packing:?} of {} bytes", sound.len());
    }
}
