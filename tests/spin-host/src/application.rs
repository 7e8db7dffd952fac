//! An application: its manifest, and its components compiled once.

use crate::allowed::AllowedHost;
use crate::manifest::Manifest;
use crate::runtime::Runtime;
use crate::spin::State;
use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// How to run it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where a host is dialled instead, in the clear; `*` stands for all others. Without, nothing is dialled.
    pub overrides: BTreeMap<String, SocketAddr>,
    /// Values of the application's variables.
    pub variables: BTreeMap<String, String>,
    /// Compiled components are kept here, by their digests.
    pub cache: Option<PathBuf>,
    /// Whether components are compiled without optimisation: tests start sooner, and figures mean nothing.
    pub quick: bool,
}

impl Default for Options {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { listen, overrides: BTreeMap::new(), variables: BTreeMap::new(), cache: None, quick: true }
    }
}

/// A key-value store.
pub(crate) type Store = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A component that is ready to be instantiated.
pub(crate) struct Ready {
    pub(crate) service: ServicePre<State>,
    pub(crate) allowed: Arc<[AllowedHost]>,
    pub(crate) stores: Arc<[String]>,
    pub(crate) values: Arc<BTreeMap<String, String>>,
}

/// An application that can be asked.
pub struct Application {
    pub(crate) runtime: Runtime,
    pub(crate) manifest: Manifest,
    pub(crate) components: BTreeMap<String, Ready>,
    pub(crate) overrides: BTreeMap<String, SocketAddr>,
    pub(crate) store: Store,
    log: Mutex<Vec<String>>,
}

impl Application {
    /// Reads `spin.toml` in a folder, and compiles its components.
    ///
    /// # Errors
    /// What Spin would refuse, by name.
    pub fn load(folder: &Path, options: &Options) -> Result<Arc<Self>> {
        let text = std::fs::read_to_string(folder.join("spin.toml")).context("reading spin.toml")?;
        let manifest = Manifest::parse(&text).context("spin.toml")?;
        let runtime = Runtime::new(options)?;
        let mut components = BTreeMap::new();
        for (id, component) in &manifest.component {
            let path = folder.join(&component.source);
            let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let service = runtime.service(&bytes).with_context(|| format!("the component `{id}`"))?;
            let allowed = component.allowed_outbound_hosts.iter().map(|entry| AllowedHost::parse(entry));
            let allowed = allowed.collect::<Result<_>>().with_context(|| format!("the component `{id}`"))?;
            let values = manifest.values(component, &options.variables)?;
            let stores = component.key_value_stores.as_slice().into();
            components.insert(id.clone(), Ready { service, allowed, stores, values: Arc::new(values) });
        }
        let (overrides, store, log) = (options.overrides.clone(), Store::default(), Mutex::default());
        Ok(Arc::new(Self { runtime, manifest, components, overrides, store, log }))
    }

    /// What a request from outside gets.
    pub async fn handle(self: Arc<Self>, request: http::Request<WasiBody>) -> http::Response<WasiBody> {
        let Some(id) = self.manifest.route(request.uri().path()).map(str::to_owned) else {
            return plain(http::StatusCode::NOT_FOUND);
        };
        let asked = self.call(&id, request).await;
        asked.unwrap_or_else(|error| {
            self.note(format!("{id}: {error:#}"));
            plain(http::StatusCode::INTERNAL_SERVER_ERROR)
        })
    }

    /// Runs a component in an instance of its own.
    pub(crate) async fn call(
        self: &Arc<Self>,
        id: &str,
        request: http::Request<WasiBody>,
    ) -> Result<http::Response<WasiBody>> {
        let ready = self.components.get(id).ok_or_else(|| anyhow!("no component `{id}`"))?;
        let state = State::new(Arc::clone(self), ready);
        self.runtime.run(&ready.service, state, request).await
    }

    /// Remembers what went wrong.
    pub(crate) fn note(&self, line: String) {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
    }

    /// What went wrong so far, and the requests that were refused.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// How many entries its key-value store has.
    #[must_use]
    pub fn stored(&self) -> usize {
        self.store.lock().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }
}

/// A response without a body.
pub(crate) fn plain(status: http::StatusCode) -> http::Response<WasiBody> {
    let body = Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    response
}
