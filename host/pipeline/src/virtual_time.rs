//! Time that passes only when nothing else can happen: for replays, which must not depend on how fast they run, and for
//! simulation, in which a run is its seed.

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that stands still until [`VirtualTime::run`] has nothing else to do.
#[derive(Clone, Default)]
pub struct VirtualTime {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    now: Duration,
    next_id: u64,
    /// By time, then in the order in which they were set.
    timers: BTreeMap<(Duration, u64), Waker>,
}

/// The future waits for something that no timer will bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing is left that could happen, and the future is not done")]
pub struct Stuck;

impl VirtualTime {
    /// Time since the clock was made.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.lock().now
    }

    /// Completes when the clock has moved on by `duration`.
    pub fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        Sleep { time: self.clone(), until: self.now().saturating_add(duration), key: None }
    }

    /// Runs `future` to its end, moving the clock to the next timer whenever nothing else can happen.
    ///
    /// # Errors
    /// [`Stuck`] when there is no timer to move to.
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stuck> {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            while woken.0.swap(false, Ordering::AcqRel) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return Ok(output);
                }
            }
            let mut inner = self.lock();
            let Some(((at, _), timer)) = inner.timers.pop_first() else { return Err(Stuck) };
            inner.now = inner.now.max(at);
            drop(inner);
            timer.wake();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Flag(AtomicBool);

impl std::task::Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

struct Sleep {
    time: VirtualTime,
    until: Duration,
    key: Option<(Duration, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let until = self.until;
        let old = self.key;
        let time = self.time.clone();
        let mut inner = time.lock();
        if let Some(old) = old {
            inner.timers.remove(&old);
        }
        if inner.now >= until {
            return Poll::Ready(());
        }
        let key = old.unwrap_or((until, inner.next_id));
        inner.next_id += u64::from(old.is_none());
        inner.timers.insert(key, context.waker().clone());
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.time.lock().timers.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_jumps_from_timer_to_timer() {
        let time = VirtualTime::default();
        let hour = Duration::from_secs(3600);
        let order = time.run(async {
            let both = futures_util::future::join(
                async {
                    time.sleep(2 * hour).await;
                    time.now()
                },
                async {
                    time.sleep(hour).await;
                    time.now()
                },
            );
            both.await
        });
        assert_eq!(order, Ok((2 * hour, hour)));
        assert_eq!(time.run(core::future::pending::<()>()), Err(Stuck));
    }
}
