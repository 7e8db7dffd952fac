use super::ask;
use zero_connector_sdk::{AnswerType, FailureKind, Findings, Intent, Kind, Quantity, Value};

fn intent(kind: Kind, subject: &str, properties: &[&str], expects: AnswerType) -> Intent {
    let mut intent = Intent::unknown("en");
    intent.kind = kind;
    intent.certainty = 0.9;
    intent.subject = Some(subject.to_owned());
    intent.properties = properties.iter().map(|&word| word.to_owned()).collect();
    intent.expects = expects;
    intent
}

/// The first claim, with and without an intent; every claim's span stands in its passage.
fn check(text: &str, intent: &Intent, property: &str, value: &Value, said: &str) -> Findings {
    let mut last = Findings::none();
    for intent in [&Intent::unknown("en"), intent] {
        let walk = ask(text, intent).unwrap();
        assert!(walk.bid >= 0.3, "{text}: bid {}", walk.bid);
        let claim = walk.findings.claims.first().unwrap_or_else(|| panic!("{text}: no claim: {:?}", walk.requests));
        assert_eq!((claim.property.as_str(), &claim.value), (property, value), "{text}");
        for claim in &walk.findings.claims {
            let passage = &walk.findings.passages[claim.passage as usize];
            assert!(!claim.span.of(&passage.text).unwrap().is_empty());
        }
        let first = &walk.findings.passages[0];
        assert_eq!(first.text, said);
        assert_eq!(claim.passage, 0);
        last = walk.findings;
    }
    last
}

fn place(name: &str) -> Value {
    Value::Place(zero_connector_sdk::Place { name: name.to_owned(), country: None, latitude: None, longitude: None })
}

#[test]
fn who_discovered() {
    let findings = check(
        "who discovered penicillin",
        &intent(Kind::Fact, "penicillin", &["discovered"], AnswerType::Person),
        "discoverer or inventor",
        &Value::Person("Alexander Fleming".to_owned()),
        "penicillin: group of antibiotics. Discoverer or inventor: Alexander Fleming.",
    );
    let claim = &findings.claims[0];
    assert_eq!(claim.span.of(&findings.passages[0].text), Some("Alexander Fleming"));
    assert_eq!(findings.passages[0].url.as_deref(), Some("https://www.wikidata.org/wiki/Q12190"));
    assert!(findings.passages[0].score > findings.passages[1].score, "a namesake without the fact comes after");
}

#[test]
fn when_is_another_property_than_who() {
    check(
        "when was penicillin discovered",
        &intent(Kind::Fact, "penicillin", &["discovered"], AnswerType::Date),
        "time of discovery or invention",
        &Value::Date("1928-09".to_owned()),
        "penicillin: group of antibiotics. Time of discovery or invention: September 1928.",
    );
    check(
        "when was Marie Curie born",
        &intent(Kind::Person, "Marie Curie", &["born"], AnswerType::Date),
        "date of birth",
        &Value::Date("1867-11-07".to_owned()),
        "Marie Curie: Polish-French physicist and chemist (1867–1934). Date of birth: 7 November 1867.",
    );
}

#[test]
fn the_preferred_value_holds_and_the_newest_of_a_series() {
    let findings = check(
        "what is the capital of Japan",
        &intent(Kind::Fact, "Japan", &["capital"], AnswerType::Place),
        "capital",
        &place("Tokyo"),
        "Japan: island country in East Asia. Capital: Tokyo.",
    );
    assert_eq!(findings.claims.len(), 1, "neither the former nor the deprecated one");
    assert_eq!(findings.claims[0].time.as_deref(), Some("1868/"));
    let findings = check(
        "population of Japan",
        &intent(Kind::Fact, "Japan", &["population"], AnswerType::Number),
        "population",
        &Value::Number("124000000".to_owned()),
        "Japan: island country in East Asia. Population: 124,000,000 (2024).",
    );
    assert_eq!(findings.claims[0].time.as_deref(), Some("2024"));
}

#[test]
fn namesakes_are_all_told() {
    let findings = check(
        "what is the capital of Georgia",
        &intent(Kind::Fact, "Georgia", &["capital"], AnswerType::Place),
        "capital",
        &place("Tbilisi"),
        "Georgia: country in the Caucasus. Capital: Tbilisi.",
    );
    let values: Vec<&Value> = findings.claims.iter().map(|claim| &claim.value).collect();
    assert_eq!(values, [&place("Tbilisi"), &place("Atlanta")]);
    assert_eq!(findings.passages.len(), 2, "neither the list of namesakes nor the given name");
    assert!(
        ask("what is the capital of Georgia state", &intent(Kind::Fact, "Georgia", &["capital"], AnswerType::Place))
            .unwrap()
            .findings
            .passages[0]
            .text
            .contains("Atlanta")
    );
}

#[test]
fn a_name_alone_is_described() {
    let text = "Marie Curie: Polish-French physicist and chemist (1867–1934). Instance of: human. Occupation: physicist, \
                chemist. Date of birth: 7 November 1867. Date of death: 4 July 1934. Height: 1.5 m. Spouse: Pierre Curie.";
    let mut who = intent(Kind::Person, "Marie Curie", &[], AnswerType::Text);
    who.kind = Kind::Person;
    let findings = check("who was Marie Curie", &who, "instance of", &Value::Text("human".to_owned()), text);
    let spouse = findings.claims.last().unwrap();
    assert_eq!(spouse.time.as_deref(), Some("1895-07-26/1906-04-19"));
    let metre = Value::Quantity(Quantity { number: "1.5".to_owned(), unit: "m".to_owned() });
    assert!(findings.claims.iter().any(|claim| claim.value == metre));
}

#[test]
fn german_is_asked_in_german() {
    let walk = ask("wie hoch ist die Zugspitze", &Intent::unknown("de-AT")).unwrap();
    assert!(walk.requests[0].url.contains("language=de&uselang=de&search=Zugspitze"), "{}", walk.requests[0].url);
    let metres = Value::Quantity(Quantity { number: "2962.06".to_owned(), unit: "m".to_owned() });
    assert_eq!(walk.findings.claims[0].value, metres);
    assert_eq!(walk.findings.passages[0].language.as_deref(), Some("de"));
}

#[test]
fn nothing_and_errors() {
    let walk = ask("what is the capital of qwzxvk", &Intent::unknown("en")).unwrap();
    assert_eq!((walk.requests.len(), walk.findings), (1, Findings::none()));
    let failure = ask("what is the capital of Maxlagged", &Intent::unknown("en")).unwrap_err();
    assert_eq!((failure.kind, failure.retry_after_seconds), (FailureKind::RateLimited, Some(5)));
    let failure = ask("what is the capital of Unrecorded", &Intent::unknown("en")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
}

#[test]
fn the_subject_and_its_properties_are_found_in_the_text() {
    for (text, subject, first) in [
        ("Who wrote The Lord of the Rings?", "Lord of the Rings", 50),
        ("Japan's population", "Japan", 1082),
        ("who is the head of state of Norway", "Norway", 35),
        ("atomic number of gold", "gold", 1086),
        ("wer hat das Penicillin entdeckt", "Penicillin", 61),
        ("quelle est la capitale de la France", "France", 36),
        ("where was Mozart born", "Mozart", 19),
        ("who is the CEO of Acme", "Acme", 169),
        ("currency of Brazil", "Brazil", 38),
    ] {
        let asked = crate::subject::asked(&zero_connector_sdk::Question::new(text), &Intent::unknown("en"));
        assert_eq!((asked.subject.as_str(), asked.properties.first()), (subject, Some(&first)), "{text}");
    }
}

#[test]
fn times_are_as_precise_as_they_are_known() {
    use crate::api::DataValue;
    use crate::datum::Datum;
    let datum = |time: &str, precision: u64| {
        let value = serde_json::json!({ "time": time, "precision": precision });
        Datum::of(&DataValue { value, kind: "time".to_owned() })
    };
    for (time, precision, iso, read) in [
        ("+1867-11-07T00:00:00Z", 11, "1867-11-07", "7 November 1867"),
        ("+1867-11-00T00:00:00Z", 10, "1867-11", "November 1867"),
        ("+1867-00-00T00:00:00Z", 9, "1867", "1867"),
        ("-0044-03-15T00:00:00Z", 11, "-0043-03-15", "15 March 44 BCE"),
        ("-0001-00-00T00:00:00Z", 9, "0000", "1 BCE"),
        // A month that is none leaves the year.
        ("+2000-13-01T00:00:00Z", 11, "2000", "2000"),
    ] {
        assert_eq!(datum(time, precision), Some(Datum::Time { iso: iso.to_owned(), read: read.to_owned() }));
    }
    for (time, precision, from, to, read) in [
        ("+1865-00-00T00:00:00Z", 8, "1860", "1870", "1860s"),
        ("+1900-00-00T00:00:00Z", 7, "1801", "1901", "19. century"),
        ("-0050-00-00T00:00:00Z", 7, "-0099", "0001", "1. century BCE"),
    ] {
        let years = Datum::Years { from: from.to_owned(), to: to.to_owned(), read: read.to_owned() };
        assert_eq!(datum(time, precision), Some(years));
    }
    for bad in ["", "+", "1867", "+x-y-zT", "+99999999999999999999-01-01T", "é"] {
        assert_eq!(datum(bad, 11), None, "{bad}");
    }
}
