//! The whole internet on one port: whatever public address is dialled, a server answers that shows a certificate for the
//! name it is asked for, and notes that name and the request.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use zero_dial::{Config, Dialler, Egress, Resolver, Times};
use zero_egress::{BoxFuture, is_public};

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) server_name: Option<String>,
    pub(crate) host: String,
    /// Everything of it.
    pub(crate) text: String,
}

/// What a request is answered with; nothing closes the connection.
type Answer = Arc<dyn Fn(&Seen) -> Option<String> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Stub {
    address: SocketAddr,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    pub(crate) dialled: Arc<Mutex<Vec<SocketAddr>>>,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    pub(crate) dials_inside: Arc<AtomicUsize>,
    root: Vec<u8>,
}

/// `200` with a small body.
pub(crate) fn fine(_: &Seen) -> Option<String> {
    Some("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned())
}

impl Stub {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Option<String> + Send + Sync + 'static) -> Self {
        let (authority, root) = Authority::new();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(authority));
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stub = Self {
            address,
            seen: Arc::default(),
            dialled: Arc::default(),
            asked: Arc::default(),
            dials_inside: Arc::default(),
            root,
        };
        let (seen, answer): (_, Answer) = (Arc::clone(&stub.seen), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&seen), Arc::clone(&answer)));
            }
        });
        stub
    }

    /// A way out whose names are `answers` and whose dials all end here. Nothing is remembered of a name.
    pub(crate) fn egress(&self, answers: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Egress {
        let names = Names { asked: Arc::clone(&self.asked), answers: Box::new(answers) };
        let ports = BTreeMap::from([("declared.example".to_owned(), vec![8443])]);
        Egress::new(Config {
            resolver: Arc::new(names),
            dialler: Arc::new(self.clone()),
            extra_roots: vec![self.root.clone()],
            times: Times { resolved: Duration::ZERO, ..Times::default() },
            ports,
            ..Config::default()
        })
        .unwrap()
    }

    pub(crate) fn take(&self) -> (Vec<Seen>, Vec<SocketAddr>, Vec<String>) {
        fn take<T>(all: &Mutex<Vec<T>>) -> Vec<T> {
            std::mem::take(&mut *all.lock().unwrap())
        }
        (take(&self.seen), take(&self.dialled), take(&self.asked))
    }
}

impl Dialler for Stub {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, std::io::Result<TcpStream>> {
        self.dialled.lock().unwrap().push(address);
        if !is_public(address.ip()) {
            self.dials_inside.fetch_add(1, SeqCst);
        }
        Box::pin(TcpStream::connect(self.address))
    }
}

/// What a name leads to.
type Leads = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// DNS as a test wants it, which notes what it is asked.
struct Names {
    asked: Arc<Mutex<Vec<String>>>,
    answers: Box<Leads>,
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let answers = (self.answers)(host);
        Box::pin(async move { Ok(answers) })
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: tokio_rustls::TlsAcceptor,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Answer,
) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let server_name = stream.get_ref().1.server_name().map(str::to_owned);
    loop {
        let mut text = Vec::new();
        while !text.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut step = [0; 2048];
            let read = stream.read(&mut step).await.ok().filter(|&read| read > 0)?;
            text.extend_from_slice(&step[..read]);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        let request = Seen { server_name: server_name.clone(), host, text };
        seen.lock().unwrap().push(request.clone());
        stream.write_all(answer(&request)?.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}

/// Signs a certificate for whatever name is asked for.
struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    key: rcgen::KeyPair,
    signed: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl Authority {
    fn new() -> (Self, Vec<u8>) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let root = parameters.self_signed(&key).unwrap().der().to_vec();
        let issuer = rcgen::Issuer::new(parameters, key);
        (Self { issuer, key: rcgen::KeyPair::generate().unwrap(), signed: Mutex::default() }, root)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut signed = self.signed.lock().unwrap();
        if let Some(known) = signed.get(&name) {
            return Some(Arc::clone(known));
        }
        let parameters = rcgen::CertificateParams::new(vec![name.clone()]).ok()?;
        let certificate = parameters.signed_by(&self.key, &self.issuer).ok()?;
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).ok()?;
        let key = CertifiedKey::from_der(chain, key, &rustls::crypto::aws_lc_rs::default_provider()).ok()?;
        Some(Arc::clone(signed.entry(name).or_insert(Arc::new(key))))
    }
}
