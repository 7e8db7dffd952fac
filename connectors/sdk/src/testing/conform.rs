//! What holds for every step of every connector, whatever it was asked and whatever came back.

use super::walk::{ROUNDS_MAX, Trace};
use crate::{Fetch, Findings};

/// What a host grants; the same numbers as in its `limits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Rounds of `resume`.
    pub rounds: usize,
    /// Requests of one round.
    pub requests_per_round: usize,
    /// State handed to the next round.
    pub state_bytes: usize,
    /// URL of a request.
    pub url_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Body of a request.
    pub body_bytes: usize,
    /// Passages of a result.
    pub passages: usize,
    /// Claims of a result.
    pub claims: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            rounds: ROUNDS_MAX,
            requests_per_round: 16,
            state_bytes: 256 * 1024,
            url_bytes: 8 * 1024,
            headers: 32,
            body_bytes: 256 * 1024,
            passages: 64,
            claims: 256,
        }
    }
}

/// What does not hold, and what its author has to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Miss {
    /// What was seen.
    pub what: String,
    /// What to do about it.
    pub change: String,
}

impl Miss {
    /// Both parts.
    #[must_use]
    pub fn new(what: impl Into<String>, change: impl Into<String>) -> Self {
        Self { what: what.into(), change: change.into() }
    }
}

/// Everything of a walk: its requests and what it found.
#[must_use]
pub fn misses_of_trace(trace: &Trace, bounds: &Bounds) -> Vec<Miss> {
    let mut misses = Vec::new();
    for round in &trace.rounds {
        let fetch = Fetch { requests: round.requests.clone(), state: round.state.clone() };
        misses.extend(misses_of_fetch(&fetch, bounds));
    }
    if let Some(findings) = trace.findings() {
        misses.extend(misses_of_findings(findings, bounds));
    }
    misses
}

/// Whether a host would perform this round.
#[must_use]
pub fn misses_of_fetch(fetch: &Fetch, bounds: &Bounds) -> Vec<Miss> {
    let mut misses = Vec::new();
    let mut over = |what: &str, is: usize, most: usize, change: &str| {
        if is > most {
            misses.push(Miss::new(format!("{is} {what}, over the limit of {most}"), change));
        }
    };
    let requests = fetch.requests.len();
    over("requests in one round", requests, bounds.requests_per_round, "ask for less at once, or in a further round");
    over("bytes of state", fetch.state.len(), bounds.state_bytes, "keep between rounds only what the next one needs");
    for request in &fetch.requests {
        over(
            "bytes of URL",
            request.url.len(),
            bounds.url_bytes,
            "cut the question's words before they go into the URL",
        );
        over("headers of a request", request.headers.len(), bounds.headers, "send fewer headers");
        let body = request.body.as_deref().unwrap_or_default().len();
        over("bytes of a request's body", body, bounds.body_bytes, "send less");
    }
    if requests == 0 {
        misses.push(Miss::new("a round without requests", "give `done` when there is nothing to ask"));
    }
    for request in &fetch.requests {
        let url = &request.url;
        if !url.starts_with("https://") {
            misses.push(Miss::new(format!("asks `{url}`"), "ask over `https://`; a host performs nothing else"));
        }
        if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let change = "percent-encode what goes into a URL; in Rust `encode` and `Url` of the SDK do";
            misses.push(Miss::new(format!("asks `{}`, which is no URL", url.escape_debug()), change));
        }
    }
    misses
}

/// Whether findings hold together: scores are shares, passages say something, and claims point into them.
#[must_use]
pub fn misses_of_findings(findings: &Findings, bounds: &Bounds) -> Vec<Miss> {
    let mut misses = Vec::new();
    for (what, is, most) in
        [("passages", findings.passages.len(), bounds.passages), ("claims", findings.claims.len(), bounds.claims)]
    {
        if is > most {
            let change = "give the best ones only: the host throws the rest away";
            misses.push(Miss::new(format!("{is} {what}, over the limit of {most}"), change));
        }
    }
    for passage in &findings.passages {
        if !(0.0..=1.0).contains(&passage.score) {
            let what = format!("passage `{}` has the score {}", passage.title, passage.score);
            misses.push(Miss::new(what, "give a score from 0 to 1, best first"));
        }
        if passage.text.trim().is_empty() {
            let what = format!("passage `{}` says nothing", passage.title);
            misses.push(Miss::new(what, "leave a passage without text away"));
        }
        let url = passage.url.as_deref().unwrap_or("https://a.example");
        if !["https://", "http://", "file:"].iter().any(|scheme| url.starts_with(scheme)) {
            let what = format!("passage `{}` has the URL `{}`", passage.title, url.escape_debug());
            misses.push(Miss::new(what, "give an absolute URL where the passage can be read, or none"));
        }
    }
    for claim in &findings.claims {
        let passage = findings.passages.get(claim.passage as usize);
        if passage.and_then(|passage| claim.span.of(&passage.text)).is_none_or(str::is_empty) {
            let what = format!(
                "claim `{} | {}` points nowhere: passage {}, bytes {}..{}",
                claim.subject, claim.property, claim.passage, claim.span.start, claim.span.end
            );
            let change = "give byte offsets into the text of the claim's passage, on character boundaries; \
                          in Rust `passage.span_of(part)` does";
            misses.push(Miss::new(what, change));
        }
    }
    misses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Claim, Passage, Request, Span, Value};

    #[test]
    fn a_round_beyond_what_is_granted_is_told() {
        let fetch =
            |urls: &[&str]| Fetch { requests: urls.iter().map(|url| Request::get(*url)).collect(), state: vec![] };
        let many = ["https://a.example/"; 17];
        let long = format!("https://a.example/{}", "a".repeat(9_000));
        for (fetch, said) in [
            (fetch(&["https://a.example/%20"]), ""),
            (fetch(&[]), "without requests"),
            (fetch(&many), "17 requests in one round, over the limit of 16"),
            (fetch(&[&long]), "bytes of URL"),
            (fetch(&["http://a.example/"]), "asks `http://a.example/`"),
            (fetch(&["https://a.example/a b"]), "no URL"),
            (fetch(&["https://a.example/\n"]), "no URL"),
        ] {
            let misses = misses_of_fetch(&fetch, &Bounds::default());
            assert_eq!(misses.is_empty(), said.is_empty(), "{misses:?}");
            assert!(misses.iter().all(|miss| miss.what.contains(said)), "{misses:?}");
        }
    }

    #[test]
    fn findings_that_do_not_hold_together_are_told() {
        let claim = |passage: u32, start: u32, end: u32| Claim {
            passage,
            span: Span { start, end },
            subject: "s".to_owned(),
            property: "p".to_owned(),
            value: Value::Boolean(true),
            time: None,
            negated: false,
        };
        let passage = Passage::computed("t", "é b");
        let with = |edit: fn(&mut Passage), claims: Vec<Claim>| {
            let mut passage = passage.clone();
            edit(&mut passage);
            Findings { passages: vec![passage], claims }
        };
        for (findings, said) in [
            (with(|_| (), vec![claim(0, 0, 2)]), ""),
            (with(|_| (), vec![claim(0, 0, 1)]), "points nowhere"),
            (with(|_| (), vec![claim(0, 2, 2)]), "points nowhere"),
            (with(|_| (), vec![claim(1, 0, 2)]), "points nowhere"),
            (with(|it| it.score = f32::NAN, vec![]), "score NaN"),
            (with(|it| it.text = " ".to_owned(), vec![]), "says nothing"),
            (with(|it| it.url = Some("/wiki/A".to_owned()), vec![]), "the URL `/wiki/A`"),
        ] {
            let misses = misses_of_findings(&findings, &Bounds::default());
            assert_eq!(misses.len(), usize::from(!said.is_empty()), "{misses:?}");
            assert!(misses.iter().all(|miss| miss.what.contains(said)), "{misses:?}");
        }
    }
}
