//! The limits of this crate: each with its unit and its reason.

/// Bytes of a lock: ten thousand sources at half a kilobyte, with room. It is held before anybody vouches for it.
pub const LOCK_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of the signatures.
pub const SIGNATURE_BYTES_MAX: u64 = zero_oci::limits::SIGNATURE_FILE_BYTES_MAX;
/// Files of a bundle: a thousand connectors and their catalogues, with room.
pub const FILES_MAX: usize = 4096;
/// Levels of folders in a bundle; it has two.
pub const DEPTH_MAX: usize = 4;
/// Bytes of one file: the largest component that an operator may let in.
pub const FILE_BYTES_MAX: u64 = zero_config::limits::COMPONENT_BYTES_CEILING as u64;
/// Bytes of all files together; they are held in memory, so that what was verified is what runs.
pub const BUNDLE_BYTES_MAX: u64 = zero_oci::limits::FILE_SET_BYTES_MAX;
/// Days that a signature may hold: a key that is never renewed is never checked.
pub const EXPIRY_DAYS_MAX: u32 = 3660;

const _: () = assert!(LOCK_BYTES_MAX < BUNDLE_BYTES_MAX);
const _: () = assert!(FILE_BYTES_MAX <= BUNDLE_BYTES_MAX);
