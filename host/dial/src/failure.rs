//! What hyper and TLS met, in the policy's words.

use zero_egress::failure::{malformed, too_large, unreachable};
use zero_types::connector::FetchFailure;

/// What hyper met while it talked to `host`.
pub(crate) fn of_hyper(host: &str, error: &hyper::Error) -> FetchFailure {
    // Only servers are told by name; the words are the same on both sides.
    if error.is_parse() && error.to_string().contains("too large") {
        too_large(format!("`{host}` sent a header block that is too large"))
    } else if error.is_parse() {
        malformed(format!("`{host}` did not answer in HTTP: {}", chain(error)))
    } else {
        unreachable(format!("the connection to `{host}` broke: {}", chain(error)))
    }
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}
