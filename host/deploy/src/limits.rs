//! Limits of what is filled in.

/// A name in Kubernetes, bytes: what a label may have (RFC 1123).
pub(crate) const NAME_BYTES_MAX: usize = 63;
/// The name of an image, bytes: what registries take, and then some.
pub(crate) const IMAGE_BYTES_MAX: usize = 512;
/// A path on the machine, bytes: what Linux takes.
pub(crate) const PATH_BYTES_MAX: usize = 4096;
/// The name of an environment variable, bytes.
pub(crate) const VARIABLE_BYTES_MAX: usize = 128;
/// Secrets of one deployment: more than a configuration has sources with keys.
pub(crate) const SECRETS_MAX: usize = 1024;
/// Pods of one deployment.
pub(crate) const REPLICAS_MAX: u16 = 1000;
