//! The native host: bundle, platform, HTTP server.

pub mod config;

pub mod bundle;
pub mod host;
pub mod platform;

pub mod server;

pub use bundle::Bundle;
pub use host::{Host, Options};
pub use platform::Native;
