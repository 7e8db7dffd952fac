//! Which sources are asked.
//!
//! - **Takes** an intent, and everything the region knows of its sources.
//! - **Gives** a portfolio, best first, and a ledger line for every other source that was considered.
//! - **Fails** never; a connector that fails to plan is a line in the ledger.
//! - **Limits**: `candidates_max` bids, `portfolio_max` sources, `connections_max` connections.
//! - **Why it is so**: the index is cheap and knows thousands of sources roughly; the connectors are dearer and know
//!   exactly. First the one, then the other, then the budget.

mod index;
mod portfolio;
mod table;

pub use index::Index;
pub use portfolio::Planned;

use crate::answer::Asked;
use crate::catalogue::SourceRecord;
use crate::gather::Gate;
use crate::ledger::{DenialReason, Entry, State};
use crate::platform::{CallError, Platform, Rooms};
use std::sync::Arc;
use zero_types::prelude::*;

/// What routing decided.
#[derive(Debug)]
pub struct Route {
    /// Every source whose connector was asked for a bid, in the order they were.
    pub candidates: Vec<Arc<SourceRecord>>,
    /// The sources to ask, best first.
    pub portfolio: Vec<Planned>,
    /// The sources considered and not asked.
    pub ledger: Vec<Entry>,
}

/// Candidates from the index, bids from their connectors, a portfolio within the budgets.
pub async fn route<P: Platform>(asked: &Asked<P>, fixed: Option<Vec<Arc<SourceRecord>>>, denied: Vec<Entry>) -> Route {
    let mut ledger = denied;
    let candidates = match fixed {
        Some(candidates) => candidates,
        None => candidates(asked, &mut ledger),
    };
    let mut planned = Vec::new();
    for record in &candidates {
        match bid(asked, record).await {
            Ok(plan) => planned.push(Planned { record: Arc::clone(record), bid: plan.bid, step: plan.step }),
            Err((state, bid)) => ledger.push(Entry::unasked(&record.source, Gate::new(record).state(state), bid)),
        }
    }
    let portfolio = portfolio::choose(asked, planned, &mut ledger);
    Route { candidates, portfolio, ledger }
}

/// Sources the index finds, or exactly those the asker named.
fn candidates<P: Platform>(asked: &Asked<P>, ledger: &mut Vec<Entry>) -> Vec<Arc<SourceRecord>> {
    let region = &asked.region;
    let found: Vec<Arc<SourceRecord>> = if asked.only.is_empty() {
        let at_most = region.settings.candidates_max;
        let found = region.index.candidates(&asked.question, &asked.intent, at_most);
        found.into_iter().filter_map(|at| region.catalogue.at(at).cloned()).collect()
    } else {
        asked.only.iter().filter_map(|id| region.catalogue.get(id).cloned()).collect()
    };
    let named = |list: &[String], record: &SourceRecord| list.contains(&record.source.id);
    found
        .into_iter()
        // Whoever names a source that this target cannot ask hears that, switched on or not.
        .filter(|record| record.enabled || !asked.only.is_empty() && asked.platform.lacks(record).is_some())
        .filter(|record| {
            let reason = if named(&asked.blocked, record) {
                Some(DenialReason::Asker)
            } else if region.settings.rules.denies(record).is_some() {
                Some(DenialReason::Policy)
            } else if asked.platform.lacks(record).is_some() {
                Some(DenialReason::Unsupported)
            } else if record.personal && !named(&asked.consent, record) {
                Some(DenialReason::Consent)
            } else {
                None
            };
            if let Some(reason) = reason {
                ledger.push(Entry::unasked(&record.source, State::Denied { reason }, None));
            }
            reason.is_none()
        })
        .collect()
}

/// One connector's bid for one source; otherwise the ledger's state, and the bid if there was one.
async fn bid<P: Platform>(asked: &Asked<P>, record: &SourceRecord) -> Result<Plan, (State, Option<f32>)> {
    if let Some(state) = asked.suspension(&record.source.id) {
        return Err((state, None));
    }
    match asked.rooms.plan(&record.connector, &record.source, &asked.question, &asked.intent).await {
        Ok(Ok(plan)) => {
            let least = if asked.only.is_empty() { asked.region.settings.bid_min } else { 0.0 };
            // A bid of NaN is below every bound.
            if plan.bid >= least && plan.bid > 0.0 { Ok(plan) } else { Err((State::NotRelevant, Some(plan.bid))) }
        }
        Ok(Err(failure)) => Err((failed_by(&failure), None)),
        Err(error) => Err((misbehaved(&error), None)),
    }
}

/// A connector's own failure as a state.
pub(crate) fn failed_by(failure: &Failure) -> State {
    State::Failed { cause: failure.kind.name().to_owned(), detail: failure.detail.clone() }
}

/// A component's misbehaviour as a state.
pub(crate) fn misbehaved(error: &CallError) -> State {
    let cause = match error {
        CallError::Cpu => "cpu",
        CallError::Memory => "memory",
        CallError::Trap(_) => "trap",
        CallError::ResultTooLarge => "result-too-large",
        CallError::Protocol(_) => "protocol",
        CallError::Overloaded => "overloaded",
        CallError::Missing => "missing",
    };
    State::Failed { cause: cause.to_owned(), detail: format!("the connector {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overload_is_named_as_ours() {
        let State::Failed { cause, detail } = misbehaved(&CallError::Overloaded) else { panic!("not failed") };
        assert_eq!(cause, "overloaded");
        assert_eq!(detail, "the connector was not run, for all instances of this host are busy");
    }
}
