//! Other issuers and askers' own accounts, as the configuration of a host has them.

use crate::host::{Host, environment, open_egress};
use anyhow::{Context as _, Result};
use std::sync::Arc;
use zero_egress::Askers;
use zero_federation::Federation;
use zero_vault::Vault;

/// Opens what the configuration names, and has the platform ask askers' own sources with what is kept here; none when it
/// names nothing. Blocks for the disk.
///
/// # Errors
/// A provider is not whole, a secret is not set, or the vault cannot be read.
pub fn open(host: &Host, vault: Option<Arc<Vault>>) -> Result<Option<Arc<Federation>>> {
    if !Federation::is_wanted(&host.config) {
        return Ok(None);
    }
    // A way out of its own: tokens and keys share no connection with what connectors plan.
    let egress = open_egress(&host.config, None)?;
    let federation = Federation::open(&host.config, vault, &egress, environment).context("federation")?;
    if let Some(connections) = federation.connections() {
        let askers: Arc<dyn Askers> = Arc::new(connections.clone());
        host.platform.keep_askers(askers);
    }
    Ok(Some(Arc::new(federation)))
}
