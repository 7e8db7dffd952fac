//! What a question asks of a repository: a record, what is new, or what the repository is.

use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::english::MONTHS;
use zero_connector_sdk::{Intent, Kind, Question, Source, Value};

/// Words a record is looked through for.
const WORDS_MAX: usize = 8;
/// Bytes of an identifier.
const IDENTIFIER_BYTES_MAX: usize = 200;

/// A request of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verb {
    Identify,
    ListMetadataFormats,
    ListSets,
    ListIdentifiers,
    ListRecords,
    GetRecord,
}

impl Verb {
    /// Our name of what is asked.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::ListMetadataFormats => "list-metadata-formats",
            Self::ListSets => "list-sets",
            Self::ListIdentifiers => "list-identifiers",
            Self::ListRecords => "list-records",
            Self::GetRecord => "get-record",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identify => "Identify",
            Self::ListMetadataFormats => "ListMetadataFormats",
            Self::ListSets => "ListSets",
            Self::ListIdentifiers => "ListIdentifiers",
            Self::ListRecords => "ListRecords",
            Self::GetRecord => "GetRecord",
        }
    }
}

/// The first request.
pub(crate) struct Ask {
    pub(crate) bid: f32,
    pub(crate) verb: Verb,
    pub(crate) arguments: Vec<(&'static str, String)>,
    pub(crate) words: Vec<String>,
}

pub(crate) fn of(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> Option<Ask> {
    let computed = matches!(intent.kind, Kind::Calculation | Kind::Conversion | Kind::Weather | Kind::ChitChat);
    if computed && intent.certainty > 0.5 {
        return None;
    }
    let text = question.text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.')))
        .map(|word| word.trim_matches(['-', '.']))
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let name = source.name.to_lowercase();
    let called = settings.cues.iter().any(|cue| says(&text, &words, cue)) || says(&text, &words, &name);
    let prefix = || ("metadataPrefix", settings.prefix.clone());
    let ask = |bid: f32, verb: Verb, arguments: Vec<(&'static str, String)>| {
        Some(Ask { bid, verb, arguments, words: Vec::new() })
    };

    if let Some(identifier) = identifier(settings, question, intent) {
        let bid = if called || identifier.1 { 0.8 } else { 0.35 };
        return ask(bid, Verb::GetRecord, vec![("identifier", identifier.0), prefix()]);
    }
    if !called {
        return None;
    }
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if any(&["sets", "set", "collections"]) {
        return ask(0.5, Verb::ListSets, Vec::new());
    }
    if any(&["formats", "metadata"]) && any(&["formats", "format", "prefixes"]) {
        return ask(0.5, Verb::ListMetadataFormats, Vec::new());
    }
    if any(&["identify", "administrator", "repository"]) && !any(&["records", "record", "new", "latest", "recent"]) {
        return ask(0.4, Verb::Identify, Vec::new());
    }
    let period = period(question, intent);
    let newest = any(NEW) || period.is_some();
    if !newest {
        return None;
    }
    let (from, until) =
        period.unwrap_or_else(|| (Some(day(question.now_ms.div_euclid(86_400_000) - settings.days)), None));
    let mut arguments = vec![prefix()];
    arguments.extend(from.map(|from| ("from", from)));
    arguments.extend(until.map(|until| ("until", until)));
    arguments.extend(settings.set.clone().map(|set| ("set", set)));
    let verb = if any(&["identifiers"]) { Verb::ListIdentifiers } else { Verb::ListRecords };
    let own = |word: &&str| {
        settings.cues.iter().any(|cue| cue.split(' ').any(|it| it == *word)) || name.split(' ').any(|it| it == *word)
    };
    let wanted = words.iter().filter(|word| {
        let is_month = || MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word));
        let dated = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') || is_month();
        !NEW.contains(word) && !ASKING.contains(word) && !own(word) && !dated && word.chars().count() > 2
    });
    let wanted = wanted.take(WORDS_MAX).map(|&word| word.to_owned()).collect();
    Some(Ask { bid: 0.5, verb, arguments, words: wanted })
}

const NEW: &[&str] = &[
    "new",
    "newest",
    "latest",
    "recent",
    "recently",
    "added",
    "today",
    "yesterday",
    "week",
    "month",
    "since",
    "between",
    "deposited",
    "uploaded",
    "harvest",
    "updated",
];
const ASKING: &[&str] = &[
    "what",
    "which",
    "who",
    "the",
    "and",
    "are",
    "was",
    "were",
    "from",
    "for",
    "with",
    "about",
    "records",
    "record",
    "papers",
    "paper",
    "articles",
    "article",
    "items",
    "item",
    "datasets",
    "dataset",
    "documents",
    "preprints",
    "deposits",
    "list",
    "show",
    "give",
    "find",
    "this",
    "that",
    "last",
    "any",
    "all",
    "have",
    "has",
    "been",
    "did",
    "does",
    "until",
    "identifiers",
    "oai",
    "oai-pmh",
    "metadata",
    "there",
];

/// An OAI identifier of the question, and whether it was written as one of this repository's.
fn identifier(settings: &Settings, question: &Question, intent: &Intent) -> Option<(String, bool)> {
    let fits = |id: &str| id.len() <= IDENTIFIER_BYTES_MAX && !id.chars().any(|c| c.is_control() || c.is_whitespace());
    let written =
        question.text.split_whitespace().map(|word| word.trim_matches(['?', ',', '"', '\'', '`', '(', ')', '.'])).find(
            |word| {
                word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("oai:"))
                    && word.matches(':').count() >= 2
                    && fits(word)
            },
        );
    if let Some(written) = written {
        let namespace = |id: &str| id.split(':').nth(1).unwrap_or_default().to_lowercase();
        let own = settings.identifiers.values().any(|form| namespace(form) == namespace(written))
            || settings.base.to_lowercase().contains(&namespace(written));
        return own.then(|| (written.to_owned(), true));
    }
    intent.entities.iter().find_map(|entity| match &entity.value {
        Value::Identifier(identifier) => {
            let form = settings.identifiers.get(&identifier.scheme)?;
            fits(&identifier.id).then(|| (form.replace("{id}", &identifier.id), false))
        }
        _ => None,
    })
}

/// The days that the question names, both inclusive as in the protocol.
fn period(question: &Question, intent: &Intent) -> Option<(Option<String>, Option<String>)> {
    let whole = |date: &str| date.get(..10).filter(|date| days(date).is_some()).map(str::to_owned);
    let found = intent.entities.iter().find_map(|entity| match &entity.value {
        Value::Date(date) => match date.len() {
            4 => Some((Some(format!("{date}-01-01")), Some(format!("{date}-12-31")))),
            7 => {
                let start = format!("{date}-01");
                let end = day(days(&start)? + 27);
                Some((Some(start), Some(end)))
            }
            _ => whole(date).map(|date| (Some(date.clone()), Some(date))),
        },
        Value::DateRange(range) => {
            // The end of a range is exclusive.
            let until = whole(&range.end).and_then(|end| days(&end)).map(|end| day(end - 1));
            Some((whole(&range.start), until))
        }
        _ => None,
    });
    if found.is_some() {
        return found.filter(|(from, until)| from.is_some() || until.is_some());
    }
    // A date that stands in the text itself.
    let words = question.text.split(|c: char| !(c.is_ascii_digit() || c == '-'));
    let written: Vec<String> = words.filter(|word| word.len() == 10).filter_map(whole).take(2).collect();
    match written.as_slice() {
        [from] => Some((Some(from.clone()), None)),
        [from, until] => Some((Some(from.clone()), Some(until.clone()))),
        _ => None,
    }
}

/// Days since the Unix epoch of `2027-03-01`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, of_month) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&of_month) || !(1900..2200).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + of_month - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The day of so many days since the Unix epoch.
fn day(days: i64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{of_month:02}")
}

fn says(text: &str, words: &[&str], cue: &str) -> bool {
    !cue.is_empty() && if cue.contains(' ') { text.contains(cue) } else { words.contains(&cue) }
}

#[cfg(test)]
mod tests {
    use super::{day, days};

    #[test]
    fn days_are_counted_both_ways() {
        for date in ["1970-01-01", "2000-02-29", "2027-03-01", "2027-12-31", "1999-12-31"] {
            assert_eq!(day(days(date).unwrap()), date);
        }
        assert_eq!(days("2027-03-01"), Some(20_878));
        assert_eq!(days("2027-13-01"), None);
    }
}
