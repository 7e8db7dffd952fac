//! From an intent to the words MediaWiki's search is given.
//!
//! The search joins words with "and", so question words must go: they would have to stand in the page.

use serde::{Deserialize, Serialize};
use zero_connector_sdk::{AnswerType, Intent, Question};

/// Words given to the search.
const WORDS_MAX: usize = 10;
/// Characters given to the search; CirrusSearch refuses more than 300.
const CHARS_MAX: usize = 240;
/// Characters of a word that must agree: `discovered` and `discovery` are one.
const STEM_CHARS: usize = 6;

/// Words that ask or bind, in the languages of the larger wikis.
const ASKING: &str = "who whom whose what which when where why how is are was were be been do does did has have had can \
could will would should the a an of in on at to for from by with about and or me my tell please give show find i you it \
its there this that s 's many much long old know \
wer wen wem wessen was welche welcher welches wann wo warum wie ist sind war waren wurde hat haben der die das den dem des \
ein eine einen einem von vom im am zu zum zur für mit und oder viel viele mir bitte sich \
qui que quoi quel quelle quels quelles quand où pourquoi comment est sont était a été le la les l un une des du de d en au \
aux dans pour par avec et ou ce cette combien se sur \
quién quiénes qué cuál cuáles cuándo dónde por cómo es son fue era el los las una unos del al con y o cuánto cuántos cuántas \
chi che cosa quale quali dove perché come è sono il lo gli i di da nel nella della dello dei per e quanto quanti \
quem qual quais quando onde porquê são foi o os as um uma do da dos das no na em \
wie wat welke waar waarom hoe zijn het een van op te voor met en \
kto co który która które kiedy gdzie dlaczego jak jest są był była w z na do \
кто что какой какая какое какие когда где почему как это был была было были в на с по у и \
vem vad vilken vilket när var varför hur är som av och på i det den ett en \
kim ne nedir kimdir hangi nerede zaman nasıl neden mi mı";

/// Question endings of languages written without spaces.
const GLUED: &[&str] = &[
    "とは何ですか",
    "は誰ですか",
    "はどこですか",
    "はいつですか",
    "は何ですか",
    "ですか",
    "とは",
    "是什么",
    "是什麼",
    "是谁",
    "是誰",
    "在哪里",
    "在哪裡",
    "什么是",
    "什麼是",
    "吗",
    "嗎",
    "คืออะไร",
    "คือใคร",
];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) search: String,
    /// Tried once when nothing has all words.
    pub(crate) relaxed: Option<String>,
    /// The title to hope for, lower case.
    pub(crate) subject: String,
    /// Beginnings of the words that an answer should hold, lower case.
    pub(crate) stems: Vec<String>,
    /// A year answers as well as the words do ("born": `7 November 1867`).
    pub(crate) dated: bool,
}

impl Query {
    /// None when no word is left to search for.
    pub(crate) fn of(question: &Question, intent: &Intent) -> Option<Self> {
        let words = words(question, intent);
        let search = bounded(&words.join(" "));
        if search.is_empty() {
            return None;
        }
        let subject = intent.subject.as_deref().map(|subject| plain(subject).to_lowercase()).unwrap_or_default();
        let relaxed = if !subject.is_empty() && subject != search {
            Some(bounded(&subject))
        } else {
            (words.len() > 1).then(|| bounded(&words.join(" OR ")))
        };
        Some(Self {
            stems: stems(&words, &subject, &intent.properties),
            dated: matches!(intent.expects, AnswerType::Date | AnswerType::Time) || asks_when(&question.text),
            search,
            relaxed,
            subject,
        })
    }

    /// Whether these leads speak of what is asked.
    pub(crate) fn covered_by<'t>(&self, leads: impl Iterator<Item = &'t str>) -> bool {
        if self.stems.is_empty() {
            return true;
        }
        leads
            .into_iter()
            .any(|lead| crate::text::held(lead, &self.stems) == self.stems.len() || (self.dated && has_year(lead)))
    }
}

fn words(question: &Question, intent: &Intent) -> Vec<String> {
    let given: Vec<String> = intent.keywords.iter().map(|word| plain(word).to_lowercase()).collect();
    let text = plain(&question.text).to_lowercase();
    let given = if given.iter().all(String::is_empty) { spoken(&text) } else { given };
    let mut words: Vec<String> = Vec::new();
    for word in given {
        let quoted = question.text.to_lowercase().contains(&format!("\"{word}\""));
        let word = if quoted && word.contains(' ') { format!("\"{word}\"") } else { word };
        if !word.is_empty() && !words.contains(&word) && words.len() < WORDS_MAX {
            words.push(word);
        }
    }
    words
}

/// What is left of a question without the words that ask.
fn spoken(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    for ending in GLUED {
        text = text.replace(ending, " ");
    }
    let all: Vec<&str> = text.split_whitespace().collect();
    let kept: Vec<String> = all.iter().filter(|word| !asks(word)).map(|&word| word.to_owned()).collect();
    if kept.is_empty() { all.into_iter().map(str::to_owned).collect() } else { kept }
}

fn asks(word: &str) -> bool {
    ASKING.split_whitespace().any(|asking| asking == word)
}

/// Without the signs that the search would take for operators.
fn plain(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| match c {
            '\'' | '’' | '-' | '.' | '+' | '#' | '/' | '&' => c,
            c if c.is_alphanumeric() || is_mark(c) => c,
            _ => ' ',
        })
        .collect();
    let words = spaced.split_whitespace().map(|word| {
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        word.trim_start_matches(['-', '.', '+', '\'', '/', '&']).trim_end_matches(['.', '-', '\'', '/', '&'])
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Combining signs of Indic, Thai, Hebrew and Arabic script belong to their letter; `~` and the like do not.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0591..=0x05C7 | 0x064B..=0x0670 | 0x0900..=0x0DFF | 0x0E31..=0x0E4E)
}

fn bounded(text: &str) -> String {
    text.chars().take(CHARS_MAX).collect::<String>().trim().to_owned()
}

/// The asked properties, else the words that are not the subject.
fn stems(words: &[String], subject: &str, properties: &[String]) -> Vec<String> {
    let from: Vec<String> = if properties.is_empty() {
        words.iter().flat_map(|word| word.split(' ').map(str::to_owned)).collect()
    } else {
        properties.iter().flat_map(|property| property.split(' ').map(str::to_lowercase)).collect()
    };
    let mut stems: Vec<String> = Vec::new();
    for word in from {
        let word = word.trim_matches('"');
        let stem: String = word.chars().take(STEM_CHARS).collect();
        let known = asks(word) || subject.split(' ').any(|part| part == word) || stems.contains(&stem);
        if !stem.is_empty() && word != "or" && !known {
            stems.push(stem);
        }
    }
    stems.truncate(WORDS_MAX);
    stems
}

fn asks_when(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "when" | "wann" | "quand" | "cuándo" | "quando" | "wanneer" | "kiedy" | "когда" | "när")
}

fn has_year(text: &str) -> bool {
    let mut digits = 0;
    text.chars().chain([' ']).any(|c| {
        let year = !c.is_ascii_digit() && digits == 4;
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        year
    })
}
