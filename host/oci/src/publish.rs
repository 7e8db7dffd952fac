//! Writing an artifact and its signatures, to the author's own registry.

use crate::layout::{Artifact, Layout};
use crate::payload::Claims;
use crate::reader::{self, Reader};
use crate::signature::{self, Entry};
use crate::{Access, Credentials, Error, Kind, Reference, Result, Signer, limits, pull};
use jiff::Timestamp;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, RegistryOperation};

/// Who signs, and what they say of the time.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The keys; each makes a signature of its own.
    pub signers: &'a [Signer],
    /// When it is signed, if that shall be known; a policy with a greatest age asks for it.
    pub created: Option<Timestamp>,
    /// Until when the signature holds; for ever unless said.
    pub expires: Option<Timestamp>,
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The reference, pinned.
    pub pinned: Reference,
    /// Digest of the manifest.
    pub manifest_digest: String,
    /// Digest of the component.
    pub component_digest: String,
    /// Fingerprints of the keys that signed.
    pub signed_by: Vec<String>,
    /// Whether the tag held exactly this already.
    pub unchanged: bool,
}

/// Publishes a component under a tag, signed. The signature is there before the tag is, so no one ever finds it unsigned.
///
/// A tag that holds other bytes is left alone unless `replace` is set: versions are not to change under their users.
///
/// # Errors
/// [`Kind::Unpublishable`], [`Kind::Taken`], [`Kind::Key`] when nobody signs, and those of the registry.
pub async fn publish(
    access: &Access,
    reference: &Reference,
    artifact: &Artifact<'_>,
    signing: &Signing<'_>,
    replace: bool,
) -> Result<Published> {
    let layout = Layout::of(artifact)?;
    let Some(tag) = reference.tag() else {
        let what = format!("`{reference}` names no tag to publish under");
        return Err(Error::new(Kind::Reference, what, "append `:VERSION` instead of a digest"));
    };
    pull::in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        let before = reader.manifest(tag).await?.map(|manifest| crate::digest(&manifest));
        if let Some(other) = before.as_ref().filter(|&other| *other != layout.manifest_digest && !replace) {
            let what = format!("`{reference}` is taken by other bytes ({other})");
            let next = "publish under a new version; or replace it, if nobody uses it yet";
            return Err(Error::new(Kind::Taken, what, next));
        }
        let writer = Writer::new(access, reference).await?;
        writer.blob(&layout.component_digest, artifact.component).await?;
        writer.blob(&layout.config_digest, &layout.config).await?;
        let signed_by = add_signatures(&mut reader, &writer, reference, &layout.manifest_digest, signing).await?;
        writer.manifest(tag, &layout.manifest).await?;
        let kept = reader.manifest(tag).await?.map(|manifest| crate::digest(&manifest));
        if kept.as_ref() != Some(&layout.manifest_digest) {
            let what = format!("the registry `{}` keeps other bytes than it was given", reference.registry());
            let next = "use a registry that keeps OCI manifests as they are; a signature is over their bytes";
            return Err(Error::new(Kind::ManifestSwapped, what, next));
        }
        Ok(Published {
            pinned: reference.at(&layout.manifest_digest)?,
            unchanged: before.as_ref() == Some(&layout.manifest_digest),
            manifest_digest: layout.manifest_digest.clone(),
            component_digest: layout.component_digest.clone(),
            signed_by,
        })
    })
    .await
}

/// Adds signatures to an artifact that is published already, such as those of a new key or of a second person.
///
/// The reference must be pinned to a digest: a tag could mean something else by the time it is signed. Check it first
/// with [`verify`](crate::verify).
///
/// # Errors
/// [`Kind::Reference`] without a digest, [`Kind::NotFound`], [`Kind::Key`] when nobody signs, and those of the registry.
pub async fn sign(access: &Access, reference: &Reference, signing: &Signing<'_>) -> Result<Vec<String>> {
    let Some(digest) = reference.digest() else {
        let what = format!("`{reference}` is not pinned, and what a tag means can change");
        return Err(Error::new(Kind::Reference, what, "inspect it, and sign `registry/repository@sha256:...`"));
    };
    pull::in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        pull::resolve(&mut reader, reference).await?;
        let writer = Writer::new(access, reference).await?;
        add_signatures(&mut reader, &writer, reference, digest, signing).await
    })
    .await
}

/// The bytes that are signed for a digest.
pub(crate) fn claims(reference: &str, digest: &str, signing: &Signing<'_>) -> Result<Vec<u8>> {
    if signing.signers.is_empty() {
        let next = "give a private key, or make one with `Signer::generate`; what is not signed cannot be pulled";
        return Err(Error::new(Kind::Key, "there is no key to sign with", next));
    }
    if signing.created.zip(signing.expires).is_some_and(|(created, expires)| created >= expires) {
        return Err(Error::new(Kind::Key, "the signature would expire before it is made", "choose a later expiry"));
    }
    let claims = Claims {
        reference: reference.to_owned(),
        digest: digest.to_owned(),
        created: signing.created,
        expires: signing.expires,
    };
    Ok(claims.to_bytes())
}

/// Signatures that others made stay; one that is there already is not made twice.
pub(crate) async fn add_signatures(
    reader: &mut Reader<'_>,
    writer: &Writer<'_>,
    reference: &Reference,
    digest: &str,
    signing: &Signing<'_>,
) -> Result<Vec<String>> {
    let payload = claims(&reference.name(), digest, signing)?;
    let tag = signature::tag_of(digest);
    let before = match reader.manifest(&tag).await? {
        Some(manifest) => signature::read(&manifest)?,
        None => Vec::new(),
    };
    let mut entries = before.clone();
    for signer in signing.signers {
        let entry = Entry::new(&payload, signer.sign(&payload));
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.len() > limits::SIGNATURES_MAX {
        let what = format!("it would have {} signatures, over the limit of {}", entries.len(), limits::SIGNATURES_MAX);
        return Err(Error::new(Kind::TooLarge, what, "remove old signatures first (`cosign clean`)"));
    }
    if entries != before {
        let (manifest, config) = signature::write(&entries)?;
        writer.blob(&crate::digest(&payload), &payload).await?;
        writer.blob(&crate::digest(&config), &config).await?;
        writer.manifest(&tag, &manifest).await?;
    }
    Ok(signing.signers.iter().map(|signer| signer.public().fingerprint()).collect())
}

fn root_certificate(pem: &String) -> Certificate {
    Certificate { encoding: CertificateEncoding::Pem, data: pem.as_bytes().to_vec() }
}

pub(crate) struct Writer<'a> {
    client: Client,
    reference: &'a Reference,
}

impl<'a> Writer<'a> {
    pub(crate) async fn new(access: &Access, reference: &'a Reference) -> Result<Self> {
        reader::provide_tls();
        let plain = (access.scheme(reference) == "http").then(|| reference.host().to_owned());
        let config = ClientConfig {
            protocol: plain.map_or(ClientProtocol::Https, |host| ClientProtocol::HttpsExcept(vec![host])),
            user_agent: access.user_agent,
            connect_timeout: Some(access.connect_timeout),
            read_timeout: Some(access.read_timeout),
            extra_root_certificates: access.root_certificates.iter().map(root_certificate).collect(),
            ..ClientConfig::default()
        };
        // `oci-client` panics where the system has no root certificates; this asks first.
        let possible = reqwest::Client::builder().build();
        let client = possible.map_err(OciDistributionError::from).and_then(|_| Client::try_from(config));
        let client = client.map_err(|error| {
            let what = format!("no HTTP client can be made: {}", reader::chain(&error));
            Error::new(Kind::Unreachable, what, "install the system's root certificates (`ca-certificates`)")
                .because(error)
        })?;
        let auth = match access.resolve(reference)? {
            Credentials::Basic { user, password } => RegistryAuth::Basic(user, password),
            Credentials::Bearer(token) => RegistryAuth::Bearer(token),
            Credentials::Anonymous | Credentials::Docker(_) => RegistryAuth::Anonymous,
        };
        let writer = Self { client, reference };
        let authorized = writer.client.auth(reference.inner(), &auth, RegistryOperation::Push).await;
        authorized.map_err(|error| writer.failed(error))?;
        Ok(writer)
    }

    pub(crate) async fn blob(&self, digest: &str, bytes: &[u8]) -> Result<()> {
        let exists = self.client.blob_exists(self.reference.inner(), digest).await;
        if exists.map_err(|error| self.failed(error))? {
            return Ok(());
        }
        let pushed = self.client.push_blob(self.reference.inner(), bytes.to_vec(), digest).await;
        pushed.map(drop).map_err(|error| self.failed(error))
    }

    pub(crate) async fn manifest(&self, tag: &str, bytes: &[u8]) -> Result<()> {
        let target = self.reference.tagged(tag);
        let pushed = self.client.push_manifest_raw(target.inner(), bytes.to_vec(), reader::manifest_type()).await;
        pushed.map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: OciDistributionError) -> Error {
        let (registry, name) = (self.reference.registry(), self.reference.name());
        let text = reader::chain(&error);
        let status =
            |codes: &[u16]| matches!(&error, OciDistributionError::ServerError { code, .. } if codes.contains(code));
        let is_denied = matches!(
            error,
            OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_)
        ) || status(&[401, 403])
            || ["UNAUTHORIZED", "DENIED"].iter().any(|word| text.to_uppercase().contains(word));
        let (kind, what, next) = if is_denied {
            let next = format!("run `docker login {registry}` as somebody who may write to it, or pass credentials");
            (Kind::Denied, format!("the registry refuses us to write `{name}`: {text}"), next)
        } else if matches!(error, OciDistributionError::RequestError(_)) || status(&[429, 500, 502, 503, 504]) {
            let what = format!("the registry `{registry}` cannot be reached: {text}");
            (Kind::Unreachable, what, "check the registry's name and the network, and try again".to_owned())
        } else {
            let next = format!("check that `{registry}` is an OCI registry, and tell who runs it");
            (Kind::Registry, format!("the registry `{registry}` did not take `{name}`: {text}"), next)
        };
        Error::new(kind, what, next).because(error)
    }
}
