//! What is kept of a feed and of each of its entries, whatever format they came in.

use crate::date::Moment;

/// Entries of one feed that are read.
pub(crate) const ENTRIES_MAX: usize = 512;
/// Categories of one entry.
const CATEGORIES_MAX: usize = 16;

/// A feed.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    pub(crate) language: Option<String>,
    pub(crate) entries: Vec<Entry>,
}

/// One entry.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) title: String,
    /// Of another vocabulary; the title when there is no other.
    pub(crate) other_title: String,
    pub(crate) summary: String,
    pub(crate) other_summary: String,
    pub(crate) content: String,
    /// Where it can be read, with the rank of where that was said: the lowest is the best.
    pub(crate) url: Option<(u8, String)>,
    pub(crate) published: Option<Moment>,
    pub(crate) updated: Option<Moment>,
    pub(crate) author: String,
    pub(crate) categories: Vec<String>,
    pub(crate) language: Option<String>,
}

impl Entry {
    /// Keeps the link if none of its rank or better is known.
    pub(crate) fn link(&mut self, rank: u8, url: Option<String>) {
        if let Some(url) = url
            && self.url.as_ref().is_none_or(|(known, _)| rank < *known)
        {
            self.url = Some((rank, url));
        }
    }

    pub(crate) fn category(&mut self, category: String) {
        if !category.is_empty() && self.categories.len() < CATEGORIES_MAX && !self.categories.contains(&category) {
            self.categories.push(category);
        }
    }

    /// The longest of what tells of it: a summary is often the beginning of the content.
    pub(crate) fn body(&self) -> &str {
        let summary = if self.summary.is_empty() { &self.other_summary } else { &self.summary };
        if self.content.len() > summary.len() { &self.content } else { summary }
    }

    pub(crate) fn title(&self) -> &str {
        if self.title.is_empty() { &self.other_title } else { &self.title }
    }

    pub(crate) fn moment(&self) -> Option<&Moment> {
        self.published.as_ref().or(self.updated.as_ref())
    }

    /// Whether there is anything to read.
    pub(crate) fn says_something(&self) -> bool {
        !self.title().is_empty() || !self.body().is_empty()
    }
}

/// Puts `text` where nothing stands yet.
pub(crate) fn first(place: &mut String, text: String) {
    if place.is_empty() {
        *place = text;
    }
}
