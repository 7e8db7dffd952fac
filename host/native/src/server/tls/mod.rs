//! TLS 1.3 for a listener.
//!
//! - **Takes** files in PEM: a certificate with its chain, a key, perhaps the authorities of clients' certificates.
//! - **Gives** encrypted connections, the protocol that was agreed on, and who the client's certificate says it is.
//! - **Fails** at the start when a file cannot be used; later the files of before count until the new ones are good.
//! - **Limits**: [`limits::HANDSHAKES_MAX`] at once, [`limits::HANDSHAKE_TIME_MAX`] each, [`limits::SESSIONS_MAX`].
//! - **Why it is so**: rustls over aws-lc-rs, whose hybrid key exchange X25519MLKEM768 keeps what is recorded today from
//!   being read by tomorrow's machines. There is no TLS 1.2 and no early data, so there is nothing to downgrade or to
//!   replay. New files make a new configuration with a new store of sessions: whoever was let in by an authority that is
//!   gone is asked again.

mod names;

use super::limits;
use super::wire::Protocol;
use anyhow::{Context as _, Result, bail};
use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use zero_door::Certified;

/// Protocols that can be agreed on, the better first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// What the files say, and who may come in by it.
pub(super) struct Tls {
    files: Files,
    clients: Clients,
    current: ArcSwap<ServerConfig>,
    /// What the files held when `current` was made of them, or when they were last found wrong.
    seen: Mutex<Contents>,
    handshakes: Arc<Semaphore>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

/// Of the files, in order.
type Contents = [Vec<u8>; 3];

enum Clients {
    /// A certificate is welcome; these are known.
    Services(BTreeMap<String, Arc<Certified>>),
    /// Nobody comes in without one; these, or all of the authorities.
    Operators(Vec<String>),
}

/// A connection that is encrypted.
pub(super) struct Encrypted {
    pub(super) stream: TlsStream<TcpStream>,
    /// None when the client did not say: then its first bytes do.
    pub(super) protocol: Option<Protocol>,
    pub(super) service: Option<Arc<Certified>>,
}

impl Tls {
    /// For askers.
    ///
    /// # Errors
    /// A file cannot be read or used.
    pub(super) fn for_askers(tls: &zero_config::Tls) -> Result<Arc<Self>> {
        let known = |(name, service): (&String, &zero_config::Service)| {
            let (tenant, roles) = (service.tenant.clone(), service.roles.clone());
            (name.clone(), Arc::new(Certified { name: name.clone(), tenant, roles }))
        };
        let files =
            Files { certificate: tls.certificate.clone(), key: tls.key.clone(), client_ca: tls.client_ca.clone() };
        let clients = Clients::Services(tls.clients.iter().map(known).collect());
        Self::open(files, clients).context("[server.tls]")
    }

    /// For operators.
    ///
    /// # Errors
    /// As [`Tls::for_askers`].
    pub(super) fn for_operators(tls: &zero_config::AdminTls) -> Result<Arc<Self>> {
        let files = Files {
            certificate: tls.certificate.clone(),
            key: tls.key.clone(),
            client_ca: Some(tls.client_ca.clone()),
        };
        Self::open(files, Clients::Operators(tls.clients.clone())).context("[admin.tls]")
    }

    fn open(files: Files, clients: Clients) -> Result<Arc<Self>> {
        let contents = files.read()?;
        let current = ArcSwap::from_pointee(configured(&files, &contents, &clients)?);
        let handshakes = Arc::new(Semaphore::new(limits::HANDSHAKES_MAX));
        Ok(Arc::new(Self { files, clients, current, seen: Mutex::new(contents), handshakes }))
    }

    /// Reads the files again; whether connections are made by new ones from now on.
    ///
    /// # Errors
    /// They cannot be read or used: those of before still count.
    pub(super) fn reload(&self) -> Result<bool> {
        let contents = self.files.read()?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == contents {
            return Ok(false);
        }
        let configured = configured(&self.files, &contents, &self.clients);
        // What is wrong is told once; half-written files change again.
        *seen = contents;
        self.current.store(Arc::new(configured?));
        Ok(true)
    }

    /// Looks at the files now and then, and on SIGHUP, for ever.
    pub(super) async fn watch(self: Arc<Self>, mut hangup: Hangup) {
        loop {
            tokio::select! {
                () = sleep(limits::RELOAD_INTERVAL) => {}
                () = hangup.recv() => tracing::info!("the certificates are read again: SIGHUP"),
            }
            let tls = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => tracing::info!("new certificates are in use"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(error = format!("{error:#}"), "the certificates of before stay in use")
                }
                // Only a runtime that ends does not run it.
                Err(_) => return,
            }
        }
    }

    /// A handshake, or none when it took too long, failed, or there are too many: whoever is shed comes again.
    pub(super) async fn handshake(&self, stream: TcpStream) -> Option<Encrypted> {
        let _place = Arc::clone(&self.handshakes).try_acquire_owned().ok()?;
        let acceptor = TlsAcceptor::from(self.current.load_full());
        let stream = match timeout(limits::HANDSHAKE_TIME_MAX, acceptor.accept(stream)).await.ok()? {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "a TLS handshake failed");
                return None;
            }
        };
        let (_, session) = stream.get_ref();
        let protocol = match session.alpn_protocol() {
            Some(b"h2") => Some(Protocol::Http2),
            Some(_) => Some(Protocol::Http1),
            None => None,
        };
        let service = match session.peer_certificates().and_then(<[_]>::first) {
            Some(certificate) => self.clients.find(&names::of(certificate))?,
            None => None,
        };
        Some(Encrypted { stream, protocol, service })
    }
}

impl Clients {
    /// Who has these names; none when nobody of them may come in.
    #[allow(clippy::option_option, reason = "whoever may come in without a name differs from whoever may not come in")]
    fn find(&self, names: &[String]) -> Option<Option<Arc<Certified>>> {
        let found = match self {
            Self::Services(known) => names.iter().find_map(|name| known.get(name)).map(|it| Some(Arc::clone(it))),
            Self::Operators(known) => {
                (known.is_empty() || names.iter().any(|name| known.contains(name))).then_some(None)
            }
        };
        if found.is_none() {
            tracing::warn!(?names, "a certificate is good, and names nobody who is configured");
        }
        found
    }
}

impl Files {
    fn read(&self) -> Result<Contents> {
        let client_ca = self.client_ca.as_deref().map_or(Ok(Vec::new()), pem)?;
        Ok([pem(&self.certificate)?, pem(&self.key)?, client_ca])
    }
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    let large = std::fs::metadata(path).with_context(|| path.display().to_string())?.len() > limits::PEM_BYTES_MAX;
    if large {
        bail!("{} is over {} bytes", path.display(), limits::PEM_BYTES_MAX);
    }
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// The provider, with the hybrid key exchange first.
fn provider() -> CryptoProvider {
    use aws_lc_rs::kx_group::{SECP256R1, SECP384R1, X25519, X25519MLKEM768};
    CryptoProvider { kx_groups: vec![X25519MLKEM768, X25519, SECP256R1, SECP384R1], ..aws_lc_rs::default_provider() }
}

fn configured(files: &Files, [certificate, key, client_ca]: &Contents, clients: &Clients) -> Result<ServerConfig> {
    let provider = Arc::new(provider());
    let chain = certificates(&files.certificate, certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .with_context(|| format!("{} holds no private key in PEM", files.key.display()))?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("TLS 1.3")?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path, client_ca)? {
                roots.add(authority).with_context(|| path.display().to_string())?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match clients {
                Clients::Services(_) => verifier.allow_unauthenticated(),
                Clients::Operators(_) => verifier,
            };
            builder.with_client_cert_verifier(verifier.build().with_context(|| path.display().to_string())?)
        }
    };
    let mut config = builder.with_single_cert(chain, key).with_context(|| {
        format!("{} and {} do not belong together", files.certificate.display(), files.key.display())
    })?;
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    config.session_storage = ServerSessionMemoryCache::new(limits::SESSIONS_MAX);
    config.max_early_data_size = 0;
    Ok(config)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.with_context(|| format!("{} is no PEM", path.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate in PEM", path.display());
    }
    Ok(chain)
}

/// What an operator has to know of the configured files: until when the certificate is good.
///
/// # Errors
/// They cannot be read or used, or the certificate is not good at this time.
pub fn examine(tls: &zero_config::Tls, now_seconds: i64) -> Result<String> {
    Tls::for_askers(tls)?;
    let chain = certificates(&tls.certificate, &pem(&tls.certificate)?)?;
    let leaf = chain.first().context("there is no certificate")?;
    let (names, until) = names::validity(leaf, now_seconds)?;
    Ok(format!("{} for {names}, good until {until}", tls.certificate.display()))
}

/// The signal by which an operator says that files have changed; never where there are no signals.
pub(super) struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    /// From now on the signal is heard, and ends the process no more.
    pub(super) fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn recv(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        core::future::pending().await
    }
}
