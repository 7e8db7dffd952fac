//! An answer as it comes about: server-sent events.
//!
//! - **Takes** an admitted question.
//! - **Gives** `read`, `routed`, a `source` as each finishes, `answer`, late `source`s and `patch`es, `problem` if it
//!   ends in one, and always a last `done`; a stream without it was cut off.
//! - **Fails** inside the stream: its status was sent before the question was read.
//! - **Limits**: [`limits::EVENTS_MAX`] events wait for the client; one that leaves ends its question.
//! - **Why it is so**: the question runs in a task of its own, so that its pace is never that of the client's network.

use super::limits;
use super::question::Door;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_util::Stream;
use futures_util::future::{AbortHandle, Abortable};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zero_pipeline::ledger::Entry;
use zero_pipeline::wire::answer::{self as wire, id_text, problem_json};
use zero_pipeline::{Ask, Event};

pub(super) fn start(door: Arc<Door>, id: u64, ask: Ask, place: OwnedSemaphorePermit) -> Response {
    let (sender, receiver) = channel(limits::EVENTS_MAX);
    let (abort, registration) = AbortHandle::new_pair();
    let mut feed = Feed { sender, sent: 0, abort: abort.clone() };
    let question = async move {
        let timing = match door.answer(id, ask, |event| feed.handle_event(event)).await {
            Ok(answered) => Some(wire::Timing::of(&answered)),
            Err(problem) => {
                feed.send("problem", &problem_json(&problem));
                None
            }
        };
        feed.send("done", &Done { id: id_text(id), timing });
        drop(place);
    };
    tokio::spawn(Abortable::new(question, registration));
    let keep_alive = KeepAlive::new().interval(limits::KEEP_ALIVE_INTERVAL);
    // nginx and its like collect a response before they pass it on, unless they are told.
    let unbuffered = [("x-accel-buffering", "no")];
    (unbuffered, Sse::new(Events { receiver, abort }).keep_alive(keep_alive)).into_response()
}

/// What the client's connection reads; when it goes, so does the question.
struct Events {
    receiver: Receiver<Sent>,
    abort: AbortHandle,
}

impl Stream for Events {
    type Item = Result<Sent, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(cx).map(|event| event.map(Ok))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// What the question writes.
struct Feed {
    sender: Sender<Sent>,
    sent: u64,
    abort: AbortHandle,
}

impl Feed {
    fn handle_event(&mut self, event: Event<'_>) {
        match event {
            Event::Read { id, question, intent, changes } => {
                let (id, question, intent) = (id_text(id), &question.text, wire::Intent::of(intent));
                self.send("read", &Read { id, question, changes, intent });
            }
            Event::Routed { portfolio } => {
                let source = |(id, name, bid)| Routed { id, name, bid };
                let sources = portfolio.iter().map(|it| (&*it.record.source.id, &*it.record.source.name, it.bid));
                self.send("routed", &Portfolio { sources: sources.map(source).collect() });
            }
            Event::Source { entry } => self.send("source", &Source::of(entry)),
            Event::Answer { answered } => self.send("answer", &wire::Answer::of(answered)),
            Event::Patch { answered, because } => {
                self.send("patch", &Patch { because: &because.source_id, answer: wire::Answer::of(answered) });
            }
        }
    }

    /// One line of JSON; an event that cannot be sent ends the question, since nobody is there to read it.
    fn send(&mut self, name: &'static str, data: &impl Serialize) {
        self.sent += 1;
        let sent = serde_json::to_string(data).ok().and_then(|data| {
            let event = Sent::default().event(name).id(self.sent.to_string()).data(data);
            self.sender.try_send(event).ok()
        });
        if sent.is_none() {
            self.abort.abort();
        }
    }
}

#[derive(Serialize)]
struct Read<'a> {
    id: String,
    question: &'a str,
    changes: &'a [String],
    intent: wire::Intent,
}

#[derive(Serialize)]
struct Portfolio<'a> {
    sources: Vec<Routed<'a>>,
}

#[derive(Serialize)]
struct Routed<'a> {
    id: &'a str,
    name: &'a str,
    bid: f32,
}

#[derive(Serialize)]
struct Source {
    #[serde(flatten)]
    source: wire::Source,
    took_ms: u64,
}

impl Source {
    fn of(entry: &Entry) -> Self {
        let took_ms = u64::try_from(entry.took.as_millis()).unwrap_or(u64::MAX);
        Self { source: wire::Source::of(entry), took_ms }
    }
}

#[derive(Serialize)]
struct Patch<'a> {
    because: &'a str,
    answer: wire::Answer,
}

#[derive(Serialize)]
struct Done {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timing: Option<wire::Timing>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_takes_nothing_ends_its_question() {
        let (sender, receiver) = channel(2);
        let (abort, _registration) = AbortHandle::new_pair();
        let mut feed = Feed { sender, sent: 0, abort: abort.clone() };
        feed.send("read", &1);
        feed.send("routed", &2);
        assert!(!abort.is_aborted());
        feed.send("source", &3);
        assert!(abort.is_aborted());
        assert_eq!(receiver.len(), 2);
    }

    #[test]
    fn a_client_that_goes_ends_its_question() {
        let (_sender, receiver) = channel(2);
        let (abort, _registration) = AbortHandle::new_pair();
        drop(Events { receiver, abort: abort.clone() });
        assert!(abort.is_aborted());
    }
}
