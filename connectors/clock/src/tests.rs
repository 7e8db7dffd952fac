use crate::difference::{add_working, count_working};
use crate::{Clock, holiday};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use zero_connector_sdk::testing::Catalogue;
use zero_connector_sdk::{Connector, Findings, Intent, Place, Plan, Question, Source, Step, UnitSystem};

/// Friday, 20 November 2026, 11:36:20 in Berlin.
const NOW_MS: i64 = 1_795_170_980_000;

fn question(text: &str) -> Question {
    Question { time_zone: "Europe/Berlin".to_owned(), now_ms: NOW_MS, ..Question::new(text) }
}

fn plan(question: &Question) -> Plan {
    Clock::plan(&Source::new("clock", "Clock"), question, &Intent::unknown("en")).unwrap()
}

fn found(question: &Question) -> Findings {
    let Step::Done(findings) = plan(question).step else { panic!("no connector without hosts may fetch") };
    findings
}

/// The text with every claimed value in brackets.
fn marked(findings: &Findings) -> String {
    let Some(passage) = findings.passages.first() else { return "not relevant".to_owned() };
    let mut text = passage.text.clone();
    for claim in findings.claims.iter().rev() {
        assert!(claim.span.of(&passage.text).is_some());
        text.insert(claim.span.end as usize, ']');
        text.insert(claim.span.start as usize, '[');
    }
    text
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let got = marked(&found(&question(text)));
            (got != *expected).then(|| format!("{text}\n  got  {got}\n  want {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn differences() {
    check(&[
        ("how many days until 1 March 2027", "From today, 20 November 2026 to 1 March 2027 is [101 days]."),
        (
            "How many weeks between 2024-01-05 and 2025-03-01?",
            "From 5 January 2024 to 1 March 2025 is [60 weeks and 1 day]. That is 421 days.",
        ),
        (
            "how long until Christmas",
            "From today, 20 November 2026 to 25 December 2026 is [35 days]. That is 1 month and 5 days.",
        ),
        ("days since 1 January", "From 1 January 2026 to 20 November 2026 is [323 days]."),
        (
            "how long ago was 1 Jan 2020",
            "From 1 January 2020 to 20 November 2026 is [2,515 days]. That is 82 months and 19 days.",
        ),
        (
            "how many months between March 1st, 2020 and 15 june 2021",
            "From 1 March 2020 to 15 June 2021 is [15 months and 14 days]. That is 471 days.",
        ),
        (
            "how old is someone born 12 May 1988",
            "Someone born on 12 May 1988 is [38 years] old on 20 November 2026. Exactly, it is 38 years, 6 months and 8 days.",
        ),
        (
            "working days between 2026-11-20 and 2026-11-30",
            "From Friday, 20 November 2026 to Monday, 30 November 2026 there are [7] working days, Monday to Friday, with both of these days counted. Public holidays are not taken into account.",
        ),
        (
            "weekdays from 8 jan 2027 to 8 jan 2027",
            "From Friday, 8 January 2027 to Friday, 8 January 2027 there is [1] working day, Monday to Friday, with both of these days counted. Public holidays are not taken into account.",
        ),
        ("how many years ago was 1969", "From 1969 to 2026 is [57 years], by the numbers of the years."),
        ("how many years between 1914 and 1918", "From 1914 to 1918 is [4 years], by the numbers of the years."),
        ("how many days are left this year", "From today, 20 November 2026 to 31 December 2026 is [41 days]."),
        ("how long until 5pm", "From 11:36 to 17:00 today it is [5 hours and 23 minutes] (Europe/Berlin)."),
        ("how many days to Easter", "From today, 20 November 2026 to 28 March 2027 is [128 days]."),
        (
            "how old is someone born in 1988",
            "Someone born in 1988 is [37 or 38 years] old on 20 November 2026, as the birthday of this year has not come or has.",
        ),
        ("days between 30 february 2027 and 1 march 2027", "not relevant"),
    ]);
}

#[test]
fn shifts() {
    check(&[
        ("date 90 days from now", "90 days after today, 20 November 2026, is [Thursday, 18 February 2027]."),
        (
            "add 3 working days to 5 November 2026",
            "3 working days after 5 November 2026 is [Tuesday, 10 November 2026]. Working days are Monday to Friday; public holidays are not taken into account.",
        ),
        ("what date was it two weeks ago", "2 weeks before today, 20 November 2026, is [Friday, 6 November 2026]."),
        ("31 January 2027 plus 1 month", "1 month after 31 January 2027 is [Sunday, 28 February 2027]."),
        (
            "what time will it be in 90 minutes",
            "1 hour and 30 minutes after 11:36:20 on 20 November 2026 it is [13:06:20 on Friday, 20 November 2026] (Europe/Berlin).",
        ),
        ("4 days before 9th April", "4 days before 9 April 2026 is [Sunday, 5 April 2026]."),
    ]);
}

#[test]
fn the_calendar() {
    check(&[
        ("what day of the week was 20 July 1969", "20 July 1969 was a [Sunday]."),
        ("is 1 March 2027 a Tuesday", "[No]. 1 March 2027 will be a [Monday]."),
        ("is 2028 a leap year", "[Yes], 2028 will be a leap year: it has 366 days, with a 29 February."),
        ("was 1900 a leap year?", "[No], 1900 was not a leap year: it has 365 days."),
        ("when is the next leap year", "The next leap year is [2028]."),
        (
            "week number of 1 January 2027",
            "Friday, 1 January 2027 is in week [53] of 2026 (ISO 8601: weeks begin on Monday).",
        ),
        (
            "when was the 22nd week of 1995",
            "By ISO 8601, week 22 of 1995 begins on [Monday, 29 May 1995] and ends on [Sunday, 4 June 1995].",
        ),
        (
            "unix timestamp 1700000000",
            "Unix timestamp 1700000000 (1,700,000,000 seconds since 1 January 1970) is [Tuesday, 14 November 2023 at 22:13:20 UTC].",
        ),
        ("leap years since 1993", "The first leap years since 1993: [1996, 2000, 2004, 2008, 2012]."),
        ("unix timestamp of 14 November 2023", "Tuesday, 14 November 2023 at 00:00 UTC is Unix time [1699920000]."),
        (
            "working days in march 2027",
            "From Monday, 1 March 2027 to Wednesday, 31 March 2027 there are [23] working days, Monday to Friday, with both of these days counted. Public holidays are not taken into account.",
        ),
        ("what is tomorrow's date", "Tomorrow is [Saturday, 21 November 2026]."),
        ("what is christmas", "not relevant"),
        ("what date is the day after tomorrow", "Day after Tomorrow is [Sunday, 22 November 2026]."),
        ("days in February 2028", "February 2028 has [29 days]."),
        ("what is today's date", "Today is [Friday, 20 November 2026] (Europe/Berlin)."),
        ("Easter 2030", "Easter 2030 is on [Sunday, 21 April 2030]."),
        ("when is thanksgiving", "Thanksgiving is on [Thursday, 26 November 2026]."),
        ("when is the last monday of may 2026", "Last Monday of May 2026 was on [Monday, 25 May 2026]."),
        ("when is next friday", "Next Friday is on [Friday, 27 November 2026]."),
        ("what day of the year is 1 March 2028", "1 March 2028 is day [61] of 366."),
    ]);
}

#[test]
fn places() {
    check(&[
        (
            "what time is it in Tokyo",
            "In Tokyo it is [19:36] (7:36 pm) on [Friday, 20 November 2026] (UTC+9, Asia/Tokyo).",
        ),
        (
            "time difference between New York and London",
            "New York is [5 hours] behind London on 20 November 2026 (UTC−5 and UTC).",
        ),
        (
            "3pm PST in Berlin",
            "15:00 (3:00 pm) in PST (UTC−8) on Friday, 20 November 2026 is [00:00] (12:00 am) in Berlin (UTC+1, Europe/Berlin) (the next day).",
        ),
        (
            "3pm PST on 1 July 2027 in Berlin",
            "15:00 (3:00 pm) in PST (UTC−8) on Thursday, 1 July 2027 is [01:00] (1:00 am) in Berlin (UTC+2, Europe/Berlin) (the next day). PST is UTC−8, but Los Angeles is at UTC−7 on that date.",
        ),
        (
            "2:30 am 14 March 2027 New York in UTC",
            "03:30 (3:30 am) in New York (UTC−4, America/New_York) on Sunday, 14 March 2027 is [07:30] (7:30 am) in UTC (UTC). 02:30 does not exist in New York on 14 March 2027, because the clocks go forward; the time after the change is used.",
        ),
        (
            "1:30 am 7 November 2027 New York to UTC",
            "01:30 (1:30 am) in New York (UTC−4, America/New_York) on Sunday, 7 November 2027 is [05:30] (5:30 am) in UTC (UTC). 01:30 happens twice in New York on 7 November 2027, because the clocks go back; this is the first one (UTC−4), the second (UTC−5) is 1 hour later.",
        ),
        (
            "9:00 IST to UTC",
            "09:00 (9:00 am) in IST (UTC+5:30) on Friday, 20 November 2026 is [03:30] (3:30 am) in UTC (UTC). IST is read as India Standard Time; it can also mean Irish Standard Time (UTC+1) and Israel Standard Time (UTC+2).",
        ),
        (
            "when it is 9am in London what time is it in Sydney",
            "09:00 (9:00 am) in London (UTC, Europe/London) on Friday, 20 November 2026 is [20:00] (8:00 pm) in Sydney (UTC+11, Australia/Sydney).",
        ),
        (
            "what time is it in London when it is 3pm in New York",
            "15:00 (3:00 pm) in New York (UTC−5, America/New_York) on Friday, 20 November 2026 is [20:00] (8:00 pm) in London (UTC, Europe/London).",
        ),
        (
            "time in Paris, France",
            "In Paris it is [11:36] (11:36 am) on [Friday, 20 November 2026] (UTC+1, Europe/Paris).",
        ),
        (
            "12 noon GMT in Tokyo",
            "12:00 (12:00 pm) in GMT (UTC) on Friday, 20 November 2026 is [21:00] (9:00 pm) in Tokyo (UTC+9, Asia/Tokyo).",
        ),
        (
            "when does daylight saving time end in Chicago",
            "In Chicago the clocks next go back on [Sunday, 7 November 2027] at 02:00, by 1 hour to UTC−6.",
        ),
        ("time for art", "not relevant"),
        (
            "what time zone is Mumbai in",
            "Mumbai uses the time zone [Asia/Kolkata], which is at [UTC+5:30] on 20 November 2026.",
        ),
        (
            "when do the clocks change in London",
            "In London the clocks next go forward on [Sunday, 28 March 2027] at 01:00, by 1 hour to UTC+1.",
        ),
        ("current time", "In Berlin it is [11:36] (11:36 am) on [Friday, 20 November 2026] (UTC+1, Europe/Berlin)."),
        (
            "time in Buenos Aires now",
            "In Buenos Aires it is [07:36] (7:36 am) on [Friday, 20 November 2026] (UTC−3, America/Argentina/Buenos_Aires).",
        ),
        ("pacific time now", "In Pacific Time it is [02:36] (2:36 am) on [Friday, 20 November 2026] (UTC−8)."),
        ("new york times", "not relevant"),
        ("tokyo", "not relevant"),
    ]);
}

#[test]
fn numeric_dates_are_read_as_the_asker_writes_them() {
    let us = Place { name: "Boston".to_owned(), country: Some("US".to_owned()), latitude: None, longitude: None };
    for (place, units, expected) in [
        (None, UnitSystem::Metric, "3 February 2027 will be a [Wednesday]."),
        (Some(us), UnitSystem::Metric, "2 March 2027 will be a [Tuesday]."),
        (None, UnitSystem::Us, "2 March 2027 will be a [Tuesday]."),
    ] {
        let asked = Question { place, units, ..question("what day is 3/2/2027") };
        assert_eq!(marked(&found(&asked)), expected);
    }
}

#[test]
fn the_catalogue_keeps_its_promises() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../catalogue/clock.toml")).unwrap();
    catalogue.check::<Clock>(0.5, 0.05, |_, text| (question(text), Intent::unknown("en")));
}

/// Prints how well upstream's modules for dates and times are met; the data is not part of the repository.
#[test]
#[allow(clippy::disallowed_methods, reason = "tests may read the evaluation data")]
fn the_routing_suite() {
    const OURS: &[&str] = &[
        "spice/Time",
        "goodie/DateMath",
        "goodie/LeapYear",
        "goodie/TimezoneConverter",
        "goodie/Timezonetime",
        "goodie/UnixTime",
        "goodie/Week",
        "goodie/WeekdaysBetween",
        "goodie/WorkdaysBetween",
    ];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/routing.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("LOUD: {path} is absent: the routing suite was NOT evaluated");
        return;
    };
    let (mut right, mut all, mut own_false, mut others) = (0, 0, 0, 0);
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let ours = OURS.contains(&row["module"].as_str().unwrap_or_default());
        let mut asked = question(row["text"].as_str().unwrap_or_default());
        let fixed =
            row["time"].as_str().and_then(|time| time.trim_end_matches('Z').parse::<jiff::civil::DateTime>().ok());
        if let Some(time) = fixed.and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok()) {
            asked.now_ms = time.timestamp().as_millisecond();
            asked.time_zone = "America/New_York".to_owned();
        }
        asked.units = UnitSystem::Us;
        let bids = plan(&asked).bid >= 0.05;
        if ours && row["trigger"] == true {
            all += 1;
            right += i32::from(bids);
            if !bids {
                eprintln!("missed {}: {}", row["module"], asked.text);
            } else if let Some(answer) = row["answer"].as_str() {
                eprintln!("{} | {answer} | {}", asked.text, marked(&found(&asked)));
            }
        } else if bids {
            own_false += i32::from(ours);
            others += i32::from(!ours);
            eprintln!("triggered for {}: {}", row["module"], asked.text);
        }
    }
    eprintln!(
        "LOUD: routing suite: {right} of {all} answered; triggered: {own_false} rows against, {others} of other modules"
    );
}

#[test]
fn easter_is_on_the_published_days() {
    for (year, month, day) in [(1818, 3, 22), (1943, 4, 25), (2000, 4, 23), (2024, 3, 31), (2026, 4, 5), (2038, 4, 25)]
    {
        assert_eq!(holiday::easter(year), Some(date(year, month, day)));
    }
}

fn dates() -> impl Strategy<Value = Date> {
    (1_i16..=4000, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn is_working(day: Date) -> bool {
    day.weekday().to_monday_one_offset() <= 5
}

proptest! {
    #[test]
    fn no_text_panics(text in ".*") {
        let _ = found(&question(&text));
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec("(how many|days|until|9999999999|31/12/9999|plus|add|years|99999999|in|3pm|25:61|utc\\+14|-|unix time|week|53|of|9999|easter|last|monday|working days|born|İ|é)", 0..10), now_ms: i64) {
        let asked = Question { now_ms, ..question(&words.join(" ")) };
        marked(&found(&asked));
    }

    #[test]
    fn days_there_and_back(start in dates(), days in 0_i64..100_000) {
        let end = start.checked_add(days.days()).unwrap();
        let text = marked(&found(&question(&format!("how many days between {start} and {end}"))));
        let expected = format!("[{}]", crate::amount::counted(days, "day"));
        prop_assert!(text.contains(&expected), "{} {}", text, expected);
        let back = marked(&found(&question(&format!("{end} minus {days} days"))));
        prop_assert!(back.contains(&crate::say::full(start)), "{}", back);
    }

    #[test]
    fn working_days_are_those_one_counts_on_fingers(start in dates(), days in 0_i64..60, count in 1_i64..40) {
        let end = start.checked_add(days.days()).unwrap();
        let by_hand = (0..=days).filter(|day| is_working(start.checked_add(day.days()).unwrap())).count();
        prop_assert_eq!(count_working(start, end), i64::try_from(by_hand).unwrap());
        for sign in [1, -1] {
            let (mut by_hand, mut left) = (start, count);
            while left > 0 {
                by_hand = by_hand.checked_add(sign.days()).unwrap();
                left -= i64::from(is_working(by_hand));
            }
            prop_assert_eq!(add_working(start, count * sign), Some(by_hand));
        }
    }
}
