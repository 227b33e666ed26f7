//! Paths as a file names them: from a folder, with `/`.

use std::path::{Component, Path, PathBuf};

/// A path as seen from a folder.
pub(crate) fn from(folder: &Path, path: &Path) -> String {
    let climbs = |path: &Path| path.components().any(|part| part == Component::ParentDir);
    // Only whole paths tell what `..` leaves.
    if folder.is_absolute() != path.is_absolute() || climbs(folder) || climbs(path) {
        return between(&whole(folder), &whole(path));
    }
    between(folder, path)
}

/// A path as seen from the current folder.
pub(crate) fn here(path: &Path) -> String {
    from(Path::new("."), path)
}

fn between(folder: &Path, path: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (folder, path) = (parts(folder), parts(path));
    let same = folder.iter().zip(&path).take_while(|(left, right)| left == right).count();
    let up = folder.iter().skip(same).map(|_| "..".to_owned());
    up.chain(path.into_iter().skip(same)).collect::<Vec<_>>().join("/")
}

/// The same path from the root, without `..`.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut whole = PathBuf::new();
    for part in absolute.components() {
        if part == Component::ParentDir {
            whole.pop();
        } else {
            whole.push(part);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_from_a_folder() {
        let here = std::env::current_dir().unwrap();
        let name = here.file_name().unwrap().to_string_lossy();
        for (folder, path, expected) in [
            ("p/cases", "p/cases/a.yaml", "a.yaml"),
            ("p", "./p/cases/a.yaml", "cases/a.yaml"),
            ("out", "p/cases/a.yaml", "../p/cases/a.yaml"),
            (".", "./cases/a.yaml", "cases/a.yaml"),
            (".", "../a.yaml", "../a.yaml"),
            (".", "p/../a.yaml", "a.yaml"),
            ("../out", "cases/a.yaml", &format!("../{name}/cases/a.yaml")),
            (".", &here.join("cases/a.yaml").to_string_lossy(), "cases/a.yaml"),
            ("/a/b", "/a/c/d.yaml", "../c/d.yaml"),
        ] {
            assert_eq!(from(Path::new(folder), Path::new(path)), expected, "{path} from {folder}");
        }
    }
}
