//! Every exchange of every case, broken in every way a service may break it.

use crate::options::Options;
use crate::replay::Replayed;
use crate::report::{Check, Sheet};
use zero_connector_sdk::testing::{Miss, Reads, Siege, Subject, Trials};
use zero_pipeline::limits;
use zero_types::connector::{Outcome, Response};

/// Parts into which each good body is cut.
const CUT_PARTS: usize = 9;

/// Breaks each round of each case whose every request was recorded.
pub(crate) fn mutations<S: Subject + ?Sized>(
    subject: &S,
    replayed: &[Replayed<'_>],
    options: &Options,
    sheet: &mut Sheet,
) {
    let (mut rounds, mut calls, mut large) = (0, 0, 0);
    for it in replayed {
        let about = it.asked.label();
        let mut names = it.answered_by.iter();
        for (at, round) in it.trace.rounds.iter().enumerate() {
            let named = names.by_ref().take(round.requests.len());
            let bodies: Vec<(String, Response)> =
                named.zip(&round.outcomes).filter_map(|(name, outcome)| body(name, outcome)).collect();
            if bodies.len() < round.requests.len() {
                continue;
            }
            rounds += 1;
            let oversized_bytes = if large < options.large_cases_max { limits::RESPONSE_BYTES_MAX } else { 0 };
            large += 1;
            let trials = Trials {
                siege: Siege { reads: Reads::Recorded, cut_parts: CUT_PARTS, oversized_bytes },
                values_max: options.values_max,
                twice: true,
                bounds: options.limits.bounds,
                hosts: Some(&it.asked.record.hosts),
            };
            let (misses, made) = trials.round(subject, &it.asked.record.source, round, &bodies, at == 0);
            calls += made;
            for trial in misses {
                let what = format!("{}: {}", trial.what, trial.miss.what);
                sheet.fail(Check::Mutations, &format!("{about}, round {}", at + 1), Miss::new(what, trial.miss.change));
            }
        }
    }
    if rounds > 0 {
        sheet.made(Check::Mutations, format!("{rounds} rounds broken in {calls} ways, each with a typed end"));
    }
}

fn body(name: &str, outcome: &Outcome) -> Option<(String, Response)> {
    match outcome {
        Outcome::Response(response) => Some((format!("exchange `{name}`"), response.clone())),
        Outcome::Failed(_) => None,
    }
}
