//! What a fund says of payments: those already made, over-payments, and days on which nothing is paid.

use super::{Compiler, Dep, declare, fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::Fields;
use crate::language::lower::Shape;
use crate::pack::{OverPayment, Suspension};
use crate::source::{Content, Node, Place};
use crate::types::Type;

/// The words for what becomes of an over-payment.
pub(super) const OVER_PAYMENT: [(&str, OverPayment); 3] =
    [("stays", OverPayment::Stays), ("recovered", OverPayment::Recovered), ("carried", OverPayment::Carried)];

impl Compiler {
    /// The first cell of the series of money that was paid already.
    pub(super) fn paid(&mut self, node: &Node) -> Option<(u32, Place)> {
        let name = fields::text(node, "`paid`", &mut self.mistakes)?;
        let index = self.fact_index(&name, &node.place)?;
        self.read(Dep::Fact(index));
        let fact = self.facts.get(index)?;
        if let Shape::Series(ty) = &fact.shape
            && ty.is_like(&Type::money())
        {
            return Some((fact.slot, node.place.clone()));
        }
        let message = format!("`{name}` is not money by period");
        let diagnostic = Diagnostic::error(Code::WRONG_TYPE, node.place.clone(), message);
        self.mistakes.push(diagnostic.help("declare it with `type: money, per: period`"));
        None
    }

    /// What was paid before matters to a later payment only where that is the difference to date.
    pub(super) fn check_to_date(&mut self, fields: &Fields<'_>, cumulative: Option<bool>) {
        if cumulative != Some(false) {
            return;
        }
        let carried = fields.get("over-payment").filter(|node| node.as_text() == Some("carried"));
        for (node, what) in [(fields.get("paid"), "`paid`"), (carried, "`over-payment: carried`")] {
            if let Some(node) = node {
                let message = format!("{what} goes with `basis: cumulative` only");
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                self.mistakes.push(diagnostic.help("let `release` give the total due to date: `to_date(…)`"));
            }
        }
    }

    pub(super) fn suspensions(&mut self, fields: &Fields<'_>) -> Vec<Suspension> {
        let Some(node) = fields.get("suspended") else { return Vec::new() };
        let Content::List(items) = &node.content else {
            fields::wrong(node, "`suspended` is a list of stretches of days", &mut self.mistakes);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.suspension(item)).collect()
    }

    fn suspension(&mut self, node: &Node) -> Option<Suspension> {
        let what = "a suspension";
        let fields = Fields::read(node, what, &["from", "until", "authority"], &mut self.mistakes)?;
        let authority = declare::authority(fields.get("authority"), &self.context, &mut self.mistakes);
        let days = declare::days(&fields, what, node, &mut self.mistakes)?;
        if let (Some(pack), false) = (self.in_force, self.in_force.is_some_and(|pack| pack.meets(days))) {
            let message = "the fund is suspended only when the pack is not in force";
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            self.mistakes.push(diagnostic.help(format!("the pack is in force from {}", pack.from)));
        }
        Some(Suspension { days, authority })
    }
}
