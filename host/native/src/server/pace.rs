//! Bodies, each at a pace: a request's must come, an answer's must be taken.

use super::activity::InFlight;
use super::limits;
use axum::body::{Body, Bytes};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::io;
use tokio::time::{Instant, Sleep, sleep_until};
use zero_pipeline::limits::BODY_TIME_MAX;

/// The body of a request, which fails when it comes slower than anybody's network is.
pub(super) struct Coming<B> {
    body: B,
    bytes: u64,
    /// Runs from the first time that somebody waits for it.
    waiting: Option<Waiting>,
}

struct Waiting {
    start: Instant,
    until: Pin<Box<Sleep>>,
}

impl Waiting {
    fn new() -> Self {
        let start = Instant::now();
        Self { start, until: Box::pin(sleep_until(start + limits::BODY_IDLE_MAX)) }
    }

    /// After so many bytes in all, of which some came just now.
    fn handle_bytes(&mut self, bytes: u64) {
        let earned = Duration::from_secs(bytes / limits::BODY_BYTES_PER_SECOND_MIN);
        let until = (self.start + BODY_TIME_MAX + earned).min(Instant::now() + limits::BODY_IDLE_MAX);
        self.until.as_mut().reset(until);
    }
}

impl<B> Coming<B> {
    pub(super) fn new(body: B) -> Self {
        Self { body, bytes: 0, waiting: None }
    }
}

impl<B> HttpBody for Coming<B>
where
    B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = self.get_mut();
        let waiting = this.waiting.get_or_insert_with(Waiting::new);
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                this.bytes += bytes;
                // Frames without any bytes do not buy time.
                if bytes > 0 {
                    waiting.handle_bytes(this.bytes);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                ready!(waiting.until.as_mut().poll(cx));
                let slow = io::Error::new(io::ErrorKind::TimedOut, "it came too slowly");
                Poll::Ready(Some(Err(slow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer, in parts; each that is taken is noted.
pub(super) struct Going {
    body: Body,
    left: Bytes,
    in_flight: InFlight,
}

impl Going {
    pub(super) fn new(body: Body, in_flight: InFlight) -> Self {
        Self { body, left: Bytes::new(), in_flight }
    }
}

impl HttpBody for Going {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        this.in_flight.note();
        if this.left.is_empty() {
            let frame = ready!(Pin::new(&mut this.body).poll_frame(cx)).transpose()?;
            match frame.map(Frame::into_data) {
                Some(Ok(data)) => this.left = data,
                Some(Err(other)) => return Poll::Ready(Some(Ok(other))),
                None => return Poll::Ready(None),
            }
        }
        let part = this.left.split_to(this.left.len().min(limits::ANSWER_PART_BYTES));
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (own, left) = (self.body.size_hint(), self.left.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(own.lower().saturating_add(left));
        if let Some(upper) = own.upper() {
            hint.set_upper(upper.saturating_add(left));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::activity::Activity;
    use axum::body::Body;
    use futures_util::stream;
    use http_body_util::BodyExt as _;

    /// A body of frames of so many bytes, each after so long, and what becomes of it.
    async fn check(frames: usize, bytes: usize, after: Duration, expected: Option<usize>) {
        let body = stream::unfold(0, move |sent| async move {
            tokio::time::sleep(after).await;
            (sent < frames).then(|| (Ok::<_, io::Error>(Bytes::from(vec![b'a'; bytes])), sent + 1))
        });
        let body = Body::from_stream(body);
        let collected = Coming::new(body).collect().await;
        let got = collected.ok().map(|body| body.to_bytes().len());
        assert_eq!(got, expected, "{frames} of {bytes} bytes, each after {after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_comes_at_a_pace() {
        let second = Duration::from_secs(1);
        check(3, 10, second, Some(30)).await;
        check(1, 10, 6 * second, None).await;
        check(20, 10, second, None).await;
        check(20, 32 * 1024, second, Some(20 * 32 * 1024)).await;
        check(30, 0, second, None).await;
        check(40, 8 * 1024, second, None).await;
    }

    #[tokio::test]
    async fn an_answer_goes_in_parts() {
        let activity = Activity::new();
        let body = vec![b'a'; 3 * limits::ANSWER_PART_BYTES + 5];
        let mut going = Going::new(Body::from(body.clone()), activity.enter());
        let mut sizes = Vec::new();
        while let Some(frame) = going.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
            let gone: usize = sizes.iter().sum();
            assert_eq!(going.size_hint().exact(), Some((body.len() - gone) as u64));
        }
        assert_eq!(sizes, [limits::ANSWER_PART_BYTES, limits::ANSWER_PART_BYTES, limits::ANSWER_PART_BYTES, 5]);
    }
}
