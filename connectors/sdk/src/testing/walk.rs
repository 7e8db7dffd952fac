//! A connector walked through recorded exchanges.

use super::Exchange;
use crate::{
    Connector, Failure, FetchFailure, FetchFailureKind, Findings, Intent, Outcome, Question, Request, Source, Step,
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
    let plan = C::plan(source, question, intent)?;
    let mut requests = Vec::new();
    let mut step = plan.step;
    for _ in 0..=ROUNDS_MAX {
        match step {
            Step::Done(findings) => return Ok(Walk { bid: plan.bid, requests, findings }),
            Step::Fetch(fetch) => {
                let outcomes: Vec<Outcome> = fetch.requests.iter().map(|request| replay(exchanges, request)).collect();
                requests.extend(fetch.requests);
                step = C::resume(source, &fetch.state, &outcomes)?;
            }
        }
    }
    Err(Failure::new(crate::FailureKind::Internal, format!("more than {ROUNDS_MAX} rounds")))
}

/// The outcome of a request, as it was recorded.
pub(super) fn replay(exchanges: &[Exchange], request: &Request) -> Outcome {
    match exchanges.iter().find(|exchange| exchange.answers(request)) {
        Some(exchange) => Outcome::Response(exchange.response.clone()),
        None => Outcome::Failed(FetchFailure {
            kind: FetchFailureKind::Unreachable,
            detail: format!("no recorded exchange for {}", request.url),
        }),
    }
}
