//! A text with pieces exchanged, and where everything went.

/// One piece that was exchanged: from where to where it stood, and where what stands there instead ends.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edit {
    start: usize,
    end: usize,
    new_end: usize,
}

/// What one pass exchanged, in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    /// Where what began here begins now.
    pub(super) fn start(&self, at: usize) -> usize {
        let (before, within) = self.around(at);
        within.map_or_else(|| moved(before, at), |edit| moved(before, edit.start))
    }

    /// Where what ended here ends now.
    pub(super) fn end(&self, at: usize) -> usize {
        let (before, within) = self.around(at);
        within.map_or_else(|| moved(before, at), |edit| edit.new_end)
    }

    /// The last piece that ends before a place, and the one that the place is within.
    fn around(&self, at: usize) -> (Option<&Edit>, Option<&Edit>) {
        let next = self.0.partition_point(|edit| edit.end <= at);
        let before = next.checked_sub(1).and_then(|last| self.0.get(last));
        (before, self.0.get(next).filter(|edit| edit.start < at))
    }
}

fn moved(before: Option<&Edit>, at: usize) -> usize {
    before.map_or(at, |edit| edit.new_end + (at - edit.end))
}

/// Copies a text and exchanges pieces of it, from front to back.
pub(super) struct Editor<'t> {
    raw: &'t str,
    out: String,
    copied: usize,
    edits: Vec<Edit>,
}

impl<'t> Editor<'t> {
    pub(super) fn new(raw: &'t str) -> Self {
        Self { raw, out: String::new(), copied: 0, edits: Vec::new() }
    }

    /// What stands between two places is this instead. Pieces that were dealt with already stay as they are.
    pub(super) fn replace(&mut self, from: usize, to: usize, with: &str) {
        let Some(before) = self.raw.get(self.copied..from).filter(|_| to >= from) else { return };
        if self.out.is_empty() {
            self.out.reserve(self.raw.len());
        }
        self.out.push_str(before);
        self.out.push_str(with);
        self.copied = to;
        self.edits.push(Edit { start: from, end: to, new_end: self.out.len() });
    }

    /// The text; nothing when nothing was exchanged.
    pub(super) fn finish(mut self) -> Option<(String, Edits)> {
        if self.edits.is_empty() {
            return None;
        }
        self.out.push_str(self.raw.get(self.copied..).unwrap_or_default());
        Some((self.out, Edits(self.edits)))
    }
}
