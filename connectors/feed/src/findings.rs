//! Feeds to passages: the entries that fit, best first, and what is known of each as claims.

use crate::ask::Wish;
use crate::entry::{Entry, Feed};
use crate::html;
use crate::settings::Settings;
use zero_connector_sdk::{Claim, Findings, Passage, Source, Value};

/// Bytes of text of one passage.
const TEXT_BYTES_MAX: usize = 1600;
/// Bytes of a title.
const TITLE_BYTES_MAX: usize = 300;
/// Bytes of an author's name, or several.
const AUTHOR_BYTES_MAX: usize = 160;
/// What the first word found is worth less than all of them: a passage with none of them is not given.
const MATCH_WEIGHT: f32 = 0.7;

pub(crate) fn of(source: &Source, settings: &Settings, wish: &Wish, feeds: Vec<Feed>) -> Findings {
    let mut entries: Vec<(Entry, Option<String>)> = Vec::new();
    for feed in feeds {
        for entry in feed.entries {
            let language = entry.language.clone().or_else(|| feed.language.clone());
            if !entries.iter().any(|(known, _)| is_same(known, &entry)) {
                entries.push((entry, language));
            }
        }
    }
    // Newest first; what has no date keeps its place behind its neighbour, since feeds are written in that order.
    let mut newest = i64::MAX;
    let mut ranked: Vec<(i64, Entry, Option<String>)> = Vec::with_capacity(entries.len());
    for (entry, language) in entries {
        newest = entry.moment().map_or(newest, |moment| moment.seconds);
        ranked.push((newest, entry, language));
    }
    ranked.sort_by_key(|(seconds, ..)| core::cmp::Reverse(*seconds));

    let count = ranked.len().max(1);
    let mut scored: Vec<(f32, Entry, Option<String>)> = Vec::new();
    for (nth, (_, entry, language)) in ranked.into_iter().enumerate() {
        if let Some(fit) = wish.fit(&entry, settings.searches()) {
            #[allow(clippy::cast_precision_loss, reason = "counts of entries are small")]
            let fresh = 1.0 - nth as f32 / count as f32;
            scored.push((MATCH_WEIGHT * fit + (1.0 - MATCH_WEIGHT) * fresh, entry, language));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.truncate(settings.limit);

    let mut findings = Findings::none();
    for (score, entry, language) in scored {
        let language = language.filter(|tag| is_tag(tag)).or_else(|| settings.language(source));
        push(&mut findings, &entry, language, score.clamp(0.0, 1.0));
    }
    findings
}

/// The same story, of two feeds of one source.
fn is_same(a: &Entry, b: &Entry) -> bool {
    match (&a.url, &b.url) {
        (Some((_, a)), Some((_, b))) if a == b => true,
        _ => a.title() == b.title() && a.body() == b.body(),
    }
}

fn push(findings: &mut Findings, entry: &Entry, language: Option<String>, score: f32) {
    let title = html::cut(entry.title(), TITLE_BYTES_MAX).to_owned();
    let body = html::cut(entry.body(), TEXT_BYTES_MAX);
    let mut text = if body.is_empty() { title.clone() } else { body.to_owned() };
    let author = html::cut(&entry.author, AUTHOR_BYTES_MAX);
    let date = entry.moment().map(|moment| moment.iso.as_str());
    let passage = u32::try_from(findings.passages.len()).unwrap_or(u32::MAX);
    // What a claim says must stand in the text, so when and by whom is said in a sentence of its own.
    let start = text.len();
    match (date, author) {
        (Some(date), "") => text.push_str(&format!("\nPublished {date}.")),
        (Some(date), author) => text.push_str(&format!("\nPublished {date} by {author}.")),
        (None, "") => {}
        (None, author) => text.push_str(&format!("\nBy {author}.")),
    }
    let subject = if title.is_empty() { html::cut(body, TITLE_BYTES_MAX).to_owned() } else { title.clone() };
    let mut claim = |said: &str, property: &str, value: Value| {
        let Some(at) = text.get(start..).and_then(|line| line.find(said)) else { return };
        findings.claims.push(Claim {
            passage,
            span: zero_connector_sdk::Span::new(start + at, start + at + said.len()),
            subject: subject.clone(),
            property: property.to_owned(),
            value,
            time: None,
            negated: false,
        });
    };
    if let Some(date) = date {
        let value = if date.contains('T') { Value::DateTime(date.to_owned()) } else { Value::Date(date.to_owned()) };
        claim(date, "publication date", value);
    }
    if !author.is_empty() {
        claim(author, "author", Value::Person(author.to_owned()));
    }
    findings.passages.push(Passage {
        title,
        url: entry.url.as_ref().map(|(_, url)| url.clone()),
        text,
        language,
        published: date.map(str::to_owned),
        score,
    });
}

/// Whether a feed's word for its language may be handed on.
fn is_tag(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
