//! A date or time moved by an amount: "date 90 days from now", "add 3 working days to ...", "in 5 minutes".

use crate::amount::{Amount, amount};
use crate::date::{Side, date};
use crate::difference::add_working;
use crate::parser::Parser;
use crate::places::clock_time;
use crate::say::{Answer, clock, full, iso, short};
use jiff::civil::Date;
use jiff::{SignedDuration, Zoned};
use zero_connector_sdk::Value;

const ASKING: &[&str] = &[
    "what",
    "which",
    "date",
    "day",
    "time",
    "will",
    "it",
    "be",
    "is",
    "was",
    "the",
    "calculate",
    "when",
    "weekday",
    "s",
    "of",
    "week",
    "are",
];

/// Every form of moving.
pub(crate) fn read(p: &mut Parser<'_>) -> Option<Answer> {
    p.attempt(add_to).or_else(|| p.attempt(amount_first)).or_else(|| p.attempt(date_first))
}

/// "add 3 working days to 1 March 2027", "subtract 2 weeks from today"
fn add_to(p: &mut Parser<'_>) -> Option<Answer> {
    let sign = match p.word(&["add", "subtract", "take"])? {
        "add" => 1,
        _ => -1,
    };
    let amount = amount(p)?;
    p.word(if sign == 1 { &["to"] } else { &["from"] })?;
    let (start, is_today) = start(p)?;
    p.end()?;
    moved(p, start, is_today, amount, sign)
}

/// "90 days from now", "4 days before 9th April", "in 5 minutes", "2 weeks ago"
fn amount_first(p: &mut Parser<'_>) -> Option<Answer> {
    let before = p.left();
    p.fill(ASKING);
    let asks = p.left() < before;
    let with_in = p.word(&["in"]).is_some();
    let amount = amount(p)?;
    if with_in {
        p.phrase(&["from now", "from today", "time"]);
        p.end()?;
        return moved(p, p.context.today, true, amount, 1);
    }
    if p.word(&["ago"]).is_some() {
        p.phrase(&["from today", "today"]);
        p.end()?;
        return moved(p, p.context.today, true, amount, -1);
    }
    let sign = match p.word(&["from", "after", "before", "since", "prior", "later", "hence"])? {
        "before" => -1,
        "prior" => {
            p.word(&["to"]);
            -1
        }
        "later" | "hence" => {
            p.end()?;
            return if asks { moved(p, p.context.today, true, amount, 1) } else { None };
        }
        _ => 1,
    };
    let (start, is_today) = start(p)?;
    p.phrase(&["what date is it", "what date", "what day"]);
    p.end()?;
    moved(p, start, is_today, amount, sign)
}

/// "8 June 2027 plus 40 days", "today + 3 weeks"
fn date_first(p: &mut Parser<'_>) -> Option<Answer> {
    p.fill(ASKING);
    let (start, is_today) = start(p)?;
    let time = p.attempt(|p| clock_time(p).filter(|(_, marked)| *marked)).map(|(time, _)| time);
    let plus = p.word(&["plus", "add", "and"]).is_some() || p.sign(&['+']).is_some();
    let minus = !plus && (p.word(&["minus", "subtract", "less"]).is_some() || p.sign(&['-']).is_some());
    if !plus && !minus {
        return None;
    }
    let amount = amount(p)?;
    p.end()?;
    let sign = if plus { 1 } else { -1 };
    match time {
        Some(time) => moved_time(p, start.to_datetime(time).to_zoned(p.context.zone.clone()).ok()?, amount, sign),
        None => moved(p, start, is_today, amount, sign),
    }
}

fn start(p: &mut Parser<'_>) -> Option<(Date, bool)> {
    let start = date(p, Side::ThisYear)?;
    Some((start, start == p.context.today))
}

fn moved(p: &Parser<'_>, start: Date, is_today: bool, amount: Amount, sign: i64) -> Option<Answer> {
    if amount.seconds != 0 {
        let zone = p.context.zone.clone();
        let at = if is_today { p.context.now.to_zoned(zone) } else { start.to_zoned(zone).ok()? };
        return moved_time(p, at, amount, sign);
    }
    let by_calendar = start.checked_add(amount.calendar(sign)?).ok()?;
    let end = add_working(by_calendar, amount.working_days.checked_mul(sign)?)?;
    let side = if sign > 0 { "after" } else { "before" };
    let start_text = if is_today { format!("today, {},", short(start)) } else { short(start) };
    let title = format!("{} {side} {}", amount.text(), short(start));
    let answer = Answer::new(&title)
        .say(&format!("{} {side} {start_text} is ", capital(&amount.text())))
        .claim_date(&title, "date", end)
        .say(".");
    Some(if amount.working_days == 0 {
        answer
    } else {
        answer.also("Working days are Monday to Friday; public holidays are not taken into account.")
    })
}

/// Hours, minutes and seconds are moved on the time line, so that a change of the clocks in between is not lost.
fn moved_time(p: &Parser<'_>, at: Zoned, amount: Amount, sign: i64) -> Option<Answer> {
    let at_days: Zoned = at.checked_add(amount.calendar(sign)?).ok()?;
    let end = at_days.checked_add(SignedDuration::from_secs(amount.seconds.checked_mul(sign)?)).ok()?;
    let side = if sign > 0 { "after" } else { "before" };
    let title = format!("{} {side} {} {}", amount.text(), clock(at.time()), short(at.date()));
    let text = format!("{} on {}", clock(end.time()), full(end.date()));
    let answer = Answer::new(&title)
        .say(&format!("{} {side} {} on {} it is ", capital(&amount.text()), clock(at.time()), short(at.date())))
        .claim(&title, "time", &text, Value::DateTime(format!("{}{}", iso(end.datetime()), jiff_offset(&end))))
        .say(&format!(" ({}).", p.context.zone_name));
    let changed = at.offset() != end.offset();
    Some(if changed { answer.also("The clocks change in between.") } else { answer })
}

/// `+01:00`
pub(crate) fn jiff_offset(at: &Zoned) -> String {
    let seconds = at.offset().seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
