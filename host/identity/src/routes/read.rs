//! Bodies of requests.

use crate::limits::BODY_BYTES_MAX;
use crate::{Refused, problems};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};
use zero_pipeline::Problem;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    pub(super) name: String,
    pub(super) password: Zeroizing<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    pub(super) name: String,
    pub(super) password: Zeroizing<String>,
    #[serde(default)]
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    pub(super) refresh_token: Zeroizing<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Logout {
    #[serde(default)]
    pub(super) refresh_token: Option<Zeroizing<String>>,
    #[serde(default)]
    pub(super) everywhere: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    pub(super) password: Zeroizing<String>,
    pub(super) new_password: Zeroizing<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    pub(super) code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskey {
    pub(super) ceremony: String,
    #[serde(default)]
    pub(super) label: String,
    pub(super) credential: RegisterPublicKeyCredential,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasskeyLogin {
    pub(super) ceremony: String,
    #[serde(default)]
    pub(super) scope: Option<String>,
    pub(super) credential: PublicKeyCredential,
}

/// A body as JSON. What is wrong with it is told by its place, and never repeated: it may hold a password.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Refused> {
    let hint = "send JSON, as `Content-Type: application/json`, with the fields that the documentation names";
    // A page of somebody else cannot send this type without asking first.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        let title = "not a body that can be read";
        return Err(Problem::of_asker("unsupported-media-type", 415, title, "the body is not JSON", hint).into());
    }
    if body.len() > BODY_BYTES_MAX {
        let detail = format!("the body is over the limit of {BODY_BYTES_MAX} bytes");
        return Err(Problem::of_asker("body-too-large", 413, "the body is too large", detail, "send less").into());
    }
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "does not have the fields that are needed here, or others besides",
            _ => "is no JSON",
        };
        Problem::malformed(format!("the body {what}: line {}, column {}", error.line(), error.column()), hint).into()
    })
}

/// The same, where a body may be left out.
pub(super) fn json_or_default<T: DeserializeOwned + Default>(headers: &HeaderMap, body: &Bytes) -> Result<T, Refused> {
    if body.is_empty() { Ok(T::default()) } else { json(headers, body) }
}

/// Scopes as a sign-in names them: words between spaces.
pub(super) fn scope(said: Option<String>) -> Result<Option<String>, Refused> {
    let Some(said) = said else { return Ok(None) };
    let scopes: Vec<&str> = said.split(' ').filter(|scope| !scope.is_empty()).collect();
    crate::keys::check_scopes(scopes.iter().copied())?;
    if scopes.is_empty() {
        return Err(problems::unusable("`scope` names nothing", "leave it out, and the token may what its owner may"));
    }
    Ok(Some(scopes.join(" ")))
}
