//! Which connectors there are right now: replaced while calls run, and seen whole.

use crate::Connector;
use arc_swap::ArcSwap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Connectors by name. Clones share one map; a reader is never made to wait.
#[derive(Clone, Default)]
pub struct Registry(Arc<ArcSwap<Map>>);

type Map = BTreeMap<Arc<str>, Connector>;

/// The connectors of one moment: a question that holds one never sees two versions of a connector.
#[derive(Clone, Default)]
pub struct Snapshot(Arc<Map>);

impl Registry {
    /// A registry without connectors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a connector in under its own name, and gives the one that it replaced. Calls of that one run on.
    pub fn install(&self, connector: Connector) -> Option<Connector> {
        let name: Arc<str> = connector.name().into();
        let before = self.change(|map| _ = map.insert(Arc::clone(&name), connector.clone()));
        before.get(&name).cloned()
    }

    /// Replaces all connectors at once, and gives those that were there before.
    pub fn replace(&self, connectors: impl IntoIterator<Item = Connector>) -> Snapshot {
        let map = connectors.into_iter().map(|connector| (connector.name().into(), connector)).collect();
        Snapshot(self.0.swap(Arc::new(map)))
    }

    /// Takes a connector out. Calls of it run on.
    pub fn remove(&self, name: &str) -> Option<Connector> {
        self.change(|map| _ = map.remove(name)).get(name).cloned()
    }

    /// The connector of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Connector> {
        self.0.load().get(name).cloned()
    }

    /// All connectors of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.load_full())
    }

    /// Copies, changes and swaps; again when another change came between. Gives the map before.
    fn change(&self, change: impl Fn(&mut Map)) -> Arc<Map> {
        self.0.rcu(|map| {
            let mut map = Map::clone(map);
            change(&mut map);
            map
        })
    }
}

impl Snapshot {
    /// The connector of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Connector> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Connector)> {
        self.0.iter().map(|(name, connector)| (&**name, connector))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
