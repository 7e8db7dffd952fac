use super::{recorded, wikidata};
use crate::Wikidata;
use zero_connector_sdk::testing::{Reads, Siege, refuses_settings, walk, withstand};
use zero_connector_sdk::{Connector, FailureKind, Findings, Intent, Outcome, Question, Request, Response, Step};

const QUESTIONS: &[&str] = &[
    "who discovered penicillin",
    "what is the capital of Japan",
    "population of Japan",
    "when was Marie Curie born",
    "who was Marie Curie",
    "what is the capital of Georgia",
];

#[test]
fn whatever_a_service_sends() {
    let (recorded, intent) = (recorded(), Intent::unknown("en"));
    let siege = Siege { reads: Reads::JsonObject, cut_parts: 41, oversized_bytes: 1 << 20 };
    let ask = |text: &&str| withstand::<Wikidata>(&wikidata(), &Question::new(*text), &intent, &recorded, siege);
    let misses: Vec<String> = QUESTIONS.iter().flat_map(ask).collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn bodies_of_another_shape_are_malformed_and_empty_ones_find_nothing() {
    let nested = format!("{{\"search\":[{{\"id\":{}", "[".repeat(100_000));
    let malformed = ["{\"search\":7}", nested.as_str()].map(|body| (body, Err(FailureKind::Malformed)));
    let empty = ["{}", "{\"search\":[]}", "{\"success\":1,\"new\":[{}]}"].map(|body| (body, Ok(Findings::none())));
    for (body, expected) in malformed.into_iter().chain(empty) {
        let mut exchanges = recorded();
        exchanges.iter_mut().for_each(|exchange| exchange.response.body = body.as_bytes().to_vec());
        for text in QUESTIONS {
            let got = walk::<Wikidata>(&wikidata(), &Question::new(*text), &Intent::unknown("en"), &exchanges)
                .map(|walk| walk.findings)
                .map_err(|failure| failure.kind);
            // A second request, for fewer words, is not always recorded.
            let unrecorded = expected.is_ok() && got == Err(FailureKind::Unreachable);
            assert!(got == expected || unrecorded, "{text}: {}: {got:?}", &body[..body.len().min(30)]);
        }
    }
}

/// The states between the rounds of a question that goes well.
fn states_of(text: &str) -> Vec<Vec<u8>> {
    let mut states = Vec::new();
    let exchanges = recorded();
    let mut step = Wikidata::plan(&wikidata(), &Question::new(text), &Intent::unknown("en")).unwrap().step;
    while let Step::Fetch(fetch) = step {
        let answer = |request: &Request| match exchanges.iter().find(|exchange| exchange.answers(request)) {
            Some(exchange) => Outcome::Response(exchange.response.clone()),
            None => panic!("not recorded: {}", request.url),
        };
        let outcomes: Vec<Outcome> = fetch.requests.iter().map(answer).collect();
        step = Wikidata::resume(&wikidata(), &fetch.state, &outcomes).unwrap();
        states.push(fetch.state);
    }
    states
}

#[test]
fn wrong_settings_name_the_key() {
    let wrong = [(r#"{"api":"ftp://x"}"#, "`api`"), (r#"{"page":""}"#, "`page`"), (r#"{"apy":1}"#, "apy")];
    refuses_settings::<Wikidata>(&wikidata(), &wrong);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the evaluation data is read at run time and may be absent")]
fn real_bodies_are_read() {
    for family in ["wikidata-api", "wikidata-sparql-json", "mediawiki-action"] {
        let folder = format!("{}/../../../shared/fixtures/{family}", env!("CARGO_MANIFEST_DIR"));
        let Ok(entries) = std::fs::read_dir(&folder) else {
            eprintln!("SKIPPED: {folder} is absent, so real bodies were not read");
            continue;
        };
        let states: Vec<Vec<u8>> =
            ["who discovered penicillin", "who was Marie Curie"].into_iter().flat_map(states_of).collect();
        assert_eq!(states.len(), 6);
        for entry in entries {
            let body = std::fs::read(entry.unwrap().path()).unwrap();
            let lagged = String::from_utf8_lossy(&body).contains("\"code\": \"maxlag\"");
            let outcome = Outcome::Response(Response { status: 200, headers: Vec::new(), body });
            for state in &states {
                let step = Wikidata::resume(&wikidata(), state, &[outcome.clone(), outcome.clone()]);
                let limited = matches!(&step, Err(failure) if failure.kind == FailureKind::RateLimited);
                assert!(!lagged || limited || state.starts_with(b"{\"Labels\""), "a lagged service is told as such");
            }
        }
    }
}
