//! What an operator may grant one connector beyond what all are granted: unit in the name, and why.

use core::time::Duration;

/// A component may be this large, bytes: it is fetched, verified and compiled at every point of presence.
pub const COMPONENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A component an operator may let in at most, bytes: a whole interpreter with its library.
pub const COMPONENT_BYTES_CEILING: usize = 32 * 1024 * 1024;
/// Linear memory an operator may grant an instance at most, bytes.
pub const MEMORY_BYTES_CEILING: usize = 256 * 1024 * 1024;
/// CPU an operator may grant one call at most: longer than any question waits for.
pub const CPU_CEILING: Duration = Duration::from_secs(2);

/// Connections open at once from one address unless the operator says otherwise: a household's or an office's, and a
/// thirtieth of all there are.
pub const CONNECTIONS_PER_ADDRESS: usize = 128;

const _: () = assert!(COMPONENT_BYTES_CEILING >= COMPONENT_BYTES_MAX);
const _: () = assert!(MEMORY_BYTES_CEILING >= zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX);
const _: () = assert!(CPU_CEILING.as_millis() >= zero_pipeline::limits::GUEST_CPU_MAX.as_millis());
