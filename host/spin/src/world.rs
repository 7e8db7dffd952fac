//! Spin's clock, randomness, variables and way out.

use crate::{store, variable};
use bytes::Bytes;
use core::time::Duration;
use futures_util::future::join_all;
use http_body_util::{BodyExt as _, Full};
use spin_sdk::http::Response;
use spin_sdk::wasip3::clocks::{monotonic_clock, system_clock};
use spin_sdk::wasip3::http::types::ErrorCode;
use spin_sdk::wasip3::random::random::get_random_u64;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use zero_edge::World;
use zero_pipeline::limits::RESPONSE_BYTES_MAX;
use zero_types::connector::{FetchFailure, FetchFailureKind};

/// The runtime of one request.
#[derive(Clone)]
pub(crate) struct SpinWorld(Rc<Given>);

struct Given {
    secrets: BTreeMap<String, String>,
    store: bool,
}

impl SpinWorld {
    /// Fetches the secrets that the configuration names, since whoever places them later cannot wait.
    pub(crate) async fn new(config: &zero_config::Config, store: bool) -> Self {
        let slots = config.credentials.values().flat_map(BTreeMap::values);
        let names: BTreeSet<&str> = slots.map(|slot| slot.env.as_str()).collect();
        let fetched = names.into_iter().map(|name| async move {
            // A secret that is not set is the empty default of its variable.
            let value = spin_sdk::variables::get(variable(name)).await.ok().filter(|value| !value.is_empty());
            Some((name.to_owned(), value?))
        });
        let secrets = join_all(fetched).await.into_iter().flatten().collect();
        Self(Rc::new(Given { secrets, store }))
    }
}

impl World for SpinWorld {
    fn now_ms(&self) -> i64 {
        let now = system_clock::now();
        now.seconds.saturating_mul(1000).saturating_add(i64::from(now.nanoseconds / 1_000_000))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn random(&self) -> u64 {
        get_random_u64()
    }

    async fn sleep(&self, duration: Duration) {
        spin_sdk::time::sleep(duration).await;
    }

    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _budget: Duration,
    ) -> Result<http::Response<Vec<u8>>, FetchFailure> {
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        // `wasi:http` takes the host from the URI and refuses the header.
        request.headers_mut().remove(http::header::HOST);
        whole(spin_sdk::http::send(request).await.map_err(failure)?).await
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.0.secrets.get(name).cloned()
    }

    async fn recall(&self, key: &str) -> Option<Vec<u8>> {
        if self.0.store { store::recall(key).await } else { None }
    }

    fn keep(&self, key: String, entry: Vec<u8>, _lifetime: Duration) {
        if self.0.store {
            spin_sdk::wasip3::wit_bindgen::spawn(async move { store::keep(&key, &entry).await });
        }
    }
}

/// The body in one piece; of one that is too large a byte more than may be, which tells.
async fn whole(response: Response) -> Result<http::Response<Vec<u8>>, FetchFailure> {
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(failure)?.into_data() else { continue };
        let room = (RESPONSE_BYTES_MAX + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
        if bytes.len() > RESPONSE_BYTES_MAX {
            break;
        }
    }
    Ok(http::Response::from_parts(parts, bytes))
}

/// What Spin says, in the words of the contract.
fn failure(code: ErrorCode) -> FetchFailure {
    use FetchFailureKind as Kind;
    let kind = match code {
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => Kind::Unresolved,
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Kind::Timeout,
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => Kind::Refused,
        ErrorCode::HttpProtocolError
        | ErrorCode::HttpResponseIncomplete
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_) => Kind::Malformed,
        ErrorCode::HttpResponseBodySize(_) => Kind::TooLarge,
        _ => Kind::Unreachable,
    };
    FetchFailure { kind, detail: format!("Spin: {code}") }
}
