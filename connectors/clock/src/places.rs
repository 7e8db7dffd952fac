//! Clock times here and elsewhere.

use crate::date::{Side, date};
use crate::parser::Parser;
use crate::say::{Answer, clock, full, half_day, iso, short};
use crate::shift::jiff_offset;
use crate::zone::{Zone, offset_text, zone};
use jiff::civil::{DateTime, Time};
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Zoned};
use zero_connector_sdk::Value;

/// Every question about zones.
pub(crate) fn read(p: &mut Parser<'_>) -> Option<Answer> {
    p.attempt(convert)
        .or_else(|| p.attempt(convert_backwards))
        .or_else(|| p.attempt(difference))
        .or_else(|| p.attempt(zone_of))
        .or_else(|| p.attempt(clock_change))
        .or_else(|| p.attempt(now_in))
}

const ASKING: &[&str] = &[
    "what", "whats", "tell", "me", "the", "is", "current", "local", "exact", "please", "s", "right", "can", "you",
    "do", "know", "show",
];

/// Names of zones that are everyday words as well.
const WORDS: &[&str] = &["cat", "eat", "west", "wet", "art", "bit", "mit", "reunion", "troll", "resolute", "z"];

/// "what time is it in Tokyo", "Tokyo time", "date in Tokyo", "time"
fn now_in(p: &mut Parser<'_>) -> Option<Answer> {
    let asked = p.words(3);
    let question = asked.first().is_some_and(|word| matches!(*word, "what" | "whats" | "current" | "local"));
    p.fill(ASKING);
    if let Some(thing) = p.word(&["time", "date", "day", "month", "year", "clock"]) {
        p.fill(&["is", "it", "now", "right", "currently", "the"]);
        p.phrase(&["at the moment"]);
        if p.left() == 0 {
            return (thing == "time").then(|| state(&Zone::local(p), p));
        }
        let link = p.word(&["in", "at", "for", "of", "over"])?;
        p.phrase(&["there in", "the city of"]);
        let place = zone(p)?;
        // "Paris, France": the country says nothing new.
        p.attempt(|p| zone(p).filter(|country| country.holds(&place)));
        // "time for art" asks for no zone.
        if link != "in" && WORDS.contains(&place.label.to_lowercase().as_str()) {
            return None;
        }
        p.fill(&["now", "right", "currently", "today", "please"]);
        p.end()?;
        return Some(state(&place, p));
    }
    let before = *p;
    let place = zone(p)?;
    // The zone's name swallows a "time" behind it: without one, a city alone asks nothing about time.
    let said_time = before.words(6).contains(&"time") || p.word(&["clock"]).is_some();
    let now = !place.is_place() && p.word(&["now"]).is_some();
    p.fill(&["now", "right", "is", "it", "currently", "time"]);
    p.end()?;
    let said_time = (said_time || now) && !WORDS.contains(&place.label.to_lowercase().as_str());
    (said_time || (question && asked.contains(&"time"))).then(|| state(&place, p))
}

fn state(place: &Zone, p: &Parser<'_>) -> Answer {
    let at = p.context.now.to_zoned(place.zone.clone());
    let subject = place.label.clone();
    let value = Value::DateTime(format!("{}{}", iso(at.datetime()), jiff_offset(&at)));
    Answer::new(&format!("Time {}", place.inside()))
        .say(&format!("{} it is ", capital(&place.inside())))
        .claim(&subject, "local time", &clock(at.time().round_to_minute()), value)
        .say(&format!(" ({}) on ", half_day(at.time())))
        .claim_date(&subject, "local date", at.date())
        .say(&format!(" ({}).", place.explained(p.context.now)))
        .notes(place.notes(p.context.now))
}

trait RoundToMinute {
    fn round_to_minute(self) -> Time;
}

impl RoundToMinute for Time {
    /// Seconds are cut: a clock shows the minute that has begun.
    fn round_to_minute(self) -> Time {
        Time::new(self.hour(), self.minute(), 0, 0).unwrap_or(self)
    }
}

/// "time difference between New York and London", "how many hours ahead is Tokyo of London"
fn difference(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["what", "whats", "is", "the", "how", "many", "much", "far", "s", "hour", "hours"]);
    let (one, other) = if p
        .phrase(&[
            "time zone difference",
            "timezone difference",
            "time difference",
            "difference in time",
            "time diff",
            "difference",
        ])
        .is_some()
    {
        p.word(&["between", "from", "in"]);
        let one = zone(p)?;
        p.word(&["and", "to", "vs", "from"]);
        p.sign(&['-']);
        let other = p.attempt(zone).unwrap_or_else(|| Zone::local(p));
        (one, other)
    } else {
        p.fill(&["is", "time"]);
        let ahead_first = p.word(&["ahead", "behind"]).is_some();
        p.word(&["is"]);
        let one = zone(p)?;
        if !ahead_first {
            p.word(&["ahead", "behind"])?;
        }
        p.word(&["of", "from", "than"]);
        (one, p.attempt(zone).unwrap_or_else(|| Zone::local(p)))
    };
    p.fill(&["right", "now", "today", "currently"]);
    p.end()?;
    let at = p.context.now;
    let (first, second) = (one.zone.to_offset(at), other.zone.to_offset(at));
    let seconds = first.seconds() - second.seconds();
    let title = format!("Time difference between {} and {}", one.label, other.label);
    let text = hours(seconds.abs());
    let value = Value::Duration(format!("PT{}M", seconds.abs() / 60));
    let answer = Answer::new(&title).say(&format!("{} is ", one.label));
    let answer = match seconds {
        0 => answer.claim(&title, "time difference", "at the same time", value).say(&format!(" as {}", other.label)),
        _ => {
            let side = if seconds > 0 { "ahead of" } else { "behind" };
            answer.claim(&title, "time difference", &text, value).say(&format!(" {side} {}", other.label))
        }
    };
    let today = short(p.context.today);
    let answer = answer.say(&format!(" on {today} ({} and {}).", offset_text(first), offset_text(second)));
    Some(answer.notes(one.notes(at)).notes(other.notes(at)))
}

fn hours(seconds: i32) -> String {
    let (hours, minutes) = (i64::from(seconds / 3600), i64::from(seconds / 60 % 60));
    let hours_text = crate::amount::counted(hours, "hour");
    match (hours, minutes) {
        (_, 0) => hours_text,
        (0, _) => crate::amount::counted(minutes, "minute"),
        _ => format!("{hours_text} and {}", crate::amount::counted(minutes, "minute")),
    }
}

/// "what time zone is Tokyo in"
fn zone_of(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["what", "which", "whats", "is", "the", "s"]);
    p.phrase(&["time zone", "timezone", "utc offset", "gmt offset"])?;
    p.fill(&["is", "of", "in", "for", "does"]);
    let place = zone(p)?;
    p.fill(&["in", "use", "on"]);
    p.end()?;
    let at = p.context.now;
    let (offset, name) = (offset_text(place.zone.to_offset(at)), place.zone.iana_name().map(str::to_owned));
    let answer = Answer::new(&format!("Time zone of {}", place.label)).say(&format!("{} uses ", place.label));
    let answer = match &name {
        Some(name) => answer
            .say("the time zone ")
            .claim(&place.label, "time zone", name, Value::Text(name.clone()))
            .say(", which is at "),
        None => answer,
    };
    let answer = answer.claim(&place.label, "utc offset", &offset, Value::Text(offset.clone()));
    Some(answer.say(&format!(" on {}.", short(p.context.today))).notes(place.notes(at)))
}

/// "when do the clocks change in London", "when does daylight saving time end in Chicago"
fn clock_change(p: &mut Parser<'_>) -> Option<Answer> {
    const SUMMER_TIME: &[&str] =
        &["daylight saving time", "daylight savings time", "daylight saving", "daylight savings", "dst", "summer time"];
    p.word(&["when"])?;
    p.fill(&["do", "does", "is", "will", "the", "next"]);
    let forward =
        match p.phrase(&["clocks change", "clocks go forward", "clocks go back", "time change", "clock change"]) {
            Some("clocks go forward") => Some(true),
            Some("clocks go back") => Some(false),
            Some(_) => None,
            None => {
                p.phrase(SUMMER_TIME)?;
                match p.word(&["start", "begin", "end", "change"])? {
                    "end" => Some(false),
                    "change" => None,
                    _ => Some(true),
                }
            }
        };
    let place = p.attempt(|p| {
        p.word(&["in"])?;
        zone(p)
    });
    let place = place.unwrap_or_else(|| Zone::local(p));
    p.end()?;
    Some(next_change(p, &place, forward))
}

/// The next change of the clocks, forward or back when that matters.
fn next_change(p: &Parser<'_>, place: &Zone, forward: Option<bool>) -> Answer {
    /// Two a year are usual, four a year the most there is (Morocco, around Ramadan).
    const CHANGES_MAX: usize = 8;
    let answer = Answer::new(&format!("Next clock change {}", place.inside()));
    let mut before = place.zone.to_offset(p.context.now);
    for next in place.zone.following(p.context.now).take(CHANGES_MAX) {
        let moved = next.offset().seconds() - before.seconds();
        if moved != 0 && forward.is_none_or(|forward| forward == (moved > 0)) {
            let wall = before.to_datetime(next.timestamp());
            let way = if moved > 0 { "forward" } else { "back" };
            return answer
                .say(&format!("{} the clocks next go {way} on ", capital(&place.inside())))
                .claim_date(&place.label, "next clock change", wall.date())
                .say(&format!(" at {}, by {}", clock(wall.time()), hours(moved.abs())))
                .say(&format!(" to {}.", offset_text(next.offset())));
        }
        before = next.offset();
    }
    let offset = offset_text(place.zone.to_offset(p.context.now));
    answer.say(&format!("{} keeps {offset}: no such change of the clocks is planned.", place.label))
}

/// "3pm PST in Berlin", "convert 15:00 UTC to Tokyo time", "when it is 9am in London what time is it in Sydney"
fn convert(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&[
        "convert", "what", "whats", "time", "is", "when", "if", "it", "its", "at", "s", "the", "change", "would", "be",
        "will",
    ]);
    let (time, marked) = clock_time(p)?;
    let day = p.attempt(|p| date(p, Side::Coming));
    p.word(&["in"]);
    p.word(&["at"]);
    let from = own_zone(p).or_else(|| p.attempt(zone));
    let day = day.or_else(|| p.attempt(|p| date(p, Side::Coming)));
    p.fill(&["what", "time", "is", "it", "whats", "then", "will", "be", "the", "would"]);
    let link = p.word(&["in", "to", "into", "for", "at"]).is_some() || p.sign(&['=']).is_some();
    let to = own_zone(p).or_else(|| p.attempt(zone));
    p.fill(&["time", "now"]);
    p.end()?;
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) if link => (from, to),
        // "3pm in Berlin" alone is a time there, to be known here.
        (Some(from), None) if !link => (from, Zone::local(p)),
        _ => return None,
    };
    // Without a mark ("pm", ":", "oclock") only four digits or a named zone behind make a number a time.
    (marked || link).then_some(())?;
    let day = day.unwrap_or_else(|| p.context.now.to_zoned(from.zone.clone()).date());
    converted(&from, &to, day.to_datetime(time))
}

/// "what time is it in London when it is 3pm in New York"
fn convert_backwards(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(ASKING);
    p.word(&["time"])?;
    p.fill(&["is", "it", "will", "be", "would"]);
    p.word(&["in"])?;
    let to = own_zone(p).or_else(|| p.attempt(zone))?;
    p.word(&["when", "if", "at"])?;
    p.fill(&["it", "its", "is", "at", "the", "time"]);
    let (time, _) = clock_time(p)?;
    p.word(&["in"]);
    let from = own_zone(p).or_else(|| p.attempt(zone))?;
    p.end()?;
    let day = p.context.now.to_zoned(from.zone.clone()).date();
    converted(&from, &to, day.to_datetime(time))
}

fn own_zone(p: &mut Parser<'_>) -> Option<Zone> {
    p.phrase(&[
        "my local timezone",
        "my local time",
        "my timezone",
        "my time zone",
        "my time",
        "local timezone",
        "local time",
        "localtime",
        "here",
    ])
    .map(|_| Zone::local(p))
}

fn converted(from: &Zone, to: &Zone, wall: DateTime) -> Option<Answer> {
    let ambiguous = from.zone.to_ambiguous_zoned(wall);
    let trouble = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some(format!(
            "{} does not exist {} on {}, because the clocks go forward; the time after the change is used.",
            clock(wall.time()),
            from.inside(),
            short(wall.date())
        )),
        AmbiguousOffset::Fold { before, after } => Some(format!(
            "{} happens twice {} on {}, because the clocks go back; this is the first one ({}), the second ({}) is {} later.",
            clock(wall.time()),
            from.inside(),
            short(wall.date()),
            offset_text(before),
            offset_text(after),
            hours(before.seconds() - after.seconds())
        )),
    };
    let start: Zoned = ambiguous.compatible().ok()?;
    let end = start.with_time_zone(to.zone.clone());
    let instant = start.timestamp();
    let title = format!("{} {} {}", clock(start.time()), from.label, to.inside());
    let days = end.date().duration_since(start.date());
    let day = match days.cmp(&SignedDuration::ZERO) {
        core::cmp::Ordering::Equal => String::new(),
        core::cmp::Ordering::Greater => " (the next day)".to_owned(),
        core::cmp::Ordering::Less => " (the day before)".to_owned(),
    };
    let value = Value::DateTime(format!("{}{}", iso(end.datetime()), jiff_offset(&end)));
    let answer = Answer::new(&title)
        .say(&format!(
            "{} ({}) {} ({}) on {} is ",
            clock(start.time()),
            half_day(start.time()),
            from.inside(),
            from.explained(instant),
            full(start.date())
        ))
        .claim(&title, "time", &clock(end.time()), value)
        .say(&format!(" ({}) {} ({}){day}.", half_day(end.time()), to.inside(), to.explained(instant)));
    Some(answer.notes(trouble.into_iter().collect()).notes(from.notes(instant)).notes(to.notes(instant)))
}

/// A time of the day, and whether it is marked as one.
pub(crate) fn clock_time(p: &mut Parser<'_>) -> Option<(Time, bool)> {
    if let Some(word) = p.word(&["noon", "midday", "midnight"]) {
        return Time::new(if word == "midnight" { 0 } else { 12 }, 0, 0, 0).ok().map(|time| (time, true));
    }
    let (first, digits, ordinal) = p.number()?;
    let mut more = || p.attempt(|p| p.sign(&[':', '.']).and_then(|_| p.number()).filter(|(_, digits, _)| *digits == 2));
    let (minutes, seconds) = (more(), more());
    let half = p.word(&["am", "pm", "noon", "midday", "midnight"]).map(|half| match half {
        "noon" | "midday" => "pm",
        "midnight" => "am",
        half => half,
    });
    let marked = half.is_some() || minutes.is_some() || p.word(&["oclock", "h", "hrs", "hours"]).is_some();
    let (hour, minute) = match (digits, minutes) {
        (4, None) => (first / 100, first % 100),
        (1 | 2, _) => (first, minutes.map_or(0, |(minute, ..)| minute)),
        _ => return None,
    };
    let hour = match half {
        Some(_) if hour > 12 => return None,
        Some("am") => hour % 12,
        Some(_) => hour % 12 + 12,
        None => hour,
    };
    let number = |value: i64| i8::try_from(value).ok();
    let time = Time::new(number(hour)?, number(minute)?, number(seconds.map_or(0, |(second, ..)| second))?, 0).ok()?;
    (!ordinal).then_some((time, marked))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
