//! What the operator allows: `[connectors]` of the configuration.

use crate::limits::{COMPONENT_BYTES_CEILING, CPU_CEILING, MEMORY_BYTES_CEILING};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_builder::COMPONENT_BYTES_MAX;
use zero_pipeline::catalogue::Overrides;
use zero_pipeline::limits::{GUEST_CPU_MAX, GUEST_MEMORY_BYTES_MAX};

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

/// Raises by the name of the connector.
pub type RaiseTable = BTreeMap<String, Raise>;

/// What one connector is granted beyond what all are, as the operator writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Raise {
    /// Size of the component, bytes.
    pub component_bytes: Option<usize>,
    /// Linear memory of an instance, bytes.
    pub memory_bytes: Option<usize>,
    /// CPU of one call, ms.
    pub cpu_ms: Option<u64>,
}

/// What one connector is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raised {
    /// Size of the component, bytes.
    pub component_bytes: usize,
    /// Linear memory of an instance, bytes.
    pub memory_bytes: usize,
    /// CPU of one call.
    pub cpu: core::time::Duration,
}

impl Default for Raised {
    fn default() -> Self {
        Self { component_bytes: COMPONENT_BYTES_MAX, memory_bytes: GUEST_MEMORY_BYTES_MAX, cpu: GUEST_CPU_MAX }
    }
}

impl Raise {
    /// Within what an operator may grant?
    ///
    /// # Errors
    /// Names the key that is out of range.
    pub fn check(&self) -> Result<(), String> {
        let range = |key: &str, said: Option<u64>, least: u64, most: u64| match said {
            Some(said) if !(least..=most).contains(&said) => {
                Err(format!("`{key}` must be from {least} to {most}, not {said}"))
            }
            _ => Ok(()),
        };
        let wide = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let ms = |time: core::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (bytes, memory) = (self.component_bytes.map(wide), self.memory_bytes.map(wide));
        range("component_bytes", bytes, wide(COMPONENT_BYTES_MAX), wide(COMPONENT_BYTES_CEILING))?;
        range("memory_bytes", memory, wide(GUEST_MEMORY_BYTES_MAX), wide(MEMORY_BYTES_CEILING))?;
        range("cpu_ms", self.cpu_ms, ms(GUEST_CPU_MAX), ms(CPU_CEILING))
    }

    fn granted(&self) -> Raised {
        let all = Raised::default();
        Raised {
            component_bytes: self.component_bytes.unwrap_or(all.component_bytes),
            memory_bytes: self.memory_bytes.unwrap_or(all.memory_bytes),
            cpu: self.cpu_ms.map_or(all.cpu, core::time::Duration::from_millis),
        }
    }
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

    #[test]
    fn raises_are_bounded_and_only_their_names() {
        let wrong = |raise: Raise| raise.check().unwrap_err();
        let raise = Raise { component_bytes: Some(20_000_000), ..Raise::default() };
        assert_eq!(raise.check(), Ok(()));
        assert!(wrong(Raise { component_bytes: Some(1 << 30), ..raise }).contains("`component_bytes`"));
        assert!(wrong(Raise { component_bytes: Some(1), ..raise }).contains("`component_bytes`"));
        assert!(wrong(Raise { memory_bytes: Some(1 << 40), ..raise }).contains("`memory_bytes`"));
        assert!(wrong(Raise { cpu_ms: Some(60_000), ..raise }).contains("`cpu_ms` must be from 50 to 2000"));
        let policy = Policy { raises: [("snake".to_owned(), raise)].into(), ..Policy::default() };
        assert_eq!(policy.granted("snake").component_bytes, 20_000_000);
        assert_eq!(policy.granted("other"), Raised::default());
        assert_eq!(policy.granted_at_most(), policy.granted("snake"));
    }
}
