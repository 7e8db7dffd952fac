//! What the operator decides about what may be sent.
//!
//! Takes decisions as text; gives them parsed. Fails on the entry that is wrong, by name. Limits: none of its own. Why it
//! is so: a loopback or private address is reached by an explicit override and by nothing else.

use http::HeaderValue;
use std::collections::BTreeMap;
use std::net::IpAddr;
use url::{Host, Url};

/// What the operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// How the host names itself to services.
    pub user_agent: String,
    /// Where a host is asked instead of where its name leads: `en.wikipedia.org` at `http://127.0.0.1:8123`.
    /// The request keeps its `host`. For tests, stubs and mirrors; the only way to a loopback or private address.
    pub overrides: BTreeMap<String, String>,
    /// Ports besides 443 that a host may be asked at.
    pub ports: BTreeMap<String, Vec<u16>>,
}

impl Default for Decisions {
    fn default() -> Self {
        Self {
            user_agent: concat!("zero-world/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")")
                .into(),
            overrides: BTreeMap::new(),
            ports: BTreeMap::new(),
        }
    }
}

/// The operator's decisions, parsed. [`Policy::read`] and [`Policy::check`] judge requests by them.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) user_agent: HeaderValue,
    pub(crate) overrides: BTreeMap<String, Base>,
    pub(crate) ports: BTreeMap<String, Vec<u16>>,
}

impl Policy {
    /// Reads the operator's decisions.
    ///
    /// # Errors
    /// Names the entry that is wrong.
    pub fn new(decisions: Decisions) -> Result<Self, PolicyError> {
        let overrides = overrides(&decisions.overrides)?;
        for host in decisions.ports.keys() {
            host_name("ports", host)?;
        }
        let user_agent = HeaderValue::from_str(&decisions.user_agent)
            .map_err(|_| PolicyError::UserAgent(decisions.user_agent.clone()))?;
        Ok(Self { user_agent, overrides, ports: decisions.ports })
    }
}

/// What is wrong in the operator's decisions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
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
}

/// Where an override leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Whether TLS is spoken there.
    pub tls: bool,
    /// Who is there.
    pub host: BaseHost,
    /// At which port.
    pub port: u16,
}

impl Base {
    /// As it stands between `//` and the path of a URL.
    pub(crate) fn authority(&self) -> String {
        match &self.host {
            BaseHost::Address(IpAddr::V6(address)) => format!("[{address}]:{}", self.port),
            BaseHost::Address(address) => format!("{address}:{}", self.port),
            BaseHost::Name(name) => format!("{name}:{}", self.port),
        }
    }
}

/// An address is dialled as it is, a name is resolved without the policy: the operator wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseHost {
    /// An address of any kind.
    Address(IpAddr),
    /// A name.
    Name(String),
}

fn overrides(texts: &BTreeMap<String, String>) -> Result<BTreeMap<String, Base>, PolicyError> {
    let read = |(host, base): (&String, &String)| {
        let wrong = |why| PolicyError::Override { host: host.clone(), base: base.clone(), why };
        Ok((host_name("overrides", host)?, base_of(base).map_err(wrong)?))
    };
    texts.iter().map(read).collect()
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
///
/// # Errors
/// When it is no such name; `place` is where it stands.
pub fn host_name(place: &'static str, name: &str) -> Result<String, PolicyError> {
    match Host::parse(name) {
        Ok(host) if host.to_string() == name => Ok(name.to_owned()),
        _ => Err(PolicyError::Host { place, name: name.to_owned() }),
    }
}
