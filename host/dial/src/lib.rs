//! The way out of a native host: names, addresses, TLS and connections behind the policy.
//!
//! **Takes** a request as a connector planned it, the [`Grant`] of its source, and a deadline. **Gives** the outcome
//! that the connector will read, and beside it what a cache needs to know. **Fails** never but as an outcome: every
//! refusal, error and timeout is a `fetch-failure` that names the host and never a secret. **Limits** stand in
//! `zero_pipeline::limits` under *egress*. **Why it is so:** what may be sent and read is the policy's to judge
//! (`zero-egress`, the same on every target); here is only what a native host must do itself where other targets have a
//! runtime that does it.
//!
//! An exchange walks these rooms in order: the policy, [`resolve`] (every address looked at), [`pool`] and [`dial`] (the
//! address that was looked at), [`exchange`] (the answer, bounded by [`meter`] and [`bounds`]), and the policy again.

mod bounds;
mod config;
mod dial;
mod exchange;
mod failure;
mod meter;
mod pool;
mod resolve;

pub use config::{Config, ConfigError, Times};
pub use dial::{Dialler, SystemDialler};
pub use resolve::{Resolver, SystemResolver};

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio_rustls::TlsConnector;
use zero_egress::failure::{Attempt, failure, host_of, silent, unreachable};
use zero_egress::{BaseHost, Checked, Fetched, Grant, Policy, VirtualHost};
use zero_types::connector::{FetchFailureKind, Request};

/// The way out. Cheap to clone; needs a tokio runtime.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    policy: Policy,
    virtual_hosts: BTreeMap<String, Arc<dyn VirtualHost>>,
    times: Times,
    names: resolve::Names,
    tls: TlsConnector,
    dialler: Arc<dyn Dialler>,
    pool: pool::Pool,
    bounds: bounds::Bounds,
    exchanges: tokio::sync::Semaphore,
}

impl Egress {
    /// Reads the operator's decisions.
    ///
    /// # Errors
    /// Names the entry that is wrong.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let policy = Policy::new(config.decisions())?;
        for host in config.virtual_hosts.keys() {
            zero_egress::host_name("virtual hosts", host)?;
        }
        let times = config.times.narrowed();
        Ok(Self(Arc::new(Inner {
            policy,
            virtual_hosts: config.virtual_hosts,
            times,
            names: resolve::Names::new(config.resolver, times),
            tls: dial::tls(&config.extra_roots)?,
            dialler: config.dialler,
            pool: pool::Pool::default(),
            bounds: bounds::Bounds::default(),
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
            Err(_) => silent(&host).into(),
        }
    }
}

impl Inner {
    async fn attempt(&self, grant: &Grant, request: Request) -> Attempt<Fetched> {
        let planned = self.policy.read(grant, request)?;
        if let Some(virtual_host) = self.virtual_hosts.get(planned.host()) {
            let host = planned.host().to_owned();
            let outcome = virtual_host.handle(planned.for_virtual_host()?).await;
            return zero_egress::in_process(&host, outcome);
        }
        let checked = self.policy.check(planned)?;
        let _permit = self
            .exchanges
            .acquire()
            .await
            .map_err(|_| failure(FetchFailureKind::Suspended, "the way out is closed"))?;
        let route = self.route(&checked).await?;
        self.exchange(checked, &route).await
    }

    /// Where the request goes: the only place where an address that was not checked may come from is an override.
    async fn route(&self, checked: &Checked) -> Attempt<Route> {
        let Some(base) = &checked.base else {
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

    async fn exchange(&self, checked: Checked, route: &Route) -> Attempt<Fetched> {
        let tls = route.server_name.is_some();
        let mut request = exchange::Prepared::new(checked, tls);
        if let Some((key, sender)) = self.pool.take(request.host(), tls, &route.addresses) {
            match request.send(sender).await? {
                exchange::Sent::Response(answer) => {
                    return request.finish(*answer, key, &self.pool, &self.bounds).await;
                }
                // The service had closed the connection while it waited: once more, on a fresh one.
                exchange::Sent::Stale => {}
            }
        }
        let target = dial::Target {
            host: request.host(),
            server_name: route.server_name.as_deref(),
            addresses: &route.addresses,
            dialler: self.dialler.as_ref(),
        };
        let (address, sender) = dial::connect(&target, &self.tls, self.times.connect).await?;
        let key = pool::Key { host: request.host().to_owned(), tls, address };
        if let Some(sender) = sender.shared() {
            self.pool.put(key.clone(), sender);
        }
        match request.send(sender).await? {
            exchange::Sent::Response(answer) => request.finish(*answer, key, &self.pool, &self.bounds).await,
            exchange::Sent::Stale => {
                Err(unreachable(format!("`{}` closed the connection before it answered", request.host())))
            }
        }
    }
}

struct Route {
    addresses: Vec<SocketAddr>,
    server_name: Option<String>,
}
