//! Issuers whose tokens are believed: their keys, fetched, kept and forgotten.
//!
//! - **Takes** what a token says of its issuer and key, and the time.
//! - **Gives** the issuer as the operator configured it, with the keys that it publishes now.
//! - **Fails** as nothing: an issuer that nobody configured, or whose keys cannot be had. Why stands in the log and in
//!   [`Issuers::health`].
//! - **Limits**: `limits`. One flight for each issuer; a key that is not known is looked for at most once a minute, by
//!   however many tokens it is named, and an issuer that fails is left alone for [`RETRY_MS`].
//! - **Why it is so**: what a token says chooses among what the operator wrote and is never an address. Keys are believed
//!   for as long as the issuer says within bounds; while it is away, older ones for a day and no longer, so that an
//!   outage of an issuer is not one of ours and a key that was withdrawn does not live on.

mod discovery;
mod fetch;
mod jwks;
mod peek;

pub use peek::{Claimed, claimed};

use crate::limits::{
    DISCOVERY_BYTES_MAX, FRESH_MS, FRESH_MS_MAX, FRESH_MS_MIN, ISSUER_PATIENCE, ISSUER_TIME_MAX, KEYS_BYTES_MAX,
    RETRY_MS, STALE_MS_MAX, UNKNOWN_KEY_MS,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zero_config::Issuer as Configured;
use zero_dial::Egress;
use zero_pipeline::Freshness;
use zero_types::functions::{Issuer, TokenKey};

/// Every issuer that the operator named.
pub struct Issuers(Vec<Arc<One>>);

struct One {
    configured: Configured,
    egress: Egress,
    known: Mutex<Known>,
    /// Held by whoever fetches.
    flight: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: Option<Keys>,
    attempted_ms: Option<i64>,
    /// Why the last attempt failed, if it did.
    problem: Option<String>,
    fetches: u64,
}

struct Keys {
    issuer: Arc<Issuer>,
    fetched_ms: i64,
    fresh_until_ms: i64,
}

impl Keys {
    fn is_fresh(&self, now_ms: i64) -> bool {
        (self.fetched_ms..self.fresh_until_ms).contains(&now_ms)
    }

    fn is_believed(&self, now_ms: i64) -> bool {
        now_ms < self.fetched_ms.saturating_add(STALE_MS_MAX)
    }

    fn has(&self, key_id: &str) -> bool {
        key_id.is_empty() || self.issuer.keys.iter().any(|key| key.id == key_id)
    }
}

/// What is to be done for a token.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// The keys that are known will do, or nothing can be done about it now.
    Nothing,
    /// Fresh keys.
    Fetch,
}

/// How an issuer is doing, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerHealth {
    /// Its URL.
    pub url: String,
    /// Whether its keys are as fresh as it wants them.
    pub is_fresh: bool,
    /// Keys that are believed now.
    pub keys: usize,
    /// When they were fetched, ms since the Unix epoch; none before the first time.
    pub fetched_ms: Option<i64>,
    /// Until when they are believed should it stay away.
    pub believed_until_ms: Option<i64>,
    /// Why the last attempt failed.
    pub problem: Option<String>,
    /// Attempts since the start.
    pub fetches: u64,
}

impl Issuers {
    /// Issuers as they are configured; none is asked before a token names it.
    #[must_use]
    pub fn new(configured: &[Configured], egress: &Egress) -> Self {
        let one = |configured: &Configured| {
            Arc::new(One {
                configured: configured.clone(),
                egress: egress.clone(),
                known: Mutex::default(),
                flight: tokio::sync::Mutex::default(),
            })
        };
        Self(configured.iter().map(one).collect())
    }

    /// The issuer of this name with its keys, if the operator believes it. `key_id` may make it look for new ones.
    pub async fn trust_for(&self, token_issuer: &str, key_id: &str, now_ms: i64) -> Option<Arc<Issuer>> {
        let one = self.0.iter().find(|one| one.configured.url == token_issuer)?;
        if one.need(key_id, now_ms) == Need::Fetch {
            // In a task of its own: what one asker began is there for the next, though they may have left.
            let flight = tokio::spawn({
                let (one, key_id) = (Arc::clone(one), key_id.to_owned());
                async move { one.fly(&key_id, now_ms).await }
            });
            // Older keys that are still believed are better than a long wait.
            let patience = if one.believed(now_ms).is_some() { ISSUER_PATIENCE } else { 2 * ISSUER_TIME_MAX };
            let _ = tokio::time::timeout(patience, flight).await;
        }
        one.believed(now_ms)
    }

    /// How they are doing.
    #[must_use]
    pub fn health(&self, now_ms: i64) -> Vec<IssuerHealth> {
        self.0.iter().map(|one| one.health(now_ms)).collect()
    }
}

impl One {
    fn lock(&self) -> MutexGuard<'_, Known> {
        // Every critical section leaves it whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn believed(&self, now_ms: i64) -> Option<Arc<Issuer>> {
        let known = self.lock();
        known.keys.as_ref().filter(|keys| keys.is_believed(now_ms)).map(|keys| Arc::clone(&keys.issuer))
    }

    fn need(&self, key_id: &str, now_ms: i64) -> Need {
        // Whoever comes while keys are fetched waits for them.
        let in_flight = self.flight.try_lock().is_err();
        let known = self.lock();
        let fresh = known.keys.as_ref().is_some_and(|keys| keys.is_fresh(now_ms));
        if fresh && known.keys.as_ref().is_some_and(|keys| keys.has(key_id)) {
            return Need::Nothing;
        }
        let pause = if fresh { UNKNOWN_KEY_MS } else { RETRY_MS };
        // A clock that went back is no reason to wait for the time it showed.
        let rested = known.attempted_ms.is_none_or(|at| now_ms.saturating_sub(at).saturating_abs() >= pause);
        if rested || in_flight { Need::Fetch } else { Need::Nothing }
    }

    /// Fetches, unless another flight has meanwhile.
    async fn fly(&self, key_id: &str, now_ms: i64) {
        let _flight = self.flight.lock().await;
        {
            let mut known = self.lock();
            let fresh = known.keys.as_ref().is_some_and(|keys| keys.is_fresh(now_ms));
            let done = fresh && known.keys.as_ref().is_some_and(|keys| keys.has(key_id));
            let pause = if fresh { UNKNOWN_KEY_MS } else { RETRY_MS };
            let rested = known.attempted_ms.is_none_or(|at| now_ms.saturating_sub(at).saturating_abs() >= pause);
            if done || !rested {
                return;
            }
            known.attempted_ms = Some(now_ms);
            known.fetches += 1;
        }
        match self.fetch(now_ms).await {
            Ok(keys) => self.take_in(keys),
            Err(why) => self.note_failure(why, now_ms),
        }
    }

    async fn fetch(&self, now_ms: i64) -> Result<Keys, String> {
        let url = discovery::url(&self.configured)?;
        let document = fetch::document(&self.egress, &url, DISCOVERY_BYTES_MAX, now_ms).await?;
        let url = discovery::keys_url(&self.configured, &document.body)?;
        let document = fetch::document(&self.egress, &url, KEYS_BYTES_MAX, now_ms).await?;
        let found = jwks::read(&document.body)?;
        for (why, count) in &found.skipped {
            tracing::debug!(issuer = self.configured.url, count, why, "keys are left out");
        }
        if found.keys.is_empty() {
            // It may have withdrawn them all, which is its to say.
            tracing::warn!(
                issuer = self.configured.url,
                "the issuer publishes no key for us: none of its tokens is good"
            );
        }
        let fresh_ms = match document.freshness {
            Freshness::For(time) => i64::try_from(time.as_millis()).unwrap_or(i64::MAX),
            Freshness::Never => FRESH_MS_MIN,
            Freshness::Unsaid => FRESH_MS,
        };
        let fresh_until_ms = now_ms.saturating_add(fresh_ms.clamp(FRESH_MS_MIN, FRESH_MS_MAX));
        let issuer = Arc::new(issuer(&self.configured, found.keys, now_ms.saturating_add(STALE_MS_MAX)));
        Ok(Keys { issuer, fetched_ms: now_ms, fresh_until_ms })
    }

    fn take_in(&self, keys: Keys) {
        let mut known = self.lock();
        if known.problem.take().is_some() {
            tracing::info!(issuer = self.configured.url, "the issuer is back");
        }
        let ids = |keys: &Keys| keys.issuer.keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>();
        if known.keys.as_ref().map(ids) != Some(ids(&keys)) {
            tracing::info!(issuer = self.configured.url, keys = keys.issuer.keys.len(), "the issuer's keys");
        }
        known.keys = Some(keys);
    }

    fn note_failure(&self, why: String, now_ms: i64) {
        let mut known = self.lock();
        let left = known.keys.as_ref().filter(|keys| keys.is_believed(now_ms));
        match left.map(|keys| keys.fetched_ms.saturating_add(STALE_MS_MAX).saturating_sub(now_ms) / 1_000) {
            Some(left_s) => tracing::warn!(
                issuer = self.configured.url,
                why,
                left_s,
                "the issuer's keys could not be fetched; those it had are still believed"
            ),
            None => tracing::error!(
                issuer = self.configured.url,
                why,
                "the issuer's keys could not be fetched; none of its tokens is good until they can"
            ),
        }
        known.problem = Some(why);
    }

    fn health(&self, now_ms: i64) -> IssuerHealth {
        let known = self.lock();
        let keys = known.keys.as_ref();
        let believed = keys.filter(|keys| keys.is_believed(now_ms));
        IssuerHealth {
            url: self.configured.url.clone(),
            is_fresh: keys.is_some_and(|keys| keys.is_fresh(now_ms)),
            keys: believed.map_or(0, |keys| keys.issuer.keys.len()),
            fetched_ms: keys.map(|keys| keys.fetched_ms),
            believed_until_ms: keys.map(|keys| keys.fetched_ms.saturating_add(STALE_MS_MAX)),
            problem: known.problem.clone(),
            fetches: known.fetches,
        }
    }
}

/// As the auth room takes it.
fn issuer(configured: &Configured, keys: Vec<jwks::Key>, expires_ms: i64) -> Issuer {
    let key = |key: jwks::Key| TokenKey {
        id: key.id,
        algorithm: key.algorithm,
        public: key.public,
        not_before_ms: 0,
        expires_ms: Some(expires_ms),
    };
    Issuer {
        url: configured.url.clone(),
        audiences: configured.audiences.clone(),
        types: configured.types.clone(),
        lifetime_ms_max: i64::try_from(configured.lifetime_s_max.saturating_mul(1_000)).unwrap_or(i64::MAX),
        subject_prefix: configured.name.clone(),
        tenant: configured.tenant.clone().unwrap_or_default(),
        tenant_claim: configured.tenant_claim.clone(),
        roles_claim: configured.roles_claim.clone(),
        roles_allowed: configured.roles_allowed.clone(),
        default_roles: configured.default_roles.clone(),
        scopes_claim: configured.scopes_claim.clone(),
        keys: keys.into_iter().map(key).collect(),
    }
}
