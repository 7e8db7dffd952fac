//! What can be heard of a question while it is being answered.

use crate::answer::Answered;
use crate::ledger::Entry;
use crate::route::Planned;
use zero_types::prelude::*;

/// In this order: one `Read`, one `Routed`, `Source`s, one `Answer`, then late `Source`s and `Patch`es.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// The question is understood.
    Read {
        /// Of the answer to come.
        id: u64,
        /// As it stands alone.
        question: &'a Question,
        /// What is asked.
        intent: &'a Intent,
        /// What was changed to make it stand alone.
        changes: &'a [String],
    },
    /// These sources are asked.
    Routed {
        /// Best first.
        portfolio: &'a [Planned],
    },
    /// One of them is done.
    Source {
        /// What became of it.
        entry: &'a Entry,
    },
    /// The answer stands.
    Answer {
        /// With everything it stands on.
        answered: &'a Answered,
    },
    /// A late source changed the answer.
    Patch {
        /// As it stands now.
        answered: &'a Answered,
        /// The source.
        because: &'a Entry,
    },
}
