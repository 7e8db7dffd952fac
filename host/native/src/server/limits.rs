//! Limits that only an HTTP server has; the others are in `zero_pipeline::limits`.

use core::time::Duration;
use zero_pipeline::limits;

/// Connections open at once: several idle ones for each question in flight. Beyond it nothing is accepted until one
/// closes; an idle one closes after `HEADER_TIME_MAX`.
pub(super) const CONNECTIONS_MAX: usize = 4 * limits::QUESTIONS_IN_FLIGHT_MAX;
/// A connection is asked to end after this, so that idle HTTP/2 ones cannot stay for ever and load spreads anew.
pub(super) const CONNECTION_TIME_MAX: Duration = Duration::from_secs(600);
/// What it may still take to finish its questions: the longest stream, and then some.
pub(super) const LAST_TIME_MAX: Duration = Duration::from_secs(90);
/// A client that takes no bytes for this long has gone.
pub(super) const WRITE_STALL_MAX: Duration = Duration::from_secs(20);
/// After a failure to accept, mostly for want of file descriptors.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Headers of a request. Beyond it: 431 from the protocol's own parser.
pub(super) const HEADERS_MAX: usize = 64;
/// Header block of a request, bytes: a percent-encoded question of the longest kind, and common headers.
pub(super) const HEADER_BYTES_MAX: u32 = 32 * 1024;
/// Requests open on one HTTP/2 connection: one connection cannot take all places.
pub(super) const STREAMS_MAX: u32 = 128;
/// Unread bytes of one HTTP/2 request: its whole body, so that honest clients never wait.
pub(super) const STREAM_WINDOW_BYTES: u32 = limits::REQUEST_BODY_BYTES_MAX as u32;
/// Unread bytes of one HTTP/2 connection.
pub(super) const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// Unsent bytes of one HTTP/2 request.
pub(super) const SEND_BYTES_MAX: usize = 256 * 1024;
/// HTTP/2 pings: whoever does not answer one in time has gone.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(20);
/// See there.
pub(super) const PING_TIME_MAX: Duration = Duration::from_secs(10);

/// A comment in a silent stream keeps proxies from closing it.
pub(super) const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Events of one question that wait for its client: all it can have, since many may come between two looks of the
/// client's connection. So a full channel is a client that has gone, and its question ends.
pub(super) const EVENTS_MAX: usize = 160;
const _: () = assert!(zero_door::limits::EVENTS_MAX <= EVENTS_MAX);

/// Smaller bodies fit one packet as they are.
pub(super) const COMPRESSED_BYTES_MIN: u64 = 1024;
/// Of gzip, brotli and zstd alike: better than their fastest at a fraction of their best one's time.
pub(super) const COMPRESSION_LEVEL: i32 = 4;

const _: () = assert!(LAST_TIME_MAX.as_secs() > 2 * limits::GATHER_BUDGET_MAX.as_secs());
const _: () = assert!(HEADER_BYTES_MAX as usize > 4 * limits::QUESTION_BYTES_MAX);
