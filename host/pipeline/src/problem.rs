//! What went wrong, whose it is, whether to try again, and what to do next: RFC 9457 without its JSON.

use core::time::Duration;

/// Whose turn it is to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The asker's request.
    Asker,
    /// A connector or its source.
    Connector,
    /// Ours, or the operator's.
    Us,
}

impl Whose {
    /// As it stands in a problem document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asker => "asker",
            Self::Connector => "connector",
            Self::Us => "us",
        }
    }
}

/// A problem that ends a question before there is an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}\n\nhint: {hint}")]
pub struct Problem {
    /// Stable name, the last part of the problem type's URI: `question-empty`.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The same for every problem of this name.
    pub title: &'static str,
    /// What is wrong this time.
    pub detail: String,
    /// Whose it is.
    pub whose: Whose,
    /// When to try again; none means: not without a change.
    pub retry_after: Option<Duration>,
    /// What to do next.
    pub hint: String,
}

impl Problem {
    /// A problem of the asker's request, not worth a retry as it stands.
    #[must_use]
    pub fn of_asker(
        name: &'static str,
        status: u16,
        title: &'static str,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { name, status, title, detail: detail.into(), whose: Whose::Asker, retry_after: None, hint: hint.into() }
    }

    /// The question is empty.
    #[must_use]
    pub fn question_empty() -> Self {
        Self::of_asker(
            "question-empty",
            422,
            "the question is empty",
            "`question` holds no text",
            "ask something, such as {\"question\": \"what is the capital of Japan\"}",
        )
    }

    /// The question is longer than a question may be.
    #[must_use]
    pub fn question_too_long(bytes: usize, bytes_max: usize) -> Self {
        Self::of_asker(
            "question-too-long",
            413,
            "the question is too long",
            format!("the question has {bytes} bytes, over the limit of {bytes_max}"),
            "ask in a sentence or two; a document belongs into a folder given with `--files`",
        )
    }

    /// The body or a parameter cannot be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of_asker("malformed-request", 400, "the request cannot be read", detail, hint)
    }

    /// The credential is missing or wrong.
    #[must_use]
    pub fn unauthenticated(reason: &str) -> Self {
        let (detail, hint) =
            with_hint(reason, "send a valid API key as `Authorization: Bearer zw_...`, or none at all");
        Self::of_asker("unauthenticated", 401, "the credential was not accepted", detail, hint)
    }

    /// The principal may not do this.
    #[must_use]
    pub fn forbidden(reason: &str) -> Self {
        let (detail, hint) = with_hint(reason, "ask the operator for the role that allows it");
        Self::of_asker("forbidden", 403, "not allowed", detail, hint)
    }

    /// A source was named that does not exist.
    #[must_use]
    pub fn unknown_source(id: &str) -> Self {
        Self::of_asker(
            "unknown-source",
            422,
            "no such source",
            format!("no enabled source has the id `{id}`"),
            "`zero sources list` or GET /v1/sources names them all",
        )
    }

    /// Too many questions at once.
    #[must_use]
    pub fn overloaded(retry_after: Duration) -> Self {
        Self {
            name: "overloaded",
            status: 503,
            title: "too many questions at once",
            detail: "this point of presence has as many questions in flight as it can carry".to_owned(),
            whose: Whose::Us,
            retry_after: Some(retry_after),
            hint: "try again after the delay in `Retry-After`".to_owned(),
        }
    }

    /// A bug of ours: one question is lost, not the process.
    #[must_use]
    pub fn internal(detail: impl Into<String>) -> Self {
        Self {
            name: "internal",
            status: 500,
            title: "something broke on our side",
            detail: detail.into(),
            whose: Whose::Us,
            retry_after: Some(Duration::from_secs(1)),
            hint: "try again; if it stays, report the question and this text".to_owned(),
        }
    }
}

/// A reason that may bring its own hint, in the form that errors of this house have.
fn with_hint<'t>(reason: &'t str, otherwise: &'t str) -> (&'t str, &'t str) {
    reason.split_once("\n\nhint: ").unwrap_or((reason, otherwise))
}
