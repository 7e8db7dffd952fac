//! Extensions that a host lays on a request before the door sees it: whose connection it came by, and under which id.

use core::net::IpAddr;
use std::sync::Arc;

/// Whose connection a request came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Of the asker: behind a proxy that is believed, the one that the proxy names.
    pub address: IpAddr,
    /// Whether nobody on the way could read it, as far as we know.
    pub is_encrypted: bool,
    /// The service that showed a certificate, and is known.
    pub service: Option<Arc<Certified>>,
}

/// A service that is who its certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// As the certificate names it: a URI such as `spiffe://example/indexer`, else a DNS name, else its common name.
    pub name: String,
    /// Whose it is, as the operator configured.
    pub tenant: String,
    /// What it may do, as the operator configured.
    pub roles: Vec<String>,
}

/// The id under which a host logs a request; the door gives it to the answer as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub u64);
