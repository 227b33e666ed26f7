//! Rules on cases of its own, with a pack inside its binary and from several threads.
//!
//! The evidence comes from the program's own types; no file is read when it runs.

use std::error::Error;
use std::io::Write;

use ringfence::{
    Case, Decided, Exact, Given, Options, Pack, PackSource, Period, Row, Ruling, Signature, Value, Version,
};

/// The pack, as the build wrote it.
const PACK: &str = include_str!(concat!(env!("OUT_DIR"), "/pack.json"));

/// An area as this program's database would hold it.
struct Area {
    name: &'static str,
    share_in_pounds: i64,
    admissions_before: [i64; 4],
    admissions_planned: [i64; 4],
    /// `None` for a quarter that was not returned.
    admissions: [Option<i64>; 4],
    closed_on_sundays: bool,
}

const AREAS: [Area; 3] = [
    Area {
        name: "Hit exactly",
        share_in_pounds: 4_000_000,
        admissions_before: [1_000; 4],
        admissions_planned: [965; 4],
        admissions: [Some(965); 4],
        closed_on_sundays: false,
    },
    Area {
        name: "Late catch-up",
        share_in_pounds: 4_000_000,
        admissions_before: [1_000; 4],
        admissions_planned: [965; 4],
        admissions: [Some(1_010), Some(990), Some(960), Some(950)],
        closed_on_sundays: true,
    },
    Area {
        name: "Second quarter missing",
        share_in_pounds: 4_000_000,
        admissions_before: [1_000; 4],
        admissions_planned: [965; 4],
        admissions: [Some(965), None, Some(965), Some(965)],
        closed_on_sundays: false,
    },
];

/// Turns an area into evidence.
fn evidence(area: &Area, pack: &Pack) -> Result<Case, Box<dyn Error>> {
    let quarters: Vec<Period> = pack.periods().ok_or("the pack has periods")?.iter().collect();
    let by_quarter = |counts: [i64; 4]| quarters.clone().into_iter().zip(counts);
    let returned = quarters.clone().into_iter().zip(area.admissions);
    let known = returned.filter_map(|(quarter, count)| Some((quarter, count?)));
    let not_revised = || Given::NotApplicable("the target is not revised".to_owned());
    let days = ringfence::Days::read([if area.closed_on_sundays { "mon-sat" } else { "all" }])?;
    let service = Row::from([
        ("name".to_owned(), Given::Known(Value::from("reablement"))),
        ("days".to_owned(), Given::Known(Value::from(days))),
    ]);
    let mut case = Case::new(area.name.to_lowercase().replace(' ', "-"), area.name)
        .with("plan.local_share", area.share_in_pounds)
        .with("plan.target", Exact::ratio(35, 1_000)?)
        .given("plan.proposed_target", not_revised())
        .given("plan.operational_target", not_revised())
        .with_series("activity.baseline", by_quarter(area.admissions_before))
        .with_series("activity.planned", by_quarter(area.admissions_planned))
        .with_series("activity.actual", known)
        .with("social_care.protected_amount", 1_200_000)
        .with("social_care.prior_transfer", 1_100_000)
        .with_texts("partner_commissioners", ["the commissioning group"])
        .with_list("services", vec![service]);
    for fact in [
        "records.nhs_number_primary",
        "records.open_interfaces",
        "records.information_governance",
        "care.joint_assessment",
        "care.accountable_professional",
        "providers.impact_agreed",
        "pool.agreement_in_place",
    ] {
        case = case.with(fact, true);
    }
    for party in ["council", "the commissioning group", "health-and-wellbeing-board"] {
        case = case.signed(
            "plan",
            Signature {
                body: None,
                refused: None,
                party: party.to_owned(),
                office: Some("chief executive".to_owned()),
                date: "2014-09-18".parse()?,
                version: Version::AsSubmitted,
                conditional: None,
                discharged: None,
                delegated_from: None,
                known: None,
            },
        );
    }
    let decided = Decided {
        answer: "approved".to_owned(),
        by: "minister".to_owned(),
        on: "2015-01-15".parse()?,
        until: None,
        reason: None,
    };
    Ok(case.decided("ministers-approval", decided))
}

fn main() -> Result<(), Box<dyn Error>> {
    let source: PackSource = serde_json::from_str(PACK)?;
    let pack = Pack::compile(&source)?;
    let cases = AREAS.iter().map(|area| evidence(area, &pack)).collect::<Result<Vec<_>, _>>()?;

    // One pack, a thread a case: nothing is locked and nothing is shared but the rules.
    let rulings: Vec<Ruling> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            cases.iter().map(|case| scope.spawn(|| pack.evaluate(case, &Options::default()))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread stopped")).collect::<Result<Vec<_>, _>>()
    })?
    .into_iter()
    .collect::<Result<_, _>>()?;

    let mut out = std::io::stdout().lock();
    for ruling in &rulings {
        writeln!(out, "{}", ruling.case.recipient.name)?;
        for fund in &ruling.funds {
            writeln!(out, "  {}: {}", fund.title, fund.reason)?;
        }
    }
    Ok(())
}
