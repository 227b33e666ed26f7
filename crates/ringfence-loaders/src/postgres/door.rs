//! The first words of a server, before anybody else listens to them.
//!
//! The client speaks as it is asked to, and would tell a password in the clear to whoever asks for one. So what comes
//! over a connection that is not encrypted is heard here first.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::address::Encryption;
use super::conversation::Trouble;

/// How a server asks for the password as it is: an `R`, the length of the message, and the third way of asking.
const IN_THE_CLEAR: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 3];
/// As many bytes as there are to hear: those, and before them whether the server encrypts.
const FIRST: usize = IN_THE_CLEAR.len() + 1;

/// A connection whose first words are heard.
pub(super) struct Door {
    stream: TcpStream,
    mode: Encryption,
    heard: Vec<u8>,
}

impl Door {
    pub(super) fn new(stream: TcpStream, mode: Encryption) -> Self {
        Self { stream, mode, heard: Vec::with_capacity(FIRST) }
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        if self.heard.len() == FIRST {
            return Ok(());
        }
        self.heard.extend(bytes.iter().take(FIRST - self.heard.len()));
        match (self.mode, self.heard.as_slice()) {
            (Encryption::Disable, words) | (Encryption::Prefer, [b'N', words @ ..]) => judge(words),
            // What follows is encrypted.
            (_, [] | [b'S', ..]) => Ok(()),
            (mode, [b'N', ..]) => {
                Err(Trouble::new(format!("the server encrypts nothing, and `sslmode={}` asks for it", mode.name()))
                    .help("let the server encrypt (`ssl = on`), or say `sslmode=disable` where nobody else can listen"))
            }
            _ => Err(Trouble::odd("it does not say whether it encrypts")),
        }
    }
}

/// Whether a server may begin so: it asks who we are, or refuses.
fn judge(words: &[u8]) -> Result<(), Trouble> {
    match words {
        [] | [b'R' | b'E', ..] if !words.starts_with(&IN_THE_CLEAR) => Ok(()),
        [b'R', ..] => {
            let asks = "the server asks for the password in the clear, over a connection that others may read";
            Err(Trouble::new(asks).help("write `?sslmode=require` behind the address"))
        }
        _ => Err(Trouble::odd("it begins with something else")),
    }
}

impl AsyncRead for Door {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let had = room.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, room))?;
        let heard = self.hear(room.filled().get(had..).unwrap_or_default());
        Poll::Ready(heard.map_err(io::Error::other))
    }
}

impl AsyncWrite for Door {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
