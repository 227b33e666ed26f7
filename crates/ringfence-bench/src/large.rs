//! A pack as large as a scheme may grow: as many conditions as asked for, with what they rest on.

use std::fmt::Write as _;

const HEAD: &str = "\
ringfence: 1
pack: large/2015-16
title: A scheme with many conditions
rules-on: grants that hang on many conditions
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2016-04-01 }
rules-at: 2015-04-01
recipient: council
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q4 }
rounding: { to: 0.01, mode: half-away-from-zero }
sources:
  circular: { title: The circular, date: 2015-03-01 }
";

/// The text of its `pack.yaml`: for each condition a fact, two series, two dated parameters, two values, and for each
/// tenth a sign-off, a composite condition and a fund.
///
/// It is in order: a check finds nothing in it.
pub fn pack(conditions: usize) -> String {
    let mut sections: [String; 6] =
        ["facts", "parameters", "values", "sign-offs", "conditions", "funds"].map(|section| format!("{section}:\n"));
    for number in 0..conditions {
        // Writing to a string does not fail.
        let _ = one(number, &mut sections);
        if number % 10 == 9 {
            let _ = ten(number / 10, &mut sections);
        }
    }
    HEAD.to_owned() + sections.concat().as_str()
}

fn one(n: usize, sections: &mut [String; 6]) -> std::fmt::Result {
    let [facts, parameters, values, _, conditions, _] = sections;
    writeln!(facts, "  grant.size_{n}: {{ type: money, min: 0, title: Size of grant {n} }}")?;
    writeln!(
        facts,
        "  beds.planned_{n}: {{ type: count, unit: beds, per: period, min: 0, title: Beds planned by {n} }}"
    )?;
    writeln!(
        facts,
        "  beds.open_{n}:\n    type: count\n    unit: beds\n    per: period\n    min: 0\n    title: Beds kept open by {n}\n    \
         suspect-when: beds.open_{n}[period] > beds.planned_{n}[period] * params.believed_{n}"
    )?;
    let source = "authority: { source: circular }";
    writeln!(
        parameters,
        "  share_to_keep_{n}:\n    title: Share of the beds to keep open, for {n}\n    type: percent\n    values:\n      \
         2015-04-01: {{ value: 90%, {source} }}\n      2015-10-01: {{ value: 92%, {source} }}"
    )?;
    writeln!(
        parameters,
        "  believed_{n}:\n    title: Beds for each bed planned that are believed, for {n}\n    type: number\n    \
         values: {{ 2015-04-01: {{ value: 2, {source} }} }}"
    )?;
    writeln!(
        values,
        "  kept_{n}:\n    title: Beds kept open to date by {n}\n    per: period\n    \
         is: lesser_of(to_date(beds.open_{n}), to_date(beds.planned_{n}))"
    )?;
    writeln!(values, "  share_kept_{n}: share(kept_{n}.last(), beds.planned_{n}.sum(), 0)")?;
    writeln!(
        conditions,
        "  beds-kept-{n}:\n    title: Beds were kept open by {n}\n    authority: {{ source: circular, clause: paragraph {n} }}\n    \
         met: |\n      share_kept_{n} >= params.share_to_keep_{n}\n    \
         because: |\n      `${{share_kept_{n}}} of the beds were kept, and ${{params.share_to_keep_{n}}} must be`"
    )
}

fn ten(n: usize, sections: &mut [String; 6]) -> std::fmt::Result {
    let [_, _, values, sign_offs, conditions, funds] = sections;
    let range = n * 10..n * 10 + 10;
    let all = |make: &dyn Fn(usize) -> String, between: &str| range.clone().map(make).collect::<Vec<_>>().join(between);
    writeln!(values, "  grants_{n}: {}", all(&|at| format!("grant.size_{at}"), " + "))?;
    writeln!(
        sign_offs,
        "  plan-{n}: {{ title: Plan {n}, document: [{}], by: 2015-04-30, parties: [council, board] }}",
        all(&|at| format!("grant.size_{at}"), ", ")
    )?;
    writeln!(conditions, "  plan-signed-{n}: {{ title: Plan {n} is signed, sign-off: plan-{n} }}")?;
    let limbs = all(&|at| format!("beds-kept-{at}"), ", ");
    writeln!(conditions, "  ready-{n}: {{ title: Everybody in {n} is ready, all-of: [plan-signed-{n}, {limbs}] }}")?;
    let least = all(&|at| format!("kept_{at}[period]"), ", ");
    writeln!(
        funds,
        "  fund-{n}:\n    title: Fund {n}\n    amount: grants_{n}\n    gated-by: [ready-{n}]\n    tranches: each period\n    \
         release: if findings.ready_{n} && lesser_of({least}) > 0 {{ grants_{n} }} else {{ 0 }}"
    )
}

#[cfg(test)]
mod tests {
    use ringfence_core::pack::Pack;

    #[test]
    fn a_check_finds_nothing_in_it() {
        let text = super::pack(20);
        let source = ringfence_loaders::pack::from_texts([("pack.yaml", text.as_str())]);
        let pack = source.ok().map(|source| Pack::compile(&source));
        match pack {
            Some(Ok(pack)) => assert!(pack.warnings().is_empty(), "{:?}", pack.warnings()),
            other => assert!(matches!(other, Some(Ok(_))), "{other:?}"),
        }
    }
}
