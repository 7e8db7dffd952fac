//! What this process and the compilers it starts hold in memory, as the kernel counts it; nothing where it does not.

use core::time::Duration;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

/// What calls may leave or hold in this process, bytes: a few instances of 32 MiB each, the pool's warm pages, and the
/// machine code of all that loaded.
pub(crate) const GROWTH_BYTES_MAX: u64 = 768 * 1024 * 1024;
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Does it, and says by how much this process grew at most meanwhile, and how large a child was at most.
pub(crate) fn watched<T>(body: impl FnOnce() -> T) -> (T, u64, u64) {
    // The kernel forgets the largest size so far.
    _ = fs::write("/proc/self/clear_refs", "5");
    let before = field("/proc/self/status", "VmRSS:");
    let (largest, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let done = thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                for child in children() {
                    largest.fetch_max(field(&format!("/proc/{child}/status"), "VmHWM:"), SeqCst);
                }
                thread::sleep(POLL_INTERVAL);
            }
        });
        // Also when it panics, so that the scope can end.
        let stopped = Stop(&stop);
        let done = body();
        drop(stopped);
        done
    });
    (done, field("/proc/self/status", "VmHWM:").saturating_sub(before), largest.load(SeqCst))
}

/// Resident now.
pub(crate) fn resident() -> u64 {
    field("/proc/self/status", "VmRSS:")
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

fn children() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of = |task: fs::DirEntry| fs::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.map(of).flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A field of a status in bytes.
fn field(path: &str, name: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let kilobytes =
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
