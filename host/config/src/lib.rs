//! What an operator may set: `zero.toml`, and what follows from it for each source.
//!
//! - **Takes** one text of TOML, or several laid over each other: the defaults, then a region's file that holds only
//!   what differs. Secrets are looked up by whoever calls, under the names that the configuration gives.
//! - **Gives** a checked [`Config`], the catalogue with the operator's choices applied ([`resolve`]), and what each
//!   source may do outside ([`grant`]).
//! - **Fails** naming the file, the table and the key that is unknown or out of range.
//! - **Limits**: tables are merged [`LAYER_DEPTH_MAX`] levels deep; what one connector may be granted is in [`limits`].
//! - **Why it is so**: every target reads the same configuration, so it knows no runtime, no engine and no file system
//!   that it could not do without; it compiles for `wasm32-unknown-unknown`.

mod config;
mod connections;
mod federation;
mod grant;
mod identity;
mod layer;
pub mod limits;
mod protocol;
mod raise;
mod region;
mod resolve;
mod traffic;

pub use config::{Admin, Config, Connectors, Credential, Egress, Server, Sources};
pub use connections::{Authentication, Connections, OwnCredential, Provider, Revocation, TokenBody};
pub use federation::{Federation, Issuer};
pub use grant::grant;
pub use identity::{Identity, SigningAlgorithm};
pub use layer::{LAYER_DEPTH_MAX, Layer, merge};
pub use protocol::{AdminTls, Cors, ENTRIES_MAX, ForwardedBy, Network, Proxy, Service, Tls, may_listen};
pub use raise::{Raise, RaiseTable, Raised};
pub use resolve::resolve;
pub use traffic::{Class, PER_MINUTE_MAX, Redis, Traffic};
