//! An answer under construction: sentences, and claims over the values in them.

use jiff::civil::{Date, DateTime, Time, Weekday};
use zero_connector_sdk::{Claim, Findings, Passage, Span, Value, english};

/// Sentences with claims.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) title: String,
    text: String,
    claims: Vec<Claim>,
}

impl Answer {
    pub(crate) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// Adds plain text.
    pub(crate) fn say(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds a whole sentence after what stands already.
    pub(crate) fn also(mut self, sentence: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(sentence);
        self
    }

    pub(crate) fn notes(self, notes: Vec<String>) -> Self {
        notes.iter().fold(self, |answer, note| answer.also(note))
    }

    /// Adds `part` and claims that it is the `property` of `subject`.
    pub(crate) fn claim(mut self, subject: &str, property: &str, part: &str, value: Value) -> Self {
        let start = self.text.len();
        self.text.push_str(part);
        let span = Span::new(start, self.text.len());
        let (subject, property) = (subject.to_owned(), property.to_owned());
        self.claims.push(Claim { passage: 0, span, subject, property, value, time: None, negated: false });
        self
    }

    /// Adds a date with its weekday and claims it.
    pub(crate) fn claim_date(self, subject: &str, property: &str, date: Date) -> Self {
        let value = Value::Date(date.to_string());
        self.claim(subject, property, &full(date), value)
    }

    /// "Yes" or "No", claimed.
    pub(crate) fn claim_truth(self, subject: &str, property: &str, truth: bool) -> Self {
        self.claim(subject, property, if truth { "Yes" } else { "No" }, Value::Boolean(truth))
    }

    pub(crate) fn findings(self) -> Findings {
        let passage = Passage { language: Some("en".to_owned()), ..Passage::computed(self.title, self.text) };
        Findings { passages: vec![passage], claims: self.claims }
    }
}

pub(crate) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

pub(crate) fn month_name(month: i8) -> &'static str {
    usize::try_from(month)
        .ok()
        .and_then(|month| english::MONTHS.get(month.checked_sub(1)?))
        .copied()
        .unwrap_or_default()
}

/// "1 March 2027"
pub(crate) fn short(date: Date) -> String {
    format!("{} {} {}", date.day(), month_name(date.month()), date.year())
}

/// "Monday, 1 March 2027"
pub(crate) fn full(date: Date) -> String {
    format!("{}, {}", weekday_name(date.weekday()), short(date))
}

/// "19:36", with seconds when there are any.
pub(crate) fn clock(time: Time) -> String {
    if time.second() == 0 { format!("{:02}:{:02}", time.hour(), time.minute()) } else { seconds_clock(time) }
}

/// `19:36:00`
pub(crate) fn seconds_clock(time: Time) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// "7:36 pm"
pub(crate) fn half_day(time: Time) -> String {
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{hour}:{:02} {}", time.minute(), if time.hour() < 12 { "am" } else { "pm" })
}

/// `2027-03-01T09:30:00`
pub(crate) fn iso(at: DateTime) -> String {
    format!("{}T{}", at.date(), seconds_clock(at.time()))
}
