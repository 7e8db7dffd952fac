//! A connector walked through recorded exchanges.

use super::Exchange;
use super::subject::{Ended, Figures, Native, Subject};
use crate::{
    Connector, Failure, FailureKind, FetchFailure, FetchFailureKind, Findings, Intent, Named as _, Outcome, Question,
    Request, Source, Step,
};

/// Rounds of `resume` that a host grants.
pub const ROUNDS_MAX: usize = 4;

/// What a walk through the exchanges gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Walk {
    /// The bid of `plan`.
    pub bid: f32,
    /// Every request in order.
    pub requests: Vec<Request>,
    /// What was found in the end.
    pub findings: Findings,
}

/// Every step of a walk, however it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The bid of `plan`; 0 when it gave none.
    pub bid: f32,
    /// What was asked and what came back.
    pub rounds: Vec<Round>,
    /// How it ended.
    pub end: End,
}

/// One round of requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// What was asked.
    pub requests: Vec<Request>,
    /// What came back, in the same order.
    pub outcomes: Vec<Outcome>,
    /// What the connector wanted to remember.
    pub state: Vec<u8>,
}

/// How a walk ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// As it should.
    Found(Findings),
    /// With a failure of the connector's own.
    Failed(Failure),
    /// Without a result.
    Ended(Ended),
    /// It would have gone on for ever.
    TooManyRounds,
}

impl Trace {
    /// Every request in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.rounds.iter().flat_map(|round| &round.requests)
    }

    /// What was found, if it ended as it should.
    #[must_use]
    pub fn findings(&self) -> Option<&Findings> {
        match &self.end {
            End::Found(findings) => Some(findings),
            End::Failed(_) | End::Ended(_) | End::TooManyRounds => None,
        }
    }
}

impl core::fmt::Display for End {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Found(findings) => {
                write!(f, "found {} passages and {} claims", findings.passages.len(), findings.claims.len())
            }
            Self::Failed(failure) => f.write_str(&said(failure)),
            Self::Ended(ended) => write!(f, "{ended}"),
            Self::TooManyRounds => write!(f, "wanted more than {ROUNDS_MAX} rounds"),
        }
    }
}

/// A failure in a few words.
#[must_use]
pub fn said(failure: &Failure) -> String {
    let after = failure.retry_after_seconds.map(|seconds| format!(" after {seconds} s")).unwrap_or_default();
    format!("failed as `{}`{after}: {}", failure.kind.name(), failure.detail)
}

/// Walks a subject through `plan` and up to [`ROUNDS_MAX`] rounds, in which `answer` is the world.
pub fn trace<S: Subject + ?Sized>(
    subject: &S,
    source: &Source,
    question: &Question,
    intent: &Intent,
    mut answer: impl FnMut(&Request) -> Outcome,
) -> (Trace, Figures) {
    let called = subject.plan(source, question, intent);
    let mut figures = called.figures;
    let mut trace = Trace { bid: 0.0, rounds: Vec::new(), end: End::TooManyRounds };
    let mut result = called.result.map(|planned| {
        planned.map(|plan| {
            trace.bid = plan.bid;
            plan.step
        })
    });
    for round in 0..=ROUNDS_MAX {
        let fetch = match result {
            Err(ended) => {
                trace.end = End::Ended(ended);
                break;
            }
            Ok(Err(failure)) => {
                trace.end = End::Failed(failure);
                break;
            }
            Ok(Ok(Step::Done(findings))) => {
                trace.end = End::Found(findings);
                break;
            }
            Ok(Ok(Step::Fetch(_))) if round == ROUNDS_MAX => break,
            Ok(Ok(Step::Fetch(fetch))) => fetch,
        };
        let outcomes: Vec<Outcome> = fetch.requests.iter().map(&mut answer).collect();
        let called = subject.resume(source, &fetch.state, &outcomes);
        figures = figures.with(called.figures);
        result = called.result;
        trace.rounds.push(Round { requests: fetch.requests, outcomes, state: fetch.state });
    }
    (trace, figures)
}

/// Walks a connector through `plan` and up to [`ROUNDS_MAX`] rounds. A request that no exchange answers is unreachable.
///
/// # Errors
/// The connector's own failure.
pub fn walk<C: Connector>(
    source: &Source,
    question: &Question,
    intent: &Intent,
    exchanges: &[Exchange],
) -> Result<Walk, Failure> {
    let (trace, _) = trace(&Native::<C>::new(), source, question, intent, |request| replay(exchanges, request));
    let Trace { bid, rounds, end } = trace;
    match end {
        End::Found(findings) => {
            Ok(Walk { bid, requests: rounds.into_iter().flat_map(|round| round.requests).collect(), findings })
        }
        End::Failed(failure) => Err(failure),
        // A test that panics shows where.
        End::Ended(ended) => std::panic::resume_unwind(Box::new(ended.detail)),
        End::TooManyRounds => Err(Failure::new(FailureKind::Internal, format!("more than {ROUNDS_MAX} rounds"))),
    }
}

/// The outcome of a request, as it was recorded; unreachable when it was not.
#[must_use]
pub fn replay(exchanges: &[Exchange], request: &Request) -> Outcome {
    match exchanges.iter().find(|exchange| exchange.answers(request)) {
        Some(exchange) => Outcome::Response(exchange.response.clone()),
        None => unrecorded(request),
    }
}

/// What a request gets that was never recorded.
#[must_use]
pub fn unrecorded(request: &Request) -> Outcome {
    Outcome::Failed(FetchFailure {
        kind: FetchFailureKind::Unreachable,
        detail: format!("no recorded exchange for {}", request.url),
    })
}
