//! The catalogue as an operator wants it.

use crate::Config;
use zero_pipeline::catalogue::Catalogue;

/// Every source with the operator's words applied: overrides first, then what is switched on and off.
#[must_use]
pub fn resolve(catalogue: &Catalogue, config: &Config) -> Catalogue {
    let sources = &config.sources;
    Catalogue::from_records(catalogue.records().iter().map(|record| {
        let mut record = record.as_ref().clone();
        if let Some(said) = sources.overrides.get(&record.source.id) {
            said.apply(&mut record);
        }
        record.enabled = (record.enabled || sources.enable.contains(&record.source.id))
            && !sources.disable.contains(&record.source.id);
        record
    }))
}
