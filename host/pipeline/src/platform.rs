//! The world, behind two traits.
//!
//! - **Takes** nothing from the pipeline but values it may keep.
//! - **Gives** time, randomness, exchanges ([`Platform`]) and the pure rooms ([`Rooms`]).
//! - **Fails** with typed outcomes; a guest that misbehaves is a [`CallError`], never a panic.
//! - **Limits** are the implementer's to keep: those of `limits` for the engine and for egress.
//! - **Why it is so**: `Send` is left to the leaf. Plain `async fn`, static generics and owned arguments make the
//!   native future `Send` and let a single-threaded edge runtime do without.

use crate::cache::Key;
use crate::catalogue::SourceRecord;
use core::time::Duration;
use std::sync::Arc;
use zero_types::prelude::*;

/// What acts: clock, randomness, waiting, exchanges.
pub trait Platform: Clone + 'static {
    /// The pure rooms of one consistent version of everything.
    type Rooms: Rooms;

    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64;

    /// Time since an arbitrary start; never goes back.
    fn elapsed(&self) -> Duration;

    /// 64 unpredictable bits.
    fn random(&self) -> u64;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// The same world for what this principal asks: where exchanges of a source carry a secret of whoever asks, theirs.
    #[must_use]
    fn asked_by(&self, principal: &Principal) -> Self {
        let _ = principal;
        self.clone()
    }

    /// Whether exchanges of a source carry a secret of whoever asks. What they bring is theirs alone: it is not put into
    /// any cache, and neither shared with another question nor held against the source.
    fn is_own(&self, source: &SourceRecord) -> bool {
        let _ = source;
        false
    }

    /// Performs one planned request for `source` under the egress policy, in at most `budget`.
    fn fetch(&self, source: Arc<SourceRecord>, request: Request, budget: Duration) -> impl Future<Output = Fetched>;

    /// The rooms as they are now; a question keeps what it got, whatever is swapped meanwhile.
    fn rooms(&self) -> Self::Rooms;

    /// Why this target cannot ask a source at all, if so: it is then left out as `unsupported`, before its connector is
    /// asked for a bid.
    fn lacks(&self, source: &SourceRecord) -> Option<&'static str> {
        let _ = source;
        None
    }

    /// An exchange from a cache that outlives this process, where there is one. It is asked under a connection of the
    /// question, and must itself see to it that a slow cache costs less than the exchange.
    fn recall(&self, key: Key) -> impl Future<Output = Option<Kept>> {
        let _ = key;
        core::future::ready(None)
    }

    /// Hands an exchange to that cache. Returns at once; what becomes of it no question waits for.
    fn keep(&self, key: Key, kept: Kept) {
        let _ = (key, kept);
    }

    /// Shown what a connector made of a round's answers. Says how their form has changed, when the connector could not
    /// read them for that reason: the source is then suspended as `shape-changed`.
    fn witness(&self, reading: &Reading<'_, Self::Rooms>) -> Option<String> {
        let _ = reading;
        None
    }
}

/// An exchange that may be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What came.
    pub response: Response,
    /// How long it stays fresh.
    pub left: Duration,
}

/// One round of a source, and whether its connector could read it.
#[derive(Debug)]
pub struct Reading<'r, R> {
    /// The source.
    pub source: &'r Arc<SourceRecord>,
    /// The rooms of the question.
    pub rooms: &'r R,
    /// What `resume` was given besides: the connector's own state, and what it planned.
    pub fetch: &'r Fetch,
    /// What came back, in the order of the requests.
    pub outcomes: &'r [Outcome],
    /// Why it could not be read; none when it could.
    pub failure: Option<&'r Failure>,
}

/// What thinks: the project's functions and the installed connectors, all pure.
///
/// Functions answer at once wherever they run. A connector may be a process away, so its answer is awaited; where it
/// is not, the future is ready when it is made.
pub trait Rooms: Clone + 'static {
    /// SHA-256 of every component that could take part, by name, in order of names.
    fn digests(&self) -> Vec<(String, String)>;

    /// Whether a connector of this name is installed.
    fn has_connector(&self, connector: &str) -> bool;

    /// How sure a connector is about a source, and its first step.
    ///
    /// # Errors
    /// When the component misbehaved; a connector's own failure is the inner error.
    fn plan(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> impl Future<Output = Result<Result<Plan, Failure>, CallError>>;

    /// The next step.
    ///
    /// # Errors
    /// As [`Rooms::plan`].
    fn resume(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> impl Future<Output = Result<Result<Step, Failure>, CallError>>;

    /// Credential to principal.
    ///
    /// # Errors
    /// When the component misbehaved.
    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError>;

    /// Whether a principal may do this.
    ///
    /// # Errors
    /// When the component misbehaved.
    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError>;

    /// Follow-up to a question that stands alone.
    ///
    /// # Errors
    /// When the component misbehaved.
    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError>;

    /// Question to intent.
    ///
    /// # Errors
    /// When the component misbehaved.
    fn read(&self, question: &Question) -> Result<Intent, CallError>;

    /// Findings to answer.
    ///
    /// # Errors
    /// When the component misbehaved.
    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError>;
}

/// What became of one exchange, and how long it may be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The response or failure.
    pub outcome: Outcome,
    /// What the response's own headers say about keeping it.
    pub freshness: Freshness,
}

/// Cacheability by the response's own word (RFC 9111).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing said: the connector's `cache-seconds` decides alone.
    Unsaid,
    /// Fresh for this long, unless the connector asks for less.
    For(Duration),
    /// `no-store` or `private`: never kept, whatever the connector says.
    Never,
}

/// A component that broke its contract or could not be called: cost one call, is nobody's answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Over its CPU time.
    #[error("used more CPU than a call may")]
    Cpu,
    /// Over its memory.
    #[error("used more memory than a call may")]
    Memory,
    /// Trapped.
    #[error("trapped: {0}")]
    Trap(String),
    /// Its result or state is too large.
    #[error("gave a result that is too large")]
    ResultTooLarge,
    /// Its result breaks the contract.
    #[error("broke the contract: {0}")]
    Protocol(String),
    /// All instances of this host were busy: ours to mend, and not the component's fault.
    #[error("was not run, for all instances of this host are busy")]
    Overloaded,
    /// Not installed.
    #[error("is not installed")]
    Missing,
}
