//! What the operator decides about the way out.
//!
//! Takes addresses as text; gives them parsed. Fails on the entry that is wrong, by name. Limits: times may only be
//! narrowed. Why it is so: a loopback or private address is reached by an explicit override and by nothing else.

use crate::BoxFuture;
use crate::resolve::{Resolver, SystemResolver};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};
use zero_pipeline::limits;
use zero_types::connector::{Outcome, Request};

/// A host that is answered in process and never dialled.
pub trait VirtualHost: Send + Sync {
    /// Answers a request whose URL names this host.
    fn handle(&self, request: Request) -> BoxFuture<'_, Outcome>;
}

/// What the operator decides.
#[derive(Clone)]
pub struct Config {
    /// How the host names itself to services.
    pub user_agent: String,
    /// Where a host is dialled instead of where its name leads: `en.wikipedia.org` to `http://127.0.0.1:8123`.
    /// The request keeps its `host`. For tests, stubs and mirrors; the only way to a loopback or private address.
    pub overrides: BTreeMap<String, String>,
    /// Hosts that are answered in process.
    pub virtual_hosts: BTreeMap<String, Arc<dyn VirtualHost>>,
    /// Ports besides 443 that a host may be asked at.
    pub ports: BTreeMap<String, Vec<u16>>,
    /// Names to addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Certificates (DER) trusted besides those that Mozilla trusts.
    pub extra_roots: Vec<Vec<u8>>,
    /// Exchanges at once in this process; more wait, and are `suspended` when their deadline comes first.
    pub connections_max: usize,
    /// How long each part may take.
    pub times: Times,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            user_agent: concat!("zero-world/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")")
                .into(),
            overrides: BTreeMap::new(),
            virtual_hosts: BTreeMap::new(),
            ports: BTreeMap::new(),
            resolver: Arc::new(SystemResolver),
            extra_roots: Vec::new(),
            connections_max: 1024,
            times: Times::default(),
        }
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
    /// An override that leads nowhere.
    #[error("override of `{host}`: `{base}` {why}\n\nhint: write `http://127.0.0.1:8123`")]
    Override {
        /// The host that is overridden.
        host: String,
        /// What it says.
        base: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A name that is none.
    #[error("{place}: `{name}` is not a host\n\nhint: write it in lower case, without scheme, port or path")]
    Host {
        /// Which part of the configuration.
        place: &'static str,
        /// What it says.
        name: String,
    },
    /// A value that HTTP cannot carry.
    #[error("`{0}` cannot be sent as `user-agent`")]
    UserAgent(String),
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

/// Where an override leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) tls: bool,
    pub(crate) host: BaseHost,
    pub(crate) port: u16,
}

/// An address is dialled as it is, a name is resolved without the policy: the operator wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BaseHost {
    Address(IpAddr),
    Name(String),
}

pub(crate) fn overrides(config: &Config) -> Result<BTreeMap<String, Base>, ConfigError> {
    config
        .overrides
        .iter()
        .map(|(host, base)| {
            let wrong = |why| ConfigError::Override { host: host.clone(), base: base.clone(), why };
            Ok((host_name("overrides", host)?, base_of(base).map_err(wrong)?))
        })
        .collect()
}

fn base_of(text: &str) -> Result<Base, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    let tls = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return Err("is neither `http` nor `https`"),
    };
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !bare || url.path() != "/" {
        return Err("has more than scheme, host and port");
    }
    let host = match url.host() {
        Some(Host::Ipv4(address)) => BaseHost::Address(address.into()),
        Some(Host::Ipv6(address)) => BaseHost::Address(address.into()),
        Some(Host::Domain(name)) => BaseHost::Name(name.to_owned()),
        None => return Err("has no host"),
    };
    let port = url.port_or_known_default().ok_or("has no port")?;
    Ok(Base { tls, host, port })
}

/// The name as a URL's parser would write it, so that look-ups cannot miss.
pub(crate) fn host_name(place: &'static str, name: &str) -> Result<String, ConfigError> {
    match Host::parse(name) {
        Ok(host) if host.to_string() == name => Ok(name.to_owned()),
        _ => Err(ConfigError::Host { place, name: name.to_owned() }),
    }
}
