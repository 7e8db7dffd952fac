use super::{recorded, source, wikipedia};
use crate::MediaWiki;
use zero_connector_sdk::testing::{Reads, Siege, refuses_settings, walk, withstand};
use zero_connector_sdk::{Connector, FailureKind, Findings, Intent, Outcome, Question, Response, Source, Step};

const QUESTIONS: &[(&str, &str)] = &[
    ("en.wikipedia.org", "who discovered penicillin"),
    ("en.wikipedia.org", "what is the capital of Japan"),
    ("en.wikipedia.org", "when was Marie Curie born"),
    ("en.wikipedia.org", "melting point of mercury"),
    ("en.wikipedia.org", "how often is the eiffel tower repainted"),
    ("wiki.archlinux.org", "how to clean the pacman cache"),
    ("en.wiktionary.org", "meaning of ephemeral"),
];

fn of_host(host: &str) -> Source {
    match host {
        "wiki.archlinux.org" => source(host, "en", r#","extracts":"none""#),
        "en.wiktionary.org" => source(host, "en", r#","extracts":"page""#),
        _ => wikipedia(),
    }
}

fn intent(text: &str) -> Intent {
    Intent { subject: text.split(' ').next_back().map(str::to_owned), ..Intent::unknown("en") }
}

#[test]
fn whatever_a_service_sends() {
    let recorded = recorded();
    let siege = Siege { reads: Reads::JsonObject, cut_parts: 41, oversized_bytes: 1 << 20 };
    let mut misses = Vec::new();
    for &(host, text) in QUESTIONS {
        let (source, question) = (of_host(host), Question::new(text));
        for intent in [intent(text), Intent::unknown("en")] {
            misses.extend(withstand::<MediaWiki>(&source, &question, &intent, &recorded, siege));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn bodies_of_another_shape_are_malformed_and_empty_ones_find_nothing() {
    let nested = format!("{{\"query\":{{\"pages\":[{{\"title\":{}", "[".repeat(100_000));
    let malformed = ["{\"query\":7}", nested.as_str()].map(|body| (body, Err(FailureKind::Malformed)));
    let empty = ["{}", "{\"query\":{}}", "{\"query\":{\"pages\":[]}}", "{\"batchcomplete\":true,\"new\":[{}]}"];
    let empty = empty.map(|body| (body, Ok(Findings::none())));
    for (body, expected) in malformed.into_iter().chain(empty) {
        let mut exchanges = recorded();
        exchanges.iter_mut().for_each(|exchange| exchange.response.body = body.as_bytes().to_vec());
        for &(host, text) in QUESTIONS {
            let got = walk::<MediaWiki>(&of_host(host), &Question::new(text), &intent(text), &exchanges)
                .map(|walk| walk.findings)
                .map_err(|failure| failure.kind);
            // A second request, with fewer words, is not always recorded.
            let unrecorded = expected.is_ok() && got == Err(FailureKind::Unreachable);
            assert!(got == expected || unrecorded, "{text}: {}: {got:?}", &body[..body.len().min(30)]);
        }
    }
}

#[test]
fn wrong_settings_name_the_key() {
    let wrong = [
        ("{}", "api"),
        (r#"{"api":"ftp://x","page":"https://x/"}"#, "`api`"),
        (r#"{"api":"https://x","page":""}"#, "`page`"),
        (r#"{"api":"https://x","page":"https://x","limit":0}"#, "`limit`"),
        (r#"{"api":"https://x","page":"https://x","lmit":1}"#, "lmit"),
    ];
    refuses_settings::<MediaWiki>(&wikipedia(), &wrong);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the evaluation data is read at run time and may be absent")]
fn real_bodies_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/mediawiki-action");
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("SKIPPED: {folder} is absent, so real bodies of MediaWiki were not read");
        return;
    };
    let plan =
        MediaWiki::plan(&wikipedia(), &Question::new("who discovered penicillin"), &Intent::unknown("en")).unwrap();
    let Step::Fetch(fetch) = plan.step else { panic!("no request") };
    let mut found = 0;
    for entry in entries {
        let body = std::fs::read(entry.unwrap().path()).unwrap();
        let hits = String::from_utf8_lossy(&body).matches("\"snippet\"").count();
        let outcome = Outcome::Response(Response { status: 200, headers: Vec::new(), body });
        let mut step = MediaWiki::resume(&wikipedia(), &fetch.state, std::slice::from_ref(&outcome)).unwrap();
        for _ in 0..3 {
            let Step::Fetch(fetch) = step else { break };
            step = MediaWiki::resume(&wikipedia(), &fetch.state, std::slice::from_ref(&outcome)).unwrap();
        }
        let Step::Done(findings) = step else { panic!("no end") };
        assert_eq!(findings.passages.len(), hits, "every hit with a snippet is a passage");
        assert!(findings.passages.iter().all(|passage| !passage.text.contains("searchmatch")));
        found += findings.passages.len();
    }
    assert!(found > 0);
}
