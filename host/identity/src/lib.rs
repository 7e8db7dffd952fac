//! Who is who: accounts, sessions, second factors, passkeys, API keys, and the keys that sign tokens.
//!
//! - **Takes** the configuration's `[identity]`, an open vault, requests with their bodies, and the time.
//! - **Gives** responses to its own routes, and the [`Trust`] by which the auth component knows what this host issued.
//! - **Fails** with RFC 9457 problems. A failed sign-in, refresh or ceremony has one answer each, whatever was wrong.
//! - **Limits**: [`limits`]. Passwords are hashed on threads of their own, with a short queue; beyond it 503.
//! - **Why it is so**: the component that decides is pure and holds nothing, so all that must be kept, timed or drawn at
//!   random is here. Everything at rest lies sealed in the vault; passwords, API keys, refresh tokens and recovery codes
//!   only as hashes in it. Time comes with each call, so a year of rotations is a test of milliseconds.
//!
//! ```text
//! POST   /v1/auth/register            {"name", "password"}               where the operator allows it
//! POST   /v1/auth/login               {"name", "password", "code"?, "scope"?}
//! POST   /v1/auth/refresh             {"refresh_token"}
//! POST   /v1/auth/logout              {"refresh_token"?, "everywhere"?}
//! GET    /v1/auth/account             POST /v1/auth/password {"password", "new_password"}
//! GET    /v1/auth/sessions            DELETE /v1/auth/sessions/ID
//! POST   /v1/auth/totp                POST /v1/auth/totp/confirm {"code"}      DELETE /v1/auth/totp {"code"}
//! POST   /v1/auth/passkeys/login/start | finish                               anybody
//! POST   /v1/auth/passkeys/register/start | finish                            whoever signed in
//! GET    /v1/auth/passkeys            DELETE /v1/auth/passkeys/ID
//! GET    /v1/auth/keys                POST /v1/auth/keys                      DELETE /v1/auth/keys/ID
//! GET    /.well-known/jwks.json       /.well-known/oauth-authorization-server, /.well-known/openid-configuration
//! ```

pub mod limits;

mod accounts;
mod administer;
mod attempts;
mod believed;
mod house;
mod keys;
mod passkeys;
mod password;
mod pool;
mod problems;
mod random;
mod records;
mod routes;
mod second;
mod sessions;
mod settings;
mod signing;

pub use administer::Command;
pub use keys::Wanted;
pub use routes::Route;

use bytes::Bytes;
use house::House;
use http::Response;
use http::request::Parts;
use limits::{DESK_QUEUE_MAX, DESK_THREADS, HASHING_QUEUE_MAX};
use pool::Pool;
use settings::Settings;
use std::net::IpAddr;
use std::sync::Arc;
use zero_pipeline::Problem;
use zero_types::functions::{Principal, Trust};
use zero_vault::{Vault, VaultError};

/// Accounts of a host; clones share everything.
#[derive(Clone)]
pub struct Identity {
    house: Arc<House>,
    /// Where passwords are hashed.
    hashing: Arc<Pool>,
    /// Where all else waits for the disk.
    desk: Arc<Pool>,
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.house.settings.issuer).finish_non_exhaustive()
    }
}

/// What an asker or an operator hears.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) Box<Problem>);

impl From<VaultError> for Refused {
    fn from(error: VaultError) -> Self {
        // What the store says is the operator's affair.
        tracing::error!(%error, "the vault failed");
        Self(Box::new(Problem::internal("what this host keeps of accounts cannot be reached")))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        *refused.0
    }
}

impl Identity {
    /// Opens the accounts that this vault holds. Blocks for the disk, and for a first signing key.
    ///
    /// # Errors
    /// The configuration cannot be used, or the vault fails.
    pub fn open(config: &zero_config::Identity, vault: Arc<Vault>, now_ms: i64) -> Result<Self, Problem> {
        let settings = Settings::new(config)?;
        let threads = |error: std::io::Error| Problem::internal(format!("threads for accounts: {error}"));
        let hashing = Pool::new("zero-passwords", settings.password_threads, HASHING_QUEUE_MAX).map_err(threads)?;
        let desk = Pool::new("zero-accounts", DESK_THREADS, DESK_QUEUE_MAX).map_err(threads)?;
        let house = House::open(settings, vault, now_ms)?;
        Ok(Self { house: Arc::new(house), hashing: Arc::new(hashing), desk: Arc::new(desk) })
    }

    /// What of this host's own may be believed at this moment; cheap.
    #[must_use]
    pub fn trust(&self) -> Arc<Trust> {
        self.house.trust()
    }

    /// Does what the time asks for: signing keys come and go, what has ended is cleared away. To be called every minute
    /// or so; blocks for the disk when something is due.
    ///
    /// # Errors
    /// The vault fails.
    pub fn tick(&self, now_ms: i64) -> Result<(), Problem> {
        Ok(self.house.tick(now_ms)?)
    }

    /// The route of this path, if it is one of these. Its rule is to be kept before [`Identity::respond`] is called.
    #[must_use]
    pub fn route(path: &str) -> Option<Route> {
        Route::of(path)
    }

    /// Responds, where the path is one of these. `principal` is whoever asks, as the auth component has it.
    pub async fn respond(
        &self,
        parts: &Parts,
        body: Bytes,
        principal: &Principal,
        peer: IpAddr,
        now_ms: i64,
    ) -> Option<Response<Bytes>> {
        let route = Route::of(parts.uri.path())?;
        Some(routes::respond(self, route, parts, body, principal, peer, now_ms).await)
    }

    /// An operator's act, and its report. Blocks: for the disk, and for a password that is hashed.
    ///
    /// # Errors
    /// What is wrong, for the operator.
    pub fn administer(&self, command: Command, now_ms: i64) -> Result<serde_json::Value, Problem> {
        Ok(self.house.administer(command, now_ms)?)
    }
}

#[cfg(test)]
mod tests;
