//! One request on one connection, and its answer, bounded.
//!
//! Takes a checked request and a sender; gives the response that a connector may read. Fails as the contract's kinds.
//! Limits: the policy's, asked at every part of the body that arrives. Why it is so: a request may be sent a second time
//! when the connection was gone before anything of an answer came, and in no other case.

use crate::dial::{Body, Sender};
use crate::failure::of_hyper;
use crate::pool::{Key, Pool};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use zero_egress::failure::{Attempt, malformed, refused};
use zero_egress::{Checked, Fetched, Reader};

/// A request ready to be sent, once or twice.
pub(crate) struct Prepared {
    checked: Checked,
    reader: Reader,
    tls: bool,
    body: Bytes,
}

pub(crate) enum Sent {
    /// A sender comes back when its connection can serve another request.
    Response(http::Response<Incoming>, Option<Sender>),
    /// The connection was gone before anything of an answer came, and the request may be sent again.
    Stale,
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
        let (sent, sender) = match sender {
            Sender::One(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                let request = self.request(false)?;
                (sender.try_send_request(request).await, Some(Sender::One(sender)))
            }
            Sender::Many(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                let request = self.request(true)?;
                // It stays in the pool by itself.
                (sender.try_send_request(request).await, None)
            }
        };
        match sent {
            Ok(response) => Ok(Sent::Response(response, sender)),
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
    pub(crate) async fn finish(
        self,
        response: http::Response<Incoming>,
        kept: Option<(Sender, Key)>,
        pool: &Pool,
    ) -> Attempt<Fetched> {
        let (head, incoming) = response.into_parts();
        let mut body = self.reader.body(&head.headers, !hyper::body::Body::is_end_stream(&incoming))?;
        collect(self.host(), incoming, &mut body).await?;
        if let Some((sender, key)) = kept {
            pool.put(key, sender);
        }
        let body = if body.encoded_bytes() < DECODE_INLINE_BYTES_MAX {
            body.decoded()?
        } else {
            let decoded = tokio::task::spawn_blocking(move || body.decoded()).await;
            decoded.map_err(|_| malformed("the body could not be decoded"))??
        };
        Ok(self.reader.fetched(&head, body))
    }
}

async fn collect(host: &str, mut incoming: Incoming, body: &mut zero_egress::Body) -> Attempt<()> {
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| of_hyper(host, &error))?;
        if let Some(data) = frame.data_ref() {
            body.take(data)?;
        }
    }
    Ok(())
}

/// Smaller bodies are decoded in less time than a change of threads takes.
const DECODE_INLINE_BYTES_MAX: usize = 64 * 1024;
