//! What goes on on one connection: whether it idles, and whether its client takes what it asked for.

use super::limits;
use core::time::Duration;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::time::Instant;

/// Of one connection.
pub(super) struct Activity {
    start: Instant,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    requests: u64,
    /// When an answer last moved, in ms since the start; none while it is awaited.
    in_flight: Vec<Weak<AtomicU64>>,
    /// When the last one ended.
    idle_since: Duration,
}

/// One request, from its head to the end of its answer.
pub(super) struct InFlight {
    activity: Arc<Activity>,
    /// `u64::MAX` until the first of the answer.
    moved_ms: Arc<AtomicU64>,
}

/// What to do with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Fine,
    /// It ends once its requests are answered: it is old, idle, or had enough.
    Over,
    /// It ends now: nobody takes its answers.
    Stalled,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), inner: Mutex::default() })
    }

    /// A request has come.
    pub(super) fn enter(self: &Arc<Self>) -> InFlight {
        let moved_ms = Arc::new(AtomicU64::new(u64::MAX));
        let mut inner = self.lock();
        inner.requests += 1;
        inner.in_flight.push(Arc::downgrade(&moved_ms));
        InFlight { activity: Arc::clone(self), moved_ms }
    }

    /// How things are now.
    pub(super) fn look(&self) -> Look {
        let now = self.start.elapsed();
        let inner = self.lock();
        let stall_ms = limits::ANSWER_STALL_MAX.as_millis() as u64;
        let moved = inner.in_flight.iter().filter_map(Weak::upgrade).map(|it| it.load(Ordering::Relaxed));
        if moved.filter(|ms| *ms != u64::MAX).any(|ms| ms + stall_ms < now.as_millis() as u64) {
            return Look::Stalled;
        }
        let is_idle = inner.in_flight.is_empty() && now > inner.idle_since + limits::IDLE_TIME_MAX;
        let had_enough = inner.requests > limits::REQUESTS_PER_CONNECTION_MAX;
        if is_idle || had_enough || now > limits::CONNECTION_TIME_MAX { Look::Over } else { Look::Fine }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight {
    /// The answer is asked for more.
    pub(super) fn note(&self) {
        self.moved_ms.store(self.activity.start.elapsed().as_millis() as u64, Ordering::Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut inner = self.activity.lock();
        let own = Arc::as_ptr(&self.moved_ms);
        inner.in_flight.retain(|it| it.as_ptr() != own);
        inner.idle_since = self.activity.start.elapsed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends_and_a_busy_one_does_not() {
        let activity = Activity::new();
        advance(limits::IDLE_TIME_MAX).await;
        assert_eq!(activity.look(), Look::Fine);
        let asked = activity.enter();
        advance(2 * limits::IDLE_TIME_MAX).await;
        assert_eq!(activity.look(), Look::Fine, "the answer is awaited");
        drop(asked);
        assert_eq!(activity.look(), Look::Fine);
        advance(limits::IDLE_TIME_MAX + Duration::from_millis(1)).await;
        assert_eq!(activity.look(), Look::Over);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_ends_its_connection() {
        let activity = Activity::new();
        let (taken, left) = (activity.enter(), activity.enter());
        for _ in 0..10 {
            taken.note();
            advance(limits::ANSWER_STALL_MAX / 2).await;
            assert_eq!(activity.look(), Look::Fine);
        }
        left.note();
        advance(limits::ANSWER_STALL_MAX + Duration::from_millis(1)).await;
        taken.note();
        assert_eq!(activity.look(), Look::Stalled);
        drop(left);
        assert_eq!(activity.look(), Look::Fine);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_for_ever() {
        let activity = Activity::new();
        let _asked = activity.enter();
        advance(limits::CONNECTION_TIME_MAX + Duration::from_millis(1)).await;
        assert_eq!(activity.look(), Look::Over);
        let activity = Activity::new();
        (0..=limits::REQUESTS_PER_CONNECTION_MAX).for_each(|_| drop(activity.enter()));
        assert_eq!(activity.look(), Look::Over);
    }
}
