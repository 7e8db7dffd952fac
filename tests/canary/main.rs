//! Canaries: a secret of each kind, and a search of everything that a guest, an answer, a log or a disk ever holds.
//!
//! Three secrets sing: the API key of an asker, the credential of a source (which the service that gets it echoes in every
//! way it can think of), and a document in an asker's own files, for which nobody else has consent. Searched are the
//! linear memories of all guests at the end of every call, answers in every form, receipts, events, everything that is
//! logged at any level, and all files of the host's state.
//!
//! This program starts itself again with the source's credential in its environment, as an operator would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its figures"
)]

mod guests;
mod logs;
mod service;

use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;
use zero_engine::{Compiler, compile_child};
use zero_native::{Bundle, Host, Options};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire;
use zero_pipeline::{Answered, Ask, Fixed};
use zero_types::prelude::*;

/// Of the source. Some bytes of it are written in other ways in URLs, JSON and pages.
const CREDENTIAL: &str = "canary/src+7f3a9d2c \"q\"&8841";
/// Of an asker, and made into a key as a host makes them.
const KEY_RANDOM: [u8; zero_auth::SECRET_BYTES] = [0x5a; zero_auth::SECRET_BYTES];
/// In the files of the first asker.
const DOCUMENT: &str = "quixotic-heron-51920";
/// In every question, to show that the search finds what is there.
const MARKER: &str = "wombat-4471";
const VARIABLE: &str = "ZERO_CANARY_CREDENTIAL";

const CATALOGUE: &str = r#"
connector = "rest"
[[source]]
id = "echo"
name = "Echo"
summary = "says what it was asked with"
hosts = ["echo.canary.example"]
[source.settings]
bid = { base = 0.9 }
[[source.settings.steps]]
url = "https://echo.canary.example/v1/search?q={query}"
credential = "token"
items = "hits"
[source.settings.steps.passage]
title = "{title}"
url = "{url}"
text = "{text}"
"#;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("internal-compile") {
        return compile_child();
    }
    if std::env::var(VARIABLE).is_err() {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let status = again.args(std::env::args().skip(1)).env(VARIABLE, CREDENTIAL).status().unwrap();
        return if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let trial = Trial::test("no_canary_sings", || {
        no_canary_sings();
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

/// A secret in each form in which it could leak whole.
pub(crate) struct Canary {
    name: &'static str,
    forms: Vec<Vec<u8>>,
}

fn canaries(key: &str) -> Vec<Canary> {
    let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    let all = |name, secret: &str| {
        let forms =
            [secret.to_owned(), form(secret), json(secret), secret.replace('&', "&amp;").replace('"', "&quot;")];
        // A part is as telling as the whole.
        let part = secret.get(secret.len() - 12..).unwrap().to_owned();
        Canary { name, forms: forms.into_iter().chain([part]).map(String::into_bytes).collect() }
    };
    vec![
        all("API key of an asker", key),
        Canary {
            name: "credential of a source",
            forms: vec![
                CREDENTIAL.into(),
                form(CREDENTIAL).into(),
                b"canary/src".into(),
                b"canary%2Fsrc".into(),
                b"7f3a9d2c".into(),
            ],
        },
        all("document of another asker", DOCUMENT),
    ]
}

impl Canary {
    fn count(&self, hay: &[u8]) -> usize {
        self.forms.iter().filter(|form| memchr::memmem::find(hay, form).is_some()).count()
    }
}

/// Occurrences by place and canary.
#[derive(Default)]
struct Found(BTreeMap<(&'static str, &'static str), usize>);

impl Found {
    fn look(&mut self, place: &'static str, hay: &[u8], canaries: &[Canary]) {
        for canary in canaries {
            *self.0.entry((place, canary.name)).or_default() += canary.count(hay);
        }
    }
}

struct World {
    host: Host,
    key: String,
    folder: tempfile::TempDir,
}

fn world(folder: PathBuf, service: std::net::SocketAddr) -> World {
    let own = tempfile::tempdir().unwrap();
    let papers = own.path().join("papers");
    std::fs::create_dir_all(&papers).unwrap();
    let note = format!("# The vault\n\nThe code of the vault in the cellar is {DOCUMENT}. Nobody else may know it.\n");
    std::fs::write(papers.join("vault.md"), note).unwrap();
    let files = zero_store::FilesIndex::open_or_build(&papers, None, |_| {}).unwrap();

    let mut bundle = Bundle::read(&folder, None).unwrap();
    let text = std::fs::read_to_string(zero_tests::root().join("connectors/catalogue/files.toml")).unwrap();
    bundle.catalogue = Catalogue::from_toml([("echo.toml", CATALOGUE), ("files.toml", text.as_str())]).unwrap();
    bundle.config.egress.overrides.insert("echo.canary.example".to_owned(), format!("http://{service}"));
    let credentials = format!(
        "[credentials.echo.token]\nenv = \"{VARIABLE}\"\nquery = \"key\"\nhosts = [\"echo.canary.example\"]\npath = \"/v1\"\n"
    );
    bundle.config.credentials = zero_config::Config::from_toml(&credentials).unwrap().credentials;
    let options = Options {
        artifacts: Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts")),
        compiler: Compiler::InProcess,
        state: Some(own.path().join("state")),
        files: Some(files),
        ..Options::default()
    };
    let mut host = Host::assemble(bundle, options).unwrap();
    let principal = Principal {
        id: "asker-two".to_owned(),
        kind: PrincipalKind::User,
        tenant: "public".to_owned(),
        roles: vec![zero_auth::ASKER.to_owned()],
        scopes: None,
        session: None,
        limit_per_minute: None,
    };
    let (key, record) = zero_auth::key_record("two", &KEY_RANDOM, principal, 0, None).unwrap();
    let region = Arc::get_mut(&mut host.region).expect("nobody else has it yet");
    Arc::make_mut(&mut region.trust).keys.push(record);
    World { host, key, folder: own }
}

impl World {
    fn ask(&self, runtime: &tokio::runtime::Runtime, text: &str, owner: bool, seen: &mut Vec<u8>) -> Answered {
        let mut ask = Ask::new(&format!("{text} {MARKER}")).unwrap().within(Duration::from_secs(20));
        ask.only = vec!["echo".to_owned(), "files".to_owned()];
        if owner {
            ask.consent = vec!["files".to_owned()];
        } else {
            ask.credential = Credential::ApiKey(self.key.clone());
        }
        let answered = self.host.answer(ask, Fixed::default(), |event| seen.extend(format!("{event:?}").bytes()));
        runtime.block_on(answered).unwrap_or_else(|problem| panic!("{problem}"))
    }
}

/// Everything that the host gives out of an answer.
fn given(answered: &Answered, host: &Host) -> Vec<(&'static str, String)> {
    let answer = wire::answer::Answer::of(answered);
    vec![
        ("answers", answer.to_json().unwrap()),
        ("answers", wire::text::plain(&answer)),
        ("answers", wire::text::ledger(&answer)),
        ("receipts", Receipt::of(answered, &host.region.settings).unwrap().to_json().unwrap()),
    ]
}

fn no_canary_sings() {
    let Some(folder) = zero_tests::bundle::folder() else {
        zero_tests::skip("canaries", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return;
    };
    logs::capture();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let service = runtime.block_on(service::start());
    let before = guests::mappings();
    let world = world(folder, service.address);
    guests::watch(&before, canaries(&world.key));
    let canaries = canaries(&world.key);
    let mut found = Found::default();

    let mut events = Vec::new();
    let questions =
        ["what is the code of the vault in the cellar", "say what you were asked with", "my files: the vault"];
    for (turn, text) in questions.iter().cycle().take(12).enumerate() {
        service.turn(turn);
        let answered = world.ask(&runtime, text, false, &mut events);
        given(&answered, &world.host)
            .into_iter()
            .for_each(|(place, text)| found.look(place, text.as_bytes(), &canaries));
        found.look("events", format!("{answered:?}").as_bytes(), &canaries);
    }
    found.look("events", &std::mem::take(&mut events), &canaries);
    // The credential did what it is for, or all of this would show nothing.
    assert_eq!(service.with_credential(), service.requests(), "every request carried the credential");
    assert!(service.requests() >= 4, "{} requests", service.requests());

    let (scans, bytes) = guests::figures();
    let marker = guests::found_marker();
    guests::found().into_iter().for_each(|(name, count)| *found.0.entry(("guest memory", name)).or_default() += count);
    guests::stop();

    // Whose document it is gets it, so the others could have.
    let owner = world.ask(&runtime, questions[0], true, &mut events);
    let json = wire::answer::Answer::of(&owner).to_json().unwrap();
    assert!(json.contains(DOCUMENT), "the asker's own document answers the asker: {json}");
    // Thereafter the others are told as little as before.
    let after = world.ask(&runtime, questions[0], false, &mut Vec::new());
    given(&after, &world.host).into_iter().for_each(|(place, text)| found.look(place, text.as_bytes(), &canaries));

    let World { host, folder, .. } = world;
    drop(host);
    let lines = logs::taken();
    found.look("logs", lines.as_bytes(), &canaries);
    let mut files = 0;
    for path in files_below(&folder.path().join("state")) {
        found.look("files of the state", &std::fs::read(path).unwrap(), &canaries);
        files += 1;
    }
    println!(
        "{scans} searches of guest memory, {bytes} bytes of it; the marker of the question was found {marker} times"
    );
    println!(
        "{} bytes of log at level trace, {files} files of state, {} requests with the credential",
        lines.len(),
        service.requests()
    );
    let places = ["guest memory", "answers", "receipts", "events", "logs", "files of the state"];
    for place in places {
        for canary in &canaries {
            println!(
                "{place:<20} {:<28} {}",
                canary.name,
                found.0.get(&(place, canary.name)).copied().unwrap_or_default()
            );
        }
    }
    assert!(marker > 0 && scans > 20, "the search finds what is there: {marker} in {scans}");
    let leaked: Vec<_> = found.0.iter().filter(|(_, count)| **count > 0).collect();
    assert!(leaked.is_empty(), "{leaked:?}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}
