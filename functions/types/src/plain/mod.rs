//! What of a stranger's text may be shown.
//!
//! - **Takes** text of a page, a title or a failure, and who knows which addresses may be named.
//! - **Gives** the same text without anything that draws, hides, commands a terminal, marks up or links, and where each
//!   of its bytes went, so that spans still hold.
//! - **Fails** never.
//! - **Limits**: linear; what looks like markup or a terminal's command is looked at for [`LOOK_BYTES_MAX`].
//! - **Why it is so**: four passes, each over what the one before it left, since hidden characters hide tags, and tags
//!   hide addresses. What is not understood stays as text, and is made inert at the end: no `<` begins a tag, and no
//!   label is followed by a target.

mod edit;
mod link;
mod markup;
mod visible;

use edit::Edits;
use std::borrow::Cow;

/// Stands where an address stood that may not be shown.
pub const LINK_REMOVED: &str = "‹link›";

/// No tag, link or sequence that is not an attack on our time is longer.
const LOOK_BYTES_MAX: usize = 2048;

/// A text that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    passes: Vec<Edits>,
}

impl Plain<'_> {
    /// Where a span of the text as it came, in bytes, is now. One that was cut in half covers what stands there instead.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        self.passes.iter().fold((start, end), |(start, end), edits| (edits.start(start), edits.end(end)))
    }
}

/// The text as it may be shown, lines kept. `may_name` says whether an address that stands in it may stay.
pub fn text<'t>(raw: &'t str, may_name: impl Fn(&str) -> bool) -> Plain<'t> {
    let mut plain = Plain { text: Cow::Borrowed(raw), passes: Vec::new() };
    plain.pass(visible::pass);
    plain.pass(markup::pass);
    plain.pass(|text| link::pass(text, &may_name));
    plain.pass(markup::inert);
    plain
}

/// The same on one line, with single spaces.
#[must_use]
pub fn line(raw: &str, may_name: impl Fn(&str) -> bool) -> String {
    let plain = text(raw, may_name);
    let mut out = String::with_capacity(plain.text.len());
    for word in plain.text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

impl Plain<'_> {
    fn pass(&mut self, pass: impl FnOnce(&str) -> Option<(String, Edits)>) {
        if let Some((text, edits)) = pass(&self.text) {
            self.text = Cow::Owned(text);
            self.passes.push(edits);
        }
    }
}

#[cfg(test)]
mod tests;
