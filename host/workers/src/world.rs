//! The platform's clock, network and store, as the pipeline wants them.

use core::time::Duration;
use futures_util::StreamExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use worker::{AbortController, Cache, Context, Delay, Env, Fetch, Headers, Method, RequestInit, RequestRedirect};
use zero_edge::World;
use zero_egress::failure::{malformed, unreachable};
use zero_pipeline::limits::RESPONSE_BYTES_MAX;
use zero_types::connector::FetchFailure;

/// The KV namespace of the cache, where the operator has one; `zero-workers-pack` binds it.
const BINDING_CACHE: &str = "ZERO_CACHE";
/// Where entries of the Cache API stand: a name that is nobody's.
const CACHE_BASE: &str = "https://cache.zero.internal/";
/// What KV keeps at least.
const KV_SECONDS_MIN: u64 = 60;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn random_values(into: &mut [u8]);
}

/// What one request brings.
#[derive(Clone)]
pub(crate) struct RequestWorld(Rc<(Env, Context)>);

impl RequestWorld {
    pub(crate) fn new(env: Env, context: Context) -> Self {
        Self(Rc::new((env, context)))
    }

    fn env(&self) -> &Env {
        &self.0.0
    }
}

impl World for RequestWorld {
    fn now_ms(&self) -> i64 {
        // Whole milliseconds, far below where whole numbers end.
        js_sys::Date::now() as i64
    }

    fn elapsed(&self) -> Duration {
        Duration::try_from_secs_f64(performance_now() / 1000.0).unwrap_or_default()
    }

    fn random(&self) -> u64 {
        let mut bytes = [0; 8];
        random_values(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    async fn sleep(&self, duration: Duration) {
        Delay::from(duration).await;
    }

    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _budget: Duration,
    ) -> Result<http::Response<Vec<u8>>, FetchFailure> {
        // Whoever waits gives up and drops this; the platform's own request ends with it.
        exchange(request, &AbortOnDrop(AbortController::default())).await
    }

    fn secret(&self, name: &str) -> Option<String> {
        let text = self.env().secret(name).ok()?.to_string();
        (!text.is_empty()).then_some(text)
    }

    async fn recall(&self, key: &str) -> Option<Vec<u8>> {
        if let Ok(store) = self.env().kv(BINDING_CACHE) {
            return store.get(key).bytes().await.ok().flatten();
        }
        let mut found = Cache::default().get(cache_url(key), false).await.ok()??;
        found.bytes().await.ok()
    }

    fn keep(&self, key: String, entry: Vec<u8>, lifetime: Duration) {
        let seconds = lifetime.as_secs().max(1);
        let env = self.0.clone();
        self.0.1.wait_until(async move {
            // An entry that cannot be kept is asked for again: nobody waits for it.
            if let Ok(store) = env.0.kv(BINDING_CACHE) {
                if let Ok(put) = store.put_bytes(&key, &entry) {
                    drop(put.expiration_ttl(seconds.max(KV_SECONDS_MIN)).execute().await);
                }
            } else if let Ok(response) = worker::Response::from_bytes(entry) {
                let headers = Headers::new();
                drop(headers.set("cache-control", &format!("max-age={seconds}")));
                drop(Cache::default().put(cache_url(&key), response.with_headers(headers)).await);
            }
        });
    }
}

fn cache_url(key: &str) -> String {
    format!("{CACHE_BASE}{key}")
}

/// Ends the platform's request when nobody waits for it any more.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        core::mem::take(&mut self.0).abort();
    }
}

fn broken(error: &worker::Error) -> FetchFailure {
    unreachable(error.to_string())
}

async fn exchange(
    request: http::Request<Vec<u8>>,
    abort: &AbortOnDrop,
) -> Result<http::Response<Vec<u8>>, FetchFailure> {
    let (head, body) = request.into_parts();
    let headers = Headers::new();
    for (name, value) in head.headers.iter().filter(|(name, _)| *name != HOST) {
        let value = value.to_str().map_err(|_| malformed("a header is no text"))?;
        headers.append(name.as_str(), value).map_err(|error| broken(&error))?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(head.method.as_str().to_owned()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual);
    if !body.is_empty() {
        init.with_body(Some(js_sys::Uint8Array::from(body.as_slice()).into()));
    }
    let request = worker::Request::new_with_init(&head.uri.to_string(), &init).map_err(|error| broken(&error))?;
    let sent = Fetch::Request(request).send_with_signal(&abort.0.signal()).await;
    let mut response = sent.map_err(|error| broken(&error))?;

    let mut received = http::Response::new(Vec::new());
    *received.status_mut() = http::StatusCode::from_u16(response.status_code()).map_err(|_| malformed("no status"))?;
    *received.headers_mut() = received_headers(response.headers());
    let has_body = !matches!(response.body(), worker::ResponseBody::Empty);
    if has_body && let Ok(mut chunks) = response.stream() {
        let body = received.body_mut();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|error| broken(&error))?);
            // One byte more tells the policy that it is too large.
            if body.len() > RESPONSE_BYTES_MAX {
                body.truncate(RESPONSE_BYTES_MAX + 1);
                break;
            }
        }
    }
    Ok(received)
}

/// Codings that the platform decodes by itself.
const DECODED: [&str; 2] = ["gzip", "br"];

/// The platform decodes a body but leaves the headers that speak of the coded one.
fn received_headers(headers: &Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers.entries() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            map.append(name, value);
        }
    }
    let decoded =
        |coding: &HeaderValue| DECODED.iter().any(|name| coding.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
    if map.get(CONTENT_ENCODING).is_some_and(decoded) {
        map.remove(CONTENT_ENCODING);
        map.remove(CONTENT_LENGTH);
    }
    map
}
