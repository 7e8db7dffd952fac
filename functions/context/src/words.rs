//! Words of a text with their places, and the closed classes of English that the other modules ask about.

/// A word or a mark, with the bytes it stands at.
#[derive(Clone, Debug)]
pub(crate) struct Word<'t> {
    pub(crate) text: &'t str,
    pub(crate) lower: String,
    pub(crate) start: usize,
}

impl Word<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.lower.as_str())
    }

    pub(crate) fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    pub(crate) fn is_mark(&self) -> bool {
        !self.text.chars().next().is_some_and(char::is_alphanumeric)
    }

    /// A name: capitalised, and no function word that only begins a sentence.
    pub(crate) fn is_name(&self) -> bool {
        let shouted = self.text.len() > 1 && self.text.bytes().all(|byte| byte.is_ascii_uppercase());
        shouted || self.is_capitalised() && !self.is(&FUNCTION_WORDS) && !self.is(&VERBS) && !self.is(&["i", "i'm"])
    }
}

/// Words keep apostrophes and hyphens inside; every other sign is a word of its own.
pub(crate) fn split(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        if first.is_alphanumeric() {
            while let Some((at, next)) = chars.peek().copied() {
                let after = text.get(at + next.len_utf8()..).and_then(|rest| rest.chars().next());
                let inner = matches!(next, '\'' | '’' | '-' | '.' | '&') && after.is_some_and(char::is_alphanumeric);
                if !next.is_alphanumeric() && !inner {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
        }
        let piece = text.get(start..end).unwrap_or_default();
        words.push(Word { text: piece, lower: piece.replace('’', "'").to_lowercase(), start });
    }
    words
}

/// The text of a stretch of words.
pub(crate) fn slice<'t>(text: &'t str, words: &[Word<'_>], start: usize, end: usize) -> &'t str {
    match (words.get(start), end.checked_sub(1).and_then(|last| words.get(last))) {
        (Some(first), Some(last)) if start < end => text.get(first.start..last.end()).unwrap_or_default(),
        _ => "",
    }
}

pub(crate) const QUESTION_WORDS: [&str; 14] = [
    "what", "who", "when", "where", "why", "how", "which", "whose", "what's", "who's", "where's", "how's", "whats",
    "whom",
];

pub(crate) const AUXILIARIES: [&str; 25] = [
    "is", "are", "was", "were", "do", "does", "did", "can", "could", "will", "would", "has", "have", "had", "should",
    "may", "might", "must", "be", "been", "being", "isn't", "don't", "doesn't", "aren't",
];

pub(crate) const DETERMINERS: [&str; 12] =
    ["the", "a", "an", "some", "any", "these", "those", "other", "all", "most", "many", "each"];

/// Prepositions that end a noun phrase; "of" does not.
pub(crate) const PREPOSITIONS: [&str; 28] = [
    "in", "on", "at", "for", "to", "from", "with", "by", "about", "into", "over", "during", "after", "before",
    "between", "under", "like", "as", "than", "without", "against", "through", "since", "until", "near", "versus",
    "vs", "besides",
];

/// Words that cannot be part of a name at the start of a sentence.
pub(crate) const FUNCTION_WORDS: [&str; 91] = [
    "what", "who", "when", "where", "why", "how", "which", "whose", "what's", "who's", "where's", "is", "are", "was",
    "were", "do", "does", "did", "can", "could", "will", "would", "has", "have", "had", "should", "tell", "give",
    "show", "describe", "explain", "list", "the", "a", "an", "and", "or", "but", "if", "so", "in", "on", "at", "for",
    "to", "from", "with", "by", "about", "it", "its", "they", "their", "them", "he", "she", "his", "her", "him",
    "this", "that", "these", "those", "there", "my", "your", "our", "we", "you", "i", "me", "us", "please", "ok",
    "okay", "thanks", "also", "then", "now", "not", "no", "yes", "any", "some", "of", "as", "it's", "that's",
    "there's", "let's", "am",
];

/// Verbs that end a noun phrase which stands before them.
pub(crate) const VERBS: [&str; 102] = [
    "work",
    "works",
    "mean",
    "means",
    "happen",
    "happens",
    "happened",
    "make",
    "makes",
    "made",
    "cause",
    "causes",
    "caused",
    "get",
    "gets",
    "take",
    "takes",
    "come",
    "comes",
    "came",
    "go",
    "goes",
    "live",
    "lives",
    "lived",
    "eat",
    "eats",
    "affect",
    "affects",
    "affected",
    "change",
    "changes",
    "changed",
    "become",
    "became",
    "start",
    "started",
    "begin",
    "began",
    "end",
    "ended",
    "die",
    "died",
    "born",
    "founded",
    "invented",
    "discovered",
    "built",
    "created",
    "used",
    "use",
    "uses",
    "need",
    "needs",
    "cost",
    "costs",
    "help",
    "helps",
    "differ",
    "compare",
    "relate",
    "related",
    "known",
    "called",
    "named",
    "famous",
    "located",
    "win",
    "won",
    "play",
    "plays",
    "played",
    "say",
    "said",
    "look",
    "looks",
    "feel",
    "spread",
    "kill",
    "survived",
    "survive",
    "influence",
    "influenced",
    "wrote",
    "written",
    "write",
    "directed",
    "painted",
    "owns",
    "own",
    "found",
    "find",
    "did",
    "treatable",
    "endangered",
    "important",
    "good",
    "bad",
    "tall",
    "old",
    "available",
    "popular",
];
