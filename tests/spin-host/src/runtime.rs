//! wasmtime, with the limits that Spin gives a component.

use crate::application::Options;
use crate::spin::{self, State};
use anyhow::{Context as _, Result, anyhow};
use core::pin::Pin;
use core::task::{Context, Poll};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store};
use wasmtime_wasi_http::p3::Request;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpView as _};

/// As Spin 4 has them, one tenth of its instances: they are address space.
const INSTANCES: u32 = 100;
const MEMORIES_PER_COMPONENT: u32 = 32;
const TABLES_PER_COMPONENT: u32 = 64;
const CORE_INSTANCES_PER_COMPONENT: u32 = 200;
const INSTANCE_BYTES: usize = 10 * 1024 * 1024;

pub(crate) struct Runtime {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<PathBuf>,
    quick: bool,
}

impl Runtime {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(INSTANCES)
            .total_core_instances(INSTANCES * 40)
            .total_memories(INSTANCES * 20)
            .total_tables(INSTANCES * 40)
            .table_elements(100_000)
            .max_component_instance_size(INSTANCE_BYTES)
            .max_core_instance_size(INSTANCE_BYTES)
            .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT)
            .max_memories_per_component(MEMORIES_PER_COMPONENT)
            .max_tables_per_component(TABLES_PER_COMPONENT)
            .max_memory_size(4 << 30);
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        if options.quick {
            config.cranelift_opt_level(OptLevel::None);
        }
        let engine = Engine::new(&config).map_err(|error| anyhow!("{error:#}"))?;
        let mut linker = Linker::new(&engine);
        spin::add_to_linker(&mut linker).map_err(|error| anyhow!("{error:#}"))?;
        Ok(Self { engine, linker, cache: options.cache.clone(), quick: options.quick })
    }

    /// Compiles a component, or takes what was compiled before.
    pub(crate) fn service(&self, bytes: &[u8]) -> Result<ServicePre<State>> {
        let component = self.component(bytes)?;
        let instance = self.linker.instantiate_pre(&component).map_err(|error| anyhow!("{error:#}"))?;
        ServicePre::new(instance).map_err(|error| anyhow!("{error:#}"))
    }

    fn component(&self, bytes: &[u8]) -> Result<Component> {
        let compile = || Component::new(&self.engine, bytes).map_err(|error| anyhow!("{error:#}"));
        let Some(cache) = &self.cache else { return compile() };
        let name = format!("{}{}.cwasm", hex::encode(Sha256::digest(bytes)), if self.quick { "-quick" } else { "" });
        let path = cache.join(name);
        if let Ok(compiled) = std::fs::read(&path) {
            // SAFETY: this folder is the test's own, and the name is the digest of what it was compiled from.
            if let Ok(component) = unsafe { Component::deserialize(&self.engine, compiled) } {
                return Ok(component);
            }
        }
        let component = compile()?;
        let compiled = component.serialize().map_err(|error| anyhow!("{error:#}"))?;
        let fresh = path.with_extension(format!("{}.new", std::process::id()));
        std::fs::create_dir_all(cache).with_context(|| format!("creating {}", cache.display()))?;
        std::fs::write(&fresh, compiled).with_context(|| format!("writing {}", fresh.display()))?;
        std::fs::rename(&fresh, &path).with_context(|| format!("writing {}", path.display()))?;
        Ok(component)
    }

    /// One request in one instance. The response is given as soon as there is one; the instance goes on until its body
    /// was read, or nobody reads it any longer.
    pub(crate) async fn run(
        &self,
        service: &ServicePre<State>,
        state: State,
        request: http::Request<WasiBody>,
    ) -> Result<http::Response<WasiBody>> {
        let (answer, answered) = oneshot::channel();
        let answer = Arc::new(Mutex::new(Some(answer)));
        let (told, service) = (Arc::clone(&answer), service.clone());
        let mut store = Store::new(&self.engine, state);
        tokio::spawn(async move {
            let ended = async {
                let service = service.instantiate_async(&mut store).await?;
                store
                    .run_concurrent(async |accessor| -> wasmtime::Result<()> {
                        let request = accessor.with(|mut store| {
                            let (request, sent) = Request::from_http(store.data_mut().http().hooks, request);
                            // What became of the request's body is nobody's concern here.
                            let sent: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(sent);
                            tokio::spawn(async move { drop(sent.await) });
                            request
                        });
                        let response = service.handle(accessor, request).await?;
                        let response = response.map_err(|code| wasmtime::format_err!("{code}"))?;
                        let response = accessor.with(|mut store| response.into_http(&mut store, async { Ok(()) }))?;
                        let (reading, read) = oneshot::channel::<()>();
                        tell(&told, Ok(response.map(|body| Watched { body, _reading: reading }.boxed_unsync())));
                        let _read = read.await;
                        Ok(())
                    })
                    .await?
            };
            let ended: wasmtime::Result<()> = ended.await;
            if let Err(error) = ended {
                tell(&answer, Err(anyhow!("{error:?}")));
            }
        });
        answered.await.context("the instance ended without an answer")?
    }
}

type Answer = Mutex<Option<oneshot::Sender<Result<http::Response<WasiBody>>>>>;

/// Only the first answer counts.
fn tell(answer: &Answer, said: Result<http::Response<WasiBody>>) {
    if let Some(answer) = answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
        drop(answer.send(said));
    }
}

/// A body that tells, by being dropped, that it was read.
struct Watched {
    body: WasiBody,
    _reading: oneshot::Sender<()>,
}

impl Body for Watched {
    type Data = bytes::Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<bytes::Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
