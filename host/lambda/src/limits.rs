//! Limits that only a function has.

use core::time::Duration;

/// Instances alive at once: an environment has one request at a time and at most six processors, so a few for each of
/// them, the idle ones of the functions, and room for question and answer in between. Each reserves address space.
pub(crate) const INSTANCES_MAX: u32 = 64;

/// What an invocation keeps for handing over the response: whoever is over the deadline is killed, and the asker gets
/// nothing at all.
pub(crate) const HANDOVER_TIME: Duration = Duration::from_millis(150);

/// The runtime's interface is on the same machine: whoever cannot be told of a failed start in this time never will.
pub(crate) const TELL_TIME_MAX: Duration = Duration::from_secs(2);
