//! Remembers what was read at a token: most rules begin with a number or a day, and each is read once.

use std::cell::RefCell;

pub(crate) struct Memo<T>(RefCell<Vec<Option<Option<T>>>>);

impl<T: Clone> Memo<T> {
    pub(crate) fn new(tokens: usize) -> Self {
        Self(RefCell::new(vec![None; tokens]))
    }

    /// What was read at `index`, reading it the first time; beyond the text there is nothing.
    pub(crate) fn get(&self, index: usize, read: impl FnOnce() -> Option<T>) -> Option<T> {
        if let Some(known) = self.0.borrow().get(index)? {
            return known.clone();
        }
        // Not borrowed while reading: a rule may ask for what stands further on.
        let found = read();
        if let Some(slot) = self.0.borrow_mut().get_mut(index) {
            *slot = Some(found.clone());
        }
        found
    }
}
