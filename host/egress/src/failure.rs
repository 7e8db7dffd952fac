//! Failures of the contract, worded in one place. They name the host, never the URL: a query may hold a secret.

use crate::{CacheHeaders, Fetched};
use zero_types::connector::{FetchFailure, FetchFailureKind, Outcome};

/// What a step of an exchange comes to.
pub type Attempt<T> = Result<T, FetchFailure>;

/// The policy does not allow it.
pub fn refused(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Refused, detail)
}

/// What came is not what it says it is.
pub fn malformed(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Malformed, detail)
}

/// No connection, or one that broke.
pub fn unreachable(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Unreachable, detail)
}

/// More came than is kept.
pub fn too_large(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::TooLarge, detail)
}

/// The time was over.
pub fn timeout(detail: impl Into<String>) -> FetchFailure {
    failure(FetchFailureKind::Timeout, detail)
}

/// `host` said nothing within its time.
#[must_use]
pub fn silent(host: &str) -> FetchFailure {
    timeout(format!("`{host}` did not answer in time"))
}

/// Any other kind.
pub fn failure(kind: FetchFailureKind, detail: impl Into<String>) -> FetchFailure {
    FetchFailure { kind, detail: detail.into() }
}

/// The host of a URL, for messages only.
#[must_use]
pub fn host_of(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

impl From<FetchFailure> for Fetched {
    fn from(failure: FetchFailure) -> Self {
        Self { outcome: Outcome::Failed(failure), cache: CacheHeaders::default() }
    }
}
