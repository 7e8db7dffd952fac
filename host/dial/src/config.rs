//! What the operator decides about the way out.
//!
//! Takes the policy's decisions and what only a native host needs besides. Fails on the entry that is wrong, by name.
//! Limits: times may only be narrowed. Why it is so: everything that judges is the policy's, so that no target is laxer.

use crate::dial::{Dialler, SystemDialler};
use crate::resolve::{Resolver, SystemResolver};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use zero_egress::{Decisions, PolicyError, VirtualHost};
use zero_pipeline::limits;

/// What the operator decides.
#[derive(Clone)]
pub struct Config {
    /// How the host names itself to services.
    pub user_agent: String,
    /// Where a host is dialled instead of where its name leads, as [`Decisions::overrides`] says.
    pub overrides: BTreeMap<String, String>,
    /// Hosts that are answered in process.
    pub virtual_hosts: BTreeMap<String, Arc<dyn VirtualHost>>,
    /// Ports besides 443 that a host may be asked at.
    pub ports: BTreeMap<String, Vec<u16>>,
    /// Names to addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Addresses to connections.
    pub dialler: Arc<dyn Dialler>,
    /// Certificates (DER) trusted besides those that Mozilla trusts.
    pub extra_roots: Vec<Vec<u8>>,
    /// Exchanges at once in this process; more wait, and are `suspended` when their deadline comes first.
    pub connections_max: usize,
    /// How long each part may take.
    pub times: Times,
}

impl Default for Config {
    fn default() -> Self {
        let Decisions { user_agent, overrides, ports } = Decisions::default();
        Self {
            user_agent,
            overrides,
            virtual_hosts: BTreeMap::new(),
            ports,
            resolver: Arc::new(SystemResolver),
            dialler: Arc::new(SystemDialler),
            extra_roots: Vec::new(),
            connections_max: 1024,
            times: Times::default(),
        }
    }
}

impl Config {
    /// What the policy reads of it.
    pub(crate) fn decisions(&self) -> Decisions {
        Decisions { user_agent: self.user_agent.clone(), overrides: self.overrides.clone(), ports: self.ports.clone() }
    }
}

/// How long each part of an exchange may take. Values above the limits of the host are cut to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Name resolution.
    pub resolve: Duration,
    /// TCP and TLS handshakes.
    pub connect: Duration,
    /// All of it.
    pub exchange: Duration,
    /// How long checked addresses are used again without asking anew.
    pub resolved: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            resolve: limits::RESOLVE_TIME_MAX,
            connect: limits::CONNECT_TIME_MAX,
            exchange: limits::EXCHANGE_TIME_MAX,
            resolved: RESOLVED_TIME_MAX,
        }
    }
}

impl Times {
    pub(crate) fn narrowed(self) -> Self {
        let most = Self::default();
        Self {
            resolve: self.resolve.min(most.resolve),
            connect: self.connect.min(most.connect),
            exchange: self.exchange.min(most.exchange),
            resolved: self.resolved.min(most.resolved),
        }
    }
}

/// `getaddrinfo` tells no time to live; services that move their addresses keep the old ones for a minute.
const RESOLVED_TIME_MAX: Duration = Duration::from_secs(30);

/// What is wrong in a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A decision that the policy cannot read.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A certificate that is none.
    #[error("extra root {index}: {why}")]
    Root {
        /// Its position.
        index: usize,
        /// The reader's own words.
        why: String,
    },
    /// TLS could not be set up.
    #[error("TLS: {0}")]
    Tls(String),
}
