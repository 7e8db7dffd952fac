//! A trial as a person reads it.

use super::{Asked, Trial};
use std::fmt::Write as _;
use zero_connector_sdk::testing::written_claim;
use zero_engine::CallFigures;
use zero_pipeline::limits;
use zero_types::Named as _;
use zero_types::connector::{Findings, Method, Outcome, Request};

/// Characters of a passage that are shown.
const TEXT_CHARS_MAX: usize = 300;

impl Trial {
    /// All of it, one fact a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, text: &str| {
            let _ = writeln!(out, "{name:<10} {text}");
        };
        line("source", &format!("{} ({})", self.source.id, self.source.name));
        line("question", &self.question.text);
        line("read as", &self.reading());
        line("bid", &self.bid_text());
        for (number, round) in (1..).zip(&self.rounds) {
            for asked in round {
                line(&format!("round {number}"), &request_text(&asked.request));
                line("", &outcome_text(asked));
            }
        }
        match &self.end {
            Err(failure) => {
                let retry = failure.retry_after_seconds.map(|s| format!(", come back after {s} s")).unwrap_or_default();
                line("failed", &format!("{:?}: {}{retry}", failure.kind, failure.detail));
            }
            Ok(findings) => findings_text(findings, &mut line),
        }
        let names = std::iter::once("plan").chain(std::iter::repeat("resume"));
        for (name, figures) in names.zip(&self.calls) {
            line(name, &figures_text(figures));
        }
        out
    }

    fn reading(&self) -> String {
        let intent = &self.intent;
        let mut parts = vec![intent.kind.name().to_owned(), intent.language.clone()];
        parts.extend(intent.topics.iter().take(3).map(|topic| format!("topic {} {:.2}", topic.name, topic.weight)));
        parts.extend(intent.subject.iter().map(|subject| format!("subject “{subject}”")));
        parts.extend(intent.properties.iter().map(|property| format!("property “{property}”")));
        parts.extend(intent.entities.iter().map(|entity| format!("entity “{}”", entity.text)));
        if !intent.keywords.is_empty() {
            parts.push(format!("keywords {}", intent.keywords.join(" ")));
        }
        parts.join(", ")
    }

    fn bid_text(&self) -> String {
        let verdict = if self.bid < limits::BID_MIN { ": hosts will not ask it" } else { "" };
        format!("{:.2}{verdict}", self.bid)
    }
}

pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
    }
}

fn request_text(request: &Request) -> String {
    let mut text = format!("{} {}", method(request.method), request.url);
    if let Some(slot) = &request.credential {
        let _ = write!(text, ", with the credential `{slot}`");
    }
    if let Some(body) = &request.body {
        let _ = write!(text, ", {} bytes of body", body.len());
    }
    text
}

fn outcome_text(asked: &Asked) -> String {
    let mut text = match &asked.outcome {
        Outcome::Response(response) => {
            let content = response.header("content-type").unwrap_or("no content-type");
            format!("{}, {}, {} bytes", response.status, content, response.body.len())
        }
        Outcome::Failed(failure) => format!("{:?}: {}", failure.kind, failure.detail),
    };
    if let Some(name) = &asked.recorded {
        let _ = write!(text, ", recorded as {name}");
    }
    if let Some(took) = asked.took {
        let _ = write!(text, ", {} ms", took.as_millis());
    }
    text
}

fn findings_text(findings: &Findings, line: &mut impl FnMut(&str, &str)) {
    if findings.passages.is_empty() {
        line("found", "nothing");
    }
    for (number, passage) in (0_u32..).zip(&findings.passages) {
        let published = passage.published.as_deref().map(|date| format!(", {date}")).unwrap_or_default();
        let url = passage.url.as_deref().map(|url| format!(", {url}")).unwrap_or_default();
        line(&format!("passage {}", number + 1), &format!("{}{published}{url}", passage.title));
        let shown: String = passage.text.chars().take(TEXT_CHARS_MAX).collect();
        let more = if shown.len() < passage.text.len() { " …" } else { "" };
        line("", &format!("{}{more}", shown.replace('\n', " ")));
        for claim in findings.claims.iter().filter(|claim| claim.passage == number) {
            let said = claim.span.of(&passage.text).unwrap_or_default();
            line("claim", &format!("{}, said as “{said}”", written_claim(claim)));
        }
    }
}

fn figures_text(figures: &CallFigures) -> String {
    let (cpu, memory) = (figures.cpu.as_micros(), figures.memory_bytes / 1024);
    let dropped = match figures.dropped {
        0 => String::new(),
        dropped => format!(", {dropped} passages or claims dropped as invalid or too many"),
    };
    let (cpu_max, memory_max) = (limits::GUEST_CPU_MAX.as_micros(), limits::GUEST_MEMORY_BYTES_MAX / 1024);
    format!("{cpu} of {cpu_max} µs CPU, {memory} of {memory_max} KiB memory{dropped}")
}
