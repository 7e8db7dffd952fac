//! Dates, differences, weekdays, time zones and working days.
//!
//! - **Takes** a question about the calendar or the clock, with the asker's "now", zone and place.
//! - **Gives** one computed passage that states the whole reasoning, with typed claims; never a request.
//! - **Fails** never: a question with a word that no rule understands is "not relevant".
//! - **Limits**: English questions of at most 300 bytes; years 1 to 9999 of the Gregorian calendar, also before 1582;
//!   working days are Monday to Friday, without public holidays.
//! - **Why it is so**: "now" comes in with the question and the zones are compiled in, so every answer can be replayed.

mod amount;
mod calendar;
mod date;
mod difference;
mod holiday;
mod parser;
mod places;
mod say;
mod shift;
mod tokens;
mod zone;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parser::{Context, Parser};
use say::Answer;
use zero_connector_sdk::{Connector, Descriptor, Failure, Intent, Kind, Plan, Question, Source, UnitSystem};

/// Grammar and arithmetic leave no doubt once every word is understood.
const BID: f32 = 0.95;

/// The connector.
#[derive(Debug)]
pub struct Clock;

impl Connector for Clock {
    fn describe() -> Descriptor {
        Descriptor {
            name: "clock".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Dates and times: days until and between dates, weekdays, dates from now, ages, working days, \
                      week numbers, leap years, Easter, Unix time, the time anywhere and times between zones."
                .to_owned(),
            hosts: Vec::new(),
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: vec![Kind::DateTime, Kind::Calculation, Kind::Conversion],
        }
    }

    fn plan(_: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        Ok(answer(question).map_or_else(Plan::not_relevant, |answer| Plan::done(BID, answer.findings())))
    }
}

zero_connector_sdk::export!(Clock);

fn answer(question: &Question) -> Option<Answer> {
    let tokens = tokens::tokens(&question.text)?;
    let context = context(question)?;
    let start = Parser::new(&tokens, &context);
    let rooms = [difference::read, shift::read, places::read, calendar::read];
    rooms.iter().find_map(|read| read(&mut start.clone()))
}

fn context(question: &Question) -> Option<Context> {
    let now = Timestamp::from_millisecond(question.now_ms).ok()?;
    let (zone, zone_name) = match zone::get(&question.time_zone) {
        Some(zone) => (zone, question.time_zone.clone()),
        None => (TimeZone::UTC, "UTC".to_owned()),
    };
    let country = question.place.as_ref().and_then(|place| place.country.as_deref());
    let month_first = match country {
        Some(country) => ["US", "PH", "PW", "FM", "MH"].contains(&country),
        None => question.units == UnitSystem::Us || question.language.as_deref() == Some("en-US"),
    };
    let today = now.to_zoned(zone.clone()).date();
    Some(Context { now, today, zone, zone_name, month_first })
}

#[cfg(test)]
mod tests;
