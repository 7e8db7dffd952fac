//! What the calculator promises.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read the catalogue and the shared examples; the component reads nothing"
)]

use crate::Calculator;
use crate::answer::answer;
use proptest::prelude::*;
use zero_connector_sdk::testing::{Catalogue, Record};
use zero_connector_sdk::{Connector, Intent, Question, Source, Step};

fn said(question: &str) -> String {
    answer(question, "en").map_or_else(|| "-".to_owned(), |found| found.passage.text)
}

#[test]
fn the_cases_hold() {
    let wrong: Vec<String> = include_str!("cases.md")
        .lines()
        .skip(4)
        .filter_map(|line| {
            let (question, expected) = line.trim_matches(['|', ' ']).split_once(" | ").unwrap();
            let got = said(question);
            (got != expected).then(|| format!("{question}: {got}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_catalogue_holds() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../catalogue/calculator.toml")).unwrap();
    catalogue.check::<Calculator>(0.5, 0.049, Record::plain);
}

#[test]
fn a_claim_covers_its_value() {
    let found = answer("15% of 240", "en").unwrap();
    assert_eq!(found.claim.span.of(&found.passage.text), Some("36"));
    let big = answer("2^1000", "en").unwrap();
    assert!(big.passage.text.ends_with("668069376") && big.bid > 0.9);
    assert!(said("3000!").contains("9131 digits"));
}

#[test]
fn a_comma_is_read_as_the_language_writes_it() {
    assert_eq!(answer("3,5 + 2", "de").unwrap().passage.text, "3.5 + 2 = 5.5");
    assert_eq!(answer("was ist 1.000 mal 2", "de-DE").unwrap().passage.text, "1000 mal 2 = 2000");
}

/// Prints how the shared examples fare; their text stays where it is.
#[test]
fn the_shared_examples_are_measured() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/routing.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("SKIPPED: no {file}: the calculator is not measured");
        return;
    };
    let (mut hit, mut asked, mut wrong, mut others) = (0, 0, 0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let found = answer(row["text"].as_str().unwrap(), "en");
        if row["category"] == "math" && row["trigger"] == true && row["answer"].is_string() {
            asked += 1;
            let expected = row["answer"].as_str().unwrap();
            let value = found.as_ref().and_then(|found| found.claim.span.of(&found.passage.text).map(str::to_owned));
            hit += usize::from(value.is_some_and(|value| expected.contains(value.trim_end_matches('%'))));
        } else if row["category"] != "math" {
            others += 1;
            if found.is_some() {
                wrong += 1;
            }
        }
    }
    eprintln!(
        "calculator: {hit} of {asked} computed math answers (all modules), {wrong} of {others} false triggers elsewhere"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_can_trap(text in "\\PC{0,60}") {
        let _ = answer(&text, "en");
    }

    #[test]
    fn nothing_like_a_calculation_can_trap(text in "([0-9]{1,4}|[-+*/^%!().,]| |sqrt|of|log|base|half|and|percent|sin|degrees|mod|0x|e|x|max\\(|two|hundred){0,24}") {
        for language in ["en", "de"] {
            if let Some(found) = answer(&text, language) {
                prop_assert!(found.claim.span.of(&found.passage.text).is_some());
            }
        }
    }

    #[test]
    fn sums_commute(a in -1_000_000i64..1_000_000, b in 0i64..1_000_000) {
        let result = |text: String| answer(&text, "en").unwrap().claim.value;
        prop_assert_eq!(result(format!("what is {a} + {b}")), result(format!("what is {b} + {a}")));
        prop_assert_eq!(result(format!("what is {a} + {b}")), zero_connector_sdk::Value::Number((a + b).to_string()));
    }
}

#[test]
fn it_answers_at_once() {
    let plan = Calculator::plan(&Source::new("c", "c"), &Question::new("6 * 7"), &Intent::unknown("en")).unwrap();
    let Step::Done(findings) = plan.step else { panic!("it needs no request") };
    assert_eq!(findings.passages[0].text, "6 * 7 = 42");
}
