//! Notices when a service changes the form of its answers.
//!
//! - **Takes** response bodies, with whether the connector could read them.
//! - **Gives** a [`Shape`] with a fingerprint for each endpoint, the [`Change`] when a body that could not be read has
//!   another one, and the smallest body that still cannot be read ([`minimise`]).
//! - **Fails** never: a body that is neither JSON nor XML has no shape and is nobody's change.
//! - **Limits**: [`BODY_BYTES_MAX`], [`PATHS_MAX`], [`DEPTH_MAX`], [`ENDPOINTS_MAX`], [`TRIES_MAX`].
//! - **Why it is so**: a failure to read says nothing by itself; services answer with outages, truncated bodies and
//!   pages of a proxy. A failure to read *and* names that were always there and are gone is work for the author.

mod minimise;
mod shape;
mod watch;

pub use minimise::{TRIES_MAX, minimise};
pub use shape::{BODY_BYTES_MAX, DEPTH_MAX, PATHS_MAX, Shape};
pub use watch::{Change, ENDPOINTS_MAX, Known, Watch};
