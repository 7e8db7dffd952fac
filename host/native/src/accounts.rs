//! Accounts of a host: where they lie, and what keeps them up to date.

use crate::host::environment;
use anyhow::{Context as _, Result, anyhow};
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::time::MissedTickBehavior;
use zero_identity::Identity;
use zero_vault::{Master, Vault};

/// The environment variable with the vault's master key, for those who keep it elsewhere than beside the vault.
pub const VAULT_KEY_VARIABLE: &str = "ZERO_VAULT_KEY";
/// How often keys are looked at: a rotation is announced a day before, so minutes do not count.
const TICK: Duration = Duration::from_secs(60);

/// Opens the vault of a state folder, or makes it. One host has it at a time. Blocks for the disk.
///
/// # Errors
/// The key is wrong, the vault damaged, or another process has it.
pub fn open_vault(state: &Path) -> Result<Arc<Vault>> {
    let master = Master::from_environment(VAULT_KEY_VARIABLE, environment(VAULT_KEY_VARIABLE))?;
    Ok(Arc::new(Vault::open(&state.join("vault"), master)?))
}

/// Opens the accounts in a vault. Blocks for the disk, and for a first signing key.
///
/// # Errors
/// The configuration cannot be used, or the vault fails.
pub fn open_identity(config: &zero_config::Identity, vault: Arc<Vault>) -> Result<Identity> {
    Identity::open(config, vault, now_ms()).map_err(|problem| anyhow!("{problem}")).context("[identity]")
}

/// Sees to it that keys are rotated and what has ended is cleared away, as long as it is polled.
pub async fn keep_up(identity: Identity) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let identity = identity.clone();
        match tokio::task::spawn_blocking(move || identity.tick(now_ms())).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => tracing::error!(%problem, "accounts could not be kept up to date"),
            Err(_) => tracing::error!("keeping accounts up to date panicked"),
        }
    }
}

/// Milliseconds since the Unix epoch.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
