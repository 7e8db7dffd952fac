//! From the words of a question to what it asks: every word must be understood, or the question is not for us.

use crate::data::{self, Country};
use crate::property::{self, Property, blank};
use crate::text::normal;

/// What a question asks.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "there is one of it, for the length of one call")]
pub(crate) enum Ask {
    /// "what is the capital of Japan and its currency"
    Properties(Vec<Country>, Vec<Property>),
    /// "is Lyon the capital of France": the guess in normal form.
    IsCapital(Country, String),
    /// "does France border Spain"
    DoBorder(Country, Country),
    /// "is Peru in South America"
    LiesIn(Country, &'static str),
    /// "which countries are in South America"
    CountriesIn(&'static str),
    /// "which country has the capital Nairobi"
    CapitalOf(Vec<Country>),
    /// "country code +49": the code and whose it is.
    CallingCode(String, Vec<Country>),
    /// "which country uses .de"
    Domain(String, Country),
    /// "which countries use the euro": the currency's code and name.
    CurrencyUsers(&'static str, &'static str, Vec<Country>),
}

/// Words that ask, but say nothing about what.
const STOP_WORDS: &[&str] = &[
    "a",
    "all",
    "an",
    "and",
    "are",
    "belong",
    "belongs",
    "by",
    "called",
    "can",
    "could",
    "countries",
    "country",
    "country's",
    "do",
    "does",
    "find",
    "for",
    "from",
    "give",
    "has",
    "have",
    "how",
    "i",
    "in",
    "is",
    "it",
    "its",
    "kind",
    "know",
    "list",
    "local",
    "located",
    "many",
    "me",
    "name",
    "nation",
    "nations",
    "of",
    "official",
    "on",
    "or",
    "our",
    "people",
    "please",
    "primary",
    "main",
    "share",
    "shares",
    "show",
    "situated",
    "speak",
    "spoken",
    "tell",
    "that",
    "the",
    "their",
    "there",
    "they",
    "this",
    "to",
    "total",
    "us",
    "use",
    "used",
    "uses",
    "using",
    "was",
    "what",
    "whats",
    "where",
    "which",
    "who",
    "whose",
    "with",
    "world",
    "would",
    "you",
    "your",
    "drive",
    "number",
    "s",
    "lie",
    "lies",
    "part",
    "international",
    "internet",
];

/// Continents and regions by the names questions use.
const AREAS: &[(&str, &str)] = &[
    ("south america", "South America"),
    ("north america", "North America"),
    ("central america", "Central America"),
    ("caribbean", "Caribbean"),
    ("southeast asia", "Southeast Asia"),
    ("south east asia", "Southeast Asia"),
    ("central asia", "Central Asia"),
    ("eastern europe", "Eastern Europe"),
    ("western europe", "Western Europe"),
    ("northern europe", "Northern Europe"),
    ("southern europe", "Southern Europe"),
    ("eastern africa", "Eastern Africa"),
    ("western africa", "Western Africa"),
    ("northern africa", "Northern Africa"),
    ("southern africa", "Southern Africa"),
    ("western asia", "Western Asia"),
    ("eastern asia", "Eastern Asia"),
    ("polynesia", "Polynesia"),
    ("melanesia", "Melanesia"),
    ("africa", "Africa"),
    ("asia", "Asia"),
    ("europe", "Europe"),
    ("oceania", "Oceania"),
];

/// More is no question about a country; bytes.
const QUESTION_BYTES_MAX: usize = 300;

/// What `text` asks, if every word of it is understood.
pub(crate) fn read(text: &str) -> Option<Ask> {
    if text.len() > QUESTION_BYTES_MAX {
        return None;
    }
    if let Some(ask) = domain(text) {
        return Some(ask);
    }
    let mut words = format!(" {} ", normal(text));
    let original = words.clone();
    // "South America" holds a name of the United States, and South Africa holds "Africa".
    let long_area = take_area(&mut words, |name| name.contains(' '));
    let countries = take_countries(&mut words, text);
    let area = long_area.or_else(|| take_area(&mut words, |name| !name.contains(' ')));
    let properties = property::take(&mut words);
    let first = words.split_whitespace().next().unwrap_or_default().to_owned();
    let polar = matches!(first.as_str(), "is" | "are" | "do" | "does" | "was");
    let ask = match (countries.as_slice(), properties.as_slice()) {
        ([country], []) if polar && area.is_some() && understood(&words) => Some(Ask::LiesIn(*country, area?)),
        ([], []) if area.is_some() && understood(&words) && words.contains(" countries ") => {
            Some(Ask::CountriesIn(area?))
        }
        ([one, other], [Property::Borders]) if polar && understood(&words) => Some(Ask::DoBorder(*one, *other)),
        ([country], [Property::Capital]) if polar && !understood(&words) => guess(*country, &words),
        ([], []) => code_of(&mut words),
        ([], _) => reverse(&mut words, &properties),
        (_, []) => currency_of(&countries, &words),
        (_, properties) if area.is_none() => {
            let numbers = properties.contains(&Property::Calling);
            let rest = words.split_whitespace().filter(|word| !(numbers && is_number(word)));
            let all_known = rest.clone().all(is_known);
            (all_known && countries.len() <= 8).then(|| Ask::Properties(countries.clone(), properties.to_vec()))
        }
        _ => None,
    };
    ask.or_else(|| currency_users(&original))
}

fn understood(words: &str) -> bool {
    words.split_whitespace().all(is_known)
}

fn is_known(word: &str) -> bool {
    word.bytes().all(|byte| byte == b'_') || STOP_WORDS.contains(&word)
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('+').unwrap_or(word);
    !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes the longest country names out of the words, in the order they stand.
fn take_countries(words: &mut String, text: &str) -> Vec<Country> {
    let mut hits: Vec<(usize, usize, Country)> = Vec::new();
    // Only a name whose first word is asked can occur.
    for country in data::named(words.split_whitespace()) {
        for name in country.names() {
            let mut from = 0;
            while let Some(at) = words.get(from..).and_then(|rest| rest.find(name)).map(|at| at + from) {
                let end = at + name.len();
                let whole = words.get(..at).is_some_and(|before| before.ends_with(' '))
                    && words.get(end..).is_some_and(|after| after.starts_with(' '));
                // "us" is a pronoun unless it is written as a name.
                if whole && (name != "us" || ["US", "U.S"].iter().any(|form| text.contains(form))) {
                    hits.push((at, name.len(), country));
                }
                from = end;
            }
        }
    }
    hits.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut kept: Vec<(usize, Country)> = Vec::new();
    for (at, len, country) in hits {
        let free = words.get(at..at + len).is_some_and(|part| !part.contains('_'));
        if free {
            blank(words, at, len);
            kept.push((at, country));
        }
    }
    if kept.is_empty() {
        kept.extend(take_code(words, text));
    }
    kept.sort_by_key(|&(at, _)| at);
    let mut countries: Vec<Country> = Vec::new();
    for (_, country) in kept {
        if countries.iter().all(|known| known.alpha2 != country.alpha2) {
            countries.push(country);
        }
    }
    countries
}

/// An ISO code in capitals, or any case directly beside "calling code" and its like.
fn take_code(words: &mut String, text: &str) -> Option<(usize, Country)> {
    let by_case = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_uppercase()))
        .find_map(|word| {
            let country = match word.len() {
                2 => data::by_code(word),
                3 => data::by_long_code(word),
                _ => None,
            };
            country.map(|country| (word, country))
        });
    let before_code = || {
        let (word, _) = [" calling code ", " dialing code ", " country code "]
            .iter()
            .find_map(|phrase| words.split_once(phrase).map(|(before, after)| (before.trim(), after)))?;
        data::by_code(&word.to_ascii_uppercase()).map(|country| (word, country))
    };
    let (word, country) = by_case.or_else(before_code)?;
    let word = word.to_ascii_lowercase();
    let at = words.find(&format!(" {word} "))? + 1;
    blank(words, at, word.len());
    Some((at, country))
}

fn take_area(words: &mut String, eligible: impl Fn(&str) -> bool) -> Option<&'static str> {
    for &(name, area) in AREAS.iter().filter(|(name, _)| eligible(name)) {
        if let Some(at) = words.find(&format!(" {name} ")) {
            blank(words, at + 1, name.len());
            return Some(area);
        }
    }
    None
}

/// "is Lyon the capital of France": at most three unknown words, all before "capital".
fn guess(country: Country, words: &str) -> Option<Ask> {
    let unknown: Vec<&str> = words.split_whitespace().filter(|word| !is_known(word)).collect();
    (!unknown.is_empty() && unknown.len() <= 3 && !unknown.iter().any(|word| is_number(word)))
        .then(|| Ask::IsCapital(country, unknown.join(" ")))
}

/// No country is named, so it is asked for by a property.
fn reverse(words: &mut String, properties: &[Property]) -> Option<Ask> {
    if properties.contains(&Property::Capital) {
        return capital_of(words);
    }
    if properties.contains(&Property::Calling) {
        let numbers: Vec<String> = words
            .split_whitespace()
            .filter(|word| is_number(word))
            .map(|word| word.trim_start_matches('+').to_owned())
            .collect();
        let others = words.split_whitespace().filter(|word| !is_number(word)).all(is_known);
        let [number] = numbers.as_slice() else { return None };
        let owners: Vec<Country> = data::all().filter(|country| has_code(country, number)).collect();
        return (others && !owners.is_empty()).then(|| Ask::CallingCode(number.clone(), owners));
    }
    None
}

/// "what country has the code +351": the plus sign tells which code is meant.
fn code_of(words: &mut String) -> Option<Ask> {
    let at = words.find(" code ").filter(|_| words.contains(" +"))?;
    blank(words, at + 1, "code".len());
    reverse(words, &[Property::Calling])
}

/// `1` is the code of Canada and the United States, and the beginning of those of their neighbours.
fn has_code(country: &Country, number: &str) -> bool {
    country.calling_codes().any(|code| {
        let digits = code.bytes().filter(u8::is_ascii_digit);
        digits.eq(number.bytes()) || code.split_once('-').is_some_and(|(root, _)| root == number && number == "1")
    })
}

fn capital_of(words: &mut String) -> Option<Ask> {
    let named = |country: &Country| {
        country.capital_names().filter(|name| words.contains(&format!(" {name} "))).max_by_key(|name| name.len())
    };
    let longest = data::all().filter_map(|country| named(&country)).max_by_key(|name| name.len())?;
    let owners: Vec<Country> = data::all().filter(|country| named(country) == Some(longest)).collect();
    if let Some(at) = words.find(&format!(" {longest} ")) {
        blank(words, at + 1, longest.len());
    }
    understood(words).then_some(Ask::CapitalOf(owners))
}

/// "what do they pay with in Japan" has no phrase of its own; "money" alone does only beside a country.
fn currency_of(countries: &[Country], words: &str) -> Option<Ask> {
    let money = words.contains(" money ");
    let asks = [" what ", " which "].iter().any(|word| words.contains(word));
    let known = words.split_whitespace().filter(|&word| word != "money").all(is_known);
    (money && asks && known).then(|| Ask::Properties(countries.to_vec(), vec![Property::Currency]))
}

/// "which countries use the euro"
fn currency_users(words: &str) -> Option<Ask> {
    if ![" countries ", " country "].iter().any(|word| words.contains(word)) || !words.contains(" use") {
        return None;
    }
    let names = data::all().flat_map(|country| country.currencies().collect::<Vec<_>>());
    let (code, name) = names
        .filter(|(code, name)| {
            let (name, code) = (normal(name), code.to_ascii_lowercase());
            [name.clone(), name + "s", code].iter().any(|form| words.contains(&format!(" {form} ")))
        })
        .max_by_key(|(_, name)| name.len())?;
    let mut rest = words.to_owned();
    for form in [normal(name) + "s", normal(name), code.to_ascii_lowercase(), "as".to_owned(), "currency".to_owned()] {
        if let Some(at) = rest.find(&format!(" {form} ")) {
            blank(&mut rest, at + 1, form.len());
        }
    }
    let users = data::all().filter(|country| country.currencies().any(|(used, _)| used == code)).collect();
    understood(&rest).then_some(Ask::CurrencyUsers(code, name, users))
}

/// "which country uses .de", "what is the .io domain"
fn domain(text: &str) -> Option<Ask> {
    let lower = text.to_lowercase();
    let tld = lower.split_whitespace().find_map(|word| {
        let word = word.trim_end_matches(['?', '!', ',', '"', '\'']).trim_start_matches(['"', '\'']);
        let name = word.strip_prefix('.')?;
        (name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_lowercase())).then(|| word.to_owned())
    })?;
    let country = data::all().find(|country| country.tld == tld)?;
    let rest = normal(&lower.replacen(&tld, " ", 1));
    let asks = ["country", "tld", "domain", "countries"].iter().any(|word| rest.split(' ').any(|w| w == *word));
    let known = rest
        .split_whitespace()
        .all(|word| is_known(word) || ["tld", "domain", "top", "level", "extension", "behind"].contains(&word));
    (asks && known).then_some(Ask::Domain(tld, country))
}
