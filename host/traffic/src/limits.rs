//! Limits of traffic that no operator sets: unit in the name, and why.

use core::time::Duration;

/// Addresses of `Forwarded` or `X-Forwarded-For` that are read, from the nearest on: nobody has more proxies of their own.
pub const HOPS_MAX: usize = 16;
/// Buckets looked at for one to forget when none is full: the least used of a few is good enough, and costs little.
pub const EVICTION_SAMPLES: usize = 16;
/// How often full buckets are looked for when there is no room: each look goes through all of them.
pub const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Redis is tried again this long after it went away: soon enough to be shared again, seldom enough to cost nothing.
pub const REDIS_PAUSE: Duration = Duration::from_millis(500);
/// A connection to it may take this long; no question waits for one.
pub const REDIS_CONNECT_TIME_MAX: Duration = Duration::from_secs(2);
/// Commands that wait for it at once: beyond them the process counts alone.
pub const REDIS_COMMANDS_MAX: usize = 256;

/// How often the wait for a turn is measured.
pub const PROBE_INTERVAL: Duration = Duration::from_millis(10);
/// The concurrency limit moves once in this time: long enough that the least of its waits is a queue that stands, and no
/// hiccup (CoDel, RFC 8289, section 4.2).
pub const ADJUST_INTERVAL: Duration = Duration::from_millis(100);
/// ... and from this many waits on.
pub const ADJUST_SAMPLES_MIN: u32 = 3;
/// Where it starts: nothing is known yet, and this many questions at once are a queue of less than a second on the
/// smallest of machines.
pub const CONCURRENCY_START: usize = 64;
/// The share, in percent, by which it grows while nothing waits, and at least by one.
pub const INCREASE_PERCENT: f64 = 5.0;
/// How hard it falls for each target's worth of waiting above the target.
pub const DECREASE_FACTOR: f64 = 0.2;
/// The least that one step leaves of it.
pub const DECREASE_FLOOR: f64 = 0.5;

/// Share of the places, in percent, that those of a class may fill; the rest is kept for the classes above.
pub const ANONYMOUS_PERCENT: usize = 90;
/// See there.
pub const KEY_PERCENT: usize = 95;
/// Places beyond the limit for operators alone: whoever mends the host must get in.
pub const OPERATOR_PLACES: usize = 8;

/// Whoever finds the host full tries again after this: about one question's time.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

const _: () = assert!(ANONYMOUS_PERCENT <= KEY_PERCENT && KEY_PERCENT <= 100);
const _: () = assert!(PROBE_INTERVAL.as_millis() * (ADJUST_SAMPLES_MIN as u128) < ADJUST_INTERVAL.as_millis());
