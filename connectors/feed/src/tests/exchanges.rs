use super::{catalogue, folder};
use crate::Feed;
use serde::Deserialize;
use zero_connector_sdk::testing::{Exchange, Walk, walk};
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

/// The recorded exchanges of a source.
pub(super) fn recorded(id: &str) -> Vec<Exchange> {
    let of_source = |name: &str| name.rsplit_once('-').is_some_and(|(source, _)| source == id);
    let all = Exchange::read_folder(folder("exchanges")).unwrap();
    all.into_iter().filter(|(name, _)| of_source(name)).map(|(_, exchange)| exchange).collect()
}

fn written(claim: &Claim) -> String {
    let value = match &claim.value {
        Value::DateTime(text) | Value::Date(text) | Value::Person(text) => text,
        other => panic!("{other:?} is never claimed of a feed"),
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
    for claim in &walk.findings.claims {
        let said = walk.findings.passages.get(claim.passage as usize).and_then(|passage| claim.span.of(&passage.text));
        check("span", said.is_some_and(|said| !said.is_empty()));
    }
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
fn recorded_exchanges_give_what_the_table_says() {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(folder("exchanges/cases.toml")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let record = catalogue().source.into_iter().find(|record| record.id == case.source).unwrap();
        let (question, intent) = record.plain(&case.question);
        match walk::<Feed>(&record.source(), &question, &intent, &recorded(&case.source)) {
            Ok(walk) => wrong.extend(misses(case, &walk)),
            Err(failure) => wrong.push(format!("{}: {failure:?}", case.source)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
