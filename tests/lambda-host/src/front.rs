//! HTTP in front: each request an event of the function URL, each response as the client of one gets it.

use crate::interface::{Interface, Piece};
use crate::{EVENT_BYTES_MAX, HttpResponse, event};
use core::convert::Infallible;
use core::time::Duration;
use http::{Request, Response, StatusCode};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::{Bytes, Incoming};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

pub(crate) type Body = Either<Full<Bytes>, Channel<Bytes, Infallible>>;

/// Pieces that may wait for a slow client.
const PIECES_MAX: usize = 64;

pub(crate) async fn serve(
    interface: Arc<Interface>,
    time: Duration,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, EVENT_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Ok(whole(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())),
    };
    let event = event::function_url(&parts, &body).to_string();
    let mut pieces = interface.invoke(event.into());
    let responded = timeout(time, begin(&mut pieces)).await.unwrap_or_else(|_| Err("Task timed out".to_owned()));
    Ok(match responded {
        Err(reason) => whole(StatusCode::BAD_GATEWAY, reason),
        Ok((response, true)) => whole_response(response),
        Ok((response, false)) => {
            let (sender, body) = Channel::new(PIECES_MAX);
            let (mut head, first) = split(response);
            tokio::spawn(pass_on(first, pieces, sender));
            *head.body_mut() = Either::Right(body);
            head
        }
    })
}

/// The response, or its beginning; and whether that is all of it.
async fn begin(pieces: &mut UnboundedReceiver<Piece>) -> Result<(HttpResponse, bool), String> {
    let (mut streams, mut bytes) = (false, Vec::new());
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Begins { streamed } => streams = streamed,
            Piece::Data(data) => {
                bytes.extend_from_slice(&data);
                if !streams {
                    continue;
                }
                if let Some(response) = HttpResponse::of_stream(&bytes).map_err(|error| format!("{error:#}"))? {
                    return Ok((response, false));
                }
            }
            Piece::Ends if streams => return Err("the stream ended without a head".to_owned()),
            Piece::Ends => {
                let response = HttpResponse::of_whole(&bytes).map_err(|error| format!("{error:#}"))?;
                return Ok((response, true));
            }
            Piece::Failed { kind, reason } => return Err(format!("{kind}: {reason}")),
        }
    }
    Err("the invocation is gone".to_owned())
}

async fn pass_on(first: Vec<u8>, mut pieces: UnboundedReceiver<Piece>, mut sender: Sender<Bytes, Infallible>) {
    let mut next = Some(Bytes::from(first));
    while let Some(data) = next.take() {
        if !data.is_empty() && sender.send_data(data).await.is_err() {
            return;
        }
        next = match pieces.recv().await {
            Some(Piece::Data(data)) => Some(data),
            Some(Piece::Begins { .. }) => Some(Bytes::new()),
            // A client of Lambda sees a stream that broke off end like any other.
            Some(Piece::Ends | Piece::Failed { .. }) | None => None,
        };
    }
}

fn split(response: HttpResponse) -> (Response<Body>, Vec<u8>) {
    let HttpResponse { status, headers, body } = response;
    let mut head = Response::new(Either::Left(Full::default()));
    *head.status_mut() = status;
    *head.headers_mut() = headers;
    // Of the whole; what comes in pieces has none.
    head.headers_mut().remove(http::header::CONTENT_LENGTH);
    (head, body)
}

fn whole_response(response: HttpResponse) -> Response<Body> {
    let (head, body) = split(response);
    head.map(|_| Either::Left(Full::new(body.into())))
}

fn whole(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(text.into())));
    *response.status_mut() = status;
    response
}
