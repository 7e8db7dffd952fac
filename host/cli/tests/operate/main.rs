//! From an author's folder to the answers of a running host, by the real program and a real registry.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says aloud what it leaves out"
)]

mod gate;
mod host;
mod overrides;
mod packages;
mod saves;
mod whole_way;

#[path = "../../../oci/tests/registry/server.rs"]
#[allow(dead_code, reason = "shared with the tests of zero-oci, which do more to a registry")]
mod registry;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the author's tests")]
mod support;

use support::Service;

/// What the shared registry says when it cannot be started.
fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// What the template's service says: one town for every code, and garbage for one.
fn zip_codes() -> Service {
    Service::answering("application/json", |line| {
        if line.contains("/00666") {
            return "<html>sorry</html>";
        }
        r#"{"post code": "00042", "places": [{"place name": "Lower Fernby", "state": "Oregon"}]}"#
    })
}

/// Sends requests for the template's service to this one.
fn redirected(service: &Service) -> String {
    format!("[egress.overrides]\n\"api.zippopotam.us\" = \"{}\"\n", service.url)
}

const QUESTION: &str = "which town has the zip code 00042";
