//! How much a peer may send on one connection.
//!
//! Takes what arrives; gives it on until what was granted is used up, and then the connection ends. Fails as an error of
//! the connection, and remembers that it was for this. Limits: [`HEAD_BYTES`], [`BODY_BYTES`], [`IDLE_BYTES`]. Why it is
//! so: whoever frames a message counts what is in the frames, not the frames. Interim responses without end, chunks of one
//! byte with long extensions, trailers and empty frames are all bytes, and here all bytes are counted, whatever they
//! pretend to be.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use zero_pipeline::limits::{RESPONSE_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX};

/// For a head with every interim response before it, and as much again that is read ahead.
pub(crate) const HEAD_BYTES: usize = 2 * RESPONSE_HEADER_BYTES_MAX;
/// For a body with all that frames it.
pub(crate) const BODY_BYTES: usize = 2 * RESPONSE_BYTES_MAX;
/// While nothing is asked: pings, settings, a farewell.
const IDLE_BYTES: usize = 64 * 1024;

/// What is left of what was granted on one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Left>>);

#[derive(Debug)]
struct Left {
    bytes: usize,
    /// Requests that are underway.
    requests: usize,
    is_over: bool,
}

impl Default for Left {
    fn default() -> Self {
        Self { bytes: IDLE_BYTES, requests: 0, is_over: false }
    }
}

/// A request that is underway; with the last one ends what was granted to all.
#[derive(Debug)]
pub(crate) struct Granted(Meter);

impl Meter {
    /// A request begins, for whose answer so much may come at first.
    pub(crate) fn begin(&self, bytes: usize) -> Granted {
        self.with(|left| {
            left.bytes = left.bytes.saturating_add(bytes);
            left.requests += 1;
        });
        Granted(self.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Left) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, bytes: usize) -> io::Result<()> {
        self.with(|left| match left.bytes.checked_sub(bytes) {
            Some(rest) if !left.is_over => {
                left.bytes = rest;
                Ok(())
            }
            _ => {
                left.is_over = true;
                Err(io::Error::new(io::ErrorKind::InvalidData, "the peer sent more than an answer may have"))
            }
        })
    }
}

impl Granted {
    /// So much more may come.
    pub(crate) fn more(&self, bytes: usize) {
        self.0.with(|left| left.bytes = left.bytes.saturating_add(bytes));
    }

    /// Whether the connection ended for having brought more than was granted.
    pub(crate) fn is_over(&self) -> bool {
        self.0.with(|left| left.is_over)
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        self.0.with(|left| {
            left.requests = left.requests.saturating_sub(1);
            if left.requests == 0 {
                left.bytes = IDLE_BYTES;
            }
        });
    }
}

/// A stream whose bytes are counted as they arrive.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    pub(crate) stream: S,
    pub(crate) meter: Meter,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(context, buf) {
            Poll::Ready(Ok(())) => Poll::Ready(this.meter.take(buf.filled().len().saturating_sub(before))),
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_is_what_may_come() {
        let meter = Meter::default();
        assert!(meter.take(IDLE_BYTES).is_ok());
        let one = meter.begin(10);
        let other = meter.begin(10);
        other.more(5);
        assert!(meter.take(25).is_ok());
        drop(other);
        assert!(meter.take(0).is_ok() && !one.is_over());
        assert!(meter.take(1).is_err() && one.is_over());
        drop(one);
        assert!(meter.take(1).is_err(), "what ended stays ended");
    }
}
