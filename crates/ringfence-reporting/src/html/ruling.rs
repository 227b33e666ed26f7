//! One ruling as a page: the money's way, and every reason in words and figures.

use ringfence_core::ruling::Ruling;

use super::portfolio::{STYLE, way};
use super::{Page, document, element, picture};
use crate::report::{self, Only, named};

/// A ruling at length, as one self-contained page.
pub fn ruling(ruling: &Ruling) -> String {
    let mut page = Page::new(&format!("{}: {}", named(&ruling.case.recipient), ruling.pack.title));
    page.style(STYLE);
    page.lead(element("p").text(report::basis(ruling)));
    page.lead(picture::patterns());
    let funds: Vec<_> = ruling
        .funds
        .iter()
        .map(|fund| (fund.title.as_str(), fund.destination.as_deref(), fund.dispositions, fund.amount.is_none()))
        .collect();
    let (drawn, notes) = way(&ruling.currency, &funds);
    if let Some(drawn) = drawn {
        page.heading(2, "way", "Where the money goes");
        page.add(drawn);
        page.add(notes);
    }
    page.heading(2, "ruling", "The ruling");
    document::onto(&mut page, &report::explain(ruling, Only::default()));
    page.render()
}
