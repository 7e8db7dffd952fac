//! Builds applications of the bundle's own components, serves them against stubs, and asks them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{ManglingAndAbi, Resolve};
use zero_compose::{Connector, Function, Orchestrator, Part, Parts};
use zero_config::Config;
use zero_pipeline::catalogue::Catalogue;
use zero_spin_host::{Options, Server};
use zero_stub::{Exchanges, Stub};

/// A source for the connector of the first version of the interface.
const ALMANAC: &str = r#"
connector = "almanac"

[[source]]
id = "almanac-eu"
name = "Almanac"
summary = "Population of places."
hosts = ["eu.almanac.example"]
languages = ["en"]
topics = ["geography"]
kinds = ["fact"]
triggers = ["population", "population of"]
settings = { base = "https://eu.almanac.example/", limit = 2 }
"#;

/// Its secret, which Spin gives as a variable.
const CONFIG: &str = r#"
[credentials.almanac-eu.token]
env = "ALMANAC_TOKEN"
header = "authorization"
prefix = "Bearer "
hosts = ["eu.almanac.example"]
"#;
const SECRET: &str = "s3cret";

/// The files of an application.
#[derive(Clone)]
pub(crate) struct Built {
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) lacks: Vec<String>,
    pub(crate) notes: Vec<(String, String)>,
}

impl Built {
    pub(crate) fn file(&self, name: &str) -> &[u8] {
        self.files.iter().find(|(path, _)| path == name).map(|(_, bytes)| bytes.as_slice()).expect(name)
    }

    pub(crate) fn manifest(&self) -> String {
        String::from_utf8(self.file("spin.toml").to_vec()).unwrap()
    }

    pub(crate) fn with_manifest(&self, text: &str) -> Self {
        let mut other = self.clone();
        let manifest = other.files.iter_mut().find(|(path, _)| path == "spin.toml").unwrap();
        manifest.1 = text.as_bytes().to_vec();
        other
    }
}

pub(crate) fn left_out() {
    eprintln!("LEFT OUT: a Spin application; it needs `cargo xtask components`");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder that the environment names, or that of this work tree.
fn folder(variable: &str, name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    std::env::var_os(variable).map_or_else(|| target.join(name), PathBuf::from)
}

/// The application of these connectors and of one of the first version, some alone, some with other bytes; none when
/// components are missing.
pub(crate) fn build(connectors: &[&str], apart: &[&str], instead: &[(&str, Vec<u8>)]) -> Option<Built> {
    let (bundle, orchestrators) = (folder("ZERO_BUNDLE", "bundle"), folder("ZERO_ORCHESTRATORS", "orchestrators"));
    let answer = std::fs::read(orchestrators.join("spin.wasm")).ok()?;
    let face = std::fs::read(orchestrators.join("spin-face.wasm")).ok()?;
    let read = |kind: &str, name: &str| std::fs::read(bundle.join(kind).join(format!("{name}.wasm"))).ok();
    let functions = ["auth", "context", "intent", "synthesis"].map(|name| (name, read("functions", name)));
    let mut of_connectors = connectors.iter().map(|name| (*name, read("connectors", name))).collect::<Vec<_>>();
    of_connectors.push(("almanac", std::fs::read(root().join("tests/frozen/0.1.0/almanac.wasm")).ok()));
    of_connectors.sort_by_key(|(name, _)| *name);
    for (name, bytes) in instead {
        of_connectors.iter_mut().filter(|(it, _)| it == name).for_each(|it| it.1 = Some(bytes.clone()));
    }
    let with_digest = |(name, bytes): (&'static str, Option<Vec<u8>>)| {
        let bytes = bytes?;
        Some((name, format!("sha256:{}", zero_builder::digest(&bytes)), bytes))
    };
    let functions: Vec<_> = functions.into_iter().map(with_digest).collect::<Option<_>>()?;
    let of_connectors: Vec<(String, String, Vec<u8>)> = of_connectors
        .into_iter()
        .map(|(name, bytes)| {
            bytes.map(|bytes| (name.to_owned(), format!("sha256:{}", zero_builder::digest(&bytes)), bytes))
        })
        .collect::<Option<_>>()?;

    let catalogue = catalogue(connectors);
    let config = Config::from_toml(CONFIG).unwrap();
    let on = catalogue.records().iter().filter(|record| record.enabled);
    let hosts: BTreeSet<String> = on.flat_map(|record| record.hosts.clone()).collect();
    let any = ["*".to_owned()];
    let functions: Vec<Function<'_>> =
        functions.iter().map(|(name, digest, bytes)| Function { part: Part { name, bytes }, digest }).collect();
    let of_connectors: Vec<Connector<'_>> = of_connectors
        .iter()
        .map(|(name, digest, bytes)| Connector { part: Part { name, bytes }, digest, version: "1", hosts: &any })
        .collect();
    let apart: Vec<String> = apart.iter().map(ToString::to_string).collect();
    let parts = Parts {
        region: "test",
        bundle: "",
        functions: &functions,
        connectors: &of_connectors,
        config: &config,
        catalogue: &catalogue,
        hosts: &hosts,
        apart: &apart,
    };
    let zero_compose::Application { files, lacks, notes } =
        zero_compose::application(Orchestrator { answer: &answer, face: &face }, &parts).unwrap();
    Some(Built { files, lacks, notes })
}

/// The sources of these connectors, and one of the almanac.
fn catalogue(connectors: &[&str]) -> Catalogue {
    let texts = connectors.iter().map(|name| {
        let path = root().join(format!("connectors/catalogue/{name}.toml"));
        (format!("{name}.toml"), std::fs::read_to_string(path).unwrap())
    });
    let texts: Vec<(String, String)> = texts.chain([("almanac.toml".to_owned(), ALMANAC.to_owned())]).collect();
    Catalogue::from_toml(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

/// A running application; what it stands on goes with it.
pub(crate) struct App {
    pub(crate) server: Server,
    _stub: Stub,
    _folder: tempfile::TempDir,
}

pub(crate) fn serve(built: &Built) -> App {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in &built.files {
        std::fs::write(folder.path().join(path), bytes).unwrap();
    }
    let exchanges = Exchanges::of_work_tree(&root()).unwrap();
    let stub = Stub::start(exchanges, zero_stub::Options::default()).unwrap();
    let overrides = BTreeMap::from([("*".to_owned(), stub.address()), ("eu.almanac.example".to_owned(), almanac())]);
    let cache = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("spin-host"));
    let variables = BTreeMap::from([("almanac_token".to_owned(), SECRET.to_owned())]);
    let options = Options { overrides, variables, cache, ..Options::default() };
    let server = Server::start(folder.path(), &options).unwrap();
    App { server, _stub: stub, _folder: folder }
}

/// The service that the frozen connector speaks to; it ends with the tests.
fn almanac() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(&stream);
            let head = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let head: Vec<String> = head.collect();
            // A body comes in chunks, of which the last is empty; it is read, so that closing does not reset.
            if head.iter().any(|line| line.starts_with("transfer-encoding")) {
                let _chunks = reader.by_ref().lines().map_while(Result::ok).take_while(|line| line != "0").count();
                let _end = reader.read_line(&mut String::new());
            } else if let Some(bytes) = head.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            {
                let _body = reader.take(bytes).read_to_end(&mut Vec::new());
            }
            let first = head.first().cloned().unwrap_or_default();
            let known = head.iter().any(|line| *line == format!("authorization: Bearer {SECRET}"));
            let status = if known { "200 OK" } else { "401 Unauthorized" };
            let body = if first.contains("/v1/places") {
                r#"{"hits":[{"id":7}]}"#
            } else {
                r#"{"places":[{"name":"Lower Foo","url":"https://almanac.example/7","text":"Lower Foo has 1204 inhabitants.","population":1204,"year":2025}]}"#
            };
            let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
            let _ = write!(&stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

/// The answer in JSON; `sources` are the only ones asked.
pub(crate) fn ask(server: &Server, question: &str, sources: &[&str]) -> Value {
    let body = serde_json::json!({ "question": question, "sources": sources, "budget_ms": 20_000 }).to_string();
    let (status, answer) = post(server, "application/json", &body);
    assert_eq!(status, 200, "{answer}\n{:#?}", server.application().log());
    serde_json::from_str(&answer).unwrap()
}

/// Names and data of a question's events.
pub(crate) fn events(server: &Server, question: &str) -> Vec<(String, String)> {
    let body = serde_json::json!({ "question": question, "budget_ms": 20_000 }).to_string();
    let (status, text) = post(server, "text/event-stream", &body);
    assert_eq!(status, 200, "{text}");
    let frames = text.split("\n\n").filter_map(|frame| {
        let line = |start: &str| frame.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
        Some((line("event: ")?, line("data: ")?))
    });
    frames.collect()
}

/// HTTP/1.0, so that the body ends with the connection.
fn post(server: &Server, accept: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(
        stream,
        "POST /v1/answer HTTP/1.0\r\nhost: localhost\r\naccept: {accept}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A connector whose every call traps.
pub(crate) fn trapping() -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("connector.wit", zero_builder::CONNECTOR_WIT).unwrap();
    let world = resolve.select_world(&[package], Some("component")).unwrap();
    let mut module =
        wit_component::dummy_module(&resolve, world, ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync));
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let component = ComponentEncoder::default().module(&module).unwrap().encode().unwrap();
    zero_builder::foreign::adopt(&component, zero_builder::COMPONENT_BYTES_MAX).unwrap().bytes
}
