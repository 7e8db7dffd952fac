//! Secrets that are each asker's own: which slot of a source takes one, and who hands it out.
//!
//! Takes who asks, as the host found out, and a provider. Gives the one secret that this asker connected. Fails with words
//! for the ledger, never with a secret. Why it is so: a grant is made once for each source and shared by all who ask it,
//! so it must not hold what is one asker's; the secret is laid into a copy that lives as long as one exchange.

use crate::BoxFuture;
use crate::grant::{Credential, Grant, HostPattern, Place, Secret};
use zero_types::prelude::Principal;

/// A slot whose secret depends on who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSlot {
    /// Whose tokens go there, as the configuration names it: `google`.
    pub provider: String,
    /// Where in the request it stands.
    pub place: Place,
    /// Hosts it is for.
    pub hosts: Vec<HostPattern>,
    /// Paths it is for, as [`Credential::path_prefix`].
    pub path_prefix: String,
}

/// Who keeps askers' own secrets.
pub trait Askers: Send + Sync {
    /// Whether this asker has connected an account at this provider. Called often, so it looks at memory alone.
    fn has(&self, asker: &Principal, provider: &str) -> bool;

    /// The secret of this asker for this provider at this time, ms since the Unix epoch; made fresh if it must be.
    ///
    /// # Errors
    /// Says what the asker can do about it.
    fn secret<'a>(
        &'a self,
        asker: &'a Principal,
        provider: &'a str,
        now_ms: i64,
    ) -> BoxFuture<'a, Result<Secret, String>>;
}

impl Grant {
    /// The same grant with one more slot that takes the asker's own secret.
    #[must_use]
    pub fn with_own(mut self, slot: impl Into<String>, own: OwnSlot) -> Self {
        self.own.insert(slot.into(), own);
        self
    }

    /// Whether what this source says depends on who asks.
    #[must_use]
    pub fn is_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// The grant of one exchange: this one, with an asker's own secret in its slot. Without such a slot it is the same.
    #[must_use]
    pub fn for_one_exchange(&self, slot: &str, secret: Secret) -> Self {
        let Some(OwnSlot { place, hosts, path_prefix, .. }) = self.own.get(slot).cloned() else { return self.clone() };
        self.clone().with(slot, Credential { secret, place, hosts, path_prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decisions, Policy};
    use zero_types::connector::Request;

    fn grant() -> Grant {
        let host = || vec!["api.example".to_owned()];
        let own = OwnSlot {
            provider: "p".into(),
            place: Place::Header { name: "authorization".into(), prefix: "Bearer ".into() },
            hosts: vec!["api.example".parse().unwrap()],
            path_prefix: "/v1".into(),
        };
        Grant::new("s", &host(), &host(), None).unwrap().with_own("token", own)
    }

    /// The `authorization` that is sent for this URL under this grant, or why nothing is.
    fn sent(grant: &Grant, url: &str, slot: &str) -> Result<String, String> {
        let policy = Policy::new(Decisions::default()).unwrap();
        let planned = policy.read(grant, Request::get(url).credential(slot)).map_err(|failure| failure.detail)?;
        let checked = policy.check(planned).map_err(|failure| failure.detail)?;
        Ok(checked.headers["authorization"].to_str().unwrap().to_owned())
    }

    #[test]
    fn an_own_secret_goes_where_its_slot_says_and_stays_in_one_exchange() {
        let shared = grant();
        assert!(shared.is_own());
        let mine = shared.for_one_exchange("token", Secret::new("mine"));
        assert_eq!(sent(&mine, "https://api.example/v1/mail", "token").unwrap(), "Bearer mine");
        assert!(sent(&mine, "https://api.example/v2/mail", "token").unwrap_err().contains("not for this path"));
        assert!(sent(&shared, "https://api.example/v1/mail", "token").unwrap_err().contains("has no credential"));
        let other = shared.for_one_exchange("another", Secret::new("mine"));
        assert!(sent(&other, "https://api.example/v1/mail", "another").unwrap_err().contains("has no credential"));
        assert!(!format!("{mine:?}").contains("mine"));
    }
}
