//! What a client sends, before the protocol's parser sees it.
//!
//! - **Takes** the bytes of a connection whose protocol is known.
//! - **Gives** the same bytes, as long as they are requests that everybody reads alike.
//! - **Fails** by asking, in place of a head that is refused, for its [`Refusal`]: the server answers it in turn and
//!   closes. A body that is refused breaks off; an HTTP/2 connection that floods ends.
//! - **Limits**: a head is held until it is whole: `HEADER_BYTES_MAX` and one read.
//! - **Why it is so**: hyper mends what it can, and forgets that it did. Two lengths, a bare LF or a chunk's extension
//!   cannot be seen after it, nor can it be told in which words to refuse. The head that stands in for a refused one is
//!   known by its number alone, so that no client can write it.

mod chunks;
mod frames;
mod head;

pub(super) use head::is_host;

use super::limits;
use bytes::{Buf as _, BytesMut};
use chunks::Chunks;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use frames::Frames;
use head::Framing;
use std::io::{self, IoSlice};
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not HTTP as everybody reads it; how.
    Malformed(&'static str),
    UriTooLong,
    HeadersTooLarge,
}

/// The refusal of a connection, and which of its heads it is for, counted from 1.
pub(super) type Verdict = Arc<OnceLock<(u64, Refusal)>>;

/// Which protocol a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// What the parser reads in place of a refused head.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// Where in an HTTP/1 connection we are.
enum At {
    /// In a head, of which so many bytes have been looked at.
    Head {
        seen: usize,
    },
    /// In a body of which so many bytes are to come.
    Length(u64),
    Chunked(Chunks),
    /// Nothing more is read.
    Refused,
}

enum State {
    Http1 { at: At, heads: u64 },
    Http2 { frames: Frames, start: Instant },
}

pub(super) struct Watched<S> {
    stream: S,
    state: State,
    verdict: Verdict,
    /// What has come and was not passed on.
    held: BytesMut,
    /// How many of those bytes may be.
    passing: usize,
    /// Runs while the connection ends with more to come.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
    is_shut: bool,
}

impl<S> Watched<S> {
    /// A connection of which `begun` has been read already.
    pub(super) fn new(stream: S, protocol: Protocol, begun: &[u8], verdict: Verdict) -> Self {
        let start = Instant::now();
        let state = match protocol {
            Protocol::Http1 => State::Http1 { at: At::Head { seen: 0 }, heads: 0 },
            Protocol::Http2 => State::Http2 { frames: Frames::new(Duration::ZERO), start },
        };
        // The preface of HTTP/2 is no frame.
        let passing = if protocol == Protocol::Http2 { begun.len() } else { 0 };
        Self { stream, state, verdict, held: BytesMut::from(begun), passing, lingering: None, is_shut: false }
    }

    /// Looks at what is held, and finds how much of it may be passed on.
    fn handle_held(&mut self) -> io::Result<()> {
        let State::Http1 { at, heads } = &mut self.state else { return Ok(()) };
        let next = match at {
            At::Head { seen } => match head_of(&mut self.held, *seen) {
                Ok(None) => At::Head { seen: self.held.len() },
                Ok(Some((end, framing))) => {
                    *heads += 1;
                    self.passing = end;
                    after(framing)
                }
                Err(refusal) => {
                    // Only one is ever said: nothing is read after it.
                    let _ = self.verdict.set((*heads + 1, refusal));
                    self.held = BytesMut::from(STAND_IN);
                    self.passing = STAND_IN.len();
                    At::Refused
                }
            },
            At::Length(left) => {
                self.passing = usize::try_from(*left).unwrap_or(usize::MAX).min(self.held.len());
                after(Framing::Length(*left - self.passing as u64))
            }
            At::Chunked(chunks) => {
                self.passing = chunks.handle(&self.held).map_err(refused)?;
                if *chunks == Chunks::Done { At::Head { seen: 0 } } else { At::Chunked(*chunks) }
            }
            At::Refused => At::Refused,
        };
        *at = next;
        Ok(())
    }

    fn is_refused(&self) -> bool {
        matches!(self.state, State::Http1 { at: At::Refused, .. })
    }

    /// Whether the client may be sending still, so that closing at once would take our answer from it.
    fn lingers(&self) -> bool {
        match &self.state {
            State::Http1 { at, .. } => !matches!(at, At::Head { seen: 0 }),
            State::Http2 { .. } => false,
        }
    }
}

/// The end of the head that these bytes begin with, and what follows it.
fn head_of(held: &mut BytesMut, seen: usize) -> Result<Option<(usize, Framing)>, Refusal> {
    // RFC 9112, 2.2: one empty line before a request is forgiven; some clients end a body with it.
    let seen = if seen < 2 && held.starts_with(b"\r\n") {
        held.advance(2);
        0
    } else {
        seen
    };
    let Some(end) = head::end(held, seen)? else { return Ok(None) };
    head::framing(held.get(..end).unwrap_or_default()).map(|framing| Some((end, framing)))
}

fn after(framing: Framing) -> At {
    match framing {
        Framing::Length(0) => At::Head { seen: 0 },
        Framing::Length(left) => At::Length(left),
        Framing::Chunked => At::Chunked(Chunks::START),
    }
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// HTTP/2 is counted as it passes.
    fn poll_counted(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let State::Http2 { frames, start } = &mut self.state else { return Poll::Ready(Ok(())) };
        let come = buffer.filled().get(before..).unwrap_or_default();
        let told = frames.handle(come, start.elapsed());
        if let Err(what) = told {
            tracing::debug!(what, "a connection that floods is closed");
            // A read that fails has read nothing.
            buffer.set_filled(before);
        }
        Poll::Ready(told.map_err(refused))
    }

    /// Reads more; false at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut room = [0; limits::READ_BYTES];
        let mut buffer = ReadBuf::new(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        self.held.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(!buffer.filled().is_empty()))
    }

    /// Reads what the client still sends and forgets it, for a while.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (time, bytes) =
            self.lingering.get_or_insert_with(|| (Box::pin(sleep(limits::LINGER_TIME_MAX)), limits::LINGER_BYTES_MAX));
        loop {
            if time.as_mut().poll(cx).is_ready() || *bytes == 0 {
                return Poll::Ready(());
            }
            let mut room = [0; limits::READ_BYTES];
            let mut buffer = ReadBuf::new(&mut room);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *bytes = bytes.saturating_sub(buffer.filled().len()),
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.passing > 0 {
                let now = this.passing.min(buffer.remaining());
                buffer.put_slice(this.held.get(..now).unwrap_or_default());
                this.held.advance(now);
                this.passing -= now;
                if this.held.is_empty() {
                    // Idle connections hold no memory.
                    this.held = BytesMut::new();
                }
                return Poll::Ready(Ok(()));
            }
            if matches!(this.state, State::Http2 { .. }) {
                return this.poll_counted(cx, buffer);
            }
            if this.is_refused() {
                // The answer ends the connection.
                return Poll::Pending;
            }
            if !this.held.is_empty() {
                this.handle_held()?;
                if this.passing > 0 {
                    continue;
                }
            }
            if !ready!(this.poll_more(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, bytes))?;
        this.handle_sent(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write_vectored(cx, bytes))?;
        this.handle_sent(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.is_shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.is_shut = true;
        }
        // Whoever closes with bytes unread resets the connection, and the answer on its way is lost.
        if this.lingers() {
            ready!(this.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S> Watched<S> {
    fn handle_sent(&mut self, bytes: usize) {
        if let State::Http2 { frames, .. } = &mut self.state {
            frames.handle_sent(bytes);
        }
    }
}

#[cfg(test)]
mod tests;
