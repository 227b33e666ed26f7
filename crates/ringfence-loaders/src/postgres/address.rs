//! The address of a database in a binding, and what the environment says beside it.

use std::env;
use std::error::Error as _;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// What to do about an address that cannot be read.
const HOW: &str = "write `postgresql://host:port/name`, or `postgresql://user@host/name?sslmode=verify-full`";

/// Where a database is.
#[derive(Debug)]
pub(crate) struct Address {
    /// As the binding writes it, without a user and without options.
    pub(crate) shown: String,
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// The name of the database.
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) encryption: Encryption,
}

/// Whether a connection is encrypted and what is asked of the server's certificate, in the words of `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Encryption {
    const ALL: [(&'static str, Self); 5] = [
        ("disable", Self::Disable),
        ("prefer", Self::Prefer),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }

    /// Whether a certificate must be one of a known authority.
    pub(crate) const fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }
}

impl FromStr for Encryption {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, mode)| mode);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            Unreadable::new(format!("no `sslmode` is called `{text}` here"), &format!("write {}", names.join(", ")))
        })
    }
}

/// Why an address cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    pub(crate) help: String,
    /// What must not be shown.
    pub(crate) secret: Option<String>,
}

impl Unreadable {
    fn new(message: impl Into<String>, help: &str) -> Self {
        Self { message: message.into(), help: help.to_owned(), secret: None }
    }

    /// A binding is shared, and kept beside what it made.
    fn password(secret: &str) -> Self {
        let help = "take it out and change it; set `PGPASSWORD` in the environment, or keep it in `~/.pgpass`";
        let refused = Self::new("a password stands in the address of the database", help);
        Self { secret: Some(secret.to_owned()).filter(|secret| !secret.is_empty()), ..refused }
    }
}

impl Address {
    /// What follows `postgresql://`, if that is how a text begins.
    fn after_scheme(text: &str) -> Option<(&str, &str)> {
        let schemes = ["postgresql://", "postgres://"];
        schemes.into_iter().find_map(|scheme| Some((scheme, text.strip_prefix(scheme)?)))
    }

    /// Reads an address. What it leaves open the environment says, in the variables of other programs: `PGUSER` and
    /// `PGSSLMODE`.
    ///
    /// # Errors
    /// What is no address, and a password, which is no part of one.
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self::read_with(text, variable("PGUSER"), variable("PGSSLMODE"))
    }

    fn read_with(text: &str, user: Option<String>, sslmode: Option<String>) -> Result<Self, Unreadable> {
        let (scheme, rest) = Self::after_scheme(text).ok_or_else(|| Unreadable::new("this is no address", HOW))?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        if let Some(password) = password_in(rest) {
            return Err(Unreadable::password(password));
        }
        if has_stray_percent(rest) {
            return Err(Unreadable::new("the address has a `%` that stands for no letter", "write `%25` for a `%`"));
        }
        let config: Config = format!("{scheme}{rest}").parse().map_err(|error: tokio_postgres::Error| {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            Unreadable::new(format!("this is no address: {why}"), HOW)
        })?;
        let Some(name) = config.get_dbname() else {
            let help = "write its name last: `postgresql://host:port/name`";
            return Err(Unreadable::new("the address names no database", help));
        };
        let (host, port) = place(&config)?;
        let encryption = match (read_options(options)?, sslmode) {
            (Some(mode), _) => mode,
            (None, Some(word)) => word.parse()?,
            (None, None) => Encryption::Prefer,
        };
        let given_user = config.get_user().map(ToOwned::to_owned);
        let user = given_user.or(user).filter(|user| !user.is_empty()).ok_or_else(|| {
            let help = "set `PGUSER` in the environment, or write `postgresql://user@host/name`";
            Unreadable::new("nothing says who asks the database", help)
        })?;
        let after_user = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        Ok(Self { shown: format!("{scheme}{after_user}"), host, port, name: name.to_owned(), user, encryption })
    }
}

/// The password before the host, whatever letters it has.
fn password_in(rest: &str) -> Option<&str> {
    Some(rest.rsplit_once('@')?.0.split_once(':')?.1)
}

/// The one server that an address names.
fn place(config: &Config) -> Result<(Host, u16), Unreadable> {
    let (host, port) = match (config.get_hosts(), config.get_ports()) {
        ([], _) => return Err(Unreadable::new("the address names no server", HOW)),
        ([host], [port]) => (host, *port),
        _ => return Err(Unreadable::new("the address names several servers", "name the one that is read")),
    };
    match host {
        Host::Tcp(name) if name.is_empty() => Err(Unreadable::new("the address names no server", HOW)),
        _ if port == 0 => Err(Unreadable::new("`0` is no port", "a port is a whole number from 1 to 65535")),
        host => Ok((host.clone(), port)),
    }
}

/// The one option that means something here.
fn read_options(options: &str) -> Result<Option<Encryption>, Unreadable> {
    let mut mode = None;
    for option in options.split('&').filter(|option| !option.is_empty()) {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        if key == "password" {
            return Err(Unreadable::password(value));
        }
        if key != "sslmode" {
            let message = format!("the option `{key}` has no meaning here");
            return Err(Unreadable::new(message, "leave it out; `sslmode` is the one that is read"));
        }
        mode = Some(value.parse()?);
    }
    Ok(mode)
}

/// Whether a `%` stands for itself, and not for the letter of the two digits behind it.
fn has_stray_percent(text: &str) -> bool {
    let is_letter = |behind: &str| behind.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    !text.split('%').skip(1).all(is_letter)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    fn read(text: &str) -> Result<Address, Unreadable> {
        Address::read_with(text, Some("auditor".to_owned()), None)
    }

    #[test]
    fn an_address_names_a_server_a_database_and_a_user() {
        for (text, host, port, name, user, mode) in [
            ("postgresql://db/finance", "db", 5432, "finance", "auditor", Encryption::Prefer),
            ("postgres://clerk@db:6000/fi%20nance", "db", 6000, "fi nance", "clerk", Encryption::Prefer),
            ("postgresql://[::1]:7/a?sslmode=verify-full", "::1", 7, "a", "auditor", Encryption::VerifyFull),
        ] {
            let found = read(text).unwrap();
            assert_eq!((found.host, found.port), (Host::Tcp(host.to_owned()), port), "{text}");
            assert_eq!((found.name.as_str(), found.user.as_str(), found.encryption), (name, user, mode), "{text}");
        }
        let socket = read("postgresql://clerk@%2Frun%2Fpostgresql/finance").unwrap();
        assert_eq!(socket.host, Host::Unix("/run/postgresql".into()));
        assert_eq!(socket.shown, "postgresql://%2Frun%2Fpostgresql/finance");
    }

    #[test]
    fn what_is_no_address_says_what_to_write() {
        for (text, expected) in [
            ("postgresql://db", "the address names no database"),
            ("postgresql://db/", "the address names no database"),
            ("postgresql:///finance", "the address names no server"),
            ("postgresql://:6000/finance", "the address names no server"),
            ("postgresql://a,b/finance", "the address names several servers"),
            ("postgresql://db:x/finance", "this is no address: invalid value for option `port`"),
            ("postgresql://db:0/finance", "`0` is no port"),
            ("postgresql://d%zb/finance", "the address has a `%` that stands for no letter"),
            ("postgresql://db/finance?sslmode=allow", "no `sslmode` is called `allow` here"),
            ("postgresql://db/finance?sslcert=x", "the option `sslcert` has no meaning here"),
            ("postgresql://clerk:secret@db/finance", "a password stands in the address of the database"),
            ("postgresql://clerk:s/e@db/finance", "a password stands in the address of the database"),
            ("postgresql://clerk:secret@db", "a password stands in the address of the database"),
            ("postgresql://db/finance?password=secret", "a password stands in the address of the database"),
        ] {
            assert_eq!(read(text).unwrap_err().message, expected, "{text}");
        }
        let nobody = Address::read_with("postgresql://db/finance", None, None).unwrap_err();
        assert_eq!(nobody.message, "nothing says who asks the database");
    }
}
