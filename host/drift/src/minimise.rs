//! The smallest body that still fails, so that an author reads ten lines and not a megabyte.

use serde_json::Value;

/// Bodies that are tried; each costs one call of the connector.
pub const TRIES_MAX: usize = 400;
/// What stands for a text, where any text will do: nobody's words are needed to show a form.
const ANY_TEXT: &str = "x";

/// Takes parts out of a JSON body for as long as it still fails, in at most [`TRIES_MAX`] tries.
///
/// Lists lose elements, objects lose members, texts are replaced by `x`, largest parts first. What is not JSON is given
/// back as it is, since half a document fails for another reason.
pub fn minimise(body: &[u8], still_fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let Ok(root) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let mut reducer = Reducer { root, tries: 0, still_fails };
    if !reducer.attempt(|_| true) {
        return body.to_vec();
    }
    reducer.reduce(&mut Vec::new());
    serde_json::to_vec_pretty(&reducer.root).unwrap_or_else(|_| body.to_vec())
}

/// A member of an object, or an element of a list.
#[derive(Clone)]
enum Part {
    Member(String),
    Element(usize),
}

struct Reducer<F> {
    root: Value,
    tries: usize,
    still_fails: F,
}

impl<F: FnMut(&[u8]) -> bool> Reducer<F> {
    /// Reduces what stands at `at`, outermost first, since a part that goes takes all within it along.
    fn reduce(&mut self, at: &mut Vec<Part>) {
        let parts: Vec<Part> = match find(&mut self.root, at) {
            // From the end, so that the places of those that stay are the same.
            Some(Value::Array(items)) => (0..items.len()).rev().map(Part::Element).collect(),
            Some(Value::Object(members)) => members.keys().cloned().map(Part::Member).collect(),
            Some(Value::String(text)) if text != ANY_TEXT => {
                let any = Value::String(ANY_TEXT.to_owned());
                self.attempt(|root| find(root, at).map(|place| *place = any).is_some());
                return;
            }
            _ => return,
        };
        for half in halves(&parts) {
            self.attempt(|root| remove(root, at, half));
        }
        for part in parts {
            if self.tries >= TRIES_MAX {
                return;
            }
            if !self.attempt(|root| remove(root, at, core::slice::from_ref(&part))) {
                at.push(part);
                self.reduce(at);
                at.pop();
            }
        }
    }

    /// Keeps a change when the body still fails with it.
    fn attempt(&mut self, change: impl FnOnce(&mut Value) -> bool) -> bool {
        if self.tries >= TRIES_MAX {
            return false;
        }
        let mut changed = self.root.clone();
        if !change(&mut changed) {
            return false;
        }
        self.tries += 1;
        let kept = (self.still_fails)(changed.to_string().as_bytes());
        if kept {
            self.root = changed;
        }
        kept
    }
}

/// A long list is first tried without one half, then without the other.
fn halves(parts: &[Part]) -> Vec<&[Part]> {
    match parts.split_at_checked(parts.len() / 2) {
        Some((first, second)) if parts.len() > 4 => vec![first, second],
        _ => Vec::new(),
    }
}

fn find<'v>(root: &'v mut Value, at: &[Part]) -> Option<&'v mut Value> {
    at.iter().try_fold(root, |value, part| match part {
        Part::Member(name) => value.get_mut(name.as_str()),
        Part::Element(index) => value.get_mut(*index),
    })
}

/// Whether anything was there to be removed.
fn remove(root: &mut Value, at: &[Part], parts: &[Part]) -> bool {
    let Some(holder) = find(root, at) else { return false };
    let mut removed = false;
    for part in parts {
        removed |= match (part, &mut *holder) {
            (Part::Member(name), Value::Object(members)) => members.remove(name).is_some(),
            (Part::Element(index), Value::Array(items)) if *index < items.len() => {
                items.remove(*index);
                true
            }
            _ => false,
        };
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_it_fail_is_left() {
        let items: Vec<String> = (0..50)
            .map(|n| {
                let name = if n == 33 { "titel" } else { "title" };
                format!(r#"{{"id": {n}, "{name}": "a title of some length, number {n}", "tags": ["x", "y"]}}"#)
            })
            .collect();
        let body = format!(r#"{{"total": 50, "items": [{}], "meta": {{"took": 3}}}}"#, items.join(","));
        let fails = |body: &[u8]| {
            let value: Value = serde_json::from_slice(body).unwrap();
            value["items"].as_array().is_some_and(|items| items.iter().any(|item| item.get("titel").is_some()))
        };
        let least: Value = serde_json::from_slice(&minimise(body.as_bytes(), fails)).unwrap();
        assert_eq!(least, serde_json::json!({"items": [{"titel": "x"}]}));
    }

    #[test]
    fn what_does_not_fail_or_is_no_json_is_left_alone() {
        assert_eq!(minimise(b"{\"a\": 1}", |_| false), b"{\"a\": 1}");
        assert_eq!(minimise(b"<a/>", |_| true), b"<a/>");
    }

    #[test]
    fn tries_are_bounded() {
        let body = format!("[{}]", vec!["[1, 2, 3]"; 2000].join(","));
        let mut tries = 0;
        let _ = minimise(body.as_bytes(), |body| {
            tries += 1;
            body.len() > 10_000
        });
        assert!(tries <= TRIES_MAX, "{tries}");
    }
}
