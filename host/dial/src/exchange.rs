//! One request on one connection, and its answer, bounded.
//!
//! Takes a checked request and a sender; gives the response that a connector may read. Fails as the contract's kinds.
//! Limits: the policy's, asked at every part of the body that arrives. Why it is so: a request may be sent a second time
//! when the connection was gone before anything of an answer came, and in no other case.

use crate::bounds::{Bounds, LARGE_BODY_BYTES, Room};
use crate::dial::{Body, Protocol, Sender, WINDOW_BYTES};
use crate::failure::of_hyper;
use crate::meter::{BODY_BYTES, Granted, HEAD_BYTES};
use crate::pool::{Key, Pool};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use zero_egress::failure::{Attempt, malformed, refused, too_large};
use zero_egress::{Checked, Fetched, Reader};

/// A request ready to be sent, once or twice.
pub(crate) struct Prepared {
    checked: Checked,
    reader: Reader,
    tls: bool,
    body: Bytes,
}

pub(crate) enum Sent {
    Response(Box<Answer>),
    /// The connection was gone before anything of an answer came, and the request may be sent again.
    Stale,
}

/// A head, and where the rest of it comes from.
pub(crate) struct Answer {
    response: http::Response<Incoming>,
    granted: Granted,
    /// Comes back when its connection can serve another request.
    sender: Option<Sender>,
}

impl Prepared {
    pub(crate) fn new(mut checked: Checked, tls: bool) -> Self {
        let body = Bytes::from(std::mem::take(&mut checked.body));
        Self { reader: checked.reader(), checked, tls, body }
    }

    pub(crate) fn host(&self) -> &str {
        &self.checked.host
    }

    pub(crate) async fn send(&mut self, sender: Sender) -> Attempt<Sent> {
        let Sender { protocol, meter } = sender;
        let (sent, granted, sender) = match protocol {
            Protocol::One(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                let (request, granted) = (self.request(false)?, meter.begin(HEAD_BYTES));
                let sent = sender.try_send_request(request).await;
                (sent, granted, Some(Sender { protocol: Protocol::One(sender), meter }))
            }
            Protocol::Many(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                // The start of a body may come before anybody has looked at its head.
                let (request, granted) = (self.request(true)?, meter.begin(HEAD_BYTES + WINDOW_BYTES as usize));
                // It stays in the pool by itself.
                (sender.try_send_request(request).await, granted, None)
            }
        };
        match sent {
            Ok(response) => Ok(Sent::Response(Box::new(Answer { response, granted, sender }))),
            Err(_) if granted.is_over() => {
                Err(too_large(format!("`{}` sent more before its answer than is read", self.host())))
            }
            Err(mut error) => {
                let unsent = error.take_message().is_some();
                let again = unsent || (error.error().is_incomplete_message() && self.is_safe());
                if again { Ok(Sent::Stale) } else { Err(of_hyper(self.host(), error.error())) }
            }
        }
    }

    fn is_safe(&self) -> bool {
        self.checked.method != http::Method::POST
    }

    fn request(&self, many: bool) -> Attempt<http::Request<Body>> {
        let checked = &self.checked;
        let mut headers = checked.headers.clone();
        let uri = if many {
            // HTTP/2 names the host in `:authority`, and nowhere else.
            let authority = headers.remove(http::header::HOST);
            let authority = authority.as_ref().and_then(|value| value.to_str().ok()).unwrap_or(&checked.host);
            let scheme = if self.tls { "https" } else { "http" };
            format!("{scheme}://{authority}{}", checked.path_and_query)
        } else {
            checked.path_and_query.clone()
        };
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = checked.method.clone();
        *request.uri_mut() = uri.parse().map_err(|_| refused("the path of the URL cannot be sent"))?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Reads the response to its end and keeps the connection, if it can be kept.
    pub(crate) async fn finish(self, answer: Answer, key: Key, pool: &Pool, bounds: &Bounds) -> Attempt<Fetched> {
        let Answer { response, granted, sender } = answer;
        let (head, incoming) = response.into_parts();
        let mut body = self.reader.body(&head.headers, !hyper::body::Body::is_end_stream(&incoming))?;
        granted.more(BODY_BYTES);
        let large = collect(self.host(), incoming, &granted, &mut body, bounds).await?;
        drop(granted);
        if let Some(sender) = sender {
            pool.put(key, sender);
        }
        let body = match body.decode_bytes_max() {
            0 => body.decoded()?,
            most => {
                let room = bounds.decode(most).await?;
                // Without its permit a body that nobody waits for any more would be decoded beside the next one.
                let decode = move || (body.decoded(), room).0;
                if most < DECODE_INLINE_BYTES_MAX {
                    decode()?
                } else {
                    let decoded = tokio::task::spawn_blocking(decode).await;
                    decoded.map_err(|_| malformed("the body could not be decoded"))??
                }
            }
        };
        drop(large);
        Ok(self.reader.fetched(&head, body))
    }
}

/// Takes the body as it comes; one that turns out to be large waits for room.
async fn collect<'b>(
    host: &str,
    mut incoming: Incoming,
    granted: &Granted,
    body: &mut zero_egress::Body,
    bounds: &'b Bounds,
) -> Attempt<Option<Room<'b>>> {
    let mut large = None;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| match granted.is_over() {
            true => too_large(format!("`{host}` sent more around its answer than is read")),
            false => of_hyper(host, &error),
        })?;
        if let Some(data) = frame.data_ref() {
            body.take(data)?;
        }
        if large.is_none() && body.bytes() > LARGE_BODY_BYTES {
            large = Some(bounds.large().await?);
        }
    }
    Ok(large)
}

/// Bodies that can become no larger are decoded in less time than a change of threads takes.
const DECODE_INLINE_BYTES_MAX: usize = 512 * 1024;
