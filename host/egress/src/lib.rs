//! The single way out: one HTTP client behind the policy.
