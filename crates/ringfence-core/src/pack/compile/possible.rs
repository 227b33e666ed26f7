//! What missing evidence may turn out to be, from its declaration.

use std::collections::BTreeMap;

use super::{Compiler, intern};
use crate::exact::Exact;
use crate::language::lower::Shape;
use crate::language::possible::{Among, Possible, Range, Truths, Words};
use crate::language::value::Truth;
use crate::types::Type;

impl Compiler {
    /// What each missing piece of evidence may turn out to be: anything that its declaration allows.
    pub(super) fn possible(&mut self) -> (BTreeMap<u32, Possible>, BTreeMap<(u32, u32), Possible>) {
        let (mut cells, mut of_fields) = (BTreeMap::new(), BTreeMap::new());
        for index in 0..self.facts.len() {
            let Some(fact) = self.facts.get(index) else { continue };
            let (slot, min, max, absent) = (fact.slot, fact.min, fact.max, fact.may_not_apply);
            match fact.shape.clone() {
                Shape::One(ty) => {
                    cells.insert(slot, self.possible_value(&ty, min, max, absent));
                }
                Shape::Series(ty) => {
                    let one = self.possible_value(&ty, min, max, absent);
                    for at in (slot..).take(self.width(true)) {
                        cells.insert(at, one.clone());
                    }
                }
                Shape::List(record) => {
                    for (field, (_, ty)) in (0_u32..).zip(&record.fields) {
                        of_fields.insert((slot, field), self.possible_value(ty, None, None, true));
                    }
                }
            }
        }
        (cells, of_fields)
    }

    fn possible_value(&mut self, ty: &Type, min: Option<Exact>, max: Option<Exact>, absent: bool) -> Possible {
        match ty {
            Type::Bool => {
                let truths = Truths::EITHER;
                let absence = if absent { Truths::of(Truth::NotApplicable) } else { Truths::NONE };
                Possible::Truth(truths.or_else(absence))
            }
            Type::Number(_) => Possible::Num(Range { absent, ..Range::within(min, max) }),
            Type::Choice(of) => {
                let (symbols, numbers) = (&mut self.symbols, &mut self.symbol_numbers);
                let words = of.iter().map(|word| intern(symbols, numbers, word)).collect();
                Possible::Word(Words { known: Some(Among::These(words)), absent })
            }
            Type::Date | Type::Period(_) | Type::Days | Type::Text => Possible::Word(Words { absent, ..Words::ANY }),
        }
    }
}
