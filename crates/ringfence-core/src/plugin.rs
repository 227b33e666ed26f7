//! Plug-ins: typed functions of the program that scripts may call.
//!
//! A plug-in is pure: the same arguments give the same value, on every machine and every day. Core
//! cannot check that, and a ruling names each one with its version, so that whoever replays it knows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::fields::is_script_name;
use crate::language::lower::is_library;
use crate::types::{Type, Value};

/// What a plug-in does with its arguments; the error says in words why there is no value.
type Body = dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync;

/// A function of the program.
#[derive(Clone)]
pub struct Function {
    name: String,
    version: String,
    arguments: Vec<Type>,
    result: Type,
    body: Arc<Body>,
}

impl Function {
    /// A function called `name` in scripts. It is called with a known value of each type, and never
    /// with what is missing or does not apply: then neither is its result known.
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        arguments: impl Into<Vec<Type>>,
        result: Type,
        body: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        let (name, version, arguments) = (name.into(), version.into(), arguments.into());
        Self { name, version, arguments, result, body: Arc::new(body) }
    }

    /// The name scripts call it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which version of it this is; a ruling shows it.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn arguments(&self) -> &[Type] {
        &self.arguments
    }

    pub(crate) const fn result(&self) -> &Type {
        &self.result
    }

    /// The value for these arguments, which is of the declared type.
    pub(crate) fn call(&self, arguments: &[Value]) -> Result<Value, String> {
        let value = (self.body)(arguments)?;
        let fits = match (&self.result, &value) {
            (Type::Bool, Value::Bool(_)) | (Type::Date, Value::Date(_)) | (Type::Days, Value::Days(_)) => true,
            (Type::Number(of), Value::Number(number)) => !of.whole || number.is_whole(),
            (Type::Period(every), Value::Period(period)) => period.every() == *every,
            _ => false,
        };
        if fits { Ok(value) } else { Err(format!("it gave `{value}` where {} is declared", self.result)) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// The functions that a program offers to packs.
#[derive(Clone, Debug, Default)]
pub struct Plugins {
    functions: BTreeMap<String, Arc<Function>>,
}

/// Why a function cannot be offered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// Scripts could not write the name.
    #[error("`{name}` is no name of a function: write lower-case words joined by `_`")]
    BadName {
        /// The name.
        name: String,
    },
    /// The library has a function of this name, or the program offers one already.
    #[error("there is a function `{name}` already")]
    Taken {
        /// The name.
        name: String,
    },
    /// A function cannot give a text.
    #[error("`{name}` gives a text, and a function gives a number, a yes or no, a date, a period or days of the week")]
    GivesText {
        /// The name.
        name: String,
    },
}

impl Plugins {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with another function.
    ///
    /// # Errors
    /// See [`PluginError`].
    pub fn with(mut self, function: Function) -> Result<Self, PluginError> {
        let name = function.name.clone();
        if !is_script_name(&name) || crate::fields::is_reserved(&name) {
            return Err(PluginError::BadName { name });
        }
        if matches!(function.result, Type::Text | Type::Choice(_)) {
            return Err(PluginError::GivesText { name });
        }
        if is_library(&name) || self.functions.contains_key(&name) {
            return Err(PluginError::Taken { name });
        }
        self.functions.insert(name, Arc::new(function));
        Ok(self)
    }

    #[cfg(feature = "reference")]
    pub(crate) fn of(functions: &[Arc<Function>]) -> Self {
        Self { functions: functions.iter().map(|function| (function.name.clone(), Arc::clone(function))).collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }
}
