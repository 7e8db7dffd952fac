//! The limits of this crate: each with its unit and its reason.

use std::time::Duration;

/// Bytes of a component. The host's own limit; [`Access::component_bytes_max`](crate::Access) raises it for one that
/// an operator wants regardless (a Python connector has about 19 MB).
pub const COMPONENT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Bytes of a manifest. Ours has about 1 kB; a signature manifest grows by 400 bytes a signature.
pub const MANIFEST_BYTES_MAX: u64 = 128 * 1024;

/// Bytes of a config: a descriptor with every list full stays far below.
pub const CONFIG_BYTES_MAX: u64 = 256 * 1024;

/// Bytes of one signed payload. cosign's have about 250.
pub const PAYLOAD_BYTES_MAX: u64 = 8 * 1024;

/// Signatures of one artifact that are looked at: each costs a fetch and a verification per key.
pub const SIGNATURES_MAX: usize = 32;

/// Bytes of `trust.toml`, and of a key's file.
pub const TRUST_BYTES_MAX: u64 = 256 * 1024;

/// Keys of `trust.toml`: each signature is tried against each.
pub const KEYS_MAX: usize = 64;

/// Bytes of a token service's answer.
pub const TOKEN_BYTES_MAX: u64 = 64 * 1024;

/// Redirects of one blob: a registry sends to its storage, and the storage answers.
pub const REDIRECTS_MAX: usize = 2;

/// Bytes of a `.sig` file beside a file or folder.
pub const SIGNATURE_FILE_BYTES_MAX: u64 = 512 * 1024;

/// Files of a signed folder.
pub const FOLDER_FILES_MAX: usize = 4096;

/// Levels of a signed folder.
pub const FOLDER_DEPTH_MAX: usize = 16;

/// Bytes of a signed file or folder: it is held in memory, so that what was verified is what is used.
pub const FOLDER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Bytes of all files of a set: a hundred connectors of full size; they are held in memory, so that what was verified is
/// what is used.
pub const FILE_SET_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Entries of one list of a descriptor.
pub const ENTRIES_MAX: usize = 256;

/// Bytes of one text of a descriptor.
pub const TEXT_BYTES_MAX: usize = 2048;

/// How far a signer's clock may be ahead of ours.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// Wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Wait for the next bytes of a response.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// One whole operation, whatever the registry does.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(300);

/// Bytes that scrypt may take for an encrypted key. cosign's parameters take 64 MiB.
pub const SCRYPT_BYTES_MAX: u64 = 256 * 1024 * 1024;

const _: () = assert!(FOLDER_BYTES_MAX >= COMPONENT_BYTES_MAX);
const _: () = assert!(MANIFEST_BYTES_MAX >= 1024 * SIGNATURES_MAX as u64);
