//! A document of an issuer, by the way out and by nothing else.

use crate::limits::ISSUER_TIME_MAX;
use std::time::Instant;
use url::Url;
use zero_dial::Egress;
use zero_egress::Grant;
use zero_pipeline::Freshness;
use zero_types::connector::{Outcome, Request};

/// A document, and how long it may be kept.
pub(super) struct Document {
    pub(super) body: Vec<u8>,
    pub(super) freshness: Freshness,
}

/// Fetches `url`, which only this host answers; a redirect is a failure like any other status.
pub(super) async fn document(egress: &Egress, url: &Url, bytes_max: usize, now_ms: i64) -> Result<Document, String> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let grant =
        Grant::new("an issuer of tokens", &[host], &["*".to_owned()], None).map_err(|error| error.to_string())?;
    let request = Request::get(url.as_str()).header("accept", "application/json, application/jwk-set+json");
    let fetched = egress.fetch(&grant, request, Instant::now() + ISSUER_TIME_MAX).await;
    match fetched.outcome {
        Outcome::Response(response) if response.status != 200 => {
            Err(format!("`{url}` answered with the status {}", response.status))
        }
        Outcome::Response(response) if response.body.len() > bytes_max => {
            Err(format!("`{url}` has {} bytes, over the limit of {bytes_max}", response.body.len()))
        }
        Outcome::Response(response) => Ok(Document { body: response.body, freshness: fetched.cache.freshness(now_ms) }),
        Outcome::Failed(failure) => Err(failure.detail),
    }
}
