//! The real `bootstrap` with the real bundle, started and invoked as AWS Lambda does; recorded answers of services.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod world;

mod answers;
mod deadline;
mod origins;
mod start;
