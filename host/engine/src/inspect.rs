//! Hears when a call has ended and its instance still stands: for tests that look for what no guest may ever hold.

use std::sync::OnceLock;

type Observer = Box<dyn Fn(&str, &'static str) + Send + Sync>;

static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// Has `observer` told the component and the call, on the thread of the call; only the first observer is heard.
pub fn observe(observer: impl Fn(&str, &'static str) + Send + Sync + 'static) {
    let _ = OBSERVER.set(Box::new(observer));
}

pub(crate) fn ended(component: &str, call: &'static str) {
    if let Some(observer) = OBSERVER.get() {
        observer(component, call);
    }
}
