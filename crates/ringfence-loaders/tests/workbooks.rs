//! Workbooks through bindings: every value by its sheet and cell, and nothing that is only nearly a figure.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use ringfence_core::source::{Content, Document, Node};
use ringfence_loaders::case;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

type Fill<'f> = &'f dyn Fn(&mut Worksheet) -> Result<&mut Worksheet, rust_xlsxwriter::XlsxError>;

/// A folder with `return.xlsx`, its sheets filled in turn, and a binding of it.
fn folder(sheets: &[(&str, Fill<'_>)], binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut workbook = Workbook::new();
    for (name, fill) in sheets {
        fill(workbook.add_worksheet().set_name(*name).unwrap()).unwrap();
    }
    workbook.define_name("grant_size", "=Cover!$C$5").unwrap();
    workbook.save(dir.path().join("return.xlsx")).unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: return.xlsx\n{binding}")).unwrap();
    dir
}

fn cases(dir: &Path) -> Result<Vec<Document>, Vec<String>> {
    let shown = format!("{}/", dir.display());
    let told = |mistake: &ringfence_core::diagnostic::Diagnostic| mistake.to_string().replace(&shown, "");
    case::load(&dir.join("b.yaml")).map_err(|error| error.mistakes().iter().map(told).collect())
}

fn fact(case: &Document, name: &str) -> Node {
    case.root.get("facts").unwrap().get(name).unwrap().clone()
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or("?")
}

/// A cover, a checklist and a table by recipient and month.
fn cover(sheet: &mut Worksheet) -> Result<&mut Worksheet, rust_xlsxwriter::XlsxError> {
    let date = Format::new().set_num_format("dd mmm yyyy");
    let percent = Format::new().set_num_format("0.0%");
    sheet
        .write_string(2, 2, "00T")?
        .write_string(3, 2, "Château")?
        .write_number(4, 2, 0.1)?
        .write_datetime_with_format(5, 2, ExcelDateTime::from_ymd(2016, 3, 31)?, &date)?
        .write_number_with_format(6, 2, 0.885, &percent)?
        .write_boolean(7, 2, true)?
        .write_formula(8, 2, Formula::new("=C5*3").set_result("0.3"))
}

fn checklist(sheet: &mut Worksheet) -> Result<&mut Worksheet, rust_xlsxwriter::XlsxError> {
    sheet
        .write_string(4, 1, "Is the plan agreed?")?
        .write_string(4, 3, "Yes")?
        .write_string(5, 1, "Do services run on seven days?")?
        .write_string(5, 3, "No - in progress")
}

fn months(sheet: &mut Worksheet) -> Result<&mut Worksheet, rust_xlsxwriter::XlsxError> {
    let date = Format::new().set_num_format("mmm yy");
    sheet.write_string(0, 0, "Return of admissions")?;
    for (column, name) in ["month", "code", "n"].into_iter().enumerate() {
        sheet.write_string(2, u16::try_from(column).unwrap() + 1, name)?;
    }
    // One code over the rows of its quarter, as people merge it.
    sheet.merge_range(3, 2, 5, 2, "007", &Format::new())?;
    for (row, (month, figure)) in [(4, 1000.0), (5, 0.5), (6, 2.25)].into_iter().enumerate() {
        let row = u32::try_from(row).unwrap() + 3;
        sheet.write_datetime_with_format(row, 1, ExcelDateTime::from_ymd(2015, month, 1)?, &date)?;
        sheet.write_number(row, 3, figure)?;
    }
    Ok(sheet)
}

#[test]
fn single_cells_and_checklists_make_a_case() {
    let dir = folder(
        &[("Cover", &cover), ("National conditions", &checklist)],
        "source: Quarterly return
recipient: { is: { code: { cell: Cover!C3 }, name: { cell: Cover!C4 } } }
facts:
  grant.size: { cell: grant_size }
  plan.agreed_on: { cell: Cover!$C$6 }
  beds.occupied: { cell: \"'Cover'!C7\" }
  audited: { cell: Cover!C8 }
  tripled: { cell: Cover!C9 }
  blank: { cell: Cover!Z99 }
  plan.agreed: { beside: Is the plan agreed?, in: \"'National conditions'!B5:D20\", words: { \"Yes\": yes, \"No\": no } }
  seven-days:
    beside: Do services run on seven days?
    in: \"'National conditions'!B5:D20\"
    words: { \"Yes\": yes, \"No - in progress\": { missing: in progress } }
  by.quarter: { cells: { 2015-16 Q1: Cover!C5, 2015-16 Q2: Cover!C9 } }
",
    );
    let made = cases(dir.path()).unwrap();
    assert_eq!(made.len(), 1);
    let root = &made[0].root;
    assert_eq!(text(root, "case"), "00t");
    assert_eq!(text(root.get("recipient").unwrap(), "name"), "Château");
    for (name, value, source) in [
        ("grant.size", "0.1", "return.xlsx, sheet Cover, cell C5; Quarterly return"),
        ("plan.agreed_on", "2016-03-31", "return.xlsx, sheet Cover, cell C6; Quarterly return"),
        ("beds.occupied", "88.5%", "return.xlsx, sheet Cover, cell C7; Quarterly return"),
        ("audited", "yes", "return.xlsx, sheet Cover, cell C8; Quarterly return"),
        ("tripled", "0.3", "return.xlsx, sheet Cover, cell C9; Quarterly return"),
        ("plan.agreed", "yes", "return.xlsx, sheet National conditions, cell D5; Quarterly return"),
    ] {
        let fact = fact(&made[0], name);
        assert_eq!((text(&fact, "value"), text(&fact, "source")), (value, source), "{name}");
    }
    assert_eq!(fact(&made[0], "blank").content, Content::Empty);
    assert_eq!(text(&fact(&made[0], "seven-days"), "missing"), "in progress");
    assert_eq!(text(fact(&made[0], "by.quarter").get("2015-16 Q2").unwrap(), "value"), "0.3");
    let place = fact(&made[0], "grant.size").place.to_string();
    assert!(place.ends_with("return.xlsx, sheet Cover, cell C5"), "{place}");
}

#[test]
fn a_sheet_is_a_table() {
    let dir = folder(
        &[("Cover", &cover), ("Admissions", &months)],
        "sheet: Admissions
header-row: 3
recipient: { code: code }
period: { column: month, every: month, written: 2015-04-01 }
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q1 }
facts:
  n: { column: n, combine: sum }
  size: { cell: Cover!C5 }
",
    );
    let made = cases(dir.path()).unwrap();
    assert_eq!(text(&made[0].root, "case"), "007");
    let figure = fact(&made[0], "n").get("value").unwrap().get("2015-16 Q1").unwrap().clone();
    assert_eq!(text(&figure, "value"), "1002.75");
    assert_eq!(text(&figure, "source"), "return.xlsx, sheet Admissions, cells D4, D5, D6");
    assert_eq!(text(&fact(&made[0], "size"), "value"), "0.1");
}

#[test]
fn what_is_only_nearly_a_figure_is_refused_by_sheet_and_cell() {
    let sum = "period: { column: month, every: month, written: 2015-04-01 }
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q1 }
facts: { n: { column: n, combine: sum } }
";
    let at = "return.xlsx, sheet Admissions, cell ";
    let enter = "enter it as a number, or list a text that means missing under `missing`";
    let spoilt: [(&str, Fill<'_>, String); 8] = [
        (
            "text",
            &|sheet| sheet.write_string(4, 3, "12"),
            format!(
                "{at}D5: expected a number in the column `n`, found the text `12` [wrong-value] (help: a text is in no sum; {enter})"
            ),
        ),
        (
            "error",
            &|sheet| sheet.write_formula(4, 3, Formula::new("=#REF!*2").set_result("#REF!")),
            format!(
                "{at}D5: the cell holds the error #REF! [wrong-value] (help: mend the formula, or enter the figure)"
            ),
        ),
        (
            "beyond",
            &|sheet| sheet.write_number(4, 3, 9_007_199_254_740_993.0),
            format!(
                "{at}D5: the cell holds 9007199254740992, and a spreadsheet keeps only 15 digits of a number [wrong-value] (help: enter it in a cell that is formatted as text, and as a text in the pack)"
            ),
        ),
        (
            "merged figure",
            &|sheet| sheet.merge_range(3, 3, 4, 3, "", &Format::new())?.write_number(3, 3, 7),
            format!(
                "{at}D5: the cell is merged into D4, whose figure 7 counts once [wrong-value] (help: a figure stands in one cell; name the first cell of the merged ones, or undo the merging)"
            ),
        ),
        (
            "blank",
            &|sheet| sheet.write_blank(4, 3, &Format::new()),
            format!(
                "{at}D5: expected a number in the column `n`, found `` [bad-number] (help: numbers are digits with at most one point; list a text that means missing under `missing`)"
            ),
        ),
        (
            "a code that is a number",
            &|sheet| sheet.write_number(6, 1, 1)?.write_number(6, 2, 7),
            format!(
                "{at}C7: expected a text in the column `code`, found the number 7 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)"
            ),
        ),
        (
            "a month that is a text",
            &|sheet| sheet.write_string(4, 1, "May"),
            format!("{at}B5: expected a month such as 2015-04-01, found `May` [bad-period]"),
        ),
        (
            "two rows",
            &|sheet| {
                let date = Format::new().set_num_format("d mmm yy");
                sheet.write_datetime_with_format(5, 1, ExcelDateTime::from_ymd(2015, 5, 30)?, &date)
            },
            format!("{at}C6: a second row for `007` in 2015-05 [bad-row] (help: the first is in cell C5)"),
        ),
    ];
    for (what, spoil, expected) in spoilt {
        let fill = |sheet: &mut Worksheet| months(sheet).and_then(spoil).map(|_| ());
        let dir = folder(
            &[
                ("Cover", &cover),
                ("Admissions", &|sheet| {
                    fill(sheet)?;
                    Ok(sheet)
                }),
            ],
            &format!("sheet: Admissions\nheader-row: 3\nrecipient: {{ code: code }}\n{sum}"),
        );
        assert_eq!(cases(dir.path()).unwrap_err()[0], expected, "{what}");
    }
}

#[test]
fn bindings_of_workbooks_say_what_is_wrong_with_them() {
    let is = "recipient: { is: { code: A } }\n";
    let how = "(help: write a cell such as `Cover!C5` or `'Income and expenditure'!C5`, or a name that the workbook gives one)";
    for (binding, expected) in [
        (
            "sheet: Covr\nrecipient: { code: code }\nfacts: { n: { column: n } }\n".to_owned(),
            "b.yaml:3:8: the workbook has no sheet `Covr` [unknown-name] (help: a similar name exists: `Cover`)".to_owned(),
        ),
        (
            "sheet: Cover\nrecipient: { code: code }\nfacts: { n: { column: n } }\n".to_owned(),
            "return.xlsx, sheet Cover, cell A1: row 1 holds no names of columns [empty-file] (help: say with `header-row` in the binding in which row they stand)".to_owned(),
        ),
        (
            format!("{is}facts: {{ n: {{ column: n }} }}\n"),
            "b.yaml:4:23: the column `n` needs a table, and the binding names no sheet [missing-column] (help: say with `sheet` which sheet of the workbook has the table)".to_owned(),
        ),
        (
            format!("{is}facts: {{ n: {{ cell: C5 }} }}\n"),
            format!("b.yaml:4:21: `C5` names no sheet [wrong-value] {how}"),
        ),
        (
            format!("{is}facts: {{ n: {{ cell: grant_sise }} }}\n"),
            "b.yaml:4:21: `grant_sise` is no cell, and no name of one in the workbook [wrong-value] (help: a similar name exists: `grant_size`)".to_owned(),
        ),
        (
            format!("{is}facts: {{ n: {{ cell: Cover!C5:C6 }} }}\n"),
            format!("b.yaml:4:21: `Cover!C5:C6` is more than one cell [wrong-value] {how}"),
        ),
        (
            format!("{is}facts: {{ n: {{ beside: Is the plan agred?, in: \"'National conditions'!B5:D6\" }} }}\n"),
            "b.yaml:4:23: no row of `'National conditions'!B5:D6` begins with the label `Is the plan agred?` [wrong-value] (help: a similar name exists: `Is the plan agreed?`)".to_owned(),
        ),
        (
            format!("{is}facts: {{ n: {{ cell: Cover!C5, column: n }} }}\n"),
            "b.yaml:4:31: the figures of a fact are in one place, and `column` names a second [wrong-value] (help: leave one of the two out)".to_owned(),
        ),
        (
            format!("{is}encoding: latin-1\nfacts: {{ n: {{ cell: Cover!C5 }} }}\n"),
            "b.yaml:4:1: `encoding` has no effect here: what is read is a workbook, which says itself what its cells hold [no-effect] (help: leave it out)".to_owned(),
        ),
        (
            "recipient: { is: { code: { cell: Cover!C5 } } }\nfacts: { n: { cell: Cover!C5 } }\n".to_owned(),
            "return.xlsx, sheet Cover, cell C5: expected a text, found the number 0.1 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)".to_owned(),
        ),
    ] {
        let dir = folder(&[("Cover", &cover), ("National conditions", &checklist)], &binding);
        assert_eq!(cases(dir.path()).unwrap_err()[0], expected, "{binding}");
    }
}

#[test]
fn what_is_no_workbook_says_so() {
    let dir = folder(&[("Cover", &cover)], "recipient: { is: { code: A } }\nfacts: { n: { cell: Cover!C5 } }\n");
    for bytes in [&b""[..], b"PK", b"code,n\nA,1\n"] {
        fs::write(dir.path().join("return.xlsx"), bytes).unwrap();
        let mistakes = cases(dir.path()).unwrap_err();
        assert!(mistakes[0].starts_with("return.xlsx:1:1: the workbook cannot be read: "), "{mistakes:?}");
        assert!(mistakes[0].ends_with(
            "(help: open it in a spreadsheet program and save it as `.xlsx` or `.ods`, without a password)"
        ));
    }
}

/// A packed file of these parts, written to `name` in a folder with a binding of it.
fn packed(name: &str, parts: &[(&str, &str)], binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut pack = zip::ZipWriter::new(File::create(dir.path().join(name)).unwrap());
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (part, text) in parts {
        pack.start_file(*part, stored).unwrap();
        pack.write_all(text.as_bytes()).unwrap();
    }
    pack.finish().unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: {name}\n{binding}")).unwrap();
    dir
}

const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook with the one sheet `S`, as another program may have written it.
fn foreign(properties: &str, rows: &str, binding: &str) -> tempfile::TempDir {
    let workbook = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATED}\">{properties}<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let related = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{RELATED}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{RELATED}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    );
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
    let root = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{RELATED}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let parts = [
        ("_rels/.rels", root.as_str()),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", &related),
        ("xl/styles.xml", &styles),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    packed("return.xlsx", &parts, &format!("recipient: {{ is: {{ code: A }} }}\n{binding}"))
}

#[test]
fn a_formula_that_was_never_calculated_is_no_blank() {
    let rows = "<row r=\"1\"><c r=\"A1\"><f>1+1</f><v></v></c><c r=\"B1\"><f>1+1</f></c></row>";
    for (cell, name) in [("S!A1", "A1"), ("S!B1", "B1")] {
        let dir = foreign("", rows, &format!("facts: {{ n: {{ cell: {cell} }} }}\n"));
        let expected = format!(
            "return.xlsx, sheet S, cell {name}: the formula of the cell was never calculated [wrong-value] (help: open the workbook in a spreadsheet program, let it calculate, and save it)"
        );
        assert_eq!(cases(dir.path()).unwrap_err(), [expected]);
    }
}

#[test]
fn days_count_from_1900_or_from_1904() {
    let rows = "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>42094</v></c><c r=\"B1\" s=\"1\"><v>42094.5</v></c></row>";
    for (properties, day) in [("", "2015-03-31"), ("<workbookPr date1904=\"1\"/>", "2019-04-01")] {
        let dir = foreign(properties, rows, "facts: { day: { cell: S!A1 }, noon: { cell: S!B1 } }\n");
        let made = cases(dir.path()).unwrap();
        assert_eq!(text(&fact(&made[0], "day"), "value"), day);
        assert_eq!(text(&fact(&made[0], "noon"), "value"), format!("{day} 12:00:00"));
    }
}

#[test]
fn a_cell_in_the_last_corner_takes_no_room_for_the_others() {
    let rows = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>5</v></c></row>";
    let dir = foreign("", rows, "facts: { n: { cell: S!XFD1048576 } }\n");
    assert_eq!(text(&fact(&cases(dir.path()).unwrap()[0], "n"), "value"), "5");
}

#[test]
fn open_document_workbooks_are_read_too() {
    let cell = |kind: &str, more: &str, shown: &str| {
        format!("<table:table-cell office:value-type=\"{kind}\" {more}><text:p>{shown}</text:p></table:table-cell>")
    };
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let heads = ["code", "n", "day", "agreed"].map(|name| cell("string", "", name));
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"Returns\">{}{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(&heads),
        row(&[
            cell("string", "", "00T"),
            cell("float", "office:value=\"0.1\"", "0.10"),
            cell("date", "office:date-value=\"2016-03-31\"", "31 March 2016"),
            cell("boolean", "office:boolean-value=\"true\"", "TRUE"),
        ]),
        row(&[cell("string", "", "007"), cell("string", "", "12"), "<table:table-cell/>".to_owned()]),
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/></manifest:manifest>"
    );
    let parts = [("mimetype", kind), ("META-INF/manifest.xml", &manifest), ("content.xml", &content)];
    let binding = "sheet: Returns\nrecipient: { code: code, exclude: { \"007\": not yet } }\nfacts: { n: { column: n, as: number }, day: { column: day }, agreed: { column: agreed } }\n";
    let dir = packed("return.ods", &parts, binding);
    let made = cases(dir.path()).unwrap();
    for (name, value, cell) in [("n", "0.1", "B2"), ("day", "2016-03-31", "C2"), ("agreed", "yes", "D2")] {
        let fact = fact(&made[0], name);
        assert_eq!(text(&fact, "value"), value);
        assert_eq!(text(&fact, "source"), format!("return.ods, sheet Returns, cell {cell}"));
    }
    let dir = packed("return.ods", &parts, &binding.replace(", exclude: { \"007\": not yet }", ""));
    let expected = "return.ods, sheet Returns, cell B3: expected a number in the column `n`, found the text `12` [wrong-value] (help: a text is in no sum; enter it as a number, or list a text that means missing under `missing`)";
    assert_eq!(cases(dir.path()).unwrap_err(), [expected]);
}

#[test]
fn single_cells_are_checked_where_they_stand() {
    let binding = |otherwise: &str| {
        format!(
            "recipient: {{ is: {{ code: {{ cell: Cover!C3 }} }} }}\nfacts:\n  size: {{ cell: grant_size }}\n  \
             agreed: {{ cell: Cover!C6 }}\n  tripled: {{ cell: Cover!C9 }}\n  share: {{ cell: Cover!C7 }}\nchecks:\n  \
             - {{ fact: agreed, not-earlier-than: 2016-04-01, otherwise: {otherwise} }}\n  \
             - {{ fact: tripled, sum-of: [size], within: 0.19, otherwise: {otherwise} }}\n  \
             - {{ fact: share, range: {{ max: 88% }}, otherwise: {otherwise} }}\n"
        )
    };
    let help = |line: usize| {
        format!(
            "[failed-check] (help: the check is in line {line} of the binding; correct the figure where it comes from, or let the check say `otherwise: missing`)"
        )
    };
    let cover: &[(&str, Fill<'_>)] = &[("Cover", &cover)];
    assert_eq!(
        cases(folder(cover, &binding("stop")).path()).unwrap_err(),
        [
            format!(
                "return.xlsx, sheet Cover, cell C6: `agreed` of `00T` is 2016-03-31 and fails a check: it is earlier than 2016-04-01 {}",
                help(10)
            ),
            format!(
                "return.xlsx, sheet Cover, cell C9: `tripled` of `00T` is 0.3 and fails a check: `size` comes to 0.1, and at most 0.19 may lie between {}",
                help(11)
            ),
            format!(
                "return.xlsx, sheet Cover, cell C7: `share` of `00T` is 88.5% and fails a check: it is more than 88% {}",
                help(12)
            ),
        ]
    );
    let made = cases(folder(cover, &binding("missing")).path()).unwrap();
    let share = fact(&made[0], "share");
    assert_eq!(text(share.get("value").unwrap(), "found"), "88.5%");
    assert_eq!(text(&share, "source"), "return.xlsx, sheet Cover, cell C7");
    assert_eq!(text(&fact(&made[0], "size"), "value"), "0.1");
}

/// A workbook that `LibreOffice` wrote, with a binding of it.
fn libreoffice(binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("return.ods"), include_bytes!("libreoffice/return.ods")).unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: return.ods\n{binding}")).unwrap();
    dir
}

#[test]
fn percentages_and_merged_cells_of_open_document_are_what_is_shown() {
    let dir = libreoffice(
        "sheet: Admissions
header-row: 3
recipient: { code: code }
period: { column: month, every: month, written: 2015-04-01 }
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q1 }
facts:
  n: { column: n, combine: sum }
  share: { cell: share }
  half: { cell: F5 }
",
    );
    let made = cases(dir.path()).unwrap();
    assert_eq!(text(&made[0].root, "case"), "007");
    let figure = fact(&made[0], "n").get("value").unwrap().get("2015-16 Q1").unwrap().clone();
    assert_eq!(text(&figure, "source"), "return.ods, sheet Admissions, cells D4, D5, D6");
    assert_eq!(text(&fact(&made[0], "share"), "value"), "88.5%");
    assert_eq!(text(&fact(&made[0], "half"), "value"), "44.25%");
    let dir = libreoffice("recipient: { is: { code: A } }\nfacts: { both: { cell: Admissions!E5 } }\n");
    let expected = "return.ods, sheet Admissions, cell E5: the cell is merged into E4, whose figure 5 counts once [wrong-value] (help: a figure stands in one cell; name the first cell of the merged ones, or undo the merging)";
    assert_eq!(cases(dir.path()).unwrap_err(), [expected]);
}

#[test]
fn older_workbooks_say_what_to_save_them_as() {
    for name in ["return.xls", "return.XLSB"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), b"\xd0\xcf\x11\xe0").unwrap();
        let binding = "recipient: { is: { code: A } }\nfacts: { n: { column: n } }\n";
        fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: {name}\n{binding}")).unwrap();
        let expected = format!(
            "{name}:1:1: workbooks are read from `.xlsx`, `.xlsm` and `.ods` files [syntax] (help: open it in a spreadsheet program and save it as `.xlsx` or `.ods`)"
        );
        assert_eq!(cases(dir.path()).unwrap_err(), [expected]);
    }
}
