//! Does a connector refuse settings it cannot use?

use crate::{Connector, FailureKind, Intent, Question, Source};

/// Plans for a source with each of these settings, which are wrong in what stands beside them.
///
/// # Panics
/// With all misses: settings that are not refused as such, or with a detail that does not name what is wrong.
pub fn refuses_settings<C: Connector>(source: &Source, wrong: &[(&str, &str)]) {
    let mut misses = Vec::new();
    for &(settings, named) in wrong {
        let source = Source { settings: settings.to_owned(), ..source.clone() };
        match C::plan(&source, &Question::new("x y"), &Intent::unknown("en")) {
            Err(failure) if failure.kind == FailureKind::Settings && failure.detail.contains(named) => {}
            other => misses.push(format!("`{settings}` is not refused by naming {named}: {other:?}")),
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}
