//! What the operator allows: `[connectors]` of the configuration.

use std::sync::Arc;
use zero_config::{Raise, RaiseTable, Raised};
use zero_pipeline::catalogue::Overrides;

/// What the operator allows.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Code that nobody vouches for may run.
    pub allow_unsigned: bool,
    /// Keys that are believed; none believes nobody.
    pub trust: Option<Arc<zero_oci::Trust>>,
    /// Registries on this machine may speak plain HTTP: for tests and mirrors behind a proxy.
    pub insecure_loopback_registry: bool,
    /// What some connectors are granted beyond what all are.
    pub raises: RaiseTable,
    /// Sources that are on, whatever their records say.
    pub sources_on: Vec<String>,
    /// Sources that are off, whatever their records say.
    pub sources_off: Vec<String>,
    /// What counts instead of their records' own words.
    pub overrides: Overrides,
}

impl Policy {
    /// What a connector of this name is granted.
    #[must_use]
    pub fn granted(&self, name: &str) -> Raised {
        self.raises.get(name).map(Raise::granted).unwrap_or_default()
    }

    /// The most that any is granted: what a component may have until it has said its name.
    #[must_use]
    pub fn granted_at_most(&self) -> Raised {
        self.raises.values().map(Raise::granted).fold(Raised::default(), |most, raised| Raised {
            component_bytes: most.component_bytes.max(raised.component_bytes),
            memory_bytes: most.memory_bytes.max(raised.memory_bytes),
            cpu: most.cpu.max(raised.cpu),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zero_config::Raise;

    #[test]
    fn a_raise_is_for_its_name_only() {
        let raise = Raise { component_bytes: Some(20_000_000), ..Raise::default() };
        let policy = Policy { raises: [("snake".to_owned(), raise)].into(), ..Policy::default() };
        assert_eq!(policy.granted("snake").component_bytes, 20_000_000);
        assert_eq!(policy.granted("other"), Raised::default());
        assert_eq!(policy.granted_at_most(), policy.granted("snake"));
    }
}
