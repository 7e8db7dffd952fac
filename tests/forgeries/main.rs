//! Who may not be believed: forgeries as they are tried, and every letter of the examples of the RFCs changed.
//!
//! Tokens are signed by another library than the one that verifies them, so that neither can hide the other's mistake.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod examples;
mod signer;
mod tried;

/// Says what was measured; it is seen with `--nocapture`, and where a test fails.
#[allow(clippy::print_stdout, reason = "figures are to be seen")]
fn figure(text: &str) {
    println!("forgeries: {text}");
}
