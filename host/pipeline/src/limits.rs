//! Every limit of the host in one place: unit in the name, default, why, and what the asker sees on reaching it.
//!
//! Operators may narrow most of them in `edge-config/`; none can be switched off.

use core::time::Duration;

// ---- admit

/// A question is a sentence or a few; a document belongs into `--files`. Beyond it: problem `question-too-long`.
pub const QUESTION_BYTES_MAX: usize = 4 * 1024;
/// JSON body of `/v1/answer`: a question, a profile and a conversation. Beyond it: problem `body-too-large`.
pub const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Earlier turns that are read; older ones are dropped, newest kept.
pub const TURNS_MAX: usize = 16;
/// Questions in flight in one process. Beyond it: 503 `overloaded` with `Retry-After`.
pub const QUESTIONS_IN_FLIGHT_MAX: usize = 1024;

// ---- time budgets of the stages; they add up to less than a second at p95

/// Parse, identify.
pub const ADMIT_BUDGET: Duration = Duration::from_millis(5);
/// Credential to principal, principal to decision.
pub const IDENTIFY_BUDGET: Duration = Duration::from_millis(5);
/// Follow-up to a question that stands alone.
pub const RESOLVE_BUDGET: Duration = Duration::from_millis(30);
/// Question to intent.
pub const READ_BUDGET: Duration = Duration::from_millis(50);
/// Intent to portfolio.
pub const ROUTE_BUDGET: Duration = Duration::from_millis(10);
/// Sources that have not answered by then are left behind and named `late`.
pub const GATHER_BUDGET: Duration = Duration::from_millis(500);
/// Findings to answer, without a model.
pub const COMPOSE_BUDGET: Duration = Duration::from_millis(300);
/// Wire form, receipt.
pub const SEAL_BUDGET: Duration = Duration::from_millis(50);
/// All stages but the sources'.
pub const BESIDE_GATHER_BUDGET: Duration = Duration::from_millis(
    (ADMIT_BUDGET.as_millis()
        + IDENTIFY_BUDGET.as_millis()
        + RESOLVE_BUDGET.as_millis()
        + READ_BUDGET.as_millis()
        + ROUTE_BUDGET.as_millis()
        + COMPOSE_BUDGET.as_millis()
        + SEAL_BUDGET.as_millis()) as u64,
);
/// An asker may grant more time to slow sources, up to this.
pub const GATHER_BUDGET_MAX: Duration = Duration::from_secs(30);

const _: () = assert!(BESIDE_GATHER_BUDGET.as_millis() + GATHER_BUDGET.as_millis() < 1000);

// ---- route

/// Candidates the index hands to `plan()`: each costs about 40 us of CPU. The rest are `not-relevant`.
pub const CANDIDATES_MAX: usize = 48;
/// Sources asked for one question. The rest are `over-budget`.
pub const PORTFOLIO_MAX: usize = 16;
/// Connections one question may have open; Workers allow 6, which its configuration sets.
pub const CONNECTIONS_MAX: usize = 32;
/// A connector that is less sure than this is not asked.
pub const BID_MIN: f32 = 0.05;

// ---- gather

/// Requests one round of one source may plan. Beyond it: the source `failed`.
pub const REQUESTS_PER_ROUND_MAX: usize = 16;
/// Rounds of `resume()`. Beyond it: the source `failed`.
pub const ROUNDS_MAX: usize = 4;
/// One request is repeated (hedged) once when it took longer than this share of the source's usual time at p95.
pub const HEDGES_PER_REQUEST_MAX: usize = 1;
/// Without any history a hedge waits this long.
pub const HEDGE_AFTER: Duration = Duration::from_millis(250);
/// Retries and hedges may add at most this share, in percent, to the requests of each source, and to those of all in the
/// last minute.
pub const RETRY_BUDGET_PERCENT: u64 = 10;
/// ... but a quiet host may always make this many, so that the first failure can be retried.
pub const RETRY_BUDGET_FLOOR: u64 = 3;
/// Retries one source may save up: a quiet day must not pay for a storm.
pub const RETRY_SAVINGS_MAX: u64 = 20;
/// Outcomes of a source that are remembered, and how many of them say something.
pub const OUTLIER_OUTCOMES: u32 = 20;
/// See there.
pub const OUTLIER_OUTCOMES_MIN: u32 = 10;
/// A source of whose last outcomes this share, in percent, were failures is suspended like one that failed in a row.
pub const OUTLIER_PERCENT: u32 = 50;
/// When more than this share, in percent, of the sources heard of lately are suspended for failures, it is ourselves ...
pub const OUTAGE_PERCENT: usize = 50;
/// ... as long as they are at least so many.
pub const OUTAGE_SOURCES_MIN: usize = 3;
/// What lately is: beyond it, a source says nothing about our way out.
pub const OUTLIER_MEMORY: Duration = Duration::from_secs(60);
/// Consecutive failures after which a source is suspended.
pub const BREAKER_FAILURES_MAX: u32 = 5;
/// First suspension; doubles with each failed probe.
pub const SUSPENSION_MIN: Duration = Duration::from_secs(5);
/// Longest suspension, `Retry-After` included.
pub const SUSPENSION_MAX: Duration = Duration::from_secs(3600);
/// Suspension of a source whose answers have taken another form: asked again from time to time, since services also
/// take changes back. The asker sees `suspended`, cause `shape-changed`.
pub const SHAPE_SUSPENSION: Duration = Duration::from_secs(15 * 60);
/// Passages kept of one source.
pub const PASSAGES_PER_SOURCE_MAX: usize = 64;
/// Claims kept of one source.
pub const CLAIMS_PER_SOURCE_MAX: usize = 256;

// ---- cache

/// Bytes of bodies the L1 cache may hold.
pub const CACHE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Entries the L1 cache may hold.
pub const CACHE_ENTRIES_MAX: usize = 16 * 1024;
/// Longest time any response is kept, whatever it or the connector says.
pub const CACHE_POSITIVE_MAX: Duration = Duration::from_secs(24 * 3600);
/// A refusal or absence (404, 410) is remembered this long, so that a wrong question is not asked again and again.
pub const CACHE_NEGATIVE: Duration = Duration::from_secs(30);

// ---- engine

/// Linear memory of one component instance, bytes. Beyond it: the source `failed`, cause `memory`.
pub const GUEST_MEMORY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// CPU of one call. Beyond it: the source `failed`, cause `cpu`.
pub const GUEST_CPU_MAX: Duration = Duration::from_millis(50);
/// CPU of one call of a function of the project's own, whose work grows with all findings.
pub const FUNCTION_CPU_MAX: Duration = Duration::from_millis(300);
/// How often the epoch is raised: the precision of the CPU limits.
pub const EPOCH_TICK: Duration = Duration::from_millis(1);
/// Result of one call once lifted, bytes of text and lists. Beyond it: the source `failed`, cause `result-too-large`.
pub const GUEST_RESULT_BYTES_MAX: usize = 1024 * 1024;
/// State a connector may hand to its next round, bytes.
pub const GUEST_STATE_BYTES_MAX: usize = 256 * 1024;
/// Instances alive at once in one process; calls are short, so more than cores times a few is never needed.
pub const GUEST_INSTANCES_MAX: u32 = 256;
/// A component may take this long to compile, in its own process.
pub const COMPILE_TIME_MAX: Duration = Duration::from_secs(60);
/// Address space of the compiling process, bytes.
pub const COMPILE_MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

// ---- egress

/// URL of a planned request, bytes: what common servers accept.
pub const URL_BYTES_MAX: usize = 8 * 1024;
/// Headers of a planned request.
pub const REQUEST_HEADERS_MAX: usize = 32;
/// Body of a planned request, bytes.
pub const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Response header block, bytes.
pub const RESPONSE_HEADER_BYTES_MAX: usize = 64 * 1024;
/// Response body once decoded, bytes. Beyond it: `too-large`.
pub const RESPONSE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Decoded bytes per encoded byte: a bomb is cut off long before the size limit.
pub const DECODE_RATIO_MAX: usize = 100;
/// ... but small bodies may compress better than that.
pub const DECODE_RATIO_FLOOR_BYTES: usize = 64 * 1024;
/// Name resolution.
pub const RESOLVE_TIME_MAX: Duration = Duration::from_secs(2);
/// TCP and TLS handshakes.
pub const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
/// One exchange from first byte to last.
pub const EXCHANGE_TIME_MAX: Duration = Duration::from_secs(10);
/// Idle connections kept per host.
pub const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 4;
/// How long an idle connection is kept.
pub const IDLE_CONNECTION_TIME_MAX: Duration = Duration::from_secs(60);

// ---- files

/// One document of an asker's folder, bytes.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Documents of one folder.
pub const FILES_MAX: usize = 100_000;
/// Depth of folders.
pub const FOLDER_DEPTH_MAX: usize = 32;
/// Memory the indexer may use before it writes a segment, bytes.
pub const INDEX_BUFFER_BYTES: usize = 32 * 1024 * 1024;

// ---- native server

/// Time for the header block of a request: slow clients are cut off.
pub const HEADER_TIME_MAX: Duration = Duration::from_secs(10);
/// Time for its body.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a drain waits for questions in flight.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);
