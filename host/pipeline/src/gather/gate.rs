//! The gate that findings pass before anything else sees them.
//!
//! - **Takes** what a connector made of a source's answers, the source's own record, and what the host retrieved for it.
//! - **Gives** the same findings as plain text, with links that somebody vouches for, and spans that still hold.
//! - **Fails** never: what may not be shown is left out, the passage stays.
//! - **Limits**: passages and claims of one source.
//! - **Why it is so**: titles, texts, addresses and values come from documents of strangers, through components of
//!   strangers. Here is the one place that all of them pass on every target, and in a replay alike; whoever renders an
//!   answer can then show it as it is.
//!
//! A link is shown when the host itself retrieved that address for this source in this question (a request that was
//! answered with a success, fragments aside), or when its host stands in the source's own record: in `hosts`, in
//! `homepage`, or in an address of its settings. What a document says of itself or of others makes no link.

use crate::catalogue::SourceRecord;
use crate::ledger::State;
use crate::limits;
use url::Url;
use zero_types::plain;
use zero_types::prelude::*;

/// What one source may show.
pub(crate) struct Gate {
    /// From `hosts`: names, and with `*.` before them whatever lies below.
    hosts: Vec<String>,
    /// Scheme aside, of the addresses that the record writes out.
    places: Vec<(String, Option<u16>)>,
    retrieved: Vec<Url>,
}

impl Gate {
    /// For a source of which nothing was retrieved yet.
    pub(crate) fn new(record: &SourceRecord) -> Self {
        let written = record.homepage.as_deref().map(first_places).unwrap_or_default();
        let places = written.into_iter().chain(first_places(&record.source.settings)).collect();
        Self { hosts: record.hosts.clone(), places, retrieved: Vec::new() }
    }

    /// With the addresses that answered.
    pub(crate) fn after(mut self, retrieved: &[String]) -> Self {
        self.retrieved = retrieved.iter().filter_map(|url| web(url)).collect();
        self
    }

    /// Findings within their limits, as they may be shown, with every claim's passage present.
    pub(crate) fn findings(&self, mut findings: Findings) -> Findings {
        findings.passages.truncate(limits::PASSAGES_PER_SOURCE_MAX);
        let raw = findings.passages;
        let (mut passages, mut moved) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len()));
        for passage in &raw {
            let text = plain::text(&passage.text, |url| self.names(url));
            passages.push(self.passage(passage, text.text.as_ref()));
            moved.push(text);
        }
        let claims = findings.claims.into_iter().filter_map(|claim| {
            let passage = raw.get(claim.passage as usize)?;
            claim.span.of(&passage.text)?;
            let text = moved.get(claim.passage as usize)?;
            let (start, end) = text.span(claim.span.start as usize, claim.span.end as usize);
            // What was said in hidden characters was not said.
            let said =
                text.text.get(start..end).is_some_and(|said| !said.is_empty()) || claim.span.start == claim.span.end;
            if said { self.claim(claim, Span::new(start, end)) } else { None }
        });
        let claims = claims.take(limits::CLAIMS_PER_SOURCE_MAX).collect();
        Findings { passages, claims }
    }

    /// What became of a source, in words that may be shown.
    pub(crate) fn state(&self, state: State) -> State {
        match state {
            State::Failed { cause, detail } => {
                let shown = plain::text(&detail, |url| self.names(url)).text;
                let end = shown.floor_char_boundary(DETAIL_BYTES_MAX);
                State::Failed { cause, detail: shown.get(..end).unwrap_or_default().to_owned() }
            }
            other => other,
        }
    }

    fn passage(&self, raw: &Passage, text: &str) -> Passage {
        let url = raw.url.as_deref().and_then(|url| self.link(url));
        // Without an address a passage counts as computed when it is sure of itself: losing one must not make it so.
        let score = if url.is_none() && raw.url.is_some() { raw.score.min(LINKLESS_SCORE_MAX) } else { raw.score };
        Passage {
            title: self.line(&raw.title),
            url,
            text: text.to_owned(),
            language: raw.language.clone().filter(|tag| is_word(tag, LANGUAGE_BYTES_MAX, b"-_")),
            published: raw.published.clone().filter(|date| is_word(date, DATE_BYTES_MAX, b"-+:., ")),
            score,
        }
    }

    /// None when its value is an address that may not be shown.
    fn claim(&self, claim: Claim, span: Span) -> Option<Claim> {
        Some(Claim {
            passage: claim.passage,
            span,
            subject: self.line(&claim.subject),
            property: self.line(&claim.property),
            value: self.value(claim.value)?,
            time: claim.time.map(|time| self.line(&time)),
            negated: claim.negated,
        })
    }

    fn value(&self, value: Value) -> Option<Value> {
        let line = |text: String| self.line(&text);
        let interval = |it: Interval| Interval { start: line(it.start), end: line(it.end) };
        let quantity = |it: Quantity| Quantity { number: line(it.number), unit: line(it.unit) };
        Some(match value {
            Value::Url(url) => Value::Url(self.link(&url)?),
            Value::Text(text) => Value::Text(line(text)),
            Value::Number(text) => Value::Number(line(text)),
            Value::Percentage(text) => Value::Percentage(line(text)),
            Value::Date(text) => Value::Date(line(text)),
            Value::Time(text) => Value::Time(line(text)),
            Value::DateTime(text) => Value::DateTime(line(text)),
            Value::Duration(text) => Value::Duration(line(text)),
            Value::Person(text) => Value::Person(line(text)),
            Value::Organisation(text) => Value::Organisation(line(text)),
            Value::Language(text) => Value::Language(line(text)),
            Value::Email(text) => Value::Email(line(text)),
            Value::Phone(text) => Value::Phone(line(text)),
            Value::Version(text) => Value::Version(line(text)),
            Value::NumberRange(it) => Value::NumberRange(interval(it)),
            Value::DateRange(it) => Value::DateRange(interval(it)),
            Value::Quantity(it) => Value::Quantity(quantity(it)),
            Value::QuantityRange(it) => {
                Value::QuantityRange(QuantityRange { low: quantity(it.low), high: quantity(it.high) })
            }
            Value::Money(it) => Value::Money(Money { amount: line(it.amount), currency: line(it.currency) }),
            Value::Identifier(it) => Value::Identifier(Identifier { scheme: line(it.scheme), id: line(it.id) }),
            Value::Place(it) => Value::Place(Place { name: line(it.name), country: it.country.map(line), ..it }),
            plain @ (Value::Boolean(_) | Value::Ordinal(_) | Value::Coordinates(_)) => plain,
        })
    }

    fn line(&self, text: &str) -> String {
        plain::line(text, |url| self.names(url))
    }

    /// Whether an address that stands in a text may stay there.
    fn names(&self, text: &str) -> bool {
        let url =
            if text.contains("://") { web(text) } else { web(&format!("https://{}", text.trim_start_matches('/'))) };
        url.is_some_and(|url| self.vouches_for(&url))
    }

    /// The address of a passage as it is shown: as it is read, its host in ASCII.
    fn link(&self, text: &str) -> Option<String> {
        let url = web(text).filter(|url| self.vouches_for(url))?;
        // A name alone stands for its root.
        let is_root = url.as_str().strip_suffix('/') == Some(text);
        Some(if is_root { text.to_owned() } else { url.into() })
    }

    fn vouches_for(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let bare = |host: &'_ str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        let in_hosts = |pattern: &String| match pattern.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => bare(pattern) == bare(host),
        };
        let in_places = |(named, port): &(String, Option<u16>)| bare(named) == bare(host) && *port == url.port();
        (url.port().is_none() && self.hosts.iter().any(in_hosts))
            || self.places.iter().any(in_places)
            || self.retrieved.iter().any(|retrieved| same_page(retrieved, url))
    }
}

/// An address of the web that can be read in one way, without user name or password.
fn web(text: &str) -> Option<Url> {
    if text.len() > limits::URL_BYTES_MAX || text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let authority = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let named = matches!(url.scheme(), "http" | "https") && !authority.is_empty() && !authority.contains('@');
    (named && url.has_host()).then_some(url)
}

fn same_page(one: &Url, other: &Url) -> bool {
    let page = |url: &Url| url[..url::Position::AfterQuery].to_owned();
    page(one) == page(other)
}

/// Host and port of every address that is written out in a text; where a name is yet to be filled in, it is none.
fn first_places(text: &str) -> Vec<(String, Option<u16>)> {
    let mut places = Vec::new();
    for (at, _) in text.match_indices("://").take(PLACES_MAX) {
        let scheme = ["https", "http"].into_iter().find(|scheme| text.get(..at).is_some_and(|it| it.ends_with(scheme)));
        let rest = text.get(at + 3..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"-.:_[]".contains(c)).unwrap_or(rest.len());
        let (authority, after) = rest.split_at_checked(end).unwrap_or_default();
        // `https://a{b}.example` and `https://user@host` name nothing yet.
        if let Some(scheme) = scheme.filter(|_| !after.starts_with(['{', '@', '$', '%']))
            && let Some(url) = web(&format!("{scheme}://{authority}"))
            && let Some(host) = url.host_str()
        {
            places.push((host.to_owned(), url.port()));
        }
    }
    places
}

fn is_word(text: &str, bytes_max: usize, besides: &[u8]) -> bool {
    text.len() <= bytes_max && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || besides.contains(&byte))
}

/// Addresses written out in one record.
const PLACES_MAX: usize = 256;
/// A failure in a service's own words is a line or two.
const DETAIL_BYTES_MAX: usize = 1024;
/// BCP 47 tags in use are shorter.
const LANGUAGE_BYTES_MAX: usize = 35;
/// A date with time, fraction and zone.
const DATE_BYTES_MAX: usize = 40;
/// Synthesis takes a passage that has no address and a higher score for the result of a computation.
const LINKLESS_SCORE_MAX: f32 = 0.98;

#[cfg(test)]
mod tests;
