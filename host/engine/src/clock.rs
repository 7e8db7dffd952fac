//! The CPU time of the calling thread: a busy machine must not make a guest look slow.

use core::time::Duration;

/// Only differences mean anything, and only within one thread.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Elsewhere the time that passes has to do, which is never less.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn cpu_time() -> Duration {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
