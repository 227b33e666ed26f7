//! A shipped pack with as many cases as asked for: its own, and those again with other figures, each with what it expects
//! and the ruling that is kept of it.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ringfence_core::ruling::Ruling;
use ringfence_desk::{Desk, TestCase, test};

/// The share of an area in the first case that is made; each next one has a thousand pounds more.
const SHARE: usize = 12_000_000;
const STEP: usize = 1_000;

/// Copies the pack `id` of the folder `rules` and what packs share to `folder`, adds cases until there are `count`, and
/// keeps their rulings. Gives the folder of the copy.
///
/// # Errors
/// A file that cannot be read or written, or a case that does not do as it should.
pub fn write(rules: &Path, id: &str, count: usize, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    for part in ["common", id] {
        copy(&rules.join(part), &folder.join(part))?;
    }
    let pack = folder.join(id);
    let added = add(&Desk::load(&pack)?, count)?;
    expect(&Desk::load(&pack)?, &added)?;
    let desk = Desk::load(&pack)?;
    for kept in test(&desk, &[])?.cases.iter_mut().flat_map(|case| &mut case.kept) {
        kept.keep()?;
    }
    Ok(pack)
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Writes a case for each that is lacking, which stands on one of the pack's own and changes a figure of it.
fn add(desk: &Desk, count: usize) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let ruled = desk.rule();
    let own: Vec<&TestCase> =
        desk.cases.iter().zip(&ruled).filter(|(_, ruled)| ruled.is_ok()).map(|(own, _)| own).collect();
    let mut added = Vec::new();
    for (number, case) in own.iter().cycle().take(count.saturating_sub(desk.cases.len())).enumerate() {
        let own = Path::new(case.document.file.path());
        let name = own.file_name().unwrap_or_default().to_string_lossy();
        let id = format!("{}-{number}", case.id());
        let share = SHARE + number * STEP;
        let path = own.with_file_name(format!("{id}.yaml"));
        fs::write(&path, format!("case: {id}\nbase: {name}\nset:\n  plan.local_share: {share}.00\n"))?;
        added.push(path);
    }
    Ok(added)
}

/// Lets the cases of these files expect what is decided of them.
fn expect(desk: &Desk, added: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    for (case, ruled) in desk.cases.iter().zip(desk.rule()) {
        let path = Path::new(case.document.file.path());
        if added.iter().any(|added| added == path) {
            fs::write(path, fs::read_to_string(path)? + expectations(&ruled?)?.as_str())?;
        }
    }
    Ok(())
}

/// Every outcome and every part of every fund.
fn expectations(ruling: &Ruling) -> Result<String, std::fmt::Error> {
    let mut text = "expect:\n  outcomes:\n".to_owned();
    for finding in &ruling.findings {
        writeln!(text, "    {}: {}", finding.condition, finding.outcome)?;
    }
    text.push_str("  funds:\n");
    for fund in &ruling.funds {
        let parts = fund.dispositions.parts().map(|(part, money)| format!("{part}: {money}"));
        writeln!(text, "    {}: {{ {} }}", fund.fund, parts.join(", "))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ringfence_desk::{Desk, test};

    #[test]
    fn every_case_holds_and_is_kept() {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        let folder = tempfile::tempdir().unwrap();
        let pack = super::write(&rules, "better-care-fund/2015-16", 130, folder.path()).unwrap();
        let tested = test(&Desk::load(&pack).unwrap(), &[]).unwrap();
        assert_eq!(tested.cases.len(), 130);
        assert!(tested.holds(), "{:?}", tested.failing().collect::<Vec<_>>());
        assert!(tested.cases.iter().all(|case| case.checked.checks > 0 && !case.kept.is_empty()));
    }
}
