//! The result of a tool or a resource as passages.
//!
//! Takes: a result of `tools/call` or `resources/read`. Gives: passages, best first. Fails: as `upstream` when the tool says
//! that it failed. Limits: [`BLOCKS_MAX`], [`TEXT_BYTES_MAX`], [`RECORDS_MAX`]. Why it is so: many tools answer with JSON in a
//! text, so lists of things with a title, a link and a text are looked for there and in structured content; all else
//! is prose. Nothing of it is followed or obeyed.

use crate::ask::{Vars, words};
use crate::settings::Settings;
use serde_json::{Map, Value as Json};
use zero_connector_sdk::prose::{cut, squeeze};
use zero_connector_sdk::{Failure, FailureKind, Findings, Passage, Source};

/// Content blocks looked at.
const BLOCKS_MAX: usize = 64;
/// Things of a list looked at.
const RECORDS_MAX: usize = 64;
/// Bytes of text of one passage.
const TEXT_BYTES_MAX: usize = 1600;
/// Levels of JSON that a list is looked for in.
const DEPTH_MAX: usize = 4;

const TITLES: &[&str] = &["title", "name", "heading", "label", "question"];
const TEXTS: &[&str] = &[
    "text",
    "content",
    "snippet",
    "description",
    "summary",
    "answer",
    "body",
    "excerpt",
    "abstract",
    "chunk",
    "context",
    "result",
];
const LINKS: &[&str] = &["url", "link", "uri", "href", "contentUrl", "html_url", "webUrl", "source"];

#[derive(Debug, Default)]
struct Piece {
    title: String,
    url: Option<String>,
    text: String,
}

pub(crate) fn findings(
    source: &Source,
    settings: &Settings,
    vars: &Vars,
    called: &str,
    result: &Json,
) -> Result<Findings, Failure> {
    let blocks = result.get("content").or_else(|| result.get("contents")).and_then(Json::as_array);
    let blocks: Vec<&Json> = blocks.into_iter().flatten().take(BLOCKS_MAX).collect();
    if result.get("isError").and_then(Json::as_bool) == Some(true) {
        let said: Vec<&str> = blocks.iter().filter_map(|block| block.get("text").and_then(Json::as_str)).collect();
        return Err(Failure::new(
            FailureKind::Upstream,
            format!("the tool `{called}` failed: {}", squeeze(&said.join(" "))),
        ));
    }
    let mut pieces = result.get("structuredContent").map(of_json).unwrap_or_default();
    // Structured content is the same as what stands in the texts, for machines.
    if pieces.is_empty() {
        pieces = blocks.iter().flat_map(|block| of_block(block)).collect();
    } else {
        pieces.extend(blocks.iter().filter(|block| kind(block) == "resource_link").flat_map(|block| of_block(block)));
    }
    Ok(ranked(source, settings, vars, called, pieces))
}

fn kind(block: &Json) -> &str {
    block.get("type").and_then(Json::as_str).unwrap_or_default()
}

fn of_block(block: &Json) -> Vec<Piece> {
    match kind(block) {
        "text" => block.get("text").and_then(Json::as_str).map(of_text).unwrap_or_default(),
        "resource" => block.get("resource").map(of_resource).unwrap_or_default(),
        "resource_link" => block.as_object().and_then(of_record).into_iter().collect(),
        // A part of `resources/read`.
        "" => of_resource(block),
        // Images and sounds say nothing in words.
        _ => Vec::new(),
    }
}

fn of_resource(resource: &Json) -> Vec<Piece> {
    let Some(text) = resource.get("text").and_then(Json::as_str) else { return Vec::new() };
    let url = resource.get("uri").and_then(Json::as_str).filter(|uri| is_web(uri)).map(str::to_owned);
    let title = TITLES.iter().find_map(|name| resource.get(*name).and_then(Json::as_str)).unwrap_or_default();
    let pieces = of_text(text).into_iter();
    let owned = pieces.map(|piece| Piece {
        url: piece.url.or_else(|| url.clone()),
        title: if piece.title.is_empty() { title.to_owned() } else { piece.title },
        text: piece.text,
    });
    owned.collect()
}

fn of_text(text: &str) -> Vec<Piece> {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(trimmed)
    {
        let pieces = of_json(&json);
        if !pieces.is_empty() {
            return pieces;
        }
    }
    prose(trimmed)
}

/// The things of the first list that has any, or the thing itself.
fn of_json(json: &Json) -> Vec<Piece> {
    let listed = list(json, DEPTH_MAX);
    if !listed.is_empty() {
        return listed;
    }
    let alone = json.as_object().and_then(of_record);
    alone
        .into_iter()
        .flat_map(|piece| if piece.text.len() > TEXT_BYTES_MAX { prose(&piece.text) } else { vec![piece] })
        .collect()
}

fn list(json: &Json, depth: usize) -> Vec<Piece> {
    match json {
        Json::Array(elements) => {
            elements.iter().take(RECORDS_MAX).filter_map(|element| element.as_object().and_then(of_record)).collect()
        }
        Json::Object(members) if depth > 0 => {
            members.values().map(|member| list(member, depth - 1)).find(|pieces| !pieces.is_empty()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn of_record(record: &Map<String, Json>) -> Option<Piece> {
    let text_of = |names: &[&str]| {
        names.iter().find_map(|name| record.get(*name).and_then(Json::as_str).filter(|text| !text.trim().is_empty()))
    };
    let title = text_of(TITLES).map(squeeze).unwrap_or_default();
    let text = text_of(TEXTS).map(squeeze).unwrap_or_else(|| title.clone());
    let links = LINKS.iter().filter_map(|name| record.get(*name).and_then(Json::as_str));
    let url = links.map(str::trim).find(|link| is_web(link)).map(str::to_owned);
    (!text.is_empty()).then_some(Piece { title, url, text })
}

/// Paragraphs of a long text, joined as far as they fit, each under its heading.
fn prose(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut title = String::new();
    let mut open = String::new();
    let mut close = |title: &str, open: &mut String| {
        let text = core::mem::take(open);
        if !text.trim().is_empty() && pieces.len() < RECORDS_MAX {
            pieces.push(Piece { title: title.to_owned(), url: None, text });
        }
    };
    for paragraph in text.split("\n\n") {
        let mut lines = paragraph.trim_start_matches('\n').lines().peekable();
        while let Some(heading) = lines.next_if(|line| line.starts_with('#')) {
            close(&title, &mut open);
            title = squeeze(heading.trim_start_matches('#'));
        }
        let paragraph = squeeze(&lines.collect::<Vec<_>>().join("\n"));
        if open.len() + paragraph.len() > TEXT_BYTES_MAX {
            close(&title, &mut open);
        }
        if !open.is_empty() && !paragraph.is_empty() {
            open.push('\n');
        }
        open.push_str(cut(&paragraph, TEXT_BYTES_MAX));
    }
    close(&title, &mut open);
    pieces
}

/// Those that hold the asked words first, else as the server has them.
fn ranked(source: &Source, settings: &Settings, vars: &Vars, called: &str, pieces: Vec<Piece>) -> Findings {
    let query = vars.get("query").map(|query| query.to_lowercase()).unwrap_or_default();
    let asked: Vec<&str> = words(&query).filter(|word| word.chars().count() > 2).collect();
    let mut scored: Vec<(f32, Piece)> = Vec::new();
    for (nth, piece) in pieces.into_iter().enumerate() {
        let text = format!("{} {}", piece.title, piece.text).to_lowercase();
        let held =
            asked.iter().filter(|word| text.contains(word.get(..word.floor_char_boundary(6)).unwrap_or(word))).count();
        #[allow(clippy::cast_precision_loss, reason = "small counts")]
        let (share, rank) = (held as f32 / asked.len().max(1) as f32, nth as f32);
        scored.push((0.5 + 0.5 * share - (0.02 * rank).min(0.4), piece));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.truncate(settings.limit);
    let language = source.languages.first().cloned();
    let passage = |(score, piece): (f32, Piece)| Passage {
        title: if piece.title.is_empty() {
            format!("{}: {called}", source.name)
        } else {
            cut(&piece.title, TEXT_BYTES_MAX).to_owned()
        },
        url: piece.url.or_else(|| settings.page.clone()),
        text: cut(&piece.text, TEXT_BYTES_MAX).to_owned(),
        language: language.clone(),
        published: None,
        score: score.clamp(0.0, 1.0),
    };
    let passages = scored.into_iter().filter(|(_, piece)| !piece.text.trim().is_empty()).map(passage).collect();
    Findings { passages, claims: Vec::new() }
}

fn is_web(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://"))
        && text.len() < 2000
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
