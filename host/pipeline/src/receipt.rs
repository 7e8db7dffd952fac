//! The receipt: all that is needed to give an answer again, byte for byte.
//!
//! - **Takes** a finished question; or a receipt, and rooms with the same digests.
//! - **Gives** JSON; or the answer again and where it first differs.
//! - **Fails** naming what is malformed, or which component is missing or another.
//! - **Limits**: [`RECEIPT_BYTES_MAX`].
//! - **Why it is so**: components are pure, so the exchanges that were delivered to them, the clock and the choice of
//!   candidates determine everything. Credentials are never in it: the principal stands for them.

use crate::answer::{Answered, Fixed, answer};
use crate::ask::Ask;
use crate::cache::Key;
use crate::catalogue::{Catalogue, KeyNeed, SourceRecord};
use crate::ledger::{DenialReason, Entry, State, SuspensionCause};
use crate::platform::{Fetched, Freshness, Platform, Rooms};
use crate::problem::Problem;
use crate::region::Region;
use crate::rules::AskedFrom;
use crate::settings::Settings;
use crate::virtual_time::VirtualTime;
use crate::wire;
use crate::wire::twin::{self, Twin};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use zero_types::prelude as z;

/// A receipt may be this large, bytes: 16 sources with 4 rounds of full responses, and then some.
pub const RECEIPT_BYTES_MAX: usize = 512 * 1024 * 1024;

const FORMAT: &str = "zero-receipt/1";

/// A receipt, as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    id: String,
    asked: Asked,
    principal: twin::Principal,
    components: BTreeMap<String, String>,
    settings: Limits,
    candidates: Vec<Candidate>,
    suspended: Vec<Suspended>,
    denied: Vec<Denied>,
    exchanges: Vec<Delivered>,
    /// The answer exactly as it was given.
    answer: Box<RawValue>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    question: twin::Question,
    profile: twin::Profile,
    turns: Vec<twin::Turn>,
    only: Vec<String>,
    consent: Vec<String>,
    gather_budget_ms: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    portfolio_max: usize,
    connections_max: usize,
    bid_min: f32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidate {
    connector: String,
    source: twin::Source,
    hosts: Vec<String>,
    trust: f32,
    attribution: Option<String>,
    /// Names a host that its passages may link to. Absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suspended {
    source: String,
    cause: String,
    until_ms: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denied {
    source: String,
    name: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivered {
    source: String,
    request: twin::Request,
    outcome: twin::Outcome,
}

/// Why a receipt cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Not a receipt.
    #[error("not a receipt: {0}")]
    Malformed(String),
    /// Made by components that are not installed here.
    #[error("the receipt was made with other components:\n{}\n\nhint: install those digests, or pass `--with-current` to see what these make of it", .0.join("\n"))]
    OtherComponents(Vec<String>),
    /// The replay itself ended in a problem.
    #[error("the replay ended in a problem: {0}")]
    Problem(#[from] Problem),
}

/// What a replay gave.
#[derive(Debug)]
pub struct Replayed {
    /// The answer as given now.
    pub answer: String,
    /// The answer as the receipt has it.
    pub expected: String,
}

impl Replayed {
    /// Whether both are the same bytes.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.answer == self.expected
    }

    /// Number of the first line that differs, from 1, and both lines.
    #[must_use]
    pub fn first_difference(&self) -> Option<(usize, String, String)> {
        let mut now = self.answer.lines();
        let mut then = self.expected.lines();
        for number in 1.. {
            match (then.next(), now.next()) {
                (None, None) => return None,
                (then, now) if then == now => {}
                (then, now) => return Some((number, then.unwrap_or("").to_owned(), now.unwrap_or("").to_owned())),
            }
        }
        None
    }
}

impl Receipt {
    /// The receipt of a finished question.
    ///
    /// # Errors
    /// As [`wire::answer::Answer::to_json`].
    pub fn of(answered: &Answered, settings: &Settings) -> Result<Self, Problem> {
        let internal = |error: serde_json::Error| Problem::internal(format!("the receipt as JSON: {error}"));
        let json = wire::answer::Answer::of(answered).to_json()?;
        let ask = &answered.ask;
        let mut question = ask.question.to_wire();
        question.now_ms = answered.resolved.question.now_ms;
        Ok(Self {
            format: FORMAT.to_owned(),
            id: wire::answer::id_text(answered.id),
            asked: Asked {
                question,
                profile: ask.profile.to_wire(),
                turns: ask.turns.to_wire(),
                only: ask.only.clone(),
                consent: ask.consent.clone(),
                gather_budget_ms: u64::try_from(ask.gather_budget.unwrap_or(settings.gather_budget).as_millis())
                    .unwrap_or(u64::MAX),
            },
            principal: answered.principal.to_wire(),
            components: answered.digests.iter().cloned().collect(),
            settings: Limits {
                portfolio_max: settings.portfolio_max,
                connections_max: settings.connections_max,
                bid_min: settings.bid_min,
            },
            candidates: answered.candidates.iter().map(|record| Candidate::of(record)).collect(),
            suspended: answered
                .suspended
                .iter()
                .map(|(source, cause, until_ms)| Suspended {
                    source: source.clone(),
                    cause: cause.name().to_owned(),
                    until_ms: *until_ms,
                })
                .collect(),
            denied: answered.ledger.iter().filter_map(Denied::of).collect(),
            exchanges: answered
                .exchanges
                .iter()
                .map(|exchange| Delivered {
                    source: exchange.source_id.clone(),
                    request: exchange.request.to_wire(),
                    outcome: exchange.outcome.to_wire(),
                })
                .collect(),
            answer: RawValue::from_string(json).map_err(internal)?,
        })
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// Too large, or not of this format.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::Malformed(format!("over {RECEIPT_BYTES_MAX} bytes")));
        }
        let receipt: Self =
            serde_json::from_slice(bytes).map_err(|error| ReceiptError::Malformed(error.to_string()))?;
        if receipt.format != FORMAT {
            return Err(ReceiptError::Malformed(format!("its format is `{}`, not `{FORMAT}`", receipt.format)));
        }
        Ok(receipt)
    }

    /// As JSON.
    ///
    /// # Errors
    /// Numbers that JSON cannot hold.
    pub fn to_json(&self) -> Result<String, Problem> {
        serde_json::to_string_pretty(self).map_err(|error| Problem::internal(format!("the receipt as JSON: {error}")))
    }

    /// Gives the answer again. Components must be those of the receipt, unless `with_current`.
    ///
    /// # Errors
    /// Other components, a malformed id, or a problem.
    pub fn replay<R: Rooms>(&self, rooms: R, with_current: bool) -> Result<Replayed, ReceiptError> {
        if !with_current {
            self.check_components(&rooms)?;
        }
        let id = u64::from_str_radix(&self.id, 16).map_err(|_| ReceiptError::Malformed("its id is no id".into()))?;
        let records: Vec<SourceRecord> = self.candidates.iter().map(Candidate::record).collect();
        let fixed = Fixed {
            id: Some(id),
            candidates: Some(records.iter().cloned().map(Arc::new).collect()),
            suspended: Some(self.suspended.iter().filter_map(Suspended::read).collect()),
            denied: self.denied.iter().filter_map(Denied::read).collect(),
            principal: Some(z::Principal::from_wire(self.principal.clone())),
            replay: true,
        };
        let settings = Settings {
            portfolio_max: self.settings.portfolio_max,
            connections_max: self.settings.connections_max,
            bid_min: self.settings.bid_min,
            ..Settings::default()
        };
        let region = Arc::new(Region::new(Catalogue::from_records(records), settings));
        let platform = Replay::new(self, rooms);
        let time = platform.time.clone();
        let answered = time
            .run(answer(region, platform, self.ask()?, fixed, |_| {}))
            .map_err(|stuck| ReceiptError::Malformed(stuck.to_string()))??;
        Ok(Replayed { answer: wire::answer::Answer::of(&answered).to_json()?, expected: self.answer.get().to_owned() })
    }

    fn ask(&self) -> Result<Ask, ReceiptError> {
        let asked = &self.asked;
        let mut ask = Ask::with_question(z::Question::from_wire(asked.question.clone()))?
            .after(Twin::from_wire(asked.turns.clone()))
            .within(Duration::from_millis(asked.gather_budget_ms));
        ask.profile = z::Profile::from_wire(asked.profile.clone());
        ask.only = asked.only.clone();
        ask.consent = asked.consent.clone();
        Ok(ask)
    }

    fn check_components<R: Rooms>(&self, rooms: &R) -> Result<(), ReceiptError> {
        let here: BTreeMap<String, String> = rooms.digests().into_iter().collect();
        let differs = |(name, digest): (&String, &String)| match here.get(name) {
            Some(other) if other == digest => None,
            Some(other) => Some(format!("  {name}: {digest} then, {other} here")),
            None => Some(format!("  {name}: {digest} then, not installed here")),
        };
        // Components that have come since could not have taken part: only candidates' connectors are asked.
        let others: Vec<String> = self.components.iter().filter_map(differs).collect();
        if others.is_empty() { Ok(()) } else { Err(ReceiptError::OtherComponents(others)) }
    }
}

impl Candidate {
    fn of(record: &SourceRecord) -> Self {
        Self {
            connector: record.connector.clone(),
            source: record.source.to_wire(),
            hosts: record.hosts.clone(),
            trust: record.trust,
            attribution: record.attribution.clone(),
            homepage: record.homepage.clone(),
        }
    }

    /// The record as far as a replay reads it: the service's pace is of no concern to it, and consent was given.
    fn record(&self) -> SourceRecord {
        SourceRecord {
            source: z::Source::from_wire(self.source.clone()),
            connector: self.connector.clone(),
            summary: String::new(),
            homepage: self.homepage.clone(),
            attribution: self.attribution.clone(),
            category: None,
            licence: None,
            terms: None,
            key: KeyNeed::None,
            kinds: Vec::new(),
            entities: Vec::new(),
            triggers: Vec::new(),
            must: Vec::new(),
            must_not: Vec::new(),
            hosts: self.hosts.clone(),
            trust: self.trust,
            personal: false,
            asked_from: AskedFrom::default(),
            enabled: true,
            requests_per_second: None,
            connections: None,
        }
    }
}

impl Suspended {
    fn read(&self) -> Option<(String, SuspensionCause, i64)> {
        Some((self.source.clone(), SuspensionCause::from_name(&self.cause)?, self.until_ms))
    }
}

impl Denied {
    fn of(entry: &Entry) -> Option<Self> {
        let State::Denied { reason } = entry.state else { return None };
        let (source, name) = (entry.source_id.clone(), entry.source_name.clone());
        Some(Self { source, name, reason: reason.name().to_owned() })
    }

    fn read(&self) -> Option<Entry> {
        let reason = DenialReason::from_name(&self.reason)?;
        Some(Entry::unasked(&z::Source::new(&self.source, &self.name), State::Denied { reason }, None))
    }
}

/// The world of a receipt: its clock, its exchanges, nothing else.
struct Replay<R> {
    rooms: R,
    time: VirtualTime,
    now_ms: i64,
    delivered: Arc<Mutex<HashMap<Key, VecDeque<z::Outcome>>>>,
}

impl<R: Clone> Clone for Replay<R> {
    fn clone(&self) -> Self {
        Self {
            rooms: self.rooms.clone(),
            time: self.time.clone(),
            now_ms: self.now_ms,
            delivered: Arc::clone(&self.delivered),
        }
    }
}

impl<R> Replay<R> {
    fn new(receipt: &Receipt, rooms: R) -> Self {
        let mut delivered: HashMap<Key, VecDeque<z::Outcome>> = HashMap::new();
        for exchange in &receipt.exchanges {
            let request = z::Request::from_wire(exchange.request.clone());
            let outcome = z::Outcome::from_wire(exchange.outcome.clone());
            delivered.entry(Key::of(&exchange.source, &request)).or_default().push_back(outcome);
        }
        Self {
            rooms,
            time: VirtualTime::default(),
            now_ms: receipt.asked.question.now_ms,
            delivered: Arc::new(Mutex::new(delivered)),
        }
    }
}

impl<R: Rooms> Platform for Replay<R> {
    type Rooms = R;

    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn elapsed(&self) -> Duration {
        self.time.now()
    }

    fn random(&self) -> u64 {
        0
    }

    async fn sleep(&self, duration: Duration) {
        self.time.sleep(duration).await;
    }

    async fn fetch(&self, source: Arc<SourceRecord>, request: z::Request, _budget: Duration) -> Fetched {
        let key = Key::of(&source.source.id, &request);
        let outcome = {
            let mut delivered = self.delivered.lock().unwrap_or_else(PoisonError::into_inner);
            delivered.get_mut(&key).and_then(VecDeque::pop_front)
        };
        match outcome {
            Some(outcome) => Fetched { outcome, freshness: Freshness::Never },
            // Never delivered, then: the source was late, and is again.
            None => core::future::pending().await,
        }
    }

    fn rooms(&self) -> R {
        self.rooms.clone()
    }
}
