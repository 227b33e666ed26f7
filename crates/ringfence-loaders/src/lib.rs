//! Reads rule packs and cases: bytes in, documents out, each value with its file, line and column.
//!
//! Loaders give no meaning: whether a fact exists or a date is one, core decides. They run no script.
//! What is wrong with a file is gathered as diagnostics, as many at once as can be told apart.

pub mod binding;
pub mod canonical;
pub mod case;
pub mod json;
pub mod pack;
pub mod yaml;

mod csv_cases;
mod error;
mod folder;
mod period;
#[cfg(feature = "postgres")]
mod postgres;
mod shape;
mod shared;
mod table;
mod text;
mod tree;
mod workbook;

pub use error::LoadError;
