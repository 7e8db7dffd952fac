//! The body of a response.

use crate::events::Telling;
use bytes::Bytes;
use http::{HeaderValue, Response, header};

/// What is sent after the headers.
#[allow(clippy::large_enum_variant, reason = "there is one for a request, and it is taken apart at once")]
pub enum Reply<P, G = ()> {
    /// This.
    Whole(Bytes),
    /// What the question tells as it is answered: it is not asked before somebody drives it.
    Events(Telling<P, G>),
}

impl<P, G> core::fmt::Debug for Reply<P, G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Whole(body) => f.debug_tuple("Whole").field(body).finish(),
            Self::Events(_) => f.write_str("Events(..)"),
        }
    }
}

/// A body of this type.
pub(crate) fn of_type<P, G>(content_type: &'static str, body: impl Into<Bytes>) -> Response<Reply<P, G>> {
    let mut response = Response::new(Reply::Whole(body.into()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

pub(crate) fn json<P, G>(body: String) -> Response<Reply<P, G>> {
    of_type("application/json", body)
}
