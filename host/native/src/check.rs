//! What can be known to be wrong with a source before anybody asks it.

use crate::host::Host;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::{Platform as _, Rooms as _};
use zero_types::prelude::*;

impl Host {
    /// What is wrong with a source: its connector is missing, its hosts or credentials are wrong, or its connector
    /// cannot use its settings.
    #[must_use]
    pub fn complaint(&self, record: &SourceRecord) -> Option<String> {
        if !self.platform.rooms().has_connector(&record.connector) {
            return Some(format!("the connector `{}` is not installed", record.connector));
        }
        self.platform.check_grant(record).err().or_else(|| self.settings_complaint(record))
    }

    /// Plans the questions that a source must be asked, and gives what its connector says of the settings.
    pub(crate) fn settings_complaint(&self, record: &SourceRecord) -> Option<String> {
        let rooms = self.platform.rooms();
        let mut texts: Vec<&str> = record.must.iter().map(String::as_str).collect();
        if texts.is_empty() {
            texts.push("what is this");
        }
        texts.into_iter().find_map(|text| {
            let question = Question::new(text);
            let intent = rooms.read(&question).unwrap_or_else(|_| Intent::unknown("en"));
            match rooms.plan_now(&record.connector, &record.source, &question, &intent) {
                Ok(Err(failure)) if failure.kind == FailureKind::Settings => Some(failure.detail),
                Err(error) => Some(format!("asked “{text}”, the connector {error}")),
                Ok(_) => None,
            }
        })
    }
}
