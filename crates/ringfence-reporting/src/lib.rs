//! Shows what was decided: rulings, portfolios and diagnostics, a module for each format.
//!
//! Reporting decides nothing. Every figure shown is one that the [`Ruling`](ringfence_core::ruling::Ruling)
//! holds, or a sum of amounts that rulings hold. Nothing here opens a file, prints or asks the time.
//!
//! [`text`] and [`markdown`] say the same things: the words are put together once, as a document without a
//! format, and each module only lays it out.

mod document;
mod report;

pub mod comparison;
pub mod coverage;
pub mod csv;
pub mod diagnostics;
pub mod handbook;
pub mod history;
pub mod html;
pub mod json;
pub mod json_lines;
#[cfg(feature = "letters")]
pub mod letter;
pub mod markdown;
pub mod packs;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod portfolio;
#[cfg(feature = "workbooks")]
pub mod template;
pub mod text;
pub mod what_if;
#[cfg(feature = "workbooks")]
pub mod workbook;
