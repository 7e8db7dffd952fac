//! Time: days, times of day, moments, spans and durations, resolved against the clock of the question.
//!
//! - Takes: tokens, `now_ms`, `time_zone`.
//! - Gives: ISO 8601 values; months and years in reduced precision (`2027-03`), spans with an exclusive end.
//! - Limits: years 1 to 9999.
//! - Why it is so: a bare weekday or date is the coming one, or the last one in a question about the past; "next Friday"
//!   is the Friday of the next calendar week, "last Friday" the most recent one. Weeks begin on Monday.

mod calendar;
mod clock;
mod durations;
mod holidays;

use super::{Match, Scene};
use calendar::day;
use clock::time_of_day;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use zero_types::prelude::{Interval, Question, Value};

pub(super) use calendar::Grain;

/// The only clock there is: the question's.
pub(crate) struct Clock {
    pub(crate) now: Zoned,
    /// 3/4 is the fourth of March.
    pub(crate) month_first: bool,
}

impl Clock {
    pub(crate) fn of(question: &Question) -> Self {
        let zone = TimeZone::get(&question.time_zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(question.now_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone);
        let american = question.place.as_ref().and_then(|place| place.country.as_deref()) == Some("US")
            || question.language.as_deref() == Some("en-US")
            || question.units == zero_types::prelude::UnitSystem::Us;
        Self { now, month_first: american }
    }

    pub(super) fn today(&self) -> Date {
        self.now.date()
    }

    /// A moment of local time with its offset from UTC.
    fn moment(&self, at: DateTime) -> Option<String> {
        let zoned = at.to_zoned(self.now.time_zone().clone()).ok()?;
        Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
}

/// A stretch of days: what every calendar expression comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) start: Date,
    pub(super) grain: Grain,
    /// Exclusive; only for stretches that no reduced-precision date names.
    pub(super) end: Option<Date>,
}

impl Days {
    pub(super) fn one(start: Date) -> Self {
        Self { start, grain: Grain::Day, end: None }
    }

    pub(super) fn of(start: Date, grain: Grain) -> Self {
        Self { start, grain, end: None }
    }

    pub(super) fn span(start: Date, end: Date) -> Self {
        Self { start, grain: Grain::Day, end: Some(end) }
    }

    fn end(&self) -> Option<Date> {
        self.end.or_else(|| self.grain.add(self.start, 1))
    }

    fn value(&self) -> Option<Value> {
        if let Some(end) = self.end {
            return Some(interval(self.start.to_string(), end.to_string()));
        }
        let whole = self.start.to_string();
        Some(match self.grain {
            Grain::Day => Value::Date(whole),
            Grain::Month => Value::Date(whole.get(..7)?.to_owned()),
            Grain::Year => Value::Date(whole.get(..4)?.to_owned()),
            _ => interval(whole, self.end()?.to_string()),
        })
    }
}

fn interval(start: String, end: String) -> Value {
    Value::DateRange(Interval { start, end })
}

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let plain = [
        span(scene, index),
        moment(scene, index),
        alone(scene, index),
        durations::read(scene, index),
        relative_moment(scene, index),
    ];
    plain.into_iter().flatten().reduce(|best, next| if next.count > best.count { next } else { best })
}

/// A day, or a time of day.
fn alone(scene: &Scene<'_>, index: usize) -> Option<Match> {
    if let Some((count, days)) = day(scene, index) {
        return Some(Match { count, value: days.value()? });
    }
    let (count, time, offset) = time_of_day(scene, index)?;
    Some(Match { count, value: Value::Time(format!("{time}{}", offset.unwrap_or_default())) })
}

/// A day with a time of day or a part of the day: "tomorrow at 5pm", "9:30 on Monday", "Friday evening", "tonight".
fn moment(scene: &Scene<'_>, index: usize) -> Option<Match> {
    if let Some((count, from, to)) = part_of_today(scene, index) {
        return part(scene, count, scene.clock.today(), from, to);
    }
    if scene.is_any(index, &["now"]) || (scene.is_any(index, &["right"]) && scene.is(index + 1, "now")) {
        let count = 1 + usize::from(!scene.is(index, "now"));
        return Some(Match { count, value: Value::DateTime(scene.clock.moment(scene.clock.now.datetime())?) });
    }
    if let Some((count, days)) = day(scene, index).filter(|(_, days)| days.end.is_none() && days.grain == Grain::Day) {
        let at = index + count;
        let skip = usize::from(scene.is_any(at, &["at", ",", "@", "t"]))
            + usize::from(scene.is(at, ",") && scene.is(at + 1, "at"));
        if let Some((more, time, offset)) = time_of_day(scene, at + skip) {
            let (more, value) = with_end(scene, at + skip, more, days.start, time, offset)?;
            return Some(Match { count: count + skip + more, value });
        }
        let inner = if scene.is_any(at, &["in", "during"]) && scene.is(at + 1, "the") { 2 } else { 0 };
        let (from, to) = part_of_day(&scene.at(at + inner)?.lower)?;
        return part(scene, count + inner + 1, days.start, from, to);
    }
    let (count, time, offset) = time_of_day(scene, index)?;
    let at = index + count;
    let skip =
        usize::from(scene.is_any(at, &["on", ",", "the"])) + usize::from(scene.is(at, "on") && scene.is(at + 1, "the"));
    let (more, days) = day(scene, at + skip).filter(|(_, days)| days.end.is_none() && days.grain == Grain::Day)?;
    let value = Value::DateTime(joined(scene, days.start, time, offset)?);
    Some(Match { count: count + skip + more, value })
}

/// "Monday 3pm to 5pm" and "tomorrow 3-5pm" are stretches; anything else is a moment.
fn with_end(
    scene: &Scene<'_>,
    at: usize,
    count: usize,
    date: Date,
    time: Time,
    offset: Option<&'static str>,
) -> Option<(usize, Value)> {
    if scene.is_any(at + count, &["-", "–", "to", "until", "till"])
        && let Some((more, end, _)) = time_of_day(scene, at + count + 1).filter(|(_, end, _)| *end > time)
    {
        let value = interval(joined(scene, date, time, offset)?, joined(scene, date, end, offset)?);
        return Some((count + 1 + more, value));
    }
    Some((count, Value::DateTime(joined(scene, date, time, offset)?)))
}

fn joined(scene: &Scene<'_>, date: Date, time: Time, offset: Option<&'static str>) -> Option<String> {
    match offset {
        Some(offset) => Some(format!("{date}T{time}{offset}")),
        None => scene.clock.moment(date.to_datetime(time)),
    }
}

fn part(scene: &Scene<'_>, count: usize, date: Date, from: i8, to: i8) -> Option<Match> {
    let hour = |hour: i8| {
        if hour == 24 { Some(date.tomorrow().ok()?.at(0, 0, 0, 0)) } else { Some(date.at(hour, 0, 0, 0)) }
    };
    let value = interval(scene.clock.moment(hour(from)?)?, scene.clock.moment(hour(to)?)?);
    Some(Match { count, value })
}

fn part_of_day(word: &str) -> Option<(i8, i8)> {
    Some(match word {
        "morning" => (6, 12),
        "afternoon" => (12, 18),
        "evening" => (18, 22),
        "night" => (18, 24),
        _ => return None,
    })
}

fn part_of_today(scene: &Scene<'_>, index: usize) -> Option<(usize, i8, i8)> {
    if scene.is(index, "tonight") {
        return Some((1, 18, 24));
    }
    let (from, to) =
        scene.is(index, "this").then(|| scene.at(index + 1)).flatten().and_then(|next| part_of_day(&next.lower))?;
    Some((2, from, to))
}

/// "in 20 minutes", "2 hours ago": moments counted from now.
fn relative_moment(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let lead = usize::from(scene.is_any(index, &["in", "within"]));
    let (count, amount, grain) = durations::counted(scene, index + lead)?;
    let seconds = grain.seconds().filter(|_| grain < Grain::Day)?;
    let at = index + lead + count;
    let (tail, sign) = match (lead, scene.is(at, "ago"), scene.is(at, "from") && scene.is(at + 1, "now")) {
        (1, false, _) => (0, 1),
        (0, true, _) => (1, -1),
        (0, _, true) => (2, 1),
        _ => return None,
    };
    let shift = jiff::SignedDuration::from_secs(amount.checked_mul(seconds)?.checked_mul(sign)?);
    let moment = scene.clock.now.checked_add(shift).ok()?;
    Some(Match {
        count: lead + count + tail,
        value: Value::DateTime(moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
    })
}

/// "from March 1 to March 5", "2010-2015", "3-5 March", "since 2019", "before May 2020".
fn span(scene: &Scene<'_>, index: usize) -> Option<Match> {
    if let Some(found) = open_span(scene, index) {
        return Some(found);
    }
    if let Some((count, days)) = calendar::days_of_month(scene, index) {
        return Some(Match { count, value: days.value()? });
    }
    let lead = usize::from(scene.is_any(index, &["from", "between"]));
    let (count, first) = day(scene, index + lead).or_else(|| calendar::bare_year(scene, index + lead))?;
    let at = index + lead + count;
    if !scene.is_any(at, &["-", "–", "to", "and", "until", "till", "through"]) || (scene.is(at, "and") && lead == 0) {
        return None;
    }
    let (more, last) = day(scene, at + 1).or_else(|| calendar::bare_year(scene, at + 1))?;
    let end = last.end()?;
    (end > first.start && lead + count + more > 1)
        .then(|| Match { count: lead + count + 1 + more, value: interval(first.start.to_string(), end.to_string()) })
}

fn open_span(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, days) = day(scene, index + 1).or_else(|| calendar::bare_year(scene, index + 1))?;
    let value = match &*scene.at(index)?.lower {
        "since" => interval(days.start.to_string(), String::new()),
        "after" => interval(days.end()?.to_string(), String::new()),
        "before" | "until" | "till" => interval(String::new(), days.start.to_string()),
        _ => return None,
    };
    Some(Match { count: count + 1, value })
}
