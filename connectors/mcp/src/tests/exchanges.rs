use super::{catalogue, folder};
use crate::Mcp;
use serde::Deserialize;
use zero_connector_sdk::testing::{Exchange, Reads, Siege, walk, withstand};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    source: String,
    question: String,
    requests: usize,
    passages: usize,
    title: Option<String>,
    url: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// The recorded exchanges of a source.
fn recorded(id: &str) -> Vec<Exchange> {
    let of_source = |name: &str| name.rsplit_once('-').is_some_and(|(source, _)| source == id);
    let all = Exchange::read_folder(folder("exchanges")).unwrap();
    all.into_iter().filter(|(name, _)| of_source(name)).map(|(_, exchange)| exchange).collect()
}

#[test]
fn recorded_exchanges_give_what_the_table_says_and_withstand() {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(folder("exchanges/cases.toml")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let record = catalogue().source.into_iter().find(|record| record.id == case.source).unwrap();
        let (question, intent) = record.plain(&case.question);
        let (source, recorded) = (record.source(), recorded(&record.id));
        match walk::<Mcp>(&source, &question, &intent, &recorded) {
            Ok(walk) => {
                let mut check = |what: &str, ok: bool| {
                    if !ok {
                        wrong.push(format!("{}: {what} of {:#?}", case.source, walk));
                    }
                };
                let first = walk.findings.passages.first();
                check("requests", walk.requests.len() == case.requests);
                check("passages", walk.findings.passages.len() == case.passages);
                check(
                    "title",
                    case.title.is_none() || case.title.as_deref() == first.map(|first| first.title.as_str()),
                );
                check("url", case.url.is_none() || case.url.as_ref() == first.and_then(|first| first.url.as_ref()));
                check(
                    "text",
                    case.text.as_ref().is_none_or(|text| first.is_some_and(|first| first.text.contains(text.as_str()))),
                );
                let web = |url: &String| url.starts_with("https://");
                check("links", walk.findings.passages.iter().all(|passage| passage.url.as_ref().is_none_or(web)));
            }
            Err(failure) => wrong.push(format!("{}: {failure:?}", case.source)),
        }
        let siege = Siege { reads: Reads::JsonObject, cut_parts: 40, oversized_bytes: 2 << 20 };
        wrong.extend(withstand::<Mcp>(&source, &question, &intent, &recorded, siege));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
