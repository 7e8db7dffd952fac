//! The runtime's interface: `next`, `response`, `error`, `init/error`.

use crate::{EVENT_BYTES_MAX, HttpResponse};
use anyhow::Result;
use core::convert::Infallible;
use core::time::Duration;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex as AsyncMutex, watch};

const PREFIX: &str = "/2018-06-01/runtime";

/// What became of an invocation.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function responded.
    Response {
        /// Whether in the streaming mode.
        streamed: bool,
        /// Pieces in which it came.
        pieces: Vec<Vec<u8>>,
    },
    /// It failed: its own error, its end, or its time.
    Failed {
        /// `unhandled`, `Runtime.ExitError`, `Sandbox.Timedout`.
        kind: String,
        /// What it said.
        reason: String,
    },
}

impl Outcome {
    /// The response as HTTP.
    ///
    /// # Errors
    /// It failed, or did not respond as Lambda expects.
    pub fn http(&self) -> Result<HttpResponse> {
        match self {
            Self::Response { streamed, pieces } => {
                let bytes = pieces.concat();
                match streamed {
                    false => HttpResponse::of_whole(&bytes),
                    true => HttpResponse::of_stream(&bytes)?.ok_or_else(|| anyhow::anyhow!("the stream has no head")),
                }
            }
            Self::Failed { kind, reason } => Err(anyhow::anyhow!("{kind}: {reason}")),
        }
    }
}

/// What comes of an invocation, piece by piece.
#[derive(Debug)]
pub(crate) enum Piece {
    Begins { streamed: bool },
    Data(Bytes),
    Ends,
    Failed { kind: String, reason: String },
}

/// How the first start of the environments went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Started {
    /// Of each environment, from its start to its first `next`.
    pub(crate) ready: Vec<Duration>,
    /// Why one could not.
    pub(crate) failed: Option<String>,
}

pub(crate) struct Interface {
    timeout: Duration,
    waiting: UnboundedSender<Invocation>,
    queue: AsyncMutex<UnboundedReceiver<Invocation>>,
    underway: Mutex<HashMap<String, UnboundedSender<Piece>>>,
    numbers: AtomicU64,
    spawned: Mutex<Option<Instant>>,
    pub(crate) started: watch::Sender<Started>,
}

struct Invocation {
    id: String,
    event: Bytes,
    pieces: UnboundedSender<Piece>,
}

impl Interface {
    pub(crate) fn new(timeout: Duration) -> Arc<Self> {
        let (waiting, queue) = unbounded_channel();
        Arc::new(Self {
            timeout,
            waiting,
            queue: AsyncMutex::new(queue),
            underway: Mutex::default(),
            numbers: AtomicU64::new(1),
            spawned: Mutex::default(),
            started: watch::channel(Started::default()).0,
        })
    }

    /// From now on the clock of the start runs.
    pub(crate) fn spawning(&self) {
        *self.spawned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Hands an event to whichever environment is free next.
    pub(crate) fn invoke(&self, event: Bytes) -> UnboundedReceiver<Piece> {
        let (pieces, receiver) = unbounded_channel();
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        // The queue lives as long as this does.
        _ = self.waiting.send(Invocation { id, event, pieces });
        receiver
    }

    /// An environment is gone, and whatever it was doing with it.
    pub(crate) fn exited(&self, how: &str) {
        let failed = || Piece::Failed { kind: "Runtime.ExitError".to_owned(), reason: how.to_owned() };
        self.underway().drain().for_each(|(_, pieces)| _ = pieces.send(failed()));
        self.started.send_modify(|started| _ = started.failed.get_or_insert_with(|| how.to_owned()));
    }

    fn underway(&self) -> MutexGuard<'_, HashMap<String, UnboundedSender<Piece>>> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let words: Vec<&str> = path.split('/').skip(1).collect();
        Ok(match (&parts.method, words.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => self.response(id, &parts.headers, body).await,
            (&Method::POST, ["invocation", id, "error"]) => self.error(id, &parts.headers, body).await,
            (&Method::POST, ["init", "error"]) => {
                let reason = error_text(body).await;
                self.started.send_modify(|started| started.failed = Some(reason));
                accepted()
            }
            _ => plain(StatusCode::NOT_FOUND, "no such resource"),
        })
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        self.note_ready();
        let Some(Invocation { id, event, pieces }) = self.queue.lock().await.recv().await else {
            return plain(StatusCode::GONE, "the end");
        };
        let deadline = SystemTime::now() + self.timeout;
        let deadline_ms = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        self.underway().insert(id.clone(), pieces);
        let response = Response::builder()
            .header("lambda-runtime-aws-request-id", &id)
            .header("lambda-runtime-deadline-ms", deadline_ms.to_string())
            .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:zero")
            .header("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
            .header("content-type", "application/json")
            .body(Full::new(event));
        response.unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))
    }

    fn note_ready(&self) {
        let spawned = *self.spawned.lock().unwrap_or_else(PoisonError::into_inner);
        let took = spawned.map(|at| at.elapsed()).unwrap_or_default();
        // Later ones are no starts; nobody looks at them.
        self.started.send_modify(|started| started.ready.push(took));
    }

    async fn response(&self, id: &str, headers: &HeaderMap, mut body: Incoming) -> Response<Full<Bytes>> {
        let Some(pieces) = self.underway().remove(id) else {
            return plain(StatusCode::BAD_REQUEST, "no such invocation");
        };
        let mode = headers.get("lambda-runtime-function-response-mode");
        _ = pieces.send(Piece::Begins { streamed: mode.is_some_and(|mode| mode == "streaming") });
        loop {
            match body.frame().await {
                Some(Ok(frame)) => {
                    // Trailers tell of an error in the middle of a stream.
                    match frame.into_data() {
                        Ok(data) => _ = pieces.send(Piece::Data(data)),
                        Err(frame) => {
                            if let Some(kind) =
                                frame.trailers_ref().and_then(|it| it.get("lambda-runtime-function-error-type"))
                            {
                                let kind = String::from_utf8_lossy(kind.as_bytes()).into_owned();
                                _ = pieces.send(Piece::Failed { kind, reason: "the stream broke off".to_owned() });
                            }
                        }
                    }
                }
                Some(Err(error)) => {
                    let reason = error.to_string();
                    _ = pieces.send(Piece::Failed { kind: "Runtime.TruncatedResponse".to_owned(), reason });
                    return plain(StatusCode::BAD_REQUEST, "truncated");
                }
                None => break,
            }
        }
        _ = pieces.send(Piece::Ends);
        accepted()
    }

    async fn error(&self, id: &str, headers: &HeaderMap, body: Incoming) -> Response<Full<Bytes>> {
        let Some(pieces) = self.underway().remove(id) else {
            return plain(StatusCode::BAD_REQUEST, "no such invocation");
        };
        let kind = headers.get("lambda-runtime-function-error-type");
        let kind = kind.map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned()).unwrap_or_default();
        _ = pieces.send(Piece::Failed { kind, reason: error_text(body).await });
        accepted()
    }
}

async fn error_text(body: Incoming) -> String {
    let body = Limited::new(body, EVENT_BYTES_MAX).collect().await;
    body.map_or_else(|error| error.to_string(), |body| String::from_utf8_lossy(&body.to_bytes()).into_owned())
}

fn accepted() -> Response<Full<Bytes>> {
    plain(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response
}
