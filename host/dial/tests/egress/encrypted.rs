//! TLS: who is at the other end, and which HTTP is spoken there.

use crate::{failed, grant, response, soon};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::PrivateKeyDer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use zero_dial::{Config, Egress};
use zero_types::connector::{FetchFailureKind, Request};

/// A server with a certificate for `name` by an authority of its own; gives its address and that authority.
async fn serve(name: &str, protocols: &[&str]) -> (SocketAddr, Vec<u8>) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap().der().to_vec();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let many = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let service = hyper::service::service_fn(echo);
                let stream = TokioIo::new(stream);
                if many {
                    drop(
                        hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                            .serve_connection(stream, service)
                            .await,
                    );
                } else {
                    drop(hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await);
                }
            });
        }
    });
    (address, root)
}

async fn echo(request: hyper::Request<Incoming>) -> Result<hyper::Response<Full<Bytes>>, std::convert::Infallible> {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok().map(str::to_owned));
    let host = host.or_else(|| request.uri().authority().map(ToString::to_string));
    let said = format!("{:?} {} {}", request.version(), host.unwrap_or_default(), request.uri().path());
    Ok(hyper::Response::new(Full::from(said)))
}

fn config(address: SocketAddr, extra_roots: Vec<Vec<u8>>) -> Config {
    let overrides = BTreeMap::from([("a.example".to_owned(), format!("https://{address}"))]);
    Config { overrides, extra_roots, ..Config::default() }
}

#[tokio::test]
async fn both_versions_are_spoken_with_who_was_meant() {
    for (protocols, version) in [(&["h2", "http/1.1"][..], "HTTP/2.0"), (&["http/1.1"], "HTTP/1.1"), (&[], "HTTP/1.1")]
    {
        let (address, root) = serve("a.example", protocols).await;
        let egress = Egress::new(config(address, vec![root])).unwrap();
        for _ in 0..2 {
            let fetched = egress.fetch(&grant(&["a.example"]), Request::get("https://a.example/p"), soon()).await;
            assert_eq!(String::from_utf8(response(fetched).body).unwrap(), format!("{version} a.example /p"));
        }
    }
}

#[tokio::test]
async fn another_name_and_an_unknown_authority_are_not_talked_to() {
    let get = || Request::get("https://a.example/");
    let (address, root) = serve("b.example", &["http/1.1"]).await;
    let egress = Egress::new(config(address, vec![root])).unwrap();
    let detail = failed(egress.fetch(&grant(&["a.example"]), get(), soon()).await, FetchFailureKind::Unreachable);
    assert!(detail.contains("TLS with `a.example` failed"), "{detail}");

    let (address, _) = serve("a.example", &["http/1.1"]).await;
    let egress = Egress::new(config(address, Vec::new())).unwrap();
    let detail = failed(egress.fetch(&grant(&["a.example"]), get(), soon()).await, FetchFailureKind::Unreachable);
    assert!(detail.contains("TLS with `a.example` failed"), "{detail}");
}
