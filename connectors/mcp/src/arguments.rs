//! The arguments of a tool: as the source says, or as the tool's own schema asks for them.

use crate::ask::Vars;
use crate::settings::Settings;
use serde_json::{Map, Value as Json};

/// Names of parameters that want words to search for.
const QUERIES: &[&str] = &[
    "query",
    "q",
    "search",
    "searchquery",
    "searchterm",
    "searchphrase",
    "searchtext",
    "term",
    "terms",
    "keywords",
    "keyword",
    "topic",
];
/// Names of parameters that want the question as it was typed.
const QUESTIONS: &[&str] = &["question", "prompt", "text", "input", "message", "ask"];
/// Names of parameters that want a number of results.
const COUNTS: &[&str] = &["limit", "count", "topk", "maxresults", "numresults", "pagesize"];

/// As the source says; none when a hole has no value.
pub(crate) fn said(settings: &Settings, vars: &Vars) -> Option<Map<String, Json>> {
    let fill = |(name, value): (&String, &Json)| {
        let value = match value {
            Json::String(text) => Json::String(filled(text, vars)?),
            other => other.clone(),
        };
        Some((name.clone(), value))
    };
    settings.arguments.as_ref()?.iter().map(fill).collect()
}

/// A text with its holes filled; none when one has no value.
pub(crate) fn filled(text: &str, vars: &Vars) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(vars.get(name)?);
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

/// As the schema asks for them; none when a required one is nothing that a question could fill.
pub(crate) fn derived(schema: &Json, vars: &Vars) -> Option<Map<String, Json>> {
    let properties = schema.get("properties").and_then(Json::as_object)?;
    let required: Vec<&str> =
        schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    let mut arguments = Map::new();
    let mut asks = false;
    for (name, property) in properties {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let is_text = property.get("type").is_none_or(|kind| {
            kind == "string" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|it| it == "string"))
        });
        let value = if is_text && QUERIES.contains(&plain.as_str()) && (!asks || required.contains(&name.as_str())) {
            vars.get("query").map(|query| Json::String(query.clone()))
        } else if is_text && QUESTIONS.contains(&plain.as_str()) && (!asks || required.contains(&name.as_str())) {
            vars.get("text").map(|text| Json::String(text.clone()))
        } else if required.contains(&name.as_str()) && COUNTS.contains(&plain.as_str()) {
            vars.get("limit").and_then(|limit| limit.parse::<u32>().ok()).map(Json::from)
        } else {
            None
        };
        asks |= value.as_ref().is_some_and(Json::is_string);
        match value.or_else(|| property.get("default").filter(|_| required.contains(&name.as_str())).cloned()) {
            Some(value) => {
                arguments.insert(name.clone(), value);
            }
            None if required.contains(&name.as_str()) => return None,
            None => {}
        }
    }
    asks.then_some(arguments)
}
