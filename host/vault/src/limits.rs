//! What a vault holds at most.

/// Bytes of one record: a passkey or a token of a generous issuer has a few thousand.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a record's name.
pub const NAME_BYTES_MAX: usize = 256;

/// Records that one listing gives; the next one begins after the last of them.
pub const LISTED_MAX: usize = 1_000;

/// Bytes of the store that are kept in memory.
pub(crate) const CACHE_BYTES: usize = 4 * 1024 * 1024;
