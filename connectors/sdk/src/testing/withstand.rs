//! A connector under siege: every [`Mutant`] at every round ends in a typed failure or in findings that hold together.

use super::conform::{Bounds, Miss, misses_of_fetch, misses_of_findings};
use super::mutate::{is_json, some_wrong_types};
use super::subject::{Native, Subject};
use super::walk::{Round, replay, said};
use super::{Exchange, Meant, Mutant, ROUNDS_MAX, cuts, faults, matches_pattern, oversized, scrambled, states};
use crate::{
    Connector, Failure, FailureKind, Fetch, FetchFailure, FetchFailureKind, Intent, Named as _, Outcome, Question,
    Request, Response, Source, Step,
};

/// Two bodies larger than this are not handed over at once: a round must fit into the memory of an instance.
const LARGE_BYTES: usize = 1024 * 1024;

/// What people read of a failure.
const DETAIL_BYTES_MAX: usize = 2_000;

/// What the service sends when it is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// A JSON object, so that everything else is [`FailureKind::Malformed`].
    JsonObject,
    /// Whatever the source's settings say, so that another format may also be an answer without passages.
    Anything,
    /// What was recorded: where that is JSON, whatever is none is [`FailureKind::Malformed`]. Asks nothing of a connector
    /// that a host would never do to it, such as handing over a state that another has written, but that it lives.
    Recorded,
}

/// How a connector is tried.
#[derive(Debug, Clone, Copy)]
pub struct Siege {
    /// What the service sends when it is well.
    pub reads: Reads,
    /// Parts into which each good body is cut.
    pub cut_parts: usize,
    /// Bytes of an oversized body; none are sent when it is 0.
    pub oversized_bytes: usize,
}

/// How any subject is tried.
#[derive(Debug, Clone, Copy)]
pub struct Trials<'h> {
    /// In which ways.
    pub siege: Siege,
    /// Values of each recorded body that are replaced by ones of another type.
    pub values_max: usize,
    /// Whether every call is made twice, to compare.
    pub twice: bool,
    /// What its steps must keep to.
    pub bounds: Bounds,
    /// Hosts it may ask, whatever a service sends it; not looked at when they are not known.
    pub hosts: Option<&'h [String]>,
}

/// One thing that was tried and did not go well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What the connector got.
    pub what: String,
    /// What it made of it.
    pub miss: Miss,
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
    let trials = Trials { siege, values_max: usize::MAX, twice: false, bounds: Bounds::default(), hosts: None };
    let round = Round { requests: Vec::new(), outcomes: good.to_vec(), state: state.to_vec() };
    let bodies = exchanges.iter().map(|exchange| (exchange.url.clone(), exchange.response.clone()));
    let (misses, _) = trials.round(&Native::<C>::new(), source, &round, &bodies.collect::<Vec<_>>(), first);
    misses.into_iter().map(|trial| format!("{}: {}", trial.what, trial.miss.what)).collect()
}

impl Trials<'_> {
    /// Breaks one round in every way of the list; gives what went wrong, and how many calls were made.
    ///
    /// Of the good `bodies`, which have names, each is tried in the place of every response.
    pub fn round<S: Subject + ?Sized>(
        &self,
        subject: &S,
        source: &Source,
        round: &Round,
        bodies: &[(String, Response)],
        first: bool,
    ) -> (Vec<Trial>, usize) {
        let Round { outcomes: good, state, .. } = round;
        let siege = self.siege;
        let responses: Vec<&Response> = good.iter().filter_map(response_of).collect();
        // What follows a refusal says nothing of what the service sends when it is well.
        let well = |response: &&Response| (200..300).contains(&response.status) && is_json(&response.body);
        let json = responses.len() == good.len() && responses.iter().all(well);
        let mut besieged = Besieged { trials: self, subject, source, first, json, misses: Vec::new(), calls: 0 };
        let every = |outcome: &Outcome| vec![outcome.clone(); good.len()];

        for mutant in faults() {
            besieged.put(&mutant, state, &every(&mutant.outcome));
        }
        if responses.len() == good.len() {
            // All bodies of a round are cut at the same share of their length.
            let mut each: Vec<_> = responses.iter().map(|response| cuts(response, siege.cut_parts)).collect();
            for part in 1..siege.cut_parts {
                let cut: Vec<_> = each.iter_mut().filter_map(Iterator::next).collect();
                let all_broken = cut.iter().all(|mutant| mutant.meant == Meant::NotJson);
                let meant = if all_broken { Meant::NotJson } else { Meant::Anything };
                let outcomes: Vec<Outcome> = cut.into_iter().map(|mutant| mutant.outcome).collect();
                let what = format!("cut off after {part} of {} parts", siege.cut_parts);
                besieged.put_as(&what, state, &outcomes, meant);
            }
        }
        for response in responses.into_iter().take(usize::from(siege.oversized_bytes > 0)) {
            for mutant in oversized(response, siege.oversized_bytes) {
                besieged.put(&mutant, state, &alone(&mutant.outcome, good.len()));
            }
        }
        for (name, response) in bodies {
            for mutant in some_wrong_types(response, self.values_max).chain(scrambled(response)) {
                let named = Mutant { what: format!("{name}: {}", mutant.what), ..mutant };
                besieged.put(&named, state, &every(&named.outcome));
            }
        }
        // Who keeps nothing between rounds need not read what it is given.
        let foreign = if state.is_empty() { Meant::Anything } else { Meant::ForeignState };
        for (what, state) in states(state) {
            besieged.put_as(&what, &state, good, foreign);
            besieged.put_as(&format!("{what}, no outcome"), &state, &[], Meant::ForeignState);
        }
        besieged.put_as("no outcome", state, &[], Meant::Failure(FailureKind::Internal, None));
        besieged.put_as("too many outcomes", state, &[&good[..], &good[..], &good[..]].concat(), Meant::Anything);
        (besieged.misses, besieged.calls)
    }
}

/// Whether a request is to one of these hosts.
fn asks(request: &Request, hosts: &[String]) -> bool {
    let rest = request.url.strip_prefix("https://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    hosts.iter().any(|pattern| matches_pattern(pattern, host))
}

/// A large outcome comes alone, the others being cut off by the host.
fn alone(outcome: &Outcome, count: usize) -> Vec<Outcome> {
    let large = response_of(outcome).is_some_and(|response| response.body.len() > LARGE_BYTES);
    let cut_off = FetchFailure { kind: FetchFailureKind::TooLarge, detail: "over the limit of the host".to_owned() };
    let others = if large { Outcome::Failed(cut_off) } else { outcome.clone() };
    let mut all = vec![others; count];
    if let Some(first) = all.first_mut() {
        *first = outcome.clone();
    }
    all
}

fn response_of(outcome: &Outcome) -> Option<&Response> {
    match outcome {
        Outcome::Response(response) => Some(response),
        Outcome::Failed(_) => None,
    }
}

/// A subject at one of its rounds.
struct Besieged<'s, S: ?Sized> {
    trials: &'s Trials<'s>,
    subject: &'s S,
    source: &'s Source,
    first: bool,
    json: bool,
    misses: Vec<Trial>,
    calls: usize,
}

impl<S: Subject + ?Sized> Besieged<'_, S> {
    fn put(&mut self, mutant: &Mutant, state: &[u8], outcomes: &[Outcome]) {
        self.put_as(&mutant.what, state, outcomes, mutant.meant);
    }

    fn put_as(&mut self, what: &str, state: &[u8], outcomes: &[Outcome], meant: Meant) {
        if let Err(miss) = self.resume(state, outcomes, meant) {
            self.misses.push(Trial { what: what.to_owned(), miss });
        }
    }

    /// One round and those that follow from it, which get the same outcome.
    fn resume(&mut self, state: &[u8], outcomes: &[Outcome], meant: Meant) -> Result<(), Miss> {
        let mut step = self.call(state, outcomes)?;
        if !self.fits(&step, meant, outcomes) {
            return Err(misfit(&step, meant));
        }
        for _ in 0..ROUNDS_MAX {
            match (step, outcomes.first()) {
                (Err(failure), _) if failure.detail.len() > DETAIL_BYTES_MAX => {
                    let what = format!("fails with a detail of {} bytes", failure.detail.len());
                    return Err(Miss::new(what, "cut what a service sent before it goes into a detail"));
                }
                (Err(_), _) => return Ok(()),
                (Ok(Step::Done(findings)), _) => {
                    let misses = misses_of_findings(&findings, &self.trials.bounds);
                    return misses.into_iter().next().map_or(Ok(()), Err);
                }
                (Ok(Step::Fetch(fetch)), Some(outcome)) => {
                    self.may_ask(&fetch)?;
                    step = self.call(&fetch.state, &alone(outcome, fetch.requests.len()))?;
                }
                (Ok(Step::Fetch(_)), None) => {
                    let change = "fail as `internal` when there are fewer outcomes than requests";
                    return Err(Miss::new("asks on without any outcome", change));
                }
            }
        }
        let change = "count the rounds in the state, and give up after the fourth";
        Err(Miss::new(format!("more than {ROUNDS_MAX} rounds"), change))
    }

    /// A service cannot make it ask beyond what it may.
    fn may_ask(&self, fetch: &Fetch) -> Result<(), Miss> {
        if let Some(miss) = misses_of_fetch(fetch, &self.trials.bounds).into_iter().next() {
            return Err(miss);
        }
        let stray = fetch.requests.iter().find(|request| self.trials.hosts.is_some_and(|hosts| !asks(request, hosts)));
        stray.map_or(Ok(()), |request| {
            let change = "check what a service sends before it goes into the URL of the next request";
            Err(Miss::new(format!("asks `{}`, which its source does not declare", request.url), change))
        })
    }

    fn call(&mut self, state: &[u8], outcomes: &[Outcome]) -> Result<Result<Step, Failure>, Miss> {
        self.calls += 1;
        let called = self.subject.resume(self.source, state, outcomes);
        let step = called.result.map_err(|ended| Miss::new(ended.to_string(), ended.by.change()))?;
        if self.trials.twice && self.subject.resume(self.source, state, outcomes).result.as_ref() != Ok(&step) {
            return Err(Miss::new("two calls with the same input differ", UNSTEADY));
        }
        Ok(step)
    }

    fn fits(&self, step: &Result<Step, Failure>, meant: Meant, outcomes: &[Outcome]) -> bool {
        let nothing = matches!(step, Ok(Step::Done(findings)) if findings.passages.is_empty());
        // A later round may make the best of what the first has brought.
        let fails = |wanted: FailureKind| match step {
            Err(failure) => failure.kind == wanted,
            Ok(_) => !self.first,
        };
        let fails_at = |wanted: FailureKind, after: Option<u32>| {
            fails(wanted) && step.as_ref().err().is_none_or(|failure| failure.retry_after_seconds == after)
        };
        let response = outcomes.first().and_then(response_of);
        let status = response.map(|response| response.status);
        // JSON behind a byte order mark is none, but many a language reads over it.
        let marked = response.is_some_and(|response| response.body.starts_with("\u{feff}".as_bytes()));
        match (meant, self.trials.siege.reads) {
            // No host hands over fewer outcomes than it was asked for.
            (Meant::ForeignState, Reads::Recorded) => true,
            (Meant::Failure(FailureKind::Internal, _), Reads::Recorded) if outcomes.is_empty() => true,
            // What a service means by these is its own affair.
            (Meant::Failure(FailureKind::Upstream, _), Reads::Recorded) if status.is_some_and(|it| it < 500) => {
                nothing || step.is_err() || !self.first
            }
            (Meant::Failure(FailureKind::RateLimited, after), Reads::Recorded) if status == Some(503) => {
                fails_at(FailureKind::RateLimited, after) || fails(FailureKind::Upstream)
            }
            // An empty body is no JSON, and whether it is an answer of another format nobody knows.
            (Meant::Failure(FailureKind::Malformed, _), Reads::Recorded) if status == Some(200) && !self.json => {
                nothing || step.is_err() || !self.first
            }
            (Meant::Failure(kind, after), _) => fails_at(kind, after),
            (Meant::ForeignState, _) => matches!(step, Err(failure) if failure.kind == FailureKind::Internal),
            (Meant::Absent(kind), Reads::JsonObject) => fails(kind),
            (Meant::Absent(kind), Reads::Anything) => nothing || fails(kind),
            (Meant::Absent(_), Reads::Recorded) => nothing || step.is_err() || !self.first,
            (Meant::NotJson | Meant::NotObject, Reads::JsonObject) => fails(FailureKind::Malformed),
            (Meant::NotJson, Reads::Recorded) if self.json && !marked => fails(FailureKind::Malformed),
            (Meant::NotJson | Meant::NotObject, Reads::Anything) => nothing || step.is_err(),
            (Meant::NotJson | Meant::NotObject, Reads::Recorded) => nothing || step.is_err() || !self.first,
            (Meant::Anything, _) => true,
        }
    }
}

/// What to do about a connector that gives one thing now and another then.
pub(super) const UNSTEADY: &str = "compute everything from the arguments: nothing may be kept in the program between calls, \
                        and no order may come from a hash or an address";

/// What was made of it, and what should have been.
fn misfit(step: &Result<Step, Failure>, meant: Meant) -> Miss {
    let gives = match step {
        Err(failure) => said(failure),
        Ok(Step::Fetch(fetch)) => format!("asks {} requests more", fetch.requests.len()),
        Ok(Step::Done(findings)) => {
            format!("finds {} passages and {} claims", findings.passages.len(), findings.claims.len())
        }
    };
    let (wanted, change) = match meant {
        Meant::Failure(kind, after) => (failure_wanted(kind, after), change_to(kind)),
        Meant::Absent(kind) => (failure_wanted(kind, None), change_to(kind)),
        Meant::ForeignState => (
            "a failure `internal`".to_owned(),
            "refuse a state that it did not write; in Rust `state::load` of the SDK does",
        ),
        Meant::NotJson | Meant::NotObject => (
            "a failure `malformed`".to_owned(),
            "a service may send a login page, or half an answer, with status 200: fail as `malformed` when the body does \
             not parse, and do not read it as an empty answer; in Rust `json(outcome)?` of the SDK does",
        ),
        Meant::Anything => ("another end".to_owned(), "give findings or a typed failure"),
    };
    Miss::new(format!("{gives}, where {wanted} is due"), change)
}

fn failure_wanted(kind: FailureKind, after: Option<u32>) -> String {
    let after = after.map(|seconds| format!(" with `retry-after-seconds` {seconds}")).unwrap_or_default();
    format!("a failure `{}`{after}", kind.name())
}

/// What to do where a failure of this kind is due.
fn change_to(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Credential => {
            "fail as `credential` on status 401, 403 and 407, so that the operator is told which slot to mend; \
             in Rust `success(outcome)?` of the SDK does"
        }
        FailureKind::RateLimited => {
            "fail as `rate-limited` on status 429, with the whole seconds of the header `retry-after` in \
             `retry-after-seconds` (none when it is no such number), so that the host waits as long; \
             in Rust `success(outcome)?` of the SDK does"
        }
        FailureKind::Upstream => {
            "fail as `upstream` on every other status that is no success; in Rust `success(outcome)?` of the SDK does"
        }
        FailureKind::Unreachable => {
            "an outcome may be a failed fetch: fail as `unreachable` on `unresolved`, `unreachable` and `timeout`; \
             in Rust `success(outcome)?` of the SDK does"
        }
        FailureKind::Malformed => {
            "fail as `malformed` on a body that does not parse, an empty one too, and on a fetch that failed as \
             `malformed` or `too-large`; in Rust `json(outcome)?` of the SDK does"
        }
        FailureKind::Internal => {
            "fail as `internal` on a fetch that was `refused` or `suspended`, and on fewer outcomes than requests; \
             in Rust `success(outcome)?` of the SDK does"
        }
        FailureKind::Settings => "fail as `settings` when the source's settings cannot be used",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Descriptor, Findings, Plan, Request, json};

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
