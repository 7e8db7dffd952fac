//! A text, cut into passages.
//!
//! Takes a [`Text`]; gives passages of some hundred characters with the headings above them. Why it is so: a passage is
//! what an answer cites, so it ends where a thought ends: at a heading always, at a paragraph when there is enough, and
//! inside a paragraph, after a sentence, only when that is too long.

use crate::read::{Block, BlockKind, Text};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Headings above it, outermost first.
    pub(crate) title: String,
    /// In the text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) page: Option<u32>,
}

pub(crate) fn cut(text: &Text) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut above: Vec<(u8, &str)> = Vec::new();
    let mut open: Option<Passage> = None;
    let mut heads_nothing = false;
    for block in &text.blocks {
        let said = text.text.get(block.start..block.end).unwrap_or_default();
        if let BlockKind::Heading(level) = block.kind {
            passages.extend(open.take());
            above.retain(|&(other, _)| other < level);
            above.push((level, said));
            heads_nothing = true;
            continue;
        }
        let joins = open.as_ref().is_some_and(|open| {
            let bytes = open.end - open.start;
            open.page == block.page && bytes < ENOUGH_BYTES && bytes + said.len() <= MOST_BYTES
        });
        if !joins {
            passages.extend(open.take());
        }
        heads_nothing = false;
        match &mut open {
            Some(open) => open.end = block.end,
            None => open = pieces(said, block, &title(text, &above), &mut passages),
        }
        if passages.len() >= PASSAGES_MAX {
            return passages;
        }
    }
    passages.extend(open);
    if heads_nothing && let Some(heading) = text.blocks.last() {
        // A text that ends in a heading, or is nothing else, can still be found by it.
        let page = heading.page;
        passages.push(Passage { title: title(text, &above), start: heading.start, end: heading.end, page });
    }
    passages
}

/// Cuts a paragraph after sentences; the last piece stays open for what follows.
fn pieces(said: &str, block: &Block, title: &str, passages: &mut Vec<Passage>) -> Option<Passage> {
    let piece = |from: usize, to: usize| {
        let inner = said.get(from..to).unwrap_or_default();
        let start = block.start + from + (inner.len() - inner.trim_start().len());
        Passage { title: title.to_owned(), start, end: start + inner.trim().len(), page: block.page }
    };
    let mut from = 0;
    while said.len() - from > MOST_BYTES {
        let to = border(said, from);
        passages.push(piece(from, to));
        from = to;
    }
    Some(piece(from, said.len())).filter(|piece| piece.start < piece.end)
}

/// Where to cut: after the last sentence that fits, else after the last word, else anywhere between two characters.
fn border(said: &str, from: usize) -> usize {
    let end = said.floor_char_boundary(from + MOST_BYTES);
    let window = said.get(from..end).unwrap_or_default();
    let half = window.floor_char_boundary(window.len() / 2);
    let late = window.get(half..).unwrap_or_default();
    let sentence = SENTENCE_ENDS.iter().filter_map(|mark| late.rfind(mark).map(|at| half + at + mark.len())).max();
    let word = || late.rfind(char::is_whitespace).map(|at| half + at);
    from + sentence.or_else(word).unwrap_or(window.len()).max(1)
}

fn title(text: &Text, above: &[(u8, &str)]) -> String {
    let own = text.title.as_deref().filter(|own| above.first().is_none_or(|(_, first)| first != own));
    let parts = own.into_iter().chain(above.iter().map(|&(_, heading)| heading));
    let mut title = parts.map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join(" › ");
    title.truncate(title.floor_char_boundary(TITLE_BYTES_MAX));
    title
}

/// A passage that has this much takes no further paragraph.
const ENOUGH_BYTES: usize = 600;
/// A passage that has more is cut.
const MOST_BYTES: usize = 1200;
const TITLE_BYTES_MAX: usize = 300;
/// Of one file: its text is bounded, and so is what can be made of it.
const PASSAGES_MAX: usize = 50_000;
const SENTENCE_ENDS: [&str; 8] = [". ", "! ", "? ", ".\n", "\n", "。", "！", "？"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(blocks: &[(Option<u8>, &str)]) -> Text {
        let mut text = Text::default();
        for (level, block) in blocks {
            text.push(level.map_or(BlockKind::Paragraph, BlockKind::Heading), None, block);
        }
        text
    }

    #[test]
    fn headings_open_a_passage_and_name_it() {
        let text =
            text(&[(Some(1), "A"), (None, "one"), (None, "two"), (Some(2), "B"), (None, "three"), (Some(1), "C")]);
        let found: Vec<_> = cut(&text)
            .into_iter()
            .map(|passage| (passage.title, text.text[passage.start..passage.end].to_owned()))
            .collect();
        let expected = [("A", "one\n\ntwo"), ("A › B", "three"), ("C", "C")];
        assert_eq!(found, expected.map(|(title, said)| (title.to_owned(), said.to_owned())));
    }

    #[test]
    fn a_long_paragraph_is_cut_after_sentences() {
        let sentence = "The kettle sings in the kitchen while nobody is there to hear it. ";
        let text = text(&[(None, &sentence.repeat(60))]);
        let passages = cut(&text);
        assert!(passages.len() >= 3);
        for passage in &passages {
            assert!(text.text[passage.start..passage.end].starts_with("The kettle"));
            assert!(text.text[passage.start..passage.end].ends_with("hear it."));
        }
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_or_cut_in_two(blocks in proptest::collection::vec("[aä語 .\n]{0,900}", 0..12)) {
            let blocks: Vec<_> = blocks.iter().map(|block| (None, block.as_str())).collect();
            let text = text(&blocks);
            let letters = |said: &str| said.chars().filter(|c| !c.is_whitespace()).count();
            let passages = cut(&text);
            let kept: usize = passages.iter().map(|passage| letters(&text.text[passage.start..passage.end])).sum();
            prop_assert_eq!(kept, letters(&text.text));
            prop_assert!(passages.iter().all(|passage| passage.end - passage.start <= MOST_BYTES + 2));
            prop_assert!(passages.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
