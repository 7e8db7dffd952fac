//! The connector, walked through recorded exchanges.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may panic and reads its exchanges"
)]

use expect_test::{Expect, expect};
use proptest::prelude::*;
use zero_connector_files::Files;
use zero_connector_sdk::testing::{Exchange, Reads, Siege, walk, withstand};
use zero_connector_sdk::{Connector, Intent, Kind, Outcome, Question, Source, Step};

fn source() -> Source {
    Source::new("files", "Your files")
}

fn exchange(name: &str) -> Exchange {
    let path = format!("{}/tests/exchanges/{name}.http", env!("CARGO_MANIFEST_DIR"));
    Exchange::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn intent(kind: Kind, certainty: f32, keywords: &[&str]) -> Intent {
    let keywords = keywords.iter().map(|&word| word.to_owned()).collect();
    Intent { kind, certainty, keywords, ..Intent::unknown("en") }
}

fn check(question: &str, keywords: &[&str], recorded: &str, expected: &Expect) {
    let intent = intent(Kind::Fact, 0.9, keywords);
    let shown = match walk::<Files>(&source(), &Question::new(question), &intent, &[exchange(recorded)]) {
        Ok(walk) => {
            let mut shown = format!("{}\n", walk.requests[0].url);
            for passage in walk.findings.passages {
                let published = passage.published.as_deref().unwrap_or("-");
                let language = passage.language.as_deref().unwrap_or("-");
                shown += &format!("{:.2} {} [{language}, {published}]\n", passage.score, passage.title);
                shown += &format!("     {}\n     {}\n", passage.url.unwrap_or_default(), passage.text);
            }
            shown
        }
        Err(failure) => format!("{:?}: {}\n", failure.kind, failure.detail),
    };
    expected.assert_eq(&shown);
}

#[test]
fn passages_are_found() {
    check(
        "How long does the warranty of the kettle last?",
        &["warranty", "kettle"],
        "warranty",
        &expect![[r#"
            https://files.zero.internal/search?q=warranty%20kettle&limit=8
            1.00 kettle manual.pdf — Warranty [en, 2026-03-02T09:15:00Z]
                 https://files.zero.internal/document?path=home%2Fkettle%20manual.pdf#page=12
                 The warranty of this kettle lasts three years from the day of purchase.
            0.47 receipts.md — 2026 › Kitchen [-, 2026-03-01T18:00:00Z]
                 https://files.zero.internal/document?path=receipts.md
                 - Kettle, 49.90 EUR
        "#]],
    );
}

#[test]
fn nothing_found_is_an_answer() {
    let expected = expect![[r#"
        https://files.zero.internal/search?q=unicorns&limit=8
    "#]];
    check("Any unicorns?", &["unicorns"], "nothing", &expected);
}

#[test]
fn a_failing_index_is_a_failure() {
    let expected = expect![[r#"
        FailureKind::Upstream: HTTP status 500
    "#]];
    check("Anything?", &["anything"], "broken", &expected);
}

fn planned(question: &str, intent: &Intent) -> (f32, String) {
    let plan = Files::plan(&source(), &Question::new(question), intent).unwrap();
    let Step::Fetch(fetch) = plan.step else { return (plan.bid, String::new()) };
    (plan.bid, fetch.requests[0].url.replace("https://files.zero.internal/search?q=", ""))
}

#[test]
fn phrases_stay_whole_and_no_keyword_leaves_its_place() {
    let (_, url) = planned("?", &intent(Kind::Fact, 1.0, &["green tea", "a&limit=9", "b\"c", "notes"]));
    assert_eq!(url, "%22green%20tea%22%20a%26limit%3D9%20%22b%20c%22&limit=8");
    let (_, url) = planned("what is it?", &intent(Kind::Other, 0.0, &[]));
    assert_eq!(url, "what%20is%20it%3F&limit=8");
    assert_eq!(planned("?!", &intent(Kind::Other, 0.0, &[])), (0.0, String::new()));
}

#[test]
fn what_needs_no_reading_is_left_to_others() {
    let bid = |text: &str, kind, certainty| planned(text, &intent(kind, certainty, &["x"])).0;
    assert!(bid("who signed the lease?", Kind::Fact, 0.9) > 0.6);
    assert!(bid("what is 15% of 240", Kind::Calculation, 1.0) < 0.1);
    assert!(bid("hello", Kind::ChitChat, 1.0) < 0.05);
    assert!(bid("sum of the invoices", Kind::Calculation, 0.3) > 0.4);
    assert!(bid("when is the meeting, says one of my notes", Kind::DateTime, 1.0) > 0.9);
    assert!(bid("x", Kind::Calculation, f32::NAN) > 0.6);
}

#[test]
fn wrong_settings_are_named() {
    for (settings, word) in [(r#"{"passages": 0}"#, "passages"), (r#"{"pasages": 3}"#, "pasages"), ("[]", "files")] {
        let source = Source { settings: settings.to_owned(), ..source() };
        let failure = Files::plan(&source, &Question::new("x"), &Intent::unknown("en")).unwrap_err();
        assert!(failure.detail.contains(word), "{settings}: {}", failure.detail);
    }
}

#[test]
fn the_catalogue_keeps_its_word() {
    let path = format!("{}/../catalogue/files.toml", env!("CARGO_MANIFEST_DIR"));
    let catalogue: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    assert_eq!(catalogue["connector"].as_str(), Some(Files::describe().name.as_str()));
    let record = &catalogue["source"][0];
    assert_eq!(record["enabled"].as_bool(), Some(false), "the host enables it when an asker names a folder");
    assert_eq!(record["personal"].as_bool(), Some(true));
    let hosts: Vec<_> =
        record["hosts"].as_array().unwrap().iter().map(|host| host.as_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, Files::describe().hosts);
    let settings = Source { settings: "{}".to_owned(), ..source() };
    for question in record["must"].as_array().unwrap() {
        let plan = Files::plan(&settings, &Question::new(question.as_str().unwrap()), &Intent::unknown("en")).unwrap();
        assert!(plan.bid > 0.6, "{question}");
    }
}

#[test]
fn whatever_the_index_sends() {
    let intent = intent(Kind::Fact, 0.9, &["warranty", "kettle"]);
    let siege = Siege { reads: Reads::JsonObject, cut_parts: 64, oversized_bytes: 1 << 20 };
    let recorded = [exchange("warranty"), exchange("nothing")];
    let misses = withstand::<Files>(&source(), &Question::new("the warranty?"), &intent, &recorded, siege);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

proptest! {
    #[test]
    fn a_damaged_answer_is_a_failure_or_findings(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut response = exchange("warranty").response;
        let at = at.index(response.body.len());
        if cut {
            response.body.truncate(at);
        } else {
            response.body[at] = byte;
        }
        if let Ok(Step::Done(findings)) = Files::resume(&source(), b"", &[Outcome::Response(response)]) {
            for passage in findings.passages {
                prop_assert!((0.0..=1.0).contains(&passage.score));
                prop_assert!(!passage.text.trim().is_empty());
            }
        }
    }

    #[test]
    fn any_question_makes_one_request_to_one_host(text in any::<String>(), keywords in prop::collection::vec(any::<String>(), 0..6)) {
        let intent = Intent { keywords, ..Intent::unknown("en") };
        let plan = Files::plan(&source(), &Question::new(text), &intent).unwrap();
        if let Step::Fetch(fetch) = plan.step {
            prop_assert_eq!(fetch.requests.len(), 1);
            prop_assert!(fetch.requests[0].url.starts_with("https://files.zero.internal/search?q="));
            prop_assert!(fetch.requests[0].url.len() <= 8 * 1024);
        }
    }
}
