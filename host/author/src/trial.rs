//! One question to one source, and everything that came of it.
//!
//! - **Takes** a connector, a source, a question with its intent, and a [`Wire`]: recorded exchanges or the way out.
//! - **Gives** a [`Trial`]: bid, requests and outcomes round by round, findings or failure, what each call took.
//! - **Fails** when a call ends early, which is the connector's fault; its own failures are part of the trial.
//! - **Limits**: rounds as hosts grant them.
//! - **Why it is so**: hosts ask many sources at once and keep what matters to an asker; an author wants to see all of
//!   one. No breaker, pace, cache or retry stands between, so that what is seen is what the service sent.

mod text;

pub(crate) use text::method;

use anyhow::{Result, anyhow};
use std::time::{Duration, Instant};
use zero_connector_sdk::testing::Exchange;
use zero_dial::Egress;
use zero_egress::Grant;
use zero_engine::{CallFigures, Connector};
use zero_pipeline::limits;
use zero_types::connector::{
    Failure, FailureKind, FetchFailure, FetchFailureKind, Findings, Intent, Outcome, Question, Request, Source, Step,
};

/// What answers requests.
pub enum Wire<'w> {
    /// Recorded exchanges by name; the first that fits answers.
    Recorded(&'w [(String, Exchange)]),
    /// The service itself.
    Live(&'w Egress, &'w Grant),
    /// These outcomes in order, whatever is asked.
    Given(&'w [Outcome]),
}

/// A request and what it got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// As planned.
    pub request: Request,
    /// As delivered.
    pub outcome: Outcome,
    /// The recorded exchange that answered.
    pub recorded: Option<String>,
    /// How long the service took.
    pub took: Option<Duration>,
}

/// What a question came to.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The question.
    pub question: Question,
    /// As it was read.
    pub intent: Intent,
    /// The source that was asked.
    pub source: Source,
    /// How sure the connector is.
    pub bid: f32,
    /// Requests by round.
    pub rounds: Vec<Vec<Asked>>,
    /// What was found, or why nothing.
    pub end: Result<Findings, Failure>,
    /// What the calls took: `plan`, then each `resume`.
    pub calls: Vec<CallFigures>,
}

impl Trial {
    /// Every request in order.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.rounds.iter().flatten()
    }
}

/// Asks a connector.
///
/// # Errors
/// When a call of the connector ends early, such as by a trap.
pub async fn run(
    connector: &Connector,
    source: &Source,
    question: Question,
    intent: Intent,
    wire: &Wire<'_>,
) -> Result<Trial> {
    let planned = connector.plan(source, &question, &intent).map_err(|error| anyhow!(error))?;
    let mut trial = Trial {
        question,
        intent,
        source: source.clone(),
        bid: 0.0,
        rounds: Vec::new(),
        end: Ok(Findings::none()),
        calls: vec![planned.figures],
    };
    let mut step = match planned.value {
        Ok(plan) => {
            trial.bid = plan.bid;
            Ok(plan.step)
        }
        Err(failure) => Err(failure),
    };
    let mut given = 0;
    loop {
        let fetch = match step {
            Ok(Step::Fetch(fetch)) => fetch,
            Ok(Step::Done(findings)) => {
                trial.end = Ok(findings);
                return Ok(trial);
            }
            Err(failure) => {
                trial.end = Err(failure);
                return Ok(trial);
            }
        };
        if trial.rounds.len() == limits::ROUNDS_MAX {
            let detail = format!("asks for more than {} rounds", limits::ROUNDS_MAX);
            trial.end = Err(Failure::new(FailureKind::Internal, detail));
            return Ok(trial);
        }
        let mut round = Vec::with_capacity(fetch.requests.len());
        for request in fetch.requests {
            round.push(perform(wire, request, given).await);
            given += 1;
        }
        let outcomes: Vec<Outcome> = round.iter().map(|asked| asked.outcome.clone()).collect();
        trial.rounds.push(round);
        let resumed = connector.resume(source, &fetch.state, &outcomes).map_err(|error| anyhow!(error))?;
        trial.calls.push(resumed.figures);
        step = resumed.value;
    }
}

async fn perform(wire: &Wire<'_>, request: Request, at: usize) -> Asked {
    let missing = |detail: String| Outcome::Failed(FetchFailure { kind: FetchFailureKind::Unreachable, detail });
    match wire {
        Wire::Recorded(exchanges) => {
            let found = exchanges.iter().find(|(_, exchange)| exchange.answers(&request));
            let outcome = found.map_or_else(
                || missing(format!("no recorded exchange for {}", request.url)),
                |(_, exchange)| Outcome::Response(exchange.response.clone()),
            );
            Asked { request, outcome, recorded: found.map(|(name, _)| name.clone()), took: None }
        }
        Wire::Live(egress, grant) => {
            let start = Instant::now();
            let fetched = egress.fetch(grant, request.clone(), start + limits::EXCHANGE_TIME_MAX).await;
            Asked { request, outcome: fetched.outcome, recorded: None, took: Some(start.elapsed()) }
        }
        Wire::Given(outcomes) => {
            let outcome = outcomes.get(at).cloned().unwrap_or_else(|| missing("one request too many".to_owned()));
            Asked { request, outcome, recorded: None, took: None }
        }
    }
}
