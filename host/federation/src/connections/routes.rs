//! The HTTP routes.
//!
//! ```text
//! GET    /v1/connections                    what is connected, and what can be
//! POST   /v1/connections/{provider}/start   {"authorization_url": "...", "expires_in": 600}, and a cookie
//! GET    /v1/connections/callback           where providers send browsers back
//! DELETE /v1/connections/{provider}         gives the token back and forgets it
//! ```
//!
//! Takes the head of a request and who asks; gives a response. Fails as RFC 9457 problems. Limits: no route reads a body.
//! Why it is so: a flow is begun by a request that carries a credential, which no other site can send, and ends in the
//! browser that began it.

use super::store::Owner;
use super::{CALLBACK_PATH, Connections, problems};
use crate::limits::FLOW_MS_MAX;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Value, json};
use zero_door::Rule;
use zero_pipeline::Problem;
use zero_types::prelude::{Permission, Principal};

/// Where a request can go.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'p> {
    /// The list.
    All,
    /// The way to a provider.
    Start(&'p str),
    /// The way back.
    Callback,
    /// One connection.
    One(&'p str),
}

impl<'p> Place<'p> {
    /// None when there is nothing at this path.
    #[must_use]
    pub fn of(path: &'p str) -> Option<Self> {
        if path == CALLBACK_PATH {
            return Some(Self::Callback);
        }
        let rest = path.strip_prefix("/v1/connections")?;
        let Some(rest) = rest.strip_prefix('/') else { return rest.is_empty().then_some(Self::All) };
        match rest.split_once('/') {
            None if !rest.is_empty() => Some(Self::One(rest)),
            Some((provider, "start")) if !provider.is_empty() => Some(Self::Start(provider)),
            _ => None,
        }
    }

    /// What is asked of whoever comes here. A browser that a provider sends back carries no credential: it is known by
    /// its cookie.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::All | Self::Start(_) | Self::One(_) => Rule::own(Permission::ManageConnections, "connections"),
            Self::Callback => Rule::Open,
        }
    }

    fn method(&self) -> Method {
        match self {
            Self::All | Self::Callback => Method::GET,
            Self::Start(_) => Method::POST,
            Self::One(_) => Method::DELETE,
        }
    }
}

impl Connections {
    /// Responds to a request for one of its places, whose rule was kept; none when it is for another.
    pub async fn respond(&self, parts: &Parts, principal: &Principal, now_ms: i64) -> Option<Response<Bytes>> {
        let place = Place::of(parts.uri.path())?;
        if parts.method != place.method() {
            let mut refusal = zero_door::problem::response(&zero_door::problem::method_not_allowed(&parts.method));
            if let Ok(allow) = HeaderValue::from_str(place.method().as_str()) {
                refusal.headers_mut().insert(header::ALLOW, allow);
            }
            return Some(private(refusal));
        }
        let responded = match place {
            Place::All => self.list(principal).await.map(|list| response(&list)),
            Place::Start(provider) => self.start(provider, principal, now_ms).await,
            Place::Callback => self.callback(parts, principal, now_ms).await,
            Place::One(provider) => self.disconnect(provider, principal).await.map(|done| response(&done)),
        };
        Some(private(responded.unwrap_or_else(|problem| zero_door::problem::response(&problem))))
    }

    async fn list(&self, principal: &Principal) -> Result<Value, Problem> {
        let owner = Owner::of(principal).ok_or_else(problems::anonymous)?;
        let (mut connections, mut providers) = (Vec::new(), Vec::new());
        for (name, provider) in &self.0.providers {
            providers.push(json!({"provider": name, "title": provider.title, "scopes": provider.scopes}));
            let Some(found) = self.0.load(&owner, name).await? else { continue };
            connections.push(json!({
                "provider": name,
                "title": provider.title,
                "account": found.account,
                "scopes": found.scopes,
                "state": if found.is_over { "over" } else { "connected" },
                "connected_ms": found.connected_ms,
                "refreshed_ms": found.refreshed_ms,
            }));
        }
        Ok(json!({"connections": connections, "providers": providers}))
    }

    async fn start(&self, provider: &str, principal: &Principal, now_ms: i64) -> Result<Response<Bytes>, Problem> {
        let owner = Owner::of(principal).ok_or_else(problems::anonymous)?;
        let provider = self.0.providers.get(provider).ok_or_else(problems::no_provider)?;
        let started = self.0.start(owner, provider, now_ms).await?;
        let mut response = response(&json!({"authorization_url": started.url, "expires_in": FLOW_MS_MAX / 1_000}));
        set_cookie(response.headers_mut(), &started.cookie);
        Ok(response)
    }

    async fn callback(&self, parts: &Parts, principal: &Principal, now_ms: i64) -> Result<Response<Bytes>, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies: Vec<&str> = cookies.collect();
        let provider = self.0.finish(query, &cookies, principal, now_ms).await?;
        let title = self.0.providers.get(&provider).map_or(provider.as_str(), |provider| provider.title.as_str());
        let mut response = match &self.0.return_url {
            Some(url) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::SEE_OTHER;
                if let Ok(url) = HeaderValue::from_str(url) {
                    response.headers_mut().insert(header::LOCATION, url);
                }
                response
            }
            None => {
                let text = format!("your account at {title} is connected; you can close this window\n");
                let mut response = Response::new(Bytes::from(text));
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, plain);
                response
            }
        };
        if let Some(spent) = self.0.spent_cookie(query) {
            set_cookie(response.headers_mut(), &spent);
        }
        Ok(response)
    }

    async fn disconnect(&self, provider: &str, principal: &Principal) -> Result<Value, Problem> {
        let owner = Owner::of(principal).ok_or_else(problems::anonymous)?;
        // One that the operator does not offer any more can still be forgotten, by those who have it.
        match self.0.disconnect(&owner, provider).await? {
            Some(true) => Ok(json!({"disconnected": provider, "revoked": true})),
            Some(false) => {
                let hint = "the token is forgotten here; withdraw it at the service as well, in its settings";
                Ok(json!({"disconnected": provider, "revoked": false, "hint": hint}))
            }
            None => match self.0.providers.get(provider) {
                Some(provider) => Err(problems::not_connected(&provider.title)),
                None => Err(problems::no_provider()),
            },
        }
    }
}

fn response(value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn set_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// A URL of these routes may hold a code: it goes into no cache, and no page that is opened from here hears of it.
fn private(mut response: Response<Bytes>) -> Response<Bytes> {
    let headers: [(HeaderName, &str); 3] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_place_or_none() {
        for (path, expected) in [
            ("/v1/connections", Some(Place::All)),
            ("/v1/connections/", None),
            ("/v1/connections/google", Some(Place::One("google"))),
            ("/v1/connections/google/start", Some(Place::Start("google"))),
            ("/v1/connections/google/start/", None),
            ("/v1/connections//start", None),
            ("/v1/connections/callback", Some(Place::Callback)),
            ("/v1/connectionsx", None),
            ("/v1/answer", None),
        ] {
            assert_eq!(Place::of(path), expected, "{path}");
        }
    }
}
