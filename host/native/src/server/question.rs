//! The door of questions: so many at once, none of which can end the process.

use super::limits;
use crate::host::Host;
use crate::live::Live;
use core::panic::AssertUnwindSafe;
use futures_util::FutureExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zero_pipeline::{Answered, Ask, Event, Fixed, Problem};

/// What all requests share.
pub(super) struct Door {
    live: Live,
    places: Arc<Semaphore>,
    closing: AtomicBool,
}

impl Door {
    pub(super) fn new(live: Live) -> Self {
        let places = Arc::new(Semaphore::new(live.host().config.server.questions_in_flight_max));
        Self { live, places, closing: AtomicBool::new(false) }
    }

    /// The host of this moment: whoever needs two things of it takes it once.
    pub(super) fn host(&self) -> Arc<Host> {
        self.live.host()
    }

    /// From now on it says that it is not ready; questions that still come are answered.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// A place for one question, until it is dropped.
    ///
    /// # Errors
    /// `overloaded`, at once: a queue would make everyone wait and then answer those who have gone.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::overloaded(limits::RETRY_AFTER))
    }

    /// What can be told before a stream begins, while there is still a status to tell it with.
    ///
    /// # Errors
    /// `unknown-source`.
    pub(super) fn check(&self, ask: &Ask) -> Result<(), Problem> {
        self.host().check(ask)
    }

    /// Answers a question under the id of its request; dropping the future ends the question.
    ///
    /// # Errors
    /// As [`zero_pipeline::answer`]; `internal` when it panics.
    pub(super) async fn answer(
        &self,
        id: u64,
        ask: Ask,
        events: impl FnMut(Event<'_>) + Send,
    ) -> Result<Answered, Problem> {
        let fixed = Fixed { id: Some(id), ..Fixed::default() };
        guarded(self.live.answer(ask, fixed, events)).await
    }
}

/// A panic costs one question. What it said is in the log: it may tell more than an asker should know.
async fn guarded<T>(question: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    AssertUnwindSafe(question).catch_unwind().await.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::error!(panic = said, "a question panicked");
        Err(Problem::internal("answering the question panicked"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem() {
        let problem = guarded(async { if true { panic!("secret") } else { Ok(()) } }).await.unwrap_err();
        assert_eq!((problem.name, problem.status), ("internal", 500));
        assert!(!problem.to_string().contains("secret"));
        assert_eq!(guarded(async { Ok(1) }).await, Ok(1));
    }
}
