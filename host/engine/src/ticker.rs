//! Raises the epoch every millisecond while calls run, and sleeps while none do.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Thread};
use zero_pipeline::limits::EPOCH_TICK;

/// Ticks that the thread stays awake after the last call: waking it costs more than a few idle ticks.
const LINGER_TICKS: u32 = 128;

/// Stops its thread when dropped.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    parked: AtomicBool,
    stopped: AtomicBool,
}

/// While it lives, the epoch rises.
pub(crate) struct Running<'t>(&'t Shared);

impl Ticker {
    pub(crate) fn start(engine: wasmtime::Engine) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let handle = thread::Builder::new()
            .name("zero-epoch".to_owned())
            .spawn(move || tick(&seen, || engine.increment_epoch()))?;
        Ok(Self { shared, thread: handle.thread().clone() })
    }

    pub(crate) fn running(&self) -> Running<'_> {
        self.shared.running.fetch_add(1, SeqCst);
        // Either this call sees that the thread has parked, or the thread sees this call before it parks.
        if self.shared.parked.load(SeqCst) {
            self.thread.unpark();
        }
        Running(&self.shared)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stopped.store(true, SeqCst);
        self.thread.unpark();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

fn tick(shared: &Shared, raise: impl Fn()) {
    let mut idle_ticks = 0;
    while !shared.stopped.load(SeqCst) {
        idle_ticks = if shared.running.load(SeqCst) == 0 { idle_ticks + 1 } else { 0 };
        if idle_ticks <= LINGER_TICKS {
            thread::sleep(EPOCH_TICK);
            raise();
            continue;
        }
        shared.parked.store(true, SeqCst);
        if shared.running.load(SeqCst) == 0 && !shared.stopped.load(SeqCst) {
            thread::park();
        }
        shared.parked.store(false, SeqCst);
        idle_ticks = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Starts a thread that counts its own ticks.
    fn counting() -> (Ticker, Arc<AtomicUsize>, thread::JoinHandle<()>) {
        let (shared, count) = (Arc::new(Shared::default()), Arc::new(AtomicUsize::new(0)));
        let (seen, counted) = (Arc::clone(&shared), Arc::clone(&count));
        let handle = thread::spawn(move || tick(&seen, || _ = counted.fetch_add(1, SeqCst)));
        (Ticker { shared, thread: handle.thread().clone() }, count, handle)
    }

    fn wait_until(what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_sleeps_when_idle_wakes_for_a_call_and_stops_when_dropped() {
        let (ticker, count, handle) = counting();
        wait_until("it parks", || ticker.shared.parked.load(SeqCst));
        let before = count.load(SeqCst);
        {
            let _running = ticker.running();
            wait_until("it ticks again", || count.load(SeqCst) > before + 3);
        }
        wait_until("it parks again", || ticker.shared.parked.load(SeqCst));
        drop(ticker);
        handle.join().unwrap();
    }
}
