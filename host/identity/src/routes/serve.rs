//! What each route does, in the order of the documentation.

use super::{Route, read};
use crate::accounts::Shown;
use crate::house::House;
use crate::keys::{Wanted, check_label};
use crate::limits::{FRESH_MS, JWKS_MAX_AGE_S};
use crate::records::{Account, Family, Owner};
use crate::sessions::Asks;
use crate::signing::name_of;
use crate::{Identity, Refused, problems};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use std::net::IpAddr;
use zero_pipeline::Problem;
use zero_types::functions::Principal;

/// What a request says, once it is to be worked on.
struct Request {
    route: Route,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    /// Who says they ask; whether it is one of ours has to be seen.
    subject: String,
    session: Option<String>,
    peer: IpAddr,
    agent: String,
    now_ms: i64,
}

/// A response to be.
struct Done {
    status: StatusCode,
    body: Option<Value>,
}

impl Done {
    fn json(report: &impl Serialize) -> Result<Self, Refused> {
        let body = serde_json::to_value(report).map_err(|_| problems::broken("a response could not be written"))?;
        Ok(Self { status: StatusCode::OK, body: Some(body) })
    }

    fn created(report: &impl Serialize) -> Result<Self, Refused> {
        Ok(Self { status: StatusCode::CREATED, ..Self::json(report)? })
    }

    fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }
}

pub(crate) async fn respond(
    identity: &Identity,
    route: Route,
    parts: &Parts,
    body: Bytes,
    principal: &Principal,
    peer: IpAddr,
    now_ms: i64,
) -> Response<Bytes> {
    if !route.takes(&parts.method) {
        let mut refusal = zero_door::problem::response(&zero_door::problem::method_not_allowed(&parts.method));
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static(route.allow()));
        return finished(refusal);
    }
    let public = matches!(route, Route::Jwks | Route::Metadata);
    let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let request = Request {
        method: parts.method.clone(),
        headers: parts.headers.clone(),
        body,
        subject: principal.id.clone(),
        session: principal.session.clone(),
        peer,
        agent: agent.to_owned(),
        now_ms,
        route,
    };
    let pool = if request.route.hashes() { &identity.hashing } else { &identity.desk };
    let house = std::sync::Arc::clone(&identity.house);
    let done = pool.run(move || house.serve(&request)).await;
    match done.and_then(|done| done.map_err(Problem::from)) {
        Ok(done) => {
            let mut response = Response::new(done.body.map_or_else(Bytes::new, |body| body.to_string().into()));
            *response.status_mut() = done.status;
            if !response.body().is_empty() {
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
            }
            if public { kept(response) } else { finished(response) }
        }
        Err(problem) => finished(zero_door::problem::response(&problem)),
    }
}

/// Tokens and secrets are for one asker and one moment.
fn finished(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Public keys are for everybody, and for a while.
fn kept(mut response: Response<Bytes>) -> Response<Bytes> {
    let age = format!("public, max-age={JWKS_MAX_AGE_S}, stale-if-error=86400");
    if let Ok(age) = HeaderValue::from_str(&age) {
        response.headers_mut().insert(header::CACHE_CONTROL, age);
    }
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

impl House {
    fn serve(&self, request: &Request) -> Result<Done, Refused> {
        // A key that is due now must not wait for the next minute: it may be the one to sign with.
        self.tick(request.now_ms)?;
        let Request { headers, body, now_ms, .. } = request;
        let asks = &Asks { peer: request.peer, agent: &request.agent, now_ms: *now_ms };
        match &request.route {
            Route::Register => {
                let read::Register { name, password } = read::json(headers, body)?;
                self.register(&name, &password, asks)?;
                let next = "sign in with this name and password at POST /v1/auth/login";
                Ok(Done { status: StatusCode::ACCEPTED, body: Some(json!({"next": next})) })
            }
            Route::Login => {
                let read::Login { name, password, code, scope } = read::json(headers, body)?;
                let scope = read::scope(scope)?;
                Done::json(&self.sign_in(
                    &Shown { name: &name, password: &password, code: code.as_deref() },
                    scope,
                    asks,
                )?)
            }
            Route::Refresh => {
                let read::Refresh { refresh_token } = read::json(headers, body)?;
                Done::json(&self.refresh(&refresh_token, asks)?)
            }
            Route::Logout => self.sign_out(request),
            Route::Account => {
                let (account, family) = self.known(request)?;
                Done::json(&json!({
                    "id": account.id,
                    "name": account.name,
                    "tenant": account.tenant,
                    "roles": account.roles,
                    "session": family.session,
                    "second_factor": account.factor().is_some(),
                    "recovery_codes": account.recovery.len(),
                    "passkeys": self.passkeys(&account.id)?.len(),
                }))
            }
            Route::Password => {
                let (account, family) = self.known(request)?;
                let read::Password { password, new_password } = read::json(headers, body)?;
                self.change_password(&account, &family.session, (&password, &new_password), asks)?;
                Ok(Done::nothing())
            }
            Route::Sessions => {
                let (account, _) = self.known(request)?;
                Done::json(&json!({"sessions": self.sessions(&account.id, *now_ms)?}))
            }
            Route::Session(id) => {
                let (account, _) = self.known(request)?;
                if !self.end_session(&account.id, id, *now_ms)? {
                    return Err(problems::nothing_here("session"));
                }
                Ok(Done::nothing())
            }
            Route::Totp if request.method == Method::DELETE => {
                let account = self.fresh(request)?;
                let read::Code { code } = read::json(headers, body)?;
                self.drop_factor(&account, &code, asks)?;
                Ok(Done::nothing())
            }
            Route::Totp => Done::created(&self.enrol(&self.fresh(request)?)?),
            Route::TotpConfirm => {
                let account = self.fresh(request)?;
                let read::Code { code } = read::json(headers, body)?;
                Done::json(&json!({"recovery_codes": self.confirm(&account, &code, asks)?}))
            }
            Route::PasskeyLoginStart => Done::json(&self.begin_sign_in(asks)?),
            Route::PasskeyLoginFinish => {
                let read::PasskeyLogin { ceremony, scope, credential } = read::json(headers, body)?;
                Done::json(&self.finish_sign_in(&ceremony, &credential, read::scope(scope)?, asks)?)
            }
            Route::PasskeyRegisterStart => Done::json(&self.begin_passkey(&self.fresh(request)?, asks)?),
            Route::PasskeyRegisterFinish => {
                let account = self.fresh(request)?;
                let read::NewPasskey { ceremony, label, credential } = read::json(headers, body)?;
                check_label(&label)?;
                Done::created(&self.finish_passkey(&account, (&ceremony, label), &credential, asks)?)
            }
            Route::Passkeys => {
                let (account, _) = self.known(request)?;
                Done::json(&json!({"passkeys": self.passkeys(&account.id)?}))
            }
            Route::Passkey(id) => self.forget_passkey(&self.fresh(request)?.id, id).map(|()| Done::nothing()),
            Route::Keys if request.method == Method::POST => {
                let owner = Owner::Account(self.fresh(request)?.id);
                let wanted: Wanted = read::json_or_default(headers, body)?;
                Done::created(&self.issue(owner, wanted, *now_ms)?)
            }
            Route::Keys => {
                let owner = Owner::Account(self.known(request)?.0.id);
                Done::json(&json!({"keys": self.keys(Some(&owner))?}))
            }
            Route::Key(id) => {
                let owner = Owner::Account(self.known(request)?.0.id);
                self.revoke(id, Some(&owner)).map(|()| Done::nothing())
            }
            Route::Jwks => {
                let keys: Vec<Value> = self.signers().iter().map(|signer| signer.jwk.clone()).collect();
                Done::json(&json!({"keys": keys}))
            }
            Route::Metadata => Done::json(&self.metadata()),
        }
    }

    /// Whoever signed in at this host.
    fn known(&self, request: &Request) -> Result<(Account, Family), Refused> {
        let session = request.session.as_deref().ok_or_else(problems::sign_in_needed)?;
        self.signed_in(&request.subject, session)
    }

    /// And did so a short while ago: what a stolen token must not do.
    fn fresh(&self, request: &Request) -> Result<Account, Refused> {
        let (account, family) = self.known(request)?;
        if request.now_ms.saturating_sub(family.created_ms) > FRESH_MS {
            return Err(problems::sign_in_again());
        }
        Ok(account)
    }

    fn sign_out(&self, request: &Request) -> Result<Done, Refused> {
        let said: read::Logout = read::json_or_default(&request.headers, &request.body)?;
        if let Some(token) = &said.refresh_token {
            self.sign_out_by(token, request.now_ms)?;
            if !said.everywhere {
                return Ok(Done::nothing());
            }
        }
        let (account, family) = self.known(request)?;
        if said.everywhere {
            self.end_sessions(&account.id, None, request.now_ms)?;
        } else {
            self.end_session(&account.id, &family.session, request.now_ms)?;
        }
        Ok(Done::nothing())
    }

    /// RFC 8414; at the address of OpenID Connect Discovery as well, where programs look that verify tokens.
    fn metadata(&self) -> Value {
        let issuer = &self.settings.issuer;
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
            "token_endpoint": format!("{issuer}/v1/auth/refresh"),
            "revocation_endpoint": format!("{issuer}/v1/auth/logout"),
            "registration_endpoint": self.settings.registration.then(|| format!("{issuer}/v1/auth/register")),
            "response_types_supported": [],
            "grant_types_supported": ["refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [name_of(self.settings.algorithm)],
        })
    }
}
