//! What a question wants of a feed: whether it is called for, which words entries must hold, how new they must be.

use crate::date;
use crate::entry::Entry;
use crate::settings::{Role, Settings};
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{Intent, Kind, Question, Source, Value};

/// Words an entry is looked through for.
const WORDS_MAX: usize = 12;
/// Characters of a word that must agree: `elections` and `election` are one.
const STEM_CHARS: usize = 6;
/// What is left when the feed is written in another language than the question.
const OTHER_LANGUAGE: f32 = 0.1;

/// Words that ask for what is new.
const NEWS: &str = "news headline headlines breaking bulletin nachrichten schlagzeilen meldungen aktuelles actualités actualité infos \
nouvelles noticias titulares notizie notícias nieuws nyheter nyheder uutiset новости wiadomości haberler ニュース 新闻 新聞 뉴스";
const RECENT: &str = "latest newest recent recently new announcement announcements announced announce release released releases update \
updates updated today yesterday tonight week month advisories advisory published posted post posts blog article articles story stories feed rss happening \
happened neueste neuesten neues heute gestern aktuell aktuelle derniers dernières dernier récent récentes aujourd últimas últimos \
reciente recientes hoy ultime ultimi oggi laatste vandaag senaste";
/// Words that ask or bind, and say nothing of a subject.
const ASKING: &str = "who whom whose what what's which when where why how is are was were be been do does did has have had can could \
will would should the a an of in on at to for from by with about and or any me my tell please give show find list read get i you it its there \
this that these those s say says said saying going world's top most last past now right currently there's some all more \
wer was welche welcher welches wann wo warum wie ist sind war waren hat haben der die das den dem des ein eine einen von vom im am zu zum zur \
für mit und oder gibt es über aus mir zeige qui que quoi quel quelle quels quelles quand où est sont le la les l un une des du de d en au aux dans pour \
par avec et sur y a-t-il qué cuáles cuándo dónde es son el los las una unos del al con y hay sobre che cosa quali quando il lo gli i di da nel \
nella della per e ci sono quais o os as um uma do da no na het een van voor op met";

/// What stands in a question.
pub(crate) struct Heard {
    /// The source's name as it would be said.
    name: String,
    text: String,
    words: Vec<String>,
    /// The source's name or a cue.
    called: bool,
    news: bool,
    recent: bool,
}

impl Heard {
    pub(crate) fn of(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> Self {
        let text = question.text.to_lowercase();
        let words: Vec<String> = words(&text).map(str::to_owned).collect();
        let says = |cue: &str| says(&text, &words, cue);
        let name = plain_name(&source.name);
        let called = settings.cues.iter().any(|cue| says(cue)) || says(&name);
        let certain = intent.kind == Kind::News && intent.certainty >= 0.5;
        let news = certain || NEWS.split_whitespace().any(says);
        let recent = news || RECENT.split_whitespace().any(says);
        Self { name, called, news, recent, words, text }
    }
}

/// How sure the feed is.
pub(crate) fn bid(source: &Source, settings: &Settings, question: &Question, intent: &Intent, heard: &Heard) -> f32 {
    let certainty = intent.certainty.clamp(0.0, 1.0);
    // What must be computed or measured stands in no feed.
    if matches!(intent.kind, Kind::Calculation | Kind::Conversion | Kind::ChitChat) && certainty > 0.5 {
        return 0.0;
    }
    let shared = intent.topics.iter().filter(|topic| source.topics.contains(&topic.name)).map(|topic| topic.weight);
    let topical = shared.fold(0.0_f32, f32::max).clamp(0.0, 1.0);
    let bid = match (settings.role, heard.called) {
        (_, true) if heard.news => 0.9,
        (_, true) if heard.recent => 0.8,
        (_, true) => 0.45,
        (Role::News, false) if heard.news => 0.55 + 0.2 * topical,
        (Role::Special, false) if heard.news => 0.5 * topical,
        _ => 0.0,
    };
    bid * language(source, settings, question, intent)
}

/// 1 when the feed is written in the language of the question.
fn language(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> f32 {
    let own = settings.language(source);
    let Some(own) = own.as_deref().map(primary) else { return 1.0 };
    let asked = primary(&intent.language);
    let speaks = |tag: &str| tag == own || source.languages.iter().any(|language| primary(language) == tag);
    if speaks(asked) {
        1.0
    } else if matches!(asked, "" | "und") {
        0.8
    } else if question.language.as_deref().map(primary).is_some_and(speaks) {
        0.6
    } else {
        OTHER_LANGUAGE
    }
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// What entries must be like; travels to the round that reads them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Content words of the question, lower case, without the source's own; none asks for the newest.
    words: Vec<String>,
    /// The time asked about, seconds since the Unix epoch, end exclusive.
    period: Option<(i64, i64)>,
}

impl Wish {
    pub(crate) fn of(settings: &Settings, question: &Question, intent: &Intent, heard: &Heard) -> Self {
        let given = intent.keywords.iter().flat_map(|word| words(word).map(str::to_lowercase).collect::<Vec<_>>());
        let given: Vec<String> = given.collect();
        let given = if given.is_empty() { heard.words.clone() } else { given };
        let mut wanted: Vec<String> = Vec::new();
        for word in given {
            let called = settings.cues.iter().chain([&heard.name]).filter(|cue| heard.text.contains(cue.as_str()));
            let own = called.flat_map(|cue| words(cue)).any(|it| it == word);
            let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(&word);
            let empty =
                [ASKING, NEWS, RECENT].iter().any(|list| list.split_whitespace().any(|it| it == word || it == bare));
            if !own
                && !empty
                && bare.chars().count() > 1
                && !wanted.iter().any(|it| it == bare)
                && wanted.len() < WORDS_MAX
            {
                wanted.push(bare.to_owned());
            }
        }
        Self { words: wanted, period: period(question, intent) }
    }

    /// The words as a search is given them.
    pub(crate) fn query(&self) -> String {
        self.words.join(" ")
    }

    /// How well an entry fits, 0 to 1; none when it does not. `searched` entries were chosen by the service.
    pub(crate) fn fit(&self, entry: &Entry, searched: bool) -> Option<f32> {
        let held = if self.words.is_empty() {
            1.0
        } else {
            let title = entry.title().to_lowercase();
            let body = format!(
                "{} {} {}",
                entry.body().to_lowercase(),
                entry.categories.join(" ").to_lowercase(),
                entry.author.to_lowercase()
            );
            let of_word = |word: &String| {
                let stem: String = word.chars().take(STEM_CHARS).collect();
                if starts_word(&title, &stem) {
                    1.0
                } else if starts_word(&body, &stem) {
                    0.8
                } else {
                    0.0
                }
            };
            #[allow(clippy::cast_precision_loss, reason = "there are at most WORDS_MAX")]
            let share = self.words.iter().map(of_word).sum::<f32>() / self.words.len() as f32;
            if share == 0.0 && !searched {
                return None;
            }
            share
        };
        let dated = match (self.period, entry.moment()) {
            (Some((start, end)), Some(moment)) if !(start..end).contains(&moment.seconds) => 0.5,
            _ => 1.0,
        };
        Some(held * dated)
    }
}

/// The time that the question names.
fn period(question: &Question, intent: &Intent) -> Option<(i64, i64)> {
    const DAY: i64 = 86_400;
    let today = question.now_ms.div_euclid(1000);
    intent.entities.iter().find_map(|entity| match &entity.value {
        Value::Date(date) => {
            let start = date::parse(date)?.seconds;
            let length = match date.len() {
                4 => 366 * DAY,
                7 => 31 * DAY,
                _ => DAY,
            };
            Some((start, start + length))
        }
        Value::DateRange(range) => {
            let start = date::parse(&range.start).map_or(i64::MIN, |moment| moment.seconds);
            let end = date::parse(&range.end).map_or(today + DAY, |moment| moment.seconds);
            (start < end).then_some((start, end))
        }
        _ => None,
    })
}

/// A name as an asker would say it: without what stands in brackets.
fn plain_name(name: &str) -> String {
    name.split(['(', ':', '–']).next().unwrap_or_default().trim().to_lowercase()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '+' | '#' | '.')))
        .map(|word| word.trim_matches(['\'', '’', '-', '.']))
        .filter(|word| !word.is_empty())
}

/// Whether the question has this word or phrase; scripts without spaces are searched as they stand.
fn says(text: &str, words: &[String], cue: &str) -> bool {
    if cue.is_empty() {
        false
    } else if cue.contains(' ') || cue.chars().any(|c| c >= '\u{0E00}') {
        text.contains(cue)
    } else {
        words.iter().any(|word| word == cue || word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")) == Some(cue))
    }
}

/// Whether a word of `text` starts with `stem`; scripts without spaces are searched as they stand.
fn starts_word(text: &str, stem: &str) -> bool {
    let glued = stem.chars().any(|c| c >= '\u{0E00}');
    text.match_indices(stem).any(|(at, _)| {
        glued || !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, settings: &str) -> Source {
        let mut source = Source::new("x", name);
        source.languages = vec!["en".to_owned()];
        source.topics = vec!["space".to_owned()];
        source.settings = format!(r#"{{"url":"https://a.example/f"{settings}}}"#);
        source
    }

    fn asked(source: &Source, text: &str) -> (f32, Vec<String>) {
        let settings = Settings::of(source).unwrap();
        let (question, intent) = (Question::new(text), Intent::unknown("en"));
        let heard = Heard::of(source, &settings, &question, &intent);
        (bid(source, &settings, &question, &intent, &heard), Wish::of(&settings, &question, &intent, &heard).words)
    }

    #[test]
    fn a_feed_is_asked_for_what_it_is_called_for() {
        let special = source("Lantern Office (alerts)", r#","cues":["lantern office","lantern"]"#);
        let news = source("Harbour News", r#","role":"news""#);
        for (source, text, least, most, words) in [
            (&special, "latest news from the Lantern Office", 0.85, 1.0, ""),
            (&special, "what did the lantern announce about fog", 0.75, 1.0, "fog"),
            (&special, "lantern fuel", 0.4, 0.5, "fuel"),
            (&special, "latest news about fog", 0.0, 0.0, "fog"),
            (&news, "today's headlines", 0.5, 0.6, ""),
            (&news, "what does Harbour News say about the election", 0.85, 1.0, "election"),
            (&news, "latest version of serde", 0.0, 0.0, "version serde"),
            (&news, "Nachrichten über Wahlen", 0.5, 0.6, "wahlen"),
        ] {
            let (bid, wanted) = asked(source, text);
            assert!((least..=most).contains(&bid), "{text}: {bid}");
            assert_eq!(wanted.join(" "), words, "{text}");
        }
        let mut foreign = news.clone();
        foreign.languages = vec!["fr".to_owned()];
        assert!(asked(&foreign, "today's headlines").0 < 0.06);
    }
}
