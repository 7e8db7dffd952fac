//! What is sealed: flows that wait for their callback, and connections.
//!
//! Takes and gives records by name; fails as the vault does. Limits: [`FLOWS_MAX`], [`FLOWS_PER_ASKER_MAX`]. Why it is
//! so: a name is a hash of who it belongs to, so that names, which are readable on disk, say nothing of anybody; and a
//! record says itself whose it is, so that it counts for nobody else even under another name.

use super::exchange::Tokens;
use super::text::Text;
use crate::limits::{FLOWS_MAX, FLOWS_PER_ASKER_MAX};
use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use zero_types::prelude::{Principal, PrincipalKind};
use zero_vault::{Table, Vault, VaultError};
use zeroize::Zeroizing;

pub(super) const CONNECTIONS: Table = Table("connections");
const FLOWS: Table = Table("connection-flows");

/// Whose a record is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    tenant: String,
    kind: String,
    id: String,
}

impl Owner {
    /// None for whoever is nobody in particular.
    pub(super) fn of(principal: &Principal) -> Option<Self> {
        let kind = match principal.kind {
            PrincipalKind::Anonymous => return None,
            PrincipalKind::User => "user",
            PrincipalKind::Agent => "agent",
            PrincipalKind::Service => "service",
        };
        Some(Self { tenant: principal.tenant.clone(), kind: kind.to_owned(), id: principal.id.clone() })
    }

    /// As names of records begin. Each part is hashed with its length, so that no two owners share bytes.
    pub(super) fn prefix(&self) -> String {
        let mut bytes = Vec::new();
        for part in [&self.tenant, &self.kind, &self.id] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        format!("{}/", sha256_hex(&bytes))
    }
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes).as_ref())
}

/// A flow that waits for its callback.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) owner: Owner,
    pub(super) provider: String,
    pub(super) verifier: Text,
    pub(super) nonce: String,
    /// SHA-256 of what its browser holds, hex.
    pub(super) browser_sha256: String,
    pub(super) redirect: String,
    pub(super) until_ms: i64,
}

/// An account of an asker at a provider.
#[derive(Serialize, Deserialize)]
pub(super) struct Connection {
    pub(super) owner: Owner,
    pub(super) provider: String,
    /// Drawn for each connecting: a refresh that was underway for an earlier one does not write over it.
    pub(super) generation: u64,
    pub(super) access: Text,
    pub(super) refresh: Option<Text>,
    pub(super) expires_ms: Option<i64>,
    pub(super) scopes: Vec<String>,
    /// For people.
    pub(super) account: Option<String>,
    pub(super) connected_ms: i64,
    pub(super) refreshed_ms: i64,
    /// The provider gives nothing any more: the asker has to connect again.
    pub(super) is_over: bool,
}

impl Connection {
    /// Takes fresh tokens in; a provider that does not turn its refresh tokens over keeps the one it gave.
    pub(super) fn take(&mut self, tokens: &Tokens, now_ms: i64) {
        self.access = tokens.access.clone();
        if let Some(refresh) = &tokens.refresh {
            self.refresh = Some(refresh.clone());
        }
        if !tokens.scopes.is_empty() {
            self.scopes.clone_from(&tokens.scopes);
        }
        self.expires_ms = tokens.expires_ms;
        self.refreshed_ms = now_ms;
    }

    pub(super) fn tokens(&self) -> Tokens {
        Tokens {
            access: self.access.clone(),
            refresh: self.refresh.clone(),
            expires_ms: self.expires_ms,
            scopes: self.scopes.clone(),
            id_token: None,
        }
    }
}

/// Why a record could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A record in the form of another version.
    #[error("a record of the vault cannot be read: {0}")]
    Form(String),
    /// So many flows at once.
    #[error("too many accounts are being connected at once")]
    Full,
}

pub(super) fn write<T: Serialize>(record: &T) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(record).map(Zeroizing::new).map_err(|error| StoreError::Form(error.to_string()))
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, StoreError> {
    // The message could hold a part of the record.
    serde_json::from_slice(bytes).map_err(|error| StoreError::Form(format!("{:?}", error.classify())))
}

/// Keeps a flow under its state; those that are over go, and the oldest of this asker if there are too many.
pub(super) fn keep_flow(vault: &Vault, state: &str, flow: &Flow, now_ms: i64) -> Result<(), StoreError> {
    vault.write(|view| {
        let mut own = Vec::new();
        let mut others = 0;
        for (name, record) in view.list(FLOWS, "", None)? {
            let known: Flow = read(&record)?;
            if known.until_ms <= now_ms {
                view.delete(FLOWS, &name)?;
            } else if known.owner == flow.owner {
                own.push((known.until_ms, name));
            } else {
                others += 1;
            }
        }
        own.sort();
        while own.len() >= FLOWS_PER_ASKER_MAX {
            view.delete(FLOWS, &own.remove(0).1)?;
        }
        if others + own.len() >= FLOWS_MAX {
            return Err(StoreError::Full);
        }
        Ok(view.put(FLOWS, &sha256_hex(state.as_bytes()), &write(flow)?)?)
    })
}

/// Takes the flow of a state, if `is_its` says so: once, and then never again.
pub(super) fn take_flow(
    vault: &Vault,
    state: &str,
    is_its: impl Fn(&Flow) -> bool,
) -> Result<Option<Flow>, StoreError> {
    let name = sha256_hex(state.as_bytes());
    vault.write(|view| {
        let Some(record) = view.get(FLOWS, &name)? else { return Ok(None) };
        let flow: Flow = read(&record)?;
        if !is_its(&flow) {
            return Ok(None);
        }
        view.delete(FLOWS, &name)?;
        Ok(Some(flow))
    })
}
