//! Others who vouch for askers, and services where askers have accounts.
//!
//! - **Takes** what the operator configured, a vault, and the one way out.
//! - **Gives** the keys by which tokens of other issuers are verified ([`Issuers`]), and askers' own tokens to the exchanges
//!   of their own sources ([`Connections`]).
//! - **Fails** as each says; nothing here ends an answer.
//! - **Limits**: [`limits`].
//! - **Why it is so**: who may ask is decided in the auth room, which is pure; what it needs of the world is fetched here
//!   and passed in. Time comes with each call, so that what a test sees does not depend on when it runs.

pub mod limits;

mod connections;
mod federation;
mod issuers;

pub use connections::{CALLBACK_PATH, Connections, OpenError, Place, ProviderError};
pub use federation::Federation;
pub use issuers::{Claimed, IssuerHealth, Issuers, claimed};
