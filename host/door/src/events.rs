//! An answer as it comes about: server-sent events.
//!
//! - **Takes** an admitted question.
//! - **Gives** `read`, `routed`, a `source` as each finishes, `answer`, late `source`s and `patch`es, `problem` if it
//!   ends in one, and always a last `done`; a stream without it was cut off.
//! - **Fails** inside the stream: its status was sent before the question was read.
//! - **Limits**: [`EVENTS_MAX`](crate::limits::EVENTS_MAX) frames of one question; whoever drops it ends its question.
//! - **Why it is so**: a host with threads hands each frame on at once from a task of its own ([`Telling::tell`]); one
//!   without lets whoever reads drive the question ([`Telling::into_stream`]).

use crate::guard::guarded;
use bytes::Bytes;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_util::Stream;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zero_pipeline::ledger::Entry;
use zero_pipeline::wire::answer::{self as wire, id_text, problem_json};
use zero_pipeline::{Ask, Event, Fixed, Platform, Problem, Region};
use zero_types::prelude::Principal;

/// A comment, which readers of events pass over: sent now and then, it keeps proxies from closing a silent stream.
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// A question that was admitted and not yet asked.
pub struct Telling<P, G = ()> {
    pub(crate) region: Arc<Region>,
    pub(crate) platform: P,
    pub(crate) id: u64,
    pub(crate) ask: Ask,
    /// Who asks, and may.
    pub(crate) caller: Principal,
    /// Kept until the answer stands.
    pub(crate) place: G,
}

impl<P: Platform, G> Telling<P, G> {
    /// Asks, and gives each frame to `send` as soon as there is one. Dropping the future ends the question.
    pub async fn tell(self, send: impl FnMut(Bytes)) {
        let Self { region, platform, id, ask, caller, place } = self;
        let mut feed = Feed { send, sent: 0 };
        let fixed = Fixed { id: Some(id), principal: Some(caller), ..Fixed::default() };
        let question = zero_pipeline::answer(region, platform, ask, fixed, |event| feed.handle_event(event));
        let timing = match guarded(question).await {
            Ok(answered) => Some(wire::Timing::of(&answered)),
            Err(problem) => {
                feed.tell("problem", &problem_json(&problem));
                None
            }
        };
        feed.tell("done", &Done { id: id_text(id), timing });
        drop(place);
    }

    /// The frames, as a stream that asks the question while it is read. Dropping it ends the question.
    pub fn into_stream(self) -> impl Stream<Item = Bytes> + Unpin + use<P, G> {
        let frames = Frames::default();
        let told = frames.clone();
        let question = Box::pin(self.tell(move |frame| told.lock().push_back(frame)));
        Driven { question: Some(question), frames }
    }
}

/// Frames that were told and not yet read: those of one look at the question.
#[derive(Clone, Default)]
struct Frames(Arc<Mutex<VecDeque<Bytes>>>);

impl Frames {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Driven<F> {
    /// None when it is answered.
    question: Option<Pin<Box<F>>>,
    frames: Frames,
}

impl<F: Future<Output = ()>> Stream for Driven<F> {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let this = &mut *self;
        // What is told already is read before the question goes on, so that frames do not wait for one another.
        if this.frames.lock().is_empty() {
            let polled = this.question.as_mut().map(|question| question.as_mut().poll(cx));
            if polled.is_some_and(|polled| polled.is_ready()) {
                this.question = None;
            }
        }
        match this.frames.lock().pop_front() {
            Some(frame) => Poll::Ready(Some(frame)),
            None if this.question.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

/// What the question writes.
struct Feed<S> {
    send: S,
    sent: u64,
}

impl<S: FnMut(Bytes)> Feed<S> {
    fn handle_event(&mut self, event: Event<'_>) {
        match event {
            Event::Read { id, question, intent, changes } => {
                let (id, question, intent) = (id_text(id), &question.text, wire::Intent::of(intent));
                self.tell("read", &Read { id, question, changes, intent });
            }
            Event::Routed { portfolio } => {
                let source = |(id, name, bid)| Routed { id, name, bid };
                let sources = portfolio.iter().map(|it| (&*it.record.source.id, &*it.record.source.name, it.bid));
                self.tell("routed", &Portfolio { sources: sources.map(source).collect() });
            }
            Event::Source { entry } => self.tell("source", &Source::of(entry)),
            Event::Answer { answered } => self.tell("answer", &wire::Answer::of(answered)),
            Event::Patch { answered, because } => {
                self.tell("patch", &Patch { because: &because.source_id, answer: wire::Answer::of(answered) });
            }
        }
    }

    /// One event, whose data is one line of JSON.
    fn tell(&mut self, name: &'static str, data: &impl Serialize) {
        self.sent += 1;
        let (name, data) = match serde_json::to_string(data) {
            Ok(data) => (name, data),
            Err(error) => {
                let problem = Problem::internal(format!("the event `{name}` as JSON: {error}"));
                ("problem", problem_json(&problem).to_string())
            }
        };
        (self.send)(format!("event: {name}\nid: {}\ndata: {data}\n\n", self.sent).into());
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
    use std::collections::BTreeMap;

    #[test]
    fn an_event_is_three_lines_whatever_it_says() {
        let mut frames = Vec::new();
        let mut feed = Feed { send: |frame: Bytes| frames.push(frame), sent: 0 };
        feed.tell("read", &"two\nlines\r\n\n");
        feed.tell("answer", &BTreeMap::from([((1, 2), 3)]));
        assert_eq!(frames[0], "event: read\nid: 1\ndata: \"two\\nlines\\r\\n\\n\"\n\n");
        let told = core::str::from_utf8(&frames[1]).unwrap();
        assert!(told.starts_with("event: problem\nid: 2\ndata: {\"detail\":\"the event `answer` as JSON: "), "{told}");
        assert_eq!(told.lines().count(), 4, "{told}");
    }
}
