//! Which place a US postal code belongs to, from Zippopotam.us.
//!
//! A connector opens no socket: `plan` says how sure it is and which requests it would make, the host makes them, and
//! `resume` reads what came back.

use serde::Deserialize;
use zero_connector_sdk::*;

/// Of what the service sends, what is used: the rest of it may change.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "post code")]
    code: String,
    places: Vec<Town>,
}

#[derive(Deserialize)]
struct Town {
    #[serde(rename = "place name")]
    name: String,
    state: String,
}

struct Demo;

impl Connector for Demo {
    fn describe() -> Descriptor {
        Descriptor {
            name: "demo".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "the place that a US postal code belongs to".into(),
            hosts: vec!["api.zippopotam.us".into()],
            settings: vec![],
            credentials: vec![],
            kinds: vec![Kind::Fact, Kind::Place],
        }
    }

    fn plan(_: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        let text = question.text.to_lowercase();
        let triggered = ["zip code", "postal code", "postcode"].iter().any(|trigger| text.contains(trigger));
        let is_code = |word: &&str| word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit());
        let code = text.split(|c: char| !c.is_alphanumeric()).find(is_code);
        let Some(code) = code.filter(|_| triggered) else { return Ok(Plan::not_relevant()) };
        let url = Url::new("https://api.zippopotam.us/us").segment(code);
        Ok(Plan::fetch(0.9, vec![Request::get(url).cached(86_400)], Vec::new()))
    }

    fn resume(_: &Source, _: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let outcome = outcomes.first().ok_or_else(|| Failure::new(FailureKind::Internal, "no outcome"))?;
        if matches!(outcome, Outcome::Response(response) if response.status == 404) {
            return Ok(Step::Done(Findings::none()));
        }
        let answer: Answer = json(outcome)?;
        let mut findings = Findings::none();
        for (passage, town) in (0..).zip(&answer.places) {
            let subject = format!("postal code {}", answer.code);
            let said = Passage {
                title: subject.clone(),
                url: Some(Url::new("https://www.zippopotam.us/us").segment(&answer.code).into()),
                text: format!("The {subject} belongs to {}, {}.", town.name, town.state),
                language: Some("en".into()),
                published: None,
                score: 1.0,
            };
            let (span, value) = (said.span_of(&town.name), Value::Text(town.name.clone()));
            let property = "place".into();
            findings.claims.push(Claim { passage, span, subject, property, value, time: None, negated: false });
            findings.passages.push(said);
        }
        Ok(Step::Done(findings))
    }
}

export!(Demo);
