//! A connector under siege: every [`Mutant`] at every round ends in a typed failure or in findings that hold together.

use super::walk::replay;
use super::{Exchange, Meant, ROUNDS_MAX, cuts, faults, oversized, scrambled, states, wrong_types};
use crate::{Connector, Failure, FailureKind, Findings, Intent, Outcome, Question, Response, Source, Step};

/// What the service sends when it is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// A JSON object, so that everything else is [`FailureKind::Malformed`].
    JsonObject,
    /// Whatever the source's settings say, so that another format may also be an answer without passages.
    Anything,
}

/// How a connector is tried.
#[derive(Debug, Clone, Copy)]
pub struct Siege {
    /// What the service sends when it is well.
    pub reads: Reads,
    /// Parts into which each good body is cut.
    pub cut_parts: usize,
    /// Bytes of an oversized body.
    pub oversized_bytes: usize,
}

/// Walks through the exchanges, and breaks each round in every way of the list; gives what went wrong.
#[must_use]
pub fn withstand<C: Connector>(
    source: &Source,
    question: &Question,
    intent: &Intent,
    exchanges: &[Exchange],
    siege: Siege,
) -> Vec<String> {
    let mut misses = Vec::new();
    let mut step = C::plan(source, question, intent).map(|plan| plan.step);
    for round in 0..=ROUNDS_MAX {
        let fetch = match step {
            Ok(Step::Fetch(fetch)) => fetch,
            Ok(Step::Done(_)) if round > 0 => return misses,
            Ok(Step::Done(_)) => {
                misses.push(format!("`{}` asks nothing of `{}`", question.text, source.id));
                return misses;
            }
            Err(failure) => {
                misses.push(format!("`{}`: the recorded exchanges give {failure:?}", question.text));
                return misses;
            }
        };
        let good: Vec<Outcome> = fetch.requests.iter().map(|request| replay(exchanges, request)).collect();
        let broken = withstand_round::<C>(source, &fetch.state, &good, exchanges, siege, round == 0);
        misses.extend(broken.into_iter().map(|miss| format!("`{}`, round {round}: {miss}", question.text)));
        step = C::resume(source, &fetch.state, &good);
    }
    misses.push(format!("`{}`: more than {ROUNDS_MAX} rounds", question.text));
    misses
}

/// Breaks one round in every way of the list; gives what went wrong.
///
/// The bodies of all `exchanges` are tried, also those that belong to other requests. A round that is not the `first`
/// may make the best of what it knows already, so that it need not fail.
#[must_use]
pub fn withstand_round<C: Connector>(
    source: &Source,
    state: &[u8],
    good: &[Outcome],
    exchanges: &[Exchange],
    siege: Siege,
    first: bool,
) -> Vec<String> {
    let mut misses = Vec::new();
    let mut put = |what: &str, state: &[u8], outcomes: &[Outcome], meant: Meant| {
        if let Err(miss) = resume::<C>(source, state, outcomes, |step| fits(step, meant, siege.reads, first)) {
            misses.push(format!("{what}: {miss}"));
        }
    };
    let every = |outcome: &Outcome| vec![outcome.clone(); good.len()];

    for mutant in faults() {
        put(&mutant.what, state, &every(&mutant.outcome), mutant.meant);
    }
    let responses: Vec<&Response> = good.iter().filter_map(response_of).collect();
    if responses.len() == good.len() {
        // All bodies of a round are cut at the same share of their length.
        let mut each: Vec<_> = responses.iter().map(|response| cuts(response, siege.cut_parts)).collect();
        for part in 1..siege.cut_parts {
            let cut: Vec<_> = each.iter_mut().filter_map(Iterator::next).collect();
            let all_broken = cut.iter().all(|mutant| mutant.meant == Meant::NotJson);
            let meant = if all_broken { Meant::NotJson } else { Meant::Anything };
            let outcomes: Vec<Outcome> = cut.into_iter().map(|mutant| mutant.outcome).collect();
            put(&format!("cut off after {part} of {} parts", siege.cut_parts), state, &outcomes, meant);
        }
    }
    for response in responses.into_iter().take(1) {
        for mutant in oversized(response, siege.oversized_bytes) {
            put(&mutant.what, state, &every(&mutant.outcome), mutant.meant);
        }
    }
    for exchange in exchanges {
        for mutant in wrong_types(&exchange.response).chain(scrambled(&exchange.response)) {
            put(&format!("{}: {}", exchange.url, mutant.what), state, &every(&mutant.outcome), mutant.meant);
        }
    }
    // Who keeps nothing between rounds need not read what it is given.
    let foreign = if state.is_empty() { Meant::Anything } else { Meant::ForeignState };
    for (what, state) in states(state) {
        put(&what, &state, good, foreign);
        put(&format!("{what}, no outcome"), &state, &[], Meant::ForeignState);
    }
    put("no outcome", state, &[], Meant::Failure(FailureKind::Internal, None));
    put("too many outcomes", state, &[good, good, good].concat(), Meant::Anything);
    misses
}

fn response_of(outcome: &Outcome) -> Option<&Response> {
    match outcome {
        Outcome::Response(response) => Some(response),
        Outcome::Failed(_) => None,
    }
}

/// One round and those that follow from it, which get the same outcome.
fn resume<C: Connector>(
    source: &Source,
    state: &[u8],
    outcomes: &[Outcome],
    fits: impl Fn(&Result<Step, Failure>) -> bool,
) -> Result<(), String> {
    let mut step = C::resume(source, state, outcomes);
    if !fits(&step) {
        return Err(format!("gives {step:?}"));
    }
    for _ in 0..ROUNDS_MAX {
        match (step, outcomes.first()) {
            (Err(_), _) => return Ok(()),
            (Ok(Step::Done(findings)), _) => return hold_together(&findings),
            (Ok(Step::Fetch(fetch)), Some(outcome)) => {
                step = C::resume(source, &fetch.state, &vec![outcome.clone(); fetch.requests.len()]);
            }
            (Ok(Step::Fetch(_)), None) => return Err("asks on without any outcome".to_owned()),
        }
    }
    Err(format!("more than {ROUNDS_MAX} rounds"))
}

fn fits(step: &Result<Step, Failure>, meant: Meant, reads: Reads, first: bool) -> bool {
    let nothing = matches!(step, Ok(Step::Done(findings)) if findings.passages.is_empty());
    // A later round may make the best of what the first has brought.
    let fails = |wanted: FailureKind| match step {
        Err(failure) => failure.kind == wanted,
        Ok(_) => !first,
    };
    match (meant, reads) {
        (Meant::Failure(kind, after), _) => {
            fails(kind) && step.as_ref().err().is_none_or(|failure| failure.retry_after_seconds == after)
        }
        (Meant::ForeignState, _) => matches!(step, Err(failure) if failure.kind == FailureKind::Internal),
        (Meant::Absent(kind), Reads::JsonObject) => fails(kind),
        (Meant::Absent(kind), Reads::Anything) => nothing || fails(kind),
        (Meant::NotJson | Meant::NotObject, Reads::JsonObject) => fails(FailureKind::Malformed),
        (Meant::NotJson | Meant::NotObject, Reads::Anything) => nothing || step.is_err(),
        (Meant::Anything, _) => true,
    }
}

/// Scores are shares, passages say something, and claims point into them.
fn hold_together(findings: &Findings) -> Result<(), String> {
    for passage in &findings.passages {
        if !(0.0..=1.0).contains(&passage.score) || passage.text.trim().is_empty() {
            return Err(format!("an odd passage: {passage:?}"));
        }
    }
    for claim in &findings.claims {
        let said = findings.passages.get(claim.passage as usize).and_then(|passage| claim.span.of(&passage.text));
        if said.is_none_or(str::is_empty) {
            return Err(format!("a claim that points nowhere: {claim:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Descriptor, Plan, Request, json};

    /// Asks once; what it makes of the outcome is up to the test.
    struct Asks<const CAREFUL: bool>;

    impl<const CAREFUL: bool> Connector for Asks<CAREFUL> {
        fn describe() -> Descriptor {
            panic!("no test asks for it")
        }

        fn plan(_: &Source, _: &Question, _: &Intent) -> Result<Plan, Failure> {
            Ok(Plan::fetch(1.0, vec![Request::get("https://a.example/")], b"{\"round\":0}".to_vec()))
        }

        fn resume(_: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
            if CAREFUL {
                if state != b"{\"round\":0}" {
                    return Err(Failure::new(FailureKind::Internal, "not my state"));
                }
                let first = outcomes.first().ok_or_else(|| Failure::new(FailureKind::Internal, "no outcome"))?;
                json::<std::collections::BTreeMap<String, serde_json::Value>>(first)?;
            }
            Ok(Step::Done(Findings::none()))
        }
    }

    fn misses_of<C: Connector>() -> Vec<String> {
        let recorded =
            Exchange::parse("GET https://a.example/\n\nHTTP/1.1 200\n\n{\"a\": [1, {\"b\": \"c\"}]}").unwrap();
        let siege = Siege { reads: Reads::JsonObject, cut_parts: 5, oversized_bytes: 1_000 };
        withstand::<C>(&Source::new("a", "A"), &Question::new("?"), &Intent::unknown("en"), &[recorded], siege)
    }

    #[test]
    fn a_careful_connector_withstands() {
        assert_eq!(misses_of::<Asks<true>>(), Vec::<String>::new());
    }

    #[test]
    fn a_careless_connector_is_told_everything_at_once() {
        let misses = misses_of::<Asks<false>>();
        for what in
            ["Timeout", "status 401", "status 404", "429, retry", "body `[]`", "cut off after 3", "half a state"]
        {
            assert!(misses.iter().any(|miss| miss.contains(what)), "{what} is not among {misses:#?}");
        }
    }
}
