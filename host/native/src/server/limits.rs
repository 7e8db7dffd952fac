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

/// TLS handshakes underway: each costs some kB and, if it comes to that, a millisecond of CPU. Beyond it: closed at once.
pub(super) const HANDSHAKES_MAX: usize = 512;
/// Time for a handshake: two round trips of the slowest network that can still ask.
pub(super) const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);
/// TLS sessions that can be resumed, since each is kept in memory; the oldest goes first.
pub(super) const SESSIONS_MAX: usize = 4096;
/// How often the files of certificates are looked at.
pub(super) const RELOAD_INTERVAL: Duration = Duration::from_secs(5);
/// A file with certificates or a key, bytes.
pub(super) const PEM_BYTES_MAX: u64 = 1024 * 1024;

/// Fields of a request. Beyond it: 431.
pub(super) const HEADERS_MAX: usize = 64;
/// Header block of a request, bytes: a percent-encoded question of the longest kind, and common headers. Beyond it: 431.
pub(super) const HEADER_BYTES_MAX: u32 = 32 * 1024;
/// Target of a request, bytes: a percent-encoded question of the longest kind, and what else is said. Beyond it: 414.
pub(super) const URI_BYTES_MAX: usize = 16 * 1024;
/// The same with method and version.
pub(super) const REQUEST_LINE_BYTES_MAX: usize = URI_BYTES_MAX + 64;
/// Bytes read at once.
pub(super) const READ_BYTES: usize = 8 * 1024;
/// Requests on one connection; then it is asked to end, and load spreads anew.
pub(super) const REQUESTS_PER_CONNECTION_MAX: u64 = 100_000;
/// How long a connection may be open with no request on it. Of HTTP/1 the next header block is due much sooner.
pub(super) const IDLE_TIME_MAX: Duration = Duration::from_secs(60);
/// How often a connection is looked at for being idle, too old or stalled.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// After an answer that ends the connection, what the client still sends is read for so long ...
pub(super) const LINGER_TIME_MAX: Duration = Duration::from_secs(1);
/// ... and so many bytes, so that it reads the answer before it learns that nobody listens.
pub(super) const LINGER_BYTES_MAX: usize = 256 * 1024;

/// How long a browser remembers what a page may do.
pub(super) const PREFLIGHT_TIME: Duration = Duration::from_secs(600);

/// Silence in the middle of a body.
pub(super) const BODY_IDLE_MAX: Duration = Duration::from_secs(5);
/// Bytes of a body a second, on average, once `BODY_TIME_MAX` is over: an installed component may be large.
pub(super) const BODY_BYTES_PER_SECOND_MIN: u64 = 16 * 1024;
/// Bytes of an answer that are handed to the connection at once, so that it holds little of what a client does not take.
pub(super) const ANSWER_PART_BYTES: usize = 16 * 1024;
/// A client that takes nothing of an answer for this long has gone; a silent stream is written to more often.
pub(super) const ANSWER_STALL_MAX: Duration = Duration::from_secs(40);
const _: () = assert!(ANSWER_STALL_MAX.as_secs() > 2 * KEEP_ALIVE_INTERVAL.as_secs());

/// So much at once, and then so much a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub(super) most: f64,
    pub(super) per_second: f64,
}

/// HTTP/2 frames that ask for nothing: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown ones. Beyond it the
/// connection is closed. Browsers send some tens.
pub(super) const CONTROLS: Allowance = Allowance { most: 1000.0, per_second: 100.0 };
/// Earned by each request, since its answer is acknowledged by WINDOW_UPDATE.
pub(super) const CONTROLS_PER_REQUEST: f64 = 4.0;
/// And one by so many bytes of answers.
pub(super) const BYTES_PER_CONTROL: usize = 4 * 1024;
/// HTTP/2 streams that the client resets: an asker who types goes back on each word. Beyond it the connection is closed
/// (rapid reset, CVE-2023-44487).
pub(super) const RESETS: Allowance = Allowance { most: 200.0, per_second: 20.0 };
/// CONTINUATION frames of one header block: with the largest frames a block takes two.
pub(super) const CONTINUATIONS_MAX: u32 = 8;
/// Streams that the client reset before we looked at them.
pub(super) const RESETS_UNSEEN_MAX: usize = 20;
/// Streams that we reset for the client's errors, over a connection's life (MadeYouReset, CVE-2025-8671).
pub(super) const RESETS_OF_ERRORS_MAX: usize = 64;
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
const _: () = assert!(URI_BYTES_MAX > 3 * limits::QUESTION_BYTES_MAX);
const _: () = assert!(HEADER_BYTES_MAX as usize > REQUEST_LINE_BYTES_MAX);
const _: () = assert!(HEADER_BYTES_MAX as usize > 4 * limits::QUESTION_BYTES_MAX);
