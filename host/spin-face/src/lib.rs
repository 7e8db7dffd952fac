//! The face of a connector that is a Spin component of its own.
//!
//! - **Takes** `POST /` with one call of `zero-chain`.
//! - **Gives** the connector's answer, in the same form.
//! - **Fails** with 400 for what is no call and 405 for another method. A trap ends this component's request alone: the
//!   orchestrator sees an error of the source it asked for.
//! - **Limits**: [`zero_chain::MESSAGE_BYTES_MAX`].
//! - **Why it is so**: it is composed with one unchanged connector behind the same generated multiplexer that stands
//!   before all of them elsewhere, so connectors of every version of the interface can be deployed alone. Its route is
//!   private: only components of the same application reach it.

#[cfg(target_arch = "wasm32")]
mod component;

pub use zero_chain::{Answered, Call, Reply};
