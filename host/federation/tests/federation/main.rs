//! Tokens of other issuers and askers' own accounts, against servers of this machine that behave and that do not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its figures"
)]

mod http;
mod issuer;
mod provider;
