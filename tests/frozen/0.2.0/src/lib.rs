//! An invented almanac of places: searched with a token, read in a second round.
//!
//! - **Takes** sources with the setting `base` and the credential `token`.
//! - **Gives** a passage a place, and its population as a claim.
//! - **Fails** as the service does.
//! - **Limits**: [`PLACES_MAX`].
//! - **Why it is so**: it uses every part of the interface of its time (settings, a credential, both methods, headers,
//!   a body, state, two rounds, claims, failures), because that is what later hosts must still understand.

use serde::{Deserialize, Serialize};
use zero_connector_sdk::{
    Claim, Connector, CredentialSlot, Descriptor, Failure, Fetch, Findings, Intent, Kind, Outcome, Passage, Plan,
    Question, Request, Setting, Source, Step, Url, Value, json, settings, state,
};

/// Places read in the second round.
const PLACES_MAX: usize = 3;
const CACHE_SECONDS: u32 = 3600;

struct Almanac;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    base: String,
    limit: Option<usize>,
}

#[derive(Serialize, Deserialize)]
enum Round {
    Searched,
    Read,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    id: u64,
}

#[derive(Serialize)]
struct Wanted {
    ids: Vec<u64>,
}

#[derive(Deserialize)]
struct Places {
    places: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    name: String,
    url: String,
    text: String,
    population: Option<u64>,
    year: Option<u16>,
}

impl Connector for Almanac {
    fn describe() -> Descriptor {
        let setting = |name: &str, summary: &str, required| Setting {
            name: name.to_owned(),
            summary: summary.to_owned(),
            required,
        };
        Descriptor {
            name: "almanac".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "An almanac of places".to_owned(),
            hosts: vec!["almanac.example".to_owned(), "*.almanac.example".to_owned()],
            settings: vec![
                setting("base", "Where the service is, such as `https://almanac.example`", true),
                setting("limit", "How many places are read", false),
            ],
            credentials: vec![CredentialSlot {
                name: "token".to_owned(),
                summary: "A token of the service".to_owned(),
                required: true,
            }],
            kinds: vec![Kind::Fact, Kind::Place],
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings: Settings = settings(source)?;
        let Some(subject) = &intent.subject else { return Ok(Plan::not_relevant()) };
        let language = question.language.as_deref().unwrap_or(&intent.language);
        let url = Url::new(&settings.base).segment("v1").segment("places").query("q", subject);
        let request = Request::get(url)
            .endpoint("search")
            .header("accept-language", language)
            .credential("token")
            .cached(CACHE_SECONDS);
        Ok(Plan::fetch(0.75, vec![request], state::save(&Round::Searched)?))
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let settings: Settings = settings(source)?;
        let Some(outcome) = outcomes.first() else { return Ok(Step::Done(Findings::none())) };
        match state::load(state)? {
            Round::Searched => {
                let hits: Hits = json(outcome)?;
                let limit = settings.limit.unwrap_or(PLACES_MAX).min(PLACES_MAX);
                let ids: Vec<u64> = hits.hits.iter().take(limit).map(|hit| hit.id).collect();
                if ids.is_empty() {
                    return Ok(Step::Done(Findings::none()));
                }
                let url = Url::new(&settings.base).segment("v1").segment("read");
                let request = Request::post(url, "application/json", state::save(&Wanted { ids })?)
                    .endpoint("read")
                    .credential("token");
                Ok(Step::Fetch(Fetch { requests: vec![request], state: state::save(&Round::Read)? }))
            }
            Round::Read => Ok(Step::Done(findings(json(outcome)?))),
        }
    }
}

fn findings(places: Places) -> Findings {
    let mut findings = Findings::none();
    for (index, place) in (0_u32..).zip(places.places.into_iter().take(PLACES_MAX)) {
        let passage = Passage {
            title: place.name.clone(),
            url: Some(place.url),
            text: place.text,
            language: Some("en".to_owned()),
            published: place.year.map(|year| year.to_string()),
            score: 1.0,
        };
        findings.claims.extend(place.population.map(|population| Claim {
            passage: index,
            span: passage.span_of(&population.to_string()),
            subject: place.name,
            property: "population".to_owned(),
            value: Value::Number(population.to_string()),
            time: passage.published.clone(),
            negated: false,
        }));
        findings.passages.push(passage);
    }
    findings
}

zero_connector_sdk::export!(Almanac);
