//! The rounds: search with leads; then, only if it pays, one look further.

use crate::api;
use crate::page::{Page, page_url, ranked, rescore};
use crate::query::Query;
use crate::settings::{Extracts, Settings};
use crate::text;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{Failure, Fetch, Findings, Outcome, Passage, Plan, Request, Source, Step, Url, state};

/// Pages do not change within the hour for most questions; searches even less.
const CACHE_SECONDS: u32 = 3600;
/// Paragraphs taken from a page that was read whole.
const PICKS_MAX: usize = 3;
/// Namesakes looked at; TextExtracts gives at most 20 leads.
const NAMESAKES_MAX: &str = "20";

#[derive(Debug, Serialize, Deserialize)]
struct State {
    awaited: Awaited,
    query: Query,
    /// Of earlier rounds, best first.
    found: Vec<Page>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Awaited {
    Search,
    /// The page of that title, and a search.
    TitleAndSearch,
    Namesakes,
    /// The whole text of the first page found.
    Whole,
    /// Its HTML.
    Parsed,
}

pub(crate) fn first(settings: &Settings, bid: f32, query: Query) -> Result<Plan, Failure> {
    let search = search(settings, &query.search);
    let (awaited, requests) = if settings.extracts == Extracts::Page && !query.subject.is_empty() {
        (Awaited::TitleAndSearch, vec![whole(settings, "titles", &query.subject), search])
    } else {
        (Awaited::Search, vec![search])
    };
    let state = state::save(&State { awaited, query, found: Vec::new() })?;
    Ok(Plan::fetch(bid, requests, state))
}

pub(crate) fn next(settings: &Settings, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
    let State { awaited, query, found } = state::load(state)?;
    let done = |found: &[Page], read: Vec<Passage>| Ok(Step::Done(findings(settings, source, found, read)));
    match awaited {
        Awaited::Search => {
            let answer = api::read(outcomes.first())?;
            after_search(settings, source, query, ranked(answer.query, settings))
        }
        Awaited::TitleAndSearch => {
            let title = api::read(outcomes.first());
            let search = api::read(outcomes.get(1));
            let titled = title.as_ref().ok().and_then(first_text);
            match (titled, search) {
                (Some((page, text)), search) => {
                    let read = read_whole(settings, source, &query, &page, &text);
                    let others = search.map(|answer| ranked(answer.query, settings)).unwrap_or_default();
                    let others: Vec<Page> = others.into_iter().filter(|other| other.title != page.title).collect();
                    done(&others, read)
                }
                (None, Ok(answer)) => after_search(settings, source, query, ranked(answer.query, settings)),
                (None, Err(failure)) => Err(failure),
            }
        }
        Awaited::Namesakes => {
            let mut namesakes = ranked(api::read(outcomes.first())?.query, settings);
            namesakes.retain(|page| !page.namesakes && !page.text.is_empty());
            namesakes.sort_by_key(|page| {
                core::cmp::Reverse(text::held(&format!("{} {}", page.title, page.text), &query.stems))
            });
            namesakes.truncate(usize::from(settings.limit));
            namesakes.extend(found);
            rescore(&mut namesakes);
            done(&namesakes, Vec::new())
        }
        // What was found already stands, even if the look further failed.
        Awaited::Whole | Awaited::Parsed => {
            let answer = match api::read(outcomes.first()) {
                Ok(answer) => answer,
                Err(failure) if found.iter().all(|page| page.text.is_empty()) => return Err(failure),
                Err(_) => return done(&found, Vec::new()),
            };
            let whole = match awaited {
                Awaited::Parsed => answer.parse.map(|parse| text::from_html(parse.text.as_str())),
                _ => first_text(&answer).map(|(_, text)| text),
            };
            match (found.first(), whole) {
                (Some(page), Some(whole)) => {
                    let read = read_whole(settings, source, &query, page, &whole);
                    done(&found, read)
                }
                _ => done(&found, Vec::new()),
            }
        }
    }
}

fn after_search(settings: &Settings, source: &Source, mut query: Query, found: Vec<Page>) -> Result<Step, Failure> {
    let fetch = |awaited, request, query: Query, found| {
        let state = state::save(&State { awaited, query, found })?;
        Ok(Step::Fetch(Fetch { requests: vec![request], state }))
    };
    let mut found = found;
    // A page of exactly that title is the best one, whatever the search thinks.
    if let Some(at) = found.iter().position(|page| page.title.to_lowercase() == query.subject) {
        found.get_mut(..=at).unwrap_or_default().rotate_right(1);
        rescore(&mut found);
    }
    let Some(best) = found.first().cloned() else {
        return match query.relaxed.take() {
            Some(relaxed) => {
                let request = search(settings, &relaxed);
                fetch(Awaited::Search, request, query, found)
            }
            None => Ok(Step::Done(Findings::none())),
        };
    };
    if best.namesakes && best.id > 0 {
        found.retain(|page| !page.namesakes);
        return fetch(Awaited::Namesakes, namesakes(settings, best.id), query, found);
    }
    found.retain(|page| !page.namesakes);
    let covered = query.covered_by(found.iter().filter(|page| page.lead).map(|page| page.text.as_str()));
    match settings.extracts {
        _ if best.id <= 0 => Ok(Step::Done(findings(settings, source, &found, Vec::new()))),
        Extracts::Lead if best.lead && covered => Ok(Step::Done(findings(settings, source, &found, Vec::new()))),
        Extracts::Lead if !best.lead => fetch(Awaited::Parsed, parsed(settings, best.id), query, found),
        Extracts::None => fetch(Awaited::Parsed, parsed(settings, best.id), query, found),
        Extracts::Lead | Extracts::Page => {
            fetch(Awaited::Whole, whole(settings, "pageids", &best.id.to_string()), query, found)
        }
    }
}

/// The first page with a text, and that text whole.
fn first_text(answer: &api::Answer) -> Option<(Page, String)> {
    let raw =
        answer.query.as_ref()?.pages.iter().find(|page| page.extract.as_deref().is_some_and(|t| !t.is_empty()))?;
    let page = Page {
        id: raw.pageid.unwrap_or_default(),
        title: raw.title.clone(),
        url: String::new(),
        text: String::new(),
        changed: raw.revisions.first().and_then(|revision| revision.timestamp.clone()),
        score: 1.0,
        namesakes: false,
        lead: false,
    };
    Some((page, raw.extract.clone().unwrap_or_default()))
}

fn read_whole(settings: &Settings, source: &Source, query: &Query, page: &Page, whole: &str) -> Vec<Passage> {
    let language = settings.language(source);
    let url = page_url(&settings.page, &page.title);
    let picks = text::picks(whole, &query.stems, PICKS_MAX);
    let mut score = 1.0_f32;
    let mut passages = Vec::new();
    for pick in picks {
        let (title, url) = if pick.heading.is_empty() {
            (page.title.clone(), url.clone())
        } else {
            (format!("{}: {}", page.title, pick.heading), format!("{url}#{}", page_url("", &pick.heading)))
        };
        passages.push(Passage {
            title,
            url: Some(url),
            text: pick.text,
            language: language.clone(),
            published: page.changed.clone(),
            score,
        });
        score -= 0.1;
    }
    passages
}

/// What was read whole, then the leads.
fn findings(settings: &Settings, source: &Source, found: &[Page], read: Vec<Passage>) -> Findings {
    let language = settings.language(source);
    let mut passages = read;
    let leads = found.iter().filter(|page| !page.text.is_empty() && !page.namesakes);
    for lead in leads.map(|page| page.passage(language.as_ref())) {
        if !passages.iter().any(|passage| passage.text == lead.text) {
            passages.push(lead);
        }
    }
    passages.sort_by(|a, b| b.score.total_cmp(&a.score));
    Findings { passages, claims: Vec::new() }
}

fn query_url(settings: &Settings) -> Url {
    Url::new(&settings.api).query("action", "query").query("format", "json").query("formatversion", "2")
}

fn ready(url: Url) -> Request {
    Request::get(String::from(url)).cached(CACHE_SECONDS)
}

/// Asks for the leads of what a generator finds.
fn leads(url: Url, settings: &Settings, leads_max: &str) -> Url {
    let url = match settings.extracts {
        Extracts::Lead => url
            .query("prop", "extracts|info|pageprops|revisions")
            .query("exintro", "1")
            .query("explaintext", "1")
            .query("exlimit", leads_max),
        Extracts::Page | Extracts::None => url.query("prop", "info|pageprops|revisions"),
    };
    url.query("inprop", "url").query("ppprop", "disambiguation").query("rvprop", "timestamp")
}

fn search(settings: &Settings, words: &str) -> Request {
    let limit = settings.limit.to_string();
    let url = query_url(settings)
        .query("generator", "search")
        .query("gsrsearch", words)
        .query("gsrlimit", &limit)
        .query("gsrnamespace", "0")
        .query("gsrprop", "snippet");
    ready(leads(url, settings, &limit))
}

fn namesakes(settings: &Settings, page: i64) -> Request {
    let url = query_url(settings)
        .query("generator", "links")
        .query("pageids", &page.to_string())
        .query("gplnamespace", "0")
        .query("gpllimit", NAMESAKES_MAX);
    ready(leads(url, settings, NAMESAKES_MAX))
}

/// One page's whole text: `by` is `titles` or `pageids`.
fn whole(settings: &Settings, by: &str, page: &str) -> Request {
    let url = query_url(settings)
        .query(by, page)
        .query("redirects", "1")
        .query("prop", "extracts|info|revisions")
        .query("explaintext", "1")
        .query("exsectionformat", "wiki")
        .query("inprop", "url")
        .query("rvprop", "timestamp");
    ready(url)
}

fn parsed(settings: &Settings, page: i64) -> Request {
    let url = Url::new(&settings.api)
        .query("action", "parse")
        .query("format", "json")
        .query("formatversion", "2")
        .query("pageid", &page.to_string())
        .query("prop", "text")
        .query("disableeditsection", "1")
        .query("disabletoc", "1");
    ready(url)
}
