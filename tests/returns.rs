//! Returns to fill in: what a case has goes into a workbook and comes back the same, and what is wrong with a filled
//! return is told by sheet and cell.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;

use ringfence_core::case::{Case, Evidence, Given, Vintage};
use ringfence_core::pack::Pack;
use ringfence_core::source::Document;
use ringfence_generate::{Choices, Made, Manner};
use ringfence_loaders::{case, pack};
use ringfence_reporting::template::{self, TemplateError};

/// The pack in a text.
fn compile(text: &str) -> Pack {
    common::compile(&pack::from_texts([("pack.yaml", text)]).unwrap_or_else(|error| panic!("{error}")))
}

/// The case in a workbook, before the pack has read it.
fn loaded(bytes: &[u8]) -> Result<Document, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("return.xlsx");
    fs::write(&file, bytes).unwrap();
    let shown = format!("{}/", folder.path().display());
    match case::load(&file) {
        Ok(mut documents) => Ok(documents.remove(0)),
        Err(error) => Err(error.mistakes().iter().map(|mistake| mistake.to_string().replace(&shown, "")).collect()),
    }
}

/// The case without the sources that the workbook itself is where nobody named another, and without facts of which it
/// says nothing at all.
fn bare(case: &Case) -> Case {
    fn own<T>(vintages: &mut [Vintage<T>]) {
        for vintage in vintages {
            vintage.source.take_if(|source| source.contains("return.xlsx, sheet "));
        }
    }
    let mut case = case.clone();
    for evidence in case.facts.values_mut() {
        match evidence {
            Evidence::One(vintages) => own(vintages),
            Evidence::Series(series) => series.values_mut().for_each(|vintages| own(vintages)),
            Evidence::List(vintages) => own(vintages),
        }
    }
    let says_something = |evidence: &Evidence| match evidence {
        Evidence::One(vintages) => !vintages.is_empty(),
        Evidence::Series(series) => !series.is_empty(),
        Evidence::List(vintages) => !vintages.is_empty(),
    };
    case.facts.retain(|_, evidence| says_something(evidence));
    case.sign_offs.retain(|_, signatures| !signatures.is_empty());
    case.waivers.retain(|_, waivers| !waivers.is_empty());
    case
}

/// Sends a case through a workbook, unless it cannot hold it.
fn round_trip(pack: &Pack, case: &Case) -> Result<(), String> {
    let bytes = match template::workbook(pack, Some(case)) {
        Ok(bytes) => bytes,
        Err(TemplateError::NoPlace { what, why }) => return Err(format!("{what}: {why}")),
        Err(error) => panic!("{}: {error}", case.id),
    };
    let document = loaded(&bytes).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", case.id));
    let back = pack.read_case(&document).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", case.id));
    assert_eq!(bare(&back), bare(case), "{}", case.id);
    Ok(())
}

#[test]
fn every_shipped_case_goes_through_a_workbook() {
    let (mut there_and_back, mut refused) = (0, Vec::new());
    for folder in common::packs() {
        let pack = common::compile(&common::source(&folder));
        let Ok(documents) = case::load(&folder.join("cases")) else { continue };
        // What a case has wrong by intention is no matter here.
        // The pack that has a bit of everything goes in whole, and of the others every fifth case.
        let is_whole = folder == common::path(common::BETTER_CARE_FUND);
        let cases = documents.iter().filter_map(|document| pack.read_case(document).ok());
        for case in cases.step_by(if is_whole { 1 } else { 5 }) {
            match round_trip(&pack, &case) {
                Ok(()) => there_and_back += 1,
                Err(why) => refused.push(format!("{} {}: {why}", pack.id(), case.id)),
            }
        }
    }
    assert!(there_and_back > 60, "{there_and_back}");
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn cases_that_are_made_up_go_through_a_workbook() {
    let mut through = 0;
    for seed in 0..40 {
        let mut choices = Choices::of_seed(seed);
        let made = Made::new(&mut choices, Manner::Guarded, 6);
        let pack = compile(&made.text);
        let whole = made.complete(&mut choices);
        let lessened = made.lessened(&mut choices, &whole, 3);
        for case in [&whole, &lessened] {
            // What a spreadsheet would change is refused.
            match round_trip(&pack, case) {
                Ok(()) => through += 1,
                Err(why) => {
                    let known = ["it has more digits than a spreadsheet keeps", "no cell says that there are no days"];
                    assert!(known.iter().any(|known| why.ends_with(known)), "{why}");
                }
            }
        }
    }
    assert!(through > 25, "{through}");
}

#[test]
fn a_return_is_the_same_bytes_each_time() {
    let pack = common::better_care_fund();
    let case = common::better_care_fund_case(&pack, "figures-restated");
    assert_eq!(template::workbook(&pack, Some(&case)).unwrap(), template::workbook(&pack, Some(&case)).unwrap());
    assert_ne!(template::workbook(&pack, None).unwrap(), template::workbook(&pack, Some(&case)).unwrap());
}

#[test]
fn awkward_figures_come_back_as_they_went() {
    let pack = common::better_care_fund();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.yaml");
    fs::write(
        &file,
        "case: awkward\nrecipient: { code: \"007\", name: Ynys Môn }\nrules-at: 2015-12-31\nfacts:\n  \
         plan.local_share: { value: 10000000000000.10, known: 2016-01-01 }\n  plan.target: 0.07%\n  \
         activity.baseline: [0, -0, 1, 00T]\n"
            .replace("[0, -0, 1, 00T]", "[0, -0, ~, 7]"),
    )
    .unwrap();
    let case = common::read(&pack, &case::load(&file).unwrap()[0]);
    round_trip(&pack, &case).unwrap();
    let long = Case::new("long", "x")
        .given("plan.local_share", Given::Known(common::number("1234567890123456.78").unwrap().into()));
    assert_eq!(
        round_trip(&pack, &long).unwrap_err(),
        "`plan.local_share`: it has more digits than a spreadsheet keeps"
    );
}

/// A return of the pack, with what is written over it, read again.
fn spoilt(over: &[(&str, &str, &str)]) -> Vec<String> {
    let pack = common::better_care_fund();
    let case = common::better_care_fund_case(&pack, "barking-and-dagenham");
    let bytes = template::workbook(&pack, Some(&case)).unwrap();
    let bytes = written_over(&bytes, over);
    match loaded(&bytes) {
        Err(mistakes) => mistakes,
        Ok(document) => {
            let mistakes = pack.read_case(&document).map_or_else(|mistakes| mistakes, |_| Vec::new());
            let shown = |mistake: &ringfence_core::diagnostic::Diagnostic| {
                let text = mistake.to_string();
                text.rfind("/return.xlsx").map_or(text.clone(), |at| text[at + 1..].to_owned())
            };
            mistakes.iter().map(shown).collect()
        }
    }
}

/// The workbook with some cells written over, as somebody who fills it in with another program might leave them.
fn written_over(bytes: &[u8], over: &[(&str, &str, &str)]) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        for (_, cell, written) in over.iter().filter(|(sheet, _, _)| name == format!("xl/worksheets/{sheet}.xml")) {
            let start = text.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("no {cell} in {name}"));
            let end = start + text[start..].find('>').unwrap();
            let end =
                if text[..=end].ends_with("/>") { end + 1 } else { start + text[start..].find("</c>").unwrap() + 4 };
            text.replace_range(start..end, &written.replace('@', &format!("r=\"{cell}\"")));
        }
        to.start_file(&name, stored).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn what_is_wrong_with_a_filled_return_is_told_by_sheet_and_cell() {
    let text = |text: &str| format!("<c @ t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let number = |number: &str| format!("<c @><v>{number}</v></c>");
    let mut told = Vec::new();
    for (sheet, cell, written) in [
        // Of the figures of admissions, the first is a text, is negative, or is there and missing at once.
        ("sheet4", "D5", text("5,325")),
        ("sheet4", "D5", number("-1")),
        ("sheet4", "D5", number("1.5")),
        ("sheet4", "D5", "<c @ t=\"e\"><v>#REF!</v></c>".to_owned()),
        ("sheet4", "D5", "<c @><f>1+1</f></c>".to_owned()),
        ("sheet4", "E5", text("missing")),
        ("sheet4", "E5", text("lost")),
        ("sheet4", "F5", text("lost in the post")),
        ("sheet4", "H5", text("last year")),
        // The cover.
        ("sheet1", "B8", "<c @/>".to_owned()),
        ("sheet1", "B9", number("7")),
    ] {
        let mistakes = spoilt(&[(sheet, cell, &written)]);
        told.push(mistakes.join("\n"));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    return.xlsx, sheet Activity, cell D5: expected a number, found the text `5,325` [wrong-value] (help: a text is in no sum; enter it as a number)
    return.xlsx, sheet Activity, cell D5: -1 admissions is below 0 admissions, the least that `activity.baseline` may be [out-of-bounds]
    return.xlsx, sheet Activity, cell D5: expected a whole number of admissions, found `1.5` [bad-number]
    return.xlsx, sheet Activity, cell D5: the cell holds the error #REF! [wrong-value] (help: mend the formula, or enter the figure)
    return.xlsx, sheet Activity, cell D5: the formula of the cell was never calculated [wrong-value] (help: open the workbook in a spreadsheet program, let it calculate, and save it)
    return.xlsx, sheet Activity, cell E5: there is a figure in D5, and here it is called missing [wrong-value] (help: clear one of the two)
    return.xlsx, sheet Activity, cell E5: there is a figure in D5, and here it is called lost [wrong-value] (help: clear one of the two)
    return.xlsx, sheet Activity, cell F5: this says why there is no figure, and nothing says that there is none [wrong-value] (help: choose `missing` in the cell before it)
    return.xlsx, sheet Activity, cell H5: expected a date such as 2015-04-01, found `last year` [bad-date] (help: write year, month and day: 2015-04-01)
    return.xlsx, sheet Cover, cell B8: the return does not say which case it is [missing-key]
    return.xlsx, sheet Cover, cell B9: expected a text, found the number 7 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)
    ");
}

#[test]
fn a_workbook_that_is_no_return_says_so() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().set_name("Sheet").unwrap().write_string(0, 0, "x").unwrap();
    assert_eq!(
        loaded(&workbook.save_to_buffer().unwrap()).unwrap_err(),
        [
            "return.xlsx:1:1: the workbook is no return that `ringfence template` made [syntax] (help: make a return of the pack with `ringfence template`, or say in a binding what its cells hold)"
        ]
    );
}
