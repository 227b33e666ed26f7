//! What readers see, on rulings modelled on real cases.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where a sample is wrong")]

mod checks;
mod data;
mod diagnostics;
#[cfg(feature = "letters")]
mod letters;
mod pages;
mod portfolios;
mod rulings;
mod samples;
#[cfg(feature = "workbooks")]
mod workbooks;

/// Fails if a line is wider than 80 columns, unless a web address makes it so.
fn assert_fits(text: &str, width: usize) {
    for line in text.lines() {
        let is_address = line.contains("://") && line.split_whitespace().count() <= 2;
        assert!(line.chars().count() <= width || is_address, "wider than {width}: {line}");
        assert_eq!(line, line.trim_end(), "a space at the end");
    }
}
