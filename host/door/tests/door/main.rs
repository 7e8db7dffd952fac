//! What the door says, over rooms that are the house's own and a connector that knows one thing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod callers;
mod forms;
mod receipts;
mod world;
