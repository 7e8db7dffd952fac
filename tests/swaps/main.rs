//! Connectors are installed, swapped, consented to, rolled back and quarantined in a host that answers meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod door;
mod guests;
mod load;
mod operate;
mod signed;
mod world;
