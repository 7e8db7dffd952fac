//! Server-sent events, in a task of their own.
//!
//! - **Takes** an admitted question.
//! - **Gives** its frames as a body, and a comment whenever there was none for a while.
//! - **Fails** by ending the body.
//! - **Limits**: [`limits::EVENTS_MAX`] events wait for the client; one that leaves ends its question.
//! - **Why it is so**: the question runs in a task of its own, so that its pace is never that of the client's network.

use super::limits;
use crate::platform::Native;
use axum::body::{Body, Bytes};
use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use futures_util::Stream;
use futures_util::future::{AbortHandle, Abortable};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, Sleep, sleep};
use tracing::Instrument as _;
use zero_door::{KEEP_ALIVE, Telling};
use zero_traffic::Place;

pub(super) fn start(telling: Telling<Native, Place>) -> Body {
    let (sender, receiver) = channel(limits::EVENTS_MAX);
    let (abort, registration) = AbortHandle::new_pair();
    let feed = Feed { sender, abort: abort.clone() };
    let question = Abortable::new(telling.tell(move |frame| feed.send(frame)), registration);
    tokio::spawn(question.in_current_span());
    Body::from_stream(Events { receiver, abort, silence: Box::pin(sleep(limits::KEEP_ALIVE_INTERVAL)) })
}

/// What the client's connection reads; when it goes, so does the question.
struct Events {
    receiver: Receiver<Bytes>,
    abort: AbortHandle,
    /// Ends when a proxy might take the stream for dead.
    silence: Pin<Box<Sleep>>,
}

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let frame = match self.receiver.poll_recv(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                ready!(self.silence.as_mut().poll(cx));
                Some(Bytes::from_static(KEEP_ALIVE))
            }
        };
        self.silence.as_mut().reset(Instant::now() + limits::KEEP_ALIVE_INTERVAL);
        Poll::Ready(frame.map(Ok))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// What the question writes.
struct Feed {
    sender: Sender<Bytes>,
    abort: AbortHandle,
}

impl Feed {
    /// A frame that cannot be sent ends the question, since nobody is there to read it.
    fn send(&self, frame: Bytes) {
        if self.sender.try_send(frame).is_err() {
            self.abort.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    fn events(receiver: Receiver<Bytes>, abort: AbortHandle) -> Events {
        Events { receiver, abort, silence: Box::pin(sleep(limits::KEEP_ALIVE_INTERVAL)) }
    }

    #[test]
    fn a_client_that_takes_nothing_ends_its_question() {
        let (sender, receiver) = channel(2);
        let (abort, _registration) = AbortHandle::new_pair();
        let feed = Feed { sender, abort: abort.clone() };
        feed.send(Bytes::from("read"));
        feed.send(Bytes::from("routed"));
        assert!(!abort.is_aborted());
        feed.send(Bytes::from("source"));
        assert!(abort.is_aborted());
        assert_eq!(receiver.len(), 2);
    }

    #[tokio::test]
    async fn a_client_that_goes_ends_its_question() {
        let (_sender, receiver) = channel(2);
        let (abort, _registration) = AbortHandle::new_pair();
        drop(events(receiver, abort.clone()));
        assert!(abort.is_aborted());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_says_that_it_lives() {
        let (sender, receiver) = channel(2);
        let mut events = events(receiver, AbortHandle::new_pair().0);
        let start = Instant::now();
        assert_eq!(events.next().await.unwrap().unwrap(), ":\n\n");
        tokio::time::sleep(limits::KEEP_ALIVE_INTERVAL / 2).await;
        sender.try_send(Bytes::from("read")).unwrap();
        assert_eq!(events.next().await.unwrap().unwrap(), "read");
        assert_eq!(events.next().await.unwrap().unwrap(), ":\n\n");
        // Silence is counted from the last that was sent.
        assert_eq!(start.elapsed().as_secs(), (limits::KEEP_ALIVE_INTERVAL * 5 / 2).as_secs());
        drop(sender);
        assert!(events.next().await.is_none());
    }
}
