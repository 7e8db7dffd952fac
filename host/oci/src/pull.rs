//! Reading an artifact: the order of the checks is the order of these lines.

use crate::layout::{self, Parts};
use crate::reader::Reader;
use crate::verdict::{self, Candidate, Refusal, SignedBy, Subject};
use crate::{Access, Descriptor, Error, Kind, Reference, Result, Trust, signature};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What an artifact is, who signed it, and what it may ever ask for; its code was not fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// The reference that was asked for, pinned to what was found.
    pub pinned: Reference,
    /// Digest of the manifest: what the signatures are over.
    pub manifest_digest: String,
    /// Digest of the config.
    pub config_digest: String,
    /// Digest of the component.
    pub component_digest: String,
    /// Bytes of the component.
    pub component_bytes: u64,
    /// Who signed it; as many as the policy asks for, or more.
    pub signed_by: Vec<SignedBy>,
    /// What the connector is and may ever ask for.
    pub descriptor: Descriptor,
}

/// A connector, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The component.
    pub component: Vec<u8>,
    /// All that is known of it.
    pub inspected: Inspected,
}

/// Reads what an artifact is without fetching its code.
///
/// # Errors
/// Every [`Kind`] that is not about the layer or about publishing.
pub async fn inspect(access: &Access, reference: &Reference, trust: &Trust, now: Timestamp) -> Result<Inspected> {
    in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        open(&mut reader, access, reference, trust, now).await
    })
    .await
}

/// Fetches a connector. Its bytes are given only when every check holds.
///
/// # Errors
/// As [`inspect`], and [`Kind::LayerSwapped`].
pub async fn pull(access: &Access, reference: &Reference, trust: &Trust, now: Timestamp) -> Result<Pulled> {
    in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        let inspected = open(&mut reader, access, reference, trust, now).await?;
        let mut component = Vec::new();
        layer(&mut reader, &inspected, |chunk| component.extend_from_slice(chunk)).await?;
        Ok(Pulled { component, inspected })
    })
    .await
}

/// Checks all that [`pull`] checks and keeps nothing.
///
/// # Errors
/// As [`pull`].
pub async fn verify(access: &Access, reference: &Reference, trust: &Trust, now: Timestamp) -> Result<Inspected> {
    in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        let inspected = open(&mut reader, access, reference, trust, now).await?;
        layer(&mut reader, &inspected, |_| {}).await?;
        Ok(inspected)
    })
    .await
}

/// A whole operation within its time.
pub(crate) async fn in_time<T>(
    access: &Access,
    reference: &Reference,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::time::timeout(access.total_timeout, work).await.unwrap_or_else(|_| {
        let (registry, seconds) = (reference.registry(), access.total_timeout.as_secs());
        let what = format!("the registry `{registry}` took longer than {seconds} s");
        Err(Error::new(Kind::Unreachable, what, "try again later"))
    })
}

async fn open(
    reader: &mut Reader<'_>,
    access: &Access,
    reference: &Reference,
    trust: &Trust,
    now: Timestamp,
) -> Result<Inspected> {
    trust.check()?;
    let name = reference.name();
    let (manifest, manifest_digest) = resolve(reader, reference).await?;
    let candidates = signatures(reader, &manifest_digest).await?;
    let subject = Subject { digest: &manifest_digest, reference: &name, scope: &name };
    let signed = verdict::judge(trust, &subject, candidates, now)?;
    // The manifest is a trusted key's from here on, and what it names by digest with it.
    let Parts { config, layer } = layout::read_manifest(&manifest, &name, access.component_bytes_max)?;
    let mut bytes = Vec::new();
    let take = |chunk: &[u8]| bytes.extend_from_slice(chunk);
    reader.blob(&config.digest, config.size, Kind::ConfigSwapped, "the config", take).await?;
    let descriptor = layout::read_config(&bytes, &name, &layer.digest)?;
    let signed_by = verdict::for_connector(trust, &name, signed, &descriptor.name)?;
    Ok(Inspected {
        pinned: reference.at(&manifest_digest)?,
        manifest_digest,
        config_digest: config.digest,
        component_digest: layer.digest,
        component_bytes: layer.size,
        signed_by,
        descriptor,
    })
}

async fn layer(reader: &mut Reader<'_>, inspected: &Inspected, sink: impl FnMut(&[u8])) -> Result<()> {
    let Inspected { component_digest, component_bytes, .. } = inspected;
    reader.blob(component_digest, *component_bytes, Kind::LayerSwapped, "the component", sink).await
}

/// The manifest that the reference means, and its digest; not read.
pub(crate) async fn resolve(reader: &mut Reader<'_>, reference: &Reference) -> Result<(Vec<u8>, String)> {
    let missing = || {
        let next = "check the name and the tag; an artifact that needs a login may look like one that is not there";
        Error::new(Kind::NotFound, format!("there is no `{reference}`"), next)
    };
    let wanted = reference.digest().or(reference.tag()).unwrap_or("latest");
    let manifest = reader.manifest(wanted).await?.ok_or_else(missing)?;
    let found = crate::digest(&manifest);
    let Some(digest) = reference.digest() else {
        return Ok((manifest, found));
    };
    if found != digest {
        let what = format!("the registry gave {found} for `{reference}`");
        let next = "do not install this: the registry, or someone between, changed it; tell who runs the registry";
        return Err(Error::new(Kind::ManifestSwapped, what, next));
    }
    if let Some(tag) = reference.tag() {
        let tagged = crate::digest(&reader.manifest(tag).await?.ok_or_else(missing)?);
        if tagged != digest {
            let what = format!("the tag `{tag}` of `{}` moved: it is {tagged} now, not {digest}", reference.name());
            let next =
                "to keep what is pinned, name the digest alone; to follow the tag, inspect what it is now and pin that";
            return Err(Error::new(Kind::TagMoved, what, next));
        }
    }
    Ok((manifest, found))
}

/// All signatures of a digest, none of them believed.
pub(crate) async fn signatures(
    reader: &mut Reader<'_>,
    digest: &str,
) -> Result<Vec<std::result::Result<Candidate, Refusal>>> {
    let Some(manifest) = reader.manifest(&signature::tag_of(digest)).await? else {
        return Ok(Vec::new());
    };
    // Two keys often sign one payload.
    let mut payloads: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut candidates = Vec::new();
    for entry in signature::read(&manifest)? {
        if !payloads.contains_key(&entry.payload_digest) {
            let mut payload = Vec::new();
            let take = |chunk: &[u8]| payload.extend_from_slice(chunk);
            let (digest, bytes) = (&entry.payload_digest, entry.payload_bytes);
            match reader.blob(digest, bytes, Kind::SignatureSwapped, "a signed payload", take).await {
                Ok(()) => {}
                // One signature that is broken must not hide another that is whole.
                Err(error) if matches!(error.kind(), Kind::SignatureSwapped | Kind::TooLarge | Kind::NotFound) => {
                    candidates.push(Err(Refusal::new(Kind::SignatureSwapped, error.what())));
                    continue;
                }
                Err(error) => return Err(error),
            }
            payloads.insert(entry.payload_digest.clone(), payload);
        }
        let payload = payloads.get(&entry.payload_digest).cloned().unwrap_or_default();
        candidates.push(Ok(Candidate { payload, signature: entry.signature }));
    }
    Ok(candidates)
}
