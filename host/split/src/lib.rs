//! Takes the core module out of a component, for hosts that know no components.
//!
//! - **Takes** the bytes of a component that the builder has made, or another tool in the same plain way.
//! - **Gives** its one core module with nothing of its own changed but that its memory is bounded, next to the
//!   component's digest, which stays the name of both.
//! - **Fails** when the component is more than its module: several modules, imports, other encodings of text, exports
//!   that are lifted from other functions than their names say. The reason is meant for the operator.
//! - **Limits**: the memory that the caller gives; further exports are no harm.
//! - **Why it is so**: workerd compiles nothing at run time and instantiates core modules alone. What a component adds
//!   to a plain module is types and names, which `zero-canon` knows; whatever adds more behaves otherwise as a module.

mod plain;

use plain::Plain;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{MemorySection, RawSection};
use wasmparser::{Parser, Payload};
use zero_canon::Function;

pub use zero_builder::COMPONENT_BYTES_MAX;

/// Bytes of a page of memory.
const PAGE_BYTES: u64 = 64 * 1024;

/// The core module of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// The module, without custom sections and with a bounded memory.
    pub module: Vec<u8>,
    /// SHA-256 of the component it stands for, in lower-case hex.
    pub component_digest: String,
    /// SHA-256 of the module.
    pub module_digest: String,
    /// The component's stamp.
    pub world: String,
}

/// Why a component cannot be run as its core module.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No component of a known world at all.
    #[error(transparent)]
    Component(#[from] zero_builder::Error),
    /// Broken.
    #[error("not WebAssembly: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// An interpreter with its libraries, mostly.
    #[error("it is made of {0} core modules, and only a component of one can run without a component runtime")]
    Modules(usize),
    /// It is not what its world's names say.
    #[error("it is no plain component: {0}")]
    Shape(String),
    /// It wants more memory from the start than it is given.
    #[error("it starts with {bytes} bytes of memory, over the limit of {bytes_max}")]
    Memory {
        /// What it declares.
        bytes: u64,
        /// What it may have.
        bytes_max: u64,
    },
}

/// Takes the module out of a component of up to `component_bytes_max`, and lets its memory grow to `memory_bytes_max`.
///
/// # Errors
/// See [`Refused`].
pub fn core_module(component: &[u8], component_bytes_max: usize, memory_bytes_max: usize) -> Result<Core, Refused> {
    let world = zero_builder::check_sized(component, component_bytes_max)?;
    let functions: Vec<Function> = Function::of_world(&world).collect();
    if functions.is_empty() {
        return Err(Refused::Shape(format!("its world `{world}` has no functions that are known here")));
    }
    let plain = Plain::read(component)?;
    plain.check(&functions)?;
    let module = bounded(plain.module, memory_bytes_max as u64 / PAGE_BYTES)?;
    wasmparser::Validator::new().validate_all(&module)?;
    Ok(Core {
        component_digest: zero_builder::digest(component),
        module_digest: zero_builder::digest(&module),
        module,
        world,
    })
}

/// The module without custom sections, and with a memory that grows to this many pages at most: what the engine grants
/// as a limit of the instance, a host without one has in the module.
fn bounded(module: &[u8], pages_max: u64) -> Result<Vec<u8>, Refused> {
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(_) => continue,
            Payload::MemorySection(memories) => {
                let mut section = MemorySection::new();
                for memory in memories.clone() {
                    let mut memory = memory?;
                    if memory.initial > pages_max {
                        let bytes = memory.initial.saturating_mul(PAGE_BYTES);
                        return Err(Refused::Memory { bytes, bytes_max: pages_max.saturating_mul(PAGE_BYTES) });
                    }
                    memory.maximum = Some(memory.maximum.map_or(pages_max, |maximum| maximum.min(pages_max)));
                    let memory = RoundtripReencoder.memory_type(memory);
                    section.memory(memory.map_err(|error| Refused::Shape(error.to_string()))?);
                }
                out.section(&section);
            }
            other => {
                let Some((id, range)) = other.as_section() else { continue };
                let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                if let Some(data) = range.and_then(|(start, end)| module.get(start..end)) {
                    out.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(out.finish())
}

#[cfg(test)]
mod tests;
