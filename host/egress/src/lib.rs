//! The single way out: one HTTP client behind the policy.
//!
//! **Takes** a request as a connector planned it, the [`Grant`] of its source, and a deadline. **Gives** the outcome
//! that the connector will read, and beside it what a cache needs to know. **Fails** never but as an outcome: every
//! refusal, error and timeout is a `fetch-failure` that names the host and never a secret. **Limits** stand in
//! `zero_pipeline::limits` under *egress*. **Why it is so:** a connector opens no socket, so this room is the only place
//! where a stranger's text could become a connection; whatever is refused here is refused for every source.
//!
//! An exchange walks these rooms in order: [`check`] (one reading of the request), [`resolve`] (every address looked
//! at), [`pool`] and [`dial`] (the address that was looked at), [`exchange`] (the answer, bounded), [`decode`].

mod address;
mod check;
mod config;
mod decode;
mod dial;
mod exchange;
mod failure;
mod grant;
mod pool;
mod resolve;

pub use address::is_public;
pub use config::{Config, ConfigError, Times, VirtualHost};
pub use grant::{Credential, Grant, HostPattern, PatternError, Place, Secret};
pub use resolve::{Resolver, SystemResolver};

use config::{Base, BaseHost};
use failure::{Attempt, failure, refused, timeout};
use http::HeaderValue;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;
use tokio_rustls::TlsConnector;
use zero_types::connector::{FetchFailureKind, Outcome, Request};

/// A future that may be kept behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// What the connector reads.
    pub outcome: Outcome,
    /// What only the host's cache reads.
    pub cache: CacheHeaders,
}

/// Headers that say how long a response may be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheHeaders {
    /// `cache-control`.
    pub cache_control: Option<String>,
    /// `expires`.
    pub expires: Option<String>,
    /// `age`.
    pub age: Option<String>,
    /// `vary`.
    pub vary: Option<String>,
}

/// The way out. Cheap to clone; needs a tokio runtime.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    user_agent: HeaderValue,
    overrides: BTreeMap<String, Base>,
    virtual_hosts: BTreeMap<String, Arc<dyn VirtualHost>>,
    ports: BTreeMap<String, Vec<u16>>,
    times: Times,
    names: resolve::Names,
    tls: TlsConnector,
    pool: pool::Pool,
    exchanges: tokio::sync::Semaphore,
}

impl Egress {
    /// Reads the operator's decisions.
    ///
    /// # Errors
    /// Names the entry that is wrong.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let overrides = config::overrides(&config)?;
        for host in config.virtual_hosts.keys() {
            config::host_name("virtual hosts", host)?;
        }
        for host in config.ports.keys() {
            config::host_name("ports", host)?;
        }
        let times = config.times.narrowed();
        Ok(Self(Arc::new(Inner {
            user_agent: HeaderValue::from_str(&config.user_agent)
                .map_err(|_| ConfigError::UserAgent(config.user_agent.clone()))?,
            overrides,
            virtual_hosts: config.virtual_hosts,
            ports: config.ports,
            times,
            names: resolve::Names::new(config.resolver, times),
            tls: dial::tls(&config.extra_roots)?,
            pool: pool::Pool::default(),
            exchanges: tokio::sync::Semaphore::new(config.connections_max.min(tokio::sync::Semaphore::MAX_PERMITS)),
        })))
    }

    /// Performs one request, or says why not. Redirects are not followed: a connector reads `location` and plans anew.
    pub async fn fetch(&self, grant: &Grant, request: Request, deadline: Instant) -> Fetched {
        let end = deadline.min(Instant::now() + self.0.times.exchange);
        let host = host_of(&request.url);
        match tokio::time::timeout_at(end.into(), self.0.attempt(grant, request)).await {
            Ok(Ok(fetched)) => fetched,
            Ok(Err(failure)) => failure.into(),
            Err(_) => timeout(format!("`{host}` did not answer in time")).into(),
        }
    }
}

/// For messages only.
fn host_of(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

impl Inner {
    async fn attempt(&self, grant: &Grant, request: Request) -> Attempt<Fetched> {
        let (url, host) = check::url(&request.url, grant)?;
        if let Some(virtual_host) = self.virtual_hosts.get(&host) {
            if request.credential.is_some() {
                return Err(refused(format!("`{host}` is answered in process and takes no credential")));
            }
            let outcome = virtual_host.handle(request).await;
            return exchange::of_virtual_host(&host, outcome);
        }
        let rules = check::Rules { user_agent: &self.user_agent, overrides: &self.overrides, ports: &self.ports };
        let checked = check::request(&rules, grant, &url, host, request)?;
        let _permit = self
            .exchanges
            .acquire()
            .await
            .map_err(|_| failure(FetchFailureKind::Suspended, "the way out is closed"))?;
        let route = self.route(&checked).await?;
        self.exchange(checked, &route).await
    }

    /// Where the request goes: the only place where an address that was not checked may come from is an override.
    async fn route(&self, checked: &check::Checked) -> Attempt<Route> {
        let Some(base) = self.overrides.get(&checked.host) else {
            let addresses = self.names.public(&checked.host).await?;
            let addresses = addresses.iter().map(|&address| SocketAddr::new(address, checked.port)).collect();
            return Ok(Route { addresses, server_name: Some(checked.host.clone()) });
        };
        let (addresses, name) = match &base.host {
            // A stub on an address shows the certificate of the host it stands for, a mirror its own.
            BaseHost::Address(address) => (vec![*address], checked.host.clone()),
            BaseHost::Name(name) => (self.names.any(name).await?, name.clone()),
        };
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, base.port)).collect();
        Ok(Route { addresses, server_name: base.tls.then_some(name) })
    }

    async fn exchange(&self, checked: check::Checked, route: &Route) -> Attempt<Fetched> {
        let tls = route.server_name.is_some();
        let mut request = exchange::Prepared::new(checked, tls)?;
        if let Some((key, sender)) = self.pool.take(request.host(), tls, &route.addresses) {
            match request.send(sender).await? {
                exchange::Sent::Response(response, sender) => {
                    return request.finish(response, sender.map(|sender| (sender, key)), &self.pool).await;
                }
                // The service had closed the connection while it waited: once more, on a fresh one.
                exchange::Sent::Stale => {}
            }
        }
        let target = dial::Target {
            host: request.host(),
            server_name: route.server_name.as_deref(),
            addresses: &route.addresses,
        };
        let (address, sender) = dial::connect(&target, &self.tls, self.times.connect).await?;
        let key = pool::Key { host: request.host().to_owned(), tls, address };
        if let dial::Sender::Many(sender) = &sender {
            self.pool.put(key.clone(), dial::Sender::Many(sender.clone()));
        }
        match request.send(sender).await? {
            exchange::Sent::Response(response, sender) => {
                request.finish(response, sender.map(|sender| (sender, key)), &self.pool).await
            }
            exchange::Sent::Stale => {
                Err(failure::unreachable(format!("`{}` closed the connection before it answered", request.host())))
            }
        }
    }
}

struct Route {
    addresses: Vec<SocketAddr>,
    server_name: Option<String>,
}
