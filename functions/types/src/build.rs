//! Small constructors: what nearly every caller would write out by hand.

use crate::connector::{
    AnswerType, Failure, FailureKind, Fetch, Findings, Header, Intent, Kind, Method, Passage, Plan, Question, Request,
    Response, Setting, Source, Span, Step, UnitSystem,
};

impl Question {
    /// A question in no particular place, in UTC, at the epoch, in metric units.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            place: None,
            time_zone: "UTC".to_owned(),
            now_ms: 0,
            units: UnitSystem::Metric,
        }
    }
}

impl Intent {
    /// An intent about which nothing is known but the language.
    #[must_use]
    pub fn unknown(language: impl Into<String>) -> Self {
        Self {
            language: language.into(),
            kind: Kind::Other,
            topics: Vec::new(),
            entities: Vec::new(),
            keywords: Vec::new(),
            subject: None,
            properties: Vec::new(),
            expects: AnswerType::Text,
            certainty: 0.0,
        }
    }
}

impl Source {
    /// A source without languages, topics or settings.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), languages: Vec::new(), topics: Vec::new(), settings: "{}".to_owned() }
    }
}

impl Setting {
    /// Settings out of a table: name, summary, whether a source must say it.
    #[must_use]
    pub fn table(rows: &[(&str, &str, bool)]) -> Vec<Self> {
        let setting = |&(name, summary, required): &(&str, &str, bool)| Self {
            name: name.to_owned(),
            summary: summary.to_owned(),
            required,
        };
        rows.iter().map(setting).collect()
    }
}

impl Request {
    /// A `GET` without headers, whose caching the response decides.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            credential: None,
            cache_seconds: None,
            endpoint: None,
        }
    }

    /// A `POST` of `body` as `content_type`.
    #[must_use]
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: Method::Post, body: Some(body.into()), ..Self::get(url) }.header("content-type", content_type)
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.to_owned(), value: value.into() });
        self
    }

    /// The same request, to be answered from cache for this long.
    #[must_use]
    pub fn cached(mut self, seconds: u32) -> Self {
        self.cache_seconds = Some(seconds);
        self
    }

    /// The same request, under the connector's own name of what it asks, such as `search`: lower-case letters, digits
    /// and hyphens.
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// The same request, with the secret of `slot` added by the host.
    #[must_use]
    pub fn credential(mut self, slot: impl Into<String>) -> Self {
        self.credential = Some(slot.into());
        self
    }
}

impl Response {
    /// The first header of this name, compared without case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
    }
}

impl Passage {
    /// A passage that was computed, not retrieved: it has no URL, and nothing could be more relevant.
    #[must_use]
    pub fn computed(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), url: None, text: text.into(), language: None, published: None, score: 1.0 }
    }

    /// Where `part` stands in the text; the whole text when it does not occur.
    #[must_use]
    pub fn span_of(&self, part: &str) -> Span {
        let start = self.text.find(part).filter(|_| !part.is_empty());
        match start {
            Some(start) => Span::new(start, start + part.len()),
            None => Span::new(0, self.text.len()),
        }
    }
}

impl Span {
    /// From byte offsets; texts are bounded far below 4 GiB.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The text it covers, or nothing when it lies outside of `text` or inside a character.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.start as usize..self.end as usize)
    }
}

impl Findings {
    /// Nothing found: a good answer of a source that was asked in vain.
    #[must_use]
    pub fn none() -> Self {
        Self { passages: Vec::new(), claims: Vec::new() }
    }
}

impl Plan {
    /// "Do not ask me."
    #[must_use]
    pub fn not_relevant() -> Self {
        Self { bid: 0.0, step: Step::Done(Findings::none()) }
    }

    /// An answer at once, without any request.
    #[must_use]
    pub fn done(bid: f32, findings: Findings) -> Self {
        Self { bid, step: Step::Done(findings) }
    }

    /// A first round of requests.
    #[must_use]
    pub fn fetch(bid: f32, requests: Vec<Request>, state: Vec<u8>) -> Self {
        Self { bid, step: Step::Fetch(Fetch { requests, state }) }
    }
}

impl Failure {
    /// A failure that says when to come back only if [`Failure::retry_after`] is added. The detail is cut to what a
    /// person reads: parsers like to quote whatever a service sent them.
    #[must_use]
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        const DETAIL_BYTES_MAX: usize = 400;
        let mut detail: String = detail.into();
        if let Some(end) =
            (0..=DETAIL_BYTES_MAX).rev().find(|at| detail.len() > DETAIL_BYTES_MAX && detail.is_char_boundary(*at))
        {
            detail.truncate(end);
            detail.push('…');
        }
        Self { kind, detail, retry_after_seconds: None }
    }

    /// The same failure with the delay that the service asked for.
    #[must_use]
    pub fn retry_after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after_seconds = seconds;
        self
    }
}
