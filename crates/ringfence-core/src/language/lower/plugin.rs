//! Calls of functions of the program.

use std::sync::Arc;

use rhai::{Expr as Ast, FnCallExpr};

use super::{Lowered, Lowerer, Names, Term, described, is_nought};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ir::{Expr, Kind, PluginCall};
use crate::plugin::Function;
use crate::source::Place;
use crate::types::Type;

impl<'a, N: Names> Lowerer<'a, N> {
    pub(super) fn plugin(
        &mut self,
        function: Arc<Function>,
        call: &'a FnCallExpr,
        receiver: Option<(Term, Place)>,
        place: &Place,
    ) -> Lowered<Term> {
        let count = call.args.len() + usize::from(receiver.is_some());
        let wanted = function.arguments().len();
        if count != wanted {
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!("`{}` takes {wanted} argument{plural}, and is given {count}", function.name());
            return self.fail(Diagnostic::error(Code::WRONG_ARGUMENTS, place.clone(), message));
        }
        let mut terms: Vec<(Term, Place)> = receiver.into_iter().collect();
        for argument in &call.args {
            let at = self.at(Ast::start_position(argument));
            terms.push((self.term(argument)?, at));
        }
        let mut arguments = Vec::new();
        for ((term, at), wanted) in terms.into_iter().zip(function.arguments()) {
            arguments.push(self.argument(term, &at, wanted)?);
        }
        let result = function.result().clone();
        let node = self.node(Kind::Plugin(Box::new(PluginCall { function, arguments })), place);
        Ok(Term::One(node, result))
    }

    fn argument(&mut self, term: Term, at: &Place, wanted: &Type) -> Lowered<Expr> {
        let (expr, ty) = self.one(term, at)?;
        match (&ty, wanted) {
            (Type::Number(_), Type::Number(_)) if is_nought(&expr) => Ok(expr),
            (Type::Number(found), Type::Number(number)) if found.unit != number.unit => {
                let message = format!("the function needs {}, and this is {}", described(number), described(found));
                self.fail(Diagnostic::error(Code::WRONG_UNIT, at.clone(), message))
            }
            _ if ty.is_like(wanted) => Ok(expr),
            _ => {
                let message = format!("the function needs {wanted}, and this is {ty}");
                self.fail(Diagnostic::error(Code::WRONG_TYPE, at.clone(), message))
            }
        }
    }
}
