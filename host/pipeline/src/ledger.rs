//! What became of every source that was considered.

use core::time::Duration;

/// Why a source is not in the answer, or that it is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Found something.
    Answered {
        /// Passages it gave.
        passages: usize,
        /// Claims it gave.
        claims: usize,
    },
    /// Was asked and found nothing.
    Empty,
    /// Its connector or the router saw no fit.
    NotRelevant,
    /// Another source had already answered for certain, without any request.
    NotNeeded {
        /// That source.
        because: String,
    },
    /// Relevant, but the budget of sources or connections was spent on better ones.
    OverBudget,
    /// Left alone for a while.
    Suspended {
        /// Why.
        cause: SuspensionCause,
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
    /// Not allowed by the asker or the operator, for want of consent, or for want of a target that could ask it.
    Denied {
        /// Which.
        reason: DenialReason,
    },
    /// Had not answered when the time was over.
    Late,
    /// Failed.
    Failed {
        /// A stable name: `unreachable`, `malformed`, `cpu` ...
        cause: String,
        /// For people.
        detail: String,
    },
}

impl State {
    /// As it stands in answers.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Empty => "empty",
            Self::NotRelevant => "not-relevant",
            Self::NotNeeded { .. } => "not-needed",
            Self::OverBudget => "over-budget",
            Self::Suspended { .. } => "suspended",
            Self::Denied { .. } => "denied",
            Self::Late => "late",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether the source was asked in earnest.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        matches!(self, Self::Answered { .. } | Self::Empty | Self::Late | Self::Failed { .. } | Self::Suspended { .. })
    }
}

/// Why a source is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspensionCause {
    /// Too many failures in a row.
    Failures,
    /// It asked for less traffic.
    RateLimited,
    /// It refused our credential; only the operator can mend that.
    Credential,
    /// Its answers have taken a form that its connector does not know; only the connector's author can mend that.
    ShapeChanged,
}

impl SuspensionCause {
    /// As it stands in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::RateLimited => "rate-limited",
            Self::Credential => "credential",
            Self::ShapeChanged => "shape-changed",
        }
    }

    /// The cause of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Failures, Self::RateLimited, Self::Credential, Self::ShapeChanged]
            .into_iter()
            .find(|cause| cause.name() == name)
    }
}

/// Who does not allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenialReason {
    /// It carries personal data and the asker has not consented.
    Consent,
    /// The asker blocked it, or named others only.
    Asker,
    /// The operator's policy: for this principal, or for this region.
    Policy,
    /// The target lacks what the source needs: a files index, say, or the connector.
    Unsupported,
}

impl DenialReason {
    /// As it stands in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Asker => "asker",
            Self::Policy => "policy",
            Self::Unsupported => "unsupported",
        }
    }

    /// The reason of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Consent, Self::Asker, Self::Policy, Self::Unsupported].into_iter().find(|reason| reason.name() == name)
    }
}

/// One source's line.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The source.
    pub source_id: String,
    /// Its name.
    pub source_name: String,
    /// What became of it.
    pub state: State,
    /// How sure its connector was; none when it was not asked that.
    pub bid: Option<f32>,
    /// Exchanges made for it.
    pub exchanges: usize,
    /// Of which from cache.
    pub cached: usize,
    /// Time it took; not part of the sealed answer, since no replay could repeat it.
    pub took: Duration,
}

impl Entry {
    /// A line of a source that was not asked.
    #[must_use]
    pub fn unasked(source: &zero_types::connector::Source, state: State, bid: Option<f32>) -> Self {
        Self {
            source_id: source.id.clone(),
            source_name: source.name.clone(),
            state,
            bid,
            exchanges: 0,
            cached: 0,
            took: Duration::ZERO,
        }
    }
}
