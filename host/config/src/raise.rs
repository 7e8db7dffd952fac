//! `[connectors.limits.NAME]`: what one connector is granted beyond what all are.

use crate::limits::{COMPONENT_BYTES_CEILING, COMPONENT_BYTES_MAX, CPU_CEILING, MEMORY_BYTES_CEILING};
use serde::Deserialize;
use std::collections::BTreeMap;
use zero_pipeline::limits::{GUEST_CPU_MAX, GUEST_MEMORY_BYTES_MAX};

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

    /// All that the connector is granted.
    #[must_use]
    pub fn granted(&self) -> Raised {
        let all = Raised::default();
        Raised {
            component_bytes: self.component_bytes.unwrap_or(all.component_bytes),
            memory_bytes: self.memory_bytes.unwrap_or(all.memory_bytes),
            cpu: self.cpu_ms.map_or(all.cpu, core::time::Duration::from_millis),
        }
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
        assert_eq!(raise.granted(), Raised { component_bytes: 20_000_000, ..Raised::default() });
    }
}
