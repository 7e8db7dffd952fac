//! Limits of installed connectors: unit in the name, default, why.

use core::time::Duration;

/// Versions kept of one connector, the current and the pending one included: more than anybody rolls back through.
pub const HISTORY_MAX: usize = 16;
/// Quarantined digests kept of one connector; the oldest is forgotten.
pub const QUARANTINED_MAX: usize = 32;
/// Connectors and packages of sources installed at once.
pub const INSTALLED_MAX: usize = 1024;
/// Bytes of `connectors.json`: all of the above, with room.
pub const STATE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How long a change waits for another one to be written.
pub const LOCK_TIME_MAX: Duration = Duration::from_secs(10);
/// How often it looks.
pub const LOCK_POLL: Duration = Duration::from_millis(10);
/// Characters of a digest that are enough to name a version.
pub const DIGEST_PREFIX_MIN: usize = 6;

/// A version that misbehaved this often ...
pub const FAULTS_MAX: u32 = 5;
/// ... in this many of its last calls ...
pub const FAULTS_CALLS: u32 = 64;
/// ... within this time is quarantined. One poisoned response is a bad day; five in a minute is the version.
pub const FAULTS_TIME: Duration = Duration::from_secs(60);

/// Failures of a smoke test that are kept and shown: the first ones say what is wrong.
pub const SMOKE_FAILURES_MAX: usize = 8;
/// Characters of each.
pub const SMOKE_FAILURE_CHARS_MAX: usize = 600;

pub use zero_config::limits::{COMPONENT_BYTES_CEILING, CPU_CEILING, MEMORY_BYTES_CEILING};

const _: () = assert!(FAULTS_CALLS == u64::BITS, "the last calls are the bits of one word");
const _: () = assert!(FAULTS_MAX <= FAULTS_CALLS);
// Who builds components and who reads configurations say the same of their size.
const _: () = assert!(COMPONENT_BYTES_CEILING == zero_builder::COMPONENT_BYTES_CEILING);
const _: () = assert!(zero_config::limits::COMPONENT_BYTES_MAX == zero_builder::COMPONENT_BYTES_MAX);
