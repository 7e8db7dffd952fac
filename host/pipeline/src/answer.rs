//! The life of a question, as one list of stages.

use crate::ask::Ask;
use crate::catalogue::SourceRecord;
use crate::event::Event;
use crate::gather::{self, Exchange, Gathered};
use crate::identify;
use crate::ledger::{Entry, State, SuspensionCause};
use crate::platform::{CallError, Platform, Rooms};
use crate::problem::Problem;
use crate::region::Region;
use crate::route::{self, Route};
use core::time::Duration;
use std::sync::Arc;
use zero_types::prelude::*;

/// A finished question: the answer and all it stands on.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Random, unique.
    pub id: u64,
    /// As it was asked.
    pub ask: Ask,
    /// Who asked.
    pub principal: Principal,
    /// Stands alone; with clock and place.
    pub resolved: Resolved,
    /// What was asked.
    pub intent: Intent,
    /// The answer or abstention.
    pub answer: Answer,
    /// In the order in which citations count them.
    pub findings: Vec<Finding>,
    /// Every source that was considered, best first.
    pub ledger: Vec<Entry>,
    /// Components that could take part, by name.
    pub digests: Vec<(String, String)>,
    /// Sources whose connectors were asked for a bid, in order.
    pub candidates: Vec<Arc<SourceRecord>>,
    /// Suspensions that were in force.
    pub suspended: Vec<(String, SuspensionCause, i64)>,
    /// Everything that was delivered to connectors.
    pub exchanges: Vec<Exchange>,
    /// Where the time went.
    pub timing: Timing,
}

/// Time per stage; not part of the sealed answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// Name of the stage and time, in order.
    pub stages: Vec<(&'static str, Duration)>,
}

impl Timing {
    /// All stages together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.stages.iter().map(|(_, took)| *took).sum()
    }
}

/// What is fixed in advance: by a door its id and principal, by a replay all of it.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// The id of the answer.
    pub id: Option<u64>,
    /// The candidates, instead of the index's.
    pub candidates: Option<Vec<Arc<SourceRecord>>>,
    /// The suspensions, instead of the region's.
    pub suspended: Option<Vec<(String, SuspensionCause, i64)>>,
    /// The lines of sources that were denied: with fixed candidates nobody looks for them again.
    pub denied: Vec<Entry>,
    /// Who asks, where that is known already: a door has identified them, or a receipt says it.
    pub principal: Option<Principal>,
    /// Exchanges are taken as the platform has them.
    pub replay: bool,
}

/// One question underway: all that routing and gathering read of it.
pub struct Asked<P: Platform> {
    /// The world.
    pub platform: P,
    /// One consistent version of every component.
    pub rooms: P::Rooms,
    /// The region's state.
    pub region: Arc<Region>,
    /// Stands alone.
    pub question: Question,
    /// What is asked.
    pub intent: Intent,
    /// Sources the asker prefers.
    pub preferred: Vec<String>,
    /// Sources the asker does not want.
    pub blocked: Vec<String>,
    /// The only sources to ask; empty for all.
    pub only: Vec<String>,
    /// Sources with personal data that the asker consents to.
    pub consent: Vec<String>,
    /// Suspensions in force when the question came.
    pub suspended: Vec<(String, SuspensionCause, i64)>,
    /// When gathering ends, in time since start.
    pub deadline: Duration,
    /// How long after that late sources are still listened to.
    pub late: Duration,
    /// Exchanges are taken as the platform has them: no cache, breaker, pace, hedge or retry.
    pub replay: bool,
}

impl<P: Platform> Asked<P> {
    /// The suspension of a source, as its state.
    #[must_use]
    pub fn suspension(&self, source_id: &str) -> Option<State> {
        let found = self.suspended.iter().find(|(id, ..)| id == source_id);
        found.map(|&(_, cause, until_ms)| State::Suspended { cause, until_ms })
    }
}

/// Answers a question; `events` hears of it as it goes.
///
/// Source failures never end it. Late sources are listened to after the answer for `ask.late_budget`, and then
/// `events` hears of better answers.
///
/// # Errors
/// Denied, or a component of our own broke.
pub async fn answer<P: Platform>(
    region: Arc<Region>,
    platform: P,
    mut ask: Ask,
    fixed: Fixed,
    mut events: impl FnMut(Event<'_>),
) -> Result<Answered, Problem> {
    let rooms = platform.rooms();
    let mut watch = Watch::start(&platform);
    let id = fixed.id.unwrap_or_else(|| platform.random());
    let gather_budget = *ask.gather_budget.get_or_insert(region.settings.gather_budget);
    let mut question = ask.question.clone();
    question.now_ms = platform.now_ms();

    // Nobody's question is read before it is known whether they may ask it.
    let principal = match fixed.principal {
        Some(principal) => principal,
        None => identify(&rooms, &region, &ask.credential, question.now_ms)?,
    };
    // From here on the world is this principal's: what is theirs goes out with their own secrets.
    let platform = platform.asked_by(&principal);
    // Who asked is known from here on, and nobody needs to know by which secret.
    ask.credential = Credential::Anonymous;
    watch.lap("identify");
    // A follow-up is made to stand alone before it is read, so that reading and routing never see a conversation.
    let resolved = rooms.resolve(&question, &ask.profile, &ask.turns).map_err(broke("context"))?;
    watch.lap("resolve");
    let intent = rooms.read(&resolved.question).map_err(broke("intent"))?;
    watch.lap("read");
    events(Event::Read { id, question: &resolved.question, intent: &intent, changes: &resolved.changes });

    let suspended = fixed.suspended.unwrap_or_else(|| suspensions(&region, &platform));
    let asked = Arc::new(Asked {
        rooms: rooms.clone(),
        region: Arc::clone(&region),
        question: resolved.question.clone(),
        intent: intent.clone(),
        preferred: resolved.preferred_sources.clone(),
        blocked: resolved.blocked_sources.clone(),
        only: ask.only.clone(),
        consent: ask.consent.clone(),
        suspended,
        deadline: platform.elapsed().saturating_add(gather_budget),
        late: ask.late_budget,
        replay: fixed.replay,
        platform: platform.clone(),
    });
    let Route { candidates, portfolio, ledger } = route::route(&asked, fixed.candidates, fixed.denied).await;
    watch.lap("route");
    events(Event::Routed { portfolio: &portfolio });

    let (mut gathered, mut underway) = gather::start(&asked, portfolio);
    // The answer does not wait for late sources: they stay in `underway` and are not lost.
    while let Some(entry) = gather::next(&asked, &mut gathered, &mut underway, asked.deadline).await {
        events(Event::Source { entry: &entry });
    }
    for late in gathered.ledger().iter().filter(|entry| entry.state == State::Late) {
        events(Event::Source { entry: late });
    }
    watch.lap("gather");
    let answer = rooms.compose(&asked.question, &asked.intent, &gathered.findings()).map_err(broke("synthesis"))?;
    watch.lap("compose");

    let seal = |gathered: &Gathered, answer: Answer, timing: Timing| Answered {
        answer: silence_explained(answer, &gathered.ledger(), &ledger),
        id,
        ask: ask.clone(),
        principal: principal.clone(),
        resolved: resolved.clone(),
        intent: intent.clone(),
        findings: gathered.findings(),
        ledger: gathered.ledger().into_iter().chain(ledger.iter().cloned()).collect(),
        digests: rooms.digests(),
        candidates: candidates.clone(),
        suspended: asked.suspended.clone(),
        exchanges: gathered.exchanges(),
        timing,
    };
    let sealed = seal(&gathered, answer, watch.timing.clone());
    events(Event::Answer { answered: &sealed });

    if !ask.late_budget.is_zero() && !underway.is_empty() {
        let until = platform.elapsed().saturating_add(ask.late_budget);
        while let Some(entry) = gather::next(&asked, &mut gathered, &mut underway, until).await {
            events(Event::Source { entry: &entry });
            if matches!(entry.state, State::Answered { .. }) {
                let better = rooms.compose(&asked.question, &asked.intent, &gathered.findings());
                let better = better.map_err(broke("synthesis"))?;
                events(Event::Patch { answered: &seal(&gathered, better, watch.timing.clone()), because: &entry });
            }
        }
    }
    Ok(sealed)
}

/// Credential to principal, and whether they may ask.
fn identify<R: Rooms>(rooms: &R, region: &Region, credential: &Credential, now_ms: i64) -> Result<Principal, Problem> {
    let principal = identify::authenticate(rooms, credential, &region.trust, now_ms)?;
    identify::authorize(rooms, &principal, Permission::Ask, &identify::of_host("answer"))?;
    Ok(principal)
}

/// Synthesis sees only what was found; that nobody could be asked is another reason for silence than that nobody knew.
fn silence_explained(mut answer: Answer, asked: &[Entry], others: &[Entry]) -> Answer {
    let Some(abstention) = answer.abstention.as_mut() else { return answer };
    let unanswered = |entry: &Entry| !matches!(entry.state, State::Answered { .. } | State::Empty);
    if abstention.kind == AbstentionKind::NothingFound && asked.iter().all(unanswered) {
        let left_out = others.iter().any(|entry| matches!(entry.state, State::Denied { .. } | State::Suspended { .. }));
        let reason = match (asked.is_empty(), left_out) {
            (false, _) => "none of the sources that might know could be reached in time",
            (true, true) => "the sources that might know were not to be asked",
            (true, false) => "no source here is meant for such a question",
        };
        abstention.reason = reason.to_owned();
    }
    answer
}

/// Calls take milliseconds: a second later there is room, or the host has more than a burst to carry.
const OVERLOAD_RETRY_AFTER: Duration = Duration::from_secs(1);

pub(crate) fn broke(room: &'static str) -> impl Fn(CallError) -> Problem {
    move |error| match error {
        CallError::Overloaded => Problem::overloaded(OVERLOAD_RETRY_AFTER),
        error => Problem::internal(format!("the {room} room {error}")),
    }
}

fn suspensions<P: Platform>(region: &Region, platform: &P) -> Vec<(String, SuspensionCause, i64)> {
    let now = platform.elapsed();
    let at_ms = |until: Duration| {
        let left = i64::try_from(until.saturating_sub(now).as_millis()).unwrap_or(i64::MAX);
        platform.now_ms().saturating_add(left)
    };
    region.health.suspended(now).into_iter().map(|(id, it)| (id, it.cause, at_ms(it.until))).collect()
}

struct Watch<'p, P: Platform> {
    platform: &'p P,
    last: Duration,
    timing: Timing,
}

impl<'p, P: Platform> Watch<'p, P> {
    fn start(platform: &'p P) -> Self {
        Self { platform, last: platform.elapsed(), timing: Timing::default() }
    }

    fn lap(&mut self, stage: &'static str) {
        let now = self.platform.elapsed();
        self.timing.stages.push((stage, now.saturating_sub(self.last)));
        self.last = now;
    }
}
