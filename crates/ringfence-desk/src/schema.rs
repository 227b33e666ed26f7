//! JSON Schemas of what authors write and what a ruling is, so that editors complete and check.

/// A JSON Schema of the 2020-12 draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What it is of: `pack`, `case`, `binding`, `ruling`, or a section of a pack, for the files in its folder.
    pub name: &'static str,
    /// The schema, as JSON.
    pub text: &'static str,
}

impl Schema {
    /// The name of its file.
    pub fn file(&self) -> String {
        format!("{}.schema.json", self.name)
    }

    /// The schema of this name.
    pub fn named(name: &str) -> Option<Self> {
        SCHEMAS.iter().find(|schema| schema.name == name).copied()
    }
}

macro_rules! schemas {
    ($($name:literal),+ $(,)?) => {
        /// Every schema. Those of sections refer to that of packs, beside them.
        pub const SCHEMAS: &[Schema] = &[$(Schema {
            name: $name,
            text: include_str!(concat!("../../../schemas/", $name, ".schema.json")),
        }),+];
    };
}

schemas![
    "pack",
    "case",
    "binding",
    "ruling",
    "mutants",
    "calendars",
    "changes",
    "conditions",
    "decisions",
    "facts",
    "funds",
    "parameters",
    "parties",
    "portfolio",
    "sign-offs",
    "sources",
    "tables",
    "themes",
    "values",
];
