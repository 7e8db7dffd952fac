//! Abuse of the real `zero serve`, over raw sockets and hand-written frames, beside honest traffic that loses nothing.
//!
//! Each attack comes from an address of its own, as it would; honest askers come from another. What is wrong ends in one
//! answer of 400 or its like, or in none, and in a closed connection: never in a 5xx, never in two answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints what it measured"
)]

mod floods;
mod frames;
mod honest;
mod public;
mod server;
mod slow;
mod smuggling;
mod tls;
mod vectors;
