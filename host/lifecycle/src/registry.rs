//! Connectors from a registry: looked into before they are fetched, verified before they are parsed.
//!
//! What comes from a registry is always signed: `allow_unsigned` is for files of one's own.

use crate::{Error, Origin, Permissions, Policy, Preview, Signer};
use zero_oci::{Access, Inspected, Reference, SignedBy, Timestamp, Trust};

/// What an artifact would ask for; none of its code is fetched.
///
/// # Errors
/// The registry cannot be reached, or what it gives cannot be trusted.
pub async fn inspect(policy: &Policy, reference: &str, now_ms: i64) -> Result<Preview, Error> {
    let inspected = zero_oci::inspect(&access(policy), &parse(reference)?, trust(policy, reference)?, at(now_ms)?).await;
    inspected.map(|inspected| preview(&inspected)).map_err(|error| untrusted(reference, &error))
}

/// Fetches an artifact, verified from the signature to the last byte.
///
/// # Errors
/// As [`inspect`].
pub async fn pull(policy: &Policy, reference: &str, now_ms: i64) -> Result<Origin, Error> {
    let pulled = zero_oci::pull(&access(policy), &parse(reference)?, trust(policy, reference)?, at(now_ms)?).await;
    let pulled = pulled.map_err(|error| untrusted(reference, &error))?;
    let from = format!("oci:{}", pulled.inspected.pinned);
    Ok(Origin::Pulled { bytes: pulled.component, signer: signer(&pulled.inspected.signed_by), from })
}

/// All who vouch for it, by the names of their keys.
pub(crate) fn signer(signed_by: &[SignedBy]) -> Signer {
    Signer::Key(signed_by.iter().map(|signed| signed.key.as_str()).collect::<Vec<_>>().join(", "))
}

pub(crate) fn at(now_ms: i64) -> Result<Timestamp, Error> {
    Timestamp::from_millisecond(now_ms)
        .map_err(|error| Error::Untrusted { what: "the clock".to_owned(), reason: error.to_string() })
}

pub(crate) fn untrusted(what: &str, error: &zero_oci::Error) -> Error {
    let reason = format!("{}\n\nhint: {}", error.what(), error.hint());
    Error::Untrusted { what: what.to_owned(), reason }
}

fn access(policy: &Policy) -> Access {
    let bytes_max = policy.granted_at_most().component_bytes;
    Access {
        insecure_loopback_http: policy.insecure_loopback_registry,
        component_bytes_max: u64::try_from(bytes_max).unwrap_or(u64::MAX),
        ..Access::default()
    }
}

fn parse(reference: &str) -> Result<Reference, Error> {
    Reference::parse(reference).map_err(|error| untrusted(reference, &error))
}

fn trust<'p>(policy: &'p Policy, what: &str) -> Result<&'p Trust, Error> {
    policy.trust.as_deref().ok_or_else(|| Error::Untrusted {
        what: what.to_owned(),
        reason: "no key is trusted here\n\nhint: name the file with your keys in `[connectors] trust`".to_owned(),
    })
}

fn preview(inspected: &Inspected) -> Preview {
    let descriptor = &inspected.descriptor;
    let names = |slots: &[zero_oci::Slot]| slots.iter().map(|slot| slot.name.clone()).collect();
    Preview {
        name: descriptor.name.clone(),
        version: descriptor.version.clone(),
        digest: inspected.component_digest.clone(),
        permissions: Permissions {
            hosts: descriptor.hosts.clone(),
            source_hosts: Vec::new(),
            credentials: names(&descriptor.credentials),
            settings: names(&descriptor.settings),
            kinds: descriptor.kinds.clone(),
            interface: descriptor.interface_version.clone(),
        },
        signer: signer(&inspected.signed_by),
    }
}
