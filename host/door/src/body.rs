//! The body of a request, of which nobody waits for more than a question can have.

use crate::problem;
use bytes::{Bytes, BytesMut};
use core::fmt::Display;
use core::pin::pin;
use futures_util::future::{Either, select};
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, header};
use zero_pipeline::limits::{BODY_TIME_MAX, REQUEST_BODY_BYTES_MAX};
use zero_pipeline::{Platform, Problem};

/// Why there is no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyProblem {
    /// Over [`REQUEST_BODY_BYTES_MAX`].
    TooLarge,
    /// It broke off; how.
    Broken(String),
}

impl From<BodyProblem> for Problem {
    fn from(problem: BodyProblem) -> Self {
        match problem {
            BodyProblem::TooLarge => problem::body_too_large(),
            BodyProblem::Broken(how) => Self::malformed(format!("the body broke off: {how}"), "send it again, whole"),
        }
    }
}

/// The chunks of a body in one piece, as long as they are few bytes.
///
/// # Errors
/// They are not, or one of them is an error.
pub async fn collect<C: AsRef<[u8]>, E: Display>(
    chunks: impl Stream<Item = Result<C, E>>,
) -> Result<Bytes, BodyProblem> {
    let mut chunks = pin!(chunks);
    let mut body = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| BodyProblem::Broken(error.to_string()))?;
        if chunk.as_ref().len() > REQUEST_BODY_BYTES_MAX - body.len() {
            return Err(BodyProblem::TooLarge);
        }
        body.extend_from_slice(chunk.as_ref());
    }
    Ok(body.freeze())
}

/// The body, if it is small and comes in time.
pub(crate) async fn in_time<P: Platform>(
    platform: &P,
    headers: &HeaderMap,
    body: impl Future<Output = Result<Bytes, BodyProblem>>,
) -> Result<Bytes, Problem> {
    // Whoever says beforehand that it is too large need not send it.
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|bytes: usize| bytes > REQUEST_BODY_BYTES_MAX) {
        return Err(problem::body_too_large());
    }
    match select(pin!(body), pin!(platform.sleep(BODY_TIME_MAX))).await {
        // Some hosts have read the body beforehand, with limits of their own.
        Either::Left((Ok(body), _)) if body.len() > REQUEST_BODY_BYTES_MAX => Err(problem::body_too_large()),
        Either::Left((body, _)) => Ok(body?),
        Either::Right(_) => Err(problem::body_too_slow()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use futures_util::FutureExt as _;
    use futures_util::stream;

    fn collected<E: Display>(chunks: Vec<Result<Vec<u8>, E>>) -> Result<Bytes, BodyProblem> {
        collect(stream::iter(chunks)).now_or_never().unwrap()
    }

    #[test]
    fn a_body_is_one_piece_of_few_bytes() {
        let fine: Result<Vec<u8>, Infallible> = Ok(b"why".to_vec());
        assert_eq!(collected(vec![fine.clone(), Ok(b"?".to_vec())]).unwrap(), "why?");
        assert_eq!(collected::<Infallible>(Vec::new()).unwrap(), "");
        let half: Result<Vec<u8>, Infallible> = Ok(vec![b' '; REQUEST_BODY_BYTES_MAX / 2]);
        assert_eq!(collected(vec![half.clone(), half.clone()]).unwrap().len(), REQUEST_BODY_BYTES_MAX);
        assert_eq!(collected(vec![half.clone(), half, fine]), Err(BodyProblem::TooLarge));
        assert_eq!(collected(vec![Ok(b"{".to_vec()), Err("reset")]), Err(BodyProblem::Broken("reset".to_owned())));
    }

    #[test]
    fn nothing_is_kept_of_a_body_without_end() {
        let endless = stream::iter((0..).map(|_| Ok::<_, Infallible>([b' '; 1024])));
        assert_eq!(collect(endless).now_or_never().unwrap(), Err(BodyProblem::TooLarge));
    }
}
