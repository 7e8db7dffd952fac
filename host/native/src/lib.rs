//! The native host: bundle, platform, HTTP server.

pub mod bundle;
mod check;
pub mod host;
pub mod package;
pub mod platform;

pub mod accounts;
pub mod desk;
mod drift;
pub mod federation;
mod live;

pub mod server;

pub use bundle::Bundle;
pub use desk::Desk;
pub use host::{Host, Options};
pub use live::Live;
pub use package::Package;
pub use platform::Native;
