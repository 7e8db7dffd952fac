//! Talking to a provider: codes and refresh tokens become tokens, tokens are given back.
//!
//! Takes a provider and what is to be exchanged. Gives [`Tokens`], bounded and fit for a header. Fails without repeating
//! a secret. Limits: one request, [`EXCHANGE_TIME_MAX`], [`EXCHANGE_BYTES_MAX`]. Why it is so: the protocol is the crate
//! `oauth2`'s; what is ours is the way out, on which our secret stands in the slot that only the token endpoint may be
//! sent, and the small ways in which services differ from the standard.

use super::provider::Provider;
use super::text::Text;
use crate::limits::{EXCHANGE_BYTES_MAX, EXCHANGE_TIME_MAX, SECRET_BYTES_MAX};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenType};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthorizationCode, EmptyExtraTokenFields, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    StandardRevocableToken, StandardTokenIntrospectionResponse, StandardTokenResponse, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Instant;
use zero_config::{Authentication, Revocation, TokenBody};
use zero_dial::Egress;
use zero_egress::{BoxFuture, Credential, Grant, HostPattern, Place, Secret};
use zero_types::connector::{Header, Method, Outcome, Request};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Extra {
    id_token: Option<String>,
}

impl ExtraTokenFields for Extra {}

type Answer = StandardTokenResponse<Extra, BasicTokenType>;
/// A client of one provider, with an authorisation and a token endpoint.
pub(crate) type Client = oauth2::Client<
    BasicErrorResponse,
    Answer,
    StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What a provider gave.
pub(crate) struct Tokens {
    pub(crate) access: Text,
    pub(crate) refresh: Option<Text>,
    pub(crate) expires_ms: Option<i64>,
    pub(crate) scopes: Vec<String>,
    pub(crate) id_token: Option<Text>,
}

/// Why a provider gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// Its own word for it, as OAuth has them.
    #[error("the service refused: `{0}`")]
    Refused(String),
    #[error("the service could not be asked: {0}")]
    Unreachable(String),
    #[error("the service answered in a form that cannot be read")]
    Malformed,
}

/// A request that was not answered.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SendError(String);

/// A client for this provider.
pub(crate) fn client(provider: &Provider, redirect: &RedirectUrl) -> Client {
    let client = oauth2::Client::new(provider.client_id.clone())
        .set_auth_uri(provider.authorization.clone())
        .set_token_uri(provider.token.clone())
        .set_redirect_uri(redirect.clone())
        .set_auth_type(match provider.authentication {
            Authentication::Basic => AuthType::BasicAuth,
            Authentication::Body => AuthType::RequestBody,
        });
    match &provider.client_secret {
        Some(secret) => client.set_client_secret(secret.clone()),
        None => client,
    }
}

/// A code becomes tokens.
pub(crate) async fn redeem(
    egress: &Egress,
    provider: &Provider,
    redirect: &RedirectUrl,
    code: String,
    verifier: &str,
    now_ms: i64,
) -> Result<Tokens, ExchangeError> {
    let http = Way { egress, provider };
    let answer = client(provider, redirect)
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .request_async(&http)
        .await;
    tokens(provider, answer, now_ms)
}

/// A refresh token becomes fresh ones.
pub(crate) async fn refresh(
    egress: &Egress,
    provider: &Provider,
    redirect: &RedirectUrl,
    token: &str,
    now_ms: i64,
) -> Result<Tokens, ExchangeError> {
    let http = Way { egress, provider };
    let token = RefreshToken::new(token.to_owned());
    let answer = client(provider, redirect).exchange_refresh_token(&token).request_async(&http).await;
    tokens(provider, answer, now_ms)
}

/// Gives a token back, where the provider has a place for that; whether it took it.
pub(crate) async fn revoke(egress: &Egress, provider: &Provider, redirect: &RedirectUrl, tokens: &Tokens) -> bool {
    let Some((url, form)) = &provider.revocation else { return false };
    match form {
        Revocation::Standard => {
            // Whoever takes a refresh token back takes its access tokens back as well.
            let token: StandardRevocableToken = match &tokens.refresh {
                Some(refresh) => RefreshToken::new(refresh.to_string()).into(),
                None => AccessToken::new(tokens.access.to_string()).into(),
            };
            let client = client(provider, redirect).set_revocation_url(url.clone());
            let http = Way { egress, provider };
            match client.revoke_token(token) {
                Ok(request) => request.request_async(&http).await.is_ok(),
                Err(_) => false,
            }
        }
        Revocation::Bearer => {
            let mut request = HttpRequest::new(Vec::new());
            *request.method_mut() = http::Method::POST;
            let Ok(uri) = url.url().as_str().parse() else { return false };
            *request.uri_mut() = uri;
            let sent = send(egress, provider, request, Some(tokens.access.to_string())).await;
            sent.is_ok_and(|response| response.status().is_success())
        }
    }
}

/// The way out, as the protocol's crate takes it.
struct Way<'w> {
    egress: &'w Egress,
    provider: &'w Provider,
}

impl<'c> AsyncHttpClient<'c> for Way<'_> {
    type Error = SendError;
    type Future = BoxFuture<'c, Result<HttpResponse, SendError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(self.egress, self.provider, request, None))
    }
}

/// Sends a request of the protocol by the way out. `bearer` is the credential of one that needs another than ours.
async fn send(
    egress: &Egress,
    provider: &Provider,
    request: HttpRequest,
    bearer: Option<String>,
) -> Result<HttpResponse, SendError> {
    let url = request.uri().to_string();
    let host = request.uri().host().unwrap_or_default().to_owned();
    let given = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // A credential stands in a slot, and nowhere else: so it goes to this host and path alone, and is struck from
    // whatever comes back.
    let (prefix, secret) = match (bearer, given.and_then(|value| value.split_once(' '))) {
        (Some(bearer), _) => ("Bearer ", Some(bearer)),
        (None, Some((_, secret))) => ("Basic ", Some(secret.to_owned())),
        (None, None) => ("", None),
    };
    let pattern: HostPattern = host.parse().map_err(|error: zero_egress::PatternError| SendError(error.to_string()))?;
    let (hosts, every) = (vec![host], vec!["*".to_owned()]);
    let mut grant = Grant::new(provider.name.as_str(), &hosts, &every, None).map_err(|it| SendError(it.to_string()))?;
    let credential = secret.is_some().then(|| SLOT.to_owned());
    if let Some(secret) = secret {
        let place = Place::Header { name: "authorization".to_owned(), prefix: prefix.to_owned() };
        let path_prefix = request.uri().path().to_owned();
        grant = grant.with(SLOT, Credential { secret: Secret::new(secret), place, hosts: vec![pattern], path_prefix });
    }
    let (content_type, body) = body(provider, request.into_body());
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let planned = Request {
        method: Method::Post,
        headers: vec![header("accept", "application/json"), header("content-type", content_type)],
        body: Some(body),
        credential,
        ..Request::get(url)
    };
    let fetched = egress.fetch(&grant, planned, Instant::now() + EXCHANGE_TIME_MAX).await;
    match fetched.outcome {
        Outcome::Response(response) if response.body.len() > EXCHANGE_BYTES_MAX => {
            Err(SendError("its answer is too large".to_owned()))
        }
        Outcome::Response(response) => Ok(standard(provider, response.status, &response.body)),
        Outcome::Failed(failure) => Err(SendError(failure.detail)),
    }
}

/// What the credential of a request to a provider is called on the way out.
const SLOT: &str = "client";

/// The body as the provider takes it.
fn body(provider: &Provider, form: Vec<u8>) -> (&'static str, Vec<u8>) {
    match provider.token_body {
        TokenBody::Form => ("application/x-www-form-urlencoded", form),
        TokenBody::Json => {
            let members = form_urlencoded::parse(&form).map(|(name, value)| (name.into_owned(), value.into()));
            let object: Map<String, Value> = members.collect();
            ("application/json", Value::Object(object).to_string().into_bytes())
        }
    }
}

/// The answer as the standard has it, whatever the provider makes of it.
fn standard(provider: &Provider, status: u16, body: &[u8]) -> HttpResponse {
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    let Ok(Value::Object(mut object)) = serde_json::from_slice(body) else {
        // Of a revocation, or nothing that can be read.
        *response.body_mut() = body.to_vec();
        return response;
    };
    if object.get("error").is_some_and(Value::is_string) {
        // Some say with 200 that they refuse.
        if response.status().is_success() {
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
        }
        object.retain(|name, _| name == "error");
    } else {
        let member = provider.token_member.as_ref().and_then(|name| object.get(name)?.as_object().cloned());
        if let Some(member) = member.filter(|member| member.contains_key("access_token")) {
            object = member;
        }
        object.entry("token_type").or_insert_with(|| "bearer".into());
        // Some write it as text.
        if let Some(seconds) =
            object.get("expires_in").and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok())
        {
            object.insert("expires_in".to_owned(), Value::from(seconds));
        }
        object.retain(|name, value| STANDARD_MEMBERS.contains(&name.as_str()) && !value.is_null());
    }
    *response.body_mut() = Value::Object(object).to_string().into_bytes();
    response
}

/// What is read of an answer; the rest is the provider's own.
const STANDARD_MEMBERS: [&str; 6] = ["access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"];

fn tokens(
    provider: &Provider,
    answer: Result<Answer, RequestTokenError<SendError, BasicErrorResponse>>,
    now_ms: i64,
) -> Result<Tokens, ExchangeError> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(refusal) => ExchangeError::Refused(code(refusal.error().as_ref())),
        RequestTokenError::Request(error) => ExchangeError::Unreachable(error.0),
        // These hold the answer, and with it perhaps a token.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => ExchangeError::Malformed,
    })?;
    let fit = |secret: &str| {
        // It stands in a header: anything else than visible ASCII would be refused there, later and less clearly.
        let visible = secret.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = visible && !secret.is_empty() && secret.len() <= SECRET_BYTES_MAX;
        if fits { Ok(Text::new(secret)) } else { Err(ExchangeError::Malformed) }
    };
    let expires_ms = answer.expires_in().map(|time| {
        let time_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        now_ms.saturating_add(time_ms)
    });
    let scopes = answer.scopes().into_iter().flatten().flat_map(|scope| {
        let split: Vec<String> = scope.split(provider.scope_separator.as_str()).map(str::to_owned).collect();
        split
    });
    Ok(Tokens {
        access: fit(answer.access_token().secret())?,
        refresh: answer.refresh_token().map(|token| fit(token.secret())).transpose()?,
        expires_ms,
        scopes: scopes.filter(|scope| !scope.is_empty() && scope.len() <= 256).take(64).collect(),
        id_token: answer.extra_fields().id_token.clone().map(Text::from),
    })
}

/// An error code as OAuth has them; what is none is not repeated.
pub(crate) fn code(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_code = !text.is_empty() && text.len() <= 64 && text.bytes().all(plain);
    if is_code { text.to_owned() } else { "unknown_error".to_owned() }
}
