//! Runs a composed Spin application as Spin would, for tests.
//!
//! - **Takes** the folder of a Spin application: `spin.toml` and its components; where hosts are dialled instead.
//! - **Gives** HTTP on a local port: an instance for every request, with Spin's `wasi:http`, clocks, randomness,
//!   variables and key-value store.
//! - **Fails** on a manifest that Spin's schema does not have, naming the key; a request that a component fails gets
//!   a 500, and the reason goes to the log.
//! - **Limits**: those Spin gives a component: memories, tables and core instances of the pooling allocator.
//! - **Why it is so**: a real Spin cannot be installed where the tests run. What decides whether an application works
//!   on it is enforced here by the same rules: the manifest's fields, `allowed_outbound_hosts`, private routes, local
//!   service chaining. No name is ever resolved: what has no override is not there.

#![allow(unsafe_code, reason = "wasmtime's derives lift and lower values of the canonical ABI")]

mod allowed;
mod application;
mod manifest;
mod outbound;
mod runtime;
mod server;
mod spin;

pub use allowed::{AllowedHost, is_allowed};
pub use application::{Application, Options};
pub use manifest::{Manifest, Route};
pub use server::Server;
