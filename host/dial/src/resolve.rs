//! Names to addresses that were looked at before anyone dials them.
//!
//! Takes a name; gives the addresses, every one of them public. Fails as `unresolved`, or as `refused` when any answer
//! is not public: a name that leads inside is an attempt, whatever else it leads to. Limits: time, number of addresses,
//! number of names remembered. Why it is so: the address that was checked is the address that is dialled, so a second
//! answer (DNS rebinding) has no one to fool.

use crate::config::Times;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use zero_egress::failure::{Attempt, failure, refused, timeout};
use zero_egress::{BoxFuture, is_public};
use zero_types::connector::FetchFailureKind;

/// Names to addresses.
pub trait Resolver: Send + Sync {
    /// Every address the name leads to, best first.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>>;
}

/// The operating system's: `getaddrinfo` on a blocking thread, sorted as RFC 6724 says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 443)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Since when, and where to.
type Known = (Instant, Arc<[IpAddr]>);

/// Asks the resolver, looks at every answer, and remembers good ones for a while.
pub(crate) struct Names {
    resolver: Arc<dyn Resolver>,
    times: Times,
    known: Mutex<BTreeMap<String, Known>>,
}

impl Names {
    pub(crate) fn new(resolver: Arc<dyn Resolver>, times: Times) -> Self {
        Self { resolver, times, known: Mutex::default() }
    }

    /// The addresses of a name, all public.
    pub(crate) async fn public(&self, host: &str) -> Attempt<Arc<[IpAddr]>> {
        if let Some(addresses) = self.recall(host) {
            return Ok(addresses);
        }
        let addresses = self.any(host).await?;
        if addresses.iter().any(|&address| !is_public(address)) {
            // Which address it was would tell a stranger how the operator's network answers.
            return Err(refused(format!("`{host}` leads to an address that is not public")));
        }
        let addresses: Arc<[IpAddr]> = addresses.into_iter().take(ADDRESSES_MAX).collect();
        self.remember(host, &addresses);
        Ok(addresses)
    }

    /// The addresses of a name that the operator wrote, whatever they are.
    pub(crate) async fn any(&self, host: &str) -> Attempt<Vec<IpAddr>> {
        let answer = tokio::time::timeout(self.times.resolve, self.resolver.resolve(host)).await;
        match answer {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Ok(Ok(_)) => Err(failure(FetchFailureKind::Unresolved, format!("`{host}` has no address"))),
            Ok(Err(error)) => {
                Err(failure(FetchFailureKind::Unresolved, format!("`{host}` could not be resolved: {error}")))
            }
            Err(_) => Err(timeout(format!("resolving `{host}` took longer than {:?}", self.times.resolve))),
        }
    }

    fn recall(&self, host: &str) -> Option<Arc<[IpAddr]>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, addresses) = known.get(host)?;
        (since.elapsed() < self.times.resolved).then(|| Arc::clone(addresses))
    }

    fn remember(&self, host: &str, addresses: &Arc<[IpAddr]>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES_MAX {
            known.retain(|_, (since, _)| since.elapsed() < self.times.resolved);
        }
        if known.len() < NAMES_MAX {
            known.insert(host.to_owned(), (Instant::now(), Arc::clone(addresses)));
        }
    }
}

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 6;
/// Names remembered; more are asked for anew.
const NAMES_MAX: usize = 4096;
