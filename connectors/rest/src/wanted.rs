//! The names a mapping speaks of: what is kept of a body while it is parsed.
//!
//! Takes: the texts of a step, unparsed. Gives: [`Wanted`]. Fails: never. Limits: none of its own.
//! Why it is so: a step may read a dozen shapes of which one occurs, so names are picked out of the texts without
//! parsing them. A name too many (a word of a filter) keeps a member too many; none is ever missed.

use std::collections::BTreeSet;

/// The names a mapping speaks of; everything else is skipped.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wanted<'p> {
    /// A wildcard asks for every name.
    pub(crate) all: bool,
    names: BTreeSet<&'p str>,
    /// Of these, everything below is kept too.
    whole: BTreeSet<&'p str>,
}

impl<'p> Wanted<'p> {
    /// Everything there is.
    #[cfg(test)]
    pub(crate) fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Whether members of this name are kept.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }

    /// Whether everything below members of this name is kept.
    pub(crate) fn has_whole(&self, name: &str) -> bool {
        self.whole.contains(name)
    }

    /// Names in the holes of templates.
    pub(crate) fn templates<'t: 'p>(&mut self, texts: impl IntoIterator<Item = &'t String>) {
        for text in texts {
            let mut rest = text.as_str();
            while let Some((_, after)) = rest.split_once('{') {
                // A quoted `}` ends a hole too early here, and what follows it is no name but a filter's argument.
                let (hole, after) = after.split_once('}').unwrap_or((after, ""));
                let (head, filters) = hole.split_once('|').unwrap_or((hole, ""));
                self.paths([head]);
                if filters.trim_start().starts_with("inverted") {
                    names(head, |name| _ = self.whole.insert(name));
                }
                rest = after;
            }
        }
    }

    /// Names in paths and conditions.
    pub(crate) fn paths<'t: 'p>(&mut self, texts: impl IntoIterator<Item = &'t (impl AsRef<str> + ?Sized + 't)>) {
        for text in texts {
            let text = text.as_ref();
            self.all |= text.contains("..") || text.contains(".*");
            names(text, |name| _ = self.names.insert(name));
        }
    }
}

/// Every name of a text that holds paths, be it quoted, an operand or the name of a filter.
fn names<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    for (at, part) in text.split('\'').enumerate() {
        if at % 2 == 1 {
            each(part);
        } else {
            part.split(NOT_IN_NAMES).filter(|name| !name.is_empty()).for_each(&mut each);
        }
    }
}

/// What ends a bare name; see `path`.
const NOT_IN_NAMES: [char; 19] =
    ['.', '[', ']', ' ', '"', '?', '=', '!', ',', '(', ')', '*', '$', '|', '<', '>', '~', '{', '}'];
