//! A package over a stub of all services, and a function that runs it.

use http::request::Parts;
use http::{Method, Request};
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zero_engine::Compiler;
use zero_engine::sealed::Ingredients;
use zero_lambda_host::{HttpResponse, Lambda, Outcome, event};
use zero_lambda_pack::{Parts as PackParts, Target, package};
use zero_native::package::{CONFIG_FILE, MANIFEST_FILE, Manifest};
use zero_native::{Bundle, Host};
use zero_oci::Timestamp;
use zero_stub::{Exchanges, Options, Stub};
use zero_types::connector::Descriptor;

/// Asked of an encyclopaedia and a knowledge base, both recorded.
pub(crate) const PENICILLIN: &str =
    "/v1/answer?q=who+discovered+penicillin&sources=wikipedia-en,wikidata&budget_ms=20000";
/// Answered without any network.
pub(crate) const SUM: &str = "/v1/answer?q=what+is+15%25+of+240&sources=calculator";

/// A package in a folder of its own, and the services it asks.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) stub: Stub,
}

impl World {
    /// None, loudly, when there is no bundle or no machine for it.
    pub(crate) fn new() -> Option<Self> {
        Self::of_connectors(0)
    }

    /// With at least this many connectors: copies of the bundle's under other names.
    pub(crate) fn of_connectors(connectors_min: usize) -> Option<Self> {
        let packaged = packaged(connectors_min)?;
        // On the file system of the package: its files are linked.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("artifacts")).unwrap();
        for path in files(&packaged) {
            // A test that changes an artifact changes its own.
            fs::hard_link(packaged.join(&path), folder.path().join(&path)).unwrap();
        }
        let exchanges = Exchanges::of_work_tree(&root()).unwrap();
        let hosts = exchanges.hosts();
        let stub = Stub::start(exchanges, Options::default()).unwrap();
        let config = fs::read_to_string(packaged.join("zero.toml")).unwrap();
        let config = format!("{config}\n{}", stub.config(hosts).unwrap());
        let world = Self { folder, stub };
        world.set_config(&config);
        Some(world)
    }

    pub(crate) fn config(&self) -> String {
        fs::read_to_string(self.folder.path().join(CONFIG_FILE)).unwrap()
    }

    /// Another configuration, as if it had been packaged.
    pub(crate) fn set_config(&self, text: &str) {
        self.replace(CONFIG_FILE, text.as_bytes());
        self.vouch(CONFIG_FILE);
    }

    /// A file of the package, replaced behind its back.
    pub(crate) fn replace(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        // Not written through: other packages have the same file.
        _ = fs::remove_file(&path);
        fs::write(path, bytes).unwrap();
    }

    /// The manifest now says that a file is right.
    pub(crate) fn vouch(&self, path: &str) {
        let folder = self.folder.path();
        let mut manifest = Manifest::open(folder, None, Timestamp::now()).unwrap();
        let bytes = fs::read(folder.join(path)).unwrap();
        manifest.files.insert(path.to_owned(), zero_oci::digest(&bytes));
        self.replace(MANIFEST_FILE, &manifest.to_json().unwrap());
    }

    pub(crate) fn options(&self) -> zero_lambda_host::Options {
        let mut options = zero_lambda_host::Options::new(env!("CARGO_BIN_EXE_bootstrap"), self.folder.path());
        options.timeout = core::time::Duration::from_secs(60);
        options.environment.push(("ZERO_LOG".to_owned(), "debug".to_owned()));
        options
    }

    pub(crate) fn start(&self) -> Lambda {
        Lambda::start(self.options()).unwrap()
    }

    /// Why it cannot start.
    pub(crate) fn fails(&self, options: zero_lambda_host::Options) -> String {
        Lambda::start(options).map(|_| ()).unwrap_err().to_string()
    }

    /// The same bundle and the same services, on the native host.
    pub(crate) fn native(&self) -> Host {
        let mut bundle = Bundle::read(&bundle().unwrap(), None).unwrap();
        bundle.config = zero_config::Config::from_file(&self.folder.path().join("zero.toml")).unwrap();
        native(bundle)
    }

    /// The artifact of a connector, replaced.
    pub(crate) fn replace_artifact(&self, component: &str, bytes: &[u8]) {
        self.replace(&format!("artifacts/{}.artifact", digest_of(component)), bytes);
    }

    pub(crate) fn artifact(&self, component: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(format!("artifacts/{}.artifact", digest_of(component)))).unwrap()
    }
}

pub(crate) fn digest_of(component: &str) -> String {
    zero_builder::digest(&fs::read(bundle().unwrap().join(format!("{component}.wasm"))).unwrap())
}

/// The files of a package by path.
fn files(packaged: &Path) -> Vec<String> {
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(packaged.join(folder)).unwrap().flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        files.map(|entry| format!("{folder}{}", entry.file_name().into_string().unwrap())).collect()
    };
    [names(""), names("artifacts/")].concat()
}

/// The head of a request.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> Parts {
    request(Method::GET, path, headers)
}

pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(path).header("host", "zero.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// What a client of the function URL gets.
pub(crate) fn ask(lambda: &Lambda, parts: &Parts, body: &[u8]) -> HttpResponse {
    let outcome = lambda.invoke(&event::function_url(parts, body));
    assert!(matches!(outcome, Outcome::Response { streamed: true, .. }), "{outcome:?}");
    outcome.http().unwrap()
}

pub(crate) fn json(response: &HttpResponse) -> serde_json::Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.text()))
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn bundle() -> Option<PathBuf> {
    let set = std::env::var_os("ZERO_BUNDLE").map(PathBuf::from);
    // target/debug/deps/lambda-0123
    let beside = || Some(std::env::current_exe().ok()?.ancestors().nth(3)?.join("bundle"));
    set.or_else(beside).filter(|folder| folder.join("functions").is_dir())
}

fn skip(why: &str) {
    // Not `eprintln!`, which the test harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "\n######## SKIPPED: the function of AWS Lambda: {why}\n");
}

fn native(bundle: Bundle) -> Host {
    let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let options = zero_native::Options {
        artifacts: Some(artifacts),
        compiler: Compiler::InProcess,
        ..zero_native::Options::default()
    };
    Host::assemble(bundle, options).unwrap()
}

/// The package, made once for all tests and kept for the next run.
fn packaged(connectors_min: usize) -> Option<PathBuf> {
    static MADE: Mutex<BTreeMap<usize, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = made.get(&connectors_min) {
        return Some(folder.clone());
    }
    let Some(bundle) = bundle() else {
        skip("there is no bundle; run `cargo xtask components` or set ZERO_BUNDLE");
        return None;
    };
    let folder = make(&bundle, connectors_min)?;
    made.insert(connectors_min, folder.clone());
    Some(folder)
}

fn make(bundle: &Path, connectors_min: usize) -> Option<PathBuf> {
    if !runs_here() {
        skip("this machine is no x86-64-v3 with Linux");
        return None;
    }
    let read = Bundle::read(bundle, None).unwrap();
    let components = (read.functions.clone(), read.connectors.clone());
    let host = native(read);
    let connectors = host.platform.connectors().clone();
    let descriptor = |bytes: &[u8]| {
        let digest = zero_builder::digest(bytes);
        let found = connectors.iter().find(|(_, connector)| connector.digest() == digest);
        found.unwrap().1.descriptor()
    };
    let config = fs::read_to_string(bundle.join(CONFIG_FILE)).unwrap();
    let read_config = zero_config::Config::from_toml(&config).unwrap();
    let mut described: Vec<(Descriptor, &[u8])> =
        components.1.iter().map(|(_, bytes)| (descriptor(bytes).clone(), bytes.as_slice())).collect();
    for copy in 0..connectors_min.saturating_sub(described.len()) {
        let (said, bytes) = described[copy].clone();
        described.push((Descriptor { name: format!("copy-{copy}"), ..said }, bytes));
    }
    let named = described.iter().map(|(said, bytes)| (said.name.as_str(), *bytes, said)).collect();
    let ingredients = Ingredients {
        functions: components.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect(),
        connectors: named,
    };
    let parts = PackParts {
        region: &read_config.region,
        bundle: "sha256:of-no-lock",
        config: (&config, &read_config),
        catalogue: &host.region.catalogue,
        components: &ingredients,
        others: &[],
        signing: None,
    };
    let kept = kept();
    let folder = kept.join(format!("package-{}", described.len()));
    let bootstrap = fs::read(env!("CARGO_BIN_EXE_bootstrap")).unwrap();
    let files = package(Target::X86_64, &parts, bootstrap, |digest| fs::read(kept.join(digest)).ok()).unwrap();
    for file in &files {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // The test starts the program where cargo has put it.
        if file.path == "bootstrap" {
            continue;
        }
        write(&path, &file.bytes);
        if let Some(digest) = file.path.strip_prefix("artifacts/").and_then(|name| name.strip_suffix(".artifact")) {
            write(&kept.join(digest), &file.bytes);
        }
    }
    Some(folder)
}

/// Written aside and renamed: tests of another process may do the same.
fn write(path: &Path, bytes: &[u8]) {
    let aside = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&aside, bytes).unwrap();
    fs::rename(aside, path).unwrap();
}

/// Where machine code is kept from run to run: made by this compiler, told these things.
fn kept() -> PathBuf {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut told = DefaultHasher::new();
    lock.split("[[package]]")
        .filter(|it| it.contains("wasmtime") || it.contains("cranelift"))
        .for_each(|it| it.hash(&mut told));
    for file in ["settings.rs", "target.rs"] {
        fs::read(root().join("host/engine/src").join(file)).unwrap().hash(&mut told);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lambda-{:016x}", told.finish()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn runs_here() -> bool {
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    return std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("bmi2");
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
    return false;
}

/// A service that takes connections and says nothing.
pub(crate) fn silent() -> (String, Arc<Mutex<Vec<std::net::TcpStream>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let open = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&open);
    std::thread::spawn(move || listener.incoming().flatten().for_each(|it| taken.lock().unwrap().push(it)));
    (format!("http://{address}"), open)
}
