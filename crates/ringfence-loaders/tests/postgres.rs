//! Tables and queries of a PostgreSQL server, through bindings. The server is a real one of these tests alone.
//!
//! `scripts/install-postgres` brings what they need. Where that is not installed they say so and do nothing, unless
//! `RINGFENCE_NEEDS_POSTGRES` is set.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test that did nothing says so; one is run for another"
)]
#![cfg(unix)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::source::{Content, Document, Node};
use ringfence_loaders::case;

/// A server with a database `finance`, a folder of its own, a socket in it and a port of this machine.
struct Server {
    folder: PathBuf,
    port: u16,
    /// Whether it encrypts.
    encrypts: bool,
    /// It stops when its standard input ends, and that is when this process does, however it ends.
    _guard: Child,
}

const TABLES: &str = r#"
CREATE TYPE state AS ENUM ('draft', 'final');
CREATE TABLE returns (
    code text, name varchar(40), amount numeric, beds bigint, rate real, agreed boolean, day date, at timestamp,
    padded char(6), id uuid, stage state, far timestamptz, plain money, extra jsonb
);
INSERT INTO returns VALUES
    ('00T', 'Château', '0.10', 9007199254740993, 0.1, true, '2015-12-31', '2016-01-01', '007',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'final', '2015-04-01', 12.5, '{}'),
    ('007', NULL, '-0', NULL, 2.5, false, NULL, '2015-04-01 12:00', NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE keyed (code text, place int, amount numeric, PRIMARY KEY (place, code));
INSERT INTO keyed VALUES ('b', 10, 1), ('a', 9, 2), ('B', 9, 3);
CREATE VIEW seen AS SELECT code, amount FROM keyed;
CREATE TABLE heads (code text PRIMARY KEY, beds int);
CREATE TABLE heirs () INHERITS (heads);
INSERT INTO heads VALUES ('a', 2);
INSERT INTO heirs VALUES ('b', 1);
CREATE SCHEMA archive;
CREATE TABLE archive.returns (code text, beds int);
INSERT INTO archive.returns VALUES ('X1', 4);
CREATE TABLE "odd ""name"".x" ("the code" text PRIMARY KEY, beds int);
INSERT INTO "odd ""name"".x" VALUES ('Y1', 5);
CREATE TABLE "archive.returns" (code text);
CREATE TABLE none (code text, beds int);
CREATE TABLE numbers (code int, amount numeric, beds date);
INSERT INTO numbers VALUES (7, 'NaN', 'infinity');
CREATE TABLE later (code text, amount numeric, beds date);
INSERT INTO later VALUES ('a', 'Infinity', '0044-03-15 BC');
CREATE TABLE twice (code text, beds int);
INSERT INTO twice VALUES ('007', 2), ('007', 1);
CREATE TABLE secret (code text, beds int);
CREATE TABLE hidden (code text, beds int);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON hidden USING (code = current_user);
CREATE ROLE clerk LOGIN PASSWORD 'pass: wörd';
CREATE ROLE guarded LOGIN PASSWORD 'b';
CREATE ROLE bare LOGIN PASSWORD 'c';
SET password_encryption = 'md5';
CREATE ROLE old LOGIN PASSWORD 'd';
GRANT SELECT ON returns, hidden TO clerk, guarded, bare, old;
"#;

/// Who may ask from where, and how it is known that it is they.
const DOORS: &str = "local all keeper trust
host all keeper 127.0.0.1/32 trust
host all clerk 127.0.0.1/32 scram-sha-256
host all old 127.0.0.1/32 md5
host all bare 127.0.0.1/32 password
hostssl all guarded 127.0.0.1/32 scram-sha-256
";

/// The server, or why there is none.
fn server() -> Result<&'static Server, &'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(Server::start).as_ref().map_err(String::as_str)
}

/// The server; a test goes on only where there is one.
macro_rules! server {
    () => {
        match server() {
            Ok(server) => server,
            Err(why) if std::env::var_os("RINGFENCE_NEEDS_POSTGRES").is_none() => {
                skipped(&format!("{why}; `scripts/install-postgres` installs it"));
                return;
            }
            Err(why) => panic!("{why}"),
        }
    };
}

/// Says that a test did nothing, where the words of a test that passes are kept back.
fn skipped(why: &str) {
    let name = thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "skipped {name}: {why}");
}

/// The folder of the server's programs, of the newest version that is installed.
fn programs() -> Result<PathBuf, String> {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|found| found.flatten().collect::<Vec<_>>());
    let mut folders: Vec<PathBuf> = versions.unwrap_or_default().iter().map(|entry| entry.path().join("bin")).collect();
    folders.sort_by_key(|path| {
        path.iter().nth(4).and_then(|version| version.to_str()?.parse::<f64>().ok()).map(f64::to_bits)
    });
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let whole = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().rfind(whole).ok_or_else(|| "PostgreSQL is not installed".to_owned())
}

/// A command in a folder, as somebody whom a server may run as: it refuses to run as root.
fn humble(program: &Path, folder: &Path) -> Command {
    let mut command = match owner() {
        None => Command::new(program),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"]).arg(program);
            command
        }
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.current_dir(folder);
    command
}

/// Who a server runs as where we are root.
fn owner() -> Option<(u32, u32)> {
    let number = |option: &str, user: &[&str]| {
        let found = Command::new("id").arg(option).args(user).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(found.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if number("-u", &[]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|user| Some((number("-u", &[user])?, number("-g", &[user])?)))
}

fn told(command: &mut Command, input: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

impl Server {
    fn start() -> Result<Self, String> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("ringfence-postgres-").tempdir().unwrap().keep();
        if let Some((user, group)) = owner() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let data = folder.join("data");
        let program = |name: &str| humble(&programs.join(name), &folder);
        told(
            program("initdb")
                .args(["--username=keeper", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"])
                .arg(&data),
            "",
        );
        fs::write(data.join("pg_hba.conf"), DOORS).unwrap();
        let encrypts = certificates(&folder);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // The shell outlives a test that fails: when nobody holds its standard input any more, it stops the server.
        let script = r#"postgres=$1; folder=$2; shift 2
            "$postgres" "$@" >"$folder/log" 2>&1 & server=$!
            cat >/dev/null; kill -INT $server; wait $server; rm -rf "$folder""#;
        let mut guard = humble(Path::new("sh"), &folder);
        guard.args(["-c", script, "server"]).arg(programs.join("postgres")).arg(&folder);
        guard.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-p", &port.to_string()]);
        guard.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]);
        if encrypts {
            guard.args(["-c", "ssl=on", "-c"]).arg(format!("ssl_cert_file={}/server.crt", folder.display()));
            guard.arg("-c").arg(format!("ssl_key_file={}/server.key", folder.display()));
        }
        let guard = guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { folder, port, encrypts, _guard: guard };
        server.wait();
        let mut psql = humble(&programs.join("psql"), &server.folder);
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username=keeper", "-h"]).arg(&server.folder);
        psql.args(["-p", &port.to_string()]);
        told(psql.args(["postgres"]), &format!("CREATE DATABASE finance;\n\\connect finance\n{TABLES}"));
        Ok(server)
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "the server does not start: {}", log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Its address for a user, with what is written behind.
    fn address(&self, user: &str, behind: &str) -> String {
        format!("postgresql://{user}@127.0.0.1:{}/finance{behind}", self.port)
    }
}

/// An authority, and a certificate of it for the server; nothing where there is no program that makes them.
fn certificates(folder: &Path) -> bool {
    if Command::new("openssl").arg("version").output().is_err() {
        return false;
    }
    let openssl = |arguments: &str| told(humble(Path::new("openssl"), folder).args(arguments.split(' ')), "");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for name in ["authority", "other"] {
        openssl(&format!("req -x509 {key} -keyout {name}.key -out {name}.crt -subj /CN={name}"));
    }
    openssl(&format!(
        "req -x509 {key} -keyout server.key -out server.crt -subj /CN=server -CA authority.crt -CAkey authority.key -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost"
    ));
    true
}

/// A folder with a binding.
fn folder(address: &str, binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ndatabase: {address}\n{binding}")).unwrap();
    dir
}

fn cases(dir: &Path) -> Result<Vec<Document>, Vec<String>> {
    let shown = format!("{}/", dir.display());
    let told = |mistake: &Diagnostic| mistake.to_string().replace(&shown, "");
    case::load(&dir.join("b.yaml")).map_err(|error| error.mistakes().iter().map(told).collect())
}

fn fact<'c>(case: &'c Document, name: &str, key: &str) -> &'c str {
    case.root.get("facts").unwrap().get(name).unwrap().get(key).and_then(Node::as_text).unwrap()
}

fn of<'c>(made: &'c [Document], id: &str) -> &'c Document {
    made.iter().find(|case| case.root.get("case").and_then(Node::as_text) == Some(id)).unwrap()
}

const CODE: &str = "recipient: { code: code }\n";
const BEDS: &str = "facts: { beds: { column: beds } }\n";

#[test]
fn rows_of_a_table_and_of_a_query_are_cases() {
    let server = server!();
    let query = "query: |\n  SELECT code, name, amount, beds, agreed, day, at, padded, id, stage FROM returns\n";
    for (select, name) in [("table: returns\n", "table returns"), (query, "query")] {
        let facts = "recipient: { code: code, name: name }\nfacts: { amount: { column: amount }, beds: { column: beds }, agreed: { column: agreed }, day: { column: day }, at: { column: at }, padded: { column: padded }, id: { column: id }, stage: { column: stage } }\n";
        let dir = folder(&server.address("keeper", ""), &format!("{select}{facts}"));
        let made = cases(dir.path()).unwrap();
        let first = of(&made, "00t");
        // In the order of their cells `007` is before `00T`, whatever the order in which they were stored.
        assert_eq!(fact(first, "amount", "source"), format!("finance, {name}, row 2"));
        for (name, expected) in [
            ("amount", "0.10"),
            ("beds", "9007199254740993"),
            ("agreed", "yes"),
            ("day", "2015-12-31"),
            ("at", "2016-01-01"),
            ("padded", "007"),
            ("id", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            ("stage", "final"),
        ] {
            assert_eq!(fact(first, name, "value"), expected, "{name}");
        }
        let batches = case::batches(&dir.path().join("b.yaml"), 1).unwrap().unwrap();
        assert_eq!(batches.map(|batch| batch.unwrap().len()).collect::<Vec<_>>(), [1, 1]);
        let second = of(&made, "007");
        assert_eq!((fact(second, "amount", "value"), fact(second, "agreed", "value")), ("0", "no"));
        assert_eq!(fact(second, "at", "value"), "2015-04-01 12:00:00");
        for name in ["beds", "day", "padded", "id", "stage"] {
            assert_eq!(second.root.get("facts").unwrap().get(name).unwrap().content, Content::Empty, "{name}");
        }
    }
}

#[test]
fn rows_have_one_order_whatever_the_server_gives() {
    let server = server!();
    let amount = "facts: { amount: { column: amount } }\n";
    let beds = BEDS;
    // By a key with its own order of numbers and texts by their bytes; without one, by the cells.
    for (select, facts, expected) in [
        ("table: keyed", amount, [("b", "table keyed, row 3"), ("a", "table keyed, row 2")]),
        ("table: seen", amount, [("b", "table seen, row 3"), ("a", "table seen, row 2")]),
        (
            "query: SELECT code, amount FROM keyed ORDER BY random()",
            amount,
            [("b", "query, row 3"), ("a", "query, row 2")],
        ),
        ("table: heads", beds, [("a", "table heads, row 1"), ("b", "table heads, row 2")]),
        ("query: SELECT beds, code FROM heads", beds, [("a", "query, row 2"), ("b", "query, row 1")]),
    ] {
        let binding = format!("{select}\nrecipient: {{ code: code, exclude: {{ B: twice }} }}\n{facts}");
        let binding = if facts == beds { binding.replace(", exclude: { B: twice }", "") } else { binding };
        let made = cases(folder(&server.address("keeper", ""), &binding).path()).unwrap();
        let name = if facts == beds { "beds" } else { "amount" };
        for (id, row) in expected {
            assert_eq!(fact(of(&made, id), name, "source"), format!("finance, {row}"), "{select}");
        }
    }
}

#[test]
fn a_table_is_found_by_its_name_or_by_its_schema_and_name() {
    let server = server!();
    let socket = server.folder.display().to_string().replace('/', "%2F");
    let socket = format!("postgresql://keeper@{socket}:{}/finance", server.port);
    for (address, table, code, expected) in [
        (server.address("keeper", ""), "public.returns", "code", "9007199254740993"),
        (socket, "'odd \"name\".x'", "the code", "5"),
    ] {
        let made =
            cases(folder(&address, &format!("table: {table}\nrecipient: {{ code: {code} }}\n{BEDS}")).path()).unwrap();
        assert!(
            made.iter().any(|case| case
                .root
                .get("facts")
                .unwrap()
                .get("beds")
                .unwrap()
                .get("value")
                .and_then(Node::as_text)
                == Some(expected))
        );
    }
}

#[test]
fn mistakes_have_words_and_places() {
    let server = server!();
    let at = format!("postgresql://127.0.0.1:{}/finance", server.port);
    let of = |fact: &str| format!("{CODE}facts: {{ x: {{ column: {fact}, as: number }} }}\n");
    let declared = |fact: &str| format!("{CODE}facts: {{ x: {{ column: {fact} }} }}\n");
    for (binding, expected) in [
        (
            format!("table: retuns\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database has no table `retuns` [unknown-name] (help: a similar name exists: `returns`)",
        ),
        (
            format!("table: archive.returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: `archive.returns` is the name of several tables [wrong-value] (help: ask with a `query` for one of `\"archive\".\"returns\"`, `\"public\".\"archive.returns\"`)",
        ),
        (
            format!("table: none\n{CODE}{BEDS}"),
            "b.yaml:1:1: no row is a recipient's [bad-row] (help: the table has no rows)",
        ),
        (
            format!("query: SELECT cod FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:15: the database cannot answer the query: column \"cod\" does not exist [wrong-value] (help: perhaps you meant to reference the column \"returns.code\")",
        ),
        (
            format!("query: |\n  SELECT code,\n    beds FROM retuns\n{CODE}{BEDS}"),
            "b.yaml:5:15: the database cannot answer the query: relation \"retuns\" does not exist [wrong-value]",
        ),
        (
            format!("query: SELEC code\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: syntax error at or near \"SELEC\" [wrong-value]",
        ),
        (
            format!("query: SELECT 1; SELECT 2\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: the query is several statements [wrong-value] (help: write one, without a `;` inside)",
        ),
        (
            format!("query: DELETE FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: the query gives no rows [wrong-value] (help: write one that begins with SELECT or WITH)",
        ),
        (
            format!("query: ''\n{CODE}{BEDS}"),
            "b.yaml:3:8: the query gives no rows [wrong-value] (help: write one that begins with SELECT or WITH)",
        ),
        (
            format!("query: DELETE FROM returns RETURNING code, beds\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: the query would write, and nothing is written [wrong-value] (help: write one that begins with SELECT or WITH)",
        ),
        (
            format!("query: WITH gone AS (DELETE FROM returns RETURNING code, beds) SELECT * FROM gone\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: the query would write, and nothing is written [wrong-value] (help: write one that begins with SELECT or WITH)",
        ),
        (
            format!("query: SELECT set_config('transaction_read_only', 'off', false) AS code, 1 AS beds\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: transaction read-write mode must be set before any query [wrong-value]",
        ),
        (
            format!("query: SELECT code, beds, name AS beds FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: two columns are called `beds` [duplicate-name]",
        ),
        (
            format!("query: SELECT code, 1 / (beds - beds) AS beds FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: division by zero [wrong-value]",
        ),
        (
            format!("query: SELECT code, pg_cancel_backend(pg_backend_pid()) AS beds FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: canceling statement due to user request [wrong-value] (help: a statement may take five minutes; ask for less, or keep the answer in a table)",
        ),
        (
            format!("query: SELECT code, pg_terminate_backend(pg_backend_pid()) AS beds FROM returns\n{CODE}{BEDS}"),
            "b.yaml:3:8: the database cannot answer the query: terminating connection due to administrator command [wrong-value]",
        ),
        (
            format!("{CODE}{BEDS}"),
            "b.yaml:1:1: the binding does not say what to read [missing-key] (help: name a `table` of the database, or write a `query`)",
        ),
        (
            format!("table: returns\nsheet: x\n{CODE}{BEDS}"),
            "b.yaml:4:1: `sheet` has no effect here: what is read is a database [no-effect] (help: leave it out)",
        ),
        (
            format!("table: returns\n{}", of("rate")),
            "AT, table returns, row 1, column rate: the number 2.5 of type `real` is not exact [wrong-value] (help: keep amounts as `numeric`; or say in a `query` how it reads, as in `round(amount::numeric, 2)`)",
        ),
        (
            format!("table: returns\n{}", of("name")),
            "AT, table returns, row 2, column name: expected a number in the column `name`, found the text `Château` [wrong-value] (help: a text is in no sum; enter it as a number, or list a text that means missing under `missing`)",
        ),
        (
            format!("table: returns\n{}", declared("far")),
            "AT, table returns, row 2, column far: a value of type `timestamp with time zone` is not read [wrong-value] (help: which day it is depends on where; say in a `query`, as in `(at AT TIME ZONE 'Europe/London')::date`)",
        ),
        (
            format!("table: returns\n{}", declared("plain")),
            "AT, table returns, row 2, column plain: a value of type `money` is not read [wrong-value] (help: its figures read as the server's language has it; say `amount::numeric` in a `query`)",
        ),
        (
            format!("table: returns\n{}", declared("extra")),
            "AT, table returns, row 2, column extra: a value of type `jsonb` is not read [wrong-value] (help: leave the column out, or say in a `query` how it reads)",
        ),
        (
            format!("table: numbers\n{}", declared("beds")),
            "AT, table numbers, row 1, column code: expected a text in the column `code`, found the number 7 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)",
        ),
        (
            format!("query: SELECT 'a' AS code, amount FROM numbers\n{}", declared("amount")),
            "AT, query, row 1, column amount: `NaN` is no number [wrong-value] (help: store a number, or leave it null where there is none)",
        ),
        (
            format!("table: later\n{}", declared("amount")),
            "AT, table later, row 1, column amount: `Infinity` is no number [wrong-value] (help: store a number, or leave it null where there is none)",
        ),
        (
            format!("table: later\n{}", declared("beds")),
            "AT, table later, row 1, column beds: `0044-03-15 BC` is no day [wrong-value] (help: store a day from the year 1 to 9999, or leave it null where there is none)",
        ),
        (
            format!("table: twice\n{CODE}{BEDS}"),
            "AT, table twice, row 2, column code: a second row for `007` [bad-row] (help: the first is in row 1)",
        ),
        (
            format!("table: returns\n{CODE}facts: {{ bed: {{ column: bed }} }}\n"),
            "b.yaml:5:25: the table has no column `bed` [missing-column] (help: a similar name exists: `beds`)",
        ),
    ] {
        let dir = folder(&server.address("keeper", ""), &binding);
        assert_eq!(cases(dir.path()).unwrap_err()[0].replace(&at, "AT"), expected, "{binding}");
    }
    let made = cases(folder(&server.address("keeper", ""), &format!("table: returns\n{CODE}{BEDS}")).path()).unwrap();
    assert_eq!(made.len(), 2, "nothing was written");
}

#[test]
fn a_server_that_is_not_there_or_goes_away_says_so() {
    let server = server!();
    let binding = format!("table: returns\n{CODE}{BEDS}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let silent = "the database `finance` cannot be read:";
    for (address, expected) in [
        (format!("postgresql://keeper@127.0.0.1:{free}/finance"), format!("{silent} no server answers: connection refused [syntax] (help: check the host and the port, and that the server runs and may be reached from here)")),
        ("postgresql://keeper@%2Ftmp%2Fnothing-here/finance".to_owned(), format!("{silent} no server answers: there is no socket in the folder [syntax] (help: check the host and the port, and that the server runs and may be reached from here)")),
        (server.address("keeper", "s"), "the database `finances` cannot be read: database \"finances\" does not exist [unknown-name] (help: check the name at the end of the address)".to_owned()),
        (server.address("nobody", ""), format!("{silent} no pg_hba.conf entry for host \"127.0.0.1\", user \"nobody\", database \"finance\", ENCRYPTION [syntax] (help: `pg_hba.conf` of the server says who may ask from where; it may want `sslmode=require`)")),
        (format!("postgresql://keeper:s3cret@127.0.0.1:{}/finance", server.port), "a password stands in the address of the database [wrong-value] (help: take it out and change it; set `PGPASSWORD` in the environment, or keep it in `~/.pgpass`)".to_owned()),
    ] {
        let found = cases(folder(&address, &binding).path()).unwrap_err();
        let found: Vec<String> = found.iter().map(|told| told.replace("SSL encryption", "ENCRYPTION").replace("no encryption", "ENCRYPTION")).collect();
        assert_eq!(found, [format!("b.yaml:2:11: {expected}")], "{address}");
    }
    // A line that is cut after so many bytes.
    let cut = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, target) = (cut.local_addr().unwrap().port(), server.port);
    thread::spawn(move || {
        for near in cut.incoming().flatten() {
            let far = TcpStream::connect(("127.0.0.1", target)).unwrap();
            let (mut from_near, mut to_far) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_near, &mut to_far));
            let _ = std::io::copy(&mut far.take(100_000), &mut &near);
            let _ = near.shutdown(std::net::Shutdown::Both);
        }
    });
    let many = format!("query: SELECT n::text AS code, n AS beds FROM generate_series(1, 100000) AS n\n{CODE}{BEDS}");
    let address = format!("postgresql://keeper@127.0.0.1:{port}/finance?sslmode=disable");
    assert_eq!(
        cases(folder(&address, &many).path()).unwrap_err(),
        [
            "b.yaml:3:8: the database cannot be read: the server stopped answering: it closed the connection [syntax] (help: nothing was taken of what it had sent; try again when it is there)"
        ]
    );
    // Something that is no database.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut near in other.incoming().flatten() {
            let _ = near.read(&mut [0; 8]);
            let _ = near.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    for (mode, why) in
        [("disable", "invalid message length: parsing u32"), ("require", "it does not say whether it encrypts")]
    {
        let found =
            cases(folder(&format!("postgresql://keeper@127.0.0.1:{port}/finance?sslmode={mode}"), &binding).path());
        assert!(found.unwrap_err()[0].starts_with(&format!("b.yaml:2:11: {silent} ")), "{why}");
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgresql://keeper@{}/finance", silent.local_addr().unwrap());
    // Nobody takes the connection, and the system keeps it open.
    let found = cases(folder(&address, &format!("table: returns\n{CODE}{BEDS}")).path()).unwrap_err();
    assert_eq!(
        found,
        [
            "b.yaml:2:11: the database `finance` cannot be read: the server stopped answering: it was silent for too long [syntax] (help: nothing was taken of what it had sent; try again when it is there)"
        ]
    );
}

/// What comes after a server of nobody's has said that it encrypts nothing and wants the password as it is.
fn overheard(listener: &TcpListener) -> Vec<u8> {
    let (mut near, _) = listener.accept().unwrap();
    near.read_exact(&mut [0; 8]).unwrap();
    near.write_all(b"N").unwrap();
    let mut length = [0; 4];
    near.read_exact(&mut length).unwrap();
    near.read_exact(&mut vec![0; u32::from_be_bytes(length) as usize - 4]).unwrap();
    // In pieces, as a line that is slow gives them.
    for piece in [b"R\0\0\0\x08".as_slice(), b"\0\0\0", b"\x03"] {
        thread::sleep(Duration::from_millis(20));
        near.write_all(piece).unwrap();
    }
    let mut heard = Vec::new();
    near.read_to_end(&mut heard).unwrap();
    heard
}

#[test]
fn nobody_between_is_told_a_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgresql://clerk@{}/finance", listener.local_addr().unwrap());
    let dir = folder(&address, &format!("table: returns\n{CODE}{BEDS}"));
    let heard = thread::spawn(move || overheard(&listener));
    assert_eq!(
        elsewhere(dir.path(), &[("PGPASSWORD", "s3cret")]),
        "b.yaml:2:11: the database `finance` cannot be read: the server asks for the password in the clear, over a connection that others may read [syntax] (help: write `?sslmode=require` behind the address)"
    );
    assert_eq!(heard.join().unwrap(), b"");
}

#[test]
fn whoever_has_tasks_in_its_thread_may_load_too() {
    let server = server!();
    let dir = folder(&server.address("keeper", ""), &format!("table: returns\n{CODE}{BEDS}"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(async { cases(dir.path()) }).unwrap().len(), 2);
}

/// The user, what follows the address, the environment, and what is told.
type Asked<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Loads in a process of its own with these variables; gives what it says.
fn elsewhere(dir: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "loads_for_another_test", "--nocapture"]).env("RINGFENCE_LOADS", dir);
    command.env_remove("PGUSER").env_remove("PGPASSWORD").env_remove("PGSSLMODE").env_remove("PGSSLROOTCERT");
    let output = command.env("HOME", dir).env_remove("PGPASSFILE").envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.split_once("told: ")).map(|(_, told)| told.to_owned()).unwrap_or(text)
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn loads_for_another_test() {
    let told = match cases(Path::new(&std::env::var_os("RINGFENCE_LOADS").unwrap())) {
        Ok(made) => format!("{} cases", made.len()),
        Err(mistakes) => mistakes.join("; "),
    };
    println!("told: {told}");
}

fn told_elsewhere(server: &Server, asked: &[Asked<'_>]) {
    let at = format!("127.0.0.1:{}", server.port);
    for (user, behind, variables, expected) in asked {
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        let dir = folder(&format!("postgresql://{user}{at}/finance{behind}"), &format!("table: returns\n{CODE}{BEDS}"));
        let pass = dir.path().join(".pgpass");
        let line = format!("{at}:*:clerk:pass\\: wörd\n");
        fs::write(&pass, line).unwrap();
        fs::set_permissions(&pass, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let expected = expected.replace("FINANCE", "b.yaml:2:11: the database `finance` cannot be read:");
        assert_eq!(elsewhere(dir.path(), variables), expected, "{user} {behind} {variables:?}");
    }
}

#[test]
fn passwords_and_users_come_from_the_environment() {
    let server = server!();
    let right = [("PGPASSWORD", "pass: wörd")];
    told_elsewhere(
        server,
        &[
            ("clerk", "", &right, "2 cases"),
            ("", "", &[("PGPASSWORD", "pass: wörd"), ("PGUSER", "clerk")], "2 cases"),
            ("clerk", "", &[], "2 cases"),
            ("clerk", "?sslmode=disable", &right, "2 cases"),
            ("old", "", &[("PGPASSWORD", "d")], "2 cases"),
            (
                "old",
                "",
                &[],
                "FINANCE the server asks for the password of `old` [syntax] (help: set `PGPASSWORD` in the environment, or keep the password in `~/.pgpass`)",
            ),
            (
                "old",
                "",
                &[("PGPASSWORD", "x")],
                "FINANCE password authentication failed for user \"old\" [syntax] (help: check `PGUSER` and `PGPASSWORD`, or the line in `~/.pgpass`)",
            ),
            (
                "clerk",
                "",
                &[("PGPASSWORD", "x")],
                "FINANCE password authentication failed for user \"clerk\" [syntax] (help: check `PGUSER` and `PGPASSWORD`, or the line in `~/.pgpass`)",
            ),
            (
                "bare",
                "?sslmode=disable",
                &[("PGPASSWORD", "c")],
                "FINANCE the server asks for the password in the clear, over a connection that others may read [syntax] (help: write `?sslmode=require` behind the address)",
            ),
            (
                "",
                "",
                &[],
                "b.yaml:2:11: nothing says who asks the database [wrong-value] (help: set `PGUSER` in the environment, or write `postgresql://user@host/name`)",
            ),
        ],
    );
}

#[test]
fn a_user_without_the_right_and_rows_that_a_policy_hides_are_errors() {
    let server = server!();
    for (table, expected) in [
        (
            "secret",
            "b.yaml:3:8: the database cannot read the table: permission denied for table secret [wrong-value] (help: ask who keeps the database for the right to SELECT, for `clerk`)",
        ),
        (
            "hidden",
            "b.yaml:3:8: the database cannot read the table: query would be affected by row-level security policy for table \"hidden\" [wrong-value] (help: a policy hides rows from `clerk`; ask as a user who may see all of them)",
        ),
    ] {
        let dir = folder(&server.address("clerk", ""), &format!("table: {table}\n{CODE}{BEDS}"));
        assert_eq!(elsewhere(dir.path(), &[("PGPASSWORD", "pass: wörd")]), expected);
    }
}

#[test]
fn encryption_means_what_other_programs_mean_by_it() {
    let server = server!();
    if !server.encrypts {
        assert!(std::env::var_os("RINGFENCE_NEEDS_POSTGRES").is_none(), "openssl is not installed");
        skipped("openssl is not installed");
        return;
    }
    let file = |name: &str| server.folder.join(name).display().to_string();
    let (authority, other) = (file("authority.crt"), file("other.crt"));
    let trusted = [("PGPASSWORD", "b"), ("PGSSLROOTCERT", authority.as_str())];
    let astray = [("PGPASSWORD", "b"), ("PGSSLROOTCERT", other.as_str())];
    let alone = [("PGPASSWORD", "b")];
    let unsigned = "FINANCE the server's certificate is refused: no authority that is trusted here has signed it [syntax] (help: set `PGSSLROOTCERT` to a file with the certificate of the authority that signed the server's, such as `/etc/ssl/certs/ca-certificates.crt`)";
    told_elsewhere(
        server,
        &[
            ("guarded", "", &alone, "2 cases"),
            ("guarded", "?sslmode=require", &alone, "2 cases"),
            ("guarded", "?sslmode=require", &trusted, "2 cases"),
            ("guarded", "?sslmode=require", &astray, unsigned),
            ("guarded", "?sslmode=verify-ca", &trusted, "2 cases"),
            ("guarded", "?sslmode=verify-ca", &astray, unsigned),
            (
                "guarded",
                "?sslmode=verify-full",
                &trusted,
                "FINANCE the server's certificate is refused: it is not for `127.0.0.1` [syntax] (help: write the name that the certificate is for, under its alternative names)",
            ),
            (
                "guarded",
                "?sslmode=verify-full",
                &alone,
                "FINANCE `sslmode=verify-full` needs the certificate of an authority, and none was found [syntax] (help: set `PGSSLROOTCERT` to a file with the certificate of the authority that signed the server's, such as `/etc/ssl/certs/ca-certificates.crt`)",
            ),
            (
                "guarded",
                "?sslmode=disable",
                &alone,
                "FINANCE no pg_hba.conf entry for host \"127.0.0.1\", user \"guarded\", database \"finance\", no encryption [syntax] (help: `pg_hba.conf` of the server says who may ask from where; it may want `sslmode=require`)",
            ),
            (
                "guarded",
                "",
                &[("PGPASSWORD", "b"), ("PGSSLMODE", "disable")],
                "FINANCE no pg_hba.conf entry for host \"127.0.0.1\", user \"guarded\", database \"finance\", no encryption [syntax] (help: `pg_hba.conf` of the server says who may ask from where; it may want `sslmode=require`)",
            ),
            ("bare", "?sslmode=require", &[("PGPASSWORD", "c")], "2 cases"),
        ],
    );
    let named = format!("postgresql://guarded@localhost:{}/finance?sslmode=verify-full", server.port);
    let dir = folder(&named, &format!("table: returns\n{CODE}{BEDS}"));
    assert_eq!(elsewhere(dir.path(), &trusted), "2 cases");
}
