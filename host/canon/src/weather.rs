//! What a connector hands back, made safe to use: connector output is weather, it is looked at and never trusted.
//!
//! What only spoils itself (a claim about nowhere, a share of NaN) is thrown away and counted; what would cost others
//! something (too many requests, too much state) ends the call.

use zero_pipeline::endpoint;
use zero_pipeline::limits::{
    CLAIMS_PER_SOURCE_MAX, GUEST_STATE_BYTES_MAX, PASSAGES_PER_SOURCE_MAX, REQUESTS_PER_ROUND_MAX,
};
use zero_types::connector::{Claim, Findings, Passage, Place, Plan, Request, Step, Value};

/// What one round may ask of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Requests of one round.
    pub requests: usize,
    /// What a connector may hand to its next round, bytes.
    pub state_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { requests: REQUESTS_PER_ROUND_MAX, state_bytes: GUEST_STATE_BYTES_MAX }
    }
}

/// Gives how many passages, claims and names were thrown away.
///
/// # Errors
/// Which rule of the contract it broke.
pub fn plan(plan: &mut Plan, bounds: Bounds) -> Result<u32, String> {
    plan.bid = share(plan.bid);
    step(&mut plan.step, bounds)
}

/// Gives how many passages, claims and names were thrown away.
///
/// # Errors
/// Which rule of the contract it broke.
pub fn step(step: &mut Step, bounds: Bounds) -> Result<u32, String> {
    match step {
        Step::Fetch(fetch) => {
            let (requests, state) = (fetch.requests.len(), fetch.state.len());
            if requests == 0 {
                return Err("a round without requests".to_owned());
            }
            if requests > bounds.requests {
                return Err(format!("{requests} requests in a round, over the limit of {}", bounds.requests));
            }
            if state > bounds.state_bytes {
                return Err(format!("{state} bytes of state, over the limit of {}", bounds.state_bytes));
            }
            Ok(unnamed(&mut fetch.requests))
        }
        Step::Done(done) => Ok(findings(done)),
    }
}

/// Takes away names of endpoints that are none, since figures are kept under them.
fn unnamed(requests: &mut [Request]) -> u32 {
    let mut dropped = 0;
    for request in requests {
        if request.endpoint.take_if(|name| !endpoint::is_name(name)).is_some() {
            dropped += 1;
        }
    }
    dropped
}

fn findings(findings: &mut Findings) -> u32 {
    let Findings { passages, claims } = findings;
    let before = passages.len() + claims.len();
    passages.truncate(PASSAGES_PER_SOURCE_MAX);
    for passage in &mut *passages {
        passage.score = share(passage.score);
    }
    claims.retain(|claim| stands(claim, passages));
    claims.truncate(CLAIMS_PER_SOURCE_MAX);
    u32::try_from(before - passages.len() - claims.len()).unwrap_or(u32::MAX)
}

/// Whether a claim says something, somewhere in a passage that is there.
fn stands(claim: &Claim, passages: &[Passage]) -> bool {
    let passage = usize::try_from(claim.passage).ok().and_then(|index| passages.get(index));
    passage.is_some_and(|passage| claim.span.of(&passage.text).is_some()) && is_finite(&claim.value)
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Coordinates(at) => at.latitude.is_finite() && at.longitude.is_finite(),
        Value::Place(Place { latitude, longitude, .. }) => {
            [latitude, longitude].into_iter().flatten().all(|degrees| degrees.is_finite())
        }
        _ => true,
    }
}

/// A share from 0 to 1; what is not a number is nothing.
fn share(share: f32) -> f32 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zero_types::connector::{Coordinates, Fetch, Span};

    fn claim(passage: u32, start: u32, end: u32, value: Value) -> Claim {
        let span = Span { start, end };
        Claim { passage, span, subject: "a".into(), property: "b".into(), value, time: None, negated: false }
    }

    fn done(passages: Vec<Passage>, claims: Vec<Claim>) -> (Plan, u32) {
        let mut done = Plan::done(0.5, Findings { passages, claims });
        let dropped = plan(&mut done, Bounds::default()).unwrap();
        (done, dropped)
    }

    #[test]
    fn a_claim_must_stand_in_its_passage() {
        let passages = || vec![Passage::computed("t", "a é b")];
        let far = Value::Coordinates(Coordinates { latitude: f64::NAN, longitude: 0.0 });
        for (passage, start, end, value, stands) in [
            (0, 0, 6, Value::Boolean(true), true),
            (0, 2, 4, Value::Boolean(true), true),
            (0, 6, 6, Value::Boolean(true), true),
            (0, 2, 3, Value::Boolean(true), false),
            (0, 3, 4, Value::Boolean(true), false),
            (0, 4, 2, Value::Boolean(true), false),
            (0, 0, 7, Value::Boolean(true), false),
            (0, u32::MAX, u32::MAX, Value::Boolean(true), false),
            (1, 0, 1, Value::Boolean(true), false),
            (0, 0, 1, far, false),
        ] {
            let (_, dropped) = done(passages(), vec![claim(passage, start, end, value)]);
            assert_eq!(dropped == 0, stands, "claim at {passage}, {start}..{end}");
        }
    }

    #[test]
    fn shares_are_shares_and_lists_are_bounded() {
        let mut wild = Passage::computed("t", "x");
        wild.score = f32::INFINITY;
        let claims = vec![claim(0, 0, 1, Value::Boolean(true)); CLAIMS_PER_SOURCE_MAX + 2];
        let (plan, dropped) = done(vec![wild; PASSAGES_PER_SOURCE_MAX + 3], claims);
        assert_eq!(dropped, 5);
        let Step::Done(findings) = plan.step else { panic!("not done") };
        assert!(findings.passages.iter().all(|passage| passage.score == 0.0));
        for (bid, expected) in [(f32::NAN, 0.0), (-1.0, 0.0), (0.25, 0.25), (7.0, 1.0), (f32::NEG_INFINITY, 0.0)] {
            assert_eq!(share(bid), expected);
        }
    }

    #[test]
    fn what_is_no_name_of_an_endpoint_is_taken_away() {
        for (name, stands) in [("search", true), ("", false), ("a b", false), ("Search", false)] {
            let requests = vec![Request::get("https://a.example").endpoint(name)];
            let mut round = Step::Fetch(Fetch { requests, state: Vec::new() });
            let dropped = step(&mut round, Bounds::default()).unwrap();
            let Step::Fetch(fetch) = round else { panic!("done") };
            assert_eq!((dropped == 0, fetch.requests[0].endpoint.is_some()), (stands, stands), "`{name}`");
        }
    }

    #[test]
    fn a_round_is_bounded() {
        let limits = Bounds::default();
        for (requests, state, fine) in [
            (1, 0, true),
            (limits.requests, limits.state_bytes, true),
            (0, 0, false),
            (limits.requests + 1, 0, false),
            (1, limits.state_bytes + 1, false),
        ] {
            let requests = vec![Request::get("https://a.example"); requests];
            let mut round = Step::Fetch(Fetch { requests, state: vec![0; state] });
            assert_eq!(step(&mut round, limits).is_ok(), fine);
        }
    }
}
