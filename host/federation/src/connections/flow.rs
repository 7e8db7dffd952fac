//! An account is connected: the way to the provider, and the way back.
//!
//! - **Takes** who asks, from which browser; later, what the provider sends that browser back with.
//! - **Gives** the URL at which the asker agrees; later, a connection in the vault.
//! - **Fails** as a problem; a state, a code, a cookie is never repeated in one.
//! - **Limits**: [`FLOW_MS_MAX`], [`QUERY_BYTES_MAX`], one use of a state.
//! - **Why it is so**: whoever comes back must be the browser that set out, or else somebody could have a victim connect
//!   *their* account to *his* name; so a cookie holds half of what the state is, and the vault the other half. The code is
//!   good only with the verifier (PKCE, S256), only from the provider that the flow was for (`iss`, RFC 9207), and its ID
//!   token only for this flow (`nonce`).

use super::exchange::{self, ExchangeError, Tokens};
use super::provider::Provider;
use super::store::{Connection, Flow, Owner, StoreError, keep_flow, sha256_hex, take_flow};
use super::{Inner, problems, random};
use crate::limits::{ACCOUNT_BYTES_MAX, FLOW_MS_MAX, QUERY_BYTES_MAX};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use zero_pipeline::Problem;
use zero_types::prelude::Principal;

/// The way to a provider.
pub(super) struct Started {
    /// Where the asker agrees.
    pub(super) url: String,
    /// What their browser keeps.
    pub(super) cookie: String,
}

/// What a browser came back with.
#[derive(Debug, Default)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl Inner {
    pub(super) async fn start(&self, owner: Owner, provider: &Provider, now_ms: i64) -> Result<Started, Problem> {
        let drawn = (random::secret(), random::secret(), random::secret(), random::secret());
        let (Some(state), Some(verifier), Some(browser), Some(nonce)) = drawn else {
            return Err(Problem::internal("the system has no randomness"));
        };
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_string()));
        let client = exchange::client(provider, &self.redirect);
        let mut request = client.authorize_url(|| CsrfToken::new(state.to_string())).set_pkce_challenge(challenge);
        if !provider.scopes.is_empty() {
            let scopes = provider.scopes.join(&provider.scope_separator);
            request = request.add_extra_param(provider.scope_parameter.clone(), scopes);
        }
        if provider.is_openid() {
            request = request.add_extra_param("nonce", nonce.to_string());
        }
        for (name, value) in &provider.parameters {
            request = request.add_extra_param(name.clone(), value.clone());
        }
        let (url, _) = request.url();
        let flow = Flow {
            owner,
            provider: provider.name.clone(),
            verifier,
            nonce: nonce.to_string(),
            browser_sha256: sha256_hex(browser.as_bytes()),
            redirect: self.redirect.to_string(),
            until_ms: now_ms.saturating_add(FLOW_MS_MAX),
        };
        let cookie = self.cookie(&state, &browser);
        self.blocking(move |vault| keep_flow(vault, &state, &flow, now_ms)).await?;
        Ok(Started { url: url.into(), cookie })
    }

    /// Ends a flow; gives the name of the provider that is connected now.
    pub(super) async fn finish(
        &self,
        query: &str,
        cookies: &[&str],
        principal: &Principal,
        now_ms: i64,
    ) -> Result<String, Problem> {
        let returned = Returned::read(query)?;
        let state = returned.state.clone().ok_or_else(problems::no_state)?;
        let browser = self.browser(&state, cookies).ok_or_else(problems::not_this_browser)?;
        let flow = self.blocking(move |vault| {
            let hash = sha256_hex(browser.as_bytes());
            take_flow(vault, &state, |flow| flow.browser_sha256.as_bytes().ct_eq(hash.as_bytes()).into())
        });
        let flow = flow.await?.filter(|flow| flow.until_ms > now_ms).ok_or_else(problems::no_state)?;
        // A browser that says who it is must be whose flow it is; one that says nothing has the cookie.
        if Owner::of(principal).is_some_and(|owner| owner != flow.owner) {
            return Err(problems::not_this_browser());
        }
        let provider = self.providers.get(&flow.provider).ok_or_else(problems::no_state)?;
        if flow.redirect != self.redirect.as_str() {
            return Err(problems::no_state());
        }
        check_issuer(provider, returned.iss.as_deref())?;
        if let Some(error) = &returned.error {
            return Err(problems::refused(&provider.title, &exchange::code(error)));
        }
        let code = returned.code.ok_or_else(|| problems::malformed("the callback holds neither `code` nor `error`"))?;
        let redeemed = exchange::redeem(&self.egress, provider, &self.redirect, code, &flow.verifier, now_ms).await;
        let tokens = redeemed.map_err(|error| match error {
            ExchangeError::Refused(code) => problems::refused(&provider.title, &code),
            other => problems::unavailable(&provider.title, &other.to_string()),
        })?;
        let account = match account(provider, &tokens, &flow.nonce) {
            Ok(account) => account,
            Err(why) => {
                exchange::revoke(&self.egress, provider, &self.redirect, &tokens).await;
                return Err(problems::unavailable(&provider.title, why));
            }
        };
        let generation = random::number().ok_or_else(|| Problem::internal("the system has no randomness"))?;
        let mut connection = Connection {
            owner: flow.owner,
            provider: flow.provider.clone(),
            generation,
            access: tokens.access.clone(),
            refresh: None,
            expires_ms: None,
            scopes: provider.scopes.clone(),
            account,
            connected_ms: now_ms,
            refreshed_ms: now_ms,
            is_over: false,
        };
        connection.take(&tokens, now_ms);
        self.keep(connection).await?;
        Ok(flow.provider)
    }

    /// A cookie of its own for each flow, so that several tabs do not disturb each other. `__Host-` binds it to this host,
    /// by TLS; a host on this machine has none.
    fn cookie(&self, state: &str, browser: &str) -> String {
        let name = self.cookie_name(state);
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{name}={browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", FLOW_MS_MAX / 1_000)
    }

    fn cookie_name(&self, state: &str) -> String {
        let hash = sha256_hex(state.as_bytes());
        let prefix = if self.is_secure { "__Host-" } else { "" };
        format!("{prefix}zero-connection-{}", hash.get(..16).unwrap_or_default())
    }

    /// What this browser keeps for this state.
    fn browser(&self, state: &str, cookies: &[&str]) -> Option<String> {
        let name = self.cookie_name(state);
        let mut pairs = cookies.iter().flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    }

    /// What makes the browser forget it.
    pub(super) fn spent_cookie(&self, query: &str) -> Option<String> {
        let state = Returned::read(query).ok()?.state?;
        let secure = if self.is_secure { "; Secure" } else { "" };
        Some(format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", self.cookie_name(&state)))
    }
}

impl Returned {
    fn read(query: &str) -> Result<Self, Problem> {
        if query.len() > QUERY_BYTES_MAX {
            return Err(problems::malformed("the callback's query is too long"));
        }
        let mut returned = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut returned.state,
                "code" => &mut returned.code,
                "error" => &mut returned.error,
                "iss" => &mut returned.iss,
                _ => continue,
            };
            // Who sends two could have one read here and the other elsewhere.
            if place.replace(value.into_owned()).is_some() {
                return Err(problems::malformed("the callback says something twice"));
            }
        }
        Ok(returned)
    }
}

/// RFC 9207: the answer must be of the provider that the flow was for.
fn check_issuer(provider: &Provider, iss: Option<&str>) -> Result<(), Problem> {
    match (iss, &provider.issuer) {
        (Some(iss), Some(issuer)) if iss == issuer => Ok(()),
        (None, _) if !provider.issuer_sent => Ok(()),
        (Some(_), None) => Err(problems::unavailable(
            &provider.title,
            "it names itself in `iss`, and the operator has not said who it is: `issuer` of the provider",
        )),
        _ => Err(problems::malformed("the callback is from another service than the one that was asked")),
    }
}

#[derive(Deserialize)]
struct IdToken {
    iss: String,
    aud: Audience,
    nonce: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whose account it is, for people. The ID token came from the token endpoint itself, by TLS, so its signature need not
/// be verified (OpenID Connect Core, 3.1.3.7); that it is of this flow, and for us, is checked.
fn account(provider: &Provider, tokens: &Tokens, nonce: &str) -> Result<Option<String>, &'static str> {
    let Some(token) = tokens.id_token.as_ref().filter(|_| provider.is_openid()) else { return Ok(None) };
    let payload = token.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let payload = payload.and_then(|payload| serde_json::from_slice::<IdToken>(&payload).ok());
    let payload = payload.ok_or("its ID token cannot be read")?;
    let for_us = match &payload.aud {
        Audience::One(one) => one == provider.client_id.as_str(),
        Audience::Many(many) => many.iter().any(|one| one == provider.client_id.as_str()),
    };
    if !for_us || provider.issuer.as_ref().is_some_and(|issuer| *issuer != payload.iss) {
        return Err("its ID token is for somebody else");
    }
    if payload.nonce.as_deref() != Some(nonce) {
        return Err("its ID token is of another flow");
    }
    let name = payload.email.or(payload.name).map(|name| name.chars().filter(|c| !c.is_control()).collect::<String>());
    Ok(name.filter(|name| !name.is_empty() && name.len() <= ACCOUNT_BYTES_MAX))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => problems::busy(),
            other => problems::broken(&other),
        }
    }
}
