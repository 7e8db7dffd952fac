//! The policy of the way out: what may be sent, and what may come back.
//!
//! **Takes** a request as a connector planned it and the [`Grant`] of its source; later, what the service sent. **Gives**
//! the one request that may go out ([`Checked`]), and the outcome that the connector may read ([`Fetched`]). **Fails** as
//! a `fetch-failure` that names the host and never a secret. **Limits** stand in `zero_pipeline::limits` under *egress*.
//! **Why it is so:** a connector opens no socket, so this room is the only place where a stranger's text could become a
//! connection; and it knows no runtime, so that a native host, Spin and Workers refuse the same requests in the same
//! words. Whoever sends asks [`Policy::read`] and [`Policy::check`] first, and [`Reader`] when the answer comes.
//!
//! A request walks these rooms in order: [`policy`] (the operator's decisions), [`check`] (one reading of the request),
//! then the sender's own rooms, then [`response`] (the answer, bounded), [`decode`], [`freshness`].

mod address;
mod check;
mod decode;
pub mod failure;
mod freshness;
mod grant;
mod own;
mod policy;
mod redact;
mod response;

pub use address::is_public;
pub use check::{Checked, Planned};
pub use freshness::CacheHeaders;
pub use grant::{Credential, Grant, HostPattern, PatternError, Place, Secret};
pub use own::{Askers, OwnSlot};
pub use policy::{Base, BaseHost, Decisions, Policy, PolicyError, host_name};
pub use response::{Body, RESPONSE_HEADERS_MAX, Reader, in_process};

use std::pin::Pin;
use zero_types::connector::{Outcome, Request};

/// A future that may be kept behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A host that is answered in process and never dialled.
pub trait VirtualHost: Send + Sync {
    /// Answers a request whose URL names this host.
    fn handle(&self, request: Request) -> BoxFuture<'_, Outcome>;
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// What the connector reads.
    pub outcome: Outcome,
    /// What only the host's cache reads.
    pub cache: CacheHeaders,
}
