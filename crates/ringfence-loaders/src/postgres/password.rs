//! The password of a user: from `PGPASSWORD`, or from the file that other programs keep them in.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::config::Host;

use super::address::Address;

/// The folder of the user, in which other programs look for files.
pub(super) fn home() -> Option<PathBuf> {
    env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
}

/// The password for an address, if one is kept; and why one that may be kept was not taken.
pub(super) fn find(address: &Address) -> (Option<String>, Option<String>) {
    if let Ok(password) = env::var("PGPASSWORD") {
        return (Some(password), None);
    }
    let named = env::var_os("PGPASSFILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let Some(path) = named.or_else(|| Some(home()?.join(".pgpass"))) else { return (None, None) };
    let Ok(text) = fs::read_to_string(&path) else { return (None, None) };
    if is_open(&path) {
        let why = format!("`{}` was not read, as others may read it too: `chmod 600` it", path.display());
        return (None, Some(why));
    }
    (text.lines().find_map(|line| of_line(line, address)), None)
}

/// Whether others than its owner may read a file.
fn is_open(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// The password of a line `host:port:name:user:password`, if it is about an address. `*` is anything, and `\` takes a
/// colon or itself as it is.
fn of_line(line: &str, address: &Address) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let host = match &address.host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(_) => "localhost".to_owned(),
    };
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            // The password is all that is left, but for the strokes before what they take as it is.
            ':' if fields.len() < 5 => fields.push(String::new()),
            letter => {
                let taken = if letter == '\\' { letters.next().unwrap_or(letter) } else { letter };
                fields.last_mut()?.push(taken);
            }
        }
    }
    let wanted = [host, address.port.to_string(), address.name.clone(), address.user.clone()];
    let fits = fields.len() == 5 && fields.iter().zip(&wanted).all(|(field, wanted)| field == "*" || field == wanted);
    fields.pop().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::super::address::Encryption;
    use super::*;

    #[test]
    fn a_line_gives_its_password_to_what_it_is_about() {
        let address = Address {
            shown: String::new(),
            host: Host::Tcp("db".to_owned()),
            port: 5432,
            name: "fi:nance".to_owned(),
            user: "clerk".to_owned(),
            encryption: Encryption::Prefer,
        };
        for (line, expected) in [
            (r"db:5432:fi\:nance:clerk:s3cret", Some("s3cret")),
            (r"*:*:*:clerk:a:b\\c", Some(r"a:b\c")),
            (r"*:*:*:*:", Some("")),
            (r"#*:*:*:clerk:a", None),
            (r"other:*:*:clerk:a", None),
            (r"*:*:*:clerk", None),
        ] {
            assert_eq!(of_line(line, &address).as_deref(), expected, "{line}");
        }
    }
}
