//! From one date to another: days, weeks, months, working days, ages.

use crate::amount::{Unit, counted, grouped, unit};
use crate::date::{Side, date, year};
use crate::parser::Parser;
use crate::say::{Answer, clock, full, short};
use jiff::civil::{Date, Weekday};
use jiff::{Span, Unit as JiffUnit};
use zero_connector_sdk::{Interval, Value};

const ASKING: &[&str] = &[
    "how",
    "many",
    "much",
    "long",
    "number",
    "of",
    "what",
    "is",
    "the",
    "count",
    "calculate",
    "total",
    "are",
    "there",
    "please",
    "tell",
    "me",
    "time",
];
const FILLING: &[&str] = &[
    "is",
    "it",
    "are",
    "there",
    "left",
    "remaining",
    "more",
    "to",
    "go",
    "do",
    "we",
    "have",
    "the",
    "has",
    "been",
    "passed",
    "will",
    "be",
    "was",
    "were",
    "time",
    "we",
    "got",
];

/// "how many days until 1 March 2027", "weeks between 2024-01-05 and 2025-03-01", "days since christmas".
pub(crate) fn read(p: &mut Parser<'_>) -> Option<Answer> {
    p.attempt(age).or_else(|| p.attempt(between)).or_else(|| p.attempt(until))
}

fn asked_unit(p: &mut Parser<'_>) -> (bool, Option<Unit>) {
    let before = p.left();
    p.fill(ASKING);
    let asks = p.left() < before;
    let unit = unit(p);
    (asks, unit)
}

fn until(p: &mut Parser<'_>) -> Option<Answer> {
    let countdown = p.phrase(&["countdown to", "count down to"]).is_some();
    let (asks, unit) = if countdown { (true, None) } else { asked_unit(p) };
    if !countdown {
        // "long ago was" asks backwards; "until" and its like ask forwards.
        let ago = p.word(&["ago"]).is_some();
        let start = *p;
        p.fill(FILLING);
        let to = start.words(start.left() - p.left()).contains(&"to");
        let left = start.words(start.left() - p.left()).iter().any(|word| matches!(*word, "left" | "remaining"));
        if let Some(end) = p.attempt(|p| if left { rest_of_period(p) } else { None }) {
            return Some(difference(p.context.today, end, unit, true));
        }
        if ago {
            return since(p, unit.filter(|_| asks));
        }
        match p.word(&["until", "till", "til", "before", "from", "since", "untill"]) {
            Some("since") => return since(p, unit),
            Some("from") => {
                p.word(&["now", "today"])?;
                p.word(&["until", "till", "to"])?;
            }
            Some(_) => {}
            // "how many days to christmas": the "to" was a filling word.
            None if to && asks && unit.is_some() => {}
            None => return None,
        }
    }
    if !asks && unit.is_none() {
        return None;
    }
    if let Some(answer) = p.attempt(until_time).or_else(|| p.attempt(|p| years(p, p.context.today.year(), None))) {
        return Some(answer);
    }
    let end = date(p, Side::Coming)?;
    p.phrase(&["from now", "from today"]);
    p.end()?;
    Some(difference(p.context.today, end, unit, true))
}

/// "how many days are left this year"
fn rest_of_period(p: &mut Parser<'_>) -> Option<Date> {
    p.word(&["in", "of", "until"]);
    if let Some(year) = p.attempt(year) {
        p.end()?;
        return Date::new(year, 12, 31).ok().filter(|end| *end >= p.context.today);
    }
    p.fill(&["the", "this", "end", "of"]);
    let end = match p.word(&["year", "month"])? {
        "year" => Date::new(p.context.today.year(), 12, 31).ok()?,
        _ => p.context.today.last_of_month(),
    };
    p.end()?;
    Some(end)
}

/// "how long until 5pm": today, or tomorrow when it is past.
fn until_time(p: &mut Parser<'_>) -> Option<Answer> {
    let (time, marked) = crate::places::clock_time(p)?;
    p.fill(&["today", "tonight"]);
    p.end()?;
    let now = p.context.now.to_zoned(p.context.zone.clone());
    let today = now.date().to_datetime(time).to_zoned(p.context.zone.clone()).ok()?;
    let end = if today > now {
        today
    } else {
        now.date().tomorrow().ok()?.to_datetime(time).to_zoned(p.context.zone.clone()).ok()?
    };
    let minutes = now.duration_until(&end).as_mins();
    let (hours, rest) = (minutes / 60, minutes % 60);
    let text = match (hours, rest) {
        (0, _) => counted(rest, "minute"),
        (_, 0) => counted(hours, "hour"),
        _ => format!("{} and {}", counted(hours, "hour"), counted(rest, "minute")),
    };
    let title =
        format!("From {} to {}", clock(now.time().with().second(0).subsec_nanosecond(0).build().ok()?), clock(time));
    let day = if end.date() == now.date() { "today" } else { "tomorrow" };
    let answer = Answer::new(&title).say(&format!("{title} {day} it is "));
    marked.then(|| {
        answer
            .claim(&title, "duration", &text, Value::Duration(format!("PT{minutes}M")))
            .say(&format!(" ({}).", p.context.zone_name))
    })
}

/// Years without a day: "how many years ago was 1969", "years between 1914 and 1918".
fn years(p: &mut Parser<'_>, from: i16, to: Option<i16>) -> Option<Answer> {
    let to = match to {
        Some(to) => to,
        None => year(p)?,
    };
    p.end()?;
    let count = i64::from(to) - i64::from(from);
    let title = format!("From {from} to {to}");
    let answer = Answer::new(&title).say(&format!("{title} is "));
    let answer =
        answer.claim(&title, "duration", &counted(count.abs(), "year"), Value::Duration(format!("P{}Y", count.abs())));
    Some(answer.say(&format!(", by the numbers of the years{}.", if count < 0 { " (backwards)" } else { "" })))
}

fn since(p: &mut Parser<'_>, unit: Option<Unit>) -> Option<Answer> {
    let this = p.context.today.year();
    if let Some(answer) = p.attempt(|p| {
        let from = year(p)?;
        years(p, from, Some(this))
    }) {
        return Some(answer);
    }
    let start = date(p, Side::Past)?;
    p.end()?;
    Some(difference(start, p.context.today, unit, false))
}

fn between(p: &mut Parser<'_>) -> Option<Answer> {
    let (asks, unit) = asked_unit(p);
    p.word(&["difference", "interval", "period"]);
    p.fill(FILLING);
    p.word(&["in"]);
    let unit = unit.or_else(|| crate::amount::unit(p));
    p.fill(&["are", "there"]);
    p.word(&["between", "from"])?;
    if let Some(answer) = p.attempt(|p| {
        let from = year(p)?;
        p.word(&["and", "to", "until"])?;
        years(p, from, None)
    }) {
        return (unit == Some(Unit::Year)).then_some(answer);
    }
    let start = date(p, Side::ThisYear)?;
    p.word(&["and", "to", "until", "till", "through"]);
    p.sign(&['-']);
    let end = date(p, Side::ThisYear)?;
    let inclusive = p.word(&["inclusive", "including"]).is_some();
    p.end()?;
    if !asks && unit.is_none() {
        return None;
    }
    if unit == Some(Unit::WorkingDay) {
        return Some(working_days(start, end));
    }
    let answer = difference(start, end, unit, false);
    let both = end.duration_since(start).as_hours() / 24;
    Some(if inclusive {
        answer.also(&format!("Counting both days it is {}.", counted(both.abs() + 1, "day")))
    } else {
        answer
    })
}

/// The statement of a difference, in the unit asked for.
fn difference(start: Date, end: Date, unit: Option<Unit>, from_today: bool) -> Answer {
    if unit == Some(Unit::WorkingDay) {
        return working_days(start, end);
    }
    let days = days_between(start, end);
    let title = format!("From {} to {}", short(start), short(end));
    let from = if from_today { "today, ".to_owned() } else { String::new() };
    let answer = Answer::new(&title).say(&format!("From {from}{} to {} is ", short(start), short(end)));
    let (text, duration) = match unit {
        Some(Unit::Week) if days % 7 == 0 => (counted(days / 7, "week"), format!("P{}W", days / 7)),
        Some(Unit::Week) => {
            (format!("{} and {}", counted(days / 7, "week"), counted(days % 7, "day")), format!("P{days}D"))
        }
        Some(Unit::Month | Unit::Year) => calendar(start, end, unit == Some(Unit::Year)),
        Some(Unit::Hour) => (counted(days * 24, "hour"), format!("PT{}H", days * 24)),
        Some(Unit::Minute) => (counted(days * 1440, "minute"), format!("PT{}M", days * 1440)),
        Some(Unit::Second) => (counted(days * 86_400, "second"), format!("PT{}S", days * 86_400)),
        _ => (counted(days, "day"), format!("P{days}D")),
    };
    let duration = duration.replace("P-", "-P");
    let answer = answer.claim(&title, "duration", &text, Value::Duration(duration)).say(".");
    let answer = match unit {
        Some(Unit::Day) | None => answer,
        Some(_) => answer.also(&format!("That is {}.", counted(days, "day"))),
    };
    match unit {
        None if days.abs() > 31 => answer.also(&format!("That is {}.", calendar(start, end, false).0)),
        _ if days < 0 => answer.also("The second date lies before the first."),
        _ => answer,
    }
}

pub(crate) fn days_between(start: Date, end: Date) -> i64 {
    start.until(end).map_or(0, |span| i64::from(span.get_days()))
}

/// Years, months and days, as the calendar counts them.
fn calendar(start: Date, end: Date, with_years: bool) -> (String, String) {
    let largest = if with_years { JiffUnit::Year } else { JiffUnit::Month };
    let span = start.until((largest, end)).unwrap_or_else(|_| Span::new());
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_days()), "day"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(value, _)| *value != 0).map(|&(value, name)| counted(value, name)).collect();
    let text = match said.as_slice() {
        [] => "0 days".to_owned(),
        [start @ .., last] if !start.is_empty() => format!("{} and {last}", start.join(", ")),
        _ => said.concat(),
    };
    (text, if span.is_zero() { "P0D".to_owned() } else { span.to_string() })
}

fn is_working(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Monday to Friday from `start` to `end`, both counted, whichever comes first.
pub(crate) fn count_working(start: Date, end: Date) -> i64 {
    let (first, last) = if start <= end { (start, end) } else { (end, start) };
    let days = days_between(first, last) + 1;
    let offset = i64::from(first.weekday().to_monday_zero_offset());
    let rest = (0..days % 7).filter(|day| (offset + day) % 7 < 5).count();
    days / 7 * 5 + i64::try_from(rest).unwrap_or_default()
}

pub(crate) fn working_days(start: Date, end: Date) -> Answer {
    let count = count_working(start, end);
    let title = format!("Working days from {} to {}", short(start), short(end));
    let verb = if count == 1 { "is" } else { "are" };
    let answer = Answer::new(&title)
        .say(&format!("From {} to {} there {verb} ", full(start), full(end)))
        .claim(&title, "working days", &grouped(count), Value::Number(count.to_string()))
        .say(&format!(
            " working day{}, Monday to Friday, with both of these days counted.",
            if count == 1 { "" } else { "s" }
        ));
    answer.also("Public holidays are not taken into account.")
}

/// `count` working days after (or, below zero, before) `start`; bounded, since each week is jumped at once.
pub(crate) fn add_working(start: Date, count: i64) -> Option<Date> {
    let sign = count.signum();
    let mut date = start.checked_add(Span::new().try_weeks(count / 5).ok()?).ok()?;
    let mut rest = (count % 5).abs();
    if rest == 0 && count != 0 && !is_working(date) {
        // From a weekend, whole weeks end on the working day before it going forwards, after it going backwards.
        rest = 0;
        while !is_working(date) {
            date = date.checked_sub(Span::new().days(sign)).ok()?;
        }
    }
    while rest > 0 {
        date = date.checked_add(Span::new().days(sign)).ok()?;
        rest -= i64::from(is_working(date));
    }
    Some(date)
}

/// "how old is someone born 12 May 1988", "born on 1/2/1990 how old am i".
fn age(p: &mut Parser<'_>) -> Option<Answer> {
    const WHO: &[&str] = &[
        "how", "old", "is", "am", "i", "a", "person", "someone", "somebody", "who", "was", "were", "the", "age", "of",
        "if", "will", "be", "would", "what", "my", "be", "you", "are", "when", "s", "he", "she", "they",
    ];
    let asked = p.words(12);
    let about_age = asked.contains(&"old") || asked.contains(&"age");
    p.fill(WHO);
    p.word(&["born"])?;
    p.word(&["on", "in"]);
    if let Some(answer) = p.attempt(|p| if about_age { age_by_year(p) } else { None }) {
        return Some(answer);
    }
    let birth = date(p, Side::Past)?;
    p.fill(&["be", "turn"]);
    let later = p.attempt(|p| {
        p.fill(&["on", "in", "by"]);
        if let Some(year) = crate::date::year(p) {
            return Date::new(year, 12, 31).ok();
        }
        date(p, Side::Coming)
    });
    let trailing =
        p.phrase(&["how old am i", "how old are they", "how old is he", "how old is she", "how old", "age"]).is_some();
    p.word(&["now"]);
    p.end()?;
    let at = later.unwrap_or(p.context.today);
    if !(about_age || trailing) || at < birth {
        return None;
    }
    let years = i64::from(birth.until((JiffUnit::Year, at)).ok()?.get_years());
    let title = format!("Age of someone born on {}", short(birth));
    let answer = Answer::new(&title)
        .say(&format!("Someone born on {} is ", short(birth)))
        .claim(&title, "age", &counted(years, "year"), Value::Duration(format!("P{years}Y")))
        .say(&format!(" old on {}.", short(at)));
    Some(answer.also(&format!("Exactly, it is {}.", calendar(birth, at, true).0)))
}

/// "how old is someone born in 1988": it depends on the birthday.
fn age_by_year(p: &mut Parser<'_>) -> Option<Answer> {
    let born = year(p)?;
    p.word(&["now"]);
    p.end()?;
    let (today, years) = (p.context.today, i64::from(p.context.today.year()) - i64::from(born));
    if years < 1 {
        return None;
    }
    let title = format!("Age of someone born in {born}");
    let text = format!("{} or {} years", years - 1, years);
    let range = Interval { start: (years - 1).to_string(), end: years.to_string() };
    let answer = Answer::new(&title).say(&format!("Someone born in {born} is ")).claim(
        &title,
        "age",
        &text,
        Value::NumberRange(range),
    );
    Some(answer.say(&format!(" old on {}, as the birthday of this year has not come or has.", short(today))))
}
