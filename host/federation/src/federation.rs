//! Both halves of this crate as a host holds them.
//!
//! Takes the configuration, a vault where accounts can be connected, and the way out. Gives what is believed of one
//! credential, and the connections. Fails when the configuration is wrong. Why it is so: what the host itself issues is
//! always believed first, so that no other issuer can speak in its name.

use crate::connections::{Connections, OpenError};
use crate::issuers::{IssuerHealth, Issuers, claimed};
use std::sync::Arc;
use zero_config::Config;
use zero_dial::Egress;
use zero_types::functions::{Credential, Issuer, Trust};
use zero_vault::Vault;

/// Others who vouch for askers, and services where askers have accounts.
pub struct Federation {
    issuers: Issuers,
    connections: Option<Connections>,
}

impl Federation {
    /// Whether a configuration needs one at all.
    #[must_use]
    pub fn is_wanted(config: &Config) -> bool {
        !config.federation.issuers.is_empty() || !config.connections.providers.is_empty()
    }

    /// Whether it keeps what needs a vault.
    #[must_use]
    pub fn needs_vault(config: &Config) -> bool {
        !config.connections.providers.is_empty()
    }

    /// Opens what is configured; without a vault no accounts are connected. `secret` looks up what the configuration
    /// names. Blocks for the disk.
    ///
    /// # Errors
    /// A provider is not whole, or the vault cannot be read.
    pub fn open(
        config: &Config,
        vault: Option<Arc<Vault>>,
        egress: &Egress,
        secret: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, OpenError> {
        let connections = match vault.filter(|_| Self::needs_vault(config)) {
            Some(vault) => Some(Connections::open(&config.connections, vault, egress.clone(), secret)?),
            None => None,
        };
        Ok(Self { issuers: Issuers::new(&config.federation.issuers, egress), connections })
    }

    /// Askers' own accounts, where they can be connected.
    #[must_use]
    pub fn connections(&self) -> Option<&Connections> {
        self.connections.as_ref()
    }

    /// The issuer of this name with its keys, as [`Issuers::trust_for`].
    pub async fn trust_for(&self, token_issuer: &str, key_id: &str, now_ms: i64) -> Option<Arc<Issuer>> {
        self.issuers.trust_for(token_issuer, key_id, now_ms).await
    }

    /// What is believed of this credential: `own`, and the issuer that it names if the operator believes it. The token
    /// itself is only looked into for names; the auth room decides.
    pub async fn trusting(&self, own: Arc<Trust>, credential: &Credential, now_ms: i64) -> Arc<Trust> {
        let Credential::Token(token) = credential else { return own };
        let Some(who) = claimed(token) else { return own };
        // Nobody else speaks for this host.
        if own.issuers.iter().any(|issuer| issuer.url == who.issuer) {
            return own;
        }
        let Some(issuer) = self.trust_for(&who.issuer, &who.key_id, now_ms).await else { return own };
        // A token is judged by issuers and what was revoked; API keys, of which there may be thousands, stay where they are.
        let issuers = own.issuers.iter().chain([issuer.as_ref()]).cloned().collect();
        Arc::new(Trust { keys: Vec::new(), issuers, revoked_sessions: own.revoked_sessions.clone() })
    }

    /// How the issuers are doing.
    #[must_use]
    pub fn health(&self, now_ms: i64) -> Vec<IssuerHealth> {
        self.issuers.health(now_ms)
    }
}
