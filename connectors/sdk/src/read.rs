//! Reading outcomes: what went wrong becomes a typed [`Failure`] in one place.

use crate::{Failure, FailureKind, FetchFailureKind, Outcome, Response};
use serde::de::DeserializeOwned;

/// Seconds; a service that asks for more is not waited for, only suspended.
const RETRY_AFTER_SECONDS_MAX: u32 = 86_400;

/// The response, if it is a success (2xx).
///
/// # Errors
/// Every other outcome as the failure it means: 401 and 403 a credential, 429 (and 403 with no request left) a rate
/// limit with its delay, 5xx upstream ...
pub fn success(outcome: &Outcome) -> Result<&Response, Failure> {
    match outcome {
        Outcome::Response(response) => match response.status {
            200..=299 => Ok(response),
            // Some services say with 403 that the quota is used up, and with a header that this is what they mean.
            403 if response.header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0") => {
                Err(Failure::new(FailureKind::RateLimited, status_line(response)).retry_after(retry_after(response)))
            }
            401 | 403 | 407 => Err(Failure::new(FailureKind::Credential, status_line(response))),
            429 => {
                Err(Failure::new(FailureKind::RateLimited, status_line(response)).retry_after(retry_after(response)))
            }
            503 if response.header("retry-after").is_some() => {
                Err(Failure::new(FailureKind::RateLimited, status_line(response)).retry_after(retry_after(response)))
            }
            _ => Err(Failure::new(FailureKind::Upstream, status_line(response))),
        },
        Outcome::Failed(failed) => {
            let kind = match failed.kind {
                FetchFailureKind::Refused | FetchFailureKind::Suspended => FailureKind::Internal,
                FetchFailureKind::Malformed | FetchFailureKind::TooLarge => FailureKind::Malformed,
                FetchFailureKind::Unresolved | FetchFailureKind::Unreachable | FetchFailureKind::Timeout => {
                    FailureKind::Unreachable
                }
            };
            Err(Failure::new(kind, failed.detail.clone()))
        }
    }
}

/// The body of a success as UTF-8 text.
///
/// # Errors
/// As [`success`], and [`FailureKind::Malformed`] for other bytes.
pub fn text(outcome: &Outcome) -> Result<&str, Failure> {
    core::str::from_utf8(&success(outcome)?.body)
        .map_err(|error| Failure::new(FailureKind::Malformed, format!("not UTF-8: {error}")))
}

/// The body of a success as JSON.
///
/// # Errors
/// As [`success`], and [`FailureKind::Malformed`] when it is not JSON of this shape.
pub fn json<T: DeserializeOwned>(outcome: &Outcome) -> Result<T, Failure> {
    serde_json::from_slice(&success(outcome)?.body)
        .map_err(|error| Failure::new(FailureKind::Malformed, format!("not the JSON expected: {error}")))
}

fn status_line(response: &Response) -> String {
    format!("HTTP status {}", response.status)
}

fn retry_after(response: &Response) -> Option<u32> {
    response.header("retry-after")?.trim().parse().ok().map(|seconds: u32| seconds.min(RETRY_AFTER_SECONDS_MAX))
}

/// What travels from round to round.
pub mod state {
    use super::{DeserializeOwned, Failure, FailureKind};

    /// Writes a state.
    ///
    /// # Errors
    /// Only for types that JSON cannot hold, such as maps with keys that are not strings.
    pub fn save<T: serde::Serialize>(state: &T) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(state).map_err(|error| Failure::new(FailureKind::Internal, format!("state: {error}")))
    }

    /// Reads a state back.
    ///
    /// # Errors
    /// [`FailureKind::Internal`] when the bytes were not written by [`save`] of the same version.
    pub fn load<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(bytes).map_err(|error| Failure::new(FailureKind::Internal, format!("state: {error}")))
    }
}
