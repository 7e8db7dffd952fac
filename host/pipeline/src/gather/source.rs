//! One source, from its planned step to its findings.

use super::exchange::{Journal, perform};
use super::gate::Gate;
use crate::answer::Asked;
use crate::catalogue::SourceRecord;
use crate::ledger::{State, SuspensionCause};
use crate::limits;
use crate::platform::{Platform, Reading, Rooms};
use crate::route::{Planned, failed_by, misbehaved};
use async_lock::Semaphore;
use core::time::Duration;
use futures_util::future::join_all;
use std::sync::Arc;
use zero_types::prelude::*;

/// What became of one source.
#[derive(Debug, Clone)]
pub struct Walked {
    pub(super) state: State,
    pub(super) findings: Findings,
    pub(super) took: Duration,
}

/// Rounds of requests until the connector is done.
pub(super) async fn walk<P: Platform>(
    asked: Arc<Asked<P>>,
    planned: Planned,
    at: usize,
    journal: Journal,
    connections: Arc<Semaphore>,
) -> Walked {
    let start = asked.platform.elapsed();
    let found = rounds(&asked, &planned, at, &journal, &connections).await;
    let took = asked.platform.elapsed().saturating_sub(start);
    let gate = Gate::new(&planned.record).after(&journal.retrieved(at));
    match found {
        Ok(findings) => {
            let findings = gate.findings(findings);
            let state = match (findings.passages.len(), findings.claims.len()) {
                (0, _) => State::Empty,
                (passages, claims) => State::Answered { passages, claims },
            };
            Walked { state, findings, took }
        }
        Err(state) => Walked { state: gate.state(state), findings: Findings::none(), took },
    }
}

async fn rounds<P: Platform>(
    asked: &Arc<Asked<P>>,
    planned: &Planned,
    at: usize,
    journal: &Journal,
    connections: &Arc<Semaphore>,
) -> Result<Findings, State> {
    let record = &planned.record;
    let mut step = planned.step.clone();
    for round in 0..=limits::ROUNDS_MAX {
        let fetch = match step {
            Step::Done(findings) => return Ok(findings),
            Step::Fetch(_) if round == limits::ROUNDS_MAX => break,
            Step::Fetch(fetch) => fetch,
        };
        if fetch.requests.len() > limits::REQUESTS_PER_ROUND_MAX {
            return Err(too_much(format!("planned {} requests in one round", fetch.requests.len())));
        }
        let performed = fetch.requests.iter().cloned().enumerate().map(|(index, request)| {
            let place = (at, round, index);
            perform(Arc::clone(asked), Arc::clone(record), request, place, journal.clone(), Arc::clone(connections))
        });
        let outcomes = join_all(performed).await;
        if let Some(state) = held_back(&outcomes) {
            return Err(state);
        }
        let read = asked.rooms.resume(&record.connector, &record.source, &fetch.state, &outcomes).await;
        let read = read.map_err(|error| misbehaved(&error))?;
        witness(asked, record, &fetch, &outcomes, read.as_ref().err())?;
        step = read.map_err(|failure| failed_by(&failure))?;
    }
    Err(too_much(format!("wanted more than {} rounds", limits::ROUNDS_MAX)))
}

/// Lets the platform compare the form of these answers with that of earlier ones.
fn witness<P: Platform>(
    asked: &Asked<P>,
    source: &Arc<SourceRecord>,
    fetch: &Fetch,
    outcomes: &[Outcome],
    failure: Option<&Failure>,
) -> Result<(), State> {
    // What was replayed is no news of the service; and a witness keeps what it saw, which not every region may, and
    // nobody of what is one asker's own.
    if asked.replay || !asked.region.settings.rules.may_rest(source) || asked.platform.is_own(source) {
        return Ok(());
    }
    match asked.platform.witness(&Reading { source, rooms: &asked.rooms, fetch, outcomes, failure }) {
        Some(detail) => {
            asked.region.health.shape_changed(&source.source.id, asked.platform.elapsed());
            Err(State::Failed { cause: SuspensionCause::ShapeChanged.name().to_owned(), detail })
        }
        None => Ok(()),
    }
}

/// Why nothing was sent, when nothing was: the source's own word for it would only be a guess.
fn held_back(outcomes: &[Outcome]) -> Option<State> {
    let held = |outcome: &Outcome| match outcome {
        Outcome::Failed(FetchFailure { kind: FetchFailureKind::Suspended, detail }) => Some(detail.clone()),
        _ => None,
    };
    let details: Option<Vec<String>> = outcomes.iter().map(held).collect();
    let detail = details?.into_iter().next()?;
    Some(State::Failed { cause: "suspended".to_owned(), detail })
}

fn too_much(what: String) -> State {
    State::Failed { cause: "protocol".to_owned(), detail: format!("the connector {what}") }
}
