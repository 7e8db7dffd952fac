//! What each endpoint's answers have looked like, and whether one looks different.

use crate::shape::{PATHS_MAX, Shape};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Endpoints that are remembered; the one that was learned from longest ago makes room.
pub const ENDPOINTS_MAX: usize = 4096;
/// After so many answers that were read, only one in [`SAMPLE`] is looked at: the shape is known by then.
const LEARN: u64 = 8;
const SAMPLE: u64 = 64;

/// What is known of one endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Places that every answer had.
    always: BTreeSet<String>,
    /// Places that any answer had.
    ever: BTreeSet<String>,
    /// Answers that were learned from.
    learned: u64,
    /// Answers that were read, learned from or not.
    #[serde(skip)]
    seen: u64,
    /// When it was learned from last, in learnings of the whole watch.
    #[serde(skip)]
    last: u64,
}

impl Known {
    /// The fingerprint of what every answer had.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        Shape::from_paths(self.always.iter().cloned()).fingerprint()
    }
}

/// How an answer that could not be read differs from those that could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The fingerprint until now.
    pub before: String,
    /// The fingerprint of this answer.
    pub now: String,
    /// Places that every answer had and this one has not.
    pub missing: Vec<String>,
    /// Places that no answer had and this one has.
    pub added: Vec<String>,
}

/// The shapes of all endpoints.
#[derive(Debug, Default)]
pub struct Watch {
    endpoints: BTreeMap<String, Known>,
    learnings: u64,
}

impl Watch {
    /// From what was kept of an earlier run; more than [`ENDPOINTS_MAX`] are dropped.
    #[must_use]
    pub fn from_known(known: BTreeMap<String, Known>) -> Self {
        Self { endpoints: known.into_iter().take(ENDPOINTS_MAX).collect(), learnings: 0 }
    }

    /// All that is known, by endpoint.
    #[must_use]
    pub fn known(&self) -> &BTreeMap<String, Known> {
        &self.endpoints
    }

    /// Whether the next answer of this endpoint that was read is worth learning from.
    #[must_use]
    pub fn wants(&mut self, endpoint: &str) -> bool {
        let Some(known) = self.endpoints.get_mut(endpoint) else { return true };
        known.seen += 1;
        known.learned < LEARN || known.seen.is_multiple_of(SAMPLE)
    }

    /// Takes in an answer that was read.
    pub fn learn(&mut self, endpoint: &str, shape: &Shape) {
        self.make_room(endpoint);
        self.learnings += 1;
        let known = self.endpoints.entry(endpoint.to_owned()).or_default();
        known.always = match known.learned {
            0 => shape.paths().clone(),
            _ => known.always.intersection(shape.paths()).cloned().collect(),
        };
        let room = PATHS_MAX.saturating_sub(known.ever.len());
        let fresh: Vec<String> = shape.paths().difference(&known.ever).take(room).cloned().collect();
        known.ever.extend(fresh);
        known.learned += 1;
        known.last = self.learnings;
    }

    /// How an answer that could not be read differs; none when nothing is known of the endpoint, or nothing differs.
    #[must_use]
    pub fn change(&self, endpoint: &str, shape: &Shape) -> Option<Change> {
        let known = self.endpoints.get(endpoint).filter(|known| known.learned > 0)?;
        let missing: Vec<String> = known.always.difference(shape.paths()).cloned().collect();
        let added: Vec<String> = shape.paths().difference(&known.ever).cloned().collect();
        let differs = !missing.is_empty() || !added.is_empty();
        differs.then(|| Change { before: known.fingerprint(), now: shape.fingerprint(), missing, added })
    }

    /// Forgets an endpoint, so that a mended connector learns it anew.
    pub fn forget(&mut self, endpoint: &str) {
        self.endpoints.remove(endpoint);
    }

    fn make_room(&mut self, endpoint: &str) {
        if self.endpoints.len() < ENDPOINTS_MAX || self.endpoints.contains_key(endpoint) {
            return;
        }
        let oldest = self.endpoints.iter().min_by_key(|(_, known)| known.last).map(|(name, _)| name.clone());
        if let Some(oldest) = oldest {
            self.endpoints.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(body: &str) -> Shape {
        Shape::of(body.as_bytes()).unwrap()
    }

    fn taught(bodies: &[&str]) -> Watch {
        let mut watch = Watch::default();
        bodies.iter().for_each(|body| watch.learn("search", &shape(body)));
        watch
    }

    #[test]
    fn a_name_that_was_always_there_and_is_gone_is_a_change() {
        let watch = taught(&[r#"{"hits": [{"title": "a", "score": 1}]}"#, r#"{"hits": [{"title": "b"}]}"#]);
        let change = watch.change("search", &shape(r#"{"results": [{"title": "a"}]}"#)).unwrap();
        assert_eq!(change.missing, [".hits[].title:string"]);
        assert_eq!(change.added, [".results[].title:string"]);
        assert_ne!(change.before, change.now);
    }

    #[test]
    fn what_differed_before_is_no_change() {
        let watch = taught(&[r#"{"hits": [{"title": "a", "score": 1}]}"#, r#"{"hits": [{"title": "b"}]}"#]);
        assert_eq!(watch.change("search", &shape(r#"{"hits": [{"title": "c", "score": 2}]}"#)), None);
        assert_eq!(watch.change("other", &shape("[1]")), None, "nothing is known of it");
    }

    #[test]
    fn a_changed_kind_is_a_change() {
        let watch = taught(&[r#"{"id": 1}"#]);
        assert_eq!(watch.change("search", &shape(r#"{"id": "1"}"#)).unwrap().missing, [".id:number"]);
    }

    #[test]
    fn learning_gets_rare_and_endpoints_are_bounded() {
        let mut watch = Watch::default();
        let looked = (0..1000).filter(|_| {
            let wants = watch.wants("search");
            if wants {
                watch.learn("search", &shape("[1]"));
            }
            wants
        });
        assert!(looked.count() < 30);
        for n in 0..ENDPOINTS_MAX + 10 {
            watch.learn(&format!("e{n}"), &shape("[1]"));
        }
        assert_eq!(watch.known().len(), ENDPOINTS_MAX);
        assert!(!watch.known().contains_key("search"), "the oldest made room");
    }

    #[test]
    fn what_is_known_survives_a_restart() {
        let watch = taught(&[r#"{"a": 1}"#]);
        let kept = serde_json::to_string(watch.known()).unwrap();
        let again = Watch::from_known(serde_json::from_str(&kept).unwrap());
        assert!(again.change("search", &shape(r#"{"b": 1}"#)).is_some());
    }
}
