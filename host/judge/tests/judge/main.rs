//! Every kind of fault is caught, and the report says what to change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod comparing;
mod components;
mod demo;
mod faults;
mod gate;

use zero_judge::{Check, Report};

/// That the report fails in this check, about this, and says what to change.
fn check_caught(what: &str, report: &Report, check: Check, seen: &str, change: &str) {
    let of_check: Vec<_> = report.failures().filter(|finding| finding.check == check).collect();
    assert!(!of_check.is_empty(), "{what}: `{}` did not fail:\n{}", check.name(), report.to_text());
    let caught = of_check.iter().any(|finding| {
        (finding.what.contains(seen) || finding.about.contains(seen)) && finding.change.contains(change)
    });
    assert!(caught, "{what}: no failure with `{seen}` and `{change}`:\n{}", report.to_text());
    assert_eq!(report.exit_code(), 1);
}
