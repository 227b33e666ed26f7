//! Sign-off by share of the money in words.

use super::Teller;
use crate::bind::BoundSignOff;
use crate::exact::Exact;
use crate::money::Money;
use crate::types::{Number, show_number};

impl Teller<'_> {
    pub(super) fn by_money_told(
        &self,
        sign_off: &BoundSignOff,
        signed: &[String],
        notes: &[String],
        by: &str,
    ) -> String {
        let currency = &self.rules.pack.currency;
        let brought = sign_off.brought();
        let money = |sum: Exact| Money::from_exact(sum).map_or_else(String::new, |money| currency.show(money));
        let percent = |share: Exact| show_number(share, &Number::percentage(), currency);
        let needed = format!(
            "those who bring at least {} of the money must sign{by}",
            percent(sign_off.share.unwrap_or(Exact::ZERO))
        );
        let have = if signed.len() == 1 { "has" } else { "have" };
        let count = format!("{} of {} parties {have} signed", signed.len(), sign_off.required.len());
        let who = if signed.len() == 1 { "which brings" } else { "which together bring" };
        let head = match brought.signed.divide(brought.all) {
            _ if brought.unknown => format!("{count}; {needed}, and of some it is not known what they bring"),
            Ok(share) => format!(
                "{count}, {who} {} of {} ({}); {needed}",
                money(brought.signed),
                money(brought.all),
                percent(share)
            ),
            Err(_) => format!("{count}, and there is no money to take a share of; {needed}"),
        };
        if notes.is_empty() { head } else { format!("{head}; {}", notes.join("; ")) }
    }
}
