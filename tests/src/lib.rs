//! What the kinds of tests share: a world in which time is virtual and every answer of a service is written down.
//!
//! - [`bundle`]: the finished components; [`catalogue`]: every source.
//! - [`world`]: a platform whose clock and network are the test's.
//! - [`native`]: the rooms as plain libraries, without an engine.
//! - [`exchanges`]: recorded exchanges of all connectors.
//! - [`invariants`]: what holds for every answer, whatever was asked.

pub mod bundle;
pub mod catalogue;
pub mod entry;
pub mod exchanges;
pub mod invariants;
pub mod world;

pub use zero_plain as native;

use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Says loudly that something could not be tested here.
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
pub fn skip(what: &str, why: &str) {
    eprintln!("\n######## SKIPPED: {what}: {why}\n");
}
