//! The calendar itself: weekdays, weeks, leap years, lengths of months, named days, Unix time, today.

use crate::amount::{counted, grouped};
use crate::date::{Side, date, month, weekday, year};
use crate::holiday;
use crate::parser::Parser;
use crate::say::{Answer, full, iso, month_name, short, weekday_name};
use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use zero_connector_sdk::Value;

/// Every question about the calendar.
pub(crate) fn read(p: &mut Parser<'_>) -> Option<Answer> {
    p.attempt(unix)
        .or_else(|| p.attempt(leap))
        .or_else(|| p.attempt(leap_years))
        .or_else(|| p.attempt(week))
        .or_else(|| p.attempt(day_of_year))
        .or_else(|| p.attempt(length))
        .or_else(|| p.attempt(today))
        .or_else(|| p.attempt(named))
        .or_else(|| p.attempt(weekday_of))
        .or_else(|| p.attempt(is_weekday))
}

fn tense(date: Date, p: &Parser<'_>) -> &'static str {
    match date.cmp(&p.context.today) {
        core::cmp::Ordering::Less => "was",
        core::cmp::Ordering::Equal => "is",
        core::cmp::Ordering::Greater => "will be",
    }
}

/// "what day of the week was 20 July 1969", "what day is christmas 2030"
fn weekday_of(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["what", "which", "whats", "on", "the", "s"]);
    p.phrase(&["day of the week", "day of week", "weekday", "week day", "day"])?;
    p.fill(&["was", "is", "will", "does", "did", "it", "the", "for", "of"]);
    let day = date(p, Side::ThisYear)?;
    p.fill(&["fall", "be", "on", "land", "in", "it", "was", "is", "fell"]);
    p.end()?;
    let name = weekday_name(day.weekday());
    let answer =
        Answer::new(&format!("Weekday of {}", short(day))).say(&format!("{} {} a ", short(day), tense(day, p)));
    Some(answer.claim(&short(day), "day of the week", name, Value::Text(name.to_owned())).say("."))
}

/// "is 1 March 2027 a monday"
fn is_weekday(p: &mut Parser<'_>) -> Option<Answer> {
    p.word(&["is", "was", "will"])?;
    let day = date(p, Side::ThisYear)?;
    p.fill(&["be", "on", "a", "an", "fall"]);
    let wanted = weekday(p)?;
    p.end()?;
    let (subject, name) = (short(day), weekday_name(day.weekday()));
    let answer =
        Answer::new(&subject).claim_truth(&subject, &format!("is a {}", weekday_name(wanted)), day.weekday() == wanted);
    Some(
        answer
            .say(&format!(". {subject} {} a ", tense(day, p)))
            .claim(&subject, "day of the week", name, Value::Text(name.to_owned()))
            .say("."),
    )
}

/// "is 2028 a leap year", "when is the next leap year"
fn leap(p: &mut Parser<'_>) -> Option<Answer> {
    let this = p.context.today.year();
    let is_leap = |year: i16| Date::new(year, 2, 29).is_ok();
    if let Some(direction) = p.attempt(|p| {
        p.fill(&["when", "what", "is", "was", "the", "whats", "year"]);
        let direction = p.word(&["next", "last", "previous"])?;
        p.phrase(&["leap year"])?;
        p.end()?;
        Some(direction)
    }) {
        let step = if direction == "next" { 1 } else { -1 };
        let year = (1..=8_i16).map(|years| this.saturating_add(years * step)).find(|year| is_leap(*year))?;
        let (word, verb) = if step > 0 { ("next", "is") } else { ("last", "was") };
        let answer = Answer::new(&format!("The {word} leap year")).say(&format!("The {word} leap year {verb} "));
        return Some(answer.claim("leap year", word, &year.to_string(), Value::Date(format!("{year:04}"))).say("."));
    }
    p.word(&["is", "was", "will"])?;
    let year = if p.phrase(&["this year", "it", "this"]).is_some() { this } else { year(p)? };
    p.fill(&["be", "a", "going", "to"]);
    p.phrase(&["leap year"])?;
    p.end()?;
    let (leap, subject) = (is_leap(year), year.to_string());
    let verb = match year.cmp(&this) {
        core::cmp::Ordering::Less => "was",
        core::cmp::Ordering::Equal => "is",
        core::cmp::Ordering::Greater => "will be",
    };
    let not = if leap { "" } else { " not" };
    let verb = if verb == "will be" && !leap { "will".to_owned() } else { verb.to_owned() };
    let be = if verb == "will" { " be" } else { "" };
    let days = if leap { "366 days, with a 29 February" } else { "365 days" };
    let answer = Answer::new(&format!("Leap year {year}")).claim_truth(&subject, "leap year", leap);
    Some(answer.say(&format!(", {year} {verb}{not}{be} a leap year: it has {days}.")))
}

/// "leap years since 1993", "the last 10 leap years", "leap years between 1990 and 2010"
fn leap_years(p: &mut Parser<'_>) -> Option<Answer> {
    const YEARS_MAX: usize = 50;
    let is_leap = |year: &i16| Date::new(*year, 2, 29).is_ok();
    p.fill(&["what", "which", "when", "are", "were", "is", "the", "list", "of", "all"]);
    let direction = p.word(&["next", "last", "previous"]);
    let count = p.attempt(Parser::number).and_then(|(count, ..)| usize::try_from(count).ok());
    p.phrase(&["leap years"])?;
    let count = count.unwrap_or(5).min(YEARS_MAX);
    let this = p.context.today.year();
    let (years, title): (Vec<i16>, String) = match (direction, p.word(&["after", "since", "before", "between", "from"]))
    {
        (Some("next"), None) => {
            ((this.checked_add(1)?..=9999).filter(is_leap).take(count).collect(), "The next leap years".to_owned())
        }
        (Some(_), None) => ((1..this).rev().filter(is_leap).take(count).collect(), "The last leap years".to_owned()),
        (None, Some(word @ ("after" | "since"))) => {
            let from = year(p)?;
            (
                (from.checked_add(1)?..=9999).filter(is_leap).take(count).collect(),
                format!("The first leap years {word} {from}"),
            )
        }
        (None, Some("before")) => {
            let to = year(p)?;
            ((1..to).rev().filter(is_leap).take(count).collect(), format!("The last leap years before {to}"))
        }
        (None, Some(_)) => {
            let from = year(p)?;
            p.word(&["and", "to"])?;
            let to = year(p)?;
            ((from..=to).filter(is_leap).take(YEARS_MAX).collect(), format!("The leap years from {from} to {to}"))
        }
        _ => return None,
    };
    p.end()?;
    let list = years.iter().map(i16::to_string).collect::<Vec<_>>().join(", ");
    let list = if list.is_empty() { "none".to_owned() } else { list };
    Some(
        Answer::new(&title)
            .say(&format!("{title}: "))
            .claim("leap years", &title.to_lowercase(), &list, Value::Text(list.clone()))
            .say("."),
    )
}

/// "week number of 1 March 2027", "what week is it", "week 22 of 1995"
fn week(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&[
        "what", "which", "whats", "is", "was", "when", "the", "current", "iso", "s", "calendar", "begins", "does",
        "start",
    ]);
    let nth = p.attempt(|p| p.number().filter(|(_, _, ordinal)| *ordinal));
    p.word(&["week"])?;
    p.word(&["number"]);
    let number = nth.or_else(|| p.attempt(Parser::number));
    p.phrase(&["of the year"]);
    if let Some((number, ..)) = number {
        p.word(&["of", "in"]);
        let year = if p.left() == 0 || p.phrase(&["this year"]).is_some() { p.context.today.year() } else { year(p)? };
        p.fill(&["start", "begin"]);
        p.end()?;
        let start = ISOWeekDate::new(year, i8::try_from(number).ok()?, Weekday::Monday).ok()?.date();
        let subject = format!("week {number} of {year}");
        let end = start.checked_add(jiff::Span::new().days(6)).ok()?;
        let answer = Answer::new(&subject).say(&format!("By ISO 8601, week {number} of {year} begins on "));
        return Some(
            answer.claim_date(&subject, "start", start).say(" and ends on ").claim_date(&subject, "end", end).say("."),
        );
    }
    p.fill(&["is", "it", "this", "are", "we", "in", "was", "now", "does", "of", "for", "on", "the", "will", "be"]);
    let day = if p.left() == 0 { p.context.today } else { date(p, Side::ThisYear)? };
    p.fill(&["in", "fall"]);
    p.end()?;
    let week = day.iso_week_date();
    let subject = short(day);
    let number = week.week().to_string();
    Some(
        Answer::new(&format!("Week of {subject}"))
            .say(&format!("{} is in week ", full(day)))
            .claim(&subject, "week number", &number, Value::Number(number.clone()))
            .say(&format!(" of {} (ISO 8601: weeks begin on Monday).", week.year())),
    )
}

/// "what day of the year is 1 March 2027"
fn day_of_year(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["what", "which", "whats", "is", "the", "s"]);
    p.phrase(&["day of the year", "day number", "day of year"])?;
    p.fill(&["is", "it", "of", "for", "was", "today"]);
    let day = if p.left() == 0 { p.context.today } else { date(p, Side::ThisYear)? };
    p.end()?;
    let number = day.day_of_year().to_string();
    let answer = Answer::new(&format!("Day of the year of {}", short(day))).say(&format!("{} is day ", short(day)));
    Some(
        answer
            .claim(&short(day), "day of the year", &number, Value::Number(number.clone()))
            .say(&format!(" of {}.", day.days_in_year())),
    )
}

/// "days in February 2028", "how many days does 2028 have", "how many weeks are in 2026"
fn length(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["how", "many", "number", "of", "the"]);
    let working = p.phrase(&["working days", "business days", "work days", "workdays", "weekdays"]).is_some();
    let unit = if working { "days" } else { p.word(&["days", "weeks"])? };
    p.fill(&["are", "there", "in", "does", "of", "do", "the", "month"]);
    let month = p.attempt(month);
    p.word(&["of", "in"]);
    let written = year(p);
    p.fill(&["have", "has", "this", "year", "are", "there"]);
    p.end()?;
    if month.is_none() && written.is_none() {
        return None;
    }
    let year = written.unwrap_or(p.context.today.year());
    if working {
        let first = Date::new(year, month.unwrap_or(1), 1).ok()?;
        let last = if month.is_some() { first.last_of_month() } else { first.last_of_year() };
        return Some(crate::difference::working_days(first, last));
    }
    let Some(month) = month else {
        let first = Date::new(year, 1, 1).ok()?;
        let (subject, days) = (year.to_string(), i64::from(first.days_in_year()));
        let answer = Answer::new(&subject).say(&format!("{year} has "));
        if unit == "days" {
            return Some(
                answer.claim(&subject, "length", &counted(days, "day"), Value::Duration(format!("P{days}D"))).say("."),
            );
        }
        let weeks = i64::from(ISOWeekDate::new(year, 53, Weekday::Monday).map_or(52, |_| 53));
        return Some(
            answer
                .claim(&subject, "number of weeks", &counted(weeks, "week"), Value::Number(weeks.to_string()))
                .say(" by ISO 8601."),
        );
    };
    if unit == "weeks" {
        return None;
    }
    let (subject, days) =
        (format!("{} {year}", month_name(month)), i64::from(Date::new(year, month, 1).ok()?.days_in_month()));
    let answer = Answer::new(&subject).say(&format!("{subject} has "));
    let answer = answer.claim(&subject, "length", &counted(days, "day"), Value::Duration(format!("P{days}D"))).say(".");
    Some(if written.is_none() && month == 2 {
        answer.also("In leap years February has 29 days, else 28.")
    } else {
        answer
    })
}

/// "what is today's date", "what day is it", "what year is it"
fn today(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(&["what", "whats", "is", "the", "current", "tell", "me", "s", "please", "todays", "today", "local"]);
    let thing = p.word(&["date", "day", "year", "month"])?;
    p.fill(&["is", "it", "today", "now", "right", "the", "todays", "of", "week", "s", "currently"]);
    p.end()?;
    let today = p.context.today;
    let answer = Answer::new("Today");
    Some(match thing {
        "year" => answer
            .say("It is the year ")
            .claim("today", "year", &today.year().to_string(), Value::Date(format!("{:04}", today.year())))
            .say("."),
        "month" => {
            let text = format!("{} {}", month_name(today.month()), today.year());
            let value = Value::Date(format!("{:04}-{:02}", today.year(), today.month()));
            answer.say("It is ").claim("today", "month", &text, value).say(".")
        }
        _ => answer.say("Today is ").claim_date("today", "date", today).say(&format!(" ({}).", p.context.zone_name)),
    })
}

/// "when is Easter 2030", "Easter 2030", "what date is the last monday of may 2026"
fn named(p: &mut Parser<'_>) -> Option<Answer> {
    // "what is christmas" asks for a meaning, "what date is christmas" for a date.
    let words = p.words(12);
    let asks = words.first() == Some(&"when")
        || words.contains(&"date")
        || (words.contains(&"day") && matches!(words.first(), Some(&("what" | "which" | "whats"))));
    let plain = !matches!(words.first(), Some(&("when" | "what" | "which" | "whats")));
    const ASKING: &[&str] =
        &["when", "what", "whats", "which", "date", "is", "was", "the", "on", "of", "does", "will", "for", "s"];
    let after_tomorrow = |p: &Parser<'_>| matches!(p.words(2)[..], ["day", "after" | "before"]);
    while p.word(ASKING).is_some() || (!after_tomorrow(p) && p.word(&["day"]).is_some()) {}
    let start = *p;
    let found = p.attempt(|p| holiday::named(p, Side::Coming)).map(|(_, date)| date);
    let day = match found {
        Some(day) => day,
        // A written date asks nothing by itself.
        None if asks && !matches!(p.peek()?, crate::tokens::Token::Number { ordinal, .. } if plain || !ordinal) => {
            date(p, Side::Coming)?
        }
        None => return None,
    };
    let read = start.left().saturating_sub(p.left());
    let name = start.words(read).join(" ");
    let with_year = name.split(' ').count() < read;
    p.fill(&["fall", "be", "on", "this", "year", "date", "celebrated"]);
    p.end()?;
    let is_month_name = crate::date::month(&mut start.clone()).is_some();
    if is_month_name || (!asks && !with_year) {
        return None;
    }
    let title = if with_year { format!("{} {}", title(&name), day.year()) } else { title(&name) };
    let verb = if tense(day, p) == "was" { "was" } else { "is" };
    let on = if name.contains("tomorrow") || name.contains("yesterday") { "" } else { "on " };
    Some(Answer::new(&title).say(&format!("{title} {verb} {on}")).claim_date(&title, "date", day).say("."))
}

fn title(name: &str) -> String {
    let small = ["of", "in", "the", "after", "before"];
    let word = |word: &str| {
        let mut chars = word.chars();
        if small.contains(&word) {
            word.to_owned()
        } else {
            chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
        }
    };
    let text = name.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// "unix timestamp 1700000000", "1700000000 epoch", "current unix time", "unix time of 1 March 2027"
fn unix(p: &mut Parser<'_>) -> Option<Answer> {
    const NAMES: &[&str] = &[
        "unix timestamp",
        "unix time",
        "unix epoch",
        "epoch timestamp",
        "epoch time",
        "posix time",
        "epoch converter",
        "time since epoch",
        "timestamp",
        "epoch",
    ];
    p.fill(&["what", "whats", "is", "the", "convert", "date", "of", "for", "s", "current"]);
    let mut named = p.phrase(&["time since epoch"]).or_else(|| {
        p.word(&["time"]);
        p.phrase(NAMES)
    });
    named = named.or_else(|| p.attempt(|p| p.phrase(&["utc time"]).filter(|_| p.left() > 0 && p.words(1).is_empty())));
    p.fill(&["is", "of", "for", "now", "right", "the", "in"]);
    if let Some(answer) = p.attempt(|p| stamped(p, named, NAMES)) {
        return Some(answer);
    }
    if let Some(day) = named.and_then(|_| p.attempt(|p| date(p, Side::ThisYear).filter(|_| p.left() == 0))) {
        let seconds = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second().to_string();
        let answer = Answer::new(&format!("Unix time of {}", short(day)))
            .say(&format!("{} at 00:00 UTC is Unix time ", full(day)));
        return Some(answer.claim(&short(day), "unix time", &seconds, Value::Number(seconds.clone())).say("."));
    }
    // A bare "epoch" or "timestamp" may mean many things.
    let name = named.filter(|name| name.contains(' ') && *name != "epoch converter");
    if p.left() == 0 && name.is_some() {
        let seconds = p.context.now.as_second().to_string();
        let answer = Answer::new("Unix time").say("The Unix time is now ");
        return Some(
            answer
                .claim("now", "unix time", &seconds, Value::Number(seconds.clone()))
                .say(" (seconds since 1 January 1970, 00:00 UTC)."),
        );
    }
    None
}

/// The number of seconds, before or after its name; nine digits and more need no name in front.
fn stamped(p: &mut Parser<'_>, named: Option<&'static str>, names: &[&'static str]) -> Option<Answer> {
    let negative = p.sign(&['-']).is_some();
    let (value, digits, _) = p.number().filter(|(_, _, ordinal)| !ordinal)?;
    named.or_else(|| p.phrase(names))?;
    p.fill(&["in", "to", "as", "a", "date", "time", "utc", "human", "readable"]);
    p.end()?;
    stamp(value, digits, negative)
}

fn stamp(value: i64, digits: usize, negative: bool) -> Option<Answer> {
    let value = if negative { -value } else { value };
    let (at, unit) = match digits {
        // 13 digits as seconds would lie beyond the year 30000: they are milliseconds; 16 are microseconds.
        0..=11 => (Timestamp::from_second(value).ok()?, "seconds"),
        12..=14 => (Timestamp::from_millisecond(value).ok()?, "milliseconds"),
        _ => (Timestamp::from_microsecond(value).ok()?, "microseconds"),
    };
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
    let subject = format!("Unix timestamp {value}");
    let text = format!("{} at {} UTC", full(utc.date()), crate::say::seconds_clock(utc.time()));
    let answer = Answer::new(&subject).say(&format!("{subject} ({} {unit} since 1 January 1970) is ", grouped(value)));
    Some(answer.claim(&subject, "date and time", &text, Value::DateTime(format!("{}Z", iso(utc.datetime())))).say("."))
}
