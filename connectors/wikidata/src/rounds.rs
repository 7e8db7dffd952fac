//! The three rounds: search for the subject, read the facts, name their values.

use crate::Settings;
use crate::api::{self, Hit};
use crate::datum::is_item;
use crate::facts::{Fact, facts};
use crate::passage::findings;
use crate::properties::PROPERTIES;
use crate::subject::Asked;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, Fetch, Findings, Outcome, Plan, Request, Step, Url, state};

/// Hits read of the search: namesakes crowd the first places.
const HITS: &str = "7";
/// Namesakes that are followed.
const CANDIDATES_MAX: usize = 3;
/// Requests of the second round.
const FACT_REQUESTS_MAX: usize = 6;
/// Facts told of all entities together.
const FACTS_MAX: usize = 48;
/// Properties told of an entity of which nothing in particular is asked.
const DESCRIBED_MAX: usize = 12;
/// `wbgetentities` takes at most 50 at once.
const LABELS_MAX: usize = 50;
/// Bytes of a label or description.
const LABEL_BYTES_MAX: usize = 500;
/// Facts change rarely; the labels of things hardly ever.
const FACT_CACHE_SECONDS: u32 = 3600;
const LABEL_CACHE_SECONDS: u32 = 86_400;

/// An entity that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) description: String,
}

#[derive(Debug, Serialize, Deserialize)]
enum State {
    Search(Asked),
    /// What each request asks: the candidate, and the property (none is all of the entity).
    Facts {
        language: String,
        candidates: Vec<Candidate>,
        asked: Vec<(usize, Option<u32>)>,
    },
    Labels {
        language: String,
        candidates: Vec<Candidate>,
        facts: Vec<Fact>,
    },
}

pub(crate) fn first(settings: &Settings, bid: f32, asked: Asked) -> Result<Plan, Failure> {
    let url = Url::new(&settings.api)
        .query("action", "wbsearchentities")
        .query("format", "json")
        .query("formatversion", "2")
        .query("type", "item")
        .query("limit", HITS)
        .query("language", &asked.language)
        .query("uselang", &asked.language)
        .query("search", &asked.subject);
    let request = Request::get(String::from(url)).cached(FACT_CACHE_SECONDS);
    Ok(Plan::fetch(bid, vec![request], state::save(&State::Search(asked))?))
}

pub(crate) fn next(settings: &Settings, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
    match state::load(state)? {
        State::Search(asked) => after_search(settings, &asked, api::read(outcomes.first())?.search),
        State::Facts { language, candidates, asked } => after_facts(settings, language, candidates, &asked, outcomes),
        State::Labels { language, candidates, facts } => {
            // Dates and numbers can be told without names.
            let entities = match api::read(outcomes.first()) {
                Ok(answer) => answer.entities,
                Err(_) if facts.iter().any(|fact| fact.value.unlabelled().is_none()) => BTreeMap::new(),
                Err(failure) => return Err(failure),
            };
            let label = |(id, entity): (String, api::Entity)| {
                let label = entity.labels.best(&language)?.to_owned();
                (label.len() <= LABEL_BYTES_MAX).then_some((id, label))
            };
            let labels: BTreeMap<String, String> = entities.into_iter().filter_map(label).collect();
            Ok(Step::Done(findings(&settings.page, &language, &candidates, &facts, &labels)))
        }
    }
}

/// The entities that may be meant, likeliest first.
fn candidates(asked: &Asked, hits: Vec<Hit>) -> Vec<Candidate> {
    let subject = asked.subject.to_lowercase();
    let mut ranked: Vec<(u32, Candidate)> = hits
        .into_iter()
        .filter(|hit| is_item(&hit.id) && !is_formal(&hit.description))
        .filter(|hit| hit.label.len() <= LABEL_BYTES_MAX && hit.description.len() <= LABEL_BYTES_MAX)
        .map(|hit| {
            let matched = hit.matched.as_ref();
            let text = matched.map_or(hit.label.as_str(), |matched| matched.text.as_str()).to_lowercase();
            let alias = matched.is_some_and(|matched| matched.kind == "alias");
            let told = hit.description.to_lowercase();
            let told = told.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
            // Words beside the name tell namesakes apart: "Georgia, the state".
            let beside = |word: &&str| !subject.contains(word) && asked.words.iter().any(|asked| asked == word);
            let hinted = told.filter(beside).count();
            let rank = match (text == subject, alias) {
                (true, false) => 40,
                (true, true) => 30,
                (false, _) => 0,
            };
            let label = if hit.label.is_empty() { hit.id.clone() } else { hit.label };
            let candidate = Candidate { id: hit.id, label, description: hit.description };
            (rank + 5 * u32::try_from(hinted.min(4)).unwrap_or_default(), candidate)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| core::cmp::Reverse(*rank));
    // Where something bears the very name, what merely begins with it is not meant.
    let named = ranked.first().is_some_and(|(rank, _)| *rank >= 30);
    let keep = if named { CANDIDATES_MAX } else { 1 };
    ranked.into_iter().filter(|(rank, _)| !named || *rank >= 30).take(keep).map(|(_, candidate)| candidate).collect()
}

/// Pages about names and pages, not about things.
fn is_formal(description: &str) -> bool {
    const FORMAL: &[&str] = &[
        "wikimedia disambiguation page",
        "wikimedia category",
        "wikimedia list article",
        "wikimedia template",
        "scientific article",
        "scholarly article",
        "family name",
        "given name",
        "male given name",
        "female given name",
        "begriffsklärungsseite",
        "page d'homonymie",
        "familienname",
        "nom de famille",
    ];
    let description = description.to_lowercase();
    FORMAL.iter().any(|formal| description.starts_with(formal))
}

fn after_search(settings: &Settings, asked: &Asked, hits: Vec<Hit>) -> Result<Step, Failure> {
    let candidates = candidates(asked, hits);
    if candidates.is_empty() {
        return Ok(Step::Done(Findings::none()));
    }
    let wanted: Vec<(usize, Option<u32>)> = if asked.properties.is_empty() {
        // Whole entities are large: only the likeliest is read.
        vec![(0, None)]
    } else {
        let each = |property: &u32| (0..candidates.len()).map(|nth| (nth, Some(*property))).collect::<Vec<_>>();
        asked.properties.iter().flat_map(each).take(FACT_REQUESTS_MAX).collect()
    };
    let request = |(nth, property): &(usize, Option<u32>)| {
        let id = candidates.get(*nth).map(|candidate| candidate.id.as_str()).unwrap_or_default();
        let url = match property {
            Some(property) => Url::new(&settings.api)
                .query("action", "wbgetclaims")
                .query("format", "json")
                .query("formatversion", "2")
                .query("entity", id)
                .query("property", &format!("P{property}"))
                // Without the references.
                .query("props", ""),
            None => entities(settings, id, "labels|descriptions|claims", &asked.language),
        };
        Request::get(String::from(url)).cached(FACT_CACHE_SECONDS)
    };
    let requests = wanted.iter().map(request).collect();
    let state = State::Facts { language: asked.language.clone(), candidates, asked: wanted };
    Ok(Step::Fetch(Fetch { requests, state: state::save(&state)? }))
}

fn after_facts(
    settings: &Settings,
    language: String,
    candidates: Vec<Candidate>,
    asked: &[(usize, Option<u32>)],
    outcomes: &[Outcome],
) -> Result<Step, Failure> {
    let mut found: Vec<Fact> = Vec::new();
    let mut failed = None;
    let mut answered = false;
    for (nth, (of, property)) in asked.iter().enumerate() {
        let mut answer = match api::read(outcomes.get(nth)) {
            Ok(answer) => answer,
            Err(failure) => {
                failed.get_or_insert(failure);
                continue;
            }
        };
        answered = true;
        let id = candidates.get(*of).map(|candidate| candidate.id.as_str()).unwrap_or_default();
        match property {
            Some(property) => {
                found.extend(answer.claims.iter().flat_map(|claims| facts(*of, *property, claims.of(*property))));
            }
            None => {
                let claims = answer.entities.remove(id).and_then(|entity| entity.claims).unwrap_or_default();
                let told = PROPERTIES.iter().map(|property| facts(*of, property.id, claims.of(property.id)));
                found.extend(told.filter(|facts| !facts.is_empty()).take(DESCRIBED_MAX).flatten());
            }
        }
    }
    // One property may fail; the source has failed when all of them did.
    if let (false, Some(failure)) = (answered, failed) {
        return Err(failure);
    }
    found.truncate(FACTS_MAX);
    let mut unlabelled: Vec<&str> = found.iter().filter_map(|fact| fact.value.unlabelled()).collect();
    unlabelled.sort_unstable();
    unlabelled.dedup();
    unlabelled.truncate(LABELS_MAX);
    if unlabelled.is_empty() {
        return Ok(Step::Done(findings(&settings.page, &language, &candidates, &found, &BTreeMap::new())));
    }
    let url = entities(settings, &unlabelled.join("|"), "labels", &language);
    let request = Request::get(String::from(url)).cached(LABEL_CACHE_SECONDS);
    let state = state::save(&State::Labels { language, candidates, facts: found })?;
    Ok(Step::Fetch(Fetch { requests: vec![request], state }))
}

fn entities(settings: &Settings, ids: &str, props: &str, language: &str) -> Url {
    let languages = if language == "en" { "en".to_owned() } else { format!("{language}|en") };
    Url::new(&settings.api)
        .query("action", "wbgetentities")
        .query("format", "json")
        .query("formatversion", "2")
        .query("ids", ids)
        .query("props", props)
        .query("languages", &languages)
        .query("languagefallback", "1")
}
