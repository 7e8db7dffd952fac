//! Cases: what a question must give when it is answered from recorded exchanges.
//!
//! They stand in `exchanges/cases.toml`, beside the exchanges, in the same words for every language a connector may be
//! written in:
//!
//! ```toml
//! [[case]]
//! source = "frankfurter"                 # id of a source of the catalogue
//! question = "convert 100 USD to EUR"
//! passages = 1                           # how many, exactly
//! title = "USD to EUR"                   # of the first passage; so are `url` and `published`
//! text = "100 USD is 91.25 EUR"          # stands in the first passage
//! claims = ["100 USD | result | 91.25 EUR"]   # subject | property | value, among others
//!
//! [[case]]
//! source = "frankfurter"
//! question = "convert 100 USD to XAU"
//! exchanges = ["frankfurter-quota"]      # only these answer; `*` stands for any characters
//! failure = "rate-limited"
//! retry_after_seconds = 60
//! ```
//!
//! Of the question, `language`, `time_zone`, `now` (RFC 3339), `place`, `entity` and `money` may be said where the text
//! alone does not say them. A key that is not known is an error.

use super::conform::Miss;
use super::walk::{End, Trace};
use super::{Exchange, matches_pattern};
use crate::{Claim, Entity, Findings, Identifier, Money, Named as _, Place, Span, Value};
use serde::Deserialize;

/// All cases of a connector: `toml::from_str` makes them of a text.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    /// In the order of the file.
    #[serde(default)]
    pub case: Vec<Case>,
}

/// One question, and what it must give.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Id of the source that is asked.
    pub source: String,
    /// In the asker's words.
    pub question: String,
    /// BCP 47 of the asker; that of the source when it is not said.
    pub language: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// RFC 3339.
    pub now: Option<String>,
    /// Where the asker is.
    pub at: Option<PlaceText>,

    /// An entity of the question: scheme and id.
    pub entity: Option<(String, String)>,
    /// An entity of the question: amount and currency.
    pub money: Option<(String, String)>,
    /// An entity of the question.
    pub place: Option<PlaceText>,

    /// Names of the exchanges that may answer; all of them when it is not said, those of the source first.
    pub exchanges: Option<Vec<String>>,

    /// How many passages.
    pub passages: Option<usize>,
    /// How many requests in all rounds.
    pub requests: Option<usize>,
    /// Title of the first passage.
    pub title: Option<String>,
    /// URL of the first passage.
    pub url: Option<String>,
    /// Stands in the first passage.
    pub text: Option<String>,
    /// Date of the first passage.
    pub published: Option<String>,
    /// `subject | property | value`, or with ` | time` at the end.
    #[serde(default)]
    pub claims: Vec<String>,
    /// The kind of failure it must end with instead.
    pub failure: Option<String>,
    /// ... and when it says to come back.
    pub retry_after_seconds: Option<u32>,
}

/// A place in a case: `"Oslo"` or `["Oslo", "NO"]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PlaceText {
    /// Its name.
    Name(String),
    /// Its name and its country, ISO 3166-1 alpha-2.
    In(String, String),
}

impl PlaceText {
    /// As the contract has it.
    #[must_use]
    pub fn place(&self) -> Place {
        let (name, country) = match self {
            Self::Name(name) => (name, None),
            Self::In(name, country) => (name, Some(country.clone())),
        };
        Place { name: name.clone(), country, latitude: None, longitude: None }
    }
}

impl Case {
    /// The entities it adds to what is read from the question.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity> {
        let entity = |text: &str, value| Entity { span: self.span_of(text), text: text.to_owned(), value };
        let mut entities = Vec::new();
        if let Some((scheme, id)) = &self.entity {
            entities.push(entity(id, Value::Identifier(Identifier { scheme: scheme.clone(), id: id.clone() })));
        }
        if let Some((amount, currency)) = &self.money {
            let money = Money { amount: amount.clone(), currency: currency.clone() };
            entities.push(entity(amount, Value::Money(money)));
        }
        if let Some(place) = &self.place {
            let place = place.place();
            entities.push(entity(&place.name.clone(), Value::Place(place)));
        }
        entities
    }

    /// Where `text` stands in the question; at its start when it does not.
    fn span_of(&self, text: &str) -> Span {
        self.question.find(text).map_or(Span::new(0, 0), |start| Span::new(start, start + text.len()))
    }

    /// Places in `exchanges`, by name, of those that may answer it, in the order in which they are tried.
    #[must_use]
    pub fn recordings<'e>(&self, exchanges: &'e [(String, Exchange)]) -> Vec<&'e (String, Exchange)> {
        if let Some(patterns) = &self.exchanges {
            let of = |pattern: &'_ String| {
                let pattern = pattern.clone();
                exchanges.iter().filter(move |(name, _)| matches_pattern(&pattern, name))
            };
            return patterns.iter().flat_map(of).collect();
        }
        let own = |name: &str| name.strip_prefix(&self.source).is_some_and(|rest| rest.starts_with('-'));
        let (mut first, rest): (Vec<_>, Vec<_>) = exchanges.iter().partition(|(name, _)| own(name));
        first.extend(rest);
        first
    }

    /// What a walk gave otherwise than the case says.
    #[must_use]
    pub fn misses(&self, trace: &Trace) -> Vec<Miss> {
        const CHANGE: &str = "mend the connector, or the case if the service has changed";
        let mut misses = Vec::new();
        let mut miss = |what: String| misses.push(Miss::new(what, CHANGE));
        if let Some(requests) = self.requests.filter(|&requests| requests != trace.requests().count()) {
            miss(format!("asks {} requests, not {requests}", trace.requests().count()));
        }
        match (&trace.end, &self.failure) {
            (End::Found(findings), None) => self.compare(findings, &mut miss),
            (End::Failed(failure), Some(wanted)) => {
                let kind = failure.kind.name();
                if kind != wanted {
                    miss(format!("{}, not as `{wanted}`", trace.end));
                }
                if self.retry_after_seconds.is_some() && self.retry_after_seconds != failure.retry_after_seconds {
                    miss(format!("says to come back after {:?} s", failure.retry_after_seconds));
                }
            }
            (End::Found(_), Some(wanted)) => miss(format!("{}, where a failure `{wanted}` is expected", trace.end)),
            (End::Ended(ended), _) => misses.push(Miss::new(ended.to_string(), ended.by.change())),
            (End::Failed(_), None) => miss(trace.end.to_string()),
            (End::TooManyRounds, _) => {
                misses.push(Miss::new(trace.end.to_string(), "give `done` with what was found after the fourth round"));
            }
        }
        misses
    }

    fn compare(&self, findings: &Findings, miss: &mut impl FnMut(String)) {
        if let Some(wanted) = self.passages.filter(|&wanted| wanted != findings.passages.len()) {
            miss(format!("gives {} passages, not {wanted}", findings.passages.len()));
        }
        let says_more = self.title.is_some() || self.url.is_some() || self.text.is_some() || self.published.is_some();
        match findings.passages.first() {
            Some(first) => {
                let mut equal = |what: &str, is: Option<&str>, wanted: Option<&String>| {
                    if let Some(wanted) = wanted.filter(|wanted| is != Some(wanted.as_str())) {
                        miss(format!("`{what}` of the first passage is `{}`, not `{wanted}`", is.unwrap_or("none")));
                    }
                };
                equal("title", Some(&first.title), self.title.as_ref());
                equal("url", first.url.as_deref(), self.url.as_ref());
                equal("published", first.published.as_deref(), self.published.as_ref());
                if let Some(text) = self.text.as_ref().filter(|text| !first.text.contains(text.as_str())) {
                    miss(format!("the first passage does not hold `{text}` but `{}`", start_of(&first.text)));
                }
            }
            None if says_more && self.passages != Some(0) => miss("gives no passage".to_owned()),
            None => {}
        }
        let claims: Vec<String> = findings.claims.iter().map(written_claim).collect();
        let has = |wanted: &String| {
            claims.iter().any(|claim| claim == wanted || claim.strip_prefix(wanted.as_str()).is_some_and(is_time))
        };
        for wanted in self.claims.iter().filter(|wanted| !has(wanted)) {
            let given: Vec<&str> = claims.iter().take(SHOWN_MAX).map(String::as_str).collect();
            miss(format!("gives no claim `{wanted}`, but `{}`", given.join("`, `")));
        }
    }
}

/// Claims that are shown beside one that is missing.
const SHOWN_MAX: usize = 6;
/// Characters of a passage that are shown.
const SHOWN_CHARS_MAX: usize = 160;

fn start_of(text: &str) -> String {
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

fn is_time(rest: &str) -> bool {
    rest.starts_with(" | ") && rest.matches(" | ").count() == 1
}

/// A claim as cases write it.
#[must_use]
pub fn written_claim(claim: &Claim) -> String {
    let not = if claim.negated { "not " } else { "" };
    let time = claim.time.as_deref().map(|time| format!(" | {time}")).unwrap_or_default();
    format!("{} | {} | {not}{}{time}", claim.subject, claim.property, written(&claim.value))
}

/// A value as cases write it.
#[must_use]
pub fn written(value: &Value) -> String {
    match value {
        Value::Quantity(quantity) => format!("{} {}", quantity.number, quantity.unit),
        Value::QuantityRange(range) => {
            format!("{} {}..{} {}", range.low.number, range.low.unit, range.high.number, range.high.unit)
        }
        Value::Money(money) => format!("{} {}", money.amount, money.currency),
        Value::Percentage(number) => format!("{number}%"),
        Value::Identifier(identifier) => format!("{}:{}", identifier.scheme, identifier.id),
        Value::Coordinates(at) => format!("{},{}", at.latitude, at.longitude),
        Value::Place(place) => place.name.clone(),
        Value::Boolean(value) => value.to_string(),
        Value::Ordinal(number) => format!("{number}."),
        Value::NumberRange(range) | Value::DateRange(range) => format!("{}..{}", range.start, range.end),
        Value::Text(text)
        | Value::Number(text)
        | Value::Date(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Duration(text)
        | Value::Person(text)
        | Value::Organisation(text)
        | Value::Language(text)
        | Value::Url(text)
        | Value::Email(text)
        | Value::Phone(text)
        | Value::Version(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Failure, FailureKind, Passage};

    fn found() -> Trace {
        let passage = Passage::computed("Oslo", "Snow. -2.5 °C");
        let claim = Claim {
            passage: 0,
            span: passage.span_of("-2.5 °C"),
            subject: "Oslo".to_owned(),
            property: "temperature".to_owned(),
            value: Value::Quantity(crate::Quantity { number: "-2.5".to_owned(), unit: "Cel".to_owned() }),
            time: Some("2027-03-01".to_owned()),
            negated: false,
        };
        let findings = Findings { passages: vec![passage], claims: vec![claim] };
        Trace { bid: 0.9, rounds: Vec::new(), end: End::Found(findings) }
    }

    fn check(case: Case, trace: &Trace, said: &[&str]) {
        let misses = case.misses(trace);
        assert_eq!(misses.len(), said.len(), "{misses:?}");
        for (miss, said) in misses.iter().zip(said) {
            assert!(miss.what.contains(said), "{miss:?} does not say `{said}`");
        }
    }

    #[test]
    fn a_case_is_compared_with_what_was_found() {
        let claims = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let right = Case {
            passages: Some(1),
            requests: Some(0),
            title: Some("Oslo".to_owned()),
            text: Some("-2.5 °C".to_owned()),
            claims: claims(&["Oslo | temperature | -2.5 Cel", "Oslo | temperature | -2.5 Cel | 2027-03-01"]),
            ..Case::default()
        };
        check(right, &found(), &[]);
        let wrong = Case {
            passages: Some(2),
            requests: Some(1),
            title: Some("Bergen".to_owned()),
            text: Some("rain".to_owned()),
            claims: claims(&["Oslo | temperature | -2", "Oslo | temperature"]),
            ..Case::default()
        };
        let said = ["not 1", "not 2", "`Oslo`, not `Bergen`", "`rain`", "-2.5 Cel", "-2.5 Cel"];
        check(wrong, &found(), &said);
        let failing = Case { failure: Some("rate-limited".to_owned()), ..Case::default() };
        check(failing.clone(), &found(), &["where a failure `rate-limited`"]);
        let failure = Failure::new(FailureKind::RateLimited, "").retry_after(Some(7));
        let failed = Trace { end: End::Failed(failure), ..found() };
        check(failing.clone(), &failed, &[]);
        check(Case { retry_after_seconds: Some(8), ..failing }, &failed, &["Some(7)"]);
        check(Case::default(), &failed, &["failed as `rate-limited` after 7 s"]);
    }

    #[test]
    fn exchanges_of_the_source_come_first_unless_others_are_named() {
        let exchange = Exchange::parse("GET https://a.example/\n\nHTTP/1.1 200\n\n").unwrap();
        let all: Vec<(String, Exchange)> =
            ["a-1", "b-1", "b-2", "bc-1"].map(|name| (name.to_owned(), exchange.clone())).into();
        let names = |case: Case| {
            let recordings = case.recordings(&all);
            recordings.into_iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(Case { source: "b".to_owned(), ..Case::default() }), ["b-1", "b-2", "a-1", "bc-1"]);
        let named = Some(vec!["bc-*".to_owned(), "a-1".to_owned()]);
        assert_eq!(names(Case { exchanges: named, ..Case::default() }), ["bc-1", "a-1"]);
    }
}
