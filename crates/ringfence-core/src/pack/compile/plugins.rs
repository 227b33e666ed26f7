//! The functions of the program that a pack needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Compiler, declare};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, Mistakes};
use crate::language::lower::Offered;
use crate::plugin::{Function, Plugins};
use crate::source::{Node, Place};

/// The functions that a pack says it needs, and which of them its scripts call.
#[derive(Debug, Default)]
pub(super) struct Required {
    offered: Plugins,
    named: BTreeMap<String, Place>,
    called: BTreeMap<String, Arc<Function>>,
}

impl Required {
    pub(super) fn read(node: Option<&Node>, offered: &Plugins, mistakes: &mut Mistakes) -> Self {
        let mut required = Self { offered: offered.clone(), ..Self::default() };
        let Some(node) = node else { return required };
        let Some(fields) = Fields::read(node, "`requires`", &["functions"], mistakes) else { return required };
        fields.need("functions", "`requires`", mistakes);
        let named = fields.texts("functions", mistakes);
        declare::once(&named, mistakes);
        for (name, place) in named {
            if offered.get(&name).is_none() {
                let message = format!("the program offers no function `{name}`");
                let diagnostic =
                    Diagnostic::error(Code::PLUG_IN, place.clone(), message).near_miss(&name, offered.names());
                mistakes.push(if diagnostic.help.is_some() {
                    diagnostic
                } else {
                    diagnostic.help("the pack is for a program that brings the function with it")
                });
            }
            required.named.insert(name, place);
        }
        required
    }

    fn called(&mut self, name: &str) -> Option<Offered> {
        match (self.offered.get(name), self.named.contains_key(name)) {
            (Some(function), true) => {
                self.called.insert(name.to_owned(), Arc::clone(function));
                Some(Offered::Sound(Arc::clone(function)))
            }
            (Some(_), false) => Some(Offered::Undeclared),
            (None, true) => Some(Offered::Broken),
            (None, false) => None,
        }
    }

    /// The functions that scripts call, by name.
    pub(super) fn into_called(self) -> Vec<Arc<Function>> {
        self.called.into_values().collect()
    }
}

impl Compiler {
    pub(super) fn plugin_called(&mut self, name: &str) -> Option<Offered> {
        self.required.called(name)
    }

    pub(super) fn warn_uncalled(&mut self) {
        for (name, place) in &self.required.named {
            if !self.required.called.contains_key(name) {
                let message = format!("nothing calls the function `{name}`");
                let diagnostic = Diagnostic::warning(Code::UNUSED, place.clone(), message);
                self.mistakes.push(diagnostic.help("remove it, or call it"));
            }
        }
    }
}
