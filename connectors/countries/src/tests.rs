use crate::Countries;
use proptest::prelude::*;
use zero_connector_sdk::testing::{Catalogue, Record};
use zero_connector_sdk::{Connector, Findings, Intent, Plan, Question, Source, Step};

fn plan(text: &str) -> Plan {
    Countries::plan(&Source::new("countries", "Countries"), &Question::new(text), &Intent::unknown("en")).unwrap()
}

fn found(text: &str) -> (f32, Findings) {
    let plan = plan(text);
    let Step::Done(findings) = plan.step else { panic!("no connector without hosts may fetch") };
    (plan.bid, findings)
}

/// Every passage on a line, then every claim as `subject | property | spanned text`.
fn check(text: &str, expected: &str) {
    let (bid, findings) = found(text);
    assert!(bid >= 0.5, "`{text}` was not understood");
    let mut lines: Vec<String> = findings.passages.iter().map(|passage| passage.text.clone()).collect();
    for claim in &findings.claims {
        let passage = &findings.passages[claim.passage as usize];
        lines.push(format!("{} | {} | {}", claim.subject, claim.property, claim.span.of(&passage.text).unwrap()));
    }
    assert_eq!(lines.join("\n"), expected.trim_start_matches('\n').trim_end(), "`{text}`");
}

#[test]
fn properties_of_a_country() {
    check(
        "what is the capital of Japan and its currency",
        "The capital of Japan is Tokyo. The currency of Japan is the Japanese yen (JPY).\nJapan | capital | Tokyo\nJapan | currency | Japanese yen (JPY)",
    );
    check(
        "What language is spoken in Brazil?",
        "The official language of Brazil is Portuguese.\nBrazil | official language | Portuguese",
    );
    check(
        "which countries border Austria",
        "Austria borders 8 countries: Switzerland, Czechia, Germany, Hungary, Italy, Liechtenstein, Slovenia and Slovakia.\nAustria | number of bordering countries | 8\nAustria | borders | Switzerland, Czechia, Germany, Hungary, Italy, Liechtenstein, Slovenia and Slovakia",
    );
    check(
        "calling code for Portugal",
        "The international calling code of Portugal is +351.\nPortugal | calling code | +351",
    );
    check(
        "capital of the USA",
        "The capital of the United States is Washington, D.C.\nUnited States | capital | Washington, D.C.",
    );
    check(
        "capital of the U.S.A.",
        "The capital of the United States is Washington, D.C.\nUnited States | capital | Washington, D.C.",
    );
    check(
        "what is Holland's capital?",
        "The capital of the Netherlands is Amsterdam. The government and the parliament sit in The Hague.\nNetherlands | capital | Amsterdam",
    );
    check(
        "Which side of the road do they drive on in the UK",
        "Traffic in the United Kingdom drives on the left.\nUnited Kingdom | driving side | left",
    );
    check(
        "what continent is Côte d'Ivoire in",
        "Ivory Coast is in Africa (United Nations region: Western Africa).\nIvory Coast | continent | Africa\nIvory Coast | region | Western Africa",
    );
    check(
        "what is the internet domain of Czech Republic",
        "The internet top-level domain of Czechia is .cz.\nCzechia | top-level domain | .cz",
    );
    check("what are people from Niger called", "The demonym of Niger is Nigerien.\nNiger | demonym | Nigerien");
    check(
        "capitals of South Korea and North Korea",
        "The capital of South Korea is Seoul. Many ministries sit in Sejong.\nThe capital of North Korea is Pyongyang.\nSouth Korea | capital | Seoul\nNorth Korea | capital | Pyongyang",
    );
}

#[test]
fn countries_of_a_property() {
    check("which country has capital Nairobi", "Nairobi is the capital of Kenya.\nNairobi | capital of | Kenya");
    check("Paris is the capital of which country?", "Paris is the capital of France.\nParis | capital of | France");
    check("country code +49", "+49 is the international calling code for Germany.\n+49 | country | Germany");
    check(
        "which country uses .io",
        ".io is the internet top-level domain of the British Indian Ocean Territory.\n.io | country | the British Indian Ocean Territory",
    );
    check(
        "which countries use the Indian rupee",
        "The Indian rupee (INR) is used in Bhutan and India.\nIndian rupee | countries | Bhutan and India",
    );
    check(
        "who has dialling code +7",
        "+7 is the international calling code for Kazakhstan and Russia.\n+7 | country | Kazakhstan and Russia",
    );
}

#[test]
fn words_with_two_meanings() {
    let (_, findings) = found("which countries use the US dollar");
    assert!(findings.passages[0].text.starts_with("The US dollar (USD) is used in American Samoa"), "{findings:?}");
    let (_, findings) = found("what countries does China border");
    assert!(findings.passages[0].text.starts_with("China borders 14 countries: "), "{findings:?}");
    assert!(findings.passages[0].text.ends_with(" It also borders Hong Kong and Macao."), "{findings:?}");
    let (_, findings) = found("what country has the code +351");
    assert_eq!(findings.passages[0].text, "+351 is the international calling code for Portugal.");
    assert_eq!(plan("usa area code").bid, 0.0);
}

#[test]
fn yes_or_no() {
    check(
        "is Peru in South America",
        "Yes. Peru is in South America.\nPeru | in South America | Yes\nPeru | continent | South America",
    );
    check(
        "does France border Poland",
        "No, France and Poland do not share a land border.\nFrance | border with Poland | No",
    );
    check(
        "Is Sydney the capital of Australia?",
        "No. The capital of Australia is Canberra.\nAustralia | sydney is the capital | No\nAustralia | capital | Canberra",
    );
    check(
        "is Vienna the capital of Austria",
        "Yes. The capital of Austria is Vienna.\nAustria | vienna is the capital | Yes\nAustria | capital | Vienna",
    );
}

#[test]
fn the_area_is_typed() {
    let (_, findings) = found("area of France");
    let zero_connector_sdk::Value::Quantity(quantity) = &findings.claims[0].value else { panic!("{findings:?}") };
    assert_eq!((quantity.number.as_str(), quantity.unit.as_str()), ("547030", "km2"));
    assert_eq!(findings.passages[0].text, "The area of France is 547,030 km² (about 211,209 square miles).");
}

#[test]
fn the_catalogue_keeps_its_promises() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../catalogue/countries.toml")).unwrap();
    catalogue.check::<Countries>(0.5, 0.05, Record::plain);
}

/// Prints how well upstream's modules for countries are met; the data is not part of the repository.
#[test]
#[allow(clippy::disallowed_methods, reason = "tests may read the evaluation data")]
fn the_routing_suite() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/routing.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("LOUD: {path} is absent: the routing suite was NOT evaluated");
        return;
    };
    let (mut right, mut all, mut false_triggers) = (0, 0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let ours = ["goodie/CallingCodes", "goodie/CurrencyIn"].contains(&row["module"].as_str().unwrap_or_default());
        let question = row["text"].as_str().unwrap_or_default();
        let bids = plan(question).bid >= 0.05;
        if ours && row["trigger"] == true {
            all += 1;
            right += i32::from(bids);
            if !bids {
                eprintln!("missed: {question}");
            }
        } else if bids {
            false_triggers += 1;
            eprintln!("triggered for {}: {question}", row["module"]);
        }
    }
    eprintln!("LOUD: routing suite: {right} of {all} answered, {false_triggers} rows of others triggered");
}

proptest! {
    #[test]
    fn no_text_panics(text in ".*") {
        let _ = found(&text);
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec("(capital|of|us|US|\\.de|\\+49|georgia|border|is|côte d'|ivoire|İ|ß|asia|euro|countries|use|the)", 0..12)) {
        let (_, findings) = found(&words.join(" "));
        for claim in findings.claims {
            prop_assert!(claim.span.of(&findings.passages[claim.passage as usize].text).is_some());
        }
    }
}
