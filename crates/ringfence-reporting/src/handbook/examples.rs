//! The author's cases as examples of what comes of the rules.

use ringfence_core::pack::Pack;
use ringfence_core::ruling::{FundRuling, Outcome, Ruling};

use super::Writer;
use crate::document::{Line, Table, sentence};

/// A case of the author's, ruled on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub title: Option<String>,
    /// What it tells.
    pub tells: Option<String>,
    /// The ruling, or why there is none.
    pub ruling: Result<Ruling, String>,
}

impl Writer<'_> {
    pub(super) fn examples(&mut self, pack: &Pack, examples: &[Example]) {
        if examples.is_empty() {
            return;
        }
        self.heading(2, "examples", "Examples");
        self.paragraph(
            "The author’s own cases, each ruled on. Conditions that are met or do not apply are not listed.",
        );
        let mut table = Table::new().words("Example").words("What it shows").words("Where the money goes");
        for example in examples {
            let title = example.title.as_deref().unwrap_or(&example.id);
            let tells = example.tells.as_deref().map(sentence).unwrap_or_default();
            let comes = match &example.ruling {
                Ok(ruling) => comes_of(ruling, pack),
                Err(why) => Line::new().strong("No ruling: ").plain(why),
            };
            table.row([Line::new().strong(title), Line::from(tells), comes]);
        }
        self.table("Examples", table);
    }
}

/// Where the money goes, and the conditions that are not met.
fn comes_of(ruling: &Ruling, pack: &Pack) -> Line {
    let funds = ruling.funds.iter().map(|fund| Line::from(format!("{}: {}", fund.title, money(fund, pack))));
    let settled = [Outcome::Met, Outcome::NotApplicable];
    let open = ruling.findings.iter().filter(|finding| !settled.contains(&finding.outcome));
    let open = open.map(|finding| Line::new().outcome(finding.outcome).plain(format!(" {}", finding.title)));
    let lines = funds.chain(open);
    lines.reduce(|before, line| before.end_line().then(line)).unwrap_or_default()
}

fn money(fund: &FundRuling, pack: &Pack) -> String {
    let Some(amount) = fund.amount else { return "the amount is not known".to_owned() };
    if amount.is_zero() {
        return "no money".to_owned();
    }
    let parts = fund.dispositions.parts().into_iter().filter(|(_, money)| !money.is_zero());
    let parts: Vec<String> = parts.map(|(word, money)| format!("{} {word}", pack.currency().show(money))).collect();
    parts.join(", ")
}
