//! How sure a source is that it can answer.
//!
//! Takes: the `bid` section, source, question, intent and variables. Gives: 0 to [`BID_MAX`]. Fails: never.
//! Limits: none of its own. Why it is so: independent hints add up as probabilities do, so no order of rules matters;
//! what a source must have, or must not see, silences it altogether.

use crate::extract::has_phrase;
use crate::settings::Bid;
use crate::vars::Vars;
use zero_connector_sdk::{Intent, Named as _, Question};

/// A mapping is never quite sure.
const BID_MAX: f32 = 0.98;

/// The bid; 0 when a source should not be asked.
pub(crate) fn bid(bid: &Bid, question: &Question, intent: &Intent, vars: &Vars) -> f32 {
    let language = vars.first("language").unwrap_or_default();
    let speaks = bid.languages.is_empty() || bid.languages.iter().any(|one| one.eq_ignore_ascii_case(language));
    if !speaks
        || !bid.needs.iter().all(|need| any(need, vars))
        || bid.never.iter().any(|never| has_phrase(&question.text, never))
    {
        return 0.0;
    }
    let triggered = bid.triggers.iter().any(|trigger| has_phrase(&question.text, trigger));
    let mut doubt = 1.0 - bid.base.clamp(0.0, 1.0);
    let mut hint = |weight: f32| doubt *= 1.0 - weight.clamp(0.0, 1.0);
    hint(if triggered { bid.trigger } else { 0.0 });
    hint(bid.kinds.get(intent.kind.name()).copied().unwrap_or(0.0));
    for topic in &intent.topics {
        hint(bid.topics.get(&topic.name).copied().unwrap_or(0.0) * topic.weight);
    }
    for (need, weight) in &bid.evidence {
        hint(if any(need, vars) { *weight } else { 0.0 });
    }
    let bid = (1.0 - doubt).min(BID_MAX);
    if bid.is_finite() { bid } else { 0.0 }
}

/// Whether any of `a ?? b` has a value.
fn any(names: &str, vars: &Vars) -> bool {
    names.split("??").any(|name| vars.first(name.trim()).is_some())
}
