//! A connection with patience: hyper bounds the time of a header block, but neither that of telling HTTP/1 from
//! HTTP/2, nor that of a client that takes no bytes.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What an HTTP/2 client sends first; anything else is HTTP/1, and hyper knows it at the first byte that differs.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) struct Patient<S> {
    stream: S,
    /// Bytes of the preface still to come and the time for them, while the protocol is not known.
    opening: Option<(&'static [u8], Pin<Box<Sleep>>)>,
    /// Runs while the client takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    write_stall_max: Duration,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, opening_time_max: Duration, write_stall_max: Duration) -> Self {
        let opening = Some((PREFACE, Box::pin(sleep(opening_time_max))));
        Self { stream, opening, stalled: None, write_stall_max }
    }

    fn handle_read(&mut self, bytes: &[u8]) {
        let Some((left, _)) = &mut self.opening else { return };
        match left.strip_prefix(bytes) {
            Some(rest) if !rest.is_empty() => *left = rest,
            _ => self.opening = None,
        }
    }

    /// Passes on what the stream said, unless it said nothing for too long.
    fn or_stalled<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let write_stall_max = self.write_stall_max;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_stall_max)));
        timed_out(stalled, cx)
    }
}

fn timed_out<T>(sleep: &mut Pin<Box<Sleep>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
    sleep.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        match (&polled, &mut this.opening) {
            (Poll::Pending, Some((_, opening))) => timed_out(opening, cx),
            (Poll::Ready(Ok(())), Some(_)) => {
                this.handle_read(buffer.filled().get(before..).unwrap_or_default());
                polled
            }
            _ => polled,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.or_stalled(polled, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.or_stalled(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const SHORT: Duration = Duration::from_millis(30);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn whoever_does_not_say_which_protocol_is_cut_off() {
        for said in ["", "P", "PRI * HTTP/2.0\r\n"] {
            let (mut client, server) = duplex(64);
            let mut server = Patient::new(server, SHORT, LONG);
            client.write_all(said.as_bytes()).await.unwrap();
            let mut heard = Vec::new();
            let error = server.read_to_end(&mut heard).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(heard, said.as_bytes());
        }
    }

    #[tokio::test]
    async fn whoever_said_it_may_be_silent() {
        for said in [&b"POST"[..], b"GET / HTTP/1.1", PREFACE] {
            let (mut client, server) = duplex(64);
            let mut server = Patient::new(server, SHORT, LONG);
            // In two parts, since networks cut where they like.
            client.write_all(&said[..1]).await.unwrap();
            assert_eq!(server.read_u8().await.unwrap(), said[0]);
            client.write_all(&said[1..]).await.unwrap();
            let mut rest = vec![0; said.len() - 1];
            server.read_exact(&mut rest).await.unwrap();
            assert!(tokio::time::timeout(4 * SHORT, server.read_u8()).await.is_err(), "still waiting");
        }
    }

    #[tokio::test]
    async fn whoever_takes_nothing_is_cut_off() {
        let (_client, server) = duplex(8);
        let mut server = Patient::new(server, LONG, SHORT);
        let error = server.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
