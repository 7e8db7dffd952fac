use super::{folder, source_of, written};
use crate::Rest;
use serde::Deserialize;
use zero_connector_sdk::testing::{Exchange, walk};
use zero_connector_sdk::{Entity, Identifier, Intent, Money, Question, Span, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    source: String,
    question: String,
    entity: Option<(String, String)>,
    money: Option<(String, String)>,
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

pub(super) fn asked(entity: Option<&(String, String)>, money: Option<&(String, String)>) -> Intent {
    let mut intent = Intent::unknown("en");
    let mut add =
        |text: &str, value| intent.entities.push(Entity { span: Span::new(0, 0), text: text.to_owned(), value });
    if let Some((scheme, id)) = entity {
        add(id, Value::Identifier(Identifier { scheme: scheme.clone(), id: id.clone() }));
    }
    if let Some((amount, currency)) = money {
        add(amount, Value::Money(Money { amount: amount.clone(), currency: currency.clone() }));
    }
    intent
}

#[test]
fn recorded_exchanges_give_what_the_table_says() {
    let cases: Cases = toml::from_str(&std::fs::read_to_string(folder("exchanges/cases.toml")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let intent = asked(case.entity.as_ref(), case.money.as_ref());
        let question = Question::new(case.question.clone());
        let walk = match walk::<Rest>(&source_of(&case.source), &question, &intent, &recorded(&case.source)) {
            Ok(walk) => walk,
            Err(failure) => {
                wrong.push(format!("{}: {failure:?}", case.source));
                continue;
            }
        };
        let mut check = |what: &str, ok: bool| {
            if !ok {
                wrong.push(format!("{}: {what} of {:#?}", case.source, walk.findings));
            }
        };
        check("bid", walk.bid >= 0.3);
        check("passages", walk.findings.passages.len() == case.passages);
        let Some(passage) = walk.findings.passages.first() else { continue };
        check("title", case.title.as_ref().is_none_or(|title| *title == passage.title));
        check("url", case.url.as_ref().is_none_or(|url| Some(url) == passage.url.as_ref()));
        check("text", case.text.as_ref().is_none_or(|text| passage.text.contains(text.as_str())));
        check("published", case.published.is_none() || case.published == passage.published);
        let claims: Vec<String> = walk
            .findings
            .claims
            .iter()
            .map(|claim| {
                let passage = &walk.findings.passages[claim.passage as usize];
                assert!(claim.span.of(&passage.text).is_some_and(|said| !said.is_empty()), "{claim:?}");
                format!("{} | {} | {}", claim.subject, claim.property, written(&claim.value))
            })
            .collect();
        for claim in &case.claims {
            check(&format!("claim `{claim}`"), claims.contains(claim));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
