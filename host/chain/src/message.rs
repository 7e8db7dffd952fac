//! What is said between an orchestrator and a connector of its own.

use crate::pack::{Pack, choice, record};
use zero_types::connector::{Failure, Intent, Outcome, Plan, Question, Source, Step};

/// One of a connector's calls.
#[allow(clippy::large_enum_variant, reason = "there is one for a call, and it is taken apart at once")]
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// How sure it is, and its first step.
    Plan(Source, Question, Intent),
    /// The next step.
    Resume(Source, Vec<u8>, Vec<Outcome>),
}

/// What a call gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// To `plan`.
    Plan(Plan),
    /// To `resume`.
    Step(Step),
}

/// What a connector answers: its own failure is a value.
pub type Reply = Result<Answered, Failure>;

/// What the packer tells an orchestrator that it is composed with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// Connectors that are components of their own, in order of names; all others are composed.
    pub chained: Vec<String>,
    /// Whether exchanges may be kept in a store that outlives the instance.
    pub store: bool,
    /// Whether whoever asks may have the receipt.
    pub receipts: bool,
    /// What an edge target knows of its bundle.
    pub edge: Vec<u8>,
}

/// The parameters of `plan`.
struct PlanCall {
    source: Source,
    question: Question,
    intent: Intent,
}

/// The parameters of `resume`.
struct ResumeCall {
    source: Source,
    state: Vec<u8>,
    outcomes: Vec<Outcome>,
}

record! { Carried { chained, store, receipts, edge } PlanCall { source, question, intent } ResumeCall { source, state, outcomes } }
choice! { Answered { 0 Plan, 1 Step } }

impl Pack for Call {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::Plan(source, question, intent) => {
                to.push(0);
                source.put(to);
                question.put(to);
                intent.put(to);
            }
            Self::Resume(source, state, outcomes) => {
                to.push(1);
                source.put(to);
                state.put(to);
                outcomes.put(to);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => PlanCall::take(from).map(|call| Self::Plan(call.source, call.question, call.intent)),
            1 => ResumeCall::take(from).map(|call| Self::Resume(call.source, call.state, call.outcomes)),
            _ => None,
        }
    }
}
