//! The rule language: the only place that names Rhai.
//!
//! A script is parsed by Rhai's own parser and lowered to one typed form (`ir`), over which each
//! reading is a small evaluator of its own.

pub(crate) mod bounds;
pub(crate) mod cover;
pub(crate) mod eval;
pub(crate) mod ir;
pub(crate) mod library;
pub(crate) mod lower;
pub(crate) mod parse;
pub(crate) mod possible;
#[cfg(feature = "reference")]
pub mod reference;
pub(crate) mod value;

pub(crate) use parse::Script;

/// The name of every function that scripts can call.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    lower::every_function()
}
