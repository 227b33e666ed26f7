//! Sign-off by share of the money, and by somebody else than the recipient.

use super::BoundSignOff;
use crate::exact::Exact;
use crate::language::value::{State, Truth, Val};
use crate::money::Money;
use crate::period::day_number;
use crate::ruling::Recipient;

/// What parties bring, by whether they have signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought {
    pub(crate) signed: Exact,
    pub(crate) open: Exact,
    pub(crate) all: Exact,
    /// Whether it is not known of some party what it brings, or of all who they are.
    pub(crate) unknown: bool,
}

impl BoundSignOff {
    /// Whether those who have signed bring a share of the money. Where there is none, no share of it is reached.
    pub(super) fn by_money(&self, share: Exact) -> Truth {
        let brought = self.brought();
        if brought.unknown {
            return Truth::Missing;
        }
        let Ok(needed) = brought.all.times(share) else { return Truth::Missing };
        let Ok(most) = brought.signed.plus(brought.open) else { return Truth::Missing };
        if brought.all.is_zero() || most < needed {
            Truth::False
        } else if brought.signed >= needed {
            Truth::True
        } else {
            Truth::Missing
        }
    }

    pub(crate) fn brought(&self) -> Brought {
        let by = self.by.map(day_number);
        let none = Exact::ZERO;
        let mut brought = Brought { signed: none, open: none, all: none, unknown: self.unknown_parties.is_some() };
        for required in &self.required {
            let Some(money) = required.money.map(Money::to_exact) else {
                brought.unknown = true;
                continue;
            };
            let (signed, open) = match self.party(required, by) {
                Truth::True => (money, none),
                Truth::Missing => (none, money),
                _ => (none, none),
            };
            match (brought.all.plus(money), brought.signed.plus(signed), brought.open.plus(open)) {
                (Ok(all), Ok(signed), Ok(open)) => brought = Brought { signed, open, all, ..brought },
                _ => brought.unknown = true,
            }
        }
        brought
    }
}

/// What a party brings: nothing where that does not apply. Less than nothing is nobody's share, and counts as not known.
pub(super) fn money_brought(cell: &Val) -> Option<Money> {
    match (cell.state(), cell.num().hundredths()) {
        (State::NotApplicable, _) => Some(Money::ZERO),
        (State::Known, Some(pence)) if pence >= 0 => Some(Money::from_pence(pence)),
        _ => None,
    }
}

/// Whether a body is the one that the money is for, by its name or its code.
pub(super) fn is_recipient(body: &str, recipient: &Recipient) -> bool {
    let same = |name: &str| name.trim().to_lowercase() == body.trim().to_lowercase();
    same(&recipient.name) || recipient.code.as_deref().is_some_and(same)
}
