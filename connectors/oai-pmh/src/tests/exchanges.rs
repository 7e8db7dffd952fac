use super::{catalogue, folder};
use crate::OaiPmh;
use serde::Deserialize;
use zero_connector_sdk::testing::{Exchange, Reads, Siege, Walk, walk, withstand};
use zero_connector_sdk::{Claim, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    source: String,
    question: String,
    passages: usize,
    title: Option<String>,
    url: Option<String>,
    text: Option<String>,
    published: Option<String>,
    #[serde(default)]
    claims: Vec<String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(folder("exchanges/cases.toml")).unwrap()).unwrap();
    cases.case
}

/// The recorded exchanges of a source.
fn recorded(id: &str) -> Vec<Exchange> {
    let of_source = |name: &str| name.rsplit_once('-').is_some_and(|(source, _)| source == id);
    let all = Exchange::read_folder(folder("exchanges")).unwrap();
    all.into_iter().filter(|(name, _)| of_source(name)).map(|(_, exchange)| exchange).collect()
}

fn written(claim: &Claim) -> String {
    let value = match &claim.value {
        Value::Person(text) | Value::Date(text) | Value::Organisation(text) => text.clone(),
        Value::Identifier(identifier) => format!("{}:{}", identifier.scheme, identifier.id),
        other => format!("{other:?}"),
    };
    format!("{} | {} | {value}", claim.subject, claim.property)
}

fn misses(case: &Case, walk: &Walk) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, ok: bool| {
        if !ok {
            wrong.push(format!("{}, `{}`: {what} of {:#?}", case.source, case.question, walk.findings));
        }
    };
    check("bid", walk.bid >= 0.3);
    check("passages", walk.findings.passages.len() == case.passages);
    let Some(passage) = walk.findings.passages.first() else { return wrong };
    check("title", case.title.as_ref().is_none_or(|title| *title == passage.title));
    check("url", case.url.is_none() || case.url == passage.url);
    check("text", case.text.as_ref().is_none_or(|text| passage.text.contains(text.as_str())));
    check("published", case.published.is_none() || case.published == passage.published);
    let claims: Vec<String> = walk.findings.claims.iter().map(written).collect();
    case.claims.iter().for_each(|claim| check(&format!("claim `{claim}`"), claims.contains(claim)));
    wrong
}

#[test]
fn recorded_exchanges_give_what_the_table_says_and_withstand() {
    let mut wrong = Vec::new();
    for case in cases() {
        let record = catalogue().source.into_iter().find(|record| record.id == case.source).unwrap();
        let (question, intent) = record.plain(&case.question);
        let (source, recorded) = (record.source(), recorded(&record.id));
        match walk::<OaiPmh>(&source, &question, &intent, &recorded) {
            Ok(walk) => wrong.extend(misses(&case, &walk)),
            Err(failure) => wrong.push(format!("{}: {failure:?}", case.source)),
        }
        let siege = Siege { reads: Reads::Anything, cut_parts: 40, oversized_bytes: 4 << 20 };
        wrong.extend(withstand::<OaiPmh>(&source, &question, &intent, &recorded, siege));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
