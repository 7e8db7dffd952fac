//! Failures of the contract, worded in one place. They name the host, never the URL: a query may hold a secret.

use crate::{CacheHeaders, Fetched};
use zero_types::connector::{FetchFailure, FetchFailureKind, Outcome};

pub(crate) type Attempt<T> = Result<T, FetchFailure>;

pub(crate) fn refused(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Refused, detail)
}

pub(crate) fn malformed(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Malformed, detail)
}

pub(crate) fn unreachable(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Unreachable, detail)
}

pub(crate) fn too_large(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::TooLarge, detail)
}

pub(crate) fn timeout(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Timeout, detail)
}

pub(crate) fn failure(kind: FetchFailureKind, detail: impl Into<String>) -> FetchFailure {
    FetchFailure { kind, detail: detail.into() }
}

/// What hyper met while it talked to `host`.
pub(crate) fn of_hyper(host: &str, error: &hyper::Error) -> FetchFailure {
    // Only servers are told by name; the words are the same on both sides.
    if error.is_parse() && error.to_string().contains("too large") {
        too_large(format!("`{host}` sent a header block that is too large"))
    } else if error.is_parse() {
        malformed(format!("`{host}` did not answer in HTTP: {}", chain(error)))
    } else {
        unreachable(format!("the connection to `{host}` broke: {}", chain(error)))
    }
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}

impl From<FetchFailure> for Fetched {
    fn from(failure: FetchFailure) -> Self {
        Self { outcome: Outcome::Failed(failure), cache: CacheHeaders::default() }
    }
}
