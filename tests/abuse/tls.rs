//! TLS of the real server, as clients see it.

use crate::server::{PATIENCE, PLAIN, SUM, Server, read_to_close, status, zero};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use rustls::crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// An authority, and whom it vouches for.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key, in PEM.
    fn issue(&self, names: &[SanType]) -> (String, String) {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.to_vec();
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &*self.0).unwrap().pem(), key.serialize_pem())
    }

    fn server(&self) -> (String, String) {
        self.issue(&[SanType::DnsName("zero.example".try_into().unwrap()), SanType::IpAddress([127, 0, 0, 1].into())])
    }

    fn service(&self, uri: &str) -> (String, String) {
        self.issue(&[SanType::URI(uri.try_into().unwrap())])
    }
}

fn write(folder: &Path, name: &str, (certificate, key): &(String, String)) {
    std::fs::write(folder.join(format!("{name}.pem")), certificate).unwrap();
    std::fs::write(folder.join(format!("{name}-key.pem")), key).unwrap();
}

fn config(folder: &Path, more: &str) -> String {
    let file = |name: &str| folder.join(name).display().to_string();
    format!(
        "{PLAIN}[server.tls]\ncertificate = \"{}\"\nkey = \"{}\"\n{more}",
        file("server.pem"),
        file("server-key.pem")
    )
}

/// How a client says hello.
struct Hello<'a> {
    roots: &'a Authority,
    certificate: Option<&'a (String, String)>,
    alpn: &'a [&'a [u8]],
    groups: Vec<&'static dyn SupportedKxGroup>,
    version: &'static rustls::SupportedProtocolVersion,
}

impl<'a> Hello<'a> {
    fn new(roots: &'a Authority) -> Self {
        let groups = vec![aws_lc_rs::kx_group::X25519MLKEM768, aws_lc_rs::kx_group::X25519];
        Self { roots, certificate: None, alpn: &[b"http/1.1"], groups, version: &rustls::version::TLS13 }
    }

    fn config(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.roots.pem().as_bytes()).unwrap()).unwrap();
        let provider = CryptoProvider { kx_groups: self.groups.clone(), ..aws_lc_rs::default_provider() };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[self.version])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match self.certificate {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
                )
                .unwrap(),
        };
        config.alpn_protocols = self.alpn.iter().map(|it| it.to_vec()).collect();
        Arc::new(config)
    }

    fn meet(&self, server: &Server) -> std::io::Result<Secured> {
        meet(server, self.config())
    }
}

type Secured = StreamOwned<ClientConnection, TcpStream>;

fn meet(server: &Server, config: Arc<ClientConfig>) -> std::io::Result<Secured> {
    let mut connection = ClientConnection::new(config, ServerName::try_from("zero.example").unwrap()).unwrap();
    let mut stream = server.connect(1);
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

/// One question on this connection, which stays open.
fn ask(stream: &mut Secured) -> Result<String, String> {
    write!(stream, "GET {SUM} HTTP/1.1\r\nhost: zero.example\r\n\r\n").map_err(|error| error.to_string())?;
    let (mut said, mut room) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut room).map_err(|error| error.to_string())?;
        said.extend_from_slice(&room[..read]);
        let text = String::from_utf8_lossy(&said).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return Err(format!("closed after {text:?}"));
            }
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= length.parse::<usize>().unwrap() {
            return Ok(text);
        }
    }
}

fn certificate(stream: &Secured) -> Vec<u8> {
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

#[test]
fn a_connection_is_tls_1_3_with_the_hybrid_exchange() {
    let authority = Authority::new();
    let make = |folder: &Path| {
        write(folder, "server", &authority.server());
        config(folder, "")
    };
    let Some(server) = Server::start("TLS", make) else { return };
    let mut stream = Hello::new(&authority).meet(&server).unwrap();
    let group = stream.conn.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(format!("{group:?}"), "X25519MLKEM768");
    assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
    println!(
        "TLS: {:?}, {group:?}, {:?}",
        stream.conn.protocol_version().unwrap(),
        stream.conn.negotiated_cipher_suite().unwrap()
    );
    let said = ask(&mut stream).unwrap();
    assert!(status(&said) == 200 && said.contains("strict-transport-security: max-age=31536000\r\n"), "{said}");
    let both = Hello { alpn: &[b"http/1.1", b"h2"], ..Hello::new(&authority) };
    assert_eq!(both.meet(&server).unwrap().conn.alpn_protocol(), Some(b"h2".as_slice()), "the better one");
    let older = Hello { groups: vec![aws_lc_rs::kx_group::X25519], ..Hello::new(&authority) };
    let group = older.meet(&server).unwrap().conn.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(format!("{group:?}"), "X25519", "whoever has not the hybrid one");
    assert!(Hello { alpn: &[b"smtp"], ..Hello::new(&authority) }.meet(&server).is_err(), "another protocol");
    let error = Hello { version: &rustls::version::TLS12, ..Hello::new(&authority) }.meet(&server).unwrap_err();
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    println!("TLS 1.2: {error}");
    let plain = server.tell(1, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(!plain.contains("HTTP/1.1"), "{plain:?}");
    sessions_are_resumed(&server, &authority);
    silent_handshakes_end(&server);
}

fn sessions_are_resumed(server: &Server, authority: &Authority) {
    let config = Hello::new(authority).config();
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let mut stream = meet(server, Arc::clone(&config)).unwrap();
        // Tickets come with the first answer.
        ask(&mut stream).unwrap();
        kinds.push(format!("{:?}", stream.conn.handshake_kind().unwrap()));
    }
    assert_eq!(kinds, ["Full", "Resumed", "Resumed"]);
}

fn silent_handshakes_end(server: &Server) {
    let start = Instant::now();
    let mut silent: Vec<TcpStream> = (0..20).map(|_| server.connect(30)).collect();
    // The beginning of a hello.
    silent.iter_mut().for_each(|stream| stream.write_all(b"\x16\x03\x01\x02\0\x01").unwrap());
    silent.iter_mut().for_each(|stream| assert!(!read_to_close(stream).contains("HTTP")));
    println!("20 handshakes that go on for ever: closed after {:?}", start.elapsed());
}

#[test]
fn certificates_are_swapped_under_traffic() {
    let authority = Authority::new();
    let make = |folder: &Path| {
        write(folder, "server", &authority.server());
        config(folder, "")
    };
    let Some(server) = Server::start("certificates swapped", make) else { return };
    let mut kept = Hello::new(&authority).meet(&server).unwrap();
    let first = certificate(&kept);
    let (over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let mut stream = Hello::new(&authority).meet(&server).unwrap();
                    assert_eq!(status(&ask(&mut stream).unwrap()), 200);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let until = |wanted: &dyn Fn(&[u8]) -> bool, what: &str| {
            let start = Instant::now();
            loop {
                let now = certificate(&Hello::new(&authority).meet(&server).unwrap());
                if wanted(&now) {
                    return now;
                }
                assert!(start.elapsed() < PATIENCE, "{what}");
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        // Told by the signal, then found without it.
        write(server.folder.path(), "server", &authority.server());
        server.hang_up();
        let second = until(&|now| now != first, "SIGHUP is heard");
        assert_eq!(status(&ask(&mut kept).unwrap()), 200, "nobody's connection ends");
        // A certificate without its key: what was good before stays.
        std::fs::write(server.folder.path().join("server.pem"), authority.server().0).unwrap();
        server.hang_up();
        let start = Instant::now();
        while !server.log().contains("stay in use") && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(certificate(&Hello::new(&authority).meet(&server).unwrap()), second);
        write(server.folder.path(), "server", &authority.server());
        until(&|now| now != second, "changes are found");
        assert_eq!(status(&ask(&mut kept).unwrap()), 200);
        over.store(true, Ordering::Relaxed);
    });
    println!(
        "certificates swapped twice under traffic: {} of {} handshakes and questions went well",
        asked.load(Ordering::Relaxed),
        asked.load(Ordering::Relaxed)
    );
    assert!(asked.load(Ordering::Relaxed) > 5);
}

#[test]
fn a_service_is_who_its_certificate_says() {
    let (authority, services, strangers) = (Authority::new(), Authority::new(), Authority::new());
    let make = |folder: &Path| {
        write(folder, "server", &authority.server());
        std::fs::write(folder.join("services.pem"), services.pem()).unwrap();
        let ca = folder.join("services.pem").display().to_string();
        let known = "clients = { \"spiffe://example/indexer\" = { tenant = \"acme\", roles = [\"service\"] } }";
        config(folder, &format!("client_ca = \"{ca}\"\n{known}\n"))
    };
    let Some(server) = Server::start("certificates of services", make) else { return };
    let asked = |certificate: Option<&(String, String)>| {
        let hello = Hello { certificate, ..Hello::new(&authority) };
        hello
            .meet(&server)
            .map_err(|error| error.to_string())
            .and_then(|mut stream| ask(&mut stream))
            .map(|said| status(&said))
    };
    assert_eq!(asked(None), Ok(200), "askers have none");
    assert_eq!(asked(Some(&services.service("spiffe://example/indexer"))), Ok(200));
    let unknown = asked(Some(&services.service("spiffe://example/other")));
    let wrong = asked(Some(&strangers.service("spiffe://example/indexer")));
    println!("a certificate of another authority: {wrong:?}; one that names nobody known: {unknown:?}");
    assert!(wrong.is_err() && unknown.is_err());
}

#[test]
fn operators_show_a_certificate() {
    let (authority, operators) = (Authority::new(), Authority::new());
    let own = operators.service("spiffe://example/ops");
    let make = |folder: &Path| {
        write(folder, "admin", &authority.server());
        write(folder, "ops", &own);
        write(folder, "other", &operators.service("spiffe://example/other"));
        std::fs::write(folder.join("operators.pem"), operators.pem()).unwrap();
        std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
        let file = |name: &str| folder.join(name).display().to_string();
        let tls = format!(
            "[admin.tls]\ncertificate = \"{}\"\nkey = \"{}\"\nclient_ca = \"{}\"\nclients = [\"spiffe://example/ops\"]\n",
            file("admin.pem"),
            file("admin-key.pem"),
            file("operators.pem"),
        );
        format!("{}{tls}", PLAIN.replace("enabled = false", "listen = \"127.0.0.1:0\""))
    };
    let Some(server) = Server::start("certificates of operators", make) else { return };
    let announced = server.folder.path().join("state/admin.json");
    let start = Instant::now();
    while !announced.is_file() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    let door: serde_json::Value = serde_json::from_slice(&std::fs::read(&announced).unwrap()).unwrap();
    let (url, token) = (door["url"].as_str().unwrap(), door["token"].as_str().unwrap());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let list = |certificate: Option<&str>| {
        let (mut zero, _folder) = zero("an operator", |_| PLAIN.to_owned()).unwrap();
        let file = |name: String| server.folder.path().join(name);
        zero.env("ZERO_ADMIN_CA", file("ca.pem".to_owned()));
        for (variable, part) in [("ZERO_ADMIN_CERTIFICATE", ".pem"), ("ZERO_ADMIN_KEY", "-key.pem")] {
            match certificate {
                Some(name) => zero.env(variable, file(format!("{name}{part}"))),
                None => zero.env_remove(variable),
            };
        }
        let output = zero.args(["connectors", "list", "--admin", url]).env("ZERO_ADMIN_TOKEN", token).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (known, said) = list(Some("ops"));
    assert!(known, "{said}");
    let (other, said) = list(Some("other"));
    assert!(!other, "{said}");
    let (none, said) = list(None);
    assert!(!none && said.contains("ZERO_ADMIN_CERTIFICATE"), "{said}");
}
