//! The conversation with a server: who asks, one statement at a time, and rows as they come.

use std::error::Error as _;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::{DbError, ErrorPosition};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, SimpleQueryRow, Statement};

use super::address::{Address, Encryption};
use super::door::Door;
use super::{encryption, password};

/// How long a server may take to answer at all.
const FIRST_WORD: Duration = Duration::from_secs(15);
/// How long it may be silent once it knows who asks: longer than it lets itself work on a statement.
const SILENCE: Duration = Duration::from_mins(6);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_millis(200);

/// Why a server gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Trouble {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// Whether it may be about the encryption alone.
    of_encryption: bool,
    /// Whether who reads the rows wants no more of them.
    pub(crate) is_too_much: bool,
    /// What the server itself said, if it did.
    pub(crate) refusal: Option<Box<Refusal>>,
}

/// An error as a server tells it.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The code of the error, which is the same in every language.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// At which letter of the statement, from 1.
    pub(crate) position: Option<usize>,
}

/// A conversation with a server. It ends when it is dropped, and with it every transaction.
pub(crate) struct Conversation {
    runtime: Runtime,
    client: Option<Client>,
    /// What carries the messages between the two.
    carrier: JoinHandle<()>,
}

impl Trouble {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, of_encryption: false, is_too_much: false, refusal: None }
    }

    pub(crate) fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }

    /// More rows than anybody can hold.
    pub(crate) fn too_much() -> Self {
        Self { is_too_much: true, ..Self::new("more rows than can be held") }
    }

    /// The same as one that may not be where nothing is encrypted.
    fn of_encryption(self) -> Self {
        Self { of_encryption: true, ..self }
    }

    /// Whether the same may go well over a connection that is not encrypted.
    fn may_do_without(&self) -> bool {
        self.of_encryption || self.refusal.as_ref().is_some_and(|refusal| refusal.code == "28000")
    }

    fn lost(why: &str) -> Self {
        Self::new(format!("the server stopped answering: {why}"))
            .help("nothing was taken of what it had sent; try again when it is there")
    }

    fn silent() -> Self {
        Self::lost("it was silent for too long")
    }

    pub(super) fn odd(what: &str) -> Self {
        Self::new(format!("the server does not speak as PostgreSQL does: {what}"))
            .help("the address should be that of a PostgreSQL server")
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            _ if is_closed(&error) => Self::lost("it closed the connection"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::odd(&words(&error)),
            _ => error.downcast().unwrap_or_else(|error| Self::lost(&words(&error))),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if let Some(told) = error.as_db_error() {
            return Refusal::from(told).into();
        }
        if error.is_closed() {
            return Self::lost("it closed the connection");
        }
        let what = error.to_string();
        let Some(source) = error.into_source() else { return Self::odd(&what) };
        match source.downcast::<io::Error>() {
            Ok(error) => (*error).into(),
            Err(source) => Self::odd(&source.to_string()),
        }
    }
}

impl From<&DbError> for Refusal {
    fn from(told: &DbError) -> Self {
        let position = match told.position() {
            Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
            _ => None,
        };
        let (message, hint) = (told.message().to_owned(), told.hint().map(ToOwned::to_owned));
        Self { code: told.code().code().to_owned(), message, hint, position }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let mut trouble = Self::new(refusal.message.clone());
        trouble.refusal = Some(Box::new(refusal));
        trouble
    }
}

impl Conversation {
    /// Reaches a server and says who asks.
    ///
    /// # Errors
    /// No server there, and one that refuses.
    pub(crate) fn open(address: &Address) -> Result<Self, Trouble> {
        let (secret, why_none) = password::find(address);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let open_as = |encryption| runtime.block_on(introduce(address, encryption, secret.as_deref()));
        let opened = match open_as(address.encryption) {
            // What is preferred is done without where it cannot be had.
            Err(trouble) if address.encryption == Encryption::Prefer && trouble.may_do_without() => {
                open_as(Encryption::Disable).map_err(|_| trouble)
            }
            opened => opened,
        };
        let (client, carrier) = opened.map_err(|trouble| match &why_none {
            Some(why) if trouble.help.is_none() => trouble.help(why),
            _ => trouble,
        })?;
        Ok(Self { runtime, client: Some(client), carrier })
    }

    /// Runs statements that give nothing back.
    pub(crate) fn run(&mut self, statements: &str) -> Result<(), Trouble> {
        self.ask(async |client| patient(client.batch_execute(statements)).await)
    }

    /// Makes one statement ready, so that the columns of its answer are known before it is asked for.
    pub(crate) fn prepare(&mut self, statement: &str) -> Result<Statement, Trouble> {
        self.ask(async |client| patient(client.prepare(statement)).await)
    }

    /// Asks, and hands over row after row as texts.
    pub(crate) fn rows(
        &mut self,
        statement: &str,
        mut each: impl FnMut(&SimpleQueryRow) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.ask(async |client| {
            let mut answer = pin!(patient(client.simple_query_raw(statement)).await?);
            while let Some(message) = patient(answer.try_next()).await? {
                if let SimpleQueryMessage::Row(row) = message {
                    each(&row)?;
                }
            }
            Ok(())
        })
    }

    fn ask<T>(&self, question: impl AsyncFnOnce(&Client) -> Result<T, Trouble>) -> Result<T, Trouble> {
        match &self.client {
            Some(client) => self.runtime.block_on(question(client)),
            None => Err(Trouble::lost("the conversation has ended")),
        }
    }
}

impl Drop for Conversation {
    /// A server that is told goodbye notes no lost connection.
    fn drop(&mut self) {
        self.client = None;
        let _ = self.runtime.block_on(async { timeout(GOODBYE, &mut self.carrier).await });
    }
}

/// An answer, if it does not let us wait for ever.
async fn patient<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match timeout(SILENCE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Trouble::silent()),
    }
}

/// Reaches a server and says who asks.
async fn introduce(
    address: &Address,
    mode: Encryption,
    secret: Option<&str>,
) -> Result<(Client, JoinHandle<()>), Trouble> {
    let mut config = Config::new();
    config.user(&address.user).dbname(&address.name).application_name("ringfence");
    if let Some(secret) = secret {
        config.password(secret);
    }
    let nobody = |error: io::Error| {
        Trouble::new(format!("no server answers: {}", words(&error)))
            .help("check the host and the port, and that the server runs and may be reached from here")
    };
    let host = match &address.host {
        Host::Tcp(host) => host,
        #[cfg(unix)]
        Host::Unix(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", address.port));
            let stream = tokio::net::UnixStream::connect(path).await.map_err(nobody)?;
            return speak(config.ssl_mode(SslMode::Disable), stream, NoTls, address).await;
        }
    };
    let stream = connected(host, address.port).await.map_err(nobody)?;
    stream.set_nodelay(true)?;
    let door = Door::new(stream, mode);
    if mode == Encryption::Disable {
        return speak(config.ssl_mode(SslMode::Disable), door, NoTls, address).await;
    }
    let may_do_without = mode == Encryption::Prefer;
    config.ssl_mode(if may_do_without { SslMode::Prefer } else { SslMode::Require });
    let Ok(tls) = MakeTlsConnect::<Door>::make_tls_connect(&mut encryption::connector(mode)?, host);
    speak(&config, door, tls, address).await
}

/// The first address of a machine that answers.
async fn connected(host: &str, port: u16) -> io::Result<TcpStream> {
    let nowhere = |why| io::Error::new(io::ErrorKind::NotFound, why);
    let mut failed = nowhere("no machine has this name".to_owned());
    let found = tokio::net::lookup_host((host, port)).await;
    for address in found.map_err(|_| nowhere(format!("no machine is called `{host}`")))? {
        match timeout(FIRST_WORD, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(elapsed) => failed = elapsed.into(),
        }
    }
    Err(failed)
}

/// Says over a connection who asks.
async fn speak<S, T>(config: &Config, stream: S, tls: T, address: &Address) -> Result<(Client, JoinHandle<()>), Trouble>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    T: TlsConnect<S>,
    T::Stream: Send + 'static,
{
    let opened = timeout(FIRST_WORD, config.connect_raw(stream, tls)).await.map_err(|_| Trouble::silent())?;
    let (client, connection) = opened.map_err(|error| unheard(error, address))?;
    // Why a connection broke, its client is told too.
    let carrier = tokio::spawn(async move { drop(connection.await) });
    Ok((client, carrier))
}

/// Why a server does not hear who asks.
fn unheard(error: Error, address: &Address) -> Trouble {
    let source = error.source();
    if source.is_some_and(|source| source.to_string() == "password missing") {
        return Trouble::new(format!("the server asks for the password of `{}`", address.user))
            .help("set `PGPASSWORD` in the environment, or keep the password in `~/.pgpass`");
    }
    let io = source.and_then(|source| source.downcast_ref::<io::Error>());
    let refused = io.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let (Some(refused), Host::Tcp(host)) = (refused, &address.host) {
        return encryption::refusal(refused, host).of_encryption();
    }
    // A server that cannot agree how to encrypt may just hang up.
    let is_closed = io.is_some_and(is_closed);
    let trouble = Trouble::from(error);
    if is_closed { trouble.of_encryption() } else { trouble }
}

/// Whether the other side has closed a connection.
fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

/// What the system says, without its numbers, which differ between machines.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it took too long".to_owned(),
        io::ErrorKind::NotFound if error.raw_os_error().is_some() => "there is no socket in the folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}
