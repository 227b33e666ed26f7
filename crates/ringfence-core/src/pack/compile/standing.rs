//! Waivers and cures: what may stand between a condition that is not met and its effect.

use super::{Compiler, declare, fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::Fields;
use crate::language::ir::Expr;
use crate::pack::{Condition, Cure, Fund};
use crate::source::{Entry, Node};
use crate::types::{Number, Type};

impl Compiler {
    /// The offices that may waive a condition.
    pub(super) fn waiver(&mut self, fields: &Fields<'_>) -> Vec<String> {
        let Some(node) = fields.get("waiver") else { return Vec::new() };
        let Some(fields) = Fields::read(node, "`waiver`", &["by"], &mut self.mistakes) else { return Vec::new() };
        fields.need("by", "`waiver`", &mut self.mistakes);
        let offices = fields.texts("by", &mut self.mistakes);
        declare::once(&offices, &mut self.mistakes);
        offices.into_iter().map(|(office, _)| office).collect()
    }

    pub(super) fn cure(&mut self, node: &Node) -> Option<Cure> {
        const KEYS: &[&str] = &["by", "cured-on", "releases", "keeps"];
        let fields = Fields::read(node, "`cure`", KEYS, &mut self.mistakes)?;
        fields.need("by", "`cure`", &mut self.mistakes);
        fields.need("cured-on", "`cure`", &mut self.mistakes);
        let by = self.script_of(&fields, "by", &Type::Date);
        let cured_on = self.script_of(&fields, "cured-on", &Type::Date);
        let share = Type::Number(Number::percentage());
        let releases = fields.get("releases").map(|_| self.script_of(&fields, "releases", &share));
        let keeps = fields.get("keeps").map(|_| self.script_of(&fields, "keeps", &share));
        Some(Cure {
            by: by?,
            cured_on: cured_on?,
            releases: match releases {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            keeps: match keeps {
                Some(lowered) => Some(lowered?),
                None => None,
            },
        })
    }

    fn script_of(&mut self, fields: &Fields<'_>, key: &str, wanted: &Type) -> Option<Expr> {
        let script = fields::script(fields.get(key)?, &format!("`{key}`"), &mut self.mistakes)?;
        self.lower(&script, Some(wanted), false).map(|(expr, _)| expr)
    }

    /// A share has an effect on the funds that the condition gates itself, and nowhere else.
    pub(super) fn check_shares(
        &mut self,
        entries: &[&Entry],
        conditions: &[Option<Condition>],
        funds: &[Option<Fund>],
    ) {
        if funds.iter().any(Option::is_none) {
            return;
        }
        for (index, (entry, condition)) in (0_u32..).zip(entries.iter().zip(conditions)) {
            let gates = funds.iter().flatten().any(|fund| fund.gates.contains(&index));
            let (false, Some(Condition { cure: Some(_), .. })) = (gates, condition) else { continue };
            for key in ["releases", "keeps"] {
                let Some(node) = entry.value.get("cure").and_then(|cure| cure.get(key)) else { continue };
                let message = format!("`{key}` has no effect: `{}` gates no fund itself", entry.key);
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                self.mistakes.push(diagnostic.help(
                    "name the condition under `gated-by` of a fund; to a condition made of others, cured is met and lapsed is unmet",
                ));
            }
        }
    }
}
