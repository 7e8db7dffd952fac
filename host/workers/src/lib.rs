//! The orchestrator as a script of Cloudflare Workers.
//!
//! - **Takes** requests of the platform; the bundle's components as core modules of the same script, and its data.
//! - **Gives** the same answers as every target, through the same door (`zero-door`) and pipeline (`zero-edge`).
//! - **Fails** as the door does; a component that traps is a JavaScript exception and costs its own call.
//! - **Limits**: `Target::WORKERS`: six connections of a question, no hedges, a small first cache. CPU is bounded by the
//!   platform for a whole request.
//! - **Why it is so**: workerd compiles nothing at run time, so modules come precompiled with the script, and this
//!   orchestrator speaks the canonical ABI to them itself (`zero-canon`). What knows JavaScript stands in `js`,
//!   `world` and `script`, which only the platform compiles; the rest is tested anywhere.

pub mod rooms;
pub mod trap;

#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(target_arch = "wasm32")]
mod script;
#[cfg(target_arch = "wasm32")]
mod world;
