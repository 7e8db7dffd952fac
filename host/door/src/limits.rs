//! Limits that only a door has; the others are in `zero_pipeline::limits`.

use core::time::Duration;
use zero_pipeline::limits;

/// Entries of `Accept` that are read; the rest says nothing.
pub const MEDIA_RANGES_MAX: usize = 32;
/// Whoever is turned away tries again after this: about one question's time.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Events of one question: read, routed, each source, the answer, each late source and its patch, problem, done;
/// operators may let all candidates be asked.
pub const EVENTS_MAX: usize = 5 + 3 * limits::CANDIDATES_MAX;
/// A receipt given over HTTP, bytes: what sources said stands in it whole, and a host at the edge has 128 MiB for all it
/// does. Beyond it: problem `receipt-too-large`; `zero ask --receipt` writes larger ones.
pub const RECEIPT_BYTES_MAX: usize = 8 * 1024 * 1024;

const _: () = assert!(RECEIPT_BYTES_MAX < zero_pipeline::receipt::RECEIPT_BYTES_MAX);
