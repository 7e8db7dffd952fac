//! Where a request may go: addresses, names, and the one reading of a URL.
//!
//! - [`table`]: every range of IANA's special-purpose registries at its edges.
//! - [`urls`]: URLs that parsers disagree about. Who is allowed is who is dialled, named in TLS and sent as `host`.
//! - [`rebinding`]: names whose answers change from query to query.
//! - [`redirects`]: services that send a request on to where it may not go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its figures"
)]

mod rebinding;
mod redirects;
mod stub;
mod table;
mod urls;

use std::time::{Duration, Instant};
use zero_egress::Grant;
use zero_types::connector::{FetchFailure, Outcome};

/// A grant for these hosts, as source, connector and operator agree to it.
fn grant(hosts: &[&str]) -> Grant {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    Grant::new("test", &hosts, &["*".to_owned()], None).unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(9)
}

fn failure(outcome: &Outcome) -> Option<&FetchFailure> {
    match outcome {
        Outcome::Failed(failure) => Some(failure),
        Outcome::Response(_) => None,
    }
}
