use super::{ask, source, wikipedia};
use crate::MediaWiki;
use zero_connector_sdk::{AnswerType, Connector, FailureKind, Intent, Kind, Passage, Plan, Question, Step};

fn intent(kind: Kind, subject: &str, properties: &[&str], keywords: &[&str]) -> Intent {
    let mut intent = Intent::unknown("en");
    intent.kind = kind;
    intent.certainty = 0.9;
    intent.subject = (!subject.is_empty()).then(|| subject.to_owned());
    intent.properties = properties.iter().map(|&word| word.to_owned()).collect();
    intent.keywords = keywords.iter().map(|&word| word.to_owned()).collect();
    intent
}

/// The first passage holds `said` under `title`, after this many requests, also when nothing is known of the intent.
fn check(text: &str, intent: &Intent, requests: usize, title: &str, said: &str) -> Vec<Passage> {
    for intent in [intent, &Intent::unknown("en")] {
        let walk = ask(&wikipedia(), text, intent).unwrap();
        assert!(walk.bid >= 0.3, "{text}: bid {}", walk.bid);
        assert_eq!(walk.requests.len(), requests, "{text}: {:?}", walk.requests);
        let first = walk.findings.passages.first().unwrap();
        assert_eq!(first.title, title);
        assert!(first.text.contains(said), "{text}: {}", first.text);
        assert!(first.url.as_deref().unwrap().starts_with("https://en.wikipedia.org/wiki/"));
        assert_eq!(first.language.as_deref(), Some("en"));
    }
    ask(&wikipedia(), text, intent).unwrap().findings.passages
}

#[test]
fn one_request_answers_when_a_lead_does() {
    let penicillin = intent(Kind::Fact, "penicillin", &["discovered"], &["discovered", "penicillin"]);
    let passages = check(
        "who discovered penicillin",
        &penicillin,
        1,
        "Penicillin",
        "1928 by the Scottish physician Alexander Fleming",
    );
    let titles: Vec<&str> = passages.iter().map(|passage| passage.title.as_str()).collect();
    assert_eq!(titles, ["Penicillin", "Alexander Fleming", "Discovery of penicillin"]);
    assert!(passages.windows(2).all(|pair| pair[0].score > pair[1].score));
    assert_eq!(passages[0].published.as_deref(), Some("2026-08-30T12:00:00Z"));

    let japan = intent(Kind::Fact, "Japan", &["capital"], &["capital", "japan"]);
    let text = "what is the capital of Japan";
    let walk = ask(&wikipedia(), text, &japan).unwrap();
    assert_eq!(walk.requests.len(), 1);
    assert_eq!(walk.findings.passages[0].title, "Japan", "the page of the subject's title comes first");
    assert!(walk.findings.passages.iter().all(|passage| passage.text.contains("Tokyo")));
    assert_eq!(ask(&wikipedia(), text, &Intent::unknown("en")).unwrap().findings.passages[0].title, "Capital of Japan");
}

#[test]
fn a_year_in_the_lead_answers_when() {
    let mut born = intent(Kind::Person, "Marie Curie", &["born"], &["marie curie", "born"]);
    born.expects = AnswerType::Date;
    check("when was Marie Curie born", &born, 1, "Marie Curie", "Skłodowska-Curie (7 November 1867 – 4 July 1934)");
}

#[test]
fn a_page_is_read_whole_when_no_lead_speaks_of_it() {
    let painted = intent(Kind::Fact, "Eiffel Tower", &[], &["often", "eiffel tower", "repainted"]);
    let walk = ask(&wikipedia(), "how often is the Eiffel Tower repainted", &painted).unwrap();
    assert_eq!(walk.requests.len(), 2);
    let first = &walk.findings.passages[0];
    assert_eq!(first.title, "Eiffel Tower: Maintenance");
    assert_eq!(first.url.as_deref(), Some("https://en.wikipedia.org/wiki/Eiffel_Tower#Maintenance"));
    assert!(first.text.starts_with("The tower is repainted about every seven years"));
    assert!(walk.findings.passages.iter().any(|passage| passage.title == "Eiffel Tower"), "the lead is kept");
}

#[test]
fn namesakes_are_followed_once() {
    let melting = intent(Kind::Fact, "Mercury", &["melting point"], &["melting", "point", "mercury"]);
    let walk = ask(&wikipedia(), "melting point of Mercury", &melting).unwrap();
    assert_eq!(walk.requests.len(), 2);
    assert_eq!(walk.findings.passages[0].title, "Mercury (element)");
    assert!(walk.findings.passages.iter().all(|passage| passage.title != "Mercury"));
}

#[test]
fn nothing_found_is_asked_once_more_with_fewer_words() {
    let none = intent(Kind::Fact, "qwzxvk", &["colour"], &["colour", "qwzxvk"]);
    let walk = ask(&wikipedia(), "what colour is qwzxvk", &none).unwrap();
    assert_eq!(walk.requests.len(), 2);
    assert!(
        walk.requests[0].url.contains("gsrsearch=colour%20qwzxvk&")
            && walk.requests[1].url.contains("gsrsearch=qwzxvk&")
    );
    assert_eq!(walk.findings.passages, []);
}

#[test]
fn errors_of_the_service_are_typed() {
    let failure = ask(&wikipedia(), "who is maxlagged", &Intent::unknown("en")).unwrap_err();
    assert_eq!((failure.kind, failure.retry_after_seconds), (FailureKind::RateLimited, Some(7)));
    let failure = ask(&wikipedia(), "who is privately", &Intent::unknown("en")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Credential);
    let failure = ask(&wikipedia(), "who is unrecorded", &Intent::unknown("en")).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
}

#[test]
fn a_wiki_without_extracts_is_parsed() {
    let arch = source("wiki.archlinux.org", "en", r#","extracts":"none","role":"special","cues":["pacman"]"#);
    let walk = ask(&arch, "how to clean the pacman cache", &Intent::unknown("en")).unwrap();
    assert!(walk.bid >= 0.3);
    assert_eq!(walk.requests.len(), 2);
    let first = &walk.findings.passages[0];
    assert_eq!(first.title, "Pacman/Tips and tricks: Cleaning the package cache");
    assert_eq!(
        first.text,
        "To clean the cache of packages, run paccache -r: it keeps the last three versions of each & deletes the rest."
    );
    assert!(walk.findings.passages.iter().all(|passage| !passage.text.contains("not prose")));
}

#[test]
fn a_dictionary_is_asked_for_the_page_itself() {
    let wiktionary = source("en.wiktionary.org", "en", r#","extracts":"page","role":"dictionary""#);
    let meaning = intent(Kind::Definition, "ephemeral", &["meaning"], &["meaning", "ephemeral"]);
    let walk = ask(&wiktionary, "what is the meaning of ephemeral", &meaning).unwrap();
    assert!(walk.bid >= 0.3);
    assert_eq!(walk.requests.len(), 2, "both in one round");
    assert_eq!(walk.findings.passages[0].title, "ephemeral: Adjective");
    assert!(walk.findings.passages[0].text.starts_with("Lasting for a short time"));
}

#[test]
fn the_language_decides() {
    let german = source("de.wikipedia.org", "de", "");
    let text = "wer hat das Penicillin entdeckt";
    let walk = ask(&german, text, &Intent::unknown("de-DE")).unwrap();
    assert!(walk.bid >= 0.3 && walk.findings.passages[0].text.contains("Alexander Fleming"));
    assert!(walk.requests[0].url.contains("gsrsearch=penicillin%20entdeckt&"));
    let bid = |intent: &Intent| MediaWiki::plan(&german, &Question::new(text), intent).unwrap().bid;
    assert!(bid(&Intent::unknown("en")) < 0.1);
}

#[test]
fn no_question_leaves_its_place_or_operates_the_search() {
    let hostile = "who is intitle:x \" OR -a ~b* ? incategory:\"y\" & action=delete #z |";
    let Plan { step: Step::Fetch(fetch), .. } =
        MediaWiki::plan(&wikipedia(), &Question::new(hostile), &Intent::unknown("en")).unwrap()
    else {
        panic!("no request")
    };
    let url = &fetch.requests[0].url;
    assert!(url.contains("gsrsearch=intitle%20x%20b%20incategory%20action%20delete%20%23z&gsrlimit"), "{url}");
}
