//! A component that is ready to run.

use crate::call::Host;
use crate::engine::Engine;
use crate::error::LoadError;
use crate::ticker::Running;
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre, Linker};

/// A component that was checked, compiled and linked; clones share it.
#[derive(Clone)]
pub struct Component(Arc<Loaded>);

struct Loaded {
    engine: Engine,
    component: wasmtime::component::Component,
    linked: InstancePre<Host>,
    world: String,
    digest: String,
    origin: Origin,
}

/// Where the machine code of a component came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was compiled, since there was no artifact.
    Compiled,
    /// It was kept on disk.
    Artifact,
    /// It was kept on disk but was not to be trusted: it was deleted, and compiled again.
    Mended,
    /// It came with the package.
    Sealed,
}

impl Component {
    pub(crate) fn new(
        engine: Engine,
        component: wasmtime::component::Component,
        world: String,
        digest: String,
        origin: Origin,
    ) -> Result<Self, LoadError> {
        // The image that every fresh memory starts from is made now and not by the first call.
        component.initialize_copy_on_write_image().map_err(|error| LoadError::Interface(format!("{error:#}")))?;
        let linked = Linker::new(&engine.0.wasmtime).instantiate_pre(&component);
        let linked = linked.map_err(|error| LoadError::Interface(format!("{error:#}")))?;
        Ok(Self(Arc::new(Loaded { engine, component, linked, world, digest, origin })))
    }

    /// SHA-256 of the component in lower-case hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The world of its stamp, such as `zero:connector/component@0.1.0`.
    #[must_use]
    pub fn world(&self) -> &str {
        &self.0.world
    }

    /// Where its machine code came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The CPU limits only hold while this lives.
    pub(crate) fn running(&self) -> Running<'_> {
        self.engine().0.ticker.running()
    }

    pub(crate) fn instantiate(&self, store: &mut Store<Host>) -> wasmtime::Result<Instance> {
        self.0.linked.instantiate(store)
    }

    /// Refuses a component of another world.
    pub(crate) fn expect_world(&self, expected: &'static str) -> Result<(), LoadError> {
        if self.world() == expected {
            return Ok(());
        }
        Err(LoadError::WrongWorld { expected, found: self.world().to_owned() })
    }

    /// Where a function of an interface is; looked up by name only once.
    pub(crate) fn export(&self, interface: &str, function: &str) -> Result<ComponentExportIndex, LoadError> {
        let component = &self.0.component;
        component
            .get_export_index(None, interface)
            .and_then(|interface| component.get_export_index(Some(&interface), function))
            .ok_or_else(|| LoadError::Interface(format!("it does not export `{function}` of `{interface}`")))
    }
}

impl core::fmt::Debug for Component {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Component({} {})", self.world(), self.digest())
    }
}
