//! A new pack: a small scheme that works as it stands, for its author to change.

use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use ringfence_core::period::{Every, Period};

use crate::Desk;
use crate::kept::{self, What};
use crate::path::here;
use crate::snapshot::Snapshot;

/// The year of a scheme that says none. The clock is not asked: the same words make the same pack on every day.
const YEAR: &str = "2026-27";

const PACK: &str = include_str!("start/pack.yaml");
const README: &str = include_str!("start/README.md");
const CASES: [(&str, &str); 3] = [
    ("enough-places", include_str!("start/enough-places.yaml")),
    ("one-place-short", include_str!("start/one-place-short.yaml")),
    ("places-not-returned", include_str!("start/places-not-returned.yaml")),
];

/// A new pack: each file by its path in the folder of the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The id of the pack.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The paths of its files, with `/`, and their texts.
    pub files: Vec<(String, String)>,
    /// How its reader names the folder.
    shown: String,
}

/// There can be no new pack of that name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The folder has no name of which an id can be made.
    #[error("`{path}` is no name for a pack")]
    NoName {
        /// The folder.
        path: String,
    },
    /// What is given as the year is none.
    #[error("`{year}` is no financial year")]
    NoYear {
        /// What is given.
        year: String,
    },
    /// The folder holds something, and nothing is written over.
    #[error("`{}` is not empty", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// The pack could not be written.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The pack would not work: a title that says something else than a title, for one.
    #[error("the pack would not work: {because}")]
    Unsound {
        /// The first mistake.
        because: String,
    },
}

/// A new pack for the folder at an absolute path, which `shown` names to its reader.
///
/// The id is the name of the folder; a folder that is called after a year has the id of both. Where neither the folder
/// nor `year` says one, the scheme is of 2026-27.
///
/// # Errors
/// Where no id can be made of the name, the year is none, or the title is not one.
pub fn start(path: &Path, shown: &str, title: Option<&str>, year: Option<&str>) -> Result<Start, StartError> {
    let names: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(id_of(&name.to_string_lossy())),
            _ => None,
        })
        .collect();
    let no_name = || StartError::NoName { path: shown.to_owned() };
    let (last, before) = names.split_last().ok_or_else(no_name)?;
    let (name, folder_year) = match before.last() {
        Some(scheme) if Period::read(last, Every::Year).is_some() => (scheme, Some(last.as_str())),
        _ => (last, None),
    };
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(no_name());
    }
    let id = folder_year.map_or(name.clone(), |year| format!("{name}/{year}"));
    let year = year.or(folder_year).unwrap_or(YEAR);
    let days = Period::read(year, Every::Year).and_then(|period| {
        let until = period.last_day()?.tomorrow().ok()?;
        Some((period.first_day()?, until))
    });
    let (from, until) = days.ok_or_else(|| StartError::NoYear { year: year.to_owned() })?;
    let title = title.map_or_else(|| format!("{} {year}", sentence(name)), str::to_owned);
    let filled = |text: &str| {
        text.replace("@ID@", &id)
            .replace("@YEAR@", year)
            .replace("@FROM@", &from.to_string())
            .replace("@UNTIL@", &until.to_string())
            .replace("@PATH@", shown)
    };
    // The title comes last, so that no other word is looked for in it.
    let pack = filled(PACK).replace("@TITLE@", &written(&title));
    let readme = filled(README).replace("@TITLE@", &title);
    let mut files = vec![("pack.yaml".to_owned(), pack), ("README.md".to_owned(), readme)];
    files.extend(CASES.iter().map(|(name, text)| (format!("cases/{name}.yaml"), (*text).to_owned())));
    Ok(Start { id, title, files, shown: shown.to_owned() })
}

/// `Winter Beds` as part of an id: `winter-beds`.
fn id_of(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// `winter-beds` as the beginning of a title: `Winter beds`.
fn sentence(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title as YAML, in quotes where they are needed.
fn written(title: &str) -> String {
    let bare = title.chars().all(|letter| letter.is_alphanumeric() || " -/()".contains(letter));
    let starts = title.starts_with(char::is_alphanumeric) && title.trim() == title;
    if bare && starts { title.to_owned() } else { format!("'{}'", title.replace('\'', "''")) }
}

impl Start {
    /// Writes the pack to its folder with the rulings on its cases, as a whole or not at all. Nothing is written over.
    ///
    /// # Errors
    /// A folder that holds something already, a pack that would not work, or what the operating system says.
    pub fn write(&self, folder: &Path) -> Result<(), StartError> {
        let failed = |source: io::Error| StartError::Write { path: folder.to_owned(), source };
        let taken = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        if taken {
            return Err(StartError::Taken { path: folder.to_owned() });
        }
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed)?;
        let beside = tempfile::Builder::new().prefix(".ringfence-").tempdir_in(parent).map_err(failed)?;
        // The folder of a temporary folder is private to its user; the one in it is not.
        let draft = beside.path().join("pack");
        self.files.iter().try_for_each(|(path, text)| write(&draft, path, text)).map_err(failed)?;
        for (path, text) in self.rulings(&draft)? {
            write(&draft, &path, &text).map_err(failed)?;
        }
        fs::rename(&draft, folder).map_err(failed)
    }

    /// The whole ruling on each case of a draft, in the form in which they are kept.
    fn rulings(&self, draft: &Path) -> Result<Vec<(String, String)>, StartError> {
        let unsound = |because: &dyn std::fmt::Display| StartError::Unsound { because: because.to_string() };
        let desk = Desk::load(draft).map_err(|error| unsound(&error))?;
        let mut rulings = Vec::new();
        for (case, ruled) in desk.cases.iter().zip(desk.rule()) {
            ruled.as_ref().map_err(|because| unsound(because))?;
            let (id, ruling) = (case.id(), kept::shown(What::Ruling, &ruled).unwrap_or_default());
            let input = here(&Path::new(&self.shown).join(format!("cases/{id}.yaml")));
            let snapshot = Snapshot::new(&ruling, case.tells(), &input);
            rulings.push((format!("rulings/{id}.snap"), snapshot.file()));
        }
        Ok(rulings)
    }
}

fn write(folder: &Path, path: &str, text: &str) -> io::Result<()> {
    let path = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(path: &str, title: Option<&str>, year: Option<&str>) -> Result<(String, String), String> {
        let start = start(Path::new(path), path, title, year).map_err(|error| error.to_string())?;
        Ok((start.id, start.title))
    }

    #[test]
    fn id_and_title_are_guessed_from_the_folder() {
        for (path, id, title) in [
            ("/rules/winter-beds/2031-32", "winter-beds/2031-32", "Winter beds 2031-32"),
            ("/rules/Winter Beds", "winter-beds", "Winter beds 2026-27"),
            ("/winter_beds/", "winter-beds", "Winter beds 2026-27"),
        ] {
            assert_eq!(started(path, None, None), Ok((id.to_owned(), title.to_owned())), "{path}");
        }
        assert_eq!(started("/a", Some("It's: mine"), None), Ok(("a".to_owned(), "It's: mine".to_owned())));
        assert_eq!(started("/a", None, Some("2030-31")), Ok(("a".to_owned(), "A 2030-31".to_owned())));
        assert_eq!(started("/2026-27", None, None), Err("`/2026-27` is no name for a pack".to_owned()));
        assert_eq!(started("/ü", None, None), Err("`/ü` is no name for a pack".to_owned()));
        assert_eq!(started("/a", None, Some("2030")), Err("`2030` is no financial year".to_owned()));
    }

    #[test]
    fn a_new_pack_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        for (name, title) in
            [("beds", None), ("it", Some("It's: a \"title\" # with @ID@ and marks")), ("no", Some("no"))]
        {
            let folder = dir.path().join("rules").join(name);
            start(&folder, name, title, None).unwrap().write(&folder).unwrap();
            let desk = Desk::load(&folder).unwrap();
            assert_eq!(desk.pack.warnings(), []);
            if let Some(title) = title {
                assert_eq!(desk.pack.title(), title);
            }
            assert_eq!(desk.cases.len(), 3);
            for (case, ruled) in desk.cases.iter().zip(desk.rule()) {
                let checked = crate::check(case.expect().unwrap(), &ruled);
                assert!(checked.checks >= 3, "{}", case.id());
                assert_eq!(checked.unexpected, [], "{}", case.id());
                let kept = fs::read_to_string(folder.join(format!("rulings/{}.snap", case.id()))).unwrap();
                assert!(kept.contains(&format!("input_file: {name}/cases/{}.yaml\n", case.id())), "{kept}");
            }
            let tested = crate::test(&desk, &[]).unwrap();
            assert!(tested.holds() && tested.orphans.is_empty(), "{tested:?}");
            for file in ["pack.yaml", "cases/enough-places.yaml", "cases/one-place-short.yaml"] {
                let text = fs::read_to_string(folder.join(file)).unwrap();
                assert_eq!(ringfence_loaders::canonical::form(file, &text).unwrap(), text);
            }
            let again = start(&folder, name, None, None).unwrap().write(&folder).unwrap_err();
            assert!(matches!(again, StartError::Taken { .. }), "{again}");
        }
        let left: Vec<_> = fs::read_dir(dir.path().join("rules")).unwrap().collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }

    #[test]
    fn a_title_that_is_none_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("beds");
        let error = start(&folder, "beds", Some(" "), None).unwrap().write(&folder).unwrap_err();
        assert!(matches!(error, StartError::Unsound { .. }), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
