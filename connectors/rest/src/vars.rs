//! What a mapping may say of a question: named lists of texts.
//!
//! Takes: question, intent, settings. Gives: [`Vars`], which also travel as state. Fails: never; what the question does
//! not hold is simply not there. Limits: [`VALUES_MAX`] values a name. Why it is so: one flat name space of texts is
//! all that templates, conditions and bids need, and it can be written down in one table (see the README).

use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zero_connector_sdk::{Intent, Named as _, Place, Question, Value};

/// Values kept of one name.
pub(crate) const VALUES_MAX: usize = 64;

/// Named values; a name that is not there has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Vars(BTreeMap<String, Vec<String>>);

impl Vars {
    /// Everything the question offers.
    pub(crate) fn of(settings: &Settings<'_>, question: &Question, intent: &Intent) -> Self {
        let mut vars = Self::default();
        for (name, value) in &settings.variables {
            vars.add(name, value.clone());
        }
        vars.add("limit", settings.limit.to_string());
        vars.asker(question);
        vars.intent(settings, question, intent);
        for entity in &intent.entities {
            vars.entity(&entity.text, &entity.value);
        }
        for (name, patterns) in &settings.extract {
            let found = patterns.iter().find_map(|pattern| crate::extract::find(pattern, &question.text));
            vars.0.remove(name.as_str());
            vars.add(name, found.unwrap_or_default());
        }
        vars
    }

    fn asker(&mut self, question: &Question) {
        self.add("text", question.text.trim());
        self.add("time_zone", question.time_zone.as_str());
        self.add("units", question.units.name());
        if let Some(place) = &question.place {
            self.place("place", place);
        }
        if let Some(now) = crate::date::from_unix_ms(question.now_ms) {
            self.add("today", now.get(..10).unwrap_or_default());
            self.add("year", now.get(..4).unwrap_or_default());
            self.add("now", now);
        }
    }

    fn intent(&mut self, settings: &Settings<'_>, question: &Question, intent: &Intent) {
        self.add("language", intent.language.split('-').next().unwrap_or_default());
        self.add("locale", intent.language.as_str());
        self.add("subject", intent.subject.clone().unwrap_or_default());
        intent.properties.iter().for_each(|property| self.add("property", property.as_str()));
        let mut words: Vec<&str> = intent.keywords.iter().map(String::as_str).collect();
        if words.is_empty() {
            let text = intent.subject.as_deref().unwrap_or(&question.text);
            words = text.split_whitespace().map(|word| word.trim_matches(['?', '!', ',', '"', '“', '”'])).collect();
        }
        words.retain(|word| !word.is_empty() && !settings.noise.iter().any(|noise| noise.eq_ignore_ascii_case(word)));
        words.iter().for_each(|word| self.add("keywords", *word));
        self.add("query", words.join(" "));
    }

    fn entity(&mut self, text: &str, value: &Value) {
        let mut add = |name: &str, value: &str| self.add(name, value);
        match value {
            Value::Text(text) => add("entity.text", text),
            Value::Number(number) | Value::Percentage(number) => add("entity.number", number),
            Value::Quantity(quantity) => {
                add("entity.quantity.number", &quantity.number);
                add("entity.quantity.unit", &quantity.unit);
            }
            Value::Money(money) => {
                add("entity.money.amount", &money.amount);
                add("entity.money.currency", &money.currency);
            }
            Value::Date(date) => add("entity.date", date),
            Value::DateTime(date) => add("entity.date", date.get(..10).unwrap_or(date)),
            Value::DateRange(range) => {
                add("entity.date.start", &range.start);
                add("entity.date.end", &range.end);
            }
            Value::Place(place) => self.place("entity.place", place),
            Value::Person(name) => add("entity.person", name),
            Value::Organisation(name) => add("entity.organisation", name),
            Value::Language(code) => add("entity.language", code),
            Value::Url(url) => add("entity.url", url),
            Value::Version(version) => add("entity.version", version),
            Value::Identifier(identifier) => add(&format!("entity.{}", identifier.scheme), &identifier.id),
            Value::Coordinates(at) => {
                add("entity.coordinates.latitude", &at.latitude.to_string());
                add("entity.coordinates.longitude", &at.longitude.to_string());
            }
            _ => add("entity.other", text),
        }
    }

    fn place(&mut self, name: &str, place: &Place) {
        self.add(&format!("{name}.name"), place.name.as_str());
        self.add(&format!("{name}.country"), place.country.clone().unwrap_or_default());
        if let (Some(latitude), Some(longitude)) = (place.latitude, place.longitude) {
            self.add(&format!("{name}.latitude"), latitude.to_string());
            self.add(&format!("{name}.longitude"), longitude.to_string());
        }
    }

    /// Adds one value; blank ones are none.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if value.trim().is_empty() {
            return;
        }
        match self.0.get_mut(name) {
            Some(values) if values.len() < VALUES_MAX => values.push(value),
            Some(_) => {}
            None => {
                self.0.insert(name.to_owned(), vec![value]);
            }
        }
    }

    /// Replaces all values of a name.
    pub(crate) fn set(&mut self, name: &str, values: Vec<String>) {
        self.0.remove(name);
        values.into_iter().for_each(|value| self.add(name, value));
    }

    /// All values of a name.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first value of a name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }
}
