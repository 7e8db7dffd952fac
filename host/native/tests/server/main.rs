//! Promises of the HTTP door, kept by the real server over real components and a stub of one source.
//!
//! They need a bundle: `cargo xtask components` makes one in the target directory; `ZERO_BUNDLE` names another.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod client;
mod world;

mod bounds;
mod forms;
mod headers;
mod problems;
