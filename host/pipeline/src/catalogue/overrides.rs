//! What an operator says of a source beyond its record.
//!
//! - **Takes** a record and the operator's words: where it is asked, its settings, how often, whether at all.
//! - **Gives** the record that counts.
//! - **Fails** naming the key that is out of range. **Limits**: those of settings.
//! - **Why it is so**: a record of the catalogue can only say `your-site.example` for a service that everybody has their
//!   own of; copying the record to change one word of it would drift from the next release's.

use super::SourceRecord;
use super::mapping::lay_over;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What an operator says of one source. Unknown keys are refused.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// Hosts instead of the record's.
    pub hosts: Option<Vec<String>>,
    /// Laid over the record's settings: tables are merged key by key, anything else is replaced.
    pub settings: Map<String, Value>,
    /// Whether it may be asked.
    pub enabled: Option<bool>,
    /// Requests per second instead of the record's.
    pub requests_per_second: Option<f64>,
}

/// By the ids of sources.
pub type Overrides = BTreeMap<String, Override>;

impl Override {
    /// Whether it can be one of any source.
    ///
    /// # Errors
    /// Names the key that is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.requests_per_second.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return Err("`requests_per_second` must be above 0".to_owned());
        }
        if self.hosts.as_ref().is_some_and(Vec::is_empty) {
            return Err("`hosts` is empty: leave it out, or say `enabled = false`".to_owned());
        }
        Ok(())
    }

    /// Applies it. Doing so again changes nothing.
    pub fn apply(&self, record: &mut SourceRecord) {
        if let Some(hosts) = &self.hosts {
            record.hosts.clone_from(hosts);
        }
        if !self.settings.is_empty() {
            // Settings come from the catalogue, which writes an object.
            let mut settings: Map<String, Value> = serde_json::from_str(&record.source.settings).unwrap_or_default();
            lay_over(&mut settings, self.settings.clone());
            record.source.settings = Value::Object(settings).to_string();
        }
        record.enabled = self.enabled.unwrap_or(record.enabled);
        record.requests_per_second = self.requests_per_second.or(record.requests_per_second);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;

    #[test]
    fn an_override_is_laid_over_the_record() {
        let text = "connector = \"rest\"\n[[source]]\nid = \"a\"\nname = \"A\"\nsummary = \"s\"\nkey = \"required\"\n\
                    hosts = [\"your-site.example\"]\nrequests_per_second = 2.0\n\
                    settings = { variables = { base = \"https://your-site.example\", lang = \"en\" }, steps = [1, 2] }\n";
        let mut record = Catalogue::from_toml([("a.toml", text)]).unwrap().records()[0].as_ref().clone();
        let same = record.clone();
        Override::default().apply(&mut record);
        assert_eq!(record, same);
        let said: Override = serde_json::from_str(
            r#"{"hosts": ["acme.example"], "settings": {"variables": {"base": "https://acme.example"}, "steps": [3]}, "enabled": true, "requests_per_second": 0.5}"#,
        )
        .unwrap();
        said.apply(&mut record);
        assert_eq!((record.hosts.join(" "), record.enabled), ("acme.example".to_owned(), true));
        assert_eq!(record.requests_per_second, Some(0.5));
        let settings = r#"{"steps":[3],"variables":{"base":"https://acme.example","lang":"en"}}"#;
        assert_eq!(record.source.settings, settings);
        let once = record.clone();
        said.apply(&mut record);
        assert_eq!(record, once);
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        for (wrong, said) in [
            (Override { requests_per_second: Some(0.0), ..Override::default() }, "`requests_per_second`"),
            (Override { requests_per_second: Some(f64::NAN), ..Override::default() }, "`requests_per_second`"),
            (Override { hosts: Some(Vec::new()), ..Override::default() }, "`hosts`"),
        ] {
            assert!(wrong.check().unwrap_err().contains(said));
        }
    }
}
