//! Limits of the operators' door.

/// Changes underway at once. Beyond it: 503.
pub(super) const CHANGES_MAX: usize = 4;
/// Connections of one address: several terminals, each with one.
pub(super) const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// JSON body of an installation by path or reference, bytes. Beyond it: 413.
pub(super) const JSON_BYTES_MAX: usize = 16 * 1024;
/// What a caller says of where bytes came from, bytes; the rest is cut off.
pub(super) const SOURCE_BYTES_MAX: usize = 512;
/// Bytes of an answer that the terminal reads: all connectors with their history.
pub(super) const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long the terminal waits for the door to open.
pub(super) const CONNECT_TIME_MAX: core::time::Duration = core::time::Duration::from_secs(2);
/// How long it waits for an answer: a component may be compiled first.
pub(super) const ANSWER_TIME_MAX: core::time::Duration = core::time::Duration::from_secs(180);

const _: () = assert!(ANSWER_TIME_MAX.as_secs() > 2 * zero_pipeline::limits::COMPILE_TIME_MAX.as_secs());
