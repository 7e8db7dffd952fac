//! A function and its component are one thing twice: equal answers to whatever they are asked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use zero_engine::Functions;
use zero_tests::bundle::bundle;
use zero_tests::native::NativeRooms;
use zero_tests::{catalogue, exchanges, root, skip};
use zero_types::prelude::*;

/// Examples of every source, strings that broke other programs, and strings out of nowhere: the same in every run.
fn questions() -> Vec<String> {
    let catalogue = catalogue::read().unwrap();
    let examples = catalogue.records().iter().flat_map(|record| record.must.iter().chain(&record.must_not).cloned());
    let mut all: Vec<String> = examples.collect();
    all.sort();
    all.dedup();
    assert!(all.len() > 100, "the catalogue has only {} examples", all.len());
    all.extend(naughty());
    all.extend(generated("\\PC{0,60}", 150));
    all.extend(generated("(what|who|when|how many|convert|define|is)( [a-zA-Zäßéñ0-9.,:%€$°'-]{1,9}){1,8}\\??", 150));
    all
}

fn generated(pattern: &str, count: usize) -> Vec<String> {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = proptest::string::string_regex(pattern).unwrap().boxed();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The big list of naughty strings, where it lies beside the work tree.
fn naughty() -> Vec<String> {
    let path = root().join("../shared/data/vectors/blns/blns.json");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let all: Vec<String> = serde_json::from_slice(&bytes).unwrap();
            all.into_iter().filter(|text| text.len() < 4_096).collect()
        }
        Err(error) => {
            skip("naughty strings", &format!("{}: {error}", path.display()));
            Vec::new()
        }
    }
}

fn question(text: &str, number: usize) -> Question {
    let mut question = Question::new(text);
    question.now_ms = 1_803_893_400_000 + number as i64 * 3_600_000;
    question.time_zone = ["UTC", "Europe/Berlin", "America/New_York", "no/where"][number % 4].to_owned();
    question.language = [None, Some("en"), Some("de-AT")][number % 3].map(str::to_owned);
    question.units = [UnitSystem::Metric, UnitSystem::Us, UnitSystem::Imperial][number % 3];
    question
}

/// Both answer the same.
fn check<T: PartialEq + core::fmt::Debug>(
    what: &str,
    text: &str,
    native: T,
    component: Result<T, zero_engine::CallError>,
) {
    let component = component.unwrap_or_else(|error| panic!("{what} of `{text}`: {error}"));
    assert!(native == component, "{what} of `{text}`:\nnative    {native:#?}\ncomponent {component:#?}");
}

#[test]
fn intent() {
    let Some(loaded) = bundle() else { return };
    for (number, text) in questions().iter().enumerate() {
        let question = question(text, number);
        check("intent", text, zero_intent::read(&question), loaded.functions.read(&question));
    }
}

#[test]
fn context() {
    let Some(loaded) = bundle() else { return };
    let all = questions();
    for (number, text) in all.iter().enumerate() {
        let question = question(text, number);
        let turn = |text: &String| Turn {
            question: text.clone(),
            resolved: text.clone(),
            answer: "Tokyo is the capital of Japan.".to_owned(),
        };
        let turns: Vec<Turn> = all.iter().cycle().skip(number * 7).take(number % 4).map(turn).collect();
        let profile = Profile {
            language: (number % 5 == 0).then(|| "fr".to_owned()),
            place: None,
            time_zone: (number % 2 == 0).then(|| "Asia/Tokyo".to_owned()),
            units: Some(UnitSystem::Us),
            preferred_sources: vec!["wikidata".to_owned()],
            blocked_sources: Vec::new(),
        };
        let native = zero_context::resolve(&question, &profile, &turns);
        check("context", text, native, loaded.functions.resolve(&question, &profile, &turns));
    }
}

/// Findings as they come from services: the connectors, walked through their recorded exchanges.
fn findings(text: &str) -> Vec<Finding> {
    let recorded: Vec<_> = exchanges::all().unwrap().into_iter().map(|it| it.exchange).collect();
    let rooms = NativeRooms::all();
    let question = question(text, 0);
    let intent = zero_intent::read(&question);
    let mut found = Vec::new();
    for record in catalogue::read().unwrap().records() {
        let Ok(Ok(plan)) = rooms.plan_now(&record.connector, &record.source, &question, &intent) else { continue };
        let mut step = plan.step;
        for _ in 0..4 {
            let Step::Fetch(fetch) = &step else { break };
            let outcome = |request: &Request| match recorded.iter().find(|exchange| exchange.answers(request)) {
                Some(exchange) => Outcome::Response(exchange.response.clone()),
                None => zero_tests::world::failed(FetchFailureKind::Unreachable),
            };
            let outcomes: Vec<Outcome> = fetch.requests.iter().map(outcome).collect();
            let called = rooms.resume_now(&record.connector, &record.source, &fetch.state, &outcomes);
            let Ok(Ok(next)) = called else { break };
            step = next;
        }
        if let Step::Done(Findings { passages, claims }) = step
            && !passages.is_empty()
        {
            let (source_id, source_name) = (record.source.id.clone(), record.source.name.clone());
            found.push(Finding { source_id, source_name, bid: plan.bid, passages, claims });
        }
    }
    found
}

#[test]
fn synthesis() {
    let Some(loaded) = bundle() else { return };
    let asked = [
        "who discovered penicillin",
        "what is the capital of Japan",
        "what is the population of Japan",
        "when was Marie Curie born",
        "how often is the Eiffel Tower repainted",
        "what does ephemeral mean",
        "what is 15% of 240",
        "convert 3 miles to km",
        "capital and currency of Japan",
        "how high is the Zugspitze",
    ];
    let pool: Vec<Finding> = asked.iter().flat_map(|text| findings(text)).collect();
    assert!(pool.len() >= 10, "only {} findings to work with", pool.len());
    let others = questions();
    for (number, text) in asked.iter().map(|&text| text.to_owned()).chain(others.iter().step_by(4).cloned()).enumerate()
    {
        let question = question(&text, number);
        let intent = zero_intent::read(&question);
        let some: Vec<Finding> = pool.iter().cycle().skip(number * 3).take(1 + number % 6).cloned().collect();
        let given = if number < asked.len() { findings(&text) } else { some };
        check_synthesis(&loaded.functions, &question, &intent, &given);
    }
}

fn check_synthesis(functions: &Functions, question: &Question, intent: &Intent, findings: &[Finding]) {
    let text = &question.text;
    let native = zero_synthesis::compose(question, intent, findings);
    check("compose", text, native.clone(), functions.compose(question, intent, findings));
    let prompt = zero_synthesis::prompt(question, intent, findings);
    check("prompt", text, prompt, functions.prompt(question, intent, findings));
    let mut draft: String = native.sentences.iter().map(|sentence| format!("{} [1] ", sentence.text)).collect();
    draft += "The moon is made of cheese. [2] Nobody knows [99].";
    let verified = zero_synthesis::verify(&draft, question, intent, findings);
    check("verify", text, verified, functions.verify(&draft, question, intent, findings));
}

#[test]
fn auth() {
    let Some(loaded) = bundle() else { return };
    let principal = |roles: &[&str]| Principal {
        id: "u1".to_owned(),
        kind: PrincipalKind::User,
        tenant: "t1".to_owned(),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        scopes: None,
        session: None,
        limit_per_minute: None,
    };
    let roles = [zero_auth::ASKER, zero_auth::READER, zero_auth::OPERATOR];
    let (key, record) = zero_auth::key_record("k1", &[7; 20], principal(&roles), 1_000, Some(2_000)).unwrap();
    let (other, _) = zero_auth::key_record("k2", &[8; 20], principal(&[]), 0, None).unwrap();
    let revoked = KeyRecord { revoked: true, ..record.clone() };
    let mut keys: Vec<String> = vec![key.clone(), other, key.to_uppercase(), format!(" {key}"), key[1..].to_owned()];
    keys.extend(questions().into_iter().step_by(9));
    let credentials = keys.into_iter().map(Credential::ApiKey).chain([Credential::Anonymous]);
    for credential in credentials {
        for (records, now) in
            [(vec![record.clone()], 1_500), (vec![record.clone()], 0), (vec![revoked.clone()], 1_500), (vec![], 9_999)]
        {
            let trust = Trust { keys: records, issuers: Vec::new(), revoked_sessions: Vec::new() };
            let native = zero_auth::authenticate(&credential, &trust, now);
            check(
                "authenticate",
                &format!("{credential:?}"),
                native,
                loaded.functions.authenticate(&credential, &trust, now),
            );
        }
    }
    for role in [&roles[..], &roles[..1], &roles[1..2], &roles[2..], &["nobody"]] {
        for &permission in Permission::ALL {
            for (tenant, path) in [("", "answer"), ("", "sources"), ("t1", "accounts"), ("t2", "accounts"), ("", "")] {
                let (principal, resource) = (principal(role), Resource { tenant: tenant.into(), path: path.into() });
                let native = zero_auth::authorize(&principal, permission, &resource);
                check("authorize", path, native, loaded.functions.authorize(&principal, permission, &resource));
            }
        }
    }
}
