//! Askers' own accounts at services.
//!
//! - **Takes** the operator's `[connections]`, a vault and a way out; then requests of askers, and exchanges of sources
//!   that are asked with an account of the asker's own.
//! - **Gives** the way to a provider and back, the list of what an asker has connected, and, to the way out alone, the
//!   token of exactly the asker who asks.
//! - **Fails** as problems, and towards an exchange with words that hold no secret.
//! - **Limits**: `limits`. One refresh of a connection at a time, and after one that failed a pause.
//! - **Why it is so**: a token is in memory while it is sent, and otherwise sealed. It is looked up by the principal that
//!   the auth room found, and by nothing that a connector, a source or a request says; so a guest cannot have one, and
//!   neither can anybody else.

mod exchange;
mod flow;
mod fresh;
mod problems;
mod provider;
mod random;
mod routes;
mod store;
mod text;

pub use provider::ProviderError;
pub use routes::Place;

use crate::limits::CONNECTIONS_MAX;
use oauth2::RedirectUrl;
use provider::Provider;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{CONNECTIONS, Connection, Owner, StoreError};
use zero_config::Connections as Configured;
use zero_dial::Egress;
use zero_egress::{Askers, BoxFuture, Secret};
use zero_pipeline::Problem;
use zero_types::prelude::Principal;
use zero_vault::{Vault, VaultError};

/// Where providers send browsers back to, below the public URL.
pub const CALLBACK_PATH: &str = "/v1/connections/callback";

/// Askers' own accounts; clones share everything.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    providers: BTreeMap<String, Provider>,
    redirect: RedirectUrl,
    /// Where a browser goes at the end.
    return_url: Option<String>,
    is_secure: bool,
    vault: Arc<Vault>,
    egress: Egress,
    /// Which connections there are, by name: whoever routes a question must not wait for a disk.
    index: Mutex<BTreeSet<String>>,
    flights: Mutex<HashMap<String, Arc<fresh::Flight>>>,
}

/// Why connections cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A provider is configured wrongly.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The redirect URI.
    #[error("[connections] `public_url`: {0}")]
    PublicUrl(String),
}

impl Connections {
    /// Opens what is configured; `secret` looks up what the configuration names.
    ///
    /// # Errors
    /// A provider is not whole, or the vault cannot be read.
    pub fn open(
        configured: &Configured,
        vault: Arc<Vault>,
        egress: Egress,
        secret: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, OpenError> {
        let public_url = configured.public_url.as_deref().unwrap_or_default();
        let redirect = RedirectUrl::new(format!("{public_url}{CALLBACK_PATH}"));
        let index = index(&vault)?;
        Ok(Self(Arc::new(Inner {
            providers: provider::read(configured, secret)?,
            redirect: redirect.map_err(|error| OpenError::PublicUrl(error.to_string()))?,
            return_url: configured.return_path.as_ref().map(|path| format!("{public_url}{path}")),
            is_secure: public_url.starts_with("https://"),
            vault,
            egress,
            index: Mutex::new(index),
            flights: Mutex::default(),
        })))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.index().len()
    }

    /// Whether nobody has connected anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives everything of a principal back and forgets it, as when their account ends. How many there were.
    ///
    /// # Errors
    /// The vault cannot be written.
    pub async fn forget(&self, principal: &Principal) -> Result<usize, Problem> {
        let Some(owner) = Owner::of(principal) else { return Ok(0) };
        let mut forgotten = 0;
        for name in self.0.names_of(&owner) {
            let provider = name.rsplit('/').next().unwrap_or_default();
            if self.0.disconnect(&owner, provider).await?.is_some() {
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

impl Askers for Connections {
    fn has(&self, asker: &Principal, provider: &str) -> bool {
        Owner::of(asker).is_some_and(|owner| self.0.index().contains(&name(&owner, provider)))
    }

    fn secret<'a>(
        &'a self,
        asker: &'a Principal,
        provider: &'a str,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<Secret, String>> {
        Box::pin(async move {
            let owner = Owner::of(asker).ok_or("nobody is signed in, so there is no account to ask with")?;
            let secret = Inner::secret(&self.0, &owner, provider, now_ms).await;
            secret.map_err(|why| format!("`{provider}`: {why}"))
        })
    }
}

impl Inner {
    fn index(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names_of(&self, owner: &Owner) -> Vec<String> {
        let prefix = owner.prefix();
        let index = self.index();
        let own = index.range(prefix.clone()..).take_while(|name| name.starts_with(&prefix));
        own.cloned().collect()
    }

    /// Looks into the vault on a thread that may wait for a disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let vault = Arc::clone(&self.vault);
        let done = tokio::task::spawn_blocking(move || work(&vault)).await;
        done.unwrap_or_else(|_| Err(StoreError::Form("looking for it broke".to_owned())))
    }

    /// One connection, if there is one and it is theirs.
    async fn load(&self, owner: &Owner, provider: &str) -> Result<Option<Connection>, StoreError> {
        let name = name(owner, provider);
        let found = self.blocking(move |vault| {
            vault.get(CONNECTIONS, &name)?.map(|record| store::read::<Connection>(&record)).transpose()
        });
        Ok(found.await?.filter(|found| found.owner == *owner && found.provider == provider))
    }

    /// Writes a connection over whatever was there.
    async fn keep(&self, connection: Connection) -> Result<(), Problem> {
        let name = name(&connection.owner, &connection.provider);
        {
            let mut index = self.index();
            if index.len() >= CONNECTIONS_MAX && !index.contains(&name) {
                return Err(problems::full());
            }
            index.insert(name.clone());
        }
        let kept = self.blocking({
            let name = name.clone();
            move |vault| Ok(vault.put(CONNECTIONS, &name, &store::write(&connection)?)?)
        });
        if let Err(error) = kept.await {
            self.index().remove(&name);
            return Err(error.into());
        }
        Ok(())
    }

    /// Forgets a connection, then gives its token back. Whether the provider took it; none when there was no connection.
    async fn disconnect(&self, owner: &Owner, provider: &str) -> Result<Option<bool>, Problem> {
        let found = self.load(owner, provider).await?;
        let name = name(owner, provider);
        // First of all nobody asks with it any more.
        let was = self.index().remove(&name);
        let gone = self.blocking(move |vault| Ok(vault.delete(CONNECTIONS, &name)?)).await?;
        let (Some(connection), true) = (found, was || gone) else { return Ok(None) };
        let revoked = match self.providers.get(provider) {
            Some(provider) => exchange::revoke(&self.egress, provider, &self.redirect, &connection.tokens()).await,
            None => false,
        };
        Ok(Some(revoked))
    }
}

/// What a connection is called in the vault.
fn name(owner: &Owner, provider: &str) -> String {
    format!("{}{provider}", owner.prefix())
}

fn index(vault: &Vault) -> Result<BTreeSet<String>, VaultError> {
    let mut names = BTreeSet::new();
    while names.len() <= CONNECTIONS_MAX {
        let after: Option<&String> = names.last();
        let page = vault.read::<_, VaultError>(|view| view.list(CONNECTIONS, "", after.map(String::as_str)))?;
        if page.is_empty() {
            break;
        }
        names.extend(page.into_iter().map(|(name, _)| name));
    }
    Ok(names)
}
