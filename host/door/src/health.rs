//! Whether the process lives, and whether it should be sent questions.

use crate::{Door, problem};
use zero_pipeline::{Platform, Problem, Rooms as _};

/// Components that are connectors, among all.
pub(crate) const CONNECTORS: &str = "connectors/";

pub(crate) fn alive() -> String {
    serde_json::json!({ "status": "alive" }).to_string()
}

impl<P: Platform> Door<P> {
    pub(crate) fn ready(&self) -> Result<String, Problem> {
        let digests = self.platform.rooms().digests();
        let connectors = digests.iter().filter(|(name, _)| name.starts_with(CONNECTORS)).count();
        if let Some(reason) = unready(self.closing, connectors) {
            return Err(problem::not_ready(reason));
        }
        let sources = self.region.catalogue.records().iter().filter(|record| record.enabled).count();
        Ok(serde_json::json!({ "status": "ready", "connectors": connectors, "sources": sources }).to_string())
    }
}

/// Why questions should be sent elsewhere.
fn unready(is_closing: bool, connectors: usize) -> Option<&'static str> {
    match (is_closing, connectors) {
        (true, _) => Some("this process is about to stop"),
        (_, 0) => Some("no connector is installed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

    #[test]
    fn a_host_that_closes_or_is_empty_is_not_ready() {
        assert_eq!(unready(false, 8), None);
        assert!(unready(true, 8).unwrap().contains("stop"));
        assert!(unready(false, 0).unwrap().contains("no connector"));
        let response = problem::response(&problem::not_ready("this process is about to stop"));
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
