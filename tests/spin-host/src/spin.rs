//! What Spin offers a component: WASI, variables, the key-value store.

use crate::application::{Application, Ready, Store};
use crate::outbound::Outbound;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceTable, ResourceType};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// One instance's share of the world.
pub(crate) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    outbound: Outbound,
    values: Arc<BTreeMap<String, String>>,
    stores: Arc<[String]>,
    store: Store,
}

impl State {
    pub(crate) fn new(application: Arc<Application>, ready: &Ready) -> Self {
        Self {
            wasi: WasiCtxBuilder::new().build(),
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            values: Arc::clone(&ready.values),
            stores: Arc::clone(&ready.stores),
            store: Arc::clone(&application.store),
            outbound: Outbound { application, allowed: Arc::clone(&ready.allowed) },
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

/// `spin:variables`' error.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum VariableError {
    #[component(name = "invalid-name")]
    InvalidName(String),
    #[component(name = "undefined")]
    Undefined(String),
    #[component(name = "provider")]
    Provider(String),
    #[component(name = "other")]
    Other(String),
}

/// `spin:key-value`'s error.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StoreError {
    #[component(name = "store-table-full")]
    StoreTableFull,
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "other")]
    Other(String),
}

/// An open store: there is one behind all names.
struct Opened;

/// Everything a component of the application may import, and nothing else.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p3::add_to_linker(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    variables(linker)?;
    key_value(linker)
}

fn variables(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut variables = linker.instance("spin:variables/variables@3.0.0")?;
    variables.func_wrap_concurrent("get", |accessor, (name,): (String,)| {
        let value = accessor.with(|mut store| store.data_mut().values.get(&name).cloned());
        Box::pin(async move { Ok((value.ok_or(VariableError::Undefined(name)),)) })
    })
}

fn key_value(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut stores = linker.instance("spin:key-value/key-value@3.0.0")?;
    stores.resource("store", ResourceType::host::<Opened>(), |mut store, handle| {
        store.data_mut().table.delete(Resource::<Opened>::new_own(handle))?;
        Ok(())
    })?;
    stores.func_wrap_concurrent("[static]store.open", |accessor, (label,): (String,)| {
        let opened = accessor.with(|mut store| {
            let state = store.data_mut();
            if !state.stores.contains(&label) {
                return Ok(Err(StoreError::AccessDenied));
            }
            Ok(Ok(state.table.push(Opened)?))
        });
        Box::pin(async move { opened.map(|opened| (opened,)) })
    })?;
    stores.func_wrap_concurrent("[method]store.get", |accessor, (_, key): (Resource<Opened>, String)| {
        let found = accessor.with(|mut store| {
            let entries = store.data_mut().store.lock().unwrap_or_else(PoisonError::into_inner);
            entries.get(&key).cloned()
        });
        Box::pin(async move { Ok((Ok::<_, StoreError>(found),)) })
    })?;
    stores.func_wrap_concurrent(
        "[method]store.set",
        |accessor, (_, key, value): (Resource<Opened>, String, Vec<u8>)| {
            accessor.with(|mut store| {
                store.data_mut().store.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value);
            });
            Box::pin(async move { Ok((Ok::<(), StoreError>(()),)) })
        },
    )
}
