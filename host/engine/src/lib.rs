//! Runs components: the only crate that knows wasmtime.
//!
//! - **Takes** the bytes of components, and values to call them with.
//! - **Gives** what the components answered, checked: nothing of it has to be trusted to be used.
//! - **Fails** with a [`LoadError`] before anything runs, or a [`CallError`] that names its cause and whose fault it
//!   was. Whatever a guest does costs the call, never the process.
//! - **Limits**: see [`Limits`]: memory, CPU, size of the result, of the state, number of requests and of instances.
//! - **Why it is so**: a connector is foreign code, so each call gets a fresh instance that is gone afterwards; the
//!   project's own functions are not, so theirs are used again. Every choice that could make two machines answer
//!   differently (NaN bits, relaxed SIMD, threads) is closed in one place: `settings.rs`.

mod settings;

mod engine;

mod artifact;
mod compile;
mod component;

mod connector;
mod functions;
mod registry;

pub mod sealed;
mod target;

mod call;
mod clock;
mod error;
#[cfg(feature = "inspect")]
pub mod inspect;
mod mirror;
mod ticker;

pub use call::{CallFigures, Called};
pub use compile::{Compiler, compile_child};
pub use component::{Component, Origin};
pub use connector::Connector;
pub use engine::{Config, Engine, MacKey};
pub use error::{CallError, Cause, EngineError, Fault, LoadError};
pub use functions::{FunctionBytes, Functions};
pub use registry::{Registry, Snapshot};
pub use sealed::{Sealed, SealedError};
pub use settings::Limits;
pub use target::Target;
