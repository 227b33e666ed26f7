//! Rule packs, from a folder or from texts that a binary carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Node, PackSource, Place, SourceFile};

use crate::table::Table;
use crate::{LoadError, folder, shared, text, yaml};

/// The file that makes a folder a rule pack.
pub(crate) const PACK: &str = "pack.yaml";

/// The key that names the pack that a pack extends, and how many may stand on each other.
const EXTENDS: &str = "extends";
const MOST_BASES: usize = 8;

/// The sections of a pack that may have a folder of their own, with further entries of the section.
pub const SECTIONS: [&str; 14] = [
    "calendars",
    "changes",
    "conditions",
    "decisions",
    "facts",
    "funds",
    "parameters",
    "parties",
    "portfolio",
    "sign-offs",
    "sources",
    "tables",
    "themes",
    "values",
];

/// The sections whose folders may also hold tables of comma-separated values.
const WITH_TABLES: [&str; 2] = ["calendars", "tables"];

/// The key under which core finds the rows of those, by path.
const FILES: &str = "files";

/// Reads a pack from its folder: `pack.yaml` first, then the files of its sections in order of path.
///
/// # Errors
/// [`LoadError::NotAPack`] where there is no `pack.yaml`, and [`LoadError::Invalid`] with the mistakes of
/// every file.
///
/// A pack that `extends` another brings that one with it, as [`PackSource::base`], and one that `uses` shared
/// declarations brings those, as [`PackSource::shared`].
pub fn load(dir: &Path) -> Result<PackSource, LoadError> {
    let mut chain = Vec::new();
    load_on(dir, &mut chain)
}

/// Reads a pack that those in `chain` stand on, each named by where it really lies.
fn load_on(dir: &Path, chain: &mut Vec<PathBuf>) -> Result<PackSource, LoadError> {
    chain.push(fs::canonicalize(dir).map_err(|source| text::failed(dir, source))?);
    let mut source = load_one(dir)?;
    source.base = base(dir, &source, chain)?.map(Box::new);
    source.shared = shared::taken(dir, &source)?;
    Ok(source)
}

/// The pack that this one extends, if it does.
fn base(dir: &Path, source: &PackSource, chain: &mut Vec<PathBuf>) -> Result<Option<PackSource>, LoadError> {
    let first = source.documents.first().map(|document| &document.root);
    let Some(node) = first.and_then(|root| root.get(EXTENDS)) else { return Ok(None) };
    let Some(relative) = node.as_text().filter(|text| !text.is_empty()) else {
        let message = format!("`{EXTENDS}` is the folder of a pack, found {}", node.kind());
        return Err(vec![Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message)].into());
    };
    let wrong = |code, message: String, help: &str| -> LoadError {
        vec![Diagnostic::error(code, node.place.clone(), message).help(help)].into()
    };
    if Path::new(relative).has_root() {
        let help = "name it from here: `../2014-15`";
        return Err(wrong(Code::WRONG_VALUE, format!("`{relative}` is not relative to the pack"), help));
    }
    let folder = beside(dir, relative);
    if !folder.join(PACK).is_file() {
        let message = format!("there is no pack in `{}`", text::shown(&folder));
        return Err(wrong(Code::BAD_BASE, message, "name the folder of a pack, relative to this one's"));
    }
    let real = fs::canonicalize(&folder).map_err(|source| text::failed(&folder, source))?;
    if chain.contains(&real) {
        let message = "the pack extends itself, maybe by way of others".to_owned();
        return Err(wrong(Code::CYCLE, message, "the packs that extend each other must end at one that extends none"));
    }
    if chain.len() > MOST_BASES {
        let message = format!("more than {MOST_BASES} packs extend each other");
        return Err(wrong(Code::TOO_LARGE, message, "let the pack extend a nearer one"));
    }
    load_on(&folder, chain).map(Some)
}

/// A folder named from another one, without the steps up that its name could do without.
pub(crate) fn beside(dir: &Path, relative: &str) -> PathBuf {
    let mut folder = PathBuf::new();
    for part in dir.join(relative).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(folder.components().next_back(), Some(Component::Normal(_))) => {
                folder.pop();
            }
            part => folder.push(part),
        }
    }
    folder
}

fn load_one(dir: &Path) -> Result<PackSource, LoadError> {
    let is_folder = fs::metadata(dir).map_err(|source| text::failed(dir, source))?.is_dir();
    if !is_folder || !dir.join(PACK).is_file() {
        return Err(LoadError::NotAPack { path: dir.to_path_buf() });
    }
    let mut mistakes = Vec::new();
    let mut files = vec![PACK.to_owned()];
    for section in SECTIONS {
        section_files(dir, section, &mut files, &mut mistakes)?;
    }
    let mut sources = Vec::new();
    for relative in files {
        let path = dir.join(&relative);
        match text::read(&path, &text::shown(&path)) {
            Ok(file) => sources.push((relative, file)),
            Err(LoadError::Invalid { mistakes: found }) => mistakes.extend(found),
            Err(error) => return Err(error),
        }
    }
    assemble(sources, mistakes)
}

/// Reads a pack from texts with their paths inside the pack, such as `conditions/seven-days.yaml`.
///
/// Paths that are no part of the rules, such as those of cases, are passed over.
///
/// # Errors
/// As for [`load`].
pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<PackSource, LoadError> {
    let mut files: BTreeMap<&str, Arc<SourceFile>> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (path, text) in texts {
        let path = path.strip_prefix("./").unwrap_or(path);
        if path != PACK && section_of(path).is_none() && !is_table(path) {
            continue;
        }
        let file = text::source(path, text);
        if files.insert(path, Arc::clone(&file)).is_some() {
            let message = format!("two texts are given for `{path}`");
            mistakes.push(Diagnostic::error(Code::DUPLICATE_NAME, Place::start_of(&file), message));
        }
    }
    let Some(pack) = files.remove(PACK) else {
        return Err(LoadError::NotAPack { path: PathBuf::from(".") });
    };
    let rest = files.into_iter().map(|(path, file)| (path.to_owned(), file));
    assemble(std::iter::once((PACK.to_owned(), pack)).chain(rest), mistakes)
}

/// Reads a pack that extends another from texts, as [`from_texts`] does, and stands it on its base.
///
/// # Errors
/// As for [`load`].
pub fn from_texts_on<'a>(
    base: PackSource,
    texts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<PackSource, LoadError> {
    Ok(PackSource { base: Some(Box::new(base)), ..from_texts(texts)? })
}

/// The folders at or below `root` that are rule packs, in order of path.
///
/// Hidden folders and what lies inside a pack are passed over, and links to folders are not followed.
///
/// # Errors
/// Where a folder cannot be read.
pub fn find(root: &Path) -> Result<Vec<PathBuf>, LoadError> {
    fs::metadata(root).map_err(|source| text::failed(root, source))?;
    let mut found = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((dir, depth)) = open.pop() {
        if dir.join(PACK).is_file() {
            found.push(dir);
        } else if depth < folder::MOST_DEPTH && dir.is_dir() {
            let folders = folder::entries(&dir)?.into_iter().filter(|entry| entry.is_folder);
            open.extend(folders.map(|entry| (dir.join(entry.name), depth + 1)));
        }
    }
    found.sort();
    Ok(found)
}

/// Adds the files of a section's folder. What looks like a file of the section and would not be read is a
/// mistake: a condition must not go missing because its file is called `.yml`.
pub(crate) fn section_files(
    dir: &Path,
    section: &str,
    files: &mut Vec<String>,
    mistakes: &mut Vec<Diagnostic>,
) -> Result<(), LoadError> {
    let within = dir.join(section);
    if !within.is_dir() {
        return Ok(());
    }
    for entry in folder::entries(&within)? {
        let relative = format!("{section}/{}", entry.name);
        let start = || Place::start_of(&SourceFile::new(text::shown(&dir.join(&relative)), ""));
        if entry.is_folder {
            let message = format!("`{relative}` is a folder, and only files are read from `{section}`");
            mistakes.push(Diagnostic::error(Code::BAD_NAME, start(), message).help("move its files one level up"));
        } else if entry.is_file && has_extension(&entry.name, "yml") {
            let message = format!("`{relative}` is not read: files of a pack end in `.yaml`");
            mistakes.push(Diagnostic::error(Code::BAD_NAME, start(), message).help("rename the file"));
        } else if entry.is_file && (has_extension(&entry.name, "yaml") || is_table(&relative)) {
            files.push(relative);
        }
    }
    Ok(())
}

/// Whether this is the path of a table that belongs to a section.
pub(crate) fn is_table(path: &str) -> bool {
    let parts = path.split_once('/').filter(|(_, name)| !name.contains('/') && has_extension(name, "csv"));
    parts.is_some_and(|(folder, _)| WITH_TABLES.contains(&folder))
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The section whose folder a path lies in, if it is a file of one.
fn section_of(path: &str) -> Option<&'static str> {
    let (folder, name) = path.split_once('/')?;
    let is_read = has_extension(name, "yaml") && !name.contains('/');
    SECTIONS.into_iter().find(|section| is_read && *section == folder)
}

fn assemble(
    files: impl IntoIterator<Item = (String, Arc<SourceFile>)>,
    mut mistakes: Vec<Diagnostic>,
) -> Result<PackSource, LoadError> {
    let mut documents = Vec::new();
    for (relative, file) in files {
        let read = if is_table(&relative) { rows(&file) } else { single(&file) };
        match read {
            Ok(root) => documents.push(document(&relative, file, root)),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(PackSource { documents, ..PackSource::default() }) } else { Err(mistakes.into()) }
}

/// The only document of a file.
pub(crate) fn single(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    let mut roots = yaml::parse(file)?.into_iter();
    match (roots.next(), roots.next()) {
        (Some(root), None) => Ok(root),
        (_, Some(second)) => Err(vec![
            Diagnostic::error(Code::SYNTAX, second.place, "a second document in a file of a pack")
                .help("give each document a file of its own, or leave out the `---`"),
        ]),
        (None, None) => Err(vec![text::empty(file)]),
    }
}

/// The rows of a table, each a mapping by column. Blanks around a cell do not count, and a blank cell holds nothing.
fn rows(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    let table = Table::read(file)?;
    let names: Vec<&str> = table.header.cells().map(str::trim).collect();
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells().zip(row.places()).map(|(cell, place)| match cell.trim() {
            "" => Node { place, content: Content::Empty },
            text => Node::text(text, place),
        });
        let place = Place::new(file, row.line, 1, 1);
        Node::map(names.iter().map(|name| (*name).to_owned()).zip(cells), &place)
    });
    Ok(Node::list(rows.collect(), &Place::start_of(file)))
}

/// The file of a section becomes a mapping with that section, so that every document has one shape.
fn document(relative: &str, file: Arc<SourceFile>, root: Node) -> Document {
    let start = Place::start_of(&file);
    if is_table(relative) {
        let root = Node::map([(FILES.to_owned(), Node::map([(relative.to_owned(), root)], &start))], &start);
        return Document { file, root };
    }
    let root = match section_of(relative) {
        Some(section) => Node::map([(section.to_owned(), root)], &start),
        None => root,
    };
    Document { file, root }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(dir: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn messages(error: &LoadError) -> Vec<String> {
        error.mistakes().iter().map(|mistake| format!("{}: {}", mistake.place, mistake.message)).collect()
    }

    #[test]
    fn a_table_beside_the_pack_becomes_rows_with_places() {
        let dir = tempfile::tempdir().unwrap();
        let files = [("pack.yaml", "pack: p\n"), ("tables/rating.csv", "score,share\n0 to 60, 5%\nany,\n")];
        write(dir.path(), &files);
        for source in [load(dir.path()).unwrap(), from_texts(files).unwrap()] {
            let table = source.documents[1].root.get("files").unwrap().get("tables/rating.csv").unwrap();
            let Content::List(rows) = &table.content else { panic!("{table:?}") };
            assert_eq!(rows[0].get("share").unwrap().as_text(), Some("5%"));
            assert_eq!((rows[0].place.line(), rows[0].get("share").unwrap().place.column()), (2, 9));
            assert_eq!(rows[1].get("share").unwrap().content, Content::Empty);
        }
        // A table elsewhere is no part of the rules.
        write(dir.path(), &[("conditions/more.csv", "a\n")]);
        assert_eq!(load(dir.path()).unwrap().documents.len(), 2);
    }

    const TEXTS: &[(&str, &str)] = &[
        ("values/b.yaml", "b: 1\n"),
        ("conditions/z.yaml", "z: { title: Z }\n"),
        ("conditions/a.yaml", "# first\na: { title: A }\n"),
        ("cases/x.yaml", "case: [\n"),
        ("README.md", "words"),
        ("pack.yaml", "pack: p\n"),
    ];

    #[test]
    fn a_section_file_becomes_a_mapping_of_its_section() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), TEXTS);
        let from_folder = load(dir.path()).unwrap();
        let from_texts = from_texts(TEXTS.iter().copied()).unwrap();
        let names: Vec<_> = from_texts.documents.iter().map(|document| document.file.path()).collect();
        assert_eq!(names, ["pack.yaml", "conditions/a.yaml", "conditions/z.yaml", "values/b.yaml"]);
        for (read, carried) in from_folder.documents.iter().zip(&from_texts.documents) {
            let expected = text::shown(&dir.path().join(carried.file.path()));
            assert_eq!((read.file.path(), read.file.text()), (expected.as_str(), carried.file.text()));
        }
        let root = &from_texts.documents[1].root;
        let title = root.get("conditions").unwrap().get("a").unwrap().get("title").unwrap();
        assert_eq!(title.place.to_string(), "conditions/a.yaml:2:13");
        let Content::Map(entries) = &root.content else { panic!("{root:?}") };
        assert_eq!(entries[0].key_place.to_string(), "conditions/a.yaml:1:1");
    }

    #[test]
    fn the_mistakes_of_every_file_are_told() {
        let texts = [
            ("pack.yaml", "a: 1\na: 2\n"),
            ("funds/a.yaml", ""),
            ("funds/b.yaml", "a: 1\n---\nb: 2\n"),
            ("facts/c.yaml", "a: [\n"),
        ];
        let error = from_texts(texts).unwrap_err();
        assert_eq!(
            messages(&error),
            [
                "pack.yaml:2:1: the key `a` is given twice",
                "facts/c.yaml:1:4: the bracket `[` is not closed",
                "funds/a.yaml:1:1: the file holds nothing",
                "funds/b.yaml:3:1: a second document in a file of a pack",
            ]
        );
        assert!(error.to_string().starts_with("4 mistakes; the first: pack.yaml:2:1: "), "{error}");
    }

    #[test]
    fn what_looks_like_a_rule_is_never_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[("pack.yaml", "a: 1"), ("funds/a.yml", "a: 1"), ("facts/more/a.yaml", "a: 1")]);
        let error = load(dir.path()).unwrap_err();
        let found: Vec<_> = error.mistakes().iter().map(|mistake| mistake.message.as_str()).collect();
        assert_eq!(
            found,
            [
                "`facts/more` is a folder, and only files are read from `facts`",
                "`funds/a.yml` is not read: files of a pack end in `.yaml`",
            ]
        );
    }

    #[test]
    fn a_folder_without_a_pack_says_so() {
        let dir = tempfile::tempdir().unwrap();
        for error in [load(dir.path()).unwrap_err(), from_texts([("facts/a.yaml", "a: 1")]).unwrap_err()] {
            assert!(matches!(error, LoadError::NotAPack { .. }), "{error}");
            assert!(error.help().is_some());
        }
        assert!(matches!(load(&dir.path().join("none")), Err(LoadError::NotFound { .. })));
    }

    #[test]
    fn packs_are_found_below_a_folder_and_not_inside_packs() {
        let dir = tempfile::tempdir().unwrap();
        let files = ["b/pack.yaml", "a/x/pack.yaml", "a/x/inner/pack.yaml", ".hidden/pack.yaml", "c/other.yaml"];
        write(dir.path(), &files.map(|name| (name, "a: 1")));
        let found = find(dir.path()).unwrap();
        assert_eq!(found, [dir.path().join("a/x"), dir.path().join("b")]);
        assert_eq!(find(&dir.path().join("b")).unwrap(), [dir.path().join("b")]);
        assert!(matches!(find(&dir.path().join("none")), Err(LoadError::NotFound { .. })));
    }
}
