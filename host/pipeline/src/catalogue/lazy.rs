//! Records that are read when somebody first asks for them.

use super::SourceRecord;
use core::fmt;
use std::sync::{Arc, OnceLock};

type Open = Box<dyn Fn(usize) -> Option<SourceRecord> + Send + Sync>;

/// See [`super::Catalogue::lazy`].
pub(super) struct Lazy {
    ids: Vec<String>,
    open: Open,
    opened: Vec<OnceLock<Option<Arc<SourceRecord>>>>,
    all: OnceLock<Vec<Arc<SourceRecord>>>,
}

impl Lazy {
    pub(super) fn new(ids: Vec<String>, open: Open) -> Self {
        let opened = ids.iter().map(|_| OnceLock::new()).collect();
        Self { ids, open, opened, all: OnceLock::new() }
    }

    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    pub(super) fn at(&self, at: usize) -> Option<&Arc<SourceRecord>> {
        let id = self.ids.get(at)?;
        let open = || (self.open)(at).filter(|record| record.source.id == *id).map(Arc::new);
        self.opened.get(at)?.get_or_init(open).as_ref()
    }

    pub(super) fn all(&self) -> &[Arc<SourceRecord>] {
        self.all.get_or_init(|| (0..self.ids.len()).filter_map(|at| self.at(at).cloned()).collect())
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.ids).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_record_is_read_once_and_only_when_it_is_asked_for() {
        let record = |id: &str| format!("[[source]]\nid = \"{id}\"\nname = \"N\"\nsummary = \"s\"\n");
        let text = format!("connector = \"x\"\n{}{}{}", record("a"), record("b"), record("d"));
        let whole = Catalogue::from_toml([("c.toml", text.as_str())]).unwrap();
        let reads = Arc::new(AtomicUsize::new(0));
        let (kept, counted) = (whole.clone(), Arc::clone(&reads));
        let lazy = Catalogue::lazy(["a", "b", "c"].map(str::to_owned).into(), move |at| {
            counted.fetch_add(1, Ordering::Relaxed);
            kept.records().get(at).map(|record| record.as_ref().clone())
        });
        assert_eq!((lazy.len(), reads.load(Ordering::Relaxed)), (3, 0));
        assert_eq!(lazy.get("b"), whole.get("b"));
        assert_eq!(lazy.at(1), whole.get("b"));
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        assert_eq!(lazy.get("c"), None, "a record of another id is not there");
        assert_eq!(lazy.records(), &whole.records()[..2]);
        assert_eq!(reads.load(Ordering::Relaxed), 3);
    }
}
