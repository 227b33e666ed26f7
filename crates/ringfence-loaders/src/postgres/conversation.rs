//! The conversation with a server: who asks, one statement at a time, and rows as they come.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, DataRowBody, ErrorResponseBody, Header, Message};
use postgres_protocol::message::frontend;

use super::address::{Address, Encryption, Host};
use super::encryption::{self, Encrypted};
use super::password;

/// How long a server may take to answer at all.
const FIRST_WORD: Duration = Duration::from_secs(15);
/// How long it may be silent once it knows who asks: longer than it lets itself work on a statement.
const SILENCE: Duration = Duration::from_mins(6);
/// How long a message may be. A row of figures is a thousandth of it.
const MOST_BYTES: i32 = 64 << 20;
/// How many bytes are taken from the connection at once.
const STRIDE: usize = 64 << 10;

/// Why a server gave no answer.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// Whether it is about the encryption alone.
    of_encryption: bool,
    /// Whether who reads the rows wants no more of them.
    pub(crate) is_too_much: bool,
    /// What the server itself said, if it did.
    pub(crate) refusal: Option<Box<Refusal>>,
}

/// An error as a server tells it.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    /// The code of the error, which is the same in every language.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// At which letter of the statement, from 1.
    pub(crate) position: Option<usize>,
}

/// A column of an answer.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The number of its type.
    pub(crate) kind: u32,
}

/// A conversation with a server. It ends when it is dropped, and with it every transaction.
pub(crate) struct Conversation {
    stream: Stream,
    inbox: BytesMut,
    /// Whether it is encrypted, or does not leave the machine.
    pub(crate) is_private: bool,
}

/// What the bytes go through.
enum Stream {
    Plain(TcpStream),
    Encrypted(Box<Encrypted>),
    #[cfg(unix)]
    Socket(std::os::unix::net::UnixStream),
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

    /// The same as one that would not be where nothing is encrypted.
    pub(super) fn of_encryption(self) -> Self {
        Self { of_encryption: true, ..self }
    }

    /// Whether the same may go well over a connection that is not encrypted.
    fn may_do_without(&self) -> bool {
        self.of_encryption || self.refusal.as_ref().is_some_and(|refusal| refusal.code == "28000")
    }

    fn lost(error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "it was silent for too long".to_owned(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                "it closed the connection".to_owned()
            }
            _ => words(error),
        };
        Self::new(format!("the server stopped answering: {why}"))
            .help("nothing was taken of what it had sent; try again when it is there")
    }

    fn odd(what: &str) -> Self {
        Self::new(format!("the server does not speak as PostgreSQL does: {what}"))
            .help("the address should be that of a PostgreSQL server")
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::lost(&error)
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
        let secret = password::find(address);
        let opened = Self::open_as(address, address.encryption, &secret);
        match opened {
            // What is preferred is done without where it cannot be had.
            Err(trouble) if address.encryption == Encryption::Prefer && trouble.may_do_without() => {
                Self::open_as(address, Encryption::Disable, &secret).map_err(|_| trouble)
            }
            opened => opened,
        }
    }

    fn open_as(
        address: &Address,
        encryption: Encryption,
        (secret, why_none): &(Option<String>, Option<String>),
    ) -> Result<Self, Trouble> {
        let (stream, is_private) = reach(address, encryption)?;
        let mut conversation = Self { stream, inbox: BytesMut::new(), is_private };
        let said = conversation.introduce(&address.user, &address.name, secret.as_deref());
        said.map_err(|trouble| match why_none {
            Some(why) if trouble.help.is_none() => trouble.help(why),
            _ => trouble,
        })?;
        conversation.stream.patience(SILENCE)?;
        Ok(conversation)
    }

    fn introduce(&mut self, user: &str, name: &str, secret: Option<&str>) -> Result<(), Trouble> {
        let parameters =
            [("user", user), ("database", name), ("client_encoding", "UTF8"), ("application_name", "ringfence")];
        self.send(|out| frontend::startup_message(parameters, out))?;
        let needed = || {
            secret.ok_or_else(|| {
                Trouble::new(format!("the server asks for the password of `{user}`"))
                    .help("set `PGPASSWORD` in the environment, or keep the password in `~/.pgpass`")
            })
        };
        loop {
            match self.receive()? {
                Message::AuthenticationCleartextPassword if !self.is_private => {
                    return Err(Trouble::new(
                        "the server asks for the password in the clear, over a connection that others may read",
                    )
                    .help("write `?sslmode=require` behind the address"));
                }
                Message::AuthenticationCleartextPassword => {
                    let secret = needed()?;
                    self.send(|out| frontend::password_message(secret.as_bytes(), out))?;
                }
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(user.as_bytes(), needed()?.as_bytes(), body.salt());
                    self.send(|out| frontend::password_message(hash.as_bytes(), out))?;
                }
                Message::AuthenticationSasl(body) => self.prove(&body, needed()?)?,
                Message::ReadyForQuery(_) => return Ok(()),
                Message::ErrorResponse(body) => return Err(refusal(&body)?.into()),
                Message::AuthenticationGss
                | Message::AuthenticationKerberosV5
                | Message::AuthenticationSspi
                | Message::AuthenticationScmCredential => {
                    return Err(Trouble::new("the server asks who it is in a way that is not known here")
                        .help("passwords are known: in `pg_hba.conf`, `scram-sha-256`"));
                }
                _ => {}
            }
        }
    }

    /// Proves to know the password without telling it; the server proves the same.
    fn prove(&mut self, offered: &AuthenticationSaslBody, secret: &str) -> Result<(), Trouble> {
        if !offered.mechanisms().any(|name| Ok(name == SCRAM_SHA_256))? {
            return Err(Trouble::odd("it offers no `SCRAM-SHA-256`"));
        }
        let mut proof = ScramSha256::new(secret.as_bytes(), ChannelBinding::unsupported());
        self.send(|out| frontend::sasl_initial_response(SCRAM_SHA_256, proof.message(), out))?;
        match self.receive()? {
            Message::AuthenticationSaslContinue(body) => {
                proof.update(body.data()).map_err(|error| Trouble::odd(&words(&error)))?;
            }
            Message::ErrorResponse(body) => return Err(refusal(&body)?.into()),
            _ => return Err(Trouble::odd("it broke off the exchange of proofs")),
        }
        self.send(|out| frontend::sasl_response(proof.message(), out))?;
        match self.receive()? {
            Message::AuthenticationSaslFinal(body) => {
                proof.finish(body.data()).map_err(|_| Trouble::new("the server does not know the password itself"))
            }
            Message::ErrorResponse(body) => Err(refusal(&body)?.into()),
            _ => Err(Trouble::odd("it broke off the exchange of proofs")),
        }
    }

    /// Runs statements that give nothing back.
    pub(crate) fn run(&mut self, statements: &str) -> Result<(), Trouble> {
        self.send(|out| frontend::query(statements, out))?;
        self.until_ready(|_| Ok(()))
    }

    /// Makes one statement ready and tells what columns its answer has; `None` if it gives no rows.
    pub(crate) fn prepare(&mut self, statement: &str) -> Result<Option<Vec<Column>>, Trouble> {
        self.send(|out| {
            frontend::parse("", statement, [], out)?;
            frontend::describe(b'S', "", out)?;
            frontend::sync(out);
            Ok(())
        })?;
        let mut columns = None;
        self.until_ready(|message| {
            if let Message::RowDescription(body) = message {
                let fields =
                    body.fields().map(|field| Ok(Column { name: field.name().to_owned(), kind: field.type_oid() }));
                columns = Some(fields.collect()?);
            }
            Ok(())
        })?;
        Ok(columns)
    }

    /// Runs what was made ready and hands over row after row as texts, `None` for null.
    pub(crate) fn rows(
        &mut self,
        mut each: impl FnMut(&mut dyn Iterator<Item = Option<&[u8]>>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.send(|out| {
            let texts = [0_i16];
            let none: [&str; 0] = [];
            frontend::bind("", "", [], none, |_, _| Ok(postgres_protocol::IsNull::Yes), texts, out)
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            frontend::execute("", 0, out)?;
            frontend::sync(out);
            Ok(())
        })?;
        self.until_ready(|message| match message {
            Message::DataRow(body) => each(&mut values(body)?.into_iter()),
            _ => Ok(()),
        })
    }

    /// Reads until the server waits for the next statement. What it refuses is told when it is ready again.
    fn until_ready(&mut self, mut each: impl FnMut(&Message) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let mut refused = None;
        loop {
            match self.receive()? {
                Message::ReadyForQuery(_) => return refused.map_or(Ok(()), |refusal: Refusal| Err(refusal.into())),
                Message::ErrorResponse(body) => {
                    let refusal = refusal(&body)?;
                    // After such an error nothing more comes.
                    if refusal.code.starts_with("57P") {
                        return Err(refusal.into());
                    }
                    refused = Some(refusal);
                }
                message => each(&message)?,
            }
        }
    }

    fn send(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<(), Trouble> {
        let mut out = BytesMut::new();
        write(&mut out).map_err(|error| Trouble::new(format!("this cannot be sent to a server: {}", words(&error))))?;
        self.stream.write_all(&out)?;
        Ok(self.stream.flush()?)
    }

    fn receive(&mut self) -> Result<Message, Trouble> {
        loop {
            if let Some(header) = Header::parse(&self.inbox).map_err(|error| Trouble::odd(&words(&error)))?
                && header.len() > MOST_BYTES
            {
                return Err(Trouble::new(format!("the server sends more than {} MiB at once", MOST_BYTES >> 20))
                    .help("ask for fewer or smaller columns in a `query`"));
            }
            if let Some(message) = Message::parse(&mut self.inbox).map_err(|error| Trouble::odd(&words(&error)))? {
                return Ok(message);
            }
            let had = self.inbox.len();
            self.inbox.resize(had + STRIDE, 0);
            let room = self.inbox.get_mut(had..).unwrap_or_default();
            let read = self.stream.read(room);
            self.inbox.truncate(had + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Err(Trouble::lost(&io::ErrorKind::UnexpectedEof.into())),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => drop(read?),
            }
        }
    }
}

impl Drop for Conversation {
    /// A server that is told goodbye notes no lost connection.
    fn drop(&mut self) {
        let _ = self.send(|out| {
            frontend::terminate(out);
            Ok(())
        });
    }
}

/// The values of a row.
fn values(row: &DataRowBody) -> Result<Vec<Option<&[u8]>>, Trouble> {
    let buffer = row.buffer();
    let ranges = row.ranges().map(|range| Ok(range.map(|range| buffer.get(range).unwrap_or_default())));
    Ok(ranges.collect()?)
}

fn refusal(body: &ErrorResponseBody) -> Result<Refusal, Trouble> {
    let mut refusal = Refusal::default();
    let mut fields = body.fields();
    while let Some(field) = fields.next()? {
        let text = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => refusal.code = text(),
            b'M' => refusal.message = text(),
            b'H' => refusal.hint = Some(text()),
            b'P' => refusal.position = text().parse().ok(),
            _ => {}
        }
    }
    Ok(refusal)
}

/// Opens a way to the server, and says whether others could listen.
fn reach(address: &Address, encryption: Encryption) -> Result<(Stream, bool), Trouble> {
    let nobody = |error: &io::Error| {
        Trouble::new(format!("no server answers: {}", words(error)))
            .help("check the host and the port, and that the server runs and may be reached from here")
    };
    let host = match &address.host {
        Host::Machine(host) => host,
        #[cfg(unix)]
        Host::Folder(folder) => {
            let path = folder.join(format!(".s.PGSQL.{}", address.port));
            let stream = std::os::unix::net::UnixStream::connect(path).map_err(|error| nobody(&error))?;
            let stream = Stream::Socket(stream);
            stream.patience(FIRST_WORD)?;
            return Ok((stream, true));
        }
        #[cfg(not(unix))]
        Host::Folder(_) => return Err(Trouble::new("this machine has no sockets in folders")),
    };
    let mut stream = connected(host, address.port).map_err(|error| nobody(&error))?;
    stream.set_nodelay(true)?;
    Stream::Plain(stream.try_clone()?).patience(FIRST_WORD)?;
    if encryption == Encryption::Disable {
        return Ok((Stream::Plain(stream), false));
    }
    let mut out = BytesMut::new();
    frontend::ssl_request(&mut out);
    stream.write_all(&out)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    match answer {
        [b'S'] => Ok((
            Stream::Encrypted(Box::new(encryption::encrypt(stream, host, encryption).map_err(Trouble::of_encryption)?)),
            true,
        )),
        [b'N'] if encryption == Encryption::Prefer => Ok((Stream::Plain(stream), false)),
        [b'N'] => {
            Err(Trouble::new(format!("the server encrypts nothing, and `sslmode={}` asks for it", encryption.name()))
                .help("let the server encrypt (`ssl = on`), or say `sslmode=disable` where nobody else can listen"))
        }
        _ => Err(Trouble::odd("it does not say whether it encrypts")),
    }
}

/// The first address of a machine that answers.
fn connected(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "no machine has this name");
    for address in (host, port)
        .to_socket_addrs()
        .map_err(|_| io::Error::new(io::ErrorKind::NotFound, format!("no machine is called `{host}`")))?
    {
        match TcpStream::connect_timeout(&address, FIRST_WORD) {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
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

impl Stream {
    /// How long to wait for a word, and for one to be taken.
    fn patience(&self, time: Duration) -> io::Result<()> {
        let of_tcp = |stream: &TcpStream| {
            stream.set_read_timeout(Some(time))?;
            stream.set_write_timeout(Some(time))
        };
        match self {
            Self::Plain(stream) => of_tcp(stream),
            Self::Encrypted(stream) => of_tcp(&stream.sock),
            #[cfg(unix)]
            Self::Socket(stream) => {
                stream.set_read_timeout(Some(time))?;
                stream.set_write_timeout(Some(time))
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(room),
            Self::Encrypted(stream) => stream.read(room),
            #[cfg(unix)]
            Self::Socket(stream) => stream.read(room),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
            #[cfg(unix)]
            Self::Socket(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Encrypted(stream) => stream.flush(),
            #[cfg(unix)]
            Self::Socket(stream) => stream.flush(),
        }
    }
}
