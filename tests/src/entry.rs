//! Every parser of foreign bytes as a function of bytes: what `fuzz.rs` and the targets of `tests/fuzz` throw things at.

use crate::native::NativeRooms;
use std::sync::OnceLock;
use zero_connector_sdk::testing::Exchange;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire::ask::AskBody;
use zero_types::prelude::*;

/// Takes any bytes, refuses most, panics for none.
pub type Entry = fn(&[u8]);

/// A file of the catalogue.
pub fn catalogue(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Catalogue::from_toml([("fuzz.toml", text.as_ref())]);
}

/// A body of `POST /v1/answer`.
pub fn ask(bytes: &[u8]) {
    let _ = AskBody::from_json(bytes).and_then(AskBody::into_ask);
}

/// A token, a key as issuers publish it, and an API key, before anybody who trusts nobody else.
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let keys: Vec<TokenKey> = zero_auth::token::jwk::set(bytes).unwrap_or_default();
    let key = zero_auth::token::jwk::key(bytes).ok();
    let _ = zero_auth::token::said(&text);
    let issuer = Issuer {
        url: "https://issuer.example".to_owned(),
        audiences: vec!["zero".to_owned()],
        types: vec!["at+jwt".to_owned(), String::new()],
        lifetime_ms_max: i64::MAX,
        subject_prefix: "x".to_owned(),
        tenant: "t".to_owned(),
        tenant_claim: Some("/a/b~1c".to_owned()),
        roles_claim: Some("/realm_access/roles".to_owned()),
        roles_allowed: vec!["asker".to_owned()],
        default_roles: Vec::new(),
        scopes_claim: Some("scope".to_owned()),
        keys: keys.into_iter().chain(key).chain([token_key()]).collect(),
    };
    let trust = Trust { keys: Vec::new(), issuers: vec![issuer], revoked_sessions: Vec::new() };
    for credential in [Credential::Token(text.clone()), Credential::ApiKey(text.clone())] {
        let _ = zero_auth::authenticate(&credential, &trust, 1_800_000_000_000);
    }
    // Claims that somebody did sign are read as well.
    let _ = zero_auth::token::principal_by(&text, &trust, 1_800_000_000_000, |_, _, _| true);
}

fn token_key() -> TokenKey {
    TokenKey {
        id: "one".to_owned(),
        algorithm: TokenAlgorithm::Eddsa,
        public: vec![0; 44],
        not_before_ms: 0,
        expires_ms: None,
    }
}

/// A receipt, and its replay when it is one.
pub fn receipt(bytes: &[u8]) {
    if let Ok(receipt) = Receipt::from_json(bytes) {
        let _ = receipt.replay(NativeRooms::all(), true).map(|replayed| replayed.first_difference());
    }
}

/// A recorded exchange.
pub fn exchange(bytes: &[u8]) {
    let _ = Exchange::parse(&String::from_utf8_lossy(bytes));
}

/// A text of a stranger. Whatever it was, what is shown of it begins no tag and names no address, and stays as it is.
pub fn shown(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    let plain = zero_types::plain::text(&raw, |_| false);
    let shown = plain.text.as_ref();
    let tags = shown.match_indices('<').filter_map(|(at, _)| shown.get(at + 1..)?.chars().next());
    assert!(!tags.into_iter().any(|c| c.is_ascii_alphabetic() || "/!?".contains(c)), "a tag in {shown:?}");
    assert!(!shown.contains("://") && !shown.contains("](") && !shown.contains('\u{1b}'), "{shown:?}");
    assert_eq!(plain.span(0, raw.len()), (0, shown.len()), "everything is somewhere");
}

/// A URL that a connector plans, with the credential of another host: what passes names its host once.
pub fn planned(bytes: &[u8]) {
    let everything = ["*".to_owned()];
    let (Ok(policy), Ok(grant)) = (
        zero_egress::Policy::new(zero_egress::Decisions::default()),
        zero_egress::Grant::new("fuzz", &everything, &everything, None),
    ) else {
        return;
    };
    let url = String::from_utf8_lossy(bytes);
    let planned = policy.read(&grant, Request::get(url.as_ref()));
    if let Ok(checked) = planned.and_then(|planned| policy.check(planned)) {
        assert!(!checked.host.is_empty() && !url.contains(['\r', '\n', '\0', ' ', '\\']), "{url:?}");
        assert_eq!(checked.headers.get("host").and_then(|host| host.to_str().ok()), Some(checked.host.as_str()));
    }
}

/// A body that came encoded: the first byte says how, the rest is it.
pub fn encoded(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let codings = ["gzip", "br", "zstd", "deflate", "identity", "gzip, br"];
    let coding = codings.get(usize::from(*first) % codings.len()).copied().unwrap_or_default();
    let everything = ["*".to_owned()];
    let checked = zero_egress::Policy::new(zero_egress::Decisions::default()).ok().and_then(|policy| {
        let grant = zero_egress::Grant::new("fuzz", &everything, &everything, None).ok()?;
        let planned = policy.read(&grant, Request::get("https://a.example/")).ok()?;
        policy.check(planned).ok()
    });
    let response = http::Response::builder().header("content-encoding", coding).body(body.to_vec());
    if let (Some(checked), Ok(response)) = (checked, response)
        && let Ok(zero_egress::Fetched { outcome: Outcome::Response(read), .. }) = checked.reader().read(response)
    {
        assert!(read.body.len() <= zero_pipeline::limits::RESPONSE_BYTES_MAX);
    }
}

/// A core module, or a component.
pub fn component(bytes: &[u8]) {
    let _ = zero_builder::check(bytes);
    let _ = zero_builder::build(bytes);
}

/// A question through intent and context, and through every connector that computes.
pub fn question(bytes: &[u8]) {
    // Longer ones never reach a room.
    let bytes = bytes.get(..zero_pipeline::limits::QUESTION_BYTES_MAX).unwrap_or(bytes);
    let question = Question { now_ms: 1_803_893_400_000, ..Question::new(String::from_utf8_lossy(bytes)) };
    let intent = zero_intent::read(&question);
    let turn = Turn { question: question.text.clone(), resolved: question.text.clone(), answer: question.text.clone() };
    let profile = Profile {
        language: None,
        place: None,
        time_zone: None,
        units: None,
        preferred_sources: Vec::new(),
        blocked_sources: Vec::new(),
    };
    let _ = zero_context::resolve(&question, &profile, &[turn]);
    for record in sources() {
        if record.is_computed()
            && let Some(native) = rooms().connectors.get(record.connector.as_str())
        {
            let _ = (native.plan)(&record.source, &question, &intent);
        }
    }
}

/// A body from a wiki.
pub fn mediawiki(bytes: &[u8]) {
    body("mediawiki", bytes);
}

/// A body from Wikidata.
pub fn wikidata(bytes: &[u8]) {
    body("wikidata", bytes);
}

/// A body from any mapped service.
pub fn rest(bytes: &[u8]) {
    body("rest", bytes);
}

/// A body from the index of files.
pub fn files(bytes: &[u8]) {
    body("files", bytes);
}

/// A feed.
pub fn feed(bytes: &[u8]) {
    body("feed", bytes);
}

/// Results of a SPARQL query.
pub fn sparql(bytes: &[u8]) {
    body("sparql", bytes);
}

/// A body from a repository of records.
pub fn oai_pmh(bytes: &[u8]) {
    body("oai-pmh", bytes);
}

/// A body from an MCP server.
pub fn mcp(bytes: &[u8]) {
    body("mcp", bytes);
}

/// What a component carries to be tested with, and the form of any answer.
pub fn fixtures(bytes: &[u8]) {
    let _ = zero_builder::fixtures::Fixtures::from_json(bytes);
    let _ = zero_builder::fixtures::read(bytes);
    let _ = zero_builder::foreign::adopt(bytes, zero_builder::COMPONENT_BYTES_MAX);

    if let Some(shape) = zero_drift::Shape::of(bytes) {
        assert_eq!(shape.fingerprint().len(), 16);
    }
}

/// Sources of a connector that one body is tried with: others are those of the next body.
const SOURCES_OF_A_BODY: usize = 4;

/// The same body in every round, for some sources of a connector.
fn body(connector: &str, bytes: &[u8]) {
    let Some(native) = rooms().connectors.get(connector) else { return };
    let response = Response { status: 200, headers: Vec::new(), body: bytes.to_vec() };
    let plans = plans(connector);
    let first = bytes.len() % plans.len().max(1);
    for (record, plan) in plans.iter().cycle().skip(first).take(SOURCES_OF_A_BODY.min(plans.len())) {
        let mut step = plan.clone();
        for _ in 0..4 {
            let Step::Fetch(fetch) = &step else { break };
            let outcomes = vec![Outcome::Response(response.clone()); fetch.requests.len()];
            match (native.resume)(&record.source, &fetch.state, &outcomes) {
                Ok(Ok(next)) => step = next,
                _ => break,
            }
        }
        let _ = (native.resume)(&record.source, bytes, &[Outcome::Response(response.clone())]);
    }
}

fn rooms() -> &'static NativeRooms {
    static ROOMS: OnceLock<NativeRooms> = OnceLock::new();
    ROOMS.get_or_init(NativeRooms::all)
}

fn sources() -> &'static [std::sync::Arc<SourceRecord>] {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| crate::catalogue::read().unwrap_or_default()).records()
}

/// The first step of each source for its own first example.
fn plans(connector: &str) -> Vec<(&'static SourceRecord, Step)> {
    static PLANS: OnceLock<Vec<(&'static SourceRecord, Step)>> = OnceLock::new();
    let all = PLANS.get_or_init(|| {
        let plan = |record: &'static std::sync::Arc<SourceRecord>| {
            let question = Question::new(record.must.first()?.as_str());
            let native = rooms().connectors.get(record.connector.as_str())?;
            let plan = (native.plan)(&record.source, &question, &zero_intent::read(&question)).ok()?.ok()?;
            Some((record.as_ref(), plan.step))
        };
        sources().iter().filter_map(plan).collect()
    });
    all.iter().filter(|(record, _)| record.connector == connector).cloned().collect()
}

/// A receipt of a sum.
#[must_use]
pub fn receipt_seed() -> String {
    use crate::world::{Script, World};
    use zero_pipeline::{Ask, Fixed, Region, settings::Settings};
    let records = sources().iter().filter(|record| record.is_computed()).map(|record| record.as_ref().clone());
    let region = std::sync::Arc::new(Region::new(Catalogue::from_records(records), Settings::default()));
    let world = World::new(NativeRooms::all(), std::sync::Arc::new(Script::default()), 0);
    let Ok(ask) = Ask::new("what is 15% of 240") else { return String::new() };
    let answered = world.time.run(zero_pipeline::answer(region, world.clone(), ask, Fixed::default(), |_| {}));
    let Ok(Ok(answered)) = answered else { return String::new() };
    Receipt::of(&answered, &Settings::default()).and_then(|receipt| receipt.to_json()).unwrap_or_default()
}

/// What an edge target is handed of its bundle: read, and used as a question would.
pub fn edge_data(bytes: &[u8]) {
    let Ok(data) = zero_edge::EdgeData::read(bytes.to_vec()) else { return };
    let question = Question::new("what is the capital of Japan, and what do my notes say of it");
    let found = data.index.candidates(&question, &Intent::unknown("en"), 48);
    let _ = found.into_iter().filter(|&at| data.catalogue.at(at).is_some()).count();
    let _ = zero_edge::Site::new(data, zero_edge::Target::WORKERS).map(|site| site.lacks());
}

/// The data of a bundle with a few sources of the catalogue.
#[must_use]
pub fn edge_data_seed() -> Vec<u8> {
    let few = sources().iter().step_by(90).map(|record| record.as_ref().clone());
    let config = zero_config::Config::from_toml("").ok();
    let data =
        config.map(|config| zero_edge::EdgeData::new(config, Catalogue::from_records(few), Vec::new(), Vec::new()));
    data.and_then(|data| data.write().ok()).unwrap_or_default()
}

/// A configuration file.
pub fn config(bytes: &[u8]) {
    let _ = zero_config::Config::from_toml(&String::from_utf8_lossy(bytes));
}
