//! Spin's key-value store, as a cache that outlives the instance.
//!
//! Takes keys and entries; gives an entry back as long as no other has its place. Fails as nothing: without a store there
//! is nothing in it. Limits: [`STORE_SLOTS`](crate::STORE_SLOTS). Why it is so: the store neither expires nor bounds what
//! is put into it, so entries have a fixed number of places, and each says whose it is.

use crate::slot;
use spin_sdk::key_value::Store;

/// The entry of this key.
pub(crate) async fn recall(key: &str) -> Option<Vec<u8>> {
    let store = Store::open_default().await.ok()?;
    let mut found = store.get(slot(key)).await.ok()??;
    let whose = found.iter().position(|byte| *byte == b'\n')?;
    let entry = found.split_off(whose + 1);
    found.pop();
    (found == key.as_bytes()).then_some(entry)
}

/// Puts it there; whether that worked shows the next time.
pub(crate) async fn keep(key: &str, entry: &[u8]) {
    let Ok(store) = Store::open_default().await else { return };
    let _kept = store.set(slot(key), [key.as_bytes(), b"\n", entry].concat()).await;
}
