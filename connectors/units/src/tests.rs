//! What the unit converter promises.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read the catalogue and the shared examples; the component reads nothing"
)]

use crate::Units;
use crate::convert::answer;
use proptest::prelude::*;
use zero_connector_sdk::testing::{Catalogue, Record};
use zero_connector_sdk::{Question, UnitSystem, Value};

fn said(question: &str) -> String {
    answer(&Question::new(question)).map_or_else(|| "-".to_owned(), |found| found.passage.text)
}

#[test]
fn the_cases_hold() {
    let cases = [
        ("42.195 km in miles", "42.195 km ≈ 26.2188 miles"),
        ("how many miles is a marathon of 42.195 km", "42.195 km ≈ 26.2188 miles"),
        ("convert 5 ft 11 in to cm", "5 ft 11 in = 180.34 cm"),
        ("100 F in C", "100 F ≈ 37.7778 C"),
        ("-40 celsius to fahrenheit", "-40 celsius = -40 fahrenheit"),
        ("10 mbps to MB/s", "10 mbps = 1.25 MB/s"),
        ("3 cups in ml", "3 cups = 709.7647095 ml (US measure)"),
        ("60 mph in km/h", "60 mph = 96.56064 km/h"),
        ("1 light year in km", "1 light year ≈ 9460730000000 km"),
        ("how many seconds in a leap year", "1 leap year = 31622400 seconds"),
        ("2 acres to m2", "2 acres = 8093.7128448 m^2"),
        ("5 stone in kg", "5 stone = 31.7514659 kg"),
        ("1 GiB in MB", "1 GiB = 1073.741824 MB"),
        ("30 mpg to l/100km", "30 mpg ≈ 7.84049 l/100 km (US measure)"),
        ("100 mb in gb", "100 mb = 0.1 gb"),
        ("how many feet is 5'11\"", "5' 11\" ≈ 5.91667 feet"),
        ("70 kg/m^3 to lb/ft^3", "70 kg/m^3 ≈ 4.36996 lb/ft^3"),
        ("9.81 m/s² in ft/s²", "9.81 m/s^2 ≈ 32.185 ft/s^2"),
        ("32 psi to bar", "32 psi ≈ 2.20632 bar"),
        ("1 kWh to J", "1 kWh = 3600000 J"),
        ("5 kg in miles", "5 kg cannot be converted to miles: kg is a unit of mass, miles is a unit of length"),
        ("100 usd in eur", "-"),
        ("temperature in Paris", "-"),
        ("15% of 240", "-"),
        ("2 + 2", "-"),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(question, expected)| {
            let got = said(question);
            (got != *expected).then(|| format!("{question}: {got}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_catalogue_holds() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../catalogue/units.toml")).unwrap();
    catalogue.check::<Units>(0.5, 0.049, Record::plain);
}

#[test]
fn a_gallon_is_the_askers_own() {
    let mut question = Question::new("1 gallon in liters");
    assert_eq!(answer(&question).unwrap().passage.text, "1 gallon = 3.785411784 liters (US measure)");
    question.units = UnitSystem::Imperial;
    assert_eq!(answer(&question).unwrap().passage.text, "1 gallon = 4.54609 liters (imperial measure)");
}

#[test]
fn a_claim_carries_the_ucum_code() {
    let found = answer(&Question::new("1 mile in km")).unwrap();
    let claim = found.claim.unwrap();
    assert_eq!(claim.span.of(&found.passage.text), Some("1.609344 km"));
    assert!(matches!(claim.value, Value::Quantity(quantity) if quantity.number == "1.609344" && quantity.unit == "km"));
}

/// Prints how the shared examples fare; their text stays where it is.
#[test]
fn the_shared_examples_are_measured() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/routing.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("SKIPPED: no {file}: the unit converter is not measured");
        return;
    };
    let (mut hit, mut asked, mut wrong, mut others) = (0, 0, 0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let found = answer(&Question::new(row["text"].as_str().unwrap())).is_some_and(|found| found.bid >= 0.5);
        if row["category"] == "units" && row["trigger"] == true {
            asked += 1;
            hit += usize::from(found);
        } else if row["category"] != "units" {
            others += 1;
            wrong += usize::from(found);
        }
    }
    eprintln!("units: {hit} of {asked} triggers, {wrong} of {others} false triggers elsewhere");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_can_trap(text in "\\PC{0,60}") {
        let _ = answer(&Question::new(text));
    }

    #[test]
    fn nothing_like_a_conversion_can_trap(text in "([0-9]{1,4}|km|miles|in|to|per|/|\\^|-| |square|how many|ft|'|\"|F|C|mpg|l/100km){0,16}") {
        if let Some(found) = answer(&Question::new(text)) {
            prop_assert!(found.claim.is_none_or(|claim| claim.span.of(&found.passage.text).is_some()));
        }
    }

    #[test]
    fn there_and_back_is_the_same(n in 1u32..100_000) {
        let number = |text: String| match answer(&Question::new(text)).unwrap().claim.unwrap().value {
            Value::Quantity(quantity) => quantity.number,
            other => panic!("{other:?}"),
        };
        for (a, b) in [("inches", "cm"), ("kg", "g"), ("hours", "seconds"), ("GiB", "bytes")] {
            let there = number(format!("{n} {a} to {b}"));
            prop_assert_eq!(number(format!("{there} {b} to {a}")), n.to_string());
        }
    }
}
