//! Letters: what they say, and that a template is held to what there is.

use std::collections::BTreeSet;

use jiff::civil::date;
use ringfence_core::ruling::{Outcome, Ruling, Standing, StandingWord};
use ringfence_reporting::letter::{Days, Letter, SCHEMA, TEMPLATE};
use serde_json::Value;

use crate::samples::{late_start, missing_quarter, unknown_amount, unsigned, wiltshire};

const DOCS: &str = include_str!("../../../../docs/letters.md");
const NO_DAYS: Days = Days { dated: None, reply_by: None };

fn all() -> [Ruling; 5] {
    [wiltshire(), late_start(), missing_quarter(), unknown_amount(), unsigned("A01", "Area")]
}

fn written(template: &str) -> Result<String, (String, Option<usize>)> {
    let letter = Letter::write(&wiltshire(), template, NO_DAYS).map_err(|error| (error.message, error.line))?;
    Ok(letter.markdown().to_owned())
}

#[test]
fn letters_by_the_template_of_ringfence() {
    let days = Days { dated: Some(date(2016, 2, 12)), reply_by: Some(date(2016, 3, 11)) };
    let letter = |ruling: &Ruling| Letter::write(ruling, TEMPLATE, days).unwrap().markdown().to_owned();
    insta::assert_snapshot!("letter-late-start", letter(&late_start()));
    insta::assert_snapshot!("letter-unknown-amount", letter(&unknown_amount()));
}

#[test]
fn a_waiver_and_the_way_to_reconsideration_are_told() {
    let mut ruling = unsigned("A01", "Area");
    ruling.findings[0].standing =
        Some(Standing { word: StandingWord::Waived, reason: "the minister waived it on 1 May 2015".to_owned() });
    ruling.reconsideration = Some("write to the regional director by 30 June 2015".to_owned());
    let letter = Letter::write(&ruling, TEMPLATE, NO_DAYS).unwrap();
    for told in ["Waived: the minister waived it on 1 May 2015.", "Write to the regional director by 30 June 2015."] {
        assert!(letter.markdown().contains(told), "{}", letter.markdown());
    }
    assert!(!letter.markdown().contains("What you can do by"), "nobody gave a day");
}

#[test]
fn every_letter_has_its_page_and_says_the_same_there() {
    for ruling in all() {
        let letter = Letter::write(&ruling, TEMPLATE, NO_DAYS).unwrap();
        let page = letter.html();
        assert!(page.contains(&format!("<h1>{}</h1>", letter.title())), "{page}");
        for fund in &ruling.funds {
            assert!(page.contains(&fund.title), "{page}");
        }
        assert!(!page.contains("**") && !page.contains("|---"), "Markdown is left in the page");
    }
}

#[cfg(feature = "pdf")]
#[test]
fn every_letter_has_its_pdf() {
    for ruling in all() {
        let letter = Letter::write(&ruling, TEMPLATE, NO_DAYS).unwrap();
        let pdf = letter.pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"), "{}", ruling.case.id);
        assert_eq!(pdf, letter.pdf().unwrap());
    }
}

#[test]
fn a_name_that_is_not_there_is_an_error_with_its_line() {
    assert_eq!(
        written("# A\n\n{{ recipient.nmae }}\n"),
        Err(("the template names what there is not: `recipient.nmae`".to_owned(), Some(3)))
    );
    assert_eq!(
        written("{% for fund in fonds %}{% endfor %}"),
        Err(("the template names what there is not: `fonds`".to_owned(), Some(1)))
    );
    assert_eq!(
        written("a\n{% if reply_bye %}b{% endif %}"),
        Err(("the template names what there is not: `reply_bye`".to_owned(), Some(2)))
    );
}

#[test]
fn what_is_no_template_is_told_with_its_line() {
    let errors: Vec<_> = ["a\n{% if %}", "{{ 1 | no_such }}", "{% for a in funds %}\n", "![a](b.png)"]
        .into_iter()
        .map(|template| written(template).unwrap_err())
        .collect();
    insta::assert_debug_snapshot!(errors);
}

#[test]
fn a_template_cannot_keep_the_program_busy() {
    let busy = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}";
    assert_eq!(written(busy), Err(("the template asks for too much work".to_owned(), Some(1))));
}

#[test]
fn text_of_a_ruling_stays_text() {
    let hostile = "# Paid | [x](javascript:alert(1)) <b>b</b> **bold** `code` 1. one &amp; {{ funds }}";
    let mut ruling = wiltshire();
    hostile.clone_into(&mut ruling.case.recipient.name);
    hostile.clone_into(&mut ruling.findings[0].reason);
    hostile.clone_into(&mut ruling.funds[0].tranches[0].period);
    ruling.evidence[0].source = Some(hostile.to_owned());
    let letter = Letter::write(&ruling, TEMPLATE, NO_DAYS).unwrap();
    let page = letter.html();
    assert!(
        !page.contains("<b>b") && !page.contains("javascript:alert(1)\"") && !page.contains("<strong>bold"),
        "{page}"
    );
    // As it was given, but for what HTML needs.
    let shown = "# Paid | [x](javascript:alert(1)) &lt;b&gt;b&lt;/b&gt; **bold** `code` 1. one &amp;amp; {{ funds }}";
    assert!(page.matches(shown).count() >= 5, "{page}");
}

/// Every name of a JSON value, as a template writes it; lists by their first value.
fn names(value: &Value, before: &str, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
                names(inner, &name, out);
            }
        }
        Value::Array(values) if values.iter().any(Value::is_object) => {
            for inner in values {
                names(inner, &format!("{before}[]"), out);
            }
        }
        _ => {
            out.insert(before.to_owned());
        }
    }
}

#[test]
fn the_documentation_lists_what_a_template_can_name_and_no_more() {
    let mut there = BTreeSet::new();
    for mut ruling in all() {
        ruling.findings[0].outcome = Outcome::Unmet;
        let json: Value = serde_json::from_str(&Letter::names(&ruling, NO_DAYS).unwrap()).unwrap();
        assert_eq!(json["schema"], SCHEMA);
        names(&json, "", &mut there);
    }
    // A list that is empty somewhere is no name beside those of what it holds.
    let holds_more = |name: &String| there.iter().any(|other| other.starts_with(&format!("{name}[].")));
    let there: BTreeSet<String> = there.iter().filter(|name| !holds_more(name)).cloned().collect();
    let told: BTreeSet<String> = DOCS
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(told, there);
}

#[test]
fn the_documentation_shows_the_template_as_it_is() {
    let shown = DOCS.split("````jinja\n").nth(1).and_then(|rest| rest.split("````").next());
    assert_eq!(shown, Some(TEMPLATE));
}
