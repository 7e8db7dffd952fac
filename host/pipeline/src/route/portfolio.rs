//! From bids to the sources that are asked.

use crate::answer::Asked;
use crate::catalogue::SourceRecord;
use crate::ledger::{Entry, State};
use crate::platform::Platform;
use std::sync::Arc;
use zero_types::prelude::*;

/// A computed answer with such a bid needs no company.
const CERTAIN_BID: f32 = 0.9;
/// A source worth less than this share of the best is not worth its traffic.
const WORTH_MIN: f32 = 0.25;
/// What the asker's preference adds.
const PREFERENCE: f32 = 1.25;

/// A source with the step its connector planned.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The source.
    pub record: Arc<SourceRecord>,
    /// How sure its connector is.
    pub bid: f32,
    /// What it would do first.
    pub step: Step,
}

impl Planned {
    fn worth<P: Platform>(&self, asked: &Asked<P>) -> f32 {
        let preferred = asked.preferred.contains(&self.record.source.id);
        self.bid * (0.5 + 0.5 * self.record.trust) * if preferred { PREFERENCE } else { 1.0 }
    }

    /// Connections its first round would use.
    fn connections(&self) -> usize {
        match &self.step {
            Step::Fetch(fetch) => fetch.requests.len(),
            Step::Done(_) => 0,
        }
    }

    /// Whether it has, at no cost, all that was asked.
    fn settles(&self, intent: &Intent) -> bool {
        let Step::Done(findings) = &self.step else { return false };
        let told = |property: &String| findings.claims.iter().any(|claim| claim.property == *property);
        self.bid >= CERTAIN_BID && !findings.passages.is_empty() && intent.properties.iter().all(told)
    }
}

/// Best first, within the budgets; the others get their line in the ledger.
pub(super) fn choose<P: Platform>(asked: &Asked<P>, planned: Vec<Planned>, ledger: &mut Vec<Entry>) -> Vec<Planned> {
    let mut ranked: Vec<(f32, Planned)> = planned.into_iter().map(|planned| (planned.worth(asked), planned)).collect();
    ranked.sort_by(|(a, left), (b, right)| {
        b.total_cmp(a).then_with(|| left.record.source.id.cmp(&right.record.source.id))
    });

    let named = !asked.only.is_empty();
    let best = ranked.first().map_or(0.0, |(worth, _)| *worth);
    let settled = ranked.iter().find(|(_, planned)| planned.settles(&asked.intent));
    let settled = settled.map(|(_, planned)| planned.record.source.id.clone()).filter(|_| !named);
    let settings = &asked.region.settings;

    let mut portfolio = Vec::new();
    let mut connections = 0;
    for (worth, planned) in ranked {
        let refused = match &settled {
            _ if named => None,
            Some(because) if planned.connections() > 0 => Some(State::NotNeeded { because: because.clone() }),
            _ if worth < best * WORTH_MIN => Some(State::NotRelevant),
            _ => None,
        };
        let over = portfolio.len() >= settings.portfolio_max
            || (connections > 0 && connections + planned.connections() > settings.connections_max);
        match refused.or(over.then_some(State::OverBudget)) {
            Some(state) => ledger.push(Entry::unasked(&planned.record.source, state, Some(planned.bid))),
            None => {
                connections += planned.connections();
                portfolio.push(planned);
            }
        }
    }
    portfolio
}
