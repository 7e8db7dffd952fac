//! What is tested: anything that answers the contract, in whatever language it was written and wherever it runs.

use crate::{Connector, Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};
use core::marker::PhantomData;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A connector that can be asked: a Rust type ([`Native`]), or a component in an engine.
///
/// Every call must be as in a fresh instance.
pub trait Subject {
    /// What it says about itself.
    fn describe(&self) -> Descriptor;

    /// How sure it is that `source` can answer, and its first step.
    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan>;

    /// Reads the outcomes of the last round.
    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step>;
}

/// What a call gave, and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Called<T> {
    /// The connector's own result, or how the call ended without one.
    pub result: Result<Result<T, Failure>, Ended>,
    /// What it took, as far as it can be measured.
    pub figures: Figures,
}

/// What a call took; zero where nothing measures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// CPU.
    pub cpu: Duration,
    /// Memory at its largest.
    pub memory_bytes: usize,
    /// Passages and claims that a host would throw away.
    pub dropped: u32,
}

impl Figures {
    /// The larger of each, but all that was dropped.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            dropped: self.dropped.saturating_add(other.dropped),
        }
    }
}

/// A call that ended without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What ended it.
    pub by: EndedBy,
    /// In the words of whoever ended it.
    pub detail: String,
}

/// What ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// A panic, an exception that was not caught, an end of the stack.
    Trap,
    /// More CPU than a call is given.
    Cpu,
    /// More memory than an instance is given.
    Memory,
    /// A result over the limit.
    ResultTooLarge,
    /// A result that the contract does not allow.
    Contract,
    /// Nothing that the connector did.
    Host,
}

impl EndedBy {
    /// In a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trap => "trapped",
            Self::Cpu => "ran out of CPU",
            Self::Memory => "ran out of memory",
            Self::ResultTooLarge => "gave a result that is too large",
            Self::Contract => "broke the contract",
            Self::Host => "could not be run",
        }
    }

    /// What its author has to change.
    #[must_use]
    pub fn change(self) -> &'static str {
        match self {
            Self::Trap => {
                "return a typed failure where the code now panics or throws: an unwrap, an index, a cast, or a recursion as deep as the input"
            }
            Self::Cpu => {
                "bound the work of one call (50 ms of CPU): no loop without an end, none that is quadratic in the input; refuse what is too long as `malformed`"
            }
            Self::Memory => {
                "bound the memory of one call (32 MiB with the response itself): read into the types needed and not into a tree of everything; refuse what is too long as `malformed`"
            }
            Self::ResultTooLarge => "give fewer or shorter passages: all of a result is at most 1 MiB",
            Self::Contract => {
                "keep to the contract: 1 to 16 requests in a round, at most 256 KiB of state, every text UTF-8"
            }
            Self::Host => "nothing in the connector; run it again on a machine that is less busy",
        }
    }
}

impl core::fmt::Display for Ended {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.detail.as_str() {
            "" => f.write_str(self.by.name()),
            detail => write!(f, "{}: {detail}", self.by.name()),
        }
    }
}

/// A Rust type, called directly. Statics outlive a call here, which a host never lets them: two calls that should be
/// equal show it.
#[derive(Debug)]
pub struct Native<C>(PhantomData<C>);

impl<C> Native<C> {
    /// The subject of this type.
    #[must_use]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Default for Native<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Connector> Subject for Native<C> {
    fn describe(&self) -> Descriptor {
        C::describe()
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        caught(|| C::plan(source, question, intent))
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        caught(|| C::resume(source, state, outcomes))
    }
}

/// A panic is what a trap is in a component.
fn caught<T>(call: impl FnOnce() -> Result<T, Failure>) -> Called<T> {
    let result = catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Ended { by: EndedBy::Trap, detail: text.unwrap_or_default() }
    });
    Called { result, figures: Figures::default() }
}
