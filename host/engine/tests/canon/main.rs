//! What the engine makes of a component, core module and canonical ABI make as well: the same descriptor, plans, steps,
//! answers and refusals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says loudly what it leaves out"
)]

#[path = "../engine/guests.rs"]
#[allow(dead_code, reason = "the engine's own tests use more of them")]
mod guests;

use std::path::{Path, PathBuf};
use zero_canon::Guest as _;
use zero_canon::connector::{self, Version};
use zero_canon::functions;
use zero_canon::interpreter::{Instance, Interpreter};
use zero_canon::weather::Bounds;
use zero_connector_sdk::testing::Exchange;
use zero_engine::{Config, Engine, FunctionBytes};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_types::prelude::*;

/// A fresh instance, which nothing bounds but the module itself.
fn fresh(module: &[u8]) -> Instance {
    Interpreter::new(module, usize::MAX, u64::MAX).unwrap().instance().unwrap()
}

fn core(component: &[u8]) -> zero_split::Core {
    zero_split::core_module(component, zero_builder::COMPONENT_BYTES_CEILING, GUEST_MEMORY_BYTES_MAX).unwrap()
}

fn bundle() -> Option<PathBuf> {
    let said = std::env::var_os("ZERO_BUNDLE").map(PathBuf::from);
    let target = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.parent()?.join("bundle")));
    let found = [said, target].into_iter().flatten().find(|it| it.join("functions").is_dir());
    if found.is_none() {
        eprintln!("SKIPPED: components, for there is no bundle; `cargo xtask components` makes one");
    }
    found
}

fn read(path: PathBuf) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn catalogue(folder: &Path) -> Catalogue {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<(String, String)> =
        files.map(|path| (path.display().to_string(), String::from_utf8(read(path)).unwrap())).collect();
    Catalogue::from_toml(texts.iter().map(|(file, text)| (file.as_str(), text.as_str()))).unwrap()
}

/// The word for what went wrong.
fn kind(error: &zero_pipeline::platform::CallError) -> &'static str {
    use zero_pipeline::platform::CallError;
    match error {
        CallError::Cpu => "cpu",
        CallError::Memory => "memory",
        CallError::Trap(_) => "trap",
        CallError::ResultTooLarge => "result-too-large",
        CallError::Protocol(_) => "protocol",
        CallError::Overloaded => "overloaded",
        CallError::Missing => "missing",
    }
}

const QUESTIONS: [&str; 6] = [
    "what is the capital of Japan?",
    "12 miles in km",
    "what time is it in Tokyo?",
    "2 + 2 * (3 - 1)",
    "rust async runtime",
    "weather in Zürich tomorrow 🌧",
];

fn question(text: &str) -> Question {
    Question {
        place: Some(Place {
            name: "Zürich".into(),
            country: Some("CH".into()),
            latitude: Some(47.37),
            longitude: None,
        }),
        now_ms: 1_790_000_000_000,
        ..Question::new(text)
    }
}

#[test]
fn connectors_answer_alike() {
    let Some(bundle) = bundle() else { return };
    let engine = Engine::new(Config::default()).unwrap();
    let intent_core = core(&read(bundle.join("functions/intent.wasm")));
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(bundle.join("connectors")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let catalogue = catalogue(&bundle.join("catalogue"));
    let (mut plans, mut steps) = (0, 0);
    for path in paths {
        let bytes = read(path.clone());
        let ours = engine.connector(&bytes).unwrap();
        let core = core(&bytes);
        assert_eq!(core.component_digest, ours.digest());
        let version = Version::of_world(&core.world).unwrap();
        let described = connector::describe(&mut fresh(&core.module), version).unwrap();
        assert_eq!(&described, ours.descriptor(), "{}", path.display());

        let fixtures = zero_builder::fixtures::read(&bytes).unwrap().unwrap_or_default();
        let of_connector = catalogue.records().iter().filter(|it| it.connector == ours.name());
        let mut sources: Vec<Source> = of_connector.take(4).map(|it| it.source.clone()).collect();
        sources.push(Source::new("none", "Without settings"));
        let responses: Vec<Outcome> = fixtures
            .exchanges
            .values()
            .take(12)
            .map(|text| Exchange::parse(text).unwrap().response.clone())
            .map(Outcome::Response)
            .collect();
        for source in &sources {
            for text in QUESTIONS {
                let question = question(text);
                let intent = functions::read(&mut fresh(&intent_core.module), &question).unwrap();
                let wanted = ours.plan(source, &question, &intent).unwrap().value;
                let mut instance = fresh(&core.module);
                let got = connector::plan(&mut instance, version, Bounds::default(), (source, &question, &intent));
                assert_eq!(got.unwrap(), wanted, "{} {} {text}", path.display(), source.id);
                plans += 1;
                let Ok(Plan { step: Step::Fetch(fetch), .. }) = wanted else { continue };
                let refused = FetchFailure { kind: FetchFailureKind::Timeout, detail: "late".into() };
                for outcome in responses.iter().cloned().chain([Outcome::Failed(refused)]) {
                    let outcomes = vec![outcome; fetch.requests.len()];
                    let wanted = ours.resume(source, &fetch.state, &outcomes).unwrap().value;
                    let mut instance = fresh(&core.module);
                    let params = (source, fetch.state.as_slice(), outcomes.as_slice());
                    let got = connector::resume(&mut instance, version, Bounds::default(), params);
                    assert_eq!(got.unwrap(), wanted, "{} {} {text}", path.display(), source.id);
                    steps += 1;
                }
            }
        }
    }
    assert!(plans > 100 && steps > 50, "{plans} plans and {steps} steps are no comparison");
}

#[test]
fn functions_answer_alike() {
    let Some(bundle) = bundle() else { return };
    let engine = Engine::new(Config::default()).unwrap();
    let of = |name: &str| read(bundle.join(format!("functions/{name}.wasm")));
    let [intent, context, synthesis, auth] = ["intent", "context", "synthesis", "auth"].map(of);
    let bytes = FunctionBytes { intent: &intent, context: &context, synthesis: &synthesis, auth: &auth };
    let ours = engine.functions(bytes).unwrap();
    let [mut intent, mut context, mut synthesis, mut auth] =
        [&intent, &context, &synthesis, &auth].map(|bytes| fresh(&core(bytes).module));
    // One instance for all calls, as a host may do with functions: what is freed must have been allocated.
    for (index, text) in QUESTIONS.into_iter().enumerate() {
        let question = question(text);
        let profile = Profile {
            language: Some("de".into()),
            place: None,
            time_zone: Some("Europe/Zurich".into()),
            units: Some(UnitSystem::Metric),
            preferred_sources: vec!["a".into(), String::new()],
            blocked_sources: Vec::new(),
        };
        let turn = Turn { question: "and there?".into(), resolved: text.into(), answer: "Tokyo.".into() };
        let turns = vec![turn; index];
        let resolved = functions::resolve(&mut context, &question, &profile, &turns).unwrap();
        assert_eq!(resolved, ours.resolve(&question, &profile, &turns).unwrap(), "{text}");
        let read = functions::read(&mut intent, &question).unwrap();
        assert_eq!(read, ours.read(&question).unwrap(), "{text}");
        let findings = findings(index * 3);
        let composed = functions::compose(&mut synthesis, &question, &read, &findings).unwrap();
        assert_eq!(composed, ours.compose(&question, &read, &findings).unwrap(), "{text}");
        let prompt = functions::prompt(&mut synthesis, &question, &read, &findings).unwrap();
        assert_eq!(prompt, ours.prompt(&question, &read, &findings).unwrap(), "{text}");
        let draft = "The capital of Japan is Tokyo [1]. It has 14 million people [2].";
        let verified = functions::verify(&mut synthesis, draft, &question, &read, &findings).unwrap();
        assert_eq!(verified, ours.verify(draft, &question, &read, &findings).unwrap(), "{text}");
    }
    let principal = Principal {
        id: "p".into(),
        kind: PrincipalKind::Agent,
        tenant: "t".into(),
        roles: vec!["asker".into()],
        scopes: Some(vec!["ask".into(), "list-sources".into()]),
        session: Some("s".into()),
        limit_per_minute: Some(60),
    };
    let key = KeyRecord {
        id: "k".into(),
        sha256: vec![7; 32],
        principal: principal.clone(),
        not_before_ms: -5,
        expires_ms: Some(i64::MAX),
        revoked: false,
        scopes: Some(vec!["ask".into()]),
        limit_per_minute: None,
    };
    let issuer = Issuer {
        url: "https://issuer.example".into(),
        audiences: vec!["zero".into()],
        types: vec!["at+jwt".into()],
        lifetime_ms_max: 900_000,
        subject_prefix: String::new(),
        tenant: "t".into(),
        tenant_claim: None,
        roles_claim: Some("roles".into()),
        roles_allowed: vec!["asker".into()],
        default_roles: Vec::new(),
        scopes_claim: None,
        keys: vec![TokenKey {
            id: "1".into(),
            algorithm: TokenAlgorithm::Eddsa,
            public: vec![7; 44],
            not_before_ms: 0,
            expires_ms: None,
        }],
    };
    for credential in [
        Credential::Anonymous,
        Credential::ApiKey("zw_k_secret".into()),
        Credential::ApiKey(String::new()),
        Credential::Token("eyJhbGciOiJFZERTQSJ9.e30.AA".into()),
        Credential::Token(String::new()),
    ] {
        for (keys, issuers) in [(vec![], vec![issuer.clone()]), (vec![key.clone(), key.clone()], vec![])] {
            let trust = Trust { keys, issuers, revoked_sessions: vec!["s".into()] };
            let got = functions::authenticate(&mut auth, &credential, &trust, 1_790_000_000_000).unwrap();
            assert_eq!(got, ours.authenticate(&credential, &trust, 1_790_000_000_000).unwrap());
        }
    }
    for &permission in Permission::ALL {
        let answer = Resource { tenant: String::new(), path: "answer".into() };
        let got = functions::authorize(&mut auth, &principal, permission, &answer).unwrap();
        assert_eq!(got, ours.authorize(&principal, permission, &answer).unwrap());
    }
}

fn findings(count: usize) -> Vec<Finding> {
    let text = "Tokyo is the capital of Japan. Its population was 14,094,034 in 2023.";
    (0..count)
        .map(|index| {
            let mut passage = Passage::computed("Tokyo", text);
            passage.url = Some(format!("https://{index}.example/tokyo"));
            let claim = Claim {
                passage: 0,
                span: Span { start: 0, end: 5 },
                subject: "Japan".into(),
                property: "capital".into(),
                value: Value::Text(if index % 3 == 2 { "Kyoto" } else { "Tokyo" }.into()),
                time: None,
                negated: false,
            };
            Finding {
                source_id: format!("s{index}"),
                source_name: format!("Source {index}"),
                bid: 0.8,
                passages: vec![passage],
                claims: vec![claim],
            }
        })
        .collect()
}

#[test]
fn hostile_guests_are_refused_alike() {
    let engine = Engine::new(Config::default()).unwrap();
    let (source, question, intent) = (Source::new("s", "S"), Question::new("why?"), Intent::unknown("en"));
    for plan in [guests::COUNTS, guests::BOASTS, guests::TRAPS, guests::FLOODS, guests::LIES, guests::GARBLES] {
        let component = guests::connector(plan);
        let ours = engine.connector(&component).unwrap().plan(&source, &question, &intent);
        let mut instance = fresh(&core(&component).module);
        let got = connector::plan(&mut instance, Version::V0_2, Bounds::default(), (&source, &question, &intent));
        match (ours, got) {
            (Ok(wanted), Ok(got)) => assert_eq!(got, wanted.value),
            (Err(wanted), Err(got)) => assert_eq!(kind(&got), wanted.cause.name(), "{got}"),
            (wanted, got) => panic!("{wanted:?} is not {got:?}"),
        }
    }
    // The module has the engine's bound in it: memory that is not granted is not there.
    let component = guests::connector(guests::GROWS);
    let mut instance = fresh(&core(&component).module);
    let got = connector::plan(&mut instance, Version::V0_2, Bounds::default(), (&source, &question, &intent));
    assert_eq!(kind(&got.unwrap_err()), "trap");
    assert!(instance.memory_bytes() <= GUEST_MEMORY_BYTES_MAX as u64);
}
