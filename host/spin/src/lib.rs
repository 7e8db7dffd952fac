//! The orchestrator as a Spin component.
//!
//! - **Takes** HTTP requests through `wasi:http`, and functions, connectors and data of a bundle that it is composed
//!   with (`wit/edge/`).
//! - **Gives** what the door of every target gives: answers, events as they come about, sources, health.
//! - **Fails** as the door does. A trap of a composed component ends its request; of one that is a component of its own
//!   it is an error of the one source.
//! - **Limits**: those of the pipeline and of the egress policy; [`CHAINED_TIME_MAX`], [`STORE_SLOTS`].
//! - **Why it is so**: Spin is told to make an instance for every request (`--max-instance-reuse-count 1`), so all that
//!   can be decided beforehand was decided when the bundle was packed. This crate only carries: clock, randomness,
//!   requests, variables and the key-value store of Spin behind the words of `zero-edge`. Without `wasm32` only the
//!   names remain, which the packer shares.

mod names;

#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
mod rooms;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod world;

pub use names::{chained_host, component_id, slot, variable};

use core::time::Duration;

/// The variable of the orchestrator with the digests of connectors that are components of their own, as
/// `NAME=sha256:HEX` with spaces between.
pub const CHAINED_VARIABLE: &str = "chained_digests";

/// A connector that is a component of its own answers within this: its CPU time and the hop.
pub const CHAINED_TIME_MAX: Duration = Duration::from_secs(1);

/// Places for exchanges in the key-value store, which has no expiry: with an entry of 512 KiB at most they bound what
/// it grows to, and an exchange that falls on another's place replaces it.
pub const STORE_SLOTS: u32 = 2048;
