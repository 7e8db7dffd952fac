//! How strictly, how thoroughly.

use core::time::Duration;
use zero_connector_sdk::testing::Bounds;
use zero_pipeline::limits;

/// What a host grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the component.
    pub component_bytes: usize,
    /// CPU of one call.
    pub cpu: Duration,
    /// Memory of one instance, bytes.
    pub memory_bytes: usize,
    /// One result, bytes of text and lists.
    pub result_bytes: usize,
    /// What one step may hold.
    pub bounds: Bounds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: zero_builder::COMPONENT_BYTES_MAX,
            cpu: limits::GUEST_CPU_MAX,
            memory_bytes: limits::GUEST_MEMORY_BYTES_MAX,
            result_bytes: limits::GUEST_RESULT_BYTES_MAX,
            bounds: Bounds::default(),
        }
    }
}

/// How a connector is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What a host grants.
    pub limits: Limits,
    /// The component's size, if it is one.
    pub component_bytes: Option<usize>,
    /// Whether every exchange is broken in every way.
    pub mutations: bool,
    /// Values of each recorded body that are replaced by ones of another type.
    pub values_max: usize,
    /// Cases that get bodies as large as a host lets through.
    pub large_cases_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), component_bytes: None, mutations: true, values_max: 48, large_cases_max: 4 }
    }
}

impl Options {
    /// The same for a component of this size.
    #[must_use]
    pub fn of_component(self, bytes: &[u8]) -> Self {
        Self { component_bytes: Some(bytes.len()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_test_kit_says_is_what_hosts_grant() {
        let granted = Bounds {
            rounds: limits::ROUNDS_MAX,
            requests_per_round: limits::REQUESTS_PER_ROUND_MAX,
            state_bytes: limits::GUEST_STATE_BYTES_MAX,
            url_bytes: limits::URL_BYTES_MAX,
            headers: limits::REQUEST_HEADERS_MAX,
            body_bytes: limits::REQUEST_BYTES_MAX,
            passages: limits::PASSAGES_PER_SOURCE_MAX,
            claims: limits::CLAIMS_PER_SOURCE_MAX,
        };
        assert_eq!(Bounds::default(), granted);
    }
}
