//! What the terminal shows at a door with TLS: the operator's certificate, from files that the environment names.

use anyhow::{Context as _, Result, anyhow};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// PEM: authorities of the host's certificate.
const AUTHORITIES: &str = "ZERO_ADMIN_CA";
/// PEM: the operator's certificate.
const CERTIFICATE: &str = "ZERO_ADMIN_CERTIFICATE";
/// PEM: its key.
const KEY: &str = "ZERO_ADMIN_KEY";
/// The host's name in its certificate, where it is asked at another.
const NAME: &str = "ZERO_ADMIN_NAME";

/// # Errors
/// Names the variable that is missing or whose file cannot be used.
pub(super) fn connector() -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(AUTHORITIES)? {
        roots.add(authority).context(AUTHORITIES)?;
    }
    let key = file(KEY)?;
    let key = PrivateKeyDer::from_pem_file(&key).with_context(|| format!("{KEY}: {}", key.display()))?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(CERTIFICATE)?, key)
        .with_context(|| format!("{CERTIFICATE} and {KEY} do not belong together"))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// # Errors
/// It is no name.
pub(super) fn name(authority: &str) -> Result<ServerName<'static>> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    let name = std::env::var(NAME).unwrap_or_else(|_| host.to_owned());
    ServerName::try_from(name.clone()).map_err(|_| anyhow!("`{name}` is no name that a certificate is for"))
}

fn certificates(variable: &str) -> Result<Vec<CertificateDer<'static>>> {
    let path = file(variable)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect);
    chain.with_context(|| format!("{variable}: {}", path.display()))
}

fn file(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.with_context(|| {
        format!("the door wants a certificate\n\nhint: {AUTHORITIES}, {CERTIFICATE} and {KEY} name files in PEM; {variable} is not set")
    })
}
